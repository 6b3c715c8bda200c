package import Cryptography
import Octets
import Records

/// The medical expense notice as XML (医療費通知情報): plainly a simulation, since the form of the
/// real one is not public. Same input, same bytes.
package enum ExpenseNotice {
    /// The document of a year.
    package static func xml(of visit: TaxVisit) -> String {
        let record = visit.expenses
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            #"<ExpenseNotice xmlns="urn:madoguchi:expense-notice:1" simulated="true">"#,
            element("Year", String(visit.year)), element("CreatedOn", visit.date.description),
            element("PublishedTo", record.publishedTo?.description ?? ""),
            element("InsuredName", visit.person.identity.name),
        ]
        lines += record.rows.map(row)
        let total = record.total.amounts
        lines.append(
            "  <Total>" + amounts(total) + "</Total>")
        lines += record.coverage.map {
            "  <Insurer first=\"\($0.period.first)\" last=\"\($0.period.last)\">"
                + escaped($0.insurer) + "</Insurer>"
        }
        return (lines + ["</ExpenseNotice>"]).joined(separator: "\n") + "\n"
    }

    private static func row(_ row: ExpenseRow) -> String {
        "  <Row month=\"\(row.month)\" kind=\"\(row.kind.rawValue)\" count=\"\(row.count)\""
            + (row.isMeal ? " meal=\"true\"" : "") + "><Institution>"
            + escaped(row.institution.name) + "</Institution>" + amounts(row.amounts) + "</Row>"
    }

    private static func amounts(_ amounts: ExpenseAmounts) -> String {
        "<TotalYen>\(amounts.totalYen)</TotalYen><InsurerYen>\(amounts.insurerYen)</InsurerYen>"
            + "<PublicYen>\(amounts.publicYen)</PublicYen>"
            + "<PatientYen>\(amounts.patientYen)</PatientYen>"
    }

    private static func element(_ name: String, _ text: String) -> String {
        "  <\(name)>\(escaped(text))</\(name)>"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
    }
}

/// The key with which the simulated insurer signs notices.
package struct InsurerSigner: Sendable {
    private let certificate: Certificate
    private let key: PrivateKey

    /// A signer.
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
