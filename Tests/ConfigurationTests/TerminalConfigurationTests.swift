import Configuration
import Foundation
import JSON
import Testing

@Suite("The terminal's configuration")
struct TerminalConfigurationTests {
    static let example = """
        // A terminal of the simulation.
        {
            "version": 1,
            "institutionCode": "1319999992",
            "institutionName": "まどぐちクリニック（シミュレーション）",
            "terminal": "front-1",
            "simulation": true,
            "items": ["drugs", "checkups"],
            "clearinghouse": {
                "host": "127.0.0.1", "port": 8710, "serverName": "clearinghouse.simulation",
                "authorityFile": "server-ca.pem", "answerKeyFile": "answer.pub",
                "identity": { "certificateFile": "tls.pem", "keyFile": "tls.key" }
            },
            "portal": { "certificateFile": "portal.pem", "keyFile": "portal.key" },
            "trustFolder": "../trust", "historyFolder": "history",
            "historyKeyFile": "history.key", "socket": "/run/madoguchi/api.sock",
            "statementKeyFile": "statement.key", "staffFile": "staff.json",
            "checkInFolder": "check-ins", "paperFonts": ["font.ttf", "/fonts/b.ttf"],
            "witnesses": {
                "list": [ { "host": "127.0.0.1", "port": 8713, "prefix": "/log", "key": "w+1+k" } ],
                "quorum": 1, "cadenceSeconds": 60
            },
            "face": {
                "cameraSocket": "camera.sock",
                "matcher": {
                    "name": "acme 1", "program": "matcher", "matchPerMille": 800
                }
            },
            "kiosk": { "port": 8700, "pageFile": "kiosk.html", "reader": "ACR" },
            "desk": {
                "port": 8701,
                "tls": {
                    "host": "192.0.2.10", "port": 8743, "name": "desk.clinic.example",
                    "certificateFile": "desk.pem", "keyFile": "desk.key"
                }
            },
            "limits": { "choosingSeconds": 60 }
        }
        """

    @Test("an example reads, keeps defaults, and writes back to itself")
    func roundTrip() throws {
        let configuration = try TerminalConfiguration(parsing: Array(Self.example.utf8))
        #expect(configuration.limits.choosingSeconds == 60)
        #expect(configuration.limits.provingSeconds == 90)
        #expect(configuration.face?.matcherSeconds == 3)
        #expect(try TerminalConfiguration(json: configuration.json) == configuration)
    }

    @Test("the example in Config/ is a configuration, with the defaults it claims")
    func documented() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Config/madoguchid.json")
        let configuration = try TerminalConfiguration(parsing: Array(Data(contentsOf: file)))
        #expect(configuration.limits == WaitLimits())
        let face = FaceConfiguration(cameraSocket: "../run/camera.sock", matcher: .stub)
        #expect(configuration.face == face)
        #expect(
            configuration.kiosk == KioskConfiguration(port: 8700, pageFile: "../run/kiosk.html"))
        #expect(configuration.desk == DeskConfiguration(port: 8701))
        #expect(configuration.paperFonts?.count == 2)
        // Every key there is stands in it, one that may be left out as a comment.
        let text = try String(contentsOf: file, encoding: .utf8)
        var whole = configuration
        whole.reader = "a reader"
        whole.kiosk?.reader = "a reader"
        whole.desk?.tls = DeskTLSConfiguration(
            host: "::1", port: 1, name: "a", certificateFile: "c", keyFile: "k")
        for key in Self.keys(of: whole.json) {
            #expect(text.contains("\"\(key)\":"), "\(key)")
        }
        // Of every limit its comment says what it is.
        let comments = text.split(separator: "\n").filter { $0.contains("//") }.joined()
        for key in Self.keys(of: whole.json["limits"] ?? .null) {
            #expect(comments.contains("`\(key)`"), "\(key)")
        }
    }

    static func keys(of value: JSONValue) -> [String] {
        guard case .object(let fields) = value else { return [] }
        return fields.flatMap { [$0.key] + keys(of: $0.value) }
    }

    @Test("a host may have a name, and a short choice its default warning")
    func takenAsMeant() throws {
        let text = Self.example.replacing("127.0.0.1", with: "localhost")
            .replacing("\"choosingSeconds\": 60", with: "\"choosingSeconds\": 10")
        let configuration = try TerminalConfiguration(parsing: Array(text.utf8))
        #expect(configuration.clearinghouse.host == "localhost")
        #expect(configuration.limits.warningSeconds == 10)
    }

    @Test(
        "a fault is named by its line",
        arguments: [
            ("\"simulation\": true", "\"simulation\": \"yes\"", 7),
            ("\"port\": 8710", "\"port\": 0", 10),
            ("\"checkups\"]", "\n\n\"surgery\"]", 10),
            ("\"choosingSeconds\"", "\n\"chosingSeconds\"", 38),
            ("\"keyFile\": \"tls.key\"", "\"key\": 1", 12),
            ("\"staffFile\": \"staff.json\",", "", 2),
            ("\"simulation\": true", "\"simulation\": yes", 7),
            ("\"port\": 8701", "\"port\": 8700", 31), ("\"port\": 8701", "\"door\": 1", 30),
        ])
    func lines(find: String, put: String, line: Int) throws {
        let text = Array(
            Self.example.split(separator: find, maxSplits: 1).joined(separator: put).utf8)
        do throws(JSONError) {
            _ = try TerminalConfiguration(parsing: text)
            Issue.record("accepted")
        } catch {
            #expect(error.line(in: text, limits: TerminalConfiguration.textLimits) == line)
        }
    }

    @Test("relative paths are resolved, all of them")
    func paths() throws {
        let configuration = try TerminalConfiguration(parsing: Array(Self.example.utf8))
        let resolved = configuration.resolvingPaths { "/state/" + $0 }
        #expect(resolved.trustFolder == "/state/../trust")
        #expect(resolved.portal.keyFile == "/state/portal.key")
        #expect(resolved.face?.cameraSocket == "/state/camera.sock")
        #expect(resolved.kiosk?.pageFile == "/state/kiosk.html")
        #expect(resolved.historyKeyFile == "/state/history.key")
        #expect(resolved.paperFonts == ["/state/font.ttf", "/state//fonts/b.ttf"])
        guard case .external(let matcher)? = resolved.face?.matcher else {
            Issue.record("no matcher")
            return
        }
        #expect(matcher.program == "/state/matcher" && matcher.socket == nil)
    }

    @Test("the stub is for simulations alone, and nobody else bears its name")
    func stub() throws {
        func read(_ find: String, _ put: String, _ real: Bool = false) throws
            -> TerminalConfiguration
        {
            var text = Self.example.replacing(find, with: put)
            if real { text = text.replacing("\"simulation\": true", with: "\"simulation\": false") }
            return try TerminalConfiguration(parsing: Array(text.utf8))
        }
        let matcher = Self.example.split(separator: "\"matcher\": ")[1].prefix { $0 != "}" } + "}"
        #expect(try read(String(matcher), "\"stub\"").face?.matcher == .stub)
        #expect(throws: JSONError.self) { try read(String(matcher), "\"stub\"", true) }
        #expect(try read("1319999992", "1319999992", true).face != nil)
        #expect(throws: JSONError.self) { try read("acme 1", "stub (simulation)") }
        #expect(throws: JSONError.self) { try read("\"program\": \"matcher\",", "") }
        #expect(throws: JSONError.self) {
            try read("\"program\"", "\"socket\": \"s\", \"program\"")
        }
    }

    @Test(
        "a fault is named by its path",
        arguments: [
            ("\"simulation\": true", "\"simulation\": \"yes\"", "$.simulation"),
            ("\"port\": 8710", "\"port\": 0", "$.clearinghouse.port"),
            ("\"version\": 1", "\"version\": 2", "$.version"),
            ("\"font.ttf\", \"/fonts/b.ttf\"", "", "$.paperFonts"),
            ("\"font.ttf\"", "7", "$.paperFonts"),
            ("\"checkups\"]", "\"surgery\"]", "$.items[1]"),
            ("\"choosingSeconds\"", "\"chosingSeconds\"", "$.limits.chosingSeconds"),
            ("\"1319999992\"", "\"13199999\"", "$.institutionCode"),
            ("\"front-1\"", "\"../x\"", "$.terminal"),
            ("\"staffFile\": \"staff.json\",", "", "$.staffFile"),
            ("\"checkups\"]", "\"drugs\"]", "$.items[1]"),
            ("\"simulation\"", "\"reader\": \"\", \"simulation\"", "$.reader"),
            ("\"quorum\": 1", "\"quorum\": 2", "$.witnesses.quorum"),
            (
                "\"checkInFolder\"", "\"historyRetentionYears\": 2, \"checkInFolder\"",
                "$.historyRetentionYears"
            ),
            ("\"quorum\": 1", "\"quorum\": 0", "$.witnesses.quorum"),
            ("\"prefix\": \"/log\"", "\"prefix\": \"log\"", "$.witnesses.list[0].prefix"),
            ("\"historyFolder\": \"history\"", "\"historyFolder\": \"\"", "$.historyFolder"),
            ("\"check-ins\"", "\"a\\u0000b\"", "$.checkInFolder"),
            ("\"127.0.0.1\"", "\"http://house\"", "$.clearinghouse.host"),
            ("\"127.0.0.1\"", "\"\"", "$.clearinghouse.host"),
            (
                "\"choosingSeconds\": 60", "\"choosingSeconds\": 60, \"warningSeconds\": 61",
                "$.limits.warningSeconds"
            ),
            (
                "\"choosingSeconds\": 60", "\"pauseSeconds\": 301", "$.limits.pauseSeconds"
            ),
            ("\"choosingSeconds\": 60", "\"stepSeconds\": 0", "$.limits.stepSeconds"),
        ])
    func faults(find: String, put: String, path: String) throws {
        let text = Self.example.split(separator: find, maxSplits: 1).joined(separator: put)
        do throws(JSONError) {
            _ = try TerminalConfiguration(parsing: Array(text.utf8))
            Issue.record("accepted")
        } catch {
            guard case .unexpected(let named, _) = error else { throw error }
            #expect(named == path)
        }
    }
}
