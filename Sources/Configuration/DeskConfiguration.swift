internal import JSON

/// The staff's pages: for browsers on this machine, who sign in by name and password.
package struct DeskConfiguration: Hashable, Sendable {
    /// The port on both loopback addresses, for `desk.localhost`.
    package var port: Int
    /// A listener for browsers elsewhere in the institution, over TLS only.
    package var tls: DeskTLSConfiguration?

    /// A desk on a port.
    package init(port: Int, tls: DeskTLSConfiguration? = nil) {
        (self.port, self.tls) = (port, tls)
    }
}

/// Where the desk is served to other machines, and as whom.
package struct DeskTLSConfiguration: Hashable, Sendable {
    /// The literal address to listen on.
    package var host: String
    /// The port.
    package var port: Int
    /// The name under which browsers open it: `Host` and the certificate must say it.
    package var name: String
    /// The certificate that browsers see (PEM).
    package var certificateFile: String
    /// Its key.
    package var keyFile: String

    /// A listener.
    package init(
        host: String, port: Int, name: String, certificateFile: String, keyFile: String
    ) {
        (self.host, self.port, self.name) = (host, port, name)
        (self.certificateFile, self.keyFile) = (certificateFile, keyFile)
    }
}

extension DeskConfiguration {
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        port = try fields.integer("port", in: 1...65_535)
        tls = try fields.nested("tls") { (value, path) throws(JSONError) in
            try DeskTLSConfiguration(json: value, at: path)
        }
        try fields.finish()
        if tls?.port == port {
            throw .unexpected(path: path + ".tls.port", reason: "is the desk's own")
        }
    }

    var json: JSONValue {
        .object(present: [("port", JSONValue(port)), ("tls", tls?.json)])
    }

    func resolvingPaths(_ resolve: (String) -> String) -> DeskConfiguration {
        var copy = self
        if let tls {
            copy.tls?.certificateFile = resolve(tls.certificateFile)
            copy.tls?.keyFile = resolve(tls.keyFile)
        }
        return copy
    }
}

extension DeskTLSConfiguration {
    fileprivate init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        host = try fields.require("host", "must be a literal address") { value in
            value.stringValue.flatMap { isHost($0) ? $0 : nil }
        }
        port = try fields.integer("port", in: 1...65_535)
        name = try fields.require("name", "must be a name of a–z, 0–9, - and .") { value in
            value.stringValue.flatMap { isName($0) ? $0 : nil }
        }
        certificateFile = try fields.string("certificateFile", maximum: 4096)
        keyFile = try fields.string("keyFile", maximum: 4096)
        try fields.finish()
    }

    fileprivate var json: JSONValue {
        [
            "host": .string(host), "port": JSONValue(port), "name": .string(name),
            "certificateFile": .string(certificateFile), "keyFile": .string(keyFile),
        ]
    }
}

/// A name as browsers send it: small letters, no port, no user.
private func isName(_ text: String) -> Bool {
    (1...253).contains(text.utf8.count)
        && text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
        }
}
