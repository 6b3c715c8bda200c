package import APDU
internal import Octets
package import Records

/// What the terminal uses of the surface application (券面事項確認): the card's face, which
/// 照合番号B opens. The twelve digits and what they open are never asked for.
package enum CardSurface {
    /// The application's identifier.
    package static let application: [UInt8] = [
        0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02,
    ]
    /// The card's face: photo, birth date, expiry.
    package static let face = FileIdentifier(0x0002)
    /// 照合番号B in this application.
    package static let numberB = FileIdentifier(0x0012)
    /// The longest face taken, in octets; a file ends where offsets end.
    package static let longestFace = ReadBinary.offsetLimit - 1
    /// A number that was read from a card by machine is not tried when fewer tries are left: the
    /// holder needs them elsewhere.
    package static let fewestTries = 5
}

/// 照合番号B: what stands on a card's face, as 14 digits.
package struct VerificationNumberB: Hashable, Sendable, PersonalData {
    /// The digits as the card takes them.
    let octets: [UInt8]

    /// Birth date, year of expiry and the four digits under the photo; nothing where these cannot
    /// stand on a card. The birth date's year is that of its era.
    package init?(birthDate: LocalDate, expiryYear: Int, securityCode: String) {
        guard (1000...9999).contains(expiryYear), securityCode.utf8.count == 4,
            securityCode.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        octets = Array((birthDate.eraDigits + String(expiryYear) + securityCode).utf8)
    }
}

/// A card's face, as its chip holds it: not yet compared with anything.
package struct CardFace: Hashable, Sendable, PersonalData {
    /// The birth date.
    package var birthDate: LocalDate
    /// The photo, JPEG 2000.
    package var photo: [UInt8]
    /// The card's last day. The issuer's signature does not cover it.
    package var expiresOn: LocalDate
    /// The chip's own public key, where the card has one: exponent and modulus as cards write them.
    package var chipKey: [UInt8]?

    /// Reads the file's data objects.
    package init(parsing octets: [UInt8]) throws(CardFaceError) {
        let objects: [UInt32: [UInt8]]
        do throws(OctetError) {
            objects = try dataObjects(octets, in: 0xFF20)
        } catch {
            throw .malformed(field: "face")
        }
        func date(_ tag: UInt32, _ field: String) throws(CardFaceError) -> LocalDate {
            guard let digits = objects[tag], digits.allSatisfy({ $0 < 0x80 }),
                let date = LocalDate(digits: String(decoding: digits, as: UTF8.self))
            else { throw .malformed(field: field) }
            return date
        }
        birthDate = try date(0xDF22, "birth date")
        expiresOn = try date(0xDF29, "expiry")
        guard let photo = objects[0xDF27], !photo.isEmpty else { throw .malformed(field: "photo") }
        self.photo = photo
        chipKey = objects[0xDF24]
    }
}

/// Why a card's face was not read.
package enum CardFaceError: Error, Hashable, Sendable {
    /// The card has no surface application: a telephone, or another card.
    case noSurface
    /// The number does not open this card; so many tries are left. It is not tried again.
    case wrongNumber(triesLeft: Int)
    /// Too few tries are left to spend one on a number that a machine read.
    case tooFewTries(left: Int)
    /// The number is locked; the municipal office unlocks.
    case locked
    /// Another card than the one that was read before; nothing was spent.
    case differentCard
    /// The chip does not prove the key that stands on the card's face.
    case wrongChip
    /// The card refused with this status word.
    case refused(StatusWord)
    /// What the card sent for this field cannot be right.
    case malformed(field: String)
    /// The way to the card failed.
    case channel(CardChannelError)
}

/// Reads a card's face with 照合番号B. The number is sent once: a wrong one is told, and never
/// guessed at again in another form.
package func readFace(
    on channel: inout some CardChannel & ~Copyable, opening number: VerificationNumberB
) throws(CardFaceError) -> CardFace {
    do throws(CardFaceError) {
        try channel.sendForFace(SelectApplication(CardSurface.application))
    } catch .refused {
        throw .noSurface
    }
    try channel.open(CardSurface.numberB, with: number)
    try channel.sendForFace(SelectFile(CardSurface.face))
    return try CardFace(parsing: channel.wholeFile())
}

/// VERIFY with a verification number. It is printed on the card: no secret like a PIN.
private struct OpenWithNumber: CardCommand {
    let octets: [UInt8]
    var apdu: CommandAPDU { CommandAPDU(0x00, 0x20, 0x00, 0x80, data: octets) }
    func decode(_ response: ResponseAPDU) throws(CardCommandError) {
        _ = try response.dataIfSuccessful()
    }
}

/// The data objects in a file's one outer object, each tag once.
func dataObjects(_ octets: [UInt8], in outer: UInt32) throws(OctetError) -> [UInt32: [UInt8]] {
    var reader = OctetReader(octets)
    let file = try reader.tlv()
    guard file.tag == outer else { throw .malformed(offset: 0) }
    reader = OctetReader(file.value)
    var objects: [UInt32: [UInt8]] = [:]
    while reader.remaining > 0 {
        let object = try reader.tlv()
        guard objects.updateValue(object.value, forKey: object.tag) == nil else {
            throw .malformed(offset: reader.offset)
        }
    }
    return objects
}

extension CardChannel where Self: ~Copyable {
    /// Opens what 照合番号B opens in the selected application: once, and only where enough tries
    /// are left.
    mutating func open(
        _ reference: FileIdentifier, with number: VerificationNumberB
    ) throws(CardFaceError) {
        try sendForFace(SelectFile(reference))
        switch try sendForFace(AskTries()) {
        case .locked: throw .locked
        case .left(let tries) where tries < CardSurface.fewestTries:
            throw .tooFewTries(left: tries)
        case .left: break
        }
        try sendForFace(OpenWithNumber(octets: number.octets))
    }

    /// Sends a command whose failure is a face's.
    @discardableResult
    mutating func sendForFace<Command: CardCommand>(
        _ command: Command
    ) throws(CardFaceError) -> Command.Answer {
        do throws(CardCommandError) {
            return try send(command)
        } catch {
            switch error {
            case .channel(let error): throw .channel(error)
            case .malformed: throw .malformed(field: "answer")
            case .refused(let status):
                if status.saysLocked { throw .locked }
                if let left = status.retriesLeft { throw .wrongNumber(triesLeft: left) }
                throw .refused(status)
            }
        }
    }

    /// Reads the selected file up to the length that its first octets claim.
    mutating func wholeFile() throws(CardFaceError) -> [UInt8] {
        var octets = try sendForFace(ReadBinary(offset: 0, count: ReadBinary.longestPiece))
        var reader = OctetReader(octets)
        guard let head = try? reader.tlvHead(), head.totalCount <= CardSurface.longestFace else {
            throw .malformed(field: "face")
        }
        while octets.count < head.totalCount {
            let count = min(head.totalCount - octets.count, ReadBinary.longestPiece)
            let piece = try sendForFace(ReadBinary(offset: octets.count, count: count))
            guard !piece.isEmpty else { throw .malformed(field: "face") }
            octets += piece
        }
        return [UInt8](octets.prefix(head.totalCount))
    }
}
