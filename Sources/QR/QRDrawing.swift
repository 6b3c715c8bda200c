/// A rectangle of dark modules.
package struct QRRectangle: Hashable, Sendable {
    /// The column of its left module.
    package let x: Int
    /// The row of its upper module.
    package let y: Int
    /// Its width in modules.
    package let width: Int
    /// Its height in modules.
    package let height: Int
}

extension QRSymbol {
    /// Light modules that must surround a symbol (6.3.8).
    package static let quietZone = 4

    /// All dark modules as rectangles that do not overlap: runs of a row, grown downwards as far
    /// as the same run goes on, so that a renderer leaves no hair lines between modules.
    package var rectangles: [QRRectangle] {
        /// By its column, what goes on from the row above.
        var open = [QRRectangle?](repeating: nil, count: size)
        var done: [QRRectangle] = []
        for y in 0..<size {
            var next = [QRRectangle?](repeating: nil, count: size)
            for run in runs(ofRow: y) {
                let x = run.lowerBound
                if let above = open[x], above.width == run.count {
                    next[x] = QRRectangle(
                        x: x, y: above.y, width: above.width, height: above.height + 1)
                    open[x] = nil
                } else {
                    next[x] = QRRectangle(x: x, y: y, width: run.count, height: 1)
                }
            }
            done += open.compactMap(\.self)
            open = next
        }
        done += open.compactMap(\.self)
        return done.sorted { ($0.y, $0.x) < ($1.y, $1.x) }
    }

    private func runs(ofRow y: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for x in 0...size {
            if self[x, y] {
                start = start ?? x
            } else if let from = start {
                runs.append(from..<x)
                start = nil
            }
        }
        return runs
    }

    /// The symbol with its quiet zone as a picture (SVG 1.1): one path, sized in millimetres; the
    /// title is what a screen reader says. A module's side of 330 micrometres prints well.
    package func svg(moduleMicrometres: Int = 330, title: String) -> String {
        let side = size + 2 * Self.quietZone
        let length = millimetres(side * moduleMicrometres)
        let path = rectangles.map {
            "M\($0.x + Self.quietZone) \($0.y + Self.quietZone)"
                + "h\($0.width)v\($0.height)h-\($0.width)z"
        }.joined()
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(length)mm" height="\(length)mm" \
            viewBox="0 0 \(side) \(side)" role="img" shape-rendering="crispEdges">
            <title>\(escaped(title))</title>
            <path fill="#fff" d="M0 0h\(side)v\(side)h-\(side)z"/>
            <path fill="#000" d="\(path)"/>
            </svg>

            """
    }
}

/// Micrometres as millimetres, `29.37`.
private func millimetres(_ micrometres: Int) -> String {
    let rest = String(micrometres % 1000)
    let zeros = String(repeating: "0", count: 3 - rest.count)
    return "\(micrometres / 1000).\(zeros)\(rest)"
}

/// Text as XML character data; what XML cannot hold becomes U+FFFD.
private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "&": result += "&amp;"
        case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}":
            result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
