internal import JSON
internal import Octets
internal import Records

/// A script for `psql` that loads entries into the schema of `Config/postgres/schema.sql`: COPY into
/// a staging table, then one call that takes what is new and refuses what contradicts.
///
/// All in one transaction: a script that was cut short, or a receiver that died, leaves nothing.
/// Loading twice gives the same rows.
package struct PostgresExport: EntryExport {
    /// The checkpoint (signed note) that the entries lead up to; its root is what the rows must give.
    package var note: [UInt8]

    /// An export.
    package init(note: [UInt8]) { self.note = note }

    package var beginning: [UInt8] {
        Array(
            """
            \\set ON_ERROR_STOP on
            \\set VERBOSITY terse
            BEGIN;
            COPY madoguchi.incoming (origin, index, leaf, salt, event) FROM STDIN;

            """.utf8)
    }

    package func octets(of entry: ExportedEntry) -> [UInt8] {
        let fields: [String] = [
            Self.escaped(entry.origin), String(entry.index), "\\\\x\(entry.leaf.hex)",
            entry.opened.map { "\\\\x\($0.salt.hex)" } ?? "\\N",
            entry.opened.map { Self.escaped(String(decoding: $0.octets, as: UTF8.self)) } ?? "\\N",
        ]
        return Array((fields.joined(separator: "\t") + "\n").utf8)
    }

    /// The note is the one text that no rule of ours bounds: it goes in hexadecimal.
    package var end: [UInt8] {
        Array(
            """
            \\.
            SELECT madoguchi.take('\\x\(note.hex)'::bytea);
            COMMIT;

            """.utf8)
    }

    /// The text format of COPY: backslash, tabulator and line's ends are escaped.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\t": escaped += "\\t"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
