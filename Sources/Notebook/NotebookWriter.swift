package import Octets
internal import Records

/// Writes documents as octets: CR LF, every field that the record has, nothing but characters that
/// every reader has. What had to be changed is remarked on. Same document, same octets.
package struct NotebookWriter: Sendable {
    /// What was written.
    package struct Writing: Sendable {
        /// The whole text.
        package var text: [UInt8]
        /// The text in parts that fit a symbol each; one part is the whole text.
        package var parts: [[UInt8]]
        /// What was changed to fit the format.
        package var remarks: [NotebookRemark]
    }

    /// The octets that a part may have: a symbol of version 20 at level M holds 666.
    package static let partOctets = 660

    private let characters: ShiftJIS
    private let plain: NotebookCharacters

    /// A writer with the characters of Shift_JIS.
    package init(_ characters: ShiftJIS) {
        self.characters = characters
        plain = NotebookCharacters(characters)
    }

    /// Writes a document, in parts of at most `partOctets` where its records allow that.
    package func write(
        _ document: NotebookDocument, partOctets: Int = partOctets
    ) throws(NotebookError) -> Writing {
        var lines = NotebookLines(writer: self, version: document.version)
        let first = "\(document.version.identifier),\(document.direction.rawValue)\r\n"
        let units = lines.units(document)
        let text = Array(first.utf8) + units.flatMap(\.octets)
        guard text.count <= NotebookReader.maximumOctets else {
            throw .tooLong(octets: text.count)
        }
        let splitter = NotebookSplitter(firstLine: Array(first.utf8), limit: partOctets)
        return Writing(
            text: text, parts: try splitter.parts(of: text, units, on: document.newestDate),
            remarks: lines.remarks)
    }

    /// A field's octets, cut at a character's end to what the field may have.
    func octets(
        _ text: String, _ field: NotebookField, _ remark: (NotebookRemark.Matter) -> Void
    ) -> [UInt8] {
        let (text, replaced) = plain.plain(text)
        for (old, new) in replaced { remark(.replaced(old, by: new)) }
        var octets: [UInt8] = []
        for scalar in text.unicodeScalars {
            let next = characters.octets(scalar) ?? []
            guard octets.count + next.count <= field.maximumOctets else {
                remark(.shortened(to: field.maximumOctets))
                break
            }
            octets += next
        }
        // A cut leaves no blank at the end.
        while octets.last == 0x20 || octets.suffix(2) == [0x81, 0x40] {
            octets.removeLast(octets.last == 0x20 ? 1 : 2)
        }
        return octets
    }
}

/// Lines of a text that a split does not tear apart if it can be helped.
struct NotebookUnit {
    var lines: [[UInt8]]
    /// Whether a visit begins here.
    var beginsVisit = false

    var octets: [UInt8] { lines.flatMap { $0 } }
    var count: Int { lines.reduce(0) { $0 + $1.count } }
}

/// Records as lines, with remarks by line number.
struct NotebookLines {
    let writer: NotebookWriter
    let version: NotebookVersion
    var remarks: [NotebookRemark] = []
    private var line = 1

    init(writer: NotebookWriter, version: NotebookVersion) {
        (self.writer, self.version) = (writer, version)
    }

    /// A document as units: what is in front, each visit's head, its groups, its end.
    mutating func units(_ document: NotebookDocument) -> [NotebookUnit] {
        var units: [NotebookUnit] = []
        if let unit = unit(document.head) { units.append(unit) }
        for visit in document.visits {
            // The head goes with the first group: a visit without a medicine says nothing.
            let first = visit.groups.first?.records ?? []
            if var unit = unit(visit.head + first) {
                unit.beginsVisit = true
                units.append(unit)
            }
            for group in visit.groups.dropFirst() {
                if let unit = unit(group.records) { units.append(unit) }
            }
            if let unit = unit(visit.tail) { units.append(unit) }
        }
        if let unit = unit(document.tail) { units.append(unit) }
        return units
    }

    private mutating func unit(_ records: [NotebookRecord]) -> NotebookUnit? {
        let known = records.filter { $0.kind.since <= version.number && $0.kind != .split }
        return known.isEmpty ? nil : NotebookUnit(lines: known.map { octets($0) })
    }

    private mutating func octets(_ record: NotebookRecord) -> [UInt8] {
        line += 1
        var result = Array(String(record.kind.rawValue).utf8)
        for (field, text) in zip(record.kind.fields, record.fields)
        where field.since <= version.number {
            result.append(0x2C)
            guard !text.isEmpty else { continue }
            result += writer.octets(text, field) { matter in
                guard remarks.count < NotebookReader.maximumRemarks else { return }
                remarks.append(
                    NotebookRemark(
                        line: line, kind: record.kind, field: field.japanese, matter: matter))
            }
        }
        return result + [0x0D, 0x0A]
    }
}

/// Divides a text into parts, each with the version's line in front and a record 911 at its end.
struct NotebookSplitter {
    let firstLine: [UInt8]
    let limit: Int

    /// Room for the longest record 911.
    private static let splitOctets = "911,20210929000001,999,999\r\n".utf8.count

    func parts(
        of text: [UInt8], _ units: [NotebookUnit], on day: String
    ) throws(NotebookError) -> [[UInt8]] {
        guard text.count > limit else { return [text] }
        let bodies = bodies(units)
        guard bodies.count <= NotebookSplit.maximumCount else {
            throw .tooManyParts(bodies.count)
        }
        let id = day + digits(of: text)
        return bodies.enumerated().map { index, body in
            let split = NotebookSplit(id: id, count: bodies.count, number: index + 1)
            return firstLine + body + split.line
        }
    }

    private func bodies(_ units: [NotebookUnit]) -> [[UInt8]] {
        let room = max(1, limit - firstLine.count - Self.splitOctets)
        var bodies: [[UInt8]] = []
        var body: [UInt8] = []
        func close() {
            if !body.isEmpty { bodies.append(body) }
            body = []
        }
        for (index, unit) in units.enumerated() {
            // A visit that fits a part by itself is not divided.
            if unit.beginsVisit, let whole = visitCount(units[index...], upTo: room),
                body.count + whole > room
            {
                close()
            }
            if body.count + unit.count > room { close() }
            guard unit.count > room else {
                body += unit.octets
                continue
            }
            // A group longer than a part is divided between its records, as the format allows.
            for line in unit.lines {
                if body.count + line.count > room { close() }
                body += line
            }
        }
        close()
        return bodies
    }

    /// The octets of the visit that begins a row of units, if they are not more than a part has.
    private func visitCount(_ units: ArraySlice<NotebookUnit>, upTo room: Int) -> Int? {
        var count = 0
        for (offset, unit) in units.enumerated() {
            if offset > 0, unit.beginsVisit { break }
            count += unit.count
            if count > room { return nil }
        }
        return count
    }

    /// Six digits that a text always gives, and another text hardly ever (FNV-1a).
    private func digits(of text: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for octet in text { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01b3 }
        return String(String(1_000_000 + hash % 1_000_000).dropFirst())
    }
}

extension NotebookDocument {
    /// The newest visit's day, `20210929`.
    fileprivate var newestDate: String {
        visits.lazy.compactMap(\.date).max()?.digits ?? "00000000"
    }
}
