internal import Authority
package import Cryptography
internal import Octets
package import Records
package import VirtualCard

/// A card with a face on it, and what may be special about it.
package struct PrintedOrder: Hashable, Sendable {
    /// The id of the person.
    package var person = "sample"
    /// The name printed on it.
    package var name = "見本 花子"
    /// The birth date printed on it.
    package var birthDate = "1980-05-03"
    /// The sex printed on it.
    package var sex = Sex.female
    /// What kind of card it is.
    package var form = CardForm.plastic
    /// The days from the tests' first instant to the end of its certificate.
    package var daysLeft: Int64 = 365
    /// The days from its first day to the tests' first instant.
    package var daysOld: Int64 = 365 * 5
    /// Whether it has a certificate for user authentication.
    package var hasCertificate = true
    /// Whether its certificate may not be used to authenticate.
    package var hasWrongUsage = false
    /// Whether an authority issued it that nobody here trusts.
    package var isForeign = false

    /// The sample's own card.
    package init() {}
}

extension Cards {
    private static let foreign = Result {
        try CertificateAuthority.make(
            unit: "Nobody's", key: PrivateKey.generate(.p256),
            notBefore: PatientClock.start.adding(seconds: -86_400 * 4000),
            notAfter: PatientClock.start.adding(seconds: 86_400 * 4000))
    }
    private static let printer = Result { try PrivateKey.generate(.rsa(bits: 2048)) }
    /// The authority of the tests' cards.
    package static var authorityCertificate: Certificate? { try? authority.get().certificate }

    /// A photo that is nobody else's.
    package static func photo(of name: String) -> [UInt8] {
        var octets = CardPictures.jp2Start
        for count in UInt8(0)..<24 {
            octets += SHA256Digest(hashing: Array(name.utf8) + [count]).octets
        }
        return octets
    }

    /// Issues a card with a face.
    package static func printed(_ order: PrintedOrder) throws -> CardImage {
        let start = PatientClock.start.adding(seconds: -86_400 * order.daysOld)
        var made = CardImage.Order(
            person: order.person, notBefore: start,
            notAfter: PatientClock.start.adding(seconds: 86_400 * order.daysLeft))
        made.form = order.form
        made.keyKind = .p384
        made.hasAuthentication = order.hasCertificate
        if order.hasWrongUsage { made.faults = [.wrongKeyUsage] }
        guard let birthDate = LocalDate(order.birthDate) else { throw NoDate() }
        made.holder = CardHolder(
            PersonIdentity(name: order.name, sex: order.sex, birthDate: birthDate),
            issuedOn: start.dateInJapan,
            pictures: CardPictures(photo: photo(of: order.name), name: [1], address: [2]))
        return try CardImage.issue(
            made, authentication: try (order.isForeign ? foreign : authority).get(),
            signature: try authority.get(),
            printer: try printer.get())
    }
}

private struct NoDate: Error {}
