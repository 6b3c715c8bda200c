internal import Cryptography
internal import JSON
package import Octets
package import Records
package import Terminal

/// What a program may do.
package enum ProgramRight: String, Hashable, Sendable, CaseIterable {
    /// To see check-ins, qualifications, and to ask by insurance details.
    case qualification
    /// To open the records that patients agreed to.
    case records
    /// To have lists of bookings checked.
    case batches
}

/// From where a program may ask.
package enum ProgramOrigin: Hashable, Sendable {
    /// On this machine, over the socket.
    case socket
    /// From an address of a block, over TLS.
    case network(AddressBlock)

    /// Reads `socket`, an address, or a block.
    package init?(_ text: String) {
        if text == "socket" {
            self = .socket
        } else if let block = AddressBlock(text) {
            self = .network(block)
        } else {
            return nil
        }
    }

    /// As it is written.
    package var text: String {
        switch self {
        case .socket: "socket"
        case .network(let block): block.text
        }
    }
}

/// A program of the clinic, and what its token opens.
package struct ProgramEntry: Hashable, Sendable {
    /// Its name, as the access history says it.
    package var name: String
    /// What it may do.
    package var rights: Set<ProgramRight>
    /// The digest of its token, never the token.
    package var tokenDigest: SHA256Digest
    /// When the token ends by itself.
    package var until: Instant?
    /// From where it may ask.
    package var origin: ProgramOrigin
    /// Whether the token was taken back.
    package var isRevoked = false

    /// An entry.
    package init(
        name: String, rights: Set<ProgramRight>, tokenDigest: SHA256Digest, until: Instant? = nil,
        origin: ProgramOrigin = .socket
    ) {
        (self.name, self.rights, self.tokenDigest) = (name, rights, tokenDigest)
        (self.until, self.origin) = (until, origin)
    }
}

/// The programs of the clinic, as their file lists them. A token that was taken back stays in it,
/// so that its holder is told so.
package struct ProgramRegister: Hashable, Sendable {
    /// How tokens begin, so that nobody takes one for a token of the staff.
    package static let tokenPrefix = "mgp_"

    /// The entries, in the file's order.
    package private(set) var entries: [ProgramEntry]

    /// A register of entries.
    package init(_ entries: [ProgramEntry] = []) { self.entries = entries }

    /// Reads the file: `{"programs": [{"name", "may", "tokenDigest", "until", "from", "revoked"}]}`.
    package init(parsing text: [UInt8]) throws(StaffFileError) {
        do throws(JSONError) {
            let limits = JSONLimits(octets: 1 << 20, depth: 6, allowsComments: true)
            var fields = try JSONFields(JSONValue(parsing: text, limits: limits))
            entries = try fields.array("programs", maximum: 1000) {
                (value, path) throws(JSONError) in try ProgramEntry(json: value, at: path)
            }
            try fields.finish()
        } catch { throw StaffFileError(reason: error.description) }
    }

    /// Whose token it is. Only digests are compared, so the time taken tells nothing of a token.
    package func entry(holding token: String) -> ProgramEntry? {
        let digest = SHA256Digest(hashing: Array(token.utf8))
        return entries.first { $0.tokenDigest == digest }
    }

    /// The register with one more; an older token of the same name is taken back.
    package func putting(_ entry: ProgramEntry) -> ProgramRegister {
        ProgramRegister(revoking(entry.name).entries + [entry])
    }

    /// The register with every token of a name taken back.
    package func revoking(_ name: String) -> ProgramRegister {
        ProgramRegister(
            entries.map { entry in
                var entry = entry
                if entry.name == name { entry.isRevoked = true }
                return entry
            })
    }

    /// The text of the file.
    package var encoded: [UInt8] {
        JSONValue.object(["programs": .array(entries.map(\.json))]).pretty
    }

    /// Whether a text may name a program.
    package static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            }
    }
}

extension ProgramEntry {
    fileprivate init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        name = try fields.require("name", "must be 1 to 32 of a–z, 0–9 and -") {
            $0.stringValue.flatMap { ProgramRegister.isName($0) ? $0 : nil }
        }
        rights = Set(
            try fields.array("may", maximum: 8) { (value, path) throws(JSONError) in
                guard let right = value.stringValue.flatMap(ProgramRight.init) else {
                    throw .unexpected(path: path, reason: "must be a known right")
                }
                return right
            })
        tokenDigest = try fields.require("tokenDigest", "must be a SHA-256 digest") {
            $0.stringValue.flatMap { SHA256Digest(hex: $0) }
        }
        until = try fields.optional("until", "must be an instant") {
            $0.stringValue.flatMap { Instant(rfc3339: $0) }
        }
        origin = try fields.require("from", "must be socket, an address or a block of them") {
            $0.stringValue.flatMap { ProgramOrigin($0) }
        }
        isRevoked = try fields.optionalBool("revoked") ?? false
        try fields.finish()
    }

    fileprivate var json: JSONValue {
        .object(present: [
            ("name", .string(name)),
            ("may", .array(rights.map(\.rawValue).sorted().map(JSONValue.string))),
            ("tokenDigest", .string(tokenDigest.hex)),
            ("until", until.map { .string($0.rfc3339) }), ("from", .string(origin.text)),
            ("revoked", isRevoked ? true : nil),
        ])
    }
}
