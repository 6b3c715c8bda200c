/// A literal address, or a block of them (`192.0.2.0/24`, `2001:db8::/32`).
package struct AddressBlock: Hashable, Sendable {
    /// The first address, 4 or 16 octets.
    private let octets: [UInt8]
    private let bits: Int
    /// As it was written.
    package let text: String

    /// Reads an address, with or without the length of its prefix.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let octets = Self.octets(of: parts[0]) else {
            return nil
        }
        var bits = octets.count * 8
        if parts.count == 2 {
            guard let named = UInt8(plain: parts[1]), Int(named) <= bits else { return nil }
            bits = Int(named)
        }
        (self.octets, self.bits, self.text) = (octets, bits, text)
    }

    /// Whether an address lies in the block.
    package func contains(_ address: [UInt8]) -> Bool {
        guard address.count == octets.count else { return false }
        for (index, octet) in address.enumerated() {
            let left = bits - index * 8
            guard left > 0 else { return true }
            let mask = left >= 8 ? 0xFF : ~(UInt8(0xFF) >> UInt8(left))
            guard octet & mask == octets[index] & mask else { return false }
        }
        return true
    }

    private static func octets(of text: Substring) -> [UInt8]? {
        text.contains(":") ? six(text) : four(text)
    }

    private static func four(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { UInt8(plain: $0) }
        return parts.count == 4 && octets.count == 4 ? octets : nil
    }

    private static func six(_ text: Substring) -> [UInt8]? {
        guard let gap = gap(in: text) else {
            let all = groups(text)
            return all?.count == 16 ? all : nil
        }
        guard let head = groups(text[..<gap.lowerBound]),
            let tail = groups(text[gap.upperBound...]),
            head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func gap(in text: Substring) -> Range<Substring.Index>? {
        var index = text.startIndex
        while index < text.endIndex {
            let rest = text[index...]
            if rest.hasPrefix("::") { return index..<text.index(index, offsetBy: 2) }
            index = text.index(after: index)
        }
        return nil
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let values = parts.compactMap { part in
            part.utf8.count <= 4 && part.allSatisfy { $0.isASCII && $0.isHexDigit }
                ? UInt16(part, radix: 16) : nil
        }
        guard values.count == parts.count else { return nil }
        return values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}

extension UInt8 {
    /// Decimal digits alone: no sign, and no zero before others, which some read as octal.
    fileprivate init?(plain text: Substring) {
        guard (1...3).contains(text.utf8.count), text == "0" || text.first != "0",
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        self.init(text)
    }
}
