internal import CheckIns
package import Cryptography
internal import Glibc
internal import JSON
internal import Octets

/// A folder of small files, sealed with AES-256-GCM under a key that lies beside them. One file:
/// nonce (12 octets) ‖ ciphertext ‖ tag, with the name as additional octets, so that one file
/// cannot pass for another. Knows files, not what they mean for the terminal.
package struct SealedFolder: Sendable {
    /// The folder.
    package let path: String
    private let key: [UInt8]

    /// What lies in the folder, told by how a name ends.
    enum Kind: String, CaseIterable {
        /// A check-in, by its id.
        case checkIn = ".sealed"
        /// The patient whom a certificate was met with.
        case patient = ".patient"
        /// The failed PINs of a reader.
        case failures = ".failures"
        /// A PIN that is about to be sent to a card.
        case begun = ".try"
        /// Something of these that was found damaged and stood in the way of a new one.
        case setAside = ".damaged"
        /// A file that was not whole yet when the power went.
        case unfinished = ".new"

        init?(of file: String) {
            guard let kind = Self.allCases.first(where: { file.hasSuffix($0.rawValue) }) else {
                return nil
            }
            self = kind
        }
    }

    /// Why the folder cannot be used at all.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The system or the key's file refuses.
        case file(KeyFile.Failure)
        /// Sealed files lie there, but the key that opens them is gone.
        case keyMissing(folder: String)

        /// What happened.
        package var what: String {
            switch self {
            case .file(let failure): "\(failure)"
            case .keyMissing(let folder): "\(folder)/key: missing, though what it sealed is there"
            }
        }

        /// What to do next.
        package var next: String {
            switch self {
            case .file:
                "Check-ins are kept there over a restart: check owner, mode, mount and free space."
            case .keyMissing:
                "Put the key back from a copy; if there is none, move the folder away: check-ins "
                    + "begin anew."
            }
        }

        /// Both.
        package var description: String { "\(what). \(next)" }
    }

    /// Why a file was not believed.
    enum Flaw: Error, Hashable, CustomStringConvertible {
        case unreadable(KeyFile.Failure)
        case empty
        case unopened
        case malformed

        var description: String {
            switch self {
            case .unreadable(.system(_, let number)): errorText(number)
            case .unreadable(.notAFile): "a folder, pipe, device or link, not a file"
            case .unreadable(let failure): "\(failure)"
            case .empty: "empty"
            case .unopened: "damaged, sealed under another key, or under another file's name"
            case .malformed: "of a form that this program does not know"
            }
        }
    }

    /// The folder, made with its key where it is absent.
    init(making path: String) throws(Failure) {
        self.path = path
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
            throw .file(.system(path: path, errno: errno))
        }
        if let key = try Self.key(of: path) {
            self.key = key
            return
        }
        key = RandomOctets.make(AES256GCM.keyOctetCount)
        do throws(KeyFile.Failure) {
            try KeyFile.write(key, to: path + Self.keyName, isPrivate: true)
        } catch { throw .file(error) }
    }

    /// The folder as it is, for a look at it; nothing where it is not there yet.
    init?(at path: String) throws(Failure) {
        guard unsafe access(path, F_OK) == 0, let key = try Self.key(of: path) else { return nil }
        (self.path, self.key) = (path, key)
    }

    private static let keyName = "/key"
    static let trialName = "trial"

    /// The key; nothing in a folder that holds nothing it could have sealed.
    private static func key(of folder: String) throws(Failure) -> [UInt8]? {
        do throws(KeyFile.Failure) {
            let key = try KeyFile.read(folder + keyName, isPrivate: true)
            guard key.count == AES256GCM.keyOctetCount else {
                throw .malformed(path: folder + keyName, .malformed("not a key of 32 octets"))
            }
            return key
        } catch .system(_, ENOENT) {
            let needKey: Set<Kind?> = [.checkIn, .patient, .failures, .begun]
            guard try names(in: folder).allSatisfy({ !needKey.contains(Kind(of: $0)) }) else {
                throw .keyMissing(folder: folder)
            }
            return nil
        } catch { throw .file(error) }
    }

    private static func names(in folder: String) throws(Failure) -> [String] {
        do throws(KeyFile.Failure) { return try KeyFile.names(in: folder, endingIn: "") } catch {
            throw .file(error)
        }
    }

    /// HMAC-SHA256 under the folder's key: names that tell nobody whose they are.
    func code(of message: [UInt8]) -> String { HMACSHA256.code(key: key, message: message).hex }

    // MARK: Files

    /// Every file but the key.
    func files() throws(Failure) -> [String] {
        try Self.names(in: path).filter { $0 != Self.keyName.dropFirst() }
    }

    /// What is sealed in a file; nothing where it is not there.
    func open(_ name: String, _ kind: Kind) throws(Flaw) -> [UInt8]? {
        let sealed: [UInt8]
        do throws(KeyFile.Failure) {
            sealed = try KeyFile.read(
                "\(path)/\(name)\(kind.rawValue)", isPrivate: true, isOurs: true)
        } catch .system(_, ENOENT) {
            return nil
        } catch { throw .unreadable(error) }
        guard !sealed.isEmpty else { throw .empty }
        guard sealed.count > AES256GCM.nonceOctetCount else { throw .unopened }
        do throws(CryptographyError) {
            return try AES256GCM.open(
                [UInt8](sealed.dropFirst(AES256GCM.nonceOctetCount)), key: key,
                nonce: [UInt8](sealed.prefix(AES256GCM.nonceOctetCount)),
                additional: Array(name.utf8))
        } catch { throw .unopened }
    }

    /// Seals octets in a file, in place of what was there.
    func seal(_ plain: [UInt8], in name: String, _ kind: Kind) throws(KeyFile.Failure) {
        let file = "\(path)/\(name)\(kind.rawValue)"
        let nonce = RandomOctets.make(AES256GCM.nonceOctetCount)
        let sealed: [UInt8]
        do throws(CryptographyError) {
            sealed = try AES256GCM.seal(
                plain, key: key, nonce: nonce, additional: Array(name.utf8))
        } catch { throw .malformed(path: file, error) }
        try KeyFile.write(nonce + sealed, to: file, isPrivate: true)
    }

    func remove(_ name: String, _ kind: Kind) { unlink("\(path)/\(name)\(kind.rawValue)") }

    /// Gives a damaged file a second name, so that it stays, for whoever looks into it, when a
    /// new one takes its place. The first name is never free meanwhile: a crash leaves the damage,
    /// not a file that looks as if it had never been. A folder cannot have two names.
    func setAside(_ name: String, _ kind: Kind) throws(KeyFile.Failure) {
        let file = "\(path)/\(name)\(kind.rawValue)"
        let other = "\(file).\(RandomOctets.make(4).hex)\(Kind.setAside.rawValue)"
        guard unsafe link(file, other) == 0 || rename(file, other) == 0 else {
            throw .system(path: file, errno: errno)
        }
    }

    /// Whether a name is a file's, and not a folder's or a pipe's.
    func isPlain(_ file: String) -> Bool {
        var status = stat()
        guard unsafe lstat("\(path)/\(file)", &status) == 0 else { return true }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// Whether files can be written here now: tried, as a disk may be full for all but names.
    func tryWriting() throws(Failure) {
        let file = "\(path)/\(Self.trialName)"
        do throws(KeyFile.Failure) {
            try KeyFile.write([UInt8](repeating: 0, count: 4096), to: file, isPrivate: true)
        } catch { throw .file(error) }
        unlink(file)
    }
}
