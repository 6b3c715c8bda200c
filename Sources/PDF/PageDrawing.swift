/// A rectangle on a page, in points from the upper left corner.
struct Box {
    var x: Double
    var y: Double
    var width: Double
    var height: Double
}

/// A line of text at its place: the left end of its base line.
struct PlacedLine {
    var x: Double
    var y: Double
    var size: Double
    var isStrong: Bool
    var glyphs: ArraySlice<Glyph>
}

/// What is drawn on a page, and which of it belongs to the structure; the rest is an artifact.
struct PageDrawing {
    static let width = 595.28
    static let height = 841.89

    /// Grey areas behind headings.
    var shades: [Box] = []
    /// The frames of cells.
    var frames: [Box] = []
    /// Text and symbols in reading order; without a mark they are artifacts.
    var pieces: [(mark: Int?, role: StructureRole, content: Content)] = []
    /// For each mark the element that it belongs to.
    var owners: [Int] = []

    enum Content {
        case lines([PlacedLine])
        /// Rectangles of modules, whose side is one; `x` and `y` are the first module's upper left.
        case modules([SymbolFigure.Rectangle], x: Double, y: Double, side: Double)
    }

    /// The page's content stream.
    var content: [UInt8] {
        var octets: [UInt8] = []
        if !shades.isEmpty || !frames.isEmpty {
            octets += "/Artifact BMC\n0.92 g\n".utf8
            for box in shades { octets.append(box) }
            if !shades.isEmpty { octets += "f\n".utf8 }
            octets += "0.4 w 2 J 0.45 G\n".utf8
            for line in FrameLine.lines(around: frames) {
                octets.append(numbers: Array(line.ends[..<2]))
                octets += "m ".utf8
                octets.append(numbers: Array(line.ends[2...]))
                octets += "l\n".utf8
            }
            if !frames.isEmpty { octets += "S\n".utf8 }
            octets += "0 g 0 G\nEMC\n".utf8
        }
        var state = TextState()
        for piece in pieces {
            if let mark = piece.mark {
                octets += "/\(piece.role.rawValue)<</MCID \(mark)>>BDC\n".utf8
            } else {
                octets += "/Artifact BMC\n".utf8
            }
            switch piece.content {
            case .lines(let lines): octets.append(text: lines, &state)
            case .modules(let parts, let x, let y, let side):
                octets.append(modules: parts, x: x, y: y, side: side)
            }
            octets += "EMC\n".utf8
        }
        return octets
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ box: Box) {
        let y = PageDrawing.height - box.y - box.height
        append(numbers: [box.x, y, box.width, box.height])
        self += "re\n".utf8
    }

    /// In a space where a module is one unit and downwards is more: short numbers, no roundings.
    fileprivate mutating func append(
        modules: [SymbolFigure.Rectangle], x: Double, y: Double, side: Double
    ) {
        self += "q ".utf8
        append(numbers: [side, 0, 0, -side, x, PageDrawing.height - y])
        self += "cm\n".utf8
        for part in modules {
            for number in [part.x, part.y, part.width, part.height] {
                append(digits: number.magnitude)
                append(0x20)
            }
            self += "re\n".utf8
        }
        self += "f Q\n".utf8
    }

    fileprivate mutating func append(numbers: [Double]) {
        for number in numbers {
            append(hundredths: number)
            append(0x20)
        }
    }

    fileprivate mutating func append(text lines: [PlacedLine], _ state: inout TextState) {
        self += "BT\n".utf8
        var (x, y) = (0.0, 0.0)
        for line in lines where !line.glyphs.isEmpty {
            if line.isStrong != state.isStrong {
                state.isStrong = line.isStrong
                // Filled and outlined: the fonts have no bold face.
                self += (line.isStrong ? "2 Tr 0.25 w\n" : "0 Tr\n").utf8
            }
            let base = PageDrawing.height - line.y
            append(numbers: [rounded(line.x) - x, rounded(base) - y])
            self += "Td\n".utf8
            (x, y) = (rounded(line.x), rounded(base))
            var rest = line.glyphs
            while let first = rest.first {
                let run = rest.prefix { $0.font == first.font }
                rest = rest.dropFirst(run.count)
                if state.font != first.font || state.size != line.size {
                    (state.font, state.size) = (first.font, line.size)
                    self += "/F\(first.font) ".utf8
                    append(hundredths: line.size)
                    self += " Tf\n".utf8
                }
                append(UInt8(ascii: "<"))
                for glyph in run {
                    append(hexPair: UInt8(glyph.code >> 8))
                    append(hexPair: UInt8(glyph.code & 0xFF))
                }
                self += ">Tj\n".utf8
            }
        }
        self += "ET\n".utf8
    }
}

/// How text is drawn now: it stays so from one text of a page to the next (ISO 32000-1 §9.3.1).
private struct TextState {
    var font: UInt8?
    var size = 0.0
    var isStrong = false
}

/// As numbers are written, so that many small steps do not add up to a wrong place.
private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
