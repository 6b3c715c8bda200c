internal import JSON

/// The API for the clinic's own programs: who they are, and the socket for those on this machine.
/// Where the desk is served over TLS, programs elsewhere ask there.
package struct ProgramsConfiguration: Hashable, Sendable {
    /// The file of their tokens' digests, which `madoguchi program` writes.
    package var file: String
    /// The UNIX socket.
    package var socket: String

    /// An API.
    package init(file: String, socket: String) { (self.file, self.socket) = (file, socket) }
}

extension ProgramsConfiguration {
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        file = try fields.string("file", maximum: 4096)
        socket = try fields.string("socket", maximum: 100)
        try fields.finish()
    }

    var json: JSONValue { ["file": .string(file), "socket": .string(socket)] }
}
