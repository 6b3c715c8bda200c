internal import COpenSSL
internal import Cryptography

/// One TLS connection over two memory buffers: it needs no socket, so it is tested without one.
///
/// Octets from the wire go in by `receive`, octets for the wire come out by `takeOutput`; between
/// them `handshake`, `read` and `write` move plain text.
@safe struct TLSEngine: ~Copyable, Sendable {
    private let address: UInt

    /// What a step needs before it can go on.
    enum Progress: Hashable {
        case done
        case needsInput
        /// The other side said that it is done.
        case ended
    }

    /// An engine that has not shaken hands.
    init(_ context: TLSContext) throws(NetworkError) {
        let ssl = unsafe SSL_new(context.pointer)
        guard let ssl = unsafe ssl else { throw .tls(.other("no memory")) }
        unsafe SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
        if context.isServer {
            unsafe SSL_set_accept_state(ssl)
        } else {
            unsafe SSL_set_connect_state(ssl)
        }
        if let name = context.serverName {
            unsafe copenssl_SSL_check_names_only(ssl)
            // A name that was not taken would leave every name accepted.
            let isNamed = unsafe copenssl_SSL_set_tlsext_host_name(ssl, name) == 1
            guard unsafe isNamed && SSL_set1_host(ssl, name) == 1 else {
                unsafe SSL_free(ssl)
                ERR_clear_error()
                throw .tls(.other("the server's name"))
            }
        }
        address = UInt(bitPattern: ssl)
    }

    deinit { unsafe SSL_free(ssl) }

    private var ssl: OpaquePointer? { unsafe OpaquePointer(bitPattern: address) }

    /// Takes octets that came from the wire.
    func receive(_ octets: UnsafeRawBufferPointer) {
        let written = unsafe BIO_write(
            SSL_get_rbio(ssl), octets.baseAddress, Int32(octets.count))
        precondition(written == Int32(octets.count), "no memory for a TLS record")
    }

    /// The octets that must go to the wire now.
    func takeOutput() -> [UInt8] {
        let bio = unsafe SSL_get_wbio(ssl)
        let count = unsafe BIO_ctrl_pending(bio)
        guard count > 0 else { return [] }
        var octets = [UInt8](repeating: 0, count: count)
        let read = unsafe BIO_read(bio, &octets, Int32(count))
        return [UInt8](octets.prefix(Int(max(0, read))))
    }

    /// Goes on with the handshake.
    func handshake() throws(NetworkError) -> Progress {
        ERR_clear_error()
        return try progress(unsafe SSL_do_handshake(ssl))
    }

    /// Reads plain text; nothing where more input is needed.
    func read(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(NetworkError) -> (count: Int, progress: Progress) {
        ERR_clear_error()
        let count = unsafe SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
        return try (Int(max(0, count)), progress(count))
    }

    /// Writes plain text; a memory buffer takes everything at once.
    func write(_ octets: UnsafeRawBufferPointer) throws(NetworkError) {
        guard unsafe !octets.isEmpty else { return }
        ERR_clear_error()
        let count = unsafe SSL_write(ssl, octets.baseAddress, Int32(clamping: octets.count))
        guard try progress(count) == .done, Int(count) == octets.count else {
            throw .tls(.other("a short write"))
        }
    }

    /// Says that nothing more will be sent.
    func shutdown() {
        unsafe SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// Takes in a record that fails its check, so that a fatal alert is ready to be sent.
    func provokeAlert() {
        let record: [UInt8] = [0x17, 0x03, 0x03, 0x00, 0x20] + [UInt8](repeating: 0, count: 32)
        unsafe record.withUnsafeBytes { unsafe receive($0) }
        var octet: UInt8 = 0
        unsafe SSL_read(ssl, &octet, 1)
        ERR_clear_error()
    }

    /// The other side's certificate, after the handshake.
    func peerCertificate() -> Certificate? {
        guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else { return nil }
        defer { unsafe X509_free(certificate) }
        var start: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_X509(certificate, &start)
        defer { unsafe CRYPTO_free(start, nil, 0) }
        guard count > 0, let octets = unsafe start else { return nil }
        return try? Certificate(
            der: unsafe [UInt8](UnsafeBufferPointer(start: octets, count: Int(count))))
    }

    private func progress(_ result: Int32) throws(NetworkError) -> Progress {
        if result > 0 { return .done }
        switch unsafe SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsInput
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: throw .tls(failure())
        }
    }

    private func failure() -> TLSFailure {
        let code = ERR_get_error()
        ERR_clear_error()
        let verified = unsafe SSL_get_verify_result(ssl)
        if verified != Int(X509_V_OK) {
            return .certificateRejected(
                unsafe String(cString: X509_verify_cert_error_string(verified)))
        }
        let alert = copenssl_alert_of(code)
        if alert != 0 { return .alert(alert) }
        guard let reason = unsafe ERR_reason_error_string(code) else {
            return .other("the connection ended inside TLS")
        }
        return .other(unsafe String(cString: reason))
    }
}
