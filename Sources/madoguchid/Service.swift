import AccessHistory
import CheckIns
import Clearinghouse
import Commands
import Configuration
import Cryptography
import Disclosures
import Executors
import FrontDesk
import JSON
import Network
import Octets
import PCSC
import Records
import Secrets
import Terminal
import TransparencyLog

/// The daemon put together: everything it needs is read before anything is begun.
struct Service {
    let configuration: TerminalConfiguration
    private let client: ClearinghouseClient
    private let portalClient: PortalClient
    /// What a reload replaces.
    let live: LiveParts
    let invocation: Invocation
    private let statementKey: TerminalKey
    private let historyKey: WrappingKey?
    private let acceptsLostMarks: Bool

    init(_ invocation: Invocation) throws(ServiceError) {
        let path: String
        if let named = invocation.value("config") {
            path = named
        } else if let state = invocation.value("state") {
            path = state + "/terminal/config.json"
        } else {
            throw .noConfiguration
        }
        var configuration = try Self.read(path)
        if let reader = invocation.value("reader") { configuration.reader = reader }
        self.configuration = configuration
        acceptsLostMarks = invocation.has("accept-lost-marks")
        self.invocation = invocation
        let anchors: TrustAnchors
        do throws(KeyFile.Failure) {
            anchors = try TrustAnchors(folder: configuration.trustFolder)
            let answerKey = try KeyFile.publicKey(configuration.clearinghouse.answerKeyFile)
            client = ClearinghouseClient(
                transport: try Self.transport(
                    configuration, configuration.clearinghouse.identity), answerKey: answerKey)
            portalClient = PortalClient(
                transport: try Self.transport(configuration, configuration.portal),
                answerKey: answerKey)
        } catch { throw .file(error) }
        guard !anchors.certificates.isEmpty else {
            throw .noTrustAnchors(configuration.trustFolder)
        }
        historyKey = try Self.historyKey(configuration.historyKeyFile)
        live = LiveParts(anchors, try Self.staff(configuration.staffFile))
        statementKey = try Self.statementKey(configuration.statementKeyFile)
        // Pages print papers, and where the fonts are named the command does.
        let prints = configuration.desk != nil || configuration.kiosk != nil
        let fonts = configuration.paperFonts ?? (prints ? PaperPress.usualFonts : [])
        do throws(KeyFile.Failure) { try PaperPress.check(fonts: fonts) } catch {
            throw .file(error)
        }
    }

    private static func read(_ path: String) throws(ServiceError) -> TerminalConfiguration {
        let text: [UInt8]
        do throws(KeyFile.Failure) { text = try KeyFile.read(path) } catch { throw .file(error) }
        do throws(JSONError) {
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                .joined(separator: "/")
            let place = ConfigurationPlace(
                folder: folder.isEmpty ? "." : folder, credentials: credentialsFolder)
            return try TerminalConfiguration(parsing: text).resolvingPaths(place.path)
        } catch {
            let line = error.line(in: text, limits: TerminalConfiguration.textLimits)
            throw .configuration(place: "\(path):\(line)", error)
        }
    }

    private static func historyKey(_ path: String?) throws(ServiceError) -> WrappingKey? {
        guard let path else { return nil }
        do throws(KeyFile.Failure) { return try WrappingKey(file: path) } catch {
            throw .file(error)
        }
    }

    private static func statementKey(_ path: String) throws(ServiceError) -> TerminalKey {
        let key: PrivateKey
        do throws(KeyFile.Failure) { key = try KeyFile.privateKey(path) } catch {
            throw .file(error)
        }
        guard let signer = TerminalKey(key) else {
            throw .file(.malformed(path: path, .malformed("a key of RSA, P-256 or P-384")))
        }
        return signer
    }

    private static func staff(_ path: String) throws(ServiceError) -> StaffRegister {
        let text: [UInt8]
        do throws(KeyFile.Failure) {
            text = try KeyFile.read(path, isPrivate: true)
        } catch { throw .file(error) }
        do throws(StaffFileError) { return try StaffRegister(parsing: text) } catch {
            throw .staff(path: path, error.reason)
        }
    }

    private static func transport(
        _ configuration: TerminalConfiguration, _ identity: IdentityConfiguration
    ) throws(KeyFile.Failure) -> NetworkTransport {
        let house = configuration.clearinghouse
        let certificate = try KeyFile.certificate(identity.certificateFile)
        let key = try KeyFile.privateKey(identity.keyFile)
        let authority = try KeyFile.certificate(house.authorityFile)
        do throws(CryptographyError) {
            let context = try TLSContext.client(
                certificate: certificate, key: key, serverAnchors: [authority],
                serverName: house.serverName)
            return NetworkTransport(
                HTTPClient(.tcp(host: house.host, port: house.port), tls: context),
                seconds: Double(configuration.limits.exchangeSeconds))
        } catch { throw .malformed(path: identity.certificateFile, error) }
    }
}

extension Service {
    /// Runs until SIGTERM or SIGINT, then closes the history in order.
    func run() async throws(ServiceError) {
        ProcessMemory.hide()
        let signals = ProcessSignals()
        let notice = ServiceNotice.take()
        let inherited = try handedOver()
        let clock = SystemClock()
        let store = try await openHistory(clock)
        var servers: [HTTPServer] = []
        let witnesses: HistoryWitnesses?
        let roster: ReaderRoster
        let courier: WithdrawalCourier
        let ownVisits: OwnVisits
        let book: CheckInBook
        let meters: Meters
        let size = await store.archive().size
        do throws(ServiceError) {
            var api = try await assemble(store, clock)
            witnesses = try await self.witnesses(of: store)
            api.witnesses = witnesses
            api.press = PaperPress(fonts: configuration.paperFonts ?? PaperPress.usualFonts)
            api.historyRetentionYears = configuration.historyRetentionYears
            api.openingHours = configuration.openingHours
            api.certificateEnds = certificateEnds
            (roster, ownVisits, book) = (api.roster, api.ownVisits, api.book)
            meters = api.scribe.meters
            courier = WithdrawalCourier(
                book: api.book, desk: api.records, clock: clock,
                pauses: WithdrawalCourier.Pauses(configuration.limits))
            let local = LocalAPI(api)
            servers = try listen(local, inherited)
            if let kiosk = configuration.kiosk {
                servers += try serve(kiosk, of: local, clock, inherited)
            }
            if let named = configuration.programs {
                servers += try serve(named, of: local, clock, inherited)
            }
            if let desk = configuration.desk {
                servers += try serve(desk, of: local, clock, inherited)
            }
        } catch {
            try? await store.close()
            throw error
        }
        // Whoever started it may read this or not: the service goes on.
        _ = say("madoguchid is ready on \(configuration.socket)")
        notice.send(.ready, .status("Serves; history of \(store.origin)"))
        let check = Task { [configuration, historyKey] in
            await Self.restoreDay(of: store, into: meters, clock, before: size)
            do throws(HistoryError) {
                let left = try await store.finishErasures()
                if left > 0 { complain("an erasure that was interrupted is done: \(left) entries") }
            } catch { complain("an erasure could not be looked after: \(error.description)") }
            let error = await store.verifyItself(
                folder: configuration.historyFolder, wrapping: historyKey)
            switch error {
            case .damaged(_, _, _)?:
                complain("nothing is disclosed: \(error?.description ?? "")", code: "history")
            case let error?:
                complain("the history could not be verified: \(error.description)", code: "history")
            case nil: break
            }
            // What cannot be had of the index is read from the segments.
            try? await store.catchUpIndex()
        }
        await withTaskGroup { [servers] group in
            for server in servers { group.addTask { await server.run() } }
            group.addTask { await roster.run(ReaderMonitor().events()) }
            group.addTask { await courier.run() }
            group.addTask { await ownVisits.run(roster) }
            if let witnesses, let cadence = configuration.witnesses?.cadenceSeconds {
                group.addTask { await Self.ask(witnesses, every: cadence, clock) }
            }
            group.addTask { await signals.untilTermination { self.reload(notice) } }
            group.addTask { await Self.showLife(notice, clock, roster, store) }
            await group.next()
            notice.send(.stopping, .status("Closes the history"))
            group.cancelAll()
        }
        check.cancel()
        if await !book.keepAgain() {
            complain("some check-ins could not be kept: what was accepted since is gone")
        }
        do throws(HistoryError) { try await store.close() } catch { throw .history(error) }
    }

    private func witnesses(
        of store: HistoryStore
    ) async throws(ServiceError) -> HistoryWitnesses? {
        guard let named = configuration.witnesses else { return nil }
        var lines: [WitnessLine] = []
        for witness in named.list {
            do throws(NoteError) {
                lines.append(
                    try WitnessLine(witness, seconds: Double(configuration.limits.exchangeSeconds)))
            } catch { throw .witness(witness.key) }
        }
        do throws(HistoryError) {
            return try await HistoryWitnesses(store, lines, quorum: named.quorum)
        } catch { throw .history(error) }
    }

    /// A round at the start and then one at a fixed pace, until the task is cancelled. What ends the
    /// store is said once; disclosure has stopped by itself.
    private static func ask(
        _ witnesses: HistoryWitnesses, every seconds: Int, _ clock: SystemClock
    ) async {
        while !Task.isCancelled {
            do throws(HistoryError) { try await witnesses.round() } catch {
                complain("nothing is disclosed: \(error.description)", code: "history")
                // Until the task is cancelled: who ends here ends the service.
                let (news, silence) = AsyncStream.makeStream(of: Never.self)
                for await _ in news {}
                return silence.finish()
            }
            guard (try? await clock.sleep(seconds: Double(seconds))) != nil else { return }
        }
    }

    /// When the certificates end that this terminal shows; they were read already to start.
    private var certificateEnds: [String: Instant] {
        let files = [
            "clearinghouse": configuration.clearinghouse.identity.certificateFile,
            "portal": configuration.portal.certificateFile,
            "authority": configuration.clearinghouse.authorityFile,
            "desk": configuration.desk?.tls?.certificateFile ?? "",
        ]
        return files.compactMapValues { try? KeyFile.certificate($0).notAfter }
    }

    private var place: TerminalPlace {
        TerminalPlace(
            institution: configuration.institutionCode, terminal: configuration.terminal)
    }

    private func openHistory(_ clock: SystemClock) async throws(ServiceError) -> HistoryStore {
        do throws(HistoryError) {
            var settings = HistorySettings(
                folder: configuration.historyFolder, place: place,
                software: "madoguchid \(madoguchiVersion)",
                clock: { (clock.now(), clock.timeQuality) })
            settings.acceptsLostMarks = acceptsLostMarks
            settings.wrappingKey = historyKey
            settings.logName = configuration.historyName
            let start = ContinuousClock.now
            settings.steadyClock = { ContinuousClock.now - start }
            let folder = configuration.historyFolder
            settings.roomChanged = { room in
                complain(room.warning(of: folder) ?? "the disk of \(folder) has room again")
            }
            let store = try await HistoryStore.open(settings)
            // What was asked before a crash and never answered is closed as unknown.
            _ = try await store.closeOpenIntents()
            return store
        } catch { throw .history(error) }
    }

    private func assemble(
        _ store: HistoryStore, _ clock: SystemClock
    ) async throws(ServiceError) -> LocalAPI.Parts {
        let ids = UUIDSource()
        let items = configuration.items.compactMap(Item.init(rawValue:))
        let vault: SealedVault
        do throws(SealedFolder.Failure) {
            vault = try SealedVault(folder: configuration.checkInFolder) { complain($0) }
        } catch { throw .checkIns(error) }
        let scribe = HistoryScribe(
            store: store, place: place, clock: clock, quality: { clock.timeQuality }, ids: ids,
            items: items, tries: vault, told: { tell($0, at: $1) },
            complain: { complain("nothing is disclosed: \($0.description)", code: "history") })
        let book = CheckInBook(vault: vault, clock: clock, ids: ids)
        await book.restore()
        let identity = SessionRunner.Identity(
            institution: configuration.institutionCode, terminal: configuration.terminal)
        let check = ClearinghousePort(client: client) { await book.knownPatient(for: $0) }
        let watch = PINWatch(vault: vault, policy: FailureCount.Policy(configuration.limits)) {
            store.cardReference(ofCertificate: $0).code.hex
        }
        await scribe.tellInterruptedTries(of: vault, to: watch)
        let faces = FaceParts(
            configuration,
            watch: FaceWatch(vault: vault) {
                store.cardReference(ofCertificate: $0).code.hex
            })
        let (live, limits, wanted) = (live, configuration.limits, configuration.reader)
        let pads = configuration.pinPads ? PINPadWaits(limits) : nil
        let signer = statementKey
        let roster = ReaderRoster(
            isServed: { wanted == nil || $0 == wanted },
            make: { name in
                let reader = PCSCReader(name: name, patience: PCSCReader.Patience(limits))
                let port = WatchedCardPort(
                    ReaderCardPort(
                        reader: reader, anchors: live.anchors, clock: clock, pinPads: pads),
                    reader: name, watch: watch, clock: clock, scribe: scribe)
                return ReaderRoster.ServedReader(
                    port: port,
                    runner: SessionRunner(
                        card: port, face: faces?.desk(reader, name, clock), signer: signer,
                        clearinghouse: check, history: scribe, checkIns: book, clock: clock,
                        ids: ids, identity: identity,
                        limits: SessionRunner.Limits(limits)))
            })
        let records = RecordDesk(
            book: book, client: client, scribe: scribe,
            needsOtherViewer: configuration.visualCheckNeedsOtherViewer,
            needsIdentity: configuration.recordsNeedIdentity)
        await records.endWhatTheHistoryEnded()
        return LocalAPI.Parts(
            roster: roster, book: book, records: records,
            portal: PortalDesk(
                client: portalClient, scribe: scribe, identity: identity,
                lastTrySeconds: limits.provingSeconds),
            scribe: scribe, watch: watch, staff: live, items: items, version: madoguchiVersion,
            limits: limits)
    }

    /// What whoever started the service opened for it; what it has no use for is refused, so that no
    /// socket listens without anybody.
    private func handedOver() throws(ServiceError) -> InheritedSockets {
        let inherited: InheritedSockets
        do throws(InheritedSockets.Fault) { inherited = try InheritedSockets.take() } catch {
            throw .inherited(error)
        }
        var known = ["api"]
        if configuration.kiosk != nil { known.append("kiosk") }
        if configuration.desk != nil { known.append("desk") }
        if configuration.desk?.tls != nil { known.append("desk-tls") }
        if configuration.programs != nil { known.append("programs") }
        for name in inherited.names where !known.contains(name) { throw .unknownSocket(name) }
        return inherited
    }

    private func listen(
        _ api: LocalAPI, _ inherited: InheritedSockets
    ) throws(ServiceError) -> [HTTPServer] {
        var limits = ServerLimits()
        limits.idleSeconds = Double(configuration.limits.connectionIdleSeconds)
        var addresses = try handedOver("api", nil, inherited)
        if addresses.isEmpty { addresses = [.unix(path: configuration.socket, mode: 0o600)] }
        do throws(NetworkError) {
            return try addresses.map { (address) throws(NetworkError) in
                try HTTPServer(address, limits: limits, handler: api)
            }
        } catch { throw .listener(configuration.socket, error) }
    }
}

extension SystemClock {
    var timeQuality: TimeQuality { isSynchronised ? .synchronised : .unsynchronised }
}

extension WithdrawalCourier.Pauses {
    init(_ limits: WaitLimits) {
        self.init(
            first: Double(limits.withdrawalRetrySeconds),
            longest: Double(limits.longestWithdrawalRetrySeconds))
    }
}

extension PCSCReader.Patience {
    init(_ limits: WaitLimits) {
        self.init()
        visit = .seconds(limits.cardVisitSeconds)
        parked = .seconds(limits.parkedReaderSeconds)
    }
}

extension PINPadWaits {
    init(_ limits: WaitLimits) {
        self.init(
            seconds: UInt8(clamping: limits.pinPadSeconds),
            visitSeconds: limits.pinPadVisitSeconds)
    }
}

extension FailureCount.Policy {
    init(_ limits: WaitLimits) {
        self.init()
        limit = limits.wrongPINs
        firstPauseSeconds = Int64(limits.pauseSeconds)
        longestPauseSeconds = Int64(max(limits.pauseSeconds, limits.longestPauseSeconds))
        memorySeconds = Int64(limits.wrongPINMemorySeconds)
    }
}

extension SessionRunner.Limits {
    init(_ limits: WaitLimits) {
        self.init(
            seconds: [
                .reading: Double(limits.readingSeconds),
                .choosing: Double(limits.choosingSeconds),
                .choosingWarning: Double(max(1, limits.choosingSeconds - limits.warningSeconds)),
                .proving: Double(limits.provingSeconds), .nonce: Double(limits.nonceSeconds),
                .interrupted: Double(limits.interruptedSeconds),
                .message: Double(limits.messageSeconds),
            ], retrySeconds: Double(limits.retrySeconds))
        withoutPINPerDay = limits.checkInsWithoutPIN
    }
}
