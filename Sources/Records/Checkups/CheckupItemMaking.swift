// How the rows of the item table are written.

/// Codes of one item: what they share, and what each method ends in.
func methods(_ item: String, _ endings: String...) -> [String] {
    endings.map { item + $0 }
}

func number(
    _ japanese: String, _ codes: [String], _ unit: String, _ decimals: Int,
    guidance: [CheckupThreshold?] = [], referral: [CheckupThreshold?] = []
) -> CheckupItemDefinition {
    CheckupItemDefinition(
        japanese: japanese, codes: codes, content: .quantity(unit: unit, decimals: decimals),
        contentBefore2024: nil, guidance: guidance.compactMap(\.self),
        referral: referral.compactMap(\.self))
}

func coded(
    _ japanese: String, _ codes: [String], _ scale: CheckupScale
) -> CheckupItemDefinition {
    CheckupItemDefinition(
        japanese: japanese, codes: codes, content: .coded(scale), contentBefore2024: nil,
        guidance: [], referral: [])
}

func coded(
    _ japanese: String, _ code: String, _ scale: CheckupScale
) -> CheckupItemDefinition {
    coded(japanese, [code], scale)
}

func words(_ japanese: String, _ code: String) -> CheckupItemDefinition {
    CheckupItemDefinition(
        japanese: japanese, codes: [code], content: .text, contentBefore2024: nil, guidance: [],
        referral: [])
}

func atLeast(_ limit: String, _ sex: Sex? = nil) -> CheckupThreshold? {
    threshold(.atLeast, limit, sex)
}

func atMost(_ limit: String, _ sex: Sex? = nil) -> CheckupThreshold? {
    threshold(.atMost, limit, sex)
}

func below(_ limit: String) -> CheckupThreshold? { threshold(.below, limit, nil) }

func threshold(
    _ side: CheckupThreshold.Side, _ limit: String, _ sex: Sex?
) -> CheckupThreshold? {
    DecimalText(limit).map { CheckupThreshold(side: side, limit: $0, sex: sex) }
}

/// A question with a list of answers; before fiscal 2024 perhaps with another.
func question(
    _ japanese: String, _ code: String, _ scale: CheckupScale = .yesNo,
    before2024: CheckupScale? = nil
) -> CheckupItemDefinition {
    CheckupItemDefinition(
        japanese: japanese, codes: [code], content: .coded(scale),
        contentBefore2024: before2024.map(CheckupContent.coded), guidance: [], referral: [])
}
