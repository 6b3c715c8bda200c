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
    /// A card with all its applications.
    static let complete = issue(hasSignature: true, holder: holder)
    /// Born in the 55th year of an era that had 64; the digits are a public example's.
    static let holder = CardHolder(
        identity, issuedOn: LocalDate(year: 2025, month: 6, day: 1) ?? LocalDate(dayNumber: 0),
        pictures: .none)
    private static let identity = PersonIdentity(
        name: "見本 太郎", sex: .male,
        birthDate: LocalDate(year: 1980, month: 2, day: 17) ?? LocalDate(dayNumber: 0))

    static func issue(
        hasSignature: Bool = false, holder: CardHolder? = nil, form: CardForm = .plastic,
        key: KeyKind = .rsa(bits: 2048)
    ) -> CardImage? {
        var order = CardImage.Order(
            person: "sample", notBefore: now, notAfter: now.adding(seconds: 86_400 * 365))
        order.hasSignature = hasSignature
        (order.holder, order.form, order.keyKind) = (holder, form, key)
        return try? CardImage.issue(
            order, authentication: authority("Simulated user authentication"),
            signature: authority("Simulated digital signature"),
            printer: PrivateKey.generate(.rsa(bits: 2048)))
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
