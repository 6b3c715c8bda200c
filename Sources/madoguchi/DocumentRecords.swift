import Commands
import Disclosures
import Documents
import JSON
import Records
import Secrets
import Terminal

/// The records that a document is made of.
struct DocumentRecords {
    /// Whether they are the patient's own look, with amounts.
    var isPatients: Bool
    /// The check-in they were opened under.
    var checkIn: String?
    /// What the patient is entitled to; nothing after a restart of the daemon.
    var qualification: Qualification?
    var drugs: DrugRecord?
    var checkups: CheckupRecord?
    var expenses: ExpenseRecord?
    /// The expense notice of a year, signed.
    var notice: SignedNotice?
    /// Who saw what: of this terminal, or as the clearinghouse tells the patient.
    var history: [HistoryLine] = []
    /// The check-in as the daemon lists it: when it was opened, what it opens.
    var listed: JSONValue = .null
    /// Pages that were not consented to, and are left out.
    var withheld: [String] = []
    /// Pages that no record type stands for.
    var others: [String: JSONValue] = [:]

    /// Who it is about.
    var holder: PersonIdentity? { qualification?.entitlement?.holder }

    /// The pages that the check-in opens.
    var consented: [String] {
        (listed["items"]?.arrayValue ?? []).compactMap { $0["item"]?.stringValue }
    }
}

extension Context {
    /// Opens what a kind needs: under a check-in, or with the patient's card and PIN.
    func records(for kind: DocumentKind) async throws(CommandFailure) -> DocumentRecords {
        guard !kind.origins.isEmpty else { return DocumentRecords(isPatients: false) }
        let named = invocation.value("check-in") != nil
        let isPatients = invocation.has("portal")
        guard named != isPatients else {
            throw CommandFailure(
                UsageError("say whose records: --check-in ID, or --portal --pin-file FILE"))
        }
        guard kind.origins.contains(isPatients ? .portal : .checkIn) else {
            throw CommandFailure(
                UsageError(
                    "\(kind.rawValue) is made with \(isPatients ? "--check-in" : "--portal")"))
        }
        return isPatients ? try await own(kind) : try await opened(kind)
    }

    private func opened(_ kind: DocumentKind) async throws(CommandFailure) -> DocumentRecords {
        for option in ["pin-file", "from", "to"] where invocation.value(option) != nil {
            throw CommandFailure(UsageError("--\(option) goes with --portal"))
        }
        let id = try checkInID()
        var records = DocumentRecords(isPatients: false, checkIn: id)
        for item in kind.items {
            let path = "/v1/check-ins/\(percentEncodedID(id))"
            let query = "?document=\(kind.rawValue)"
            if item == "qualification" {
                let answer = try await ask("GET", path + query, as: .clinician)
                if let value = answer["qualification"] { try records.take(item, value, self) }
                records.listed = answer
            } else if kind.takesWhatIsConsented, !records.consented.contains(item) {
                records.withheld.append(item)
            } else {
                let answer = try await ask("GET", "\(path)/\(item)\(query)", as: .clinician)
                try records.take(item, answer["record"] ?? answer["entries"] ?? .null, self)
            }
        }
        return records
    }

    private func percentEncodedID(_ id: String) -> String {
        id.utf8.allSatisfy {
            $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0)
        }
            ? id : "-"
    }

    private func own(_ kind: DocumentKind) async throws(CommandFailure) -> DocumentRecords {
        var names: [(String, String?)] = [
            ("kind", kind.rawValue),
            ("items", kind.items.map(Self.portalName).joined(separator: ",")),
        ]
        for name in ["from", "to"] {
            try check(name, "a month such as 2026-11") { YearMonth($0) != nil }
            names.append((name, invocation.value(name)))
        }
        names.append(("year", invocation.value("year")))
        let pin = SecretBox(try pin())
        var (query, headers): (String, [(String, String)]) = (readerQuery(names), [])
        if invocation.has("spend-last-try") {
            let agreed = try await ask("POST", "/v1/readers/last-try" + readerQuery())
            if let token = agreed["token"]?.stringValue, let reader = agreed["reader"]?.stringValue
            {
                headers = [("Madoguchi-Last-Try", token)]
                query = readerQuery(names, reader: reader)
            }
        }
        guard let pin = pin.take() else { throw CommandFailure(UsageError("the PIN is used up")) }
        let answer = try await ask("/v1/portal/document" + query, pin: pin, headers: headers)
        var records = DocumentRecords(isPatients: true)
        for item in kind.items {
            guard let value = answer[Self.portalName(item)] else {
                throw .unreadable("\(item) is missing")
            }
            try records.take(item, value, self)
        }
        return records
    }
}

extension Context {
    /// What the patient's own look calls a page.
    private static func portalName(_ item: String) -> String {
        item == "history" ? "disclosures" : item
    }
}

extension DocumentRecords {
    /// Takes a page by the name it has at the local API.
    fileprivate mutating func take(
        _ item: String, _ value: JSONValue, _ context: Context
    ) throws(CommandFailure) {
        switch item {
        case "qualification": qualification = try context.record(Qualification.self, value)
        case "drugs": drugs = try context.record(DrugRecord.self, value)
        case "checkups":
            checkups = try context.record(CheckupRecord.self, value["record"] ?? value)
        case "expense-notice": notice = try context.record(SignedNotice.self, value)
        case "history":
            let rows = value.arrayValue ?? []
            history = isPatients ? try Self.told(rows) : try context.written(rows)
        case "expenses": expenses = try context.record(ExpenseRecord.self, value)
        default: others[item] = value
        }
    }
}

extension Context {
    /// Entries of this terminal's access history, as the local API gives them.
    fileprivate func written(_ rows: [JSONValue]) throws(CommandFailure) -> [HistoryLine] {
        var entries: [(index: UInt64, event: HistoryEvent)] = []
        for row in rows {
            guard let index = row["index"]?.integerValue.flatMap(UInt64.init(exactly:)),
                let event = try event(row)
            else { throw .unreadable("an entry of the history") }
            entries.append((index, event))
        }
        return HistoryLine.lines(of: entries)
    }
}

extension DocumentRecords {

    /// What the clearinghouse tells the patient, newest first as it comes.
    private static func told(_ rows: [JSONValue]) throws(CommandFailure) -> [HistoryLine] {
        var lines: [HistoryLine] = []
        for row in rows {
            guard let time = row["time"]?.stringValue.flatMap(Instant.init(rfc3339:)),
                let request = row["request"]?.stringValue
            else { throw .unreadable("a line of who asked") }
            let place = [row["institution"], row["terminal"]].compactMap { $0?.stringValue }
            lines.append(
                HistoryLine(
                    time: time, who: place.isEmpty ? "ご本人" : place.joined(separator: " "),
                    what: HistoryWords.request(request, item: row["item"]?.stringValue),
                    how: row["way"]?.stringValue.map(HistoryWords.way) ?? "-",
                    result: row["refusedBecause"] == nil ? "済" : "拒否"))
        }
        return lines
    }
}
