/// What a part of a paper is, for those who hear it (ISO 32000-1 §14.8.4).
enum StructureRole: String, Sendable {
    case document = "Document"
    case heading1 = "H1"
    case heading2 = "H2"
    case heading3 = "H3"
    case paragraph = "P"
    case note = "Note"
    case table = "Table"
    case tableHead = "THead"
    case tableBody = "TBody"
    case row = "TR"
    case header = "TH"
    case cell = "TD"
    case figure = "Figure"
}

/// The tree of a paper's parts, and which marked content on which page belongs to each.
struct StructureTree {
    /// What a part holds.
    enum Kid {
        case element(Int)
        case content(page: Int, mark: Int)
    }

    struct Element {
        let role: StructureRole
        let parent: Int
        var attributes: PDFValue?
        var alternative: String?
        var kids: [Kid] = []
    }

    /// Element 0 is the whole document.
    private(set) var elements = [Element(role: .document, parent: -1)]

    /// Adds a part at the end of another.
    mutating func add(
        _ role: StructureRole, to parent: Int = 0, attributes: PDFValue? = nil,
        alternative: String? = nil
    ) -> Int {
        elements.append(
            Element(
                role: role, parent: parent, attributes: attributes, alternative: alternative))
        elements[parent].kids.append(.element(elements.count - 1))
        return elements.count - 1
    }

    /// Says that marked content is of a part.
    mutating func attach(_ element: Int, page: Int, mark: Int) {
        elements[element].kids.append(.content(page: page, mark: mark))
    }

    /// Adds the tree to a file: all elements, the way back from each page's marks, the notes' ids.
    func add(
        to file: inout PDFFile, pages: [PDFReference], owners: [[Int]]
    ) -> PDFReference {
        let root = file.reserve()
        let references = elements.map { _ in file.reserve() }
        var notes: [PDFValue] = []
        for (index, element) in elements.enumerated() {
            var identifier: PDFValue?
            if element.role == .note {
                let key = PDFValue.octets(Array("note-".utf8) + Self.digits(index))
                notes += [key, .reference(references[index])]
                identifier = key
            }
            file.define(
                references[index],
                .dictionary(present: [
                    ("S", .name(element.role.rawValue)),
                    ("P", .reference(element.parent < 0 ? root : references[element.parent])),
                    ("ID", identifier), ("A", element.attributes),
                    ("Alt", element.alternative.map(PDFValue.text)),
                    ("Pg", element.firstPage.map { .reference(pages[$0]) }),
                    ("K", element.kids(references, pages)),
                ]))
        }
        let parents = owners.enumerated().flatMap { page, owners -> [PDFValue] in
            [.integer(page), .array(owners.map { .reference(references[$0]) })]
        }
        let names = notes.isEmpty ? nil : PDFValue.dictionary(present: [("Names", .array(notes))])
        file.define(
            root,
            .dictionary(present: [
                ("Type", .name("StructTreeRoot")), ("K", .reference(references[0])),
                ("ParentTree", .dictionary(present: [("Nums", .array(parents))])),
                ("ParentTreeNextKey", .integer(owners.count)), ("IDTree", names),
            ]))
        return root
    }

    /// Digits of one length, so that ids sort as they were made.
    private static func digits(_ number: Int) -> [UInt8] {
        let text = Array(String(number).utf8)
        return Array(repeating: UInt8(ascii: "0"), count: max(0, 7 - text.count)) + text
    }
}

extension StructureTree.Element {
    fileprivate var firstPage: Int? {
        for case .content(let page, _) in kids { return page }
        return nil
    }

    fileprivate func kids(_ references: [PDFReference], _ pages: [PDFReference]) -> PDFValue? {
        let values = kids.map { kid -> PDFValue in
            switch kid {
            case .element(let index): return .reference(references[index])
            case .content(let page, let mark):
                if page == firstPage { return .integer(mark) }
                return .dictionary(present: [
                    ("Type", .name("MCR")), ("Pg", .reference(pages[page])),
                    ("MCID", .integer(mark)),
                ])
            }
        }
        return values.count > 1 ? .array(values) : values.first
    }
}
