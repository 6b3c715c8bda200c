import AccessHistory
import CheckIns
import Cryptography
import Disclosures
import Foundation
import Octets
import Records
import Terminal
import TestWorlds
import Testing
import VirtualCard

/// Many sessions by chance. `SESSIONS` says how many, `SEED` which; from 2,000 on memory and threads
/// are judged too, which needs the process for itself (`make sessions`).
@Suite("Sessions by chance, over the whole terminal in one process")
struct SoakTests {
    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test(
        """
        whatever cards, people and the clearinghouse do: a named end, nothing shown that is not in \
        the history, never another patient's data
        """, .timeLimit(.minutes(60)))
    func sessions() async throws {
        let count = Self.number("SESSIONS") ?? 300
        let seed = Self.number("SEED") ?? 1
        if count >= 2000 { keepNoBacktraces() }
        let desk = try await WholeDesk.sample(
            limits: [
                .reading: 10, .choosing: 60, .choosingWarning: 50, .proving: 60, .nonce: 300,
                .interrupted: 30, .message: 10,
            ])
        var sessions = RandomSessions(desk: desk, seed: UInt64(seed))
        var (from, footprints) = (desk.clock.now(), [Footprint]())
        for number in 1...count {
            do { try await sessions.run() } catch {
                Issue.record("session \(number) of SEED=\(seed): \(error)")
                break
            }
            if number % 250 == 0 || number == count {
                try await expect(desk, holds: sessions.takeShown(), from: from)
                from = desk.clock.now()
            }
            if number % max(count / 10, 1) == 0 { footprints.append(try Footprint()) }
        }
        try await desk.close()
        let report = try desk.verifyHistory()
        #expect(report.isWhole && report.usedKeys)
        let ends = sessions.ends.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" }
        print("\(count) sessions, SEED=\(seed): \(ends.joined(separator: ", "))")
        print("time was given \(sessions.patience.count) times")
        print("history: \(report.size) entries; footprints: \(footprints)")
        guard count >= 2000, footprints.count == 10 else { return }
        // The first fifth fills caches.
        let (early, late) = (footprints[1], footprints[9])
        #expect(late.residentKiB * 100 <= early.residentKiB * 105)
        #expect(late.threadCount <= early.threadCount)
    }

    /// Whatever was shown stands in the history, about the person it was shown of.
    private func expect(
        _ desk: WholeDesk, holds shown: [RandomSessions.Shown], from start: Instant
    ) async throws {
        var query = HistoryQuery()
        (query.from, query.limit) = (start, 1_000_000)
        let entries = try await desk.store.events(matching: query)
        let byIndex = Dictionary(entries.map { ($0.index, $0.event) }) { first, _ in first }
        var intents: [SHA256Digest: UInt64] = [:]
        var succeeded: Set<UInt64> = []
        for entry in entries {
            if let statement = entry.event.statement {
                intents[SHA256Digest(hashing: statement.octets)] = entry.index
            }
            if entry.event.kind == .outcome, entry.event.outcome == .succeeded,
                let intent = entry.event.intentIndex
            {
                succeeded.insert(intent)
            }
        }
        var cards: [String: CardReference] = [:]
        for somebody in Cards.somebodies {
            let digest = SHA256Digest(hashing: somebody.image.authentication?.certificate ?? [])
            cards[somebody.id] = desk.store.cardReference(ofCertificate: digest)
        }
        for shown in shown {
            let intent = try #require(intents[shown.statement], "shown without an intent")
            #expect(succeeded.contains(intent), "shown without an outcome")
            #expect(byIndex[intent]?.patient?.card == cards[shown.person])
            if let index = shown.index {
                #expect(byIndex[index]?.kind == .disclosure)
            }
        }
        let ofSession = Dictionary(grouping: entries.map(\.event)) { $0.cardSession ?? "" }
        for (session, events) in ofSession where !session.isEmpty {
            #expect(Set(events.compactMap(\.patient?.card)).count <= 1)
        }
    }
}

/// Has errors thrown from now on leave no trace. The testing library keeps a backtrace of each until
/// its test ends: in ten thousand sessions that is what grows, and nothing of ours could be seen
/// beside it.
private func keepNoBacktraces() {
    for name in ["_swift_willThrow", "_swift_willThrowTypedImpl"] {
        dlsym(nil, name)?.assumingMemoryBound(to: UnsafeRawPointer?.self).pointee = nil
    }
}

/// What this process takes.
struct Footprint: CustomStringConvertible {
    let residentKiB: Int
    let threadCount: Int

    init() throws {
        func field(_ name: String) throws -> Int {
            let line = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
                .split(separator: "\n").first { $0.hasPrefix(name) }
            let digits = line?.split(whereSeparator: { !$0.isNumber }).first
            return try #require(digits.flatMap { Int($0) })
        }
        residentKiB = try field("VmRSS:")
        threadCount = try field("Threads:")
    }

    var description: String { "\(residentKiB) KiB, \(threadCount) threads" }
}
