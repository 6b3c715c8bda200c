package import Records

/// What was read of a card with the number (照合番号B) that stands on its face.
package enum CardLook: Hashable, Sendable {
    /// Nobody looks.
    case absent
    /// Camera and card are at work.
    case pending
    /// It was read.
    case seen(SeenCard)
    /// It was not.
    case unseen(LookTrouble)

    /// A word for programs, without anything that was read.
    package var word: String {
        switch self {
        case .absent: "absent"
        case .pending: "pending"
        case .seen: "seen"
        case .unseen(let trouble): trouble.rawValue
        }
    }
}

/// What a card says of its holder once its face was seen.
package struct SeenCard: Hashable, Sendable {
    /// Name, birth date and sex from the card's text application.
    package var identity: PrintedIdentity
    /// The misses of faces that are left, where the card or the terminal counted any; zero means
    /// locked.
    package var faceTriesLeft: Int?

    /// A card that was seen.
    package init(identity: PrintedIdentity, faceTriesLeft: Int? = nil) {
        (self.identity, self.faceTriesLeft) = (identity, faceTriesLeft)
    }
}

/// Why what is printed on a card was not read.
package enum LookTrouble: String, Error, Hashable, Sendable, CaseIterable {
    /// The camera does not answer.
    case cameraAway
    /// The camera sees no card.
    case nothingSeen
    /// The number that the camera read does not open this card. It is not tried again.
    case wrongNumber
    /// Too few tries are left on the number to spend one on what a machine read.
    case tooFewTries
    /// The number is locked; the municipal office unlocks.
    case numberLocked
    /// The card keeps no text or no photo.
    case notOnCard
    /// The card stopped answering, or answered what cannot be.
    case cardFailed

    /// Whether looking again can do no good with this card today.
    package var isFinal: Bool {
        switch self {
        case .wrongNumber, .tooFewTries, .numberLocked, .notOnCard: true
        case .cameraAway, .nothingSeen, .cardFailed: false
        }
    }
}

/// Why nobody could decide whether two faces are one.
package enum FaceTrouble: String, Hashable, Sendable, CaseIterable {
    /// The camera does not answer.
    case cameraAway
    /// The camera sees no face.
    case noFace
    /// The picture is too bad.
    case blurred
    /// The matcher could not be started, or ended without an answer.
    case matcherFailed
    /// The matcher did not answer in time.
    case matcherSilent
    /// The matcher's answer is none.
    case matcherNonsense
}

extension CardSessionEvent {
    /// What is written down of a look at a card: a number that was tried and refused.
    func notes(of card: PresentedCard) -> [CardSessionEffect] {
        switch self {
        case .cardUnseen(let trouble) where trouble.isFinal && trouble != .notOnCard:
            [.note(.numberRefused(card, trouble))]
        default: []
        }
    }
}

extension Answers {
    /// The answers once the card was looked at; nothing where nobody waits for that.
    func looked(at event: CardSessionEvent) -> Answers? {
        guard look == .pending else { return nil }
        var next = self
        switch event {
        case .cardSeen(let seen):
            next.look = .seen(seen)
            if seen.faceTriesLeft == 0 { next.card.closedWays[.face] = .faceLocked }
        case .cardUnseen(let trouble):
            next.look = .unseen(trouble)
            if trouble.isFinal { next.card.closedWays[.face] = .photoUnreadable }
        default: return nil
        }
        if let way = next.way, way == .face, !next.card.offers(way) { next.way = nil }
        return next
    }
}
