package import Notebook
package import PDF
package import QR
package import Records

/// A part of a medicine notebook's text as a symbol, and what stands above it.
package struct NotebookSymbol: Hashable, Sendable, PersonalData {
    package let symbol: QRSymbol
    /// Pharmacy and prescriber, and which of several it is.
    package let title: String
    /// Which part it is, from 1.
    package let number: Int
    /// How many parts the text has.
    package let count: Int

    /// All parts of a text.
    package static func all(
        of writing: NotebookWriter.Writing, _ sheet: NotebookSheet
    ) throws(QRError) -> [NotebookSymbol] {
        let count = writing.parts.count
        var symbols: [NotebookSymbol] = []
        for (index, part) in writing.parts.enumerated() {
            let place = count > 1 ? "  \(index + 1)/\(count)" : ""
            symbols.append(
                NotebookSymbol(
                    symbol: try QRSymbol(part), title: sheet.title + place, number: index + 1,
                    count: count))
        }
        return symbols
    }

    /// The symbol as a paper draws it.
    package var figure: SymbolFigure {
        SymbolFigure(
            title: title, alternative: "お薬手帳のQRコード: \(title)", size: symbol.size,
            rectangles: symbol.rectangles.map {
                .init(x: $0.x, y: $0.y, width: $0.width, height: $0.height)
            })
    }
}

extension NotebookSheet {
    /// Pharmacy and prescriber, as they stand over a symbol.
    package var title: String {
        dispenser.name + (prescriber.map { " (処方発行\($0.name))" } ?? "")
    }
}

extension DrugRecord {
    /// The symbols of the last page of the patient's own list, one or more for each pharmacy and
    /// prescriber; and what was replaced in them.
    package func notebookFigures(
        holder: NotebookHolder?, by writer: NotebookWriter
    ) -> (figures: [SymbolFigure], remarks: [String]) {
        var figures: [SymbolFigure] = []
        var remarks: [String] = []
        for sheet in notebookSheets(holder: holder) {
            // What no symbol can hold stands in the list all the same.
            guard let writing = try? writer.write(sheet.document),
                let parts = try? NotebookSymbol.all(of: writing, sheet)
            else {
                remarks.append("\(sheet.title): QRコードにできません (no QR code)")
                continue
            }
            remarks += (sheet.remarks + writing.remarks).map { "\(sheet.title): \($0)" }
            figures += parts.map(\.figure)
        }
        return (figures, remarks)
    }
}
