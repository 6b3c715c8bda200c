internal import JSON
package import Octets
package import Records

/// One thing that happened to a patient's data, or to the access history itself: who, when,
/// where, whose, why and with what result. Never the data itself.
///
/// Its canonical JSON is what an entry of the access history seals and commits to; the form is
/// final (`HistoryEvent.version`), words may be added to its vocabularies.
package struct HistoryEvent: Hashable, Sendable {
    /// The version of the form.
    package static let version = 1
    /// The longest canonical form, in octets.
    package static let longestOctetCount = 32 * 1024

    /// What happened.
    package var kind: EventKind
    /// When, by the terminal's clock.
    package var time: Instant
    /// How far that clock was to be trusted.
    package var timeQuality: TimeQuality
    /// The terminal it happened at.
    package var place: TerminalPlace
    /// Who did it.
    package var actor: EventActor
    /// Whose data; absent for acts that concern nobody's.
    package var patient: PatientReference?
    /// What an intent is about to ask, repeated by what closes it.
    package var act: ClearinghouseAct?
    /// How the holder was proved to be the patient (本人確認).
    package var way: VerificationWay?
    /// The consent (同意) that the act rests on, or that was expressed by it.
    package var consent: ConsentNote?
    /// Which item of information (情報項目).
    package var item: DisclosedItem?
    /// What for.
    package var purpose: DisclosurePurpose?
    /// How it ended.
    package var outcome: EventOutcome?
    /// Why, as a stable word or the type of the problem that was answered.
    package var reason: String?
    /// Tries the card has left after a proof by PIN.
    package var triesLeft: Int?
    /// SHA-256 of the answer that was disclosed (canonical JSON), never the answer.
    package var answerDigest: SHA256Digest?
    /// The request's own number (UUIDv7), the same in the terminal's log.
    package var requestID: String?
    /// The card session (カードの読取り) it belongs to.
    package var cardSession: String?
    /// The check-in (受付) it belongs to.
    package var checkIn: String?
    /// Which system or person got the data, where that is not the actor.
    package var recipient: String?
    /// The index of the intent that this event closes.
    package var intentIndex: UInt64?
    /// In an intent: what the card signed, and the certificate that verifies it.
    package var statement: SignedStatement?
    /// In an outcome: what the clearinghouse signed in return.
    package var answer: SignedAnswer?
    /// In an event of the store's own life: what was opened, cut or closed.
    package var store: StoreNote?
    /// A sentence: the reason of a visual check, what an administrator did.
    package var note: String?

    /// An event with nothing but what every event has.
    package init(
        _ kind: EventKind, at time: Instant, timeQuality: TimeQuality, place: TerminalPlace,
        actor: EventActor
    ) {
        (self.kind, self.time, self.timeQuality) = (kind, time, timeQuality)
        (self.place, self.actor) = (place, actor)
    }
}

extension HistoryEvent {
    /// Whether it ends something, or tells of what cannot be undone: such entries are written as long
    /// as there is any room, after those that begin something are refused.
    package var isClosing: Bool {
        switch kind {
        case .outcome, .proof, .sessionEnded, .consentRefused, .consentWithdrawn, .checkInClosed,
            .administratorAct, .storeOpened, .storeCut, .storeClosed, .clockStepped:
            true
        case .cardRefused, .intent, .disclosure, .consentGiven, .identityCompared, .viewed,
            .historyRead:
            false
        }
    }
}

extension HistoryEvent: PersonalData {
    /// What happened, and nothing about whom: events reach logs and test names.
    package var description: String { "HistoryEvent(\(kind.rawValue))" }
}

/// Why an event could not be written or read.
package enum DisclosureError: Error, Hashable, Sendable {
    /// The canonical form would be longer than `HistoryEvent.longestOctetCount`.
    case tooLarge(octets: Int)
    /// A field is empty, too long, or holds what it may not.
    case invalid(field: String)
    /// The octets are not an event.
    case malformed(String)
    /// The octets are an event, but not in its one canonical form.
    case notCanonical
    /// The form's version is not known to this program.
    case unknownVersion(Int)
}
