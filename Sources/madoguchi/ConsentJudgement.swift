import CheckIns
import Commands
import Configuration
import Cryptography
import Disclosures
import JSON
import Octets
import Records

/// What can be said, years later, about the consent behind a check-in. Said plainly: a card
/// unlocked by its PIN signed these bytes; who typed the PIN is not known.
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
        judgeSignature(signed, certificate, intent)
        judgeAuthority(certificate, at: intent.time, configuration.trustFolder)
        judgeAnswer(outcome, statement: signed.octets, configuration)
    }

    var isValid: Bool { checks.allSatisfy(\.holds) }

    private mutating func note(_ name: String, _ holds: Bool, _ detail: String) {
        checks.append((name, holds, detail))
    }

    private mutating func judgeSignature(
        _ signed: SignedStatement, _ certificate: Certificate?, _ intent: HistoryEvent
    ) {
        note("certificate is readable", certificate != nil, certificate?.digest.hex ?? "")
        note(
            "statement names this certificate",
            certificate != nil && statement?.certificate == certificate?.digest, "")
        let kind: StatementKind = intent.act == .portal ? .portalByCard : .checkInByCard
        let holds =
            certificate?.publicKey.isValid(
                signature: signed.signature, over: kind.signedOctets(signed.octets)) ?? false
        note("the card's signature holds", holds, "")
    }

    private mutating func judgeAuthority(
        _ certificate: Certificate?, at time: Instant, _ folder: String
    ) {
        guard let certificate, let anchors = try? TrustAnchors(folder: folder) else {
            return note("a trusted authority issued the certificate", false, "")
        }
        do throws(CertificateRefusal) {
            let anchor = try anchors.validate(certificate, at: time, purpose: .cardAuthentication)
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
            "A card unlocked by its PIN signed this at \(statement?.time.rfc3339 ?? "?").",
            "Consented: " + (items.isEmpty ? "nothing" : items.joined(separator: ", ")),
        ]
    }
}
