import Charsets
import ClinicFiles
import Octets
import Records
import Testing

@Suite("Requests of clinic programs")
struct ClinicRequestTests {
    static let institution = "1312345670"

    private func root(_ header: String, _ body: String) throws -> XMLElement {
        let text =
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><XmlMsg><MessageHeader>"
            + "<MedicalInstitutionCode>\(Self.institution)</MedicalInstitutionCode>\(header)"
            + "</MessageHeader><MessageBody>\(body)</MessageBody></XmlMsg>"
        return try XMLReader.read(Array(text.utf8), shiftJIS: nil).root
    }

    private func fault(
        _ kind: ClinicFileKind, header: String = "", _ body: String
    ) throws -> RequestFault? {
        let root = try root(header, body)
        do throws(RequestFault) {
            _ = try ClinicRequest(root, kind: kind, institution: Self.institution)
            return nil
        } catch { return error }
    }

    static let search =
        "<InsurerNumber>  138057</InsurerNumber><InsuredCardSymbol>国1</InsuredCardSymbol>"
        + "<InsuredIdentificationNumber>21700023</InsuredIdentificationNumber>"
        + "<Birthdate>19750220</Birthdate>"

    static func wrapped(_ name: String, _ body: String = search) -> String {
        "<\(name)>\(body)</\(name)>"
    }

    @Test("a check by insurance details, the insurer padded with spaces or zeros or not at all")
    func single() throws {
        for padding in ["  ", "00", ""] {
            let body = Self.search.replacing("  138057", with: padding + "138057")
            let request = try ClinicRequest(
                try root(
                    "<ArbitraryFileIdentifier>A=</ArbitraryFileIdentifier>",
                    Self.wrapped("QualificationConfirmSearchInfo", body)),
                kind: .qualification, institution: Self.institution)
            #expect(request.fileIdentifier == "A=")
            let birth = try #require(LocalDate(year: 1975, month: 2, day: 20))
            let details = SearchDetails(
                insurerNumber: "138057", symbol: "国1", number: "21700023", birthDate: birth)
            #expect(request.question == .qualification(details))
        }
    }

    @Test("lists, results of lists, chart numbers, medicines, checkups")
    func others() throws {
        let institution = Self.institution
        let one = Self.wrapped("QualificationConfirmSearchInfo")
        let list = try ClinicRequest(
            try root("", one + one), kind: .bulkUpload, institution: institution)
        guard case .bulkUpload(let people) = list.question else { throw XMLFault.bounds }
        #expect(people.count == 2)
        let result = try ClinicRequest(
            try root("", "<ReceptionNumber>42</ReceptionNumber>"), kind: .bulkResult,
            institution: institution)
        #expect(result.question == .bulkResult(number: "42"))
        let chart = try ClinicRequest(
            try root(
                "",
                Self.wrapped(
                    "ReferenceNumberRegistrationInfo",
                    Self.search + "<ReferenceNumber>000123</ReferenceNumber>")),
            kind: .referenceNumber, institution: institution)
        guard case .referenceNumber(_, "000123") = chart.question else { throw XMLFault.bounds }
        let header =
            "<InsurerNumber>01131234</InsurerNumber><InsuranceCardSymbol>12</InsuranceCardSymbol>"
            + "<InsuredPersonIdentificationNumber>7</InsuredPersonIdentificationNumber>"
            + "<BranchNumber>01</BranchNumber>"
        for (category, paper, treatment) in [
            ("1", true, false), ("2", false, false), ("3", true, true), ("4", false, true),
        ] {
            let drugs = try ClinicRequest(
                try root(
                    header,
                    "<StartDate>202601</StartDate><EndDate>202611</EndDate>"
                        + "<FileCategory>\(category)</FileCategory>"),
                kind: .drugs, institution: institution)
            guard case .drugs(let question) = drugs.question else { throw XMLFault.bounds }
            #expect(question.wantsPaper == paper && question.includesTreatment == treatment)
            #expect(question.from == YearMonth(year: 2026, month: 1))
            #expect(question.branch == "01")
        }
        let tooHigh = "<FileCategory>3</FileCategory>"
        #expect(try fault(.checkups, header: header, tooHigh) == .unusable("FileCategory"))
        let backwards =
            "<StartDate>202611</StartDate><EndDate>202601</EndDate><FileCategory>1</FileCategory>"
        #expect(try fault(.drugs, header: header, backwards) == .unusable("EndDate"))
    }

    @Test("missing, repeated and unusable elements are named, and others' institutions refused")
    func refusals() throws {
        let info = "QualificationConfirmSearchInfo"
        let insurer = "<InsurerNumber>  138057</InsurerNumber>"
        let birth = "<Birthdate>19750220</Birthdate>"
        func single(_ change: (String) -> String) throws -> RequestFault? {
            try fault(.qualification, Self.wrapped(info, change(Self.search)))
        }
        #expect(try single { $0 } == nil)
        #expect(try fault(.qualification, "") == .missing(info))
        let twice = Self.wrapped(info) + Self.wrapped(info)
        #expect(try fault(.qualification, twice) == .repeated(info))
        #expect(try single { $0.replacing(insurer, with: "") } == .missing("InsurerNumber"))
        #expect(try single { $0 + insurer } == .repeated("InsurerNumber"))
        #expect(try single { $0.replacing("138057", with: "13805x") } == .unusable("InsurerNumber"))
        #expect(try single { $0.replacing(birth, with: "") } == .missing("Birthdate"))
        #expect(try single { $0.replacing("19750220", with: "19750230") } == .unusable("Birthdate"))
        #expect(
            try single { $0.replacing("国1", with: String(repeating: "1", count: 300)) }
                == .unusable("InsuredCardSymbol"))
        #expect(
            try single { $0.replacing("国1", with: "<X/>") } == .unusable("InsuredCardSymbol"))
        let many = String(repeating: Self.wrapped(info), count: ClinicRequest.maximumPersons + 1)
        #expect(try fault(.bulkUpload, many) == .tooMany)
        let root = try root("", Self.wrapped(info))
        #expect(throws: RequestFault.foreignInstitution) {
            try ClinicRequest(root, kind: .qualification, institution: "0000000000")
        }
        #expect(throws: RequestFault.missing("XmlMsg")) {
            try ClinicRequest(
                XMLElement("Other", []), kind: .qualification, institution: Self.institution)
        }
    }

    @Test("each fault has a note of its own that a Shift_JIS file can carry")
    func notes() throws {
        let table = try #require(ShiftJIS.system)
        let faults: [RequestFault] = [
            .missing("A"), .repeated("A"), .unusable("A"), .foreignInstitution, .tooMany,
        ]
        let xml: [XMLFault] = [
            .tooLarge, .encoding, .documentType, .entity, .bounds, .malformed(at: 3),
        ]
        let notes = faults.map(\.note) + xml.map { RequestFault.unreadable($0).note }
        #expect(Set(notes.map(\.code)).count == 6 && Set(notes.map(\.message)).count == 11)
        for note in notes { #expect(table.octets(note.message) != nil, "\(note.code)") }
    }
}
