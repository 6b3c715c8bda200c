/// A SHA-256 value: always 32 octets. Computed by `Cryptography`; here so that pure targets can
/// hold and compare one.
package struct SHA256Digest: Hashable, Sendable {
    /// The size of the digest in octets (FIPS 180-4).
    package static let octetCount = 32
    /// The 32 octets.
    package let octets: [UInt8]

    /// A digest from exactly 32 octets.
    package init?(_ octets: [UInt8]) {
        guard octets.count == Self.octetCount else { return nil }
        self.octets = octets
    }

    /// A digest from 64 hexadecimal digits.
    package init?(hex: some StringProtocol) {
        guard let octets = [UInt8](hex: hex) else { return nil }
        self.init(octets)
    }

    /// A digest from its padded base64 form.
    package init?(base64: some StringProtocol) {
        guard let octets = [UInt8](base64: base64) else { return nil }
        self.init(octets)
    }

    /// Lower-case hexadecimal.
    package var hex: String { octets.hex }
    /// Padded base64, as signed notes and checkpoints write it.
    package var base64: String { octets.base64() }
}

extension SHA256Digest: CustomStringConvertible {
    package var description: String { hex }
}
