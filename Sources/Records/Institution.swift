package import JSON

/// A medical institution or pharmacy (医療機関・薬局): its name as printed, and its 10-digit code
/// where it is known. The seed's samples print no codes.
package struct Institution: Hashable, Sendable {
    /// The name (名称).
    package var name: String
    /// The code (医療機関コード): prefecture 2, fee table 1, district and number 6, check digit 1.
    package var code: String?

    /// An institution.
    package init(name: String, code: String? = nil) { (self.name, self.code) = (name, code) }
}

extension Institution: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        name = try fields.text("name")
        code = try fields.optionalDigits("code", count: 10...10)
        try fields.finish()
    }

    package var json: JSONValue {
        .object(present: [("name", .string(name)), ("code", code.map(JSONValue.string))])
    }
}
