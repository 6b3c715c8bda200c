package import Cryptography
package import JSON
package import Octets

/// Who may connect: the certificates that were registered, and what each may do. A certificate
/// that the connections' authority issued but nobody registered may do nothing.
package struct ClientRegister: Sendable {
    /// What a registered certificate may do.
    package enum Identity: Hashable, Sendable {
        /// Ask for an institution's patients, from one terminal; what it says without a PIN is
        /// signed with its statement key.
        case institution(code: String, terminal: String, statementKey: PublicKey? = nil)
        /// Serve patients their own data.
        case portal
        /// Fetch expense notices for tax returns, by links that patients open.
        case tax

        /// Whom the identity speaks for.
        package var speaker: Speaker {
            switch self {
            case .institution: .institution
            case .portal: .portal
            case .tax: .tax
            }
        }
    }

    private var identities: [SHA256Digest: Identity]

    /// A register.
    package init(_ identities: [SHA256Digest: Identity] = [:]) { self.identities = identities }

    /// What the certificate with this digest may do.
    package func identity(of certificate: SHA256Digest) -> Identity? { identities[certificate] }

    /// Registers a certificate.
    package mutating func register(_ certificate: SHA256Digest, as identity: Identity) {
        identities[certificate] = identity
    }

    /// The register as its file holds it.
    package var json: JSONValue {
        .array(
            identities.sorted { $0.key.hex < $1.key.hex }.map { digest, identity in
                switch identity {
                case .institution(let code, let terminal, let key):
                    .object(present: [
                        ("certificate", .string(digest.hex)), ("kind", "institution"),
                        ("institution", .string(code)), ("terminal", .string(terminal)),
                        ("statementKey", key.map { .string($0.spki.base64()) }),
                    ])
                case .portal: ["certificate": .string(digest.hex), "kind": "portal"]
                case .tax: ["certificate": .string(digest.hex), "kind": "tax"]
                }
            })
    }

    /// Reads the file.
    package init(_ value: JSONValue) throws(JSONError) {
        identities = [:]
        var whole = try JSONFields(["clients": value])
        let clients = try whole.array("clients") { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let digest = try fields.require("certificate", "must be a SHA-256 digest") {
                $0.stringValue.flatMap { SHA256Digest(hex: $0) }
            }
            let identity: Identity
            switch try fields.string("kind") {
            case "institution":
                identity = .institution(
                    code: try fields.string("institution", maximum: 10),
                    terminal: try fields.string("terminal", maximum: 32),
                    statementKey: try fields.optional("statementKey", "must be a public key") {
                        $0.stringValue.flatMap { [UInt8](base64: $0) }
                            .flatMap { try? PublicKey(spki: $0) }
                    })
            case "portal": identity = .portal
            case "tax": identity = .tax
            default: throw .unexpected(path: "\(path).kind", reason: "is not a known kind")
            }
            try fields.finish()
            return (digest, identity)
        }
        for (digest, identity) in clients { identities[digest] = identity }
    }
}
