package import Disclosures
package import Octets
internal import Records

/// One entry of the access history as an export gets it: its place in the tree, and what it says
/// where its key is still there.
package struct ExportedEntry: Hashable, Sendable {
    /// The log's origin.
    package var origin: String
    /// The entry's index.
    package var index: UInt64
    /// The leaf that entered the tree, 69 octets.
    package var leaf: [UInt8]
    /// The leaf's hash (RFC 6962).
    package var leafHash: SHA256Digest
    /// What was sealed; nothing where the key is gone.
    package var opened: Opened?

    /// What an entry sealed, and the salt that its commitment was made with.
    package struct Opened: Hashable, Sendable {
        /// The salt.
        package var salt: [UInt8]
        /// The event's canonical octets.
        package var octets: [UInt8]
        /// The event.
        package var event: HistoryEvent

        /// An opened entry.
        package init(salt: [UInt8], octets: [UInt8], event: HistoryEvent) {
            (self.salt, self.octets, self.event) = (salt, octets, event)
        }
    }

    /// An entry.
    package init(
        origin: String, index: UInt64, leaf: [UInt8], leafHash: SHA256Digest, opened: Opened?
    ) {
        (self.origin, self.index) = (origin, index)
        (self.leaf, self.leafHash, self.opened) = (leaf, leafHash, opened)
    }
}

extension ExportedEntry: PersonalData {
    /// Where it stands, and nothing of what it says.
    package var description: String { "ExportedEntry(\(index))" }
}

/// A form that entries are exported in: octets before the first, for each, and behind the last.
package protocol EntryExport: Sendable {
    /// What comes before the first entry.
    var beginning: [UInt8] { get }
    /// An entry.
    func octets(of entry: ExportedEntry) -> [UInt8]
    /// What comes behind the last.
    var end: [UInt8] { get }
}

extension EntryExport {
    /// Nothing.
    package var beginning: [UInt8] { [] }
    /// Nothing.
    package var end: [UInt8] { [] }
}
