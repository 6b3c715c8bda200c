internal import Authority
internal import CameraSimulator
internal import CheckIns
internal import ClearinghouseSimulator
internal import Cryptography
internal import FaceMatching
internal import HTTP
package import JSON
internal import Records
package import Terminal
package import VirtualCard

extension WholeDesk {
    /// A desk with a camera for one person, whose card is in the reader; the register may know
    /// somebody else by it.
    package static func facing(
        _ card: CardImage, registered: JSONValue? = nil,
        matcher: (any FaceMatcher)? = Cards.stub,
        camera: (any Camera)? = nil, hasCamera: Bool = true, withoutPINPerDay: Int = .max,
        needsIdentity: Bool = false
    ) async throws -> WholeDesk {
        let person = Somebody(id: card.person, mark: "花子", image: card)
        let file =
            registered
            ?? Somebody.file(id: card.person, mark: "花子", sex: "2", birthDate: "1980-05-03")
        var limits = SessionRunner.Limits(seconds: [:], retrySeconds: 0)
        limits.withoutPINPerDay = withoutPINPerDay
        let faces: @Sendable (CardSlot) -> FaceEquipment = { slot in
            Self.equipment(slot, camera, matcher)
        }
        let people = Population([try PersonFile(parsing: file.canonical)])
        let authority = try Cards.authority.get().certificate
        return try await WholeDesk(
            people: people, cards: [person], authority: authority, limits: limits,
            faces: hasCamera ? faces : nil, needsIdentity: needsIdentity)
    }

    /// A camera that sees the card that lies on the reader.
    private static func equipment(
        _ slot: CardSlot, _ camera: (any Camera)?, _ matcher: (any FaceMatcher)?
    ) -> FaceEquipment {
        let service = CameraService { _ in slot.hasCard ? slot.card?.card.holder : nil }
        return FaceEquipment(service, camera: camera, matcher: matcher)
    }

    /// Claims, chooses a way, and makes the proof that needs nobody's PIN.
    package func checkIn(
        by way: String, reason: String = "pinForgotten",
        consents: JSONValue = ["drugs": true], as token: String = "reception"
    ) async -> JSONValue {
        func asked(_ target: String, _ body: JSONValue?) async -> JSONValue {
            let answer = await ask("POST", target, as: token, body: body)
            return (try? JSONValue(parsing: answer.body)) ?? .null
        }
        let claimed = await asked("/v1/session/claim", nil)
        guard claimed["state"] == "choosing" else { return claimed }
        let chosen = await asked(
            "/v1/session/choice", ["way": .string(way), "consents": consents])
        guard chosen["state"] == "proving" else { return chosen }
        if way == "face" { return await asked("/v1/session/face", nil) }
        return await asked("/v1/session/confirm", ["reason": .string(reason)])
    }
}

extension VirtualCard {
    /// What is printed on the card.
    package var holder: CardHolder? { image.holder }
}

extension Cards {
    /// The stub, which there is in simulations alone.
    package static var stub: (any FaceMatcher)? { StubMatcher(isSimulation: true) }
}
