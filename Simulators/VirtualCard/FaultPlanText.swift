internal import APDU
internal import Octets

extension FaultPlan {
    /// How a plan is written, for help texts.
    package static let grammar = """
        KIND@N, joined by commas: at the N-th command the card is `pulled` before it, or
        `pulled-after` it; stays `mute`; answers `zero` octets, `one` octet, too `long`, with its
        first octet `flipped`, with the status word `sw:6F00`, or one by chance (`sw:random`); is
        `swapped` for another card without anybody noticing; or `resets` itself first.
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

extension Slowness {
    /// How slowness is written, for help texts.
    package static let grammar = "MILLISECONDS or MILLISECONDS:SEED, the median of the delays"

    /// Reads slowness as `grammar` says: at most ten seconds.
    package init?(_ text: some StringProtocol) {
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(pieces.count), let median = Int(pieces[0]),
            (0...10_000).contains(median), let seed = pieces.count == 2 ? UInt64(pieces[1]) : 1
        else { return nil }
        self.init(medianMilliseconds: median, seed: seed)
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
        case "swapped": self = .swapped
        case "sw:random": self = .randomStatus
        default:
            guard name.hasPrefix("sw:"), let octets = [UInt8](hex: name.dropFirst(3)),
                octets.count == 2
            else { return nil }
            self = .octets(octets)
        }
    }
}
