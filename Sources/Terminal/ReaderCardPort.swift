internal import APDU
package import CheckIns
package import Cryptography
internal import MyNumberCard
internal import PCSC
internal import Records
package import Secrets

/// How long a reader's own keys are waited for.
package struct PINPadWaits: Hashable, Sendable {
    /// For the first digit, and again for all the others, in seconds.
    package var seconds: UInt8
    /// For the whole visit to the card: longer than the reader may take, so that no try is spent
    /// after the patient was told an end.
    package var visitSeconds: Int

    /// Waits.
    package init(seconds: UInt8, visitSeconds: Int) {
        precondition(visitSeconds > 2 * Int(seconds), "a visit outlasts the reader's keys")
        (self.seconds, self.visitSeconds) = (seconds, visitSeconds)
    }
}

/// A card on a reader, as a card session sees it. Whether its certificate is trusted is
/// decided here, before the patient is asked anything.
package struct ReaderCardPort: CardPort {
    private let reader: any CardReader
    private let anchors: @Sendable () -> TrustAnchors
    private let clock: any TerminalClock
    private let pinPads: PINPadWaits?

    /// A port over a reader; the anchors are asked for at each card. Where the reader has keys of its own they take the PIN; without waits
    /// for them they do not.
    package init(
        reader: any CardReader, anchors: @autoclosure @escaping @Sendable () -> TrustAnchors,
        clock: any TerminalClock,
        pinPads: PINPadWaits? = PINPadWaits(seconds: 30, visitSeconds: 70)
    ) {
        (self.reader, self.anchors, self.clock) = (reader, anchors, clock)
        self.pinPads = pinPads
    }

    package func readCard() async -> Result<PresentedCard, CardRefusal> {
        do throws(CardError) {
            let (reading, hasPad) = try await reading()
            return present(try reading.identity(), hasPINPad: hasPad && pinPads != nil)
        } catch { return .failure(CardRefusal(error)) }
    }

    /// Reading spends nothing and unlocks nothing, so an exchange that broke off while the card
    /// is still there (a contact lost for a moment) is tried once more before it is called mute.
    private func reading() async throws(CardError) -> Reading.Answer {
        do throws(CardError) {
            return try await reader.perform(Reading(), ending: .leave)
        } catch {
            guard error == .channel(.broken) || error == .channel(.reset) else { throw error }
            return try await reader.perform(Reading(), ending: .leave)
        }
    }

    private func present(
        _ identity: CardIdentity, hasPINPad: Bool
    ) -> Result<PresentedCard, CardRefusal> {
        let certificate = identity.certificate
        let (now, end) = (clock.now(), certificate.notAfter)
        let life = CertificateLife(notAfter: end, at: now)
        let judged = CertificateLife.judged(notAfter: end, at: now)
        do throws(CertificateRefusal) {
            _ = try anchors().validate(certificate, at: judged, purpose: .cardAuthentication)
        } catch { return .failure(.refused(Refusal(error))) }
        guard let algorithm = StatementAlgorithm(certificate.publicKey.kind) else {
            return .failure(.refused(.wrongKeyUsage))
        }
        var card = PresentedCard(
            certificate: certificate.der, digest: certificate.digest,
            notAfter: end, life: life, algorithm: algorithm, triesLeft: identity.pin.triesLeft)
        if identity.hasNoPINs { card.kind = .faceOnly }
        card.hasPINPad = hasPINPad
        return .success(card)
    }

    package func prove(
        card: PresentedCard, pin: consuming SecretPage, signing message: [UInt8],
        spendsLastTry: Bool
    ) async -> Result<[UInt8], CardProofFailure> {
        guard let certificate = try? Certificate(der: card.certificate) else {
            return .failure(.failed(.cardFailed))
        }
        // A PIN that was typed here all the same is not used: it would not have been safer so.
        if card.hasPINPad, pin.count > 0 { return .failure(.failed(.pad(.wanted))) }
        let proof = Proof(
            certificate: certificate, pin: SecretBox(pin), message: message,
            spendsLastTry: spendsLastTry, pad: card.hasPINPad ? pinPads : nil)
        do throws(CardError) {
            return .success(try await reader.perform(proof, ending: .reset))
        } catch { return .failure(CardProofFailure(error)) }
    }

    private struct Reading: CardVisit {
        func speak(
            on channel: inout some CardChannel & ~Copyable
        ) throws(CardError) -> (card: CardReading, hasPINPad: Bool) {
            let card = try MyNumberCard.readCard(on: &channel)
            return (card, channel.hasPINPad())
        }
    }

    private struct Proof: CardVisit {
        let certificate: Certificate
        let pin: SecretBox
        let message: [UInt8]
        let spendsLastTry: Bool
        /// How long the reader's own pad is waited for; nothing where the PIN was typed here.
        let pad: PINPadWaits?

        var limit: Duration? { pad.map { .seconds($0.visitSeconds) } }

        func speak(
            on channel: inout some CardChannel & ~Copyable
        ) throws(CardError) -> [UInt8] {
            if let pad {
                return try MyNumberCard.prove(
                    on: &channel, expecting: certificate, padSeconds: pad.seconds,
                    signing: message, spendLastTry: spendsLastTry)
            }
            guard let pin = pin.take() else { throw .pinMalformed }
            return try MyNumberCard.prove(
                on: &channel, expecting: certificate, pin: pin, signing: message,
                spendLastTry: spendsLastTry)
        }
    }
}

extension PINTries {
    /// The number of tries; zero where the PIN is locked.
    var triesLeft: Int {
        switch self {
        case .left(let tries): tries
        case .locked: 0
        }
    }
}

extension StatementAlgorithm {
    /// The algorithm that a card's key signs with; nothing for kinds no card has.
    init?(_ kind: KeyKind) {
        switch kind {
        case .rsa: self = .rsaPKCS1SHA256
        case .p256: self = .ecdsaP256SHA256
        case .p384: self = .ecdsaP384SHA384
        case .ed25519: return nil
        }
    }
}

extension Refusal {
    init(_ cause: CertificateRefusal) {
        self =
            switch cause {
            case .expired: .expired
            case .notYetValid: .notYetValid
            case .wrongKeyUsage, .notEndEntity, .unknownCriticalExtension, .weakKey:
                .wrongKeyUsage
            case .unknownAuthority, .badSignature, .other: .foreignAuthority
            }
    }
}

extension CardRefusal {
    init(_ cause: CardError) {
        switch cause {
        case .notMyNumberCard: self = .refused(.notMyNumberCard)
        case .certificateProtected: self = .refused(.phone)
        case .noCertificate: self = .refused(.noCertificate)
        case .channel(let error): self = CardRefusal(error)
        case .unsupportedKey: self = .refused(.wrongKeyUsage)
        case .differentCard, .wrongPIN, .pinLocked, .lastTry, .pinUnanswered, .pinMalformed,
            .pad, .wrongSignature, .refused, .malformed:
            self = .refused(.unreadable)
        }
    }

    private init(_ cause: CardChannelError) {
        switch cause {
        case .removed, .readerLost, .noService: self = .gone
        case .busy, .accessDenied: self = .refused(.inUse)
        case .reset, .mute, .broken, .timedOut, .answerTooShort, .noPINPad, .other:
            self = .refused(.mute)
        case .answerTooLong: self = .refused(.unreadable)
        }
    }
}

extension CardProofFailure {
    init(_ cause: CardError) {
        switch cause {
        case .wrongPIN(let triesLeft): self = .failed(.wrongPIN(triesLeft: triesLeft))
        case .pinLocked: self = .failed(.pinLocked)
        case .lastTry: self = .failed(.lastTry)
        case .pinMalformed: self = .failed(.pinMalformed)
        case .pad(.timedOut): self = .failed(.pad(.timedOut))
        case .pad(.cancelled): self = .failed(.pad(.cancelled))
        case .differentCard: self = .failed(.differentCard)
        case .wrongSignature: self = .failed(.badSignature)
        case .channel(let error) where error.isGone: self = .gone(afterPIN: false)
        case .pinUnanswered(let error):
            self = error.isGone ? .gone(afterPIN: true) : .failed(.pinUnanswered)
        case .channel(.busy), .channel(.accessDenied): self = .failed(.inUse)
        case .channel(.mute): self = .failed(.mute)
        case .channel, .notMyNumberCard, .noCertificate, .certificateProtected, .unsupportedKey,
            .refused, .malformed:
            self = .failed(.cardFailed)
        }
    }
}

extension CardChannelError {
    /// Whether the card is not there any more; a lost reader or service counts as the same.
    var isGone: Bool {
        switch self {
        case .removed, .readerLost, .noService: true
        case .busy, .accessDenied, .reset, .mute, .broken, .timedOut, .answerTooShort,
            .answerTooLong, .noPINPad, .other:
            false
        }
    }
}
