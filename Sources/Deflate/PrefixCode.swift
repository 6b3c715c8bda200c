/// A prefix code: for each symbol how many bits it takes and which (RFC 1951 §3.2.2).
struct PrefixCode {
    /// Bits of each symbol; 0 where it does not occur.
    let lengths: [Int]
    /// The bits, ready to be written lowest first.
    let codes: [Int]

    init(lengths: [Int]) {
        self.lengths = lengths
        var counts = [Int](repeating: 0, count: 17)
        for length in lengths where length > 0 { counts[length] += 1 }
        var next = [Int](repeating: 0, count: 17)
        for length in 1...15 { next[length + 1] = (next[length] + counts[length]) << 1 }
        codes = lengths.map { length in
            guard length > 0 else { return 0 }
            defer { next[length] += 1 }
            return reversed(next[length], width: length)
        }
    }

    /// The best code for these frequencies with no symbol longer than `limit` bits. At least two
    /// symbols get a code, as some readers refuse a code of one.
    init(frequencies: [Int], limit: Int) {
        var counts = frequencies
        for symbol in 0..<2 where counts.count(where: { $0 > 0 }) < 2 && counts[symbol] == 0 {
            counts[symbol] = 1
        }
        var lengths = huffmanLengths(counts)
        while lengths.contains(where: { $0 > limit }) {
            // Flatter frequencies give a flatter tree; in the end all are 1.
            counts = counts.map { ($0 + 1) / 2 }
            lengths = huffmanLengths(counts)
        }
        self.init(lengths: lengths)
    }

    /// The fixed code of literals and lengths (RFC 1951 §3.2.6).
    static let fixedLiterals = PrefixCode(
        lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    /// The fixed code of distances.
    static let fixedDistances = PrefixCode(lengths: Array(repeating: 5, count: 30))

    /// How many bits it takes to write symbols that occur so often.
    func cost(_ frequencies: [Int]) -> Int {
        zip(frequencies, lengths).reduce(0) { $0 + $1.0 * $1.1 }
    }

    func write(_ symbol: Int, to writer: inout BitWriter) {
        writer.add(codes[symbol], width: lengths[symbol])
    }
}

private func reversed(_ code: Int, width: Int) -> Int {
    (0..<width).reduce(0) { $0 << 1 | (code >> $1 & 1) }
}

/// Depths of Huffman's tree, made with two queues: leaves by frequency, and nodes as they come.
private func huffmanLengths(_ frequencies: [Int]) -> [Int] {
    let leaves = frequencies.indices.filter { frequencies[$0] > 0 }
        .sorted { (frequencies[$0], $0) < (frequencies[$1], $1) }
    var lengths = [Int](repeating: 0, count: frequencies.count)
    guard leaves.count > 1 else { return lengths }
    var weights = leaves.map { frequencies[$0] }
    var parents = [Int](repeating: 0, count: 2 * leaves.count - 1)
    var (leaf, node) = (0, leaves.count)
    for made in leaves.count..<(2 * leaves.count - 1) {
        var weight = 0
        for _ in 0..<2 {
            let takesLeaf =
                leaf < leaves.count && (node >= made || weights[leaf] <= weights[node])
            let child = takesLeaf ? leaf : node
            if takesLeaf { leaf += 1 } else { node += 1 }
            weight += weights[child]
            parents[child] = made
        }
        weights.append(weight)
    }
    var depths = [Int](repeating: 0, count: parents.count)
    for child in (0..<(parents.count - 1)).reversed() {
        depths[child] = depths[parents[child]] + 1
        if child < leaves.count { lengths[leaves[child]] = depths[child] }
    }
    return lengths
}
