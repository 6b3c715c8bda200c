import Foundation
import HTTP
import JSON
import Testing

@Suite("Situations at the front desk")
struct SituationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Documentation/situations")
    private static let isWriting = ProcessInfo.processInfo.environment["WRITE_SITUATIONS"] == "1"

    @Test("each ends as its row says, and its page says what was seen", arguments: Situation.all)
    func plays(situation: Situation) async throws {
        let seen = try await situation.play()
        switch situation.ends {
        case .accepted(let identity):
            #expect(seen.staff["closing"]?["kind"] == "accepted", "\(seen.staff)")
            #expect(seen.staff["identity"] == .string(identity))
            // Whoever walks past sees none of it.
            #expect(seen.patient["closing"]?["qualification"] == nil)
            #expect(seen.patient["identity"] == nil)
        case .problem(let name):
            let problem = try #require(seen.problem, "\(seen.staff)")
            #expect(problem.name == name)
            #expect(seen.staff["closing"]?["qualification"] == nil)
            #expect(problem.nextStepJapanese != nil && problem.nextStep != nil)
        }
        if let tries = situation.pinTriesAfter { #expect(seen.pinTries == tries) }
        try compare(situation.page(seen), with: situation.name + ".md")
    }

    @Test("there are at least forty, each with a name of its own, and a page for each and no more")
    func table() throws {
        let names = Situation.all.map(\.name)
        #expect(names.count >= 40 && Set(names).count == names.count)
        let rows = Situation.all.map { row in
            "| [\(row.name)](\(row.name).md) | \(row.japanese) | \(row.english) |"
        }
        let head = ["# 窓口での状況 — situations at the front desk", "", "| | | |", "|---|---|---|"]
        try compare(
            (head + rows + ["", Situation.footer, ""]).joined(separator: "\n"), with: "README.md")
        guard !Self.isWriting else { return }
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files) == Set(names.map { $0 + ".md" } + ["README.md"]))
    }

    /// Writes a page where that was asked for, else holds it to the one that is there.
    private func compare(_ page: String, with name: String) throws {
        let file = Self.folder.appending(path: name)
        if Self.isWriting { return try Data(page.utf8).write(to: file) }
        let there = try? String(contentsOf: file, encoding: .utf8)
        #expect(there == page, "\(name): `make situations` writes it anew")
    }
}
