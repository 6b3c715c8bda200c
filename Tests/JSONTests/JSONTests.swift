import JSON
import Testing

@Suite("JSON")
struct JSONTests {
    func parse(_ text: String) throws(JSONError) -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    @Test("a whole text becomes a value")
    func value() throws {
        let value = try parse(#" {"a":[1,-2,1.50,true,null],"b":"\u00e9\ud83d\ude00\n"} "#)
        #expect(value["a"] == [1, -2, .decimal("1.50"), true, nil])
        #expect(value["b"] == "é😀\n")
    }

    @Test(
        "what breaks the grammar or the profile is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "-", "1.", "1e", "+1", ".5",
            "\"\u{01}\"", #""\x""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "tru", "nul",
            "1 2", "9007199254740992", "-0", "\u{FEFF}1", "// c\n1", "'a'",
        ])
    func refused(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test("octets that are not UTF-8 are refused")
    func utf8() {
        for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE3, 0x81]] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22] + bad + [0x22]) }
        }
    }

    @Test("depth and size are bounded")
    func bounds() {
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(throws: JSONError.self) { try parse(deep) }
        #expect(throws: JSONError.malformed(offset: 3, reason: .tooLarge)) {
            try JSONValue(parsing: Array("[1,2]".utf8), limits: JSONLimits(octets: 3))
        }
    }

    @Test("comments are for configuration only")
    func comments() throws {
        let text = Array("// one\n{/* two */\"a\":1}".utf8)
        let value = try JSONValue(parsing: text, limits: JSONLimits(allowsComments: true))
        #expect(value == ["a": 1])
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    /// The sorting example of RFC 8785 §3.2.3.
    @Test("the canonical form sorts by UTF-16 code units")
    func canonical() throws {
        let text = #"""
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",
            "\u00f6":"Latin Small Letter O With Diaeresis"}
            """#
        let canonical = try parse(text).canonicalText
        #expect(
            canonical == "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\","
                + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
                + "\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        )
    }

    @Test("every canonical text reads back to the same value")
    func roundTrip() throws {
        let value: JSONValue = [
            "z": [1, "\u{1F}\\\"", nil], "a": ["é": false], "": .decimal("0.5"),
        ]
        #expect(try JSONValue(parsing: value.canonical) == value)
        #expect(try JSONValue(parsing: value.pretty) == value)
    }

    @Test("a field at fault is named by its path")
    func paths() throws {
        let value = try parse(#"{"people":[{"name":"a"},{"name":3}]}"#)
        #expect(
            throws: JSONError.unexpected(
                path: "$.people[1].name", reason: "must be a string of at most 4096 octets")
        ) {
            var fields = try JSONFields(value)
            _ = try fields.array("people") { (element, path) throws(JSONError) in
                var person = try JSONFields(element, at: path)
                return try person.string("name")
            }
        }
    }

    @Test("an unknown field is refused")
    func unknown() throws {
        var fields = try JSONFields(["known": 1, "other": 2])
        #expect(try fields.integer("known") == 1)
        #expect(throws: JSONError.unexpected(path: "$.other", reason: "is not a known field")) {
            try fields.finish()
        }
    }
}
