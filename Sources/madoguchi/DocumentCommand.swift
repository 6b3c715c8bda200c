import Commands
import JSON
import Records

/// One file of a document, and what is said of it.
struct DocumentFile {
    /// What stands before the ending, if a document has several files: `-2-1`.
    var number = ""
    /// What the file holds.
    var octets: [UInt8]
    /// What stands behind the ending, if it goes with another file: `.p7s`.
    var suffix = ""
    /// What it is, for `--json`.
    var about: [(String, JSONValue?)] = []
    /// What it is, for people.
    var words: String
}

/// What was made of somebody's records.
struct MadeDocument {
    /// The files, in order.
    var files: [DocumentFile]
    /// What the reader should know: characters replaced, pages left out.
    var remarks: [String] = []
}

extension Context {
    /// `document KIND`: the records are opened through the daemon, each behind an entry of the
    /// access history; then the document is made of them, here.
    func document(_ name: String) async throws(CommandFailure) -> ExitCode {
        guard let kind = DocumentKind(rawValue: name) else {
            throw CommandFailure(UsageError("no such document: \(name); try document --help"))
        }
        // Refused before anything is opened, so that a wrong name discloses nothing.
        let target = try DocumentTarget(try required("output"), for: kind)
        let style = kind.isPaper ? try paperStyle() : nil
        if kind == .notice { try checkYear() }
        let records = try await records(for: kind)
        let made =
            if let style {
                try paper(kind, records, style)
            } else {
                try await make(kind, of: records, ending: target.ending)
            }
        guard !made.files.isEmpty else {
            throw CommandFailure(
                .negative, "nothing-to-write", "There is nothing to write: no such records.",
                next: "Look with madoguchi drugs, checkups or portal what is there.")
        }
        let paths = try target.write(made.files)
        for remark in made.remarks { complain(remark) }
        let listed = zip(paths, made.files).map { path, file in
            JSONValue.object(present: [("file", .string(path))] + file.about)
        }
        try show([
            "kind": .string(kind.rawValue), "files": .array(listed),
            "remarks": .array(made.remarks.map(JSONValue.string)),
        ]) {
            zip(paths, made.files).map { "\($0): \($1.words)" }.joined(separator: "\n")
        }
        return .ok
    }

    /// Each kind's maker.
    private func make(
        _ kind: DocumentKind, of records: DocumentRecords, ending: String
    ) async throws(CommandFailure) -> MadeDocument {
        switch kind {
        case .notebook: try notebook(records, ending: ending)
        case .fhir: try await bundle(records)
        case .notice: try notice(records)
        case .drugs, .checkup, .elderlyCheckup, .expenses, .history, .slip, .declaration:
            MadeDocument(files: [])
        }
    }

    func required(_ option: String) throws(CommandFailure) -> String {
        do throws(UsageError) { return try invocation.require(option) } catch {
            throw CommandFailure(error)
        }
    }
}
