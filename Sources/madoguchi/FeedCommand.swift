import AccessHistory
import Commands
import Configuration
import Cryptography
import Executors
import Glibc
import HistoryExports
import JSON
import Network
import Octets
import Terminal
import TransparencyLog

extension Context {
    /// `history feed`: sends what a syslog receiver has not, by TLS, and moves the cursor when the
    /// receiver has read it. With `--check FILE` it looks at what the receiver wrote instead.
    func feedHistory() async throws(CommandFailure) -> ExitCode {
        let configuration = try configuration()
        guard let receiver = configuration.syslog else {
            throw CommandFailure(
                .usage, "no-receiver", "The configuration names no syslog receiver.",
                next: "Name one as \"syslog\" (see Config/madoguchid.json).")
        }
        let address = "\(receiver.host):\(receiver.port)"
        let lock = try FeedLock(receiver.cursorFile + ".lock")
        defer { _ = lock }
        let key = try historyKey(configuration)
        let (note, size) = try Self.note(
            try await ask("GET", "/v1/history/checkpoint", as: .administrator))
        let archive = try archive(configuration, key)
        let cursor = try cursor(receiver.cursorFile, address, note, size, archive)
        if let path = invocation.value("check") {
            return try check(path, cursor, receiver.cursorFile, note, archive)
        }
        let isNews: Bool
        do throws(HistoryError) { isNews = try archive.hasNews(from: cursor.next) } catch {
            throw CommandFailure(error)
        }
        guard isNews else { return try told(0, cursor, address) }
        // A receiver that is not there is no reading of the history.
        try await FedLines.knock(at: receiver, try tls(to: receiver))
        // That it is read is an entry too, and the last one that goes.
        let (last, end) = try Self.note(
            try await ask(
                "POST", "/v1/history/exports?form=syslog&from=\(cursor.next)", as: .administrator))
        let line = try await FedLines.send(
            try self.archive(configuration, key), from: cursor.next, under: last, to: receiver,
            try tls(to: receiver))
        var moved = cursor
        (moved.next, moved.latest) = (end, line.latest)
        try keep(moved, receiver.cursorFile)
        return try told(line.count, moved, address)
    }

    private func told(
        _ count: UInt64, _ cursor: FeedCursor, _ address: String
    ) throws(CommandFailure) -> ExitCode {
        try show([
            "sent": .integer(Int64(clamping: count)),
            "next": .integer(Int64(clamping: cursor.next)),
            "receiver": .string(address),
        ]) {
            count == 0
                ? "新しい記録はありません (nothing new): \(address) has \(cursor.next) entries"
                : "送りました (sent): \(count) entries to \(address), which has \(cursor.next) now"
        }
        return .ok
    }

    private func archive(
        _ configuration: TerminalConfiguration, _ key: WrappingKey?
    ) throws(CommandFailure) -> HistoryArchive {
        do throws(HistoryError) {
            return try HistoryArchive(folder: configuration.historyFolder, wrapping: key)
        } catch { throw CommandFailure(error) }
    }

    /// The cursor, or one at the beginning where there is no file. A file that is not this feed's is
    /// named and left as it is.
    private func cursor(
        _ path: String, _ receiver: String, _ note: SignedNote, _ size: UInt64,
        _ archive: HistoryArchive
    ) throws(CommandFailure) -> FeedCursor {
        let origin: String
        do throws(NoteError) { origin = try Checkpoint(text: note.text).origin } catch {
            throw .unreadable("\(error)")
        }
        let octets: [UInt8]
        do throws(KeyFile.Failure) {
            octets = try KeyFile.read(path, isOurs: true, limit: FeedCursor.longestOctetCount)
        } catch .system(_, ENOENT) {
            return FeedCursor(origin: origin, receiver: receiver)
        } catch {
            throw CommandFailure(.usage, "cursor", "\(error)", next: "Mend the cursor's file.")
        }
        do throws(FeedCursor.Fault) {
            let cursor = try FeedCursor(octets: octets)
            try cursor.check(origin: origin, receiver: receiver, size: size) {
                try? archive.leafHash(at: $0)
            }
            return cursor
        } catch {
            throw CommandFailure(
                .history, "cursor", "\(path): \(error)",
                next: "Put the right one back; or move it away, and everything is sent once more.")
        }
    }

    private func keep(_ cursor: FeedCursor, _ path: String) throws(CommandFailure) {
        do throws(KeyFile.Failure) {
            try KeyFile.write(cursor.octets, to: path, isPrivate: true, outlivesPowerLoss: true)
        } catch {
            throw CommandFailure(
                .output, "cursor", "\(error)",
                next: "Free space or mend the folder; what was sent is sent once more.")
        }
    }

    private func tls(to receiver: SyslogConfiguration) throws(CommandFailure) -> TLSContext {
        do throws(KeyFile.Failure) {
            let anchors = try KeyFile.certificates(receiver.authorityFile)
            do throws(CryptographyError) {
                guard let identity = receiver.identity else {
                    return try TLSContext.client(
                        serverAnchors: anchors, serverName: receiver.serverName)
                }
                return try TLSContext.client(
                    certificate: try Self.read { () throws(KeyFile.Failure) in
                        try KeyFile.certificate(identity.certificateFile)
                    },
                    key: try Self.read { () throws(KeyFile.Failure) in
                        try KeyFile.privateKey(identity.keyFile)
                    }, serverAnchors: anchors, serverName: receiver.serverName)
            } catch { throw .malformed(path: receiver.authorityFile, error) }
        } catch {
            throw CommandFailure(.usage, "identity", "\(error)", next: "Mend the file.")
        }
    }

    private static func read<Value>(
        _ body: () throws(KeyFile.Failure) -> Value
    ) throws(CryptographyError) -> Value {
        do throws(KeyFile.Failure) { return try body() } catch {
            throw .malformed("\(error)")
        }
    }

    /// `--check FILE`: whether the receiver's file has each entry that was sent; with `--again` the
    /// cursor goes back to the first that it has not.
    private func check(
        _ path: String, _ cursor: FeedCursor, _ cursorPath: String, _ note: SignedNote,
        _ archive: HistoryArchive
    ) throws(CommandFailure) -> ExitCode {
        var receipts = SyslogReceipts(origin: cursor.origin)
        guard let lines = LineFile(path) else {
            throw CommandFailure(
                .usage, "unreadable", "\(path): \(errorText(errno))",
                next: "Name the file that the receiver writes.")
        }
        lines.forEach(longest: SyslogReceipts.longestLineOctetCount) { receipts.take(line: $0) }
        var (missing, different): ([UInt64], [UInt64]) = ([], [])
        var last: (index: UInt64, hash: SHA256Digest)?
        var rewound = cursor
        do throws(HistoryError) {
            try archive.walk(from: 0, under: note) { entry in
                defer { last = (entry.index, entry.leafHash) }
                guard entry.index < cursor.next, entry.opened != nil else { return }
                switch receipts.standing(of: entry.index, entry.leafHash) {
                case .same: return
                case .missing:
                    if missing.isEmpty {
                        (rewound.next, rewound.latest) = (entry.index, last?.hash)
                    }
                    missing.append(entry.index)
                case .different: different.append(entry.index)
                }
            }
        } catch { throw CommandFailure(error) }
        let isAgain = invocation.has("again") && !missing.isEmpty
        if isAgain { try keep(rewound, cursorPath) }
        let isWhole = missing.isEmpty && different.isEmpty
        func list(_ indices: [UInt64]) -> JSONValue {
            .array(indices.prefix(1000).map { .integer(Int64(clamping: $0)) })
        }
        try show([
            "whole": .bool(isWhole), "lines": JSONValue(receipts.lineCount),
            "missing": list(missing), "different": list(different),
            "missingCount": JSONValue(missing.count),
            "next": .integer(Int64(clamping: isAgain ? rewound.next : cursor.next)),
        ]) {
            isWhole
                ? "揃っています (all there): \(cursor.next) entries, \(receipts.lineCount) lines"
                : "揃っていません (NOT all there): \(missing.count) missing"
                    + (missing.first.map { ", the first is entry \($0)" } ?? "")
                    + (different.first.map { "; entry \($0) says something else there" } ?? "")
                    + (isAgain ? "\nThe next feed goes on from entry \(rewound.next)." : "")
        }
        return isWhole ? .ok : .negative
    }
}

/// What went over the line.
struct FedLines: Sendable {
    var count: UInt64 = 0
    var latest: SHA256Digest?

    /// How long each step of a line may take, in seconds.
    private static let patience = 30.0

    /// Sends entries framed by their octets' count (RFC 5425 §4.3) over one line. Returns only if the
    /// whole tree gave the checkpoint's root and the receiver read to the end.
    static func send(
        _ archive: HistoryArchive, from first: UInt64, under note: SignedNote,
        to receiver: SyslogConfiguration, _ tls: TLSContext
    ) async throws(CommandFailure) -> FedLines {
        try await onOwnThread(receiver) { () throws(CommandFailure) in
            try run(archive, first, note, receiver, tls)
        }
    }

    /// Connects and hangs up again.
    static func knock(
        at receiver: SyslogConfiguration, _ tls: TLSContext
    ) async throws(CommandFailure) {
        try await onOwnThread(receiver) { () throws(CommandFailure) in
            do throws(NetworkError) {
                var line = try connect(receiver, tls)
                try line.finish()
            } catch { throw .notSent("\(error)", receiver) }
        }
    }

    private static func connect(
        _ receiver: SyslogConfiguration, _ tls: TLSContext
    ) throws(NetworkError) -> FeedLine {
        try FeedLine.connect(host: receiver.host, port: receiver.port, tls: tls, seconds: patience)
    }

    /// It waits for the line: not on a thread that others need.
    private static func onOwnThread<Value: Sendable>(
        _ receiver: SyslogConfiguration,
        _ body: @escaping @Sendable () throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let result: Result<Value, CommandFailure> = await withCheckedContinuation { continuation in
            let hasStarted = startThread("history-feed") {
                do throws(CommandFailure) {
                    continuation.resume(returning: .success(try body()))
                } catch { continuation.resume(returning: .failure(error)) }
            }
            if !hasStarted {
                continuation.resume(returning: .failure(.notSent("no thread", receiver)))
            }
        }
        return try result.get()
    }

    private static func run(
        _ archive: HistoryArchive, _ first: UInt64, _ note: SignedNote,
        _ receiver: SyslogConfiguration, _ tls: TLSContext
    ) throws(CommandFailure) -> FedLines {
        var fed = FedLines()
        var unread: HistoryError?
        do throws(NetworkError) {
            var line = try connect(receiver, tls)
            var (piece, failure): ([UInt8], NetworkError?) = ([], nil)
            do throws(HistoryError) {
                try archive.walk(from: first, under: note) { (entry) throws(HistoryError) in
                    fed.latest = entry.leafHash
                    let octets = form.octets(of: entry).dropLast()
                    guard !octets.isEmpty else { return }
                    piece += Array("\(octets.count) ".utf8) + octets
                    fed.count += 1
                    guard piece.count >= pieceOctetCount else { return }
                    do throws(NetworkError) { try line.write(piece) } catch {
                        failure = error
                        throw .closed
                    }
                    piece.removeAll(keepingCapacity: true)
                }
            } catch { unread = error }
            if let failure { throw failure }
            if unread == nil {
                try line.write(piece)
                try line.finish()
            }
        } catch { throw .notSent("\(error)", receiver) }
        if let unread { throw CommandFailure(unread) }
        return fed
    }

    private static let form = SyslogExport()
    private static let pieceOctetCount = 64 << 10
}

extension CommandFailure {
    fileprivate static func notSent(
        _ reason: String, _ receiver: SyslogConfiguration
    ) -> CommandFailure {
        CommandFailure(
            .output, "not-sent", "\(receiver.host):\(receiver.port): \(reason)",
            next:
                "Look after the receiver; nothing is lost, and the next feed begins where this did."
        )
    }
}
