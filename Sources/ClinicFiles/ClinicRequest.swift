package import Records

/// Why a request is not carried out: an answer file says so.
package enum RequestFault: Error, Hashable, Sendable {
    /// Not XML that may be read.
    case unreadable(XMLFault)
    /// An element is not there.
    case missing(String)
    /// An element stands there more than once.
    case repeated(String)
    /// An element holds what it may not.
    case unusable(String)
    /// The request names another institution.
    case foreignInstitution
    /// More persons than a list may have.
    case tooMany

    /// The note of an answer. The official list of codes (別紙6-1) is not public; these are this
    /// project's own, and begin with `MDG`.
    package var note: ProcessingNote {
        switch self {
        case .unreadable(let fault): ProcessingNote(code: "MDG1001", message: fault.japanese)
        case .missing(let name):
            ProcessingNote(code: "MDG1002", message: "必須の項目がありません:\(name)")
        case .repeated(let name):
            ProcessingNote(code: "MDG1003", message: "項目が重複しています:\(name)")
        case .unusable(let name):
            ProcessingNote(code: "MDG1004", message: "項目の値が正しくありません:\(name)")
        case .foreignInstitution:
            ProcessingNote(code: "MDG1005", message: "医療機関コードがこの端末のものではありません")
        case .tooMany: ProcessingNote(code: "MDG1006", message: "件数が上限を超えています")
        }
    }
}

/// What a clinic's program asks for.
package struct ClinicRequest: Hashable, Sendable, PersonalData {
    /// The most persons of one list.
    package static let maximumPersons = 500
    /// The most octets of a value.
    package static let maximumValueOctets = 200

    /// What is asked.
    package enum Question: Hashable, Sendable, PersonalData {
        case qualification(SearchDetails)
        case bulkUpload([SearchDetails])
        case bulkResult(number: String)
        case referenceNumber(SearchDetails, number: String)
        case drugs(MedicalQuestion)
        case checkups(MedicalQuestion)
    }

    /// What the client put in for itself, echoed in the answer.
    package var fileIdentifier: String?
    /// The question.
    package var question: Question

    /// Reads a request of a kind that asks this institution's terminal.
    package init(
        _ root: XMLElement, kind: ClinicFileKind, institution: String
    ) throws(RequestFault) {
        guard root.name == "XmlMsg" else { throw .missing("XmlMsg") }
        let header = try root.one("MessageHeader")
        let body = try root.optionalOne("MessageBody") ?? XMLElement("MessageBody", [])
        guard try header.value("MedicalInstitutionCode") == institution else {
            throw .foreignInstitution
        }
        fileIdentifier = try header.optionalValue("ArbitraryFileIdentifier")
        switch kind {
        case .qualification:
            let search = try body.one("QualificationConfirmSearchInfo")
            question = .qualification(try SearchDetails(search))
        case .bulkUpload:
            let searches = body.all("QualificationConfirmSearchInfo")
            guard searches.count <= Self.maximumPersons else { throw .tooMany }
            guard !searches.isEmpty else { throw .missing("QualificationConfirmSearchInfo") }
            question = .bulkUpload(
                try searches.map { (search) throws(RequestFault) in try SearchDetails(search) })
        case .bulkResult: question = .bulkResult(number: try body.value("ReceptionNumber"))
        case .referenceNumber:
            let card = try body.one("ReferenceNumberRegistrationInfo")
            question = .referenceNumber(
                try SearchDetails(card), number: try card.value("ReferenceNumber"))
        case .drugs:
            question = .drugs(try MedicalQuestion(header, body, categories: 1...4))
        case .checkups:
            question = .checkups(try MedicalQuestion(header, body, categories: 1...2))
        }
    }
}

/// A question about medicines or checkups, whose head names the person in words of its own.
package struct MedicalQuestion: Hashable, Sendable, PersonalData {
    /// The insurer's number, without padding.
    package var insurerNumber: String
    /// The symbol.
    package var symbol: String?
    /// The number.
    package var number: String
    /// The branch.
    package var branch: String?
    /// The first month (medicines).
    package var from: YearMonth?
    /// The last month (medicines).
    package var to: YearMonth?
    /// Whether a paper is wanted, not XML.
    package var wantsPaper: Bool
    /// Whether treatment is wanted beside medicines.
    package var includesTreatment: Bool

    init(
        _ header: XMLElement, _ body: XMLElement, categories: ClosedRange<Int>
    ) throws(RequestFault) {
        insurerNumber = try header.insurer()
        symbol = try header.optionalValue("InsuranceCardSymbol")
        number = try header.value("InsuredPersonIdentificationNumber")
        branch = try header.optionalValue("BranchNumber")
        from = try body.month("StartDate")
        to = try body.month("EndDate")
        if let from, let to, to < from { throw .unusable("EndDate") }
        guard let category = Int(try body.value("FileCategory")), categories.contains(category)
        else { throw .unusable("FileCategory") }
        wantsPaper = category == 1 || category == 3
        includesTreatment = category >= 3
    }
}

extension SearchDetails {
    /// Reads `QualificationConfirmSearchInfo`, or what stands in its place.
    init(_ element: XMLElement) throws(RequestFault) {
        let birth = try element.value("Birthdate")
        guard let birthDate = LocalDate(compact: birth) else { throw .unusable("Birthdate") }
        let flag = "LimitApplicationCertificateRelatedConsFlg"
        let consent = try element.optionalValue(flag) ?? LimitConsent.notGiven.rawValue
        guard let limitConsent = LimitConsent(rawValue: consent) else { throw .unusable(flag) }
        self.init(
            insurerNumber: try element.insurer(),
            symbol: try element.optionalValue("InsuredCardSymbol"),
            number: try element.value("InsuredIdentificationNumber"),
            branch: try element.optionalValue("InsuredBranchNumber"), birthDate: birthDate,
            limitConsent: limitConsent,
            identifier: try element.optionalValue("ArbitraryIdentifier"))
    }
}

extension XMLElement {
    fileprivate func optionalOne(_ name: String) throws(RequestFault) -> XMLElement? {
        let found = all(name)
        guard found.count <= 1 else { throw .repeated(name) }
        return found.first
    }

    fileprivate func one(_ name: String) throws(RequestFault) -> XMLElement {
        guard let found = try optionalOne(name) else { throw .missing(name) }
        return found
    }

    /// A value; an empty element is as good as none.
    fileprivate func optionalValue(_ name: String) throws(RequestFault) -> String? {
        guard let found = try optionalOne(name) else { return nil }
        guard found.children.isEmpty,
            found.text.utf8.count <= ClinicRequest.maximumValueOctets
        else { throw .unusable(name) }
        return found.text.isEmpty ? nil : found.text
    }

    fileprivate func value(_ name: String) throws(RequestFault) -> String {
        guard let value = try optionalValue(name) else { throw .missing(name) }
        return value
    }

    /// An insurer's number, padded with spaces or zeros or not at all.
    fileprivate func insurer() throws(RequestFault) -> String {
        let name = "InsurerNumber"
        let text = try value(name)
        do throws(TypedNumber.Refusal) { return try TypedNumber.insurer.read(text) } catch {
            throw .unusable(name)
        }
    }

    fileprivate func month(_ name: String) throws(RequestFault) -> YearMonth? {
        guard let text = try optionalValue(name) else { return nil }
        guard let month = YearMonth(compact: text) else { throw .unusable(name) }
        return month
    }
}
