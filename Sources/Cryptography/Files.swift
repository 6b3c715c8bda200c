internal import Glibc
internal import Octets

/// Reads small files of keys and certificates: whole, bounded, with the cause of a failure.
package enum KeyFile {
    /// The longest file that is read, in octets.
    package static let longestOctetCount = 1 << 20

    /// Why a file could not be used.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The system refused, with its error number.
        case system(path: String, errno: Int32)
        /// A folder, a pipe, a device or (where none may be) a link stands in its place.
        case notAFile(path: String)
        /// It is longer than a key or certificate can be.
        case tooLong(path: String)
        /// A folder holds more than is read.
        case tooMany(path: String)
        /// Others than its owner may read it.
        case looseMode(path: String, mode: UInt32)
        /// What is in it is not a key or certificate.
        case malformed(path: String, CryptographyError)

        package var description: String {
            switch self {
            case .system(let path, let number): "\(path): \(errorText(number))"
            case .notAFile(let path):
                "\(path): not a plain file but a folder, pipe, device or link; put the file there"
            case .tooLong(let path): "\(path): too long for what it should hold"
            case .tooMany(let path): "\(path): too many certificates"
            case .looseMode(let path, let mode):
                "\(path): mode \(String(mode, radix: 8)) lets others read it; chmod 600 \(path)"
            case .malformed(let path, let cause): "\(path): \(cause)"
            }
        }
    }

    /// The octets of a file, at most `limit`. With `isPrivate`, nobody but the owner may be
    /// allowed to read it. A link is followed, as certificates often lie behind one, but not with
    /// `isOurs`: what a program of ours wrote itself is never a link.
    ///
    /// Never waits: a pipe or device in the file's place would hold up a start for ever.
    package static func read(
        _ path: String, isPrivate: Bool = false, isOurs: Bool = false,
        limit: Int = longestOctetCount
    ) throws(Failure) -> [UInt8] {
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (isOurs ? O_NOFOLLOW : 0)
        let descriptor = unsafe open(path, flags)
        guard descriptor >= 0 else {
            // A link that is not followed, a socket, a device that nothing drives.
            switch errno {
            case ELOOP where isOurs, ENXIO, ENODEV: throw .notAFile(path: path)
            case let number: throw .system(path: path, errno: number)
            }
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .system(path: path, errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        if isPrivate && isLoose(status) {
            throw .looseMode(path: path, mode: status.st_mode & 0o777)
        }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return octets }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .system(path: path, errno: errno)
            }
            octets += buffer[..<count]
            guard octets.count <= limit else { throw .tooLong(path: path) }
        }
    }

    /// Whether others than the owner may read a file. Where systemd hands a credential over, it
    /// stays root's own, and the list that lets us read it shows in the group's bits.
    private static func isLoose(_ status: stat) -> Bool {
        let isRoots = status.st_uid == 0 && status.st_gid == 0
        return status.st_mode & (isRoots ? 0o007 : 0o077) != 0
    }

    /// Writes a file anew: to a temporary name, synced, renamed. Mode 0600, or 0644 for what
    /// everybody may read. With `outlivesPowerLoss` it returns only when an older file can no longer
    /// come back.
    ///
    /// Where root replaces a service's file, it stays the service's. A new one is root's own, or, for
    /// what a service has to read (`isServices`), that of its folder.
    package static func write(
        _ octets: [UInt8], to path: String, isPrivate: Bool, outlivesPowerLoss: Bool = false,
        isServices: Bool = false
    ) throws(Failure) {
        var owner = stat()
        let isNew = unsafe stat(path, &owner) != 0
        var isOwned = !isNew
        if isNew, isServices { isOwned = unsafe stat(folder(of: path), &owner) == 0 }
        let (temporary, descriptor) = try makeTemporary(for: path, mode: isPrivate ? 0o600 : 0o644)
        var written = 0
        while written < octets.count {
            let count = unsafe octets.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor, buffer.baseAddress.map { unsafe $0 + written },
                    buffer.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return try abandon(descriptor, temporary, path) }
            written += count
        }
        if isOwned, geteuid() == 0, owner.st_uid != 0,
            fchown(descriptor, owner.st_uid, owner.st_gid) != 0
        {
            return try abandon(descriptor, temporary, path)
        }
        guard fsync(descriptor) == 0 else { return try abandon(descriptor, temporary, path) }
        close(descriptor)
        guard unsafe rename(temporary, path) == 0 else {
            let number = errno
            unsafe unlink(temporary)
            throw .system(path: path, errno: number)
        }
        // A name that is lost with the power is a file that is lost; a replaced one is only old.
        if isNew || outlivesPowerLoss { try syncFolder(of: path) }
    }

    /// What ends the name of a file that is not whole yet.
    package static let temporarySuffix = ".new"

    /// The file that will take the place of another. What an earlier crash left under its name
    /// goes; where something else stands there (a folder), another name does as well.
    private static func makeTemporary(
        for path: String, mode: mode_t
    ) throws(Failure) -> (path: String, descriptor: Int32) {
        let other = "\(path).\(RandomOctets.make(8).hex)\(temporarySuffix)"
        var failure = Failure.system(path: path, errno: EEXIST)
        for temporary in [path + temporarySuffix, other] {
            unsafe unlink(temporary)
            let descriptor = unsafe open(
                temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
            if descriptor >= 0 { return (temporary, descriptor) }
            let number = errno
            failure = .system(path: path, errno: number)
            guard number == EEXIST else { break }
        }
        throw failure
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    }

    private static func syncFolder(of path: String) throws(Failure) {
        let folder = folder(of: path)
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path: folder, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(path: folder, errno: errno) }
    }

    private static func abandon(
        _ descriptor: Int32, _ temporary: String, _ path: String
    ) throws(Failure) {
        let number = errno
        close(descriptor)
        unsafe unlink(temporary)
        throw .system(path: path, errno: number)
    }

    /// What changes whenever a file is written anew: which file it is, its length and its time.
    package struct Mark: Hashable, Sendable {
        private let numbers: [Int64]
        init(_ status: stat) {
            numbers = [
                Int64(bitPattern: UInt64(status.st_dev)), Int64(bitPattern: UInt64(status.st_ino)),
                Int64(status.st_size), Int64(status.st_mtim.tv_sec),
                Int64(status.st_mtim.tv_nsec),
            ]
        }
    }

    /// The mark of a file or folder; nothing where there is none.
    package static func mark(of path: String) throws(Failure) -> Mark? {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return Mark(status) }
        guard errno == ENOENT else { throw .system(path: path, errno: errno) }
        return nil
    }

    /// The names in a folder that end so, sorted.
    package static func names(
        in folder: String, endingIn suffix: String
    ) throws(Failure) -> [String] {
        guard let directory = unsafe opendir(folder) else {
            throw .system(path: folder, errno: errno)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { buffer in
                unsafe String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// A certificate from a PEM file.
    package static func certificate(_ path: String) throws(Failure) -> Certificate {
        let pem = try read(path)
        do throws(CryptographyError) { return try Certificate(pem: pem) } catch {
            throw .malformed(path: path, error)
        }
    }

    /// The certificates of a PEM file, at least one.
    package static func certificates(_ path: String) throws(Failure) -> [Certificate] {
        let pem = try read(path)
        do throws(CryptographyError) {
            let certificates = try Certificate.all(pem: pem)
            guard !certificates.isEmpty else {
                throw .malformed("not a certificate in PEM form")
            }
            return certificates
        } catch {
            throw .malformed(path: path, error)
        }
    }

    /// A private key from a PEM file that only its owner may read.
    package static func privateKey(_ path: String) throws(Failure) -> PrivateKey {
        let pem = try read(path, isPrivate: true)
        do throws(CryptographyError) { return try PrivateKey(pem: pem) } catch {
            throw .malformed(path: path, error)
        }
    }

    /// A public key from a PEM file.
    package static func publicKey(_ path: String) throws(Failure) -> PublicKey {
        let pem = try read(path)
        do throws(CryptographyError) { return try PublicKey(pem: pem) } catch {
            throw .malformed(path: path, error)
        }
    }
}

extension TrustAnchors {
    /// The anchors of a folder: every file that ends in `.pem`, each with one certificate or
    /// several. A file that holds none is an error, never passed over.
    package init(folder: String) throws(KeyFile.Failure) {
        var certificates: [Certificate] = []
        for name in try KeyFile.names(in: folder, endingIn: ".pem") {
            for certificate in try KeyFile.certificates(folder + "/" + name)
            where !certificates.contains(certificate) {
                certificates.append(certificate)
            }
            guard certificates.count <= Self.mostAnchors else { throw .tooMany(path: folder) }
        }
        self.init(certificates)
    }
}

/// The system's words for an error number.
package func errorText(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: text, as: UTF8.self)
}
