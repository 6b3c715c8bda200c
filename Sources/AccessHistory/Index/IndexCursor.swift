/// Something that gives entries of a run in falling order, as distances from its first.
protocol IndexCursor: AnyObject {
    /// The latest entry that is no later than `entry`; what is asked for only falls.
    func latest(upTo entry: UInt32) throws(IndexDoubt) -> UInt32?
}

/// One term's entries.
final class TermCursor: IndexCursor {
    private let run: IndexRun
    private let start: UInt32
    private var count: UInt32

    init(_ run: IndexRun, _ entry: IndexDirectoryEntry) {
        (self.run, start, count) = (run, entry.start, entry.count)
    }

    func latest(upTo entry: UInt32) throws(IndexDoubt) -> UInt32? {
        // From the end in growing steps, then by halves.
        var step: UInt32 = 1
        var high = count
        var low = count
        while low > 0 {
            low = high > step ? high - step : 0
            if try run.posting(start + low) <= entry { break }
            if low == 0 {
                count = 0
                return nil
            }
            high = low
            step = min(step * 2, 1 << 20)
        }
        guard high > 0 else { return nil }
        var (first, end) = (low, high)
        while end - first > 1 {
            let middle = first + (end - first) / 2
            if try run.posting(start + middle) <= entry { first = middle } else { end = middle }
        }
        count = first + 1
        return try run.posting(start + first)
    }
}

/// What any of several gives.
final class UnionCursor: IndexCursor {
    private let cursors: [any IndexCursor]

    init(_ cursors: [any IndexCursor]) { self.cursors = cursors }

    func latest(upTo entry: UInt32) throws(IndexDoubt) -> UInt32? {
        var found: UInt32?
        for cursor in cursors {
            guard let one = try cursor.latest(upTo: entry) else { continue }
            found = max(found ?? one, one)
        }
        return found
    }
}

/// What all of several give.
final class IntersectionCursor: IndexCursor {
    private let cursors: [any IndexCursor]

    init(_ cursors: [any IndexCursor]) { self.cursors = cursors }

    func latest(upTo entry: UInt32) throws(IndexDoubt) -> UInt32? {
        var wanted = entry
        while true {
            var lowest = wanted
            for cursor in cursors {
                guard let found = try cursor.latest(upTo: lowest) else { return nil }
                lowest = found
            }
            if lowest == wanted { return wanted }
            // The first may stand higher than the last: once more from there.
            var agree = true
            for cursor in cursors where try cursor.latest(upTo: lowest) != lowest { agree = false }
            if agree { return lowest }
            wanted = lowest
        }
    }
}

/// Every entry of a run.
final class WholeCursor: IndexCursor {
    private let entries: UInt32

    init(entries: UInt32) { self.entries = entries }

    func latest(upTo entry: UInt32) -> UInt32? { min(entry, entries - 1) }
}
