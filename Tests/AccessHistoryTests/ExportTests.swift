import Foundation
import Octets
import TestFolders
import Testing
import TransparencyLog

@testable import AccessHistory

@Suite("Export as tiles")
struct ExportTests {
    let folder = TemporaryFolder()
    let export = TemporaryFolder()

    /// The verifier that shares no code with us.
    static let verifier = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "System/verify_tiles.py").path

    /// What the verifier says, and whether it is content.
    private func judge(_ arguments: [String]) throws -> (isContent: Bool, words: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Self.verifier] + arguments
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let words = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus == 0, words)
    }

    @Test("a verifier in another language accepts tiles, growth, and a proof; not one octet else")
    func tiles() async throws {
        let store = try await HistoryStore.open(Sample.settings(folder))
        let vkey = store.logKey.vkey
        try await store.exportTiles(to: export.path)
        #expect(try judge([export.path, vkey]).isContent)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<600 {
                group.addTask { _ = try await store.append(Sample.event("\(number)")) }
            }
            try await group.waitForAll()
        }
        try await store.exportTiles(to: export.path)
        let (leaf, proof) = try await store.receipt(of: 300)
        export.write(proof.octets, to: "300.tlog-proof")
        let answer = try judge([
            export.path, vkey, "--proof", export.path + "/300.tlog-proof", "--leaf-hex", leaf.hex,
        ])
        #expect(answer.isContent, "\(answer.words)")
        #expect(answer.words.contains("601 entries"))

        for name in [
            "checkpoint", "tile/0/000", "tile/0/002.p/89", "tile/1/000.p/2", "tile/entries/001",
            "tile/entries/002.p/89",
        ] {
            let octets = export.read(name)
            var changed = octets
            changed[octets.count / 2] ^= 1
            export.write(changed, to: name)
            #expect(try !judge([export.path, vkey]).isContent, "\(name)")
            export.write(octets + [0], to: name)
            #expect(try !judge([export.path, vkey]).isContent, "\(name)")
            export.write(octets, to: name)
        }
        #expect(try judge([export.path, vkey]).isContent)
        let elsewhere = TemporaryFolder()
        defer { withExtendedLifetime(elsewhere) {} }
        let another = try await HistoryStore.open(Sample.settings(elsewhere))
        #expect(try !judge([export.path, another.logKey.vkey]).isContent)
    }

    @Test("a folder that holds another log's tiles is left alone")
    func foreign() async throws {
        for _ in 0..<2 {
            let folder = TemporaryFolder()
            defer { withExtendedLifetime(folder) {} }
            let store = try await HistoryStore.open(Sample.settings(folder))
            for number in 0..<300 { _ = try await store.append(Sample.event("\(number)")) }
            if export.names.isEmpty {
                try await store.exportTiles(to: export.path)
            } else {
                await #expect(throws: HistoryError.self) {
                    try await store.exportTiles(to: export.path)
                }
            }
        }
    }
}
