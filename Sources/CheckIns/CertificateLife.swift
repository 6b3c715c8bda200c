package import Records

/// How far a card's certificate is in its life: judged when the card is read, before the patient
/// is asked anything.
package enum CertificateLife: String, Hashable, Sendable, CaseIterable {
    /// More than three months are left.
    case good
    /// It ends within three months: the patient is reminded to renew it.
    case endingSoon
    /// It ended less than three months ago: the qualification may be asked for, no record.
    case inGrace
    /// It ended longer ago: the card is not served.
    case over

    /// The months before and after its end (public notice on qualification checks).
    package static let months = 3

    /// The life of a certificate with this end.
    package init(notAfter end: Instant, at now: Instant) {
        self =
            if now <= end {
                now < end.adding(months: -Self.months) ? .good : .endingSoon
            } else {
                now < end.adding(months: Self.months) ? .inGrace : .over
            }
    }

    /// The instant at which a certificate with this end is judged: in the months after its end it
    /// must have been good on its last day.
    package static func judged(notAfter end: Instant, at now: Instant) -> Instant {
        CertificateLife(notAfter: end, at: now) == .inGrace ? end : now
    }

    /// Whether consent to records can be asked for.
    package var letsRecordsBeShared: Bool { self == .good || self == .endingSoon }
}
