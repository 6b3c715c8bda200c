package import CheckIns
internal import Cryptography
internal import HTTP
package import JSON
package import Octets
package import Records

/// What stands on an insurance certificate (被保険者証等の情報), typed in by staff.
package struct InsuranceDetails: Hashable, Sendable, PersonalData {
    /// The insurer's number (保険者番号).
    package var insurerNumber: String
    /// The symbol (記号).
    package var symbol: String?
    /// The number (番号).
    package var number: String
    /// The branch (枝番).
    package var branch: String?
    /// The birth date (生年月日).
    package var birthDate: LocalDate

    /// Reads details as programs and pages write them.
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        insurerNumber = try fields.require("insurerNumber", "must be 6 or 8 digits") {
            $0.stringValue.flatMap { isDigits($0, [6, 8]) ? $0 : nil }
        }
        symbol = try fields.optionalString("symbol", maximum: 40)
        number = try fields.string("number", maximum: 40)
        branch = try fields.optional("branch", "must be 2 digits") {
            $0.stringValue.flatMap { isDigits($0, [2]) ? $0 : nil }
        }
        birthDate = try fields.require("birthDate", "must be a date as 2026-11-22") {
            $0.stringValue.flatMap { LocalDate($0) }
        }
        try fields.finish()
    }

    /// The details as the clearinghouse takes them.
    package var json: JSONValue {
        .object(present: [
            ("insurerNumber", .string(insurerNumber)), ("symbol", symbol.map(JSONValue.string)),
            ("number", .string(number)), ("branch", branch.map(JSONValue.string)),
            ("birthDate", .string(birthDate.description)),
        ])
    }
}

private func isDigits(_ text: String, _ counts: [Int]) -> Bool {
    counts.contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
}

/// What a check without a card found.
package struct InsuranceAnswer: Hashable, Sendable {
    /// The patient's id, where exactly one person was found.
    package var patient: String?
    /// What they are entitled to.
    package var qualification: Qualification
    /// SHA-256 of the answer.
    package var digest: SHA256Digest
}

extension ClearinghouseClient {
    /// A check by insurance details: the qualification only.
    package func check(
        _ details: InsuranceDetails, staff: String, intent: HistoryPlace
    ) async throws(ClearinghouseError) -> InsuranceAnswer {
        try await insuranceAnswer(
            "/v1/checks/details",
            ["details": details.json, "staff": .string(staff), "intent": intent.named])
    }

    private func insuranceAnswer(
        _ path: String, _ body: JSONValue
    ) async throws(ClearinghouseError) -> InsuranceAnswer {
        let answer = try await ask(path, body)
        do throws(JSONError) {
            let value = answer["qualification"] ?? .null
            return InsuranceAnswer(
                patient: answer["patient"]?.stringValue,
                qualification: try Qualification(value, at: "$.qualification"),
                digest: SHA256Digest(hashing: value.canonical))
        } catch { throw .garbage("\(error)") }
    }
}

extension HistoryPlace {
    /// The place as the clearinghouse journals it.
    var named: JSONValue {
        ["origin": .string(origin), "index": .integer(Int64(clamping: index))]
    }
}
