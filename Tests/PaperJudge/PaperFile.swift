/// A PDF file read through its cross-reference stream, as strictly as the rules want.
package struct PaperFile {
    package var octets: [UInt8]
    /// All objects by number; a stream's dictionary stands here.
    package var objects: [Int: PaperValue] = [:]
    /// What streams hold, without their filter.
    package var streams: [Int: [UInt8]] = [:]
    package var trailer: [String: PaperValue]

    package init(_ octets: [UInt8]) throws {
        self.octets = octets
        let tail = String(decoding: octets.suffix(40), as: UTF8.self)
        guard let word = tail.range(of: "startxref"),
            let start = Int(tail[word.upperBound...].split(separator: "\n").first ?? ""),
            start < octets.count
        else { throw PaperFault.crossReferences }
        let (head, table) = try Self.stream(octets, at: start, number: nil)
        trailer = head
        guard let widths = head["W"]?.array?.compactMap(\.integer), widths == [1, 4, 2],
            let size = head["Size"]?.integer, table.count == 7 * size
        else { throw PaperFault.crossReferences }
        var within: [(number: Int, stream: Int, index: Int)] = []
        for number in 0..<size {
            let row = table[(7 * number)..<(7 * number + 7)]
            let field = row.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let last = row.suffix(2).reduce(0) { $0 << 8 | Int($1) }
            switch row.first {
            case 1:
                let (entries, content) = try Self.stream(octets, at: field, number: number)
                objects[number] = .dictionary(entries)
                streams[number] = content
            case 2: within.append((number, field, last))
            default: continue
            }
        }
        try readObjectStreams(within)
    }

    private mutating func readObjectStreams(
        _ within: [(number: Int, stream: Int, index: Int)]
    ) throws {
        for (stream, group) in Dictionary(grouping: within, by: \.stream) {
            guard let entries = objects[stream]?.dictionary, let body = streams[stream],
                entries["Type"]?.name == "ObjStm", let count = entries["N"]?.integer,
                let first = entries["First"]?.integer
            else { throw PaperFault.missing(stream) }
            var index = PaperReader(body)
            var places: [(number: Int, place: Int)] = []
            for _ in 0..<count {
                guard let number = try index.value().integer,
                    let place = try index.value().integer
                else { throw PaperFault.stream(stream) }
                places.append((number, first + place))
            }
            for entry in group {
                guard entry.index < count, places[entry.index].number == entry.number else {
                    throw PaperFault.crossReferences
                }
                var reader = PaperReader(body, at: places[entry.index].place)
                objects[entry.number] = try reader.value()
            }
        }
    }

    /// The stream at a place: its length must be exact.
    private static func stream(
        _ octets: [UInt8], at place: Int, number: Int?
    ) throws -> ([String: PaperValue], [UInt8]) {
        var reader = PaperReader(octets, at: place)
        guard let own = try reader.value().integer, number == nil || own == number else {
            throw PaperFault.crossReferences
        }
        _ = try reader.value()
        try reader.expect("obj")
        guard let head = try reader.value().dictionary, let length = head["Length"]?.integer
        else { throw PaperFault.stream(own) }
        try reader.expect("stream")
        try reader.skipLineEnd()
        let (start, end) = (reader.place, reader.place + length)
        guard end <= octets.count, octets[end...].starts(with: "\nendstream\nendobj\n".utf8) else {
            throw PaperFault.stream(own)
        }
        let raw = Array(octets[start..<end])
        guard head["Filter"] != nil else { return (head, raw) }
        let plain = try Inflate.zlib(raw)
        guard let parameters = head["DecodeParms"]?.dictionary else { return (head, plain) }
        guard parameters["Predictor"]?.integer == 12,
            let columns = parameters["Columns"]?.integer, columns > 0,
            let rows = unpredicted(plain, columns: columns)
        else { throw PaperFault.stream(own) }
        return (head, rows)
    }

    /// Rows that each say what they are more than the one above (PNG's "Up").
    private static func unpredicted(_ octets: [UInt8], columns: Int) -> [UInt8]? {
        guard octets.count % (columns + 1) == 0 else { return nil }
        var (rows, above): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: columns))
        for start in stride(from: 0, to: octets.count, by: columns + 1) {
            guard octets[start] == 2 else { return nil }
            above = zip(octets[(start + 1)...(start + columns)], above).map { $0 &+ $1 }
            rows += above
        }
        return rows
    }

    /// A value, or the object that it names.
    package func resolved(_ value: PaperValue?) -> PaperValue? {
        guard case .reference(let number)? = value else { return value }
        return objects[number]
    }

    package func dictionary(_ value: PaperValue?) -> [String: PaperValue] {
        resolved(value)?.dictionary ?? [:]
    }

    package var catalog: [String: PaperValue] { dictionary(trailer["Root"]) }

    /// The numbers of the pages in order.
    package var pages: [Int] {
        dictionary(catalog["Pages"])["Kids"]?.array?.compactMap(\.reference) ?? []
    }

    /// The page's content stream.
    package func content(of page: Int) -> [UInt8] {
        objects[page]?.dictionary?["Contents"]?.reference.flatMap { streams[$0] } ?? []
    }

    package var metadata: String {
        String(
            decoding: catalog["Metadata"]?.reference.flatMap { streams[$0] } ?? [], as: UTF8.self)
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) {
                return start..<index(start, offsetBy: part.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
