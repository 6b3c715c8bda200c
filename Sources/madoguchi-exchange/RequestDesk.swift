import CSystem
import Charsets
import ClinicFiles
import Cryptography
import Executors
import Glibc
import Octets
import Records

/// Answers the requests in `req`, one after the other, each exactly once.
struct RequestDesk: Sendable {
    let configuration: ExchangeConfiguration
    let outbox: Outbox
    let answers: Answers

    /// The most octets of a request; a list of 1000 persons has a fifth of that.
    static let largestOctets = 1 << 20
    /// A file that cannot be read as it stands may still be written: it is left alone for so long.
    static let settlingSeconds: Int64 = 2

    /// Until the process ends: woken by the system's news of the folder, and now and then by itself,
    /// for shares that tell none.
    func run() {
        let path = configuration.folder + "/req"
        var lastTrouble: String?
        var watch: Int32 = -1
        var lastExpiry = Instant(milliseconds: 0)
        while true {
            if watch < 0 { watch = csystem_watch_folder(path) }
            var waits = configuration.rescanSeconds * 1000
            do throws(FolderFault) {
                if try !answerAll() { waits = 300 }
                lastTrouble = nil
            } catch {
                if lastTrouble != error.description { complain("the shared folder: \(error)") }
                lastTrouble = error.description
            }
            if lastExpiry.adding(seconds: 60) < .now {
                outbox.expire()
                lastExpiry = .now
            }
            if watch < 0 {
                usleep(UInt32(min(waits, 1000)) * 1000)
            } else if csystem_watch_wait(watch, Int32(waits)) < 0 {
                // The folder is another one now.
                close(watch)
                watch = -1
            }
        }
    }

    /// Looks through the folder; whether all that is there was dealt with.
    private func answerAll() throws(FolderFault) -> Bool {
        let files = outbox.folder("req")
        var isAll = true
        for name in try files.names() {
            guard let request = ClinicRequestName(name) else { continue }
            do throws(FolderFault) {
                if try !answer(name, request, files) { isAll = false }
            } catch { complain("a request of the kind \(request.kind.rawValue): \(error)") }
        }
        return isAll
    }

    /// Answers one file; false where it is to be looked at again soon.
    private func answer(
        _ name: String, _ request: ClinicRequestName, _ files: Folder
    ) throws(FolderFault) -> Bool {
        let octets: [UInt8]?
        let identity: FileIdentity
        switch try files.read(name, limit: Self.largestOctets) {
        case .gone: return true
        case .changing: return false
        case .file(let read, let which): (octets, identity) = (read, which)
        case .tooLarge(let which), .notAFile(let which): (octets, identity) = (nil, which)
        }
        let isLarge = identity.octets > Self.largestOctets
        let digest = SHA256Digest(hashing: octets ?? Array("\(identity)".utf8)).hex
        if let entry = outbox.journal.entry(name) {
            if !entry.isDone { try outbox.finish(name, entry) }
            if entry.digest == digest {
                // What it asked is answered; it is the same file after a kill, or the same once more.
                try? files.remove(name, identity)
                return true
            }
        }
        guard let answer = answer(octets, request.kind, identity, isLarge) else { return false }
        try outbox.put(
            answer.octets, as: request.answer(answer.ending), in: "res", key: name, digest: digest)
        // A folder in its place stays: it is answered, and nothing else can be done with it.
        try? files.remove(name, identity)
        return true
    }

    /// What it is answered with; nothing where it may still be written, or the terminal is silent.
    private func answer(
        _ octets: [UInt8]?, _ kind: ClinicFileKind, _ identity: FileIdentity, _ isLarge: Bool
    ) -> Answers.Answer? {
        let age = Instant.now.seconds - identity.seconds
        guard let octets else {
            let note =
                isLarge
                ? RequestFault.unreadable(.tooLarge).note
                : ProcessingNote(code: "MDG1007", message: "通常のファイルではありません")
            if isLarge, (0..<Self.settlingSeconds).contains(age) { return nil }
            return answers.failure(kind, note, configuration.characters)
        }
        var characters = configuration.characters
        var identifier: String?
        do throws(RequestFault) {
            let root: XMLElement
            do throws(XMLFault) {
                (root, characters) = try XMLReader.read(octets, shiftJIS: .system)
            } catch { throw .unreadable(error) }
            identifier = root.only("MessageHeader")?.only("ArbitraryFileIdentifier")?.text
            let request = try ClinicRequest(
                root, kind: kind, institution: configuration.institutionCode)
            do throws(TerminalLine.Fault) {
                return try answers.answer(request, kind, characters)
            } catch {
                guard case .silent(let words) = error else { return nil }
                complain("a request of the kind \(kind.rawValue) waits: \(words)")
                guard age >= configuration.giveUpSeconds else { return nil }
                let note = ProcessingNote(code: "MDG2001", message: "資格確認端末が応答しません")
                return answers.failure(kind, note, characters, identifier)
            }
        } catch {
            // Half a file: its writer may go on.
            if case .unreadable = error, (0..<Self.settlingSeconds).contains(age) { return nil }
            return answers.failure(kind, error.note, characters, identifier)
        }
    }
}
