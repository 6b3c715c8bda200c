import Deflate

/// The objects of a file, and how they become octets: PDF 1.7 with object streams and a
/// cross-reference stream (ISO 32000-1 §7.5.7–7.5.8). The same objects give the same octets.
struct PDFFile {
    /// Values by number, from 1; nothing where only a number is taken so far.
    private var values: [PDFValue?] = []
    private var streams: [(reference: PDFReference, octets: [UInt8])] = []

    /// Takes a number for an object that others name before it is known.
    mutating func reserve() -> PDFReference {
        values.append(nil)
        return PDFReference(number: values.count)
    }

    /// Says what a reserved object is.
    mutating func define(_ reference: PDFReference, _ value: PDFValue) {
        values[reference.number - 1] = value
    }

    /// Adds an object.
    mutating func add(_ value: PDFValue) -> PDFReference {
        values.append(value)
        return PDFReference(number: values.count)
    }

    /// Adds a stream; plain where a reader should find it without a filter.
    mutating func addStream(
        _ entries: [(String, PDFValue?)] = [], _ octets: [UInt8], isPlain: Bool = false
    ) -> PDFReference {
        let reference = reserve()
        let written = isPlain ? octets : zlibStream(octets)
        let head = PDFValue.dictionary(
            present: entries + [
                ("Length", .integer(written.count)),
                ("Filter", isPlain ? nil : .name("FlateDecode")),
            ])
        var object: [UInt8] = []
        head.write(to: &object)
        object += "\nstream\n".utf8
        object += written
        object += "\nendstream".utf8
        streams.append((reference, object))
        return reference
    }

    /// The whole file, with its catalog.
    consuming func octets(root: PDFReference) -> [UInt8] {
        var places = [Place](repeating: .none, count: values.count + 1)
        var file: [UInt8] = Array("%PDF-1.7\n%".utf8) + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
        for stream in streams {
            places[stream.reference.number] = .offset(file.count)
            file.append(object: stream.reference, stream.octets)
        }
        writeObjectStreams(&file, &places)
        writeCrossReferences(&file, places, root: root)
        return file
    }

    /// Where an object stands.
    private enum Place {
        case none
        case offset(Int)
        case within(PDFReference, index: Int)

        /// Type, place, index (§7.5.8.3, table 18).
        var fields: [UInt8] {
            switch self {
            case .none: [0, 0, 0, 0, 0, 0, 0]
            case .offset(let offset): [1] + bigEndian(offset, 4) + [0, 0]
            case .within(let reference, let index):
                [2] + bigEndian(reference.number, 4) + bigEndian(index, 2)
            }
        }
    }

    /// Objects in one object stream: many, as what stands together shrinks together.
    private static let objectsInStream = 2000

    private mutating func writeObjectStreams(_ file: inout [UInt8], _ places: inout [Place]) {
        var numbers = values.indices.filter { values[$0] != nil }.map { $0 + 1 }[...]
        while !numbers.isEmpty {
            let taken = numbers.prefix(Self.objectsInStream)
            numbers = numbers.dropFirst(taken.count)
            var (index, body): ([UInt8], [UInt8]) = ([], [])
            for number in taken {
                index += "\(number) \(body.count) ".utf8
                values[number - 1]?.write(to: &body)
                body.append(0x0A)
            }
            let first = streams.count
            let reference = addStream(
                [
                    ("Type", .name("ObjStm")), ("N", .integer(taken.count)),
                    ("First", .integer(index.count)),
                ], index + body)
            for (position, number) in taken.enumerated() {
                places[number] = .within(reference, index: position)
            }
            places.append(.offset(file.count))
            file.append(object: reference, streams[first].octets)
        }
    }

    private mutating func writeCrossReferences(
        _ file: inout [UInt8], _ places: [Place], root: PDFReference
    ) {
        let start = file.count
        let all = places + [.offset(start)]
        // The first object is the head of the free list.
        let rows = [[0, 0, 0, 0, 0, 0xFF, 0xFF]] + all.dropFirst().map(\.fields)
        // Each row as what it is more than the one above (§7.4.4.4, "Up"): most differ by one.
        var (table, above): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 7))
        for row in rows {
            table.append(2)
            for (octet, former) in zip(row, above) { table.append(octet &- former) }
            above = row
        }
        let identifier = PDFValue.octets(fingerprint(file))
        let first = streams.count
        let reference = addStream(
            [
                ("Type", .name("XRef")), ("Size", .integer(all.count)),
                ("W", .integers([1, 4, 2])), ("Root", .reference(root)),
                ("ID", .array([identifier, identifier])),
                (
                    "DecodeParms",
                    .dictionary(present: [("Predictor", .integer(12)), ("Columns", .integer(7))])
                ),
            ], table)
        file.append(object: reference, streams[first].octets)
        file += "startxref\n\(start)\n%%EOF\n".utf8
    }
}

/// An integer as so many octets, the highest first.
func bigEndian(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
}

/// 16 octets that tell contents apart, for the file's identifier (§14.4): FNV-1a, twice. No seal.
func fingerprint(_ octets: [UInt8]) -> [UInt8] {
    var (one, two): (UInt64, UInt64) = (0xCBF2_9CE4_8422_2325, 0x8422_2325_CBF2_9CE4)
    for octet in octets {
        one = (one ^ UInt64(octet)) &* 0x100_0000_01B3
        two = (two &+ UInt64(octet)) &* 0x100_0000_01B3 ^ two >> 32
    }
    return [one, two].flatMap { bigEndian(Int(truncatingIfNeeded: $0), 8) }
}

extension [UInt8] {
    fileprivate mutating func append(object reference: PDFReference, _ octets: [UInt8]) {
        self += "\(reference.number) 0 obj\n".utf8
        self += octets
        self += "\nendobj\n".utf8
    }
}
