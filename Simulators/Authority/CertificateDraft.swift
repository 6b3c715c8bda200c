internal import COpenSSL
internal import Cryptography
internal import Records

/// A certificate in the making: an `X509` and the context that its extensions refer to.
@safe final class CertificateDraft {
    private let pointer: OpaquePointer?
    private var issuer: Certificate?
    private var steps = Steps()

    /// The first call that failed, if one did.
    private struct Steps {
        var failed: String?
        mutating func require(_ result: Int32, _ call: String) {
            if result <= 0 && failed == nil { failed = call }
        }
    }

    init() {
        unsafe pointer = X509_new()
        steps.require(unsafe X509_set_version(pointer, 2), "version")
        // Positive and never zero (RFC 5280 §4.1.2.2).
        var random = RandomOctets.make(Self.serialOctetCount)
        random[0] = random[0] & 0x7F | 0x40
        let number = unsafe BN_bin2bn(random, Int32(random.count), nil)
        let serial = unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer))
        steps.require(unsafe serial == nil ? 0 : 1, "serial number")
        unsafe BN_free(number)
    }

    /// The serial number's size in octets.
    private static let serialOctetCount = 16

    deinit { unsafe X509_free(pointer) }

    func setName(_ parts: [(String, String)], isIssuerToo: Bool) {
        let name = unsafe X509_get_subject_name(pointer)
        for (key, value) in parts {
            let type = key == "C" ? MBSTRING_ASC : MBSTRING_UTF8
            steps.require(
                unsafe X509_NAME_add_entry_by_txt(
                    name, key, copenssl_string_type(type), Array(value.utf8),
                    Int32(value.utf8.count), -1, 0),
                "name")
        }
        if isIssuerToo { steps.require(unsafe X509_set_issuer_name(pointer, name), "issuer") }
    }

    func setIssuer(_ certificate: Certificate) {
        issuer = certificate
        unsafe certificate.withPointer { issuer in
            let name = unsafe X509_get_subject_name(issuer)
            steps.require(unsafe X509_set_issuer_name(pointer, name), "issuer")
        }
    }

    func setLife(_ notBefore: Instant, _ notAfter: Instant) {
        let first = unsafe ASN1_TIME_set(
            X509_getm_notBefore(pointer), time_t(notBefore.seconds))
        let last = unsafe ASN1_TIME_set(X509_getm_notAfter(pointer), time_t(notAfter.seconds))
        steps.require(unsafe first == nil || last == nil ? 0 : 1, "life")
    }

    func setKey(_ key: PublicKey) {
        let spki = key.spki
        let result = unsafe spki.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let key = unsafe d2i_PUBKEY(nil, &cursor, buffer.count)
            defer { unsafe EVP_PKEY_free(key) }
            return unsafe X509_set_pubkey(pointer, key)
        }
        steps.require(result, "key")
    }

    /// Adds an extension in the words of OpenSSL's configuration (x509v3_config(5)); `sections`
    /// are what the value refers to.
    func add(_ value: String, as kind: Int32, sections: String = "") {
        var context = unsafe X509V3_CTX()
        let configuration = unsafe NCONF_new(nil)
        defer { unsafe NCONF_free(configuration) }
        if !sections.isEmpty {
            let octets = Array(sections.utf8)
            let bio = unsafe BIO_new(BIO_s_mem())
            defer { unsafe BIO_free(bio) }
            steps.require(unsafe BIO_write(bio, octets, Int32(octets.count)), "sections")
            steps.require(unsafe NCONF_load_bio(configuration, bio, nil), "sections")
        }
        func add(_ issuer: OpaquePointer?) {
            unsafe X509V3_set_ctx(&context, issuer, pointer, nil, nil, 0)
            unsafe X509V3_set_nconf(&context, configuration)
            let made = unsafe X509V3_EXT_conf_nid(nil, &context, kind, value)
            steps.require(unsafe made == nil ? 0 : 1, "extension \(value)")
            steps.require(unsafe X509_add_ext(pointer, made, -1), "extension \(value)")
            unsafe X509_EXTENSION_free(made)
        }
        if let issuer { unsafe issuer.withPointer { unsafe add($0) } } else { unsafe add(pointer) }
    }

    func addUnknownCriticalExtension() {
        let object = unsafe OBJ_txt2obj("2.999.9.9", 1)
        let value = unsafe ASN1_OCTET_STRING_new()
        unsafe ASN1_OCTET_STRING_set(value, [0x05, 0x00], 2)
        let made = unsafe X509_EXTENSION_create_by_OBJ(nil, object, 1, value)
        steps.require(unsafe X509_add_ext(pointer, made, -1), "unknown extension")
        unsafe X509_EXTENSION_free(made)
        unsafe ASN1_OCTET_STRING_free(value)
        unsafe ASN1_OBJECT_free(object)
    }

    func signed(by key: PrivateKey) throws(CryptographyError) -> Certificate {
        let hash: OpaquePointer? =
            switch key.kind {
            case .rsa, .p256: unsafe EVP_sha256()
            case .p384: unsafe EVP_sha384()
            case .ed25519: nil
            }
        steps.require(
            unsafe key.withPointer { unsafe X509_sign(pointer, $0, hash) }, "signature")
        if let failed = steps.failed {
            ERR_clear_error()
            throw .malformed("certificate: \(failed)")
        }
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509(pointer, &start)
        defer { unsafe CRYPTO_free(start, nil, 0) }
        guard count > 0, let octets = unsafe start else { throw .malformed("certificate") }
        return try Certificate(
            der: unsafe [UInt8](UnsafeBufferPointer(start: octets, count: Int(count))))
    }
}
