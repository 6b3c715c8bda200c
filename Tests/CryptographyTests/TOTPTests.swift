import Cryptography
import Testing

@Suite("Codes that change with time")
struct TOTPTests {
    /// RFC 6238, appendix B: the seed of SHA-1; its codes have eight digits, of which ours are the last six.
    static let seed = TOTPSecret(octets: Array("12345678901234567890".utf8))

    @Test(
        "the codes of RFC 6238, appendix B",
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"), (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func vectors(seconds: Int64, code: String) throws {
        let secret = try #require(Self.seed)
        let step = TOTPSecret.step(seconds: seconds)
        #expect(secret.code(step: step) == code.suffix(6))
        #expect(secret.step(of: Array(code.suffix(6).utf8), seconds: seconds) == step)
    }

    @Test("a code stands one step early and late, and no longer")
    func tolerance() throws {
        let secret = try #require(Self.seed)
        let now: Int64 = 1_234_567_890
        let step = TOTPSecret.step(seconds: now)
        for difference in -3...3 as ClosedRange<Int64> {
            let code = Array(secret.code(step: step + difference).utf8)
            let found = secret.step(of: code, seconds: now)
            #expect(found == (abs(difference) <= 1 ? step + difference : nil))
        }
        for wrong in ["", "0", "000000000", "89005", "8900", "abcdef", "005924 "] {
            #expect(secret.step(of: Array(wrong.utf8), seconds: now) == nil)
        }
    }

    @Test("base32 there and back; what is none, too short or written otherwise is refused")
    func base32() throws {
        let secret = try #require(Self.seed)
        #expect(secret.base32 == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        #expect(TOTPSecret(base32: secret.base32) == secret)
        let fresh = TOTPSecret()
        #expect(fresh != TOTPSecret() && TOTPSecret(base32: fresh.base32) == fresh)
        let short = String(secret.base32.prefix(20))
        for wrong in ["", short, secret.base32.lowercased(), secret.base32 + "=", "0189", "あ"] {
            #expect(TOTPSecret(base32: wrong) == nil)
        }
        #expect("\(secret)" == "TOTPSecret")
        #expect(
            secret.address(account: "受付 1", issuer: "Madoguchi")
                == "otpauth://totp/Madoguchi:%E5%8F%97%E4%BB%98%201?secret=\(secret.base32)"
                + "&issuer=Madoguchi")
    }
}
