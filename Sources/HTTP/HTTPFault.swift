/// Why a message was refused, with the status that answers it.
package enum HTTPFault: Error, Hashable, Sendable {
    /// Breaks the grammar or a rule of RFC 9112; the text says which.
    case malformed(String)
    /// The request line is longer than allowed.
    case targetTooLong
    /// The head is longer, or has more fields, than allowed.
    case headTooLarge
    /// The body is longer than allowed.
    case bodyTooLarge
    /// A method, or a transfer coding, that nobody here knows.
    case notImplemented(String)
    /// Another version than HTTP/1.0 or 1.1.
    case version

    /// The status of the answer.
    package var status: Int {
        switch self {
        case .malformed: 400
        case .targetTooLong: 414
        case .headTooLarge: 431
        case .bodyTooLarge: 413
        case .notImplemented: 501
        case .version: 505
        }
    }

    /// The answer's problem.
    package var problem: Problem {
        let detail =
            switch self {
            case .malformed(let rule), .notImplemented(let rule): rule
            case .targetTooLong: "the request line is too long"
            case .headTooLarge: "the head is too large"
            case .bodyTooLarge: "the body is too large"
            case .version: "only HTTP/1.1 is spoken here"
            }
        var problem = Problem.badRequest(detail)
        problem.status = status
        return problem
    }
}

/// Bounds on messages.
package struct HTTPLimits: Hashable, Sendable {
    /// The longest first line, in octets.
    package var lineOctets: Int
    /// The longest head, in octets.
    package var headOctets: Int
    /// The most fields.
    package var fields: Int
    /// The longest body, in octets.
    package var bodyOctets: Int

    /// Limits; the defaults suit small JSON messages.
    package init(
        lineOctets: Int = 8192, headOctets: Int = 16_384, fields: Int = 64,
        bodyOctets: Int = 1 << 20
    ) {
        self.lineOctets = lineOctets
        self.headOctets = headOctets
        self.fields = fields
        self.bodyOctets = bodyOctets
    }
}
