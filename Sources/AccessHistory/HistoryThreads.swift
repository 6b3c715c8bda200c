internal import Disclosures
internal import Executors

/// Opens a store on the executor that will write it.
actor HistoryOpener {
    struct Opened: Sendable {
        var disk: any HistoryDisk
        /// Nothing where the index's folder cannot be had: then every query reads the segments.
        var indexDisk: (any HistoryDisk)?
        var lock: any HistoryLock
        var ring: KeyRing
        var writer: HistoryWriter
        var findings: OpeningFindings
    }

    private let executor: BlockingExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    init(executor: BlockingExecutor) { self.executor = executor }

    func open(
        _ settings: HistorySettings,
        indexDisk: (@Sendable () throws(HistoryError) -> any HistoryDisk)?,
        disk: @Sendable () throws(HistoryError) -> any HistoryDisk
    ) throws(HistoryError) -> Opened {
        let disk = try disk()
        let lock = try disk.lock()
        let (ring, writer, findings) = try HistoryOpening(
            disk: disk, origin: settings.origin,
            growthOctetCount: settings.growthOctetCount, wrapping: settings.wrappingKey,
            acceptsLostMarks: settings.acceptsLostMarks
        ).run()
        return Opened(
            disk: disk, indexDisk: try? indexDisk?(), lock: lock, ring: ring, writer: writer,
            findings: findings)
    }
}

/// Reads beside the writer, on a thread of its own.
actor HistoryReader {
    private let executor = BlockingExecutor(label: "history-reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    func read<Value: Sendable>(
        _ body: @Sendable () throws(HistoryError) -> Value
    ) throws(HistoryError) -> Value {
        try body()
    }
}
