/// How a message's body is delimited (RFC 9112 §6).
package enum HTTPFraming: Hashable, Sendable {
    /// No body.
    case none
    /// So many octets.
    case length(Int)
    /// Chunks.
    case chunked
    /// Until the connection closes; answers only.
    case untilClose
}

/// Finds the end of a head in octets that arrive piece by piece, and bounds it as it grows: what
/// is too long is refused at the octet that is one too many.
package struct HTTPHeadScanner: Hashable, Sendable {
    private var previous: UInt8 = 0
    private var lineOctets = 0
    private var lines = 0
    private var total = 0

    /// A scanner before the first octet.
    package init() {}

    /// Looks at the next octet; true when it is the last one of the head. A line feed without
    /// its carriage return, or a carriage return alone, is refused (RFC 9112 §2.2 lets a
    /// recipient take a bare LF; taking it is how requests get smuggled).
    package mutating func isEnd(_ octet: UInt8, limits: HTTPLimits) throws(HTTPFault) -> Bool {
        total += 1
        lineOctets += 1
        // The line's end does not count. RFC 9112 §3: a first line too long is 414.
        guard lineOctets <= limits.lineOctets + 2 else {
            throw lines == 0 ? .targetTooLong : .headTooLarge
        }
        guard total <= limits.headOctets else { throw .headTooLarge }
        defer { previous = octet }
        guard octet == 0x0A else {
            guard previous != 0x0D else {
                throw .malformed("a carriage return without line feed")
            }
            return false
        }
        guard previous == 0x0D else { throw .malformed("a line feed without carriage return") }
        // Only carriage return and line feed stand on this line: the head ends.
        let isEmpty = lineOctets == 2
        guard !isEmpty || lines > 0 else { throw .malformed("an empty line before the first") }
        lines += 1
        // The fields are the lines between the first one and the empty one.
        guard isEmpty || lines - 1 <= limits.fields else { throw .headTooLarge }
        lineOctets = 0
        return isEmpty
    }
}

extension HTTPRequest {
    /// Reads a whole head, its empty line included. The body stays empty.
    package init(head: [UInt8], limits: HTTPLimits = HTTPLimits()) throws(HTTPFault) {
        let lines = try headLines(head, limits: limits)
        guard let first = lines.first else { throw .malformed("no request line") }
        guard first.count <= limits.lineOctets else { throw .targetTooLong }
        let parts = first.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("the request line has three parts") }
        guard !parts[0].isEmpty, parts[0].count <= 32, parts[0].allSatisfy(isTokenOctet) else {
            throw .malformed("the method is not a token")
        }
        let isVersion10 = limits.takesVersion10 && parts[2].elementsEqual(Array("HTTP/1.0".utf8))
        if !isVersion10 { try checkVersion(parts[2]) }
        // Only the origin form is served (RFC 9112 §3.2.1). The absolute form is for proxies; with
        // it a request would name its host twice.
        guard parts[1].first == UInt8(ascii: "/"),
            parts[1].allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") })
        else { throw .malformed("the target is not an absolute path") }
        self.init(
            method: String(decoding: parts[0], as: UTF8.self),
            target: String(decoding: parts[1], as: UTF8.self),
            headers: try readFields(lines.dropFirst(), limits: limits))
        guard !isVersion10 else {
            try endAfterThis()
            return
        }
        // RFC 9112 §3.2: exactly one Host.
        guard headers.values(of: "Host").count == 1 else {
            throw .malformed("a request has exactly one Host field")
        }
    }

    /// A request of HTTP/1.0: it need name no host, its body has a length (RFC 9112 §6.1), and the
    /// connection ends with the answer (§9.3).
    private mutating func endAfterThis() throws(HTTPFault) {
        guard headers.values(of: "Host").count <= 1 else {
            throw .malformed("a request has at most one Host field")
        }
        guard headers.values(of: "Transfer-Encoding").isEmpty else {
            throw .malformed("a transfer coding in HTTP/1.0")
        }
        headers.append("Connection", "close")
    }

    /// How the body is delimited.
    package func framing(limits: HTTPLimits = HTTPLimits()) throws(HTTPFault) -> HTTPFraming {
        try bodyFraming(headers, limits: limits) ?? .none
    }

    /// Whether the body comes only after a `100 Continue` (RFC 9110 §10.1.1); any other
    /// expectation can't be met.
    package var awaitsContinue: Bool {
        get throws(HTTPFault) {
            let expectations = headers.values(of: "Expect")
            guard expectations.allSatisfy({ lowercased($0) == "100-continue" }) else {
                throw .expectation
            }
            return !expectations.isEmpty
        }
    }

    /// Whether the connection may be used again (RFC 9112 §9.3).
    package var keepsAlive: Bool { connectionKeepsAlive(headers) }
}

extension HTTPResponse {
    /// Reads a whole head, its empty line included. The body stays empty.
    package init(head: [UInt8], limits: HTTPLimits = HTTPLimits()) throws(HTTPFault) {
        let lines = try headLines(head, limits: limits)
        guard let first = lines.first, first.count <= limits.lineOctets else {
            throw .malformed("no status line")
        }
        let parts = first.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[1].count == 3,
            let status = Int(String(decoding: parts[1], as: UTF8.self)),
            (100...599).contains(status)
        else { throw .malformed("the status line") }
        try checkVersion(parts[0])
        self.init(status: status, headers: try readFields(lines.dropFirst(), limits: limits))
    }

    /// How the body is delimited, given the request's method (RFC 9112 §6.3).
    package func framing(
        answering method: String, limits: HTTPLimits = HTTPLimits()
    ) throws(HTTPFault) -> HTTPFraming {
        if method == "HEAD" || status < 200 || status == 204 || status == 304 { return .none }
        return try bodyFraming(headers, limits: limits) ?? .untilClose
    }

    /// Whether the connection may be used again.
    package var keepsAlive: Bool { connectionKeepsAlive(headers) }
}

private func headLines(_ head: [UInt8], limits: HTTPLimits) throws(HTTPFault) -> [ArraySlice<UInt8>]
{
    guard head.count <= limits.headOctets else { throw .headTooLarge }
    guard head.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) else {
        throw .malformed("the head does not end")
    }
    var lines: [ArraySlice<UInt8>] = []
    var start = head.startIndex
    let end = head.count - 2
    while start < end {
        guard let feed = head[start..<end].firstIndex(of: 0x0A), feed > start,
            head[feed - 1] == 0x0D
        else { throw .malformed("a line feed without carriage return") }
        let line = head[start..<feed - 1]
        guard !line.contains(0x0D), !line.contains(0) else {
            throw .malformed("a carriage return or zero inside a line")
        }
        lines.append(line)
        start = feed + 1
    }
    return lines
}

private func checkVersion(_ octets: ArraySlice<UInt8>) throws(HTTPFault) {
    guard octets.elementsEqual(Array("HTTP/1.1".utf8)) else {
        guard octets.starts(with: Array("HTTP/".utf8)), octets.count == 8 else {
            throw .malformed("the version")
        }
        throw .version
    }
}

private func readFields(
    _ lines: ArraySlice<ArraySlice<UInt8>>, limits: HTTPLimits
) throws(HTTPFault) -> HTTPHeaders {
    guard lines.count <= limits.fields else { throw .headTooLarge }
    var headers = HTTPHeaders()
    for line in lines {
        // RFC 9112 §5.2: a line that begins with a space continues the last one (obs-fold).
        guard let first = line.first, first != 0x20, first != 0x09 else {
            throw .malformed("a folded field")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            throw .malformed("a field without a name")
        }
        // RFC 9112 §5.1: no space between name and colon; the token rule refuses it.
        guard line[..<colon].allSatisfy(isTokenOctet) else {
            throw .malformed("a field's name is not a token")
        }
        var value = line[(colon + 1)...]
        while let octet = value.first, octet == 0x20 || octet == 0x09 { value.removeFirst() }
        while let octet = value.last, octet == 0x20 || octet == 0x09 { value.removeLast() }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }),
            let text = String(validating: value, as: UTF8.self)
        else { throw .malformed("a field's value") }
        headers.append(String(decoding: line[..<colon], as: UTF8.self), text)
    }
    return headers
}

/// RFC 9112 §6.1–6.3: one length, or chunked and nothing else; never both.
private func bodyFraming(
    _ headers: HTTPHeaders, limits: HTTPLimits
) throws(HTTPFault) -> HTTPFraming? {
    let lengths = headers.values(of: "Content-Length")
    let codings = headers.values(of: "Transfer-Encoding")
    guard lengths.isEmpty || codings.isEmpty else {
        throw .malformed("both a length and a transfer coding")
    }
    if let coding = codings.first {
        guard codings.count == 1 else { throw .malformed("a repeated transfer coding") }
        guard lowercased(coding) == "chunked" else {
            throw .notImplemented("only the chunked coding is known")
        }
        return .chunked
    }
    guard let text = lengths.first else { return nil }
    guard lengths.count == 1, (1...18).contains(text.utf8.count),
        text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text)
    else { throw .malformed("a repeated or malformed length") }
    guard length <= limits.bodyOctets else { throw .bodyTooLarge }
    return length == 0 ? HTTPFraming.none : .length(length)
}

private func connectionKeepsAlive(_ headers: HTTPHeaders) -> Bool {
    !headers.values(of: "Connection").contains { value in
        value.split(separator: ",").contains {
            lowercased(String($0.filter { $0 != " " && $0 != "\t" })) == "close"
        }
    }
}

/// RFC 9110 §5.6.2.
func isTokenOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C,
        0x7E:
        true
    default: false
    }
}
