/// Consent without a card, in a disaster (災害時): what stands in place of a proof and a signature.
package struct SpokenConsent: Hashable, Sendable {
    /// What was said.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// 口頭の同意: the patient said yes.
        case oral
        /// The patient cannot speak, and life is at stake.
        case unobtainable
    }

    /// What was said.
    package var kind: Kind
    /// Which of the staff heard it, or judged that nobody could be asked.
    package var staff: String

    /// A consent.
    package init(_ kind: Kind, heardBy staff: String) { (self.kind, self.staff) = (kind, staff) }
}
