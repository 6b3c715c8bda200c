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
    /// Another version than HTTP/1.1.
    case version
    /// An expectation other than `100-continue`.
    case expectation

    /// The status of the answer.
    package var status: Int {
        switch self {
        case .malformed: 400
        case .targetTooLong: 414
        case .headTooLarge: 431
        case .bodyTooLarge: 413
        case .notImplemented: 501
        case .version: 505
        case .expectation: 417
        }
    }

    /// The answer's problem.
    package var problem: Problem {
        switch self {
        case .malformed(let rule): .badRequest(rule)
        case .targetTooLong:
            Problem(
                "target-too-long", status: status, title: "The request line is too long.",
                titleJapanese: "要求の先頭行が長すぎます。")
        case .headTooLarge:
            Problem(
                "head-too-large", status: status, title: "The request's header is too large.",
                titleJapanese: "要求のヘッダーが大きすぎます。")
        case .bodyTooLarge:
            Problem(
                "body-too-large", status: status, title: "The request's body is too large.",
                titleJapanese: "要求の本文が大きすぎます。")
        case .notImplemented(let rule):
            Problem(
                "not-implemented", status: status, title: "This part of HTTP is not spoken here.",
                titleJapanese: "この機能には対応していません。", detail: rule)
        case .version:
            Problem(
                "http-version", status: status, title: "Only HTTP/1.1 is spoken here.",
                titleJapanese: "HTTP/1.1 で送ってください。")
        case .expectation:
            Problem(
                "expectation", status: status, title: "That expectation cannot be met.",
                titleJapanese: "Expect ヘッダーの内容に対応していません。")
        }
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
    /// Whether HTTP/1.0 is taken too, which some programs that ask for certificates' standings still
    /// speak: one request a connection, no chunks. Only for listeners that hand out public things.
    package var takesVersion10 = false

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
