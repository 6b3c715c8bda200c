/// 情報項目: what a patient consents to, one by one. `checkups` covers 特定健診 and 後期高齢者健診;
/// which of them exists is told by its programme code.
package enum Item: String, Hashable, Sendable, CaseIterable, Comparable {
    /// 薬剤情報.
    case drugs
    /// 健診情報.
    case checkups

    package static func < (left: Item, right: Item) -> Bool { left.rawValue < right.rawValue }
}

/// 本人確認: the ways in which a holder may be proved, as a patient chooses among them.
package enum Way: String, Hashable, Sendable, CaseIterable {
    /// 暗証番号: the card checks its PIN.
    case pin
    /// 顔認証: a matcher compares faces.
    case face
    /// 目視: staff compare face and photo.
    case visualCheck
}

/// Who handles the terminal in the patient's place (代理での入力). Card, PIN, face and consent are the
/// patient's all the same; that somebody else entered them is signed and recorded.
package enum Proxy: String, Hashable, Sendable, CaseIterable {
    /// A parent or another legal representative (親権者・法定代理人), who decides for the patient.
    case parent
    /// Family or a carer (家族・介助者), who enters what the patient wants.
    case carer
}

/// How a holder was proved, with what the statement must say about it.
package enum ProvedWay: Hashable, Sendable {
    /// The card checked its PIN, and signed.
    case pin
    /// A matcher compared faces: which one, and its score in thousandths.
    case face(matcher: String, scorePerMille: Int)
    /// Staff compared the face with the photo: who confirmed.
    case visualCheck(staff: String)

    /// The way it is one of.
    package var way: Way {
        switch self {
        case .pin: .pin
        case .face: .face
        case .visualCheck: .visualCheck
        }
    }

    /// What the signature over the statement is made by: the card for its PIN, else the terminal.
    package var statementKind: StatementKind {
        self == .pin ? .checkInByCard : .checkInByTerminal
    }
}

/// Why staff looked instead of the card or a matcher.
package enum VisualCheckReason: String, Hashable, Sendable, CaseIterable {
    /// The patient does not know the PIN, or cannot enter one.
    case pinForgotten
    /// The PIN is locked.
    case pinLocked
    /// The card has no PIN (顔認証マイナンバーカード), or the face could not be matched.
    case faceUnavailable
    /// The reader or camera does not work.
    case readerTrouble
}
