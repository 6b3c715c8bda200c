import HTTP
package import JSON

/// The description of a table of routes as OpenAPI 3.1 has it, written from the declarations that
/// the router goes by.
package enum OpenAPIDocument {
    /// The document of a table.
    package static func json<Route: RouteTable>(of _: Route.Type, version: String) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for route in Route.allCases {
            var item = paths[route.path]?.objectValue ?? [:]
            item[route.method.lowercased()] = operation(route)
            paths[route.path] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "info": [
                "title": .string(Route.title), "version": .string(version),
                "description": .string(about),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "paths": .object(paths),
            "components": [
                "schemas": .object(
                    Dictionary(
                        Schema.Name.allCases.map { ($0.rawValue, $0.schema.json) }
                    ) { first, _ in first }),
                "securitySchemes": .object([Route.security.name: scheme(Route.security.scheme)]),
            ],
            "security": [.object([Route.security.name: []])],
        ]
    }

    private static let about = """
        Everything here is simulated. Problems are RFC 9457: their types never change their \
        meaning. Which client certificate may use which route stands in x-speakers; which \
        problems a status may carry stands at that status. What breaks the rules of HTTP itself \
        is answered the same way on every route, and then the connection ends.
        """

    private static func scheme(_ name: String) -> JSONValue {
        name == "mutualTLS"
            ? ["type": "mutualTLS"] : ["type": "http", "scheme": .string(name)]
    }

    private static func operation<Route: RouteTable>(_ route: Route) -> JSONValue {
        let operation = route.operation
        var parameters = operation.parameters
        if operation.takesIdempotencyKey { parameters.append(IdempotencyKeys.parameter) }
        if operation.answer.isValidated { parameters.append(.knownTag) }
        return .object(present: [
            ("operationId", .string("\(route)")), ("summary", .string(operation.summary)),
            (
                "x-speakers",
                .array(operation.speakers.map(\.rawValue).sorted().map(JSONValue.string))
            ),
            ("parameters", parameters.isEmpty ? nil : .array(parameters.map(json))),
            (
                "requestBody",
                operation.body.map {
                    [
                        "required": true,
                        "content": ["application/json": ["schema": $0.json]],
                    ]
                }
            ),
            ("responses", .object(answers(route))),
        ])
    }

    private static func json(_ parameter: Operation.Parameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired), "description": .string(parameter.about),
            "schema": parameter.schema.json,
        ]
    }

    private static func answers<Route: RouteTable>(_ route: Route) -> [String: JSONValue] {
        let answer = route.operation.answer
        var answers = [String(answer.status): good(answer)]
        if answer.isValidated {
            answers["304"] = [
                "description": "The client has it already.", "headers": headers(["ETag"]),
            ]
        }
        var kinds: [Int: [String]] = [:]
        for (status, name) in problems(of: route) { kinds[status, default: []].append(name) }
        for (status, names) in kinds { answers[String(status)] = problem(status, names) }
        return answers
    }

    private static func good(_ answer: Operation.Answer) -> JSONValue {
        let content: JSONValue? =
            switch answer.content {
            case .json(let schema): ["application/json": ["schema": schema.json]]
            case .octets(let media): .object([media: ["schema": ["type": "string"]]])
            case nil: nil
            }
        return .object(present: [
            ("description", "The answer."), ("content", content),
            ("headers", headers(answer.isValidated ? ["ETag"] : [])),
        ])
    }

    private static func problem(_ status: Int, _ names: [String]) -> JSONValue {
        let types = names.sorted().map { JSONValue.string(Problem.prefix + $0) }
        let type: JSONValue = ["properties": ["type": ["enum": .array(types)]]]
        return [
            "description": .string(names.sorted().joined(separator: ", ")),
            "content": [
                "application/problem+json": [
                    "schema": ["allOf": [["$ref": "#/components/schemas/Problem"], type]]
                ]
            ],
        ]
    }

    private static func headers(_ more: [String]) -> JSONValue {
        var headers: [String: JSONValue] = [
            "Madoguchi-Request": [
                "description": "The request's id, which the journal carries too.",
                "schema": Schema.text(.token, 1...64).json,
            ]
        ]
        for name in more { headers[name] = ["schema": ["type": "string"]] }
        return .object(headers)
    }

    /// Every problem that a route may answer with, by its status.
    package static func problems<Route: RouteTable>(
        of route: Route
    ) -> [(status: Int, name: String)] {
        let operation = route.operation
        var kinds = Set(operation.problems + Route.commonProblems).union([.malformedQuery])
        if operation.parameters.contains(where: { $0.place == .path }) { kinds.insert(.notFound) }
        if operation.body != nil { kinds.formUnion([.malformedBody, .unsupportedMediaType]) }
        return kinds.map { ($0.status, $0.rawValue) } + wire
    }

    /// What the server answers by itself, before a request is a request, or when it stops.
    package static let wire: [(status: Int, name: String)] = [
        (400, "bad-request"), (408, "request-timeout"), (413, "body-too-large"),
        (414, "target-too-long"), (417, "expectation"), (431, "head-too-large"),
        (501, "not-implemented"), (503, "busy"), (505, "http-version"),
    ]
}

extension Operation.Parameter {
    static let knownTag = header(
        "If-None-Match", .anyText, "validators of what the client has", isRequired: false)
}
