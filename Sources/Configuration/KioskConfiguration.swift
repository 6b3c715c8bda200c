internal import JSON

/// The patient's screen: a page for one browser on this machine.
package struct KioskConfiguration: Hashable, Sendable {
    /// The port on both loopback addresses, for `kiosk.localhost`.
    package var port: Int
    /// The page file that the kiosk's browser opens: it holds the secret that pairs, so only the
    /// browser's user may read it. Written anew at each start.
    package var pageFile: String
    /// The reader that the kiosk stands at; whichever holds a card where absent.
    package var reader: String?

    /// A kiosk on a port.
    package init(port: Int, pageFile: String, reader: String? = nil) {
        (self.port, self.pageFile, self.reader) = (port, pageFile, reader)
    }
}

extension KioskConfiguration {
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        port = try fields.integer("port", in: 1...65_535)
        pageFile = try fields.string("pageFile", maximum: 4096)
        reader = try fields.optionalString("reader", maximum: 128)
        try fields.finish()
    }

    var json: JSONValue {
        .object(present: [
            ("port", JSONValue(port)), ("pageFile", .string(pageFile)),
            ("reader", reader.map(JSONValue.string)),
        ])
    }
}
