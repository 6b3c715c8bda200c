package import Octets

/// A small reader of the XML that clinic programs write: elements, text, comments, CDATA, the five
/// entities of XML and character references. A document type is refused before anything in it is
/// looked at, so there is nothing to expand and nothing to fetch; every other size has a bound.
///
/// Foundation's parser stands on libxml2 and its many features, and the product links no
/// full Foundation; what requests need fits on a few pages.
package struct XMLReader {
    /// The most octets of a file.
    package static let maximumOctets = 4 << 20
    /// Elements in elements, `XmlMsg` being the first.
    package static let maximumDepth = 16
    /// The most elements of a file.
    package static let maximumElements = 100_000
    /// The most octets of an element's name.
    package static let maximumNameOctets = 128
    /// The most octets of the text directly in an element.
    package static let maximumTextOctets = 64 << 10
    /// The most attributes of an element.
    package static let maximumAttributes = 16

    private let octets: [UInt8]
    private var place = 0
    private var elementCount = 0

    /// Reads a file. Shift_JIS is read where a table of it is given.
    package static func read(
        _ file: [UInt8], shiftJIS: ShiftJIS?
    ) throws(XMLFault) -> (root: XMLElement, characters: FileCharacters) {
        guard file.count <= maximumOctets else { throw .tooLarge }
        let (text, characters) = try FileCharacters.decode(file, shiftJIS: shiftJIS)
        var reader = XMLReader(octets: text)
        return (try reader.document(), characters)
    }

    private init(octets: [UInt8]) { self.octets = octets }

    private mutating func document() throws(XMLFault) -> XMLElement {
        if starts(with: "<?xml"), peek(5).map(isSpace) == true {
            try skip(past: "?>")
        }
        try skipBetween()
        guard starts(with: "<") else { throw .malformed(at: place) }
        let root = try element(depth: 1)
        try skipBetween()
        guard place == octets.count else { throw .malformed(at: place) }
        return root
    }

    /// Comments, instructions to programs and white space outside the root.
    private mutating func skipBetween() throws(XMLFault) {
        while place < octets.count {
            if isSpace(octets[place]) {
                place += 1
            } else if starts(with: "<!--") {
                try comment()
            } else if starts(with: "<?") {
                try skip(past: "?>")
            } else if starts(with: "<!") {
                throw .documentType
            } else {
                return
            }
        }
    }

    private mutating func element(depth: Int) throws(XMLFault) -> XMLElement {
        elementCount += 1
        guard depth <= Self.maximumDepth, elementCount <= Self.maximumElements else {
            throw .bounds
        }
        place += 1
        let name = try name()
        if try attributes() { return XMLElement(name, text: "") }
        var children: [XMLElement] = []
        var text: [UInt8] = []
        while true {
            guard let next = peek(0) else { throw .malformed(at: place) }
            guard text.count <= Self.maximumTextOctets else { throw .bounds }
            if starts(with: "</") {
                place += 2
                guard try self.name() == name else { throw .malformed(at: place) }
                skipSpace()
                guard peek(0) == UInt8(ascii: ">") else { throw .malformed(at: place) }
                place += 1
                break
            } else if starts(with: "<!--") {
                try comment()
            } else if starts(with: "<![CDATA[") {
                let start = place + 9
                try skip(past: "]]>")
                text += octets[start..<(place - 3)]
            } else if starts(with: "<!") {
                throw .documentType
            } else if starts(with: "<?") {
                try skip(past: "?>")
            } else if next == UInt8(ascii: "<") {
                children.append(try element(depth: depth + 1))
            } else if next == UInt8(ascii: "&") {
                text += try reference()
            } else {
                text.append(next)
                place += 1
            }
        }
        var result = XMLElement(name, children)
        // Spaces in a value are part of it (insurers' numbers are padded); line ends and the
        // white space between elements are layout.
        let value = String(decoding: text, as: UTF8.self)
        let isLayout = !children.isEmpty && text.allSatisfy(isSpace)
        result.text = isLayout ? "" : String(value.trimmingLineEnds)
        return result
    }

    /// Reads over the attributes; whether the element is already closed.
    private mutating func attributes() throws(XMLFault) -> Bool {
        var seen: Set<String> = []
        while true {
            let before = place
            skipSpace()
            if starts(with: "/>") {
                place += 2
                return true
            }
            if peek(0) == UInt8(ascii: ">") {
                place += 1
                return false
            }
            guard place > before else { throw .malformed(at: place) }
            guard seen.count < Self.maximumAttributes else { throw .bounds }
            guard seen.insert(try name()).inserted else { throw .malformed(at: place) }
            skipSpace()
            guard peek(0) == UInt8(ascii: "=") else { throw .malformed(at: place) }
            place += 1
            skipSpace()
            guard let quote = peek(0), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
            else { throw .malformed(at: place) }
            place += 1
            while let octet = peek(0), octet != quote {
                guard octet != UInt8(ascii: "<") else { throw .malformed(at: place) }
                if octet == UInt8(ascii: "&") { _ = try reference() } else { place += 1 }
            }
            guard peek(0) == quote else { throw .malformed(at: place) }
            place += 1
        }
    }

    private mutating func name() throws(XMLFault) -> String {
        let start = place
        while let octet = peek(0), isNameOctet(octet, first: place == start) {
            place += 1
            guard place - start <= Self.maximumNameOctets else { throw .bounds }
        }
        guard place > start else { throw .malformed(at: place) }
        return String(decoding: octets[start..<place], as: UTF8.self)
    }

    private mutating func reference() throws(XMLFault) -> [UInt8] {
        // `&#x10FFFF;` with leading zeros is as long as it gets.
        let end = min(place + 16, octets.count)
        guard let close = octets[place..<end].firstIndex(of: UInt8(ascii: ";")) else {
            throw .entity
        }
        let body = String(decoding: octets[(place + 1)..<close], as: UTF8.self)
        let start = place
        place = close + 1
        switch body {
        case "amp": return [UInt8(ascii: "&")]
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "quot": return [UInt8(ascii: "\"")]
        case "apos": return [UInt8(ascii: "'")]
        default:
            guard body.hasPrefix("#") else { throw .entity }
            let digits = body.dropFirst()
            let isHex = digits.hasPrefix("x")
            let number = isHex ? digits.dropFirst() : digits
            guard number.utf8.allSatisfy({ isHex ? isHexDigit($0) : isDigit($0) }),
                let value = UInt32(number, radix: isHex ? 16 : 10),
                let scalar = Unicode.Scalar(value), isXMLCharacter(scalar)
            else { throw .malformed(at: start) }
            return Array(String(scalar).utf8)
        }
    }

    private mutating func comment() throws(XMLFault) {
        place += 4
        try skip(past: "-->")
    }

    private mutating func skip(past end: String) throws(XMLFault) {
        while place < octets.count {
            if starts(with: end) {
                place += end.utf8.count
                return
            }
            place += 1
        }
        throw .malformed(at: place)
    }

    private mutating func skipSpace() {
        while let octet = peek(0), isSpace(octet) { place += 1 }
    }

    private func peek(_ ahead: Int) -> UInt8? {
        place + ahead < octets.count ? octets[place + ahead] : nil
    }

    private func starts(with text: String) -> Bool {
        octets[place...].starts(with: text.utf8)
    }
}

private func isSpace(_ octet: UInt8) -> Bool {
    octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D
}

private func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }

private func isHexDigit(_ octet: UInt8) -> Bool {
    isDigit(octet) || (0x41...0x46).contains(octet) || (0x61...0x66).contains(octet)
}

/// The names of the public formats are ASCII.
private func isNameOctet(_ octet: UInt8, first: Bool) -> Bool {
    switch octet {
    case 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: ":"): true
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."): !first
    default: false
    }
}

/// XML 1.0, production 2.
func isXMLCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
}

extension String {
    fileprivate var trimmingLineEnds: Substring {
        var rest = self[...]
        while let first = rest.unicodeScalars.first, "\r\n\t".unicodeScalars.contains(first) {
            rest.unicodeScalars.removeFirst()
        }
        while let last = rest.unicodeScalars.last, "\r\n\t".unicodeScalars.contains(last) {
            rest.unicodeScalars.removeLast()
        }
        return rest
    }
}
