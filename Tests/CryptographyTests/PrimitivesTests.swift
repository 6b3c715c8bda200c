import Cryptography
import Octets
import Testing

@Suite("Keys and sealed octets")
struct PrimitivesTests {
    @Test("a sealed body is refused with any bit flipped, cut, or under another key or nonce")
    func forgedSeal() throws {
        let key = RandomOctets.make(32)
        let nonce = RandomOctets.make(12)
        let plain = Array("an entry of the history".utf8)
        let sealed = try AES256GCM.seal(plain, key: key, nonce: nonce, additional: [1])
        for index in sealed.indices {
            for bit in 0..<8 {
                var forged = sealed
                forged[index] ^= 1 << bit
                #expect(throws: CryptographyError.authenticationFailed) {
                    try AES256GCM.open(forged, key: key, nonce: nonce, additional: [1])
                }
            }
            #expect(throws: CryptographyError.self) {
                try AES256GCM.open(Array(sealed[..<index]), key: key, nonce: nonce, additional: [1])
            }
        }
        #expect(throws: CryptographyError.authenticationFailed) {
            try AES256GCM.open(
                sealed, key: nonce + nonce + [0, 0, 0, 0, 0, 0, 0, 0], nonce: nonce, additional: [1]
            )
        }
        #expect(throws: CryptographyError.authenticationFailed) {
            try AES256GCM.open(sealed, key: key, nonce: Array(key[..<12]), additional: [1])
        }
        for (key, nonce) in [(nonce, nonce), (key, key), ([], nonce), (key, [])] {
            #expect(throws: CryptographyError.self) {
                try AES256GCM.seal(plain, key: key, nonce: nonce, additional: [])
            }
            #expect(throws: CryptographyError.self) {
                try AES256GCM.open(sealed, key: key, nonce: nonce, additional: [])
            }
        }
    }

    @Test("equality in constant time is equality")
    func equality() {
        #expect(octetsEqual([], []))
        #expect(octetsEqual([1, 2], [1, 2]))
        #expect(!octetsEqual([1, 2], [1, 3]))
        #expect(!octetsEqual([1, 2], [1, 2, 3]))
        #expect(RandomOctets.make(0) == [])
        #expect(RandomOctets.make(32) != RandomOctets.make(32))
    }

    @Test(
        "every kind of key signs, survives its PEM form, and refuses what is not its signature",
        arguments: [KeyKind.rsa(bits: 2048), .p256, .p384, .ed25519])
    func keys(kind: KeyKind) throws {
        let made = try CertificateTests.key(kind)
        let key = try PrivateKey(pem: made.pem)
        #expect(key.kind == kind && key.publicKey == made.publicKey)
        let message = Array("a statement".utf8)
        var signature = try key.sign(message)
        let other = try PublicKey(spki: made.publicKey.spki)
        #expect(other.isValid(signature: signature, over: message))
        #expect(!other.isValid(signature: signature, over: message + [0]))
        #expect(!other.isValid(signature: [], over: message))
        signature[signature.count - 1] ^= 1
        #expect(!other.isValid(signature: signature, over: message))
    }

    @Test(
        "what a card signs verifies as an ordinary signature",
        arguments: [KeyKind.rsa(bits: 2048), .p256, .p384])
    func raw(kind: KeyKind) throws {
        let key = try CertificateTests.key(kind)
        let message = Array("a statement".utf8)
        let digest = kind.hash.digest(message)
        let block = if case .rsa = kind { kind.hash.digestInfoPrefix + digest } else { digest }
        #expect(key.publicKey.isValid(signature: try key.signRaw(block), over: message))
    }

    @Test("DigestInfo prefixes are PKCS#1's")
    func digestInfo() {
        #expect(
            HashAlgorithm.sha256.digestInfoPrefix.hex == "3031300d060960864801650304020105000420")
        #expect(
            HashAlgorithm.sha384.digestInfoPrefix.hex == "3041300d060960864801650304020205000430")
        #expect(
            HashAlgorithm.sha512.digestInfoPrefix.hex == "3051300d060960864801650304020305000440")
    }

    @Test("octets that are no key are refused")
    func malformedKeys() {
        for bad: [UInt8] in [[], [0x30], Array("-----BEGIN PRIVATE KEY-----\n".utf8)] {
            #expect(throws: CryptographyError.self) { try PrivateKey(pem: bad) }
            #expect(throws: CryptographyError.self) { try PublicKey(spki: bad) }
        }
    }
}
