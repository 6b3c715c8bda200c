extension HTTPRequest {
    /// The head as it goes on the wire, for a body of so many octets.
    package func head(host: String, bodyCount: Int) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
        for field in headers.fields { text += "\(field.name): \(field.value)\r\n" }
        if bodyCount > 0 || method == "POST" || method == "PUT" {
            text += "Content-Length: \(bodyCount)\r\n"
        }
        return Array((text + "\r\n").utf8)
    }
}

extension HTTPResponse {
    /// The head as it goes on the wire.
    package func head(keepsAlive: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
        for field in headers.fields { text += "\(field.name): \(field.value)\r\n" }
        if status != 204 && status != 304 { text += "Content-Length: \(body.count)\r\n" }
        if !keepsAlive { text += "Connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// The customary words for a status (RFC 9110 §15).
    private static func reason(_ status: Int) -> String {
        reasons[status] ?? (status < 400 ? "OK" : "Error")
    }

    private static let reasons = [
        200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 304: "Not Modified",
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict",
        413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
        422: "Unprocessable Content", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ]
}
