package import CheckIns
package import Cryptography
internal import Executors
internal import Glibc
internal import JSON
internal import Octets
internal import Records

/// Keeps open check-ins in files, sealed with AES-256-GCM under a key of their own: the grant and
/// who, never a record. One file each, `<id>.sealed`: nonce (12 octets) ‖ ciphertext ‖ tag, with
/// the id as additional octets, so that one file cannot pass for another.
package actor SealedVault: CheckInVault {
    private let folder: String
    private let key: [UInt8]
    private let executor = BlockingExecutor(label: "check-in-vault")

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// A vault in a folder, which is made with its key where it is absent.
    package init(folder: String) throws(KeyFile.Failure) {
        self.folder = folder
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw .system(path: folder, errno: errno)
        }
        let keyPath = folder + "/key"
        do throws(KeyFile.Failure) {
            key = try KeyFile.read(keyPath, isPrivate: true)
        } catch .system(_, ENOENT) {
            key = RandomOctets.make(AES256GCM.keyOctetCount)
            try KeyFile.write(key, to: keyPath, isPrivate: true)
        }
        guard key.count == AES256GCM.keyOctetCount else {
            throw .malformed(path: keyPath, .malformed("a key of 32 octets"))
        }
    }

    package func load() -> [CheckIn] {
        let names = (try? KeyFile.names(in: folder, endingIn: ".sealed")) ?? []
        return names.compactMap { name in
            let id = String(name.dropLast(".sealed".count))
            guard let sealed = try? KeyFile.read(folder + "/" + name, isPrivate: true),
                sealed.count > AES256GCM.nonceOctetCount,
                let plain = try? AES256GCM.open(
                    [UInt8](sealed.dropFirst(AES256GCM.nonceOctetCount)), key: key,
                    nonce: [UInt8](sealed.prefix(AES256GCM.nonceOctetCount)),
                    additional: Array(id.utf8)),
                let json = try? JSONValue(parsing: plain),
                let checkIn = try? CheckIn(json: json), checkIn.id == id
            else { return nil }
            return checkIn
        }
    }

    package func keep(_ checkIn: CheckIn) {
        let nonce = RandomOctets.make(AES256GCM.nonceOctetCount)
        guard
            let sealed = try? AES256GCM.seal(
                checkIn.json.canonical, key: key, nonce: nonce, additional: Array(checkIn.id.utf8))
        else { return }
        // A check-in that could not be kept lives on until the service stops.
        try? KeyFile.write(nonce + sealed, to: path(checkIn.id), isPrivate: true)
    }

    package func forget(id: String) { unlink(path(id)) }

    private func path(_ id: String) -> String { "\(folder)/\(id).sealed" }
}
