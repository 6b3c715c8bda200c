/// Something about stored data that does not fit, told and never corrected: stored data is kept
/// as it came.
package enum RecordWarning: Hashable, Sendable {
    /// A number whose check digit is wrong; `field` is its place in the record.
    case checkDigit(field: String)
    /// A body mass index other than weight and height give; `date` is the checkup's.
    case bodyMassIndex(date: LocalDate)
    /// An eGFR other than the creatinine gives.
    case egfr(date: LocalDate)
    /// An assessment of the metabolic syndrome other than the figures imply.
    case metabolicAssessment(date: LocalDate)
    /// A level of health guidance other than the figures imply.
    case guidanceLevel(date: LocalDate)
    /// A number that can hardly be meant.
    case implausible(item: CheckupItem, date: LocalDate)
}

extension Qualification {
    /// Insurer numbers, and codes of institutions on tickets, whose check digit is wrong.
    package var warnings: [RecordWarning] {
        entitlements.enumerated().flatMap { index, entitlement -> [RecordWarning] in
            let path = "entitlements[\(index)]"
            let insurer: [RecordWarning] =
                CheckDigit.isRight(in: entitlement.insurerNumber)
                ? [] : [.checkDigit(field: "\(path).insurerNumber")]
            return insurer
                + entitlement.medicalTickets.enumerated().flatMap { number, ticket in
                    let path = "\(path).medicalTickets[\(number)]"
                    return (ticket.designated?.warnings(at: "\(path).designated") ?? [])
                        + (ticket.prescriber?.warnings(at: "\(path).prescriber") ?? [])
                }
        }
    }
}

extension DrugRecord {
    /// Codes of pharmacies and institutions whose check digit is wrong.
    package var warnings: [RecordWarning] {
        dispensings.enumerated().flatMap { index, dispensing -> [RecordWarning] in
            let path = "dispensings[\(index)]"
            switch dispensing.source {
            case .pharmacy(let pharmacy, let prescriber):
                return pharmacy.warnings(at: "\(path).pharmacy")
                    + (prescriber?.warnings(at: "\(path).prescriber") ?? [])
            case .inHouse(let institution): return institution.warnings(at: "\(path).inHouse")
            }
        }
    }
}

extension ExpenseRecord {
    /// Codes of institutions whose check digit is wrong.
    package var warnings: [RecordWarning] {
        rows.enumerated().flatMap { $1.institution.warnings(at: "rows[\($0)].institution") }
    }
}

extension CheckupRecord {
    /// What does not fit in the checkups of a person, and codes of facilities whose check digit
    /// is wrong.
    package func warnings(of person: PersonIdentity) -> [RecordWarning] {
        checkups.enumerated().flatMap { index, checkup in
            checkup.facility.warnings(at: "checkups[\(index)].facility")
                + checkup.warnings(of: person)
        }
    }
}

extension Institution {
    fileprivate func warnings(at path: String) -> [RecordWarning] {
        guard let code, !CheckDigit.isRight(in: code) else { return [] }
        return [.checkDigit(field: "\(path).code")]
    }
}
