package import Authority
import Cryptography
package import JSON
import Octets
package import Records

/// A link that a patient opened for software for tax returns (マイナポータル連携).
package struct TaxLink: Hashable, Sendable {
    /// How long it holds, in seconds.
    package static let lifetimeSeconds: Int64 = 3600
    /// The most links open at once.
    package static let maximumCount = 10_000
    /// Whose expenses.
    package var person: String
    /// Of which year.
    package var year: Int
    /// Until when.
    package var until: Instant
    /// The certificate that the patient signed in with; the link closes with it.
    package var certificate: CertificateID?
}

/// What the software gets: the expenses of a year.
package struct TaxVisit: Sendable {
    /// Whose.
    package var person: Person
    /// Of which year.
    package var year: Int
    /// The rows.
    package var expenses: ExpenseRecord
    /// The business date.
    package var date: LocalDate
}

extension House {
    /// Opens a link for the patient who signed in.
    package func linkTax(
        year: Int, token: String?, asked: Asked
    ) throws(Refusal) -> (visit: PortalVisit, link: JSONValue) {
        let visit = try visit("tax-link", token: token, asked: asked)
        if taxLinks.count >= TaxLink.maximumCount {
            taxLinks = taxLinks.filter { asked.now < $0.value.until }
        }
        guard taxLinks.count < TaxLink.maximumCount else { throw Refusal(.tooManyRequests) }
        let token = chance.octets(32).base64(.urlSafe)
        let until = asked.now.adding(seconds: TaxLink.lifetimeSeconds)
        taxLinks[SHA256Digest(hashing: Array(token.utf8))] = TaxLink(
            person: visit.person.id, year: year, until: until, certificate: visit.certificate)
        return (visit, ["token": .string(token), "until": .string(until.rfc3339)])
    }

    /// The expenses behind a link.
    package func visitTax(
        _ page: String, token: String?, asked: Asked
    ) throws(Refusal) -> TaxVisit {
        guard let token else { throw Refusal(.linkMissing) }
        guard let link = taxLinks[SHA256Digest(hashing: Array(token.utf8))],
            asked.now < link.until
        else { throw Refusal(.linkUnknown) }
        if let refusal = Refusal.ofCard(link.certificate, in: asked.register, isOpen: true) {
            throw refusal
        }
        var entry = asked.entry(page)
        (entry.person, entry.item) = (link.person, "expenses")
        journal.append(entry)
        let person = try person(link.person, at: asked.now)
        let date = businessDate(at: asked.now)
        guard
            let expenses = person.publishedExpenses(
                on: date, from: YearMonth(year: link.year, month: 1),
                to: YearMonth(year: link.year, month: 12))
        else { throw Refusal(.linkUnknown) }
        return TaxVisit(person: person, year: link.year, expenses: expenses, date: date)
    }
}
