import Documents
import FHIR
import Foundation
import JSON
import PDF
import QR
import Records

/// The shortest of several runs, in milliseconds.
func milliseconds(_ runs: Int, _ work: () throws -> Void) rethrows -> Double {
    var best = Duration.seconds(1000)
    for _ in 0..<runs { best = min(best, try ContinuousClock().measure(work)) }
    return Double(best.components.attoseconds) / 1e15 + Double(best.components.seconds) * 1000
}

/// What this process holds in memory, in KiB.
func residentKiB() throws -> Int {
    let status = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
}

/// Tells one figure as a line of JSON.
func tell(_ what: String, _ milliseconds: Double, _ more: [(String, JSONValue?)] = []) {
    let line = JSONValue.object(
        present: [
            ("what", .string(what)), ("microseconds", JSONValue(Int(milliseconds * 1000))),
        ] + more)
    print(String(decoding: line.canonical, as: UTF8.self))
}

/// The list of medicines with at least so many rows.
func lengthened(_ drugs: DrugRecord, rows: Int) -> DrugRecord {
    var (long, whole) = (drugs, drugs.dispensings)
    var count = long.dispensings.reduce(0) { $0 + $1.drugs.count }
    guard count > 0 else { return long }
    while count < rows {
        let next = whole.removeFirst()
        long.dispensings.append(next)
        whole.append(next)
        count += next.drugs.count
    }
    return long
}

/// Everything that has a target, and the papers of a person.
func measure(_ person: Person, on day: LocalDate) throws {
    let before = try residentKiB()
    let fonts = try loadFonts()
    let held = try residentKiB() - before
    tell("fonts", try milliseconds(5) { _ = try loadFonts() }, [("kibibytes", JSONValue(held))])
    let table = try PlainTable.paper(fonts)
    tell(
        "table", try milliseconds(20) { _ = try PlainTable.paper(fonts) },
        [("octets", JSONValue(table.octets.count)), ("pages", JSONValue(table.pageCount))])
    let style = PaperStyle(fonts: fonts)
    for (name, paper) in try papers(person, day, style) {
        let time = try milliseconds(10) { _ = try papers(person, day, style, only: name) }
        tell(
            name, time,
            [("octets", JSONValue(paper.octets.count)), ("pages", JSONValue(paper.pageCount))])
    }
    let drugs = person.publishedDrugs(on: day)
    let long = lengthened(drugs, rows: 1000)
    func list() throws -> Paper {
        try .drugs(long, of: person.qualification, copy: .portal, madeOn: day, style: style)
    }
    tell(
        "thousand", try milliseconds(5) { _ = try list() },
        [("pages", JSONValue(try list().pageCount))])
    try measureSymbol()
    guard let holder = person.qualification.entitlement?.holder else { return }
    var bundle = FHIRBundle(holder)
    (bundle.qualification, bundle.drugs) = (person.qualification, drugs)
    bundle.checkups = person.publishedCheckups(on: day)
    let count = bundle.json.canonical.count
    tell(
        "bundle", milliseconds(20) { _ = bundle.json.canonical }, [("octets", JSONValue(count))])
}

/// 413 octets, as a day's medicines make them: version 16 at level M, the mask chosen of eight.
func measureSymbol() throws {
    let octets = (0..<413).map { UInt8(truncatingIfNeeded: 0x30 + $0 * 7919 % 75) }
    let symbol = try QRSymbol(octets)
    let time = try milliseconds(50) { _ = try QRSymbol(octets) }
    tell("symbol", time, [("version", JSONValue(symbol.version.number))])
}
