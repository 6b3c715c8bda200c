import Cryptography
import Octets
import Testing

@Suite("Hashes, codes and sealed octets")
struct PrimitivesTests {
    func octets(_ hex: String) throws -> [UInt8] { try #require([UInt8](hex: hex)) }

    /// FIPS 180-4 examples: "abc".
    @Test("the hashes give the standard's examples")
    func hashes() {
        let abc = Array("abc".utf8)
        #expect(
            SHA256Digest(hashing: abc).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            HashAlgorithm.sha384.digest(abc).hex.hasPrefix("cb00753f45a35e8bb5a03d699ac65007272c"))
        #expect(HashAlgorithm.sha512.digest(abc).hex.hasPrefix("ddaf35a193617abacc417349ae204131"))
        var hasher = SHA256Hasher()
        hasher.update([0x61])
        hasher.update(Array("bc".utf8))
        #expect(hasher.finalize() == SHA256Digest(hashing: abc))
        #expect(SHA256Digest(hashing: []).base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    }

    /// RFC 4231, test case 2.
    @Test("HMAC gives RFC 4231's example")
    func hmac() {
        let code = HMACSHA256.code(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8))
        #expect(code.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    /// RFC 5869, test case 1.
    @Test("HKDF gives RFC 5869's example")
    func hkdf() throws {
        let output = HKDFSHA256.derive(
            secret: [UInt8](repeating: 0x0B, count: 22),
            salt: try octets("000102030405060708090a0b0c"),
            info: try octets("f0f1f2f3f4f5f6f7f8f9"), count: 42)
        #expect(
            output.hex
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        )
    }

    /// The GCM specification's test case 16 (256-bit key, additional octets).
    @Test("AES-256-GCM gives the specification's example and refuses every flipped bit")
    func gcm() throws {
        let key = try octets("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let nonce = try octets("cafebabefacedbaddecaf888")
        let plain = try octets(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
        let additional = try octets("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let sealed = try AES256GCM.seal(plain, key: key, nonce: nonce, additional: additional)
        #expect(sealed.suffix(16) == (try octets("76fc6ece0f4e1768cddf8853bb2d551b"))[...])
        #expect(try AES256GCM.open(sealed, key: key, nonce: nonce, additional: additional) == plain)
        for index in sealed.indices {
            var forged = sealed
            forged[index] ^= 1
            #expect(throws: CryptographyError.authenticationFailed) {
                try AES256GCM.open(forged, key: key, nonce: nonce, additional: additional)
            }
        }
        #expect(throws: CryptographyError.self) {
            try AES256GCM.open([1, 2], key: key, nonce: nonce, additional: [])
        }
        let empty = try AES256GCM.seal([], key: key, nonce: nonce, additional: [])
        #expect(try AES256GCM.open(empty, key: key, nonce: nonce, additional: []) == [])
    }

    /// RFC 8032 §7.1, test 2.
    @Test("Ed25519 gives RFC 8032's example")
    func ed25519() throws {
        let key = try PrivateKey.ed25519(
            seed: octets("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
        #expect(
            key.publicKey.ed25519Raw?.hex
                == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        let signature = try key.sign([0x72])
        #expect(signature.hex.hasPrefix("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223"))
        #expect(key.publicKey.isValid(signature: signature, over: [0x72]))
        #expect(!key.publicKey.isValid(signature: signature, over: [0x73]))
    }

    @Test(
        "every kind of key signs, survives its PEM form, and refuses what is not its signature",
        arguments: [KeyKind.rsa(bits: 2048), .p256, .p384, .ed25519])
    func keys(kind: KeyKind) throws {
        let made = try PrivateKey.generate(kind)
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
        let key = try PrivateKey.generate(kind)
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
