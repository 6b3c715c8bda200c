import APDU
import Cryptography
import Foundation
import JSON
import MyNumberCard
import Octets
import Records
import Testing
import VirtualCard

@Suite("What a card tells of its holder")
struct HolderTests {
    @Test("the number in the place of the individual number fails the real ones' check digit")
    func number() {
        // Ordinance no. 85 of 2014, art. 5: weights 2 to 7, then 2 to 6, from the right.
        func checkDigit(_ digits: [Int]) -> Int {
            let sum = zip(digits.reversed(), [2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6])
                .reduce(0) { $0 + $1.0 * $1.1 }
            return sum % 11 <= 1 ? 0 : 11 - sum % 11
        }
        for digit in 1...9 {
            let number = String(repeating: "\(digit)", count: 12)
            #expect(CardHolder.isPlainlyInvalid(number))
            #expect(checkDigit([Int](repeating: digit, count: 11)) != digit)
        }
        #expect(CardHolder.isPlainlyInvalid(CardHolder.invalidNumber))
        for number in ["000000000000", "123456789018", "99999999999", ""] {
            #expect(!CardHolder.isPlainlyInvalid(number))
        }
    }

    @Test("照合番号B has the era's year of birth and the Gregorian year of expiry")
    func numberB() throws {
        var holder = Samples.holder
        holder.securityCode = "2285"
        #expect(holder.verificationNumberB == "55021720352285")
        holder.birthDate = try #require(LocalDate("1989-01-07"))
        #expect(holder.verificationNumberB.hasPrefix("640107"))
        holder.birthDate = try #require(LocalDate("1989-01-08"))
        #expect(holder.verificationNumberB.hasPrefix("010108"))
        holder.birthDate = try #require(LocalDate("2019-05-01"))
        #expect(holder.verificationNumberB.hasPrefix("010501"))
    }

    /// The data objects of a file, all the way down.
    private func tags(_ octets: [UInt8]) -> [UInt32] {
        var reader = OctetReader(octets)
        var tags: [UInt32] = []
        while reader.remaining > 0, let object = try? reader.tlv(), object.tag != 0xFFFF {
            tags.append(object.tag)
        }
        return tags
    }

    @Test("every file of the card is listed here, and none has a place for health, tax or pension")
    func everyFile() throws {
        let image = try #require(Samples.complete)
        var found: [String] = []
        for application in image.applications {
            for (file, element) in application.elements {
                let name = "\(application.identifier.suffix(3).hex)/\(file.octets.hex)"
                switch element {
                case .file(let octets, _):
                    let outer = octets.first == 0xFF ? (try OctetReader(octets).first?.value) : nil
                    found.append(
                        ([name] + tags(outer ?? []).map { String($0, radix: 16) })
                            .joined(separator: " "))
                case .records(let records, _):
                    found.append("\(name) \(records.map(\.count))")
                case .secret, .key: break
                }
            }
        }
        #expect(
            found.sorted() == [
                "000001/0001", "000001/0002", "000001/0006", "000001/0008", "000001/000a",
                "000001/000b", "010100/0001 [30]",
                "010402/0001 df11 df12 df13",
                "010402/0002 df21 df22 df23 df24 df25 df26 df27 df28 df29 df2a",
                "010402/0003 df31 df32 df33 df34 df35", "010402/0004",
                "010402/0005 df41 df42 df43", "010408/0001",
                "010408/0002 df21 df22 df23 df24 df25", "010408/0003 df31 df32 df33",
                "010408/0004", "010408/0005 df41 df42 df43",
            ])
    }

    @Test("nothing of a person's records is on their card; what is printed is")
    func people() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Simulators/People").path
        let names = try KeyFile.names(in: folder, endingIn: ".json")
        #expect(names.count >= 5)
        var image = try #require(Samples.complete)
        for name in names {
            let octets = try KeyFile.read("\(folder)/\(name)")
            let file = try PersonFile(parsing: octets)
            let identity = try file.person(on: try #require(LocalDate("2026-11-22"))).identity
            let pictures = try CardPictures.load(of: file.id, from: "\(folder)/pictures")
            #expect(pictures.photo.count < 4096 && pictures.photo != CardPictures.none.photo)
            #expect(pictures.photo.starts(with: CardPictures.jp2Start))
            image.holder = CardHolder(
                identity, issuedOn: try #require(LocalDate("2026-11-22")), pictures: pictures)
            let files = image.applications.flatMap(\.elements.values).compactMap { element in
                if case .file(let octets, _) = element { octets } else { nil }
            }
            func isOnCard(_ text: String) -> Bool {
                let wanted = Data(text.utf8)
                return files.contains { Data($0).range(of: wanted) != nil }
            }
            #expect(isOnCard(identity.name.replacing(" ", with: "\u{3000}")))
            let texts = texts(try JSONValue(parsing: octets), except: identity)
            #expect(!texts.isEmpty)
            for text in texts { #expect(!isOnCard(text), "\(name): \(text)") }
        }
    }

    /// The texts of a people file that are long enough not to be met by chance.
    private func texts(_ value: JSONValue, except identity: PersonIdentity) -> [String] {
        switch value {
        case .object(let fields):
            fields.filter { $0.key != "identity" }.values
                .flatMap { texts($0, except: identity) }
        case .array(let elements): elements.flatMap { texts($0, except: identity) }
        case .string(let text):
            text.utf8.count >= 8 && text != identity.name && text != identity.address ? [text] : []
        default: []
        }
    }

    @Test("the terminal reads the face with 照合番号B, the right one")
    func face() throws {
        let image = try #require(Samples.complete)
        let holder = try #require(image.holder)
        var card = VirtualCard(image)
        let number = try #require(
            VerificationNumberB(
                birthDate: holder.birthDate, expiryYear: holder.expiresOn.year,
                securityCode: holder.securityCode))
        let face = try readFace(on: &card, opening: number)
        #expect(face.photo == holder.pictures.photo && face.birthDate == holder.birthDate)
        #expect(face.expiresOn == holder.expiresOn)
        var other = VirtualCard(try #require(Samples.image))
        #expect(throws: CardFaceError.noSurface) { try readFace(on: &other, opening: number) }
    }

    @Test("a terminal that guesses wrong stops after one failure, and before the last tries")
    func wrongNumber() throws {
        let image = try #require(Samples.complete)
        let holder = try #require(image.holder)
        let code = holder.securityCode == "0000" ? "0001" : "0000"
        let wrong = try #require(
            VerificationNumberB(
                birthDate: holder.birthDate, expiryYear: holder.expiresOn.year, securityCode: code))
        var card = FaultyCard(VirtualCard(image))
        #expect(throws: CardFaceError.wrongNumber(triesLeft: 9)) {
            try readFace(on: &card, opening: wrong)
        }
        #expect(card.headers.filter { $0[1] == 0x20 }.count == 2, "one question, one VERIFY")
        #expect(card.card.counters.triesLeft == ["surface/0012": 9])
        var few = VirtualCard(image, counters: PINCounters(triesLeft: ["surface/0012": 4]))
        #expect(throws: CardFaceError.tooFewTries(left: 4)) {
            try readFace(on: &few, opening: wrong)
        }
        var locked = VirtualCard(image, counters: PINCounters(triesLeft: ["surface/0012": 0]))
        #expect(throws: CardFaceError.locked) { try readFace(on: &locked, opening: wrong) }
    }

    @Test("a card that resets itself while its text is read is no other card, and loses no try")
    func resetsItself() throws {
        let image = try #require(Samples.complete)
        let holder = try #require(image.holder)
        let certificate = try Certificate(der: #require(image.authentication).certificate)
        let number = try #require(
            VerificationNumberB(
                birthDate: holder.birthDate, expiryYear: holder.expiresOn.year,
                securityCode: holder.securityCode))
        var failures = 0
        for command in 3...20 {
            var card = FaultyCard(VirtualCard(image), plan: FaultPlan([command: .resetsItself]))
            do throws(CardFaceError) {
                _ = try readPrinted(on: &card, expecting: certificate, opening: number)
                #expect(card.headers.count < command || card.headers[command - 1][1] == 0xA4)
            } catch {
                failures += 1
                #expect(error != .differentCard && error != .noSurface, "command \(command)")
            }
            #expect(card.card.counters == PINCounters())
        }
        #expect(failures >= 4)
    }
}

extension OctetReader {
    /// The first data object.
    fileprivate var first: TLV? {
        get throws {
            var copy = self
            return try copy.tlv()
        }
    }
}
