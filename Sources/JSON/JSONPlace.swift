extension JSONError {
    /// The line of a text at which it is at fault, counted from 1: that of the value's key, or of
    /// the object that lacks it. For files that people write.
    package func line(in octets: [UInt8], limits: JSONLimits = JSONLimits()) -> Int {
        let offset: Int
        switch self {
        case .malformed(let place, _): offset = place
        case .unexpected(let path, _):
            var parser = JSONParser(octets: octets, limits: limits)
            offset = (try? parser.place(of: Self.steps(of: path)[...])) ?? 0
        }
        return 1 + octets.prefix(offset).count { $0 == 0x0A }
    }

    /// One step of a path: a key, or an index in an array.
    enum Step: Hashable {
        case key(String)
        case index(Int)
    }

    /// The steps of `$.people[2].birthDate`.
    static func steps(of path: String) -> [Step] {
        path.split(separator: ".").dropFirst().flatMap { part -> [Step] in
            let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            let indices = pieces.dropFirst().compactMap { Int($0.dropLast()) }
            return [.key(String(pieces[0]))] + indices.map(Step.index)
        }
    }
}

extension JSONParser {
    /// Where the value at the end of some steps begins: at its key, where it has one. As far as
    /// the steps lead.
    fileprivate mutating func place(of steps: ArraySlice<JSONError.Step>) throws(JSONError) -> Int {
        try skipSpace()
        let start = offset
        guard let step = steps.first else { return start }
        let isObject = if case .key = step { true } else { false }
        try expect(isObject ? "{" : "[")
        var count = 0
        while true {
            try skipSpace()
            guard let next = peek(), next != UInt8(ascii: isObject ? "}" : "]") else {
                return start
            }
            let place = offset
            let here: JSONError.Step = isObject ? .key(try string()) : .index(count)
            if isObject {
                try skipSpace()
                try expect(":")
            }
            if here == step {
                return steps.count == 1 ? place : try self.place(of: steps.dropFirst())
            }
            _ = try value(depth: 0)
            count += 1
            try skipSpace()
            guard peek() == UInt8(ascii: ",") else { return start }
            offset += 1
        }
    }
}
