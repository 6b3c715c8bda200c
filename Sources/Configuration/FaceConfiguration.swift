internal import JSON

/// The camera before the patient, and who compares faces.
package struct FaceConfiguration: Hashable, Sendable {
    /// The UNIX socket of the camera.
    package var cameraSocket: String
    /// Who compares; without anybody what is printed on the card is read, and no face is matched.
    package var matcher: Matcher?
    /// How long the camera may take for each question, in seconds.
    package var cameraSeconds = 3
    /// How long the matcher may take, in seconds.
    package var matcherSeconds = 3

    /// Who compares faces.
    package enum Matcher: Hashable, Sendable {
        /// The one that compares octets, in simulations alone.
        case stub
        /// A program of somebody else's.
        case external(ExternalMatcherConfiguration)
    }

    /// A camera, and the defaults.
    package init(cameraSocket: String, matcher: Matcher? = nil) {
        (self.cameraSocket, self.matcher) = (cameraSocket, matcher)
    }
}

/// A matcher of somebody else's: a program that is started, or the socket of a unit of its own.
package struct ExternalMatcherConfiguration: Hashable, Sendable {
    /// Its name and version, as statements and entries of the history name it.
    package var name: String
    /// The program, where it is started for each comparison.
    package var program: String?
    /// The words it is started with.
    package var arguments: [String]
    /// The UNIX socket, where it runs as a unit.
    package var socket: String?
    /// From so many thousandths on two faces are one.
    package var matchPerMille: Int
}

extension FaceConfiguration {
    init(json: JSONValue, at path: String, isSimulation: Bool) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        self.init(cameraSocket: try fields.string("cameraSocket", maximum: 100))
        cameraSeconds = try fields.optionalInteger("cameraSeconds", in: 1...60) ?? cameraSeconds
        matcherSeconds = try fields.optionalInteger("matcherSeconds", in: 1...60) ?? matcherSeconds
        let at = fields.path("matcher")
        if let value = try fields.optional("matcher", "", { $0 }) {
            matcher = try Matcher(json: value, at: at)
        }
        guard matcher != .stub || isSimulation else {
            throw .unexpected(path: at, reason: "may be \"stub\" only where simulation is true")
        }
        try fields.finish()
    }

    var json: JSONValue {
        .object(present: [
            ("cameraSocket", .string(cameraSocket)), ("matcher", matcher?.json),
            ("cameraSeconds", JSONValue(cameraSeconds)),
            ("matcherSeconds", JSONValue(matcherSeconds)),
        ])
    }

    /// Every path made absolute.
    func resolvingPaths(_ resolve: (String) -> String) -> FaceConfiguration {
        var copy = self
        copy.cameraSocket = resolve(cameraSocket)
        if case .external(var matcher) = copy.matcher {
            matcher.program = matcher.program.map(resolve)
            matcher.socket = matcher.socket.map(resolve)
            copy.matcher = .external(matcher)
        }
        return copy
    }
}

extension FaceConfiguration.Matcher {
    fileprivate init(json: JSONValue, at path: String) throws(JSONError) {
        if json == "stub" {
            self = .stub
            return
        }
        var fields = try JSONFields(json, at: path)
        let matcher = ExternalMatcherConfiguration(
            name: try fields.require("name", "must be 1 to 64 octets, and not \"stub\"") { value in
                value.stringValue.flatMap { isMatcherName($0) ? $0 : nil }
            },
            program: try fields.optionalString("program", maximum: 1024),
            arguments: try fields.array("arguments", isOptional: true),
            socket: try fields.optionalString("socket", maximum: 100),
            matchPerMille: try fields.integer("matchPerMille", in: 1...1000))
        try fields.finish()
        guard (matcher.program == nil) != (matcher.socket == nil) else {
            throw .unexpected(path: path, reason: "must name a program or a socket")
        }
        self = .external(matcher)
    }

    fileprivate var json: JSONValue {
        switch self {
        case .stub: "stub"
        case .external(let matcher):
            .object(present: [
                ("name", .string(matcher.name)),
                ("program", matcher.program.map(JSONValue.string)),
                ("arguments", .array(matcher.arguments.map(JSONValue.string))),
                ("socket", matcher.socket.map(JSONValue.string)),
                ("matchPerMille", JSONValue(matcher.matchPerMille)),
            ])
        }
    }
}

extension JSONFields {
    /// An array of at most sixteen words; empty where it is absent.
    fileprivate mutating func array(
        _ key: String, isOptional: Bool
    ) throws(JSONError) -> [String] {
        try optional(key, "must be at most 16 texts") { value in
            value.arrayValue.flatMap { values in
                let texts = values.compactMap(\.stringValue)
                return texts.count == values.count && texts.count <= 16 ? texts : nil
            }
        } ?? []
    }
}

/// Nobody else may call itself the stub.
private func isMatcherName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && !name.hasPrefix("stub")
        && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
}
