package import Authority
package import Octets
package import Records

/// The patients who signed in at the portal.
package struct PortalSessions: Sendable {
    /// How long a session lasts.
    package static let lifetimeSeconds: Int64 = 15 * 60
    /// The size of a session's token in octets.
    package static let tokenOctets = 32
    /// The most sessions open at once.
    package static let maximumCount = 100_000

    /// An open session.
    package struct Session: Hashable, Sendable {
        /// The simulated person's id.
        package var person: String
        /// The portal's certificate under which it was opened.
        package var client: SHA256Digest
        /// The patient's certificate.
        package var certificate: CertificateID?
        /// When it ends.
        package var until: Instant

        /// A session.
        package init(
            person: String, client: SHA256Digest, certificate: CertificateID? = nil,
            until: Instant
        ) {
            (self.person, self.client, self.until) = (person, client, until)
            self.certificate = certificate
        }
    }

    /// By the token's digest: comparing digests tells nothing of the tokens through time.
    private var sessions: [SHA256Digest: Session] = [:]

    /// No sessions.
    package init() {}

    /// Opens a session; false if too many are open.
    package mutating func open(
        _ session: Session, token: SHA256Digest, at now: Instant
    ) -> Bool {
        if sessions.count >= Self.maximumCount {
            sessions = sessions.filter { $0.value.until > now }
        }
        guard sessions.count < Self.maximumCount else { return false }
        sessions[token] = session
        return true
    }

    /// The open session of a token, for the client that opened it.
    package func session(
        token: SHA256Digest, client: SHA256Digest, at now: Instant
    ) -> Session? {
        guard let session = sessions[token], session.client == client, now < session.until else {
            return nil
        }
        return session
    }

    /// Closes a session.
    package mutating func close(token: SHA256Digest) { sessions[token] = nil }
}
