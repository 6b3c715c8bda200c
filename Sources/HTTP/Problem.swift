package import JSON

/// What went wrong, for programs and for people (RFC 9457): a stable type, a sentence in English
/// and Japanese, and the next lawful step.
package struct Problem: Error, Hashable, Sendable {
    /// The stable type: a URN of the project.
    package var type: String
    /// The HTTP status.
    package var status: Int
    /// What happened, in English.
    package var title: String
    /// What happened, in Japanese.
    package var titleJapanese: String
    /// More about this one occurrence; never patient data.
    package var detail: String?
    /// What may be done next, in English.
    package var nextStep: String?
    /// What may be done next, in Japanese.
    package var nextStepJapanese: String?
    /// The code of the public tables, where one fits.
    package var code: String?
    /// Further members.
    package var extensions: [String: JSONValue]

    /// A problem; `name` is the last part of its type.
    package init(
        _ name: String, status: Int, title: String, titleJapanese: String, detail: String? = nil,
        nextStep: String? = nil, nextStepJapanese: String? = nil, code: String? = nil,
        extensions: [String: JSONValue] = [:]
    ) {
        type = Self.prefix + name
        self.status = status
        self.title = title
        self.titleJapanese = titleJapanese
        self.detail = detail
        self.nextStep = nextStep
        self.nextStepJapanese = nextStepJapanese
        self.code = code
        self.extensions = extensions
    }

    /// What every type begins with.
    package static let prefix = "urn:madoguchi:problem:"

    /// The last part of the type.
    package var name: String {
        type.hasPrefix(Self.prefix) ? String(type.dropFirst(Self.prefix.count)) : type
    }

    /// The problem as a JSON object.
    package var json: JSONValue {
        var fields = extensions
        fields["type"] = .string(type)
        fields["status"] = JSONValue(status)
        fields["title"] = .string(title)
        fields["titleJapanese"] = .string(titleJapanese)
        fields["detail"] = detail.map(JSONValue.string)
        fields["nextStep"] = nextStep.map(JSONValue.string)
        fields["nextStepJapanese"] = nextStepJapanese.map(JSONValue.string)
        fields["code"] = code.map(JSONValue.string)
        return .object(fields)
    }

    /// Reads a problem; members that are not known are kept.
    package init(json: JSONValue) throws(JSONError) {
        var fields = try JSONFields(json)
        type = try fields.string("type", maximum: 200)
        status = try fields.integer("status", in: 100...599)
        title = try fields.string("title")
        titleJapanese = try fields.optionalString("titleJapanese") ?? title
        detail = try fields.optionalString("detail")
        nextStep = try fields.optionalString("nextStep")
        nextStepJapanese = try fields.optionalString("nextStepJapanese")
        code = try fields.optionalString("code", maximum: 64)
        extensions = (json.objectValue ?? [:]).filter { !Self.members.contains($0.key) }
    }

    private static let members: Set<String> = [
        "type", "status", "title", "titleJapanese", "detail", "nextStep", "nextStepJapanese",
        "code",
    ]
}

// The problems of HTTP itself; the domains bring their own.
extension Problem {
    /// The request breaks the rules of HTTP.
    package static func badRequest(_ detail: String) -> Problem {
        Problem(
            "bad-request", status: 400, title: "The request is malformed.",
            titleJapanese: "要求の形式が正しくありません。", detail: detail)
    }

    /// The body is not what the route takes.
    package static func malformedBody(_ detail: String) -> Problem {
        Problem(
            "malformed-body", status: 400, title: "The body is not what this route takes.",
            titleJapanese: "要求の本文が正しくありません。", detail: detail)
    }

    /// The body is not JSON.
    package static var unsupportedMediaType: Problem {
        Problem(
            "unsupported-media-type", status: 415, title: "The body must be application/json.",
            titleJapanese: "本文は application/json で送ってください。")
    }

    /// No such route.
    package static var notFound: Problem {
        Problem(
            "not-found", status: 404, title: "There is nothing at this address.",
            titleJapanese: "この宛先には何もありません。")
    }

    /// The route exists, but not with this method.
    package static func methodNotAllowed(_ allowed: [String]) -> Problem {
        Problem(
            "method-not-allowed", status: 405, title: "This address takes another method.",
            titleJapanese: "この宛先では別のメソッドを使ってください。",
            extensions: ["allow": .array(allowed.map(JSONValue.string))])
    }
}
