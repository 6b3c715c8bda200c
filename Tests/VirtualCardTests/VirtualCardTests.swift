import APDU
import Cryptography
import Octets
import Testing
import VirtualCard

@Suite("The virtual card")
struct VirtualCardTests {
    private func card() throws -> VirtualCard { VirtualCard(try #require(Samples.image)) }

    private func selected(_ file: String) throws -> VirtualCard {
        var card = try card()
        #expect(card.say(selectApplication) == "9000")
        #expect(card.say("00a4020c02" + file) == "9000")
        return card
    }

    @Test("only the application it has can be selected; foreign probes are turned down")
    func foreignProbes() throws {
        var card = try card()
        for probe in [
            "00a4040007627601ff000000", "00a4040006a00000000101",
            "00a404000be82b0601040181c31f020100", "00a4040009a0000003080000100000",
            "00a4040c07a000000116db00", "00a4040c06d27600012401",
        ] {
            #expect(card.say(probe) == "6a82")
        }
        for probe in ["00cadf3005", "00cb3fff035c017e08", "0087039b00", "80ca9f7f00"] {
            #expect(card.say(probe) == "6d00")
        }
        #expect(card.say(selectApplication) == "9000")
        #expect(card.say("00a4040c06a00000000101") == "6a82")
        #expect(card.say("00a4020c02000a") == "9000", "a failed SELECT changes nothing")
    }

    @Test(
        "octets that are no command, and classes it does not speak, get their status words",
        arguments: [
            "": "6700", "00": "6700", "00a404": "6700", "00a4040c0a01": "6700",
            "01a4040c02000a": "6881", "0ca4040c02000a": "6882", "a0a4000c023f00": "6e00",
            "ffa4000000": "6e00", "00a4000c": "6a86", "00a4000c023f00": "6a82",
            "00a4020c02000a": "6a82", "00a4090c02000a": "6a86", "00b0000000": "6986",
            "00200080": "6986", "002000810131": "6a88", "00200180": "6a86", "802a008000": "6986",
        ])
    func refusals(command: String, answer: String) throws {
        var card = try card()
        #expect(card.say(command) == answer)
    }

    @Test("free files are read in pieces, by offset, to their end")
    func readBinary() throws {
        let der = try #require(Samples.image?.authentication?.certificate)
        var card = try selected("000a")
        #expect(card.say("00b0000004") == [UInt8](der.prefix(4)).hex + "9000")
        #expect(card.say("00b0010000") == [UInt8](der[256..<512]).hex + "9000")
        let last = der.count - 3
        let offset = [UInt8(last >> 8), UInt8(last & 0xFF)].hex
        #expect(card.say("00b0" + offset + "00") == [UInt8](der.suffix(3)).hex + "9000")
        let end = [UInt8(der.count >> 8), UInt8(der.count & 0xFF)].hex
        #expect(card.say("00b0" + end + "00") == "6b00")
        #expect(card.say("00b07fff00") == "6b00")
        #expect(card.say("00b00000") == "6700")
        #expect(card.say("00b08a0010") == [UInt8](der.prefix(16)).hex + "9000", "by short name")
        #expect(card.say("00b0" + "8b01" + "01").count == 6)
        #expect(card.say("00b09e0010") == "6a82")
        let all = card.say("00a4020c02000a") + card.say("00b00000000800")
        #expect(all == "9000" + der.hex + "9000", "an extended length reads the whole")
    }

    @Test("what the card says of itself")
    func information() throws {
        var card = try selected("0006")
        let token = try #require([UInt8](hex: card.say("00b0000000")))
        #expect(token.count == 162)
        #expect(String(decoding: token.prefix(32), as: UTF8.self).hasPrefix("JPKIAPICCTOKEN2 "))
        #expect(String(decoding: token[32..<64], as: UTF8.self).contains("Simulation"))
        #expect(card.say("00a4020c020008") + card.say("00b0000000") == "90008f8f009000")
        var young = VirtualCard(try #require(Samples.withoutSignature))
        #expect(young.say(selectApplication) + young.say("00a4020c020008") == "90009000")
        #expect(young.say("00b0000000") == "008f009000")
        #expect(young.say("00a4020c020001") == "6a82")
    }

    @Test("both forms of the empty VERIFY tell the tries, cost none, and do so after success")
    func emptyVerify() throws {
        var card = try selected("0018")
        for _ in 0..<5 {
            #expect(card.say("00200080") == "63c3")
            #expect(card.say("0020008000") == "63c3")
            #expect(card.say("00200098") == "63c3")
            #expect(card.say("0020009b") == "63c5")
        }
        #expect(card.say(verifyPIN) == "9000")
        #expect(card.say("00200080") == "63c3")
        #expect(card.counters == PINCounters())
    }

    @Test("wrong PINs count down to a lock that only its own words tell")
    func lock() throws {
        var card = try selected("0018")
        #expect(card.say("002000800430303030") == "63c2")
        #expect(card.say("0020008005" + "3132333435") == "63c1")
        #expect(card.say(verifyPIN) == "9000")
        #expect(card.counters.triesLeft == [CardImage.pinName: 3])
        for answer in ["63c2", "63c1", "63c0", "6984", "6984"] {
            #expect(card.say("002000800430303030") == answer)
        }
        #expect(card.say(verifyPIN) == "6984")
        #expect(card.say("00200080") == "63c0")
        card.reset()
        #expect(card.say(selectApplication) + card.say("00200098") == "900063c0")
        #expect(card.say("0020009b") == "63c5", "the other PIN has its own tries")
    }

    @Test("a key signs once its own PIN was verified, and not before")
    func signing() throws {
        let image = try #require(Samples.image)
        var card = try selected("0017")
        #expect(card.say(sign) == "6982")
        #expect(card.say("0020009b" + "06" + "414243313233") == "9000")
        #expect(card.say(sign) == "6982", "the other PIN does not open it")
        #expect(card.say("00200098" + "0431323334") == "9000")
        let answer = try #require([UInt8](hex: card.say(sign)))
        #expect(answer.count == 258)
        #expect(
            answer.dropLast(2)
                == (try image.authentication?.key.signRaw(
                    HashAlgorithm.sha256.digestInfoPrefix + [UInt8](repeating: 0, count: 32)))?[...]
        )
        #expect(card.say("802a0097" + sign.dropFirst(8)).hasSuffix("9000"), "by short name")
        #expect(card.say("802a009a" + sign.dropFirst(8)).hasSuffix("9000"), "signature key")
        #expect(card.say("802a0180" + sign.dropFirst(8)) == "6a86")
        #expect(card.say("802a0080" + "00") == "6700")
        let tooLong = "802a0080f6" + String(repeating: "00", count: 246) + "00"
        #expect(card.say(tooLong) == "6a80")
    }

    @Test("reset and any SELECT of an application forget what was verified")
    func forgetting() throws {
        var card = try selected("0018")
        #expect(card.say(verifyPIN) == "9000")
        #expect(card.say(selectApplication) + card.say("00a4020c020017") == "90009000")
        #expect(card.say(sign) == "6982")
        card = try selected("0018")
        #expect(card.say(verifyPIN) == "9000")
        card.reset()
        #expect(card.say(sign) == "6986")
        #expect(card.say(selectApplication) + card.say("00a4020c020017") == "90009000")
        #expect(card.say(sign) == "6982")
    }

    @Test("a wrong PIN takes back what was verified")
    func takenBack() throws {
        var card = try selected("0018")
        #expect(card.say(verifyPIN) + card.say("002000800430303030") == "900063c2")
        #expect(card.say("00a4020c020017") + card.say(sign) == "90006982")
    }

    @Test("the signing certificate is read after its password only")
    func protected() throws {
        var card = try selected("0001")
        #expect(card.say("00b0000004") == "6982")
        #expect(card.say("00a4020c02001b") + card.say(verifyPassword) == "90009000")
        #expect(card.say("00a4020c020001") + card.say("00b0000001") == "9000309000")
    }

    @Test("keys and PINs are not read, files not compared with, and none signs for another")
    func kinds() throws {
        for file in ["0017", "0018", "001a", "001b"] {
            var card = try selected(file)
            #expect(card.say("00b0000000") == "6981")
        }
        var card = try selected("000a")
        #expect(card.say(verifyPIN) == "6981")
        #expect(card.say(sign) == "6981")
    }

    @Test("a count that cannot be kept is not told as kept")
    func unkept() throws {
        let image = try #require(Samples.image)
        var card = VirtualCard(image) { (_) throws(CardFileError) in
            throw .malformed(path: "state", reason: "disk full")
        }
        #expect(card.say(selectApplication) + card.say("00a4020c020018") == "90009000")
        #expect(card.say("002000800430303030") == "6581")
    }

    @Test("any octets get an answer, and only VERIFY changes a counter")
    func anything() throws {
        var random = SystemRandomNumberGenerator()
        var card = try selected("0018")
        for _ in 0..<20_000 {
            var octets = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            if octets.count > 3, Bool.random() {
                octets.replaceSubrange(
                    0..<2,
                    with: [[0x00, 0xA4], [0x00, 0xB0], [0x80, 0x2A]].randomElement() ?? [])
            }
            if octets.count > 1, octets[1] == 0x20 { octets[1] = 0xB0 }
            #expect(card.respond(to: octets).octets.count >= 2)
        }
        #expect(card.counters == PINCounters())
    }
}
