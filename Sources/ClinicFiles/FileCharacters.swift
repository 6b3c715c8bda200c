internal import Octets
package import Records

/// The characters a file is written in.
package typealias FileCharacters = CharacterCode

extension FileCharacters {
    /// What an XML declaration says.
    package var declaredName: String {
        switch self {
        case .utf8: "UTF-8"
        case .shiftJIS: "Shift_JIS"
        }
    }

    /// A file as UTF-8 without its mark, and what it was written in: the declaration says so, and
    /// without one it is UTF-8. What the characters do not bear out is refused, never repaired.
    static func decode(
        _ file: [UInt8], shiftJIS: ShiftJIS?
    ) throws(XMLFault) -> (octets: [UInt8], characters: FileCharacters) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let body = file.starts(with: mark) ? Array(file.dropFirst(3)) : file
        let text: String
        let characters: FileCharacters
        switch declaredEncoding(body)?.lowercased() {
        case nil, "utf-8", "utf8": (text, characters) = (try utf8(body), .utf8)
        case "shift_jis", "shift-jis", "sjis", "windows-31j", "cp932", "ms932":
            guard let shiftJIS, body.count == file.count else { throw .encoding }
            (text, characters) = (shiftJIS.text(body), .shiftJIS)
            // Nobody writes the sign for what could not be read in Shift_JIS: it has no code there.
            guard !text.unicodeScalars.contains("\u{FFFD}") else { throw .encoding }
        default: throw .encoding
        }
        guard text.unicodeScalars.allSatisfy(isXMLCharacter) else { throw .encoding }
        return (Array(text.utf8), characters)
    }

    private static func utf8(_ octets: [UInt8]) throws(XMLFault) -> String {
        guard let text = String(validating: octets, as: UTF8.self) else { throw .encoding }
        return text
    }

    /// The encoding that the declaration names; it is ASCII in both.
    private static func declaredEncoding(_ octets: [UInt8]) -> String? {
        let head = octets.prefix(200)
        guard head.starts(with: "<?xml".utf8), let end = head.firstIndex(of: UInt8(ascii: ">"))
        else { return nil }
        let text = String(decoding: head[..<end], as: UTF8.self)
        guard let found = text.range(of: "encoding") else { return nil }
        let rest = text[found.upperBound...].drop { $0 == " " || $0 == "=" }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return "" }
        return String(rest.dropFirst().prefix { $0 != quote })
    }
}

extension String {
    /// Where a word first stands.
    fileprivate func range(of word: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(word) {
                return start..<index(start, offsetBy: word.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
