import Notebook
import Octets
import Records
import Testing

@Suite("Notebook: hostile texts")
struct HostileTests {
    @Test("a mutated text is read or refused, and what is read can be written", arguments: 0..<12)
    func mutations(seed: Int) throws {
        let (reader, writer) = (NotebookReader(try shiftJIS()), NotebookWriter(try shiftJIS()))
        var random = RandomDocument()
        let text = try writer.write(random.document()).text
        for _ in 0..<50 {
            var mutated = text
            for _ in 0...Int.random(in: 0...8) {
                let place = Int.random(in: 0..<mutated.count)
                switch Int.random(in: 0..<4) {
                case 0: mutated[place] = UInt8.random(in: 0...255)
                case 1:
                    mutated.insert([0x2C, 0x0D, 0x0A, 0x83, 0x35].randomElement() ?? 0, at: place)
                case 2: mutated.removeSubrange(place..<min(place + 9, mutated.count))
                default: mutated += mutated[place..<min(place + 200, mutated.count)]
                }
                if mutated.isEmpty { mutated = [0x4A] }
            }
            guard let reading = try? reader.read(mutated) else { continue }
            let again = try writer.write(reading.document)
            let second = try reader.read(again.text).document
            let third = try writer.write(second).text
            let (one, two) = try (shiftJIS().text(again.text), shiftJIS().text(third))
            #expect(third == again.text, "\(difference(one, two))")
            var collector = NotebookCollector()
            try? collector.add(mutated)
        }
    }

    private func difference(_ one: String, _ other: String) -> String {
        let (a, b) = (one.split(separator: "\r\n"), other.split(separator: "\r\n"))
        let first = zip(a, b).first { $0 != $1 }
        return first.map { "\($0) | \($1)" } ?? "\(a.count) and \(b.count) lines"
    }

    @Test("thousands of rows, of one kind or of all")
    func rows() throws {
        let reader = NotebookReader(try shiftJIS())
        for kind in NotebookKind.allCases {
            let line = "\(kind.rawValue),1,1,1,1,1,1,1,1,1,1,1\r\n"
            let text = "JAHISTC08,1\r\n" + String(repeating: line, count: 3000)
            let reading = try reader.read(Array(text.utf8))
            #expect(reading.remarks.count <= NotebookReader.maximumRemarks)
            #expect(kind == .split || reading.document.records.count == 3000)
        }
    }

    @Test("a thousand medicines are split and joined; an empty list is no sheet")
    func many() throws {
        let amount = try #require(DecimalText("1"))
        let lines = (0..<1000).map { index in
            DrugLine(
                drugClass: .internal, name: "架空錠\(index)" + String(repeating: "長", count: 300),
                quantity: DrugQuantity(amount: amount, unit: "錠", times: 5, counted: .days))
        }
        let date = try #require(LocalDate(year: 2026, month: 10, day: 1))
        let record = DrugRecord(
            publishedTo: nil, period: nil,
            dispensings: [
                Dispensing(date: date, source: .inHouse(Institution(name: "院")), drugs: lines)
            ])
        let sheet = try #require(record.notebookSheets(holder: nil).first)
        let writing = try NotebookWriter(shiftJIS()).write(sheet.document)
        #expect(writing.parts.count > 100)
        #expect(writing.parts.allSatisfy { $0.count <= NotebookWriter.partOctets })
        #expect(writing.remarks.allSatisfy { $0.matter == .shortened(to: 120) })
        var collector = NotebookCollector()
        for part in writing.parts.shuffled() { try collector.add(part) }
        #expect(collector.text == writing.text)
        let nothing = DrugRecord(publishedTo: nil, period: nil, dispensings: [])
        #expect(nothing.notebookSheets(holder: nil).isEmpty)
    }
}
