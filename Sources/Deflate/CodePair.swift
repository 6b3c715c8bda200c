/// The two codes of a block, and how they are told at its head (RFC 1951 §3.2.7).
struct CodePair {
    let literals: PrefixCode
    let distances: PrefixCode
    private let runs: [Run]
    private let runCode: PrefixCode
    private let literalCount: Int
    private let distanceCount: Int

    static let fixed = CodePair(.fixedLiterals, .fixedDistances)

    init(_ literals: [Int], _ distances: [Int]) {
        self.init(
            PrefixCode(frequencies: literals, limit: 15),
            PrefixCode(frequencies: distances, limit: 15))
    }

    private init(_ literals: PrefixCode, _ distances: PrefixCode) {
        (self.literals, self.distances) = (literals, distances)
        literalCount = max(257, (literals.lengths.lastIndex { $0 > 0 } ?? 0) + 1)
        distanceCount = (distances.lengths.lastIndex { $0 > 0 } ?? 0) + 1
        runs = Run.runs(
            Array(literals.lengths.prefix(literalCount) + distances.lengths.prefix(distanceCount)))
        var counts = [Int](repeating: 0, count: 19)
        for run in runs { counts[run.symbol] += 1 }
        runCode = PrefixCode(frequencies: counts, limit: 7)
    }

    func cost(_ literals: [Int], _ distances: [Int]) -> Int {
        self.literals.cost(literals) + self.distances.cost(distances)
    }

    private static let order = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ]

    private var orderedCount: Int {
        max(4, (Self.order.lastIndex { runCode.lengths[$0] > 0 } ?? 0) + 1)
    }

    /// Bits of the head.
    var headBits: Int {
        17 + 3 * orderedCount
            + runs.reduce(0) { $0 + runCode.lengths[$1.symbol] + $1.extraBits }
    }

    func writeHead(to writer: inout BitWriter) {
        writer.add(literalCount - 257, width: 5)
        writer.add(distanceCount - 1, width: 5)
        writer.add(orderedCount - 4, width: 4)
        for symbol in Self.order.prefix(orderedCount) {
            writer.add(runCode.lengths[symbol], width: 3)
        }
        for run in runs {
            runCode.write(run.symbol, to: &writer)
            writer.add(run.extra, width: run.extraBits)
        }
    }
}

/// Equal code lengths in a row: 0 to 15 are themselves, 16 repeats the last, 17 and 18 are zeros.
private struct Run {
    let symbol: Int
    var extra = 0

    var extraBits: Int { [16: 2, 17: 3, 18: 7][symbol, default: 0] }

    static func runs(_ lengths: [Int]) -> [Run] {
        var runs: [Run] = []
        var index = 0
        while index < lengths.count {
            let length = lengths[index]
            let same = lengths[index...].prefix { $0 == length }.count
            if length == 0, same >= 3 {
                let taken = min(same, 138)
                runs.append(
                    taken > 10
                        ? Run(symbol: 18, extra: taken - 11)
                        : Run(symbol: 17, extra: taken - 3))
                index += taken
            } else if index > 0, lengths[index - 1] == length, same >= 3 {
                let taken = min(same, 6)
                runs.append(Run(symbol: 16, extra: taken - 3))
                index += taken
            } else {
                runs.append(Run(symbol: length))
                index += 1
            }
        }
        return runs
    }
}
