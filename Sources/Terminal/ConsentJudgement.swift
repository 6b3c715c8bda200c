package import CheckIns
internal import Clearinghouse
package import Cryptography
package import Disclosures
package import JSON
internal import Octets
internal import Records

/// What can be said, years later, about the consent behind a check-in, from its intent and outcome
/// in the access history. Said plainly: a card unlocked by its PIN signed these bytes, and who
/// typed the PIN is not known; or this terminal signed them, and says who looked.
package struct ConsentJudgement: Sendable {
    /// One thing that was looked at.
    package struct Check: Hashable, Sendable {
        /// What was looked at.
        package var name: String
        /// Whether it is as it should be.
        package var holds: Bool
        /// What was found.
        package var detail: String
    }

    /// What the judge holds to be true beforehand.
    package struct Grounds: Sendable {
        /// The trust anchors of cards.
        package var anchors: TrustAnchors
        /// The key that signs the clearinghouse's answers.
        package var answerKey: PublicKey?
        /// The terminal's statement key as it is today: for entries that keep none.
        package var presentKey: PublicKey?

        /// Grounds.
        package init(anchors: TrustAnchors, answerKey: PublicKey?, presentKey: PublicKey?) {
            (self.anchors, self.answerKey) = (anchors, answerKey)
            self.presentKey = presentKey
        }
    }

    /// Everything that was looked at.
    package private(set) var checks: [Check] = []
    /// What was signed, where it can be read.
    package let statement: Statement?
    /// Who signed, as far as anybody can know, and what that proves.
    package private(set) var proves = ""
    private let grounds: Grounds

    /// Judges an intent with its outcome; nothing where the intent holds no statement.
    package init?(_ intent: HistoryEvent, _ outcome: HistoryEvent?, on grounds: Grounds) {
        guard let signed = intent.statement else { return nil }
        self.grounds = grounds
        statement = try? Statement(canonical: signed.octets)
        note("statement is canonical", statement != nil)
        let certificate = try? Certificate(der: signed.certificate)
        note("certificate is readable", certificate != nil, certificate?.digest.hex ?? "")
        note(
            "statement names this certificate",
            certificate != nil && statement?.certificate == certificate?.digest)
        let isByCard = statement.map { $0.way == .pin } ?? (intent.way == .pin)
        let key = isByCard ? certificate?.publicKey : terminalKey(of: signed)
        let kind: StatementKind =
            intent.act == .portal ? .portalByCard : isByCard ? .checkInByCard : .checkInByTerminal
        // The one key that the way asks for: never whichever fits.
        let isSigned =
            key?.isValid(signature: signed.signature, over: kind.signedOctets(signed.octets))
            ?? false
        note(isByCard ? "the card's signature holds" : "the terminal's signature holds", isSigned)
        judgeAuthority(certificate, at: intent.time)
        let receipt = judgeAnswer(outcome, statement: signed.octets)
        if !isByCard { judgeKey(key, isKept: signed.terminalKey != nil, receipt) }
        proves = words(of: certificate, signedBy: key, receipt)
    }

    /// Whether everything is as it should be.
    package var isValid: Bool { checks.allSatisfy(\.holds) }

    private mutating func note(_ name: String, _ holds: Bool, _ detail: String = "") {
        checks.append(Check(name: name, holds: holds, detail: detail))
    }

    /// The key that the entry keeps. Only entries that were written before keys were kept are judged
    /// by the key of today.
    private func terminalKey(of signed: SignedStatement) -> PublicKey? {
        guard let kept = signed.terminalKey else { return grounds.presentKey }
        return try? PublicKey(spki: kept)
    }

    private mutating func judgeAuthority(_ certificate: Certificate?, at time: Instant) {
        let name = "a trusted authority issued the certificate"
        guard let certificate else { return note(name, false) }
        do throws(CertificateRefusal) {
            let end = certificate.notAfter
            let judged = CertificateLife.judged(notAfter: end, at: time)
            let anchor = try grounds.anchors.validate(
                certificate, at: judged, purpose: .cardAuthentication)
            let isInGrace = CertificateLife(notAfter: end, at: time) == .inGrace
            note(name, true, anchor.subject + (isInGrace ? "; it had ended on \(end)" : ""))
        } catch { note(name, false, "\(error)") }
    }

    /// Without the clearinghouse's word the certificate's status at that time is not known.
    private mutating func judgeAnswer(
        _ outcome: HistoryEvent?, statement octets: [UInt8]
    ) -> CheckedReceipt? {
        let name = "the clearinghouse's signed word"
        guard let answer = outcome?.answer, let key = grounds.answerKey else {
            note(name, false, "status unknown")
            return nil
        }
        guard statement?.audience == key.digest else {
            note(name, false, "the statement was meant for another key than answerKeyFile")
            return nil
        }
        do throws(ClearinghouseError) {
            let receipt = try CheckedReceipt(
                SignedReceipt(bytes: answer.octets, signature: answer.signature), key: key,
                statement: SHA256Digest(hashing: octets))
            note(name, true, "certificate status: \(receipt.certificateStatus)")
            return receipt
        } catch {
            note(name, false, "\(error)")
            return nil
        }
    }

    /// Whether anybody but the entry itself says that this was the terminal's key.
    private mutating func judgeKey(
        _ key: PublicKey?, isKept: Bool, _ receipt: CheckedReceipt?
    ) {
        let name = "the key was this terminal's"
        guard let key else { return note(name, false, "no key is at hand") }
        let short = key.digest.hex.prefix(16)
        switch (receipt?.signedBy, key == grounds.presentKey) {
        case (key.digest?, let isPresent):
            let change = isPresent ? "" : "; the terminal has another key today"
            note(name, true, "the clearinghouse verified with the key \(short)…\(change)")
        case (_?, _): note(name, false, "the clearinghouse verified with another key")
        case (nil, true):
            let kept = isKept ? "" : ", and the entry keeps none"
            note(name, true, "\(short)… is its key today; the clearinghouse names none\(kept)")
        case (nil, false): note(name, false, "nobody vouches for the key \(short)…")
        }
    }

    private func words(
        of certificate: Certificate?, signedBy key: PublicKey?, _ receipt: CheckedReceipt?
    ) -> String {
        let proxy = statement?.enteredBy.map { "; it says that a \($0.rawValue) entered it" } ?? ""
        let time = statement?.time.rfc3339 ?? "?"
        let answer =
            receipt.map { "; the clearinghouse answered it (certificate \($0.certificateStatus))" }
            ?? "; no word of the clearinghouse stands beside it"
        switch statement?.way {
        case .visualCheck(let staff):
            return "This terminal's key signed at \(time) that \(staff) looked at card and holder: "
                + "that the terminal said so, not that it was so\(proxy)\(answer)."
        case .face(let matcher, let score):
            return "This terminal's key signed at \(time) that \(matcher) matched the face "
                + "(\(score) of 1000): that the terminal said so, not that it was so\(proxy)\(answer)."
        case .pin:
            return "A card unlocked by its PIN signed this at \(time): "
                + "not who typed the PIN\(proxy)\(answer)."
        case nil: return "Nothing: the statement cannot be read."
        }
    }

    /// The judgement for programs.
    package var json: JSONValue {
        .object(present: [
            ("valid", .bool(isValid)), ("statement", statement?.json),
            ("proves", isValid ? .string(proves) : nil),
            (
                "checks",
                .array(
                    checks.map {
                        [
                            "check": .string($0.name), "holds": .bool($0.holds),
                            "detail": .string($0.detail),
                        ]
                    })
            ),
        ])
    }
}
