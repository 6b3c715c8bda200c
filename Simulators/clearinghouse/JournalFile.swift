internal import ClearinghouseSimulator
internal import Cryptography
internal import Executors
internal import Glibc

/// The journal's file: a line an entry, written by a thread of its own, so that no answer waits
/// for the disk. A kill may lose the newest lines; the terminal's history is the durable one.
struct JournalFile: JournalSink {
    private let lines: AsyncStream<[UInt8]>.Continuation
    private let stream: AsyncStream<[UInt8]>
    private let writer: Writer

    /// Opens the file for appending.
    init(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SetupError.file(.system(path: path, errno: errno))
        }
        endLine(descriptor)
        (stream, lines) = AsyncStream.makeStream()
        writer = Writer(descriptor: descriptor)
    }

    func append(_ line: [UInt8]) { lines.yield(line) }

    /// Writes what comes until `finish()`.
    func run() async {
        for await line in stream { await writer.write(line) }
        await writer.close()
    }

    /// Ends `run()` once everything is written.
    func finish() { lines.finish() }

    private actor Writer {
        private let descriptor: Int32
        private let executor = BlockingExecutor(label: "journal")
        private var isBroken = false

        init(descriptor: Int32) { self.descriptor = descriptor }

        nonisolated var unownedExecutor: UnownedSerialExecutor {
            executor.asUnownedSerialExecutor()
        }

        func write(_ line: [UInt8]) {
            guard !isBroken, !writeAll(line + [0x0A], to: descriptor) else { return }
            isBroken = true
            printError("clearinghouse: the journal cannot be written: \(errorText(errno))")
        }

        func close() { Glibc.close(descriptor) }
    }
}

/// An unfinished line of a killed process would swallow the first new one.
private func endLine(_ descriptor: Int32) {
    let size = lseek(descriptor, 0, SEEK_END)
    var last: UInt8 = 0x0A
    if size > 0, pread(descriptor, &last, 1, size - 1) == 1, last != 0x0A {
        _ = writeAll([0x0A], to: descriptor)
    }
}
