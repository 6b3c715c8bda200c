import APDU
import Cryptography
import MyNumberCard
import Octets
import Testing
import VirtualCard

@Suite("Reading who a card says it is")
struct IdentityTests {
    @Test("a card tells certificate and tries in four commands and one for each 256 octets")
    func identity() throws {
        let image = try #require(Samples.image)
        var card = FaultyCard(VirtualCard(image))
        let identity = try readIdentity(on: &card)
        #expect(identity.certificate == (try image.certificate))
        #expect(identity.certificateDER == image.authentication?.certificate)
        #expect(identity.pin == .left(3))
        #expect(card.headers.count == 4 + (identity.certificateDER.count + 255) / 256)
    }

    @Test("the commands are those of the golden list")
    func golden() throws {
        let image = try #require(Samples.image)
        let der = try image.certificate.der
        var pieces = stride(from: 0, to: der.count, by: 256).map { Array(der[$0...].prefix(256)) }
        pieces = pieces.map { $0 + [0x90, 0x00] }
        let ok: [UInt8] = [0x90, 0x00]
        var card = PreparedCard(answers: [ok, ok] + pieces + [ok, [0x63, 0xC2]])
        #expect(try readIdentity(on: &card).pin == .left(2))
        let sent = card.sent.map(\.hex)
        #expect(sent.first == "00a4040c0ad392f000260100000001")
        #expect(sent.dropFirst().first == "00a4020c02000a")
        #expect(sent.dropFirst(2).first == "00b0000000")
        #expect(sent.suffix(2) == ["00a4020c020018", "00200080"])
    }

    @Test("what is not a My Number card is known by its answer to SELECT")
    func otherCard() {
        for word in ["6a82", "6d00", "6e00", "6999", "6a86"] {
            var card = PreparedCard(answers: [[UInt8](hex: word) ?? []])
            #expect(throws: CardError.notMyNumberCard) { try readIdentity(on: &card) }
        }
    }

    @Test("a card without certificate is known, however it says so")
    func noCertificate() throws {
        var image = try #require(Samples.image)
        image.authentication?.certificate = [UInt8](repeating: 0xFF, count: 300)
        var erased = VirtualCard(image)
        #expect(throws: CardError.noCertificate) { try readIdentity(on: &erased) }
        image.authentication?.certificate = []
        var nothing = VirtualCard(image)
        #expect(throws: CardError.noCertificate) { try readIdentity(on: &nothing) }
        image.authentication = nil
        var absent = VirtualCard(image)
        #expect(throws: CardError.noCertificate) { try readIdentity(on: &absent) }
        var empty = PreparedCard(answers: Array(repeating: [0x90, 0x00], count: 3))
        #expect(throws: CardError.noCertificate) { try readIdentity(on: &empty) }
    }

    @Test("a card that wants the PIN for its certificate says so")
    func telephone() {
        var card = PreparedCard(answers: [[0x90, 0x00], [0x90, 0x00], [0x69, 0x82]])
        #expect(throws: CardError.certificateProtected) { try readIdentity(on: &card) }
    }

    @Test("a certificate cut short is refused", arguments: [1, 2, 3, 255, 256, 257, 700])
    func cutCertificate(count: Int) throws {
        var image = try #require(Samples.image)
        image.authentication?.certificate.removeSubrange(count...)
        var card = VirtualCard(image)
        let error = #expect(throws: CardError.self) { try readIdentity(on: &card) }
        #expect(
            error == .malformed(field: "certificate")
                || error == .refused(.wrongOffset, step: .readCertificate))
    }

    @Test("a certificate that claims a mad length is refused at once")
    func madLength() {
        for head in ["3084ffffffff", "3083ffffff", "30822001", "3000", "30807f"] {
            var card = PreparedCard(answers: [
                [0x90, 0x00], [0x90, 0x00], ([UInt8](hex: head) ?? []) + [0x90, 0x00],
            ])
            #expect(throws: CardError.malformed(field: "certificate")) {
                try readIdentity(on: &card)
            }
            #expect(card.sent.count == 3)
        }
    }

    @Test("a file longer than its certificate gives the certificate")
    func padded() throws {
        var image = try #require(Samples.image)
        image.authentication?.certificate += [UInt8](repeating: 0, count: 600)
        var card = VirtualCard(image)
        let identity = try readIdentity(on: &card)
        #expect(identity.certificate == (try Samples.image?.certificate))
    }

    @Test("a card that fails at any command gives that failure")
    func failures() throws {
        let image = try #require(Samples.image)
        var whole = FaultyCard(VirtualCard(image))
        _ = try readIdentity(on: &whole)
        for number in 1...whole.headers.count {
            var card = FaultyCard(VirtualCard(image), plan: FaultPlan([number: .pulledBefore]))
            #expect(throws: CardError.channel(.removed)) { try readIdentity(on: &card) }
            card = FaultyCard(VirtualCard(image), plan: FaultPlan([number: .mute]))
            #expect(throws: CardError.channel(.mute)) { try readIdentity(on: &card) }
            card = FaultyCard(VirtualCard(image), plan: FaultPlan([number: .zeroOctets]))
            #expect(throws: CardError.channel(.answerTooShort(0))) { try readIdentity(on: &card) }
            card = FaultyCard(VirtualCard(image), plan: FaultPlan([number: .oneOctet]))
            #expect(throws: CardError.channel(.answerTooShort(1))) { try readIdentity(on: &card) }
            card = FaultyCard(VirtualCard(image), plan: FaultPlan([number: .overlong]))
            #expect(throws: CardError.channel(.answerTooLong)) { try readIdentity(on: &card) }
            card = FaultyCard(
                VirtualCard(image), plan: FaultPlan([number: .status(StatusWord(rawValue: 0x6F00))])
            )
            #expect(throws: CardError.self) { try readIdentity(on: &card) }
            #expect(card.card.counters == PINCounters())
        }
    }
}
