package import Cryptography
internal import Octets

/// What an authority calls a certificate: whose key signed it, and its serial number there
/// (RFC 5280 §4.1.2.2, RFC 6960 §4.1.1). Two generations of an authority share a name, never a key.
package struct CertificateID: Hashable, Sendable {
    /// The id of the issuer's key as the certificate names it, in hexadecimal. An authority that
    /// has none is known by its name: then this is the name's SHA-256.
    package let issuer: String
    /// The serial number in hexadecimal.
    package let serial: String

    /// An id of its two parts; nothing if either is no hexadecimal number in lower case.
    package init?(issuer: String, serial: String) {
        guard Self.isHexadecimal(issuer), Self.isHexadecimal(serial) else { return nil }
        (self.issuer, self.serial) = (issuer, serial)
    }

    /// The id of a certificate. It only says who should have signed it; whether they did is for
    /// the trust anchors to say.
    package init(of certificate: Certificate) {
        issuer =
            certificate.authorityKeyID?.hex ?? Self.issuer(ofName: certificate.issuer)
        serial = certificate.serialHex
    }

    /// Whether this is the id of a certificate that `authority` issued, if anybody did.
    package func isIssued(by authority: Certificate) -> Bool {
        Self.issuers(of: authority).contains(issuer)
    }

    /// The words under which certificates of an authority may name it: the id of its key, and its
    /// name, for certificates that do not tell the key's id.
    static func issuers(of authority: Certificate) -> [String] {
        let name = issuer(ofName: authority.subject)
        return authority.subjectKeyID.map { [$0.hex, name] } ?? [name]
    }

    private static func issuer(ofName name: String) -> String {
        SHA256Digest(hashing: Array(name.utf8)).hex
    }

    /// The longest part: a key's id or a serial number of 64 octets.
    private static let mostDigits = 128

    private static func isHexadecimal(_ text: String) -> Bool {
        (2...mostDigits).contains(text.utf8.count) && [UInt8](hex: text)?.hex == text
    }
}

extension CertificateID: Comparable {
    package static func < (left: CertificateID, right: CertificateID) -> Bool {
        (left.issuer, left.serial) < (right.issuer, right.serial)
    }
}

extension CertificateID: CustomStringConvertible {
    package var description: String { "\(issuer):\(serial)" }

    /// Reads the text that `description` writes.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        self.init(issuer: parts[0], serial: parts[1])
    }
}
