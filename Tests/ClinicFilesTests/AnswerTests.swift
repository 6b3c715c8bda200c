import Charsets
import ClinicFiles
import Foundation
import JSON
import Octets
import Records
import TestFolders
import Testing

@Suite("Answers for clinic programs")
struct AnswerTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let institution = "1312345670"
    static let now = Instant(seconds: 1_795_347_577)

    static func people() throws -> [Person] {
        let folder = root.appending(path: "Simulators/People")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            let octets = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            return try PersonFile(parsing: octets).person(on: now.dateInJapan)
        }
    }

    static func header(_ characters: FileCharacters) -> MessageHeader {
        MessageHeader(at: now, institution: institution, characters: characters)
    }

    /// Whether the reader in Python understands every file of a folder, and what it says.
    private func judge(_ folder: TemporaryFolder) throws -> (status: Int32, words: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", Self.root.appending(path: "Tests/ClinicFiles/read_clinic_files.py").path,
            folder.path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let words = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: words, as: UTF8.self))
    }

    private func put(
        _ root: XMLElement, _ json: JSONValue, _ name: String, _ characters: FileCharacters,
        in folder: TemporaryFolder
    ) throws -> Int {
        let file = ClinicFile(root, in: characters, shiftJIS: ShiftJIS.system)
        folder.write(file.octets, to: name + ".xml")
        folder.write(Array(json.canonicalText.utf8), to: name + ".json")
        // What was written is read again as it was meant, by our own reader too.
        let again = try XMLReader.read(file.octets, shiftJIS: ShiftJIS.system)
        #expect(again.root == root && again.characters == characters, "\(name)")
        return file.unmapped.count
    }

    @Test("a reader in another language, from the public table alone, understands every person")
    func everyPerson() throws {
        try #require(ShiftJIS.system != nil)
        let folder = TemporaryFolder()
        let people = try Self.people()
        #expect(people.count > 80)
        var references = 0
        for person in people {
            for characters in FileCharacters.allCases {
                let header = Self.header(characters)
                let end = "\(person.id)-\(characters.rawValue)"
                references += try put(
                    .qualification(header, person.qualification, search: nil),
                    person.qualification.json, "OQSsiquc01res_face_\(end)", characters,
                    in: folder)
                let drugs = DrugRecord(publishedTo: nil, period: nil, dispensings: person.drugs)
                references += try put(
                    .drugs(header, person.identity, drugs), drugs.json, "YZKsiquc01res_\(end)",
                    characters, in: folder)
                let checkups = CheckupRecord(checkups: person.checkups)
                references += try put(
                    .checkups(header, person.identity, checkups), checkups.json,
                    "TKKsiquc01res_\(end)", characters, in: folder)
            }
        }
        let (status, words) = try judge(folder)
        #expect(status == 0, "\(words)")
        let count = people.count * 6
        #expect(words.contains("\(count) files read, 0 wrong, \(references) "), "\(words)")
        #expect(references > 0)
    }

    @Test("the judge judges: a value that is changed, lost or added is found")
    func judgeFinds() throws {
        let person = try #require(
            try Self.people().first { $0.qualification.entitlement?.holder.sex == .male })
        let whole = XMLElement.qualification(
            Self.header(.utf8), person.qualification, search: nil)
        let text = String(
            decoding: ClinicFile(whole, in: .utf8, shiftJIS: nil).octets, as: UTF8.self)
        let changes: [(String, String)] = [
            ("<Sex1>1</Sex1>", "<Sex1>2</Sex1>"), ("<Sex1>2</Sex1>", "<Sex1>1</Sex1>"),
            ("<Sex1>", "<Sex2>3</Sex2><Sex1>"), ("InsurerNumber>", "Insurer>"),
            ("standalone=\"no\"", "standalone=\"yes\""),
        ]
        var found = 0
        for (old, new) in changes where text.contains(old) {
            let folder = TemporaryFolder()
            folder.write(
                Array(text.replacing(old, with: new).utf8), to: "OQSsiquc01res_1.xml")
            folder.write(
                Array(person.qualification.json.canonicalText.utf8), to: "OQSsiquc01res_1.json")
            let (status, words) = try judge(folder)
            #expect(status == 1, "\(old): \(words)")
            found += 1
        }
        #expect(found >= 4)
    }

    @Test("a character that Shift_JIS lacks stays readable and is counted")
    func unmapped() throws {
        let table = try #require(ShiftJIS.system)
        let root = XMLElement("XmlMsg", [XMLElement("Name", text: "𠮷野 髙子 <&\u{1}")])
        let file = ClinicFile(root, in: .shiftJIS, shiftJIS: table)
        #expect(file.unmapped.map(\.code) == ["U+20BB7", "U+9AD9", "U+0001"])
        #expect(file.unmapped.allSatisfy { $0.element == "Name" })
        let again = try XMLReader.read(file.octets, shiftJIS: table).root
        #expect(again.only("Name")?.text == "𠮷野 髙子 <&●")
    }

    @Test("without a table of Shift_JIS an answer is UTF-8 and says so")
    func noTable() {
        let file = ClinicFile(XMLElement("A", text: "あ"), in: .shiftJIS, shiftJIS: nil)
        #expect(String(decoding: file.octets, as: UTF8.self).contains("encoding=\"UTF-8\""))
    }

    @Test("lists: a receipt, still at work, results with an error among them")
    func bulk() throws {
        let birth = try #require(LocalDate(year: 1975, month: 2, day: 20))
        let details = SearchDetails(insurerNumber: "138057", number: "7", birthDate: birth)
        let header = Self.header(.utf8)
        let receipt = XMLElement.bulkReceipt(header, number: "42")
        #expect(receipt.only("MessageBody")?.only("ReceptionNumber")?.text == "42")
        let waiting = XMLElement.bulkResult(header, number: "42", lines: nil)
        #expect(waiting.only("MessageHeader")?.only("SegmentOfResult")?.text == "2")
        let note = ProcessingNote(code: "X1", message: "該当なし")
        let lines = [
            BulkLine(
                details: details,
                outcome: .found(Qualification(validity: .notFound, entitlements: []))),
            BulkLine(details: details, outcome: .failed(note)),
        ]
        let done = XMLElement.bulkResult(header, number: "42", lines: lines)
        let head = try #require(done.only("MessageHeader"))
        let counts = ["NumberOfProcessingResult", "NumberOfNormalProcessing", "NumberOfError"]
        #expect(counts.map { head.only($0)?.text } == ["2", "1", "1"])
        let units = try #require(done.only("MessageBody")).all("BulkConfirmUnit")
        #expect(units.map { $0.only("ProcessingResultStatus")?.text } == ["1", "2"])
        #expect(
            units.map { $0.only("QualificationConfirmSearchInfo")?.only("InsurerNumber")?.text }
                == ["  138057", "  138057"])
        #expect(units.last?.only("ProcessingResultCode")?.text == "X1")
    }

    @Test("asked without consent to the limit certificate, nothing of it is told")
    func limitConsent() throws {
        let found = try #require(
            try Self.people().first { $0.qualification.entitlement?.limitCertificate != nil }
        ).qualification
        let birth = try #require(found.entitlement?.holder.birthDate)
        func answer(_ consent: LimitConsent?) -> XMLElement? {
            let details = consent.map {
                SearchDetails(insurerNumber: "1", number: "7", birthDate: birth, limitConsent: $0)
            }
            return XMLElement.qualification(Self.header(.utf8), found, search: details)
                .only("MessageBody")?.only("ResultList")?
                .only("ResultOfQualificationConfirmation")
        }
        let name = "LimitApplicationCertificateRelatedInfo"
        #expect(answer(nil)?.only(name) != nil)
        #expect(answer(.given)?.only(name) != nil)
        let without = try #require(answer(.notGiven))
        #expect(without.only(name) == nil)
        #expect(without.only("LimitApplicationCertificateRelatedConsFlg") == nil)
        #expect(without.only("InsurerName") != nil)
    }

    @Test("a failure names its code and echoes what the client put in")
    func failure() {
        var header = Self.header(.utf8)
        header.fileIdentifier = "A="
        for fault in [RequestFault.missing("Birthdate"), .foreignInstitution] {
            let head = XMLElement.failure(header, fault.note).only("MessageHeader")
            #expect(head?.only("SegmentOfResult")?.text == "9")
            #expect(head?.only("ErrorCode")?.text == fault.note.code)
            #expect(head?.only("ErrorMessage")?.text == fault.note.message)
            #expect(head?.only("ArbitraryFileIdentifier")?.text == "A=")
            #expect(head?.only("ProcessExecutionTime")?.text == Self.now.compact)
        }
        #expect(Instant(rfc3339: "2026-11-22T20:39:37Z")?.compact == "20261123053937")
    }
}
