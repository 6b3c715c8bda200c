/// The two octets that end every answer of a card (ISO/IEC 7816-4 §5.6). An open set: cards send
/// values that no table lists.
package struct StatusWord: RawRepresentable, Hashable, Sendable {
    /// The two octets as one number: `0x9000`.
    package let rawValue: UInt16

    /// A status word from its number.
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Normal processing.
    package static let success = StatusWord(rawValue: 0x9000)
    /// The end of the file came before all octets asked for (§7.2.3).
    package static let endOfFile = StatusWord(rawValue: 0x6282)
    /// A wrong reference value, on a counter without limit.
    package static let verificationFailed = StatusWord(rawValue: 0x6300)
    /// The command's length does not fit it.
    package static let wrongLength = StatusWord(rawValue: 0x6700)
    /// The card could not write what it had to keep.
    package static let memoryFailure = StatusWord(rawValue: 0x6581)
    /// A logical channel that the card does not have.
    package static let channelNotSupported = StatusWord(rawValue: 0x6881)
    /// Secure messaging that the card does not speak here.
    package static let secureMessagingNotSupported = StatusWord(rawValue: 0x6882)
    /// The command does not fit the kind of file.
    package static let incompatibleFile = StatusWord(rawValue: 0x6981)
    /// A PIN must be verified first.
    package static let securityStatusNotSatisfied = StatusWord(rawValue: 0x6982)
    /// The PIN is locked, as ISO/IEC 7816-4 says it.
    package static let authenticationBlocked = StatusWord(rawValue: 0x6983)
    /// The PIN is locked, as the My Number card says it.
    package static let referenceDataNotUsable = StatusWord(rawValue: 0x6984)
    /// Conditions of use are not satisfied.
    package static let conditionsNotSatisfied = StatusWord(rawValue: 0x6985)
    /// No file is selected.
    package static let noCurrentFile = StatusWord(rawValue: 0x6986)
    /// Wrong octets in the command's data.
    package static let wrongData = StatusWord(rawValue: 0x6A80)
    /// No such file or application.
    package static let fileNotFound = StatusWord(rawValue: 0x6A82)
    /// Wrong parameters P1 and P2.
    package static let wrongParameters = StatusWord(rawValue: 0x6A86)
    /// No such key or PIN.
    package static let referencedDataNotFound = StatusWord(rawValue: 0x6A88)
    /// The offset lies beyond the end of the file.
    package static let wrongOffset = StatusWord(rawValue: 0x6B00)
    /// An instruction that the card does not know.
    package static let instructionNotSupported = StatusWord(rawValue: 0x6D00)
    /// A class that the card does not know.
    package static let classNotSupported = StatusWord(rawValue: 0x6E00)

    /// A failed comparison with this many tries left: `63Cx`.
    package static func triesLeft(_ count: Int) -> StatusWord {
        StatusWord(rawValue: 0x63C0 | UInt16(clamping: min(max(count, 0), 15)))
    }

    /// Whether the command did what it was asked.
    package var isSuccess: Bool { self == .success }

    /// The tries left, when the card says so: `63Cx` (ISO/IEC 7816-4, table 6).
    package var retriesLeft: Int? {
        rawValue & 0xFFF0 == 0x63C0 ? Int(rawValue & 0x000F) : nil
    }

    /// Whether this says that a PIN is locked: `63C0`, `6983` and `6984` alike.
    package var saysLocked: Bool {
        self == .triesLeft(0) || self == .authenticationBlocked || self == .referenceDataNotUsable
    }

    /// The two octets as they travel.
    package var octets: [UInt8] { [UInt8(rawValue >> 8), UInt8(rawValue & 0xFF)] }
}

extension StatusWord: CustomStringConvertible {
    /// Four upper-case hexadecimal digits, as card people write them: `6A82`.
    package var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
