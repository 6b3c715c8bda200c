package import HTTP
package import JSON

/// A request whose address, fields and body have the shape that its route declares.
package struct Intake: Sendable {
    /// The body as JSON; null where the route takes none.
    package var body: JSONValue = .null
    /// The parameters of path and query that were given.
    package var values: [String: String] = [:]
}

extension Operation {
    /// The longest body that is read as JSON, in octets.
    static let maximumBodyOctets = 1 << 20

    /// Holds a request to the declaration.
    package func intake(
        _ request: HTTPRequest, path: [String: String] = [:]
    ) throws(Refusal) -> Intake {
        var intake = Intake(values: path)
        if let needsToken, request.bearer == nil { throw Refusal(needsToken) }
        for parameter in parameters where parameter.place == .path {
            let value = path[parameter.name] ?? ""
            guard parameter.schema.fault(in: .string(value)) == nil else {
                throw Refusal(.notFound)
            }
        }
        try readQuery(request, into: &intake)
        try checkFields(request)
        guard let body else { return intake }
        try request.checkMediaType()
        do throws(JSONError) {
            intake.body = try JSONValue(
                parsing: request.body,
                limits: JSONLimits(octets: Self.maximumBodyOctets, depth: 8))
        } catch { throw Refusal(.malformedBody, error) }
        if let fault = body.fault(in: intake.body) { throw Refusal(.malformedBody, fault) }
        return intake
    }

    private func readQuery(
        _ request: HTTPRequest, into intake: inout Intake
    ) throws(Refusal) {
        let known = parameters.filter { $0.place == .query }
        guard let pairs = request.queryPairs else {
            throw Refusal(.malformedQuery, "it could not be decoded")
        }
        for (name, value) in pairs {
            guard let parameter = known.first(where: { $0.name == name }) else {
                let names = known.map(\.name).joined(separator: ", ")
                throw Refusal(
                    .malformedQuery,
                    known.isEmpty ? "it takes no query" : "it takes no more than \(names)")
            }
            guard intake.values.updateValue(value, forKey: name) == nil else {
                throw Refusal(.malformedQuery, "\(name) is named twice")
            }
            if let fault = parameter.schema.fault(inText: value) {
                throw Refusal(.malformedQuery, "\(name) \(fault)")
            }
        }
    }

    /// Of the fields only keys of idempotency are bounded here: the others have problems of their
    /// own, which say what is missing.
    private func checkFields(_ request: HTTPRequest) throws(Refusal) {
        let values = request.headers.values(of: IdempotencyKeys.field)
        guard takesIdempotencyKey, !values.isEmpty else { return }
        guard values.count == 1, IdempotencyKeys.schema.fault(in: .string(values[0])) == nil
        else { throw Refusal(.idempotencyKeyMalformed) }
    }
}

extension Schema {
    /// Why a text of an address is not of this shape; numbers stand there as digits.
    func fault(inText text: String) -> String? {
        let value: JSONValue
        switch self {
        case .integer: value = Int64(text).map(JSONValue.integer) ?? .string(text)
        case .boolean: value = text == "true" ? true : text == "false" ? false : .string(text)
        default: value = .string(text)
        }
        guard case .unexpected(_, let reason)? = fault(in: value) else { return nil }
        return reason
    }
}

extension HTTPRequest {
    /// The query's names and values in their order; nothing if one of them does not decode.
    var queryPairs: [(name: String, value: String)]? {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        var pairs: [(name: String, value: String)] = []
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let decoded = HTTPRequest(method: "GET", target: "/?" + pair).query
            guard let first = decoded.first else { return nil }
            pairs.append((first.key, first.value))
        }
        return pairs
    }
}
