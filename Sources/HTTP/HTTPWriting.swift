extension HTTPRequest {
    /// The head as it goes on the wire, for a body of so many octets. Host and framing are written
    /// here and nowhere else; what a field or target may not carry is made harmless.
    package func head(host: String, bodyCount: Int) -> [UInt8] {
        var text = "\(method) \(writable(target: target)) HTTP/1.1\r\nHost: \(host)\r\n"
        text += lines(of: headers, without: ["host", "content-length", "transfer-encoding"])
        if bodyCount > 0 || method == "POST" || method == "PUT" {
            text += "Content-Length: \(bodyCount)\r\n"
        }
        return Array((text + "\r\n").utf8)
    }
}

extension HTTPResponse {
    /// Whether an answer with this status, to a request with this method, may have a body
    /// (RFC 9110 §6.4.1).
    package func hasBody(answering method: String) -> Bool {
        method != "HEAD" && status >= 200 && status != 204 && status != 304
    }

    /// The head as it goes on the wire. The date is in seconds since 1970; framing is written here
    /// and nowhere else. An answer in chunks says so instead of its length.
    package func head(
        keepsAlive: Bool, secondsSince1970 date: Int64? = nil, isChunked: Bool = false
    ) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
        if let date { text += "Date: \(httpDate(secondsSince1970: date))\r\n" }
        text += lines(
            of: headers, without: ["date", "content-length", "transfer-encoding", "connection"])
        if isChunked {
            text += "Transfer-Encoding: chunked\r\n"
        } else if status >= 200 && status != 204 && status != 304 {
            text += "Content-Length: \(body.count)\r\n"
        }
        if !keepsAlive { text += "Connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// The customary words for a status (RFC 9110 §15).
    private static func reason(_ status: Int) -> String {
        reasons[status] ?? (status < 400 ? "OK" : "Error")
    }

    private static let reasons = [
        100: "Continue", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
        304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
        404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict",
        413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
        417: "Expectation Failed", 422: "Unprocessable Content", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ]
}

/// One chunk of the chunked coding (RFC 9112 §7.1); no octets make the last chunk.
package func chunk(_ octets: [UInt8]) -> [UInt8] {
    Array("\(String(octets.count, radix: 16))\r\n".utf8) + octets + [0x0D, 0x0A]
}

/// An instant as RFC 9110 §5.6.7 writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
package func httpDate(secondsSince1970 seconds: Int64) -> String {
    let (days, second) = (Int(seconds.floorDivided(by: 86_400)), Int(seconds.modulo(86_400)))
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = [
        "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb",
    ]
    // Years begin in March here, so that the leap day is the last one of its year.
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = era * 400 + yearOfEra + (month >= 10 ? 1 : 0)
    let clock = [second / 3600, second / 60 % 60, second % 60].map(twoDigits)
    return "\(weekdays[days.modulo(7)]), \(twoDigits(day)) \(months[month]) \(year) "
        + clock.joined(separator: ":") + " GMT"
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

extension BinaryInteger {
    fileprivate func floorDivided(by divisor: Self) -> Self {
        (self - modulo(divisor)) / divisor
    }

    fileprivate func modulo(_ divisor: Self) -> Self {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}

/// Fields as lines, without those that the writer writes itself.
private func lines(of headers: HTTPHeaders, without own: Set<String>) -> String {
    var text = ""
    for field in headers.fields where !own.contains(lowercased(field.name)) {
        guard !field.name.isEmpty, field.name.utf8.allSatisfy(isTokenOctet) else { continue }
        text += "\(field.name): \(writable(value: field.value))\r\n"
    }
    return text
}

/// A value without control characters: a line break in it would begin a field, or a message, of
/// somebody else's making (RFC 9110 §5.5 replaces them by spaces).
private func writable(value: String) -> String {
    guard value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
        return value
    }
    return String(
        decoding: value.utf8.map { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F ? 0x20 : $0 },
        as: UTF8.self)
}

/// A target in which only what may stand there stands; everything else is percent-encoded.
private func writable(target: String) -> String {
    let isAllowed = { (octet: UInt8) in
        (0x21...0x7E).contains(octet) && octet != UInt8(ascii: "#")
    }
    if target.utf8.allSatisfy(isAllowed) { return target }
    return target.utf8.reduce(into: "") { text, octet in
        text +=
            isAllowed(octet)
            ? String(UnicodeScalar(octet)) : percentEncoded(octet: octet)
    }
}
