import CheckIns
import Commands
import Configuration
import Cryptography
import Disclosures
import Documents
import FrontDesk
import JSON
import Octets
import PDF
import QR
import Records
import Terminal

extension Context {
    /// How papers look. Read before any record is opened, so that a missing font discloses nothing.
    func paperStyle() throws(CommandFailure) -> PaperStyle {
        let paths: [String]
        if let named = invocation.value("fonts") {
            paths = named.split(separator: ",").map(String.init)
        } else {
            paths = try configuration().paperFonts ?? PaperPress.usualFonts
        }
        var fonts: [TrueTypeFont] = []
        for path in paths {
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

    /// `document drugs`, `checkup`, `elderly-checkup`, `expenses`, `history`, `slip`, `declaration`:
    /// a paper as PDF.
    func paper(
        _ kind: DocumentKind, _ records: DocumentRecords, _ style: PaperStyle
    ) throws(CommandFailure) -> MadeDocument {
        let institution = try configuration().institutionName
        guard kind != .declaration else {
            return try drawn { () throws(FontError) in
                try .declaration(
                    institution: institution, madeOn: SystemClock().now().dateInJapan,
                    style: style)
            }
        }
        guard let qualification = records.qualification else {
            throw CommandFailure(
                .negative, "no-qualification", "The qualification is not known any more.",
                next: "Check the patient in again: a paper says whose it is.")
        }
        let (figures, remarks) =
            kind == .drugs && records.isPatients ? notebookFigures(records) : ([], [])
        let slip = kind == .slip ? try records.slip(institution) : nil
        return try drawn(remarks) { () throws(FontError) in
            if let slip { return try .checkInSlip(slip, of: qualification, style: style) }
            return try records.paper(
                kind, of: qualification, at: institution, symbols: figures, style)
        }
    }

    /// A paper as a file, and what is to be said of it.
    private func drawn(
        _ remarks: [String] = [], _ draw: () throws(FontError) -> Paper?
    ) throws(CommandFailure) -> MadeDocument {
        let paper: Paper?
        do throws(FontError) { paper = try draw() } catch {
            throw CommandFailure(
                .negative, "paper", "The paper cannot be drawn: \(error).",
                next: "Ask for fewer months, or name other fonts (--fonts).")
        }
        guard let paper else { return MadeDocument(files: []) }
        var made = MadeDocument(
            files: [
                DocumentFile(
                    octets: paper.octets, about: [("pages", JSONValue(paper.pageCount))],
                    words: "\(paper.pageCount)ページ, \(paper.octets.count) octets")
            ], remarks: remarks)
        if !paper.missing.isEmpty {
            let characters = paper.missing.map { String(Character($0)) }.joined(separator: " ")
            made.remarks.append("〓 stands for characters that no font has: \(characters)")
        }
        return made
    }
}

extension DocumentRecords {
    /// A paper of the records, if they are there. It is of the business date, which a simulation may
    /// set: the day on which the qualification was confirmed.
    fileprivate func paper(
        _ kind: DocumentKind, of qualification: Qualification, at institution: String,
        symbols: [SymbolFigure], _ style: PaperStyle
    ) throws(FontError) -> Paper? {
        let day = qualification.confirmedOn ?? SystemClock().now().dateInJapan
        switch kind {
        case .drugs:
            guard let drugs else { return nil }
            return try .drugs(
                drugs, of: qualification, copy: isPatients ? .portal : .institution, madeOn: day,
                symbols: symbols, style: style)
        case .checkup, .elderlyCheckup:
            guard let checkups else { return nil }
            return try .checkups(
                checkups, kind == .checkup ? .specific : .elderly, of: qualification, madeOn: day,
                style: style)
        case .expenses:
            guard let expenses else { return nil }
            return try .expenses(expenses, of: qualification, madeOn: day, style: style)
        case .history:
            let source =
                isPatients
                ? "医療機関等からの照会の記録(支払基金・国保中央会の模擬)です。" : "\(institution)の端末の記録です。"
            return try .history(
                history, of: qualification, source: source, madeOn: day, style: style)
        case .notebook, .fhir, .notice, .slip, .declaration: return nil
        }
    }

    /// What the slip of the check-in says: of every item whether the patient agreed to it.
    fileprivate func slip(_ institution: String) throws(CommandFailure) -> CheckInSlip {
        func instant(_ name: String) -> Instant? {
            listed[name]?.stringValue.flatMap(Instant.init(rfc3339:))
        }
        guard let number = listed["number"]?.integerValue, let opened = instant("openedAt"),
            let until = instant("until"), let way = listed["way"]?.stringValue
        else { throw .unreadable("the check-in as it is listed") }
        let given = consented
        let proxy = listed["enteredBy"]?.stringValue.flatMap(ActorRole.init)
        return CheckInSlip(
            number: Int(number), institution: institution, openedAt: opened, validUntil: until,
            way: HistoryWords.way(way) + (proxy.map { " 入力: \($0.japanese)" } ?? ""),
            consents: Item.allCases.map { item in
                CheckInSlip.Consent(
                    item: DisclosedItem(rawValue: item.rawValue)?.japanese ?? item.rawValue,
                    isGiven: given.contains(item.rawValue))
            })
    }
}
