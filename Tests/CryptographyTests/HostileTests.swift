import Cryptography
import Octets
import Records
import Testing

@Suite("Hostile certificates")
struct HostileTests {
    @Test("a certificate cut anywhere is refused")
    func cut() throws {
        let der = try Golden.certificate("leaf").der
        for count in der.indices {
            #expect(throws: CryptographyError.self) { try Certificate(der: Array(der[..<count])) }
        }
    }

    /// Every bit that the signature covers spoils it; every other bit spoils form or signature.
    @Test("a certificate with any octet changed is refused, when it is read or when it is judged")
    func flipped() throws {
        let anchors = TrustAnchors([try Golden.certificate("root")])
        let der = try Golden.certificate("leaf").der
        for index in der.indices {
            for bit in [0x01, 0x10, 0x80] as [UInt8] {
                var changed = der
                changed[index] ^= bit
                guard let certificate = try? Certificate(der: changed) else { continue }
                #expect(throws: CertificateRefusal.self) {
                    try anchors.validate(
                        certificate, at: PathTests.now, purpose: .cardAuthentication)
                }
            }
        }
    }

    @Test("the unsigned shell has one form only")
    func shell() throws {
        let der = try Golden.certificate("leaf").der
        #expect(der[1] == 0x82)
        let longer = [0x30, 0x83, 0x00] + der[2...]
        #expect(throws: CryptographyError.self) { try Certificate(der: longer) }
        let endless = [0x30, 0x80] + der[4...] + [0x00, 0x00]
        #expect(throws: CryptographyError.self) { try Certificate(der: endless) }
        #expect(throws: CryptographyError.self) { try Certificate(der: der + der) }
    }

    @Test("giants and nests are refused at once")
    func giant() {
        let shapes: [[UInt8]] = [
            [UInt8](repeating: 0x30, count: 1 << 20),
            [UInt8](repeating: 0x30, count: Certificate.longestOctetCount),
            [UInt8](repeating: 0xFF, count: Certificate.longestOctetCount),
            [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x00],
            [0x30, 0x88] + [UInt8](repeating: 0xFF, count: 8),
            (0..<8000).flatMap { _ in [0x30, 0x80] as [UInt8] },
        ]
        for shape in shapes {
            #expect(throws: CryptographyError.self) { try Certificate(der: shape) }
            #expect(throws: CryptographyError.self) { try PublicKey(spki: shape) }
        }
    }

    @Test("octets at random are refused")
    func random() {
        for count in [1, 2, 10, 100, 1000] {
            for _ in 0..<200 {
                let octets = [0x30] + RandomOctets.make(count)
                #expect(throws: CryptographyError.self) { try Certificate(der: octets) }
                #expect(throws: CryptographyError.self) { try PublicKey(spki: octets) }
                #expect(throws: CryptographyError.self) { try Certificate(pem: octets) }
            }
        }
    }

    @Test("PEM texts: bundles are read whole, broken blocks are told")
    func texts() throws {
        let one = try Golden.octets("root.pem")
        let two = try Golden.octets("root-later.pem")
        let note = Array("a note between\r\n".utf8)
        #expect(try Certificate.all(pem: note + one + note + two).count == 2)
        #expect(try Certificate.all(pem: note) == [])
        #expect(try Certificate(pem: one + two) == Golden.certificate("root"))
        #expect(throws: CryptographyError.self) { try Certificate(pem: note) }
        #expect(throws: CryptographyError.self) { try Certificate.all(pem: one.dropLast(60)) }
        var broken = one
        broken[200] = UInt8(ascii: "!")
        #expect(throws: CryptographyError.self) { try Certificate.all(pem: two + broken) }
        let key = try PrivateKey.generate(.p256)
        #expect(try Certificate.all(pem: key.pem + one) == [Golden.certificate("root")])
        let many = (0...TrustAnchors.mostAnchors).flatMap { _ in two }
        #expect(throws: CryptographyError.malformed("too many blocks of PEM")) {
            try Certificate.all(pem: many)
        }
    }
}
