internal import COpenSSL
package import Octets
package import Records

/// An X.509 certificate (RFC 5280), parsed once.
package struct Certificate: Sendable {
    /// The longest certificate that is read, in octets: a card's file holds at most 32,767.
    package static let longestOctetCount = 32_767

    let handle: X509Handle
    /// The certificate's octets, exactly as they came.
    package let der: [UInt8]
    /// SHA-256 of the octets.
    package let digest: SHA256Digest
    /// The subject's name as text (RFC 2253).
    package let subject: String
    /// The issuer's name as text (RFC 2253).
    package let issuer: String
    /// The serial number, hexadecimal.
    package let serialHex: String
    /// The first instant of its life.
    package let notBefore: Instant
    /// The last instant of its life.
    package let notAfter: Instant
    /// The subject's key.
    package let publicKey: PublicKey
    /// Whether basicConstraints say that it is an authority.
    package let isAuthority: Bool
    /// What the key may be used for; nothing where the certificate does not say.
    package let keyUsage: KeyUsage?
    /// The subject's key id, if it has one.
    package let subjectKeyID: [UInt8]?
    /// The issuer's key id, if it has one.
    package let authorityKeyID: [UInt8]?

    /// A certificate from its octets; nothing may follow it. What the signature does not cover
    /// must be DER too, or one certificate would have many digests.
    package init(der octets: [UInt8]) throws(CryptographyError) {
        guard octets.count <= Self.longestOctetCount else {
            throw .malformed("the certificate is too long")
        }
        let (pointer, consumed) = unsafe octets.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let pointer = unsafe d2i_X509(nil, &cursor, buffer.count)
            let end = unsafe cursor.map { UInt(bitPattern: $0) } ?? 0
            let start = unsafe buffer.baseAddress.map { UInt(bitPattern: $0) } ?? 0
            return unsafe (pointer, Int(end - start))
        }
        ERR_clear_error()
        guard let handle = unsafe X509Handle(adopting: pointer), consumed == octets.count else {
            throw .malformed("not an X.509 certificate")
        }
        guard try handle.der() == octets else { throw .malformed("a certificate that is not DER") }
        try self.init(handle, der: octets)
    }

    /// The first certificate of a PEM text.
    package init(pem: [UInt8]) throws(CryptographyError) {
        guard pem.count <= 2 * Self.longestOctetCount else {
            throw .malformed("the PEM text is too long")
        }
        let blocks = try PEM.blocks(
            labelled: Self.labels, in: pem, atMost: TrustAnchors.mostAnchors)
        guard let first = blocks.first else { throw .malformed("not a certificate in PEM form") }
        try self.init(der: first)
    }

    /// Every certificate of a PEM text, in order.
    package static func all(pem: [UInt8]) throws(CryptographyError) -> [Certificate] {
        guard pem.count <= KeyFile.longestOctetCount else {
            throw .malformed("the PEM text is too long")
        }
        return try PEM.blocks(labelled: labels, in: pem, atMost: TrustAnchors.mostAnchors).map {
            (octets) throws(CryptographyError) in try Certificate(der: octets)
        }
    }

    /// What a certificate is called in PEM texts, new and old.
    private static let labels = ["CERTIFICATE", "X509 CERTIFICATE"]

    private init(_ handle: X509Handle, der: [UInt8]) throws(CryptographyError) {
        self.handle = handle
        self.der = der
        digest = SHA256Digest(hashing: der)
        publicKey = try handle.publicKey()
        subject = unsafe handle.name(X509_get_subject_name(handle.pointer))
        issuer = unsafe handle.name(X509_get_issuer_name(handle.pointer))
        serialHex = handle.serialHex()
        notBefore = try unsafe handle.instant(X509_get0_notBefore(handle.pointer))
        notAfter = try unsafe handle.instant(X509_get0_notAfter(handle.pointer))
        let flags = unsafe X509_get_extension_flags(handle.pointer)
        guard flags & UInt32(EXFLAG_INVALID) == 0 else {
            throw .malformed("the certificate's extensions contradict themselves")
        }
        isAuthority = flags & UInt32(EXFLAG_CA) != 0
        keyUsage =
            flags & UInt32(EXFLAG_KUSAGE) == 0
            ? nil : unsafe KeyUsage(rawValue: X509_get_key_usage(handle.pointer))
        subjectKeyID = unsafe handle.octets(X509_get0_subject_key_id(handle.pointer))
        authorityKeyID = unsafe handle.octets(X509_get0_authority_key_id(handle.pointer))
    }

    /// The PEM form.
    package var pem: [UInt8] { PEM.block("CERTIFICATE", der) }

    /// Lets another module's C call borrow the `X509`.
    package func withPointer<Result>(_ body: (OpaquePointer?) -> Result) -> Result {
        withExtendedLifetime(handle) { unsafe body(handle.pointer) }
    }
}

extension Certificate: Hashable {
    package static func == (left: Certificate, right: Certificate) -> Bool {
        left.der == right.der
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

extension Certificate: CustomStringConvertible {
    package var description: String { "Certificate(\(digest.hex.prefix(16)))" }
}
