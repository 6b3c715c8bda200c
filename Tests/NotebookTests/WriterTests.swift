import Octets
import Records
import Testing

@testable import Notebook

@Suite("Notebook: writing")
struct WriterTests {
    @Test("a text that was read is written octet by octet the same")
    func same() throws {
        let writing = try NotebookWriter(shiftJIS()).write(try read(worked).document)
        #expect(writing.text == (try octets(worked)))
        #expect(writing.parts == [writing.text])
        #expect(writing.remarks == [])
    }

    @Test("the older version has no generic names, ingredients or left-over records")
    func older() throws {
        var document = try read(worked).document
        document.version = .v07
        document.head.append(NotebookRecord(.ingredient, ["1", "イブプロフェン", "1", "", "2"]))
        let text = try NotebookWriter(shiftJIS()).write(document).text
        let lines = try shiftJIS().text(text).split(separator: "\r\n")
        #expect(lines[0] == "JAHISTC07,1")
        #expect(lines[5] == "201,1,マイスリー錠５ｍｇ,1,錠,1,,1")
        #expect(try NotebookReader(shiftJIS()).read(text).remarks == [])
    }

    @Test(
        "characters that not every reader has are replaced, and that is said",
        arguments: [
            ("髙橋", "高橋", ["髙"]), ("①錠", "1錠", ["①"]), ("10〜20", "10～20", ["〜"]),
            ("５㎎", "５ｍｇ", ["㎎"]), ("Ⅱ型", "II型", ["Ⅱ"]), ("㈱薬局", "(株)薬局", ["㈱"]),
            ("𠮷田", "吉田", ["𠮷"]), ("神\u{FE00}", "神", ["U+FE00"]), ("福\u{FA1B}", "福福", ["\u{FA1B}"]),
            ("か\u{3099}は\u{309A}", "がぱ", []), ("ウ\u{3099}", "ヴ", []),
            ("\u{65}\u{301}\u{E9}", "ee", ["U+301", "\u{E9}"]), ("a,b", "a，b", []), ("■", "■", []),
            ("●", "●", []), ("ｶﾌﾟｾﾙ", "ｶﾌﾟｾﾙ", []), ("😀", "■", ["😀"]),
            ("a\r\n5,1", "a  5，1", ["U+D", "U+A"]),
            (" 両端　", "両端", []), ("−1", "－1", ["−"]),
        ])
    func substitution(text: String, written: String, replaced: [String]) throws {
        let document = NotebookDocument(
            version: .v08, direction: .toPatient,
            head: [NotebookRecord(.memo, [text, "", "8"])])
        let writing = try NotebookWriter(shiftJIS()).write(document)
        let reading = try NotebookReader(shiftJIS()).read(writing.text)
        #expect(reading.document.head.map { $0["手帳メモ"] } == [written])
        let said = writing.remarks.compactMap { remark -> String? in
            if case .replaced(let old, _) = remark.matter { old } else { nil }
        }
        #expect(said.map { Array($0.unicodeScalars) } == replaced.map { Array($0.unicodeScalars) })
    }

    @Test("a kilobyte of name is cut at a character, and that is said")
    func longNames() throws {
        let name = String(repeating: "長", count: 1000)
        let document = NotebookDocument(
            version: .v08, direction: .toPatient,
            head: [NotebookRecord(.memo, ["a" + name, "", "8"])])
        let writing = try NotebookWriter(shiftJIS()).write(document)
        #expect(writing.remarks.map(\.matter) == [.shortened(to: 400)])
        let reading = try NotebookReader(shiftJIS()).read(writing.text)
        #expect(reading.document.head[0]["手帳メモ"] == "a" + name.prefix(199))
        #expect(reading.remarks.map(\.matter) == [.withoutVisit])
    }

    @Test("every remark has words and shows no field's content but replaced characters")
    func words() throws {
        let remark = NotebookRemark(
            line: 3, kind: .patient, field: "氏名", matter: .replaced("髙", by: "高"))
        #expect(remark.description == "3行 1 患者情報 氏名: 髙→高")
        let whole = NotebookRemark(line: 0, kind: nil, field: nil, matter: .withoutVisit)
        #expect(whole.description == "調剤の記録がありません (no visit)")
    }
}
