import Cryptography
import HTTP
import JSON
import Octets
import Records

extension ClearinghouseService {
    /// A page of the portal, for the patient who signed in.
    func page(
        _ route: Route, _ request: HTTPRequest, _ intake: Intake, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        let months = try MonthsAsked(intake)
        let name = String(route.path.split(separator: "/").last ?? "")
        let visit = try await house.visit(name, token: request.bearer, asked: asked)
        let dates = try chosenDates(intake, on: visit.date)
        let person = visit.person
        let content: JSONValue
        switch route {
        case .portalDrugs:
            content = person.publishedDrugs(on: visit.date, from: months.from, to: months.to).json
        case .portalCheckups:
            content =
                (dates.map { person.publishedCheckups(on: visit.date, of: $0) }
                ?? person.publishedCheckups(on: visit.date)).json
        case .portalCheckupDates:
            content = .array(
                person.checkupDates(on: visit.date).map { .string($0.description) })
        case .portalExpenses:
            guard
                let expenses = person.publishedExpenses(
                    on: visit.date, from: months.from, to: months.to)
            else { throw Refusal(.malformedQuery, "to must not lie before from") }
            content = expenses.json
        case .portalExpenseNotice:
            let year = intake.values["year"].flatMap(Int.init) ?? visit.date.year
            guard
                let expenses = person.publishedExpenses(
                    on: visit.date, from: YearMonth(year: year, month: 1),
                    to: YearMonth(year: year, month: 12))
            else { throw Refusal(.malformedQuery, "year must be one that has months published") }
            let document = Array(
                ExpenseNotice.xml(of: person, expenses, year: year, on: visit.date).utf8)
            content = [
                "document": .string(document.base64()),
                "signature": .string(try signature(over: document).base64()),
            ]
        case .portalDisclosures:
            content = .array(await house.disclosures(of: person.id).map(\.forPatient))
        case .portalRegistration: content = await house.registrationJSON(of: person.id)
        case .portalNotices:
            content = .array(await house.notices(of: person, on: visit.date).map(\.json))
        case .portalExchanges: content = await house.exchanges(on: visit.date)
        default:
            var qualification = person.qualification
            qualification.confirmedOn = visit.date
            content = qualification.json
        }
        return .record(["patient": .string(visit.patient), name: content], for: request)
    }

    private func chosenDates(
        _ intake: Intake, on date: LocalDate
    ) throws(Refusal) -> [LocalDate]? {
        guard let text = intake.values["dates"] else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let dates = parts.compactMap { LocalDate($0) }
        guard dates.count == parts.count, dates.count <= Publication.checkupCount(on: date)
        else {
            throw Refusal(.malformedQuery, "dates must be up to five dates as 2026-11-22")
        }
        return dates
    }

    /// What a patient does at the portal beside looking.
    func act(
        _ route: Route, _ request: HTTPRequest, _ intake: Intake, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        let token = request.bearer
        switch route {
        case .portalRegister:
            let registration = try await house.registerAtPortal(token: token, asked: asked)
            let visit = try await house.visit("registration", token: token, asked: asked)
            return .json(["patient": .string(visit.patient), "registration": registration])
        case .portalAskOwn:
            guard let kind = intake.body["kind"]?.stringValue.flatMap(OwnInformation.Kind.init)
            else { throw Refusal(.malformedBody) }
            let (visit, own) = try await house.askOwn(kind, token: token, asked: asked)
            return .json(["patient": .string(visit.patient), "request": own], status: 202)
        case .portalOwn:
            let (visit, own) = try await house.own(
                intake.values["request"] ?? "", token: token, asked: asked)
            return .record(["patient": .string(visit.patient), "request": own], for: request)
        default:
            let year = Int(intake.body["year"]?.integerValue ?? 0)
            let (visit, link) = try await house.linkTax(year: year, token: token, asked: asked)
            return .json(["patient": .string(visit.patient), "link": link], status: 201)
        }
    }

    /// The expense notice of a link's year, or its signature.
    func tax(
        _ route: Route, _ request: HTTPRequest, _ asked: Asked
    ) async throws(Refusal) -> HTTPResponse {
        let visit = try await house.visitTax(
            route == .taxNotice ? "tax notice" : "tax signature", token: request.bearer,
            asked: asked)
        let document = Array(
            ExpenseNotice.xml(
                of: visit.person, visit.expenses, year: visit.year, on: visit.date
            ).utf8)
        if route == .taxNotice { return .octets(document, "application/xml", for: request) }
        return .octets(
            try signature(over: document), "application/pkcs7-signature", for: request)
    }

    private func signature(over document: [UInt8]) throws(Refusal) -> [UInt8] {
        guard let agency else { throw Refusal(.unavailable, "there is no payment agency's key") }
        return try agency.signature(over: document)
    }
}

extension Person {
    /// The dates of the checkups that can be seen, newest first.
    fileprivate func checkupDates(on date: LocalDate) -> [LocalDate] {
        checkups.filter { isVisible($0, on: date) }.map(\.date).sorted(by: >)
    }

    /// The checkups of chosen dates, as far as they can be seen.
    fileprivate func publishedCheckups(
        on date: LocalDate, of chosen: [LocalDate]
    ) -> CheckupRecord {
        var person = self
        person.checkups.removeAll { !chosen.contains($0.date) }
        return person.publishedCheckups(on: date)
    }

    private func isVisible(_ checkup: Checkup, on date: LocalDate) -> Bool {
        Publication.isCheckupPublished(of: checkup.date, on: date)
            && (checkup.visibleFrom.map { $0 <= date } ?? true)
    }
}
