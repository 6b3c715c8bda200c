package import Cryptography
package import Octets
package import Records

/// What the authorities know of the certificates they no longer stand by, by issuer and serial number. Suspended
/// ones may come back (一時停止); revoked ones never do (失効).
package struct CertificateRegister: Hashable, Sendable {
    /// Why a certificate is not good any more.
    package enum Standing: Hashable, Sendable {
        /// The holder lost the card, for now.
        case suspended(since: Instant)
        /// For good.
        case revoked(since: Instant, reason: Reason)

        /// Since when.
        package var since: Instant {
            switch self {
            case .suspended(let since), .revoked(let since, _): since
            }
        }
    }

    /// Reasons of RFC 5280 §5.3.1 that a card's authority has.
    package enum Reason: Int, Hashable, Sendable, CaseIterable {
        case unspecified = 0
        case keyCompromise = 1
        case affiliationChanged = 3
        case superseded = 4
        case cessationOfOperation = 5
    }

    /// A change that cannot be made.
    package enum Refusal: Error, Hashable, Sendable {
        /// It was revoked, for good.
        case isRevoked
        /// It is good: there is nothing to resume.
        case isGood
    }

    /// The certificates that are not good.
    package private(set) var standings: [CertificateID: Standing] = [:]

    /// A card that was given a new certificate in place of an old one.
    package struct Renewal: Hashable, Sendable {
        /// The old certificate.
        package var old: CertificateID
        /// The new certificate's digest: one that only bears its id is not it.
        package var digest: SHA256Digest
        /// When.
        package var since: Instant

        /// A renewal.
        package init(of old: CertificateID, digest: SHA256Digest, since: Instant) {
            (self.old, self.digest, self.since) = (old, digest, since)
        }
    }

    /// What each new certificate took the place of.
    package private(set) var renewals: [CertificateID: Renewal] = [:]

    /// A register; empty by default.
    package init(
        _ standings: [CertificateID: Standing] = [:], renewals: [CertificateID: Renewal] = [:]
    ) {
        (self.standings, self.renewals) = (standings, renewals)
    }

    /// Revokes a certificate whose holder got a new one, and links the two.
    package mutating func renew(_ old: Certificate, as new: Certificate, at now: Instant) {
        let id = CertificateID(of: old)
        revoke(id, because: .superseded, at: now)
        renewals[CertificateID(of: new)] = Renewal(of: id, digest: new.digest, since: now)
    }

    /// Revokes a certificate. One that was revoked before keeps its first date and reason.
    package mutating func revoke(_ id: CertificateID, because reason: Reason, at now: Instant) {
        if case .revoked? = standings[id] { return }
        standings[id] = .revoked(since: now, reason: reason)
    }

    /// Suspends a certificate.
    package mutating func suspend(_ id: CertificateID, at now: Instant) throws(Refusal) {
        switch standings[id] {
        case nil: standings[id] = .suspended(since: now)
        case .suspended: break
        case .revoked: throw .isRevoked
        }
    }

    /// How the certificates stand that an authority may have issued.
    func standings(of authority: Certificate) -> [(id: CertificateID, standing: Standing)] {
        standings.filter { $0.key.isIssued(by: authority) }.sorted { $0.key < $1.key }
            .map { (id: $0.key, standing: $0.value) }
    }

    /// How the certificate of an authority with this serial number stands; nothing if it is good.
    func standing(of serial: String, by authority: Certificate) -> Standing? {
        CertificateID.issuers(of: authority).lazy
            .compactMap { CertificateID(issuer: $0, serial: serial) }
            .compactMap { self.standings[$0] }.first
    }

    /// Takes a suspension back.
    package mutating func resume(_ id: CertificateID) throws(Refusal) {
        switch standings[id] {
        case nil: throw .isGood
        case .suspended: standings[id] = nil
        case .revoked: throw .isRevoked
        }
    }
}

extension CertificateRegister.Standing {
    /// The reason as lists and answers write it: a suspension is `certificateHold`.
    var reasonCode: Int32 {
        switch self {
        case .suspended: 6
        case .revoked(_, let reason): Int32(reason.rawValue)
        }
    }
}

extension CertificateRegister.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .isRevoked: "the certificate was revoked, for good"
        case .isGood: "the certificate is not suspended"
        }
    }
}
