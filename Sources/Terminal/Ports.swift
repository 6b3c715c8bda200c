package import CheckIns
package import Octets
package import Records
package import Secrets

/// The time, as the terminal knows it. Tests bring their own.
package protocol TerminalClock: Sendable {
    /// The instant now.
    func now() -> Instant
    /// Returns after so many seconds, or throws when its task is cancelled.
    func sleep(seconds: Double) async throws
}

/// One reader with whatever card lies on it.
package protocol CardPort: Sendable {
    /// Certificate and tries left, in one short transaction.
    func readCard() async -> Result<PresentedCard, CardRefusal>
    /// The proof of design §4 in one transaction that ends with a reset: the same card, tries
    /// asked again, VERIFY, SIGN. The signature was verified before it is returned. `pin` is what
    /// was typed here: nothing where the reader's own pad takes it.
    func prove(
        card: PresentedCard, pin: consuming SecretPage, signing message: [UInt8],
        spendsLastTry: Bool
    ) async -> Result<[UInt8], CardProofFailure>
}

/// The terminal's own key for statements, which is not the key of its connections. It signs where
/// no PIN was entered: what it proves is that this terminal says so.
package protocol StatementSigner: Sendable {
    /// The algorithm that goes with the key.
    var algorithm: StatementAlgorithm { get }
    /// Its public half (SubjectPublicKeyInfo, DER), which the history keeps beside what it signed.
    var publicKey: [UInt8] { get }
    /// The signature over the octets, or nothing where the key cannot sign.
    func sign(_ octets: [UInt8]) -> [UInt8]?
}

/// Why a card could not be read.
package enum CardRefusal: Error, Hashable, Sendable {
    /// It cannot be served, for this reason.
    case refused(Refusal)
    /// It was pulled; the monitor reports that by itself.
    case gone
}

/// Why a card gave no proof.
package enum CardProofFailure: Error, Hashable, Sendable {
    /// For this reason.
    case failed(ProofFailure)
    /// It was pulled, perhaps after the PIN was sent and before its answer came; the monitor reports
    /// that it is gone by itself.
    case gone(afterPIN: Bool)

    /// Whether the card is not there any more.
    var isGone: Bool { if case .gone = self { true } else { false } }

    /// What the history is told of it; nothing where no PIN had reached the card.
    var noted: ProofFailure? {
        switch self {
        case .failed(let failure): failure
        case .gone(let afterPIN): afterPIN ? .pinUnanswered : nil
        }
    }
}

/// The clearinghouse, as far as a card session needs it.
package protocol CheckPort: Sendable {
    /// A fresh nonce.
    func nonce() async -> Result<Nonce, NonceFailure>
    /// The one exchange of a check-in; the answer names the patient that this certificate was
    /// known by, if it was met before.
    func ask(_ asking: Asking) async -> Exchange
    /// SHA-256 of the key that signs its answers, which statements name as their audience.
    var audience: SHA256Digest { get }
}

/// No nonce came.
package struct NonceFailure: Error, Hashable, Sendable {
    /// Why not.
    package var trouble: ClearinghouseTrouble

    /// A failure of a kind.
    package init(_ trouble: ClearinghouseTrouble) { self.trouble = trouble }
}

/// How an exchange went.
package enum Exchange: Hashable, Sendable {
    /// Something came back.
    case result(AskResult)
    /// The line broke before an answer came: the same bytes may be sent again.
    case lineLost
}

/// The access history, as far as a card session needs it. Each call returns when the entry is
/// durable; nothing means that the store is closed.
package protocol SessionHistory: Sendable {
    /// The intent, with statement, signature and certificate, and the consents it rests on.
    func recordIntent(_ proved: Proved, session: String) async -> HistoryPlace?
    /// What came of it.
    func recordOutcome(_ outcome: Outcome, session: String) async -> HistoryPlace?
    /// A step that is no disclosure.
    func note(_ note: SessionNote, session: String) async
}

/// Where accepted patients go.
package protocol CheckInPort: Sendable {
    /// Opens a check-in and returns its id.
    func open(_ accepted: Accepted) async -> String
    /// Gives the grant of an answer back that was about somebody else: nothing is opened under it.
    func giveBack(_ accepted: Accepted) async
    /// How many were checked in today without the card's PIN.
    func withoutPINToday() async -> Int
}
