package import APDU

/// Why a My Number card could not be read or would not prove its holder.
package enum CardError: Error, Hashable, Sendable {
    /// The card does not have the user-authentication application: it is another card.
    case notMyNumberCard
    /// The card has no user-authentication certificate.
    case noCertificate
    /// The card shows its certificate only after the PIN (cards in telephones do).
    case certificateProtected
    /// Another card than the one that was read before; no try was spent.
    case differentCard
    /// The PIN was wrong; so many tries are left.
    case wrongPIN(triesLeft: Int)
    /// No PIN is taken any more; the municipal office unlocks.
    case pinLocked
    /// One try is left and nobody agreed to spend it; none was spent.
    case lastTry
    /// The PIN was sent and no answer came: only the card knows whether that cost a try.
    case pinUnanswered(CardChannelError)
    /// The PIN is not four digits; it was not sent.
    case pinMalformed
    /// The reader's own pad took no PIN: nobody typed in time, or the patient cancelled; nothing
    /// was sent to the card.
    case pad(PINPadTrouble)
    /// The certificate's key is of a kind that no card is known to sign with.
    case unsupportedKey
    /// The card's signature does not fit its own certificate.
    case wrongSignature
    /// The card refused a step with this status word.
    case refused(StatusWord, step: CardStep)
    /// What the card sent for this field cannot be right.
    case malformed(field: String)
    /// The way to the card failed.
    case channel(CardChannelError)
}

extension CardError: CarriesChannelError {
    package init(_ cause: CardChannelError) { self = .channel(cause) }
}

extension CardError {
    init(_ cause: CardCommandError, at step: CardStep) {
        self =
            switch cause {
            case .channel(let error): .channel(error)
            case .refused(let status): .refused(status, step: step)
            case .malformed: .malformed(field: step.rawValue)
            }
    }
}

/// Why a reader's pad took no PIN.
package enum PINPadTrouble: Hashable, Sendable {
    /// Nobody typed in time.
    case timedOut
    /// The patient pressed the key that cancels.
    case cancelled
}

/// The steps of speaking to the card, for messages and logs.
package enum CardStep: String, Hashable, Sendable, CaseIterable {
    case selectApplication = "select application"
    case selectCertificate = "select certificate"
    case readCertificate = "read certificate"
    case selectPIN = "select PIN"
    case askTries = "ask tries left"
    case verifyPIN = "verify PIN"
    case selectKey = "select key"
    case sign = "sign"
}
