import Records
import Testing

@Suite("Publication by business date")
struct PublicationTests {
    /// The dates from 2021-09-01 to 2031-12-31 for which a property does not hold.
    func exceptions(_ holds: (LocalDate) -> Bool) throws -> [LocalDate] {
        let (first, last) = (try date("2021-09-01"), try date("2031-12-31"))
        return (first.dayNumber...last.dayNumber).map { LocalDate(dayNumber: $0) }
            .filter { !holds($0) }
    }

    @Test("medicines of a month appear on the 11th of the next")
    func drugs() throws {
        let wrong = try exceptions { day in
            let expected = day.yearMonth.adding(months: day.day >= 11 ? -1 : -2)
            return Publication.newestDrugMonth(on: day)
                == (expected >= Publication.firstDrugMonth ? expected : nil)
        }
        #expect(wrong.isEmpty)
    }

    @Test("what is published stays, and changes on the 11th only")
    func monotonous() throws {
        let wrong = try exceptions { day in
            let tomorrow = day.adding(days: 1)
            guard let newest = Publication.newestDrugMonth(on: day) else { return true }
            guard let next = Publication.newestDrugMonth(on: tomorrow) else { return false }
            return next == (tomorrow.day == 11 ? newest.adding(months: 1) : newest)
        }
        #expect(wrong.isEmpty)
    }

    @Test("expenses of a month appear on the 11th of the month after the next")
    func expenses() throws {
        let wrong = try exceptions { day in
            let expected = day.yearMonth.adding(months: day.day >= 11 ? -2 : -3)
            let newest = expected >= Publication.firstExpenseMonth ? expected : nil
            return Publication.newestExpenseMonth(on: day) == newest
                && Publication.expenseMonths(on: day)?.last == newest
        }
        #expect(wrong.isEmpty)
    }

    @Test("the look-back never reaches before the first month, nor further than it may")
    func lookBack() throws {
        let wrong = try exceptions { day in
            guard let months = Publication.drugMonths(on: day) else { return true }
            let count = Publication.drugLookBackMonths(on: day)
            return months.first
                == max(Publication.firstDrugMonth, months.last.adding(months: 1 - count))
        }
        #expect(wrong.isEmpty)
        #expect(Publication.drugMonths(on: try date("2024-12-31"))?.first == YearMonth("2021-12"))
        #expect(Publication.drugMonths(on: try date("2025-01-01"))?.first == YearMonth("2021-09"))
        #expect(Publication.drugMonths(on: try date("2031-12-31"))?.first == YearMonth("2026-12"))
    }

    @Test("the samples show the months printed on them")
    func samples() throws {
        #expect(Publication.newestDrugMonth(on: try date("2021-10-11")) == YearMonth("2021-09"))
        #expect(Publication.newestExpenseMonth(on: try date("2024-09-06")) == YearMonth("2024-06"))
    }

    @Test("checkups are of fiscal 2020 on, and not of the future")
    func checkups() throws {
        let today = try date("2026-11-22")
        #expect(Publication.firstCheckupDate == (try date("2020-04-01")))
        #expect(!Publication.isCheckupPublished(of: try date("2020-03-31"), on: today))
        #expect(Publication.isCheckupPublished(of: try date("2020-04-01"), on: today))
        #expect(Publication.isCheckupPublished(of: today, on: today))
        #expect(!Publication.isCheckupPublished(of: today.adding(days: 1), on: today))
    }

    @Test("paper claims, bundled fees and other months stay out; the months asked for are kept")
    func filters() throws {
        let (yakushi, _) = try sample("yakushi")
        var person = yakushi
        person.drugs[1].claim = .paper
        person.drugs[2].claim = .bundled
        person.drugs[3].date = try date("2021-10-03")
        let november = try date("2021-11-11")
        let all = person.publishedDrugs(on: november)
        #expect(
            all.dispensings.map(\.date.description) == ["2021-10-03", "2021-09-29", "2021-09-01"])
        let october = try month("2021-10")
        let asked = person.publishedDrugs(on: november, from: october, to: october)
        #expect(asked.dispensings.map(\.date.description) == ["2021-10-03"])
        #expect(asked.period == MonthRange(october, october))
        let none = person.publishedDrugs(on: november, from: october, to: try month("2021-09"))
        #expect(none.period == nil && none.dispensings.isEmpty)
        let early = person.publishedDrugs(on: november, to: try month("2020-01"))
        #expect(early.period == nil && early.dispensings.isEmpty)
    }

    @Test("five checkups are shown, the newest ones, each from the day its insurer sent it")
    func newestFive() throws {
        let (taro, asOf) = try sample("sankino-taro")
        var person = taro
        var sixth = person.checkups[0]
        sixth.date = try date("2027-03-01")
        person.checkups.append(sixth)
        #expect(
            person.publishedCheckups(on: asOf).checkups.map(\.date.year) == [
                2027, 2026, 2025, 2024, 2023,
            ])
        person.checkups[5].visibleFrom = try date("2027-04-03")
        let shown = person.publishedCheckups(on: asOf).checkups
        #expect(shown.map(\.date.year) == [2026, 2025, 2024, 2023, 2022])
        #expect(person.publishedCheckups(on: asOf.adding(days: 1)).checkups[0].visibleFrom == nil)
    }
}
