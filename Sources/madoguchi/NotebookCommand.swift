import Charsets
import Commands
import Documents
import JSON
import Notebook
import Octets
import PDF
import QR
import Records

extension Context {
    /// `document notebook`: texts, or symbols, of a medicine notebook.
    func notebook(
        _ records: DocumentRecords, ending: String
    ) throws(CommandFailure) -> MadeDocument {
        guard let characters = ShiftJIS.system else {
            throw CommandFailure(
                .usage, "no-charset", "This system's libc cannot convert CP932.",
                next: "Install libc's converters (Debian: libc6, or libc-gconv-modules-extra).")
        }
        let sheets =
            (records.drugs?.dispensings.isEmpty ?? true)
            ? []
            : try sheets(records)
        let writer = NotebookWriter(characters)
        var made = MadeDocument(files: [])
        if records.holder == nil, !invocation.has("no-name") {
            made.remarks.append(
                "資格情報がないため、氏名を記載しません (the qualification is not known any more: no name)")
        }
        for (index, sheet) in sheets.enumerated() {
            let number = sheets.count > 1 ? "-\(index + 1)" : ""
            let writing: NotebookWriter.Writing
            do throws(NotebookError) { writing = try writer.write(sheet.document) } catch {
                throw CommandFailure(
                    .negative, "notebook", "The notebook text cannot be written: \(error).",
                    next: "Ask for fewer months.")
            }
            made.remarks += (sheet.remarks + writing.remarks).map { "\(sheet.title): \($0)" }
            made.files +=
                ending == "svg"
                ? try symbols(sheet, writing, number) : [text(sheet, writing, number)]
        }
        return made
    }

    private func sheets(_ records: DocumentRecords) throws(CommandFailure) -> [NotebookSheet] {
        let version: NotebookVersion
        switch invocation.value("edition") ?? "08" {
        case "08": version = .v08
        case "07": version = .v07
        default: throw CommandFailure(UsageError("--edition must be 08 or 07"))
        }
        let holder = invocation.has("no-name") ? nil : records.holder.map(NotebookHolder.init)
        return records.drugs?.notebookSheets(holder: holder, version: version) ?? []
    }

    private func text(
        _ sheet: NotebookSheet, _ writing: NotebookWriter.Writing, _ number: String
    ) -> DocumentFile {
        DocumentFile(
            number: number, octets: writing.text,
            about: sheet.about + [("octets", JSONValue(writing.text.count))],
            words: "\(sheet.title)  \(sheet.document.visits.count)件 \(writing.text.count) octets")
    }

    private func symbols(
        _ sheet: NotebookSheet, _ writing: NotebookWriter.Writing, _ number: String
    ) throws(CommandFailure) -> [DocumentFile] {
        let parts: [NotebookSymbol]
        do throws(QRError) { parts = try NotebookSymbol.all(of: writing, sheet) } catch {
            throw CommandFailure(
                .negative, "notebook", "A part does not fit a QR code.",
                next: "Write a text (.txt) instead.")
        }
        return parts.map { part in
            DocumentFile(
                number: number + (part.count > 1 ? "-\(part.number)" : ""),
                octets: Array(part.symbol.svg(title: "お薬手帳QR \(part.title)").utf8),
                about: sheet.about + [
                    ("part", JSONValue(part.number)), ("parts", JSONValue(part.count)),
                    ("version", JSONValue(part.symbol.version.number)),
                    ("level", .string(part.symbol.level.letter)),
                ],
                words: "\(part.title)  QR \(part.symbol.version.number)-M")
        }
    }

    /// The symbols of a paper's last page, one or more for each pharmacy and prescriber; and what was
    /// replaced in them.
    func notebookFigures(
        _ records: DocumentRecords
    ) -> (figures: [SymbolFigure], remarks: [String]) {
        guard let characters = ShiftJIS.system, let drugs = records.drugs else { return ([], []) }
        return drugs.notebookFigures(
            holder: records.holder.map(NotebookHolder.init), by: NotebookWriter(characters))
    }
}

extension NotebookSheet {
    fileprivate var about: [(String, JSONValue?)] {
        [
            ("dispenser", .string(dispenser.name)),
            ("prescriber", prescriber.map { .string($0.name) }),
            ("visits", JSONValue(document.visits.count)),
        ]
    }
}
