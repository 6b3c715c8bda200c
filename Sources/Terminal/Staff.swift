internal import Cryptography
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

    /// A member of staff.
    package init(id: String, role: StaffRole, rights: Set<StaffRight> = []) {
        (self.id, self.role, self.rights) = (id, role, rights)
    }

    /// Who acts, as events name them.
    package var actor: EventActor { EventActor(id: id, role: role.actorRole) }
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

/// Who may do what: the digests of staff tokens, never the tokens.
package struct StaffRegister: Sendable {
    private let members: [SHA256Digest: StaffMember]

    /// A register from the members and the digests of their tokens.
    package init(_ members: [SHA256Digest: StaffMember]) { self.members = members }

    /// Reads the staff file: `{"staff": [{"id", "role", "rights", "tokenDigest"}]}`; rights may
    /// be left out.
    package init(parsing text: [UInt8]) throws(StaffFileError) {
        do throws(JSONError) {
            let limits = JSONLimits(octets: 1 << 20, depth: 6, allowsComments: true)
            var fields = try JSONFields(JSONValue(parsing: text, limits: limits))
            let entries = try fields.array("staff", maximum: 10_000) {
                (value, path) throws(JSONError) in
                var fields = try JSONFields(value, at: path)
                let member = StaffMember(
                    id: try fields.string("id", maximum: 64),
                    role: try fields.require("role", "must be a known role") {
                        $0.stringValue.flatMap(StaffRole.init(rawValue:))
                    },
                    rights: Set(
                        try fields.array("rights", maximum: 8) {
                            (value, path) throws(JSONError) in
                            guard let right = value.stringValue.flatMap(StaffRight.init) else {
                                throw .unexpected(path: path, reason: "must be a known right")
                            }
                            return right
                        }))
                let digest = try fields.require("tokenDigest", "must be a SHA-256 digest") {
                    $0.stringValue.flatMap { SHA256Digest(hex: $0) }
                }
                try fields.finish()
                return (digest, member)
            }
            try fields.finish()
            members = Dictionary(entries) { first, _ in first }
        } catch { throw StaffFileError(reason: error.description) }
    }

    /// Who holds a token. Only digests are compared, so the time taken tells nothing of a token.
    package func member(holding token: String) -> StaffMember? {
        members[SHA256Digest(hashing: Array(token.utf8))]
    }

    /// The text of a staff file.
    package static func encoded(_ members: [(StaffMember, SHA256Digest)]) -> [UInt8] {
        JSONValue.object([
            "staff": .array(
                members.map { member, digest in
                    [
                        "id": .string(member.id), "role": .string(member.role.rawValue),
                        "rights": .array(
                            member.rights.map(\.rawValue).sorted().map(JSONValue.string)),
                        "tokenDigest": .string(digest.hex),
                    ]
                })
        ]).pretty
    }
}

/// The staff file is at fault.
package struct StaffFileError: Error, Hashable, Sendable {
    /// Where and why.
    package var reason: String
}
