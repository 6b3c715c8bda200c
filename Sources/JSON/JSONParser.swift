extension JSONValue {
    /// Reads exactly one JSON text (RFC 8259), strictly: UTF-8 without a byte order mark, no
    /// repeated keys (RFC 7493), no lone surrogates, nothing after the value.
    package init(parsing octets: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        guard octets.count <= limits.octets else {
            throw .malformed(offset: limits.octets, reason: .tooLarge)
        }
        var parser = JSONParser(octets: octets, limits: limits)
        self = try parser.document()
    }
}

struct JSONParser {
    let octets: [UInt8]
    let limits: JSONLimits
    var offset = 0

    init(octets: [UInt8], limits: JSONLimits) {
        (self.octets, self.limits) = (octets, limits)
    }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        try skipSpace()
        guard offset == octets.count else { throw failure(.trailingOctets) }
        return value
    }

    func failure(_ reason: JSONError.Reason) -> JSONError {
        .malformed(offset: offset, reason: reason)
    }

    func peek() -> UInt8? { offset < octets.count ? octets[offset] : nil }

    mutating func expect(_ octet: Character) throws(JSONError) {
        guard let next = peek() else { throw failure(.endedEarly) }
        guard next == octet.asciiValue else { throw failure(.unexpectedOctet) }
        offset += 1
    }

    mutating func skipSpace() throws(JSONError) {
        while let next = peek() {
            switch next {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            case UInt8(ascii: "/") where limits.allowsComments: try skipComment()
            default: return
            }
        }
    }

    mutating func skipComment() throws(JSONError) {
        offset += 1
        switch peek() {
        case UInt8(ascii: "/"):
            while let next = peek(), next != 0x0A { offset += 1 }
        case UInt8(ascii: "*"):
            offset += 1
            while true {
                guard offset + 1 < octets.count else { throw failure(.endedEarly) }
                if octets[offset] == UInt8(ascii: "*"), octets[offset + 1] == UInt8(ascii: "/") {
                    break
                }
                offset += 1
            }
            offset += 2
        default: throw failure(.unexpectedOctet)
        }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        try skipSpace()
        guard depth <= limits.depth else { throw failure(.tooDeep) }
        guard let next = peek() else { throw failure(.endedEarly) }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for character in word { try expect(character) }
        return value
    }

    mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try expect("{")
        var fields: [String: JSONValue] = [:]
        try skipSpace()
        if peek() == UInt8(ascii: "}") {
            offset += 1
            return .object(fields)
        }
        while true {
            try skipSpace()
            let key = try string()
            guard fields[key] == nil else { throw failure(.repeatedKey) }
            try skipSpace()
            try expect(":")
            fields[key] = try value(depth: depth + 1)
            try skipSpace()
            if peek() == UInt8(ascii: ",") {
                offset += 1
            } else {
                try expect("}")
                return .object(fields)
            }
        }
    }

    mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try expect("[")
        var elements: [JSONValue] = []
        try skipSpace()
        if peek() == UInt8(ascii: "]") {
            offset += 1
            return .array(elements)
        }
        while true {
            elements.append(try value(depth: depth + 1))
            try skipSpace()
            if peek() == UInt8(ascii: ",") {
                offset += 1
            } else {
                try expect("]")
                return .array(elements)
            }
        }
    }
}

extension JSONParser {
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        if peek() == UInt8(ascii: "-") { offset += 1 }
        let first = peek()
        let integerDigits = digits()
        guard integerDigits > 0 else {
            throw failure(offset == start ? .unexpectedOctet : .badNumber)
        }
        guard integerDigits == 1 || first != UInt8(ascii: "0") else { throw failure(.badNumber) }
        var isWhole = true
        if peek() == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            guard digits() > 0 else { throw failure(.badNumber) }
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            isWhole = false
            offset += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { offset += 1 }
            guard digits() > 0 else { throw failure(.badNumber) }
        }
        let text = String(decoding: octets[start..<offset], as: UTF8.self)
        guard text.utf8.count <= 40 else { throw failure(.badNumber) }
        guard isWhole else { return .decimal(text) }
        guard text != "-0", let value = Int64(text), value.magnitude < 1 << 53 else {
            throw failure(.badNumber)
        }
        return .integer(value)
    }

    private mutating func digits() -> Int {
        let start = offset
        while let next = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) {
            offset += 1
        }
        return offset - start
    }

    mutating func string() throws(JSONError) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while true {
            guard let next = peek() else { throw failure(.endedEarly) }
            switch next {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure(.badUTF8)
                }
                offset += 1
                return string
            case UInt8(ascii: "\\"):
                offset += 1
                text += Array(String(try escape()).utf8)
            case 0..<0x20: throw failure(.badString)
            default:
                text.append(next)
                offset += 1
            }
        }
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let letter = peek() else { throw failure(.endedEarly) }
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try escapedScalar()
        default: throw failure(.badString)
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xD800..<0xDC00).contains(unit), peek() == UInt8(ascii: "\\") else {
            throw failure(.badString)
        }
        offset += 1
        try expect("u")
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw failure(.badString) }
        return scalar
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        guard octets.count - offset >= 4 else { throw failure(.endedEarly) }
        var value: UInt32 = 0
        for octet in octets[offset..<offset + 4] {
            guard octet < 0x80, let digit = Character(Unicode.Scalar(octet)).hexDigitValue else {
                throw failure(.badString)
            }
            value = value << 4 | UInt32(digit)
        }
        offset += 4
        return value
    }
}
