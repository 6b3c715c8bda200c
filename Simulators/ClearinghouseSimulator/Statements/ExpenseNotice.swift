package import Cryptography
import Octets
package import Records

/// The medical expense notice of a year as XML (医療費通知情報), after the project's own schema
/// `Documentation/expense-notice.xsd`: the form of the real one is not public.
/// Plainly a simulation. The same records give the same octets.
package enum ExpenseNotice {
    /// The namespace of the schema, its version at the end.
    package static let namespace = "urn:madoguchi:expense-notice:1"

    /// The document of a year.
    package static func xml(
        of person: Person, _ record: ExpenseRecord, year: Int, on date: LocalDate
    ) -> String {
        let lines =
            [
                #"<?xml version="1.0" encoding="UTF-8"?>"#,
                #"<ExpenseNotice xmlns="\#(namespace)" simulated="true">"#,
                "  " + element("Remark", "シミュレーションです。税の申告には使えません。"),
                "  " + element("Year", String(year)),
                "  " + element("CreatedOn", date.description),
            ]
            + (record.publishedTo.map { ["  " + element("PublishedTo", $0.description)] } ?? [])
            + ["  <Patient>"] + patient(person) + ["  </Patient>"]
            + record.rows.map(row)
            + ["  <Total>" + amounts(record.total.amounts) + "</Total>"]
            + record.coverage.map {
                "  <Coverage first=\"\($0.period.first)\" last=\"\($0.period.last)\">"
                    + element("Insurer", $0.insurer) + "</Coverage>"
            } + ["</ExpenseNotice>"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Who received the care (療養を受けた者), and who is insured (被保険者等).
    private static func patient(_ person: Person) -> [String] {
        let insurance = person.qualification.entitlement
        let insured = insurance?.insuredName ?? person.identity.name
        return [
            ("Name", person.identity.name), ("Kana", person.identity.kana),
            ("BirthDate", person.identity.birthDate.description), ("InsuredName", insured),
            ("InsurerNumber", insurance?.insurerNumber), ("Symbol", insurance?.symbol),
            ("Number", insurance?.number), ("Branch", insurance?.branch),
        ].compactMap { name, text in text.map { "    " + element(name, $0) } }
    }

    private static func row(_ row: ExpenseRow) -> String {
        "  <Row month=\"\(row.month)\" kind=\"\(row.kind.rawValue)\" count=\"\(row.count)\""
            + (row.isMeal ? " meal=\"true\"" : "") + ">"
            + element("Institution", row.institution.name) + element("Insurer", row.insurer)
            + amounts(row.amounts) + "</Row>"
    }

    private static func amounts(_ amounts: ExpenseAmounts) -> String {
        [
            ("TotalYen", amounts.totalYen), ("InsurerYen", amounts.insurerYen),
            ("PublicYen", amounts.publicYen), ("PatientYen", amounts.patientYen),
        ].map { element($0, String($1)) }.joined()
    }

    private static func element(_ name: String, _ text: String) -> String {
        "<\(name)>\(escaped(text))</\(name)>"
    }

    /// Text as XML 1.0 §2.2 and §2.4 allow it; what no document may hold becomes U+FFFD.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{D}", "\u{E}"..."\u{1F}", "\u{FFFE}",
                "\u{FFFF}":
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}

/// The simulated payment agency (審査支払機関), which signs notices.
package struct PaymentAgency: Sendable {
    private let certificate: Certificate
    private let key: PrivateKey

    /// An agency.
    package init(certificate: Certificate, key: PrivateKey) {
        (self.certificate, self.key) = (certificate, key)
    }

    /// A detached signature with the certificate (CMS, RFC 5652), DER.
    func signature(over document: [UInt8]) throws(Refusal) -> [UInt8] {
        do throws(CryptographyError) {
            return try DetachedSignature.sign(document, certificate: certificate, key: key)
        } catch { throw Refusal(.unavailable) }
    }
}
