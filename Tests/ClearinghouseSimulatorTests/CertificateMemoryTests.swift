import Authority
import ClearinghouseSimulator
import Cryptography
import JSON
import Records
import Testing

@Suite("Certificates that were read before")
struct CertificateMemoryTests {
    @Test("the same octets give the same certificate, other ones another, wrong ones none")
    func reads() async throws {
        let world = try await World()
        let memory = CertificateMemory()
        let (one, other) = (world.card.certificate, world.otherCard.certificate)
        for _ in 0..<3 {
            #expect(try memory.certificate(der: one.der) == one)
            #expect(try memory.certificate(der: other.der) == other)
            for count in [0, 1, one.der.count - 1] {
                #expect(throws: CryptographyError.self) {
                    try memory.certificate(der: Array(one.der.prefix(count)))
                }
            }
        }
        #expect(memory.count == 2)
    }

    @Test("a certificate that is remembered is judged anew each time")
    func judgedAnew() async throws {
        let served = try await Served()
        defer { served.close() }
        _ = try await served.grant()
        try await served.house.bind(
            try #require(served.cards["hanako"]).certificate, to: "taro")
        let body = try served.signed("hanako", nonce: await served.nonce())
        let answer = await served.ask("POST", "/v1/checks/card", body)
        #expect(answer["answer"]?["qualification"]?.canonicalText.contains("taro") == true)
        served.clock.now = Served.now.adding(seconds: 86_400 * 500)
        let late = try served.signed("hanako", nonce: await served.nonce())
        #expect(await served.ask("POST", "/v1/checks/card", late).problem == "certificate-expired")
    }

    @Test("the oldest are forgotten")
    func bounded() throws {
        let memory = CertificateMemory()
        let key = try PrivateKey.generate(.p256)
        let authority = try CertificateAuthority.make(
            unit: "Simulated", key: key, notBefore: World.now.adding(seconds: -60),
            notAfter: World.now.adding(seconds: 60))
        for number in 0..<CertificateMemory.maximumCount + 20 {
            let certificate = try authority.issue(
                CertificateRequest(
                    commonName: "SIM\(number)", publicKey: key.publicKey,
                    notBefore: World.now.adding(seconds: -60),
                    notAfter: World.now.adding(seconds: 60), profile: .tlsClient))
            _ = try memory.certificate(der: certificate.der)
        }
        #expect(memory.count == CertificateMemory.maximumCount)
    }
}
