import FoundationEssentials
import JSON
import Records
import Testing

@Suite("What contradicts itself is kept, and told in one table")
struct ContradictionTests {
    @Test("the documented table and the people files say the same, row by row")
    func table() throws {
        let url = peopleFolder.appending(path: "Contradictions.md")
        let lines = String(decoding: try Data(contentsOf: url), as: UTF8.self)
            .split(separator: "\n").drop { !$0.hasPrefix("| file |") }.dropFirst(2)
            .prefix { $0.hasPrefix("|") }
        let documented = lines.map { line in
            line.split(separator: "|").map { $0.trimmed }
        }
        var kept: [[String]] = []
        for id in peopleIDs {
            let person = try personFile(id).person(on: personFile(id).asOf ?? date("2026-11-22"))
            kept += person.contradictions.map { contradiction in
                [
                    id, contradiction.at.map { "`\($0)`" } ?? "(not stored)",
                    contradiction.printed, contradiction.implied, contradiction.reason,
                ]
            }
        }
        #expect(Set(documented) == Set(kept))
        #expect(documented.count == kept.count)
    }

    @Test(
        "a rule warns of what contradicts it, and of nothing else",
        arguments: ["sankino-taro", "sankino-hanako", "screen-checkups"])
    func warned(id: String) throws {
        let (person, asOf) = try sample(id)
        let checkups = person.publishedCheckups(on: asOf)
        // A contradiction at `$.checkups[0].results[10].value` is one of its item's rule.
        let known = person.contradictions.compactMap(\.at).compactMap { at -> RecordWarning? in
            let numbers = at.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
            guard at.hasPrefix("$.checkups"), numbers.count == 2 else { return nil }
            let checkup = person.checkups[numbers[0]]
            return switch checkup.results[numbers[1]].item {
            case .bodyMassIndex?: .bodyMassIndex(date: checkup.date)
            case .egfr?: .egfr(date: checkup.date)
            case .metabolicAssessment?: .metabolicAssessment(date: checkup.date)
            case .guidanceLevel?: .guidanceLevel(date: checkup.date)
            default: nil
            }
        }
        #expect(Set(checkups.warnings(of: person.identity)) == Set(known))
    }

    @Test("デパス: 407 is printed where the other rows' unit price gives 497")
    func depas() throws {
        let (person, _) = try sample("yakushi")
        let rows = person.drugs.flatMap(\.drugs).filter { $0.name == "デパス錠0.5mg" }
        let tablets = rows.map { (Int($0.quantity.amount.text) ?? 0) * $0.quantity.times }
        #expect(tablets == [180, 20, 84, 20, 84])
        #expect(rows.map(\.copaymentYen) == [407, 55, 232, 55, 232])
        // 232 yen for 84 tablets: 180 of them are 497.
        let implied: Int = (180 * 232 + 42) / 84
        #expect(implied == 497)
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
