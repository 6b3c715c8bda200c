/// A line along an axis, in hundredths of a point from the lower left corner.
struct FrameLine: Hashable, Comparable {
    let isVertical: Bool
    /// Where it lies across its direction.
    let place: Int
    let start: Int
    let end: Int

    static func < (left: FrameLine, right: FrameLine) -> Bool {
        (left.isVertical ? 1 : 0, left.place, left.start, left.end)
            < (right.isVertical ? 1 : 0, right.place, right.start, right.end)
    }

    /// The edges of boxes; what lies upon or touches another of the same direction is one line, so
    /// that a table costs a line for each row and column, and no edge is drawn twice.
    static func lines(around boxes: [Box]) -> [FrameLine] {
        let edges = boxes.flatMap { box -> [FrameLine] in
            let (left, right) = (hundredths(box.x), hundredths(box.x + box.width))
            let top = hundredths(PageDrawing.height - box.y)
            let bottom = hundredths(PageDrawing.height - box.y - box.height)
            return [
                FrameLine(isVertical: false, place: top, start: left, end: right),
                FrameLine(isVertical: false, place: bottom, start: left, end: right),
                FrameLine(isVertical: true, place: left, start: bottom, end: top),
                FrameLine(isVertical: true, place: right, start: bottom, end: top),
            ]
        }.sorted()
        var lines: [FrameLine] = []
        for edge in edges {
            if let last = lines.last, last.isVertical == edge.isVertical,
                last.place == edge.place, edge.start <= last.end + 1
            {
                lines[lines.count - 1] = FrameLine(
                    isVertical: last.isVertical, place: last.place, start: last.start,
                    end: max(last.end, edge.end))
            } else {
                lines.append(edge)
            }
        }
        return lines
    }

    /// Both ends, in points.
    var ends: [Double] {
        let (across, from, to) = (Double(place) / 100, Double(start) / 100, Double(end) / 100)
        return isVertical ? [across, from, across, to] : [from, across, to, across]
    }

    private static func hundredths(_ value: Double) -> Int {
        value.isFinite ? Int((min(max(value, -1e6), 1e6) * 100).rounded()) : 0
    }
}
