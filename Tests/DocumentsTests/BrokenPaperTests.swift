import Documents
import PaperJudge
import Testing

/// Something done to a good paper that one rule must see.
struct Damage: Sendable, CustomTestStringConvertible {
    /// How the rule's name begins.
    let rule: String
    let harm: @Sendable (inout PaperFile) -> Void

    init(_ rule: String, _ harm: @escaping @Sendable (inout PaperFile) -> Void) {
        (self.rule, self.harm) = (rule, harm)
    }

    var testDescription: String { rule }
}

extension PaperFile {
    /// Changes the first dictionary that has an entry of this name.
    fileprivate mutating func change(
        _ key: String, _ name: String, _ harm: (inout [String: PaperValue]) -> Void
    ) {
        for (number, value) in objects.sorted(by: { $0.key < $1.key }) {
            guard var entries = value.dictionary, entries[key]?.name == name else { continue }
            harm(&entries)
            objects[number] = .dictionary(entries)
            return
        }
    }

    /// Puts words behind the content of the first page.
    fileprivate mutating func draw(_ words: String) {
        guard let page = pages.first,
            let content = objects[page]?.dictionary?["Contents"]?.reference
        else { return }
        streams[content, default: []] += " \(words)\n".utf8
    }

    /// Replaces octets of a stream that an entry of a dictionary names.
    fileprivate mutating func replace(
        in key: String, of entries: [String: PaperValue], _ old: String, by new: String
    ) {
        guard let number = entries[key]?.reference, var octets = streams[number] else { return }
        for place in octets.indices where octets[place...].starts(with: old.utf8) {
            octets.replaceSubrange(place..<(place + old.utf8.count), with: new.utf8)
            break
        }
        streams[number] = octets
    }
}

private let damages: [Damage] = [
    Damage("A 6.1.2 ") { $0.octets[5] = UInt8(ascii: "2") },
    Damage("A 6.1.3 ") { $0.octets += "more".utf8 },
    Damage("A 6.1.7 ") { $0.change("Filter", "FlateDecode") { $0["Filter"] = .name("LZWDecode") } },
    Damage("A 6.1.13 ") {
        $0.change("S", "H1") { $0["T"] = .name(String(repeating: "a", count: 128)) }
    },
    Damage("A 6.2.3 ") { file in
        let intent = file.dictionary(file.catalog["OutputIntents"]?.array?.first)
        file.replace(in: "DestOutputProfile", of: intent, "mntr", by: "scnr")
    },
    Damage("A 6.2.2–6.2.11 ") { $0.draw("1 0 0 rg") },
    Damage("A 6.3, 6.4, 6.5 ") {
        $0.change("Type", "Catalog") { $0["OpenAction"] = .dictionary([:]) }
    },
    Damage("A 6.6.2 ") { $0.change("Type", "Metadata") { $0["Filter"] = .name("FlateDecode") } },
    Damage("A 6.6.4 ") { file in
        file.replace(in: "Metadata", of: file.catalog, "<pdfaid:part>2", by: "<pdfaid:part>1")
    },
    Damage("UA 7.1 title ") { $0.change("Type", "Catalog") { $0["ViewerPreferences"] = nil } },
    Damage("A 6.2.11.4 every font") {
        $0.change("Type", "FontDescriptor") { $0["FontFile2"] = nil }
    },
    Damage("A 6.2.11.2–3 ") { $0.change("Subtype", "CIDFontType2") { $0["CIDToGIDMap"] = nil } },
    Damage("A 6.2.11.5 ") {
        $0.change("Subtype", "CIDFontType2") { entries in
            guard var widths = entries["W"]?.array?.last?.array else { return }
            widths[1] = .integer(1)
            entries["W"] = .array([.integer(0), .array(widths)])
        }
    },
    Damage("A 6.2.11.4 the font program") { file in
        let fonts = file.objects.values.compactMap(\.dictionary)
        let font = fonts.first { $0["FontFile2"] != nil } ?? [:]
        file.replace(in: "FontFile2", of: font, "loca", by: "nope")
    },
    Damage("A 6.2.11.7 ") { $0.change("Subtype", "Type0") { $0["ToUnicode"] = nil } },
    Damage("A 6.2.11.8 ") { $0.draw("/Artifact BMC BT /F0 9 Tf <0000> Tj ET EMC") },
    Damage("UA 7.1 all that is drawn") { $0.draw("BT <0001> Tj ET") },
    Damage("UA 7.1 no text") { $0.draw("/Artifact BMC BT 3 Tr <0001> Tj ET EMC") },
    Damage("UA 7.1 marks") { $0.change("Type", "StructTreeRoot") { $0["ParentTree"] = nil } },
    Damage("UA 7.1 every element") { $0.change("S", "P") { $0["S"] = .name("Paragraph") } },
    Damage("UA 7.4 ") { $0.change("S", "H1") { $0["S"] = .name("H2") } },
    Damage("UA 7.3 ") { $0.change("S", "Figure") { $0["Alt"] = nil } },
    Damage("UA 7.9 ") { $0.change("Type", "StructTreeRoot") { $0["IDTree"] = nil } },
    Damage("UA 7.5 tables") { $0.change("S", "TBody") { $0["S"] = .name("THead") } },
    Damage("UA 7.5 every heading") { $0.change("S", "TH") { $0["A"] = nil } },
    Damage("UA 7.5, 7.2 ") {
        $0.change("S", "TR") { $0["K"] = .array($0["K"]?.array?.dropLast() ?? []) }
    },
]

@Suite("What breaks a rule of PDF/A-2u or PDF/UA-1 is seen")
struct BrokenPaperTests {
    @Test("by that rule", arguments: damages)
    func seen(damage: Damage) throws {
        let rules = PaperRule.all.filter { $0.name.hasPrefix(damage.rule) }
        let rule = try #require(rules.first)
        #expect(rules.count == 1)
        var file = try Sample.drugs.file
        #expect(try rule.complaints(file).isEmpty)
        damage.harm(&file)
        #expect(try !rule.complaints(file).isEmpty)
    }

    @Test("and there is something for every rule")
    func complete() {
        for rule in PaperRule.all {
            #expect(damages.contains { rule.name.hasPrefix($0.rule) }, "\(rule)")
        }
    }
}
