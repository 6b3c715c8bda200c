internal import JSON
package import Octets

/// How far a receiver has a log's entries: a file that is replaced as a whole, and only when the
/// receiver said that it read everything.
///
/// Canonical JSON: `version` 1, `origin`, `receiver` (`host:port`), `next` (the first entry that it has
/// not), `latest` (leaf hash of the one before, hexadecimal; absent at 0).
package struct FeedCursor: Hashable, Sendable {
    /// What `version` says.
    package static let version = 1
    /// The longest file, in octets.
    package static let longestOctetCount = 4096

    /// The log's origin.
    package var origin: String
    /// The receiver's address.
    package var receiver: String
    /// The first entry that it has not.
    package var next: UInt64
    /// The leaf hash of the entry before; nothing at the beginning.
    package var latest: SHA256Digest?

    /// A cursor.
    package init(origin: String, receiver: String, next: UInt64 = 0, latest: SHA256Digest? = nil) {
        (self.origin, self.receiver) = (origin, receiver)
        (self.next, self.latest) = (next, latest)
    }

    /// Why a cursor's file is not used. It is left as it is.
    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// It is no cursor, with what is wrong in it.
        case malformed(String)
        /// Another log's.
        case otherOrigin(String)
        /// Another receiver's.
        case otherReceiver(String)
        /// It names entries that this history does not have.
        case beyond(next: UInt64, size: UInt64)
        /// The history's entry before `next` is another one.
        case otherHistory(index: UInt64)

        package var description: String {
            switch self {
            case .malformed(let reason): "it is no cursor of this version: \(reason)"
            case .otherOrigin(let origin): "it belongs to the log \(origin)"
            case .otherReceiver(let receiver): "it belongs to the receiver \(receiver)"
            case .beyond(let next, let size):
                "it goes on at entry \(next), and this history has \(size)"
            case .otherHistory(let index): "entry \(index) was another one when it was sent"
            }
        }
    }

    /// Reads a file.
    package init(octets: [UInt8]) throws(Fault) {
        guard octets.count <= Self.longestOctetCount else { throw .malformed("too long") }
        do throws(JSONError) {
            var fields = try JSONFields(try JSONValue(parsing: octets))
            _ = try fields.integer("version", in: Self.version...Self.version)
            origin = try fields.string("origin", maximum: 255)
            receiver = try fields.string("receiver", maximum: 300)
            next = UInt64(try fields.integer("next", in: 0...(1 << 53 - 1)))
            latest = try fields.optional("latest", "must be a digest") {
                $0.stringValue.flatMap { SHA256Digest(hex: $0) }
            }
            try fields.finish()
            guard (latest == nil) == (next == 0) else {
                throw JSONError.unexpected(path: "$.latest", reason: "must be there after entry 0")
            }
        } catch { throw .malformed(error.description) }
    }

    /// What its file holds.
    package var octets: [UInt8] {
        JSONValue.object(present: [
            ("version", JSONValue(Self.version)), ("origin", .string(origin)),
            ("receiver", .string(receiver)), ("next", .integer(Int64(clamping: next))),
            ("latest", latest.map { .string($0.hex) }),
        ]).canonical
    }

    /// Refuses a cursor that is not this log's, this receiver's, and this history's. `leafHash` is asked
    /// for the entry before `next`.
    package func check(
        origin: String, receiver: String, size: UInt64, leafHash: (UInt64) -> SHA256Digest?
    ) throws(Fault) {
        guard self.origin.utf8.elementsEqual(origin.utf8) else { throw .otherOrigin(self.origin) }
        guard self.receiver.utf8.elementsEqual(receiver.utf8) else {
            throw .otherReceiver(self.receiver)
        }
        guard next <= size else { throw .beyond(next: next, size: size) }
        guard next == 0 || leafHash(next - 1) == latest else {
            throw .otherHistory(index: next - 1)
        }
    }
}
