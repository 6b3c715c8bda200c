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
import PDF
import Records
import Secrets
import Terminal
import TransparencyLog

/// The daemon put together: everything it needs is read before anything is begun.
struct Service {
    let configuration: TerminalConfiguration
    private let client: ClearinghouseClient
    private let portalClient: PortalClient
    private let anchors: TrustAnchors
    private let staff: StaffRegister
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
        staff = try Self.staff(configuration.staffFile)
        statementKey = try Self.statementKey(configuration.statementKeyFile)
        try Self.checkFonts(configuration.paperFonts ?? [])
    }

    private static func read(_ path: String) throws(ServiceError) -> TerminalConfiguration {
        let text: [UInt8]
        do throws(KeyFile.Failure) { text = try KeyFile.read(path) } catch { throw .file(error) }
        do throws(JSONError) {
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                .joined(separator: "/")
            return try TerminalConfiguration(parsing: text).resolvingPaths { written in
                written.hasPrefix("/") ? written : (folder.isEmpty ? "." : folder) + "/" + written
            }
        } catch {
            let line = error.line(in: text, limits: TerminalConfiguration.textLimits)
            throw .configuration(place: "\(path):\(line)", error)
        }
    }

    /// Looks at the fonts that papers will be drawn with, and keeps none: what is wrong with them is
    /// told now, not when a patient waits for a paper.
    private static func checkFonts(_ paths: [String]) throws(ServiceError) {
        for path in paths {
            do throws(KeyFile.Failure) {
                let octets = try KeyFile.read(path, limit: TrueTypeFont.maximumOctets)
                do throws(FontError) { _ = try TrueTypeFont(octets) } catch {
                    throw .malformed(path: path, .malformed("a TrueType font: \(error)"))
                }
            } catch { throw .file(error) }
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
            throw .staff(error.reason)
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
        let clock = SystemClock()
        let store = try await openHistory(clock)
        var servers: [HTTPServer] = []
        let witnesses: HistoryWitnesses?
        let roster: ReaderRoster
        let courier: WithdrawalCourier
        do throws(ServiceError) {
            var api = try await assemble(store, clock)
            witnesses = try await self.witnesses(of: store)
            api.witnesses = witnesses
            api.historyRetentionYears = configuration.historyRetentionYears
            roster = api.roster
            courier = WithdrawalCourier(
                book: api.book, desk: api.records, clock: clock,
                pauses: WithdrawalCourier.Pauses(configuration.limits))
            let local = LocalAPI(api)
            servers = [try listen(local)]
            if let kiosk = configuration.kiosk {
                servers += try serve(kiosk, of: local, clock)
            }
            if let desk = configuration.desk {
                servers += try serve(desk, of: local, clock)
            }
        } catch {
            try? await store.close()
            throw error
        }
        // Whoever started it may read this or not: the service goes on.
        _ = say("madoguchid is ready on \(configuration.socket)")
        await withTaskGroup { [servers] group in
            for server in servers { group.addTask { await server.run() } }
            group.addTask { await roster.run(ReaderMonitor().events()) }
            group.addTask { await courier.run() }
            if let witnesses, let cadence = configuration.witnesses?.cadenceSeconds {
                group.addTask { await Self.ask(witnesses, every: cadence, clock) }
            }
            group.addTask { await signals.untilTermination() }
            await group.next()
            group.cancelAll()
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
                complain("nothing is disclosed: \(error.description)")
                // Until the task is cancelled: who ends here ends the service.
                let (news, silence) = AsyncStream.makeStream(of: Never.self)
                for await _ in news {}
                return silence.finish()
            }
            guard (try? await clock.sleep(seconds: Double(seconds))) != nil else { return }
        }
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
        let scribe = HistoryScribe(
            store: store, place: place, clock: clock, quality: { clock.timeQuality }, ids: ids,
            items: items, complain: { complain("nothing is disclosed: \($0.description)") })
        let vault: SealedVault
        do throws(SealedFolder.Failure) {
            vault = try SealedVault(folder: configuration.checkInFolder) { complain($0) }
        } catch { throw .checkIns(error) }
        let book = CheckInBook(vault: vault, clock: clock, ids: ids)
        await book.restore()
        let identity = SessionRunner.Identity(
            institution: configuration.institutionCode, terminal: configuration.terminal)
        let check = ClearinghousePort(client: client) { await book.knownPatient(for: $0) }
        let watch = PINWatch(vault: vault, policy: FailureCount.Policy(configuration.limits)) {
            store.cardReference(ofCertificate: $0).code.hex
        }
        let faces = FaceParts(
            configuration,
            watch: FaceWatch(vault: vault) {
                store.cardReference(ofCertificate: $0).code.hex
            })
        let (anchors, limits, wanted) = (anchors, configuration.limits, configuration.reader)
        let pads = configuration.pinPads ? PINPadWaits(limits) : nil
        let signer = statementKey
        let roster = ReaderRoster(
            isServed: { wanted == nil || $0 == wanted },
            make: { name in
                let reader = PCSCReader(name: name, patience: PCSCReader.Patience(limits))
                let port = WatchedCardPort(
                    ReaderCardPort(
                        reader: reader, anchors: anchors, clock: clock, pinPads: pads),
                    reader: name, watch: watch, clock: clock)
                return ReaderRoster.ServedReader(
                    port: port,
                    runner: SessionRunner(
                        card: port, face: faces?.desk(reader, name, clock), signer: signer,
                        clearinghouse: check, history: scribe, checkIns: book, clock: clock,
                        ids: ids, identity: identity,
                        limits: SessionRunner.Limits(limits)))
            })
        return LocalAPI.Parts(
            roster: roster, book: book,
            records: RecordDesk(
                book: book, client: client, scribe: scribe,
                needsOtherViewer: configuration.visualCheckNeedsOtherViewer,
                needsIdentity: configuration.recordsNeedIdentity),
            portal: PortalDesk(
                client: portalClient, scribe: scribe, identity: identity,
                lastTrySeconds: limits.provingSeconds),
            scribe: scribe, watch: watch, staff: staff, items: items, version: madoguchiVersion,
            limits: limits)
    }

    private func listen(_ api: LocalAPI) throws(ServiceError) -> HTTPServer {
        var limits = ServerLimits()
        limits.idleSeconds = Double(configuration.limits.connectionIdleSeconds)
        do throws(NetworkError) {
            return try HTTPServer(
                .unix(path: configuration.socket, mode: 0o600), limits: limits, handler: api)
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
