package import CheckIns
package import Cryptography
internal import Executors
internal import Glibc
internal import JSON
package import Octets
internal import Records

/// Keeps open check-ins in files, sealed with AES-256-GCM under a key of their own: the grant and
/// who, never a record. One file each, `<id>.sealed`: nonce (12 octets) ‖ ciphertext ‖ tag, with
/// the id as additional octets, so that one file cannot pass for another.
///
/// Beside them the patient's id that each certificate was met with, so that a clearinghouse which
/// one day names another patient for the same card is found out: `<name>.patient`, sealed alike,
/// where the name is HMAC-SHA256 of the certificate's digest under the same key; and the count of
/// failed PINs of each reader, `<name>.failures`.
package actor SealedVault: CheckInVault, FailureVault {
    private let folder: String
    private let key: [UInt8]
    private let complain: @Sendable (String) -> Void
    private let executor = BlockingExecutor(label: "check-in-vault")

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// A vault in a folder, which is made with its key where it is absent.
    package init(
        folder: String, complain: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(KeyFile.Failure) {
        self.folder = folder
        self.complain = complain
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
            guard let plain = open(name, as: id), let json = try? JSONValue(parsing: plain),
                let checkIn = try? CheckIn(json: json), checkIn.id == id
            else { return nil }
            return checkIn
        }
    }

    package func keep(_ checkIn: CheckIn) -> Bool {
        // A check-in that could not be kept lives on until the service stops.
        seal(checkIn.json.canonical, in: checkIn.id + ".sealed", as: checkIn.id)
    }

    package func forget(id: String) { unlink("\(folder)/\(id).sealed") }

    package func patient(of certificate: SHA256Digest) -> String? {
        let name = name(of: certificate)
        return open(name + ".patient", as: name).map { String(decoding: $0, as: UTF8.self) }
    }

    package func remember(patient: String, of certificate: SHA256Digest) {
        let name = name(of: certificate)
        _ = seal(Array(patient.utf8), in: name + ".patient", as: name)
    }

    private func name(of certificate: SHA256Digest) -> String {
        HMACSHA256.code(key: key, message: certificate.octets).hex
    }

    package func failures(on reader: String) -> FailureCount? {
        let name = name(of: reader)
        return open(name + ".failures", as: name)
            .flatMap { try? FailureCount(json: JSONValue(parsing: $0)) }
    }

    package func keep(_ failures: FailureCount, on reader: String) {
        let name = name(of: reader)
        _ = seal(failures.json.canonical, in: name + ".failures", as: name)
    }

    private func name(of reader: String) -> String {
        HMACSHA256.code(key: key, message: Array("reader \(reader)".utf8)).hex
    }

    private func open(_ file: String, as name: String) -> [UInt8]? {
        guard let sealed = try? KeyFile.read(folder + "/" + file, isPrivate: true),
            sealed.count > AES256GCM.nonceOctetCount
        else { return nil }
        return try? AES256GCM.open(
            [UInt8](sealed.dropFirst(AES256GCM.nonceOctetCount)), key: key,
            nonce: [UInt8](sealed.prefix(AES256GCM.nonceOctetCount)),
            additional: Array(name.utf8))
    }

    private func seal(_ plain: [UInt8], in file: String, as name: String) -> Bool {
        let nonce = RandomOctets.make(AES256GCM.nonceOctetCount)
        guard
            let sealed = try? AES256GCM.seal(
                plain, key: key, nonce: nonce, additional: Array(name.utf8))
        else { return false }
        do throws(KeyFile.Failure) {
            try KeyFile.write(nonce + sealed, to: folder + "/" + file, isPrivate: true)
            return true
        } catch {
            complain("check-ins cannot be kept over a restart: \(error)")
            return false
        }
    }
}
