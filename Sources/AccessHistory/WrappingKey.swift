package import Cryptography
internal import Octets
internal import Records

/// The key that wraps a store's keys (key-encryption key). It lies elsewhere than the store: in a
/// credential, so that a copy of the store's folder tells nothing.
package struct WrappingKey: Hashable, Sendable {
    /// Its size in octets.
    package static let octetCount = 32
    private let octets: [UInt8]
    /// The key before this one, while keys may still be wrapped by it.
    private let previousOctets: [UInt8]?

    /// Reads a key's file: 32 octets in base64, and on a second line, while it is being changed, the
    /// key before; nothing if it is anything else.
    package init?(text: [UInt8]) {
        let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
        let keys = lines.prefix(3).compactMap { [UInt8](base64: $0) }
        guard keys.count == lines.count, (1...2).contains(keys.count),
            keys.allSatisfy({ $0.count == Self.octetCount })
        else { return nil }
        self.init(octets: keys[0], previous: keys.count > 1 ? keys[1] : nil)
    }

    /// Reads a key's file, which nobody but its owner may read.
    package init(file path: String) throws(KeyFile.Failure) {
        guard let key = WrappingKey(text: try KeyFile.read(path, isPrivate: true)) else {
            throw .malformed(path: path, .malformed("a key of 32 octets in base64"))
        }
        self = key
    }

    private init(octets: [UInt8], previous: [UInt8]? = nil) {
        (self.octets, previousOctets) = (octets, previous)
    }

    /// The key before this one, by itself.
    var previous: WrappingKey? { previousOctets.map { WrappingKey(octets: $0) } }

    /// The key by itself.
    var alone: WrappingKey { WrappingKey(octets: octets) }

    /// A new key, with another as the one before.
    static func make(after key: WrappingKey) -> WrappingKey {
        WrappingKey(octets: RandomOctets.make(octetCount), previous: key.octets)
    }

    /// A new key.
    package static func make() -> WrappingKey {
        WrappingKey(octets: RandomOctets.make(octetCount))
    }

    /// What its file holds.
    package var text: [UInt8] {
        Array(
            ([octets] + [previousOctets].compactMap(\.self)).map { $0.base64() + "\n" }.joined()
                .utf8)
    }
}

extension WrappingKey: CustomStringConvertible {
    /// Nothing of the key: it reaches no log.
    package var description: String { "WrappingKey" }
}

/// What of `keys.json` is wrapped: each cannot stand for another.
enum WrappedKey: Hashable {
    case secret
    case signingKey
    case month(id: UInt32, YearMonth)

    fileprivate var octets: [UInt8] {
        switch self {
        case .secret: return Array("secret".utf8)
        case .signingKey: return Array("signingKey".utf8)
        case .month(let id, let month):
            var octets = Array("month".utf8)
            octets.append(bigEndian: id)
            octets.append(bigEndian: UInt32(month.year * 100 + month.month))
            return octets
        }
    }
}

extension WrappingKey {
    /// Tells which key wrapped a file, without telling anything of it.
    func name(origin: String) -> String { derived("name", origin, count: 8).hex }

    /// Nonce and sealed octets (AES-256-GCM).
    func wrap(
        _ plain: [UInt8], as kind: WrappedKey, origin: String
    ) throws(CryptographyError) -> [UInt8] {
        let nonce = RandomOctets.make(AES256GCM.nonceOctetCount)
        return nonce
            + (try AES256GCM.seal(
                plain, key: derived("key", origin, count: Self.octetCount), nonce: nonce,
                additional: additional(kind, origin)))
    }

    /// What was wrapped, if it was wrapped by this key for this use in this log.
    func unwrap(
        _ wrapped: [UInt8], as kind: WrappedKey, origin: String
    ) throws(CryptographyError) -> [UInt8] {
        guard wrapped.count > AES256GCM.nonceOctetCount else { throw .authenticationFailed }
        return try AES256GCM.open(
            Array(wrapped[AES256GCM.nonceOctetCount...]),
            key: derived("key", origin, count: Self.octetCount),
            nonce: Array(wrapped[..<AES256GCM.nonceOctetCount]),
            additional: additional(kind, origin))
    }

    private func derived(_ use: String, _ origin: String, count: Int) -> [UInt8] {
        HKDFSHA256.derive(
            secret: octets, salt: Array(origin.utf8),
            info: Array("madoguchi history v1 wrap \(use)".utf8), count: count)
    }

    private func additional(_ kind: WrappedKey, _ origin: String) -> [UInt8] {
        var octets = Array("madoguchi history v1 wrap\n".utf8)
        octets.append(bigEndian: UInt16(origin.utf8.count))
        return octets + Array(origin.utf8) + kind.octets
    }
}
