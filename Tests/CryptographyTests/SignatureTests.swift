import Cryptography
import Foundation
import Octets
import Testing

@Suite("Signatures")
struct SignatureTests {
    @Test("signatures made by another library are right, and nothing near them is")
    func foreign() throws {
        let signatures = try Golden.signatures()
        #expect(signatures.map(\.kind) == ["rsa2048", "rsa3072", "p256", "p384", "ed25519"])
        for each in signatures {
            let key = try PublicKey(spki: each.spki)
            #expect(key.spki == each.spki)
            #expect(try PublicKey(pem: key.pem) == key)
            let message = Golden.message
            #expect(key.isValid(signature: each.signature, over: message))
            #expect(!key.isValid(signature: each.signature, over: []))
            #expect(!key.isValid(signature: each.signature + [0], over: message))
            #expect(!key.isValid(signature: [0] + each.signature, over: message))
            #expect(!key.isValid(signature: each.signature.dropLast(1), over: message))
            for index in each.signature.indices {
                var forged = each.signature
                forged[index] ^= 0x01
                #expect(!key.isValid(signature: forged, over: message))
            }
        }
        let keys = try signatures.map { try PublicKey(spki: $0.spki) }
        for (index, each) in signatures.enumerated() {
            for (other, key) in keys.enumerated() where other != index {
                #expect(!key.isValid(signature: each.signature, over: Golden.message))
            }
        }
    }

    @Test(
        "signatures that are no signatures are wrong, never an error",
        arguments: [
            "", "00", "30", "3000", "3006020100020100", "3006020101020100", "3006020100020101",
            "308006020101020101", "30060201ff0201ff", "3084ffffffff",
        ])
    func degenerate(hex: String) throws {
        let octets = try #require([UInt8](hex: hex))
        for each in try Golden.signatures() {
            let key = try PublicKey(spki: each.spki)
            #expect(!key.isValid(signature: octets, over: Golden.message))
            #expect(
                !key.isValid(
                    signature: [UInt8](repeating: 0xFF, count: each.signature.count),
                    over: Golden.message))
            #expect(
                !key.isValid(
                    signature: [UInt8](repeating: 0, count: each.signature.count),
                    over: Golden.message))
            #expect(key.isValid(signature: each.signature, over: Golden.message))
        }
    }

    @Test("a key has one form: cut, longer, compressed and otherwise encoded ones are refused")
    func oneForm() throws {
        for each in try Golden.signatures() {
            for count in each.spki.indices {
                #expect(throws: CryptographyError.self) {
                    try PublicKey(spki: Array(each.spki.prefix(count)))
                }
            }
            #expect(throws: CryptographyError.self) { try PublicKey(spki: each.spki + [0]) }
        }
        let p256 = try #require(Golden.signatures().first { $0.kind == "p256" })
        let point = p256.spki.suffix(64)
        let prefix = try #require(
            [UInt8](hex: "3039301306072a8648ce3d020106082a8648ce3d030107032200"))
        let compressed =
            prefix + [point.last.map { $0 & 1 == 0 } == true ? 2 : 3] + point.prefix(32)
        #expect(throws: CryptographyError.self) { try PublicKey(spki: compressed) }
        // The same key with the outer length in a longer form than DER allows.
        let long = [0x30, 0x81, UInt8(p256.spki.count - 2)] + p256.spki.dropFirst(2)
        #expect(throws: CryptographyError.self) { try PublicKey(spki: long) }
        // A point beside the curve.
        var beside = p256.spki
        beside[beside.count - 1] ^= 1
        #expect(throws: CryptographyError.self) { try PublicKey(spki: beside) }
    }

    @Test("keys too long to be checked quickly are refused")
    func giant() throws {
        #expect(throws: CryptographyError.self) {
            try PublicKey(spki: [UInt8](repeating: 0x30, count: PublicKey.longestOctetCount + 1))
        }
        #expect(throws: CryptographyError.malformed("the PEM text is too long")) {
            try PrivateKey(pem: [UInt8](repeating: 0x41, count: 1 << 20))
        }
        #expect(throws: CryptographyError.unsupported("RSA 16384")) {
            try PrivateKey.generate(.rsa(bits: 16_384))
        }
        // SubjectPublicKeyInfo of an RSA key with 8,200 bits.
        let modulus = [0x02, 0x82, 0x04, 0x02, 0x00] + [UInt8](repeating: 0xFF, count: 1025)
        let key = [0x30, 0x82, 0x04, 0x0B] + modulus + [0x02, 0x03, 0x01, 0x00, 0x01]
        let bits = [0x03, 0x82, 0x04, 0x10, 0x00] + key
        let algorithm = try #require([UInt8](hex: "300d06092a864886f70d0101010500"))
        let body = algorithm + bits
        #expect(throws: CryptographyError.unsupported("RSA 8200")) {
            try PublicKey(
                spki: [0x30, 0x82, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body)
        }
    }

    @Test("a locked key is refused, without a question at the terminal")
    func lockedKey() throws {
        let lockedKey = try lockedKeyPEM()
        #expect(String(decoding: lockedKey, as: UTF8.self).contains("ENCRYPTED PRIVATE KEY"))
        #expect(throws: CryptographyError.malformed("not a private key in PEM form")) {
            try PrivateKey(pem: lockedKey)
        }
    }

    /// A key made here and locked with a password by the `openssl` program.
    private func lockedKeyPEM() throws -> [UInt8] {
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/openssl")
        openssl.arguments = ["genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:away"]
        let output = Pipe()
        openssl.standardOutput = output
        try openssl.run()
        let octets = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        openssl.waitUntilExit()
        return octets
    }

    @Test("what a card cannot sign is refused before OpenSSL is asked")
    func rawLimits() throws {
        let rsa = try CertificateTests.key(.rsa(bits: 2048))
        #expect(try rsa.signRaw([UInt8](repeating: 1, count: 245)).count == 256)
        #expect(throws: CryptographyError.malformed("a block too long for the key")) {
            try rsa.signRaw([UInt8](repeating: 1, count: 246))
        }
        let curve = try PrivateKey.generate(.p384)
        for count in [0, 65] {
            #expect(throws: CryptographyError.malformed("a digest has 1 to 64 octets")) {
                try curve.signRaw([UInt8](repeating: 1, count: count))
            }
        }
        #expect(throws: CryptographyError.unsupported("Ed25519 over a bare digest")) {
            try PrivateKey.generate(.ed25519).signRaw([1])
        }
    }

    @Test("one key signs and verifies on many threads at once")
    func threads() async throws {
        for kind in [KeyKind.rsa(bits: 2048), .p384, .ed25519] {
            let key = try CertificateTests.key(kind)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<32 {
                    group.addTask {
                        let message = [UInt8(index)]
                        let signature = try key.sign(message)
                        return key.publicKey.isValid(signature: signature, over: message)
                    }
                }
                for try await isValid in group { #expect(isValid) }
            }
        }
    }
}
