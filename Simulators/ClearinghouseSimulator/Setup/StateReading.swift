import Cryptography
import Executors
import JSON
import Octets
package import Records
import TransparencyLog

/// Reads a simulated world from its folder.
package struct StateReading: Sendable {
    /// The most of an old journal that is read, in octets.
    package static let maximumJournalOctets = 256 << 20
    private let paths: StatePaths

    /// A reading.
    package init(paths: StatePaths) { self.paths = paths }

    /// The people of the files in `people/`, each checked whole.
    package func people() throws(SetupError) -> [PersonFile] {
        var people: [String: PersonFile] = [:]
        for name in try setup({ try KeyFile.names(in: paths.people, endingIn: ".json") }) {
            let path = "\(paths.people)/\(name)"
            let octets = try setup { try KeyFile.read(path, limit: PersonFile.maximumOctets) }
            let file: PersonFile
            do throws(JSONError) { file = try PersonFile(parsing: octets) } catch {
                throw .malformed(path: path, error)
            }
            guard people.updateValue(file, forKey: file.id) == nil else {
                throw .other("\(path): there is a person \"\(file.id)\" in another file")
            }
        }
        return people.values.sorted { $0.id < $1.id }
    }

    /// Who may connect; nobody where there is no file.
    package func clients() throws(SetupError) -> ClientRegister {
        guard let value = try value(paths.clients) else { return ClientRegister() }
        do throws(JSONError) { return try ClientRegister(value) } catch {
            throw .malformed(path: paths.clients, error)
        }
    }

    /// Which card belongs to whom; none where there is no file.
    package func enrolments() throws(SetupError) -> Enrolments {
        guard let value = try value(paths.enrolments) else { return Enrolments() }
        do throws(JSONError) { return try Enrolments(value) } catch {
            throw .malformed(path: paths.enrolments, error)
        }
    }

    /// The keys of the clearinghouse.
    package func keys() throws(SetupError) -> HouseKeys {
        HouseKeys(
            answer: try setup { try KeyFile.privateKey("\(paths.house)/answer.key") },
            grants: try secret("grants.key"), patients: try secret("patients.key"))
    }

    /// The simulated payment agency's key; nothing in worlds made before there was one.
    package func agency() throws(SetupError) -> PaymentAgency? {
        guard try has("\(paths.house)/payment-agency.pem") else { return nil }
        return PaymentAgency(
            certificate: try setup { try KeyFile.certificate("\(paths.house)/payment-agency.pem") },
            key: try setup { try KeyFile.privateKey("\(paths.house)/payment-agency.key") })
    }

    /// The witness, which works from now on; worlds made before there was one have none.
    package func witness() throws(SetupError) -> Witness {
        let cosigner = try setup {
            try Cosigner(
                name: Witness.name,
                privateKey: try KeyFile.privateKey("\(paths.house)/witness.key"))
        }
        return try Witness(cosigner: cosigner, folder: paths.witness)
    }

    /// The token of the administration port.
    package func adminToken() throws(SetupError) -> String {
        let octets = try setup { try KeyFile.read(paths.adminToken, isPrivate: true) }
        return String(decoding: octets.filter { $0 > 0x20 }, as: UTF8.self)
    }

    /// The filed entries of the journal. A last line that was cut off by a kill is no entry.
    package func journal() throws(SetupError) -> [JournalEntry] {
        guard try has(paths.journal) else { return [] }
        let octets = try setup {
            try KeyFile.read(paths.journal, isPrivate: true, limit: Self.maximumJournalOctets)
        }
        return octets.split(separator: 0x0A).compactMap { line in
            (try? JSONValue(parsing: Array(line))).flatMap { try? JournalEntry($0) }
        }
    }

    private func secret(_ name: String) throws(SetupError) -> [UInt8] {
        let path = "\(paths.house)/\(name)"
        let text = try setup { try KeyFile.read(path, isPrivate: true) }.filter { $0 > 0x20 }
        guard let octets = [UInt8](hex: String(decoding: text, as: UTF8.self)), octets.count == 32
        else { throw .other("\(path): must hold 64 hexadecimal digits") }
        return octets
    }

    private func value(_ path: String) throws(SetupError) -> JSONValue? {
        guard try has(path) else { return nil }
        let octets = try setup { try KeyFile.read(path, limit: 64 << 20) }
        do throws(JSONError) {
            return try JSONValue(parsing: octets, limits: JSONLimits(octets: 64 << 20))
        } catch { throw .malformed(path: path, error) }
    }

    private func has(_ path: String) throws(SetupError) -> Bool {
        let name = String(path.split(separator: "/").last ?? "")
        return try setup {
            try KeyFile.names(in: paths.house, endingIn: name).contains(name)
        }
    }
}

/// The file of who owns which card, written on a thread of its own.
package actor EnrolmentFile: EnrolmentKeeper {
    private let path: String
    private let executor = BlockingExecutor(label: "enrolments")
    private var kept = 0

    /// A file.
    package init(path: String) { self.path = path }

    nonisolated package var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    package func keep(_ enrolments: Enrolments, revision: Int) {
        guard revision > kept else { return }
        kept = revision
        // A card that is not kept is bound until the end of the process; nothing else is lost.
        try? KeyFile.write(enrolments.json.pretty, to: path, isPrivate: false)
    }
}
