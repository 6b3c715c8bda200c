import Cryptography
import Disclosures
import Documents
import Foundation
import JSON
import Octets
import PDF
import PaperJudge
import Records
import Testing

let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

let fontPaths = [
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
]

/// The two fonts, read once.
let fonts: Result<FontBook, any Error> = Result {
    try FontBook(
        try fontPaths.map { try TrueTypeFont([UInt8](try Data(contentsOf: URL(filePath: $0)))) })
}

func style(isLarge: Bool = false) throws -> PaperStyle {
    PaperStyle(fonts: try fonts.get(), isLarge: isLarge)
}

/// A person of a file, on the day of their sample or an ordinary one.
func person(_ id: String) throws -> (person: Person, day: LocalDate) {
    let data = try Data(contentsOf: root.appending(path: "Simulators/People/\(id).json"))
    let file = try PersonFile(parsing: [UInt8](data))
    let day = file.asOf ?? LocalDate(dayNumber: 20_454)
    return (try file.person(on: day), day)
}

/// Rows of a table of what the samples print.
func golden(_ name: String) throws -> [[String]] {
    let url = root.appending(path: "Tests/RecordsTests/Golden/\(name).tsv")
    return String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n")
        .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
}

private let papers: [Sample: Result<Paper, any Error>] = Dictionary(
    uniqueKeysWithValues: Sample.allCases.map { sample in (sample, Result { try sample.drawn }) })
private let files: [Sample: Result<PaperFile, any Error>] = papers.mapValues { paper in
    Result { try PaperFile(paper.get().octets) }
}

/// A symbol that is none, for the page of symbols.
let checkered = SymbolFigure(
    title: "薬局A (処方発行医療機関B)", alternative: "お薬手帳のQRコード: 薬局A", size: 21,
    rectangles: (0..<21).map { .init(x: $0 % 2, y: $0, width: 19, height: 1) })

/// The papers of the samples and of people whose records are odd.
enum Sample: String, CaseIterable, Sendable {
    case drugs, drugsOfInstitution, checkups, elderlyCheckups, expenses, slip, largeDrugs
    case history, noHistory, declaration, largeDeclaration
    case largeCheckups, noDrugs, noCheckups, noExpenses, everyClass, longest, variants

    /// The paper, drawn once for all tests.
    var paper: Paper { get throws { try papers[self, default: .failure(Missing())].get() } }

    /// The paper as the judge reads it.
    var file: PaperFile { get throws { try files[self, default: .failure(Missing())].get() } }

    private struct Missing: Error {}

    /// The paper drawn anew.
    var drawn: Paper {
        get throws {
            switch self {
            case .drugs: try Self.drugs("yakushi")
            case .drugsOfInstitution: try Self.drugs("yakushi", copy: .institution)
            case .largeDrugs: try Self.drugs("yakushi", isLarge: true)
            case .noDrugs: try Self.drugs("no-records")
            case .everyClass: try Self.drugs("every-class-and-mark")
            case .longest: try Self.drugs("longest-fields")
            case .variants: try Self.drugs("variant-characters")
            case .checkups: try Self.checkups("sankino-taro", .specific)
            case .largeCheckups: try Self.checkups("sankino-taro", .specific, isLarge: true)
            case .elderlyCheckups: try Self.checkups("sankino-hanako", .elderly)
            case .noCheckups: try Self.checkups("no-records", .specific)
            case .expenses: try Self.expenses("iryohi")
            case .noExpenses: try Self.expenses("no-records")
            case .slip: try Self.slip()
            case .history: try Self.history(try Self.entries())
            case .noHistory: try Self.history([])
            case .declaration: try Self.declaration()
            case .largeDeclaration: try Self.declaration(isLarge: true)
            }
        }
    }

    static func drugs(
        _ id: String, copy: PaperCopy = .portal, isLarge: Bool = false
    ) throws -> Paper {
        let (person, day) = try person(id)
        return try .drugs(
            person.publishedDrugs(on: day), of: person.qualification, copy: copy, madeOn: day,
            symbols: [checkered, checkered, checkered], style: style(isLarge: isLarge))
    }

    static func checkups(
        _ id: String, _ programme: CheckupProgramme, isLarge: Bool = false
    ) throws -> Paper {
        let (person, day) = try person(id)
        return try .checkups(
            person.publishedCheckups(on: day), programme, of: person.qualification, madeOn: day,
            style: style(isLarge: isLarge))
    }

    static func expenses(_ id: String) throws -> Paper {
        let (person, day) = try person(id)
        let record = try #require(
            person.publishedExpenses(
                on: day, from: YearMonth("2021-01"), to: YearMonth("2023-12")))
        return try .expenses(record, of: person.qualification, madeOn: day, style: style())
    }

    static func declaration(isLarge: Bool = false) throws -> Paper {
        try .declaration(
            institution: "窓口医院", madeOn: LocalDate(dayNumber: 20_454),
            style: style(isLarge: isLarge))
    }

    static func history(_ lines: [HistoryLine]) throws -> Paper {
        let (person, day) = try person("yakushi")
        return try .history(
            lines, of: person.qualification, source: "窓口医院の端末の記録です。", madeOn: day,
            style: style())
    }

    /// A check-in as the access history has it: a wrong PIN, the right one, medicines looked at.
    static func entries() throws -> [HistoryLine] {
        let time = try #require(Instant(rfc3339: "2026-11-23T00:30:00Z"))
        let scene = EventScene(
            place: TerminalPlace(institution: "1310000003", terminal: "desk-1"),
            timeQuality: .synchronised, actor: .patient, patient: PatientReference(id: "p-1"))
        var doctor = scene
        doctor.actor = EventActor(id: "doctor", role: .clinician)
        let asked = scene.intent(
            .checkIn, item: .qualification, purpose: .treatment, way: .pin, requestID: "r-1",
            at: time)
        let opened = doctor.intent(
            .openRecords, item: .drugs, purpose: .treatment, way: .pin, requestID: "r-2",
            at: time.adding(seconds: 300))
        let lost = doctor.intent(
            .openRecords, item: .checkups, purpose: .treatment, way: .pin, requestID: "r-3",
            at: time.adding(seconds: 360))
        let digest = SHA256Digest(hashing: [])
        let events = [
            scene.proof(.pin, .failed, reason: "wrongPIN", triesLeft: 2, at: time), asked,
            asked.outcome(ofIntentAt: 1, .succeeded, at: time),
            scene.consent(to: .drugs, ConsentNote(.given), at: time),
            scene.consent(to: .checkups, ConsentNote(.refused), at: time), opened,
            opened.disclosure(ofIntentAt: 5, answerDigest: digest, at: time), lost,
        ]
        return HistoryLine.lines(of: events.enumerated().map { (UInt64($0), $1) })
    }

    static func slip() throws -> Paper {
        let opened = try #require(Instant(rfc3339: "2026-11-23T00:30:00Z"))
        let slip = CheckInSlip(
            number: 12, institution: "窓口医院", openedAt: opened,
            validUntil: opened.adding(seconds: 86_400), way: "暗証番号",
            consents: [.init(item: "薬剤情報", isGiven: true), .init(item: "健診情報", isGiven: false)])
        return try .checkInSlip(slip, of: person("yakushi").person.qualification, style: style())
    }
}

/// A paper as a file, gone afterwards.
struct PaperOnDisk: ~Copyable {
    let path: String

    init(_ paper: Paper) throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "madoguchi-paper-\(UUID().uuidString).pdf")
        try Data(paper.octets).write(to: url)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// What a program says of it, standard error included.
    func said(by program: [String]) throws -> (text: String, status: Int32) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = program.map { $0 == "FILE" ? path : $0 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let read = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: read, as: UTF8.self), process.terminationStatus)
    }
}

/// Text of a paper's structure in reading order: each cell and paragraph by what it shows.
func cells(_ paper: Paper) throws -> [PaperText] { try PaperFile(paper.octets).texts() }
