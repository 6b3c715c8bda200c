import APDU
import Cryptography
import Glibc
import MyNumberCard
import Secrets
import Synchronization
import Testing
import VirtualCard

@testable import PCSC

/// Through libpcsclite, pcscd and vpcd. Run by `Tests/System/cards.sh`.
@Suite("Cards in a reader", .enabled(if: hasService), .serialized, .timeLimit(.minutes(5)))
struct PCSCSystemTests {
    let readers: VirtualReader
    let reader = PCSCReader(name: VirtualReader.name)
    static let message = Array("message".utf8)

    init() async throws {
        readers = try VirtualReader()
        try await emptyReader()
    }

    /// Waits until the service has noticed that the last card is gone.
    private func emptyReader() async throws {
        for _ in 0..<200 {
            do throws(CardError) {
                try await reader.perform(ending: .leave) { (_) throws(CardError) in }
            } catch .channel(.removed) {
                return
            } catch {}
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CardError.channel(.timedOut)
    }

    private func identity(limit: Duration = .seconds(5)) async throws(CardError) -> CardIdentity {
        try await reader.perform(ending: .leave, limit: limit) { (channel) throws(CardError) in
            try readIdentity(on: &channel)
        }
    }

    private func proof(
        for certificate: Certificate, pin text: String = "1234", limit: Duration = .seconds(5)
    ) async throws(CardError) -> [UInt8] {
        let pin = page(text)
        return try await reader.perform(limit: limit) { (channel) throws(CardError) in
            try prove(on: &channel, expecting: certificate, pin: pin, signing: Self.message)
        }
    }

    /// Waits for the card to be noticed.
    private func firstIdentity() async throws -> CardIdentity {
        for _ in 0..<100 {
            do throws(CardError) {
                return try await identity()
            } catch .channel(.removed), .channel(.noService), .channel(.readerLost) {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        throw CardError.channel(.removed)
    }

    /// What a second program is answered when it asks for a signature out of the blue: first of
    /// the card as it was left, since selecting the application forgets what was verified.
    private func strangersSignature() async throws(CardError) -> StatusWord {
        for _ in 0..<200 {
            do throws(CardError) {
                return try await strangersSignatureAtOnce()
            } catch .channel(.busy) {
                // Nobody is let in before the card is reset.
                try await pause()
            }
        }
        throw .channel(.busy)
    }

    private func pause() async throws(CardError) {
        do { try await Task.sleep(for: .milliseconds(5)) } catch { throw .channel(.timedOut) }
    }

    private func strangersSignatureAtOnce() async throws(CardError) -> StatusWord {
        let stranger = PCSCReader(name: VirtualReader.name)
        return try await stranger.perform(ending: .leave) { (channel) throws(CardError) in
            let asLeft = try channel.signatureStatus()
            guard !asLeft.isSuccess else { return asLeft }
            _ = try channel.transmitted(
                CommandAPDU(0, 0xA4, 4, 0x0C, data: UserAuthentication.application))
            return try channel.signatureStatus()
        }
    }

    @Test("identity and proof, and nobody finds the PIN verified afterwards")
    func proof() async throws {
        let card = try readers.insert("first")
        defer { card.pull() }
        let identity = try await firstIdentity()
        #expect(identity.pin == .left(3))
        let file = try CardFile(path: readers.path("first"))
        #expect(identity.certificateDER == (try file.loadImage().authentication?.certificate))
        let signature = try await proof(for: identity.certificate)
        #expect(
            identity.certificate.publicKey.isValid(signature: signature, over: Self.message))
        #expect(try await strangersSignature() == .securityStatusNotSatisfied)
        // What the stranger would find, had the card been left as it was.
        try await reader.perform(ending: .leave) { (channel) throws(CardError) in
            _ = try channel.transmitted(
                CommandAPDU(0, 0xA4, 4, 0x0C, data: UserAuthentication.application))
            _ = try channel.transmitted(
                CommandAPDU(0, 0x20, 0, 0x98, data: Array("1234".utf8)))
        }
        #expect(try await strangersSignature().isSuccess)
        await #expect(throws: CardError.wrongPIN(triesLeft: 2)) {
            try await proof(for: identity.certificate, pin: "0000")
        }
        #expect(try await self.identity().pin == .left(2))
        _ = try await proof(for: identity.certificate)
        #expect(try await self.identity().pin == .left(3))
    }

    @Test("a program killed between VERIFY and SIGN leaves no PIN verified")
    func killed() async throws {
        let card = try readers.insert("first")
        defer { card.pull() }
        _ = try await firstIdentity()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let reader = PCSCReader(name: VirtualReader.name)
            try await reader.perform { (channel) throws(CardError) in
                _ = try channel.transmitted(
                    CommandAPDU(0, 0xA4, 4, 0x0C, data: UserAuthentication.application))
                let status = try channel.transmitted(
                    CommandAPDU(0, 0x20, 0, 0x98, data: Array("1234".utf8))
                ).status
                if status.isSuccess { kill(getpid(), SIGKILL) }
            }
        }
        let status = try await strangersSignature()
        #expect(status == .securityStatusNotSatisfied)
        #expect(try await self.identity().pin == .left(3))
    }

    @Test("a card is proved beside a program that stays connected, and it finds no PIN verified")
    func besides() async throws {
        let card = try readers.insert("first")
        defer { card.pull() }
        let identity = try await firstIdentity()
        let context = try PCSCContext()
        let stranger = try context.connect(VirtualReader.name, .shared)
        _ = try await proof(for: identity.certificate)
        #expect(try await strangersSignature() == .securityStatusNotSatisfied)
        stranger.leave()
    }

    @Test("a card swapped before VERIFY loses no try")
    func swapped() async throws {
        var card = try readers.insert("first")
        let identity = try await firstIdentity()
        card.pull()
        try await emptyReader()
        card = try readers.insert("second")
        _ = try await firstIdentity()
        await #expect(throws: CardError.differentCard) {
            try await proof(for: identity.certificate, pin: "0000")
        }
        #expect(try await self.identity().pin == .left(3))
    }

    @Test("a card pulled at any command is gone, and the next one is served", arguments: 1...8)
    func pulled(number: Int) async throws {
        let first = try readers.insert("first")
        let identity = try await firstIdentity()
        first.pull()
        try await emptyReader()
        for fault in ["pulled", "pulled-after"] {
            let card = try readers.insert("first", ["--fault", "\(fault)@\(number)"])
            try await waitForCard()
            // Pulled at VERIFY, the sixth, nobody can tell whether it cost a try.
            let told = number == 6 ? CardError.pinUnanswered(.removed) : .channel(.removed)
            await #expect(throws: told) { try await proof(for: identity.certificate) }
            card.pull()
            try await emptyReader()
            let next = try readers.insert("second")
            #expect(try await firstIdentity().pin == .left(3))
            next.pull()
            try await emptyReader()
        }
    }

    /// Waits until the service has noticed a card; sends it nothing.
    private func waitForCard() async throws {
        for await event in ReaderMonitor().events() {
            if case .cardInserted = event { return }
        }
    }

    @Test("a mute card parks one thread; callers are told, and the next card is served")
    func mute() async throws {
        for fault in ["mute", "zero"] {
            let card = try readers.insert("first", ["--fault", "\(fault)@3"])
            try await waitForCard()
            let clock = ContinuousClock()
            let start = clock.now
            await #expect(throws: CardError.channel(.mute)) {
                try await identity(limit: .milliseconds(500))
            }
            #expect(clock.now - start < .seconds(1))
            for _ in 0..<2 {
                await #expect(throws: CardError.channel(.mute)) { try await identity() }
            }
            #expect(clock.now - start < .seconds(4))
            card.pull()
            try await emptyReader()
            let next = try readers.insert("second")
            _ = try await firstIdentity()
            next.pull()
            try await emptyReader()
        }
    }

    @Test("answers that are none are told as such")
    func garbage() async throws {
        let card = try readers.insert("first", ["--fault", "one@2,sw:6F00@6"])
        try await waitForCard()
        await #expect(throws: CardError.channel(.answerTooShort(1))) { try await identity() }
        await #expect(throws: CardError.self) { try await identity() }
        #expect(try await identity().pin == .left(3))
        card.pull()
    }

    @Test("another program's transaction is waited for, then told as busy")
    func busy() async throws {
        let card = try readers.insert("first")
        defer { card.pull() }
        _ = try await firstIdentity()
        let other = PCSCReader(name: VirtualReader.name)
        let held = Task {
            try await other.perform(ending: .leave) { (_) throws(CardError) in
                _ = usleep(1_500_000)
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        await #expect(throws: CardError.channel(.busy)) {
            try await identity(limit: .milliseconds(500))
        }
        try await held.value
        #expect(try await firstIdentity().pin == .left(3))
    }

    @Test("a caller that gives up has no PIN sent for it")
    func givenUp() async throws {
        let card = try readers.insert("first")
        defer { card.pull() }
        let identity = try await firstIdentity()
        let reached = Mutex(false)
        let task = Task {
            try await reader.perform { (channel) throws(CardError) in
                usleep(300_000)
                _ = try channel.transmitted(CommandAPDU(0, 0x20, 0, 0x98))
                reached.withLock { $0 = true }
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: CardError.channel(.timedOut)) { try await task.value }
        _ = try await proof(for: identity.certificate)
        #expect(!reached.withLock { $0 })
    }

    @Test("the monitor tells cards, and pcscd's death and return", .enabled(if: isPrivate))
    func monitor() async throws {
        var events = ReaderMonitor().events().makeAsyncIterator()
        func next() async -> ReaderEvent? { await events.next(isolation: #isolation) }
        #expect(await next() == .serviceReached)
        #expect(await next() == .readers([VirtualReader.name, "Virtual PCD 00 01"]))
        let card = try readers.insert("first")
        guard case .cardInserted(VirtualReader.name, let atr, let first) = await next() else {
            throw CardError.channel(.removed)
        }
        #expect(atr == CardImage.contactlessATR)
        card.pull()
        #expect(await next() == .cardRemoved(reader: VirtualReader.name))
        let again = try readers.insert("second")
        defer { again.pull() }
        guard case .cardInserted(_, _, let second) = await next() else {
            throw CardError.channel(.removed)
        }
        #expect(first != second)
        try readers.killService()
        guard case .serviceLost = await next() else { throw CardError.channel(.mute) }
        await #expect(throws: CardError.channel(.noService)) { try await identity() }
        try readers.startService()
        #expect(await next() == .serviceReached)
        #expect(await next() == .readers([VirtualReader.name, "Virtual PCD 00 01"]))
        guard case .cardInserted = await next() else { throw CardError.channel(.removed) }
        _ = try await firstIdentity()
    }

    @Test(
        "pcscd killed in the middle of a visit ends it, and the next one works",
        .enabled(if: isPrivate))
    func killedService() async throws {
        let card = try readers.insert("first")
        defer { card.pull() }
        let identity = try await firstIdentity()
        let visit = Task {
            try await reader.perform { (channel) throws(CardError) in
                usleep(300_000)
                return try readIdentity(on: &channel)
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        try readers.killService()
        await #expect(throws: CardError.channel(.noService)) { try await visit.value }
        try readers.startService()
        try await waitForCard()
        _ = try await proof(for: identity.certificate)
    }
}

extension CardChannel where Self: ~Copyable {
    /// Asks for a signature under the application that is selected, if one is.
    fileprivate mutating func signatureStatus() throws(CardError) -> StatusWord {
        _ = try transmitted(CommandAPDU(0, 0xA4, 2, 0x0C, data: [0x00, 0x17]))
        return try transmitted(Sign([UInt8](repeating: 0, count: 51)).apdu).status
    }

    fileprivate mutating func transmitted(
        _ command: CommandAPDU
    ) throws(CardError) -> ResponseAPDU {
        do throws(CardChannelError) {
            return try transmit(command)
        } catch {
            throw .channel(error)
        }
    }
}

/// A page that holds a PIN.
private func page(_ text: String) -> SecretPage {
    var page = SecretPage(capacity: 16)
    for octet in text.utf8 { page.append(octet) }
    return page
}
