/// Who may use a route: the identities of client certificates.
package enum Speaker: String, CaseIterable, Hashable, Sendable {
    /// A terminal of an institution.
    case institution
    /// The patients' portal.
    case portal
    /// Software for tax returns, linked by the patient.
    case tax
}

/// What a route takes and answers: the router goes by it, and the served document is written from
/// it.
package struct Operation: Sendable {
    /// One sentence.
    package var summary: String
    /// Who may ask.
    package var speakers: Set<Speaker>
    /// What stands in the address and the fields.
    package var parameters: [Parameter] = []
    /// The shape of the body, if it takes one.
    package var body: Schema?
    /// The good answer.
    package var answer: Answer
    /// The problems of its own; those that every route has are added.
    package var problems: [ProblemKind] = []
    /// Whether a client may name a key under which the request is done once.
    package var takesIdempotencyKey = false
    /// The problem of a request without a token, where one is needed: told before all else.
    package var needsToken: ProblemKind?

    /// A parameter.
    package struct Parameter: Hashable, Sendable {
        /// Where it stands.
        package enum Place: String, Hashable, Sendable {
            case query
            case header
            case path
        }

        /// Its name.
        package var name: String
        /// Where it stands.
        package var place: Place
        /// The shape of its value, a text.
        package var schema: Schema
        /// Whether the route does nothing without it.
        package var isRequired: Bool
        /// What it says.
        package var about: String
    }

    /// A good answer.
    package struct Answer: Hashable, Sendable {
        /// The status.
        package var status: Int
        /// The media type and the shape of a body.
        package var content: Content?
        /// Whether it carries an `ETag` and may be 304.
        package var isValidated = false

        /// What a body is.
        package enum Content: Hashable, Sendable {
            case json(Schema)
            /// Octets of a media type that have no JSON schema.
            case octets(String)
        }

        /// An answer with a JSON body.
        package static func json(_ schema: Schema, _ status: Int = 200) -> Answer {
            Answer(status: status, content: .json(schema))
        }

        /// Records: a JSON body with a validator.
        package static func read(_ schema: Schema) -> Answer {
            Answer(status: 200, content: .json(schema), isValidated: true)
        }

        /// Nothing but a status.
        package static let nothing = Answer(status: 204)
    }
}

extension Operation.Parameter {
    /// A part of the query that may be absent.
    package static func query(_ name: String, _ schema: Schema, _ about: String) -> Self {
        Self(name: name, place: .query, schema: schema, isRequired: false, about: about)
    }

    /// A field of the request.
    package static func header(
        _ name: String, _ schema: Schema, _ about: String, isRequired: Bool = true
    ) -> Self {
        Self(name: name, place: .header, schema: schema, isRequired: isRequired, about: about)
    }

    /// A segment of the path.
    package static func path(_ name: String, _ schema: Schema, _ about: String) -> Self {
        Self(name: name, place: .path, schema: schema, isRequired: true, about: about)
    }
}

/// A set of routes: each case's raw value is its method and path, `GET /v1/batches/{reception}`.
package protocol RouteTable: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// What the route takes and answers.
    var operation: Operation { get }
    /// The problems that any route of the table may answer with.
    static var commonProblems: [ProblemKind] { get }
    /// The title of the table's document.
    static var title: String { get }
    /// How clients are known, as an OpenAPI security scheme.
    static var security: (name: String, scheme: String) { get }
}

extension RouteTable {
    /// The method.
    package var method: String { String(rawValue.prefix { $0 != " " }) }
    /// The path, with its parameters in braces.
    package var path: String { String(rawValue.drop { $0 != " " }.dropFirst()) }

    /// What stands at an address.
    package static func find(method: String, path: String) -> FoundRoute<Self> {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        var others: [String] = []
        for route in allCases {
            guard let values = route.values(in: segments) else { continue }
            if route.method == method { return .route(route, values) }
            others.append(route.method)
        }
        return others.isEmpty ? .nothing : .otherMethods(others)
    }

    /// The values of the path's parameters, if the path is this route's.
    private func values(in segments: [Substring]) -> [String: String]? {
        let own = path.split(separator: "/", omittingEmptySubsequences: false)
        guard own.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (mine, theirs) in zip(own, segments) {
            if mine.hasPrefix("{") {
                values[String(mine.dropFirst().dropLast())] = String(theirs)
            } else if mine != theirs {
                return nil
            }
        }
        return values
    }
}

/// What stands at an address.
package enum FoundRoute<Route: RouteTable>: Hashable, Sendable {
    /// A route, with the values of its path's parameters.
    case route(Route, [String: String])
    /// The path is there, for these methods.
    case otherMethods([String])
    /// Nothing.
    case nothing
}
