/// A name in the one form in which names are compared: width, kana, spaces, case, variation
/// selectors and a small stated table of variant characters (異体字) made equal. Never shown.
struct NameForm: Hashable {
    /// What stands for a character that a register could not map (●, U+25CF; also 〓).
    static let unknown: Unicode.Scalar = "\u{25CF}"

    let scalars: [Unicode.Scalar]

    init(_ name: String) {
        var scalars: [Unicode.Scalar] = []
        for scalar in name.unicodeScalars {
            switch scalar.value {
            case 0x20, 0x3000, 0x00A0, 0x2000...0x200D, 0xFEFF, 0xFE00...0xFE0F,
                0xE0100...0xE01EF:
                continue
            case 0xFF9E: Self.mark(&scalars, with: voiced)
            case 0xFF9F: Self.mark(&scalars, with: halfVoiced)
            case 0x3099: Self.mark(&scalars, with: voiced)
            case 0x309A: Self.mark(&scalars, with: halfVoiced)
            default: scalars.append(Self.plain(scalar))
            }
        }
        self.scalars = scalars
    }

    /// Whether both say the same, character by character; an unknown one matches any.
    func matches(_ other: NameForm) -> Bool {
        scalars.count == other.scalars.count
            && zip(scalars, other.scalars).allSatisfy {
                $0 == $1 || $0 == Self.unknown || $1 == Self.unknown
            }
    }

    var hasUnknown: Bool { scalars.contains(Self.unknown) }

    private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        // Full width to ASCII, then capital letters to small ones.
        case 0xFF01...0xFF5E: lower(moved(scalar, by: -0xFEE0))
        case 0x41...0x5A: lower(scalar)
        // Hiragana to katakana.
        case 0x3041...0x3096: moved(scalar, by: 0x60)
        case 0xFF65...0xFF9D: halfWidth[Int(scalar.value - 0xFF65)]
        case 0x3013: unknown
        // Dashes that stand for the long vowel.
        case 0x2010...0x2015, 0x2212, 0xFF70: "\u{30FC}"
        default: Self.variants[scalar] ?? scalar
        }
    }

    private static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        (0x41...0x5A).contains(scalar.value) ? moved(scalar, by: 0x20) : scalar
    }

    private static func moved(_ scalar: Unicode.Scalar, by distance: Int) -> Unicode.Scalar {
        Unicode.Scalar(UInt32(Int(scalar.value) + distance)) ?? scalar
    }

    /// A mark of its own joins the letter before it.
    private static func mark(
        _ scalars: inout [Unicode.Scalar], with table: [Unicode.Scalar: Unicode.Scalar]
    ) {
        guard let last = scalars.last, let marked = table[last] else { return }
        scalars[scalars.count - 1] = marked
    }

    /// Each variant that is known here, and the character that it is compared as.
    static let variants = styles.merging(compatible) { first, _ in first }

    /// Half-width katakana from U+FF65 on, in the order of the block.
    private static let halfWidth = Array(
        "・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
            .unicodeScalars)
}

extension PersonIdentity {
    /// Whether a name that somebody noted is one of the person's, differences of writing aside:
    /// name, alias, or either in kana. An unknown character (●) is nobody's: a search must not
    /// find whoever it might stand for.
    package func isCalled(_ noted: String) -> Bool {
        let noted = NameForm(noted)
        guard !noted.scalars.isEmpty, !noted.hasUnknown else { return false }
        return [name, kana, alias, aliasKana].compactMap(\.self).contains {
            NameForm($0) == noted
        }
    }
}

private let voiced = pairs("カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴ")
private let halfVoiced = pairs("ハパヒピフプヘペホポ")

/// Characters that registers write in either form, each with the form they are compared in. Not
/// complete, and not meant to be: what is missing is for staff to see.
private let styles = pairs(
    "髙高﨑崎德徳濵浜濱浜邊辺邉辺齋斎齊斉澤沢櫻桜廣広國国嶋島嶌島眞真惠恵瀨瀬淺浅黑黒"
        + "𠮷吉冨富槇槙藪薮籠篭檜桧彌弥龍竜實実榮栄嶽岳圓円關関豐豊學学寬寛亞亜與与萬万綠緑")

/// Characters that differ in a stroke and have a code of their own for compatibility (U+F900 to
/// U+FAFF). By their codes: programs that edit text may turn them into the usual ones unasked.
private let compatible = pairs(
    "\u{F91D}欄\u{F928}廊\u{F929}朗\u{F9DC}隆\u{FA10}塚\u{FA12}晴\u{FA16}猪"
        + "\u{FA19}神\u{FA1A}祥\u{FA1B}福\u{FA1C}靖\u{FA1D}精\u{FA1E}羽\u{FA22}諸"
        + "\u{FA25}逸\u{FA26}都\u{FA2A}飯\u{FA2B}飼\u{FA2C}館\u{FA2D}鶴\u{FA33}勉"
        + "\u{FA34}勤\u{FA3A}墨\u{FA41}敏\u{FA43}暑\u{FA44}梅\u{FA45}海\u{FA46}渚"
        + "\u{FA47}漢\u{FA4A}琢\u{FA4C}社\u{FA4D}祉\u{FA4E}祈\u{FA4F}祐\u{FA50}祖"
        + "\u{FA51}祝\u{FA53}禎\u{FA56}節\u{FA57}練\u{FA59}繁\u{FA5B}者\u{FA5F}著"
        + "\u{FA64}賓\u{FA68}難\u{FA69}響")

/// A table from characters that stand in pairs: what is met, what it becomes.
private func pairs(_ text: String) -> [Unicode.Scalar: Unicode.Scalar] {
    let scalars = Array(text.unicodeScalars)
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for index in stride(from: 0, to: scalars.count - 1, by: 2) {
        table[scalars[index]] = scalars[index + 1]
    }
    return table
}
