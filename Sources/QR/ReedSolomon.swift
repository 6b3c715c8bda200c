/// Error correction over GF(256) with the polynomial 0x11D and the roots 2^0 … 2^(n−1)
/// (JIS X 0510, 7.5.2 and annex A).
struct ReedSolomon {
    /// The generator's coefficients below the highest, as logarithms, highest first.
    private let generator: [Int]

    init(correctionCount: Int) {
        var polynomial: [UInt8] = [1]
        for root in 0..<correctionCount {
            polynomial = Self.times(polynomial, field.power[root])
        }
        generator = polynomial.dropFirst().map { field.logarithm[Int($0)] }
    }

    /// The polynomial times (x − root), highest coefficient first.
    private static func times(_ polynomial: [UInt8], _ root: UInt8) -> [UInt8] {
        var result = polynomial + [0]
        for (index, coefficient) in polynomial.enumerated() {
            result[index + 1] ^= multiply(coefficient, root)
        }
        return result
    }

    /// The remainder of the data, shifted, by the generator.
    func correction(of data: ArraySlice<UInt8>) -> [UInt8] {
        let count = generator.count
        var work = [UInt8](repeating: 0, count: data.count + count)
        for (index, octet) in data.enumerated() { work[index] = octet }
        for position in 0..<data.count where work[position] != 0 {
            let logarithm = field.logarithm[Int(work[position])]
            for index in 0..<count {
                work[position + 1 + index] ^= field.power[logarithm + generator[index]]
            }
        }
        return Array(work[data.count...])
    }

    /// The product of two elements.
    static func multiply(_ one: UInt8, _ other: UInt8) -> UInt8 {
        guard one != 0, other != 0 else { return 0 }
        return field.power[field.logarithm[Int(one)] + field.logarithm[Int(other)]]
    }
}

/// Powers of 2 (twice around, so that two logarithms may be added) and logarithms.
private let field: (power: [UInt8], logarithm: [Int]) = {
    var power = [UInt8](repeating: 0, count: 510)
    var logarithm = [Int](repeating: 0, count: 256)
    var value: UInt16 = 1
    for exponent in 0..<255 {
        power[exponent] = UInt8(value)
        power[exponent + 255] = UInt8(value)
        logarithm[Int(value)] = exponent
        value <<= 1
        if value > 0xFF { value ^= 0x11D }
    }
    return (power, logarithm)
}()
