import Commands
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
                try records.take(item, answer["record"] ?? .null, self)
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
            ("kind", kind.rawValue), ("items", kind.items.joined(separator: ",")),
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
            guard let value = answer[item] else { throw .unreadable("\(item) is missing") }
            try records.take(item, value, self)
        }
        return records
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
        case "expenses": expenses = try context.record(ExpenseRecord.self, value)
        default: others[item] = value
        }
    }
}
