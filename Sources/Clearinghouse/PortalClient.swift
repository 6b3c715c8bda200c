package import CheckIns
package import Cryptography
import HTTP
import JSON
package import Octets
package import Records

/// The portal's side of the interface: the patient's own data, under the portal's identity.
package struct PortalClient: Sendable {
    private let exchange: Exchange

    /// A client; `answerKey` is the pinned key that signs answers.
    package init(transport: any ClearinghouseTransport, answerKey: PublicKey) {
        exchange = Exchange(transport: transport, answerKey: answerKey)
    }

    /// SHA-256 of the key that signs answers: the audience of statements.
    package var audience: SHA256Digest { exchange.answerKey.digest }

    /// A fresh nonce.
    package func challenge() async throws(ClearinghouseError) -> Nonce {
        try await exchange.challenge("/v1/portal/challenges")
    }

    /// Signs the patient in with what their card signed (kind `portalByCard`, purpose `self`).
    package func signIn(
        statement: [UInt8], signature: [UInt8], certificate: [UInt8]
    ) async throws(ClearinghouseError) -> PortalSession {
        let digest = SHA256Digest(hashing: statement)
        let request = HTTPRequest.json(
            "POST", "/v1/portal/sessions",
            [
                "statement": .string(statement.base64()),
                "signature": .string(signature.base64()),
                "certificate": .string(certificate.base64()),
            ])
        let body = try await exchange.body(request, expecting: 201, statement: digest)
        let session: PortalSession
        let answered: SHA256Digest
        do throws(JSONError) {
            var fields = try JSONFields(body)
            session = PortalSession(
                token: try fields.string("session", maximum: 200),
                patient: try fields.patient("patient"), until: try fields.instant("until"))
            answered = try fields.digest("statementDigest")
            try fields.finish()
        } catch { throw .garbage("\(error)") }
        guard answered == digest else { throw .wrongAnswer("it answers another statement") }
        return session
    }

    /// The patient's own qualification.
    package func qualification(
        _ session: PortalSession
    ) async throws(ClearinghouseError) -> Qualification {
        try await page("qualification", "", session)
    }

    /// The patient's own medicines, with what they paid and could save.
    package func drugs(
        _ session: PortalSession, from: YearMonth? = nil, to: YearMonth? = nil
    ) async throws(ClearinghouseError) -> DrugRecord {
        try await page("drugs", monthQuery(from: from, to: to), session)
    }

    /// The patient's own checkups.
    package func checkups(
        _ session: PortalSession
    ) async throws(ClearinghouseError) -> CheckupRecord {
        try await page("checkups", "", session)
    }

    /// The patient's own expenses.
    package func expenses(
        _ session: PortalSession, from: YearMonth? = nil, to: YearMonth? = nil
    ) async throws(ClearinghouseError) -> ExpenseRecord {
        try await page("expenses", monthQuery(from: from, to: to), session)
    }

    /// Who asked for the patient's data, newest first, as the clearinghouse tells it.
    package func disclosures(
        _ session: PortalSession
    ) async throws(ClearinghouseError) -> [PortalDisclosure] {
        let value = try await content("disclosures", "", session)
        do throws(JSONError) {
            var fields = try JSONFields(["disclosures": value])
            return try fields.array("disclosures", PortalDisclosure.init)
        } catch { throw .garbage("\(error)") }
    }

    /// What is new for the patient, newest first.
    package func notices(
        _ session: PortalSession
    ) async throws(ClearinghouseError) -> [PortalNotice] {
        let value = try await content("notices", "", session)
        do throws(JSONError) {
            var fields = try JSONFields(["notices": value])
            return try fields.array("notices", PortalNotice.init)
        } catch { throw .garbage("\(error)") }
    }

    /// The expense notice of a year as XML, with the payment agency's signature.
    package func expenseNotice(
        _ session: PortalSession, year: Int
    ) async throws(ClearinghouseError) -> SignedNotice {
        let value = try await content("expense-notice", "?year=\(year)", session)
        do throws(JSONError) {
            return try SignedNotice(value, at: "$.expense-notice")
        } catch { throw .garbage("\(error)") }
    }

    /// Registers the card for insurance use (利用登録); one that is registered stays as it is. Since
    /// when; nothing where it was before anybody counted.
    package func register(_ session: PortalSession) async throws(ClearinghouseError) -> Instant? {
        var request = HTTPRequest.json("POST", "/v1/portal/registration", [:])
        request.headers.append("Authorization", "Bearer \(session.token)")
        let value = try await content("registration", request, session, expecting: 200)
        do throws(JSONError) {
            var fields = try JSONFields(value, at: "$.registration")
            let isRegistered = try fields.bool("registered")
            _ = try fields.optionalString("place", maximum: 16)
            let since = try fields.optional("since", "must be an instant") {
                $0.stringValue.flatMap { Instant(rfc3339: $0) }
            }
            try fields.finish()
            guard isRegistered else { throw .unexpected(path: "$", reason: "it is not registered") }
            return since
        } catch { throw .garbage("\(error)") }
    }

    /// Opens a link with which tax software gets the expense notice of a year.
    package func taxLink(
        _ session: PortalSession, year: Int
    ) async throws(ClearinghouseError) -> PortalTaxLink {
        var request = HTTPRequest.json(
            "POST", "/v1/portal/tax-links", ["year": JSONValue(year)])
        request.headers.append("Authorization", "Bearer \(session.token)")
        let value = try await content("link", request, session, expecting: 201)
        do throws(JSONError) {
            var fields = try JSONFields(value, at: "$.link")
            let link = PortalTaxLink(
                token: try fields.string("token", maximum: 200),
                until: try fields.instant("until"))
            try fields.finish()
            return link
        } catch { throw .garbage("\(error)") }
    }

    /// Signs the patient out.
    package func signOut(_ session: PortalSession) async throws(ClearinghouseError) {
        var request = HTTPRequest(method: "DELETE", target: "/v1/portal/sessions")
        request.headers.append("Authorization", "Bearer \(session.token)")
        let response = try await exchange.transport.send(request)
        guard response.status == 204 else { throw .garbage("status \(response.status)") }
    }

    private func page<Record: RecordCodable>(
        _ name: String, _ query: String, _ session: PortalSession
    ) async throws(ClearinghouseError) -> Record {
        let value = try await content(name, query, session)
        do throws(JSONError) { return try Record(value, at: "$.\(name)") } catch {
            throw .garbage("\(error)")
        }
    }

    private func content(
        _ name: String, _ query: String, _ session: PortalSession
    ) async throws(ClearinghouseError) -> JSONValue {
        var request = HTTPRequest(method: "GET", target: "/v1/portal/\(name)\(query)")
        request.headers.append("Authorization", "Bearer \(session.token)")
        return try await content(name, request, session, expecting: 200)
    }

    private func content(
        _ name: String, _ request: HTTPRequest, _ session: PortalSession, expecting status: Int
    ) async throws(ClearinghouseError) -> JSONValue {
        let body = try await exchange.body(request, expecting: status)
        let patient: String
        let value: JSONValue
        do throws(JSONError) {
            var fields = try JSONFields(body)
            patient = try fields.patient("patient")
            value = try fields.require(name)
            try fields.finish()
        } catch { throw .garbage("\(error)") }
        guard patient == session.patient else { throw .wrongAnswer("it is about another patient") }
        return value
    }
}

/// A link that a patient opened for tax software.
package struct PortalTaxLink: Hashable, Sendable, CustomStringConvertible {
    /// The token: a secret.
    package var token: String
    /// Until when it holds.
    package var until: Instant

    /// Nothing of the token.
    package var description: String { "PortalTaxLink(until \(until))" }
}

/// A patient signed in at the portal.
package struct PortalSession: Hashable, Sendable, CustomStringConvertible {
    /// The token: a secret.
    package var token: String
    /// The patient's id at the portal.
    package var patient: String
    /// When the session ends.
    package var until: Instant

    /// A session.
    package init(token: String, patient: String, until: Instant) {
        (self.token, self.patient, self.until) = (token, patient, until)
    }

    /// Nothing of the token.
    package var description: String { "PortalSession(until \(until))" }
}

/// One line of who asked for the patient's data.
package struct PortalDisclosure: Hashable, Sendable {
    /// When.
    package var time: Instant
    /// The institution's code.
    package var institution: String?
    /// The terminal.
    package var terminal: String?
    /// What was asked: `check`, `drugs`, `checkups`, `withdrawal`.
    package var request: String
    /// The item that was disclosed, if one was.
    package var item: String?
    /// How the holder was proved.
    package var way: String?
    /// What was decided about each item.
    package var consents: [Consent]
    /// The problem, if it was refused.
    package var refusedBecause: String?
    /// The mode it was asked under, without a card: `systemFailure` or `disaster`.
    package var mode: String?
    /// Why, if it was asked under a mode.
    package var reason: String?

    init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        time = try fields.instant("time")
        institution = try fields.optionalString("institution", maximum: 10)
        terminal = try fields.optionalString("terminal", maximum: 32)
        request = try fields.string("request", maximum: 32)
        item = try fields.optionalString("item", maximum: 32)
        way = try fields.optionalString("way", maximum: 32)
        consents = try fields.array("consents", maximum: 8, Consent.init)
        refusedBecause = try fields.optionalString("refusedBecause", maximum: 64)
        mode = try fields.optionalString("mode", maximum: 32)
        reason = try fields.optionalString("reason", maximum: 800)
        try fields.finish()
    }

    /// What the patient decided about an item.
    package struct Consent: Hashable, Sendable {
        /// The item.
        package var item: String
        /// `given`, `refused` or `withdrawn`.
        package var decision: String
        /// The end of a consent that was given.
        package var until: Instant?

        init(_ value: JSONValue, at path: String) throws(JSONError) {
            var fields = try JSONFields(value, at: path)
            item = try fields.string("item", maximum: 32)
            decision = try fields.string("decision", maximum: 16)
            until = try fields.optional("until", "must be an instant") {
                $0.stringValue.flatMap { Instant(rfc3339: $0) }
            }
            try fields.finish()
        }
    }
}
