package import JSON
package import Records

/// The simulated people, each as of the business date: those of files, and those who are derived
/// from a seed and their number, of whom nothing is kept.
package struct Population: Sendable {
    /// How many derived people are remembered, so that a check and its readings derive one once.
    package static let remembered = 256
    private let files: [String: PersonFile]
    /// The derived people; nobody where nobody asked for them.
    package let derived: DerivedPopulation?
    private var people: [String: Person] = [:]
    private var recent: [String: Person] = [:]
    private var date: LocalDate?

    /// People from their files (two of one id are one too many), and derived ones.
    package init(_ files: [PersonFile], derived: DerivedPopulation? = nil) {
        self.files = Dictionary(files.map { ($0.id, $0) }) { first, _ in first }
        self.derived = derived
    }

    /// The ids of the people of files, sorted.
    package var ids: [String] { files.keys.sorted() }

    /// What is said of a person of a file.
    package func file(of id: String) -> PersonFile? { files[id] }

    /// Whether there is such a person, of a file or derived.
    package func contains(_ id: String) -> Bool {
        files[id] != nil || derived?.number(of: id) != nil
    }

    /// The ids of those who may have this number on a certificate: everybody of a file, and the one
    /// derived person whose number it is.
    package func ids(withNumber number: String) -> [String] {
        ids + (derived?.id(withNumber: number).map { [$0] } ?? [])
    }

    /// A person on a business date.
    package mutating func person(_ id: String, on date: LocalDate) throws(JSONError) -> Person? {
        if date != self.date { (people, recent, self.date) = ([:], [:], date) }
        if let known = people[id] ?? recent[id] { return known }
        if let file = files[id] {
            let person = try file.person(on: date)
            people[id] = person
            return person
        }
        guard let person = derived?.person(id, on: date) else { return nil }
        if recent.count >= Self.remembered { recent = [:] }
        recent[id] = person
        return person
    }
}
