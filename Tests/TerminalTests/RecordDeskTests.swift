import AccessHistory
import CheckIns
import Clearinghouse
import Cryptography
import Disclosures
import Foundation
import HTTP
import JSON
import Octets
import Records
import Synchronization
import Terminal
import TestFolders
import TestWorlds
import Testing

@Suite("Ends of check-ins, here and at the clearinghouse")
struct RecordDeskTests {
    @Test("a withdrawal holds here at once; the clearinghouse is told when it can be reached")
    func withdrawnOffline() async throws {
        let world = try await DeskWorld(line: [.failure(.unreachable("down"))])
        let ended = try await world.desk.withdraw("open", by: world.staff)
        #expect(ended.state == .withdrawn && ended.owesWithdrawal)
        await #expect(throws: OpeningRefusal.ended(.withdrawn)) {
            try await world.desk.open(.drugs, of: "open", for: world.staff)
        }
        #expect(await world.book.debts().map(\.id) == ["open"])
        // Over a restart it is still owed, and the courier tells it without being asked.
        let again = try await world.restarted()
        let courier = WithdrawalCourier(
            book: again.book, desk: again.desk, clock: again.clock,
            pauses: WithdrawalCourier.Pauses(first: 7, longest: 20))
        let running = Task { await courier.run() }
        while await !again.book.debts().isEmpty { await Task.yield() }
        running.cancel()
        await running.value
        #expect(world.line.targets == ["/v1/grants/withdraw", "/v1/grants/withdraw"])
        #expect(again.clock.slept == [7])
        let kinds = try await again.kinds().filter { !$0.hasPrefix("store") }
        #expect(
            kinds.suffix(5) == [
                "consentWithdrawn", "intent", "outcome unknown", "intent", "outcome succeeded",
            ])
        try await again.close()
    }

    @Test("asking again tells the clearinghouse again, and once it knows the end is final")
    func withdrawnAgain() async throws {
        let world = try await DeskWorld(line: [.failure(.timedOut)])
        #expect(try await world.desk.withdraw("open", by: world.staff).owesWithdrawal)
        #expect(try await !world.desk.withdraw("open", by: world.staff).owesWithdrawal)
        await #expect(throws: OpeningRefusal.ended(.withdrawn)) {
            try await world.desk.withdraw("open", by: world.staff)
        }
        #expect(try await world.kinds().filter { $0 == "consentWithdrawn" }.count == 1)
        try await world.close()
    }

    @Test("an end that cannot be kept is told as such, and kept when it is asked for again")
    func notKept() async throws {
        let world = try await DeskWorld(line: [])
        let vault = world.folder.path + "/vault"
        try FileManager.default.moveItem(atPath: vault, toPath: vault + ".away")
        await #expect(throws: OpeningRefusal.notKept) {
            try await world.desk.withdraw("open", by: world.staff)
        }
        await #expect(throws: OpeningRefusal.ended(.withdrawn)) {
            try await world.desk.open(.drugs, of: "open", for: world.staff)
        }
        try FileManager.default.moveItem(atPath: vault + ".away", toPath: vault)
        #expect(try await world.desk.withdraw("open", by: world.staff).state == .withdrawn)
        let again = try await world.restarted()
        #expect(await again.book.checkIn(id: "open")?.state == .withdrawn)
        try await again.close()
    }

    @Test("only a grant that is gone settles what is owed: a busy or angry clearinghouse does not")
    func notYetSettled() async throws {
        for (name, status) in [("too-many-requests", 429), ("client-unknown", 403)] {
            let problem = Problem(name, status: status, title: "a", titleJapanese: "b")
            let world = try await DeskWorld(line: [.failure(.problem(problem, receipt: nil))])
            #expect(try await world.desk.withdraw("open", by: world.staff).owesWithdrawal)
            #expect(await world.book.debts().map(\.id) == ["open"])
            try await world.close()
        }
    }

    @Test("an end whose entry the closed store would not take is entered after the restart, once")
    func entryOwed() async throws {
        for (word, kind) in [("withdrawn", "consentWithdrawn"), ("closed", "checkInClosed")] {
            let world = try await DeskWorld(line: [])
            try await world.store.close()
            await #expect(throws: OpeningRefusal.storeClosed) {
                _ =
                    word == "closed"
                    ? try await world.desk.close("open", by: world.staff)
                    : try await world.desk.withdraw("open", by: world.staff)
            }
            #expect(await world.book.checkIn(id: "open")?.state.rawValue == word)
            // The courier asks again by itself: the store may have room before anybody asks.
            try await world.courierRuns { world.clock.slept.count >= 2 }
            #expect(world.line.targets.isEmpty)
            let again = try await world.restarted()
            try await again.courierRuns { await again.book.debts().isEmpty }
            let entries = try await again.store.events(matching: HistoryQuery()).map(\.event)
            let entry = try #require(entries.first { $0.kind.rawValue == kind })
            // By whom it was ended, not by whom it was written.
            #expect(entry.actor == world.staff.actor && entry.checkIn == "open")
            #expect(entries.filter { $0.kind.rawValue == kind }.count == 1)
            #expect(world.line.targets == ["/v1/grants/withdraw"])
            try await again.close()
        }
    }

    @Test("a check-in without a consent that is taken back leaves an entry of who ended it")
    func nothingConsented() async throws {
        let bare = CheckInBookTests.checkIn("bare", until: 3600)
        let world = try await DeskWorld(line: [], more: [bare])
        #expect(try await world.desk.withdraw("bare", by: world.staff).state == .withdrawn)
        let entries = try await world.store.events(matching: HistoryQuery()).map(\.event)
        let entry = try #require(entries.first { $0.kind == .checkInClosed })
        #expect(entry.actor == world.staff.actor && entry.checkIn == "bare")
        try await world.close()
    }

    @Test("an entry written just before a crash that left it owed is not written again")
    func entryNotDoubled() async throws {
        let world = try await DeskWorld(line: [.failure(.timedOut)])
        let before = try #require(await world.book.checkIn(id: "open"))
        _ = try await world.desk.withdraw("open", by: world.staff)
        let note = CheckIn.EndNote(actor: world.staff.actor, at: world.clock.now())
        let owing = try #require(before.transition(on: .withdrawn, note))
        #expect(try CheckIn(json: owing.json) == owing)
        let vault = try SealedVault(folder: world.folder.path + "/vault")
        #expect(await vault.keep(owing))
        let again = try await world.restarted()
        #expect(await again.book.checkIn(id: "open")?.owedEntry == note)
        try await again.courierRuns { await again.book.debts().isEmpty }
        #expect(try await again.kinds().filter { $0 == "consentWithdrawn" }.count == 1)
        try await again.close()
    }

    @Test("an owed entry outlives the grant: only the clearinghouse needs no word any more")
    func entryOutlivesGrant() async throws {
        let note = CheckIn.EndNote(
            actor: EventActor(id: "clinician-1", role: .clinician), at: PatientClock.start)
        let yesterday = PatientClock.start.adding(seconds: -90_000)
        let open = CheckInBookTests.checkIn("old", until: -10, openedAt: yesterday)
        let owing = try #require(open.transition(on: .closed, note))
        let world = try await DeskWorld(line: [], more: [owing])
        #expect(await world.book.debts().map(\.id) == ["old"])
        try await world.courierRuns { await world.book.debts().isEmpty }
        #expect(world.line.targets.isEmpty)
        #expect(try await world.kinds().last == "checkInClosed")
        #expect(await world.book.all().map(\.id) == ["open"])
        try await world.close()
    }

    @Test("of two debts the first is refused by the clearinghouse: the second is told all the same")
    func twoDebts() async throws {
        let refused = Problem("client-unknown", status: 403, title: "a", titleJapanese: "b")
        let later = CheckInBookTests.checkIn(
            "later", until: 3600, openedAt: PatientClock.start.adding(seconds: 1), grant: "g2")
        let world = try await DeskWorld(
            line: [
                .failure(.timedOut), .failure(.timedOut),
                .failure(.problem(refused, receipt: nil)), .success(()),
                .failure(.problem(refused, receipt: nil)),
            ], more: [later])
        for id in ["open", "later"] {
            #expect(try await world.desk.withdraw(id, by: world.staff).owesWithdrawal)
        }
        try await world.courierRuns { await world.book.debts().isEmpty }
        // Both at first; then the first refused, the second told; the first refused again, told.
        #expect(world.line.grants == ["g", "g2", "g", "g2", "g", "g"])
        #expect(world.clock.slept == [7, 14, 20])
        try await world.close()
    }

    @Test("the courier sends no second word while the first is on its way")
    func inFlight() async throws {
        let later = CheckInBookTests.checkIn("later", until: 3600, grant: "g2")
        let world = try await DeskWorld(line: [.failure(.timedOut)], more: [later])
        #expect(try await world.desk.withdraw("later", by: world.staff).owesWithdrawal)
        world.line.hold(grant: "g")
        async let first = world.desk.withdraw("open", by: world.staff)
        await world.line.untilHeld()
        // The courier pays the other debt, and goes round some times with this one in sight. Nor
        // does asking again send a second word.
        try await world.courierRuns {
            if world.clock.slept.count > 3 { world.line.release() }
            return await world.book.debts().isEmpty
        } begin: {
            let again = try await world.desk.withdraw("open", by: world.staff)
            #expect(again.owesWithdrawal)
        }
        #expect(try await !first.owesWithdrawal)
        #expect(world.line.grants == ["g2", "g", "g2"])
        // Nothing was consented to under "later": its end is told as that of a check-in.
        #expect(try await world.kinds().filter { $0 == "checkInClosed" }.count == 1)
        #expect(try await world.kinds().filter { $0 == "consentWithdrawn" }.count == 1)
        try await world.close()
    }

    @Test("closing is an entry of its own, and ends the grant as well")
    func closed() async throws {
        let gone = Problem("grant-ended", status: 410, title: "a", titleJapanese: "b")
        let world = try await DeskWorld(line: [.failure(.problem(gone, receipt: nil))])
        let ended = try await world.desk.close("open", by: world.staff)
        // A grant that the clearinghouse does not know any more needs no other word.
        #expect(ended.state == .closed && !ended.owesWithdrawal)
        #expect(
            try await world.kinds().suffix(3) == ["checkInClosed", "intent", "outcome problem"])
        try await world.close()
    }

    @Test("the patient of a certificate is known after the check-in is forgotten")
    func knownPatient() async throws {
        let folder = TemporaryFolder()
        let certificate = SHA256Digest(hashing: [1])
        let first = try SealedVault(folder: folder.path)
        #expect(await first.patient(of: certificate) == nil)
        await first.remember(patient: "patient-1", of: certificate)
        let second = CheckInBook(
            vault: try SealedVault(folder: folder.path), clock: PatientClock(), ids: Numbers())
        #expect(await second.knownPatient(for: certificate) == "patient-1")
        #expect(await second.knownPatient(for: SHA256Digest(hashing: [2])) == nil)
        // Neither who nor which card can be read from the folder.
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count == 2 && !names.contains { $0.contains(certificate.hex) })
        for name in names {
            let octets = try #require(
                FileManager.default.contents(atPath: folder.path + "/" + name))
            #expect(octets.range(of: Data("patient-1".utf8)) == nil)
        }
    }
}

/// A desk over a real history and vault, with a line to a clearinghouse that fails on order.
struct DeskWorld {
    let folder: TemporaryFolder
    let line: Line
    let store: HistoryStore
    let book: CheckInBook
    let desk: RecordDesk
    let clock = CountingClock()
    let staff = StaffMember(id: "clinician-1", role: .clinician)
    private static let checkIn = CheckInBookTests.checkIn("open", until: 3600)

    init(
        line failures: [Result<Void, ClearinghouseError>], more: [CheckIn] = []
    ) async throws {
        let folder = TemporaryFolder()
        let vault = try SealedVault(folder: folder.path + "/vault")
        for checkIn in [Self.checkIn.opening(.drugs)] + more { _ = await vault.keep(checkIn) }
        try await self.init(folder, Line(failures), vault)
    }

    /// The same folders and line, opened by another process as it were.
    func restarted() async throws -> DeskWorld {
        try await store.close()
        return try await DeskWorld(folder, line, SealedVault(folder: folder.path + "/vault"))
    }

    private init(_ folder: TemporaryFolder, _ line: Line, _ vault: SealedVault) async throws {
        (self.folder, self.line) = (folder, line)
        let place = TerminalPlace(institution: "1310000003", terminal: "desk-1")
        let clock = self.clock
        store = try await HistoryStore.open(
            HistorySettings(folder: folder.path + "/history", place: place, software: "test") {
                (clock.now(), .synchronised)
            })
        book = CheckInBook(vault: vault, clock: clock, ids: Numbers())
        await book.restore()
        let scribe = HistoryScribe(
            store: store, place: place, clock: clock, quality: { .synchronised }, ids: Numbers(),
            items: [.drugs])
        let key = try PrivateKey.generate(.ed25519)
        desk = RecordDesk(
            book: book, client: ClearinghouseClient(transport: line, answerKey: key.publicKey),
            scribe: scribe)
    }

    /// What the history tells, a word or two for each entry.
    func kinds() async throws -> [String] {
        try await store.events(matching: HistoryQuery()).map {
            $0.event.kind.rawValue + ($0.event.outcome.map { " " + $0.rawValue } ?? "")
        }
    }

    func close() async throws { try await store.close() }

    /// Lets the courier run until something holds.
    func courierRuns(
        until holds: () async throws -> Bool, begin: () async throws -> Void = {}
    ) async throws {
        let courier = WithdrawalCourier(
            book: book, desk: desk, clock: clock,
            pauses: WithdrawalCourier.Pauses(first: 7, longest: 20))
        let running = Task { await courier.run() }
        try await begin()
        while try await !holds() { await Task.yield() }
        running.cancel()
        await running.value
    }
}

/// A line that fails as it is told, then answers that the grant has ended.
final class Line: ClearinghouseTransport {
    private let failures: Mutex<[Result<Void, ClearinghouseError>]>
    private let asked = Mutex<[(target: String, grant: String)]>([])
    private let held = Mutex<String?>(nil)
    private let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    private let (releases, released) = AsyncStream.makeStream(of: Void.self)
    var targets: [String] { asked.withLock { $0.map(\.target) } }
    /// The grants that were spoken of, in order.
    var grants: [String] { asked.withLock { $0.map(\.grant) } }

    init(_ failures: [Result<Void, ClearinghouseError>]) { self.failures = Mutex(failures) }

    /// Holds the next request about a grant until it is let go.
    func hold(grant: String) { held.withLock { $0 = grant } }
    func untilHeld() async { for await _ in arrivals { return } }
    func release() { released.yield() }

    func send(_ request: HTTPRequest) async throws(ClearinghouseError) -> HTTPResponse {
        let grant = request.headers["Madoguchi-Grant"] ?? ""
        asked.withLock { $0.append((request.target, grant)) }
        if held.withLock({ $0 == grant && $0.take() != nil }) {
            arrived.yield()
            for await _ in releases { break }
        }
        try failures.withLock { $0.isEmpty ? .success(()) : $0.removeFirst() }.get()
        return .json([
            "patient": "p",
            "grantStatementDigest": .string(SHA256Digest(hashing: [2]).hex),
        ])
    }
}

/// A clock that lets nobody wait, and remembers for how long they would have.
final class CountingClock: TerminalClock {
    private let seconds = Mutex<[Double]>([])
    var slept: [Double] { seconds.withLock { $0 } }
    func now() -> Instant { PatientClock.start }
    func sleep(seconds: Double) async throws {
        try Task.checkCancellation()
        self.seconds.withLock { $0.append(seconds) }
        await Task.yield()
    }
}

extension CheckIn {
    /// The same with a grant that opens an item.
    fileprivate func opening(_ item: Item) -> CheckIn {
        var grant = grant
        grant.items = [ConsentedItem(item: item, until: grant.until)]
        return CheckIn(
            id: id, number: number, openedAt: openedAt, patient: patient,
            certificate: certificate, statement: statement, way: way, grant: grant)
    }
}
