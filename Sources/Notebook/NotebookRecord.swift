package import Records

/// One record: its kind and its fields as text, in the order of the format.
package struct NotebookRecord: Hashable, Sendable, PersonalData {
    /// What it is.
    package var kind: NotebookKind
    /// Its fields after the number; fields that are missing at the end are empty.
    package var fields: [String]

    /// A record. Fields left out at the end are empty.
    package init(_ kind: NotebookKind, _ fields: [String]) {
        self.kind = kind
        let missing = max(0, kind.fields.count - fields.count)
        self.fields = fields + Array(repeating: "", count: missing)
    }

    /// The field of this name; empty where the record has none.
    package subscript(name: String) -> String {
        guard let index = kind.fields.firstIndex(where: { $0.japanese == name }) else { return "" }
        return index < fields.count ? fields[index] : ""
    }
}

/// A date as notebook texts write it: `20210929`, or `R030929` with the letter of an era.
package func notebookDate(_ text: String) -> LocalDate? {
    if let date = LocalDate(digits: text) { return date }
    let starts: [Character: Int] = ["M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018]
    guard text.utf8.count == 7, let era = text.first.flatMap({ starts[$0] }),
        let year = Int(text.dropFirst().prefix(2)), year > 0
    else { return nil }
    let digits = String(10_000 + era + year).dropFirst() + text.dropFirst(3)
    return LocalDate(digits: digits)
}
