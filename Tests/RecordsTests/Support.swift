import FoundationEssentials
import JSON
import Records
import Testing

/// The repository's folder of people files.
let peopleFolder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Simulators/People")

/// The ids of all people files.
let peopleIDs: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: peopleFolder.path))
    .map { names in names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted() }
    ?? []

func peopleOctets(_ id: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: peopleFolder.appending(path: "\(id).json")))
}

func personFile(_ id: String) throws -> PersonFile { try PersonFile(parsing: peopleOctets(id)) }

/// A person at the date of their printed sample.
func sample(_ id: String) throws -> (person: Person, asOf: LocalDate) {
    let file = try personFile(id)
    let asOf = try #require(file.asOf)
    return (try file.person(on: asOf), asOf)
}

/// The rows of a table of expected values.
func golden(_ name: String) throws -> [[String]] {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden/\(name).tsv")
    return String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
}

func date(_ text: String) throws -> LocalDate { try #require(LocalDate(text)) }
func month(_ text: String) throws -> YearMonth { try #require(YearMonth(text)) }

/// Whole yen as the samples print them: `10,000`.
func grouped(_ yen: Int) -> String {
    var text = String(yen)
    var place = text.count - 3
    while place > 0 {
        text.insert(",", at: text.index(text.startIndex, offsetBy: place))
        place -= 3
    }
    return text
}

/// A value as JSON, with one field replaced; used to break records on purpose.
func replacing(_ value: JSONValue, _ path: [String], with new: JSONValue?) -> JSONValue {
    guard let key = path.first else { return new ?? .null }
    if let index = Int(key), case .array(var elements) = value {
        elements[index] = replacing(elements[index], Array(path.dropFirst()), with: new)
        return .array(elements)
    }
    guard case .object(var fields) = value else { return value }
    fields[key] =
        path.count == 1 ? new : replacing(fields[key] ?? .null, Array(path.dropFirst()), with: new)
    return .object(fields)
}
