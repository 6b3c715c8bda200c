package import Disclosures
package import Octets
package import Records

/// Where a store lies and whose it is.
package struct HistorySettings: Sendable {
    /// The folder; it is made when it is absent.
    package var folder: String
    /// The terminal: it names the log's origin and the store's own events.
    package var place: TerminalPlace
    /// What the origin names in the place of the terminal, where anything.
    package var logName: String?
    /// The program and its version, as the store's own events name it.
    package var software: String
    /// The time and how far it is to be trusted.
    package var clock: @Sendable () -> (Instant, TimeQuality)
    /// How long the machine has run, sleep included: a clock that nobody sets. Where there is one, a
    /// step of `clock` is an entry.
    package var steadyClock: (@Sendable () -> Duration)?
    /// By how many octets a segment grows; a group of entries is never larger.
    package var growthOctetCount = 4 << 20
    /// How many new entries the index keeps in memory before it writes them down.
    package var indexTailCount = 4096
    /// Whether an administrator says, for this opening, that a lost `head` or checkpoint may be
    /// made anew from the segments; the opening's entry tells of it.
    package var acceptsLostMarks = false
    /// What a new history goes on from, and who said so: its first entry.
    var beginning: (Predecessor, EventActor)?
    /// Told when the disk has come to another level: looked at when the store is opened, each time a
    /// segment grows, and when there was no room.
    package var roomChanged: (@Sendable (DiskRoom) -> Void)?
    /// What wraps the store's keys; without it they lie in clear, and a store whose keys are
    /// wrapped is not opened.
    package var wrappingKey: WrappingKey?

    /// The log's origin.
    package var origin: String { place.logOrigin(named: logName) }

    /// Settings.
    package init(
        folder: String, place: TerminalPlace, software: String,
        clock: @escaping @Sendable () -> (Instant, TimeQuality)
    ) {
        (self.folder, self.place) = (folder, place)
        (self.software, self.clock) = (software, clock)
    }
}

/// Proof that an event is durable: only then may its data be shown.
package struct HistoryReceipt: Hashable, Sendable {
    /// The entry's index.
    package var index: UInt64
    /// The entry's leaf hash (RFC 6962).
    package var leafHash: SHA256Digest
    /// The tree's size once the entry's group was durable.
    package var treeSize: UInt64
}

/// An entry that was opened.
package struct HistoryEntry: Hashable, Sendable {
    /// Its index.
    package var index: UInt64
    /// What it says.
    package var event: HistoryEvent
}

/// Which entries are asked for; what is absent does not narrow.
package struct HistoryQuery: Hashable, Sendable {
    /// The patient, by id or card; an id also finds the entries that know only a card which
    /// another entry ties to that id.
    package var patient: PatientReference?
    /// The earliest time.
    package var from: Instant?
    /// The first instant after the latest time.
    package var until: Instant?
    /// The item.
    package var item: DisclosedItem?
    /// The actor's id.
    package var actor: String?
    /// The check-in it belongs to.
    package var checkIn: String?
    /// The kinds of event.
    package var kinds: Set<EventKind>?
    /// How many of the latest are given back.
    package var limit = 10_000
    /// A limit that limits nothing.
    static let unlimited = 1 << 40

    /// A query that asks for everything.
    package init(patient: PatientReference? = nil) { self.patient = patient }
}
