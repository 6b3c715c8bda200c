package import CheckIns
package import Cryptography
package import Disclosures
import HTTP
import JSON
package import Octets
package import Records

/// The terminal's side of the clearinghouse's interface: typed questions, and answers of which
/// every check that the terminal can make alone has been made. Records come withheld: nobody sees
/// them before their disclosure is durable. It never repeats a question by
/// itself; after a lost line the caller sends the same again.
package struct ClearinghouseClient: Sendable {
    private let exchange: Exchange

    /// A client; `answerKey` is the pinned key that signs answers.
    package init(transport: any ClearinghouseTransport, answerKey: PublicKey) {
        exchange = Exchange(transport: transport, answerKey: answerKey)
    }

    /// SHA-256 of the key that signs answers: the audience of statements.
    package var audience: SHA256Digest { exchange.answerKey.digest }

    /// A fresh nonce.
    package func challenge() async throws(ClearinghouseError) -> Nonce {
        try await exchange.challenge("/v1/challenges")
    }

    /// The one exchange of a check-in. The caller still compares the patient's id with the one
    /// it knows for this certificate.
    package func check(_ asking: Asking) async throws(ClearinghouseError) -> Acceptance {
        let proved = asking.proved
        let digest = SHA256Digest(hashing: proved.statement)
        let statement: Statement
        do throws(JSONError) {
            statement = try Statement(canonical: proved.statement)
        } catch { throw .wrongAnswer("the terminal's own statement: \(error)") }
        let request = HTTPRequest.json(
            "POST", "/v1/checks/card",
            [
                "statement": .string(proved.statement.base64()),
                "signature": .string(proved.signature.base64()),
                "certificate": .string(proved.answers.card.certificate.base64()),
                "intent": [
                    "origin": .string(asking.intent.origin),
                    "index": .integer(Int64(clamping: asking.intent.index)),
                ],
            ])
        let body = try await exchange.body(request, expecting: 200, statement: digest)
        let answer: RawAcceptance
        do throws(JSONError) { answer = try RawAcceptance(body) } catch {
            throw .garbage("\(error)")
        }
        return try answer.checked(against: statement, digest: digest, key: exchange.answerKey)
    }

    /// The medicines, within months where they are named; amounts that are the patient's alone
    /// are dropped even if they came.
    package func drugs(
        _ access: RecordAccess, from: YearMonth? = nil, to: YearMonth? = nil
    ) async throws(ClearinghouseError) -> Withheld<DrugRecord> {
        let query = monthQuery(from: from, to: to)
        let answer: Withheld<DrugRecord> = try await read("/v1/records/drugs\(query)", access)
        return answer.map(\.forInstitution)
    }

    /// The checkups.
    package func checkups(
        _ access: RecordAccess
    ) async throws(ClearinghouseError) -> Withheld<CheckupRecord> {
        try await read("/v1/records/checkups", access)
    }

    /// Ends a grant before its time.
    package func withdraw(_ access: RecordAccess) async throws(ClearinghouseError) {
        var request = HTTPRequest.json("POST", "/v1/grants/withdraw", [:])
        request.name(access)
        let fields = try await fields(of: request, access)
        do throws(JSONError) { try fields.finish() } catch { throw .garbage("\(error)") }
    }

    /// One question without a grant.
    func ask(_ path: String, _ body: JSONValue) async throws(ClearinghouseError) -> JSONValue {
        try await exchange.body(HTTPRequest.json("POST", path, body), expecting: 200)
    }

    private func read<Record: RecordCodable>(
        _ target: String, _ access: RecordAccess
    ) async throws(ClearinghouseError) -> Withheld<Record> {
        var request = HTTPRequest(method: "GET", target: target)
        request.name(access)
        var fields = try await fields(of: request, access)
        do throws(JSONError) {
            let value = try fields.require("records")
            let record = try Record(value, at: "$.records")
            try fields.finish()
            return Withheld(record, answerDigest: SHA256Digest(hashing: value.canonical))
        } catch { throw .garbage("\(error)") }
    }

    /// The answer's fields, once it is known to be about this patient and this grant.
    private func fields(
        of request: HTTPRequest, _ access: RecordAccess
    ) async throws(ClearinghouseError) -> JSONFields {
        let body = try await exchange.body(request, expecting: 200, statement: access.statement)
        var fields: JSONFields
        let patient: String
        let statement: SHA256Digest
        do throws(JSONError) {
            fields = try JSONFields(body)
            patient = try fields.patient("patient")
            statement = try fields.digest("grantStatementDigest")
        } catch { throw .garbage("\(error)") }
        guard patient == access.patient else { throw .wrongAnswer("it is about another patient") }
        guard statement == access.statement else {
            throw .wrongAnswer("its grant answers another statement")
        }
        return fields
    }
}
