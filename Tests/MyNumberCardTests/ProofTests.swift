import APDU
import Cryptography
import MyNumberCard
import Octets
import Secrets
import Testing
import VirtualCard

@Suite("Proving the holder of a card")
struct ProofTests {
    static let message = Array("madoguchi check-in v1 card\n{}".utf8)

    private func proof(
        of image: CardImage, on card: inout FaultyCard, pin: String = "1234",
        spendLastTry: Bool = false
    ) throws(CardError) -> [UInt8] {
        guard let certificate = try? image.certificate else { throw .noCertificate }
        return try prove(
            on: &card, expecting: certificate, pin: page(pin), signing: Self.message,
            spendLastTry: spendLastTry)
    }

    @Test("a card signs in eight commands, and its certificate vouches for the signature")
    func signature() throws {
        let image = try #require(Samples.image)
        var card = FaultyCard(VirtualCard(image))
        let signature = try proof(of: image, on: &card)
        #expect(signature.count == 256)
        #expect(try image.certificate.publicKey.isValid(signature: signature, over: Self.message))
        #expect(card.headers.count == 8)
    }

    @Test("a P-384 card signs the bare digest; nothing expects 256 octets")
    func nextGeneration() throws {
        let image = try #require(Samples.nextGeneration)
        var card = FaultyCard(VirtualCard(image))
        let identity = try readIdentity(on: &card)
        #expect(identity.certificate.publicKey.kind == .p384)
        let signature = try proof(of: image, on: &card)
        #expect(signature.count < 120)
        #expect(
            identity.certificate.publicKey.isValid(signature: signature, over: Self.message))
    }

    @Test("identity and proof together take twelve commands and one for each 256 octets")
    func commandBudget() throws {
        let image = try #require(Samples.image)
        var card = FaultyCard(VirtualCard(image))
        let identity = try readIdentity(on: &card)
        _ = try proof(of: image, on: &card)
        #expect(card.headers.count <= 12 + (identity.certificateDER.count + 255) / 256)
    }

    @Test(
        "a PIN that is not four digits never reaches the card",
        arguments: ["", "1", "123", "12345", "123a", "１２３", "12 4", "123\u{0}", "abcd"])
    func malformedPIN(pin: String) throws {
        let image = try #require(Samples.image)
        var card = FaultyCard(VirtualCard(image))
        #expect(throws: CardError.pinMalformed) { try proof(of: image, on: &card, pin: pin) }
        #expect(card.headers.isEmpty)
    }

    @Test("wrong PINs count down; the last try is asked for; then the card is locked")
    func countdown() throws {
        let image = try #require(Samples.image)
        var card = FaultyCard(VirtualCard(image))
        #expect(throws: CardError.wrongPIN(triesLeft: 2)) {
            try proof(of: image, on: &card, pin: "0000")
        }
        #expect(throws: CardError.wrongPIN(triesLeft: 1)) {
            try proof(of: image, on: &card, pin: "0000")
        }
        #expect(throws: CardError.lastTry) { try proof(of: image, on: &card) }
        #expect(card.card.counters.triesLeft == [CardImage.pinName: 1])
        var lucky = card
        _ = try proof(of: image, on: &lucky, spendLastTry: true)
        #expect(lucky.card.counters.triesLeft == [CardImage.pinName: 3])
        #expect(throws: CardError.wrongPIN(triesLeft: 0)) {
            try proof(of: image, on: &card, pin: "0000", spendLastTry: true)
        }
        let before = card.headers.count
        #expect(throws: CardError.pinLocked) {
            try proof(of: image, on: &card, spendLastTry: true)
        }
        #expect(card.headers.count == before + 5, "a locked card is sent no PIN")
        #expect(try readIdentity(on: &card).pin == .locked)
    }

    @Test("a swapped card is found before the PIN is sent and loses no try")
    func swapped() throws {
        let expected = try #require(Samples.image)
        for swapped in [Samples.other, Samples.nextGeneration] {
            var card = FaultyCard(VirtualCard(try #require(swapped)))
            #expect(throws: CardError.differentCard) {
                try proof(of: expected, on: &card, pin: "0000")
            }
            #expect(card.card.counters == PINCounters())
            #expect(!card.headers.contains { $0[1] == 0x20 })
        }
        var empty = try #require(Samples.image)
        empty.authentication = nil
        var card = FaultyCard(VirtualCard(empty))
        #expect(throws: CardError.differentCard) { try proof(of: expected, on: &card) }
    }

    @Test("tries spent meanwhile by another program are seen before the PIN is sent")
    func spentMeanwhile() throws {
        let image = try #require(Samples.image)
        var card = FaultyCard(
            VirtualCard(image, counters: PINCounters(triesLeft: [CardImage.pinName: 1])))
        #expect(throws: CardError.lastTry) { try proof(of: image, on: &card, pin: "0000") }
        #expect(card.card.counters.triesLeft == [CardImage.pinName: 1])
    }

    @Test("a card that fails at any command gives that failure and no second try is spent")
    func failures() throws {
        let image = try #require(Samples.image)
        for number in 1...8 {
            for (fault, failure) in [
                (Fault.pulledBefore, CardChannelError.removed), (.pulledAfter, .removed),
                (.mute, .mute), (.zeroOctets, .answerTooShort(0)),
                (.oneOctet, .answerTooShort(1)), (.overlong, .answerTooLong),
            ] {
                var card = FaultyCard(VirtualCard(image), plan: FaultPlan([number: fault]))
                // Only at VERIFY itself may a try have been spent.
                let expected: CardError =
                    number == 6 ? .pinUnanswered(failure) : .channel(failure)
                #expect(throws: expected) {
                    try proof(of: image, on: &card, pin: "1234")
                }
                #expect(card.headers.count == number)
            }
        }
    }

    @Test("a card that resets itself is no other card: it proves, or refuses and costs no try")
    func resetsItself() throws {
        let image = try #require(Samples.image)
        var early = FaultyCard(VirtualCard(image), plan: FaultPlan([2: .resetsItself]))
        #expect(try !proof(of: image, on: &early).isEmpty)
        #expect(early.headers.count == 10)
        for number in 3...8 {
            var card = FaultyCard(VirtualCard(image), plan: FaultPlan([number: .resetsItself]))
            let refusal = #expect(throws: CardError.self) { try proof(of: image, on: &card) }
            #expect(refusal != .differentCard && refusal != .notMyNumberCard)
            #expect(card.card.counters == PINCounters())
        }
    }

    @Test("a card swapped at any command without anybody noticing costs neither card a try")
    func swappedUnnoticed() throws {
        let (image, other) = (try #require(Samples.image), try #require(Samples.other))
        for number in 2...8 {
            var card = FaultyCard(
                VirtualCard(image), plan: FaultPlan([number: .swapped]), spare: VirtualCard(other))
            #expect(throws: CardError.self) { try proof(of: image, on: &card) }
            #expect(card.isSwapped && card.card.counters == PINCounters())
            #expect(card.spare?.counters == PINCounters())
        }
        var card = FaultyCard(
            VirtualCard(image), plan: FaultPlan([1: .swapped]), spare: VirtualCard(other))
        #expect(throws: CardError.differentCard) { try proof(of: image, on: &card) }
    }

    @Test("a signature that is not the certificate's is refused")
    func wrongSignature() throws {
        let image = try #require(Samples.image)
        var card = FaultyCard(VirtualCard(image), plan: FaultPlan([8: .flipped]))
        #expect(throws: CardError.wrongSignature) { try proof(of: image, on: &card) }
        card = FaultyCard(VirtualCard(image), plan: FaultPlan([8: .status(.success)]))
        #expect(throws: CardError.malformed(field: "sign")) { try proof(of: image, on: &card) }
    }

    @Test("an unexpected word to VERIFY is told with its step")
    func unexpectedWord() throws {
        let image = try #require(Samples.image)
        let word = StatusWord(rawValue: 0x6F00)
        var card = FaultyCard(VirtualCard(image), plan: FaultPlan([6: .status(word)]))
        #expect(throws: CardError.refused(word, step: .verifyPIN)) {
            try proof(of: image, on: &card)
        }
    }
}
