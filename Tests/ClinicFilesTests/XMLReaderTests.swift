import Charsets
import ClinicFiles
import Octets
import Testing

@Suite("Reading XML")
struct XMLReaderTests {
    private func read(_ text: String) throws(XMLFault) -> XMLElement {
        try XMLReader.read(Array(text.utf8), shiftJIS: nil).root
    }

    private func fault(_ text: String) -> XMLFault? {
        do throws(XMLFault) {
            _ = try read(text)
            return nil
        } catch { return error }
    }

    @Test("elements, text, comments, CDATA, references, attributes")
    func reads() throws {
        let root = try read(
            "\u{FEFF}<?xml version=\"1.0\" encoding='UTF-8'?>\r\n<!-- a --><XmlMsg a='1' b=\"&lt;\">"
                + "<A>  123456</A><B/><C>&amp;&#x20BB7;&#12354;<![CDATA[<&]]></C>\n<!-- <D> -->"
                + "<?p q?></XmlMsg>\n")
        #expect(root.name == "XmlMsg")
        #expect(root.children.map(\.name) == ["A", "B", "C"])
        #expect(root.only("A")?.text == "  123456")
        #expect(root.only("B")?.text.isEmpty == true)
        #expect(root.only("C")?.text == "&𠮷あ<&")
        #expect(root.text.isEmpty)
    }

    @Test(
        "no document type, no entity: nothing is expanded, nothing is fetched",
        arguments: [
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "<a><!ENTITY b 'c'></a>",
            "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY l 'lol'>]><lolz>&l;</lolz>",
        ])
    func documentTypes(text: String) { #expect(fault(text) == .documentType) }

    @Test("entities of others", arguments: ["<a>&b;</a>", "<a>&</a>", "<a b='&c;'/>"])
    func entities(text: String) { #expect(fault(text) == .entity) }

    @Test(
        "what is not well-formed is refused",
        arguments: [
            "", "a", "<a>", "<a></b>", "<a/><b/>", "<a b=c/>", "<a b='1' b='2'/>", "<a b='<'/>",
            "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a>&#;</a>", "<a>&#-1;</a>",
            "<1/>", "<a><![CDATA[</a>", "<a><!-- </a>", "<a", "<a ", "<a b", "<a b=", "<a b='",
            "</a>", "<a>&#xG;</a>", "<?xml", "<a></a>b", "<a'b'/>",
        ])
    func malformed(text: String) {
        guard case .malformed? = fault(text) else {
            Issue.record("\(text): \(String(describing: fault(text)))")
            return
        }
    }

    @Test("every size has a bound")
    func bounds() {
        let depth = XMLReader.maximumDepth
        func nested(_ count: Int) -> String {
            String(repeating: "<a>", count: count) + String(repeating: "</a>", count: count)
        }
        #expect(fault(nested(depth)) == nil)
        #expect(fault(nested(depth + 1)) == .bounds)
        #expect(fault(nested(200_000)) == .bounds)
        let many = XMLReader.maximumElements
        #expect(fault("<a>" + String(repeating: "<b/>", count: many) + "</a>") == .bounds)
        let long = String(repeating: "x", count: XMLReader.maximumTextOctets + 2)
        #expect(fault("<a>\(long)</a>") == .bounds)
        #expect(fault("<\(String(repeating: "n", count: 200))/>") == .bounds)
        let attributes = (0...XMLReader.maximumAttributes).map { " a\($0)=''" }.joined()
        #expect(fault("<a\(attributes)/>") == .bounds)
        let file = [UInt8](repeating: 0x20, count: XMLReader.maximumOctets + 1)
        #expect(throws: XMLFault.tooLarge) { try XMLReader.read(file, shiftJIS: nil) }
    }

    @Test("text is never guessed: wrong characters are refused")
    func encodings() throws {
        let table = try #require(ShiftJIS.system)
        func read(_ head: String, _ body: [UInt8]) throws(XMLFault) -> String {
            let octets = Array("<?xml version=\"1.0\"\(head)?><a>".utf8) + body + Array("</a>".utf8)
            return try XMLReader.read(octets, shiftJIS: table).root.text
        }
        let name = try #require(table.octets("山田 太郎"))
        for word in ["Shift_JIS", "shift_jis", "Windows-31J", "CP932"] {
            #expect(try read(" encoding=\"\(word)\"", name) == "山田 太郎")
        }
        // 表 ends with the code of a backslash, ソ too: no octet is taken for markup.
        let traps = try #require(table.octets("表ソ能<".replacing("<", with: "")))
        #expect(try read(" encoding='Shift_JIS'", traps) == "表ソ能")
        #expect(throws: XMLFault.encoding) { try read("", name) }
        #expect(throws: XMLFault.encoding) { try read(" encoding=\"UTF-8\"", name) }
        #expect(throws: XMLFault.encoding) {
            try read(" encoding=\"Shift_JIS\"", [0x82, 0x00])
        }
        #expect(throws: XMLFault.encoding) { try read(" encoding=\"UTF-16\"", [0x61]) }
        #expect(throws: XMLFault.encoding) { try read(" encoding=\"EUC-JP\"", [0x61]) }
        #expect(throws: XMLFault.encoding) { try read("", [0x01]) }
        #expect(throws: XMLFault.encoding) { try read("", [0xED, 0xA0, 0x80]) }
        let wide: [UInt8] = [0xFF, 0xFE, 0x3C, 0x00, 0x61, 0x00]
        #expect(throws: XMLFault.encoding) { try XMLReader.read(wide, shiftJIS: table) }
    }

    @Test("any cut of a file is refused, and none crashes")
    func cuts() throws {
        let whole = Array(
            "<?xml version=\"1.0\"?><XmlMsg a='b'><A>&#x41;<![CDATA[x]]></A><!-- c --></XmlMsg>"
                .utf8)
        for length in whole.indices {
            #expect(throws: XMLFault.self) {
                try XMLReader.read(Array(whole[..<length]), shiftJIS: nil)
            }
        }
        for place in whole.indices {
            var changed = whole
            for octet: UInt8 in [0x00, 0x26, 0x3C, 0x3E, 0x80, 0xFF] {
                changed[place] = octet
                _ = try? XMLReader.read(changed, shiftJIS: ShiftJIS.system)
            }
        }
    }
}
