internal import Octets

/// Brings text into the characters that every reader has: JIS X 0208 and half-width katakana.
/// What is replaced is said.
struct NotebookCharacters: Sendable {
    private let characters: ShiftJIS

    init(_ characters: ShiftJIS) { self.characters = characters }

    /// A text in characters that every reader has, and what was replaced by what.
    func plain(_ text: String) -> (text: String, replaced: [(String, String)]) {
        var result = String.UnicodeScalarView()
        var replaced: [(String, String)] = []
        for scalar in text.unicodeScalars {
            if let whole = voiced(result.last, scalar) {
                result.removeLast()
                result.append(whole)
                continue
            }
            if scalar != ",", characters.octets(scalar) != nil {
                result.append(scalar)
                continue
            }
            let new = replacement(scalar)
            result.append(contentsOf: new.unicodeScalars)
            // A comma cannot be written otherwise; nobody misses the half-width one.
            if scalar != "," { replaced.append((name(scalar), new)) }
        }
        return (trimmed(String(result)), replaced)
    }

    private func replacement(_ scalar: Unicode.Scalar) -> String {
        for known in [substitutes[scalar], equivalents[String(Character(scalar))]] {
            if let known, characters.octets(known) != nil { return known }
        }
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0xA0: return " "
        // Marks that choose a form of the character before, or that show nothing.
        case 0x300...0x36F, 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0x200B...0x200F, 0x2060, 0xFEFF,
            0x3099, 0x309A:
            return ""
        case 0x2460...0x2473: return String(scalar.value - 0x2460 + 1)
        case 0x2160...0x216B: return romans[Int(scalar.value - 0x2160)]
        case 0x2170...0x217B: return romans[Int(scalar.value - 0x2170)].lowercased()
        // What nothing else stands for.
        default: return "■"
        }
    }

    /// How a character that was replaced is named: itself, or its number if it shows nothing.
    private func name(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x00...0x20, 0x7F...0xA0, 0x300...0x36F, 0xFE00...0xFE0F, 0xE0100...0xE01EF,
            0x200B...0x200F, 0x2060,
            0xFEFF, 0x3099, 0x309A:
            "U+" + String(scalar.value, radix: 16, uppercase: true)
        default: String(Character(scalar))
        }
    }

    /// A kana with a sound mark that was written as two characters.
    private func voiced(_ base: Unicode.Scalar?, _ mark: Unicode.Scalar) -> Unicode.Scalar? {
        guard let base, mark == "\u{3099}" || mark == "\u{309A}",
            (0x3041...0x30FF).contains(base.value)
        else { return nil }
        let kana = base.value >= 0x30A0 ? base.value - 0x60 : base.value
        let moved = base.value + (mark == "\u{3099}" ? 1 : 2)
        let isVoiced =
            mark == "\u{3099}"
            && ("かきくけこさしすせそたちつてとはひふへほ".unicodeScalars)
                .contains { $0.value == kana }
        let isHalfVoiced =
            mark == "\u{309A}" && "はひふへほ".unicodeScalars.contains { $0.value == kana }
        if base == "ウ", mark == "\u{3099}" { return "ヴ" }
        return isVoiced || isHalfVoiced ? Unicode.Scalar(moved) : nil
    }
}

private let romans = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII",
]
