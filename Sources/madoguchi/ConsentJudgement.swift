import CheckIns
import Commands
import Configuration
import Cryptography
import Disclosures
import JSON
import Octets
import Records

/// What can be said, years later, about the consent behind a check-in. Said plainly: a card
/// unlocked by its PIN signed these bytes, and who typed the PIN is not known; or this terminal
/// signed them, and says who looked.
struct ConsentJudgement {
    private(set) var checks: [(name: String, holds: Bool, detail: String)] = []
    private(set) var statement: Statement?

    init(
        _ intent: HistoryEvent, _ outcome: HistoryEvent?, _ configuration: TerminalConfiguration
    ) throws(CommandFailure) {
        guard let signed = intent.statement else {
            throw CommandFailure(
                .negative, "no-statement", "This entry holds no signed statement.",
                next: "Name the index of an intent of kind checkIn; see `history list`.")
        }
        statement = try? Statement(canonical: signed.octets)
        note("statement is canonical", statement != nil, "")
        let certificate = try? Certificate(der: signed.certificate)
        judgeSignature(signed, certificate, intent, configuration)
        judgeAuthority(certificate, at: intent.time, configuration.trustFolder)
        judgeAnswer(outcome, statement: signed.octets, configuration)
    }

    var isValid: Bool { checks.allSatisfy(\.holds) }

    private mutating func note(_ name: String, _ holds: Bool, _ detail: String) {
        checks.append((name, holds, detail))
    }

    private mutating func judgeSignature(
        _ signed: SignedStatement, _ certificate: Certificate?, _ intent: HistoryEvent,
        _ configuration: TerminalConfiguration
    ) {
        note("certificate is readable", certificate != nil, certificate?.digest.hex ?? "")
        note(
            "statement names this certificate",
            certificate != nil && statement?.certificate == certificate?.digest, "")
        let isByCard = statement?.way.way == .pin
        let kind: StatementKind =
            intent.act == .portal ? .portalByCard : isByCard ? .checkInByCard : .checkInByTerminal
        // The one key that the way asks for: never whichever fits.
        let terminal = try? KeyFile.privateKey(configuration.statementKeyFile).publicKey
        let holds =
            (isByCard ? certificate?.publicKey : terminal)?
            .isValid(signature: signed.signature, over: kind.signedOctets(signed.octets)) ?? false
        note(isByCard ? "the card's signature holds" : "the terminal's signature holds", holds, "")
    }

    private mutating func judgeAuthority(
        _ certificate: Certificate?, at time: Instant, _ folder: String
    ) {
        guard let certificate, let anchors = try? TrustAnchors(folder: folder) else {
            return note("a trusted authority issued the certificate", false, "")
        }
        do throws(CertificateRefusal) {
            let judged = CertificateLife.judged(notAfter: certificate.notAfter, at: time)
            let anchor = try anchors.validate(certificate, at: judged, purpose: .cardAuthentication)
            note("a trusted authority issued the certificate", true, anchor.subject)
        } catch { note("a trusted authority issued the certificate", false, "\(error)") }
    }

    /// Without the clearinghouse's word the certificate's status at that time is not known.
    private mutating func judgeAnswer(
        _ outcome: HistoryEvent?, statement: [UInt8], _ configuration: TerminalConfiguration
    ) {
        guard let answer = outcome?.answer,
            let key = try? KeyFile.publicKey(configuration.clearinghouse.answerKeyFile)
        else { return note("the clearinghouse's signed word", false, "status unknown") }
        let fields = try? JSONValue(parsing: answer.octets)
        let names = fields?["statementDigest"] == .string(SHA256Digest(hashing: statement).hex)
        note(
            "the clearinghouse's signed word",
            names && key.isValid(signature: answer.signature, over: answer.octets),
            fields?["certificateStatus"]?.stringValue.map { "certificate status: \($0)" } ?? "")
    }

    /// Who signed, as far as anybody can know.
    private var speaker: String {
        switch statement?.way {
        case .visualCheck(let staff): "The terminal signed that \(staff) looked at card and holder"
        case .face(let matcher, let score):
            "The terminal signed that \(matcher) matched the face (\(score) of 1000)"
        case .pin, nil: "A card unlocked by its PIN signed this"
        }
    }

    var json: JSONValue {
        .object(present: [
            ("valid", .bool(isValid)), ("statement", statement?.json),
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

    var lines: [String] {
        let marks = checks.map { [$0.holds ? "✓" : "✗", $0.name, $0.detail] }
        let items = statement?.items.map { "\($0.item.rawValue) until \($0.until)" } ?? []
        return table(marks, indent: "") + [
            "\(speaker) at \(statement?.time.rfc3339 ?? "?").",
            "Consented: " + (items.isEmpty ? "nothing" : items.joined(separator: ", ")),
        ]
    }
}
