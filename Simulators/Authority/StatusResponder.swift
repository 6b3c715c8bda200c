internal import COpenSSL
package import Cryptography
internal import Octets
package import Records

/// Answers whether certificates of one authority are good (OCSP, RFC 6960), with a key that the
/// authority delegated for that alone.
package struct StatusResponder: Sendable {
    /// How long an answer is fresh, in seconds.
    package static let freshSeconds: Int64 = 300
    /// How long the delegation lasts, in seconds.
    private static let delegationSeconds: Int64 = 7 * 86_400
    /// The longest request that is read, in octets, and the most certificates it may ask about.
    private static let longestRequest = 16_384
    private static let mostQuestions: Int32 = 32

    /// The certificate that says whose responder this is.
    package let certificate: Certificate
    private let authority: Certificate
    private let key: PrivateKey

    /// A responder of an authority, delegated from now on for a week.
    package init(of authority: CertificateAuthority, at now: Instant) throws(CryptographyError) {
        key = try PrivateKey.generate(.p256)
        self.authority = authority.certificate
        certificate = try authority.issue(
            CertificateRequest(
                commonName: "Simulated status responder", publicKey: key.publicKey,
                notBefore: now.adding(seconds: -3600),
                notAfter: now.adding(seconds: Self.delegationSeconds), profile: .statusResponder))
    }

    /// Whether a request asks about an authority's certificates: its first question says.
    package static func isAsked(by request: [UInt8], about authority: Certificate) -> Bool {
        defer { ERR_clear_error() }
        let read = unsafe read(request)
        defer { unsafe OCSP_REQUEST_free(read) }
        guard unsafe read != nil else { return false }
        return unsafe isAbout(authority, OCSP_onereq_get0_id(OCSP_request_onereq_get0(read, 0)))
    }

    /// The answer to a request that is about none of the authorities here (RFC 6960 §2.3), or that
    /// cannot be read.
    package static func answer(toUnservable request: [UInt8]) -> [UInt8] {
        defer { ERR_clear_error() }
        let read = unsafe read(request)
        defer { unsafe OCSP_REQUEST_free(read) }
        let isMalformed = unsafe read == nil
        return unsafe response(
            isMalformed
                ? OCSP_RESPONSE_STATUS_MALFORMEDREQUEST : OCSP_RESPONSE_STATUS_UNAUTHORIZED, nil)
    }

    /// A request of a bounded size with a bounded number of questions, one at least.
    private static func read(_ request: [UInt8]) -> OpaquePointer? {
        guard request.count <= longestRequest else { return nil }
        let read = unsafe request.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var cursor = buffer.baseAddress
            return unsafe d2i_OCSP_REQUEST(nil, &cursor, buffer.count)
        }
        guard unsafe read != nil,
            (1...mostQuestions).contains(unsafe OCSP_request_onereq_count(read))
        else {
            unsafe OCSP_REQUEST_free(read)
            return nil
        }
        return unsafe read
    }

    /// The answer to a request, DER; a request that cannot be read is answered with that.
    package func answer(
        _ request: [UInt8], from register: CertificateRegister, at now: Instant
    ) throws(CryptographyError) -> [UInt8] {
        defer { ERR_clear_error() }
        let read = unsafe Self.read(request)
        defer { unsafe OCSP_REQUEST_free(read) }
        guard unsafe read != nil else {
            return unsafe Self.response(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, nil)
        }
        let basic = unsafe OCSP_BASICRESP_new()
        defer { unsafe OCSP_BASICRESP_free(basic) }
        var steps = Steps()
        for index in 0..<(unsafe OCSP_request_onereq_count(read)) {
            let identity = unsafe OCSP_onereq_get0_id(OCSP_request_onereq_get0(read, index))
            unsafe add(identity, from: register, at: now, to: basic, &steps)
        }
        // The asker's nonce, if there is one: an old answer cannot be sold for a new one.
        unsafe OCSP_copy_nonce(basic, read)
        let hash = unsafe digest(of: key)
        let signed = unsafe certificate.withPointer { signer in
            unsafe key.withPointer { unsafe OCSP_basic_sign(basic, signer, $0, hash, nil, 0) }
        }
        steps.require(signed, "signature")
        try steps.check("status answer")
        return unsafe Self.response(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic)
    }

    private static func response(_ status: Int32, _ basic: OpaquePointer?) -> [UInt8] {
        let response = unsafe OCSP_response_create(status, basic)
        defer { unsafe OCSP_RESPONSE_free(response) }
        return unsafe encoded { unsafe i2d_OCSP_RESPONSE(response, $0) }
    }

    /// One certificate's standing: another authority's is unknown here.
    private func add(
        _ identity: OpaquePointer?, from register: CertificateRegister, at now: Instant,
        to basic: OpaquePointer?, _ steps: inout Steps
    ) {
        let standing = unsafe serial(identity).flatMap { register.standing(of: $0, by: authority) }
        let isOurs = unsafe Self.isAbout(authority, identity)
        let status =
            !isOurs
            ? V_OCSP_CERTSTATUS_UNKNOWN
            : standing == nil ? V_OCSP_CERTSTATUS_GOOD : V_OCSP_CERTSTATUS_REVOKED
        unsafe withTime(now) { thisUpdate in
            unsafe withTime(now.adding(seconds: Self.freshSeconds)) { nextUpdate in
                unsafe withTime(standing?.since ?? now) { since in
                    let added = unsafe OCSP_basic_add1_status(
                        basic, identity, status, standing?.reasonCode ?? 0,
                        isOurs && standing != nil ? since : nil, thisUpdate, nextUpdate)
                    unsafe steps.require(added == nil ? 0 : 1, "status")
                }
            }
        }
    }

    private func serial(_ identity: OpaquePointer?) -> String? {
        var number: UnsafeMutablePointer<ASN1_INTEGER>?
        guard unsafe OCSP_id_get0_info(nil, nil, nil, &number, identity) == 1,
            let number = unsafe number
        else { return nil }
        let count = unsafe Int(ASN1_STRING_length(number))
        guard let start = unsafe ASN1_STRING_get0_data(number) else { return nil }
        return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count)).hex
    }

    /// Whether a question names an authority, by the hash of its name and key.
    private static func isAbout(_ authority: Certificate, _ identity: OpaquePointer?) -> Bool {
        var algorithm: OpaquePointer?
        guard unsafe OCSP_id_get0_info(nil, &algorithm, nil, nil, identity) == 1 else {
            return false
        }
        let hash = unsafe EVP_get_digestbyname(OBJ_nid2sn(OBJ_obj2nid(algorithm)))
        guard unsafe hash != nil else { return false }
        let own = unsafe authority.withPointer { unsafe OCSP_cert_to_id(hash, nil, $0) }
        defer { unsafe OCSP_CERTID_free(own) }
        return unsafe OCSP_id_issuer_cmp(own, identity) == 0
    }
}
