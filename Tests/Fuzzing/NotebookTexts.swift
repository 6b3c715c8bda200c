internal import Charsets
internal import Notebook
internal import Octets

/// Texts of medicine notebooks: what is read can be written, and says the same from then on.
func readNotebook(_ input: [UInt8]) {
    guard let characters = ShiftJIS.system else { return }
    let (reader, writer) = (NotebookReader(characters), NotebookWriter(characters))
    guard let reading = try? reader.read(input) else { return }
    demand(reading.remarks.count <= NotebookReader.maximumRemarks, "remarks are bounded")
    _ = reading.document.visits.map { ($0.fingerprint, $0.date, $0.groups.map(\.number)) }
    _ = reading.remarks.map(\.description)
    guard let writing = try? writer.write(reading.document),
        let again = try? reader.read(writing.text)
    else { return }
    // Few octets of Shift_JIS can be taken for UTF-8; then the text says something else.
    guard !again.remarks.contains(where: { $0.matter == .isUTF8 }) else { return }
    demand((try? writer.write(again.document).text) == writing.text, "a text has one form")
    var collector = NotebookCollector()
    for part in writing.parts.reversed() { try? collector.add(part) }
    demand(collector.text == writing.text, "parts join")
}

/// Parts, each behind an octet 0, in any order.
func joinNotebook(_ input: [UInt8]) {
    var collector = NotebookCollector()
    for part in input.split(separator: 0) { try? collector.add(Array(part)) }
    demand(
        collector.missing.isEmpty == (collector.text != nil) || collector.count == nil,
        "a text is whole when nothing is missing")
}
