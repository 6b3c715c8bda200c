internal import Charsets
package import Cryptography
internal import Documents
internal import Executors
internal import HTTP
internal import Notebook
internal import Octets
internal import PDF
package import Records

/// Makes papers for the pages. Fonts are read when a paper is wanted and forgotten after it; one
/// paper is drawn at a time, on a thread of its own.
package final class PaperPress: Sendable {
    /// What a paper is of.
    package enum Content: Sendable {
        case drugs(DrugRecord)
        case checkups(CheckupRecord, CheckupProgramme)
        case expenses(ExpenseRecord)
    }

    /// Fonts where Debian's packages put them (fonts-ipaexfont-gothic, fonts-vlgothic).
    package static let usualFonts = [
        "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
        "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
    ]

    private let fonts: [String]
    private let thread = WorkThread(name: "papers")

    /// A press with TrueType fonts.
    package init(fonts: [String] = PaperPress.usualFonts) { self.fonts = fonts }

    /// A paper as a file of PDF.
    func print(
        _ content: Content, of qualification: Qualification, copy: PaperCopy,
        madeOn day: LocalDate, isLarge: Bool
    ) async throws(Problem) -> HTTPResponse {
        let fonts = fonts
        let drawn = await withCheckedContinuation { continuation in
            thread.perform {
                continuation.resume(
                    returning: Result { () throws(Problem) in
                        try Self.draw(
                            content, qualification, copy, day,
                            PaperStyle(fonts: try Self.read(fonts), isLarge: isLarge))
                    })
            }
        }
        return HTTPResponse(
            status: 200,
            headers: HTTPHeaders([
                ("Content-Type", "application/pdf"), ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ]), body: try drawn.get())
    }

    private static func draw(
        _ content: Content, _ qualification: Qualification, _ copy: PaperCopy, _ day: LocalDate,
        _ style: PaperStyle
    ) throws(Problem) -> [UInt8] {
        do throws(FontError) {
            let paper =
                switch content {
                case .drugs(let record):
                    try Paper.drugs(
                        record, of: qualification, copy: copy, madeOn: day,
                        symbols: copy == .portal ? symbols(record, qualification) : [],
                        style: style)
                case .checkups(let record, let programme):
                    try Paper.checkups(
                        record, programme, of: qualification, madeOn: day, style: style)
                case .expenses(let record):
                    try Paper.expenses(record, of: qualification, madeOn: day, style: style)
                }
            return paper.octets
        } catch { throw .noPress }
    }

    /// What the medicine notebook reads, at the end of the patient's own list.
    private static func symbols(
        _ drugs: DrugRecord, _ qualification: Qualification
    ) -> [SymbolFigure] {
        guard let characters = ShiftJIS.system else { return [] }
        let holder = qualification.entitlement.map { NotebookHolder($0.holder) }
        return drugs.notebookFigures(holder: holder, by: NotebookWriter(characters)).figures
    }

    private static func read(_ paths: [String]) throws(Problem) -> FontBook {
        do throws(KeyFile.Failure) {
            let fonts = try paths.map { (path) throws(KeyFile.Failure) in try font(path) }
            do throws(FontError) { return try FontBook(fonts) } catch {
                throw .malformed(path: paths.first ?? "", .malformed("\(error)"))
            }
        } catch { throw .noPress }
    }

    /// Looks at fonts and keeps none: what is wrong with them is told when the service starts, not
    /// when a patient waits for a paper.
    package static func check(fonts paths: [String]) throws(KeyFile.Failure) {
        for path in paths { _ = try font(path) }
    }

    private static func font(_ path: String) throws(KeyFile.Failure) -> TrueTypeFont {
        let octets = try KeyFile.read(path, limit: TrueTypeFont.maximumOctets)
        do throws(FontError) { return try TrueTypeFont(octets) } catch {
            throw .malformed(path: path, .malformed("a TrueType font: \(error)"))
        }
    }
}

extension Problem {
    /// No paper can be made here.
    static let noPress = Problem(
        "no-paper", status: 503, title: "No paper can be made here.",
        titleJapanese: "この端末では紙の様式を作れません。",
        nextStep: "The administrator installs the fonts (fonts-ipaexfont-gothic, fonts-vlgothic).",
        nextStepJapanese: "管理者がフォント（IPAexゴシック、VLゴシック）を入れてください。")
}
