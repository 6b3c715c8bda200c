import Cryptography
import Octets
import Testing

@Suite("Known answers of the standards")
struct VectorTests {
    @Test("SHA-2")
    func hash() throws {
        let algorithms: [(String, HashAlgorithm)] = [
            ("sha256", .sha256), ("sha384", .sha384), ("sha512", .sha512),
        ]
        for (name, algorithm) in algorithms {
            for each in try Golden.vectors(name, parts: 2) {
                #expect(algorithm.digest(each[0]) == each[1])
                #expect(algorithm.octetCount == each[1].count)
            }
        }
    }

    @Test("a million times the letter a, at once and in pieces of every size")
    func million() {
        let all = [UInt8](repeating: 0x61, count: 1_000_000)
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(SHA256Digest(hashing: all).hex == expected)
        var hasher = SHA256Hasher()
        var start = 0
        var count = 0
        while start < all.count {
            let end = min(start + count, all.count)
            hasher.update(Array(all[start..<end]))
            (start, count) = (end, count + 1)
        }
        #expect(hasher.finalize().hex == expected)
    }

    @Test("HMAC")
    func hmac() throws {
        for each in try Golden.vectors("hmac", parts: 3) {
            #expect(HMACSHA256.code(key: each[0], message: each[1]) == each[2])
        }
    }

    @Test("HMAC takes an empty key and an empty message")
    func emptyHMAC() {
        #expect(
            HMACSHA256.code(key: [], message: []).hex
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test("HKDF")
    func hkdf() throws {
        for each in try Golden.vectors("hkdf", parts: 4) {
            let output = HKDFSHA256.derive(
                secret: each[0], salt: each[1], info: each[2], count: each[3].count)
            #expect(output == each[3])
        }
    }

    @Test("AES-256-GCM")
    func gcm() throws {
        for each in try Golden.vectors("gcm", parts: 5) {
            let (key, nonce, additional) = (each[0], each[1], each[3])
            let sealed = try AES256GCM.seal(
                each[2], key: key, nonce: nonce, additional: additional)
            #expect(sealed == each[4])
            let plain = try AES256GCM.open(
                sealed, key: key, nonce: nonce, additional: additional)
            #expect(plain == each[2])
            #expect(throws: CryptographyError.authenticationFailed) {
                try AES256GCM.open(sealed, key: key, nonce: nonce, additional: additional + [0])
            }
        }
    }

    @Test("Ed25519")
    func ed25519() throws {
        for each in try Golden.vectors("ed25519", parts: 4) {
            let key = try PrivateKey.ed25519(seed: each[0])
            #expect(key.publicKey.ed25519Raw == each[1])
            #expect(try PublicKey.ed25519(raw: each[1]) == key.publicKey)
            #expect(try key.sign(each[2]) == each[3])
            #expect(key.publicKey.isValid(signature: each[3], over: each[2]))
        }
    }
}
