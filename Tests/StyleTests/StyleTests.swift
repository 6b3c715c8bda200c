import Foundation
import Testing

/// The rules of the house that a machine can read off the sources.
@Suite("The house's style")
struct StyleTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    struct SourceFile: Sendable, CustomStringConvertible {
        var target: String
        var name: String
        var text: String
        var description: String { "\(target)/\(name)" }
        var imports: [String] {
            text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard let word = words.firstIndex(of: "import"), word + 1 < words.count,
                    words[..<word].allSatisfy({
                        ["package", "internal", "public", "@unsafe", "@preconcurrency"].contains($0)
                    })
                else { return nil }
                return String(words[word + 1])
            }
        }
    }

    static let files = ["Sources", "Simulators"].flatMap { top -> [SourceFile] in
        let folder = root.appending(path: top)
        let targets = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return targets.sorted().flatMap { target -> [SourceFile] in
            let base = folder.appending(path: target)
            let names = FileManager.default.enumerator(atPath: base.path)?.allObjects ?? []
            return names.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map {
                name in
                let text = try? String(contentsOf: base.appending(path: name), encoding: .utf8)
                return SourceFile(target: target, name: name, text: text ?? "")
            }
        }
    }

    /// Layers from the ground up (ARCHITECTURE.md): a target imports from its own layer's left,
    /// or from below.
    static let layers: [[String]] = [
        [
            "Octets", "JSON", "Secrets", "HTTP", "Records", "QR", "Charsets", "Executors",
            "Commands", "Deflate",
        ],
        [
            "Cryptography", "APDU", "Disclosures", "Configuration", "Notebook", "FHIR", "PDF",
            "ClinicFiles",
        ],
        ["CheckIns", "HistoryExports", "Network", "PCSC", "MyNumberCard", "TransparencyLog"],
        [
            "Authority", "VirtualCard", "Clearinghouse", "AccessHistory", "ClearinghouseSimulator",
            "CameraSimulator", "Documents",
        ],
        ["Terminal"], ["FaceMatching", "FrontDesk"],
        [
            "madoguchid", "madoguchi", "madoguchi-exchange", "virtual-card", "clearinghouse",
            "camera",
        ],
    ]
    static let order = Dictionary(
        uniqueKeysWithValues: layers.joined().enumerated().map { ($1, $0) })
    static let pure: Set<String> = [
        "Octets", "JSON", "HTTP", "Records", "QR", "Commands", "APDU", "Disclosures",
        "Configuration",
        "CheckIns", "HistoryExports", "Notebook", "FHIR", "Deflate", "PDF", "Documents",
        "ClinicFiles",
    ]

    @Test("there are sources to read")
    func sourcesAreThere() {
        #expect(Self.files.count > 150)
        #expect(Set(Self.files.map(\.target)) == Set(Self.order.keys))
    }

    @Test("a target imports only what lies below it")
    func layers() {
        for file in Self.files {
            guard let place = Self.order[file.target] else { continue }
            for name in file.imports {
                guard let other = Self.order[name] else { continue }
                #expect(other < place, "\(file) imports \(name)")
            }
        }
    }

    @Test("pure targets import no C, no clock and no input or output")
    func purity() {
        for file in Self.files where Self.pure.contains(file.target) {
            let foreign = file.imports.filter { !Self.pure.contains($0) }
            #expect(foreign.isEmpty, "\(file) imports \(foreign)")
        }
    }

    @Test("only the targets that own a C library open its door")
    func doors() {
        let owners: [String: Set<String>] = [
            "CPCSC": ["PCSC"], "COpenSSL": ["Cryptography", "Network", "Authority"],
        ]
        for file in Self.files {
            for name in file.imports {
                if let allowed = owners[name] {
                    #expect(allowed.contains(file.target), "\(file) imports \(name)")
                }
            }
        }
    }

    @Test("nothing wakes up by itself: no libdispatch, and waits that can be taken back")
    func sleeping() {
        for file in Self.files {
            #expect(!file.imports.contains("Dispatch"), "\(file)")
            #expect(!file.text.contains("Task.sleep("), "\(file)")
        }
    }

    @Test("receipts of disclosures come from the scribe alone")
    func ledgers() {
        let files = Self.files.filter { $0.text.contains("DisclosureLedger") }
        #expect(
            Set(files.map(\.name)) == ["DisclosureReceipt.swift", "HistoryScribe.swift"],
            "\(files)")
    }

    @Test("full Foundation stays out of the product")
    func foundation() {
        for file in Self.files { #expect(!file.imports.contains("Foundation"), "\(file)") }
    }

    @Test(
        "what hides a danger from the compiler is not written",
        arguments: ["@unchecked Sendable", "nonisolated(unsafe)", "try!", "fatalError(", "as!"])
    func forbidden(words: String) {
        for file in Self.files {
            let lines = file.text.split(separator: "\n").filter { line in
                line.contains(words) && !line.drop { $0 == " " }.hasPrefix("//")
            }
            #expect(lines.isEmpty, "\(file): \(lines)")
        }
    }

    @Test("nothing of the project names a package of others")
    func noPackages() throws {
        let manifest = try String(
            contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        #expect(!manifest.contains(".package("))
    }
}
