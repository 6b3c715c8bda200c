/// Something about stored data that does not fit, told and never corrected: stored data is kept
/// as it came.
package enum RecordWarning: Hashable, Sendable {
    /// A number whose check digit is wrong; `field` is its place in the record.
    case checkDigit(field: String)
    /// A body mass index other than weight and height give; `date` is the checkup's.
    case bodyMassIndex(date: LocalDate)
}

extension Qualification {
    /// Insurer numbers whose check digit is wrong.
    package var warnings: [RecordWarning] {
        entitlements.enumerated().compactMap { index, entitlement in
            CheckDigit.isRight(in: entitlement.insurerNumber)
                ? nil : .checkDigit(field: "entitlements[\(index)].insurerNumber")
        }
    }
}

extension Checkup {
    /// A reported body mass index that weight and height contradict by more than rounding: it is
    /// kept, as every reported value is.
    package var warnings: [RecordWarning] {
        guard let height = number(.height), let weight = number(.weight), height > 0,
            let reported = number(.bodyMassIndex)
        else { return [] }
        let computed = weight / (height * height / 10_000)
        return (reported - computed).magnitude > 0.05 + 1e-9 ? [.bodyMassIndex(date: date)] : []
    }

    private func number(_ item: CheckupItem) -> Double? {
        result(of: item).flatMap { DecimalText($0.value) }.flatMap { Double($0.text) }
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

extension Institution {
    fileprivate func warnings(at path: String) -> [RecordWarning] {
        guard let code, !CheckDigit.isRight(in: code) else { return [] }
        return [.checkDigit(field: "\(path).code")]
    }
}
