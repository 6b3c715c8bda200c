/// What happened.
package enum EventKind: String, Hashable, Sendable, CaseIterable {
    /// A card was refused before anything was asked of its holder.
    case cardRefused
    /// Somebody proved, or failed to prove, to be the card's holder.
    case proof
    /// A card session ended without asking the clearinghouse.
    case sessionEnded
    /// The clearinghouse is about to be asked; nothing is asked before this is durable.
    case intent
    /// What became of an intent; nothing is shown before this is durable.
    case outcome
    /// An intent that ended with records shown: the disclosure (提供・開示) itself.
    case disclosure
    /// The patient agreed to one item.
    case consentGiven
    /// The patient said no to one item, or said nothing until time ran out.
    case consentRefused
    /// The patient took a consent back.
    case consentWithdrawn
    /// Staff compared the answer's name and birth date with the patient: the same (succeeded), or
    /// somebody else (failed).
    case identityCompared
    /// Staff closed a check-in: nothing more is opened under it.
    case checkInClosed
    /// Data disclosed before was looked at again.
    case viewed
    /// Somebody read the access history.
    case historyRead
    /// Somebody with the administrator's role changed something.
    case administratorAct
    /// The store was opened, after a clean stop or not.
    case storeOpened
    /// Octets of an unfinished write were cut off.
    case storeCut
    /// The store was closed in order.
    case storeClosed
    /// The clock was set while entries are written: those before and after say different times.
    case clockStepped
}

/// How far the clock was to be trusted.
package enum TimeQuality: String, Hashable, Sendable, CaseIterable {
    /// The system said its clock is disciplined by a time service.
    case synchronised
    /// The system said that it is not.
    case unsynchronised
    /// Nobody could be asked.
    case unknown
}

/// How an event ended.
package enum EventOutcome: String, Hashable, Sendable, CaseIterable {
    /// As it should.
    case succeeded
    /// It was tried and went wrong: a wrong PIN, a face that does not match.
    case failed
    /// The card is locked; the municipal office unlocks it.
    case locked
    /// The clearinghouse answered with a problem.
    case problem
    /// An answer came that failed its checks and was not used.
    case wrongAnswer
    /// Nobody knows: the answer never came, or the terminal stopped in between.
    case unknown
}

/// What an intent asks of the clearinghouse.
package enum ClearinghouseAct: String, Hashable, Sendable, CaseIterable {
    /// Who is this and what are they entitled to (資格確認).
    case checkIn
    /// Open the records of one item under a grant.
    case openRecords
    /// Take a grant back.
    case withdrawGrant
    /// The patient looks at what is their own.
    case portal
}

/// Which item of information (情報項目) was asked for or shown.
package enum DisclosedItem: String, Hashable, Sendable, CaseIterable {
    /// 資格情報: insurer, symbol, number, copayment rate.
    case qualification
    /// 薬剤情報: medicines from claims.
    case drugs
    /// 特定健診等情報: checkups.
    case checkups
    /// 医療費通知情報: expenses, the patient's own.
    case expenses
    /// 閲覧・提供履歴: who saw what.
    case history
}

/// What data was asked for.
package enum DisclosurePurpose: String, Hashable, Sendable, CaseIterable {
    /// Care in this institution.
    case treatment
    /// The patient's own look at their data.
    case ownAccess
    /// Review of the access history.
    case review
    /// Running the terminal.
    case administration
}
