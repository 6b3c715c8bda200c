package import JSON

/// What a rack may be asked for, in a scenario or over its socket: `{"do": "insert", …}`.
package enum RackRequest: Hashable, Sendable {
    case add(file: String, Rack.Setting)
    case insert(card: String, reader: Int, Rack.Setting?)
    case remove(reader: Int)
    case removeCard(String)
    case swap(reader: Int, card: String, Rack.Setting?)
    case order(reader: Int, FaultPlan)
    case list
    case status(card: String)
    case resetPIN(card: String, pin: [UInt8]?, password: [UInt8]?)
    case tamper(card: String)

    /// vpcd's first port: the reader that is meant where none is named.
    package static let usualReader = 35_963
    private static let readers = 1...65_535

    /// Reads a request.
    package init(_ value: JSONValue, at path: String = "$") throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        let verb = try fields.string("do", maximum: 16)
        func card() throws(JSONError) -> String { try fields.string("card", maximum: 255) }
        func reader() throws(JSONError) -> Int {
            try fields.optionalInteger("reader", in: Self.readers) ?? Self.usualReader
        }
        switch verb {
        case "add":
            self = .add(
                file: try fields.string("file", maximum: 4096),
                try Rack.Setting(&fields) ?? Rack.Setting())
        case "insert":
            self = .insert(card: try card(), reader: try reader(), try Rack.Setting(&fields))
        case "swap":
            self = .swap(reader: try reader(), card: try card(), try Rack.Setting(&fields))
        case "remove":
            if let card = try fields.optionalString("card", maximum: 255) {
                self = .removeCard(card)
            } else {
                self = .remove(reader: try reader())
            }
        case "order":
            self = .order(reader: try reader(), try Rack.Setting(&fields)?.plan ?? FaultPlan())
        case "list": self = .list
        case "status": self = .status(card: try card())
        case "reset-pin":
            func octets(_ key: String, _ form: CardSecret.Form, _ rule: String)
                throws(JSONError) -> [UInt8]?
            {
                try fields.optional(key, rule) { value in
                    value.stringValue.map { Array($0.utf8) }
                        .flatMap { form.allows($0) ? $0 : nil }
                }
            }
            self = .resetPIN(
                card: try card(), pin: try octets("pin", .pin, CardImage.pinRule),
                password: try octets("password", .password, CardImage.passwordRule))
        case "tamper": self = .tamper(card: try card())
        default: throw .unexpected(path: "\(path).do", reason: "is not known: \(verb)")
        }
        try fields.finish()
    }
}

extension Rack.Setting {
    /// What is ordered for a card: `damage`, `fault`, `seed`, `slow`, `swappedFor`; nothing where
    /// none of them is there.
    init?(_ fields: inout JSONFields) throws(JSONError) {
        let damages = try fields.optional("damage", "must be " + CardDamage.grammar) {
            $0.stringValue.flatMap { CardDamage.list($0) }
        }
        let plan = try fields.optional("fault", "must be " + FaultPlan.grammar) {
            $0.stringValue.flatMap { FaultPlan($0) }
        }
        let seed = try fields.optionalInteger("seed")
        let slowness = try fields.optional("slow", "must be " + Slowness.grammar) {
            $0.stringValue.flatMap { Slowness($0) }
        }
        let swappedFor = try fields.optionalString("swappedFor", maximum: 255)
        guard
            damages != nil || plan != nil || seed != nil || slowness != nil || swappedFor != nil
        else { return nil }
        self.init()
        self.damages = damages ?? []
        self.plan = plan ?? FaultPlan()
        self.plan.seed = UInt64(seed ?? 0)
        self.plan.slowness = slowness
        self.swappedFor = swappedFor
    }
}

extension Rack {
    /// Does what is asked, and says what there is to say.
    package mutating func perform(_ request: RackRequest) throws(RackError) -> JSONValue {
        switch request {
        case .add(let path, let setting):
            let file: CardFile
            do throws(CardFileError) {
                file = try CardFile(path: path)
            } catch {
                throw .file(error)
            }
            try add(file, setting)
            return ["card": .string(file.name)]
        case .insert(let card, let reader, let setting):
            try insert(card, into: reader, setting)
        case .remove(let reader): try remove(from: reader)
        case .removeCard(let card):
            guard let reader = reader(of: card) else {
                throw files[card] == nil
                    ? .noSuchCard(card) : .request("the card \"\(card)\" is in no reader")
            }
            try remove(from: reader)
        case .swap(let reader, let card, let setting):
            try swap(in: reader, for: card, setting)
        case .order(let reader, let plan): try order(plan, in: reader)
        case .list: return list
        case .status(let card): return try status(of: card)
        case .resetPIN(let card, let pin, let password):
            try resetPINs(of: card, pin: pin, password: password)
        case .tamper(let card): try tamper(with: card)
        }
        return [:]
    }

    private var list: JSONValue {
        [
            "cards": .array(
                files.keys.sorted().map { name in
                    .object(present: [
                        ("card", .string(name)), ("reader", reader(of: name).map { JSONValue($0) }),
                    ])
                })
        ]
    }

    private func status(of name: String) throws(RackError) -> JSONValue {
        let memory = try memory(of: name)
        let place = reader(of: name).flatMap { places[$0] }
        return .object(present: [
            ("card", .string(name)),
            ("reader", reader(of: name).map { JSONValue($0) }),
            ("commands", place.map { JSONValue($0.card.commandCount) }),
            ("triesLeft", .object(memory.allTriesLeft.mapValues { JSONValue($0) })),
            ("destroyed", .bool(memory.isDestroyed)),
        ])
    }
}

extension CardMemory {
    /// The tries left on the PINs, and on what else was ever tried.
    package var allTriesLeft: [String: Int] {
        [
            CardImage.pinName: CardImage.pinLimit,
            CardImage.passwordName: CardImage.passwordLimit,
        ].merging(counters.triesLeft) { $1 }
    }
}
