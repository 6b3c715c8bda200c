package import JSON

/// Under which law a checkup was made (健診プログラム種別).
package enum CheckupProgramme: String, CaseIterable, Hashable, Sendable {
    /// The specific checkup of those aged 40 to 74 (特定健康診査).
    case specific = "010"
    /// The checkup of the late-stage elderly, 75 and over (後期高齢者健康診査).
    case elderly = "020"
    /// An employer's, whose results the insurer got (事業者健診).
    case employer = "030"

    /// As printed in the title of the paper.
    package var japanese: String {
        switch self {
        case .specific: "特定健康診査"
        case .elderly: "後期高齢者健康診査"
        case .employer: "事業者健診"
        }
    }
}

/// One result of a checkup: the item by its JLAC10 code, and the value as it came.
package struct CheckupResult: Hashable, Sendable, PersonalData {
    /// The item and its method (JLAC10, 17 characters).
    package var code: String
    /// A number with its digits, a code of the item's scale, or text. Numbers beyond what a method
    /// measures come as `L` or `H`.
    package var value: String
    /// Several results were registered for the day (※), so the patient's paper may differ.
    package var hasSeveral: Bool

    /// A result.
    package init(code: String, value: String, hasSeveral: Bool = false) {
        (self.code, self.value, self.hasSeveral) = (code, value, hasSeveral)
    }

    /// The item, if it is a known one.
    package var item: CheckupItem? { CheckupItem(code: code) }

    /// How it was measured, in words; nothing where there is only one way.
    package var methodJapanese: String? { JLAC10(code)?.methodJapanese }

    /// The value as printed, without marks: a scale's code in words, as the scale was on the day
    /// of the checkup; a code that the scale did not have yet in the words of the later one.
    package func printedValue(on date: LocalDate) -> String {
        guard let definition = item?.definition else { return value }
        for content in [definition.content(on: date), definition.content] {
            if case .coded(let scale) = content, let words = scale.japanese(value) { return words }
        }
        return value
    }
}

extension CheckupResult: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        code = try fields.require("code", "must be a JLAC10 code of 17 characters") {
            $0.stringValue.flatMap { JLAC10($0)?.code }
        }
        self.value = try fields.text("value", maximum: maximumTextOctets)
        hasSeveral = try fields.optionalBool("several") ?? false
        try fields.finish()
        if let content = item?.definition.content, !content.allows(self.value) {
            throw .unexpected(path: "\(path).value", reason: content.rule)
        }
    }

    package var json: JSONValue {
        .object(present: [
            ("code", .string(code)), ("value", .string(value)),
            ("several", hasSeveral ? true : nil),
        ])
    }
}

/// One checkup of a person (健診結果).
package struct Checkup: Hashable, Sendable, PersonalData {
    /// The day (実施日).
    package var date: LocalDate
    /// Under which law.
    package var programme: CheckupProgramme
    /// Who made it (健診機関名称).
    package var facility: Institution
    /// The day it could first be seen, which depends on the insurer; people files only.
    package var visibleFrom: LocalDate?
    /// The results; no code occurs twice.
    package var results: [CheckupResult]

    /// A checkup.
    package init(
        date: LocalDate, programme: CheckupProgramme, facility: Institution,
        results: [CheckupResult]
    ) {
        (self.date, self.programme, self.facility) = (date, programme, facility)
        self.results = results
    }

    /// The result of an item, by the method that comes first where there are several.
    package func result(of item: CheckupItem) -> CheckupResult? {
        for code in item.definition.codes {
            if let result = results.first(where: { $0.code == code }) { return result }
        }
        return nil
    }
}

extension Checkup: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        date = try fields.date("date")
        programme = try fields.code("programme")
        facility = try fields.record("facility")
        visibleFrom = try fields.optionalDate("visibleFrom")
        results = try fields.records("results", maximum: 500)
        try fields.finish()
        var seen: Set<String> = []
        for (index, result) in results.enumerated() where !seen.insert(result.code).inserted {
            throw .unexpected(
                path: "\(path).results[\(index)].code",
                reason: "occurs twice: say \"several\" instead")
        }
    }

    package var json: JSONValue {
        .object(present: [
            ("date", JSONValue(date)), ("programme", JSONValue(programme)),
            ("facility", facility.json), ("visibleFrom", visibleFrom.map { JSONValue($0) }),
            ("results", JSONValue(results)),
        ])
    }
}

/// The checkups of a person as answered (健診情報), newest first.
package struct CheckupRecord: Hashable, Sendable, PersonalData {
    /// The checkups, newest first.
    package var checkups: [Checkup]

    /// An answer.
    package init(checkups: [Checkup]) { self.checkups = checkups }
}

extension CheckupRecord: RecordCodable {
    package init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        checkups = try fields.records("checkups", maximum: 1000)
        try fields.finish()
    }

    package var json: JSONValue { ["checkups": JSONValue(checkups)] }
}
