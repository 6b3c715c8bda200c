/// The kinds of records (レコード), by their numbers.
package enum NotebookKind: Int, CaseIterable, Hashable, Sendable {
    case patient = 1
    case patientNote = 2
    case overTheCounter = 3
    case ingredient = 31
    case memo = 4
    case date = 5
    case dispenser = 11
    case dispensingStaff = 15
    case prescriber = 51
    case doctor = 55
    case drug = 201
    case drugSupplement = 281
    case drugCaution = 291
    case usage = 301
    case usageSupplement = 311
    case usageCaution = 391
    case caution = 401
    case provided = 411
    case leftOver = 421
    case remark = 501
    case written = 601
    case ownPharmacist = 701
    case split = 911

    /// The record's name in the format.
    package var japanese: String {
        switch self {
        case .patient: "患者情報"
        case .patientNote: "患者特記"
        case .overTheCounter: "要指導・一般用医薬品服用"
        case .ingredient: "要指導・一般用医薬品成分"
        case .memo: "手帳メモ"
        case .date: "調剤等年月日"
        case .dispenser: "調剤－医療機関等"
        case .dispensingStaff: "調剤－医師・薬剤師"
        case .prescriber: "処方－医療機関"
        case .doctor: "処方－医師"
        case .drug: "薬品"
        case .drugSupplement: "薬品補足"
        case .drugCaution: "薬品服用注意"
        case .usage: "用法"
        case .usageSupplement: "用法補足"
        case .usageCaution: "処方服用注意"
        case .caution: "服用注意"
        case .provided: "医療機関等提供情報"
        case .leftOver: "残薬確認"
        case .remark: "備考"
        case .written: "患者等記入"
        case .ownPharmacist: "かかりつけ薬剤師"
        case .split: "分割制御"
        }
    }

    /// Where in a text the record stands.
    enum Place { case head, visitHead, group, visitTail, tail, control }

    var place: Place {
        switch self {
        case .patient, .patientNote, .overTheCounter, .ingredient, .memo: .head
        case .date, .dispenser, .dispensingStaff, .prescriber, .doctor: .visitHead
        case .drug, .drugSupplement, .drugCaution, .usage, .usageSupplement, .usageCaution: .group
        case .caution, .provided, .leftOver, .remark, .written: .visitTail
        case .ownPharmacist: .tail
        case .split: .control
        }
    }

    /// The version from which on the record is known.
    var since: Int {
        switch self {
        case .ingredient: 8
        case .leftOver: 7
        default: 0
        }
    }
}
