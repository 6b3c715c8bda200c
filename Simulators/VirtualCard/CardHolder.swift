package import Records

/// What is printed on a card about its holder, and kept in its text and surface applications.
/// No health, tax or pension data: a card has no place for them.
package struct CardHolder: Hashable, Sendable, PersonalData {
    /// The name (氏名).
    package var name: String
    /// The address (住所).
    package var address: String
    /// The birth date (生年月日).
    package var birthDate: LocalDate
    /// The sex (性別).
    package var sex: Sex
    /// The twelve digits in the place of the individual number: never a real one's.
    package var number: String
    /// The four digits printed under the photo.
    package var securityCode: String
    /// The card's last day, printed.
    package var expiresOn: LocalDate
    /// The card's serial number, 15 digits.
    package var serial: String
    /// The municipality's code, five digits.
    package var municipality: String
    /// The pictures on the card.
    package var pictures: CardPictures

    /// The number on every simulated card. Real ones end in a check digit, which nine times nine
    /// and so on fails.
    package static let invalidNumber = "999999999999"
    /// What a number must be, in words.
    package static let numberRule =
        "must be twelve times the same digit, 1 to 9, which no real number is"

    /// Whether twelve digits are plainly no real number.
    package static func isPlainlyInvalid(_ number: String) -> Bool {
        guard let first = number.utf8.first else { return false }
        return number.utf8.count == 12 && number.utf8.allSatisfy { $0 == first }
            && (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first)
    }

    /// The printed facts of a card.
    package init(
        name: String, address: String, birthDate: LocalDate, sex: Sex,
        number: String = invalidNumber, securityCode: String, expiresOn: LocalDate,
        serial: String, municipality: String, pictures: CardPictures
    ) {
        (self.name, self.address, self.birthDate, self.sex) = (name, address, birthDate, sex)
        (self.number, self.securityCode, self.expiresOn) = (number, securityCode, expiresOn)
        (self.serial, self.municipality, self.pictures) = (serial, municipality, pictures)
    }

    /// 照合番号A: the twelve digits.
    package var verificationNumberA: String { number }

    /// 照合番号B: birth date with the year of its era, the Gregorian year of expiry, and the
    /// security code.
    package var verificationNumberB: String {
        birthDate.eraDigits + expiresOn.digits.prefix(4) + securityCode
    }
}

/// The pictures on a card: a photo as JPEG 2000, the rest as PNG.
package struct CardPictures: Hashable, Sendable {
    /// The largest picture a card takes, in octets; all must fit into one file of 32,767.
    package static let longestOctetCount = 8_192

    /// The photo (a drawing), JPEG 2000.
    package var photo: [UInt8]
    /// The name as printed, PNG.
    package var name: [UInt8]
    /// The address as printed, PNG.
    package var address: [UInt8]

    /// Pictures.
    package init(photo: [UInt8], name: [UInt8], address: [UInt8]) {
        (self.photo, self.name, self.address) = (photo, name, address)
    }

    /// The signature box that begins a JPEG 2000 file (ISO/IEC 15444-1, I.5.1).
    package static let jp2Start: [UInt8] = [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A]
    /// What begins a PNG file.
    package static let pngStart: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
}
