import ClearinghouseSimulator
import Foundation
import Records
import TestFolders
import Testing

@Suite("The expense notice as XML")
struct ExpenseNoticeTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test("of every person and year it is after its schema, as xmllint judges")
    func schema() throws {
        let people = Self.root.appending(path: "Simulators/People")
        let folder = TemporaryFolder()
        var files: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: people.path).sorted()
        where name.hasSuffix(".json") {
            let data = try Data(contentsOf: people.appending(path: name))
            let file = try PersonFile(parsing: [UInt8](data))
            let day = file.asOf ?? LocalDate(dayNumber: 20_454)
            let person = try file.person(on: day)
            for year in 2021...day.year {
                guard
                    let record = person.publishedExpenses(
                        on: day, from: YearMonth(year: year, month: 1),
                        to: YearMonth(year: year, month: 12))
                else { continue }
                let xml = ExpenseNotice.xml(of: person, record, year: year, on: day)
                let path = "\(folder.path)/\(name)-\(year).xml"
                try Data(xml.utf8).write(to: URL(filePath: path))
                files.append(path)
            }
        }
        #expect(files.count > 60)
        let said = try judged(files)
        #expect(said.status == 0, "\(said.text.suffix(2000))")
        // The judge can say no.
        try Data("<ExpenseNotice/>".utf8).write(to: URL(filePath: files[0]))
        #expect(try judged([files[0]]).status != 0)
    }

    private func judged(_ files: [String]) throws -> (text: String, status: Int32) {
        let schema = Self.root.appending(path: "Documentation/expense-notice.xsd").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["xmllint", "--noout", "--nonet", "--schema", schema] + files
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let read = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: read, as: UTF8.self), process.terminationStatus)
    }
}
