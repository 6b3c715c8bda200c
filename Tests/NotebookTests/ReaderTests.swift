import Notebook
import Octets
import Records
import Testing

@Suite("Notebook: reading")
struct ReaderTests {
    @Test("a pharmacy's text: places, groups, amounts")
    func pharmacy() throws {
        let reading = try read(worked)
        #expect(reading.remarks == [])
        #expect(reading.document.patient?["氏名"] == "薬師 太郎")
        let visit = try #require(reading.document.visits.first)
        #expect(visit.date?.description == "2021-09-29")
        #expect(visit.dispenser?["医療機関コード"] == "1234567")
        #expect(visit.prescriber?["医療機関名称"] == "医療機関Ｂ")
        #expect(visit.groups.map(\.number) == [1, 2, 3])
        #expect(visit.groups.map(\.drugs.count) == [1, 2, 1])
        #expect(visit.groups[2].usage?["調剤単位"] == "回分")
        #expect(try octets(worked).count == 413)
        #expect(try octets(worked).reduce(0, ^) == 0x2F)
    }

    @Test("a text of the patient's own with every kind of record in front of the visits")
    func patient() throws {
        let reading = try read(
            """
            JAHISTC08,2
            1,窓口 花子,2,S330303,100-0001,架空県架空市１－２,03-0000-0000,090-0000-0000,Ｂ＋,63.7,
            2,1,乳製品,1
            2,9,嚥下困難,1
            3,ﾊﾞﾌｧﾘﾝ,R020406,R020409,2,1,
            31,1,イブプロフェン,2,1149001,2
            31,1,無水カフェイン,1,,2
            4,健康診断,R020411,2
            5,R020410,1
            11,架空薬局,13,4,1234567,,,,1
            15,薬剤師 次郎,,1
            51,架空病院,13,1,1234567,1
            55,医師 一,内科,1
            201,1,ﾛｷｿﾆﾝ錠60mg,1,錠,2,620098801,1,,,
            281,1,粉砕,1
            291,1,眠くなることがあります。,1
            301,1,【腰痛時】,10,回分,3,1,,1
            311,1,一日二回まで,1
            391,1,運転に注意,1
            55,医師 二,皮膚科,1
            201,2,ﾘﾝﾃﾞﾛﾝ-VG軟膏0.12%,5,g,2,662640418,1,,,
            301,2,【患部に塗布】,1,調剤,5,1,,1
            401,他の薬を併用する際は相談してください。,1
            411,錠剤は粉砕して投与する。,31,1
            421,残薬なし,1
            501,備考,1
            601,めまいがあった,R020407
            701,薬剤師 次郎,架空薬局,03-0000-0000,,,1

            """)
        #expect(reading.remarks == [])
        #expect(reading.document.direction == .toInstitution)
        #expect(reading.document.head.count == 7)
        let visit = try #require(reading.document.visits.first)
        #expect(visit.groups[0].records.first?["診療科"] == "内科")
        #expect(visit.groups[1].records.first?["診療科"] == "皮膚科")
        #expect(visit.tail.map(\.kind) == [.caution, .provided, .leftOver, .remark, .written])
        #expect(reading.document.tail.count == 1)
        #expect(visit.date?.description == "2020-04-10")
    }

    @Test(
        "every version is read, one that no edition has with a remark",
        arguments: Array(1...8) + [0, 12, 99])
    func versions(number: Int) throws {
        let identifier = "JAHISTC" + (number < 10 ? "0" : "") + "\(number)"
        let reading = try read(
            """
            \(identifier),1
            1,薬師 太郎,1,H020704
            5,20210929,1
            11,架空医院,13,1,1234567,,,,1
            201,1,架空錠,1,錠,1,,1
            301,1,朝,1,日分,1,1,,1

            """)
        #expect(reading.document.version.number == number)
        #expect(reading.document.visits[0].prescriber == nil)
        let isKnown = (1...8).contains(number)
        #expect(
            reading.remarks.map(\.matter) == (isKnown ? [] : [.unknownVersion(identifier)]))
    }

    @Test("what the official examples do against their own tables is remarked on, and read")
    func contradictions() throws {
        let reading = try read(
            """
            JAHISTC08,1
            5,R020410,1
            11,架空病院,13,1,1234567,,,,1
            411,嚥下困難が見られる。,31,,,,,,1
            701,薬剤師 次郎,架空薬局,,,,1

            """)
        let matters = reading.remarks.map(\.matter)
        #expect(matters == [.extraFields(5), .missing, .missing])
        #expect(reading.document.visits[0].tail[0]["提供情報種別"] == "31")
        #expect(reading.document.tail[0]["薬局名"] == "架空薬局")
    }

    @Test(
        "line ends, blanks, marks and unknown records do not stop it",
        arguments: [
            ("JAHISTC08,1\n5,20210929,1\n11,A,13,1,1234567,,,,1\n", []),
            ("JAHISTC08,1\r5,20210929,1\r11,A,13,1,1234567,,,,1", []),
            ("JAHISTC08,1\r\n5, 20210929 ,1\r\n11,A,13,1,1234567,,,,1\r\n\u{1A}rubbish", []),
            (
                "JAHISTC08,1\r\n\r\n5,20210929,1\r\n11,A,13,1,1234567,,,,1\r\n999,x\r\n",
                [NotebookRemark.Matter.emptyLine, .unknownRecord("999")]
            ),
            ("JAHISTC08\r\n5,20210929,1\r\n11,A,13,1,1234567,,,,1\r\n", [.unknownDirection]),
            ("JAHISTC08,1,1\r\n5,20210929,1\r\n11,A,13,1,1234567,,,,1", [.extraFields(1)]),
            ("JAHISTC08,1\r\n5,20211345,1\r\n11,A,13,1,1234567,,,,1", [.notAllowed]),
            ("JAHISTC08,1\r\n11,A,13,1,1234567,,,,1\r\n", [.outOfPlace]),
            ("JAHISTC08,1\r\n1,A,1,H020704\r\n", [.withoutVisit]),
            (
                "JAHISTC06,1\r\n5,20210929,1\r\n11,A,13,1,1234567,,,,1\r\n421,x,1\r\n",
                [.notInVersion]
            ),
            (
                "JAHISTC07,1\r\n5,20210929,1\r\n11,A,48,2,12345678,,,,7\r\n",
                [.notAllowed, .notAllowed, .tooLong(8), .notAllowed]
            ),
            (
                "JAHISTC08,1\r\n5,20210929,1\r\n11,A,13,1,1234567,,,,1\r\n201,1,B,1,T,1,,1\r\n",
                [.withoutUsage]
            ),
        ])
    func tolerance(text: String, matters: [NotebookRemark.Matter]) throws {
        let reading = try NotebookReader(shiftJIS()).read(Array(text.utf8))
        #expect(reading.remarks.map(\.matter) == matters)
        #expect(reading.document.records.count >= 1)
    }

    @Test("UTF-8 is read and said; octets that are no character are said")
    func charsets() throws {
        let reader = NotebookReader(try shiftJIS())
        let text = Array(worked.utf8)
        let reading = try reader.read(text)
        #expect(reading.remarks.map(\.matter) == [.isUTF8])
        #expect(reading.document == (try read(worked)).document)
        let kana = try read(worked.replacing("薬局Ａ", with: "ﾔｰ"))
        #expect(kana.remarks == [] && kana.document.visits[0].dispenser?["医療機関名称"] == "ﾔｰ")
        let lone = "JAHISTC08,1\n5,20210929,1\n11,ﾔｰ,13,1,1234567,,,,1\n"
        #expect(try read(lone).document.visits[0].dispenser?["医療機関名称"] == "ﾔｰ")
        let broken =
            Array("JAHISTC08,1\r\n5,20210929,1\r\n11,".utf8) + [0x83]
            + Array(",13,1,1234567,,,,1\r\n".utf8)
        let other = try reader.read(broken)
        #expect(other.remarks.map(\.matter) == [.undecodable])
        #expect(other.document.visits[0].dispenser?["都道府県"] == "13")
    }

    @Test("what is no notebook is named")
    func refusals() throws {
        let reader = NotebookReader(try shiftJIS())
        #expect(throws: NotebookError.prescription) {
            try reader.read(Array("JAHIS10\r\n1,1,1234567,13,A\r\n".utf8))
        }
        for text in ["", "\r\n", "https://example.jp", "JAHISTC8,1", "JAHISTCXX,1", "\u{1A}"] {
            #expect(throws: NotebookError.notANotebook) { try reader.read(Array(text.utf8)) }
        }
        #expect(throws: NotebookError.tooLong(octets: 5 << 20)) {
            try reader.read(Array(repeating: 0x41, count: 5 << 20))
        }
        #expect(throws: NotebookError.tooManyLines(100_001)) {
            try reader.read(Array(repeating: 0x0A, count: 100_001))
        }
    }

    @Test("a date of every era")
    func dates() {
        let dates = ["M450729", "T010730", "S641231", "H310430", "R010501", "20210929"]
        #expect(
            dates.map { notebookDate($0)?.description } == [
                "1912-07-29", "1912-07-30", "1989-12-31", "2019-04-30", "2019-05-01",
                "2021-09-29",
            ])
        for text in ["", "X010101", "R000101", "R010532", "2021092", "R01-501", "Ｒ010501"] {
            #expect(notebookDate(text) == nil)
        }
    }
}
