internal import HTTP
internal import JSON

/// The steps of the programs' API: the router goes by this table, and the served description is
/// written from it.
enum ProgramRoute: String, CaseIterable {
    case document, program, events
    case checkIns, checkIn, drugs, checkups, drugsPaper, checkupsPaper, chart
    case insurance, register, submit, results

    var method: String {
        switch self {
        case .chart, .insurance, .register, .submit: "POST"
        default: "GET"
        }
    }

    /// The path; `{…}` stands for one segment.
    var path: String {
        switch self {
        case .document: "/v1/openapi.json"
        case .program: "/v1/program"
        case .events: "/v1/events"
        case .checkIns: "/v1/check-ins"
        case .checkIn: "/v1/check-ins/{id}"
        case .drugs: "/v1/check-ins/{id}/drugs"
        case .checkups: "/v1/check-ins/{id}/checkups"
        case .drugsPaper: "/v1/check-ins/{id}/drugs/paper"
        case .checkupsPaper: "/v1/check-ins/{id}/checkups/paper"
        case .chart: "/v1/check-ins/{id}/chart"
        case .insurance: "/v1/insurance/check"
        case .register: "/v1/charts"
        case .submit: "/v1/batches"
        case .results: "/v1/batches/{number}"
        }
    }

    /// The right it needs; nothing where any token will do.
    var right: ProgramRight? {
        switch self {
        case .document, .program: nil
        case .events, .checkIns, .checkIn, .chart, .insurance, .register: .qualification
        case .drugs, .checkups, .drugsPaper, .checkupsPaper: .records
        case .submit, .results: .batches
        }
    }

    var summary: String {
        switch self {
        case .document: "This description; no token is needed."
        case .program: "Whose token it is, and what it opens."
        case .events: "The check-ins, told anew after every change (text/event-stream)."
        case .checkIns: "The check-ins, newest first; nothing about the patients."
        case .checkIn: "A check-in and what its patient is entitled to."
        case .drugs: "The medicines, while the patient's consent lasts."
        case .checkups: "The checkups, while the patient's consent lasts."
        case .drugsPaper: "The medicines as PDF."
        case .checkupsPaper: "The checkups as PDF."
        case .chart: "Links a check-in to the clinic's own number of the patient (照会番号)."
        case .insurance: "What the holder of an insurance certificate is entitled to."
        case .register: "Registers the clinic's own number of a patient (照会番号登録)."
        case .submit: "Hands in a list of bookings; the number under which its results are."
        case .results: "How far a list is, and what was found once it is done."
        }
    }

    /// What the body is, as JSON Schema.
    var body: JSONValue? {
        switch self {
        case .chart: Self.object(["chart": Self.chartNumber], required: [])
        case .insurance: Self.object(["details": Self.details], required: ["details"])
        case .register:
            Self.object(
                ["details": Self.details, "chart": Self.chartNumber],
                required: ["details", "chart"])
        case .submit:
            Self.object(
                [
                    "bookings": [
                        "type": "array", "minItems": 1, "maxItems": 500,
                        "items": Self.object(
                            [
                                "id": ["type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"],
                                "details": Self.details,
                            ], required: ["id", "details"]),
                    ]
                ], required: ["bookings"])
        default: nil
        }
    }

    /// What a good answer is.
    var media: String {
        switch self {
        case .events: "text/event-stream"
        case .drugsPaper, .checkupsPaper: "application/pdf"
        default: "application/json"
        }
    }

    /// The members that a good answer has.
    var members: [String] {
        switch self {
        case .document: ["openapi", "paths"]
        case .program: ["name", "may"]
        case .events, .drugsPaper, .checkupsPaper: []
        case .checkIns: ["checkIns"]
        case .checkIn: ["id", "state", "number"]
        case .drugs, .checkups: ["checkIn", "item", "record", "historyIndex"]
        case .chart: ["id", "state"]
        case .insurance: ["qualification"]
        case .register: ["chart"]
        case .submit: ["number"]
        case .results: ["count", "done", "errors", "segment"]
        }
    }

    /// Whether a path's segments are this route's.
    func matches(_ segments: [String]) -> Bool {
        let parts = path.split(separator: "/")
        guard parts.count == segments.count else { return false }
        return zip(parts, segments).allSatisfy { part, segment in
            part.hasPrefix("{") ? !segment.isEmpty : part == segment
        }
    }

    private static let chartNumber: JSONValue = [
        "type": "string", "pattern": "^[!-~]{1,32}$",
    ]

    private static let details: JSONValue = object(
        [
            "insurerNumber": ["type": "string", "pattern": "^([0-9]{6}|[0-9]{8})$"],
            "symbol": ["type": ["string", "null"], "maxLength": 40],
            "number": ["type": "string", "minLength": 1, "maxLength": 40],
            "branch": ["type": ["string", "null"], "pattern": "^[0-9]{2}$"],
            "birthDate": ["type": "string", "format": "date"],
        ], required: ["insurerNumber", "number", "birthDate"])

    private static func object(_ members: [String: JSONValue], required: [String]) -> JSONValue {
        [
            "type": "object", "properties": .object(members), "additionalProperties": false,
            "required": .array(required.map(JSONValue.string)),
        ]
    }
}

/// The description of the programs' API as OpenAPI 3.1 has it.
enum ProgramDocument {
    static func json(version: String) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for route in ProgramRoute.allCases {
            var item = paths[route.path]?.objectValue ?? [:]
            item[route.method.lowercased()] = operation(route)
            paths[route.path] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "info": [
                "title": "Madoguchi: the API of a terminal for clinic programs",
                "version": .string(version), "description": .string(about),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "paths": .object(paths),
            "components": [
                "schemas": ["Problem": problem],
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
            ],
            "security": [["token": []]],
        ]
    }

    private static let about = """
        Each use is an entry of the access history that names the program, durable before the \
        answer leaves. Problems are RFC 9457; their types never change their meaning.
        """

    private static let problem: JSONValue = [
        "type": "object", "required": ["type", "title", "status"],
        "properties": [
            "type": ["type": "string"], "title": ["type": "string"],
            "status": ["type": "integer"],
        ],
    ]

    private static func operation(_ route: ProgramRoute) -> JSONValue {
        let names = route.path.split(separator: "/").filter { $0.hasPrefix("{") }
        let parameters = names.map { name -> JSONValue in
            [
                "name": .string(String(name.dropFirst().dropLast())), "in": "path",
                "required": true,
                "schema": name == "{number}"
                    ? ["type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"]
                    : ["type": "string", "minLength": 1, "maxLength": 64],
            ]
        }
        return .object(present: [
            ("operationId", .string(route.rawValue)), ("summary", .string(route.summary)),
            ("security", route == .document ? [] : nil),
            ("x-right", route.right.map { .string($0.rawValue) }),
            ("parameters", parameters.isEmpty ? nil : .array(parameters)),
            (
                "requestBody",
                route.body.map {
                    ["required": true, "content": ["application/json": ["schema": $0]]]
                }
            ),
            (
                "responses",
                [
                    "200": [
                        "description": "The answer.",
                        "content": .object([route.media: ["schema": schema(of: route)]]),
                    ],
                    "default": [
                        "description": "A problem.",
                        "content": [
                            "application/problem+json": [
                                "schema": ["$ref": "#/components/schemas/Problem"]
                            ]
                        ],
                    ],
                ]
            ),
        ])
    }

    private static func schema(of route: ProgramRoute) -> JSONValue {
        guard route.media == "application/json" else { return ["type": "string"] }
        return [
            "type": "object", "required": .array(route.members.map(JSONValue.string)),
        ]
    }
}
