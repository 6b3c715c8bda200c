package import Cryptography
internal import JSON
internal import Octets
internal import Records
package import TransparencyLog

/// A store's month keys as an auditor keeps them: they open what is sealed, and sign nothing.
///
/// What is decrypted from the envelope is a JSON object: `version` 1, `origin`, `logKey` (the key that
/// verifies checkpoints, as C2SP signed-note writes it) and `months` as in `keys.json` of version 1.
package struct EscrowedKeys: Sendable {
    /// What its `version` says.
    private static let version = 1
    private static let longestOctetCount = KeyRing.longestFileOctetCount

    /// The log that they open.
    package let origin: String
    let logKey: NoteKey
    let months: [MonthKey]

    init(_ ring: KeyRing) {
        (origin, logKey, months) = (ring.origin, ring.signer.key, ring.allMonths)
    }

    var json: JSONValue {
        [
            "version": JSONValue(Self.version), "origin": .string(origin),
            "logKey": .string(logKey.vkey),
            "months": .array(
                months.map { key in
                    [
                        "id": JSONValue(Int(key.id)), "month": .string(key.month.description),
                        "key": .string(key.octets.base64()),
                    ]
                }),
        ]
    }

    /// Reads what was decrypted.
    package init(parsing octets: [UInt8]) throws(HistoryError) {
        guard octets.count <= Self.longestOctetCount else {
            throw .foreign(file: "escrow", reason: "it is too long")
        }
        do throws(JSONError) {
            var fields = try JSONFields(try JSONValue(parsing: octets))
            _ = try fields.integer("version", in: Self.version...Self.version)
            origin = try fields.string("origin", maximum: 255)
            let text = try fields.string("logKey", maximum: 1024)
            guard let key = try? NoteKey(vkey: text), key.name == origin else {
                throw JSONError.unexpected(path: "$.logKey", reason: "must be the log's key")
            }
            logKey = key
            months = try MonthKey.list(&fields)
            try fields.finish()
        } catch { throw .foreign(file: "escrow", reason: error.description) }
    }
}

extension HistoryArchive {
    /// The month keys that are there, in an envelope that only the certificate's holder opens (CMS,
    /// DER). Keys of months that begin later are not in it.
    package func escrow(to auditor: Certificate) throws(HistoryError) -> [UInt8] {
        guard let ring else { throw .foreign(file: KeyRing.fileName, reason: "it is missing") }
        do throws(CryptographyError) {
            return try Envelope.seal(EscrowedKeys(ring).json.canonical, to: auditor)
        } catch { throw .cryptography(error) }
    }

    /// Reads a copy of a folder with keys from escrow, without the store's own. Gives back the
    /// checkpoint that lies in it besides, if the log's key signed that.
    package static func opened(
        folder: String, with escrow: EscrowedKeys
    ) throws(HistoryError) -> (archive: HistoryArchive, note: SignedNote) {
        let disk = try PosixDisk(path: folder, makesFolder: false)
        var archive = try HistoryArchive(disk: disk, ring: nil)
        archive.escrow = escrow
        guard
            let octets = try disk.read(
                CheckpointFile.fileName, longest: SignedNote.longestOctetCount),
            let note = try? SignedNote(octets: octets)
        else { throw .damaged(file: CheckpointFile.fileName, offset: 0, reason: "it is missing") }
        _ = try CheckpointFile.read(octets, log: escrow.logKey)
        return (archive, note)
    }
}
