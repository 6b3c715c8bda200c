package import JSON

/// A request (RFC 9112 §3).
package struct HTTPRequest: Hashable, Sendable {
    /// The method, a token: `GET`, `POST`.
    package var method: String
    /// The target as it came: path and query.
    package var target: String
    /// The fields.
    package var headers: HTTPHeaders
    /// The body.
    package var body: [UInt8]

    /// A request.
    package init(
        method: String, target: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// A request with a JSON body.
    package static func json(
        _ method: String, _ target: String, _ value: JSONValue,
        headers: [(String, String)] = []
    ) -> HTTPRequest {
        var fields = HTTPHeaders(headers)
        fields.append("Content-Type", "application/json")
        return HTTPRequest(
            method: method, target: target, headers: fields, body: value.canonical)
    }

    /// The path without its query, as it came.
    package var path: String {
        String(target.prefix { $0 != "?" })
    }

    /// The path's segments, percent-decoded; nothing if a segment does not decode to UTF-8.
    package var segments: [String]? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        let decoded = parts.compactMap { percentDecoded($0, plusIsSpace: false) }
        return decoded.count == parts.count ? decoded : nil
    }

    /// The query's names and values, decoded; the first one counts where a name is repeated.
    package var query: [String: String] {
        guard let mark = target.firstIndex(of: "?") else { return [:] }
        var values: [String: String] = [:]
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(parts[0], plusIsSpace: true) else { continue }
            let value = parts.count == 2 ? percentDecoded(parts[1], plusIsSpace: true) : ""
            if let value, values[name] == nil { values[name] = value }
        }
        return values
    }

    /// The body as JSON; the media type must say so.
    package func json(limits: JSONLimits = JSONLimits()) throws(Problem) -> JSONValue {
        let type = headers["Content-Type"].map { lowercased(String($0.prefix { $0 != ";" })) }
        guard type == "application/json" else { throw .unsupportedMediaType }
        do throws(JSONError) { return try JSONValue(parsing: body, limits: limits) } catch {
            throw .malformedBody(error.description)
        }
    }
}

/// A response (RFC 9112 §4).
package struct HTTPResponse: Hashable, Sendable {
    /// The status code.
    package var status: Int
    /// The fields; length and connection are added when it is written.
    package var headers: HTTPHeaders
    /// The body.
    package var body: [UInt8]

    /// A response.
    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// A JSON response, never stored by anybody on the way.
    package static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: HTTPHeaders([
                ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
            ]), body: value.canonical)
    }

    /// A problem (RFC 9457).
    package static func problem(_ problem: Problem) -> HTTPResponse {
        var headers = HTTPHeaders([
            ("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"),
        ])
        if let allowed = problem.extensions["allow"]?.arrayValue {
            headers.append("Allow", allowed.compactMap(\.stringValue).joined(separator: ", "))
        }
        return HTTPResponse(
            status: problem.status, headers: headers, body: problem.json.canonical)
    }

    /// The body as JSON.
    package func json(limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
        try JSONValue(parsing: body, limits: limits)
    }
}

/// Percent-encodes what may not stand in a path segment or a query's value (RFC 3986 §2.3).
package func percentEncoded(_ text: String) -> String {
    text.utf8.reduce(into: "") { encoded, octet in
        encoded +=
            isUnreserved(octet) ? String(UnicodeScalar(octet)) : percentEncoded(octet: octet)
    }
}

/// One octet as `%` and two digits.
func percentEncoded(octet: UInt8) -> String {
    let digits = String(octet, radix: 16, uppercase: true)
    return (octet < 16 ? "%0" : "%") + digits
}

private func isUnreserved(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
}

/// The text that percent-encoding stands for; nothing if it is not UTF-8 or has a broken escape.
func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
    var octets: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let octet = rest.popFirst() {
        switch octet {
        case UInt8(ascii: "%"):
            guard let high = rest.popFirst().flatMap(hexDigit),
                let low = rest.popFirst().flatMap(hexDigit)
            else { return nil }
            octets.append(high << 4 | low)
        case UInt8(ascii: "+") where plusIsSpace: octets.append(0x20)
        default: octets.append(octet)
        }
    }
    return String(validating: octets, as: UTF8.self)
}

private func hexDigit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case 0x30...0x39: octet - 0x30
    case 0x41...0x46: octet - 0x41 + 10
    case 0x61...0x66: octet - 0x61 + 10
    default: nil
    }
}
