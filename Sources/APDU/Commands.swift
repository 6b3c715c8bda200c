/// SELECT by application name (DF name), no answer data asked for: `00 A4 04 0C`.
package struct SelectApplication: CardCommand {
    /// The application's identifier (AID), 5 to 16 octets.
    package let identifier: [UInt8]

    /// Selects the application of this identifier.
    package init(_ identifier: [UInt8]) { self.identifier = identifier }

    package var apdu: CommandAPDU { CommandAPDU(0x00, 0xA4, 0x04, 0x0C, data: identifier) }

    package func decode(_ response: ResponseAPDU) throws(CardCommandError) {
        _ = try response.dataIfSuccessful()
    }
}

/// A file's two-octet identifier within its application.
package struct FileIdentifier: RawRepresentable, Hashable, Sendable {
    /// The identifier as one number.
    package let rawValue: UInt16
    /// An identifier from its number.
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    /// An identifier from its number.
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }
    /// The identifier as it travels.
    package var octets: [UInt8] { [UInt8(rawValue >> 8), UInt8(rawValue & 0xFF)] }
}

/// SELECT of a file, key or PIN under the current application: `00 A4 02 0C 02`.
package struct SelectFile: CardCommand {
    /// What to select.
    package let file: FileIdentifier

    /// Selects this file.
    package init(_ file: FileIdentifier) { self.file = file }

    package var apdu: CommandAPDU { CommandAPDU(0x00, 0xA4, 0x02, 0x0C, data: file.octets) }

    package func decode(_ response: ResponseAPDU) throws(CardCommandError) {
        _ = try response.dataIfSuccessful()
    }
}

/// READ BINARY of the selected file: `00 B0`, offsets of 15 bits.
package struct ReadBinary: CardCommand {
    /// The most octets that one command reads with a short length field.
    package static let longestPiece = 256
    /// The first octet that can no longer be addressed.
    package static let offsetLimit = 0x8000

    /// Where reading begins.
    package let offset: Int
    /// How many octets are asked for, 1 to 256; a card gives fewer at the end of the file.
    package let count: Int

    /// Reads `count` octets from `offset`.
    package init(offset: Int, count: Int) {
        precondition((0..<Self.offsetLimit).contains(offset), "offsets have 15 bits")
        precondition((1...Self.longestPiece).contains(count), "a piece has 1 to 256 octets")
        (self.offset, self.count) = (offset, count)
    }

    package var apdu: CommandAPDU {
        CommandAPDU(0x00, 0xB0, UInt8(offset >> 8), UInt8(offset & 0xFF), expected: count)
    }

    /// What the card had there: never more than was asked for.
    package func decode(_ response: ResponseAPDU) throws(CardCommandError) -> [UInt8] {
        guard response.status.isSuccess || response.status == .endOfFile else {
            throw .refused(response.status)
        }
        guard response.data.count <= count else { throw .malformed }
        return response.data
    }
}

/// The tries left on the selected PIN.
package enum PINTries: Hashable, Sendable {
    /// So many wrong ones are allowed, the last of which locks.
    case left(Int)
    /// No PIN is taken any more; the municipal office unlocks.
    case locked
}

/// VERIFY without data: asks for the tries left on the selected PIN and spends none,
/// `00 20 00 80` (ISO/IEC 7816-4 §7.5.6).
package struct AskTries: CardCommand {
    /// Asks.
    package init() {}

    package var apdu: CommandAPDU { CommandAPDU(0x00, 0x20, 0x00, 0x80) }

    package func decode(_ response: ResponseAPDU) throws(CardCommandError) -> PINTries {
        if response.status.saysLocked { return .locked }
        guard let tries = response.status.retriesLeft else { throw .refused(response.status) }
        return .left(tries)
    }
}
