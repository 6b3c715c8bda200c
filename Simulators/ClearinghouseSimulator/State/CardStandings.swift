import Authority
import Cryptography
import Octets
import Records

/// What the authorities' register means here. A certificate that is suspended or revoked is refused
/// on the very next request, and opens nothing any more that was granted before.
extension Refusal {
    /// The problem of a card's certificate that is not good; nothing for a good one. What was
    /// opened with it before (`isOpen`) stays open when it was only renewed: that the holder has a
    /// new certificate is no reason to take back what the holder allowed.
    static func ofCard(
        _ card: CertificateID?, in register: CertificateRegister, isOpen: Bool = false
    ) -> Refusal? {
        switch card.flatMap({ register.standings[$0] }) {
        case nil: nil
        case .suspended: Refusal(.certificateSuspended)
        case .revoked(_, .superseded) where isOpen: nil
        case .revoked(_, .superseded): Refusal(.certificateRevoked, "a new one took its place")
        case .revoked: Refusal(.certificateRevoked)
        }
    }

    /// The problem of a client's certificate that is not good.
    static func ofClient(_ client: Certificate, in register: CertificateRegister) -> Refusal? {
        guard !register.standings.isEmpty else { return nil }
        return switch register.standings[CertificateID(of: client)] {
        case nil: nil
        case .suspended: Refusal(.clientSuspended)
        case .revoked: Refusal(.clientRevoked)
        }
    }
}

extension House {
    /// The most renewals that are followed back to the card that was enrolled.
    package static let mostRenewals = 32
    /// The longest time that linking a renewed certificate may take, in seconds: a month.
    package static let longestRenewalLagSeconds: Int64 = 31 * 86_400

    /// Whose card a certificate belongs to: the person it was enrolled for, or the person of the
    /// certificate whose place it took. Linking the two takes its time, as it does in reality.
    func owner(
        of certificate: Certificate, _ register: CertificateRegister, at now: Instant
    ) -> String? {
        if let person = enrolments.person(of: certificate) { return person }
        let id = CertificateID(of: certificate)
        guard enrolments.person(of: id) == nil,
            register.renewals[id]?.digest == certificate.digest
        else { return nil }
        return owner(of: id, register, at: now)
    }

    /// The same by id, for certificates that were looked at before.
    func owner(
        of id: CertificateID, _ register: CertificateRegister, at now: Instant
    ) -> String? {
        var id = id
        for _ in 0...Self.mostRenewals {
            if let person = enrolments.person(of: id) { return person }
            guard let renewal = register.renewals[id],
                now >= renewal.since.adding(seconds: renewalLagSeconds)
            else { return nil }
            id = renewal.old
        }
        return nil
    }

    /// Sets how long linking a renewed certificate takes, in seconds.
    package func orderRenewalLag(seconds: Int64) { renewalLagSeconds = seconds }
}
