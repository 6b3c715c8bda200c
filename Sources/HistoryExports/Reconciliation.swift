package import Disclosures
package import JSON
internal import Octets
internal import Records

/// What the clearinghouse's journal says of one intent of this log.
package struct ToldIntent: Hashable, Sendable {
    /// The intent's index in our log.
    package var index: UInt64
    /// What was asked.
    package var route: String
    /// SHA-256 of the statement it rested on, hexadecimal.
    package var statementDigest: String?
    /// The item that was disclosed.
    package var item: String?
    /// The status of the answer.
    package var status: Int
}

extension ToldIntent {
    /// Reads a journal: a line an entry, or the answer of the administration port
    /// (`{"entries": […]}`). Entries of other logs, and repeated answers, are passed over.
    package static func read(
        journal octets: [UInt8], origin: String
    ) throws(JSONError) -> [ToldIntent] {
        var values: [JSONValue] = []
        let limits = JSONLimits(octets: 64 << 20)
        if let whole = try? JSONValue(parsing: octets, limits: limits),
            let entries = whole["entries"]?.arrayValue
        {
            values = entries
        } else {
            for line in octets.split(separator: 0x0A) {
                values.append(try JSONValue(parsing: Array(line), limits: limits))
            }
        }
        return values.compactMap { value in
            guard let place = value["intent"], place["origin"]?.stringValue == origin,
                let index = place["index"]?.integerValue.flatMap(UInt64.init(exactly:)),
                value["repeat"]?.boolValue != true
            else { return nil }
            return ToldIntent(
                index: index, route: value["route"]?.stringValue ?? "",
                statementDigest: value["statementDigest"]?.stringValue,
                item: value["item"]?.stringValue,
                status: Int(value["status"]?.integerValue ?? 0))
        }
    }
}

/// Compares the history with the clearinghouse's journal, intent by intent.
package struct Reconciliation: Sendable {
    /// Something that the two do not say alike.
    package struct Difference: Hashable, Sendable {
        /// What is wrong.
        package var kind: Kind
        /// The intent's index.
        package var index: UInt64
        /// What the journal says was asked, where it says anything.
        package var route: String?
    }

    /// How two accounts may differ.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The journal tells of an intent that the history does not hold: something was asked under
        /// this terminal's name and is not written down here.
        case unknownHere
        /// The history tells of an answer to an intent that the journal does not know.
        case unknownThere
        /// Both know the intent, and it rested on another statement or was of another item.
        case different
        /// The clearinghouse answered, and here nobody knows what became of it. No fault: a terminal
        /// that stopped in between leaves this.
        case outcomeUnknown
    }

    private var intents: [UInt64: HistoryEvent] = [:]
    private var closings: [UInt64: HistoryEvent] = [:]

    /// Nothing seen yet.
    package init() {}

    /// Takes one entry of the history.
    package mutating func take(_ index: UInt64, _ event: HistoryEvent) {
        if event.opensIntent { intents[index] = event }
        if let intent = event.intentIndex, closings[intent] == nil { closings[intent] = event }
    }

    /// How many intents the history holds.
    package var intentCount: Int { intents.count }

    /// What differs, by index. `digest` makes the hexadecimal SHA-256 of a statement. Intents before
    /// the first that the journal tells of are left alone: it may begin later.
    package func differences(
        from told: [ToldIntent], digest: ([UInt8]) -> String
    ) -> [Difference] {
        var found: [Difference] = []
        for entry in told {
            func note(_ kind: Kind) {
                found.append(Difference(kind: kind, index: entry.index, route: entry.route))
            }
            guard let intent = intents[entry.index] else {
                note(.unknownHere)
                continue
            }
            let statement = intent.statement.map { digest($0.octets) }
            if let theirs = entry.statementDigest, let statement, theirs != statement {
                note(.different)
            } else if let theirs = entry.item, let item = intent.item?.rawValue, theirs != item {
                note(.different)
            } else if entry.status < 400, closings[entry.index]?.outcome ?? .unknown == .unknown {
                note(.outcomeUnknown)
            }
        }
        let known = Set(told.map(\.index))
        let first = known.min() ?? 0
        for (index, intent) in intents where index >= first && !known.contains(index) {
            guard intent.act == .checkIn || intent.act == .openRecords,
                closings[index]?.outcome == .succeeded
            else { continue }
            found.append(Difference(kind: .unknownThere, index: index))
        }
        return found.sorted { ($0.index, $0.kind.rawValue) < ($1.index, $1.kind.rawValue) }
    }
}
