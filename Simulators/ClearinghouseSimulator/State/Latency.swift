internal import Glibc
package import JSON

/// How late answers are: a distribution in milliseconds, drawn from the seed.
package struct Latency: Hashable, Sendable {
    /// The shape of the distribution.
    package enum Shape: String, CaseIterable, Hashable, Sendable {
        /// At once.
        case none
        /// Always the median.
        case constant
        /// Evenly from zero to twice the median.
        case uniform
        /// Half of the answers within the median; few very late ones, as networks have it.
        case logNormal
    }

    /// The longest delay, in milliseconds.
    package static let longestMilliseconds = 600_000
    /// The shape.
    package var shape: Shape
    /// The median.
    package var medianMilliseconds: Int
    /// The spread of a log-normal distribution, its sigma in thousandths.
    package var sigmaPerMille: Int
    /// No answer is later than this.
    package var maximumMilliseconds: Int
    /// Only paths that begin so; all where it is empty.
    package var path: String

    /// A latency.
    package init(
        _ shape: Shape = .none, medianMilliseconds: Int = 0, sigmaPerMille: Int = 500,
        maximumMilliseconds: Int = 10_000, path: String = ""
    ) {
        (self.shape, self.medianMilliseconds) = (shape, medianMilliseconds)
        (self.sigmaPerMille, self.maximumMilliseconds) = (sigmaPerMille, maximumMilliseconds)
        self.path = path
    }

    /// The delay that belongs to two shares of chance (from 0 up to 1).
    package func milliseconds(_ first: Double, _ second: Double) -> Int {
        let median = Double(medianMilliseconds)
        let drawn: Double
        switch shape {
        case .none: drawn = 0
        case .constant: drawn = median
        case .uniform: drawn = 2 * median * first
        case .logNormal:
            // Box and Muller: two even shares make a normal one.
            let normal = sqrt(-2 * log(1 - first)) * cos(2 * Double.pi * second)
            drawn = median * exp(Double(sigmaPerMille) / 1000 * normal)
        }
        return Int(min(drawn, Double(maximumMilliseconds)).rounded())
    }

    /// The latency as the administration port shows it.
    package var json: JSONValue {
        [
            "shape": .string(shape.rawValue), "medianMilliseconds": JSONValue(medianMilliseconds),
            "sigmaPerMille": JSONValue(sigmaPerMille),
            "maximumMilliseconds": JSONValue(maximumMilliseconds), "path": .string(path),
        ]
    }

    /// Reads an order.
    package init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        shape = try fields.require("shape", "must be a known shape") {
            $0.stringValue.flatMap(Shape.init)
        }
        let range = 0...Self.longestMilliseconds
        medianMilliseconds = try fields.optionalInteger("medianMilliseconds", in: range) ?? 0
        sigmaPerMille = try fields.optionalInteger("sigmaPerMille", in: 0...5000) ?? 500
        maximumMilliseconds =
            try fields.optionalInteger("maximumMilliseconds", in: range) ?? 10_000
        path = try fields.optionalString("path", maximum: 200) ?? ""
        try fields.finish()
    }

    /// The shape of an order.
    static let schema = Schema.object([
        .field("shape", .code(Shape.self)),
        .optional("medianMilliseconds", .integer(0...longestMilliseconds)),
        .optional("sigmaPerMille", .integer(0...5000), "of logNormal; 500"),
        .optional("maximumMilliseconds", .integer(0...longestMilliseconds), "10000"),
        .optional("path", .text(.token, 0...200)),
    ])
}
