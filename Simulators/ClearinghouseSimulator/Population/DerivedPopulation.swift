package import Records

/// People who are derived when they are asked for: from a seed and their number alone, so that a
/// million of them need no storage. The same seed, number and business date give the same person;
/// on a later date there is more on record, and nothing of what was there has changed. They live in
/// households of four and share their doctors. All of it is invented and says so.
package struct DerivedPopulation: Hashable, Sendable {
    /// The most people there can be: their numbers have seven digits.
    package static let maximumCount = 9_999_999
    /// What the ids begin with.
    package static let prefix = "derived-"
    /// How many people there are.
    package let count: Int
    /// What they are derived from.
    package let seed: UInt64

    /// So many people; nothing where there would be none or too many.
    package init?(count: Int, seed: UInt64 = 1) {
        guard (1...Self.maximumCount).contains(count) else { return nil }
        (self.count, self.seed) = (count, seed)
    }

    /// The id of a person by number, 1 to `count`.
    package func id(of number: Int) -> String? {
        (1...count).contains(number) ? Self.prefix + sevenDigits(number) : nil
    }

    /// The number of a person by id; nothing for an id that is nobody's.
    package func number(of id: String) -> Int? {
        guard id.hasPrefix(Self.prefix) else { return nil }
        return number(id.utf8.dropFirst(Self.prefix.utf8.count))
    }

    /// Whose number on a certificate it is.
    package func id(withNumber digits: String) -> String? {
        guard digits.utf8.count == 8, digits.hasPrefix("0") else { return nil }
        return number(digits.utf8.dropFirst()).flatMap(id(of:))
    }

    /// A person by id on a business date.
    package func person(_ id: String, on date: LocalDate) -> Person? {
        number(of: id).map { person($0, id: id, on: date) }
    }

    private func person(_ number: Int, id: String, on date: LocalDate) -> Person {
        let life = DerivedLife(seed: seed, number: number)
        let visits = life.visits(until: date)
        var person = Person(
            id: id, identity: life.identity, qualification: life.qualification(on: date))
        person.drugs = visits.map(\.dispensing)
        person.checkups = life.checkups(until: date)
        person.expenses = visits.flatMap(\.expenses)
        return person
    }

    private func number(_ digits: some Collection<UInt8>) -> Int? {
        guard digits.count == 7,
            digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (1...count).contains(number) ? number : nil
    }
}

/// A number with leading zeros, seven digits.
func sevenDigits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 7 - text.utf8.count)) + text
}
