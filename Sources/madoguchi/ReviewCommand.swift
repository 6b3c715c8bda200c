import AccessHistory
import Commands
import HTTP
import JSON
import Terminal

extension Context {
    /// `history review`: the list, and with `--sign-off` the reviewer's word on it.
    func reviewHistory() async throws(CommandFailure) -> ExitCode {
        guard invocation.has("sign-off") || invocation.value("remark") == nil else {
            throw CommandFailure(UsageError("--remark goes with --sign-off"))
        }
        let review = try await ask(
            "GET", "/v1/history/review?\(try historyQuery())", as: .administrator)
        let openings = review["openings"]?.arrayValue ?? []
        guard invocation.has("sign-off") else {
            try show(review) { listed(openings, review).joined(separator: "\n") }
            return .ok
        }
        let word = try await ask(
            "POST", "/v1/history/review", as: .administrator,
            body: .object(present: [
                ("through", review["through"]), ("openings", JSONValue(openings.count)),
                ("remark", invocation.value("remark").map(JSONValue.string)),
            ]))
        try show(word) {
            (listed(openings, review) + [
                "確認済みにしました (signed off): up to entry "
                    + "\(word["through"]?.integerValue ?? 0), by \(word["by"]?.stringValue ?? "")"
            ]).joined(separator: "\n")
        }
        return .ok
    }

    /// `history erase`.
    func eraseHistory() async throws(CommandFailure) -> ExitCode {
        let (patient, why) = (try required("patient"), try required("why"))
        let answer = try await ask(
            "POST", "/v1/history/erasure", as: .administrator,
            body: [
                "patient": .string(patient), "why": .string(why),
                "despiteRetention": .bool(invocation.has("despite-retention")),
            ])
        let count = answer["erased"]?.integerValue ?? 0
        try show(answer) {
            count == 0
                ? "該当する記録はありません (nothing of this patient is there)."
                : "\(count) 件を消去しました (erased): exports that were made before still have them."
        }
        return count == 0 ? .negative : .ok
    }

    private func listed(_ openings: [JSONValue], _ review: JSONValue) -> [String] {
        let rows = openings.map { opening in
            let event = opening["event"]
            return [
                "\(opening["index"]?.integerValue ?? 0)", event?["time"]?.stringValue ?? "",
                event?["item"]?.stringValue ?? "", event?["actor"]?["id"]?.stringValue ?? "",
                event?["checkIn"]?.stringValue ?? "",
                (opening["reasons"]?.arrayValue ?? []).compactMap(\.stringValue)
                    .joined(separator: ", "),
            ]
        }
        var lines = table([["#", "time", "item", "actor", "check-in", "why"]] + rows)
        if openings.isEmpty { lines = ["確認するものはありません (nothing to review)."] }
        if review["knowsBookings"] != true {
            lines.append("No bookings were asked for here, so nothing is told of them.")
        }
        if review["cut"] == true {
            lines.append("There is more: sign these off to see the rest.")
        }
        if let through = review["signedOffThrough"]?.integerValue {
            lines.append(
                "Signed off up to entry \(through), by \(review["signedOffBy"]?.stringValue ?? "")."
            )
        }
        return lines
    }
}
