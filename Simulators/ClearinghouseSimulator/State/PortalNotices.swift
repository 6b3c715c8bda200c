package import JSON
package import Records

/// A notice to a patient (お知らせ).
package struct PortalNotice: Hashable, Sendable {
    /// What it is about.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case newDrugs
        case newExpenses
        case newCheckup
        /// Somebody checked the patient in without the card's PIN.
        case checkInWithoutPIN
        case systemFailureAccess
        case disasterAccess
    }

    /// What it is about.
    package var kind: Kind
    /// The day.
    package var date: LocalDate
    /// The moment, of things that happened here.
    package var time: Instant?
    /// The institution.
    package var institution: String?
    /// The month that was published.
    package var month: YearMonth?
    /// The reason that was given.
    package var reason: String?

    /// A notice.
    package init(_ kind: Kind, on date: LocalDate) { (self.kind, self.date) = (kind, date) }

    private var texts: (english: String, japanese: String) {
        switch kind {
        case .newDrugs: ("New medicines can be seen.", "新しい薬剤情報が閲覧できるようになりました。")
        case .newExpenses:
            ("New medical expenses can be seen.", "新しい医療費通知情報が閲覧できるようになりました。")
        case .newCheckup: ("A new checkup can be seen.", "新しい健診情報が閲覧できるようになりました。")
        case .checkInWithoutPIN:
            (
                "Your qualification was checked without your card's PIN.",
                "暗証番号を使わずに、あなたの資格情報が確認されました。"
            )
        case .systemFailureAccess:
            (
                "Your qualification was looked up during a system failure.",
                "システム障害時の機能で、あなたの資格情報が照会されました。"
            )
        case .disasterAccess:
            (
                "Your data was looked at in a disaster, without your card.",
                "災害時の機能で、カードを使わずにあなたの情報が閲覧されました。"
            )
        }
    }

    /// The notice as the portal shows it.
    package var json: JSONValue {
        .object(present: [
            ("kind", .string(kind.rawValue)), ("date", .string(date.description)),
            ("time", time.map { .string($0.rfc3339) }),
            ("institution", institution.map(JSONValue.string)),
            ("month", month.map { .string($0.description) }),
            ("reason", reason.map(JSONValue.string)), ("text", .string(texts.english)),
            ("textJapanese", .string(texts.japanese)),
        ])
    }
}

extension House {
    /// A person's notices, newest first: what was published last, and each access without a PIN.
    package func notices(of person: Person, on date: LocalDate) -> [PortalNotice] {
        let accesses = journal.disclosures(of: person.id).compactMap(notice)
        return accesses + published(person, on: date)
    }

    private func notice(_ entry: JournalEntry) -> PortalNotice? {
        guard entry.problem == nil else { return nil }
        let kind: PortalNotice.Kind
        switch (entry.mode, entry.way) {
        case (.disaster, _): kind = .disasterAccess
        case (.systemFailure, _): kind = .systemFailureAccess
        case (_, .some(let way))
        where way != SignedWay.pin.rawValue && entry.item == nil && entry.withdrawn == nil:
            kind = .checkInWithoutPIN
        default: return nil
        }
        var notice = PortalNotice(kind, on: entry.time.dateInJapan)
        (notice.time, notice.institution) = (entry.time, entry.institution)
        notice.reason = entry.reason
        return notice
    }

    private func published(_ person: Person, on date: LocalDate) -> [PortalNotice] {
        var notices: [PortalNotice] = []
        if let month = Publication.newestDrugMonth(on: date),
            !person.publishedDrugs(on: date, from: month, to: month).dispensings.isEmpty
        {
            notices.append(published(.newDrugs, month, lagMonths: 1, date))
        }
        if let month = Publication.newestExpenseMonth(on: date),
            person.publishedExpenses(on: date, from: month, to: month)?.rows.isEmpty == false
        {
            notices.append(published(.newExpenses, month, lagMonths: 2, date))
        }
        if let newest = person.publishedCheckups(on: date).checkups.first,
            newest.date.adding(days: 365) > date
        {
            // It appeared when its insurer sent it, which what is published does not tell.
            let sent = person.checkups.first { $0.date == newest.date }?.visibleFrom
            notices.append(PortalNotice(.newCheckup, on: max(newest.date, sent ?? newest.date)))
        }
        return notices
    }

    /// Published on the 11th, so many months later.
    private func published(
        _ kind: PortalNotice.Kind, _ month: YearMonth, lagMonths: Int, _ date: LocalDate
    ) -> PortalNotice {
        let appeared = month.adding(months: lagMonths)
        let policy = PublicationPolicy.inForce(on: date)
        let day = LocalDate(
            year: appeared.year, month: appeared.month, day: policy.dayOfMonth)
        var notice = PortalNotice(kind, on: day ?? date)
        notice.month = month
        return notice
    }
}
