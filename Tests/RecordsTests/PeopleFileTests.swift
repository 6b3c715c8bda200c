import JSON
import Records
import Testing

@Suite("People files")
struct PeopleFileTests {
    @Test("the folder holds the people of the main job")
    func folder() {
        #expect(
            Set(peopleIDs).isSuperset(of: [
                "mado", "yakushi", "sankino-taro", "sankino-hanako", "iryohi",
            ]))
    }

    @Test("each is read whole, and is named after its person", arguments: peopleIDs)
    func read(id: String) throws {
        let file = try personFile(id)
        #expect(file.id == id)
        for text in ["2021-09-01", "2026-11-22", "2031-12-31"] {
            #expect(try file.person(on: date(text)).id == id)
        }
    }

    @Test("the samples name their dates")
    func sampleDates() throws {
        #expect(try personFile("yakushi").asOf == LocalDate("2021-10-11"))
        #expect(try personFile("sankino-taro").asOf == LocalDate("2027-04-02"))
        #expect(try personFile("sankino-hanako").asOf == LocalDate("2026-10-25"))
        #expect(try personFile("iryohi").asOf == LocalDate("2024-09-06"))
        #expect(try personFile("mado").asOf == nil)
    }

    @Test("each contradiction stands in the file as it says", arguments: peopleIDs)
    func contradictions(id: String) throws {
        let body = try JSONValue(parsing: peopleOctets(id))
        let person = try personFile(id).person(on: personFile(id).asOf ?? date("2026-11-22"))
        for contradiction in person.contradictions {
            #expect(contradiction.printed != contradiction.implied)
            guard let at = contradiction.at else { continue }
            let found = try #require(value(at: at, in: body))
            let text = found.stringValue ?? found.integerValue.map { "\($0)" }
            #expect(text == contradiction.printed)
        }
    }

    @Test("the known contradictions of the samples are all told")
    func known() throws {
        #expect(try sample("yakushi").person.contradictions.first?.implied == "497")
        let taro = try sample("sankino-taro").person
        let warned = taro.checkups.flatMap { $0.warnings(of: taro.identity) }
        #expect(warned.count == 9)
        // Two body mass indices, five eGFR, and two assessments of 2022-07-10.
        #expect(taro.contradictions.count == 9)
        // Two body mass indices, five eGFR, and the insurer's number.
        #expect(try sample("sankino-hanako").person.contradictions.count == 8)
        #expect(try sample("iryohi").person.contradictions.count == 1)
    }

    @Test(
        "what is wrong is refused with its path",
        arguments: [
            (["unknown"], JSONValue("x"), "$.unknown"),
            (["version"], JSONValue(2), "$.version"),
            (["id"], JSONValue("../etc"), "$.id"),
            (["asOf"], JSONValue("2021-02-30"), "$.asOf"),
            (["identity", "sex"], JSONValue("4"), "$.identity.sex"),
            (["identity", "name"], JSONValue(""), "$.identity.name"),
            (["identity", "name"], JSONValue("a\u{0}"), "$.identity.name"),
            (["identity", "age"], JSONValue(31), "$.identity.age"),
            (["qualification", "validity"], JSONValue(1), "$.qualification.validity"),
            (
                ["qualification", "entitlements", "0", "branch"], JSONValue("1"),
                "$.qualification.entitlements[0].branch"
            ),
            (
                ["qualification", "entitlements", "0", "insurerNumber"], JSONValue("  123456"),
                "$.qualification.entitlements[0].insurerNumber"
            ),
            (["drugs", "0", "date"], JSONValue("2021-9-1"), "$.drugs[0].date"),
            (["drugs", "0", "drugs"], [], "$.drugs[0].drugs"),
            (["drugs", "1", "inHouse"], ["name": "x"], "$.drugs[1]"),
            (
                ["drugs", "0", "drugs", "1", "copaymentYen"], JSONValue(-1),
                "$.drugs[0].drugs[1].copaymentYen"
            ),
            (
                ["drugs", "0", "drugs", "1", "quantity", "amount"], JSONValue("1e3"),
                "$.drugs[0].drugs[1].quantity.amount"
            ),
            (
                ["drugs", "0", "drugs", "0", "marks"], ["psychotropic", "funny"],
                "$.drugs[0].drugs[0].marks[1]"
            ),
        ] as [([String], JSONValue, String)])
    func refused(path: [String], value: JSONValue, at expected: String) throws {
        let body = try JSONValue(parsing: peopleOctets("yakushi"))
        let broken = replacing(body, path, with: value)
        do throws(JSONError) {
            _ = try PersonFile(parsing: broken.canonical)
            Issue.record("a broken file was read")
        } catch {
            guard case .unexpected(let path, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(path == expected)
        }
    }

    @Test("a file cut anywhere is refused, never a trap")
    func truncated() throws {
        let octets = try peopleOctets("yakushi")
        for count in stride(from: 0, to: octets.count - 2, by: 97) {
            #expect(throws: JSONError.self) { try PersonFile(parsing: Array(octets[..<count])) }
        }
    }

    @Test("a file with any one value replaced is read or refused, never a trap")
    func mutated() throws {
        let body = try JSONValue(parsing: peopleOctets("mado"))
        for path in leaves(body, []) {
            for value: JSONValue in [.null, 9_007_199_254_740_991, "ﾞ", [], ["monthsBefore": 2400]]
            {
                _ = try? PersonFile(parsing: replacing(body, path, with: value).canonical)
            }
        }
    }

    /// The value at a path as `$.drugs[0].date`.
    private func value(at path: String, in body: JSONValue) -> JSONValue? {
        path.dropFirst().split(whereSeparator: { ".[]".contains($0) }).reduce(body) { value, key in
            if let index = Int(key) {
                value?.arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            } else {
                value?[String(key)]
            }
        }
    }

    private func leaves(_ value: JSONValue, _ path: [String]) -> [[String]] {
        switch value {
        case .object(let fields): fields.flatMap { leaves($0.value, path + [$0.key]) }
        case .array(let elements):
            elements.prefix(1).enumerated().flatMap { leaves($0.element, path + ["\($0.offset)"]) }
        default: [path]
        }
    }
}
