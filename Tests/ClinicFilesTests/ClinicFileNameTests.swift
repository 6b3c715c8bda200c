import ClinicFiles
import Testing

@Suite("Names of clinic files")
struct ClinicFileNameTests {
    @Test("an answer is named after its request", arguments: ClinicFileKind.allCases)
    func answers(kind: ClinicFileKind) {
        let name = ClinicRequestName("\(kind.rawValue)req_202611220001.xml")
        #expect(name?.kind == kind)
        #expect(name?.answer() == "\(kind.rawValue)res_202611220001.xml")
        #expect(name?.answer("pdf") == "\(kind.rawValue)res_202611220001.pdf")
    }

    @Test(
        "what is no request's name is none",
        arguments: [
            "OQSsiquc01res_1.xml", "OQSsiquc01req_.xml", "OQSsiquc01req_../x.xml", ".xml",
            "OQSsiquc01req_a.xml.tmp", "OQSsiquc01req_a b.xml", "OQSxxquc01req_1.xml",
            "OQSsiquc01req_" + String(repeating: "1", count: 200) + ".xml",
            "OQSsiquc01req_\u{0}.xml", "YZKsiquc01req_1.pdf",
        ])
    func others(name: String) { #expect(ClinicRequestName(name) == nil) }

    @Test("a check-in's file bears its time")
    func face() {
        #expect(
            ClinicRequestName.face(at: "20261122203937", serial: 3)
                == "OQSsiquc01res_face_3_20261122203937.xml")
    }
}
