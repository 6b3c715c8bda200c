package import Authority
internal import Cryptography
internal import JSON
internal import Octets
package import Records

extension CardAuthorities {
    private static let names = [
        ("user-authentication", "Simulated user authentication"),
        ("digital-signature", "Simulated digital signature"),
    ]
    private static let registerName = "register.json"
    /// The most generations a folder holds.
    private static let mostGenerations = 100

    /// Begins a new generation of both authorities, with the same names and new keys; the old
    /// ones stay as `NAME.1.pem`, `NAME.2.pem`, … and still answer for what they issued.
    package static func beginGeneration(
        in folder: String, notBefore: Instant, notAfter: Instant, hasKeyID: Bool
    ) throws(CardFileError) {
        guard let current = try load(from: folder) else {
            throw .malformed(path: folder, reason: "no authority was ever made there")
        }
        let count = try generations(in: folder).count / names.count
        guard count < mostGenerations else {
            throw .malformed(path: folder, reason: "holds \(count) generations, which is enough")
        }
        for ((name, unit), old) in zip(names, [current.authentication, current.signature]) {
            try written { () throws(KeyFile.Failure) in
                try old.write(to: folder, named: "\(name).\(count)")
            }
            let next: CertificateAuthority
            do throws(CryptographyError) {
                next = try .make(
                    unit: unit, key: PrivateKey.generate(.rsa(bits: 2048)), notBefore: notBefore,
                    notAfter: notAfter, hasKeyID: hasKeyID)
            } catch {
                throw .file(.malformed(path: "\(folder)/\(name).pem", error))
            }
            try written { () throws(KeyFile.Failure) in try next.write(to: folder, named: name) }
        }
    }

    /// Every generation of both authorities, the newest of each first.
    package static func generations(
        in folder: String
    ) throws(CardFileError) -> [CertificateAuthority] {
        try authorities(names.map(\.0), in: folder).map(\.authority)
    }

    /// Every authority of a folder with its name there: both of cards with all their generations,
    /// and the one of connections, where there are any.
    package static func named(
        in folder: String
    ) throws(CardFileError) -> [(name: String, authority: CertificateAuthority)] {
        let files = try written { () throws(KeyFile.Failure) in
            try KeyFile.names(in: folder, endingIn: ".pem")
        }
        let wanted = (names.map(\.0) + ["connections"]).filter { files.contains($0 + ".pem") }
        return try authorities(wanted, in: folder)
    }

    private static func authorities(
        _ names: [String], in folder: String
    ) throws(CardFileError) -> [(name: String, authority: CertificateAuthority)] {
        var found: [(name: String, authority: CertificateAuthority)] = []
        for name in names {
            var stems = [name]
            let files = try written { () throws(KeyFile.Failure) in
                try KeyFile.names(in: folder, endingIn: ".pem")
            }
            stems += (1...mostGenerations).reversed().map { "\(name).\($0)" }
                .filter { files.contains($0 + ".pem") }
            for stem in stems {
                let authority = try written { () throws(KeyFile.Failure) in
                    try CertificateAuthority.load(from: folder, named: stem)
                }
                found.append((stem, authority))
            }
        }
        return found
    }

    /// The file in which the authorities of a folder keep what is not good any more.
    package static func registerPath(in folder: String) -> String { "\(folder)/\(registerName)" }

    /// What the authorities know of certificates that are not good; nothing where there is no
    /// such file.
    package static func register(in folder: String) throws(CardFileError) -> CertificateRegister {
        let names = try written { () throws(KeyFile.Failure) in
            try KeyFile.names(in: folder, endingIn: registerName)
        }
        guard names.contains(registerName) else { return CertificateRegister() }
        let path = registerPath(in: folder)
        let octets = try written { () throws(KeyFile.Failure) in try KeyFile.read(path) }
        do throws(JSONError) {
            return try CertificateRegister(JSONValue(parsing: octets))
        } catch {
            throw .malformed(path: path, reason: error.description)
        }
    }

    /// Keeps the register.
    package static func save(
        _ register: CertificateRegister, in folder: String
    ) throws(CardFileError) {
        try written { () throws(KeyFile.Failure) in
            try KeyFile.write(
                register.json.pretty, to: registerPath(in: folder), isPrivate: false)
        }
    }

    private static func written<Value>(
        _ body: () throws(KeyFile.Failure) -> Value
    ) throws(CardFileError) -> Value {
        do throws(KeyFile.Failure) { return try body() } catch { throw .file(error) }
    }
}

extension CertificateRegister {
    init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        _ = try fields.integer("version", in: 2...2)
        let standings = try fields.array("certificates") { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let id = try fields.require("certificate", idRule, certificateID)
            let since = try fields.require("since", instantRule, instant)
            let reason = try fields.optional("reason", "must be a reason of RFC 5280") {
                $0.integerValue.flatMap { Reason(rawValue: Int($0)) }
            }
            try fields.finish()
            return (
                id,
                reason.map { Standing.revoked(since: since, reason: $0) }
                    ?? Standing.suspended(since: since)
            )
        }
        let renewals = try fields.array("renewals") { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let renewal = Renewal(
                of: try fields.require("old", idRule, certificateID),
                digest: try fields.require("digest", "must be a SHA-256 digest", digest),
                since: try fields.require("since", instantRule, instant))
            let new = try fields.require("new", idRule, certificateID)
            try fields.finish()
            return (new, renewal)
        }
        try fields.finish()
        self.init(Dictionary(standings) { $1 }, renewals: Dictionary(renewals) { $1 })
    }

    /// The register as JSON: a suspension has no reason.
    var json: JSONValue {
        [
            "version": 2,
            "certificates": .array(
                standings.sorted { $0.key < $1.key }.map { id, standing in
                    var reason: JSONValue?
                    if case .revoked(_, let why) = standing { reason = JSONValue(why.rawValue) }
                    return .object(present: [
                        ("certificate", .string("\(id)")),
                        ("since", .string(standing.since.rfc3339)), ("reason", reason),
                    ])
                }),
            "renewals": .array(
                renewals.sorted { $0.key < $1.key }.map { new, renewal in
                    [
                        "old": .string("\(renewal.old)"), "new": .string("\(new)"),
                        "digest": .string(renewal.digest.hex),
                        "since": .string(renewal.since.rfc3339),
                    ]
                }),
        ]
    }
}

private let instantRule = "must be an instant: 2026-11-22T00:00:00Z"
private let idRule = "must be the id of the issuer's key and a serial number: 0a1b:2c3d"
private func instant(_ value: JSONValue) -> Instant? {
    value.stringValue.flatMap { Instant(rfc3339: $0) }
}
private func digest(_ value: JSONValue) -> SHA256Digest? {
    value.stringValue.flatMap { SHA256Digest(hex: $0) }
}
private func certificateID(_ value: JSONValue) -> CertificateID? {
    value.stringValue.flatMap { CertificateID($0) }
}
