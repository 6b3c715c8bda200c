import Charsets
import Documents
import Foundation
import JSON
import Notebook
import Octets
import PDF
import Records

// Papers of a person file: how quick they are, how large, and the files for those who look.
//
//   documents-benchmark PERSON.json                    measures; one line of JSON
//   documents-benchmark PERSON.json FOLDER [large]     writes the person's papers into a folder

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

/// The symbols of the medicine notebook, as they stand on the patient's own list.
func symbols(_ drugs: DrugRecord, _ holder: NotebookHolder?) -> [SymbolFigure] {
    guard let characters = ShiftJIS.system else { return [] }
    return drugs.notebookFigures(holder: holder, by: NotebookWriter(characters)).figures
}

/// The papers that a person has, by their names.
func papers(_ person: Person, _ day: LocalDate, _ style: PaperStyle) throws -> [(String, Paper)] {
    let (whole, checkups) = (person.qualification, person.publishedCheckups(on: day))
    let drugs = person.publishedDrugs(on: day)
    let holder = whole.entitlement.map { NotebookHolder($0.holder) }
    var papers: [(String, Paper)] = []
    for copy in PaperCopy.allCases {
        let paper = try Paper.drugs(
            drugs, of: whole, copy: copy, madeOn: day,
            symbols: copy == .portal ? symbols(drugs, holder) : [], style: style)
        papers.append(("drugs-\(copy.rawValue)", paper))
    }
    for (name, programme) in [("checkup", CheckupProgramme.specific), ("elderly", .elderly)] {
        let paper = try Paper.checkups(
            checkups, programme, of: whole, madeOn: day, style: style)
        papers.append((name, paper))
    }
    let first = YearMonth(year: 2021, month: 1)
    let last = YearMonth(year: 2023, month: 12)
    if let expenses = person.publishedExpenses(on: day, from: first, to: last) {
        let paper = try Paper.expenses(expenses, of: whole, madeOn: day, style: style)
        papers.append(("expenses", paper))
    }
    return papers
}

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    print("usage: documents-benchmark PERSON.json [FOLDER [large]]")
    exit(2)
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
    try Measurement(person: person, day: day).print()
}
