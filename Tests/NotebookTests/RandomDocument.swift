import Notebook

/// Documents that the format allows, different each time, with text of every kind of character.
struct RandomDocument {
    var random = SystemRandomNumberGenerator()

    static let pool = Array(
        "あいうアイウ薬局医院錠散ｱｲｳﾞﾟ①".unicodeScalars.filter { $0 != "①" }
            + "ABCabc012()/%＋（）【】～－ー・々〇●〒髙".unicodeScalars.filter { $0 != "髙" })

    mutating func text(_ maximum: Int) -> String {
        let count = Int.random(in: 1...max(1, min(maximum / 2, 24)), using: &random)
        var text = String.UnicodeScalarView()
        for _ in 0..<count { text.append(Self.pool.randomElement(using: &random) ?? "あ") }
        return String(text)
    }

    mutating func maybe(_ maximum: Int) -> String { Bool.random() ? text(maximum) : "" }

    mutating func number(_ range: ClosedRange<Int>) -> String {
        String(Int.random(in: range, using: &random))
    }

    mutating func date() -> String {
        let (month, day) = (Int.random(in: 1...12), Int.random(in: 10...28))
        return Bool.random()
            ? "20\(Int.random(in: 10...26))\(month < 10 ? "0" : "")\(month)\(day)"
            : "S33030\(month % 9 + 1)"
    }

    mutating func group(_ number: Int) -> NotebookGroup {
        let rp = String(number)
        var records: [NotebookRecord] = []
        if Int.random(in: 0..<5) == 0 {
            records.append(NotebookRecord(.doctor, [text(40), maybe(80), "1"]))
        }
        for _ in 0...Int.random(in: 0...3) {
            records.append(
                NotebookRecord(
                    .drug, [rp, text(120), self.number(1...9999), text(12), "1", "", "1"]))
            if Bool.random() {
                records.append(NotebookRecord(.drugSupplement, [rp, text(100), "1"]))
            }
        }
        records.append(
            NotebookRecord(
                .usage,
                [rp, maybe(100), self.number(1...999), text(20), "1", "2", "1013044400000000", "1"])
        )
        if Bool.random() { records.append(NotebookRecord(.usageCaution, [rp, text(400), "1"])) }
        return NotebookGroup(records)
    }

    mutating func visit() -> NotebookVisit {
        var head = [
            NotebookRecord(.date, [date(), "1"]),
            NotebookRecord(.dispenser, [text(120), "13", "4", "1234567", "", "", "", "1"]),
        ]
        if Bool.random() {
            head.append(NotebookRecord(.prescriber, [text(120), "47", "1", "7654321", "1"]))
        }
        let tail = Bool.random() ? [NotebookRecord(.remark, [text(400), "9"])] : []
        return NotebookVisit(
            head: head, groups: (1...Int.random(in: 1...5)).map { group($0) }, tail: tail)
    }

    mutating func document() -> NotebookDocument {
        NotebookDocument(
            version: Bool.random() ? .v08 : .v07, direction: .toPatient,
            head: Bool.random()
                ? [
                    NotebookRecord(
                        .patient, [text(40), "2", date(), "", maybe(80), "", "", "", "", text(40)])
                ] : [],
            visits: (1...Int.random(in: 1...8)).map { _ in visit() },
            tail: Bool.random()
                ? [NotebookRecord(.ownPharmacist, [text(40), text(80), text(80), "", "", "1"])] : []
        )
    }
}
