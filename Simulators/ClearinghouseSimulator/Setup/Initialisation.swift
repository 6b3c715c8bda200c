import Authority
import Cryptography
import JSON
import Octets
package import Records
import TransparencyLog
import VirtualCard

/// Makes a simulated world in a folder: authorities, trust, the keys of clearinghouse, terminal
/// and portal, people and their cards. What is there already stays as it is, so it may be
/// repeated; what is missing is made.
package struct Initialisation: Sendable {
    /// How long simulated certificates last, in seconds: five years.
    package static let lifetimeSeconds: Int64 = 5 * 365 * 86_400
    private let paths: StatePaths
    private let institution: String
    private let terminal: String
    private let now: Instant

    /// An initialisation of the folders of `paths`, which are there.
    package init(paths: StatePaths, institution: String, terminal: String, now: Instant) {
        (self.paths, self.institution) = (paths, institution)
        (self.terminal, self.now) = (terminal, now)
    }

    /// Makes what is missing and says what it made. People are copied from a folder, if one is
    /// named; cards are issued for those of them that `wantsCard` names, and for derived people.
    package func run(
        people source: String?, derived: [Person] = [], wantsCard: (String) -> Bool
    ) throws(SetupError) -> [String] {
        var made: [String] = []
        try setup {
            let cards = try cardAuthorities(&made)
            try houseKeys(&made)
            try connections(&made)
            try ensure("admin.token", in: paths.root, isPrivate: true, &made) {
                Array((RandomOctets.make(32).base64(.urlSafe) + "\n").utf8)
            }
            if let source { try copyPeople(from: source) }
            let wanted = try people(wantsCard, pictures: source.map { "\($0)/pictures" })
            try issueCards(cards, wanted + derived.map { ($0.id, $0.identity, .none) }, &made)
        }
        return made
    }

    /// Writes a file unless it is there.
    private func ensure(
        _ name: String, in folder: String, isPrivate: Bool = false, _ made: inout [String],
        _ octets: () throws -> [UInt8]
    ) throws {
        guard try !has(name, in: folder) else { return }
        try KeyFile.write(try octets(), to: "\(folder)/\(name)", isPrivate: isPrivate)
        made.append("\(folder)/\(name)")
    }

    private func has(_ name: String, in folder: String) throws -> Bool {
        try KeyFile.names(in: folder, endingIn: name).contains(name)
    }

    private func cardAuthorities(_ made: inout [String]) throws -> CardAuthorities {
        let authorities =
            try CardAuthorities.load(from: paths.authority)
            ?? CardAuthorities.make(
                in: paths.authority, notBefore: now.adding(seconds: -2 * Self.lifetimeSeconds),
                notAfter: now.adding(seconds: 2 * Self.lifetimeSeconds))
        try ensure("simulated-user-authentication.pem", in: paths.trust, &made) {
            authorities.authentication.certificate.pem
        }
        return authorities
    }

    private func houseKeys(_ made: inout [String]) throws {
        try ensure("answer.key", in: paths.house, isPrivate: true, &made) {
            try PrivateKey.generate(.ed25519).pem
        }
        let answer = try KeyFile.privateKey("\(paths.house)/answer.key").publicKey.pem
        try ensure("answer.pem", in: paths.house, &made) { answer }
        try ensure("answer.pub", in: paths.terminal, &made) { answer }
        for name in ["grants.key", "patients.key"] {
            try ensure(name, in: paths.house, isPrivate: true, &made) {
                Array((RandomOctets.make(32).hex + "\n").utf8)
            }
        }
        try ensure("statement.key", in: paths.terminal, isPrivate: true, &made) {
            try PrivateKey.generate(.p256).pem
        }
        try witness(&made)
    }

    /// The witness's key, and that it watches nobody yet. With the key there the list of logs is
    /// not made again: a witness that lost its state must not begin anew under its old name.
    private func witness(_ made: inout [String]) throws {
        if try !has("witness.key", in: paths.house) {
            try ensure("logs", in: paths.witness, isPrivate: true, &made) { [] }
        }
        try ensure("witness.key", in: paths.house, isPrivate: true, &made) {
            try PrivateKey.generate(.ed25519).pem
        }
        let key = try Cosigner(
            name: Witness.name, privateKey: try KeyFile.privateKey("\(paths.house)/witness.key")
        ).key
        try ensure("witness.vkey", in: paths.terminal, &made) { Array("\(key.vkey)\n".utf8) }
    }
}

// MARK: Connections

extension Initialisation {
    /// The names that the server's certificate carries.
    package static let serverNames = ["clearinghouse.localhost", "localhost", "127.0.0.1"]

    /// The names of the portal's own listener.
    package static let portalNames = ["portal.localhost", "localhost", "127.0.0.1"]

    /// The authority of connections, and the three identities it vouches for. It is not among the
    /// anchors of cards: a card cannot pass for a terminal, nor a terminal for a card.
    private func connections(_ made: inout [String]) throws {
        try ensure("connections.key", in: paths.authority, isPrivate: true, &made) {
            try PrivateKey.generate(.p256).pem
        }
        let key = try KeyFile.privateKey("\(paths.authority)/connections.key")
        try ensure("connections.pem", in: paths.authority, &made) {
            try CertificateAuthority.make(
                unit: "Simulated connections", key: key, notBefore: now.adding(seconds: -86_400),
                notAfter: now.adding(seconds: 2 * Self.lifetimeSeconds)
            ).certificate.pem
        }
        let certificate = try KeyFile.certificate("\(paths.authority)/connections.pem")
        let authority = CertificateAuthority(certificate: certificate, key: key)
        try ensure("server-ca.pem", in: paths.terminal, &made) { certificate.pem }
        _ = try identity(
            "tls", in: paths.house, authority, "clearinghouse",
            .tlsServer(names: Self.serverNames), &made)
        _ = try identity(
            "portal-tls", in: paths.house, authority, "portal",
            .tlsServer(names: Self.portalNames), &made)
        let desk = try identity("tls", in: paths.terminal, authority, terminal, .tlsClient, &made)
        let portal = try identity(
            "portal", in: paths.terminal, authority, "portal", .tlsClient, &made)
        let tax = try identity("tax", in: paths.terminal, authority, "tax", .tlsClient, &made)
        try register(desk, portal, tax)
        try paymentAgency(authority, &made)
    }

    /// The simulated payment agency (審査支払機関), which signs expense notices: RSA, so that a
    /// signature has one form. The terminal gets its certificate, and believes no other.
    private func paymentAgency(
        _ authority: CertificateAuthority, _ made: inout [String]
    ) throws {
        try ensure("payment-agency.key", in: paths.house, isPrivate: true, &made) {
            try PrivateKey.generate(.rsa(bits: 2048)).pem
        }
        let certificate = try identity(
            "payment-agency", in: paths.house, authority, "Simulated payment agency",
            .answerSigning, &made)
        try ensure("payment-agency.pem", in: paths.terminal, &made) { certificate.pem }
    }

    private func identity(
        _ name: String, in folder: String, _ authority: CertificateAuthority,
        _ commonName: String, _ profile: CertificateProfile, _ made: inout [String]
    ) throws -> Certificate {
        try ensure("\(name).key", in: folder, isPrivate: true, &made) {
            try PrivateKey.generate(.p256).pem
        }
        let key = try KeyFile.privateKey("\(folder)/\(name).key")
        try ensure("\(name).pem", in: folder, &made) {
            try authority.issue(
                CertificateRequest(
                    commonName: commonName, publicKey: key.publicKey,
                    notBefore: now.adding(seconds: -86_400),
                    notAfter: now.adding(seconds: Self.lifetimeSeconds), profile: profile)
            ).pem
        }
        return try KeyFile.certificate("\(folder)/\(name).pem")
    }

    /// Makes another terminal of any institution, in a world that is there: `terminal/NAME.pem` and
    /// `.key` for connections, `NAME-statement.key` for what it says without a PIN. Says what it
    /// made; a terminal that is there already stays as it is.
    package func addTerminal(named name: String) throws(SetupError) -> [String] {
        var made: [String] = []
        try setup {
            let authority = CertificateAuthority(
                certificate: try KeyFile.certificate("\(paths.authority)/connections.pem"),
                key: try KeyFile.privateKey("\(paths.authority)/connections.key"))
            let other = try identity(
                name, in: paths.terminal, authority, terminal, .tlsClient, &made)
            try ensure("\(name)-statement.key", in: paths.terminal, isPrivate: true, &made) {
                try PrivateKey.generate(.p256).pem
            }
            let key = try KeyFile.privateKey("\(paths.terminal)/\(name)-statement.key").publicKey
            var clients = try StateReading(paths: paths).clients()
            guard clients.identity(of: other.digest) == nil else { return }
            clients.register(
                other.digest,
                as: .institution(code: institution, terminal: terminal, statementKey: key))
            try KeyFile.write(clients.json.pretty, to: paths.clients, isPrivate: false)
        }
        return made
    }

    private func register(
        _ desk: Certificate, _ portal: Certificate, _ tax: Certificate
    ) throws {
        var clients = try StateReading(paths: paths).clients()
        let key = try KeyFile.privateKey("\(paths.terminal)/statement.key").publicKey
        let wanted = ClientRegister.Identity.institution(
            code: institution, terminal: terminal, statementKey: key)
        if clients.identity(of: desk.digest) == nil { clients.register(desk.digest, as: wanted) }
        clients.register(portal.digest, as: .portal)
        clients.register(tax.digest, as: .tax)
        try KeyFile.write(clients.json.pretty, to: paths.clients, isPrivate: false)
    }
}

// MARK: People and cards

extension Initialisation {
    private func copyPeople(from source: String) throws {
        for name in try KeyFile.names(in: source, endingIn: ".json") {
            let octets = try KeyFile.read(
                "\(source)/\(name)", limit: PersonFile.maximumOctets)
            try KeyFile.write(octets, to: "\(paths.people)/\(name)", isPrivate: false)
        }
    }

    /// Whose cards there shall be: who they are, and what is printed.
    private typealias Wanted = (id: String, identity: PersonIdentity, pictures: CardPictures)

    /// The people of files who have a card or want one.
    private func people(
        _ wantsCard: (String) -> Bool, pictures folder: String?
    ) throws -> [Wanted] {
        try StateReading(paths: paths).people().compactMap { file in
            guard try wantsCard(file.id) || has("\(file.id).json", in: paths.cards) else {
                return nil
            }
            return (
                file.id, try file.person(on: now.dateInJapan).identity,
                try folder.map { try CardPictures.load(of: file.id, from: $0) } ?? .none
            )
        }
    }

    /// Issues cards to those who have none, and binds each card of the folder to its person.
    private func issueCards(
        _ authorities: CardAuthorities, _ wanted: [Wanted], _ made: inout [String]
    ) throws {
        var enrolments = try StateReading(paths: paths).enrolments()
        for person in wanted {
            let file = try CardFile(path: "\(paths.cards)/\(person.id).json")
            let image: CardImage
            if try has("\(person.id).json", in: paths.cards) {
                image = try file.loadImage()
            } else {
                image = try CardImage.issue(
                    order(for: person), authentication: authorities.authentication,
                    signature: authorities.signature, printer: authorities.printer)
                try file.save(image)
                made.append(file.path)
            }
            guard let credential = image.authentication else { continue }
            let certificate = try Certificate(der: credential.certificate)
            if enrolments.person(of: CertificateID(of: certificate)) == nil {
                enrolments.bind(certificate, to: person.id)
            }
        }
        try KeyFile.write(enrolments.json.pretty, to: paths.enrolments, isPrivate: false)
    }

    private func order(for person: Wanted) -> CardImage.Order {
        var order = CardImage.Order(
            person: person.id, notBefore: now.adding(seconds: -86_400),
            notAfter: now.adding(seconds: Self.lifetimeSeconds))
        order.holder = CardHolder(
            person.identity, issuedOn: now.dateInJapan, pictures: person.pictures)
        return order
    }
}
