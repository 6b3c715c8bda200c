import Authority
import ClearinghouseSimulator
import Cryptography
import HTTP
import JSON
import Octets
import Records
import TestFolders
import Testing
import VirtualCard

@Suite("Certificates that are suspended, revoked, renewed, while the clearinghouse runs")
struct StandingTests {
    private func check(
        _ served: Served, card: Card? = nil, person: String = "hanako"
    ) async throws -> Answered {
        await served.ask(
            "POST", "/v1/checks/card",
            try served.signed(person, nonce: await served.nonce(), card: card))
    }

    @discardableResult
    private func order(
        _ served: Served, _ certificate: Certificate?, _ standing: String, reason: Int? = nil
    ) async throws -> Answered {
        let pem = String(decoding: try #require(certificate).pem, as: UTF8.self)
        return await served.order(
            "PUT", "/admin/certificates",
            .object(present: [
                ("certificate", .string(pem)), ("standing", .string(standing)),
                ("reason", reason.map { JSONValue($0) }),
            ]))
    }

    @Test("a suspended or revoked card is refused on the next request, each with its own problem")
    func cards() async throws {
        let served = try await Served()
        defer { served.close() }
        let certificate = served.cards["hanako"]?.certificate
        #expect(try await check(served).status == 200)
        #expect(try await order(served, certificate, "suspended")["standing"] == "suspended")
        let suspended = try await check(served)
        #expect(suspended.problem == "certificate-suspended" && suspended.status == 403)
        // The clearinghouse's signed word says why.
        let receipt = try #require(
            suspended["receipt"]?["bytes"]?.stringValue.flatMap { [UInt8](base64: $0) })
        #expect(
            try JSONValue(parsing: receipt)["certificateStatus"] == "certificate-suspended")
        #expect(try await check(served, person: "taro").status == 200)
        try await order(served, certificate, "good")
        #expect(try await check(served).status == 200)
        let revoked = try await order(served, certificate, "revoked", reason: 1)
        #expect(revoked["standing"] == "revoked" && revoked["reason"] == 1)
        #expect(try await check(served).problem == "certificate-revoked")
        for standing in ["good", "suspended"] {
            let answer = try await order(served, certificate, standing)
            #expect(answer.problem == "certificate-revoked")
        }
        #expect(try await check(served).problem == "certificate-revoked")
        let listed = await served.order("GET", "/admin/certificates")["certificates"]
        #expect(listed?.arrayValue?.count == 1)
    }

    @Test("what was granted closes with the certificate, and opens again when it is resumed")
    func grants() async throws {
        let served = try await Served()
        defer { served.close() }
        let certificate = served.cards["hanako"]?.certificate
        let grant = try await served.grant()
        let token = served.bearer(try await served.session())
        func opened() async -> [String?] {
            [
                await served.ask("GET", "/v1/records/drugs", served.under(grant)).problem,
                await served.ask("GET", "/v1/records/checkups", served.under(grant)).problem,
                await served.ask("GET", "/v1/portal/drugs", as: .portal, token).problem,
            ]
        }
        #expect(await opened() == [nil, nil, nil])
        try await order(served, certificate, "suspended")
        #expect(await opened() == .init(repeating: "certificate-suspended", count: 3))
        try await order(served, certificate, "good")
        #expect(await opened() == [nil, nil, nil])
        try await order(served, certificate, "revoked")
        #expect(await opened() == .init(repeating: "certificate-revoked", count: 3))
        // Taking back what was allowed is always allowed.
        let end = await served.ask("POST", "/v1/grants/withdraw", [:], served.under(grant))
        #expect(end.status == 200)
    }

    @Test("a link for tax returns closes with the certificate that opened it")
    func taxLinks() async throws {
        let served = try await Served()
        defer { served.close() }
        let certificate = served.cards["hanako"]?.certificate
        let session = served.bearer(try await served.session())
        let linked = await served.ask(
            "POST", "/v1/portal/tax-links", ["year": 2026], as: .portal, session)
        let link = served.bearer(try #require(linked["link"]?["token"]?.stringValue))
        for path in ["/v1/tax/expense-notice", "/v1/tax/expense-notice/signature"] {
            #expect(await served.ask("GET", path, as: .tax, link).status == 200)
            try await order(served, certificate, "suspended")
            #expect(
                await served.ask("GET", path, as: .tax, link).problem == "certificate-suspended")
            try await order(served, certificate, "good")
        }
        try await order(served, certificate, "revoked")
        #expect(
            await served.ask("GET", "/v1/tax/expense-notice", as: .tax, link).problem
                == "certificate-revoked")
    }

    @Test("a renewed certificate is the same person's, once the two are linked")
    func renewal() async throws {
        let served = try await Served()
        defer { served.close() }
        let old = try #require(served.cards["hanako"])
        let first = try await check(served)
        let grant = try #require(first["answer"]?["grant"]?["id"]?.stringValue)
        let new = try Card(authority: served.authority)
        #expect(try await check(served, card: new).problem == "card-not-registered")
        await served.order("PUT", "/admin/renewal-lag", ["seconds": 3600])
        // As another program writes it, while the clearinghouse runs.
        var register = CertificateRegister()
        register.renew(old.certificate, as: new.certificate, at: served.clock.now)
        try CardAuthorities.save(register, in: served.folder + "/authority")
        #expect(try CardAuthorities.register(in: served.folder + "/authority") == register)
        #expect(try await check(served).problem == "certificate-revoked")
        #expect(try await check(served, card: new).problem == "card-not-registered")
        // What the patient allowed before goes on.
        #expect(
            await served.ask("GET", "/v1/records/drugs", served.under(grant)).status == 200)
        served.clock.now = served.clock.now.adding(seconds: 3600)
        let again = try await check(served, card: new)
        #expect(again["answer"]?["patient"] == first["answer"]?["patient"])
        let id = try #require(again["answer"]?["grant"]?["id"]?.stringValue)
        #expect(await served.ask("GET", "/v1/records/drugs", served.under(id)).status == 200)
        // The renewed one is lost in its turn.
        try await order(served, new.certificate, "suspended")
        #expect(try await check(served, card: new).problem == "certificate-suspended")
    }

    @Test("a terminal's certificate is judged at every request, whatever it asks")
    func clients() async throws {
        let served = try await Served()
        defer { served.close() }
        let grant = try await served.grant()
        let own = served.clients[.clinic]
        for (standing, problem) in [
            ("suspended", "client-suspended"), ("good", nil), ("revoked", "client-revoked"),
        ] {
            try await order(served, own, standing)
            #expect(await served.ask("POST", "/v1/challenges", [:]).problem == problem)
            #expect(await served.ask("GET", "/v1/openapi.json").problem == problem)
            #expect(
                await served.ask("GET", "/v1/records/drugs", served.under(grant)).problem
                    == problem)
            #expect(
                await served.ask("POST", "/v1/challenges", [:], as: .pharmacy).problem == nil)
        }
    }

    @Test("a register that cannot be read stops the clearinghouse, not the check")
    func unreadable() async throws {
        let served = try await Served()
        defer { served.close() }
        let path = CardAuthorities.registerPath(in: served.folder + "/authority")
        try KeyFile.write(Array("{".utf8), to: path, isPrivate: false)
        #expect(await served.ask("POST", "/v1/challenges", [:]).problem == "unavailable")
        try CardAuthorities.save(CertificateRegister(), in: served.folder + "/authority")
        #expect(await served.ask("POST", "/v1/challenges", [:]).problem == nil)
    }
}

@Suite("Lists and answers about certificates, served")
struct StatusServiceTests {
    private let folder = TemporaryFolder()

    /// An OCSP request about a certificate of an authority that nobody here is (RFC 6960 §4.1.1):
    /// SHA-1, two hashes of zeros, serial number 1.
    private static let foreign: [UInt8] = {
        func sequence(_ octets: [UInt8]) -> [UInt8] { [0x30, UInt8(octets.count)] + octets }
        let hash: [UInt8] = [0x04, 20] + [UInt8](repeating: 0, count: 20)
        let sha1 = sequence([0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00])
        let identity = sequence(sha1 + hash + hash + [0x02, 0x01, 0x01])
        return sequence(sequence(sequence(sequence(identity))))
    }()

    private func service() throws -> StatusService {
        _ = try CardAuthorities.make(
            in: folder.path, notBefore: World.now.adding(seconds: -86_400),
            notAfter: World.now.adding(seconds: 86_400))
        return StatusService(office: AuthorityOffice(folder: folder.path)) { World.now }
    }

    private func get(_ target: String) -> HTTPRequest { HTTPRequest(method: "GET", target: target) }

    @Test("a list for each authority, with a number that grows when something changed")
    func lists() async throws {
        let service = try service()
        for name in ["user-authentication", "digital-signature"] {
            let answer = await service.respond(to: get("/crl/\(name).crl"))
            #expect(answer.status == 200 && answer.body.first == 0x30)
            #expect(answer.headers["Content-Type"] == "application/pkix-crl")
            #expect(await service.respond(to: get("/crl/\(name).crl")).body == answer.body)
            var register = try CardAuthorities.register(in: folder.path)
            let authority = try KeyFile.certificate("\(folder.path)/\(name).pem")
            let issuer = try #require(authority.subjectKeyID?.hex)
            // Another authority's certificate stands in no list of this one.
            for (issuer, changes) in [("0a1b", false), (issuer, true)] {
                register.revoke(
                    try #require(CertificateID(issuer: issuer, serial: "01")),
                    because: .keyCompromise, at: World.now)
                try CardAuthorities.save(register, in: folder.path)
                let next = await service.respond(to: get("/crl/\(name).crl"))
                let (before, after) = (try entries(answer.body), try entries(next.body))
                #expect(before == 0 && after == (changes ? 1 : 0))
            }
        }
        for path in ["/crl/nobody.crl", "/crl/../x.crl", "/crl/", "/", "/ocsp/x/y"] {
            #expect((400...404).contains(await service.respond(to: get(path)).status), "\(path)")
        }
    }

    /// How often a list names the reason of a revocation: once an entry.
    private func entries(_ list: [UInt8]) throws -> Int {
        // id-ce-cRLReasons (2.5.29.21) and keyCompromise (RFC 5280 §5.3.1).
        let reason: [UInt8] = [0x06, 0x03, 0x55, 0x1D, 0x15, 0x04, 0x03, 0x0A, 0x01, 0x01]
        return list.indices.count { list[$0...].starts(with: reason) }
    }

    @Test("an answer for each request that can be read, in the body or in the address")
    func answers() async throws {
        let service = try service()
        func post(_ octets: [UInt8], _ media: String = "application/ocsp-request") -> HTTPRequest {
            HTTPRequest(
                method: "POST", target: "/ocsp", headers: HTTPHeaders([("Content-Type", media)]),
                body: octets)
        }
        // OCSPResponse { responseStatus unauthorized (6) } and malformedRequest (1).
        let unauthorized: [UInt8] = [0x30, 0x03, 0x0A, 0x01, 0x06]
        let malformed: [UInt8] = [0x30, 0x03, 0x0A, 0x01, 0x01]
        #expect(await service.respond(to: post(Self.foreign)).body == unauthorized)
        let text = Self.foreign.base64()
        for address in [text, percentEncoded(text)] {
            let answer = await service.respond(to: get("/ocsp/\(address)"))
            #expect(answer.status == 200 && answer.body == unauthorized)
            #expect(answer.headers["Content-Type"] == "application/ocsp-response")
        }
        for octets in [[], [0x30], [UInt8](repeating: 0x30, count: 20_000)] {
            #expect(await service.respond(to: post(octets)).body == malformed)
        }
        #expect(await service.respond(to: post(Self.foreign, "text/plain")).status == 415)
        #expect(await service.respond(to: get("/ocsp")).status == 405)
    }
}
