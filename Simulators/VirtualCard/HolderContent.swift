internal import Cryptography
internal import Octets
internal import Records

/// The holder's facts as the text and surface applications write them (BER-TLV), and what of them
/// the issuer signs. Tags as public readers of the card know them.
struct HolderContent {
    /// The name of the issuer's key: sixteen octets that say what they are.
    static let keyIdentifier = Array("SIMULATED KEY 01".utf8)

    let holder: CardHolder
    private let chipKey: [UInt8]

    init(_ holder: CardHolder, chip: PublicKey) {
        self.holder = holder
        chipKey = cardKey(chip)
    }

    // MARK: The text application

    /// File 0001: the twelve digits, then two octets of filler.
    var numberFile: [UInt8] { object(0xFF10, Array(holder.number.utf8)) + [0xFF, 0xFF] }

    /// The four facts, without the table of their places.
    private var attributes: [[UInt8]] {
        [
            object(0xDF22, Array(holder.name.replacing(" ", with: "\u{3000}").utf8)),
            object(0xDF23, Array(holder.address.utf8)),
            object(0xDF24, Array(holder.birthDate.digits.utf8)),
            object(0xDF25, Array(sexDigit.utf8)),
        ]
    }

    /// File 0002: name, address, birth date, sex.
    var attributesFile: [UInt8] { withTable(0xFF20, table: 0xDF21, attributes) }

    /// What file 0003 says of files 0001 and 0002.
    var textDigests: [UInt8] {
        object(0xDF31, HashAlgorithm.sha256.digest(numberFile))
            + object(0xDF32, HashAlgorithm.sha256.digest(Array(attributes.joined())))
    }

    /// File 0003: digests and the issuer's signature over them.
    func integrityFile(signature: [UInt8]) -> [UInt8] {
        object(0xFF30, textDigests + object(0xDF33, signature))
    }

    /// File 0005 of the text application.
    var textInformation: [UInt8] {
        object(
            0xFF40,
            object(0xDF41, [0x01, 0x03, 0x0E, 0x01]) + object(0xDF42, Self.keyIdentifier)
                + object(0xDF43, [UInt8](repeating: 0, count: 128)))
    }

    // MARK: The surface application

    /// What the issuer signs of file 0001: the birth date, and the chip's key.
    var age: [UInt8] {
        object(0xDF11, Array(holder.birthDate.digits.utf8)) + object(0xDF12, chipKey)
    }

    /// File 0001.
    func ageFile(signature: [UInt8]) -> [UInt8] {
        object(0xFF10, age + object(0xDF13, signature))
    }

    private var facts: [[UInt8]] {
        [
            object(0xDF22, Array(holder.birthDate.digits.utf8)),
            object(0xDF23, Array(sexDigit.utf8)),
            object(0xDF24, chipKey),
        ]
    }
    private var texts: [[UInt8]] {
        [object(0xDF25, holder.pictures.name), object(0xDF26, holder.pictures.address)]
    }
    private var photo: [[UInt8]] { [object(0xDF27, holder.pictures.photo)] }

    /// What the issuer signs of file 0002: a digest of each of its three parts. The expiry and the
    /// security code are not among them.
    var faceDigests: [UInt8] {
        [facts, texts, photo].flatMap { HashAlgorithm.sha256.digest(Array($0.joined())) }
    }

    /// File 0002: the card's face.
    func faceFile(signature: [UInt8]) -> [UInt8] {
        withTable(
            0xFF20, table: 0xDF21,
            facts + texts + photo + [
                object(0xDF28, signature),
                object(0xDF29, Array(holder.expiresOn.digits.utf8)),
                object(0xDF2A, SmallPNG.digits(holder.securityCode)),
            ])
    }

    /// File 0003 of the surface application.
    var surfaceInformation: [UInt8] {
        object(
            0xFF30,
            object(0xDF31, [0x06, 0x03, 0x0E, 0x01]) + object(0xDF32, Self.keyIdentifier)
                + object(0xDF33, [0x01]) + object(0xDF34, Array(holder.municipality.utf8))
                + object(0xDF35, Self.keyIdentifier + [UInt8](repeating: 0, count: 256)))
    }

    /// What the issuer signs of file 0005: the number's picture, and the chip's key.
    var number: [UInt8] {
        object(0xDF41, SmallPNG.digits(holder.number)) + object(0xDF42, chipKey)
    }

    /// File 0005.
    func numberPictureFile(signature: [UInt8]) -> [UInt8] {
        object(0xFF40, number + object(0xDF43, signature))
    }

    // MARK: The common application

    /// Record 1 of file 0001: the card's serial number, the municipality, the expiry.
    var serialRecord: [UInt8] {
        let digits = holder.serial + holder.municipality + holder.expiresOn.digits
        return [0x01, UInt8(digits.utf8.count)] + Array(digits.utf8)
    }

    private var sexDigit: String {
        switch holder.sex {
        case .male: "1"
        case .female: "2"
        case .unset: "9"
        }
    }
}

private func object(_ tag: UInt32, _ value: [UInt8]) -> [UInt8] {
    TLV(tag: tag, value: value).encoded
}

/// A file whose first object tells where each of the others begins, counted from the file's start.
private func withTable(_ tag: UInt32, table: UInt32, _ objects: [[UInt8]]) -> [UInt8] {
    let blank = object(table, [UInt8](repeating: 0, count: objects.count * 2))
    let whole = object(tag, blank + objects.joined())
    var place = whole.count - objects.reduce(0) { $0 + $1.count }
    var places: [UInt8] = []
    for part in objects {
        places.append(bigEndian: UInt16(truncatingIfNeeded: place))
        place += part.count
    }
    return object(tag, object(table, places) + objects.joined())
}
