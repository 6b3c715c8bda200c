package import Cryptography
package import Records

extension CardHolder {
    /// The municipality of every simulated card: no such code is in use.
    package static let simulatedMunicipality = "99999"
    private static let unknownAddress = "東京都架空区模擬町1番地"

    /// What is printed on a person's card issued on a date: it lasts to the tenth birthday after.
    package init(_ person: PersonIdentity, issuedOn date: LocalDate, pictures: CardPictures) {
        self.init(
            name: person.name, address: person.address ?? Self.unknownAddress,
            birthDate: person.birthDate, sex: person.sex, securityCode: randomDigits(4),
            expiresOn: tenthBirthday(of: person.birthDate, after: date),
            serial: randomDigits(15), municipality: Self.simulatedMunicipality, pictures: pictures)
    }
}

/// The birthday in the tenth year after a date; 28 February for those born on the 29th.
private func tenthBirthday(of birth: LocalDate, after date: LocalDate) -> LocalDate {
    let year = date.year + 10
    return LocalDate(year: year, month: birth.month, day: birth.day)
        ?? LocalDate(year: year, month: 2, day: 28) ?? date
}

/// Digits by chance.
func randomDigits(_ count: Int) -> String {
    String(RandomOctets.make(count).map { Character(Unicode.Scalar(0x30 + $0 % 10)) })
}

extension CardPictures {
    /// A person's pictures in a folder: `ID.jp2`, `ID.name.png`, `ID.address.png`; what is not there
    /// is replaced by a picture of nobody.
    package static func load(
        of id: String, from folder: String
    ) throws(KeyFile.Failure) -> CardPictures {
        let names = try? KeyFile.names(in: folder, endingIn: "")
        func picture(_ name: String, or none: [UInt8]) throws(KeyFile.Failure) -> [UInt8] {
            guard let names, names.contains(name) else { return none }
            return try KeyFile.read("\(folder)/\(name)", limit: longestOctetCount)
        }
        return CardPictures(
            photo: try picture("\(id).jp2", or: none.photo),
            name: try picture("\(id).name.png", or: none.name),
            address: try picture("\(id).address.png", or: none.address))
    }
}
