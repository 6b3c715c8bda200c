import Octets
import Records
import Terminal
import Testing

@testable import FrontDesk

@Suite("The clinic's programs, and from where they may ask")
struct ProgramRegisterTests {

    @Test("blocks of addresses: what lies in them, octet by octet and bit by bit")
    func blocks() throws {
        let rows: [(block: String, inside: [[UInt8]], outside: [[UInt8]])] = [
            ("192.0.2.7", [[192, 0, 2, 7]], [[192, 0, 2, 6], [192, 0, 2]]),
            ("192.0.2.0/24", [[192, 0, 2, 0], [192, 0, 2, 255]], [[192, 0, 3, 0]]),
            ("192.0.2.128/25", [[192, 0, 2, 128]], [[192, 0, 2, 127]]),
            ("10.0.0.0/9", [[10, 127, 0, 0]], [[10, 128, 0, 0], [11, 0, 0, 0]]),
            ("0.0.0.0/0", [[1, 2, 3, 4]], [[UInt8](repeating: 0, count: 16)]),
            ("203.0.113.9/32", [[203, 0, 113, 9]], [[203, 0, 113, 8]]),
            (
                "2001:db8::/32", [[0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 9, count: 12)],
                [[0x20, 0x01, 0x0D, 0xB9] + [UInt8](repeating: 0, count: 12), [1, 2, 3, 4]]
            ),
            (
                "::1", [[UInt8](repeating: 0, count: 15) + [1]],
                [[UInt8](repeating: 0, count: 16), [0, 0, 0, 1]]
            ),
            (
                "1:2:3:4:5:6:7:8", [[0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
                [[UInt8](repeating: 0, count: 16)]
            ),
            ("::/0", [[UInt8](repeating: 3, count: 16)], [[1, 2, 3, 4]]),
        ]
        for row in rows {
            let block = try #require(AddressBlock(row.block), "\(row.block)")
            #expect(block.text == row.block)
            for address in row.inside { #expect(block.contains(address), "\(row.block)") }
            for address in row.outside { #expect(!block.contains(address), "\(row.block)") }
        }
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.+4", "01.2.3.4", "1.2.3.4/33", "1.2.3.4/",
            "1.2.3.4/-1", "1.2.3.4/024", "1.2.3.4/8/8", "1.2..4", ":", ":::", "1::2::3", "::1/129",
            "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "g::", "+1::",
            "fe80::1%eth0", "localhost", " 1.2.3.4", "１.2.3.4", "::ffff:1.2.3.4",
        ])
    func noBlock(text: String) { #expect(AddressBlock(text) == nil) }

    private func entry(_ name: String, _ digest: UInt8) throws -> ProgramEntry {
        ProgramEntry(
            name: name, rights: [.qualification, .batches],
            tokenDigest: try #require(SHA256Digest([UInt8](repeating: digest, count: 32))),
            until: Instant(seconds: 1_795_000_000),
            origin: try #require(ProgramOrigin("192.0.2.0/24")))
    }

    @Test(
        "what is written is read; an older token of a name is taken back, and stays to be told so")
    func register() throws {
        var register = ProgramRegister([try entry("claims", 1)])
        register = register.putting(try entry("booking", 2)).putting(try entry("claims", 3))
        #expect(register.entries.map(\.isRevoked) == [true, false, false])
        register = register.revoking("booking")
        #expect(register.entries.map(\.isRevoked) == [true, true, false])
        #expect(try ProgramRegister(parsing: register.encoded) == register)
        #expect(ProgramRegister().entry(holding: "mgp_x") == nil)
    }

    @Test(
        "a file that is none is refused as a whole",
        arguments: [
            ("\"version\"", "\"programs\""), ("claims", "Claims"), ("claims", ""),
            ("qualification", "everything"), ("192.0.2.0/24", "192.0.2.0/33"), ("0101", "01"),
            ("2026", "2O26"), ("}", ""), ("\"name\"", "\"title\""),
        ])
    func malformed(old: String, new: String) throws {
        let text = String(
            decoding: ProgramRegister([try entry("claims", 1)]).encoded, as: UTF8.self)
        let changed =
            old == "\"version\"" ? text.replacing("[", with: "{") : text.replacing(old, with: new)
        #expect(changed != text)
        #expect(throws: StaffFileError.self) {
            try ProgramRegister(parsing: Array(changed.utf8))
        }
    }

    @Test("a program's name is short and plain")
    func names() {
        for name in ["a", "claims-2", String(repeating: "a", count: 32)] {
            #expect(ProgramRegister.isName(name))
        }
        for name in ["", "A", "a b", "ä", "a_b", String(repeating: "a", count: 33)] {
            #expect(!ProgramRegister.isName(name))
        }
    }
}
