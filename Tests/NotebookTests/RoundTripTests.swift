import Notebook
import Octets
import Records
import Testing

@Suite("Notebook: what was written is read, whole or in parts")
struct RoundTripTests {
    @Test("any document", arguments: 0..<150)
    func documents(seed: Int) throws {
        var random = RandomDocument()
        let document = random.document()
        let writing = try NotebookWriter(shiftJIS()).write(document)
        #expect(writing.remarks == [])
        let reading = try NotebookReader(shiftJIS()).read(writing.text)
        #expect(reading.document == document)
        #expect(reading.remarks == [])
        #expect(try NotebookWriter(shiftJIS()).write(reading.document).text == writing.text)
    }

    @Test("any document in parts of any size, scanned in any order", arguments: 0..<120)
    func parts(seed: Int) throws {
        var random = RandomDocument()
        let document = random.document()
        let limit = Int.random(in: 100...900)
        let writing = try NotebookWriter(shiftJIS()).write(document, partOctets: limit)
        #expect(writing.parts.count > 1 || writing.text.count <= limit)
        var collector = NotebookCollector()
        let order = writing.parts.indices.shuffled()
        for (step, index) in order.enumerated() {
            #expect(collector.text == nil)
            try collector.add(writing.parts[index])
            try collector.add(writing.parts[index])
            let left = order[(step + 1)...].map { $0 + 1 }.sorted()
            #expect(collector.missing == left)
            let reading = try NotebookReader(shiftJIS()).read(writing.parts[index])
            #expect(writing.parts.count == 1 || reading.split?.number == index + 1)
        }
        #expect(collector.text == writing.text)
        #expect(collector.count == writing.parts.count)
    }

    @Test("parts end where a day or a group ends, and hold what a symbol holds")
    func ends() throws {
        let writing = try NotebookWriter(shiftJIS()).write(
            try read(worked).document, partOctets: 340)
        #expect(writing.parts.count == 2)
        for part in writing.parts {
            #expect(part.count <= 340)
            let lines = try shiftJIS().text(part).split(separator: "\r\n")
            #expect(lines[0] == "JAHISTC08,1")
            #expect(lines[lines.count - 2].hasPrefix("301,"))
            #expect(lines[lines.count - 1].hasPrefix("911,20210929"))
        }
        // A visit that fits a part by itself is not torn.
        var visits = try read(worked).document
        visits.visits += visits.visits
        let two = try NotebookWriter(shiftJIS()).write(visits, partOctets: 660)
        #expect(two.parts.map { $0.split(separator: 0x0A).count } == [13, 12])
    }

    @Test("parts of different texts, or two that differ, are refused; a whole text is complete")
    func strangers() throws {
        let writer = NotebookWriter(try shiftJIS())
        var other = try read(worked).document
        let parts = try writer.write(other, partOctets: 300).parts
        other.visits[0].groups[0].records[0].fields[2] = "2"
        let strange = try writer.write(other, partOctets: 300).parts
        var collector = NotebookCollector()
        try collector.add(parts[0])
        #expect(throws: NotebookError.self) { try collector.add(strange[1]) }
        #expect(throws: NotebookError.self) { try collector.add(try octets(worked)) }
        #expect(throws: NotebookError.notANotebook) { try collector.add([0x41]) }
        var forged = parts[0]
        forged[20] ^= 1
        #expect(throws: NotebookError.self) { try collector.add(forged) }
        #expect(collector.missing == Array(2...parts.count))
        var whole = NotebookCollector()
        #expect(whole.missing == [])
        try whole.add(try octets(worked))
        #expect(whole.text == (try octets(worked)))
    }

    @Test("parts of another maker, cut between 201 and 301, join too")
    func foreign() throws {
        let lines = try octets(worked).split(separator: 0x0A).map { Array($0) + [0x0A] }
        let first = Array(lines[0...7].joined()) + Array("911,12345678901234,2,1\r\n".utf8)
        let second =
            lines[0] + Array(lines[8...].joined()) + Array("911,12345678901234,2,2".utf8)
        var collector = NotebookCollector()
        try collector.add(second)
        #expect(collector.missing == [1])
        let alone = try NotebookReader(shiftJIS()).read(second)
        #expect(alone.split?.count == 2)
        #expect(alone.remarks.map(\.matter) == [.outOfPlace])
        try collector.add(first)
        #expect(collector.text == (try octets(worked)))
    }

    @Test("more than 999 parts are refused")
    func tooMany() throws {
        var document = try read(worked).document
        let visit = document.visits[0]
        document.visits = Array(repeating: visit, count: 1000)
        #expect(throws: NotebookError.tooManyParts(7001)) {
            try NotebookWriter(shiftJIS()).write(document, partOctets: 120)
        }
    }
}
