import CheckIns
import Commands
import Configuration
import FrontDesk
import HTTP
import JSON
import Records
import Secrets
import Terminal

extension Context {
    /// `check-in`: claims the card session, chooses, proves, and shows the qualification.
    func checkIn() async throws(CommandFailure) -> ExitCode {
        let (consents, proxy) = (try consents(), try proxy())
        let wait: Int
        do throws(UsageError) {
            wait = try invocation.integer("wait", in: 0...limits.longestClaimSeconds) ?? 0
        } catch { throw CommandFailure(error) }
        let reason = invocation.value("visual-check")
        for option in ["pin-file", "pin-pad", "spend-last-try"]
        where reason != nil && (invocation.value(option) != nil || invocation.has(option)) {
            throw CommandFailure(
                UsageError(
                    "--\(option) and --visual-check cannot go together: "
                        + "staff look, or a PIN is entered"))
        }
        // Read before anything begins, so that a missing file costs no session.
        let way: Way = reason != nil ? .visualCheck : invocation.has("face") ? .face : .pin
        let pin = way == .pin ? SecretBox(try self.pin()) : nil
        let claimed = try await claim(waiting: wait)
        try stopIfClosed(claimed)
        remind(claimed)
        // From here on the reader that was claimed, whatever lies on another one meanwhile.
        let reader =
            claimed["reader"]?.stringValue.map { "?reader=\(percentEncoded($0))" }
            ?? readerQuery()
        let session = [("Madoguchi-Session", claimed["session"]?.stringValue ?? "")]
        let chosen = try await ask(
            "POST", "/v1/session/choice" + reader, as: .reception,
            body: .object(present: [
                ("way", .string(way.rawValue)), ("consents", .object(consents)),
                ("enteredBy", proxy.map { .string($0.rawValue) }),
            ]), headers: session)
        try stopIfClosed(chosen)
        let view = try await prove(reason, pin, chosen, reader, session)
        try stopIfClosed(view)
        // Nothing but an acceptance counts as one: the question may still be under way.
        guard let closing = view["closing"], closing["kind"] == "accepted" else {
            throw CommandFailure(.noAnswerYet)
        }
        _ = try await ask("POST", "/v1/session/seen" + reader)
        if view["kept"] == false {
            complain(
                "この受付はまだ保存されていません。空き容量をご確認ください (the check-in is not kept yet and would be gone "
                    + "after a restart: make room in the check-in folder; it is then kept by itself)"
            )
        }
        try show(view) { () throws(CommandFailure) in
            guard let value = closing["qualification"] else { return "accepted" }
            let items = (closing["items"]?.arrayValue ?? []).compactMap { $0["item"]?.stringValue }
            let head = [
                "受付しました  check-in \(view["checkIn"]?.stringValue ?? "")",
                "  同意: \(items.isEmpty ? "なし" : items.joined(separator: ", "))",
            ]
            let lines = try record(Qualification.self, value).lines() + identityLines(view)
            return (head + lines).joined(separator: "\n")
        }
        return .ok
    }

    /// Begins with the card that lies there, or comes in time; tells meanwhile that it waits.
    private func claim(waiting seconds: Int) async throws(CommandFailure) -> JSONValue {
        let telling = Task { await tellOfWaiting(seconds) }
        defer { telling.cancel() }
        return try await ask(
            "POST", "/v1/session/claim" + readerQuery(), as: .reception,
            body: ["waitSeconds": JSONValue(seconds)], waitingForCard: seconds)
    }

    /// Says every few seconds how long a card is waited for yet; nothing of a wait of a moment.
    private func tellOfWaiting(_ seconds: Int) async {
        let (moment, pause) = (1, 15)
        var (left, sleep) = (seconds, moment)
        while left > sleep, (try? await SystemClock().sleep(seconds: Double(sleep))) != nil {
            (left, sleep) = (left - sleep, pause)
            complain("waiting for a card, \(left) s left (カードをお待ちしています。あと\(left)秒)")
        }
    }

    /// The proof: the PIN that was read, or the word of staff who looked.
    private func prove(
        _ reason: String?, _ pin: SecretBox?, _ chosen: JSONValue, _ reader: String,
        _ session: [(String, String)]
    ) async throws(CommandFailure) -> JSONValue {
        guard let pin = pin?.take() else {
            guard reason != nil else {
                return try await ask(
                    "POST", "/v1/session/face" + reader, as: .reception, headers: session)
            }
            return try await ask(
                "POST", "/v1/session/confirm" + reader, as: .reception,
                body: ["reason": .string(reason ?? "")], headers: session)
        }
        var headers = session
        if invocation.has("spend-last-try"), chosen["triesLeft"] == 1 {
            let token = try await ask(
                "POST", "/v1/session/last-try" + reader, headers: session)
            headers.append(("Madoguchi-Last-Try", token["token"]?.stringValue ?? ""))
        }
        return try await ask(
            "/v1/session/pin" + reader, pin: pin, as: .reception, headers: headers)
    }

    /// What the patient should know of the card's certificate; not part of the answer itself.
    private func remind(_ view: JSONValue) {
        let life = view["certificateLife"]?.stringValue.flatMap(CertificateLife.init)
        let end = view["certificateEnds"]?.stringValue.flatMap { Instant(rfc3339: $0) }
        switch (life, end?.dateInJapan) {
        case (.endingSoon, let date?):
            complain("The card's certificate ends on \(date); the municipal office renews it.")
            complain("電子証明書の有効期限は\(date)です。市区町村の窓口で更新できます。")
        case (.inGrace, let date?):
            complain(
                "The card's certificate ended on \(date): only the qualification is checked, "
                    + "nothing else is shared. The municipal office renews it.")
            complain("電子証明書は\(date)に期限が切れました。資格情報のみ確認します。市区町村の窓口で更新してください。")
        default: break
        }
    }

    private func proxy() throws(CommandFailure) -> Proxy? {
        guard let word = invocation.value("entered-by") else { return nil }
        guard let proxy = Proxy(rawValue: word) else {
            throw CommandFailure(UsageError("--entered-by takes parent or carer"))
        }
        return proxy
    }

    private func consents() throws(CommandFailure) -> [String: JSONValue] {
        let text = invocation.value("consent") ?? "none"
        if text == "none" { return [:] }
        var consents: [String: JSONValue] = [:]
        for item in text.split(separator: ",") {
            guard ["drugs", "checkups"].contains(item) else {
                throw CommandFailure(
                    UsageError("--consent takes drugs, checkups, both with a comma, or none"))
            }
            consents[String(item)] = true
        }
        return consents
    }

    /// Turns a closing state that is not an acceptance into this command's failure.
    private func stopIfClosed(_ view: JSONValue) throws(CommandFailure) {
        guard let value = view["closing"]?["problem"] else { return }
        let problem: Problem
        do throws(JSONError) { problem = try Problem(json: value) } catch {
            throw .unreadable(error)
        }
        throw CommandFailure(problem)
    }

    /// The patient's sex, for the thresholds that differ; not set where it is not known any more.
    func sex(_ answer: JSONValue) -> Sex {
        answer["sex"]?.stringValue.flatMap(Sex.init(rawValue:)) ?? .unset
    }

    /// A record of the wire.
    func record<Record: RecordCodable>(
        _ type: Record.Type, _ value: JSONValue
    ) throws(CommandFailure) -> Record {
        do throws(JSONError) { return try Record(value, at: "$") } catch {
            throw .unreadable(error)
        }
    }

    /// `check-ins`.
    func listCheckIns() async throws(CommandFailure) -> ExitCode {
        let answer = try await ask("GET", "/v1/check-ins", as: .reception)
        try show(answer) {
            let rows = (answer["checkIns"]?.arrayValue ?? []).map { entry in
                [
                    "\(entry["number"]?.integerValue ?? 0)", entry["id"]?.stringValue ?? "",
                    entry["openedAt"]?.stringValue ?? "", entry["state"]?.stringValue ?? "",
                    (entry["items"]?.arrayValue ?? []).compactMap { $0["item"]?.stringValue }
                        .joined(separator: ","),
                ]
            }
            return rows.isEmpty ? "受付はありません (no check-ins)" : table(rows).joined(separator: "\n")
        }
        return .ok
    }

    /// `drugs` and `checkups`.
    func openRecord(_ item: String) async throws(CommandFailure) -> ExitCode {
        let answer = try await ask(
            "GET", "/v1/check-ins/\(try checkInID())/\(item)", as: .clinician)
        let value = answer["record"] ?? .null
        try show(answer) { () throws(CommandFailure) in
            let lines =
                item == "drugs"
                ? try record(DrugRecord.self, value).lines()
                : try record(CheckupRecord.self, value).lines(sex: sex(answer))
            return ([item == "drugs" ? "薬剤情報" : "健診情報"] + lines).joined(separator: "\n")
        }
        return .ok
    }

    /// `qualification`.
    func qualification() async throws(CommandFailure) -> ExitCode {
        let answer = try await ask("GET", "/v1/check-ins/\(try checkInID())", as: .reception)
        try show(answer) { () throws(CommandFailure) in
            guard let value = answer["qualification"] else {
                return "資格情報は再起動前のものです。カードで確認し直してください。"
            }
            return try record(Qualification.self, value).lines().joined(separator: "\n")
        }
        return .ok
    }

    /// `withdraw` and `close`.
    func end(by act: String, _ words: String) async throws(CommandFailure) -> ExitCode {
        let answer = try await ask(
            "POST", "/v1/check-ins/\(try checkInID())/\(act)", as: .reception)
        try show(answer) {
            answer["clearinghouseTold"]?.boolValue == true
                ? words
                : words + "\n支払基金・国保中央会へは、つながりしだい伝えます "
                    + "(the clearinghouse is told as soon as it can be reached)"
        }
        return .ok
    }

    func checkInID() throws(CommandFailure) -> String {
        do throws(UsageError) { return try invocation.require("check-in") } catch {
            throw CommandFailure(error)
        }
    }

    /// `portal …`.
    func portal(_ page: String) async throws(CommandFailure) -> ExitCode {
        for name in ["from", "to"] {
            try check(name, "a month such as 2026-11") { YearMonth($0) != nil }
        }
        let months = [("from", invocation.value("from")), ("to", invocation.value("to"))]
        let query = readerQuery(months)
        let pin = SecretBox(try pin())
        var (named, headers): (String, [(String, String)]) = (query, [])
        if invocation.has("spend-last-try") {
            let agreed = try await ask("POST", "/v1/readers/last-try" + readerQuery())
            if let token = agreed["token"]?.stringValue, let reader = agreed["reader"]?.stringValue
            {
                headers = [("Madoguchi-Last-Try", token)]
                named = readerQuery(months, reader: reader)
            }
        }
        guard let pin = pin.take() else { return .usage }
        let answer = try await ask("/v1/portal/\(page)\(named)", pin: pin, headers: headers)
        try show(answer) { () throws(CommandFailure) in
            let lines =
                switch page {
                case "qualification": try record(Qualification.self, answer).lines()
                case "drugs": try record(DrugRecord.self, answer).lines()
                case "checkups":
                    try record(CheckupRecord.self, answer["record"] ?? .null)
                        .lines(sex: sex(answer))
                case "expenses": try record(ExpenseRecord.self, answer).lines()
                default: disclosures(answer)
                }
            return (["わたしの情報: \(page)"] + lines).joined(separator: "\n")
        }
        return .ok
    }

    private func disclosures(_ answer: JSONValue) -> [String] {
        table(
            (answer.arrayValue ?? []).map { line in
                ["time", "institution", "request", "item", "way", "refusedBecause"].map {
                    line[$0]?.stringValue ?? ""
                }
            })
    }
}
