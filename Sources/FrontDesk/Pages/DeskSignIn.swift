internal import Cryptography
internal import Executors
internal import Octets
internal import Records
internal import Secrets
internal import Synchronization
package import Terminal

/// Who is signed in at the desk. A password is compared by one thread, one at a time, so that
/// guessing takes no more memory than one hash; wrong ones lock the account for a while that doubles.
/// Tokens live in the pages' memory and here, nowhere else.
package final class DeskSignIn: StaffTokens {
    /// The bounds on guesses and on time.
    package struct Policy: Hashable, Sendable {
        /// So many wrong passwords in a row lock an account.
        package var failures = 5
        /// For so long at first, in seconds; each further one doubles it.
        package var firstPauseSeconds: Int64 = 30
        /// At most for so long.
        package var longestPauseSeconds: Int64 = 900
        /// A page that asks nothing for so long is signed out.
        package var idleSeconds: Int64 = 900
        /// How many may be signed in at once.
        package var sessions = 64

        /// The defaults.
        package init() {}
    }

    /// What came of a sign-in.
    enum Answer: Hashable, Sendable {
        case signedIn(token: String, StaffMember)
        /// Nobody is told which of name and password was wrong.
        case wrong
        /// The password is right; the code of their telephone is missing.
        case codeMissing
        case paused(until: Instant)
        case tooMany
        case unreadable(String)
    }

    private struct Session {
        var member: StaffMember
        /// What they signed in with; another one since signs them out.
        var password: PasswordHash
        var secondFactor: TOTPSecret?
        var lastUsed: Instant
    }

    private struct Failures {
        var count = 0
        var pausedUntil: Instant?
    }

    private struct State {
        /// The newest step whose code somebody used: none is good twice.
        var usedSteps: [String: Int64] = [:]
        var sessions: [SHA256Digest: Session] = [:]
        var failures: [String: Failures] = [:]
    }

    private let state = Mutex(State())
    private let thread = WorkThread(name: "passwords")
    private let policy: Policy
    private let clock: any TerminalClock
    private let read: @Sendable () -> Result<StaffRegister, StaffFileError>
    /// What an unknown name costs, as much as a known one.
    private let nobody: PasswordHash?
    /// No code of before the start is good: what was used then is not known any more.
    private let firstStep: Int64

    /// A desk's sign-in; the staff file is read anew for each, so that whoever was removed is out.
    package init(
        policy: Policy = Policy(), clock: any TerminalClock,
        read: @escaping @Sendable () -> Result<StaffRegister, StaffFileError>
    ) {
        (self.policy, self.clock, self.read) = (policy, clock, read)
        firstStep = TOTPSecret.step(seconds: clock.now().seconds)
        var page = SecretPage(capacity: 16)
        page.append(copying: RandomOctets.make(16).span)
        nobody = PasswordHash(page)
    }

    /// Signs somebody in, by name and password, and by a code where they have a second factor.
    func signIn(
        _ id: String, _ password: consuming SecretPage, code: String? = nil
    ) async -> Answer {
        let now = clock.now()
        if let until = state.withLock({ $0.failures[id]?.pausedUntil }), until > now {
            return .paused(until: until)
        }
        let register: StaffRegister
        switch read() {
        case .success(let read): register = read
        case .failure(let error): return .unreadable(error.reason)
        }
        let entry = register.entry(of: id)
        let hash = entry?.password
        let box = SecretBox(password)
        let isRight = await withCheckedContinuation { continuation in
            thread.perform { [nobody] in
                guard let page = box.take(), let known = hash ?? nobody else {
                    return continuation.resume(returning: false)
                }
                let matches = known.matches(page)
                continuation.resume(returning: matches && hash != nil)
            }
        }
        guard isRight, let entry, let hash else { return fail(id) }
        if let secret = entry.secondFactor {
            guard let code else { return .codeMissing }
            guard takes(code, of: secret, from: id) else { return fail(id) }
        }
        return admit(entry, hash)
    }

    /// The hash of a new password, made where others are compared.
    func hash(_ password: consuming SecretPage) async -> PasswordHash? {
        let box = SecretBox(password)
        return await withCheckedContinuation { continuation in
            thread.perform {
                guard let page = box.take() else { return continuation.resume(returning: nil) }
                continuation.resume(returning: PasswordHash(page))
            }
        }
    }

    /// Whether a code is right and was not used yet; it is used up by this.
    private func takes(_ code: String, of secret: TOTPSecret, from id: String) -> Bool {
        let step = secret.step(of: Array(code.utf8), seconds: clock.now().seconds)
        guard let step else { return false }
        return state.withLock { state in
            guard step > max(firstStep, state.usedSteps[id] ?? firstStep) else { return false }
            state.usedSteps[id] = step
            return true
        }
    }

    /// Whose sign-in pauses, and until when.
    func pauses() -> [(id: String, until: Instant)] {
        let now = clock.now()
        return state.withLock { state in
            state.failures.compactMap { id, failures in
                failures.pausedUntil.flatMap { $0 > now ? (id, $0) : nil }
            }
        }.sorted { $0.id < $1.id }
    }

    /// Lets somebody try again.
    func endPause(of id: String) { state.withLock { $0.failures[id] = nil } }

    private func fail(_ id: String) -> Answer {
        let now = clock.now()
        return state.withLock { state in
            // Names that nobody bears are counted too, but do not grow without bound.
            if state.failures.count >= 1000, state.failures[id] == nil { state.failures = [:] }
            var failures = state.failures[id] ?? Failures()
            failures.count += 1
            defer { state.failures[id] = failures }
            guard failures.count >= policy.failures else { return .wrong }
            let doublings = min(failures.count - policy.failures, 16)
            let seconds = min(
                policy.firstPauseSeconds * Int64(1 << doublings), policy.longestPauseSeconds)
            let until = now.adding(seconds: seconds)
            failures.pausedUntil = until
            return .paused(until: until)
        }
    }

    private func admit(_ entry: StaffEntry, _ password: PasswordHash) -> Answer {
        let member = entry.member
        let token = RandomOctets.make(32).base64(.urlSafe)
        let now = clock.now()
        return state.withLock { state in
            state.failures[member.id] = nil
            state.sessions = state.sessions.filter { !isIdle($0.value, at: now) }
            guard state.sessions.count < policy.sessions else { return .tooMany }
            let digest = SHA256Digest(hashing: Array(token.utf8))
            state.sessions[digest] = Session(
                member: member, password: password, secondFactor: entry.secondFactor,
                lastUsed: now)
            return .signedIn(token: token, member)
        }
    }

    /// Ends the session of a token.
    func signOut(_ token: String) {
        let digest = SHA256Digest(hashing: Array(token.utf8))
        state.withLock { $0.sessions[digest] = nil }
    }

    /// Who is signed in with a token; asking for something keeps them so.
    package func member(holding token: String) -> StaffMember? {
        look(token, isUse: true)
    }

    /// The same for a stream that only listens: it keeps nobody signed in.
    func listener(holding token: String) -> StaffMember? { look(token, isUse: false) }

    private func look(_ token: String, isUse: Bool) -> StaffMember? {
        let digest = SHA256Digest(hashing: Array(token.utf8))
        let now = clock.now()
        guard state.withLock({ $0.sessions[digest] }) != nil else { return nil }
        let register = try? read().get()
        return state.withLock { state in
            guard let session = state.sessions[digest] else { return nil }
            let entry = register?.entry(of: session.member.id)
            let isStaff =
                entry?.member == session.member && entry?.password == session.password
                && entry?.secondFactor == session.secondFactor
            guard isStaff, !isIdle(session, at: now) else {
                state.sessions[digest] = nil
                return nil
            }
            if isUse { state.sessions[digest]?.lastUsed = now }
            return session.member
        }
    }

    private func isIdle(_ session: Session, at now: Instant) -> Bool {
        session.lastUsed.adding(seconds: policy.idleSeconds) < now
    }
}
