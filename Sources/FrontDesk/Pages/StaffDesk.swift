internal import Cryptography
internal import Disclosures
internal import JSON
internal import Octets
internal import Synchronization
package import Terminal

/// The staff file as the desk changes it, and what of its changes the access history knows. Whoever
/// changes the file by other means (`madoguchi staff`) is found out at the next sign-in: each
/// change is in the history before anybody signs in by it.
package actor StaffDesk {
    /// The files behind it.
    package struct Files: Sendable {
        /// Reads the staff file.
        package var read: @Sendable () -> Result<StaffRegister, StaffFileError>
        /// Writes it; whether it is written.
        package var write: @Sendable (StaffRegister) -> Bool
        /// Reads which entries the history knows; nothing where that was never written.
        package var readNoted: @Sendable () -> [UInt8]?
        /// Writes it; whether it is written.
        package var writeNoted: @Sendable ([UInt8]) -> Bool

        /// Files.
        package init(
            read: @escaping @Sendable () -> Result<StaffRegister, StaffFileError>,
            write: @escaping @Sendable (StaffRegister) -> Bool,
            readNoted: @escaping @Sendable () -> [UInt8]?,
            writeNoted: @escaping @Sendable ([UInt8]) -> Bool
        ) {
            (self.read, self.write) = (read, write)
            (self.readNoted, self.writeNoted) = (readNoted, writeNoted)
        }
    }

    private let files: Files
    private let scribe: HistoryScribe
    private var noted: [String: String]?

    /// A desk before the files.
    package init(_ files: Files, scribe: HistoryScribe) {
        (self.files, self.scribe) = (files, scribe)
    }

    /// The staff as they stand.
    func register() throws(StaffFileError) -> StaffRegister { try files.read().get() }

    /// Changes the file for somebody: recorded first. False where the history or the file cannot be
    /// written.
    func change(
        by member: StaffMember, reason: String, note: String,
        _ change: @Sendable (StaffRegister) -> StaffRegister
    ) async throws(StaffFileError) -> Bool {
        guard await noteChanges() else { return false }
        guard await write(by: member.actor, reason: reason, note: note) else { return false }
        // Read and written without a pause between: nobody else of this process changes it.
        let changed = change(try files.read().get())
        guard files.write(changed) else { return false }
        remember(changed)
        return true
    }

    /// Writes into the history what was changed since; false where that cannot be.
    func noteChanges() async -> Bool {
        guard case .success(let register) = files.read() else { return true }
        let known = noted ?? files.readNoted().flatMap(Self.parse) ?? [:]
        let now = Self.digests(of: register)
        noted = known
        guard now != known else { return true }
        for id in Set(now.keys).union(known.keys).sorted() where now[id] != known[id] {
            let reason =
                known[id] == nil ? "staffAdded" : now[id] == nil ? "staffRemoved" : "staffChanged"
            let entry = register.entry(of: id)
            // So that one which was taken away is told by the entry too.
            let role =
                (entry?.member.described ?? id)
                + (entry?.secondFactor == nil ? "" : " secondFactor")
            guard
                await write(
                    by: EventActor(id: "staff-file", role: .administrator), reason: reason,
                    note: role)
            else { return false }
        }
        remember(register)
        return true
    }

    private func write(by actor: EventActor, reason: String, note: String) async -> Bool {
        var event = scribe.scene(actor: actor).event(.administratorAct, at: scribe.now)
        (event.purpose, event.reason, event.note) = (.administration, reason, note)
        return await scribe.write(event) != nil
    }

    private func remember(_ register: StaffRegister) {
        let digests = Self.digests(of: register)
        noted = digests
        // Where it cannot be kept, the next start notes the same once more.
        _ = files.writeNoted(
            JSONValue.object(digests.mapValues(JSONValue.string)).canonical)
    }

    private static func digests(of register: StaffRegister) -> [String: String] {
        Dictionary(register.entries.map { ($0.member.id, $0.digest.hex) }) { first, _ in first }
    }

    private static func parse(_ text: [UInt8]) -> [String: String]? {
        (try? JSONValue(parsing: text))?.objectValue?.compactMapValues(\.stringValue)
    }
}

extension StaffMember {
    /// Who, as entries say it: `hanako reception visualCheck`.
    var described: String {
        ([id, role.rawValue] + rights.map(\.rawValue).sorted()).joined(separator: " ")
    }
}
