package import APDU
package import Cryptography
internal import Octets
package import Records

/// What the terminal uses of the text application (券面事項入力補助): name, birth date and sex, which
/// 照合番号B opens. The twelve digits are never asked for.
package enum CardText {
    /// The application's identifier.
    package static let application: [UInt8] = [
        0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08,
    ]
    /// 基本4情報: name, address, birth date, sex.
    package static let attributes = FileIdentifier(0x0002)
    /// 照合番号B in this application.
    package static let numberB = FileIdentifier(0x0015)
}

/// Reads who is printed on the card that was read before: another card is found out first, and no
/// try of its number is spent. The address is read over, not taken.
package func readPrinted(
    on channel: inout some CardChannel & ~Copyable, expecting expected: Certificate,
    opening number: VerificationNumberB
) throws(CardFaceError) -> PrintedIdentity {
    try channel.meet(expected)
    do throws(CardFaceError) {
        try channel.sendForFace(SelectApplication(CardText.application))
    } catch .refused {
        throw .noSurface
    }
    try channel.open(CardText.numberB, with: number)
    try channel.sendForFace(SelectFile(CardText.attributes))
    return try PrintedIdentity(cardText: channel.wholeFile())
}

extension CardChannel where Self: ~Copyable {
    /// Makes sure that the card is the one that was read before.
    package mutating func meet(_ expected: Certificate) throws(CardFaceError) {
        do throws(CardError) {
            try selectUserAuthentication()
            try compare(with: expected, on: &self)
        } catch .channel(let error) {
            throw .channel(error)
        } catch .refused(let status, _) {
            // A card that was reset in the middle refuses; it is no other card for that.
            throw .refused(status)
        } catch {
            throw .differentCard
        }
    }
}

extension PrintedIdentity {
    /// Reads file 0002 of the text application.
    package init(cardText octets: [UInt8]) throws(CardFaceError) {
        let objects: [UInt32: [UInt8]]
        do throws(OctetError) {
            objects = try dataObjects(octets, in: 0xFF20)
        } catch {
            throw .malformed(field: "text")
        }
        func text(_ tag: UInt32, _ field: String) throws(CardFaceError) -> String {
            guard let octets = objects[tag], !octets.isEmpty, octets.count <= 512,
                let text = String(validating: octets, as: UTF8.self)
            else { throw .malformed(field: field) }
            return text
        }
        guard let birthDate = LocalDate(digits: try text(0xDF24, "birth date")) else {
            throw .malformed(field: "birth date")
        }
        let sex: Sex =
            switch try text(0xDF25, "sex") {
            case "1": .male
            case "2": .female
            default: .unset
            }
        self.init(name: try text(0xDF22, "name"), birthDate: birthDate, sex: sex)
    }
}
