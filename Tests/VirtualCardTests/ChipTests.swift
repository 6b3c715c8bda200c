import APDU
import Cryptography
import Octets
import Records
import Testing
import VirtualCard

@Suite("The chip")
struct ChipTests {
    @Test("a changed PIN is kept, and the office gives all tries and a new PIN")
    func changing() throws {
        var card = VirtualCard(try #require(Samples.complete))
        #expect(card.say(selectApplication) + card.say("00a4020c020018") == "90009000")
        #expect(card.say(verifyPIN) + card.say("002401800435363738") == "90009000")
        #expect(card.memory.changed == [CardImage.pinName: Array("5678".utf8)])
        for answer in ["63c2", "63c1", "63c0", "6984"] { #expect(card.say(verifyPIN) == answer) }
        card.reset()
        #expect(card.say(selectApplication) + card.say("00200098") == "900063c0")
        try card.resetPINs(pin: Array("4321".utf8))
        #expect(card.say(selectApplication) + card.say("00a4020c020018") == "90009000")
        #expect(card.say("00200080") == "63c3")
        #expect(card.say("002000800434333231") == "9000")
    }

    @Test("a chip that was tampered with never answers again, whatever the office does")
    func tampering() throws {
        var card = VirtualCard(try #require(Samples.image))
        #expect(card.say(selectApplication) == "9000")
        try card.tamper()
        try card.resetPINs()
        #expect(throws: CardChannelError.mute) {
            try card.transmit(CommandAPDU(0x00, 0xA4, 0x04, 0x0C, data: [0xA0]))
        }
        var faulty = FaultyCard(card)
        #expect(faulty.exchange([0x00, 0xA4, 0x04, 0x0C]) == .silent)
        #expect(VirtualCard(card.image, memory: card.memory).memory.isDestroyed)
    }

    @Test("a phone keeps its certificate behind the PIN and has no other application")
    func phone() throws {
        var card = VirtualCard(try #require(Samples.issue(holder: Samples.holder, form: .phone)))
        #expect(card.say("00a4040c0ad3921000310001010402") == "6a82")
        #expect(card.say(selectApplication) + card.say("00a4020c02000a") == "90009000")
        #expect(card.say("00b0000004") == "6982")
        #expect(card.say("0020009804" + "31323334") == "9000")
        #expect(card.say("00b0000002") == "30829000")
        #expect(card.say("00b0860010") == "4a504b4941504750534554" + "4f4b454e209000")
    }

    @Test("a face-only card takes no PIN at all and has no signing certificate")
    func faceOnly() throws {
        var card = VirtualCard(
            try #require(Samples.issue(hasSignature: true, holder: Samples.holder, form: .faceOnly))
        )
        #expect(card.say(selectApplication) + card.say("00200098") == "900063c0")
        #expect(card.say("0020009804" + "31323334") + card.say("0020009b") == "698463c0")
        #expect(card.say("00b08a0002") + card.say("00a4020c020001") == "308290006a82")
    }

    @Test("another card than a My Number card has none of its applications")
    func foreign() throws {
        var card = VirtualCard(try #require(Samples.issue(form: .foreign)))
        #expect(card.image.atr == CardImage.foreignATR)
        #expect(card.say(selectApplication) == "6a82")
    }

    @Test("ten misses of the face match lock it; a match gives them back")
    func faceCounter() throws {
        var card = VirtualCard(try #require(Samples.complete))
        #expect(card.say("00a4040c0a" + CardApplicationName.simulation.hex) == "9000")
        #expect(card.say("002000910100") + card.say("002000910101") == "63c99000")
        for left in stride(from: 9, through: 0, by: -1) {
            #expect(card.say("002000910100") == "63c" + String(left, radix: 16))
        }
        #expect(card.say("002000910101") == "6984")
        #expect(card.counters.triesLeft == [CardImage.faceName: 0])
    }

    @Test("a P-384 card signs a bare digest; its signature is as long as it is")
    func curve() throws {
        let image = try #require(Samples.issue(key: .p384))
        var card = VirtualCard(image)
        #expect(card.say(selectApplication) + card.say("0020009804" + "31323334") == "90009000")
        let digest = HashAlgorithm.sha384.digest(Array("message".utf8))
        let answer = try #require([UInt8](hex: card.say("802a009730" + digest.hex + "00")))
        let key = try #require(image.authentication?.key.publicKey)
        #expect(
            key.isValid(signature: [UInt8](answer.dropLast(2)), over: Array("message".utf8)))
        #expect(answer.count < 110)
    }

    @Test("challenges are as long as asked for, and never the same")
    func challenge() throws {
        var card = VirtualCard(try #require(Samples.image))
        #expect(card.say("0084000010").count == 36 && card.say("0084000000").count == 516)
        #expect(card.say("0084000010") != card.say("0084000010"))
        #expect(card.say("00840000") + card.say("0084000100") == "67006a86")
    }
}
