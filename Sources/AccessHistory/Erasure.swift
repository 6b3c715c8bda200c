package import Disclosures
internal import JSON
internal import Octets
package import Records

/// What an erasure took away: the bodies of some entries, which nobody can open any more. Their leaves
/// stay, and with them every proof.
package struct ErasureManifest: Hashable, Sendable {
    /// The reason of the entries that hold one.
    package static let reason = "bodiesErased"
    /// The longest list of one entry, in octets: longer ones are told by several entries.
    private static let longestListOctetCount = 1500
    /// The longest word on why, in octets.
    package static let longestWhyOctetCount = 400

    /// The entries.
    package var entries: [ClosedRange<UInt64>]
    /// Why, as the administrator said.
    package var why: String

    /// Manifests over indices in rising order: as many as their lists need.
    static func manifests(_ indices: [UInt64], why: String) -> [ErasureManifest] {
        var ranges: [ClosedRange<UInt64>] = []
        for index in indices {
            if let last = ranges.last, last.upperBound + 1 == index {
                ranges[ranges.count - 1] = last.lowerBound...index
            } else {
                ranges.append(index...index)
            }
        }
        var manifests: [ErasureManifest] = []
        var octets = 0
        for range in ranges {
            let count = Self.text(range).utf8.count + 3
            if manifests.isEmpty || octets + count > longestListOctetCount {
                manifests.append(ErasureManifest(entries: [], why: why))
                octets = 0
            }
            manifests[manifests.count - 1].entries.append(range)
            octets += count
        }
        return manifests
    }

    private init(entries: [ClosedRange<UInt64>], why: String) {
        (self.entries, self.why) = (entries, why)
    }

    private static func text(_ range: ClosedRange<UInt64>) -> String {
        "\(range.lowerBound)-\(range.upperBound)"
    }

    /// What an entry's note says.
    var note: String {
        let value: JSONValue = [
            "entries": .array(entries.map { .string(Self.text($0)) }), "why": .string(why),
        ]
        return value.canonicalText
    }

    /// Reads an entry's manifest; nothing where it holds none.
    package init?(_ event: HistoryEvent) {
        guard event.kind == .administratorAct, event.reason == Self.reason,
            let note = event.note, let value = try? JSONValue(parsing: Array(note.utf8)),
            let why = value["why"]?.stringValue, let texts = value["entries"]?.arrayValue
        else { return nil }
        entries = []
        for text in texts {
            let ends = (text.stringValue ?? "").split(separator: "-").compactMap { UInt64($0) }
            guard ends.count == 2, ends[0] <= ends[1],
                ends[1] <= UInt64(HistoryEvent.largestIndex)
            else { return nil }
            entries.append(ends[0]...ends[1])
        }
        self.why = why
    }

    /// Whether it tells of an entry.
    func holds(_ index: UInt64) -> Bool { entries.contains { $0.contains(index) } }
}

/// A body that was erased: zeros, as long as it was.
enum ErasedBody {
    static func isOne(_ body: some Collection<UInt8>) -> Bool { body.allSatisfy { $0 == 0 } }
}

extension HistoryStore {
    /// Erases what was sealed of one patient: first the entries that tell of it are durable, then the
    /// bodies are zeros. A stop in between is ended by `finishErasures`, or by doing it again. How many
    /// entries it took.
    ///
    /// Nothing goes whose time to be kept is not over, unless an administrator says that it must.
    package nonisolated func erase(
        patient id: String, why: String, retentionYears: Int?, at trusted: Instant,
        _ event: HistoryEvent
    ) async throws(HistoryError) -> Int {
        var query = HistoryQuery(patient: PatientReference(id: id))
        query.limit = HistoryQuery.unlimited
        let entries = try await events(matching: query)
        if let retentionYears, let latest = entries.map(\.event.time).max() {
            let end = YearMonth(of: latest.dateInJapan).adding(months: 12 * retentionYears + 1)
            guard end <= YearMonth(of: trusted.dateInJapan) else { throw .retained(until: end) }
        }
        guard !entries.isEmpty else { return 0 }
        let indices = entries.map(\.index)
        let events = ErasureManifest.manifests(indices, why: why).map { manifest in
            var event = event
            (event.kind, event.reason) = (.administratorAct, ErasureManifest.reason)
            (event.purpose, event.note) = (.administration, manifest.note)
            return event
        }
        for event in events { _ = try await append(event) }
        try await blank(indices)
        return indices.count
    }

    /// Ends what an earlier run began to erase and did not live to end. How many bodies were left.
    package nonisolated func finishErasures() async throws(HistoryError) -> Int {
        let archive = await archive()
        let left = try await reading { () throws(HistoryError) in
            var left: [UInt64] = []
            for index in try archive.toldErasures().joined() where index < archive.size {
                if !ErasedBody.isOne(try archive.sealedEntry(at: index).body) { left.append(index) }
            }
            return left
        }
        if !left.isEmpty { try await blank(left) }
        return left.count
    }

    /// Overwrites bodies with zeros: on the writer's turn, so that nothing is written beside it.
    private nonisolated func blank(_ indices: [UInt64]) async throws(HistoryError) {
        // What `head` does not name yet might be taken for an unfinished write.
        try await makeHeadDurable()
        let archive = await archive()
        let segments = try await reading { () throws(HistoryError) in
            try archive.blank(Set(indices))
        }
        forgetIndex(of: segments)
    }
}

extension HistoryArchive {
    /// The entries that any manifest tells of.
    func toldErasures() throws(HistoryError) -> [ClosedRange<UInt64>] {
        var query = HistoryQuery()
        (query.kinds, query.limit) = ([.administratorAct], HistoryQuery.unlimited)
        do throws(HistoryError) {
            return try events(matching: query).compactMap { ErasureManifest($0.event) }
                .flatMap(\.entries)
        } catch  where error.isDamage {
            // A body that a stop left half erased opens no more: then what opens has to tell.
            var told: [ClosedRange<UInt64>] = []
            try forEach(from: 0) { raw in
                if let event = try? open(raw), let manifest = ErasureManifest(event) {
                    told += manifest.entries
                }
                return true
            }
            return told
        }
    }

    /// Overwrites the bodies of entries with zeros, durably; the segments that had any.
    func blank(_ indices: Set<UInt64>) throws(HistoryError) -> Set<UInt64> {
        // What was cut off was never acknowledged, and may be of anybody: its entry keeps the digest.
        for name in try disk.names() where name.hasSuffix(Cut.recordedSuffix) {
            try disk.remove(name)
        }
        var touched: Set<UInt64> = []
        for segment in segments {
            let end = end(of: segment)
            let here = indices.filter { $0 >= segment.firstIndex && $0 < end }
            guard !here.isEmpty else { continue }
            let file = try disk.open(segment.name, writable: true)
            // No index, no opening: a body may be half gone already.
            var walk = FrameWalk(file, segment, from: UInt64(SegmentHeader.octetCount))
            while let entry = try walk.next() {
                guard here.contains(entry.frame.index) else { continue }
                try file.write(
                    [UInt8](repeating: 0, count: entry.body.count),
                    at: entry.offset + UInt64(EntryFrame.headOctetCount))
            }
            try file.sync()
            touched.insert(segment.firstIndex)
        }
        return touched
    }
}
