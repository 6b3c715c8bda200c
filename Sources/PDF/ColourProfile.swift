/// A small profile of sRGB (ICC.1:2001), so that grey means the same grey everywhere: the primaries
/// adapted to D50 and a gamma of 2.2.
func sRGBProfile() -> [UInt8] {
    let red = xyz(0.43607, 0.22249, 0.01392)
    let green = xyz(0.38515, 0.71687, 0.09708)
    let blue = xyz(0.14307, 0.06061, 0.71410)
    let curve = Array("curv".utf8) + bigEndian(0, 4) + bigEndian(1, 4) + [0x02, 0x33, 0, 0]
    let tags: [(String, [UInt8])] = [
        ("desc", described("sRGB")),
        ("cprt", Array("text".utf8) + bigEndian(0, 4) + Array("No copyright\0".utf8)),
        ("wtpt", xyz(0.9642, 1, 0.8249)), ("rXYZ", red), ("gXYZ", green), ("bXYZ", blue),
        ("rTRC", curve), ("gTRC", curve), ("bTRC", curve),
    ]
    var (table, body) = (bigEndian(tags.count, 4), [UInt8]())
    let start = 128 + 4 + 12 * tags.count
    for (name, content) in tags {
        table += Array(name.utf8) + bigEndian(start + body.count, 4) + bigEndian(content.count, 4)
        body += content
        while body.count % 4 > 0 { body.append(0) }
    }
    return header(size: start + body.count) + table + body
}

private func header(size: Int) -> [UInt8] {
    bigEndian(size, 4) + bigEndian(0, 4) + [2, 0x10, 0, 0] + Array("mntrRGB XYZ ".utf8)
        + [2021, 1, 1, 0, 0, 0].flatMap { bigEndian($0, 2) } + Array("acsp".utf8)
        + Array(repeating: 0, count: 28) + xyzNumbers(0.9642, 1, 0.8249)
        + Array(repeating: 0, count: 48)
}

private func xyz(_ x: Double, _ y: Double, _ z: Double) -> [UInt8] {
    Array("XYZ ".utf8) + bigEndian(0, 4) + xyzNumbers(x, y, z)
}

/// Three numbers with 16 binary places.
private func xyzNumbers(_ x: Double, _ y: Double, _ z: Double) -> [UInt8] {
    [x, y, z].flatMap { bigEndian(Int(($0 * 65_536).rounded()), 4) }
}

private func described(_ name: String) -> [UInt8] {
    let ascii = Array(name.utf8) + [0]
    return Array("desc".utf8) + bigEndian(0, 4) + bigEndian(ascii.count, 4) + ascii
        + Array(repeating: 0, count: 8 + 3 + 67)
}
