internal import COpenSSL
package import Cryptography
internal import Octets
package import Records

extension CertificateAuthority {
    /// A list of the certificates this authority does not stand by (CRL, RFC 5280 §5), DER.
    package func revocationList(
        _ register: CertificateRegister, number: Int, at now: Instant, until next: Instant
    ) throws(CryptographyError) -> [UInt8] {
        let list = unsafe X509_CRL_new()
        defer {
            unsafe X509_CRL_free(list)
            ERR_clear_error()
        }
        var steps = Steps()
        steps.require(unsafe X509_CRL_set_version(list, 1), "version")
        unsafe certificate.withPointer { issuer in
            steps.require(
                unsafe X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer)), "issuer")
        }
        unsafe withTime(now) { steps.require(unsafe X509_CRL_set1_lastUpdate(list, $0), "date") }
        unsafe withTime(next) { steps.require(unsafe X509_CRL_set1_nextUpdate(list, $0), "date") }
        for (id, standing) in register.standings(of: certificate) {
            unsafe add(id.serial, standing, to: list, &steps)
        }
        unsafe X509_CRL_sort(list)
        unsafe extend(list, number, &steps)
        let hash = unsafe digest(of: key)
        steps.require(unsafe key.withPointer { unsafe X509_CRL_sign(list, $0, hash) }, "signature")
        try steps.check("revocation list")
        return unsafe encoded { unsafe i2d_X509_CRL(list, $0) }
    }

    private func add(
        _ serial: String, _ standing: CertificateRegister.Standing, to list: OpaquePointer?,
        _ steps: inout Steps
    ) {
        guard let octets = [UInt8](hex: serial) else { return steps.fail("serial number") }
        let entry = unsafe X509_REVOKED_new()
        let number = unsafe BN_bin2bn(octets, Int32(octets.count), nil)
        let integer = unsafe BN_to_ASN1_INTEGER(number, nil)
        let reason = unsafe ASN1_ENUMERATED_new()
        defer {
            unsafe BN_free(number)
            unsafe ASN1_INTEGER_free(integer)
            unsafe ASN1_ENUMERATED_free(reason)
        }
        steps.require(unsafe X509_REVOKED_set_serialNumber(entry, integer), "serial number")
        unsafe withTime(standing.since) {
            steps.require(unsafe X509_REVOKED_set_revocationDate(entry, $0), "date")
        }
        if standing.reasonCode != 0 {
            steps.require(unsafe ASN1_ENUMERATED_set(reason, Int(standing.reasonCode)), "reason")
            steps.require(
                unsafe X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0), "reason")
        }
        steps.require(unsafe X509_CRL_add0_revoked(list, entry), "entry")
    }

    /// The list's number, and whose key signs it: generations share a name.
    private func extend(_ list: OpaquePointer?, _ number: Int, _ steps: inout Steps) {
        let integer = unsafe ASN1_INTEGER_new()
        defer { unsafe ASN1_INTEGER_free(integer) }
        steps.require(unsafe ASN1_INTEGER_set(integer, number), "number")
        steps.require(
            unsafe X509_CRL_add1_ext_i2d(list, NID_crl_number, integer, 0, 0), "number")
        guard certificate.subjectKeyID != nil else { return }
        var context = unsafe X509V3_CTX()
        unsafe certificate.withPointer { issuer in
            unsafe X509V3_set_ctx(&context, issuer, nil, nil, list, 0)
            let made = unsafe X509V3_EXT_conf_nid(
                nil, &context, NID_authority_key_identifier, "keyid:always")
            steps.require(unsafe X509_CRL_add_ext(list, made, -1), "key id")
            unsafe X509_EXTENSION_free(made)
        }
    }
}

/// The first call of OpenSSL that failed, if one did.
struct Steps {
    private(set) var failed: String?
    mutating func require(_ result: Int32, _ call: String) { if result <= 0 { fail(call) } }
    mutating func fail(_ call: String) { failed = failed ?? call }
    func check(_ what: String) throws(CryptographyError) {
        if let failed { throw .malformed("\(what): \(failed)") }
    }
}

/// The hash that a key of this kind signs with.
func digest(of key: PrivateKey) -> OpaquePointer? {
    switch key.kind {
    case .rsa, .p256: unsafe EVP_sha256()
    case .p384: unsafe EVP_sha384()
    case .ed25519: nil
    }
}

/// A time as ASN.1 writes it, for as long as the body runs.
func withTime(_ instant: Instant, _ body: (UnsafeMutablePointer<ASN1_TIME>?) -> Void) {
    let time = unsafe ASN1_TIME_set(nil, time_t(instant.seconds))
    defer { unsafe ASN1_TIME_free(time) }
    unsafe body(time)
}

/// The DER form that one of OpenSSL's `i2d` calls writes.
func encoded(_ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32) -> [UInt8] {
    var start: UnsafeMutablePointer<UInt8>?
    let count = unsafe write(&start)
    defer { unsafe CRYPTO_free(start, nil, 0) }
    guard count > 0, let octets = unsafe start else { return [] }
    return unsafe [UInt8](UnsafeBufferPointer(start: octets, count: Int(count)))
}
