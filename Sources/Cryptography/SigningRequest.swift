internal import COpenSSL

/// A request for a certificate (PKCS #10, RFC 2986): what an authority is sent, never the key itself.
package enum SigningRequest {
    /// The PEM form of a request by a key, signed with it, for the name that a certificate has.
    package static func pem(
        for key: PrivateKey, named certificate: Certificate
    ) throws(CryptographyError) -> [UInt8] {
        try unsafe pem(for: key) { request in
            unsafe X509_REQ_set_subject_name(
                request, X509_get_subject_name(certificate.handle.pointer))
        }
    }

    /// The same for a common name.
    package static func pem(
        for key: PrivateKey, commonName: String
    ) throws(CryptographyError) -> [UInt8] {
        let octets = Array(commonName.utf8)
        return try unsafe pem(for: key) { request in
            let name = unsafe X509_NAME_new()
            defer { unsafe X509_NAME_free(name) }
            guard
                unsafe X509_NAME_add_entry_by_NID(
                    name, NID_commonName, copenssl_utf8_type(), octets, Int32(octets.count), -1, 0)
                    == 1
            else { return 0 }
            return unsafe X509_REQ_set_subject_name(request, name)
        }
    }

    private static func pem(
        for key: PrivateKey, name: (OpaquePointer?) -> Int32
    ) throws(CryptographyError) -> [UInt8] {
        let request = unsafe X509_REQ_new()
        defer { unsafe X509_REQ_free(request) }
        try check(unsafe name(request), "request: name")
        try check(unsafe X509_REQ_set_pubkey(request, key.key.pointer), "request: key")
        let hash = unsafe key.kind == .ed25519 ? nil : key.kind.hash.algorithm
        guard unsafe X509_REQ_sign(request, key.key.pointer, hash) > 0 else {
            throw failure("request: sign")
        }
        return unsafe withBIO { bio in
            let result = unsafe PEM_write_bio_X509_REQ(bio, request)
            precondition(result == 1, "a request in memory can be written")
            return unsafe contents(of: bio)
        }
    }
}
