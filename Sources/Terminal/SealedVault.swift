package import CheckIns
internal import Cryptography
package import Disclosures
internal import Executors
internal import JSON
package import Octets
internal import Records

/// Keeps open check-ins in files, sealed (`SealedFolder`): the grant and who, never a record. One
/// file each, `<id>.sealed`.
///
/// Beside them the patient's id that each certificate was met with, so that a clearinghouse which
/// one day names another patient for the same card is found out: `<name>.patient`, where the name
/// is HMAC-SHA256 of the certificate's digest under the folder's key; and the count of failed PINs
/// of each reader, `<name>.failures`; and a PIN that is about to be sent to a card, `<card>.try`.
///
/// A file that cannot be believed is named in the log and stays: an open check-in's where it is,
/// another's under a name that ends in `.damaged` as soon as a new one takes its place.
package actor SealedVault: CheckInVault, FailureVault, TryVault {
    private let folder: SealedFolder
    private let complain: @Sendable (String) -> Void
    /// Files that were met and could not be believed: set aside before they are written anew.
    private var flawed: Set<String> = []
    private let executor = BlockingExecutor(label: "check-in-vault")

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// A vault in a folder, which is made with its key where it is absent. Fails where nothing
    /// can be kept, or what was kept can no longer be opened.
    package init(
        folder: String, complain: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SealedFolder.Failure) {
        self.folder = try SealedFolder(making: folder)
        self.complain = complain
        try self.folder.tryWriting()
    }

    /// What is odd in a folder, which may be in use; nothing where there is no folder yet.
    package static func findings(
        in folder: String
    ) throws(SealedFolder.Failure) -> [SealedFinding] {
        try SealedFolder(at: folder)?.findings(isLong: true) ?? []
    }

    package func load() -> [CheckIn] {
        do throws(SealedFolder.Failure) {
            for finding in try folder.findings(isLong: false) {
                flawed.insert(finding.file)
                complain("\(finding)")
            }
            return try folder.files().compactMap { file in
                guard SealedFolder.Kind(of: file) == .checkIn else { return nil }
                let id = file.dropLast(SealedFolder.Kind.checkIn.rawValue.count)
                return try? folder.checkIn(String(id))
            }
        } catch {
            complain("check-ins: \(error)")
            return []
        }
    }

    package func keep(_ checkIn: CheckIn) -> Bool {
        // A check-in that could not be kept lives on until the service stops.
        seal(
            checkIn.json.canonical, in: checkIn.id, .checkIn,
            orElse: "check-ins cannot be kept over a restart")
    }

    package func forget(id: String) { folder.remove(id, .checkIn) }

    package func patient(of certificate: SHA256Digest) -> String? {
        opened(name(of: certificate), .patient) { (folder, name) throws(SealedFolder.Flaw) in
            try folder.open(name, .patient).map { String(decoding: $0, as: UTF8.self) }
        } ?? nil
    }

    package func remember(patient: String, of certificate: SHA256Digest) {
        _ = seal(
            Array(patient.utf8), in: name(of: certificate), .patient,
            orElse: "a card's patient cannot be kept")
    }

    private func name(of certificate: SHA256Digest) -> String {
        folder.code(of: certificate.octets)
    }

    package func failures(on reader: String) -> KeptFailures {
        let count = opened(name(of: reader), .failures) {
            (folder, name) throws(SealedFolder.Flaw) in try folder.failures(name)
        }
        return count.map { $0.map(KeptFailures.count) ?? .none } ?? .unreadable
    }

    package func keep(_ failures: FailureCount, on reader: String) {
        _ = seal(
            failures.json.canonical, in: name(of: reader), .failures,
            orElse: "wrong PINs cannot be kept over a restart")
    }

    package func begin(_ begun: BegunTry) -> Bool {
        seal(
            begun.json.canonical, in: begun.card.code.hex, .begun,
            orElse: "a PIN that is sent now is not told of if the service is killed meanwhile")
    }

    package func end(card: CardReference) { folder.remove(card.code.hex, .begun) }

    package func begunTries() -> [BegunTry] {
        let files = (try? folder.files()) ?? []
        return files.filter { SealedFolder.Kind(of: $0) == .begun }.compactMap { file in
            let name = String(file.dropLast(SealedFolder.Kind.begun.rawValue.count))
            return opened(name, .begun) { (folder, name) throws(SealedFolder.Flaw) in
                try folder.begunTry(name)
            } ?? nil
        }
    }

    private func name(of reader: String) -> String {
        folder.code(of: Array("reader \(reader)".utf8))
    }

    /// What is kept in a file; nothing, and it is named, where it cannot be believed.
    private func opened<Value>(
        _ name: String, _ kind: SealedFolder.Kind,
        _ read: (SealedFolder, String) throws(SealedFolder.Flaw) -> Value
    ) -> Value? {
        do throws(SealedFolder.Flaw) { return try read(folder, name) } catch {
            if flawed.insert(name + kind.rawValue).inserted {
                complain("\(SealedFinding(name + kind.rawValue, kind, error))")
            }
            return nil
        }
    }

    private func seal(
        _ plain: [UInt8], in name: String, _ kind: SealedFolder.Kind, orElse trouble: String
    ) -> Bool {
        do throws(KeyFile.Failure) {
            if flawed.contains(name + kind.rawValue) {
                try folder.setAside(name, kind)
                flawed.remove(name + kind.rawValue)
            }
            try folder.seal(plain, in: name, kind)
            return true
        } catch {
            complain("\(trouble): \(error). Check the disk of the check-in folder.")
            return false
        }
    }
}
