/// A rule of PDF/A-2u (ISO 19005-2) or PDF/UA-1 (ISO 14289-1), and what breaks it in a file.
package struct PaperRule: Sendable, CustomStringConvertible {
    package let name: String
    /// What is wrong; nothing where the rule is kept.
    package let complaints: @Sendable (PaperFile) throws -> [String]

    init(_ name: String, _ complaints: @escaping @Sendable (PaperFile) throws -> [String]) {
        (self.name, self.complaints) = (name, complaints)
    }

    package var description: String { name }

    /// All of them.
    package static let all: [PaperRule] = fileRules + fontRules + structureRules + tableRules
}

/// A complaint where something does not hold.
func unless(_ holds: Bool, _ complaint: @autoclosure () -> String) -> [String] {
    holds ? [] : [complaint()]
}

extension PaperFile {
    /// All dictionaries, however deep.
    var dictionaries: [[String: PaperValue]] { objects.values.flatMap(Self.dictionaries) }

    private static func dictionaries(_ value: PaperValue) -> [[String: PaperValue]] {
        switch value {
        case .dictionary(let entries): [entries] + entries.values.flatMap(dictionaries)
        case .array(let values): values.flatMap(dictionaries)
        default: []
        }
    }

    func contents() throws -> [PaperContent] {
        try pages.map { try PaperContent(content(of: $0)) }
    }
}

let fileRules: [PaperRule] = [
    PaperRule("A 6.1.2 header, and a comment of high octets") { file in
        unless(
            file.octets.starts(with: "%PDF-1.7\n%".utf8)
                && file.octets[10..<14].allSatisfy { $0 > 127 }, "header")
    },
    PaperRule("A 6.1.3 identifier in the trailer, no encryption, nothing after the end") { file in
        unless(file.trailer["ID"]?.array?.compactMap(\.string?.count) == [16, 16], "ID")
            + unless(file.trailer["Encrypt"] == nil, "Encrypt")
            + unless(file.octets.suffix(6) == Array("%%EOF\n".utf8)[...], "end")
            + unless(file.trailer["Info"] == nil, "Info may differ from XMP")
    },
    PaperRule("A 6.1.7 no filter but Flate, no external streams") { file in
        file.dictionaries.flatMap { entries in
            unless(
                entries["Filter"] == nil || entries["Filter"] == .name("FlateDecode"), "filter")
                + unless(entries["F"] == nil && entries["FFilter"] == nil, "external stream")
        }
    },
    PaperRule("A 6.1.13 limits of names, strings and objects") { file in
        unless(file.objects.count < 8_388_607, "objects")
            + file.dictionaries.flatMap { entries in
                entries.flatMap { key, value in
                    unless(key.utf8.count <= 127 && value.name?.utf8.count ?? 0 <= 127, "name")
                        + unless(value.string?.count ?? 0 <= 32_767, "string")
                }
            }
    },
    PaperRule("A 6.2.3 an output intent with a profile of RGB") { file in
        let intent = file.dictionary(file.catalog["OutputIntents"]?.array?.first)
        let number = intent["DestOutputProfile"]?.reference ?? 0
        let profile = file.streams[number] ?? []
        let size = profile.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        return unless(intent["S"]?.name == "GTS_PDFA1", "no GTS_PDFA1")
            + unless(file.dictionary(.reference(number))["N"]?.integer == 3, "N")
            + unless(profile.count > 128 && size == profile.count, "size \(size)")
            + unless(profile.dropFirst(12).starts(with: "mntrRGB XYZ ".utf8), "class")
            + unless(profile.dropFirst(36).starts(with: "acsp".utf8), "signature")
    },
    PaperRule("A 6.2.2–6.2.11 only grey, paths and text: no images, forms or graphics states") {
        file in
        let allowed: Set = [
            "BMC", "BDC", "EMC", "BT", "ET", "Td", "Tf", "Tj", "Tr", "g", "G", "w", "re", "f", "S",
            "q", "cm", "Q", "m", "l", "J",
        ]
        return try file.contents().flatMap { content in
            unless(
                content.operators.isSubset(of: allowed),
                "\(content.operators.subtracting(allowed))")
        }
            + file.pages.flatMap { page in
                let resources = file.dictionary(file.dictionary(.reference(page))["Resources"])
                return unless(Set(resources.keys) == ["Font"], "\(resources.keys)")
            }
    },
    PaperRule("A 6.3, 6.4, 6.5 no annotations, forms, actions, scripts or attached files") { file in
        let forbidden: Set = [
            "Annots", "AcroForm", "AA", "OpenAction", "JavaScript", "JS", "EmbeddedFiles", "Launch",
            "XFA", "NeedsRendering", "Requirements", "Group", "SMask",
        ]
        return file.dictionaries.flatMap { entries in
            unless(forbidden.isDisjoint(with: entries.keys), "\(entries.keys)")
        }
    },
    PaperRule("A 6.6.2 metadata unfiltered, in a packet of UTF-8") { file in
        let entries = file.dictionary(file.catalog["Metadata"])
        return unless(
            entries["Filter"] == nil && entries["Type"]?.name == "Metadata"
                && entries["Subtype"]?.name == "XML", "stream")
            + unless(file.metadata.hasPrefix("<?xpacket begin=\"\u{FEFF}\" id="), "packet")
            + unless(
                !file.metadata.contains("bytes=") && !file.metadata.contains("encoding="),
                "attributes")
    },
    PaperRule("A 6.6.4 says PDF/A-2u; UA 5 says PDF/UA-1, and describes that schema") { file in
        [
            "<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>U</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>", "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"",
            "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>",
            "<pdfaProperty:name>part</pdfaProperty:name>",
            "<pdfaProperty:category>internal</pdfaProperty:category>",
        ].flatMap { text in unless(file.metadata.contains(text), text) }
    },
    PaperRule("UA 7.1 title shown, language, marked and not suspect") { file in
        let marking = file.dictionary(file.catalog["MarkInfo"])
        let viewer = file.dictionary(file.catalog["ViewerPreferences"])
        return unless(marking["Marked"] == .boolean(true), "Marked")
            + unless(marking["Suspects"] == nil, "Suspects")
            + unless(viewer["DisplayDocTitle"] == .boolean(true), "DisplayDocTitle")
            + unless(file.catalog["Lang"]?.string == Array("ja-JP".utf8), "Lang")
            + unless(
                file.metadata.contains("<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">"),
                "title")
    },
]
