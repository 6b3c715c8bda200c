import Charsets
import ClinicFiles
import HTTP
import JSON
import Octets
import Records

/// What a request is answered with: asked of the terminal, written as claims computers read it.
struct Answers: Sendable {
    let configuration: ExchangeConfiguration
    let journal: Journal
    let line: TerminalLine
    let known: KnownPatients

    /// An answer: its octets and how its name ends.
    struct Answer {
        var octets: [UInt8]
        var ending = "xml"
    }

    /// The answer that a request failed, in the words of its kind.
    func failure(
        _ kind: ClinicFileKind, _ note: ProcessingNote, _ characters: FileCharacters,
        _ identifier: String? = nil
    ) -> Answer {
        var header = header(characters)
        header.fileIdentifier = identifier
        switch kind {
        case .drugs, .checkups:
            header.error = note
            return xml(.noRecords(header, reason: note.message), characters)
        default: return xml(.failure(header, note), characters)
        }
    }

    /// The answer to a request; throws only where the terminal is to be asked again later.
    func answer(
        _ request: ClinicRequest, _ kind: ClinicFileKind, _ characters: FileCharacters
    ) throws(TerminalLine.Fault) -> Answer {
        do throws(TerminalLine.Fault) {
            return try found(request, characters)
        } catch {
            guard case .problem(let problem) = error else { throw error }
            return failure(kind, problem.note, characters, request.fileIdentifier)
        }
    }

    private func header(_ characters: FileCharacters) -> MessageHeader {
        MessageHeader(
            at: .now, institution: configuration.institutionCode, characters: characters)
    }

    private func xml(_ root: XMLElement, _ characters: FileCharacters) -> Answer {
        let file = ClinicFile(root, in: characters, shiftJIS: .system)
        file.report()
        return Answer(octets: file.octets)
    }

    private func found(
        _ request: ClinicRequest, _ characters: FileCharacters
    ) throws(TerminalLine.Fault) -> Answer {
        var header = header(characters)
        header.fileIdentifier = request.fileIdentifier
        switch request.question {
        case .qualification(let details):
            header.reference = .insuranceDetails
            let value = try line.post("/v1/insurance/check", ["details": details.json])
            let found = try read(value["qualification"]) {
                (value) throws(JSONError) in try Qualification(value, at: "$")
            }
            return xml(.qualification(header, found, search: details), characters)
        case .referenceNumber(let details, let number):
            _ = try line.post("/v1/charts", ["details": details.json, "chart": .string(number)])
            return xml(.referenceRegistered(header, number: number), characters)
        case .bulkUpload(let list):
            return xml(.bulkReceipt(header, number: try submit(list)), characters)
        case .bulkResult(let number):
            let lines = try results(number)
            return xml(.bulkResult(header, number: number, lines: lines), characters)
        case .drugs(let question):
            return try medical(question, "drugs", header, characters) {
                (holder, value) throws(TerminalLine.Fault) in
                var record = try read(value) {
                    (value) throws(JSONError) in try DrugRecord(value, at: "$")
                }
                record.dispensings = record.dispensings.filter { dispensing in
                    let month = dispensing.date.yearMonth
                    return question.from.map { month >= $0 } ?? true
                        && question.to.map { month <= $0 } ?? true
                }
                return .drugs(header, holder, record)
            }
        case .checkups(let question):
            return try medical(question, "checkups", header, characters) {
                (holder, value) throws(TerminalLine.Fault) in
                let record = try read(value) {
                    (value) throws(JSONError) in try CheckupRecord(value, at: "$")
                }
                return .checkups(header, holder, record)
            }
        }
    }

    private func read<Value>(
        _ value: JSONValue?, _ body: (JSONValue) throws(JSONError) -> Value
    ) throws(TerminalLine.Fault) -> Value {
        do throws(JSONError) { return try body(value ?? .null) } catch {
            throw .silent("the terminal's answer cannot be read: \(error.description)")
        }
    }

    // MARK: Medicines and checkups, under an open check-in

    private func medical(
        _ question: MedicalQuestion, _ item: String, _ header: MessageHeader,
        _ characters: FileCharacters,
        _ write: (PersonIdentity, JSONValue?) throws(TerminalLine.Fault) -> XMLElement
    ) throws(TerminalLine.Fault) -> Answer {
        guard let checkIn = try checkIn(of: question) else {
            let note = ProcessingNote(code: "MDG2003", message: "有効な受付（同意）がありません")
            return failure(
                item == "drugs" ? .drugs : .checkups, note, characters, header.fileIdentifier)
        }
        let path = "/v1/check-ins/\(checkIn.id)/\(item)"
        if question.wantsPaper {
            return Answer(octets: try line.paper(path + "/paper"), ending: "pdf")
        }
        return xml(try write(checkIn.holder, try line.get(path)["record"]), characters)
    }

    private func checkIn(
        of question: MedicalQuestion
    ) throws(TerminalLine.Fault) -> (id: String, holder: PersonIdentity)? {
        let person = KnownPatients.Person(
            insurerNumber: question.insurerNumber, symbol: question.symbol,
            number: question.number, branch: question.branch)
        if let found = known.checkIn(of: person) { return found }
        // Those of before this process was started.
        for checkIn in try line.get("/v1/check-ins")["checkIns"]?.arrayValue ?? [] {
            guard let id = checkIn["id"]?.stringValue, !known.has(id), ClinicRequest.isKey(id),
                checkIn["state"]?.stringValue == "open"
            else { continue }
            let value = try line.get("/v1/check-ins/" + id)
            known.remember(id, value["qualification"].flatMap { try? Qualification($0, at: "$") })
        }
        return known.checkIn(of: person)
    }

    // MARK: Lists

    private func submit(_ list: [SearchDetails]) throws(TerminalLine.Fault) -> String {
        let bookings = list.enumerated().map { index, details -> JSONValue in
            ["id": .string("p\(index)"), "details": details.json]
        }
        let answer = try line.post("/v1/batches", ["bookings": .array(bookings)])
        guard let number = answer["number"]?.stringValue, ClinicRequest.isKey(number) else {
            throw .silent("the terminal's answer cannot be read")
        }
        do throws(FolderFault) {
            try journal.put(
                "list-" + number,
                value: [
                    "at": .string(Instant.now.rfc3339),
                    "list": .array(list.map(\.kept)),
                ])
        } catch { throw .silent("\(error)") }
        return number
    }

    private func results(_ number: String) throws(TerminalLine.Fault) -> [BulkLine]? {
        guard ClinicRequest.isKey(number),
            let list = journal.value("list-" + number)?["list"]?.arrayValue
        else {
            throw .problem(
                Problem(
                    "unknown-list", status: 404, title: "There is no such list.",
                    titleJapanese: "受付番号が見つかりません"))
        }
        let state = try line.get("/v1/batches/" + number)
        let segment = state["segment"]?.stringValue.flatMap(SegmentOfResult.init(rawValue:))
        guard segment != .abnormal else {
            throw .problem(
                Problem(
                    "list-broken-off", status: 409, title: "The list was broken off.",
                    titleJapanese: "一括照会が異常終了しました。もう一度お送りください",
                    code: "MDG2004"))
        }
        guard segment == .normal, let results = state["results"]?.arrayValue else { return nil }
        var found: [String: JSONValue] = [:]
        for result in results {
            if let id = result["id"]?.stringValue { found[id] = result }
        }
        return list.enumerated().compactMap { index, kept in
            guard let details = SearchDetails(kept: kept) else { return nil }
            let result = found["p\(index)"]
            let qualification = result?["qualification"].flatMap {
                try? Qualification($0, at: "$")
            }
            if let qualification {
                return BulkLine(details: details, outcome: .found(qualification))
            }
            let words = result?["message"]?.stringValue ?? "資格情報を確認できませんでした"
            let note = ProcessingNote(code: "MDG2002", message: words)
            return BulkLine(details: details, outcome: .failed(note))
        }
    }
}

extension Problem {
    /// The problem as files tell it: with the public code where it has one.
    var note: ProcessingNote {
        ProcessingNote(code: code ?? "MDG2002", message: titleJapanese)
    }
}

extension SearchDetails {
    /// As the terminal takes it.
    var json: JSONValue {
        .object(present: [
            ("insurerNumber", .string(insurerNumber)), ("symbol", symbol.map(JSONValue.string)),
            ("number", .string(number)), ("branch", branch.map(JSONValue.string)),
            ("birthDate", .string(birthDate.description)),
        ])
    }

    /// As a list is kept until its results are asked for.
    var kept: JSONValue {
        guard case .object(var fields) = json else { return json }
        fields["limitConsent"] = .string(limitConsent.rawValue)
        fields["identifier"] = identifier.map(JSONValue.string)
        return .object(fields)
    }

    init?(kept value: JSONValue) {
        guard let insurer = value["insurerNumber"]?.stringValue,
            let number = value["number"]?.stringValue,
            let birthDate = value["birthDate"]?.stringValue.flatMap({ LocalDate($0) })
        else { return nil }
        self.init(
            insurerNumber: insurer, symbol: value["symbol"]?.stringValue, number: number,
            branch: value["branch"]?.stringValue, birthDate: birthDate,
            limitConsent: value["limitConsent"]?.stringValue.flatMap(LimitConsent.init(rawValue:))
                ?? .notGiven, identifier: value["identifier"]?.stringValue)
    }
}
