import Foundation
import Testing

/// SECURITY.md promises tests by name: this holds it to them, so that it cannot go stale.
@Suite("SECURITY.md")
struct SecurityTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The text of each file with tests, in Swift and in Python.
    private static let tests: [String] = {
        let folder = root.appending(path: "Tests")
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap {
            $0 as? String
        }
        return (paths ?? []).filter { $0.hasSuffix(".swift") || $0.hasSuffix(".py") }.compactMap {
            try? String(contentsOf: folder.appending(path: $0), encoding: .utf8)
        }
    }()

    private static let page =
        (try? String(contentsOf: root.appending(path: "SECURITY.md"), encoding: .utf8)) ?? ""

    /// What stands between backticks and names a test: `SuiteTests`, `Suite.function`.
    private static var named: Set<String> {
        // Code words stand on every second place between backticks.
        let words = page.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        return Set(
            words.filter { word in
                guard let first = word.first, first.isUppercase else { return false }
                let parts = word.split(separator: ".")
                return word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
                    && (word.hasSuffix("Tests") || parts.count == 2)
            })
    }

    /// Whether a test of that name is there.
    private static func isThere(_ name: String) -> Bool {
        let parts = name.split(separator: ".").map(String.init)
        let folder = root.appending(path: "Tests/\(parts[0])").path
        if parts.count == 1, FileManager.default.fileExists(atPath: folder) { return true }
        return tests.contains { text in
            let suites = [
                "struct \(parts[0]) {", "class \(parts[0])(", "extension \(parts[0]) {",
            ]
            guard suites.contains(where: text.contains) else { return false }
            return parts.count == 1 || text.contains("func \(parts[1])(")
                || text.contains("def \(parts[1])(")
        }
    }

    @Test("each test that it names is there")
    func named() {
        #expect(Self.named.count > 60)
        for name in Self.named.sorted() { #expect(Self.isThere(name), "no test \(name)") }
        #expect(!Self.isThere("WitnessTests.nothingOfThatName") && !Self.isThere("NoSuchTests"))
    }

    @Test("each attacker has what stops them, what does not, and a test")
    func attackers() throws {
        let start = try #require(Self.page.range(of: "## Attackers, one by one"))
        let end = try #require(Self.page.range(of: "## What is not stopped"))
        let sections = Self.page[start.upperBound..<end.lowerBound].components(
            separatedBy: "\n### "
        )
        .dropFirst()
        #expect(sections.count >= 14)
        for section in sections {
            let title = String(section.prefix { $0 != "\n" })
            #expect(section.contains("**Not:**"), "\(title)")
            #expect(
                section.contains("**Stopped:**") || section.contains("**It cannot**"), "\(title)")
            #expect(Self.named.contains { section.contains("`\($0)`") }, "\(title)")
        }
    }
}
