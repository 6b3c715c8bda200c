internal import JSON

/// The staff's pages: for browsers on this machine, who sign in by name and password.
package struct DeskConfiguration: Hashable, Sendable {
    /// The port on both loopback addresses, for `desk.localhost`.
    package var port: Int

    /// A desk on a port.
    package init(port: Int) { self.port = port }
}

extension DeskConfiguration {
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        port = try fields.integer("port", in: 1...65_535)
        try fields.finish()
    }

    var json: JSONValue { ["port": JSONValue(port)] }
}
