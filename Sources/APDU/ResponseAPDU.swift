/// A card's answer (ISO/IEC 7816-4 §5.3): data and two octets of status.
package struct ResponseAPDU: Hashable, Sendable {
    /// The longest answer taken, in octets: 65,536 of data and the status word.
    package static let longestOctets = 65_538

    /// The answer without its status word.
    package var data: [UInt8]
    /// How the command went.
    package var status: StatusWord

    /// An answer from its parts.
    package init(data: [UInt8] = [], status: StatusWord) {
        (self.data, self.status) = (data, status)
    }

    /// An answer as it travelled; less than a status word is an error, not a card's word.
    package init(_ octets: some Collection<UInt8>) throws(CardChannelError) {
        guard octets.count >= 2 else { throw .answerTooShort(octets.count) }
        guard octets.count <= Self.longestOctets else { throw .answerTooLong }
        let status = octets.suffix(2)
        let word = status.reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
        self.init(data: [UInt8](octets.dropLast(2)), status: StatusWord(rawValue: word))
    }

    /// The answer as it travels.
    package var octets: [UInt8] { data + status.octets }
}
