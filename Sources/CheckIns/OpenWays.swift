/// What kind of My Number card it is; told by what the card answers, never by its ATR.
package enum CardKind: String, Hashable, Sendable, CaseIterable {
    /// The ordinary card.
    case plastic
    /// 顔認証マイナンバーカード: its PINs are locked from the start and it signs nothing.
    case faceOnly
}

/// Why a way is not open to a card.
package enum WayClosure: String, Hashable, Sendable, CaseIterable {
    /// The PIN is locked; the municipal office unlocks it.
    case pinLocked
    /// The card was issued without a PIN.
    case noPIN
    /// There is no camera or no matcher here.
    case noCamera
    /// The face way is locked on this card; the municipal office unlocks it.
    case faceLocked
    /// The number on the card's face does not open the card's photo.
    case photoUnreadable
    /// Too many were checked in without a PIN at this terminal today.
    case withoutPINCap
}

extension PresentedCard {
    /// Why a way is closed; nothing where it is open.
    package func closure(of way: Way) -> WayClosure? {
        if way == .pin, isPINLocked { return kind == .faceOnly ? .noPIN : .pinLocked }
        return closedWays[way]
    }

    /// Whether the holder may be proved in this way.
    package func offers(_ way: Way) -> Bool { closure(of: way) == nil }
}
