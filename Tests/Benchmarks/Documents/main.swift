import Charsets
import Documents
import Foundation
import JSON
import Notebook
import Octets
import PDF
import QR
import Records

// Papers of a person file: how quick they are, how large, and the files for those who look.
//
//   documents-benchmark PERSON.json                    measures: lines of JSON
//   documents-benchmark PERSON.json FOLDER [large]     writes the person's papers into a folder
//   documents-benchmark table [FILE]                   the table that other programs draw too

let fontPaths = [
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
]

func octets(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
}

func loadFonts() throws -> FontBook {
    try FontBook(try fontPaths.map { try TrueTypeFont(try octets($0)) })
}

/// The symbols of the medicine notebook, as the command puts them on the patient's own list.
func symbols(_ drugs: DrugRecord, _ holder: NotebookHolder?) throws -> [SymbolFigure] {
    guard let characters = ShiftJIS.system else { return [] }
    var figures: [SymbolFigure] = []
    for sheet in drugs.notebookSheets(holder: holder) {
        let parts = try NotebookWriter(characters).write(sheet.document).parts
        for (index, part) in parts.enumerated() {
            let symbol = try QRSymbol(part)
            let place = parts.count > 1 ? "  \(index + 1)/\(parts.count)" : ""
            let prescriber = sheet.prescriber.map { " (処方発行\($0.name))" } ?? ""
            figures.append(
                SymbolFigure(
                    title: sheet.dispenser.name + prescriber + place, alternative: "お薬手帳のQRコード",
                    size: symbol.size,
                    rectangles: symbol.rectangles.map {
                        .init(x: $0.x, y: $0.y, width: $0.width, height: $0.height)
                    }))
        }
    }
    return figures
}

/// The papers that a person has, by their names; or the one of a name.
func papers(
    _ person: Person, _ day: LocalDate, _ style: PaperStyle, only wanted: String? = nil
) throws -> [(String, Paper)] {
    let (whole, checkups) = (person.qualification, person.publishedCheckups(on: day))
    let drugs = person.publishedDrugs(on: day)
    var papers: [(String, Paper)] = []
    func add(_ name: String, _ paper: () throws -> Paper?) throws {
        guard wanted == nil || wanted == name, let made = try paper() else { return }
        papers.append((name, made))
    }
    let holder = whole.entitlement.map { NotebookHolder($0.holder) }
    for copy in PaperCopy.allCases {
        try add("drugs-\(copy.rawValue)") {
            try .drugs(
                drugs, of: whole, copy: copy, madeOn: day,
                symbols: copy == .portal ? try symbols(drugs, holder) : [], style: style)
        }
    }
    for (name, programme) in [("checkup", CheckupProgramme.specific), ("elderly", .elderly)] {
        try add(name) { try .checkups(checkups, programme, of: whole, madeOn: day, style: style) }
    }
    let first = YearMonth(year: 2021, month: 1)
    let last = YearMonth(year: 2023, month: 12)
    try add("expenses") {
        guard let expenses = person.publishedExpenses(on: day, from: first, to: last) else {
            return nil
        }
        return try .expenses(expenses, of: whole, madeOn: day, style: style)
    }
    return papers
}

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    print("usage: documents-benchmark table [FILE] | PERSON.json [FOLDER [large]]")
    exit(2)
}
if arguments[1] == "table" {
    if arguments.count > 2 {
        let paper = try PlainTable.paper(try loadFonts())
        try Data(paper.octets).write(to: URL(filePath: arguments[2]))
    } else {
        print(String(decoding: PlainTable.json.canonical, as: UTF8.self))
    }
    exit(0)
}
let file = try PersonFile(parsing: try octets(arguments[1]))
let day = file.asOf ?? LocalDate(dayNumber: 20_454)
let person = try file.person(on: day)
if arguments.count > 2 {
    let style = PaperStyle(fonts: try loadFonts(), isLarge: arguments.count > 3)
    for (name, paper) in try papers(person, day, style) {
        let path = "\(arguments[2])/\(person.id)-\(name).pdf"
        try Data(paper.octets).write(to: URL(filePath: path))
        print("\(path): \(paper.pageCount) pages, \(paper.octets.count) bytes")
        if !paper.missing.isEmpty { print("  not in the fonts: \(paper.missing)") }
    }
} else {
    try measure(person, on: day)
}
