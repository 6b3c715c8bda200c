/// An element of a paper and the text that its marks show, as a reader would copy it.
package struct PaperText: Hashable, Sendable {
    package let role: String
    /// The text; lines are joined without a blank, as Japanese is.
    package let text: String
    /// The rows that it is in, counted through the paper; 0 outside tables.
    package let row: Int
}

extension PaperFile {
    /// All elements with text, and empty cells, in reading order.
    package func texts() throws -> [PaperText] {
        var shown: [Int: [Int: String]] = [:]
        let fonts = fonts
        for page in pages {
            for text in try PaperContent(content(of: page)).drawn where text.operation == "Tj" {
                guard let mark = text.tags.last?.mark else { continue }
                let codes = text.operands.first?.string ?? []
                let units = stride(from: 0, to: codes.count - 1, by: 2).flatMap {
                    place -> [UInt16] in
                    let code = Int(codes[place]) << 8 | Int(codes[place + 1])
                    let octets = fonts[text.font]?.unicode[code] ?? []
                    return stride(from: 0, to: octets.count - 1, by: 2).map {
                        UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1])
                    }
                }
                shown[page, default: [:]][mark, default: ""] += String(
                    decoding: units, as: UTF16.self)
            }
        }
        var row = 0
        return structure.all.compactMap { element in
            if element.role == "TR" { row += 1 }
            let isCell = ["TH", "TD"].contains(element.role)
            guard isCell || !element.marks.isEmpty else { return nil }
            let text = element.marks.map { shown[$0.page]?[$0.mark] ?? "" }.joined()
            return PaperText(role: element.role, text: text, row: isCell ? row : 0)
        }
    }

    /// For each row of a table the texts of its cells.
    package func rows() throws -> [[String]] {
        let cells = try texts().filter { $0.row > 0 }
        return Dictionary(grouping: cells, by: \.row).sorted { $0.key < $1.key }
            .map { $0.value.map(\.text) }
    }
}
