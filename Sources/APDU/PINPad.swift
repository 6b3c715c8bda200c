/// What a reader with keys of its own is told so that it takes a PIN and sends it to the card itself:
/// the PIN never reaches this machine (PC/SC part 10, §2.5.2, `PIN_VERIFY_STRUCTURE`).
package struct PINPadOrder: Hashable, Sendable {
    /// VERIFY with its length octet, and a place for each digit that the reader fills in.
    package var template: [UInt8]
    /// How many digits there are; no fewer and no more are taken.
    package var digitCount: UInt8
    /// How long the reader waits for them, in seconds.
    package var seconds: UInt8

    /// An order.
    package init(template: [UInt8], digitCount: UInt8, seconds: UInt8) {
        (self.template, self.digitCount, self.seconds) = (template, digitCount, seconds)
    }

    /// The structure as octets: numbers are little-endian.
    package var octets: [UInt8] {
        let count = UInt32(template.count)
        return [
            seconds, seconds,  // until the first key; between keys
            0x82,  // ASCII; positions in octets, the PIN at the data's beginning, from the left
            digitCount,  // the size of the PIN block; no length before it
            0x00,  // no length is written
            digitCount, digitCount,  // at most; at least
            0x02,  // the patient ends with the key that confirms
            0xFF,  // the reader's own message,
            0x09, 0x04, 0x00,  // in English where it has a choice; the first one
            0x00, 0x00, 0x00,  // no prologue: T=1 readers have it made by the driver
        ] + (0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) } + template
    }
}

/// What a reader's pad says of itself instead of a card (PC/SC part 10, §2.5.2): nothing was sent.
package enum PINPadWord: UInt16, Sendable {
    /// Nobody typed in time.
    case timedOut = 0x6400
    /// The patient pressed the key that cancels.
    case cancelled = 0x6401
    /// Fewer or more digits than wanted.
    case wrongLength = 0x6403
    /// The reader does not know such an order.
    case wrongOrder = 0x6B80
}

/// The features that a reader lists (PC/SC part 10, §2.2): tag, length 4, control code big-endian.
package enum ReaderFeatures {
    private static let verifyDirect: UInt8 = 0x06
    private static let codeCount = 4

    /// The control code for taking a PIN; nothing where the reader has no pad, or lists nonsense.
    package static func verifyCode(in list: [UInt8]) -> UInt32? {
        var rest = list[...]
        while rest.count >= 2 {
            let (tag, count) = (rest[rest.startIndex], Int(rest[rest.startIndex + 1]))
            let value = rest.dropFirst(2).prefix(count)
            guard value.count == count else { return nil }
            if tag == verifyDirect {
                guard count == codeCount else { return nil }
                return value.reduce(0) { $0 << 8 | UInt32($1) }
            }
            rest = rest.dropFirst(2 + count)
        }
        return nil
    }
}
