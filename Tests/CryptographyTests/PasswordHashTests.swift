import Cryptography
import Secrets
import Testing

@Suite("Passwords as they are kept")
struct PasswordHashTests {
    private func page(_ text: String) -> SecretPage {
        var page = SecretPage(capacity: 64)
        for octet in text.utf8 { page.append(octet) }
        return page
    }

    private func hash(_ text: String) throws -> PasswordHash {
        let made = PasswordHash(page(text))
        return try #require(made)
    }

    private func matches(_ hash: PasswordHash, _ text: String) -> Bool { hash.matches(page(text)) }

    @Test("a hash knows its password, and no other")
    func matches() throws {
        let hash = try hash("correct horse")
        #expect(matches(hash, "correct horse"))
        for other in ["correct hors", "correct horse ", "Correct horse", ""] {
            #expect(!matches(hash, other))
        }
    }

    @Test("each has a salt of its own, and reads back as it was written")
    func text() throws {
        let first = try hash("password")
        let second = try hash("password")
        #expect(first != second)
        let read = try #require(PasswordHash(first.description))
        #expect(read == first && matches(read, "password"))
        #expect(!first.description.contains("password"))
    }

    @Test("what is no hash is refused, and so is one that would cost too much")
    func hostile() throws {
        let text = try hash("password").description
        let parts = text.split(separator: ":").map(String.init)
        for cost in ["0", "13", "19", "63", "-1", "x", "99999999999999999999"] {
            #expect(PasswordHash("scrypt:\(cost):\(parts[2]):\(parts[3])") == nil)
        }
        for bad in [
            "", "scrypt", "scrypt:15", "argon2:15:\(parts[2]):\(parts[3])", text + ":",
            "scrypt:15:\(parts[2]):", "scrypt:15::\(parts[3])", String(text.dropLast(4)),
            "scrypt:15:\(parts[3]):\(parts[2])",
        ] { #expect(PasswordHash(bad) == nil, "\(bad)") }
    }
}
