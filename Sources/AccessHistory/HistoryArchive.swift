internal import Disclosures
internal import Octets
internal import Records
internal import TransparencyLog

/// A store as it stood at one moment, for reading: a running store hands one out, and a folder
/// that nobody has open can be read as one.
package struct HistoryArchive: Sendable {
    let disk: any HistoryDisk
    let ring: KeyRing?
    /// Keys from elsewhere, where there are none of the store's own.
    var escrow: EscrowedKeys?
    let segments: [SegmentPlace]
    /// How many entries it has.
    package let size: UInt64
    /// What finds entries without reading all of them, where there is one.
    let index: HistoryIndex?

    init(
        disk: any HistoryDisk, ring: KeyRing?, segments: [SegmentPlace], size: UInt64,
        index: HistoryIndex? = nil
    ) {
        (self.disk, self.ring) = (disk, ring)
        (self.segments, self.size, self.index) = (segments, size, index)
    }

    /// Reads a folder without locking or changing it, up to the last group that is whole.
    package init(folder: String, wrapping: WrappingKey? = nil) throws(HistoryError) {
        let disk = try PosixDisk(path: folder, makesFolder: false)
        try self.init(
            disk: disk, ring: try KeyRing.load(origin: nil, wrapping: wrapping, from: disk))
    }

    init(disk: any HistoryDisk, ring: KeyRing?) throws(HistoryError) {
        var places: [SegmentPlace] = []
        var size: UInt64 = 0
        let names = try disk.names().filter { $0.hasSuffix(SegmentHeader.suffix) }
        for name in names {
            let file = try disk.open(name, writable: false)
            let isLast = name == names.last
            var scan = try SegmentScan(
                file, name: name, key: ring?.macKey, limit: isLast ? nil : 0, trustedEnd: .max)
            if isLast { try scan.finish { _ in } }
            places.append(
                SegmentPlace(
                    name: name, firstIndex: scan.header.firstIndex,
                    end: isLast ? scan.end : try file.size()))
            size = scan.frontier.size
        }
        guard !places.isEmpty else { throw .absent(path: "segments") }
        self.init(disk: disk, ring: ring, segments: places, size: size)
    }

    /// One entry, opened.
    package func entry(at index: UInt64) throws(HistoryError) -> HistoryEntry {
        let raw = try sealedEntry(at: index)
        return HistoryEntry(index: index, event: try open(raw.body, raw.leaf))
    }

    /// One entry as it lies in its segment.
    func sealedEntry(at index: UInt64) throws(HistoryError) -> (leaf: Leaf, body: [UInt8]) {
        guard index < size else { throw .noEntry(index: index) }
        let found = try byIndex { (known) throws(IndexFailure) in
            try known.entry(at: index, in: self)
        }
        if let found { return (found.frame.leaf, found.body) }
        var scanned: (Leaf, [UInt8])?
        try forEach(from: index) { entry in
            scanned = (entry.frame.leaf, entry.body)
            return false
        }
        guard let scanned else { throw .noEntry(index: index) }
        return scanned
    }

    /// Asks the index, if there is one that can be believed; nothing where there is none, and the
    /// segments have to be read.
    func byIndex<Value>(
        _ ask: (HistoryIndex) throws(IndexFailure) -> Value
    ) throws(HistoryError) -> Value? {
        guard let index else { return nil }
        do throws(IndexFailure) { return try ask(index) } catch {
            guard case .disk(let failure) = error, failure.isDamage else { return nil }
            throw failure
        }
    }

    /// An intent with what closed it, as far as something has.
    package func intent(
        at index: UInt64
    ) throws(HistoryError) -> (intent: HistoryEntry, closing: HistoryEntry?) {
        let intent = try entry(at: index)
        guard intent.event.opensIntent else { return (intent, nil) }
        let found = try byIndex { (known) throws(IndexFailure) in
            try known.closing(of: index, in: self)
        }
        if let found { return (intent, found) }
        var closing: HistoryEntry?
        try forEach(from: index + 1) { (raw) throws(HistoryError) in
            do throws(HistoryError) {
                let event = try open(raw)
                guard event.intentIndex == index else { return true }
                closing = HistoryEntry(index: raw.frame.index, event: event)
                return false
            } catch .keyGone {
                return true
            } catch .erased {
                return true
            }
        }
        return (intent, closing)
    }

    /// The latest entries that match, oldest first. Entries whose key is gone are passed over.
    package func events(matching query: HistoryQuery) throws(HistoryError) -> [HistoryEntry] {
        let latest = try byIndex { (known) throws(IndexFailure) in
            var found: [HistoryEntry] = []
            try known.search(query, in: self) { entry in
                found.append(entry)
                return found.count < query.limit
            }
            return found
        }
        if let latest { return latest.prefix(query.limit).reversed() }
        let cards = try cards(of: query.patient)
        var found: [HistoryEntry] = []
        let months = query.from.map { YearMonth(of: $0.dateInJapan) }
        try forEachEvent(from: 0, ofMonth: months) { entry in
            guard query.matches(entry.event, cards: cards) else { return }
            found.append(entry)
            if found.count >= 2 * max(query.limit, 1) {
                found.removeFirst(found.count - query.limit)
            }
        }
        return Array(found.suffix(query.limit))
    }

    /// The intents from `floor` on that nothing has closed.
    func openIntents(from floor: UInt64) throws(HistoryError) -> Set<UInt64> {
        var open: Set<UInt64> = []
        try forEach(from: floor) { (raw) throws(HistoryError) in
            do throws(HistoryError) {
                let event = try self.open(raw)
                if event.opensIntent { open.insert(raw.frame.index) }
                if let closed = event.intentIndex { open.remove(closed) }
            } catch .keyGone {
            } catch .erased {
            } catch .cryptography {
                // Half erased, or damaged: a verification says which, and where.
            }
            return true
        }
        return open
    }

    /// The cards that any entry ties to the patient's id.
    func cards(of patient: PatientReference?) throws(HistoryError) -> Set<CardReference> {
        guard let patient else { return [] }
        var cards = Set([patient.card].compactMap(\.self))
        guard let id = patient.id else { return cards }
        try forEachEvent(from: 0) { entry in
            if let other = entry.event.patient, let otherID = other.id, let card = other.card,
                otherID.utf8.elementsEqual(id.utf8)
            {
                cards.insert(card)
            }
        }
        return cards
    }

    /// Every entry from an index on that can be opened. Those of months before `first`, which their
    /// keys tell, stay sealed.
    func forEachEvent(
        from index: UInt64, ofMonth first: YearMonth? = nil, _ body: (HistoryEntry) -> Void
    ) throws(HistoryError) {
        try forEach(from: index) { (raw) throws(HistoryError) in
            if let first, let month = monthKey(raw.frame.leaf.keyID)?.month, month < first {
                return true
            }
            do throws(HistoryError) {
                body(HistoryEntry(index: raw.frame.index, event: try open(raw)))
            } catch .keyGone {
            } catch .erased {
            }
            return true
        }
    }

    /// Every entry from an index on, still sealed, until `body` has enough.
    func forEach(
        from index: UInt64, _ body: (ScannedGroup.Entry) throws(HistoryError) -> Bool
    ) throws(HistoryError) {
        let first = segments.lastIndex { $0.firstIndex <= index } ?? 0
        for (number, place) in segments.enumerated().dropFirst(first) {
            let file = try disk.open(place.name, writable: false)
            var scan = try SegmentScan(
                file, name: place.name, key: ring?.macKey, limit: place.end, trustedEnd: .max)
            while let group = try scan.next() {
                for entry in group.entries where entry.frame.index >= index {
                    guard try body(entry) else { return }
                }
            }
            let isLast = number + 1 == segments.count
            let end = isLast ? size : segments[number + 1].firstIndex
            guard scan.stop == .limit, scan.frontier.size == end else {
                throw .damaged(
                    file: place.name, offset: scan.stopOffset,
                    reason: "an entry that was whole before no longer is")
            }
        }
    }

    /// Opens a sealed entry.
    func open(_ entry: ScannedGroup.Entry) throws(HistoryError) -> HistoryEvent {
        try open(entry.body, entry.frame.leaf)
    }

    /// Opens a sealed body.
    func open(_ body: [UInt8], _ leaf: Leaf) throws(HistoryError) -> HistoryEvent {
        guard let origin = ring?.origin ?? escrow?.origin else {
            throw .foreign(file: KeyRing.fileName, reason: "it is missing")
        }
        guard let key = monthKey(leaf.keyID) else { throw .keyGone(id: leaf.keyID) }
        guard !ErasedBody.isOne(body) else { throw .erased }
        return try Sealing(origin: origin).open(body, leaf: leaf, under: key)
    }

    /// A month's key, of the store or from escrow.
    func monthKey(_ id: UInt32) -> MonthKey? {
        ring?.key(id: id) ?? escrow?.months.first { $0.id == id }
    }
}

extension HistoryQuery {
    /// Whether an event is asked for; `cards` are the patient's.
    func matches(_ event: HistoryEvent, cards: Set<CardReference>) -> Bool {
        if let patient {
            let isSameID =
                patient.id.flatMap { id in
                    event.patient?.id.map { $0.utf8.elementsEqual(id.utf8) }
                } ?? false
            let isSameCard = event.patient?.card.map(cards.contains) ?? false
            guard isSameID || isSameCard else { return false }
        }
        if let from, event.time < from { return false }
        if let until, event.time >= until { return false }
        if let item, event.item != item { return false }
        if let checkIn, event.checkIn.map({ $0.utf8.elementsEqual(checkIn.utf8) }) != true {
            return false
        }
        if let actor, !event.actor.id.utf8.elementsEqual(actor.utf8) { return false }
        if let kinds, !kinds.contains(event.kind) { return false }
        return true
    }
}
