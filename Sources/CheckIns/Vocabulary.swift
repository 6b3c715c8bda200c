/// 情報項目: what a patient consents to, one by one. `checkups` covers 特定健診 and 後期高齢者健診;
/// which of them exists is told by its programme code.
package enum Item: String, Hashable, Sendable, CaseIterable, Comparable {
    /// 薬剤情報.
    case drugs
    /// 健診情報.
    case checkups

    package static func < (left: Item, right: Item) -> Bool { left.rawValue < right.rawValue }
}

/// 本人確認: how the holder was proved.
package enum Way: Hashable, Sendable {
    /// 暗証番号: the card checked its PIN.
    case pin
    /// 顔認証.
    case face
    /// 目視: named staff compared face and photo.
    case visualCheck(staff: String)
}
