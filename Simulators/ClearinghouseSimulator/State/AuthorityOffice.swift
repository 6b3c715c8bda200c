package import Authority
import Cryptography
import Executors
package import Records
import Synchronization
import VirtualCard

/// The office of the simulated authorities, over the folder in which they live: what they know of
/// certificates that are not good any more, and the authorities themselves, who sign lists and
/// answers. Others write there too (`virtual-card suspend`), so each question looks whether
/// something changed.
package actor AuthorityOffice {
    private let folder: String
    private let executor = BlockingExecutor(label: "authority-office")
    private let known = Mutex(Known(register: CertificateRegister(), mark: nil))
    private var folderMark: KeyFile.Mark?
    private var authorities: [StandingAuthority] = []

    /// The register as it was last read, and its file's mark then.
    private struct Known {
        var register: CertificateRegister
        var mark: KeyFile.Mark?
    }

    /// An office over the authorities' folder.
    package init(folder: String) { self.folder = folder }

    /// Reading the folder blocks: it has a thread of its own.
    nonisolated package var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// The register as it is now. One that cannot be read stops everything that rests on it.
    ///
    /// Every request asks, so this looks only at the file's mark, which the system knows without a
    /// disk; on this actor's thread the file is read where it changed.
    nonisolated package func register() async throws(Refusal) -> CertificateRegister {
        let known = known.withLock { $0 }
        return try mark() == known.mark ? known.register : try await reread()
    }

    nonisolated private func mark() throws(Refusal) -> KeyFile.Mark? {
        do throws(KeyFile.Failure) {
            return try KeyFile.mark(of: CardAuthorities.registerPath(in: folder))
        } catch { throw Self.unreadable }
    }

    private func reread() throws(Refusal) -> CertificateRegister {
        // The mark first: what is written while the file is read is read again.
        let (mark, before) = (try mark(), known.withLock { $0 })
        guard mark != before.mark else { return before.register }
        do throws(KeyFile.Failure) {
            let register = try read()
            known.withLock { $0 = Known(register: register, mark: mark) }
            return register
        } catch { throw Self.unreadable }
    }

    private func read() throws(KeyFile.Failure) -> CertificateRegister {
        do throws(CardFileError) { return try CardAuthorities.register(in: folder) } catch {
            guard case .file(let failure) = error else {
                throw .malformed(path: folder, .malformed(error.description))
            }
            throw failure
        }
    }

    private static let unreadable = Refusal(
        .unavailable, "the authorities' register cannot be read")

    /// Changes how a certificate stands, and keeps it.
    package func change(
        _ id: CertificateID, to order: StandingOrder, at now: Instant
    ) throws(Refusal) -> CertificateRegister {
        let lock = RegisterLock(in: folder)
        defer { lock.release() }
        var register = try reread()
        do throws(CertificateRegister.Refusal) {
            switch order {
            case .good where register.standings[id] == nil: break
            case .good: try register.resume(id)
            case .suspended: try register.suspend(id, at: now)
            case .revoked(let reason): register.revoke(id, because: reason, at: now)
            }
        } catch { throw Refusal(.certificateRevoked, "\(error)") }
        do throws(CardFileError) { try CardAuthorities.save(register, in: folder) } catch {
            throw Refusal(.unavailable, "the authorities' register cannot be written")
        }
        return register
    }

    /// The list of an authority (CRL), DER; nothing if there is no authority of this name.
    package func list(of name: String, at now: Instant) throws(Refusal) -> [UInt8]? {
        let register = try reread()
        try look()
        guard let index = authorities.firstIndex(where: { $0.name == name }) else { return nil }
        do throws(CryptographyError) {
            return try authorities[index].list(register, at: now)
        } catch { throw Refusal(.unavailable, "\(error)") }
    }

    /// The answer to a status request (OCSP), DER: by the authority that it asks about.
    package func statusAnswer(
        to request: [UInt8], at now: Instant
    ) throws(Refusal) -> [UInt8] {
        let register = try reread()
        try look()
        let index = authorities.firstIndex {
            StatusResponder.isAsked(by: request, about: $0.authority.certificate)
        }
        guard let index else { return StatusResponder.answer(toUnservable: request) }
        do throws(CryptographyError) {
            return try authorities[index].answer(request, register, at: now)
        } catch { throw Refusal(.unavailable, "\(error)") }
    }

    /// Reads the authorities again when their folder changed.
    private func look() throws(Refusal) {
        do throws(CardFileError) {
            let mark: KeyFile.Mark?
            do throws(KeyFile.Failure) { mark = try KeyFile.mark(of: folder) } catch {
                throw .file(error)
            }
            guard mark != folderMark else { return }
            let found = try CardAuthorities.named(in: folder)
            authorities = found.map { name, authority in
                authorities.first {
                    $0.name == name && $0.authority.certificate == authority.certificate
                } ?? StandingAuthority(name: name, authority: authority)
            }
            folderMark = mark
        } catch { throw Refusal(.unavailable, "the authorities cannot be read") }
    }
}

/// How a certificate shall stand from now on.
package enum StandingOrder: Hashable, Sendable {
    /// Not suspended any more.
    case good
    /// Not to be used for now.
    case suspended
    /// Not to be used ever again.
    case revoked(CertificateRegister.Reason)
}

/// One authority at work: its delegated responder, and its newest list.
private struct StandingAuthority {
    /// A responder is delegated anew after a day; the delegation lasts a week.
    private static let responderSeconds: Int64 = 86_400
    /// A list that nothing changed in is signed anew after a minute, and believed for an hour.
    private static let listSeconds: Int64 = 60
    private static let listFreshSeconds: Int64 = 3600

    let name: String
    let authority: CertificateAuthority
    private var responder: (it: StatusResponder, since: Instant)?
    private var newest: (octets: [UInt8], of: CertificateRegister, since: Instant, number: Int)?

    init(name: String, authority: CertificateAuthority) {
        (self.name, self.authority) = (name, authority)
    }

    mutating func answer(
        _ request: [UInt8], _ register: CertificateRegister, at now: Instant
    ) throws(CryptographyError) -> [UInt8] {
        if let responder,
            (responder.since..<responder.since.adding(seconds: Self.responderSeconds))
                .contains(now)
        {
            return try responder.it.answer(request, from: register, at: now)
        }
        let delegated = try StatusResponder(of: authority, at: now)
        responder = (delegated, now)
        return try delegated.answer(request, from: register, at: now)
    }

    mutating func list(
        _ register: CertificateRegister, at now: Instant
    ) throws(CryptographyError) -> [UInt8] {
        if let newest, newest.of == register,
            (newest.since..<newest.since.adding(seconds: Self.listSeconds)).contains(now)
        {
            return newest.octets
        }
        // Numbers grow (RFC 5280 §5.2.3), also over a restart.
        let number = max(Int(now.seconds), (newest?.number ?? 0) + 1)
        let octets = try authority.revocationList(
            register, number: number, at: now,
            until: now.adding(seconds: Self.listFreshSeconds))
        newest = (octets, register, now, number)
        return octets
    }
}
