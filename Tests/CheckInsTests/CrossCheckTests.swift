import CheckIns
import JSON
import Octets
import Records
import Testing

@Suite("The person of the answer and the person of the card")
struct CrossCheckTests {
    static func acceptance(_ holders: [PersonIdentity]) -> Acceptance {
        var acceptance = Samples.acceptance
        acceptance.qualification = Qualification(
            validity: .valid,
            entitlements: holders.map {
                Entitlement(holder: $0, classification: .general, insurerNumber: "01010011")
            })
        return acceptance
    }

    static func holder(
        _ name: String = "見本 花子", sex: Sex = .female, day: Int = 3
    ) -> PersonIdentity {
        PersonIdentity(name: name, sex: sex, birthDate: Samples.date(1980, 5, day))
    }

    static func asking(_ look: CardLook) -> Asking {
        var asking = Samples.asking
        asking.proved.answers.look = look
        return asking
    }

    /// What the answer names, what was seen of the card, and where that leads.
    static let rows: [(holders: [PersonIdentity], look: CardLook, leads: IdentityStanding?)] = [
        ([holder()], .seen(Samples.seen), .agrees),
        ([holder("ﾐﾎﾝ 花子")], .seen(Samples.seen), .undecided),
        ([holder("見本花子")], .seen(Samples.seen), .agrees),
        ([holder("見●花子")], .seen(Samples.seen), .agreesWithUnknown),
        ([holder("別人 花子")], .seen(Samples.seen), .undecided),
        ([holder(sex: .male)], .seen(Samples.seen), .undecided),
        ([holder(sex: .unset)], .seen(Samples.seen), .agrees),
        ([holder(day: 4)], .seen(Samples.seen), nil),
        ([holder(), holder(day: 4)], .seen(Samples.seen), nil),
        ([holder(), holder("別人 花子")], .seen(Samples.seen), .undecided),
        ([], .seen(Samples.seen), .unchecked),
        ([holder(day: 4)], .absent, .unchecked), ([holder(day: 4)], .pending, .unchecked),
        ([holder(day: 4)], .unseen(.wrongNumber), .unchecked),
    ]

    @Test("an answer about somebody born on another day opens nothing; a name leaves it to staff")
    func leads() throws {
        for (number, row) in Self.rows.enumerated() {
            let asking = Self.asking(row.look)
            let acceptance = Self.acceptance(row.holders)
            let asked = CardSession(phase: .asking(asking), isCardPresent: true)
            let step = try #require(asked.transition(on: .asked(.answer(acceptance))))
            let place = HistoryPlace(origin: "o", index: 8)
            let (next, effects) = try #require(step.next.transition(on: .recorded(place)))
            let accepted = Accepted(asking: asking, acceptance: acceptance, place: place)
            if let standing = row.leads {
                #expect(next.phase == .accepted(accepted, isSeen: false), "row \(number)")
                #expect(effects.contains(.openCheckIn(accepted)))
                #expect(accepted.identity == standing, "row \(number)")
            } else {
                #expect(next.phase == .answered(.otherPerson, isSeen: false), "row \(number)")
                #expect(effects.contains(.returnGrant(accepted)))
                #expect(!effects.contains(.openCheckIn(accepted)))
            }
        }
    }

    @Test("an undecided check-in opens no record until staff decide")
    func undecided() throws {
        func checkIn(_ identity: IdentityStanding) -> CheckIn {
            CheckIn(
                id: "1", number: 1, openedAt: Samples.now, patient: "p",
                certificate: Samples.digest(1), statement: Samples.digest(2), way: .pin,
                grant: Samples.grant, identity: identity)
        }
        for identity in IdentityStanding.allCases {
            let checkIn = checkIn(identity)
            #expect(checkIn.opens(.drugs, at: Samples.now) == (identity != .undecided))
            let asks = identity == .undecided || identity == .unchecked
            let confirmed = checkIn.confirmed()
            #expect((confirmed != nil) == asks)
            #expect(try CheckIn(json: checkIn.json) == checkIn)
            #expect(confirmed.map { $0.opens(.drugs, at: Samples.now) } ?? true)
            #expect(checkIn.transition(on: .closed)?.confirmed() == nil)
        }
    }

    @Test("a check-in by word of mouth is kept as such: no card, no way, who heard the consent")
    func spoken() throws {
        for kind in SpokenConsent.Kind.allCases {
            let checkIn = CheckIn(
                id: "1", number: 1, openedAt: Samples.now, patient: "p", certificate: nil,
                statement: Samples.digest(2), way: nil, grant: Samples.grant, chart: "K-1",
                spoken: SpokenConsent(kind, heardBy: "受付 花子"))
            #expect(try CheckIn(json: checkIn.json) == checkIn)
            #expect(checkIn.opens(.drugs, at: Samples.now))
            #expect(checkIn.json["certificate"] == nil && checkIn.json["way"] == nil)
            let ended = try #require(checkIn.transition(on: .withdrawn))
            #expect(ended.spoken == checkIn.spoken && ended.owesWithdrawal)
        }
    }

    @Test("the certificate's end is kept with the check-in, and judged at its day")
    func certificateEnds() throws {
        let ends: [(Int64, CertificateLife)] = [
            (400, .good), (80, .endingSoon), (0, .endingSoon), (-10, .inGrace),
        ]
        for (days, life) in ends {
            let checkIn = CheckIn(
                id: "1", number: 1, openedAt: Samples.now, patient: "p",
                certificate: Samples.digest(1), statement: Samples.digest(2), way: .pin,
                grant: Samples.grant, certificateEnds: Samples.now.adding(seconds: days * 86_400))
            #expect(checkIn.certificateLife == life)
            #expect(try CheckIn(json: checkIn.json) == checkIn)
        }
        #expect(Samples.checkIn.certificateLife == nil)
    }

    @Test("a card is looked at when it is new, and no proof begins before that is over")
    func looks() throws {
        var card = Samples.card
        card.isLookedAt = true
        let reading = CardSession(phase: .reading(Reading()), isCardPresent: true)
        let (next, effects) = try #require(reading.transition(on: .cardRead(card)))
        #expect(effects.contains(.lookAtCard(card)))
        #expect(next.phase.answers?.look == .pending)
        for session in Samples.sessions {
            for event in Samples.events {
                guard let step = session.transition(on: event) else { continue }
                for effect in step.effects {
                    switch effect {
                    case .proveByPIN(let proving, _, _), .matchFace(let proving):
                        #expect(proving.answers.look != .pending)
                        guard case .proving(let before) = session.phase else {
                            Issue.record("\(session.phase.name) proves")
                            continue
                        }
                        #expect(before.isReady)
                    default: continue
                    }
                }
            }
        }
        // What was looked up before an interruption is looked up again.
        let interrupted = CardSession(
            phase: .interrupted(Samples.looking(.seen(Samples.seen))), isCardPresent: false)
        let again = try #require(interrupted.transition(on: .cardInserted)?.next)
        let resumed = try #require(again.transition(on: .cardRead(card)))
        #expect(resumed.effects.contains(.lookAtCard(card)))
    }
}

@Suite("The way of faces")
struct FaceWayTests {
    private func then(
        _ session: inout CardSession, _ event: CardSessionEvent
    ) throws -> [CardSessionEffect] {
        let step = try #require(session.transition(on: event), "\(event.name)")
        session = step.next
        return step.effects
    }

    @Test("a face is matched, and the terminal signs who matched it and how well")
    func matched() throws {
        var session = CardSession(
            phase: .proving(Samples.facing(.seen(Samples.seen), hasNonce: true, isBusy: false)),
            isCardPresent: true)
        let began = try then(&session, .faceShown(matcher: "m", recipient: "s"))
        #expect(began.count == 1)
        #expect(session.transition(on: .faceShown(matcher: "m", recipient: nil)) == nil)
        #expect(session.transition(on: .backToChoice) == nil)
        let signs = try then(&session, .faceMatched(scorePerMille: 912))
        guard case .proveByTerminal(_, let attempt, _)? = signs.first else {
            Issue.record("nobody signs")
            return
        }
        #expect(attempt == Attempt(.face(matcher: "m", scorePerMille: 912), recipient: "s"))
        let recorded = try then(&session, .proved(statement: [1], signature: [2]))
        guard case .recordIntent(let proved)? = recorded.first else {
            Issue.record("no intent")
            return
        }
        #expect(proved.attempt == attempt)
    }

    @Test("the tenth miss, a locked face and a number that fits no photo close the way")
    func closes() throws {
        let busy = CardSession(
            phase: .proving(Samples.facing(.seen(Samples.seen), hasNonce: true, isBusy: true)),
            isCardPresent: true)
        let rows: [(failure: ProofFailure, closure: WayClosure?)] = [
            (.faceMissed(scorePerMille: 4, triesLeft: 9), nil),
            (.faceMissed(scorePerMille: 4, triesLeft: nil), nil),
            (.faceMissed(scorePerMille: 4, triesLeft: 0), .faceLocked),
            (.faceLocked, .faceLocked), (.faceUndecided(.matcherSilent), nil),
            (.photoUnread(.nothingSeen), nil), (.photoUnread(.wrongNumber), .photoUnreadable),
            (.withoutPINCap, .withoutPINCap),
        ]
        for row in rows {
            let next = try #require(busy.transition(on: .proofFailed(row.failure)))
            let answers = try #require(next.next.phase.answers)
            #expect(answers.card.closure(of: .face) == row.closure, "\(row.failure)")
            #expect(next.next.phase.name == (row.closure == nil ? "proving" : "choosing"))
            guard row.closure != nil else { continue }
            #expect(answers.way == nil)
            #expect(next.next.transition(on: .wayChosen(.face)) == nil)
            #expect(next.next.transition(on: .choiceMade(.face, [:])) == nil)
            #expect(next.next.transition(on: .wayChosen(.pin)) != nil)
            for case .note(.proofFailed(_, let way, _, _)) in next.effects {
                guard case .faceMissed(let score, _) = row.failure else { continue }
                #expect(way == .face(matcher: "m", scorePerMille: score))
            }
        }
    }

    @Test("a face that is found locked while the proof waits leads back to the choice")
    func lockedMeanwhile() throws {
        let waiting = CardSession(
            phase: .proving(Samples.facing(.pending, hasNonce: true, isBusy: false)),
            isCardPresent: true)
        let locked = SeenCard(identity: Samples.printed, faceTriesLeft: 0)
        let next = try #require(waiting.transition(on: .cardSeen(locked))?.next)
        guard case .choosing(let choosing) = next.phase else {
            Issue.record("\(next.phase.name)")
            return
        }
        #expect(choosing.notice == .faceLocked && choosing.answers.way == nil)
        #expect(choosing.answers.look == .seen(locked))
    }

    @Test("no way that is closed leads to a proof")
    func closedWays() {
        for session in Samples.sessions {
            for event in Samples.events {
                guard let next = session.transition(on: event)?.next,
                    case .proving(let proving) = next.phase, session.phase.name != "proving"
                else { continue }
                #expect(proving.answers.card.offers(proving.way))
            }
        }
    }
}
