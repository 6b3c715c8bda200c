internal import Cryptography
internal import Disclosures
internal import JSON
internal import Octets
internal import Records
internal import Synchronization
internal import TransparencyLog

/// The key that seals one month's bodies.
struct MonthKey: Sendable {
    static let octetCount = 32
    let id: UInt32
    let month: YearMonth
    let octets: [UInt8]
}

/// A store's keys: the file `keys.json`, mode 0600, replaced as a whole.
///
/// `secret` never encrypts anything: what is needed of it is derived by HKDF-SHA256 with the
/// log's origin as salt. Month keys are random, so that destroying one destroys a month.
final class KeyRing: Sendable {
    static let fileName = "keys.json"
    static let version = 1
    static let longestFileOctetCount = 1 << 20

    let origin: String
    let signer: NoteSigner
    let macKey: MACKey
    private let secret: [UInt8]
    private let signingKey: PrivateKey
    private let cardKey: [UInt8]
    private let months: Mutex<[MonthKey]>

    /// The key that seals a month's bodies, if it was made already: the latest of the month.
    func key(for month: YearMonth) -> MonthKey? {
        months.withLock { $0.last { $0.month == month } }
    }

    /// A key by its id; nothing if it was destroyed.
    func key(id: UInt32) -> MonthKey? { months.withLock { $0.first { $0.id == id } } }

    /// Whether no month has a key yet, so that no entry can have been written.
    var isUnused: Bool { months.withLock(\.isEmpty) }

    /// The HMAC that stands for a card: of its certificate's digest.
    func cardReference(ofCertificate digest: SHA256Digest) -> CardReference {
        let code = HMACSHA256.code(key: cardKey, message: digest.octets)
        guard let code = SHA256Digest(code) else { preconditionFailure("HMAC-SHA256 is 32 octets") }
        return CardReference(code: code)
    }

    /// Makes a month's key and puts it on the disk before it is used.
    func makeKey(for month: YearMonth, on disk: any HistoryDisk) throws(HistoryError) -> MonthKey {
        if let key = key(for: month) { return key }
        let known = months.withLock { $0 }
        let key = MonthKey(
            id: (known.map(\.id).max() ?? 0) + 1, month: month,
            octets: RandomOctets.make(MonthKey.octetCount))
        try disk.replace(Self.fileName, with: encoded(known + [key]))
        months.withLock { $0.append(key) }
        return key
    }

    /// New keys for a new store, on the disk when this returns.
    static func make(origin: String, on disk: any HistoryDisk) throws(HistoryError) -> KeyRing {
        let ring: KeyRing
        do throws(CryptographyError) {
            ring = try KeyRing(
                origin: origin, secret: RandomOctets.make(32),
                signingKey: try PrivateKey.generate(.ed25519), months: [])
        } catch {
            throw .cryptography(error)
        }
        try disk.replace(fileName, with: ring.encoded([]))
        return ring
    }

    /// The keys of a store; nothing if there is no file.
    static func load(origin: String?, from disk: any HistoryDisk) throws(HistoryError) -> KeyRing? {
        guard let octets = try disk.read(fileName, longest: longestFileOctetCount) else {
            return nil
        }
        let ring: KeyRing
        do throws(JSONError) {
            ring = try KeyRing(json: try JSONValue(parsing: octets))
        } catch {
            throw .foreign(file: fileName, reason: error.description)
        }
        guard origin == nil || ring.origin == origin else {
            throw .foreign(file: fileName, reason: "it belongs to the log \(ring.origin)")
        }
        return ring
    }

    private init(
        origin: String, secret: [UInt8], signingKey: PrivateKey, months: [MonthKey]
    ) throws(CryptographyError) {
        func derived(_ use: String) -> [UInt8] {
            HKDFSHA256.derive(
                secret: secret, salt: Array(origin.utf8),
                info: Array("madoguchi history v1 \(use)".utf8), count: 32)
        }
        do throws(NoteError) {
            signer = try NoteSigner(name: origin, privateKey: signingKey)
        } catch {
            throw .malformed("a signing key or origin that cannot sign notes")
        }
        (self.origin, self.secret, self.signingKey) = (origin, secret, signingKey)
        macKey = MACKey(octets: derived("codes"))
        cardKey = derived("cards")
        self.months = Mutex(months)
    }
}

extension KeyRing {
    private func encoded(_ months: [MonthKey]) -> [UInt8] {
        let value: JSONValue = [
            "version": JSONValue(Self.version),
            "origin": .string(origin),
            "secret": .string(secret.base64()),
            "signingKey": .string(String(decoding: signingKey.pem, as: UTF8.self)),
            "months": .array(
                months.map { key in
                    [
                        "id": JSONValue(Int(key.id)), "month": .string(key.month.description),
                        "key": .string(key.octets.base64()),
                    ]
                }),
        ]
        return value.pretty
    }

    private convenience init(json value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        _ = try fields.integer("version", in: Self.version...Self.version)
        let origin = try fields.string("origin", maximum: 255)
        let secret = try fields.require("secret", "must be 32 octets in base64", keyOctets)
        let pem = try fields.string("signingKey")
        let months = try fields.array("months") { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let key = MonthKey(
                id: UInt32(try fields.integer("id", in: 1...Int(UInt32.max))),
                month: try fields.require("month", "must be a month") {
                    $0.stringValue.flatMap { YearMonth($0) }
                },
                octets: try fields.require("key", "must be 32 octets in base64", keyOctets))
            try fields.finish()
            return key
        }
        try fields.finish()
        guard Set(months.map(\.id)).count == months.count else {
            throw .unexpected(path: "$.months", reason: "has an id twice")
        }
        do throws(CryptographyError) {
            try self.init(
                origin: origin, secret: secret, signingKey: try PrivateKey(pem: Array(pem.utf8)),
                months: months)
        } catch {
            throw .unexpected(path: "$.signingKey", reason: "must be an Ed25519 key in PEM")
        }
    }
}

private func keyOctets(_ value: JSONValue) -> [UInt8]? {
    guard let octets = value.stringValue.flatMap({ [UInt8](base64: $0) }), octets.count == 32
    else { return nil }
    return octets
}
