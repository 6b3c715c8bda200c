/// A paper: blocks under a title, with the same words at the top of every page.
package struct PaperDocument: Hashable, Sendable {
    /// The title, which a reader's window shows.
    package var title: String
    /// What stands in the middle above every page.
    package var banner: String
    /// What stands before the page's number: the day the paper was made.
    package var aside: String
    /// That day for programs, `2021-10-11`.
    package var day: String
    /// The content, in reading order.
    package var blocks: [Block]
    /// How large text is, against the usual size; held to 0.5 to 2.
    package var scale: Double

    /// A paper.
    package init(
        title: String, banner: String, aside: String, day: String, blocks: [Block],
        scale: Double = 1
    ) {
        (self.title, self.banner, self.aside, self.day) = (title, banner, aside, day)
        (self.blocks, self.scale) = (blocks, scale)
    }

    /// A paper as a file, and what should be known of it.
    package struct Rendering: Hashable, Sendable {
        /// The file: PDF 1.7, PDF/A-2u, PDF/UA-1.
        package let octets: [UInt8]
        package let pageCount: Int
        /// Characters that no font has: 〓 stands in their place.
        package let missing: [Unicode.Scalar]
    }

    /// Draws the paper. The same paper with the same fonts gives the same octets.
    package func rendered(with fonts: FontBook) throws(FontError) -> Rendering {
        var layout = Layout(fonts, scale: scale.isFinite ? min(max(scale, 0.5), 2) : 1)
        for block in blocks { layout.place(block) }
        addFurniture(to: &layout)
        let octets = try layout.file(title: title, language: "ja-JP", day: day)
        return Rendering(
            octets: octets, pageCount: layout.pages.count,
            missing: layout.glyphs.missing.compactMap(Unicode.Scalar.init))
    }

    /// Title, banner, day and number above each page: no part of the reading order.
    private func addFurniture(to layout: inout Layout) {
        let (size, y) = (8.0, 36.0)
        let count = layout.pages.count
        for page in 0..<count {
            let right = (page > 0 ? aside + "  " : "") + "\(page + 1)/\(count)ページ"
            let words: [(String, Alignment)] = [
                (page > 0 ? title : "", .leading), (banner, .centre), (right, .trailing),
            ]
            let lines = words.compactMap { text, alignment -> PlacedLine? in
                guard let line = layout.lines(text, size: size, width: Layout.width).first
                else { return nil }
                let shift = layout.shift(line, size, alignment, Layout.width)
                return PlacedLine(
                    x: Layout.left + shift, y: y, size: size, isStrong: alignment == .centre,
                    glyphs: line.glyphs)
            }
            layout.pages[page].pieces.insert((nil, .document, .lines(lines)), at: 0)
        }
    }
}

extension Layout {
    /// The pages as a file.
    fileprivate func file(
        title: String, language: String, day: String
    ) throws(FontError) -> [UInt8] {
        var file = PDFFile()
        let (parent, references) = (file.reserve(), pages.map { _ in file.reserve() })
        var fonts: [(String, PDFValue?)] = []
        for (index, font) in glyphs.fonts.enumerated() where glyphs.used[index].count > 1 {
            let embedded = EmbeddedFont(font, used: glyphs.used[index])
            fonts.append(("F\(index)", .reference(try embedded.add(to: &file))))
        }
        let resources = file.add(.dictionary(present: [("Font", .dictionary(present: fonts))]))
        for (index, page) in pages.enumerated() {
            let content = file.addStream([], page.content)
            file.define(
                references[index],
                .dictionary(present: [
                    ("Type", .name("Page")), ("Parent", .reference(parent)),
                    (
                        "MediaBox",
                        .array([0, 0, PageDrawing.width, PageDrawing.height].map(PDFValue.number))
                    ), ("Resources", .reference(resources)), ("Contents", .reference(content)),
                    ("StructParents", .integer(index)), ("Tabs", .name("S")),
                ]))
        }
        file.define(
            parent,
            .dictionary(present: [
                ("Type", .name("Pages")), ("Count", .integer(pages.count)),
                ("Kids", .array(references.map(PDFValue.reference))),
            ]))
        let structure = tree.add(to: &file, pages: references, owners: pages.map(\.owners))
        let catalog = Self.catalog(
            &file, pages: parent, structure: structure, language: language,
            metadata: metadata(title: title, language: language, day: day))
        return file.octets(root: catalog)
    }

    private static func catalog(
        _ file: inout PDFFile, pages: PDFReference, structure: PDFReference, language: String,
        metadata: [UInt8]
    ) -> PDFReference {
        let profile = file.addStream([("N", .integer(3))], sRGBProfile())
        let intent = PDFValue.dictionary(present: [
            ("Type", .name("OutputIntent")), ("S", .name("GTS_PDFA1")),
            ("OutputConditionIdentifier", .text("sRGB")), ("Info", .text("sRGB")),
            ("DestOutputProfile", .reference(profile)),
        ])
        let about = file.addStream(
            [("Type", .name("Metadata")), ("Subtype", .name("XML"))], metadata, isPlain: true)
        return file.add(
            .dictionary(present: [
                ("Type", .name("Catalog")), ("Pages", .reference(pages)),
                ("Lang", .octets(Array(language.utf8))),
                ("MarkInfo", .dictionary(present: [("Marked", .boolean(true))])),
                ("StructTreeRoot", .reference(structure)), ("Metadata", .reference(about)),
                ("OutputIntents", .array([intent])),
                ("ViewerPreferences", .dictionary(present: [("DisplayDocTitle", .boolean(true))])),
            ]))
    }
}
