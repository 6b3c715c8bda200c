package import PDF
package import Records

/// What the slip of a check-in says (受付票).
package struct CheckInSlip: Hashable, Sendable, PersonalData {
    /// The number of the day.
    package var number: Int
    /// Where.
    package var institution: String
    /// When the patient was accepted.
    package var openedAt: Instant
    /// Until when what was consented to can be looked at.
    package var validUntil: Instant
    /// How the holder was proved, in words (本人確認の方法).
    package var way: String
    /// What may be shown (情報項目), and whether the patient agreed.
    package var consents: [Consent]

    /// An answer to the question of consent.
    package struct Consent: Hashable, Sendable {
        package var item: String
        package var isGiven: Bool

        /// An answer.
        package init(item: String, isGiven: Bool) { (self.item, self.isGiven) = (item, isGiven) }
    }

    /// A slip.
    package init(
        number: Int, institution: String, openedAt: Instant, validUntil: Instant, way: String,
        consents: [Consent]
    ) {
        (self.number, self.institution, self.openedAt) = (number, institution, openedAt)
        (self.validUntil, self.way, self.consents) = (validUntil, way, consents)
    }
}

extension Paper {
    /// The slip that a patient gets at check-in (受付票).
    package static func checkInSlip(
        _ slip: CheckInSlip, of qualification: Qualification, style: PaperStyle
    ) throws(FontError) -> Paper {
        let day = slip.openedAt.dateInJapan
        let standing = qualification.isQualified ? "有効" : "確認できません"
        let rows = [
            ("受付番号", "\(slip.number)"), ("医療機関等", slip.institution),
            ("受付日時", words(slip.openedAt)), ("本人確認の方法", slip.way),
            ("資格", standing),
        ].map { TableRow([label($0.0), value($0.1)]) }
        let consents = slip.consents.map { consent in
            TableRow([label(consent.item), value(consent.isGiven ? "同意する" : "同意しない")])
        }
        let blocks: [Block] =
            [.table(Table(columns: [25, 75], rows: rows, size: 10))]
            + qualificationBlock(qualification, on: day)
            + [.heading(level: 2, "情報の提供についての同意")]
            + (consents.isEmpty
                ? [.paragraph(Paragraph("情報の提供はありません。"))]
                : [
                    .table(
                        Table(
                            columns: [60, 40], head: [TableRow([title("情報項目"), title("同意")])],
                            rows: consents)),
                    .paragraph(
                        Paragraph(
                            "閲覧できる期限: \(words(slip.validUntil))。同意は、窓口でいつでも取り消すことができます。")),
                ])
        return try Paper("受付票", madeOn: day, blocks, style)
    }

    private static func words(_ instant: Instant) -> String {
        "\(instant.dateInJapan.japanese) \(instant.clockInJapan)"
    }
}
