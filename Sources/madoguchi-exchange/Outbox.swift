import ClinicFiles
import Cryptography
import Glibc
import JSON
import Octets
import Records

/// Puts answers out, each exactly once.
///
/// An answer is written under a name that no reader looks for and synced; then the journal says that
/// it is ready; then it is renamed; then the journal says so. After a kill, a line that says ready
/// and a file under the other name mean that it is still to be renamed; without that file it is out,
/// even where its reader has taken it away since.
struct Outbox {
    let configuration: ExchangeConfiguration
    let journal: Journal

    /// How the names begin that no reader looks for.
    static let hidden = ".madoguchi-"

    func folder(_ name: String) -> Folder { Folder(path: configuration.folder + "/" + name) }

    /// Puts an answer out.
    func put(
        _ octets: [UInt8], as answer: String, in folder: String, key: String, digest: String
    ) throws(FolderFault) {
        let temporary = Self.hidden + RandomOctets.make(8).hex + ".tmp"
        let files = self.folder(folder)
        try files.write(octets, as: temporary)
        let entry = Journal.Entry(
            digest: digest, folder: folder, temporary: temporary, answer: answer, isDone: false,
            at: .now)
        do throws(FolderFault) { try journal.put(key, entry) } catch {
            try? files.remove(temporary)
            throw error
        }
        try finish(key, entry)
    }

    /// Brings to its end what a kill interrupted.
    func finish(_ key: String, _ entry: Journal.Entry) throws(FolderFault) {
        let files = folder(entry.folder)
        if try files.has(entry.temporary) { try files.rename(entry.temporary, to: entry.answer) }
        var done = entry
        done.isDone = true
        try journal.put(key, done)
    }

    /// After a start: what was ready gets its name, and what nobody knows of is taken away.
    func recover() throws(FolderFault) {
        for key in try journal.keys() {
            if let entry = journal.entry(key), !entry.isDone { try finish(key, entry) }
        }
        for name in ["res", "face"] {
            let files = folder(name)
            for file in try files.names() where file.hasPrefix(Self.hidden) {
                try files.remove(file)
            }
        }
    }

    /// Takes away answers that are old, and what the journal says of them.
    func expire(now: Instant = .now) {
        let oldest = now.adding(seconds: -Int64(configuration.keepHours) * 3600)
        for key in (try? journal.keys()) ?? [] {
            if let entry = journal.entry(key) {
                guard entry.isDone, entry.at < oldest else { continue }
                guard (try? folder(entry.folder).remove(entry.answer)) != nil else { continue }
                try? journal.forget(key)
            } else if let at = journal.value(key)?["at"]?.stringValue.flatMap({
                Instant(rfc3339: $0)
            }), at < oldest {
                try? journal.forget(key)
            }
        }
    }
}

extension Instant {
    /// Now.
    static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
