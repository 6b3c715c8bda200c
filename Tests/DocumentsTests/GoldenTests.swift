import Documents
import PaperJudge
import Records
import Testing

@Suite("What the samples print stands in our papers")
struct GoldenTests {
    func rows(_ sample: Sample) throws -> [[String]] { try sample.file.rows() }

    @Test("the list of medicines, row by row")
    func drugs() throws {
        let rows = try rows(.drugs).filter { $0.count >= 5 && $0[$0.count - 5].hasSuffix(".") }
        let expected = try golden("yakushi").map { row in
            ["\(row[3]).", row[4] + "【\(row[5])】", row[6], row[7], row[8]]
        }
        #expect(rows.map { Array($0.suffix(5)) } == expected)
    }

    @Test("days and places, newest first, and how the medicines are used")
    func days() throws {
        let rows = try rows(.drugs)
        let days = rows.filter { $0.count == 2 && $0[0].hasSuffix("日") }
        #expect(
            days == [
                ["29日", "薬局A (処方発行医療機関B) ²"], ["18日", "薬局A (処方発行医療機関A) ²"],
                ["15日", "薬局A (処方発行医療機関B) ²"], ["3日", "薬局A (処方発行医療機関A) ²"],
                ["1日", "薬局A (処方発行医療機関B) ²"],
            ])
        #expect(rows.filter { $0.first == "内服" }.count == 5)
        #expect(rows.filter { $0.first == "外用" }.count == 1)
    }

    @Test("the saving and the period; none of the money in the institution's copy")
    func totals() throws {
        let own = try cells(Sample.drugs.paper).map(\.text)
        #expect(own.contains("【表示期間: 2021年9月～2021年9月】ジェネリック医薬品に切り替えた場合の削減可能額の合計 1,067 円"))
        #expect(own.contains { $0.contains("2021年9月までに調剤された") })
        let theirs = try cells(Sample.drugsOfInstitution.paper).map(\.text).joined()
        for word in ["自己負担額", "削減可能額", "1,067", "316", "212"] {
            #expect(!theirs.contains(word), "\(word)")
        }
    }

    @Test(
        "heads: name, birth date, sex, age and the insurance's numbers",
        arguments: [(0, Sample.drugs), (1, .checkups), (2, .elderlyCheckups), (3, .expenses)])
    func heads(row: Int, sample: Sample) throws {
        let head = try golden("heads")[row]
        let rows = try rows(sample)
        for expected in [
            ["氏名カナ", head[2], "保険者番号", head[7]], ["氏名", head[3], "被保険者証等記号", head[8]],
            [
                "生年月日", head[4], "性別", head[5], "年齢", head[6], "被保険者証等番号", head[9],
            ], ["枝番", head[10]],
        ] {
            #expect(rows.contains(expected), "\(expected)")
        }
        #expect(try cells(sample.paper).contains { $0.text.contains("作成日: \(head[1])") })
    }

    @Test(
        "checkups, cell by cell: values, ▲ ▽ ※ and what is absent",
        arguments: [("sankino-taro", Sample.checkups), ("sankino-hanako", .elderlyCheckups)])
    func checkups(id: String, sample: Sample) throws {
        let rows = try rows(sample)
        for facility in try golden("facilities") where facility[0] == id {
            #expect(rows.contains(Array(facility.dropFirst())))
        }
        for row in try golden(id) {
            let label = row[0].split(separator: " ").last.map(String.init) ?? ""
            let ofNewest = ["既往歴(", "自覚症状(", "他覚症状(", "医師の判断"]
            if ofNewest.contains(where: row[0].hasPrefix) {
                #expect(rows.contains([row[0], row[2]]), "\(row)")
                continue
            }
            let values = Array(row.dropFirst(2))
            let found = rows.filter { cells in
                Array(cells.suffix(5)) == values
                    && cells.contains { $0.hasPrefix(row[0]) || $0 == label }
                    && (row[1].isEmpty || cells.dropLast(5).last == row[1])
            }
            #expect(found.count >= 1, "\(row)")
        }
    }

    @Test("so many pages as the samples")
    func pages() throws {
        #expect(try Sample.drugs.paper.pageCount == 2)
        #expect(try Sample.checkups.paper.pageCount == 5)
        #expect(try Sample.elderlyCheckups.paper.pageCount == 4)
        #expect(try Sample.expenses.paper.pageCount == 1)
    }

    @Test("expenses: rows, totals, years, coverage")
    func expenses() throws {
        let rows = try rows(.expenses)
        for row in try golden("iryohi") { #expect(rows.contains(row), "\(row)") }
        for row in try golden("iryohi-totals") {
            let period = row[1].replacing(" ~ ", with: "～")
            #expect(rows.contains([period] + row.dropFirst(2)), "\(row)")
        }
        for row in try golden("iryohi-coverage") {
            #expect(rows.contains([row[0], row[1].replacing(" ~ ", with: "～")]), "\(row)")
        }
    }

    @Test("every page says that it is a simulation", arguments: Sample.allCases)
    func simulation(sample: Sample) throws {
        let paper = try sample.paper
        let disk = try PaperOnDisk(paper)
        for page in 1...paper.pageCount {
            let text = try disk.said(by: [
                "pdftotext", "-f", "\(page)", "-l", "\(page)", "FILE", "-",
            ]).text
            #expect(text.contains("シミュレーション") && text.contains("\(page)/\(paper.pageCount)ページ"))
        }
    }
}
