import CheckIns
import Octets
import Records
import Testing

@Suite("Card sessions")
struct CardSessionTests {
    @Test("every state meets every event and does what the table says, no more and no less")
    func everyStateEveryEvent() {
        var steps: [String: Set<String>] = [:]
        for session in Samples.sessions {
            for event in Samples.events {
                let next = session.transition(on: event)?.next.phase.name
                steps["\(session.phase.name) \(event.name)", default: []].insert(next ?? "-")
            }
        }
        #expect(Set(Samples.sessions.map(\.phase.name)).count == 13)
        let rows = steps.filter { $0.value != ["-"] }.map { step, next in
            "\(step) → \(next.sorted().joined(separator: " "))"
        }
        let table = cardSessionTable.split(separator: "\n").map(String.init)
        for row in rows.sorted() where !table.contains(row) { Issue.record("not in it: \(row)") }
        for row in table where !rows.contains(row) { Issue.record("only in it: \(row)") }
    }

    @Test("nothing is asked before the intent is recorded")
    func askedAfterRecorded() {
        for session in Samples.sessions {
            for event in Samples.events {
                guard let (next, effects) = session.transition(on: event) else { continue }
                for case .ask(let asking, let isRepeat) in effects {
                    #expect(next.phase == .asking(asking))
                    if isRepeat {
                        #expect(session.phase == .asking(asking))
                    } else {
                        #expect(session.phase == .recordingIntent(asking.proved))
                        #expect(event == .recorded(asking.intent))
                    }
                }
                if case .asking(let asking) = next.phase, session.phase != next.phase {
                    #expect(event == .recorded(asking.intent))
                }
            }
        }
    }

    @Test("nothing is shown before the outcome is recorded")
    func shownAfterRecorded() {
        for session in Samples.sessions {
            for event in Samples.events {
                guard let (next, effects) = session.transition(on: event) else { continue }
                let opens = effects.contains { if case .openCheckIn = $0 { true } else { false } }
                let shows =
                    switch next.phase {
                    case .accepted, .answered: !session.phase.isClosing
                    default: false
                    }
                guard opens || shows else { continue }
                guard case .recordingOutcome = session.phase, case .recorded = event else {
                    Issue.record("\(session.phase.name) shows on \(event.name)")
                    continue
                }
            }
        }
    }

    @Test("no PIN reaches the card without a nonce, while the card is busy, or in another state")
    func pinNeedsNonce() {
        for session in Samples.sessions {
            for event in Samples.events {
                guard let (_, effects) = session.transition(on: event) else { continue }
                for case .proveByPIN(_, let nonce, _) in effects {
                    guard case .proving(let proving) = session.phase else {
                        Issue.record("\(session.phase.name) proves")
                        continue
                    }
                    #expect(proving.nonce == nonce && !proving.isBusy && proving.way == .pin)
                }
            }
        }
    }

    @Test("a pulled card before the intent interrupts, after it changes nothing")
    func pulled() {
        for session in Samples.sessions where session.isCardPresent {
            let next = session.transition(on: .cardGone)?.next
            switch session.phase {
            case .choosing, .proving:
                #expect(next?.phase.name == "interrupted")
            case .recordingIntent, .asking, .recordingOutcome:
                #expect(next?.phase == session.phase)
                #expect(next?.isCardPresent == false)
            case .reading(Reading()): #expect(next == .empty)
            default: break
            }
        }
    }

    @Test("a card put in while the last one's question is under way is read when that is told")
    func nextCard() throws {
        var session = CardSession(phase: .asking(Samples.asking), isCardPresent: true)
        func then(_ event: CardSessionEvent) throws -> [CardSessionEffect] {
            let step = try #require(session.transition(on: event), "\(event.name)")
            session = step.next
            return step.effects
        }
        _ = try then(.cardGone)
        _ = try then(.cardInserted)
        #expect(
            session
                == CardSession(
                    phase: .asking(Samples.asking), isCardPresent: true, isNextCard: true))
        _ = try then(.asked(.answer(Samples.acceptance)))
        _ = try then(.recorded(HistoryPlace(origin: "o", index: 7)))
        #expect(session.phase.name == "accepted" && session.isNextCard)
        #expect(try then(.messageSeen) == [.readCard, .startTimer(.reading)])
        #expect(session == CardSession(phase: .reading(Reading()), isCardPresent: true))
    }

    @Test("a card that never tells its certificate is refused as mute")
    func readingEnds() throws {
        let reading = CardSession(phase: .reading(Reading()), isCardPresent: true)
        let next = try #require(reading.transition(on: .timeOut(.reading))?.next)
        #expect(next.phase == .refused(.mute, isSeen: false))
        for session in Samples.sessions {
            for event in Samples.events {
                guard let (next, effects) = session.transition(on: event),
                    effects.contains(.readCard)
                else { continue }
                #expect(next.phase.name == "reading" && effects.contains(.startTimer(.reading)))
            }
        }
    }

    @Test("the same card back resumes with its answers, but is proved again")
    func resumes() throws {
        let answers = Answers(card: Samples.card, way: .pin, consents: [.drugs: true])
        let interrupted = CardSession(phase: .interrupted(answers), isCardPresent: false)
        let reading = try #require(interrupted.transition(on: .cardInserted)?.next)
        let resumed = try #require(reading.transition(on: .cardRead(Samples.card))?.next)
        guard case .choosing(let choosing) = resumed.phase else {
            Issue.record("\(resumed.phase.name)")
            return
        }
        #expect(choosing.answers == answers)
    }

    @Test("another card after an interruption starts clean")
    func anotherCard() throws {
        let answers = Answers(card: Samples.card, way: .pin, consents: [.drugs: true])
        let reading = CardSession(phase: .reading(Reading(resuming: answers)), isCardPresent: true)
        let next = try #require(reading.transition(on: .cardRead(Samples.otherCard))?.next)
        #expect(next.phase == .choosing(Choosing(answers: Answers(card: Samples.otherCard))))
    }

    @Test("a card found in another's place is read clean, and the proof's failure stays told")
    func swapped() throws {
        let busy = CardSession(
            phase: .proving(Samples.proving(hasNonce: true, isBusy: true)), isCardPresent: true)
        let reading = try #require(busy.transition(on: .proofFailed(.differentCard))?.next)
        #expect(reading.phase == .reading(Reading(notice: .differentCard)))
        let next = try #require(reading.transition(on: .cardRead(Samples.otherCard))?.next)
        let clean = Answers(card: Samples.otherCard)
        #expect(
            next.phase == .choosing(Choosing(answers: clean, notice: .differentCard)))
        let again = try #require(next.transition(on: .startAnew)?.next)
        #expect(again.phase == .reading(Reading()))
    }

    @Test("silence keeps the way but consents to nothing")
    func silence() throws {
        let answers = Answers(card: Samples.card, way: .pin, consents: [.drugs: true])
        let choosing = CardSession(
            phase: .choosing(Choosing(answers: answers)), isCardPresent: true)
        let next = try #require(choosing.transition(on: .timeOut(.choosing))?.next)
        guard case .proving(let proving) = next.phase else {
            Issue.record("\(next.phase.name)")
            return
        }
        #expect(proving.answers.consented.isEmpty && proving.answers.way == .pin)
    }

    @Test("a locked PIN cannot be chosen, and leads back to the choice when it locks")
    func locked() throws {
        var card = Samples.card
        card.triesLeft = 0
        let choosing = CardSession(
            phase: .choosing(Choosing(answers: Answers(card: card))), isCardPresent: true)
        #expect(choosing.transition(on: .wayChosen(.pin)) == nil)

        var proving = Proving(answers: Answers(card: Samples.card, way: .pin), way: .pin)
        proving.nonce = Samples.nonce
        proving.attempt = Attempt(.pin)
        let busy = CardSession(phase: .proving(proving), isCardPresent: true)
        for failure in [ProofFailure.wrongPIN(triesLeft: 0), .pinLocked] {
            let next = try #require(busy.transition(on: .proofFailed(failure))?.next)
            guard case .choosing(let choosing) = next.phase else {
                Issue.record("\(next.phase.name)")
                continue
            }
            #expect(choosing.answers.card.isPINLocked && choosing.answers.way == nil)
            #expect(choosing.notice == failure)
        }
    }

    @Test("a nonce that ends while the card is at work is not used for the next try")
    func nonceOver() throws {
        let busy = CardSession(
            phase: .proving(Samples.proving(hasNonce: true, isBusy: true)), isCardPresent: true)
        let over = try #require(busy.transition(on: .timeOut(.nonce))?.next)
        let (next, effects) = try #require(
            over.transition(on: .proofFailed(.wrongPIN(triesLeft: 2))))
        guard case .proving(let proving) = next.phase else {
            Issue.record("\(next.phase.name)")
            return
        }
        #expect(proving.nonce == nil && effects.contains(.fetchNonce))
    }

    @Test("a lost line repeats the same question until the nonce ends")
    func lineLost() throws {
        let asking = CardSession(phase: .asking(Samples.asking), isCardPresent: true)
        let (next, effects) = try #require(asking.transition(on: .lineLost))
        #expect(next == asking)
        #expect(effects == [.ask(Samples.asking, isRepeat: true)])
        let ended = try #require(asking.transition(on: .timeOut(.nonce))?.next)
        #expect(
            ended.phase
                == .recordingOutcome(Outcome(asking: Samples.asking, result: .unknown)))
    }

    @Test("a closed store shows nothing")
    func storeClosed() throws {
        for phase in [
            CardSession.Phase.recordingIntent(Samples.proved),
            .recordingOutcome(
                Outcome(asking: Samples.asking, result: .answer(Samples.acceptance))),
        ] {
            let session = CardSession(phase: phase, isCardPresent: true)
            let next = try #require(session.transition(on: .storeClosed)?.next)
            #expect(next.phase == .ended(.storeClosed, isSeen: false))
        }
    }

    @Test("an expired certificate in its grace shares no record, whatever is answered")
    func grace() throws {
        var card = Samples.card
        card.life = .inGrace
        let choosing = CardSession(
            phase: .choosing(Choosing(answers: Answers(card: card, way: .pin))),
            isCardPresent: true)
        #expect(choosing.transition(on: .consentAnswered(.drugs, true)) == nil)
        #expect(Answers(card: card, consents: [.drugs: true]).consented.isEmpty)
        #expect(choosing.transition(on: .choiceConfirmed)?.next.phase.name == "proving")
    }

    @Test("three months before and after its end a certificate is special")
    func certificateLife() throws {
        let end = try #require(Instant(rfc3339: "2026-05-31T14:59:59Z"))
        for (time, life): (String, CertificateLife) in [
            ("2026-02-28T14:59:58Z", .good), ("2026-02-28T14:59:59Z", .endingSoon),
            ("2026-05-31T14:59:59Z", .endingSoon), ("2026-05-31T15:00:00Z", .inGrace),
            ("2026-08-31T14:59:58Z", .inGrace), ("2026-08-31T14:59:59Z", .over),
        ] {
            let now = try #require(Instant(rfc3339: time))
            #expect(CertificateLife(notAfter: end, at: now) == life, "\(time)")
        }
    }

    @Test("a check-in ends once")
    func checkInEnds() {
        for event in CheckIn.Event.allCases {
            let ended = Samples.checkIn.transition(on: event)
            #expect(ended != nil && ended?.state != .open)
            for again in CheckIn.Event.allCases { #expect(ended?.transition(on: again) == nil) }
            #expect(ended?.opens(.drugs, at: Samples.now) == false)
        }
        #expect(Samples.checkIn.opens(.drugs, at: Samples.now))
        #expect(!Samples.checkIn.opens(.checkups, at: Samples.now))
        #expect(!Samples.checkIn.opens(.drugs, at: Samples.now.adding(seconds: 86_400)))
    }
}
