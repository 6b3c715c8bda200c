/// An element of the structure with what is below it.
struct PaperElement {
    let number: Int
    let role: String
    let entries: [String: PaperValue]
    let children: [PaperElement]
    /// Marked content: the page's object and the number there.
    let marks: [(page: Int, mark: Int)]

    init(_ number: Int, in file: PaperFile, depth: Int = 0) {
        self.number = number
        entries = file.dictionary(.reference(number))
        role = entries["S"]?.name ?? ""
        let kids = entries["K"].map { $0.array ?? [$0] } ?? []
        let page = entries["Pg"]?.reference ?? 0
        children =
            depth < 20
            ? kids.compactMap(\.reference).map { PaperElement($0, in: file, depth: depth + 1) } : []
        marks = kids.compactMap { kid in
            if let mark = kid.integer { return (page, mark) }
            guard let other = kid.dictionary, let mark = other["MCID"]?.integer else { return nil }
            return (other["Pg"]?.reference ?? page, mark)
        }
    }

    /// This element and all below, in reading order.
    var all: [PaperElement] { [self] + children.flatMap(\.all) }

    /// An attribute of tables or layout.
    func attribute(_ name: String) -> PaperValue? { entries["A"]?.dictionary?[name] }
}

extension PaperFile {
    var structure: PaperElement {
        PaperElement(dictionary(catalog["StructTreeRoot"])["K"]?.reference ?? 0, in: self)
    }

    /// For each page the elements of its marks.
    var parentTree: [Int: [Int]] {
        let tree = dictionary(dictionary(catalog["StructTreeRoot"])["ParentTree"])
        let numbers = tree["Nums"]?.array ?? []
        var owners: [Int: [Int]] = [:]
        for index in stride(from: 0, to: numbers.count - 1, by: 2) {
            guard let page = numbers[index].integer else { continue }
            owners[page] = resolved(numbers[index + 1])?.array?.compactMap(\.reference) ?? []
        }
        return owners
    }
}

let structureRules: [PaperRule] = [
    PaperRule("UA 7.1 all that is drawn is marked or an artifact, never both, never nested") {
        file in
        try file.contents().flatMap { content in
            content.faults
                + content.drawn.flatMap { drawn in
                    unless(
                        drawn.tags.count == 1
                            && (drawn.tags[0].mark != nil) != (drawn.tags[0].name == "Artifact"),
                        "\(drawn.operation) in \(drawn.tags)")
                }
        }
    },
    PaperRule("UA 7.1 no text is invisible") { file in
        try file.contents().flatMap { content in
            content.drawn.flatMap { unless([0, 2].contains($0.renderMode), "\($0.renderMode)") }
        }
    },
    PaperRule("UA 7.1 marks number their page and lead to an element that leads back") { file in
        let (owners, elements) = (file.parentTree, file.structure.all)
        let byNumber = Dictionary(
            elements.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        return try file.pages.enumerated().flatMap { index, page in
            let marks = try PaperContent(file.content(of: page)).marks
            let own = owners[index] ?? []
            return unless(
                file.dictionary(.reference(page))["StructParents"]?.integer == index,
                "StructParents")
                + unless(marks.map(\.mark).sorted() == Array(own.indices), "marks of \(index)")
                + marks.flatMap { name, mark in
                    let element = own.indices.contains(mark) ? byNumber[own[mark]] : nil
                    return unless(element?.role == name, "\(name) \(mark) on \(index)")
                        + unless(
                            element?.marks.contains { $0.page == page && $0.mark == mark } ?? false,
                            "no way back from \(name) \(mark) on \(index)")
                }
        }
    },
    PaperRule("UA 7.1 every element has its parent and a standard role") { file in
        let standard: Set = [
            "Document", "H1", "H2", "H3", "P", "Note", "Table", "THead", "TBody", "TR", "TH", "TD",
            "Figure",
        ]
        return file.structure.all.flatMap { element in
            unless(standard.contains(element.role), element.role)
                + element.children.flatMap {
                    unless($0.entries["P"]?.reference == element.number, "parent of \($0.role)")
                }
        }
    },
    PaperRule("UA 7.4 headings begin with H1 and skip no level") { file in
        var last = 0
        return unless(file.structure.all.contains { $0.role == "H1" }, "no H1")
            + file.structure.all.flatMap { element -> [String] in
                guard element.role.hasPrefix("H"), let level = Int(element.role.dropFirst()) else {
                    return []
                }
                defer { last = level }
                return unless(level <= last + 1, "\(element.role) after H\(last)")
            }
    },
    PaperRule("UA 7.3 figures say what they are, and where") { file in
        file.structure.all.filter { $0.role == "Figure" }.flatMap { figure in
            unless(figure.entries["Alt"]?.text?.isEmpty == false, "Alt")
                + unless(figure.attribute("BBox")?.array?.count == 4, "BBox")
        }
    },
    PaperRule("UA 7.9 notes have ids, each once, and the tree knows them") { file in
        let notes = file.structure.all.filter { $0.role == "Note" }
        let names =
            file.dictionary(file.dictionary(file.catalog["StructTreeRoot"])["IDTree"])["Names"]?
            .array ?? []
        let known = names.compactMap(\.string)
        return unless(notes.allSatisfy { $0.entries["ID"]?.string != nil }, "no ID")
            + unless(notes.compactMap { $0.entries["ID"]?.string } == known, "IDTree")
            + unless(Set(known).count == known.count, "twice")
    },
]

let tableRules: [PaperRule] = [
    PaperRule("UA 7.5 tables hold heads, bodies, rows and cells in that order") { file in
        let allowed: [String: Set<String>] = [
            "Table": ["THead", "TBody"], "THead": ["TR"], "TBody": ["TR"], "TR": ["TH", "TD"],
        ]
        return file.structure.all.flatMap { element in
            element.children.flatMap { child in
                unless(
                    allowed[element.role].map { $0.contains(child.role) }
                        ?? !["THead", "TBody", "TR", "TH", "TD"].contains(child.role),
                    "\(child.role) in \(element.role)")
            }
                + unless(
                    element.role != "Table" || element.children.contains { $0.role == "TBody" },
                    "no TBody")
        }
    },
    PaperRule("UA 7.5 every heading cell has its scope") { file in
        file.structure.all.filter { $0.role == "TH" }.flatMap { cell in
            unless(["Row", "Column"].contains(cell.attribute("Scope")?.name ?? ""), "scope")
        }
    },
    PaperRule("UA 7.5, 7.2 all rows of a table count the same columns, without overlap") { file in
        file.structure.all.filter { $0.role == "Table" }.flatMap { table in
            var widths: Set<Int> = []
            for part in table.children {
                var covered: [Int: Int] = [:]
                for row in part.children {
                    var column = 0
                    var next = covered.mapValues { $0 - 1 }.filter { $0.value > 0 }
                    for cell in row.children {
                        while covered[column, default: 0] > 0 { column += 1 }
                        for _ in 0..<(cell.attribute("ColSpan")?.integer ?? 1) {
                            if covered[column, default: 0] > 0 { return ["overlap"] }
                            let rows = cell.attribute("RowSpan")?.integer ?? 1
                            if rows > 1 { next[column] = rows - 1 }
                            column += 1
                        }
                    }
                    while covered[column, default: 0] > 0 { column += 1 }
                    widths.insert(column)
                    covered = next
                }
                if !covered.isEmpty { return ["a cell spans beyond the part"] }
            }
            return unless(widths.count == 1, "\(widths) columns")
        }
    },
]
