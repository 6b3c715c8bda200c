/// Formulas whose results the papers print as reported values: computed for warnings only.
enum Formula {
    /// Weight over the square of the height, in kg/m².
    static func bodyMassIndex(weight: Double, height: Double) -> Double {
        weight / (height * height / 10_000)
    }

    /// The estimated filtration of the kidneys (日本腎臓学会): 194 × Cr^-1.094 × age^-0.287, for
    /// women × 0.739, in mL/min/1.73 m².
    static func egfr(creatinine: Double, age: Int, sex: Sex) -> Double? {
        guard creatinine > 0, age >= 18, sex != .unset else { return nil }
        let base = 194 * power(creatinine, -1.094) * power(Double(age), -0.287)
        return sex == .female ? base * 0.739 : base
    }

    /// `base` to an exponent, for bases above 0. The C library is out of bounds for a pure target.
    static func power(_ base: Double, _ exponent: Double) -> Double {
        exponential(exponent * logarithm(base))
    }

    /// By the series of artanh, with the base brought near 1.
    private static func logarithm(_ value: Double) -> Double {
        let z = (value.significand - 1) / (value.significand + 1)
        var (term, sum, odd) = (z, 0.0, 1.0)
        while term.magnitude > 1e-18 {
            sum += term / odd
            term *= z * z
            odd += 2
        }
        return 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
    }

    /// By the series of the exponential, over an argument halved ten times.
    private static func exponential(_ value: Double) -> Double {
        let small = value / 1024
        var (term, sum) = (1.0, 1.0)
        for n in 1...12 {
            term *= small / Double(n)
            sum += term
        }
        return (0..<10).reduce(sum) { power, _ in power * power }
    }
}
