import Authority
import Cryptography
import Foundation
import Records

/// A day, a year, and authorities of the simulation.
enum Sample {
    static let now = Instant(seconds: 1_795_000_000)
    static let year: Int64 = 86_400 * 365

    static func authority(
        _ kind: KeyKind = .p256, hasKeyID: Bool = true
    ) throws -> CertificateAuthority {
        try .make(
            unit: "Simulated user authentication", key: .generate(kind),
            notBefore: now.adding(seconds: -year), notAfter: now.adding(seconds: 9 * year),
            hasKeyID: hasKeyID)
    }

    static func request(
        _ profile: CertificateProfile, _ kind: KeyKind = .p256, name: String = "a name"
    ) throws -> CertificateRequest {
        CertificateRequest(
            commonName: name, publicKey: try PrivateKey.generate(kind).publicKey,
            notBefore: now.adding(seconds: -60), notAfter: now.adding(seconds: year),
            profile: profile)
    }
}

/// A folder for one test, gone with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        let name = "madoguchi-authority-\(UUID().uuidString)"
        path = FileManager.default.temporaryDirectory.appending(path: name).path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
