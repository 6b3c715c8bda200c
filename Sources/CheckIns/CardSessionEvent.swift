package import Records

/// What can happen to a card session.
package enum CardSessionEvent: Hashable, Sendable {
    /// A card lies on the reader.
    case cardInserted
    /// The card is gone; a lost reader or a dead pcscd counts as the same.
    case cardGone
    /// Certificate and tries left were read.
    case cardRead(PresentedCard)
    /// The card cannot be used here.
    case cardRefused(Refusal)
    /// What is printed on the card was read.
    case cardSeen(SeenCard)
    /// It was not.
    case cardUnseen(LookTrouble)
    /// The patient chose a way.
    case wayChosen(Way)
    /// The patient answered for an item.
    case consentAnswered(Item, Bool)
    /// The patient is done choosing.
    case choiceConfirmed
    /// The whole choice at once: the way, and yes or no for each item; what is not named is a no,
    /// whatever was answered before; and who enters it, where that is not the patient.
    case choiceMade(Way, [Item: Bool], by: Proxy? = nil)
    /// The nonce arrived.
    case nonceArrived(Nonce)
    /// The clearinghouse gave no nonce.
    case nonceFailed(ClearinghouseTrouble)
    /// A PIN was entered (it never is part of the event); whether the last try may be spent, and
    /// which of the staff is told the answer, if one waits for it.
    case pinEntered(spendsLastTry: Bool, recipient: String?)
    /// Staff who may do so looked at card and holder, and say that they are one (目視).
    case staffConfirmed(staff: String, reason: VisualCheckReason)
    /// The patient looks into the camera: which matcher compares, and which of the staff is told
    /// the answer, if one waits for it.
    case faceShown(matcher: String, recipient: String?)
    /// The face is the one on the card's photo, with this score in thousandths.
    case faceMatched(scorePerMille: Int)
    /// The proof succeeded and its signature was verified; the key is the terminal's, where that
    /// signed.
    case proved(statement: [UInt8], signature: [UInt8], terminalKey: [UInt8]? = nil)
    /// The proof failed.
    case proofFailed(ProofFailure)
    /// The patient wants another way, or back to the choice.
    case backToChoice
    /// The intent, or the outcome, is durable.
    case recorded(HistoryPlace)
    /// The history cannot be written.
    case storeClosed
    /// The clearinghouse answered, or refused, or lied.
    case asked(AskResult)
    /// The line broke; the same bytes may be sent again.
    case lineLost
    /// A limit of the state ran out.
    case timeOut(SessionTimer)
    /// The closing message was seen.
    case messageSeen
    /// The patient needs more time for the choice or the proof.
    case moreTime
    /// Begin again with the card that is still there, nothing of the last answers kept.
    case startAnew
}

/// The limits a session waits on; each names its state so that an old one is told from a new.
package enum SessionTimer: String, Hashable, Sendable, CaseIterable {
    /// The card gives no answer at all.
    case reading
    /// The warning before the choice ends.
    case choosingWarning
    /// The choice ends.
    case choosing
    /// The proof ends.
    case proving
    /// The nonce ends.
    case nonce
    /// A pulled card may no longer come back.
    case interrupted
    /// The closing message has stood long enough.
    case message
}

/// Why a card is not served.
package enum Refusal: String, Hashable, Sendable, CaseIterable {
    /// No JPKI application answered: another kind of card.
    case notMyNumberCard
    /// The card gave no answer, or an empty one.
    case mute
    /// The card answered with something that is not in its specification.
    case unreadable
    /// A card in a telephone: it tells its certificate after the PIN alone, and has no photo.
    case phone
    /// There is no user-authentication certificate on it.
    case noCertificate
    /// The certificate's issuer is not trusted here.
    case foreignAuthority
    /// The certificate may not be used to authenticate.
    case wrongKeyUsage
    /// The certificate ended too long ago.
    case expired
    /// The certificate has not begun.
    case notYetValid
    /// Another program holds the card.
    case inUse
}

/// Why a proof failed.
package enum ProofFailure: Hashable, Sendable {
    /// The PIN was wrong; so many tries are left (zero: that was the last).
    case wrongPIN(triesLeft: Int)
    /// The PIN is locked; the card was not asked, or said so.
    case pinLocked
    /// The PIN was sent and the card did not answer: it may have cost a try.
    case pinUnanswered
    /// Only one try is left and nobody said yes to spending it; the card was not asked.
    case lastTry
    /// The PIN is not four digits; the card was not asked.
    case pinMalformed
    /// The reader's own pad took no PIN, or one was typed elsewhere; the card was not asked.
    case pad(PINPadTrouble)
    /// Too many PINs failed on this reader; until then none is taken, and the card was not asked.
    case paused(until: Instant)
    /// Another card lies there than the one that was read; no try was lost.
    case differentCard
    /// The card's signature does not verify against its certificate.
    case badSignature
    /// The card failed in mid-proof.
    case cardFailed
    /// The card gives no answer at all; until it does, or is taken out, its reader serves nobody.
    case mute
    /// Another program holds the card; nothing was sent to it.
    case inUse
    /// The terminal's own key did not sign.
    case noSignature
    /// The face is another than the photo's; so many misses are left where somebody counts them
    /// (zero: that was the last).
    case faceMissed(scorePerMille: Int, triesLeft: Int?)
    /// Too many faces missed on this card.
    case faceLocked
    /// Nobody could decide whether it is the same face; that is no miss.
    case faceUndecided(FaceTrouble)
    /// The card's photo could not be read.
    case photoUnread(LookTrouble)
    /// Too many were checked in without a PIN at this terminal today.
    case withoutPINCap
}

/// Why no PIN came from a reader's own pad.
package enum PINPadTrouble: String, Hashable, Sendable, CaseIterable {
    /// The patient pressed the key that cancels.
    case cancelled = "padCancelled"
    /// Nobody typed in time.
    case timedOut = "padTimedOut"
    /// A PIN was typed elsewhere than on the reader.
    case wanted = "padWanted"
}

/// Why the clearinghouse could not be asked.
package enum ClearinghouseTrouble: String, Hashable, Sendable, CaseIterable {
    /// No connection.
    case unreachable
    /// The connection was refused by either side's certificate check.
    case tlsRefused
    /// No answer in time.
    case slow
    /// An answer that is none.
    case garbage
    /// It refused to give a nonce.
    case refused
    /// Its nonce had ended when it came: this clock or that one is wrong.
    case clockOff
}

/// What came of a question.
package enum AskResult: Hashable, Sendable {
    /// An answer that passed its checks.
    case answer(Acceptance)
    /// A problem, as the clearinghouse words it.
    case problem(AnsweredProblem)
    /// An answer about somebody who was born on another day than the card's holder: nothing of it
    /// is shown.
    case otherPerson(Acceptance)
    /// An answer that failed its checks: nothing of it is believed or shown.
    case wrongAnswer(reason: String)
    /// The line was lost until the nonce ended: it may have been answered.
    case unknown
}

/// A clearinghouse problem with its next lawful step, ready for a screen.
package struct AnsweredProblem: Hashable, Sendable {
    /// The stable type (RFC 9457).
    package var type: String
    /// Its HTTP status: 500 and above where the clearinghouse itself cannot serve.
    package var status: Int
    /// What happened, in English and Japanese.
    package var title: BilingualText
    /// What may be done next.
    package var nextStep: BilingualText
    /// The domain's code, if it has one.
    package var code: String?
    /// The signed receipt that came with it, if one did: bytes and signature.
    package var receipt: SignedReceipt?

    /// A problem.
    package init(
        type: String, status: Int, title: BilingualText, nextStep: BilingualText,
        code: String? = nil, receipt: SignedReceipt? = nil
    ) {
        self.type = type
        self.status = status
        self.title = title
        self.nextStep = nextStep
        self.code = code
        self.receipt = receipt
    }
}

/// A sentence in both languages of the screens.
package struct BilingualText: Hashable, Sendable {
    /// The English sentence.
    package var english: String
    /// The Japanese sentence.
    package var japanese: String

    /// A sentence in both languages.
    package init(english: String, japanese: String) {
        (self.english, self.japanese) = (english, japanese)
    }
}

/// The clearinghouse's signed word about a check: kept in the history beside the statement.
package struct SignedReceipt: Hashable, Sendable {
    /// The bytes that were signed: canonical JSON.
    package var bytes: [UInt8]
    /// The signature over them.
    package var signature: [UInt8]

    /// A receipt.
    package init(bytes: [UInt8], signature: [UInt8]) {
        (self.bytes, self.signature) = (bytes, signature)
    }
}
