package import Cryptography
package import Octets
package import Records

/// What an authority knows of the certificates it no longer stands by, by serial number. Suspended
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

    /// The certificates that are not good, by serial number in hexadecimal.
    package private(set) var standings: [String: Standing] = [:]

    /// A card that was given a new certificate in place of an old one.
    package struct Renewal: Hashable, Sendable {
        /// The old certificate's digest.
        package var old: SHA256Digest
        /// When.
        package var since: Instant

        /// A renewal.
        package init(of old: SHA256Digest, since: Instant) { (self.old, self.since) = (old, since) }
    }

    /// What each new certificate took the place of, by the new one's digest.
    package private(set) var renewals: [SHA256Digest: Renewal] = [:]

    /// A register; empty by default.
    package init(
        _ standings: [String: Standing] = [:], renewals: [SHA256Digest: Renewal] = [:]
    ) {
        (self.standings, self.renewals) = (standings, renewals)
    }

    /// Revokes a certificate whose holder got a new one, and links the two.
    package mutating func renew(_ old: Certificate, as new: Certificate, at now: Instant) {
        revoke(old.serialHex, because: .superseded, at: now)
        renewals[new.digest] = Renewal(of: old.digest, since: now)
    }

    /// Revokes a certificate. One that was revoked before keeps its first date and reason.
    package mutating func revoke(_ serial: String, because reason: Reason, at now: Instant) {
        if case .revoked? = standings[serial] { return }
        standings[serial] = .revoked(since: now, reason: reason)
    }

    /// Suspends a certificate.
    package mutating func suspend(_ serial: String, at now: Instant) throws(Refusal) {
        switch standings[serial] {
        case nil: standings[serial] = .suspended(since: now)
        case .suspended: break
        case .revoked: throw .isRevoked
        }
    }

    /// Takes a suspension back.
    package mutating func resume(_ serial: String) throws(Refusal) {
        switch standings[serial] {
        case nil: throw .isGood
        case .suspended: standings[serial] = nil
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
