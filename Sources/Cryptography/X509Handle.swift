internal import COpenSSL
internal import Glibc
internal import Octets
internal import Records

/// An `X509`, owned; the address kept as a number as in `EVPKey`.
@safe final class X509Handle: Sendable {
    private let address: UInt

    /// Takes over a certificate that a call of OpenSSL has made; nothing if the call failed.
    init?(adopting pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        address = UInt(bitPattern: pointer)
    }

    deinit { unsafe X509_free(OpaquePointer(bitPattern: address)) }

    /// The pointer, valid while this object lives.
    var pointer: OpaquePointer? { unsafe OpaquePointer(bitPattern: address) }

    func publicKey() throws(CryptographyError) -> PublicKey {
        let key = unsafe EVPKey(adopting: X509_get_pubkey(pointer))
        ERR_clear_error()
        guard let key else { throw .unsupported("kind of key in a certificate") }
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(pointer), &start)
        defer { unsafe CRYPTO_free(start, nil, 0) }
        guard count > 0, let octets = unsafe start else { throw failure("i2d_X509_PUBKEY") }
        return try PublicKey(
            key, spki: unsafe [UInt8](UnsafeBufferPointer(start: octets, count: Int(count))))
    }

    func der() throws(CryptographyError) -> [UInt8] {
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509(pointer, &start)
        defer { unsafe CRYPTO_free(start, nil, 0) }
        guard count > 0, let octets = unsafe start else { throw failure("i2d_X509") }
        return unsafe [UInt8](UnsafeBufferPointer(start: octets, count: Int(count)))
    }

    func name(_ name: OpaquePointer?) -> String {
        let octets = unsafe withBIO { bio in
            unsafe copenssl_X509_NAME_print_rfc2253(bio, name)
            return unsafe contents(of: bio)
        }
        return String(decoding: octets, as: UTF8.self)
    }

    func serialHex() -> String {
        guard let serial = unsafe X509_get0_serialNumber(pointer) else { return "" }
        let sign = unsafe ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" : ""
        return unsafe sign + (octets(serial)?.hex ?? "")
    }

    /// The value of an ASN.1 string, nothing for a null pointer.
    func octets(_ string: UnsafePointer<ASN1_STRING>?) -> [UInt8]? {
        guard let string = unsafe string else { return nil }
        let count = unsafe Int(ASN1_STRING_length(string))
        guard let start = unsafe ASN1_STRING_get0_data(string) else { return [] }
        return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    }

    /// The first critical extension that OpenSSL does not know, as its dotted number.
    func unknownCriticalExtension() -> String? {
        for index in 0..<max(0, unsafe X509_get_ext_count(pointer)) {
            let found = unsafe X509_get_ext(pointer, index)
            guard unsafe X509_EXTENSION_get_critical(found) != 0,
                unsafe X509_supported_extension(found) == 0
            else { continue }
            var text = [CChar](repeating: 0, count: 128)
            let count = unsafe OBJ_obj2txt(
                &text, Int32(text.count), X509_EXTENSION_get_object(found), 1)
            let octets = text.prefix(min(max(0, Int(count)), text.count - 1))
            return String(decoding: octets.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return nil
    }

    func instant(_ time: UnsafePointer<ASN1_TIME>?) throws(CryptographyError) -> Instant {
        var parts = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else {
            ERR_clear_error()
            throw .malformed("a date in the certificate")
        }
        return Instant(seconds: Int64(unsafe timegm(&parts)))
    }
}
