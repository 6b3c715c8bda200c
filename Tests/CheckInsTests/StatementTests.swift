import CheckIns
import JSON
import Octets
import Records
import Testing

@Suite("Statements")
struct StatementTests {
    static func sample(way: ProvedWay = .pin) throws -> Statement {
        Statement(
            audience: try #require(SHA256Digest([UInt8](repeating: 1, count: 32))),
            institution: "1319999992", terminal: "front-1", nonce: "bm9uY2U",
            time: try #require(Instant(rfc3339: "2026-11-22T01:02:03Z")), way: way,
            purpose: "treatment",
            items: [
                ConsentedItem(
                    item: .drugs, until: try #require(Instant(rfc3339: "2026-11-23T01:02:03Z")))
            ],
            certificate: try #require(SHA256Digest([UInt8](repeating: 2, count: 32))),
            algorithm: .rsaPKCS1SHA256)
    }

    @Test("the bytes are golden: keys sorted, no spaces, strings and integers only")
    func golden() throws {
        let ones = String(repeating: "01", count: 32)
        let twos = String(repeating: "02", count: 32)
        let expected =
            #"{"algorithm":"rsa-pkcs1-sha256","audience":"\#(ones)","certificate":"\#(twos)","#
            + #""consents":["obtain","provide"],"institution":"1319999992","#
            + #""items":[{"item":"drugs","until":"2026-11-23T01:02:03Z"}],"nonce":"bm9uY2U","#
            + #""purpose":"treatment","terminal":"front-1","time":"2026-11-22T01:02:03Z","#
            + #""version":1,"way":{"kind":"pin"}}"#
        #expect(String(decoding: try Self.sample().canonical, as: UTF8.self) == expected)
    }

    @Test(
        "a statement of every way reads back to itself",
        arguments: [
            ProvedWay.pin, .face(matcher: "stub", scorePerMille: 993),
            .visualCheck(staff: "reception-1"),
        ])
    func roundTrip(way: ProvedWay) throws {
        let statement = try Self.sample(way: way)
        #expect(try Statement(canonical: statement.canonical) == statement)
    }

    @Test("who entered it stands in the bytes, and only where that was not the patient")
    func enteredBy() throws {
        var statement = try Self.sample()
        let plain = statement.canonical
        for proxy in Proxy.allCases {
            statement.enteredBy = proxy
            let text = String(decoding: statement.canonical, as: UTF8.self)
            #expect(text.contains(#""enteredBy":"\#(proxy.rawValue)","institution""#))
            #expect(try Statement(canonical: statement.canonical) == statement)
            for word in ["patient", "", "Parent"] {
                let other = text.replacing(
                    #""enteredBy":"\#(proxy.rawValue)""#, with: #""enteredBy":"\#(word)""#)
                #expect(throws: JSONError.self) { try Statement(canonical: Array(other.utf8)) }
            }
        }
        statement.enteredBy = nil
        #expect(statement.canonical == plain)
    }

    @Test("any other spelling of the same statement is refused")
    func onlyCanonical() throws {
        var shouting = try Self.sample()
        shouting.certificate = try #require(SHA256Digest([UInt8](repeating: 0xAB, count: 32)))
        let digest = shouting.certificate.hex
        let loud = String(decoding: shouting.canonical, as: UTF8.self)
            .replacing(digest, with: digest.uppercased())
        #expect(throws: JSONError.self) { try Statement(canonical: Array(loud.utf8)) }
        let text = String(decoding: try Self.sample().canonical, as: UTF8.self)
        for other in [
            text.replacing("03Z", with: "03.000Z"), text + " ",
            text.replacing(":", with: ": ", maxReplacements: 1), "\u{FEFF}\(text)",
        ] {
            #expect(throws: JSONError.self) { try Statement(canonical: Array(other.utf8)) }
        }
    }

    @Test(
        "a changed field is refused",
        arguments: [
            ("\"version\":1", "\"version\":2"), ("[\"obtain\",\"provide\"]", "[\"obtain\"]"),
            ("\"drugs\"", "\"surgery\""), ("{\"kind\":\"pin\"}", "{\"kind\":\"none\"}"),
            ("rsa-pkcs1-sha256", "none"), ("\"way\"", "\"weg\""), ("T01:02:03Z\"}", "\"}"),
        ])
    func changed(find: String, put: String) throws {
        let text = String(decoding: try Self.sample().canonical, as: UTF8.self)
        let changed = text.replacing(find, with: put)
        #expect(changed != text)
        #expect(throws: JSONError.self) { try Statement(canonical: Array(changed.utf8)) }
    }

    @Test("no kind's signed octets begin like another's")
    func prefixes() throws {
        let bytes = try Self.sample().canonical
        let signed = StatementKind.allCases.map { $0.signedOctets(bytes) }
        for (index, one) in signed.enumerated() {
            for other in signed[(index + 1)...] { #expect(!one.starts(with: other)) }
        }
        #expect(Set(signed).count == StatementKind.allCases.count)
    }
}
