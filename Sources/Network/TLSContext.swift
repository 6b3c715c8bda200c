internal import COpenSSL
package import Cryptography

/// The settings of one side's TLS: version 1.3 only, both sides with certificates, no session
/// tickets, so that every connection proves who is there.
@safe package final class TLSContext: Sendable {
    private let address: UInt
    let isServer: Bool
    let serverName: String?

    /// The server's side: clients must present a certificate that one of the anchors issued.
    package static func server(
        certificate: Certificate, key: PrivateKey, clientAnchors: [Certificate]
    ) throws(CryptographyError) -> TLSContext {
        try TLSContext((certificate, key), clientAnchors, serverName: nil, isServer: true)
    }

    /// The server's side for browsers, who show no certificate.
    package static func publicServer(
        certificate: Certificate, key: PrivateKey
    ) throws(CryptographyError) -> TLSContext {
        try TLSContext(
            (certificate, key), [], serverName: nil, isServer: true, asksForClients: false)
    }

    /// The client's side: the server must carry the name, issued by one of the anchors.
    package static func client(
        certificate: Certificate, key: PrivateKey, serverAnchors: [Certificate],
        serverName: String
    ) throws(CryptographyError) -> TLSContext {
        try TLSContext(
            (certificate, key), serverAnchors, serverName: serverName, isServer: false)
    }

    /// The client's side where no certificate is asked for.
    package static func client(
        serverAnchors: [Certificate], serverName: String
    ) throws(CryptographyError) -> TLSContext {
        try TLSContext(nil, serverAnchors, serverName: serverName, isServer: false)
    }

    /// One side. Only tests leave the identity out, to be turned away.
    init(
        _ identity: (certificate: Certificate, key: PrivateKey)?, _ anchors: [Certificate],
        serverName: String?, isServer: Bool, asksForClients: Bool = true
    ) throws(CryptographyError) {
        // OpenSSL takes an empty name for "any name".
        guard serverName?.isEmpty != true else { throw .malformed("a server without a name") }
        let context = unsafe SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method())
        guard let context = unsafe context else {
            throw .unsupported("TLS")
        }
        unsafe SSL_CTX_set_options(context, copenssl_SSL_OP_NO_TICKET())
        unsafe SSL_CTX_set_num_tickets(context, 0)
        unsafe copenssl_SSL_CTX_no_session_cache(context)
        let store = unsafe SSL_CTX_get_cert_store(context)
        var isSet = unsafe copenssl_SSL_CTX_require_tls13(context) == 1
        for anchor in anchors {
            let added = unsafe anchor.withPointer { unsafe X509_STORE_add_cert(store, $0) }
            isSet = isSet && added == 1
        }
        if let (certificate, key) = identity {
            let used = unsafe certificate.withPointer {
                unsafe SSL_CTX_use_certificate(context, $0)
            }
            // Refuses a key that is not the certificate's.
            let keyed = unsafe key.withPointer { unsafe SSL_CTX_use_PrivateKey(context, $0) }
            isSet = isSet && used == 1 && keyed == 1
        }
        unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        let mode =
            asksForClients
            ? SSL_VERIFY_PEER | (isServer ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0) : SSL_VERIFY_NONE
        unsafe SSL_CTX_set_verify(context, mode, nil)
        guard isSet else {
            ERR_clear_error()
            unsafe SSL_CTX_free(context)
            throw .malformed("certificate and key of a TLS identity do not belong together")
        }
        self.isServer = isServer
        self.serverName = serverName
        address = UInt(bitPattern: context)
    }

    deinit { unsafe SSL_CTX_free(OpaquePointer(bitPattern: address)) }

    var pointer: OpaquePointer? { unsafe OpaquePointer(bitPattern: address) }
}
