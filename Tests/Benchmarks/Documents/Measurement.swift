import Documents
import FHIR
import Foundation
import JSON
import PDF
import QR
import Records

/// What papers, symbols and bundles cost: medians in microseconds, sizes in octets. The table that
/// other programs draw too goes along.
struct Measurement {
    let person: Person
    let day: LocalDate

    func print() throws {
        let before = residentKilobytes()
        let fonts = try loadFonts()
        let (loading, after) = (try median(9) { _ = try loadFonts() }, residentKilobytes())
        let rows = tableRows
        let table = table(rows)
        let paper = try table.rendered(with: fonts)
        let style = PaperStyle(fonts: fonts)
        let drugs = many(1000)
        let message = (0..<440).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bundle = bundle
        let value: JSONValue = .object([
            "fontMicroseconds": JSONValue(loading), "fontKilobytes": JSONValue(after - before),
            "tableMicroseconds": JSONValue(
                try median(31) { _ = try table.rendered(with: fonts) }),
            "tableOctets": JSONValue(paper.octets.count), "tablePages": JSONValue(paper.pageCount),
            "tableGlyphs": JSONValue(Set(rows.joined().joined()).count),
            "drugRows": JSONValue(drugs.dispensings.reduce(0) { $0 + $1.drugs.count }),
            "drugsMicroseconds": JSONValue(
                try median(7) {
                    _ = try Paper.drugs(
                        drugs, of: person.qualification, copy: .portal, madeOn: day, style: style)
                }),
            "symbolVersion": JSONValue(try QRSymbol(message).version.number),
            "symbolMicroseconds": JSONValue(try median(31) { _ = try QRSymbol(message) }),
            "bundleResources": JSONValue(bundle.json["entry"]?.arrayValue?.count ?? 0),
            "bundleMicroseconds": JSONValue(median(31) { _ = bundle.json.canonical }),
            "rows": .array(rows.map { .array($0.map(JSONValue.string)) }),
        ])
        Swift.print(String(decoding: value.canonical, as: UTF8.self))
    }

    /// Sixty rows of a list of medicines: four columns.
    private var tableRows: [[String]] {
        let lines = person.publishedDrugs(on: day).dispensings.flatMap { dispensing in
            dispensing.drugs.map { drug in
                [
                    dispensing.date.description, drug.name, "1日3回毎食後服用",
                    dispensing.source.dispenser.name,
                ]
            }
        }
        return (0..<60).map { ["\($0 + 1)."] + lines[$0 % lines.count] }
    }

    private func table(_ rows: [[String]]) -> PaperDocument {
        let head = ["番号", "年月日", "医薬品名", "用法", "薬局"].map {
            TableCell($0, scope: .column)
        }
        return PaperDocument(
            title: "薬剤情報一覧", banner: Paper.banner, aside: "作成日", day: day.description,
            blocks: [
                .heading(level: 1, "薬剤情報一覧"),
                .table(
                    Table(
                        columns: [6, 14, 44, 20, 16], head: [TableRow(head)],
                        rows: rows.map { row in
                            TableRow(
                                [TableCell(row[0], scope: .row)]
                                    + row.dropFirst().map { TableCell($0) })
                        }, size: 9)),
            ])
    }

    private func many(_ count: Int) -> DrugRecord {
        var drugs = person.publishedDrugs(on: day)
        let once = drugs.dispensings
        while drugs.dispensings.reduce(0, { $0 + $1.drugs.count }) < count {
            drugs.dispensings += once
        }
        return drugs
    }

    private var bundle: FHIRBundle {
        var bundle = FHIRBundle(person.identity)
        bundle.qualification = person.qualification
        bundle.drugs = person.publishedDrugs(on: day)
        bundle.checkups = person.publishedCheckups(on: day)
        return bundle
    }
}

/// The median of several runs, in microseconds.
private func median(_ runs: Int, _ work: () throws -> Void) rethrows -> Int {
    var times: [Duration] = []
    for _ in 0..<runs { times.append(try ContinuousClock().measure(work)) }
    let middle = times.sorted()[runs / 2].components
    return Int(middle.seconds) * 1_000_000 + Int(middle.attoseconds / 1_000_000_000_000)
}

/// What this process has in memory.
private func residentKilobytes() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
    else { return 0 }
    return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
}
