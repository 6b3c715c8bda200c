extension CheckupItem {
    /// Numbers that can be meant, as programs check what is keyed in (入力チェック); others are kept
    /// as they came, with a warning. Nothing where any number passes.
    package var plausible: ClosedRange<Int>? {
        switch self {
        case .height: 50...300
        case .weight: 30...200
        case .waist: 30...300
        case .bodyMassIndex: 1...100
        case .systolicPressure, .diastolicPressure: 10...900
        case .fastingTriglycerides, .casualTriglycerides: 0...5000
        case .hdlCholesterol, .ldlCholesterol: 0...1000
        case .ast, .alt: 0...5000
        case .gammaGT: 0...3000
        case .fastingGlucose, .casualGlucose: 0...2000
        case .hba1c: 0...50
        default: nil
        }
    }
}
