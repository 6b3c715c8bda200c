package import CheckIns
import HTTP
import JSON
package import Octets
import Records

/// What a reading under a grant needs to say, and what its answer must echo.
package struct RecordAccess: Hashable, Sendable {
    /// The grant's id.
    package var grant: String
    /// The patient's id for this institution.
    package var patient: String
    /// SHA-256 of the statement that the grant answers.
    package var statement: SHA256Digest
    /// Where the intent of this reading stands in the access history.
    package var intent: HistoryPlace

    /// An access.
    package init(grant: String, patient: String, statement: SHA256Digest, intent: HistoryPlace) {
        (self.grant, self.patient) = (grant, patient)
        (self.statement, self.intent) = (statement, intent)
    }

    /// The access of an open check-in.
    package init(_ checkIn: CheckIn, intent: HistoryPlace) {
        self.init(
            grant: checkIn.grant.id, patient: checkIn.patient, statement: checkIn.statement,
            intent: intent)
    }
}

extension HTTPRequest {
    /// Names grant and intent: in fields, never in the address.
    mutating func name(_ access: RecordAccess) {
        headers.append("Madoguchi-Grant", access.grant)
        headers.append("Madoguchi-Intent", "\(access.intent.origin) \(access.intent.index)")
    }
}

/// `?from=2026-01&to=2026-03`, as far as months are named.
func monthQuery(from: YearMonth?, to: YearMonth?) -> String {
    let parts = [from.map { "from=\($0)" }, to.map { "to=\($0)" }].compactMap { $0 }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
}

extension Exchange {
    /// A fresh nonce of 32 octets, and its end.
    func challenge(_ target: String) async throws(ClearinghouseError) -> Nonce {
        let body = try await body(.json("POST", target, [:]), expecting: 201)
        do throws(JSONError) {
            var fields = try JSONFields(body)
            let text = try fields.require("nonce", "must be 32 octets in base64url") {
                $0.stringValue.flatMap { [UInt8](base64: $0, .urlSafe)?.count == 32 ? $0 : nil }
            }
            let until = try fields.instant("expiresAt")
            try fields.finish()
            return Nonce(text: text, until: until)
        } catch { throw .garbage("\(error)") }
    }
}
