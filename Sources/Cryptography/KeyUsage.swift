/// What a key may be used for (RFC 5280 §4.2.1.3), with OpenSSL's bits.
package struct KeyUsage: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Signing of anything but certificates and lists.
    package static let digitalSignature = KeyUsage(rawValue: 0x80)
    /// Signing that binds its signer (non-repudiation, today "content commitment").
    package static let nonRepudiation = KeyUsage(rawValue: 0x40)
    /// Agreement of keys.
    package static let keyAgreement = KeyUsage(rawValue: 0x08)
    /// Signing of certificates.
    package static let certificateSigning = KeyUsage(rawValue: 0x04)
    /// Signing of revocation lists.
    package static let listSigning = KeyUsage(rawValue: 0x02)
}
