package import JSON

/// A scenario file: the cards of a rack, and what happens to them when.
package struct RackScenario: Hashable, Sendable {
    /// The only version there is.
    package static let version = 1
    /// The most cards and steps.
    private static let most = 10_000
    /// The latest that anything happens: one day.
    private static let latestMilliseconds = 86_400_000

    /// Something that happens so long after the start.
    package struct Step: Hashable, Sendable {
        /// When, in milliseconds.
        package var afterMilliseconds: Int
        /// What.
        package var request: RackRequest
    }

    /// What happens, in order of time.
    package var steps: [Step] = []

    /// A scenario of these steps.
    package init(steps: [Step] = []) {
        self.steps = steps.sorted { $0.afterMilliseconds < $1.afterMilliseconds }
    }

    /// Reads a scenario; card files are told relative to its folder.
    package init(parsing octets: [UInt8], in folder: String) throws(JSONError) {
        var fields = try JSONFields(
            JSONValue(parsing: octets, limits: JSONLimits(allowsComments: true)))
        _ = try fields.integer("version", in: Self.version...Self.version)
        func located(_ file: String) -> String { file.hasPrefix("/") ? file : folder + file }
        let cards = try fields.array("cards", maximum: Self.most) {
            (value, path) throws(JSONError) in
            var card = try JSONFields(value, at: path)
            let file = try card.string("file", maximum: 4096)
            let setting = try Rack.Setting(&card) ?? Rack.Setting()
            try card.finish()
            return Step(
                afterMilliseconds: 0,
                request: .add(file: located(file), setting))
        }
        let steps = try fields.array("steps", maximum: Self.most) {
            (value, path) throws(JSONError) in
            var step = try JSONFields(value, at: path)
            let after =
                try step.optionalInteger("afterMilliseconds", in: 0...Self.latestMilliseconds) ?? 0
            guard case .object(var rest) = value else { return Step?.none }
            rest["afterMilliseconds"] = nil
            var request = try RackRequest(.object(rest), at: path)
            if case .add(let file, let setting) = request {
                request = .add(file: located(file), setting)
            }
            return Step(afterMilliseconds: after, request: request)
        }
        try fields.finish()
        // Sorting is stable: what was written first happens first.
        self.init(steps: cards + steps.compactMap(\.self))
    }
}
