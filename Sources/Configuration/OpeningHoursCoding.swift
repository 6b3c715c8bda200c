internal import JSON
internal import Records

extension OpeningHours {
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        let form = "must be a time of day such as 08:30"
        let opens = try fields.require("opens", form) { $0.stringValue.flatMap(Self.minute) }
        let closes = try fields.require("closes", form) { $0.stringValue.flatMap(Self.minute) }
        let words = try fields.array("closed", maximum: 7) { (value, path) throws(JSONError) in
            guard let word = value.stringValue, let day = Self.dayWords.firstIndex(of: word) else {
                throw .unexpected(
                    path: path, reason: "must be one of \(Self.dayWords.joined(separator: ", "))")
            }
            return day
        }
        try fields.finish()
        guard opens < closes else {
            throw .unexpected(path: path, reason: "must open before it closes")
        }
        self.init(opens: opens, closes: closes, closedDays: Set(words))
    }

    var json: JSONValue {
        [
            "opens": .string(Self.text(opens)), "closes": .string(Self.text(closes)),
            "closed": .array(closedDays.sorted().map { .string(Self.dayWords[$0]) }),
        ]
    }
}
