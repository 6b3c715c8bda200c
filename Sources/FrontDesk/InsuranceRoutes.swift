internal import CheckIns
internal import Clearinghouse
internal import HTTP
internal import JSON
internal import Records
internal import Terminal

extension LocalAPI {
    /// `POST /v1/insurance/check`: `{"details": {…}}`, and under a mode `"mode"` and `"reason"`.
    func checkInsurance(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        let details: InsuranceDetails
        var mode: (EmergencyMode, reason: String)?
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            details = try InsuranceDetails(fields.require("details"), at: "$.details")
            let named = try fields.optional("mode", "must be systemFailure or disaster") {
                $0.stringValue.flatMap(EmergencyMode.init(rawValue:))
            }
            let reason = try fields.optionalString("reason", maximum: 400)
            try fields.finish()
            if let named {
                guard let reason, !reason.isEmpty else {
                    throw .unexpected(path: "$.reason", reason: "is needed under a mode")
                }
                mode = (named, reason)
            }
        } catch { throw .malformedBody(error.description) }
        do throws(OpeningRefusal) {
            let found = try await parts.insurance.check(details, by: member, under: mode)
            return .json(["qualification": found.sheet])
        } catch { throw .opening(error) }
    }

    /// Those whose check waits: `GET /v1/offline`, `POST /v1/offline` with details, and
    /// `POST /v1/offline/ID/check` or `…/remove`.
    func offline(_ path: [String], _ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role.seesQualification else { throw .notAllowed }
        let desk = parts.insurance
        switch (request.method, path.count, path.last) {
        case ("GET", 0, _): break
        case ("POST", 0, _):
            let details: InsuranceDetails
            do throws(JSONError) {
                var fields = try JSONFields(try request.jsonBody())
                details = try InsuranceDetails(fields.require("details"), at: "$.details")
                try fields.finish()
            } catch { throw .malformedBody(error.description) }
            guard await desk.note(details) != nil else { throw .offlineListFull }
        case ("POST", 2, "remove"): await desk.forget(path[0])
        case ("POST", 2, "check"):
            do throws(OpeningRefusal) {
                let found = try await desk.recheck(path[0], by: member)
                return .json([
                    "qualification": found.sheet,
                    "offline": .array(await desk.waiting().map(\.json)),
                ])
            } catch { throw .opening(error) }
        default: throw .notFound
        }
        return .json(["offline": .array(await desk.waiting().map(\.json))])
    }
}

extension Problem {
    static let offlineListFull = Problem(
        "offline-list-full", status: 409, title: "The offline list is full.",
        titleJapanese: "オフラインの一覧がいっぱいです。",
        nextStep: "Check or remove those who wait already.",
        nextStepJapanese: "待っている方の確認を先に済ませてください。")
}
