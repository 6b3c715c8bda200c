internal import Cryptography
internal import Disclosures
internal import Octets
internal import Records

/// What entries are found by, in eight octets: the first of SHA-256(mark ‖ value). Two values that
/// share them cost a look at an entry, nothing else: each entry that is found is opened and asked.
struct IndexTerm: Hashable, Comparable, Sendable {
    let value: UInt64

    init(value: UInt64) { self.value = value }

    private init(_ mark: Character, _ octets: [UInt8]) {
        let digest = SHA256Digest(hashing: Array(String(mark).utf8) + octets).octets
        value = digest[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func patient(_ id: String) -> IndexTerm { IndexTerm("p", Array(id.utf8)) }
    static func card(_ card: CardReference) -> IndexTerm { IndexTerm("c", card.code.octets) }
    static func actor(_ id: String) -> IndexTerm { IndexTerm("a", Array(id.utf8)) }
    static func item(_ item: DisclosedItem) -> IndexTerm {
        IndexTerm("i", Array(item.rawValue.utf8))
    }
    static func kind(_ kind: EventKind) -> IndexTerm { IndexTerm("k", Array(kind.rawValue.utf8)) }
    static func checkIn(_ id: String) -> IndexTerm { IndexTerm("r", Array(id.utf8)) }
    /// What closed the intent at an index.
    static func closing(_ index: UInt64) -> IndexTerm {
        var octets: [UInt8] = []
        octets.append(bigEndian: index)
        return IndexTerm("o", octets)
    }
    /// The cards that entries tie to a patient's id.
    static func cards(of id: String) -> IndexTerm { IndexTerm("l", Array(id.utf8)) }

    static func < (left: IndexTerm, right: IndexTerm) -> Bool { left.value < right.value }
}

/// What the index keeps of an event; nothing of an event that nobody can open.
struct IndexedEvent: Sendable {
    var time: Int64
    var terms: [IndexTerm]
    /// A card that this event ties to a patient's id.
    var link: (term: IndexTerm, card: CardReference)?

    init(_ event: HistoryEvent) {
        time = event.time.milliseconds
        terms = [.kind(event.kind), .actor(event.actor.id)]
        if let id = event.patient?.id { terms.append(.patient(id)) }
        if let card = event.patient?.card { terms.append(.card(card)) }
        if let item = event.item { terms.append(.item(item)) }
        if let checkIn = event.checkIn { terms.append(.checkIn(checkIn)) }
        if let intent = event.intentIndex { terms.append(.closing(intent)) }
        if let id = event.patient?.id, let card = event.patient?.card {
            link = (.cards(of: id), card)
        }
    }
}

/// An entry on its way into the index.
struct IndexRow: Sendable {
    var index: UInt64
    /// The first index of its segment, and where in that its frame stands.
    var segment: UInt64
    var offset: UInt64
    var keyID: UInt32
    var leafHash: SHA256Digest
    var event: IndexedEvent?
}
