package import Records

/// What is handed to the patient for one pharmacy and one prescriber: one text with all their
/// visits, newest first, as the portal prints one symbol for each such pair.
package struct NotebookSheet: Hashable, Sendable, PersonalData {
    /// Who handed the medicines out.
    package let dispenser: Institution
    /// Who prescribed them, where somebody else dispensed.
    package let prescriber: Institution?
    /// The text as records.
    package let document: NotebookDocument
    /// What had to be said otherwise.
    package let remarks: [NotebookRemark]
}

/// Whose notebook it is, and what a sheet says of them.
package struct NotebookHolder: Hashable, Sendable, PersonalData {
    /// The name (氏名).
    package var name: String
    /// The name in katakana (氏名カナ).
    package var kana: String?
    /// Sex; the record is left out where neither code fits.
    package var sex: Sex
    /// The birth date.
    package var birthDate: LocalDate

    /// The holder as insurers know them. Address and telephone are left out: whoever finds the
    /// paper can read it.
    package init(_ identity: PersonIdentity) {
        (name, kana) = (identity.name, identity.kana)
        (sex, birthDate) = (identity.sex, identity.birthDate)
    }

    fileprivate var record: NotebookRecord? {
        let code =
            switch sex {
            case .male: "1"
            case .female: "2"
            case .unset: ""
            }
        guard !code.isEmpty else { return nil }
        return NotebookRecord(
            .patient, [name, code, birthDate.digits, "", "", "", "", "", "", kana ?? ""])
    }
}

extension DrugRecord {
    /// The memo at the head of every text, since what stands in it was made up.
    package static let simulationMemo = "シミュレーションのデータです。実在の人や薬歴ではありません。"

    /// The medicines as notebook texts, one for each pharmacy and prescriber, in the order in
    /// which the newest was handed out. Without a holder the texts name nobody.
    package func notebookSheets(
        holder: NotebookHolder?, version: NotebookVersion = .v08
    ) -> [NotebookSheet] {
        var order: [DrugSource] = []
        var bySource: [DrugSource: [Dispensing]] = [:]
        for dispensing in newestFirst {
            if bySource[dispensing.source] == nil { order.append(dispensing.source) }
            bySource[dispensing.source, default: []].append(dispensing)
        }
        return order.map { source in
            var visits = VisitWriter(source)
            let written = bySource[source, default: []].map { visits.visit($0) }
            let memo = NotebookRecord(.memo, [Self.simulationMemo, "", "8"])
            let document = NotebookDocument(
                version: version, direction: .toPatient,
                head: [holder?.record, memo].compactMap { $0 }, visits: written)
            let prescriber: Institution? =
                if case .pharmacy(_, let prescriber) = source { prescriber } else { nil }
            var remarks = visits.remarks
            if holder != nil, holder?.record == nil {
                remarks.append(
                    NotebookRemark(line: 0, kind: .patient, field: "性別", matter: .missing))
            }
            return NotebookSheet(
                dispenser: source.dispenser, prescriber: prescriber, document: document,
                remarks: remarks)
        }
    }

    /// Newest first; those of one day in the order given.
    private var newestFirst: [Dispensing] {
        dispensings.enumerated().sorted {
            ($1.element.date, $0.offset) < ($0.element.date, $1.offset)
        }.map(\.element)
    }
}

/// Dispensings of one place as visits.
private struct VisitWriter {
    let source: DrugSource
    var remarks: [NotebookRemark] = []

    init(_ source: DrugSource) { self.source = source }

    mutating func visit(_ dispensing: Dispensing) -> NotebookVisit {
        var head = [NotebookRecord(.date, [dispensing.date.digits, "1"])]
        head.append(
            NotebookRecord(.dispenser, place(source.dispenser) + ["", "", "", "1"]))
        // Medicines of the institution's own have no prescriber's record.
        if case .pharmacy(_, let prescriber?) = source {
            head.append(NotebookRecord(.prescriber, place(prescriber) + ["1"]))
        }
        let groups = groups(dispensing.drugs).enumerated().map { index, lines in
            group(lines, String(index + 1))
        }
        return NotebookVisit(head: head, groups: groups)
    }

    /// Name, prefecture, fee table and code, as far as the ten digits are known.
    private func place(_ institution: Institution) -> [String] {
        guard let code = institution.code, code.utf8.count == 10 else {
            return [institution.name, "", "", ""]
        }
        return [
            institution.name, String(code.prefix(2)), String(code.dropFirst(2).prefix(1)),
            String(code.suffix(7)),
        ]
    }

    /// Medicines that share one record of usage: those in a row with the same number, usage, form
    /// and days.
    private func groups(_ drugs: [DrugLine]) -> [[DrugLine]] {
        var groups: [[DrugLine]] = []
        for drug in drugs {
            if let last = groups.last?.last, last.sharesUsage(with: drug) {
                groups[groups.count - 1].append(drug)
            } else {
                groups.append([drug])
            }
        }
        return groups
    }

    private mutating func group(_ lines: [DrugLine], _ number: String) -> NotebookGroup {
        var records: [NotebookRecord] = []
        for line in lines { records += drug(line, number) }
        guard let first = lines.first else { return NotebookGroup(records) }
        let amount = NotebookAmount(first.quantity, first.drugClass)
        var usage = first.usage ?? ""
        // A pharmacy must say how to take it, except for materials and others.
        if usage.isEmpty, case .pharmacy = source, ![9, 10].contains(amount.form) {
            usage = "用法の記載なし"
            remarks.append(remark(.usage, "用法名称", .usageUnknown))
        }
        records.append(
            NotebookRecord(
                .usage,
                [
                    number, usage, String(amount.times), amount.unit, String(amount.form), "1", "",
                    "1",
                ]))
        return NotebookGroup(records)
    }

    private mutating func drug(_ line: DrugLine, _ number: String) -> [NotebookRecord] {
        let amount = NotebookAmount(line.quantity, line.drugClass).amount
        let code: (kind: String, value: String) =
            if let yj = line.yjCode { ("4", yj) } else if let receipt = line.receiptCode {
                ("2", receipt)
            } else { ("1", "") }
        let generic = line.ingredient.map { [$0.name, "1", ""] } ?? ["", "", ""]
        var records = [
            NotebookRecord(
                .drug,
                [
                    number, line.name, amount ?? "", line.quantity.unit, code.kind, code.value,
                    "1",
                ] + generic)
        ]
        if amount == nil {
            remarks.append(remark(.drug, "用量", .amountMoved))
            records.append(
                NotebookRecord(.drugSupplement, [number, line.quantity.japanese, "1"]))
        }
        if let instruction = line.instruction {
            records.append(NotebookRecord(.drugSupplement, [number, instruction, "1"]))
        }
        return records
    }

    private func remark(
        _ kind: NotebookKind, _ field: String, _ matter: NotebookRemark.Matter
    ) -> NotebookRemark {
        NotebookRemark(line: 0, kind: kind, field: field, matter: matter)
    }
}

extension DrugLine {
    fileprivate func sharesUsage(with other: DrugLine) -> Bool {
        let mine = NotebookAmount(quantity, drugClass)
        let theirs = NotebookAmount(other.quantity, other.drugClass)
        return rp == other.rp && usage == other.usage
            && (mine.form, mine.times, mine.unit) == (theirs.form, theirs.times, theirs.unit)
    }
}
