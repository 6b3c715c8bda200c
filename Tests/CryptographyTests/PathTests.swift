import Cryptography
import Records
import Testing

/// Certificates of another library, so that one misunderstanding is not checked against itself.
@Suite("Path validation of certificates made elsewhere")
struct PathTests {
    static let now = Instant(seconds: 1_893_456_000)

    struct Case: Sendable, CustomTestStringConvertible {
        let leaf: String
        var helpers: [String] = []
        var anchors = ["root-later", "root"]
        var instant = PathTests.now
        var purpose = CertificatePurpose.cardAuthentication
        /// The anchor's name, or the refusal.
        let expected: Result<String, CertificateRefusal>
        var testDescription: String { "\(leaf) \(helpers) \(anchors) \(instant) \(purpose)" }
    }

    static let cases: [Case] = [
        Case(leaf: "leaf", expected: .success("root")),
        Case(leaf: "leaf-later", expected: .success("root-later")),
        // Its signature is of another kind than the anchor's key.
        Case(leaf: "leaf-later", anchors: ["root"], expected: .failure(.unknownAuthority)),
        Case(leaf: "leaf", anchors: ["root-plain"], expected: .failure(.unknownAuthority)),
        Case(leaf: "leaf-bare", expected: .success("root")),
        Case(leaf: "leaf-far", expected: .success("root")),
        Case(leaf: "leaf-any", purpose: .tlsServer, expected: .success("root")),
        Case(leaf: "leaf-printable", expected: .success("root")),
        Case(leaf: "leaf-sha1", expected: .failure(.weakKey)),
        Case(leaf: "leaf-middle", expected: .failure(.unknownAuthority)),
        Case(leaf: "leaf-middle", helpers: ["middle"], expected: .success("root")),
        Case(leaf: "leaf-middle", helpers: ["below", "middle"], expected: .success("root")),
        Case(
            leaf: "leaf-middle", helpers: ["middle"], anchors: ["root-later"],
            expected: .failure(.unknownAuthority)),
        Case(leaf: "leaf-middle", anchors: ["middle"], expected: .success("middle")),
        Case(
            leaf: "leaf-middle", helpers: ["middle"], anchors: ["middle"],
            expected: .success("middle")),
        Case(
            leaf: "leaf-below", helpers: ["below", "middle"],
            expected: .failure(.other(pathLengthExceeded))),
        Case(
            leaf: "leaf-middle-ended", helpers: ["middle-ended"],
            expected: .failure(.expired(notAfter: Instant(seconds: 1_767_225_599)))),
        Case(
            leaf: "leaf-no-authority", helpers: ["no-authority"],
            expected: .failure(.unknownAuthority)),
        Case(
            leaf: "leaf-no-authority", anchors: ["no-authority"],
            expected: .failure(.unknownAuthority)),
        Case(leaf: "leaf-plain", anchors: ["root-plain"], expected: .failure(.unknownAuthority)),
        Case(
            leaf: "leaf-no-certsign", anchors: ["root-no-certsign"],
            expected: .failure(.unknownAuthority)),
        Case(
            leaf: "leaf-old", anchors: ["root-old"],
            expected: .failure(.expired(notAfter: Instant(seconds: 1_751_327_999)))),
        Case(
            leaf: "leaf-old", anchors: ["root-old"], instant: Instant(seconds: 1_751_327_999),
            expected: .success("root-old")),
        Case(leaf: "root", expected: .failure(.notEndEntity)),
        Case(leaf: "leaf", anchors: [], expected: .failure(.unknownAuthority)),
        Case(leaf: "leaf", anchors: ["leaf"], expected: .failure(.unknownAuthority)),
    ]

    /// OpenSSL's `X509_V_ERR_PATH_LENGTH_EXCEEDED`.
    static let pathLengthExceeded: Int32 = 25

    @Test("each is accepted under its anchor or refused for its reason", arguments: cases)
    func judged(_ each: Case) throws {
        let anchors = TrustAnchors(try each.anchors.map(Golden.certificate))
        let leaf = try Golden.certificate(each.leaf)
        let helpers = try each.helpers.map(Golden.certificate)
        let result = Result { () throws(CertificateRefusal) in
            try anchors.validate(
                leaf, intermediates: helpers, at: each.instant, purpose: each.purpose)
        }
        switch each.expected {
        case .success(let name):
            #expect(try result == .success(Golden.certificate(name)))
        case .failure(let refusal): #expect(result == .failure(refusal))
        }
    }

    @Test("both ends of a life belong to it")
    func lastSecond() throws {
        let anchors = TrustAnchors([try Golden.certificate("root")])
        let leaf = try Golden.certificate("leaf")
        for instant in [
            leaf.notBefore, leaf.notAfter, Instant(milliseconds: leaf.notAfter.milliseconds + 999),
        ] {
            _ = try anchors.validate(leaf, at: instant, purpose: .cardAuthentication)
        }
        #expect(throws: CertificateRefusal.expired(notAfter: leaf.notAfter)) {
            try anchors.validate(
                leaf, at: leaf.notAfter.adding(seconds: 1), purpose: .cardAuthentication)
        }
        #expect(throws: CertificateRefusal.notYetValid(notBefore: leaf.notBefore)) {
            try anchors.validate(
                leaf, at: leaf.notBefore.adding(seconds: -1), purpose: .cardAuthentication)
        }
    }

    @Test("dates beyond 2049 are read")
    func farDate() throws {
        #expect(try Golden.certificate("leaf-far").notAfter.rfc3339 == "2060-02-29T00:00:00Z")
    }

    @Test("a key on a curve that is not used here is refused when it is read")
    func otherCurve() throws {
        #expect(throws: CryptographyError.unsupported("elliptic curve secp521r1")) {
            try Golden.certificate("leaf-p521")
        }
    }

    @Test("more helpers than a path can have are not looked at")
    func manyHelpers() throws {
        let anchors = TrustAnchors([try Golden.certificate("root")])
        let other = try Golden.certificate("root-plain")
        let helpers = Array(repeating: other, count: 1000) + [try Golden.certificate("middle")]
        #expect(throws: CertificateRefusal.unknownAuthority) {
            try anchors.validate(
                Golden.certificate("leaf-middle"), intermediates: helpers, at: Self.now,
                purpose: .cardAuthentication)
        }
    }
}
