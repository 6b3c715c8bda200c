internal import Cryptography
package import Disclosures
internal import Executors
package import Octets
internal import Records
internal import Synchronization
package import TransparencyLog

/// The access history (閲覧・提供履歴) of one terminal, open for writing.
///
/// `append` returns when the entry is durable, never before. All writers that wait are served
/// with one write and one sync; encoding and sealing happen before, on the writer's own time.
/// After a failed write or sync the store refuses everything but reading.
package actor HistoryStore {
    /// The log's origin, `madoguchi/<institution>/<terminal>`.
    package nonisolated let origin: String
    private nonisolated let settings: HistorySettings
    private nonisolated let disk: any HistoryDisk
    nonisolated var keptDisk: any HistoryDisk { disk }
    nonisolated var keptRing: KeyRing { ring }
    private nonisolated let ring: KeyRing
    private nonisolated let sealing: Sealing
    private nonisolated let queue = Mutex<[WaitingAppend]>([])
    private nonisolated let reader = HistoryReader()
    private nonisolated let index: HistoryIndex?
    private nonisolated let executor: BlockingExecutor
    private nonisolated let clockWatch: ClockWatch?
    /// What this opening found open; later intents belong to who is still alive.
    private nonisolated let sizeAtOpening: UInt64
    private var writer: HistoryWriter
    private var lock: (any HistoryLock)?
    private var isHeadUpdateDue = false
    private var roomLevel = DiskRoom.Level.ample
    /// Why nothing more is written, where a witness showed that this is not the log's only copy.
    private var condemnation: HistoryError?

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Opens the store, or makes one in a folder that is absent or empty, and writes down how it
    /// was found.
    package static func open(_ settings: HistorySettings) async throws(HistoryError) -> HistoryStore
    {
        let executor = BlockingExecutor(label: "history-writer")
        return try await open(
            settings, executor: executor,
            indexDisk: { () throws(HistoryError) in
                try PosixDisk(
                    path: "\(settings.folder)/\(HistoryIndex.folderName)", makesFolder: true)
            },
            disk: { () throws(HistoryError) in
                try PosixDisk(path: settings.folder, makesFolder: true)
            })
    }

    static func open(
        _ settings: HistorySettings, executor: BlockingExecutor,
        indexDisk: (@Sendable () throws(HistoryError) -> any HistoryDisk)? = nil,
        disk: @escaping @Sendable () throws(HistoryError) -> any HistoryDisk
    ) async throws(HistoryError) -> HistoryStore {
        let opened = try await HistoryOpener(executor: executor)
            .open(settings, indexDisk: indexDisk, disk: disk)
        let store = HistoryStore(settings, executor: executor, opened: opened)
        try await store.recordOpening(opened.findings)
        try await store.signUnlessSigned(isCheckpointLost: !opened.findings.lostMarks.isEmpty)
        return store
    }

    private init(
        _ settings: HistorySettings, executor: BlockingExecutor, opened: HistoryOpener.Opened
    ) {
        self.settings = settings
        self.executor = executor
        (disk, ring, writer, lock) = (opened.disk, opened.ring, opened.writer, opened.lock)
        index = opened.indexDisk.map {
            HistoryIndex(disk: $0, ring: opened.ring, tailCount: settings.indexTailCount)
        }
        origin = opened.ring.origin
        sealing = Sealing(origin: origin)
        sizeAtOpening = opened.writer.frontier.size
        clockWatch = settings.steadyClock.map { steady in
            ClockWatch(wall: { settings.clock().0 }, steady: steady)
        }
    }

    /// Returns when the writer has had a turn: behind whatever it writes, on its own thread.
    package func answers() {}

    // MARK: Writing

    /// Writes an event. Returns when it is durable; throws when it may not be, and then nothing
    /// of it may be shown.
    package nonisolated func append(
        _ event: HistoryEvent
    ) async throws(HistoryError) -> HistoryReceipt {
        guard let receipt = try await append(contentsOf: [event]).first else { throw .closed }
        return receipt
    }

    /// Writes events that belong together, in their order: all of them become durable with one
    /// write, or none does.
    package nonisolated func append(
        contentsOf events: [HistoryEvent]
    ) async throws(HistoryError) -> [HistoryReceipt] {
        guard !events.isEmpty else { return [] }
        if let step = clockWatch?.step() { try await record(step) }
        var entries: [SealedEntry] = []
        entries.reserveCapacity(events.count)
        for event in events {
            entries.append(try sealing.seal(event, under: try await key(for: event)))
        }
        let waiting = WaitingAppend(entries)
        queue.withLock { $0.append(waiting) }
        return try await settle(waiting)
    }

    private nonisolated func key(for event: HistoryEvent) async throws(HistoryError) -> MonthKey {
        let month = YearMonth(of: event.time.dateInJapan)
        if let key = ring.key(for: month) { return key }
        return try await makeKey(for: month)
    }

    /// Serves everybody who waits, unless an earlier turn has served this one already.
    private func settle(_ waiting: WaitingAppend) throws(HistoryError) -> [HistoryReceipt] {
        if let result = waiting.result { return try result.get() }
        let batch = queue.withLock { queue in
            defer { queue.removeAll(keepingCapacity: true) }
            return queue
        }
        var rest = batch[...]
        while !rest.isEmpty {
            let group = rest.prefix(groupCount(rest))
            rest = rest.dropFirst(group.count)
            serve(group)
        }
        updateHeadSoon()
        guard let result = waiting.result else { throw .closed }
        return try result.get()
    }

    /// How many appends share one write: those of one month, up to a size.
    private func groupCount(_ appends: ArraySlice<WaitingAppend>) -> Int {
        var octets = 0
        let count = appends.prefix { append in
            octets += append.octetCount
            return octets <= HistoryWriter.largestGroupOctetCount
                && append.month == appends.first?.month
        }.count
        return max(count, 1)
    }

    private func serve(_ group: ArraySlice<WaitingAppend>) {
        let result: Result<[HistoryReceipt], HistoryError>
        let room = writer.roomEnd
        defer { if writer.roomEnd != room { lookAtRoom() } }
        do throws(HistoryError) {
            try checkOpen()
            result = .success(try writer.commit(group.flatMap(\.entries)))
            noteForIndex(writer.lastRows)
        } catch .diskFull where group.count > 1 {
            // What only ends something may still have room, by itself.
            for place in group.indices { serve(group[place...place]) }
            return
        } catch {
            if case .diskFull = error { lookAtRoom() }
            result = .failure(error)
        }
        var start = 0
        for append in group {
            let end = start + append.entries.count
            append.result = result.map { Array($0[start..<end]) }
            start = end
        }
    }

    /// What is durable waits for the index; when enough does, the reader takes it in.
    private func noteForIndex(_ rows: [IndexRow]) {
        guard let index, index.note(rows) else { return }
        Task { _ = try? await self.catchUpIndex() }
    }

    /// Brings the index to the end of the log, by parts between which others may read.
    package nonisolated func catchUpIndex() async throws(HistoryError) {
        while true {
            let archive = await archive()
            let isDone = try await reader.read { () throws(HistoryError) in
                try archive.byIndex { (index) throws(IndexFailure) in
                    try index.catchUp(archive, atMost: Self.indexPartCount)
                }
            }
            if isDone ?? true { return }
        }
    }

    /// How many entries go into the index at once.
    private static let indexPartCount = 20_000

    /// Forgets what the index tells of segments in which something was erased.
    nonisolated func forgetIndex(of segments: Set<UInt64>) { index?.forget(segments: segments) }

    /// Writes `head` as the log stands, durably.
    func makeHeadDurable() throws(HistoryError) {
        try checkOpen()
        try writer.writeHead(isDurable: true)
    }

    /// Forgets what the index tells of entries that nobody can open any more.
    nonisolated func forgetExpiredIndex() { index?.forgetExpired() }

    /// How full the store's disk is; nothing where the system does not say.
    package nonisolated var room: DiskRoom? { DiskRoom(folder: settings.folder) }

    /// Looks at the disk and tells of it where it has come to another level.
    private func lookAtRoom() {
        guard let roomChanged = settings.roomChanged, let room = DiskRoom(folder: settings.folder),
            room.level != roomLevel
        else { return }
        roomLevel = room.level
        roomChanged(room)
    }

    /// `head` is written after the writers have their answers, once for all that come within moments.
    private func updateHeadSoon() {
        guard !isHeadUpdateDue else { return }
        isHeadUpdateDue = true
        Task {
            try? await Alarms.shared.sleep(for: Self.headLag)
            isHeadUpdateDue = false
            if lock != nil, condemnation == nil { writer.writeLaggingHead() }
        }
    }

    /// How far `head` may lag behind.
    private static let headLag = Duration.milliseconds(20)

    func checkOpen() throws(HistoryError) {
        guard lock != nil else { throw .closed }
        if let condemnation { throw condemnation }
    }

    private func makeKey(for month: YearMonth) throws(HistoryError) -> MonthKey {
        try checkOpen()
        return try ring.makeKey(for: month, on: disk)
    }

    // MARK: The store's own life

    private nonisolated func recordOpening(_ findings: OpeningFindings) async throws(HistoryError) {
        if let (predecessor, actor) = settings.beginning {
            var event = ownEvent(.administratorAct)
            (event.reason, event.note) = (Predecessor.reason, predecessor.note)
            (event.actor, event.purpose) = (actor, .administration)
            _ = try await append(event)
        }
        for cut in findings.cuts {
            var event = ownEvent(.storeCut)
            event.store = cut.note
            _ = try await append(event)
            try await record(cut)
        }
        var event = ownEvent(.storeOpened)
        event.store = StoreNote()
        event.store?.software = settings.software
        event.store?.wasStoppedCleanly = findings.wasStoppedCleanly
        event.store?.wasHeadRebuilt = findings.wasHeadRebuilt
        (event.reason, event.note) = (findings.word?.reason, findings.word?.note)
        _ = try await append(event)
        if findings.word != nil { try await forgetWord() }
        if let step = try await stepSinceLatest(before: event.time) { try await record(step) }
    }

    /// How far the latest entry that an earlier opening wrote lies ahead of the clock.
    private nonisolated func stepSinceLatest(
        before now: Instant
    ) async throws(HistoryError) -> ClockStep? {
        guard clockWatch != nil, sizeAtOpening > 0 else { return nil }
        let (archive, latest) = (await archive(), sizeAtOpening - 1)
        return try await reader.read { () throws(HistoryError) in
            // An entry that opens no more tells no time.
            guard let time = try? archive.entry(at: latest).event.time else { return nil }
            return ClockStep(milliseconds: now.milliseconds - time.milliseconds, isBackOnly: true)
        }
    }

    private nonisolated func record(_ step: ClockStep) async throws(HistoryError) {
        var event = ownEvent(.clockStepped)
        (event.reason, event.note) = (step.reason, step.note)
        _ = try await append(event)
    }

    private func forgetWord() throws(HistoryError) { try disk.remove(OpeningWord.fileName) }

    private func record(_ cut: Cut) throws(HistoryError) { try cut.recorded(on: disk) }

    private nonisolated func ownEvent(_ kind: EventKind) -> HistoryEvent {
        let (time, quality) = settings.clock()
        return HistoryEvent(
            kind, at: time, timeQuality: quality, place: settings.place,
            actor: EventActor(id: "madoguchi", role: .system))
    }

    /// The intents that were open when this store was opened and still are: what was asked
    /// before a crash, and nobody knows the answer.
    package nonisolated func openIntents() async throws(HistoryError) -> [HistoryEntry] {
        let (archive, indices) = await openIndices()
        return try await reader.read { () throws(HistoryError) in
            var entries: [HistoryEntry] = []
            for index in indices { entries.append(try archive.entry(at: index)) }
            return entries
        }
    }

    /// Closes those intents with the outcome "unknown"; how many there were.
    package nonisolated func closeOpenIntents() async throws(HistoryError) -> Int {
        let intents = try await openIntents()
        for intent in intents {
            let (time, quality) = settings.clock()
            var event = intent.event.outcome(
                ofIntentAt: intent.index, .unknown, reason: "terminalStopped", at: time)
            event.timeQuality = quality
            event.actor = EventActor(id: "madoguchi", role: .system)
            _ = try await append(event)
        }
        return intents.count
    }

    private func openIndices() -> (HistoryArchive, [UInt64]) {
        (archive(), writer.openIntents.filter { $0 < sizeAtOpening }.sorted())
    }

    /// Writes the last entry, signs and keeps a checkpoint over all, marks the clean stop, and
    /// lets others open the folder. Safe to repeat.
    package nonisolated func close() async throws(HistoryError) {
        do throws(HistoryError) {
            _ = try await append(ownEvent(.storeClosed))
        } catch .closed {
            return
        }
        try await stop()
    }

    private func stop() throws(HistoryError) {
        guard lock != nil else { return }
        defer { lock = nil }
        _ = try signCheckpoint()
        try writer.stop()
    }

    // MARK: Checkpoints

    /// The key that signs this log's checkpoints.
    package nonisolated var logKey: NoteKey { ring.signer.key }

    /// A signed checkpoint over everything that is durable now; kept before it is given out.
    package func checkpoint() throws(HistoryError) -> SignedNote {
        try checkOpen()
        return try signCheckpoint()
    }

    /// From its first opening on a store has a checkpoint, and `head` says so durably: one that is
    /// missing later was taken away.
    private func signUnlessSigned(isCheckpointLost: Bool) throws(HistoryError) {
        guard writer.signedSize == 0 || isCheckpointLost else { return }
        _ = try signCheckpoint()
        try writer.writeHead(isDurable: true)
    }

    private func signCheckpoint() throws(HistoryError) -> SignedNote {
        try writer.signCheckpoint(ring.signer)
    }

    /// Nothing more is written or signed, for this reason.
    func stopWriting(_ reason: HistoryError) { condemnation = reason }

    // MARK: Reading

    /// Reads on the reader's thread.
    nonisolated func reading<Value: Sendable>(
        _ body: @Sendable () throws(HistoryError) -> Value
    ) async throws(HistoryError) -> Value { try await reader.read(body) }

    /// The store as it stands, for reading in one's own time.
    package func archive() -> HistoryArchive {
        HistoryArchive(
            disk: disk, ring: ring, segments: writer.segments, size: writer.frontier.size,
            index: index)
    }

    /// The latest entries that match, oldest first. Whoever asks records that they did.
    package nonisolated func events(
        matching query: HistoryQuery
    ) async throws(HistoryError) -> [HistoryEntry] {
        let archive = await archive()
        return try await reader.read { () throws(HistoryError) in
            try archive.events(matching: query)
        }
    }

    /// Numbers by day; the query's limit does not count. Whoever asks records that they did.
    package nonisolated func statistics(
        matching query: HistoryQuery
    ) async throws(HistoryError) -> [DayStatistics] {
        let archive = await archive()
        return try await reader.read { () throws(HistoryError) in
            try archive.statistics(matching: query)
        }
    }

    /// An intent with what closed it. Whoever asks records that they did.
    package nonisolated func intent(
        at index: UInt64
    ) async throws(HistoryError) -> (intent: HistoryEntry, closing: HistoryEntry?) {
        let archive = await archive()
        return try await reader.read { () throws(HistoryError) in try archive.intent(at: index) }
    }

    /// One entry's leaf with the proof that the log holds it (`.tlog-proof`).
    package nonisolated func receipt(
        of index: UInt64
    ) async throws(HistoryError) -> (leaf: [UInt8], proof: ProofFile) {
        let note = try await checkpoint()
        let archive = await archive()
        let proof = try await reader.read { () throws(HistoryError) in
            try archive.proof(of: index, under: note)
        }
        return (proof.leaf, proof.file)
    }

    /// Writes the log as C2SP tiles below a folder.
    package nonisolated func exportTiles(to folder: String) async throws(HistoryError) {
        let note = try await checkpoint()
        let archive = await archive()
        try await reader.read { () throws(HistoryError) in
            try archive.exportTiles(to: folder, under: note)
        }
    }

    /// Checks the whole folder as it lies on the disk.
    package nonisolated func verify() async throws(HistoryError) -> HistoryReport {
        let (disk, wrapping) = (disk, settings.wrappingKey)
        return try await reader.read { () throws(HistoryError) in
            try HistoryArchive.verify(live: disk, wrapping: wrapping)
        }
    }

    /// What stands for a card in events: the HMAC of its certificate's digest.
    package nonisolated func cardReference(
        ofCertificate digest: SHA256Digest
    ) -> CardReference {
        ring.cardReference(ofCertificate: digest)
    }
}

/// Sealed entries whose writer waits for them.
private final class WaitingAppend: Sendable {
    let entries: [SealedEntry]
    private let settled = Mutex<Result<[HistoryReceipt], HistoryError>?>(nil)

    init(_ entries: [SealedEntry]) { self.entries = entries }

    var month: YearMonth? { entries.first?.month }
    var octetCount: Int {
        entries.reduce(0) { $0 + EntryFrame.octetCount(body: $1.body.count) }
    }

    var result: Result<[HistoryReceipt], HistoryError>? {
        get { settled.withLock(\.self) }
        set { settled.withLock { $0 = newValue } }
    }
}
