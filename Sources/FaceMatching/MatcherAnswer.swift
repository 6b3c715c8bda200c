internal import CheckIns
internal import JSON
package import Terminal

extension FaceVerdict {
    /// The longest answer that is read, in octets.
    package static let longestAnswer = 4096

    /// Reads a matcher's answer: `{"scorePerMille": 873}`, or `{"undecided": "noFace"}` or
    /// `"blurred"`. Anything else is nonsense, and decides nothing.
    package init(answer octets: [UInt8]) {
        guard octets.count <= Self.longestAnswer,
            let read = try? Self.read(octets)
        else {
            self = .undecided(.matcherNonsense)
            return
        }
        self = read
    }

    private static func read(_ octets: [UInt8]) throws(JSONError) -> FaceVerdict {
        var fields = try JSONFields(
            JSONValue(parsing: octets, limits: JSONLimits(octets: longestAnswer, depth: 2)))
        if let score = try fields.optionalInteger("scorePerMille", in: 0...1000) {
            try fields.finish()
            return .score(perMille: score)
        }
        let trouble = try fields.require("undecided", "must be noFace or blurred") { value in
            value.stringValue.flatMap(FaceTrouble.init(rawValue:)).flatMap {
                $0 == .noFace || $0 == .blurred ? $0 : nil
            }
        }
        try fields.finish()
        return .undecided(trouble)
    }
}
