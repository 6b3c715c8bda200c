package import Octets
package import Records

/// What `Terminal` must do after a transition. Each goes to exactly one adapter.
package enum CardSessionEffect: Hashable, Sendable {
    /// Reader: certificate and tries left in one short transaction.
    case readCard
    /// Camera and reader: what is printed on the card, and kept in its text application.
    case lookAtCard(PresentedCard)
    /// Clearinghouse: a fresh nonce.
    case fetchNonce
    /// Reader: the proof with the PIN that was entered, in one transaction.
    case proveByPIN(Proving, nonce: Nonce, spendsLastTry: Bool)
    /// Camera, reader and matcher: whether the face is the one on the card's photo.
    case matchFace(Proving)
    /// Terminal: its own signature over the statement, for the ways without a PIN.
    case proveByTerminal(Proving, Attempt, nonce: Nonce)
    /// Wipe a PIN that will not be used.
    case discardPIN
    /// History: the intent, with the consents it rests on.
    case recordIntent(Proved)
    /// Clearinghouse: the one exchange; a repeat sends the same bytes.
    case ask(Asking, isRepeat: Bool)
    /// History: what came of it.
    case recordOutcome(Outcome)
    /// Check-ins: an accepted patient.
    case openCheckIn(Accepted)
    /// Check-ins: an answer about somebody else opens none, and its grant is given back.
    case returnGrant(Accepted)
    /// History: a step that is no disclosure (failed proof, locked PIN, refusal, time-out).
    case note(SessionNote)
    /// Clock: call back with the timer after its limit.
    case startTimer(SessionTimer)
}

/// Steps that are written to the history although nothing was disclosed.
package enum SessionNote: Hashable, Sendable {
    /// A proof failed; by whom, where that was not the patient.
    case proofFailed(PresentedCard, ProvedWay, ProofFailure, by: Proxy? = nil)
    /// A card was refused.
    case cardRefused(Refusal)
    /// The number that a camera read on a card does not open it: a try was spent, or none was left
    /// to spend.
    case numberRefused(PresentedCard, LookTrouble)
    /// The session ended without an answer.
    case ended(PresentedCard?, EndReason)
}

/// Why a session ended without an answer.
package enum EndReason: String, Hashable, Sendable, CaseIterable {
    /// Nobody chose in time.
    case choiceTimedOut
    /// Nobody proved in time.
    case proofTimedOut
    /// The card was pulled and did not come back.
    case cardPulled
    /// The access history cannot be written, so nothing may be disclosed.
    case storeClosed
}

/// The answer that opens a check-in.
package struct Acceptance: Hashable, Sendable {
    /// The patient's pairwise id, stable for this institution.
    package var patient: String
    /// SHA-256 of the statement that this answers.
    package var statement: SHA256Digest
    /// What the patient is entitled to.
    package var qualification: Qualification
    /// The grant.
    package var grant: Grant
    /// The clearinghouse's signed word.
    package var receipt: SignedReceipt
    /// SHA-256 of the answer as it came.
    package var answerDigest: SHA256Digest

    /// An answer that passed its checks.
    package init(
        patient: String, statement: SHA256Digest, qualification: Qualification, grant: Grant,
        receipt: SignedReceipt, answerDigest: SHA256Digest
    ) {
        self.patient = patient
        self.statement = statement
        self.qualification = qualification
        self.grant = grant
        self.receipt = receipt
        self.answerDigest = answerDigest
    }
}

/// What a check-in may open, and until when.
package struct Grant: Hashable, Sendable {
    /// The grant's id: a secret between the terminal and the clearinghouse.
    package var id: String
    /// The items with the ends of their consents.
    package var items: [ConsentedItem]
    /// The end of the grant itself.
    package var until: Instant

    /// The longest a consent, and so a grant, may last from the statement on: 24 hours.
    package static let longestSeconds: Int64 = 86_400

    /// The longest id that is taken from a clearinghouse, and kept, in octets.
    package static let longestIDOctetCount = 1024

    /// A grant.
    package init(id: String, items: [ConsentedItem], until: Instant) {
        (self.id, self.items, self.until) = (id, items, until)
    }

    /// Whether the item may be opened at an instant.
    package func opens(_ item: Item, at instant: Instant) -> Bool {
        instant < until && items.contains { $0.item == item && instant < $0.until }
    }
}

/// An accepted session: durable, about to be a check-in.
package struct Accepted: Hashable, Sendable {
    /// The question and where its intent stands.
    package var asking: Asking
    /// The answer.
    package var acceptance: Acceptance
    /// Where the outcome stands.
    package var place: HistoryPlace

    /// An accepted session.
    package init(asking: Asking, acceptance: Acceptance, place: HistoryPlace) {
        (self.asking, self.acceptance, self.place) = (asking, acceptance, place)
    }
}

/// A session that was answered with something else than a qualification.
package enum Answered: Hashable, Sendable {
    /// A problem of the clearinghouse.
    case problem(AnsweredProblem)
    /// An answer that failed its checks.
    case wrongAnswer(reason: String)
    /// An answer about somebody who was born on another day than the card's holder.
    case otherPerson
    /// No answer before the nonce ended.
    case unknown
}
