import Cryptography
import Octets
import Secrets
import Terminal
import Testing

@Suite("The staff file")
struct StaffRegisterTests {
    private let digest = SHA256Digest(hashing: Array("token".utf8))

    private func hash(_ password: String) throws -> PasswordHash {
        var page = SecretPage(capacity: 64)
        for octet in password.utf8 { page.append(octet) }
        let made = PasswordHash(page)
        return try #require(made)
    }

    @Test("a register reads back what it wrote, passwords and tokens alike")
    func roundTrip() throws {
        let password = try hash("correct horse")
        let register = StaffRegister([
            StaffEntry(
                StaffMember(id: "受付 花子", role: .reception, rights: [.visualCheck]),
                tokenDigest: digest, password: password),
            StaffEntry(StaffMember(id: "doctor", role: .clinician), password: password),
        ])
        let read = try StaffRegister(parsing: register.encoded)
        #expect(read.entries.map(\.member) == register.entries.map(\.member))
        #expect(read.entry(of: "受付 花子")?.password == password)
        #expect(read.member(holding: "token")?.id == "受付 花子")
        #expect(read.entry(of: "doctor")?.tokenDigest == nil)
        #expect(read.entry(of: "nobody") == nil && read.member(holding: "other") == nil)
    }

    @Test("an entry takes the place of its name's; without it nobody holds its token")
    func changes() throws {
        let member = StaffMember(id: "doctor", role: .clinician)
        let first = StaffRegister([StaffEntry(member, tokenDigest: digest)])
        let second = first.putting(StaffEntry(member, password: try hash("correct horse")))
        #expect(second.entries.count == 1 && second.member(holding: "token") == nil)
        #expect(second.entry(of: "doctor")?.password != nil)
        #expect(second.removing("doctor").entries.isEmpty)
        #expect(second.removing("nobody").entries.count == 1)
    }

    @Test(
        "a faulty file is refused as a whole",
        arguments: [
            #"{"staff": [{"id": "a", "role": "reception", "rights": []}]}"#,
            #"{"staff": [{"id": "", "role": "reception", "rights": [], "password": "x"}]}"#,
            #"{"staff": [{"id": "a", "role": "doctor", "rights": [], "password": "x"}]}"#,
            #"{"staff": [{"id": "a", "role": "reception", "rights": [], "password": "scrypt:99::"}]}"#,
            #"{"staff": [{"id": "a", "role": "reception", "rights": ["all"], "tokenDigest": "00"}]}"#,
            #"{"staff": []"#, #"{"people": []}"#, "",
        ])
    func faults(text: String) {
        #expect(throws: StaffFileError.self) { try StaffRegister(parsing: Array(text.utf8)) }
    }

    @Test("nobody is named twice")
    func twice() throws {
        let entry = StaffEntry(
            StaffMember(id: "a", role: .reception), tokenDigest: digest)
        let register = StaffRegister([entry, entry])
        #expect(throws: StaffFileError.self) { try StaffRegister(parsing: register.encoded) }
    }
}
