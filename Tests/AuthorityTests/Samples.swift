import Authority
import Cryptography
import Records

/// A day, a year, and authorities of the simulation.
enum Sample {
    static let now = Instant(seconds: 1_795_000_000)
    static let year: Int64 = 86_400 * 365

    /// Made once: an RSA key takes a tenth of a second, which other tests wait for.
    private static let rsaKey = Result { try PrivateKey.generate(.rsa(bits: 2048)) }

    private static func key(_ kind: KeyKind) throws -> PrivateKey {
        if case .rsa = kind { try rsaKey.get() } else { try PrivateKey.generate(kind) }
    }

    static func authority(
        _ kind: KeyKind = .p256, hasKeyID: Bool = true
    ) throws -> CertificateAuthority {
        try .make(
            unit: "Simulated user authentication", key: key(kind),
            notBefore: now.adding(seconds: -year), notAfter: now.adding(seconds: 9 * year),
            hasKeyID: hasKeyID)
    }

    static func request(
        _ profile: CertificateProfile, _ kind: KeyKind = .p256, name: String = "a name"
    ) throws -> CertificateRequest {
        CertificateRequest(
            commonName: name, publicKey: try key(kind).publicKey,
            notBefore: now.adding(seconds: -60), notAfter: now.adding(seconds: year),
            profile: profile)
    }
}
