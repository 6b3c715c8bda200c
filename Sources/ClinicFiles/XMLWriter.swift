package import Octets
internal import Records

/// A file as it is to be written, and what its characters could not hold.
package struct ClinicFile: Hashable, Sendable, PersonalData {
    /// The octets.
    package var octets: [UInt8]
    /// What stands in the file as a reference to a character, or as ● where there is none.
    package var unmapped: [UnmappedCharacter]

    /// Writes a message. A character that Shift_JIS lacks is written as XML's own reference to
    /// it (`&#x20BB7;`), so that nothing is lost; what XML itself cannot hold becomes ●.
    package init(
        _ root: XMLElement, in characters: FileCharacters, shiftJIS: ShiftJIS?
    ) {
        let table = characters == .shiftJIS ? shiftJIS : nil
        let written: FileCharacters = table == nil ? .utf8 : .shiftJIS
        var writer = XMLWriter(shiftJIS: table)
        writer.put(
            "<?xml version=\"1.0\" encoding=\"\(written.declaredName)\" standalone=\"no\"?>\r\n")
        writer.put(root)
        octets = writer.octets
        unmapped = writer.unmapped
    }
}

/// A character that a file could not hold as itself, and where it stood.
package struct UnmappedCharacter: Hashable, Sendable {
    /// The element.
    package var element: String
    /// The character.
    package var scalar: Unicode.Scalar

    /// As people name it: `U+20BB7`.
    package var code: String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

private struct XMLWriter {
    var shiftJIS: ShiftJIS?
    var octets: [UInt8] = []
    var unmapped: [UnmappedCharacter] = []

    mutating func put(_ ascii: String) { octets += ascii.utf8 }

    mutating func put(_ element: XMLElement) {
        put("<\(element.name)>")
        if element.children.isEmpty {
            for scalar in element.text.unicodeScalars { put(scalar, in: element.name) }
        } else {
            put("\r\n")
            for child in element.children { put(child) }
        }
        put("</\(element.name)>\r\n")
    }

    private mutating func put(_ scalar: Unicode.Scalar, in element: String) {
        switch scalar {
        case "&": put("&amp;")
        case "<": put("&lt;")
        case ">": put("&gt;")
        case "\t", "\n", "\r": put("&#\(scalar.value);")
        default:
            guard isXMLCharacter(scalar) else {
                unmapped.append(UnmappedCharacter(element: element, scalar: scalar))
                return put("\u{25CF}", in: element)
            }
            guard let shiftJIS else {
                octets += String(scalar).utf8
                return
            }
            if let pair = shiftJIS.octets(scalar) {
                octets += pair
            } else {
                unmapped.append(UnmappedCharacter(element: element, scalar: scalar))
                put("&#x\(String(scalar.value, radix: 16, uppercase: true));")
            }
        }
    }
}
