/// One event of an event stream (WHATWG HTML §9.2).
package struct ServerSentEvent: Hashable, Sendable {
    /// Its type; browsers call nothing `message`.
    package var name: String?
    /// What a client that comes back says it has seen last.
    package var id: String?
    /// What it carries.
    package var data: String

    /// An event.
    package init(_ data: String, name: String? = nil, id: String? = nil) {
        (self.data, self.name, self.id) = (data, name, id)
    }

    /// The event as it goes on the wire. Line breaks in the data make more `data` lines; in the
    /// name or id, where they would begin another field, they become spaces.
    package var octets: [UInt8] {
        var text = ""
        if let name { text += "event: \(oneLine(name))\n" }
        if let id { text += "id: \(oneLine(id))\n" }
        for line in lines(data) { text += "data: \(line)\n" }
        return Array((text + "\n").utf8)
    }

    /// A comment that carries nothing: it tells both sides that the line still holds.
    package static let heartbeat = Array(":\n\n".utf8)

    private func lines(_ text: String) -> [String] {
        // A carriage return and its line feed are one character of a Swift string.
        text.split(omittingEmptySubsequences: false) { $0.isLineBreak }.map { String($0) }
    }

    private func oneLine(_ text: String) -> String {
        String(text.map { $0.isLineBreak || $0 == "\0" ? " " : $0 })
    }
}

extension Character {
    fileprivate var isLineBreak: Bool { self == "\n" || self == "\r" || self == "\r\n" }
}

extension HTTPResponse {
    /// The head of an event stream; its pieces follow in chunks.
    package static let eventStream = HTTPResponse(
        status: 200,
        headers: HTTPHeaders([
            ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"),
        ]))
}
