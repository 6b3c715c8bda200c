package import Disclosures
package import PDF
package import Records

/// One line of the patient's access history (閲覧・提供履歴): who saw what, when, why, and how the
/// patient was identified.
package struct HistoryLine: Hashable, Sendable, PersonalData {
    /// When.
    package var time: Instant
    /// Who: in what capacity and under what name, or which institution.
    package var who: String
    /// What happened, and to which data.
    package var what: String
    /// What for.
    package var why: String
    /// How the patient was identified.
    package var how: String
    /// How it ended.
    package var result: String

    /// A line.
    package init(
        time: Instant, who: String, what: String, why: String = "-", how: String = "-",
        result: String = "-"
    ) {
        (self.time, self.who, self.what) = (time, who, what)
        (self.why, self.how, self.result) = (why, how, result)
    }
}

extension HistoryLine {
    /// What the patient reads of their events, newest first. An intent that something closed is told
    /// by what closed it.
    package static func lines(of entries: [(index: UInt64, event: HistoryEvent)]) -> [Self] {
        let closed = Set(entries.compactMap(\.event.intentIndex))
        return entries.reversed()
            .filter { !($0.event.opensIntent && closed.contains($0.index)) }
            .map { HistoryLine($0.event) }
    }

    private init(_ event: HistoryEvent) {
        self.init(
            time: event.time, who: HistoryWords.actor(event.actor),
            what: HistoryWords.what(event), why: event.purpose?.japanese ?? "-",
            how: event.way?.japanese ?? "-", result: HistoryWords.result(event))
    }
}

extension Paper {
    /// What the terminal, or the clearinghouse, wrote down about one patient's data. `source` says
    /// whose record it is.
    package static func history(
        _ lines: [HistoryLine], of qualification: Qualification, source: String,
        madeOn day: LocalDate, style: PaperStyle
    ) throws(FontError) -> Paper {
        let titles = ["日時", "だれが", "なにを", "目的", "本人確認", "結果"].map { title($0) }
        let table = Table(
            columns: [17, 21, 24, 11, 13, 14], head: [TableRow(titles)],
            rows: lines.map { line in
                TableRow([
                    label("\(line.time.dateInJapan.slashed) \(line.time.clockInJapan)"),
                    value(line.who), value(line.what), value(line.why), value(line.how),
                    value(line.result),
                ])
            }, size: 8)
        let blocks =
            qualificationBlock(qualification, on: day)
            + [
                .heading(level: 2, "閲覧・提供の履歴"), .paragraph(Paragraph(source)),
                lines.isEmpty ? .paragraph(Paragraph("この期間の履歴はありません。")) : .table(table),
            ]
            + notes([
                ("※", "時刻は日本時間です。履歴は書き換えができない形で保管され、あとから確かめることができます。"),
                ("※", "心当たりのない閲覧があるときは、医療機関等の窓口へお申し出ください。"),
            ])
        return try Paper("閲覧・提供履歴", madeOn: day, blocks, style)
    }
}
