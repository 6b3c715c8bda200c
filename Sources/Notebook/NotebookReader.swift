package import Octets

/// Why octets are no notebook text at all.
package enum NotebookError: Error, Hashable, Sendable {
    /// More octets than a text may have.
    case tooLong(octets: Int)
    /// More lines than a text may have.
    case tooManyLines(Int)
    /// The first line does not begin with `JAHISTC`.
    case notANotebook
    /// A prescription (院外処方箋2次元シンボル, `JAHIS10`), which is another format.
    case prescription
    /// Parts that do not belong together, or say so of themselves.
    case badParts(String)
    /// More than 999 parts.
    case tooManyParts(Int)
}

/// Reads notebook texts of every version, tolerantly: what is not as the format says is kept and
/// remarked on.
package struct NotebookReader: Sendable {
    /// What was read.
    package struct Reading: Sendable {
        /// The text as records.
        package var document: NotebookDocument
        /// What is not as the format says, at most `maximumRemarks`.
        package var remarks: [NotebookRemark]
        /// The part that the text says it is (911), if it does.
        package var split: NotebookSplit?
    }

    /// The most octets read.
    package static let maximumOctets = 4 << 20
    /// The most lines read.
    package static let maximumLines = 100_000
    /// The most remarks kept.
    package static let maximumRemarks = 1000

    private let characters: ShiftJIS

    /// A reader with the characters of Shift_JIS.
    package init(_ characters: ShiftJIS) { self.characters = characters }

    /// Reads a whole text.
    package func read(_ octets: [UInt8]) throws(NotebookError) -> Reading {
        let text = try lines(octets)
        var sorter = NotebookSorter(version: try version(text[0]))
        if text[0].isUTF8 { sorter.remark(0, nil, nil, .isUTF8) }
        sorter.readVersion(text[0].fields)
        for (index, line) in text.enumerated().dropFirst() {
            if line.fields == [""] {
                sorter.remark(index + 1, nil, nil, .emptyLine)
            } else {
                sorter.add(line.fields, octetCounts: line.octetCounts, line: index + 1)
            }
        }
        return sorter.finish()
    }

    /// A line as fields, with the octets of each.
    struct Line {
        var fields: [String]
        var octetCounts: [Int]
        var isUTF8: Bool
    }

    func lines(_ octets: [UInt8]) throws(NotebookError) -> [Line] {
        let rows = try NotebookOctets.lines(octets)
        let isUTF8 = isUTF8(octets)
        return rows.map { row in
            let pieces = row.split(separator: 0x2C, omittingEmptySubsequences: false)
            return Line(
                fields: pieces.map { piece in
                    trimmed(
                        isUTF8 ? String(decoding: piece, as: UTF8.self) : characters.text(piece))
                },
                octetCounts: pieces.map(octetCount), isUTF8: isUTF8)
        }
    }

    /// Copies of prescriptions come in UTF-8, and readers meet them in notebooks too. Two half-width
    /// katakana may look like one character of UTF-8, so kana or kanji must be there.
    private func isUTF8(_ octets: [UInt8]) -> Bool {
        guard let text = String(validating: octets, as: UTF8.self) else { return false }
        return text.unicodeScalars.contains { $0.value >= 0x3000 }
    }

    /// The octets of a field without blanks at its ends.
    private func octetCount(_ piece: ArraySlice<UInt8>) -> Int {
        guard let first = piece.firstIndex(where: { $0 != 0x20 }),
            let last = piece.lastIndex(where: { $0 != 0x20 })
        else { return 0 }
        return last - first + 1
    }

    private func version(_ line: Line) throws(NotebookError) -> NotebookVersion {
        guard let version = NotebookOctets.version(Array(line.fields[0].utf8)) else {
            throw line.fields[0].hasPrefix("JAHIS") && !line.fields[0].hasPrefix("JAHISTC")
                ? .prescription : .notANotebook
        }
        return version
    }
}

/// Lines of octets, before they are characters: commas and ends of lines never are the second
/// octet of a character.
enum NotebookOctets {
    static func lines(_ octets: [UInt8]) throws(NotebookError) -> [ArraySlice<UInt8>] {
        guard octets.count <= NotebookReader.maximumOctets else {
            throw .tooLong(octets: octets.count)
        }
        var body = octets[...]
        if body.starts(with: [0xEF, 0xBB, 0xBF]) { body = body.dropFirst(3) }
        // Whatever stands behind the end-of-file mark is no text.
        if let end = body.firstIndex(of: 0x1A) { body = body[..<end] }
        var lines: [ArraySlice<UInt8>] = []
        var start = body.startIndex
        var index = start
        while index < body.endIndex {
            guard body[index] == 0x0D || body[index] == 0x0A else {
                index += 1
                continue
            }
            lines.append(body[start..<index])
            if body[index] == 0x0D, index + 1 < body.endIndex, body[index + 1] == 0x0A {
                index += 1
            }
            index += 1
            start = index
        }
        if start < body.endIndex { lines.append(body[start...]) }
        guard lines.count <= NotebookReader.maximumLines else {
            throw .tooManyLines(lines.count)
        }
        guard !lines.isEmpty else { throw .notANotebook }
        return lines
    }

    /// The version that a first field names.
    static func version(_ field: [UInt8]) -> NotebookVersion? {
        let name = Array("JAHISTC".utf8)
        guard field.count == 9, field.starts(with: name),
            field[7...].allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return NotebookVersion(Int(field[7] - 0x30) * 10 + Int(field[8] - 0x30))
    }
}

/// A text without blanks at its ends.
func trimmed(_ text: String) -> String {
    let blanks: Set<Unicode.Scalar> = [" ", "\t", "\u{3000}"]
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !blanks.contains($0) }),
        let last = scalars.lastIndex(where: { !blanks.contains($0) })
    else { return "" }
    return String(scalars[first...last])
}
