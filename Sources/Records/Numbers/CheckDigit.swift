/// The check digit of insurers, institutions and public funds (検証番号): weights 2, 1, 2, 1 … from
/// the right, the digits of each product added, what is missing to a multiple of ten.
package enum CheckDigit {
    /// The digit that belongs after `digits`; nothing if something else than digits is in there.
    package static func digit(after digits: some StringProtocol) -> Int? {
        var sum = 0
        for (place, octet) in digits.utf8.reversed().enumerated() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) else { return nil }
            let product = Int(octet - UInt8(ascii: "0")) * (place % 2 == 0 ? 2 : 1)
            sum += product / 10 + product % 10
        }
        return (10 - sum % 10) % 10
    }

    /// Whether a number of at least two digits ends in its check digit.
    package static func isRight(in number: some StringProtocol) -> Bool {
        guard number.utf8.count >= 2, let last = number.last?.wholeNumberValue,
            let expected = digit(after: number.dropLast())
        else { return false }
        return last == expected
    }
}
