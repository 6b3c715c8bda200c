import AccessHistory
import CameraSimulator
import CheckIns
import Disclosures
import HTTP
import JSON
import Records
import Synchronization
import Terminal
import TestWorlds
import Testing
import VirtualCard

/// What was seen of a situation.
struct Seen {
    /// The view once the card was read, as the patient sees it.
    var claimed: JSONValue = .null
    /// How it ended, as the patient sees it, and as the member of staff does.
    var patient: JSONValue = .null
    var staff: JSONValue = .null
    /// The problem, where it ended with one.
    var problem: Problem?
    /// What the history kept.
    var events: [HistoryEvent] = []
    /// The tries left on the card.
    var pinTries: Int?
    var faceTries: Int?
}

extension Situation {
    /// Plays the situation on a whole terminal.
    func play() async throws -> Seen {
        let image = try SituationCards.image(self)
        let bound =
            image.authentication == nil || special == .unbound
            ? try SituationCards.plain() : image
        let desk = try await WholeDesk.facing(
            bound, registered: registered, matcher: eye == .silentMatcher ? Silent() : Cards.stub,
            hasCamera: eye != .absent, withoutPINPerDay: isCapReached ? 0 : .max)
        do {
            let seen = try await play(on: desk, image)
            try? await desk.close()
            return seen
        } catch {
            try? await desk.close()
            throw error
        }
    }

    private func play(on desk: WholeDesk, _ image: CardImage) async throws -> Seen {
        let counters = PINCounters(triesLeft: [
            CardImage.pinName: pinTries, CardImage.faceName: faceTries,
        ])
        if isPaused { await failTenTimes(on: desk, image) }
        order(desk)
        if case .pad(let keys, _) = act { desk.slot.type(keys) }
        let card = VirtualCard(image, counters: counters)
        switch special {
        case .mute:
            desk.put(FaultyCard(card, plan: FaultPlan([1: .mute, 2: .mute, 3: .mute])))
        case .pulled: desk.put(FaultyCard(card, plan: FaultPlan([2: .pulledBefore])))
        case .held:
            desk.slot.hold(true)
            desk.put(card)
        default: desk.put(card)
        }
        var seen = Seen()
        seen.claimed = try json(await desk.ask("POST", "/v1/session/claim"))
        var answer = seen.claimed
        if answer["state"] == "choosing" { answer = try await prove(on: desk) }
        seen.staff = answer
        seen.patient = try json(await desk.ask("GET", "/v1/session"))
        seen.problem =
            (try? Problem(json: answer["closing"]?["problem"] ?? answer))
            .flatMap { answer["closing"]?["kind"] == "accepted" ? nil : $0 }
        seen.pinTries = desk.slot.card?.card.pinTriesLeft
        seen.faceTries = desk.slot.card?.card.counters.triesLeft[CardImage.faceName]
        if !isHistoryClosed { seen.events = try await events(on: desk, seen) }
        return seen
    }

    /// What the history tells once it tells all: a refusal, an end and a failed proof are told to
    /// whoever waits while their entries are being written.
    private func events(on desk: WholeDesk, _ seen: Seen) async throws -> [HistoryEvent] {
        let awaited: EventKind? =
            switch seen.patient["state"]?.stringValue {
            case "refused": .cardRefused
            case "ended": .sessionEnded
            default: isTried(seen.patient["proofFailure"]?.stringValue) ? .proof : nil
            }
        let session = seen.patient["session"]?.stringValue
        let isWritten = try await desk.until {
            guard let awaited else { return true }
            let events = try? await desk.store.events(matching: HistoryQuery()).map(\.event)
            return events?.contains { event in
                event.kind == awaited && (awaited == .proof || event.cardSession == session)
            } == true
        }
        #expect(isWritten, "\(seen.patient)")
        // A card that lay there before it was claimed may have been read and refused once already.
        return try await desk.store.events(matching: HistoryQuery()).map(\.event).filter {
            $0.kind != .cardRefused || $0.cardSession == session
        }
    }

    /// Whether a proof that failed so was tried; else its way was closed before.
    private func isTried(_ failure: String?) -> Bool {
        guard let failure else { return false }
        let trouble = LookTrouble(rawValue: failure)
        return failure != "faceLocked" && (trouble == nil || trouble == .wrongNumber)
    }

    private func json(_ response: HTTPResponse) throws -> JSONValue {
        try JSONValue(parsing: response.body)
    }

    private func order(_ desk: WholeDesk) {
        desk.camera?.order { scene in
            switch eye {
            case .holder, .absent, .silentMatcher: break
            case .otherFace: scene.face = .other(photo: Cards.photo(of: "somebody else"))
            case .blurred: scene.face = .blurred
            case .nobody: scene.face = .nobody
            case .wrongCode: scene.print = .wrongCode
            case .cardFaceDown: scene.print = .nothing
            }
        }
    }

    private func prove(on desk: WholeDesk) async throws -> JSONValue {
        let way =
            switch act {
            case .pin, .pad: "pin"
            case .face: "face"
            case .visual: "visualCheck"
            }
        if reply == .noNonce {
            await desk.trouble(.unreachable, requests: 1, path: "/v1/challenges")
        }
        let shared: JSONValue = ["drugs": .bool(consents), "checkups": .bool(consents)]
        let chosen = try json(
            await desk.ask(
                "POST", "/v1/session/choice", body: ["way": .string(way), "consents": shared]))
        guard chosen["state"] == "proving" else { return chosen }
        switch reply {
        case .lost: await desk.trouble(.lineLost, requests: 1000, path: "/v1/checks")
        case .forged: await desk.trouble(.wrongSignature, requests: 1, path: "/v1/checks")
        case .down: await desk.trouble(.down, requests: 1, path: "/v1/checks")
        default: break
        }
        if isHistoryClosed { try await desk.store.close() }
        if special == .suspended || special == .revoked {
            try desk.withdraw(
                certificateOf: SituationCards.image(self), forGood: special == .revoked)
        }
        if special == .swapped { desk.slot.put(VirtualCard(try SituationCards.plain())) }
        return try json(await act(on: desk))
    }

    private func act(on desk: WholeDesk) async throws -> HTTPResponse {
        switch act {
        case .face: return await desk.ask("POST", "/v1/session/face", as: "reception")
        case .visual(let token):
            return await desk.ask(
                "POST", "/v1/session/confirm", as: token, body: ["reason": "pinForgotten"])
        case .pin(let pin, let spendsLastTry): return try await enter(pin, spendsLastTry, on: desk)
        case .pad(_, let spendsLastTry): return try await enter("", spendsLastTry, on: desk)
        }
    }

    private func enter(
        _ pin: String, _ spendsLastTry: Bool, on desk: WholeDesk
    ) async throws -> HTTPResponse {
        var headers: [(String, String)] = []
        if spendsLastTry {
            let token = try json(await desk.ask("POST", "/v1/session/last-try"))
            headers = [("Madoguchi-Last-Try", token["token"]?.stringValue ?? "")]
        }
        return await desk.ask("/v1/session/pin", pin: pin, as: "reception", headers: headers)
    }

    /// Ten wrong PINs on one reader, over cards that have all their tries.
    private func failTenTimes(on desk: WholeDesk, _ image: CardImage) async {
        desk.put(VirtualCard(image))
        for _ in 0..<5 {
            for _ in 0..<2 { _ = await desk.checkIn(pin: "0000") }
            desk.slot.put(VirtualCard(image))
        }
    }

    /// The person whom the clearinghouse knows by the card.
    private var registered: JSONValue {
        let birthDate = reply == .otherBirthDate ? "1980-05-04" : "1980-05-03"
        let name =
            switch reply {
            case .otherName: "別人 花子"
            case .unmappable: "見● 花子"
            default: "見本 花子"
            }
        let sex = reply == .otherSex ? "1" : reply == .unknownSex ? "3" : "2"
        let file = Somebody.file(id: "sample", mark: "花子", sex: sex, birthDate: birthDate)
        guard case .object(var fields) = file else { return file }
        fields["identity"] = [
            "name": .string(name), "sex": .string(sex), "birthDate": .string(birthDate),
        ]
        switch reply {
        case .invalid:
            fields["qualification"] = [
                "validity": "2",
                "entitlements": [["classification": "01", "insurerNumber": "01010011"]],
            ]
        case .notFound: fields["qualification"] = ["validity": "4", "entitlements": []]
        default: break
        }
        return .object(fields)
    }
}

/// A matcher that is given up.
private struct Silent: FaceMatcher {
    let name = "silent 1.0"
    let matchPerMille = 800
    func compare(photo: [UInt8], with frame: [UInt8]) async -> FaceVerdict {
        .undecided(.matcherSilent)
    }
}

/// The cards of the situations, each made once.
enum SituationCards {
    private static let made = Mutex<[PrintedOrder: CardImage]>([:])

    /// The sample's own card with nothing special about it.
    static func plain() throws -> CardImage {
        var order = PrintedOrder()
        order.name = "見本　花子"
        return try image(order)
    }

    static func image(_ situation: Situation) throws -> CardImage {
        var order = PrintedOrder()
        (order.form, order.daysLeft) = (situation.form, situation.daysLeft)
        switch situation.special {
        case .noCertificate: order.hasCertificate = false
        case .foreignAuthority: order.isForeign = true
        case .wrongUsage: order.hasWrongUsage = true
        case .notYetValid: order.daysOld = -10
        case .nothing, .mute, .pulled, .held, .swapped, .unbound, .suspended, .revoked: break
        }
        return try image(order)
    }

    private static func image(_ order: PrintedOrder) throws -> CardImage {
        if let image = made.withLock({ $0[order] }) { return image }
        let image = try Cards.printed(order)
        made.withLock { $0[order] = image }
        return image
    }
}
