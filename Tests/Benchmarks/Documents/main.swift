import Documents
import Foundation
import JSON
import PDF
import Records

// Papers of a person file: how quick they are, how large, and the files for those who look.
//
//   documents-benchmark PERSON.json FOLDER   writes the person's papers into a folder
//   documents-benchmark PERSON.json          measures; one line of JSON

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

/// A symbol of 81 modules that means nothing, as large as a day's medicines make one.
let symbol = SymbolFigure(
    title: "薬局A (処方発行医療機関B)", alternative: "電子版お薬手帳のQRコードの場所", size: 81,
    rectangles: (0..<81 * 81).filter { $0 % 3 == 0 || $0 % 7 == 1 }.map {
        .init(x: $0 % 81, y: $0 / 81, width: 1, height: 1)
    })

/// The papers that a person has, by their names.
func papers(_ person: Person, _ day: LocalDate, _ style: PaperStyle) throws -> [(String, Paper)] {
    let (whole, checkups) = (person.qualification, person.publishedCheckups(on: day))
    let drugs = person.publishedDrugs(on: day)
    var papers: [(String, Paper)] = []
    for copy in PaperCopy.allCases {
        let paper = try Paper.drugs(
            drugs, of: whole, copy: copy, madeOn: day,
            symbols: copy == .portal ? [symbol, symbol] : [], style: style)
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
