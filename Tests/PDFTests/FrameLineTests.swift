import Testing

@testable import PDF

@Suite("The lines around cells")
struct FrameLineTests {
    @Test("a table costs a line for each edge of a row and of a column")
    func grid() {
        let boxes = (0..<6).flatMap { row in
            (0..<4).map { column in
                Box(
                    x: 40 + Double(column) * 33.333, y: 48 + Double(row) * 16.7, width: 33.333,
                    height: 16.7)
            }
        }
        let lines = FrameLine.lines(around: boxes)
        #expect(lines.count(where: \.isVertical) == 5)
        #expect(lines.count == 5 + 7)
        #expect(lines.first { $0.isVertical }?.ends == [40, 693.69, 40, 793.89])
    }

    @Test("where a cell goes over several rows no line crosses it; what lies apart stays apart")
    func gaps() {
        let boxes = [
            Box(x: 0, y: 0, width: 10, height: 20), Box(x: 10, y: 0, width: 10, height: 10),
            Box(x: 10, y: 10, width: 10, height: 10), Box(x: 50, y: 0, width: 5, height: 5),
        ]
        let lines = FrameLine.lines(around: boxes)
        let middle = lines.filter { !$0.isVertical && $0.place == 83_189 }
        #expect(middle == [FrameLine(isVertical: false, place: 83_189, start: 1000, end: 2000)])
        #expect(lines.count { !$0.isVertical && $0.place == 84_189 } == 2)
    }

    @Test("no line where no frame is, and none of what is no number")
    func odd() {
        #expect(FrameLine.lines(around: []).isEmpty)
        let far = Box(x: -.greatestFiniteMagnitude, y: .nan, width: 1e300, height: 1)
        #expect(FrameLine.lines(around: [far]).allSatisfy { $0.ends.allSatisfy(\.isFinite) })
    }
}
