/// A content stream read operator by operator.
package struct PaperContent {
    /// Something drawn, and in which marked content.
    package struct Drawn {
        package var operation: String
        package var operands: [PaperValue]
        /// Tags of the marked content around it, outermost first.
        package var tags: [(name: String, mark: Int?)]
        package var font: String
        package var renderMode: Int
    }

    package private(set) var drawn: [Drawn] = []
    package private(set) var operators: Set<String> = []
    /// Marked content that opens within other, or is not closed.
    package private(set) var faults: [String] = []
    /// All sequences with a mark: tag and number.
    package private(set) var marks: [(name: String, mark: Int)] = []

    package init(_ octets: [UInt8]) throws {
        var reader = PaperReader(octets)
        var (operands, tags): ([PaperValue], [(name: String, mark: Int?)]) = ([], [])
        var (font, mode) = ("", 0)
        while !reader.isAtEnd {
            let value = try reader.value()
            guard case .word(let word) = value else {
                operands.append(value)
                continue
            }
            operators.insert(word)
            switch word {
            case "BMC", "BDC":
                let mark = operands.count > 1 ? operands[1].dictionary?["MCID"]?.integer : nil
                if !tags.isEmpty { faults.append("\(word) within \(tags)") }
                if let mark { marks.append((operands[0].name ?? "", mark)) }
                tags.append((operands[0].name ?? "", mark))
            case "EMC":
                if tags.popLast() == nil { faults.append("EMC without a beginning") }
            case "Tf": font = operands[0].name ?? ""
            case "Tr": mode = operands[0].integer ?? -1
            case "Tj", "TJ", "f", "S", "B", "F", "f*", "s", "b", "Do", "sh":
                drawn.append(
                    Drawn(
                        operation: word, operands: operands, tags: tags, font: font,
                        renderMode: mode))
            default: break
            }
            operands = []
        }
        if !tags.isEmpty { faults.append("not closed: \(tags)") }
    }
}
