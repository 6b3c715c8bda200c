package import JSON
internal import Records

extension TerminalConfiguration {
    /// Reads a configuration text: comments allowed, every unknown key refused with its path.
    package init(parsing text: [UInt8]) throws(JSONError) {
        try self.init(json: try JSONValue(parsing: text, limits: Self.textLimits))
    }

    /// What a configuration text may cost.
    package static let textLimits = JSONLimits(octets: 1 << 20, depth: 8, allowsComments: true)

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
        institutionName = try fields.words("institutionName", maximum: 200)
        terminal = try fields.require(
            "terminal", "must be 1 to 32 letters, digits or hyphens"
        ) { value in value.stringValue.flatMap { isName($0) ? $0 : nil } }
        historyName = try fields.optional(
            "historyName", "must be 1 to 32 letters, digits or hyphens"
        ) { value in value.stringValue.flatMap { isName($0) ? $0 : nil } }
        isSimulation = try fields.bool("simulation")
        reader = try fields.optional("reader", "must be a reader's name") { value in
            value.stringValue.flatMap { isWords($0, maximum: 128) ? $0 : nil }
        }
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
        trustFolder = try fields.words("trustFolder")
        historyFolder = try fields.words("historyFolder")
        historyKeyFile = try fields.optional("historyKeyFile", "must be a file's path") { value in
            value.stringValue.flatMap { isWords($0, maximum: 4096) ? $0 : nil }
        }
        socket = try fields.words("socket", maximum: 100)
        statementKeyFile = try fields.words("statementKeyFile")
        staffFile = try fields.words("staffFile")
        checkInFolder = try fields.words("checkInFolder")
        visualCheckNeedsOtherViewer =
            try fields.optionalBool("visualCheckNeedsOtherViewer") ?? false
        recordsNeedIdentity = try fields.optionalBool("recordsNeedIdentity") ?? false
        pinPads = try fields.optionalBool("pinPads") ?? true
        paperFonts = try fields.optional("paperFonts", "must be one to eight files", Self.files)
        let isSimulation = isSimulation
        face = try fields.nested("face") { (value, path) throws(JSONError) in
            try FaceConfiguration(json: value, at: path, isSimulation: isSimulation)
        }
        historyRetentionYears =
            try fields.optionalInteger("historyRetentionYears", in: 3...100) ?? 7
        openingHours =
            try fields.nested("openingHours", OpeningHours.init(json:at:)) ?? .usual
        witnesses = try fields.nested("witnesses") { (value, path) throws(JSONError) in
            try WitnessConfiguration(json: value, at: path)
        }
        syslog = try fields.nested("syslog") { (value, path) throws(JSONError) in
            try SyslogConfiguration(json: value, at: path)
        }
        kiosk = try fields.nested("kiosk") { (value, path) throws(JSONError) in
            try KioskConfiguration(json: value, at: path)
        }
        desk = try fields.nested("desk") { (value, path) throws(JSONError) in
            try DeskConfiguration(json: value, at: path)
        }
        programs = try fields.nested("programs") { (value, path) throws(JSONError) in
            try ProgramsConfiguration(json: value, at: path)
        }
        self.limits =
            try fields.nested("limits") { (value, path) throws(JSONError) in
                try WaitLimits(json: value, at: path)
            } ?? WaitLimits()
        try fields.finish()
        if let desk, desk.port == kiosk?.port {
            throw .unexpected(path: fields.path("desk") + ".port", reason: "is the kiosk's")
        }
        for (index, item) in items.enumerated() where items[..<index].contains(item) {
            throw .unexpected(path: fields.path("items") + "[\(index)]", reason: "is named twice")
        }
    }

    private static func files(_ json: JSONValue) -> [String]? {
        let files = json.arrayValue?.compactMap { value in
            value.stringValue.flatMap { isWords($0, maximum: 4096) ? $0 : nil }
        }
        guard let files, files.count == json.arrayValue?.count, (1...8).contains(files.count)
        else { return nil }
        return files
    }

    /// The configuration as a value that reads back to itself.
    package var json: JSONValue {
        .object(present: [
            ("version", JSONValue(Self.version)),
            ("institutionCode", .string(institutionCode)),
            ("institutionName", .string(institutionName)),
            ("terminal", .string(terminal)),
            ("historyName", historyName.map(JSONValue.string)),
            ("simulation", .bool(isSimulation)),
            ("reader", reader.map(JSONValue.string)),
            ("items", .array(items.map(JSONValue.string))),
            ("clearinghouse", clearinghouse.json),
            ("portal", portal.json),
            ("trustFolder", .string(trustFolder)),
            ("historyFolder", .string(historyFolder)),
            ("historyKeyFile", historyKeyFile.map(JSONValue.string)),
            ("socket", .string(socket)),
            ("statementKeyFile", .string(statementKeyFile)),
            ("staffFile", .string(staffFile)),
            ("checkInFolder", .string(checkInFolder)),
            ("visualCheckNeedsOtherViewer", .bool(visualCheckNeedsOtherViewer)),
            ("recordsNeedIdentity", .bool(recordsNeedIdentity)),
            ("pinPads", .bool(pinPads)),
            ("paperFonts", paperFonts.map { .array($0.map(JSONValue.string)) }),
            ("face", face?.json),
            ("historyRetentionYears", JSONValue(historyRetentionYears)),
            ("openingHours", openingHours.json),
            ("witnesses", witnesses?.json), ("syslog", syslog?.json),
            ("kiosk", kiosk?.json), ("desk", desk?.json), ("programs", programs?.json),
            ("limits", limits.json),
        ])
    }

    /// Every path made absolute by `resolve`, which gets the path as written.
    package func resolvingPaths(_ resolve: (String) -> String) -> TerminalConfiguration {
        var copy = self
        for path in Self.paths { copy[keyPath: path] = resolve(copy[keyPath: path]) }
        copy.historyKeyFile = historyKeyFile.map(resolve)
        copy.paperFonts = paperFonts?.map(resolve)
        copy.face = face?.resolvingPaths(resolve)
        copy.syslog = syslog?.resolvingPaths(resolve)
        if let kiosk { copy.kiosk?.pageFile = resolve(kiosk.pageFile) }
        copy.desk = desk?.resolvingPaths(resolve)
        if let programs {
            copy.programs = ProgramsConfiguration(
                file: resolve(programs.file), socket: resolve(programs.socket))
        }
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
        host = try fields.require("host", "must be a host's name or a literal address") { value in
            value.stringValue.flatMap { isHost($0) ? $0 : nil }
        }
        port = try fields.integer("port", in: 1...65_535)
        serverName = try fields.words("serverName", maximum: 253)
        authorityFile = try fields.words("authorityFile")
        answerKeyFile = try fields.words("answerKeyFile")
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
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        certificateFile = try fields.words("certificateFile")
        keyFile = try fields.words("keyFile")
        try fields.finish()
    }

    var json: JSONValue {
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
            ("pinPadSeconds", \.pinPadSeconds), ("parkedReaderSeconds", \.parkedReaderSeconds),
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
        var given: Set<String> = []
        for (key, limit) in Self.keys {
            // PC/SC part 10 has one octet for it.
            let most = key == "pinPadSeconds" ? 255 : 3600
            guard let number = try fields.optionalInteger(key, in: 1...most) else { continue }
            given.insert(key)
            self[keyPath: limit] = number
        }
        try fields.finish()
        for (key, shorter, longerKey, longer) in Self.orders {
            let most = self[keyPath: longer]
            guard self[keyPath: shorter] > most else { continue }
            // What nobody wrote down follows what somebody did.
            guard given.contains(key) else {
                self[keyPath: shorter] = most
                continue
            }
            throw .unexpected(
                path: fields.path(key), reason: "must be at most \(longerKey), which is \(most)")
        }
    }

    /// Limits that may not be longer than another.
    private static var orders:
        [(String, WritableKeyPath<WaitLimits, Int>, String, WritableKeyPath<WaitLimits, Int>)]
    {
        [
            ("warningSeconds", \.warningSeconds, "choosingSeconds", \.choosingSeconds),
            ("pauseSeconds", \.pauseSeconds, "longestPauseSeconds", \.longestPauseSeconds),
            (
                "withdrawalRetrySeconds", \.withdrawalRetrySeconds,
                "longestWithdrawalRetrySeconds", \.longestWithdrawalRetrySeconds
            ),
        ]
    }

    fileprivate var json: JSONValue {
        .object(present: Self.keys.map { key, limit in (key, JSONValue(self[keyPath: limit])) })
    }
}

extension JSONFields {
    /// A string that says something: not empty, and without control characters.
    mutating func words(
        _ key: String, maximum: Int = 4096
    ) throws(JSONError) -> String {
        try require(key, "must be a string of 1 to \(maximum) octets") { value in
            value.stringValue.flatMap { isWords($0, maximum: maximum) ? $0 : nil }
        }
    }
}

private func isWords(_ text: String, maximum: Int) -> Bool {
    (1...maximum).contains(text.utf8.count)
        && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
}

/// Letters, digits, hyphens and dots make a name; colons an IPv6 address.
func isHost(_ text: String) -> Bool {
    (1...253).contains(text.utf8.count)
        && text.allSatisfy { $0.isASCIILetterOrDigit || $0 == "-" || $0 == "." || $0 == ":" }
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
