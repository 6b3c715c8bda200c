internal import APDU
internal import Octets

extension FaultPlan {
    /// How a plan is written, for help texts.
    package static let grammar = """
        KIND@N, joined by commas: at the N-th command the card is `pulled` before it, or
        `pulled-after` it; stays `mute`; answers `zero` octets, `one` octet, too `long`, with its
        first octet `flipped`, or the status word `sw:6F00`; or `resets` itself first.
        """

    /// Reads a plan as `grammar` says.
    package init?(_ text: some StringProtocol) {
        self.init()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "@", omittingEmptySubsequences: false)
            guard pieces.count == 2, let number = Int(pieces[1]), number > 0,
                faults[number] == nil, let fault = Fault(named: String(pieces[0]))
            else { return nil }
            faults[number] = fault
        }
    }
}

extension Fault {
    fileprivate init?(named name: String) {
        switch name {
        case "pulled": self = .pulledBefore
        case "pulled-after": self = .pulledAfter
        case "mute": self = .mute
        case "zero": self = .zeroOctets
        case "one": self = .oneOctet
        case "long": self = .overlong
        case "flipped": self = .flipped
        case "resets": self = .resetsItself
        default:
            guard name.hasPrefix("sw:"), let octets = [UInt8](hex: name.dropFirst(3)),
                octets.count == 2
            else { return nil }
            self = .octets(octets)
        }
    }
}
