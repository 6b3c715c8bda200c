import Octets
import Testing

@Suite("Octets")
struct OctetsTests {
    @Test("hexadecimal goes both ways and refuses what is not a digit pair")
    func hex() {
        #expect([UInt8](hex: "00fFa0") == [0x00, 0xFF, 0xA0])
        #expect([0x00, 0xFF, 0xA0].hex == "00ffa0")
        for bad in ["0", "0g", " 00", "0x00"] { #expect([UInt8](hex: bad) == nil) }
    }

    /// RFC 4648 §10.
    @Test(
        "base64 gives the vectors of RFC 4648",
        arguments: zip(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]))
    func base64(plain: String, text: String) {
        #expect(Array(plain.utf8).base64() == text)
        #expect([UInt8](base64: text) == Array(plain.utf8))
    }

    @Test(
        "base64 takes one form only",
        arguments: ["Zg", "Zg=", "Zh==", "Z===", "Zm9v\n", "Zm9-", "====", "Zm=v"])
    func base64Strict(text: String) {
        #expect([UInt8](base64: text) == nil)
    }

    @Test("the URL-safe alphabet has no padding")
    func urlSafe() {
        #expect([0xFB, 0xFF].base64(.urlSafe) == "-_8")
        #expect([UInt8](base64: "-_8", .urlSafe) == [0xFB, 0xFF])
        #expect([UInt8](base64: "-_8=", .urlSafe) == nil)
    }

    @Test("a data object reads back what it writes", arguments: [0, 1, 127, 128, 255, 256, 65_536])
    func tlvRoundTrip(count: Int) throws {
        let object = TLV(tag: 0x7F21, value: [UInt8](repeating: 7, count: count))
        var reader = OctetReader(object.encoded)
        #expect(try reader.tlv() == object)
        #expect(reader.remaining == 0)
    }

    @Test(
        "cut and absurd data objects are errors",
        arguments: ["", "30", "3080", "3085", "308501", "3002ff", "30847fffffff", "9fffffffff00"])
    func tlvMalformed(hex: String) throws {
        var reader = OctetReader(try #require([UInt8](hex: hex)))
        #expect(throws: OctetError.self) { try reader.tlv() }
    }

    @Test("integers are big-endian")
    func integers() throws {
        var octets: [UInt8] = []
        octets.append(bigEndian: UInt16(0x0102))
        octets.append(bigEndian: UInt64(3))
        var reader = OctetReader(octets)
        #expect(try reader.integer(UInt16.self) == 0x0102)
        #expect(try reader.integer(UInt64.self) == 3)
        #expect(throws: OctetError.endedEarly(offset: 10)) { try reader.octet() }
    }
}
