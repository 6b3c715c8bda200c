/// What the last line of a part says of it (分割制御, record 911).
package struct NotebookSplit: Hashable, Sendable {
    /// The number that all parts of one text share, 14 digits (データ固有ID).
    package var id: String
    /// How many parts there are (分割数).
    package var count: Int
    /// Which of them this is, from 1 (データ連番).
    package var number: Int

    /// The most parts of a text.
    package static let maximumCount = 999

    init?(_ record: NotebookRecord) {
        guard let count = Int(record["分割数"]), let number = Int(record["データ連番"]),
            (1...Self.maximumCount).contains(count), (1...count).contains(number),
            record.fields[0].utf8.count == 14
        else { return nil }
        (id, self.count, self.number) = (record.fields[0], count, number)
    }

    init(id: String, count: Int, number: Int) {
        (self.id, self.count, self.number) = (id, count, number)
    }

    var line: [UInt8] { Array("911,\(id),\(count),\(number)\r\n".utf8) }
}

/// Joins the parts of a split text, scanned in any order, and says which are missing.
///
///     var collector = NotebookCollector()
///     try collector.add(scanned)      // again for each symbol
///     collector.text ?? "still missing: \(collector.missing)"
package struct NotebookCollector: Sendable {
    private var split: NotebookSplit?
    private var parts: [Int: [[UInt8]]] = [:]
    private var firstLine: [UInt8] = []

    /// Nothing yet.
    package init() {}

    /// Takes a part; a part that was there already changes nothing. A text that is not split is
    /// its own only part.
    package mutating func add(_ octets: [UInt8]) throws(NotebookError) {
        let lines = try NotebookOctets.lines(octets).map(Array.init)
        guard
            NotebookOctets.version(Array(lines[0].prefix { $0 != 0x2C })) != nil
        else { throw .notANotebook }
        var body = Array(lines.dropFirst())
        while body.last?.isEmpty == true { body.removeLast() }
        let own = body.last.flatMap(Self.split)
        if own != nil { body.removeLast() }
        let part = own ?? NotebookSplit(id: "", count: 1, number: 1)
        if let split, (split.id, split.count) != (part.id, part.count) {
            throw .badParts("別の手帳データです (a part of another text)")
        }
        if let known = parts[part.number] {
            guard known == body else {
                throw .badParts("\(part.number)番が2種類あります (two different parts \(part.number))")
            }
            return
        }
        split = part
        parts[part.number] = body
        if firstLine.isEmpty || part.number == 1 { firstLine = lines[0] }
    }

    private static func split(_ line: [UInt8]) -> NotebookSplit? {
        let fields = line.split(separator: 0x2C, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard fields.first == "911" else { return nil }
        return NotebookSplit(NotebookRecord(.split, Array(fields.dropFirst())))
    }

    /// How many parts there are; nothing before the first was read.
    package var count: Int? { split?.count }

    /// The numbers of the parts that were not read yet.
    package var missing: [Int] {
        guard let split else { return [] }
        return (1...split.count).filter { parts[$0] == nil }
    }

    /// The whole text, once nothing is missing.
    package var text: [UInt8]? {
        guard let split, parts.count == split.count else { return nil }
        let lines = [firstLine] + (1...split.count).flatMap { parts[$0, default: []] }
        return lines.flatMap { $0 + [0x0D, 0x0A] }
    }
}
