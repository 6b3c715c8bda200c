import APDU
import Authority
import Cryptography
import Octets
import Records
import VirtualCard

/// A card of an authority made for these tests, once.
enum Samples {
    static let now = Instant(seconds: 1_795_000_000)
    static let image = issue(hasSignature: true)
    static let withoutSignature = issue(hasSignature: false)

    private static func issue(hasSignature: Bool) -> CardImage? {
        var order = CardImage.Order(
            person: "sample", notBefore: now, notAfter: now.adding(seconds: 86_400 * 365))
        order.hasSignature = hasSignature
        return try? CardImage.issue(
            order, authentication: authority("Simulated user authentication"),
            signature: authority("Simulated digital signature"))
    }

    private static func authority(_ unit: String) throws(CryptographyError) -> CertificateAuthority
    {
        try CertificateAuthority.make(
            unit: unit, key: PrivateKey.generate(.p256), notBefore: now,
            notAfter: now.adding(seconds: 86_400 * 3650))
    }
}

extension VirtualCard {
    /// Sends a command written in hexadecimal and gives the answer likewise.
    mutating func say(_ hex: String) -> String { respond(to: [UInt8](hex: hex) ?? []).octets.hex }
}

/// SELECT of the JPKI application.
let selectApplication = "00a4040c0ad392f000260100000001"
/// VERIFY of the sample's PIN.
let verifyPIN = "002000800431323334"
/// VERIFY of the sample's password.
let verifyPassword = "0020008006414243313233"
/// The signature of a DigestInfo of 32 zero octets.
let sign =
    "802a008033" + "3031300d060960864801650304020105000420" + String(repeating: "00", count: 32)
    + "00"
