import ClearinghouseSimulator
import HTTP
import JSON
import Testing

@Suite("The served description and the code")
struct DocumentTests {
    @Test("every route stands in the document, and nothing else does")
    func routes() throws {
        compare(Route.self)
        compare(AdminRoute.self)
    }

    private func compare<Table: RouteTable>(_: Table.Type) {
        let document = OpenAPIDocument.json(of: Table.self, version: "1")
        var described: Set<String> = []
        for (path, item) in document["paths"]?.objectValue ?? [:] {
            for method in item.objectValue?.keys ?? [:].keys {
                described.insert("\(method.uppercased()) \(path)")
            }
        }
        #expect(described == Set(Table.allCases.map(\.rawValue)))
        #expect(document["openapi"] == "3.1.0")
    }

    @Test("every reference leads somewhere, and every name is used by a route")
    func references() {
        var used: Set<String> = []
        for document in [
            OpenAPIDocument.json(of: Route.self, version: "1"),
            OpenAPIDocument.json(of: AdminRoute.self, version: "1"),
        ] {
            collect(document, into: &used)
        }
        #expect(
            used
                == Set(Schema.Name.allCases.map { "#/components/schemas/\($0.rawValue)" }))
    }

    private func collect(_ value: JSONValue, into names: inout Set<String>) {
        for (key, inner) in value.objectValue ?? [:] {
            if key == "$ref", let name = inner.stringValue { names.insert(name) }
            collect(inner, into: &names)
        }
        for inner in value.arrayValue ?? [] { collect(inner, into: &names) }
    }

    @Test("every problem of the clearinghouse stands at some route")
    func problems() {
        let told = Set(
            Route.allCases.flatMap { OpenAPIDocument.problems(of: $0).map(\.name) }
                + AdminRoute.allCases.flatMap { OpenAPIDocument.problems(of: $0).map(\.name) })
        let known = Set(ProblemKind.allCases.map(\.rawValue))
            .union(OpenAPIDocument.wire.map(\.name))
        // This one is about a method that no route has.
        #expect(known.subtracting(told) == ["method-not-allowed"])
        #expect(told.isSubset(of: known))
    }

    @Test("path parameters of a route are those it declares")
    func pathParameters() {
        for route in Route.allCases {
            let inPath = route.path.split(separator: "/").filter { $0.hasPrefix("{") }
            let declared = route.operation.parameters.filter { $0.place == .path }
            #expect(inPath.map { String($0.dropFirst().dropLast()) } == declared.map(\.name))
        }
    }

    static let texts = [
        "", "2026-11-22", "0000-01-01", "2026-02-30", "2026-13", "2026-11", "26-11",
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00.123Z", "2026-11-22T10:00:00+09:00", "abcd", "ab==", "ab=", "a b",
        "a\nb", "a\tb", "窓口", "-_-_", "+/+/", "12", "-1.50", "1.", "●",
        String(repeating: "a", count: 64), String(repeating: "A", count: 64),
    ]

    @Test("what the code takes, the document's expression takes too", arguments: TextForm.allCases)
    func forms(form: TextForm) throws {
        let expression = try Regex(form.pattern)
        for text in Self.texts where form.matches(text) {
            #expect(text.contains(expression), "\(form): \(text)")
        }
        // The other way round holds but for dates that the calendar does not have: format tells.
        let told: Set<TextForm> = [.date, .instant]
        for text in Self.texts where !told.contains(form) && text.contains(expression) {
            #expect(form.matches(text), "\(form): \(text)")
        }
    }

    @Test("a shape names the first fault with its path")
    func faults() {
        let schema = Schema.object([
            .field("a", .list(.integer(1...3), 1...2)), .optional("b", .choice(["x"])),
        ])
        func fault(_ value: JSONValue) -> String? { schema.fault(in: value)?.description }
        #expect(fault(["a": [1]]) == nil && fault(["a": [3], "b": "x"]) == nil)
        #expect(fault([]) == "$: must be an object")
        #expect(fault([:]) == "$.a: is missing")
        #expect(fault(["a": []])?.hasPrefix("$.a: must be an array") == true)
        #expect(fault(["a": [1, 4]])?.hasPrefix("$.a[1]: must be a whole number") == true)
        #expect(fault(["a": [1], "b": nil])?.hasPrefix("$.b: must be one of") == true)
        #expect(fault(["a": [1], "c": 1]) == "$.c: is not a known field")
    }
}
