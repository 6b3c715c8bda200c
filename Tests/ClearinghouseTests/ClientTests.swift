import CheckIns
import Clearinghouse
import ClearinghouseSimulator
import Cryptography
import Disclosures
import HTTP
import JSON
import Octets
import Records
import TestWorlds
import Testing

@Suite("The terminal's client against the simulator")
struct ClientTests {
    @Test("a check is answered, believed, and opens what was consented to")
    func wholeWay() async throws {
        let stage = try await Stage()
        let client = stage.client()
        let acceptance = try await stage.accepted(items: [.drugs])
        #expect(acceptance.qualification.isQualified)
        #expect(acceptance.grant.items.map(\.item) == [.drugs])
        let answer = try await client.drugs(stage.access(acceptance))
        let drugs = try #require(await answer.shown(.drugs))
        #expect(drugs.dispensings.count == 1)
        #expect(drugs == drugs.forInstitution)
        let refusal0 = await failure {
            _ = try await client.checkups(stage.access(acceptance))
        }
        #expect(refusal0?.problemName == "item-not-consented")
        try await client.withdraw(stage.access(acceptance))
        let refusal1 = await failure {
            _ = try await client.drugs(stage.access(acceptance))
        }
        #expect(refusal1?.problemName == "grant-withdrawn")
    }

    @Test("months limit what is read")
    func months() async throws {
        let stage = try await Stage()
        let access = stage.access(try await stage.accepted())
        let client = stage.client()
        let month = Stage.now.dateInJapan.yearMonth.adding(months: -3)
        let hit = try await client.drugs(access, from: month, to: month)
        #expect(await hit.shown(.drugs)?.dispensings.count == 1)
        let miss = try await client.drugs(access, from: month.adding(months: 1))
        #expect(await miss.shown(.drugs)?.dispensings.isEmpty == true)
        let refusal2 = await failure {
            _ = try await client.drugs(access, from: month, to: month.adding(months: -1))
        }
        #expect(refusal2?.problemName == "malformed-query")
    }

    @Test("the same bytes again get the same answer")
    func repeats() async throws {
        let stage = try await Stage()
        let client = stage.client()
        let asking = try stage.asking(nonce: try await client.challenge())
        let first = try await client.check(asking)
        #expect(try await client.check(asking) == first)
        let refusal3 = await failure {
            _ = try await stage.client(as: stage.otherTerminal).check(asking)
        }
        #expect(refusal3?.problemName == "statement-wrong-institution")
    }

    @Test(
        "answers that are wrong on order are not believed",
        arguments: [
            Fault.Kind.wrongStatement, .wrongGrant, .wrongSignature, .garbage, .truncated, .down,
        ])
    func wrongAnswers(kind: Fault.Kind) async throws {
        let stage = try await Stage()
        let client = stage.client()
        let asking = try stage.asking(nonce: try await client.challenge())
        await stage.house.order([Fault(kind)])
        let error = await failure { _ = try await client.check(asking) }
        switch (kind, error) {
        case (.garbage, .garbage), (.truncated, .garbage): break
        case (.down, .problem(let problem, _)): #expect(problem.name == "unavailable")
        case (_, .wrongAnswer): break
        default: Issue.record("\(kind): \(String(describing: error))")
        }
        #expect(error?.askResult != nil)
    }

    @Test(
        "the answer about another patient is consistent in itself, but its id is not the one known")
    func wrongPatient() async throws {
        let stage = try await Stage()
        let client = stage.client()
        let right = try await stage.accepted()
        await stage.house.order([Fault(.wrongPatient, path: "/v1/checks")])
        let wrong = try await client.check(try stage.asking(nonce: try await client.challenge()))
        #expect(wrong.patient != right.patient)
        await stage.house.order([Fault(.wrongPatient), Fault(.wrongStatement)])
        for _ in 0..<2 {
            let error = await failure { _ = try await client.drugs(stage.access(right)) }
            guard case .wrongAnswer = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("no single field of an answer can be changed on the way without being found")
    func tamperedAnswers() async throws {
        let stage = try await Stage()
        let nonce = try await stage.client().challenge()
        let asking = try stage.asking(nonce: nonce, items: [.drugs])
        let later = JSONValue.string(Stage.now.adding(seconds: 86_400 * 2).rfc3339)
        let changes: [@Sendable (inout JSONValue) -> Void] = [
            { $0["answer"]?["patient"] = "other" },
            { $0["answer"]?["statementDigest"] = .string(String(repeating: "0", count: 64)) },
            { $0["answer"]?["grant"]?["patient"] = "other" },
            {
                $0["answer"]?["grant"]?["statementDigest"] = .string(
                    String(repeating: "0", count: 64))
            },
            { $0["answer"]?["grant"]?["id"] = "other" },
            { $0["answer"]?["grant"]?["items"] = [["item": "checkups", "until": later]] },
            { $0["answer"]?["grant"]?["until"] = later },
            { $0["answer"]?["qualification"]?["validity"] = "2" },
            { $0["answer"]?["more"] = 1 }, { $0["more"] = 1 },
            { $0["receipt"]?["signature"] = "AAAA" }, { $0["receipt"]?["bytes"] = "AAAA" },
            { $0["receipt"] = nil }, { $0["answer"] = nil },
        ]
        _ = try await stage.client().check(asking)
        for (index, change) in changes.enumerated() {
            let client = stage.client { _, response in
                guard var body = try? response.json() else { return response }
                change(&body)
                var changed = response
                changed.body = body.canonical
                return changed
            }
            switch await failure({ _ = try await client.check(asking) }) {
            case .wrongAnswer, .garbage: break
            case let other: Issue.record("change \(index): \(String(describing: other))")
            }
        }
    }

    @Test("a problem about this statement carries a signed receipt, and another one is refused")
    func signedProblems() async throws {
        let stage = try await Stage()
        let client = stage.client()
        let asking = try stage.asking(nonce: try await client.challenge())
        try KeyFile.write(
            try Stage.foreignAuthority().pem, to: "\(stage.trustFolder)/card.pem",
            isPrivate: false)
        let fresh = stage.fresh()
        let error = await failure { _ = try await fresh.check(asking) }
        guard case .problem(let problem, let receipt) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.name == "certificate-unknown-authority")
        #expect(receipt != nil && problem.nextStep != nil)
        let other = try stage.asking(nonce: try await client.challenge())
        let swapped = problem
        let liar = stage.client { _, _ in .problem(swapped) }
        let lie = await failure { _ = try await liar.check(other) }
        #expect(lie == .wrongAnswer("a problem about another statement"))
    }

    static let garbage: [HTTPResponse] = [
        HTTPResponse(status: 200), HTTPResponse(status: 204), HTTPResponse(status: 302),
        HTTPResponse(status: 500, body: Array("oops".utf8)), .json([], status: 200),
        .json([:], status: 200), .json([:], status: 201), .json(["answer": [:], "receipt": [:]]),
        .json(["type": "urn:madoguchi:problem:x", "status": 403, "title": "x"], status: 403),
        .problem(Problem("x", status: 403, title: "a", titleJapanese: "b")),
    ]

    @Test("whatever comes back, there is a named error and no crash", arguments: garbage)
    func garbageAnswers(response: HTTPResponse) async throws {
        let stage = try await Stage()
        let asking = try stage.asking(nonce: try await stage.client().challenge())
        let client = ClearinghouseClient(
            transport: FixedTransport(result: .success(response)),
            answerKey: stage.answerKey.publicKey)
        #expect(await failure { _ = try await client.challenge() } != nil)
        #expect(await failure { _ = try await client.check(asking) }?.isLineLost == false)
    }

    @Test("a lost line is told from an answer")
    func lostLines() {
        let lost: [ClearinghouseError] = [.unreachable("x"), .timedOut, .lineLost]
        #expect(lost.allSatisfy { $0.isLineLost && $0.askResult == nil })
        #expect(ClearinghouseError.tlsRefused("x").trouble == .tlsRefused)
        #expect(ClearinghouseError.timedOut.trouble == .slow)
        #expect(ClearinghouseError.unreachable("x").trouble == .unreachable)
        #expect(ClearinghouseError.garbage("x").trouble == .garbage)
    }
}

@Suite("The portal's client, and who may ask what")
struct PortalClientTests {
    @Test("the patient sees their own data, with amounts, and who asked for it")
    func portal() async throws {
        let stage = try await Stage()
        let acceptance = try await stage.accepted(items: [.drugs])
        _ = try await stage.client().drugs(stage.access(acceptance))
        let portal = stage.portalClient()
        let session = try await stage.signIn(portal)
        #expect(session.patient != acceptance.patient)
        #expect(try await portal.qualification(session).isQualified)
        let drugs = try await portal.drugs(session)
        #expect(drugs.dispensings.first?.drugs.first?.savingYen == 30)
        #expect(try await portal.checkups(session).checkups.isEmpty)
        #expect(try await portal.expenses(session).rows.isEmpty)
        let told = try await portal.disclosures(session)
        #expect(told.map(\.request) == ["drugs", "check"])
        #expect(told.last?.consents.map(\.decision) == ["given", "refused"])
        try await portal.signOut(session)
        let ended = await failure { _ = try await portal.drugs(session) }
        #expect(ended?.problemName == "session-ended")
    }

    @Test("unknown addresses, methods, bodies and queries have their problem")
    func addresses() async throws {
        let stage = try await Stage()
        func type(_ request: HTTPRequest) async -> String? {
            let response = await stage.service.respond(to: request, certificate: stage.terminal)
            return try? response.json()["type"]?.stringValue
        }
        let prefix = "urn:madoguchi:problem:"
        #expect(await type(HTTPRequest(method: "GET", target: "/v2")) == prefix + "not-found")
        #expect(
            await type(HTTPRequest(method: "GET", target: "/v1/checks/card"))
                == prefix + "method-not-allowed")
        #expect(
            await type(HTTPRequest(method: "POST", target: "/v1/challenges"))
                == prefix + "unsupported-media-type")
        for body: JSONValue in [["x": 1], [], "x"] {
            #expect(
                await type(.json("POST", "/v1/challenges", body)) == prefix + "malformed-body")
        }
        for query in ["?from=2026", "?x=1", "?from=2026-13", "?from=2026-02&to=2026-01"] {
            #expect(
                await type(HTTPRequest(method: "GET", target: "/v1/records/drugs\(query)"))
                    == prefix + "malformed-query")
        }
        #expect(
            await type(HTTPRequest(method: "GET", target: "/v1/records/checkups?from=2026-01"))
                == prefix + "malformed-query")
    }

    @Test("records carry a validator and are not sent again to who has them")
    func validators() async throws {
        let stage = try await Stage()
        let access = stage.access(try await stage.accepted())
        var request = HTTPRequest(method: "GET", target: "/v1/records/drugs")
        request.headers.append("Madoguchi-Grant", access.grant)
        request.headers.append("Madoguchi-Intent", "o 1")
        let first = await stage.service.respond(to: request, certificate: stage.terminal)
        let tag = try #require(first.headers["ETag"])
        request.headers.append("If-None-Match", "\"x\", \(tag)")
        let second = await stage.service.respond(to: request, certificate: stage.terminal)
        #expect(second.status == 304 && second.body.isEmpty)
    }
}

/// The error of an operation, if it failed.
func failure(_ body: () async throws -> Void) async -> ClearinghouseError? {
    do {
        try await body()
        return nil
    } catch { return error as? ClearinghouseError }
}

extension ClearinghouseError {
    /// The end of the problem's type, if it is one.
    var problemName: String? {
        if case .problem(let problem, _) = self { problem.name } else { nil }
    }
}
