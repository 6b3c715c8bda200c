package import APDU

/// The card's count of faces that missed. How a real card keeps it is not public: this is an
/// application of the project's own, which only virtual cards have (its name begins with F, as
/// unregistered ones do, and spells MADOGUCHI). A miss is a wrong VERIFY, a match a right one.
package enum FaceMisses {
    /// The application's identifier.
    package static let application: [UInt8] = [0xF0] + Array("MADOGUCHI".utf8)
    /// The counter.
    package static let counter = FileIdentifier(0x0011)
    /// The misses that lock the face way.
    package static let limit = 10
    fileprivate static let match: [UInt8] = [0x01]
    fileprivate static let miss: [UInt8] = [0x00]
}

/// The misses left on a card; nothing where it keeps no count, zero where it is locked.
package func askFaceTries(
    on channel: inout some CardChannel & ~Copyable
) throws(CardFaceError) -> Int? {
    guard try channel.selectFaceCounter() else { return nil }
    switch try channel.sendForFace(AskTries()) {
    case .locked: return 0
    case .left(let tries): return tries
    }
}

/// Counts misses on a card, or clears them after a match; what is left after it, or nothing where
/// it keeps no count.
package func countFace(
    misses: Int, isMatch: Bool = false, on channel: inout some CardChannel & ~Copyable
) throws(CardFaceError) -> Int? {
    guard var left = try askFaceTries(on: &channel) else { return nil }
    for _ in 0..<max(0, misses) where left > 0 {
        left = try channel.count(FaceMisses.miss) ?? left
    }
    // A locked one is not opened by a match.
    guard isMatch, left > 0 else { return left }
    _ = try channel.count(FaceMisses.match)
    return try askFaceTries(on: &channel)
}

extension CardChannel where Self: ~Copyable {
    fileprivate mutating func selectFaceCounter() throws(CardFaceError) -> Bool {
        do throws(CardFaceError) {
            try sendForFace(SelectApplication(FaceMisses.application))
            try sendForFace(SelectFile(FaceMisses.counter))
            return true
        } catch .refused {
            return false
        }
    }

    /// Sends one count; what is left where the card says so.
    fileprivate mutating func count(_ octets: [UInt8]) throws(CardFaceError) -> Int? {
        do throws(CardFaceError) {
            try sendForFace(Count(octets: octets))
            return nil
        } catch .wrongNumber(let left) {
            return left
        } catch .locked {
            return 0
        }
    }
}

private struct Count: CardCommand {
    let octets: [UInt8]
    var apdu: CommandAPDU { CommandAPDU(0x00, 0x20, 0x00, 0x80, data: octets) }
    func decode(_ response: ResponseAPDU) throws(CardCommandError) {
        _ = try response.dataIfSuccessful()
    }
}
