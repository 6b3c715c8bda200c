internal import Authority
package import CheckIns
internal import Cryptography
package import Octets
package import Records
package import Secrets
internal import Synchronization
package import Terminal
package import VirtualCard

/// Everything that happened in a test, in its order.
package final class Journal: Sendable {
    package init() {}
    private let lines = Mutex<[String]>([])
    package var all: [String] { lines.withLock { $0 } }
    package func note(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A clock whose limits never run out by themselves.
package struct PatientClock: TerminalClock {
    package init() {}
    package static let start = Instant(seconds: 1_795_000_000)
    package func now() -> Instant { Self.start }
    package func sleep(seconds: Double) async throws { try await Task.sleep(for: .seconds(3600)) }
}

/// Plain numbers.
package final class Numbers: IdentifierSource {
    package init() {}
    private let last = Mutex(0)
    package func identifier(at instant: Instant) -> String {
        last.withLock { last in
            last += 1
            return "id-\(last)"
        }
    }
}

/// A clearinghouse that answers as it is told.
package final class ScriptedHouse: CheckPort {
    package let audience = SHA256Digest(hashing: [1])
    private let journal: Journal
    private let answers: Mutex<[Exchange]>
    private let nonces: Mutex<[Result<Nonce, NonceFailure>]>
    private let statements = Mutex<[[UInt8]]>([])

    package init(
        _ journal: Journal, answers: [Exchange] = [], nonces: [Result<Nonce, NonceFailure>] = []
    ) {
        self.journal = journal
        self.answers = Mutex(answers)
        self.nonces = Mutex(nonces)
    }

    private let held = Mutex<HeldNonce?>(nil)

    /// Lets the next nonce wait until the test answers.
    package func holdNonce() -> HeldNonce {
        let nonce = HeldNonce()
        held.withLock { $0 = nonce }
        return nonce
    }

    package var asked: [[UInt8]] { statements.withLock { $0 } }

    package func nonce() async -> Result<Nonce, NonceFailure> {
        journal.note("nonce")
        if let held = held.withLock({ $0.take() }) { return await held.value() }
        return nonces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            ?? .success(Nonce(text: "bm9uY2U", until: PatientClock.start.adding(seconds: 300)))
    }

    package func ask(_ asking: Asking) async -> Exchange {
        journal.note("ask")
        statements.withLock { $0.append(asking.proved.statement) }
        return answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            ?? .result(.answer(Self.acceptance))
    }

    package static let acceptance = Acceptance(
        patient: "patient-1", statement: SHA256Digest(hashing: [2]),
        qualification: Qualification(validity: .valid, entitlements: []),
        grant: Grant(
            id: "grant-1",
            items: [ConsentedItem(item: .drugs, until: PatientClock.start.adding(seconds: 86_400))],
            until: PatientClock.start.adding(seconds: 86_400)),
        receipt: SignedReceipt(bytes: [3], signature: [4]), answerDigest: SHA256Digest(hashing: [5])
    )
}

/// A nonce that comes when the test says so.
package actor HeldNonce {
    private var waiting: CheckedContinuation<Result<Nonce, NonceFailure>, Never>?
    private let (asked, askedNow) = AsyncStream.makeStream(of: Void.self)

    package func value() async -> Result<Nonce, NonceFailure> {
        await withCheckedContinuation { continuation in
            waiting = continuation
            askedNow.yield()
        }
    }

    package nonisolated func untilAsked() async { for await _ in asked { return } }

    package func answer(_ result: Result<Nonce, NonceFailure>) {
        waiting.take()?.resume(returning: result)
    }
}

/// A history that may be closed.
package final class Ledger: SessionHistory {
    private let journal: Journal
    private let state = Mutex((next: UInt64(0), opensFor: Int.max))
    private let sessions = Mutex<[String: String]>([:])
    package init(_ journal: Journal, opensFor: Int = .max) {
        self.journal = journal
        state.withLock { $0.opensFor = opensFor }
    }

    /// The card session under which a line was last written.
    package func session(of line: String) -> String? { sessions.withLock { $0[line] } }

    private func note(_ line: String, _ session: String) {
        sessions.withLock { $0[line] = session }
        journal.note(line)
    }

    private func write(_ line: String, _ session: String) -> HistoryPlace? {
        state.withLock { state in
            guard state.opensFor > 0 else { return nil }
            state.opensFor -= 1
            state.next += 1
            note(line, session)
            return HistoryPlace(origin: "test", index: state.next)
        }
    }

    package func recordIntent(_ proved: Proved, session: String) async -> HistoryPlace? {
        write("intent", session)
    }
    package func recordOutcome(_ outcome: Outcome, session: String) async -> HistoryPlace? {
        write("outcome", session)
    }
    package func note(_ note: SessionNote, session: String) async {
        switch note {
        case .proofFailed(_, _, let failure, _): self.note("failed \(failure.word)", session)
        case .numberRefused(_, let trouble): self.note("number \(trouble.rawValue)", session)
        case .cardRefused(let refusal): self.note("refused \(refusal.rawValue)", session)
        case .ended(_, let reason): self.note("ended \(reason.rawValue)", session)
        }
    }
}

/// A terminal without a key of its own.
package struct NoSigner: StatementSigner {
    package let algorithm = StatementAlgorithm.ecdsaP256SHA256
    package let publicKey: [UInt8] = []
    package init() {}
    package func sign(_ octets: [UInt8]) -> [UInt8]? { nil }
}

/// A vault that forgets with the test.
package actor Shelf: CheckInVault {
    private var kept: [String: CheckIn] = [:]
    private var patients: [SHA256Digest: String] = [:]
    package init(_ checkIns: [CheckIn] = []) {
        for checkIn in checkIns { kept[checkIn.id] = checkIn }
    }
    package func load() -> [CheckIn] { Array(kept.values) }
    package func keep(_ checkIn: CheckIn) -> Bool {
        kept[checkIn.id] = checkIn
        return true
    }
    package func forget(id: String) { kept[id] = nil }
    package func patient(of certificate: SHA256Digest) -> String? { patients[certificate] }
    package func remember(patient: String, of certificate: SHA256Digest) {
        patients[certificate] = patient
    }
}

/// Cards of an authority made for these tests.
package enum Cards {
    package static let one = try? issue()
    package static let other = try? issue()
    static let authority = Result { try make() }

    private static func make() throws -> CertificateAuthority {
        try CertificateAuthority.make(
            unit: "Simulated", key: PrivateKey.generate(.p256),
            notBefore: PatientClock.start.adding(seconds: -86_400 * 4000),
            notAfter: PatientClock.start.adding(seconds: 86_400 * 3650))
    }

    static func issue(_ person: String = "sample") throws -> CardImage {
        try CardImage.issue(
            CardImage.Order(
                person: person, notBefore: PatientClock.start,
                notAfter: PatientClock.start.adding(seconds: 86_400 * 365)),
            authentication: try authority.get(), signature: try authority.get())
    }
}

/// A page that holds a PIN.
package func page(_ text: String) -> SecretPage {
    var page = SecretPage(capacity: 16)
    for octet in text.utf8 { page.append(octet) }
    return page
}
