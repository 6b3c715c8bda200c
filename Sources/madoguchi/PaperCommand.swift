import Commands
import Cryptography
import Documents
import JSON
import Octets
import PDF
import QR
import Records
import Terminal

extension Context {
    /// Fonts where Debian's packages put them (fonts-ipaexfont-gothic, fonts-vlgothic).
    private static let usualFonts = [
        "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
        "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
    ]

    /// How papers look. Read before any record is opened, so that a missing font discloses nothing.
    func paperStyle() throws(CommandFailure) -> PaperStyle {
        let named = invocation.value("fonts")?.split(separator: ",").map(String.init)
        var fonts: [TrueTypeFont] = []
        for path in named ?? Self.usualFonts {
            do throws(KeyFile.Failure) {
                let octets = try KeyFile.read(path, limit: TrueTypeFont.maximumOctets)
                do throws(FontError) { fonts.append(try TrueTypeFont(octets)) } catch {
                    throw .malformed(path: path, .malformed("\(error)"))
                }
            } catch {
                throw CommandFailure(
                    .usage, "font", "\(error)",
                    next:
                        "Install fonts-ipaexfont-gothic and fonts-vlgothic, or say --fonts FILE,FILE."
                )
            }
        }
        do throws(FontError) {
            return PaperStyle(fonts: try FontBook(fonts), isLarge: invocation.has("large"))
        } catch {
            throw CommandFailure(
                UsageError("--fonts takes one to eight TrueType files: \(error)"))
        }
    }

    /// `document drugs`, `checkup`, `elderly-checkup`, `expenses`, `slip`: a paper as PDF.
    func paper(
        _ kind: DocumentKind, _ records: DocumentRecords, _ style: PaperStyle
    ) throws(CommandFailure) -> MadeDocument {
        guard let qualification = records.qualification else {
            throw CommandFailure(
                .negative, "no-qualification", "The qualification is not known any more.",
                next: "Check the patient in again: a paper says whose it is.")
        }
        let today = SystemClock().now().dateInJapan
        let paper: Paper?
        do throws(FontError) {
            switch kind {
            case .drugs:
                paper = try records.drugs.map { (record) throws(FontError) in
                    try .drugs(
                        record, of: qualification,
                        copy: records.isPatients ? .portal : .institution, madeOn: today,
                        style: style)
                }
            case .checkup, .elderlyCheckup:
                let programme: CheckupProgramme = kind == .checkup ? .specific : .elderly
                paper = try records.checkups.map { (record) throws(FontError) in
                    try .checkups(
                        record, programme, of: qualification, madeOn: today, style: style)
                }
            case .expenses:
                paper = try records.expenses.map { (record) throws(FontError) in
                    try .expenses(record, of: qualification, madeOn: today, style: style)
                }
            case .notebook, .fhir: paper = nil
            }
        } catch {
            throw CommandFailure(
                .negative, "paper", "The paper cannot be drawn: \(error).",
                next: "Ask for fewer months, or name other fonts (--fonts).")
        }
        guard let paper else { return MadeDocument(files: []) }
        var made = MadeDocument(files: [
            DocumentFile(
                octets: paper.octets, about: [("pages", JSONValue(paper.pageCount))],
                words: "\(paper.pageCount)ページ, \(paper.octets.count) octets")
        ])
        if !paper.missing.isEmpty {
            let characters = paper.missing.map { String(Character($0)) }.joined(separator: " ")
            made.remarks.append("〓 stands for characters that no font has: \(characters)")
        }
        return made
    }
}
