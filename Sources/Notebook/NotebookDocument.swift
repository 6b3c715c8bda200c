package import Records

/// A whole notebook text (電子版お薬手帳データ): what stands before the visits, the visits, and what
/// stands behind them. Records are kept in the order in which they were read.
package struct NotebookDocument: Hashable, Sendable, PersonalData {
    /// The version it was written in.
    package var version: NotebookVersion
    /// Which way it goes.
    package var direction: NotebookDirection
    /// The patient, their notes, medicines without prescription, memos (1, 2, 3, 31, 4).
    package var head: [NotebookRecord]
    /// The visits (5 … 601), newest first.
    package var visits: [NotebookVisit]
    /// The patient's own pharmacist (701).
    package var tail: [NotebookRecord]

    /// A document.
    package init(
        version: NotebookVersion, direction: NotebookDirection, head: [NotebookRecord] = [],
        visits: [NotebookVisit] = [], tail: [NotebookRecord] = []
    ) {
        (self.version, self.direction) = (version, direction)
        (self.head, self.visits, self.tail) = (head, visits, tail)
    }

    /// The patient's record, if there is one.
    package var patient: NotebookRecord? { head.first { $0.kind == .patient } }

    /// All records in the order of the text.
    package var records: [NotebookRecord] { head + visits.flatMap(\.records) + tail }
}

/// One visit (調剤等): where and when medicines were handed out, and which.
package struct NotebookVisit: Hashable, Sendable, PersonalData {
    /// Who and when (5, 11, 15, 51, and a 55 before the first group).
    package var head: [NotebookRecord]
    /// The groups of medicines, in order.
    package var groups: [NotebookGroup]
    /// What is said of the whole visit (401, 411, 421, 501, 601).
    package var tail: [NotebookRecord]

    /// A visit.
    package init(
        head: [NotebookRecord], groups: [NotebookGroup] = [], tail: [NotebookRecord] = []
    ) {
        (self.head, self.groups, self.tail) = (head, groups, tail)
    }

    /// The day (調剤等年月日).
    package var date: LocalDate? { record(.date).flatMap { notebookDate($0["調剤等年月日"]) } }
    /// Who handed the medicines out (調剤－医療機関等).
    package var dispenser: NotebookRecord? { record(.dispenser) }
    /// Who prescribed them, where a pharmacy handed them out (処方－医療機関).
    package var prescriber: NotebookRecord? { record(.prescriber) }
    /// All records in the order of the text.
    package var records: [NotebookRecord] { head + groups.flatMap(\.records) + tail }

    private func record(_ kind: NotebookKind) -> NotebookRecord? { head.first { $0.kind == kind } }

    /// What tells this visit from another, however often it is scanned: day, dispenser, prescriber,
    /// and the medicines with dose and days, sorted (JAHIS has no number for a dispensing).
    package var fingerprint: [String] {
        let places = [dispenser, prescriber].map { record in
            record.map { $0["医療機関コード"].isEmpty ? $0["医療機関名称"] : $0["医療機関コード"] } ?? ""
        }
        let drugs = groups.flatMap { group in
            group.drugs.map { drug in
                [
                    drug["薬品名称"], drug["用量"], drug["単位名"], group.usage?["調剤数量"] ?? "",
                    group.usage?["用法名称"] ?? "",
                ].joined(separator: ",")
            }
        }
        return [date?.digits ?? ""] + places + drugs.sorted()
    }
}

/// Medicines that are taken together (RP): the records 201 to 391 of one number. A record 55 in
/// front names the doctor from here on.
package struct NotebookGroup: Hashable, Sendable, PersonalData {
    /// All of its records, in order.
    package var records: [NotebookRecord]

    /// A group.
    package init(_ records: [NotebookRecord]) { self.records = records }

    /// The number (RP番号); nothing where no record has a readable one.
    package var number: Int? {
        records.lazy.filter { $0.kind != .doctor }.compactMap { Int($0["RP番号"]) }.first
    }
    /// The medicines (薬品).
    package var drugs: [NotebookRecord] { records.filter { $0.kind == .drug } }
    /// When and how to take them (用法).
    package var usage: NotebookRecord? { records.first { $0.kind == .usage } }
}
