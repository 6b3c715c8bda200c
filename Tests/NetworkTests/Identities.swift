import Authority
import Cryptography
import Glibc
import Records

@testable import Network

/// Certificates for both sides, right and wrong.
struct Identities {
    let server, client, wrongName, wrongAnchor: TLSContext
    /// Clients that the server turns away.
    let foreignClient, expiredClient, serverAsClient, namelessClient: TLSContext

    init() throws {
        let now = Instant(seconds: Int64(time(nil)))
        let later = now.adding(seconds: 3600)
        let earlier = now.adding(seconds: -3600)
        func authority(_ name: String) throws -> CertificateAuthority {
            try CertificateAuthority.make(
                unit: name, key: .generate(.p256), notBefore: earlier, notAfter: later)
        }
        let (one, other) = (try authority("One"), try authority("Other"))
        func identity(
            _ authority: CertificateAuthority, _ profile: CertificateProfile, _ name: String,
            until end: Instant? = nil
        ) throws -> (certificate: Certificate, key: PrivateKey) {
            let key = try PrivateKey.generate(.p256)
            return (
                try authority.issue(
                    CertificateRequest(
                        commonName: name, publicKey: key.publicKey, notBefore: earlier,
                        notAfter: end ?? later, profile: profile)), key
            )
        }
        let service = try identity(one, .tlsServer(names: ["house.simulation"]), "house")
        let terminal = try identity(one, .tlsClient, "terminal")
        let stranger = try identity(other, .tlsClient, "terminal")
        server = try TLSContext.server(
            certificate: service.0, key: service.1, clientAnchors: [one.certificate])
        func client(
            _ identity: (certificate: Certificate, key: PrivateKey), _ anchor: CertificateAuthority,
            _ name: String = "house.simulation"
        ) throws -> TLSContext {
            try TLSContext.client(
                certificate: identity.0, key: identity.1, serverAnchors: [anchor.certificate],
                serverName: name)
        }
        self.client = try client(terminal, one)
        foreignClient = try client(stranger, one)
        expiredClient = try client(
            try identity(one, .tlsClient, "terminal", until: now.adding(seconds: -60)), one)
        serverAsClient = try client(service, one)
        namelessClient = try TLSContext(
            nil, [one.certificate], serverName: "house.simulation", isServer: false)
        wrongName = try client(terminal, one, "other.simulation")
        wrongAnchor = try client(terminal, other)
    }
}
