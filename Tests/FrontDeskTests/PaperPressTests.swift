import Cryptography
import Documents
import Foundation
import HTTP
import PaperJudge
import Records
import Testing

@testable import FrontDesk

@Suite("The press of the pages")
struct PaperPressTests {
    /// A person's file of the simulator.
    private static let person = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Simulators/People/yakushi.json")

    @Test("the patient's own list ends with the notebook's symbols, the institution's has none")
    func symbols() async throws {
        let file = try PersonFile(parsing: [UInt8](Data(contentsOf: Self.person)))
        let day = try #require(file.asOf)
        let person = try file.person(on: day)
        let press = PaperPress()
        for copy in PaperCopy.allCases {
            let answer = try await press.print(
                .drugs(person.publishedDrugs(on: day)), of: person.qualification, copy: copy,
                madeOn: day, isLarge: false)
            #expect(answer.headers["Content-Type"] == "application/pdf")
            let paper = try PaperFile(answer.body)
            let figures = paper.objects.values.filter { $0.dictionary?["S"]?.name == "Figure" }
            #expect(figures.count == (copy == .portal ? 5 : 0))
        }
    }

    @Test("fonts are looked at one by one, and what is wrong is told by its path")
    func fonts() throws {
        try PaperPress.check(fonts: PaperPress.usualFonts)
        try PaperPress.check(fonts: [])
        for path in ["/nonexistent.ttf", Self.person.path(percentEncoded: false)] {
            do throws(KeyFile.Failure) {
                try PaperPress.check(fonts: [PaperPress.usualFonts[0], path])
                Issue.record("accepted: \(path)")
            } catch { #expect("\(error)".contains(path)) }
        }
    }
}
