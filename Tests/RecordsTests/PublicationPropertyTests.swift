import JSON
import Records
import Testing

/// Over every business date from 2021-09-01 to 2031-12-31, for somebody with data in each month.
@Suite("Publication, on every date")
struct PublicationPropertyTests {
    let person: Person
    let dates: [LocalDate]

    init() throws {
        let identity = PersonIdentity(name: "見本", sex: .unset, birthDate: try date("1960-02-29"))
        var person = Person(
            id: "everything", identity: identity,
            qualification: Qualification(validity: .valid, entitlements: []))
        let place = Institution(name: "見本薬局")
        let line = DrugLine(
            drugClass: .internal, name: "見本錠",
            quantity: DrugQuantity(
                amount: try #require(DecimalText("1")), unit: "錠", times: 7, counted: .days))
        // From before the first month that is ever published until after the last date.
        let first = try month("2020-01")
        for distance in 0..<150 {
            let month = first.adding(months: distance)
            let day = try date("\(month)-\(distance % 2 == 0 ? "01" : "28")")
            person.drugs.append(
                Dispensing(date: day, source: .pharmacy(place, prescriber: nil), drugs: [line]))
            person.expenses.append(
                ExpenseRow(
                    month: month, kind: .dispensing, count: 1, institution: place,
                    insurer: "見本",
                    amounts: ExpenseAmounts(
                        totalYen: 10, insurerYen: 7, publicYen: 0, patientYen: 3)))
            if distance % 7 == 0 {
                person.checkups.append(
                    Checkup(date: day, programme: .specific, facility: place, results: []))
            }
        }
        self.person = person
        let (start, end) = (try date("2021-09-01"), try date("2031-12-31"))
        dates = (start.dayNumber...end.dayNumber).map { LocalDate(dayNumber: $0) }
    }

    /// The day on which a month appears: the 11th, so many months later.
    func appearance(of month: YearMonth, after lag: Int) throws -> LocalDate {
        try date("\(month.adding(months: lag))-11")
    }

    @Test(
        "a month of medicines is seen from the 11th of the next, once the service is open",
        arguments: [
            (PublicationViewer.patient, "2021-10-21"), (.institution, "2021-10-20"),
        ])
    func drugs(viewer: PublicationViewer, opening: String) throws {
        let opening = try date(opening)
        let lookBackGrows = try date("2025-01-01")
        let appearances = try person.drugs.map {
            ($0.date, try appearance(of: $0.date.yearMonth, after: 1))
        }
        let first = try date("2021-09-01")
        for today in dates {
            let seen = person.publishedDrugs(on: today, for: viewer)
            let newest = today.yearMonth.adding(months: today.day >= 11 ? -1 : -2)
            let oldest = newest.adding(months: today < lookBackGrows ? -35 : -59)
            let expected = appearances.filter {
                $0.0 >= first && $0.1 <= today && opening <= today && $0.0.yearMonth >= oldest
            }.map(\.0)
            #expect(seen.dispensings.map(\.date) == expected.reversed())
            #expect(seen.publishedTo == (today < opening ? nil : newest))
            #expect(seen.period?.last == seen.publishedTo)
        }
    }

    @Test("a month of expenses is seen from the 11th of the month after the next, by the patient")
    func expenses() throws {
        let opening = try date("2021-11-19")
        let appearances = try person.expenses.map {
            ($0.month, try appearance(of: $0.month, after: 2))
        }
        let first = try month("2021-09")
        for today in dates {
            let seen = try #require(person.publishedExpenses(on: today))
            let expected = appearances.filter {
                $0.0 >= first && $0.1 <= today && opening <= today
            }.map(\.0)
            #expect(seen.rows.map(\.month) == expected)
            #expect(seen.publishedTo == expected.last)
        }
        #expect(PublishedItem.expenses.opening(for: .institution) == nil)
    }

    @Test(
        "the five newest checkups of fiscal 2020 on are seen, once the service is open",
        arguments: [
            (PublicationViewer.patient, "2021-10-21"), (.institution, "2021-10-20"),
        ])
    func checkups(viewer: PublicationViewer, opening: String) throws {
        let (opening, first) = (try date(opening), try date("2020-04-01"))
        for today in dates {
            let seen = person.publishedCheckups(on: today, for: viewer).checkups.map(\.date)
            let expected = person.checkups.map(\.date).filter {
                first <= $0 && $0 <= today && opening <= today
            }.sorted(by: >).prefix(5)
            #expect(seen == Array(expected))
        }
    }

    @Test("what is seen one day is seen the next, unless the look-back or the five end it")
    func nothingVanishes() {
        var (before, expensesBefore): (Set<LocalDate>, Int) = ([], 0)
        for today in dates {
            let drugs = Set(person.publishedDrugs(on: today).dispensings.map(\.date))
            let gone = before.subtracting(drugs)
            // With each new month at most the oldest one leaves, and only on the 11th.
            #expect(
                gone.isEmpty || gone.count == 1 && today.day == 11 && gone.first == before.min())
            let expenses = person.publishedExpenses(on: today)?.rows.count ?? 0
            #expect(expenses >= expensesBefore)
            (before, expensesBefore) = (drugs, expenses)
        }
    }

    @Test("the day turns at midnight in Japan: 15:00 UTC on the 10th is the 11th")
    func japan() throws {
        let evening = try #require(Instant(rfc3339: "2026-11-10T14:59:59.999Z")).dateInJapan
        let midnight = try #require(Instant(rfc3339: "2026-11-10T15:00:00Z")).dateInJapan
        #expect(person.publishedDrugs(on: evening).publishedTo == YearMonth("2026-09"))
        #expect(person.publishedDrugs(on: midnight).publishedTo == YearMonth("2026-10"))
        #expect(person.publishedExpenses(on: evening)?.publishedTo == YearMonth("2026-08"))
        #expect(person.publishedExpenses(on: midnight)?.publishedTo == YearMonth("2026-09"))
    }

    @Test("the policy's rows follow each other, and say what the sources say")
    func policy() throws {
        let rows = PublicationPolicy.table
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.from < $1.from })
        #expect(
            rows.map { [$0.dayOfMonth, $0.drugLagMonths, $0.expenseLagMonths, $0.checkupCount] }
                == [[11, 1, 2, 5], [11, 1, 2, 5]])
        #expect(rows.map(\.drugLookBackMonths) == [36, 60])
        #expect(PublicationPolicy.inForce(on: try date("1999-01-01")) == rows[0])
        #expect(PublicationPolicy.inForce(on: try date("2024-12-31")) == rows[0])
        #expect(PublicationPolicy.inForce(on: try date("2025-01-01")) == rows[1])
    }

    @Test("who takes part in the trial sees by month, before the opening too")
    func trial() throws {
        let today = try date("2021-10-11")
        #expect(person.publishedDrugs(on: today).publishedTo == nil)
        #expect(person.publishedCheckups(on: today).checkups.isEmpty)
        var tester = person
        tester.isTrial = true
        #expect(tester.publishedDrugs(on: today).publishedTo == YearMonth("2021-09"))
        #expect(!tester.publishedCheckups(on: today).checkups.isEmpty)
    }
}
