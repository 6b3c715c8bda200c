/// Puts records, line by line, into their places in a document, and remarks on what is wrong.
struct NotebookSorter {
    private var document: NotebookDocument
    private var remarks: [NotebookRemark] = []
    private var split: NotebookSplit?
    /// Records 55 that wait for the group they stand before.
    private var doctors: [NotebookRecord] = []
    /// Kinds met before the visits, and in the head of the open one: hostile texts repeat them.
    private var met: Set<NotebookKind> = []
    /// The open group of the open visit: its number, and whether its 301 was there.
    private var group: (number: Int?, hasUsage: Bool)?

    init(version: NotebookVersion) {
        document = NotebookDocument(version: version, direction: .toPatient)
    }

    mutating func remark(
        _ line: Int, _ kind: NotebookKind?, _ field: String?, _ matter: NotebookRemark.Matter
    ) {
        guard remarks.count < NotebookReader.maximumRemarks else { return }
        remarks.append(NotebookRemark(line: line, kind: kind, field: field, matter: matter))
    }

    mutating func readVersion(_ fields: [String]) {
        if !NotebookVersion.known.contains(document.version.number) {
            remark(1, nil, nil, .unknownVersion(document.version.identifier))
        }
        let code = fields.count > 1 ? Int(fields[1]) : nil
        if let direction = code.flatMap(NotebookDirection.init) {
            document.direction = direction
        } else {
            remark(1, nil, "出力区分", .unknownDirection)
        }
        if fields.count > 2, fields[2...].contains(where: { !$0.isEmpty }) {
            remark(1, nil, nil, .extraFields(fields.count - 2))
        }
    }

    mutating func add(_ fields: [String], octetCounts: [Int], line: Int) {
        guard let kind = Int(fields[0]).flatMap(NotebookKind.init) else {
            remark(line, nil, nil, .unknownRecord(String(fields[0].prefix(16))))
            return
        }
        let record = NotebookRecord(kind, Array(fields.dropFirst()))
        if kind.since > document.version.number { remark(line, kind, nil, .notInVersion) }
        check(record, Array(octetCounts.dropFirst()), line)
        place(record, line)
    }

    private mutating func check(_ record: NotebookRecord, _ octetCounts: [Int], _ line: Int) {
        let known = record.kind.fields
        if record.fields[known.count...].contains(where: { !$0.isEmpty }) {
            remark(line, record.kind, nil, .extraFields(record.fields.count - known.count))
        }
        for (index, (field, text)) in zip(known, record.fields).enumerated() {
            guard !text.isEmpty else {
                let isNeeded =
                    field.need == .always
                    || field.need == .toPatient && document.direction == .toPatient
                if isNeeded { remark(line, record.kind, field.japanese, .missing) }
                continue
            }
            if field.since > document.version.number {
                remark(line, record.kind, field.japanese, .notInVersion)
            }
            let octets = index < octetCounts.count ? octetCounts[index] : 0
            if octets > field.maximumOctets {
                remark(line, record.kind, field.japanese, .tooLong(octets))
            }
            if text.unicodeScalars.contains("\u{FFFD}") {
                remark(line, record.kind, field.japanese, .undecodable)
            }
            if !field.allows(text) { remark(line, record.kind, field.japanese, .notAllowed) }
        }
    }

    private mutating func place(_ record: NotebookRecord, _ line: Int) {
        switch record.kind.place {
        case .head:
            if !document.visits.isEmpty || !document.tail.isEmpty {
                remark(line, record.kind, nil, .outOfPlace)
            }
            if !met.insert(record.kind).inserted, record.kind == .patient {
                remark(line, record.kind, nil, .repeated)
            }
            document.head.append(record)
        case .visitHead: placeInVisitHead(record, line)
        case .group: placeInGroup(record, line)
        case .visitTail: openVisit(line, record.kind) { $0.tail.append(record) }
        case .tail: document.tail.append(record)
        case .control:
            if split != nil { remark(line, record.kind, nil, .repeated) }
            split = NotebookSplit(record) ?? split
        }
    }

    private mutating func placeInVisitHead(_ record: NotebookRecord, _ line: Int) {
        if record.kind == .date {
            closeVisit(line)
            document.visits.append(NotebookVisit(head: [record]))
            (met, group) = (met.filter { $0.place == .head }, nil)
            return
        }
        if record.kind == .doctor {
            doctors.append(record)
            return
        }
        openVisit(line, record.kind) { visit in
            visit.head.append(record)
        }
        if !met.insert(record.kind).inserted { remark(line, record.kind, nil, .repeated) }
        if group != nil { remark(line, record.kind, nil, .outOfPlace) }
    }

    private mutating func placeInGroup(_ record: NotebookRecord, _ line: Int) {
        let before = doctors
        doctors = []
        let number = Int(record["RP番号"])
        // A medicine behind a 301 begins a group even if its number is the same.
        let goesOn =
            group.map { open in
                open.number == number && before.isEmpty && !(record.kind == .drug && open.hasUsage)
            } ?? false
        let hadUsage = goesOn && group?.hasUsage == true
        group = (number, hadUsage || record.kind == .usage)
        openVisit(line, record.kind) { visit in
            if goesOn {
                visit.groups[visit.groups.count - 1].records.append(record)
            } else {
                visit.groups.append(NotebookGroup(before + [record]))
            }
        }
    }

    /// The visit that is open; a record without one opens it, as in the later parts of a split.
    private mutating func openVisit(
        _ line: Int, _ kind: NotebookKind, _ change: (inout NotebookVisit) -> Void
    ) {
        if document.visits.isEmpty {
            remark(line, kind, nil, .outOfPlace)
            document.visits.append(NotebookVisit(head: []))
        }
        change(&document.visits[document.visits.count - 1])
    }

    /// Doctors whom no group followed stay with their visit.
    private mutating func closeVisit(_ line: Int) {
        guard !doctors.isEmpty else { return }
        let left = doctors
        doctors = []
        openVisit(line, .doctor) { $0.head += left }
    }

    mutating func finish() -> NotebookReader.Reading {
        closeVisit(0)
        if split == nil {
            for visit in document.visits {
                for group in visit.groups where group.usage == nil {
                    remark(0, .usage, group.number.map { "RP\($0)" }, .withoutUsage)
                }
            }
            if document.direction == .toPatient, document.visits.isEmpty {
                remark(0, nil, nil, .withoutVisit)
            }
            if document.direction == .toInstitution, document.patient == nil {
                remark(0, .patient, nil, .missing)
            }
        }
        return NotebookReader.Reading(document: document, remarks: remarks, split: split)
    }
}

extension NotebookField {
    /// Whether a text that is not empty is a value of the field.
    func allows(_ text: String) -> Bool {
        switch rule {
        case .text: true
        case .digits: text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        case .plain:
            text.unicodeScalars.allSatisfy {
                ("0"..."9").contains($0) || ("A"..."Z").contains($0) || ("a"..."z").contains($0)
                    || $0 == "." || $0 == "-"
            }
        case .date: notebookDate(text) != nil
        case .codes(let codes): codes.contains(text)
        }
    }
}
