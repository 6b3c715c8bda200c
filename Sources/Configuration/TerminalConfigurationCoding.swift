package import JSON

extension TerminalConfiguration {
    /// Reads a configuration text: comments allowed, every unknown key refused with its path.
    package init(parsing text: [UInt8]) throws(JSONError) {
        let limits = JSONLimits(octets: 1 << 20, depth: 8, allowsComments: true)
        try self.init(json: try JSONValue(parsing: text, limits: limits))
    }

    /// Reads a configuration value.
    package init(json: JSONValue) throws(JSONError) {
        var fields = try JSONFields(json)
        let version = try fields.integer("version")
        guard version == Self.version else {
            throw .unexpected(
                path: "$.version", reason: "is \(version); this program reads \(Self.version)")
        }
        institutionCode = try fields.require("institutionCode", "must be ten digits") { value in
            value.stringValue.flatMap { isTenDigits($0) ? $0 : nil }
        }
        institutionName = try fields.string("institutionName", maximum: 200)
        terminal = try fields.require(
            "terminal", "must be 1 to 32 letters, digits or hyphens"
        ) { value in value.stringValue.flatMap { isName($0) ? $0 : nil } }
        isSimulation = try fields.bool("simulation")
        reader = try fields.optionalString("reader", maximum: 128)
        items = try fields.array("items", maximum: 8) { (value, path) throws(JSONError) in
            guard let item = value.stringValue, ["drugs", "checkups"].contains(item) else {
                throw .unexpected(path: path, reason: "must be \"drugs\" or \"checkups\"")
            }
            return item
        }
        clearinghouse = try ClearinghouseConfiguration(
            json: try fields.require("clearinghouse"), at: fields.path("clearinghouse"))
        portal = try IdentityConfiguration(
            json: try fields.require("portal"), at: fields.path("portal"))
        trustFolder = try fields.string("trustFolder")
        historyFolder = try fields.string("historyFolder")
        socket = try fields.string("socket", maximum: 100)
        statementKeyFile = try fields.string("statementKeyFile")
        staffFile = try fields.string("staffFile")
        checkInFolder = try fields.string("checkInFolder")
        visualCheckNeedsOtherViewer =
            try fields.optionalBool("visualCheckNeedsOtherViewer") ?? false
        recordsNeedIdentity = try fields.optionalBool("recordsNeedIdentity") ?? false
        let isSimulation = isSimulation
        face = try fields.nested("face") { (value, path) throws(JSONError) in
            try FaceConfiguration(json: value, at: path, isSimulation: isSimulation)
        }
        self.limits =
            try fields.nested("limits") { (value, path) throws(JSONError) in
                try WaitLimits(json: value, at: path)
            } ?? WaitLimits()
        try fields.finish()
    }

    /// The configuration as a value that reads back to itself.
    package var json: JSONValue {
        .object(present: [
            ("version", JSONValue(Self.version)),
            ("institutionCode", .string(institutionCode)),
            ("institutionName", .string(institutionName)),
            ("terminal", .string(terminal)),
            ("simulation", .bool(isSimulation)),
            ("reader", reader.map(JSONValue.string)),
            ("items", .array(items.map(JSONValue.string))),
            ("clearinghouse", clearinghouse.json),
            ("portal", portal.json),
            ("trustFolder", .string(trustFolder)),
            ("historyFolder", .string(historyFolder)),
            ("socket", .string(socket)),
            ("statementKeyFile", .string(statementKeyFile)),
            ("staffFile", .string(staffFile)),
            ("checkInFolder", .string(checkInFolder)),
            ("visualCheckNeedsOtherViewer", .bool(visualCheckNeedsOtherViewer)),
            ("recordsNeedIdentity", .bool(recordsNeedIdentity)), ("face", face?.json),
            ("limits", limits.json),
        ])
    }

    /// Every path made absolute by `resolve`, which gets the path as written.
    package func resolvingPaths(_ resolve: (String) -> String) -> TerminalConfiguration {
        var copy = self
        for path in Self.paths { copy[keyPath: path] = resolve(copy[keyPath: path]) }
        copy.face = face?.resolvingPaths(resolve)
        return copy
    }

    private static var paths: [WritableKeyPath<TerminalConfiguration, String>] {
        [
            \.clearinghouse.authorityFile, \.clearinghouse.answerKeyFile,
            \.clearinghouse.identity.certificateFile, \.clearinghouse.identity.keyFile,
            \.portal.certificateFile, \.portal.keyFile,
            \.trustFolder, \.historyFolder, \.socket, \.statementKeyFile, \.staffFile,
            \.checkInFolder,
        ]
    }
}

extension ClearinghouseConfiguration {
    fileprivate init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        host = try fields.string("host", maximum: 253)
        port = try fields.integer("port", in: 1...65_535)
        serverName = try fields.string("serverName", maximum: 253)
        authorityFile = try fields.string("authorityFile")
        answerKeyFile = try fields.string("answerKeyFile")
        identity = try IdentityConfiguration(
            json: try fields.require("identity"), at: fields.path("identity"))
        try fields.finish()
    }

    fileprivate var json: JSONValue {
        [
            "host": .string(host), "port": JSONValue(port), "serverName": .string(serverName),
            "authorityFile": .string(authorityFile), "answerKeyFile": .string(answerKeyFile),
            "identity": identity.json,
        ]
    }
}

extension IdentityConfiguration {
    fileprivate init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        certificateFile = try fields.string("certificateFile")
        keyFile = try fields.string("keyFile")
        try fields.finish()
    }

    fileprivate var json: JSONValue {
        ["certificateFile": .string(certificateFile), "keyFile": .string(keyFile)]
    }
}

extension WaitLimits {
    private static var keys: [(String, WritableKeyPath<WaitLimits, Int>)] {
        [
            ("readingSeconds", \.readingSeconds),
            ("choosingSeconds", \.choosingSeconds), ("warningSeconds", \.warningSeconds),
            ("provingSeconds", \.provingSeconds), ("interruptedSeconds", \.interruptedSeconds),
            ("messageSeconds", \.messageSeconds), ("exchangeSeconds", \.exchangeSeconds),
            ("retrySeconds", \.retrySeconds), ("nonceSeconds", \.nonceSeconds),
            ("withdrawalRetrySeconds", \.withdrawalRetrySeconds),
            ("longestWithdrawalRetrySeconds", \.longestWithdrawalRetrySeconds),
            ("cardVisitSeconds", \.cardVisitSeconds),
            ("parkedReaderSeconds", \.parkedReaderSeconds),
            ("longestClaimSeconds", \.longestClaimSeconds), ("stepSeconds", \.stepSeconds),
            ("connectionIdleSeconds", \.connectionIdleSeconds),
            ("wrongPINs", \.wrongPINs), ("pauseSeconds", \.pauseSeconds),
            ("longestPauseSeconds", \.longestPauseSeconds),
            ("wrongPINMemorySeconds", \.wrongPINMemorySeconds),
            ("checkInsWithoutPIN", \.checkInsWithoutPIN),
        ]
    }

    fileprivate init(json: JSONValue, at path: String) throws(JSONError) {
        self.init()
        var fields = try JSONFields(json, at: path)
        for (key, limit) in Self.keys {
            self[keyPath: limit] =
                try fields.optionalInteger(key, in: 1...3600) ?? self[keyPath: limit]
        }
        try fields.finish()
    }

    fileprivate var json: JSONValue {
        .object(present: Self.keys.map { key, limit in (key, JSONValue(self[keyPath: limit])) })
    }
}

private func isTenDigits(_ text: String) -> Bool {
    text.utf8.count == 10
        && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

private func isName(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count)
        && text.utf8.allSatisfy { octet in
            Character(Unicode.Scalar(octet)).isASCIILetterOrDigit || octet == UInt8(ascii: "-")
        }
}

extension Character {
    fileprivate var isASCIILetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}
