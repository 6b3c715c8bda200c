import Authority
import Cryptography
import Executors
import Glibc
import Octets
import Records
import TestFolders
import Testing
import VirtualCard

@Suite("Authorities over the years")
struct GenerationTests {
    @Test("generations share a name; a card's issuer is found among them, with and without key id")
    func generations() throws {
        var template = Array("/tmp/madoguchi-authority.XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            for name in (try? KeyFile.names(in: folder, endingIn: "")) ?? [] {
                unlink("\(folder)/\(name)")
            }
            rmdir(folder)
        }
        let (first, last) = (Samples.now, Samples.now.adding(seconds: 86_400 * 3650))
        _ = try CardAuthorities.make(in: folder, notBefore: first, notAfter: last)
        var images: [CardImage] = []
        for hasKeyID in [true, false, true] {
            let authorities = try #require(try CardAuthorities.load(from: folder))
            images.append(
                try CardImage.issue(
                    CardImage.Order(
                        person: "sample", notBefore: first, notAfter: first.adding(seconds: 9999)),
                    authentication: authorities.authentication, signature: authorities.signature))
            try CardAuthorities.beginGeneration(
                in: folder, notBefore: first, notAfter: last, hasKeyID: hasKeyID)
        }
        let generations = try CardAuthorities.generations(in: folder)
        #expect(generations.count == 8)
        #expect(Set(generations.prefix(4).map(\.certificate.subject)).count == 1)
        #expect(Set(generations.map(\.certificate.publicKey)).count == 8)
        #expect(
            generations.prefix(4).map { $0.certificate.subjectKeyID != nil }
                == [true, false, true, true])
        let anchors = TrustAnchors(generations.map(\.certificate))
        for (image, generation) in zip(images, [3, 2, 1]) {
            let certificate = try Certificate(der: try #require(image.authentication?.certificate))
            #expect(
                try anchors.validate(certificate, at: first, purpose: .cardAuthentication)
                    == generations[generation].certificate)
        }
    }

    @Test("a register is kept and read back")
    func register() throws {
        var template = Array("/tmp/madoguchi-authority.XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            unlink("\(folder)/register.json")
            rmdir(folder)
        }
        var register = CertificateRegister()
        #expect(try CardAuthorities.register(in: folder) == register)
        let ids = ["0a1b:41aa", "0a1b:42", "0c:41aa"].compactMap { CertificateID($0) }
        try #require(ids.count == 3)
        register.revoke(ids[0], because: .superseded, at: Samples.now)
        try register.suspend(ids[1], at: Samples.now)
        try CardAuthorities.save(register, in: folder)
        #expect(try CardAuthorities.register(in: folder) == register)
        #expect(register.standings[ids[2]] == nil)
    }

    @Test("many at once change the register, and no change is forgotten")
    func registerLock() async throws {
        let folder = TemporaryFolder()
        let path = folder.path
        let ends = (10..<34).map { number in
            let (thread, end) = (WorkThread(name: "writer"), OneShot<Void>())
            thread.perform {
                let lock = RegisterLock(in: path)
                defer {
                    lock.release()
                    end.settle(())
                }
                guard var register = try? CardAuthorities.register(in: path),
                    let id = CertificateID("0a1b:\(number)")
                else { return }
                register.revoke(id, because: .superseded, at: Samples.now)
                // Time enough for another one to read what this one is about to replace.
                usleep(2000)
                try? CardAuthorities.save(register, in: path)
            }
            return end
        }
        for end in ends { await end.value(ifCancelled: {}) }
        #expect(try CardAuthorities.register(in: folder.path).standings.count == 24)
    }

    @Test("renewal gives new keys and certificates and leaves the chip as it is")
    func renewal() throws {
        let old = try #require(Samples.complete)
        var image = old
        let order = CardImage.Order(
            person: "sample", notBefore: Samples.now, notAfter: Samples.now.adding(seconds: 9999))
        let authority = try CertificateAuthority.make(
            unit: "Simulated user authentication", key: PrivateKey.generate(.p256),
            notBefore: Samples.now, notAfter: Samples.now.adding(seconds: 99_999))
        try image.renew(order, authentication: authority, signature: authority)
        #expect(image.authentication?.certificate != old.authentication?.certificate)
        #expect(image.signature?.key.publicKey != old.signature?.key.publicKey)
        #expect(image.holder == old.holder && image.chip?.vouched == old.chip?.vouched)
    }
}
