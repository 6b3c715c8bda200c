internal import JSON

/// Where the access history is fed to by syslog over TLS (RFC 5425).
package struct SyslogConfiguration: Hashable, Sendable {
    /// The address to connect to.
    package var host: String
    /// The port to connect to.
    package var port = 6514
    /// The name that the receiver's certificate must carry; the address where it is not told.
    package var serverName: String
    /// Certificates (PEM) of whoever issued the receiver's.
    package var authorityFile: String
    /// The certificate and key to show, where the receiver asks for one.
    package var identity: IdentityConfiguration?
    /// How far the receiver has the history: the feed's durable cursor.
    package var cursorFile: String
}

extension SyslogConfiguration {
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        host = try fields.string("host", maximum: 253)
        port = try fields.optionalInteger("port", in: 1...65_535) ?? port
        serverName = try fields.optionalString("serverName") ?? host
        authorityFile = try fields.words("authorityFile")
        cursorFile = try fields.words("cursorFile")
        identity = try fields.nested("identity") { (value, path) throws(JSONError) in
            try IdentityConfiguration(json: value, at: path)
        }
        try fields.finish()
        guard !host.isEmpty, !serverName.isEmpty else {
            throw .unexpected(path: fields.path("host"), reason: "must be an address")
        }
    }

    var json: JSONValue {
        .object(present: [
            ("host", .string(host)), ("port", JSONValue(port)), ("serverName", .string(serverName)),
            ("authorityFile", .string(authorityFile)), ("cursorFile", .string(cursorFile)),
            ("identity", identity?.json),
        ])
    }

    func resolvingPaths(_ resolve: (String) -> String) -> SyslogConfiguration {
        var copy = self
        copy.authorityFile = resolve(authorityFile)
        copy.cursorFile = resolve(cursorFile)
        if let identity {
            copy.identity?.certificateFile = resolve(identity.certificateFile)
            copy.identity?.keyFile = resolve(identity.keyFile)
        }
        return copy
    }
}
