import AccessHistory
import CameraSimulator
import CheckIns
import Disclosures
import HTTP
import JSON
import MyNumberCard
import Octets
import Terminal
import TestWorlds
import Testing
import VirtualCard

/// Cards with a face, made once.
enum Faces {
    static let sample = Result { try Cards.printed(PrintedOrder()) }
    static let faceOnly = Result {
        var order = PrintedOrder()
        order.form = .faceOnly
        return try Cards.printed(order)
    }

    static let phone = Result {
        var order = PrintedOrder()
        order.form = .phone
        return try Cards.printed(order)
    }

    /// A desk with a camera for the time of a body, the card on its reader.
    static func desk(
        _ card: Result<CardImage, any Error> = sample,
        _ make: (CardImage) async throws -> WholeDesk = { try await WholeDesk.facing($0) },
        _ body: (WholeDesk) async throws -> Void
    ) async throws {
        let desk = try await make(try card.get())
        desk.put()
        do { try await body(desk) } catch {
            try await desk.close()
            throw error
        }
        try await desk.close()
    }
}

@Suite("Checking in by face, over a whole terminal in one process")
struct FaceTests {
    private func outcome(_ desk: WholeDesk) async throws -> HistoryEvent? {
        try await desk.store.events(matching: HistoryQuery()).map(\.event).last
    }

    @Test("the holder's face opens a check-in; statement and entries name the matcher")
    func accepted() async throws {
        try await Faces.desk { desk in
            let view = await desk.checkIn(by: "face")
            #expect(view["closing"]?["kind"] == "accepted", "\(view)")
            #expect(view["identity"] == "agrees")
            let id = try #require(view["checkIn"]?.stringValue)
            let way = try #require(await desk.book.checkIn(id: id)?.way)
            #expect(way == .face(matcher: "stub (simulation)", scorePerMille: 1000))
            let drugs = await desk.ask("GET", "/v1/check-ins/\(id)/drugs", as: "clinician")
            #expect(drugs.status == 200)
            let events = try await desk.store.events(matching: HistoryQuery()).map(\.event)
            let ways = events.filter { [.proof, .intent, .outcome].contains($0.kind) }.map(\.way)
            #expect(ways.allSatisfy { $0 == VerificationWay(way) } && ways.count >= 3)
            let signed = try #require(events.compactMap(\.statement).first)
            let statement = try Statement(canonical: signed.octets)
            #expect(statement.way == way)
            #expect(events.contains { $0.kind == .outcome && $0.reason == "identity.agrees" })
            // Every PIN has all its tries.
            #expect(desk.slot.log.pinCount > 0 && desk.slot.triesLeft == 3)
            #expect(desk.slot.card?.card.counters.triesLeft["text/0015"] ?? 10 == 10)
        }
    }

    @Test("another's face is a miss that the card counts, a match clears it, ten lock")
    func misses() async throws {
        try await Faces.desk { desk in
            desk.camera?.order { $0.face = .other(photo: Cards.photo(of: "somebody else")) }
            for left in stride(from: 9, through: 6, by: -1) {
                let view = await desk.checkIn(by: "face")
                #expect(view["type"]?.stringValue?.hasSuffix("face-missed") == true, "\(view)")
                #expect(desk.slot.card?.card.counters.triesLeft[CardImage.faceName] == left)
            }
            desk.camera?.order { $0.face = .holder }
            #expect(await desk.checkIn(by: "face")["closing"]?["kind"] == "accepted")
            #expect(desk.slot.card?.card.counters.triesLeft[CardImage.faceName] == 10)
            desk.camera?.order { $0.face = .other(photo: Cards.photo(of: "somebody else")) }
            for _ in 0..<10 { _ = await desk.checkIn(by: "face") }
            desk.camera?.order { $0.face = .holder }
            let locked = await desk.checkIn(by: "face")
            #expect(locked["type"]?.stringValue?.hasSuffix("face-locked") == true, "\(locked)")
            let failures = try await desk.store.events(matching: HistoryQuery()).map(\.event)
                .filter { $0.kind == .proof && $0.reason == "faceMissed" }
            #expect(failures.count == 14 && failures.last?.outcome == .locked)
            // The other ways are open, and none of them opens this one again.
            #expect(await desk.checkIn(by: "visualCheck")["closing"]?["kind"] == "accepted")
            #expect(await desk.checkIn().status == 200)
            let still = await desk.checkIn(by: "face")
            #expect(still["type"]?.stringValue?.hasSuffix("face-locked") == true)
        }
    }

    @Test(
        "what nobody can decide is no miss",
        arguments: [CameraScene.Face.blurred, .nobody])
    func undecided(face: CameraScene.Face) async throws {
        try await Faces.desk { desk in
            desk.camera?.order { $0.face = face }
            for _ in 0..<3 {
                let view = await desk.checkIn(by: "face")
                #expect(view["type"]?.stringValue?.hasSuffix("face-undecided") == true, "\(view)")
            }
            #expect(desk.slot.card?.card.counters.triesLeft[CardImage.faceName] ?? 10 == 10)
            // In the same session the next look decides.
            desk.camera?.order { $0.face = .holder }
            let again = await desk.ask("POST", "/v1/session/face", as: "reception")
            #expect(again.status == 200)
        }
    }

    @Test("a number that fits no card is tried once a card, closes the face way and no other")
    func wrongNumber() async throws {
        try await Faces.desk { desk in
            desk.camera?.order { $0.print = .wrongCode }
            let view = await desk.checkIn(by: "face")
            #expect(view["type"]?.stringValue?.hasSuffix("photo-unreadable") == true, "\(view)")
            #expect(desk.slot.card?.card.counters.triesLeft["text/0015"] == 9)
            let accepted = try JSONValue(parsing: await desk.checkIn().body)
            #expect(accepted["identity"] == "unchecked")
            for _ in 0..<8 { _ = await desk.ask("POST", "/v1/session/claim") }
            // The holder keeps some for other places.
            let left = desk.slot.card?.card.counters.triesLeft["text/0015"] ?? 0
            #expect(left >= CardSurface.fewestTries - 1)
        }
    }

    @Test("a card that is pulled while its face is compared owes the miss")
    func pulled() async throws {
        let held = HeldMatcher()
        let make: (CardImage) async throws -> WholeDesk = {
            try await WholeDesk.facing($0, matcher: held)
        }
        try await Faces.desk(Faces.sample, make) { desk in
            for _ in 0..<2 {
                let answer = Task { await desk.checkIn(by: "face") }
                await held.untilAsked()
                desk.pull()
                #expect(try await desk.state("interrupted"))
                held.answer(.score(perMille: 3))
                _ = await answer.value
                let isNoted = try await desk.until {
                    let last = try? await desk.store.events(matching: HistoryQuery()).last
                    return last?.event.reason == "faceMissed"
                }
                #expect(isNoted)
                desk.put()
                #expect(try await desk.state("choosing"))
            }
            // The card learns of both as soon as it is looked at.
            let isTold = try await desk.until {
                desk.slot.card?.card.counters.triesLeft[CardImage.faceName] == 8
            }
            #expect(isTold)
        }
    }

    @Test("a card without a count of its own locks by the terminal's")
    func uncounted() async throws {
        var image = try Faces.sample.get()
        image.keepsFaceCount = false
        let counted = Result<CardImage, any Error>.success(image)
        try await Faces.desk(counted) { desk in
            desk.camera?.order { $0.face = .other(photo: Cards.photo(of: "somebody else")) }
            for _ in 0..<10 { _ = await desk.checkIn(by: "face") }
            desk.camera?.order { $0.face = .holder }
            let locked = await desk.checkIn(by: "face")
            #expect(locked["type"]?.stringValue?.hasSuffix("face-locked") == true, "\(locked)")
        }
    }

    @Test("a chip that does not prove its own key is not the card that it shows")
    func clone() async throws {
        var image = try Faces.sample.get()
        let other = try Cards.printed(PrintedOrder())
        // The files of one card, the key of another: a copy of what can be read.
        image.copiedChipKey = other.chip?.key
        try await Faces.desk(.success(image)) { desk in
            let view = await desk.checkIn(by: "face")
            #expect(view["type"]?.stringValue?.hasSuffix("bad-signature") == true, "\(view)")
        }
    }

    @Test("a terminal lets only so many in without a PIN a day; the PIN stays open")
    func cap() async throws {
        let make: (CardImage) async throws -> WholeDesk = {
            try await WholeDesk.facing($0, withoutPINPerDay: 2)
        }
        try await Faces.desk(Faces.sample, make) { desk in
            #expect(await desk.checkIn(by: "face")["closing"]?["kind"] == "accepted")
            #expect(await desk.checkIn(by: "visualCheck")["closing"]?["kind"] == "accepted")
            for way in ["face", "visualCheck"] {
                let view = await desk.checkIn(by: way)
                #expect(view["type"]?.stringValue?.hasSuffix("without-pin-cap") == true, "\(view)")
            }
            #expect(await desk.checkIn().status == 200)
            desk.clock.advance(seconds: 86_400)
            #expect(await desk.checkIn(by: "face")["closing"]?["kind"] == "accepted")
        }
    }

    @Test("a card issued without a PIN is known as one: the face and staff prove its holder")
    func faceOnly() async throws {
        try await Faces.desk(Faces.faceOnly) { desk in
            let claimed = try JSONValue(
                parsing: await desk.ask("POST", "/v1/session/claim").body)
            #expect(claimed["cardKind"] == "faceOnly")
            #expect(claimed["closedWays"] == ["pin": "noPIN"])
            let pin = await desk.checkIn()
            #expect((try? Problem(json: JSONValue(parsing: pin.body)))?.name == "no-pin")
            #expect(await desk.checkIn(by: "face")["closing"]?["kind"] == "accepted")
            #expect(await desk.checkIn(by: "visualCheck")["closing"]?["kind"] == "accepted")
        }
    }

    @Test("a card in a telephone is known as one, and nothing is asked of its holder")
    func phone() async throws {
        try await Faces.desk(Faces.phone) { desk in
            let view = try JSONValue(parsing: await desk.ask("POST", "/v1/session/claim").body)
            #expect(view["closing"]?["problem"]?["type"] == "urn:madoguchi:problem:phone")
            for way in ["pin", "face", "visualCheck"] {
                let body: JSONValue = ["way": .string(way), "consents": [:]]
                #expect(await desk.ask("POST", "/v1/session/choice", body: body).status == 409)
            }
            #expect(desk.slot.log.pinCount == 0 && desk.slot.triesLeft == 3)
        }
    }

    @Test("without a camera there is no face way, and staff compare at the desk")
    func noCamera() async throws {
        let make: (CardImage) async throws -> WholeDesk = {
            try await WholeDesk.facing($0, hasCamera: false)
        }
        try await Faces.desk(Faces.sample, make) { desk in
            let view = await desk.checkIn(by: "face")
            #expect(view["type"]?.stringValue?.hasSuffix("no-camera") == true, "\(view)")
            let accepted = try JSONValue(parsing: await desk.checkIn().body)
            #expect(accepted["identity"] == "unchecked")
        }
    }
}

@Suite("Two readers with one camera")
struct TwoReaderTests {
    /// Counts nothing.
    private actor Forgetful: FailureVault {
        func failures(on reader: String) -> KeptFailures { .none }
        func keep(_ failures: FailureCount, on reader: String) {}
    }

    @Test(
        "misses that can no longer be read leave cards without a count one more, and tell no other")
    func unreadable() async throws {
        actor Broken: FailureVault {
            func failures(on reader: String) -> KeptFailures { .unreadable }
            func keep(_ failures: FailureCount, on reader: String) {}
        }
        for keepsCount in [true, false] {
            var image = try Faces.sample.get()
            image.keepsFaceCount = keepsCount
            let holder = image.holder
            let service = CameraService { _ in holder }
            let slot = CardSlot(VirtualCard(image))
            let desk = FaceDesk(
                reader: slot, name: "one", camera: SceneCamera(service), matcher: Cards.stub,
                watch: FaceWatch(vault: Broken()) { $0.hex }, clock: PatientClock())
            let card = try await slot.port.readCard().get()
            guard case .seen(let seen) = await desk.look(at: card) else {
                Issue.record("not seen")
                return
            }
            #expect(seen.faceTriesLeft == (keepsCount ? 10 : 1))
            service.order { $0.face = .other(photo: Cards.photo(of: "somebody else")) }
            guard case .failed(.faceMissed(_, let left)) = await desk.match(card) else {
                Issue.record("no miss")
                return
            }
            #expect(left == (keepsCount ? 9 : 0))
        }
    }

    @Test("a matcher that takes its time at one reader holds up no other")
    func noneWaits() async throws {
        let image = try Faces.sample.get()
        let watch = FaceWatch(vault: Forgetful()) { $0.hex }
        let camera = SceneCamera(CameraService { _ in image.holder })
        let held = HeldMatcher()
        func desk(_ name: String, _ matcher: (any FaceMatcher)?) -> (FaceDesk, CardSlot) {
            let slot = CardSlot(VirtualCard(image))
            return (
                FaceDesk(
                    reader: slot, name: name, camera: camera, matcher: matcher, watch: watch,
                    clock: PatientClock()), slot
            )
        }
        let (slow, slot) = desk("one", held)
        let (quick, _) = desk("two", Cards.stub)
        let card = try await slot.port.readCard().get()
        let waiting = Task { await slow.match(card) }
        await held.untilAsked()
        #expect(await quick.match(card) == .matched(perMille: 1000))
        #expect(await quick.look(at: card) != .unseen(.cardFailed))
        held.answer(.score(perMille: 700))
        #expect(await waiting.value == .matched(perMille: 700))
    }
}

/// A matcher that answers when the test says so.
final class HeldMatcher: FaceMatcher {
    let name = "held"
    let matchPerMille = 500
    private let (asked, askedNow) = AsyncStream.makeStream(of: Void.self)
    private let (answers, answersNow) = AsyncStream.makeStream(of: FaceVerdict.self)

    func untilAsked() async { for await _ in asked { return } }
    func answer(_ verdict: FaceVerdict) { answersNow.yield(verdict) }

    func compare(photo: [UInt8], with frame: [UInt8]) async -> FaceVerdict {
        askedNow.yield()
        for await verdict in answers { return verdict }
        return .undecided(.matcherFailed)
    }
}
