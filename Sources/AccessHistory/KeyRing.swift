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
///
/// Version 1 holds the keys in clear, version 2 wrapped by a `WrappingKey`. A store that is opened
/// with a wrapping key for the first time has its file rewritten.
final class KeyRing: Sendable {
    static let fileName = "keys.json"
    static let clearVersion = 1
    static let wrappedVersion = 2
    static let longestFileOctetCount = 1 << 20

    let origin: String
    let signer: NoteSigner
    let macKey: MACKey
    private let secret: [UInt8]
    private let signingKey: PrivateKey
    private let cardKey: [UInt8]
    /// With the month keys it seals the index.
    let indexKey: [UInt8]
    private let months: Mutex<[MonthKey]>
    private let wrapping: WrappingKey?
    /// Whether the file still holds the keys in clear, or wrapped by the key before.
    let isWrappingDue: Bool

    /// Every month's key.
    var allMonths: [MonthKey] { months.withLock(\.self) }

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

    /// Makes a month's key and puts it on the disk before it is used. With `isAnother` it makes one
    /// where there is one already; what that sealed stays.
    func makeKey(
        for month: YearMonth, isAnother: Bool = false, on disk: any HistoryDisk
    ) throws(HistoryError) -> MonthKey {
        if !isAnother, let key = key(for: month) { return key }
        let known = months.withLock { $0 }
        let key = MonthKey(
            id: (known.map(\.id).max() ?? 0) + 1, month: month,
            octets: RandomOctets.make(MonthKey.octetCount))
        try disk.replace(Self.fileName, with: encoded(known + [key]))
        months.withLock { $0.append(key) }
        return key
    }

    /// The keys of months before one, and with them all ids that are not there: those that go and
    /// those that went. The latest key stays, so that no id is given out twice.
    ///
    /// A month counts from when its key was made: a clock that stood in the past sealed what happened
    /// later. What a clock that ran ahead of `now` says counts for its own key alone.
    func expiring(
        before month: YearMonth, now: YearMonth
    ) -> (going: Set<UInt32>, gone: [UInt32]) {
        let known = months.withLock { $0 }.sorted { $0.id < $1.id }
        guard let latest = known.last?.id else { return ([], []) }
        var going: Set<UInt32> = []
        var reached: YearMonth?
        for key in known {
            if key.month <= now { reached = max(reached ?? key.month, key.month) }
            if max(key.month, reached ?? key.month) < month, key.id != latest {
                going.insert(key.id)
            }
        }
        let staying = Set(known.map(\.id)).subtracting(going)
        return (going, (1...latest).filter { !staying.contains($0) })
    }

    /// Takes keys away for good: the file is replaced as a whole.
    func destroy(_ ids: Set<UInt32>, on disk: any HistoryDisk) throws(HistoryError) {
        let staying = months.withLock { $0 }.filter { !ids.contains($0.id) }
        try disk.replace(Self.fileName, with: encoded(staying))
        months.withLock { $0.removeAll { ids.contains($0.id) } }
    }

    /// Wraps the keys that lay in clear, or under the key before: the file is replaced as a whole.
    func wrapAll(on disk: any HistoryDisk) throws(HistoryError) {
        try disk.replace(Self.fileName, with: encoded(months.withLock { $0 }))
    }

    /// New keys for a new store, on the disk when this returns.
    static func make(
        origin: String, wrapping: WrappingKey? = nil, on disk: any HistoryDisk
    ) throws(HistoryError) -> KeyRing {
        let ring: KeyRing
        do throws(CryptographyError) {
            ring = try KeyRing(
                origin: origin, secret: RandomOctets.make(32),
                signingKey: try PrivateKey.generate(.ed25519), months: [], wrapping: wrapping)
        } catch {
            throw .cryptography(error)
        }
        try disk.replace(fileName, with: ring.encoded([]))
        return ring
    }

    /// The keys of a store; nothing if there is no file. `wrapping` is asked for where they are
    /// wrapped.
    static func load(
        origin: String?, wrapping: WrappingKey? = nil, from disk: any HistoryDisk
    ) throws(HistoryError) -> KeyRing? {
        guard let octets = try disk.read(fileName, longest: longestFileOctetCount) else {
            return nil
        }
        let ring: KeyRing
        do throws(JSONError) {
            ring = try KeyRing(json: try JSONValue(parsing: octets), wrapping: wrapping)
        } catch {
            throw .foreign(file: fileName, reason: error.description)
        }
        guard origin == nil || ring.origin == origin else {
            throw .foreign(file: fileName, reason: "it belongs to the log \(ring.origin)")
        }
        return ring
    }

    private init(
        origin: String, secret: [UInt8], signingKey: PrivateKey, months: [MonthKey],
        wrapping: WrappingKey?, isWrappingDue: Bool = false
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
        indexKey = derived("index")
        self.months = Mutex(months)
        (self.wrapping, self.isWrappingDue) = (wrapping, isWrappingDue)
    }
}

extension KeyRing {
    private func encoded(_ months: [MonthKey]) throws(HistoryError) -> [UInt8] {
        do throws(CryptographyError) {
            return try json(months).pretty
        } catch {
            throw .cryptography(error)
        }
    }

    private func json(_ months: [MonthKey]) throws(CryptographyError) -> JSONValue {
        func text(_ octets: [UInt8], _ kind: WrappedKey) throws(CryptographyError) -> JSONValue {
            .string(try (wrapping?.wrap(octets, as: kind, origin: origin) ?? octets).base64())
        }
        let pem = signingKey.pem
        var keys: [JSONValue] = []
        for key in months {
            keys.append([
                "id": JSONValue(Int(key.id)), "month": .string(key.month.description),
                "key": try text(key.octets, .month(id: key.id, key.month)),
            ])
        }
        return .object(present: [
            ("version", JSONValue(wrapping == nil ? Self.clearVersion : Self.wrappedVersion)),
            ("origin", .string(origin)),
            ("wrappedBy", wrapping.map { .string($0.name(origin: origin)) }),
            ("secret", try text(secret, .secret)),
            (
                "signingKey",
                wrapping == nil
                    ? .string(String(decoding: pem, as: UTF8.self)) : try text(pem, .signingKey)
            ),
            ("months", .array(keys)),
        ])
    }

    private convenience init(json value: JSONValue, wrapping: WrappingKey?) throws(JSONError) {
        var fields = try JSONFields(value)
        let version = try fields.integer("version", in: Self.clearVersion...Self.wrappedVersion)
        let origin = try fields.string("origin", maximum: 255)
        let file = try KeyFileForm(
            origin: origin, wrapping: wrapping,
            wrappedBy: version == Self.clearVersion ? nil : try fields.string("wrappedBy"))
        let secret = try file.octets(
            try fields.require("secret", "must be base64", \.stringValue), .secret, at: "$.secret")
        let pem = try file.pem(try fields.string("signingKey"))
        let months = try MonthKey.list(&fields, file)
        try fields.finish()
        do throws(CryptographyError) {
            try self.init(
                origin: origin, secret: secret, signingKey: try PrivateKey(pem: pem),
                months: months, wrapping: wrapping,
                isWrappingDue: wrapping != nil && file.wrapping != wrapping)
        } catch {
            throw .unexpected(path: "$.signingKey", reason: "must be an Ed25519 key in PEM")
        }
    }
}

extension MonthKey {
    /// Reads the list of a file.
    fileprivate static func list(
        _ fields: inout JSONFields, _ file: KeyFileForm
    ) throws(JSONError) -> [MonthKey] {
        let months = try fields.array("months") { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let id = UInt32(try fields.integer("id", in: 1...Int(UInt32.max)))
            let month = try fields.require("month", "must be a month") {
                $0.stringValue.flatMap { YearMonth($0) }
            }
            let octets = try file.octets(
                try fields.string("key"), .month(id: id, month), at: fields.path("key"))
            try fields.finish()
            return MonthKey(id: id, month: month, octets: octets)
        }
        guard Set(months.map(\.id)).count == months.count else {
            throw .unexpected(path: "$.months", reason: "has an id twice")
        }
        return months
    }

    /// Reads a list in clear.
    static func list(_ fields: inout JSONFields) throws(JSONError) -> [MonthKey] {
        try list(&fields, try KeyFileForm(origin: "", wrapping: nil, wrappedBy: nil))
    }
}

/// How the file that is read holds its keys.
private struct KeyFileForm {
    let origin: String
    let wrapping: WrappingKey?

    /// `wrappedBy` is what the file names; nothing where its keys are in clear.
    init(origin: String, wrapping: WrappingKey?, wrappedBy: String?) throws(JSONError) {
        self.origin = origin
        guard let wrappedBy else {
            self.wrapping = nil
            return
        }
        guard let wrapping else {
            throw .unexpected(
                path: "$.wrappedBy", reason: "asks for the key \(wrappedBy): name historyKeyFile")
        }
        let named = [wrapping, wrapping.previous].compactMap(\.self)
            .first { $0.name(origin: origin) == wrappedBy }
        guard let named else {
            throw .unexpected(
                path: "$.wrappedBy", reason: "names another key (\(wrappedBy)) than historyKeyFile")
        }
        self.wrapping = named
    }

    /// A key of 32 octets.
    func octets(_ text: String, _ kind: WrappedKey, at path: String) throws(JSONError) -> [UInt8] {
        guard let octets = try plain(text, kind, at: path), octets.count == MonthKey.octetCount
        else { throw .unexpected(path: path, reason: "must be 32 octets in base64") }
        return octets
    }

    func pem(_ text: String) throws(JSONError) -> [UInt8] {
        guard wrapping != nil else { return Array(text.utf8) }
        return try plain(text, .signingKey, at: "$.signingKey") ?? []
    }

    private func plain(
        _ text: String, _ kind: WrappedKey, at path: String
    ) throws(JSONError) -> [UInt8]? {
        guard let octets = [UInt8](base64: text) else { return nil }
        guard let wrapping else { return octets }
        do throws(CryptographyError) {
            return try wrapping.unwrap(octets, as: kind, origin: origin)
        } catch {
            throw .unexpected(path: path, reason: "was not wrapped by this key for this use")
        }
    }
}
