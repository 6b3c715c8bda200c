/// A name in katakana as files carry it: half-width, a half-width space between its parts.
func halfWidthKana(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if let (base, mark) = halves[scalar] {
            result.append(base)
            if let mark { result.append(mark) }
        } else {
            result.append(scalar == "\u{3000}" ? " " : scalar)
        }
    }
    return String(result)
}

/// A name in kanji as files carry it: a full-width space between its parts.
func wideSpaces(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == " " ? "\u{3000}" : $0 }))
}

/// Full-width katakana, their half-width form, and the mark of the voiced ones.
private let halves: [Unicode.Scalar: (Unicode.Scalar, Unicode.Scalar?)] = {
    var table: [Unicode.Scalar: (Unicode.Scalar, Unicode.Scalar?)] = [:]
    // In the order of U+FF61 to U+FF9F.
    let plain =
        "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
    for (offset, scalar) in plain.unicodeScalars.enumerated() {
        guard let half = Unicode.Scalar(0xFF61 + UInt32(offset)) else { continue }
        table[scalar] = (half, nil)
    }
    let marked: [(String, String, Unicode.Scalar)] = [
        ("ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ", "カキクケコサシスセソタチツテトハヒフヘホウ", "\u{FF9E}"),
        ("パピプペポ", "ハヒフヘホ", "\u{FF9F}"),
    ]
    for (voiced, bases, mark) in marked {
        for (scalar, base) in zip(voiced.unicodeScalars, bases.unicodeScalars) {
            if let half = table[base]?.0 { table[scalar] = (half, mark) }
        }
    }
    return table
}()
