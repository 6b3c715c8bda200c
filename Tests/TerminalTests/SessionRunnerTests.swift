import CheckIns
import Cryptography
import Octets
import Records
import Terminal
import TestWorlds
import Testing
import VirtualCard

@Suite("The runner of a card session, with a card in process")
struct SessionRunnerTests {
    /// A runner with its world, for the time of a body.
    struct World: Sendable {
        let journal: Journal
        let slot: CardSlot
        let house: ScriptedHouse
        let ledger: Ledger
        let book: CheckInBook
        let runner: SessionRunner
    }

    func world(
        answers: [Exchange] = [], nonces: [Result<Nonce, NonceFailure>] = [],
        historyOpensFor: Int = .max, checkIns: (any CheckInPort)? = nil,
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        let journal = Journal()
        let slot = CardSlot(VirtualCard(try #require(Cards.one)))
        let house = ScriptedHouse(journal, answers: answers, nonces: nonces)
        let ledger = Ledger(journal, opensFor: historyOpensFor)
        let ids = Numbers()
        let book = CheckInBook(vault: Shelf(), clock: PatientClock(), ids: ids)
        let runner = SessionRunner(
            card: slot.port, signer: NoSigner(), clearinghouse: house, history: ledger,
            checkIns: checkIns ?? book, clock: PatientClock(), ids: ids,
            identity: SessionRunner.Identity(institution: "1310000003", terminal: "desk-1"),
            limits: SessionRunner.Limits(seconds: [:], retrySeconds: 0))
        let world = World(
            journal: journal, slot: slot, house: house, ledger: ledger, book: book, runner: runner)
        try await withThrowingTaskGroup { group in
            group.addTask { await runner.run() }
            do { try await body(world) } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            await runner.stop()
            try await group.waitForAll()
        }
    }

    func state(_ runner: SessionRunner, _ names: String...) async -> SessionView {
        await runner.firstView(within: 3600) { names.contains($0.state) }
    }

    /// Up to the proof, ready for a PIN.
    func ready(_ world: World) async {
        await world.runner.handle(.cardInserted)
        _ = await state(world.runner, "choosing")
        await world.runner.handle(.wayChosen(.pin))
        await world.runner.handle(.consentAnswered(.drugs, true))
        await world.runner.handle(.choiceConfirmed)
        _ = await world.runner.firstView(within: 3600) { $0.isReadyForPIN || $0.closing != nil }
    }

    @Test("the right PIN opens a check-in, each step in its order")
    func accepted() async throws {
        try await world { world in
            await ready(world)
            _ = await world.runner.enter(
                pin: page("1234"), lastTryToken: nil,
                inSession: world.runner.view.session)
            let view = await world.runner.firstView(within: 3600) { $0.checkIn != nil }
            #expect(view.state == "accepted")
            #expect(world.journal.all == ["nonce", "intent", "ask", "outcome"])
            let checkIn = try #require(await world.book.all().first)
            #expect(checkIn.id == view.checkIn && checkIn.number == 1)
            let statement = try Statement(canonical: try #require(world.house.asked.first))
            #expect(statement.items.map(\.item) == [.drugs])
            #expect(statement.audience == world.house.audience)
        }
    }

    @Test("wrong PINs cost tries, the last one needs its token, a locked PIN leads back")
    func wrongPINs() async throws {
        try await world { world in
            await ready(world)
            for tries in [2, 1] {
                _ = await world.runner.enter(
                    pin: page("0000"), lastTryToken: nil,
                    inSession: world.runner.view.session)
                _ = await world.runner.firstView(within: 3600) {
                    $0.proofFailure == .wrongPIN(triesLeft: tries) && !$0.isBusy
                }
                #expect(world.slot.triesLeft == tries)
            }
            _ = await world.runner.enter(
                pin: page("0000"), lastTryToken: "guessed",
                inSession: world.runner.view.session)
            _ = await world.runner.firstView(within: 3600) { $0.proofFailure == .lastTry }
            #expect(world.slot.triesLeft == 1)
            let token = try #require(
                await world.runner.allowLastTry(inSession: world.runner.view.session) { "token" })
            _ = await world.runner.enter(
                pin: page("0000"), lastTryToken: token,
                inSession: world.runner.view.session)
            let view = await state(world.runner, "choosing")
            #expect(view.triesLeft == 0 && world.slot.triesLeft == 0)
            #expect(await world.runner.handle(.wayChosen(.pin)).way != .pin)
            #expect(!world.journal.all.contains("ask"))
        }
    }

    @Test(
        "a PIN that is not four digits never reaches the card",
        arguments: ["", "123", "12345", "12a4"])
    func malformed(pin: String) async throws {
        try await world { world in
            await ready(world)
            _ = await world.runner.enter(
                pin: page(pin), lastTryToken: nil, inSession: world.runner.view.session)
            _ = await world.runner.firstView(within: 3600) { $0.proofFailure == .pinMalformed }
            #expect(world.slot.triesLeft == 3)
        }
    }

    @Test("a swapped card loses no try, and begins clean")
    func swapped() async throws {
        try await world { world in
            await ready(world)
            world.slot.put(VirtualCard(try #require(Cards.other)))
            _ = await world.runner.enter(
                pin: page("0000"), lastTryToken: nil,
                inSession: world.runner.view.session)
            let view = await state(world.runner, "choosing")
            #expect(view.consents.isEmpty && view.way == nil && world.slot.triesLeft == 3)
            #expect(view.proofFailure == .differentCard)
            // What failed is told of the first card's session, not of the second's.
            await world.runner.handle(.wayChosen(.pin))
            await world.runner.handle(.choiceConfirmed)
            _ = await world.runner.firstView(within: 3600) { $0.isReadyForPIN }
            _ = await world.runner.enter(
                pin: page("1234"), lastTryToken: nil,
                inSession: world.runner.view.session)
            _ = await state(world.runner, "accepted")
            let failed = try #require(world.ledger.session(of: "failed differentCard"))
            #expect(failed != world.ledger.session(of: "intent"))
        }
    }

    @Test("without a nonce no PIN is asked")
    func offline() async throws {
        try await world(nonces: [.failure(NonceFailure(.unreachable))]) { world in
            await ready(world)
            let view = await state(world.runner, "offline")
            #expect(view.closing == .offline(.unreachable))
            _ = await world.runner.enter(
                pin: page("0000"), lastTryToken: nil,
                inSession: world.runner.view.session)
            #expect(world.slot.triesLeft == 3)
        }
    }

    @Test("a history that cannot be written lets nothing be asked, or shown", arguments: [0, 1])
    func storeClosed(writes: Int) async throws {
        try await world(historyOpensFor: writes) { world in
            await ready(world)
            _ = await world.runner.enter(
                pin: page("1234"), lastTryToken: nil,
                inSession: world.runner.view.session)
            let view = await state(world.runner, "ended")
            #expect(view.closing == .ended(.storeClosed) && view.checkIn == nil)
            #expect(world.journal.all.contains("ask") == (writes == 1))
            #expect(await world.book.all().isEmpty)
        }
    }

    @Test("a nonce that fails after the patient went back and on again ends nothing")
    func lateNonce() async throws {
        try await world { world in
            let late = world.house.holdNonce()
            await world.runner.handle(.cardInserted)
            _ = await state(world.runner, "choosing")
            await world.runner.handle(.wayChosen(.pin))
            await world.runner.handle(.choiceConfirmed)
            await late.untilAsked()
            await world.runner.handle(.backToChoice)
            await world.runner.handle(.choiceConfirmed)
            let ready = await world.runner.firstView(within: 3600) { $0.isReadyForPIN }
            #expect(ready.state == "proving")
            await late.answer(.failure(NonceFailure(.slow)))
            _ = await world.runner.enter(
                pin: page("1234"), lastTryToken: nil,
                inSession: world.runner.view.session)
            #expect(await state(world.runner, "accepted", "offline").state == "accepted")
        }
    }

    @Test("a nonce that has ended when it comes says that a clock is off")
    func clocks() async throws {
        let past = PatientClock.start.adding(seconds: -1)
        try await world(nonces: [.success(Nonce(text: "bm9uY2U", until: past))]) { world in
            await ready(world)
            #expect(await world.runner.view.closing == .offline(.clockOff))
            #expect(world.journal.all == ["nonce"])
        }
    }

    @Test("problems, wrong answers and silence are answers of their own")
    func answered() async throws {
        let problem = AnsweredProblem(
            type: "urn:x", status: 409, title: BilingualText(english: "a", japanese: "b"),
            nextStep: BilingualText(english: "c", japanese: "d"))
        for (result, answered): (AskResult, Answered) in [
            (.problem(problem), .problem(problem)),
            (.wrongAnswer(reason: "r"), .wrongAnswer(reason: "r")),
        ] {
            try await world(answers: [.result(result)]) { world in
                await ready(world)
                _ = await world.runner.enter(
                    pin: page("1234"), lastTryToken: nil,
                    inSession: world.runner.view.session)
                let view = await state(world.runner, "answered")
                #expect(view.closing == .answered(answered))
                #expect(await world.book.all().isEmpty)
            }
        }
    }

    @Test("an acceptance is told although the next card came before its check-in was open")
    func nextCardAtOnce() async throws {
        let gate = SlowDoor()
        try await world(checkIns: gate) { world in
            await ready(world)
            let session = await world.runner.view.session
            _ = await world.runner.enter(pin: page("1234"), lastTryToken: nil, inSession: session)
            _ = await state(world.runner, "accepted")
            await world.runner.handle(.cardGone)
            await world.runner.handle(.cardInserted)
            #expect(await state(world.runner, "choosing").session != session)
            await gate.open()
            let ended = await world.runner.firstView(within: 3600, of: session) {
                $0.checkIn != nil
            }
            #expect(ended.session == session && ended.state == "accepted")
            #expect(await world.runner.view.checkIn == nil)
        }
    }

    @Test("the same card back keeps the answers; the proof is made again")
    func resumed() async throws {
        try await world { world in
            await ready(world)
            await world.runner.handle(.cardGone)
            _ = await state(world.runner, "interrupted")
            await world.runner.handle(.cardInserted)
            let view = await state(world.runner, "choosing")
            #expect(view.consents == [.drugs: true] && view.way == .pin)
        }
    }

    @Test("a card that comes back as its time runs out is read all the same, and begins clean")
    func resumedTooLate() async throws {
        try await world { world in
            await ready(world)
            await world.runner.handle(.cardGone)
            await backTooLate(world.runner)
            let view = await state(world.runner, "choosing")
            #expect(view.consents.isEmpty && view.way == nil)
        }
    }

    /// Both in one turn of the runner: the card is not read in between.
    private func backTooLate(_ runner: isolated SessionRunner) {
        runner.handle(.cardInserted)
        runner.handle(.timeOut(.interrupted))
    }
}

/// Opens check-ins when it is told to.
actor SlowDoor: CheckInPort {
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var isOpen = false
    func giveBack(_ accepted: Accepted) {}
    func withoutPINToday() -> Int { 0 }

    func open(_ accepted: Accepted) async -> String {
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
        return "check-in"
    }

    func open() {
        isOpen = true
        for door in waiting { door.resume() }
        waiting = []
    }
}

@Suite("The book of check-ins")
struct CheckInBookTests {
    static func checkIn(
        _ id: String, until seconds: Int64, openedAt: Instant = PatientClock.start,
        grant: String = "g"
    ) -> CheckIn {
        CheckIn(
            id: id, number: 1, openedAt: openedAt, patient: "p",
            certificate: SHA256Digest(hashing: [1]), statement: SHA256Digest(hashing: [2]),
            way: .pin,
            grant: Grant(
                id: grant, items: [], until: PatientClock.start.adding(seconds: seconds)))
    }

    @Test("open check-ins survive a restart; ended ones keep their number until the day is over")
    func restored() async {
        let yesterday = PatientClock.start.adding(seconds: -86_400)
        let shelf = Shelf([
            Self.checkIn("open", until: 10), Self.checkIn("over", until: -10),
            Self.checkIn("old", until: -10, openedAt: yesterday),
        ])
        let book = CheckInBook(vault: shelf, clock: PatientClock(), ids: Numbers())
        await book.restore()
        #expect(await book.all().filter { $0.state == .open }.map(\.id) == ["open"])
        #expect(await Set(book.all().map(\.id)) == ["open", "over"])
        #expect(await Set(shelf.load().map(\.id)) == ["open", "over"])
    }

    @Test("an end is final and takes what was remembered with it")
    func ended() async {
        let shelf = Shelf([Self.checkIn("open", until: 10)])
        let book = CheckInBook(vault: shelf, clock: PatientClock(), ids: Numbers())
        await book.restore()
        #expect(await book.end(id: "open", by: .withdrawn)?.state == .withdrawn)
        #expect(await book.end(id: "open", by: .closed) == nil)
        #expect(await shelf.load().map(\.state) == [.withdrawn])
    }

    @Test("a check-in reads back from what is kept, however long its grant's id is")
    func coding() throws {
        let longest = String(repeating: "g", count: Grant.longestIDOctetCount)
        let checkIn = Self.checkIn("x", until: 10, grant: longest)
        #expect(try CheckIn(json: checkIn.json) == checkIn)
    }
}
