package import Cryptography
package import Disclosures
internal import JSON
package import Octets

/// A member of staff (職員), or whoever holds their token.
package struct StaffMember: Hashable, Sendable {
    /// The name within the institution.
    package var id: String
    /// What they may do.
    package var role: StaffRole
    /// What they may do besides.
    package var rights: Set<StaffRight>
    /// Whether it is one of the clinic's programs: the access history names it as such.
    package var isProgram = false

    /// A member of staff.
    package init(id: String, role: StaffRole, rights: Set<StaffRight> = []) {
        (self.id, self.role, self.rights) = (id, role, rights)
    }

    /// Who acts, as events name them.
    package var actor: EventActor {
        EventActor(id: id, role: isProgram ? .system : role.actorRole)
    }
}

/// The roles of staff.
package enum StaffRole: String, Hashable, Sendable, CaseIterable {
    /// 受付: sees the qualification.
    case reception
    /// 医師・歯科医師・薬剤師: sees records.
    case clinician
    /// 管理者: runs the terminal, sees no patient data.
    case administrator

    /// Whether the role may see a qualification.
    package var seesQualification: Bool { self != .administrator }
    /// Whether the role may open records.
    package var seesRecords: Bool { self == .clinician }

    fileprivate var actorRole: ActorRole {
        switch self {
        case .reception: .reception
        case .clinician: .clinician
        case .administrator: .administrator
        }
    }
}

/// What not everybody of a role may do.
package enum StaffRight: String, Hashable, Sendable, CaseIterable {
    /// 目視: to confirm a patient by their face.
    case visualCheck
}

/// Who holds which token.
package protocol StaffTokens: Sendable {
    /// Who holds a token.
    func member(holding token: String) -> StaffMember?
}

/// How a member of staff is known: by a token (programs, the command line), by a password (the
/// desk), or both.
package struct StaffEntry: Sendable {
    /// Who.
    package var member: StaffMember
    /// The digest of their token, never the token.
    package var tokenDigest: SHA256Digest?
    /// Their password's hash.
    package var password: PasswordHash?
    /// What their telephone makes codes of; with it a password alone signs nobody in.
    package var secondFactor: TOTPSecret?

    /// An entry.
    package init(
        _ member: StaffMember, tokenDigest: SHA256Digest? = nil, password: PasswordHash? = nil,
        secondFactor: TOTPSecret? = nil
    ) {
        (self.member, self.tokenDigest, self.password) = (member, tokenDigest, password)
        self.secondFactor = secondFactor
    }

    /// A digest of everything that stands in the entry: it changes with each of them.
    package var digest: SHA256Digest { SHA256Digest(hashing: json.canonical) }
}

/// Who may do what, as the staff file says.
package struct StaffRegister: StaffTokens {
    /// The entries, in the file's order.
    package private(set) var entries: [StaffEntry]
    private let members: [SHA256Digest: StaffMember]

    /// A register of entries.
    package init(_ entries: [StaffEntry]) {
        self.entries = entries
        members = Dictionary(
            entries.compactMap { entry in entry.tokenDigest.map { ($0, entry.member) } }
        ) { first, _ in first }
    }

    /// Reads the staff file: `{"staff": [{"id", "role", "rights", "tokenDigest", "password"}]}`; an
    /// entry has a token's digest, a password's hash, or both.
    package init(parsing text: [UInt8]) throws(StaffFileError) {
        do throws(JSONError) {
            let limits = JSONLimits(octets: 1 << 20, depth: 6, allowsComments: true)
            var fields = try JSONFields(JSONValue(parsing: text, limits: limits))
            let entries = try fields.array("staff", maximum: 10_000) {
                (value, path) throws(JSONError) in try StaffEntry(json: value, at: path)
            }
            try fields.finish()
            for (index, entry) in entries.enumerated()
            where entries[..<index].contains(where: { $0.member.id == entry.member.id }) {
                throw .unexpected(path: "$.staff[\(index)].id", reason: "is named twice")
            }
            self.init(entries)
        } catch { throw StaffFileError(reason: error.description) }
    }

    /// Who holds a token. Only digests are compared, so the time taken tells nothing of a token.
    package func member(holding token: String) -> StaffMember? {
        members[SHA256Digest(hashing: Array(token.utf8))]
    }

    /// The entry of somebody.
    package func entry(of id: String) -> StaffEntry? { entries.first { $0.member.id == id } }

    /// The register with an entry put in, in the place of the one with its id.
    package func putting(_ entry: StaffEntry) -> StaffRegister {
        var entries = entries.filter { $0.member.id != entry.member.id }
        entries.append(entry)
        return StaffRegister(entries)
    }

    /// The register without somebody.
    package func removing(_ id: String) -> StaffRegister {
        StaffRegister(entries.filter { $0.member.id != id })
    }

    /// The text of the staff file.
    package var encoded: [UInt8] {
        JSONValue.object(["staff": .array(entries.map(\.json))]).pretty
    }
}

extension StaffEntry {
    fileprivate init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        member = StaffMember(
            id: try fields.require("id", "must be 1 to 64 octets without control characters") {
                $0.stringValue.flatMap { isStaffID($0) ? $0 : nil }
            },
            role: try fields.require("role", "must be a known role") {
                $0.stringValue.flatMap(StaffRole.init(rawValue:))
            },
            rights: Set(
                try fields.array("rights", maximum: 8) { (value, path) throws(JSONError) in
                    guard let right = value.stringValue.flatMap(StaffRight.init) else {
                        throw .unexpected(path: path, reason: "must be a known right")
                    }
                    return right
                }))
        tokenDigest = try fields.optional("tokenDigest", "must be a SHA-256 digest") {
            $0.stringValue.flatMap { SHA256Digest(hex: $0) }
        }
        password = try fields.optional("password", "must be a hash that `staff add` made") {
            $0.stringValue.flatMap { PasswordHash($0) }
        }
        secondFactor = try fields.optional("secondFactor", "must be a secret in base32") {
            $0.stringValue.flatMap { TOTPSecret(base32: $0) }
        }
        try fields.finish()
        guard tokenDigest != nil || password != nil else {
            throw .unexpected(path: path, reason: "has neither tokenDigest nor password")
        }
    }

    fileprivate var json: JSONValue {
        .object(present: [
            ("id", .string(member.id)), ("role", .string(member.role.rawValue)),
            ("rights", .array(member.rights.map(\.rawValue).sorted().map(JSONValue.string))),
            ("tokenDigest", tokenDigest.map { .string($0.hex) }),
            ("password", password.map { .string($0.description) }),
            ("secondFactor", secondFactor.map { .string($0.base32) }),
        ])
    }
}

/// Whether a text may name a member of staff.
package func isStaffID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
}

/// The staff file is at fault.
package struct StaffFileError: Error, Hashable, Sendable {
    /// Where and why.
    package var reason: String

    /// A fault.
    package init(reason: String) { self.reason = reason }
}
