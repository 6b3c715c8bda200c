import CheckIns
import Cryptography
import HTTP
import JSON
import Octets

/// One request and what came back, as far as every route has it in common.
struct Exchange {
    /// The largest answer that is read, in octets.
    static let maximumOctets = 16 << 20
    let transport: any ClearinghouseTransport
    let answerKey: PublicKey

    /// The body of a good answer; a problem is thrown, anything else is garbage.
    func body(
        _ request: HTTPRequest, expecting status: Int, statement: SHA256Digest? = nil
    ) async throws(ClearinghouseError) -> JSONValue {
        let response = try await transport.send(request)
        if response.status >= 400 { throw problem(response, statement) }
        guard response.status == status else { throw .garbage("status \(response.status)") }
        guard mediaType(response) == "application/json" else { throw .garbage("media type") }
        do throws(JSONError) {
            return try response.json(limits: JSONLimits(octets: Self.maximumOctets))
        } catch { throw .garbage("\(error)") }
    }

    private func mediaType(_ response: HTTPResponse) -> String? {
        response.headers["Content-Type"].map { $0.prefix { $0 != ";" }.lowercased() }
    }

    /// A problem as an error: read strictly, and where it speaks of a statement, of this one.
    private func problem(
        _ response: HTTPResponse, _ statement: SHA256Digest?
    ) -> ClearinghouseError {
        guard mediaType(response) == "application/problem+json" else {
            return .garbage("status \(response.status)")
        }
        let problem: Problem
        do throws(JSONError) {
            problem = try Problem(json: response.json(limits: JSONLimits(octets: 65_536)))
        } catch { return .garbage("problem: \(error)") }
        guard problem.status == response.status, problem.type.hasPrefix(Problem.prefix) else {
            return .garbage("a problem of another status or type")
        }
        do throws(ClearinghouseError) {
            return .problem(problem, receipt: try receipt(of: problem, statement))
        } catch { return error }
    }

    private func receipt(
        of problem: Problem, _ statement: SHA256Digest?
    ) throws(ClearinghouseError) -> SignedReceipt? {
        guard let statement else { return nil }
        if let named = problem.extensions["statementDigest"], named != .string(statement.hex) {
            throw .wrongAnswer("a problem about another statement")
        }
        guard let value = problem.extensions["receipt"] else { return nil }
        let receipt: SignedReceipt
        do throws(JSONError) {
            receipt = try SignedReceipt(value, at: "$.receipt")
        } catch { throw .garbage("\(error)") }
        let checked = try CheckedReceipt(receipt, key: answerKey, statement: statement)
        guard checked.problem == problem.type else {
            throw .wrongAnswer("its receipt is about another problem")
        }
        return receipt
    }
}
