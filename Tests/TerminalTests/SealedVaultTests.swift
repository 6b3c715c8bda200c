import CheckIns
import Cryptography
import Foundation
import Glibc
import Octets
import Records
import Secrets
import Synchronization
import Terminal
import TestFolders
import TestWorlds
import Testing

@Suite("What is kept of check-ins, when its files are not what they were")
struct SealedVaultTests {
    let folder = TemporaryFolder()
    let log = Complaints()

    private func vault() throws -> SealedVault {
        try SealedVault(folder: folder.path) { [log] in log.add($0) }
    }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    @Test("each odd file is named, with a next step, and stays; the good ones are loaded")
    func oddFiles() async throws {
        let first = try vault()
        for id in ["good", "cut", "empty", "turned", "known"] {
            #expect(await first.keep(CheckInBookTests.checkIn(id, until: 10)))
        }
        let whole = try Data(contentsOf: URL(filePath: path("cut.sealed")))
        try whole.prefix(30).write(to: URL(filePath: path("cut.sealed")))
        try Data().write(to: URL(filePath: path("empty.sealed")))
        var turned = try Data(contentsOf: URL(filePath: path("turned.sealed")))
        turned[turned.count - 1] ^= 1
        try turned.write(to: URL(filePath: path("turned.sealed")))
        try FileManager.default.moveItem(
            atPath: path("known.sealed"), toPath: path("another.sealed"))
        #expect(mkdir(path("folder.sealed"), 0o700) == 0)
        #expect(mkfifo(path("pipe.sealed"), 0o600) == 0)
        #expect(symlink("good.sealed", path("link.sealed")) == 0)
        try Data("x".utf8).write(to: URL(filePath: path("notes.txt")))
        let odd = [
            "another.sealed", "cut.sealed", "empty.sealed", "folder.sealed", "link.sealed",
            "notes.txt", "pipe.sealed", "turned.sealed",
        ]
        let before = folder.names
        let again = try vault()
        #expect(await again.load().map(\.id) == ["good"])
        #expect(log.lines.count == odd.count)
        for (line, name) in zip(log.lines, odd) {
            #expect(
                line.hasPrefix("check-ins: \(name): ") && line.contains("ove it away"), "\(line)")
            #expect(!line.contains("patient-"))
        }
        #expect(folder.names == before)
        let findings = try SealedVault.findings(in: folder.path)
        #expect(findings.map(\.file) == odd)
        #expect(findings.allSatisfy { !$0.next.isEmpty })
    }

    @Test("files of another key are named one by one; without a key nothing is made in its place")
    func otherKey() async throws {
        let first = try vault()
        for id in ["one", "two"] { _ = await first.keep(CheckInBookTests.checkIn(id, until: 10)) }
        let key = try Data(contentsOf: URL(filePath: path("key")))
        try FileManager.default.removeItem(atPath: path("key"))
        let missing = SealedFolder.Failure.keyMissing(folder: folder.path)
        #expect(throws: missing) { try vault() }
        #expect(throws: missing) { try SealedVault.findings(in: folder.path) }
        #expect(!folder.names.contains("key"))
        try KeyFile.write([UInt8](repeating: 7, count: 32), to: path("key"), isPrivate: true)
        #expect(try await vault().load().isEmpty)
        #expect(log.lines.count == 2 && log.lines[0].contains("one.sealed"))
        try KeyFile.write([UInt8](key), to: path("key"), isPrivate: true)
        #expect(try await vault().load().count == 2)
    }

    @Test("what stands under the name of an unfinished file does not hold up a withdrawal")
    func unfinished() async throws {
        _ = try await vault().keep(CheckInBookTests.checkIn("one", until: 10))
        for stray in [false, true] {
            if stray {
                try FileManager.default.createDirectory(
                    atPath: path("one.sealed.new/deep"), withIntermediateDirectories: true)
            } else {
                try Data("x".utf8).write(to: URL(filePath: path("one.sealed.new")))
            }
            let book = CheckInBook(vault: try vault(), clock: PatientClock(), ids: Numbers())
            await book.restore()
            if await book.checkIn(id: "one")?.state == .open {
                _ = await book.end(id: "one", by: .withdrawn)
            }
            #expect(await book.isKept(id: "one"))
            #expect(try await vault().load().map(\.state) == [.withdrawn])
        }
        #expect(log.lines.contains { $0.contains("one.sealed.new: not known here") })
    }

    @Test("a pipe, folder or loose mode in place of the key ends the start, never hangs it")
    func oddKey() throws {
        _ = try vault()
        try FileManager.default.removeItem(atPath: path("key"))
        #expect(mkfifo(path("key"), 0o600) == 0)
        #expect(throws: SealedFolder.Failure.file(.notAFile(path: path("key")))) { try vault() }
        try FileManager.default.removeItem(atPath: path("key"))
        #expect(mkdir(path("key"), 0o700) == 0)
        #expect(throws: SealedFolder.Failure.file(.notAFile(path: path("key")))) { try vault() }
    }

    @Test("a patient whose file is damaged is met anew, and the damage stays to be seen")
    func damagedPatient() async throws {
        let certificate = SHA256Digest(hashing: [1])
        try await vault().remember(patient: "patient-1", of: certificate)
        let name = try #require(folder.names.first { $0.hasSuffix(".patient") })
        try Data([1, 2, 3]).write(to: URL(filePath: path(name)))
        let again = try vault()
        #expect(await again.patient(of: certificate) == nil)
        #expect(log.lines.count == 1 && log.lines[0].contains(name))
        await again.remember(patient: "patient-1", of: certificate)
        #expect(await again.patient(of: certificate) == "patient-1")
        let aside = try #require(folder.names.first { $0.hasSuffix(".damaged") })
        #expect(folder.read(aside) == [1, 2, 3])
        #expect(try SealedVault.findings(in: folder.path).map(\.file) == [aside])
    }

    // MARK: Wrong PINs

    func faces() throws -> FaceWatch {
        FaceWatch(vault: try vault()) { $0.octets.hex }
    }

    private func watch(_ policy: FailureCount.Policy) throws -> PINWatch {
        PINWatch(vault: try vault(), policy: policy) { $0.hex }
    }

    @Test("wrong PINs and the pause they began are there after a restart")
    func failuresKept() async throws {
        var policy = FailureCount.Policy()
        policy.limit = 2
        let card = PINCard()
        let now = PatientClock.start
        let first = try watch(policy)
        for _ in 0..<2 {
            await card.enterWrong(on: "reader", first)
        }
        let end = await first.pause(on: "reader", at: now)
        #expect(end == now.adding(seconds: 30))
        let again = try watch(policy)
        #expect(await again.pause(on: "reader", at: now) == end)
        #expect(await again.count(on: "reader", at: now).failures == 2)
        #expect(await again.pause(on: "other", at: now) == nil)
        await again.clear("reader", at: now)
        #expect(try await watch(policy).pause(on: "reader", at: now) == nil)
    }

    @Test(
        "a count that is damaged stands for the longest pause, once, and is kept as such",
        arguments: [[], [1, 2, 3], [UInt8](repeating: 9, count: 100)])
    func failuresDamaged(octets: [UInt8]) async throws {
        let policy = FailureCount.Policy()
        let card = PINCard()
        await card.enterWrong(on: "reader", try watch(policy))
        let name = try #require(folder.names.first { $0.hasSuffix(".failures") })
        try Data(octets).write(to: URL(filePath: path(name)))
        let now = PatientClock.start
        let again = try watch(policy)
        #expect(await again.pause(on: "reader", at: now) == now.adding(seconds: 300))
        #expect(log.lines.count == 1 && log.lines[0].contains(name))
        // Another restart, a little later, neither forgets nor lengthens it.
        let later = now.adding(seconds: 100)
        #expect(
            try await watch(policy).pause(on: "reader", at: later) == now.adding(seconds: 300))
        #expect(
            try await watch(policy).pause(on: "reader", at: now.adding(seconds: 300)) == nil)
        #expect(folder.names.contains { $0.hasSuffix(".damaged") })
    }

    @Test("where the misses of faces are damaged, each card has one left until it is proved")
    func missesDamaged() async throws {
        let now = PatientClock.start
        let (first, second) = (SHA256Digest(hashing: [1]), SHA256Digest(hashing: [2]))
        let kept = try faces()
        for count in 1...3 { #expect(await kept.missed(first, at: now) == count) }
        #expect(try await faces().misses(of: first) == 3)
        let name = try #require(folder.names.first { $0.hasSuffix(".failures") })
        try Data([1, 2, 3]).write(to: URL(filePath: path(name)))
        let again = try faces()
        #expect(await again.misses(of: first) == 9)
        #expect(await again.missed(first, at: now) == 10)
        await again.clear(second, at: now)
        let later = try faces()
        #expect(await later.misses(of: first) == 10)
        #expect(await later.misses(of: second) == 0)
        #expect(await later.misses(of: SHA256Digest(hashing: [3])) == 9)
    }
}

/// What a vault complained of.
final class Complaints: Sendable {
    private let said = Mutex<[String]>([])
    var lines: [String] { said.withLock { $0 } }
    func add(_ line: String) { said.withLock { $0.append(line) } }
}

/// A card on which wrong PINs are entered.
private struct PINCard {
    let card = PresentedCard(
        certificate: [1], digest: SHA256Digest(hashing: [1]), notAfter: PatientClock.start,
        algorithm: .ecdsaP256SHA256, triesLeft: 3)

    func enterWrong(on reader: String, _ watch: PINWatch) async {
        let port = WatchedCardPort(
            WrongPIN(), reader: reader, watch: watch, clock: PatientClock())
        _ = await port.prove(card: card, pin: page("0000"), signing: [1], spendsLastTry: false)
    }

    private struct WrongPIN: CardPort {
        func readCard() async -> Result<PresentedCard, CardRefusal> { .failure(.gone) }
        func prove(
            card: PresentedCard, pin: consuming SecretPage, signing message: [UInt8],
            spendsLastTry: Bool
        ) async -> Result<[UInt8], CardProofFailure> {
            _ = consume pin
            return .failure(.failed(.wrongPIN(triesLeft: 2)))
        }
    }
}
