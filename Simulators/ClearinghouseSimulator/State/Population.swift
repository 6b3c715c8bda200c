package import JSON
package import Records

/// The simulated people, each as of the business date.
package struct Population: Sendable {
    private let files: [String: PersonFile]
    private var people: [String: Person] = [:]
    private var date: LocalDate?

    /// People from their files; two of one id are one too many.
    package init(_ files: [PersonFile]) {
        self.files = Dictionary(files.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The ids, sorted.
    package var ids: [String] { files.keys.sorted() }

    /// What is said of a person.
    package func file(of id: String) -> PersonFile? { files[id] }

    /// A person on a business date.
    package mutating func person(_ id: String, on date: LocalDate) throws(JSONError) -> Person? {
        if date != self.date { (people, self.date) = ([:], date) }
        if let known = people[id] { return known }
        guard let person = try files[id]?.person(on: date) else { return nil }
        people[id] = person
        return person
    }
}
