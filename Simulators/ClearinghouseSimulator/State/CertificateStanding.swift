package import Cryptography
package import Records

/// How a trusted card's certificate stands on a day.
package enum CertificateStanding: Hashable, Sendable {
    /// Within its time.
    case good
    /// Within its time, which ends in less than three months.
    case endingSoon
    /// Ended less than three months ago: qualification only (facts: the public notice on how
    /// qualifications are checked).
    case inGrace

    /// The months before and after its end in which a certificate is special.
    package static let graceMonths = 3

    /// The first business date on which the grace holds: the day since which insurance cards are no
    /// longer issued, 2024-12-02. The public notices found do not name it; it is assumed.
    package static let graceBegins = LocalDate(dayNumber: 20_059)

    /// The word of the signed receipt.
    package var name: String {
        switch self {
        case .good: "good"
        case .endingSoon: "ending-soon"
        case .inGrace: "expired-in-grace"
        }
    }

    /// Judges a certificate against trust anchors.
    package static func of(
        _ certificate: Certificate, trust: TrustAnchors, at now: Instant
    ) throws(Refusal) -> CertificateStanding {
        do throws(CertificateRefusal) {
            _ = try trust.validate(certificate, at: now, purpose: .cardAuthentication)
            let warning = certificate.notAfter.adding(months: -graceMonths)
            return now < warning ? .good : .endingSoon
        } catch {
            guard case .expired(let end) = error, now < end.adding(months: graceMonths) else {
                throw Refusal(error)
            }
            return try inGrace(certificate, trust, end)
        }
    }

    /// An expired certificate must have been good on its last day.
    private static func inGrace(
        _ certificate: Certificate, _ trust: TrustAnchors, _ end: Instant
    ) throws(Refusal) -> CertificateStanding {
        do throws(CertificateRefusal) {
            _ = try trust.validate(
                certificate, at: end.adding(seconds: -1), purpose: .cardAuthentication)
            return .inGrace
        } catch { throw Refusal(error) }
    }
}

extension Refusal {
    /// What a refused certificate is called on the wire.
    init(_ cause: CertificateRefusal) {
        switch cause {
        case .expired: self.init(.certificateExpired)
        case .notYetValid: self.init(.certificateNotYetValid)
        case .unknownAuthority, .badSignature: self.init(.certificateUnknownAuthority)
        case .wrongKeyUsage: self.init(.certificateUnusable, "its use is another one")
        case .notEndEntity: self.init(.certificateUnusable, "it is an authority's")
        case .unknownCriticalExtension:
            self.init(.certificateUnusable, "it holds a critical extension that is not known")
        case .weakKey: self.init(.certificateUnusable, "its key is too weak")
        case .other(let code): self.init(.certificateUnusable, "OpenSSL's reason \(code)")
        }
    }
}
