package import PDF
import Records

/// Whose copy of a paper it is.
package enum PaperCopy: String, CaseIterable, Hashable, Sendable {
    /// The patient's own, from the portal: with what was paid and could be saved.
    case portal
    /// The institution's: without amounts of money.
    case institution
}

/// How papers look: the fonts, and text large enough for weak eyes.
package struct PaperStyle: Sendable {
    /// Fonts, read once when the program starts.
    package var fonts: FontBook
    /// Large type.
    package var isLarge: Bool

    /// A style.
    package init(fonts: FontBook, isLarge: Bool = false) {
        (self.fonts, self.isLarge) = (fonts, isLarge)
    }
}

/// A paper as a file: PDF/A-2u and PDF/UA-1.
package struct Paper: Hashable, Sendable, PersonalData {
    /// The file.
    package let octets: [UInt8]
    package let pageCount: Int
    /// Characters that no font has: 〓 stands in their place.
    package let missing: [Unicode.Scalar]

    /// What stands above every page: nothing here is a real person's.
    package static let banner = "シミュレーション"

    /// Draws blocks under a title.
    init(
        _ title: String, madeOn day: LocalDate, _ blocks: [Block], _ style: PaperStyle
    ) throws(FontError) {
        let made = "作成日: \(day.japanese)"
        let opening: [Block] = [
            .heading(level: 1, title),
            .paragraph(
                Paragraph(
                    "\(Self.banner): この帳票は模擬の資格確認で作られたもので、実在の人の記録ではありません。",
                    mark: made + "　", size: 8)),
        ]
        let document = PaperDocument(
            title: title, banner: Self.banner, aside: made, day: day.description,
            blocks: opening + blocks, scale: style.isLarge ? 1.4 : 1)
        let rendering = try document.rendered(with: style.fonts)
        (octets, pageCount) = (rendering.octets, rendering.pageCount)
        missing = rendering.missing
    }
}
