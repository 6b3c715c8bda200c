/// Something in a text that is not as the format says, or that was changed to fit it; reading and
/// writing go on.
package struct NotebookRemark: Hashable, Sendable {
    /// The line, from 1; 0 for the whole text.
    package var line: Int
    /// The record, if it is known.
    package var kind: NotebookKind?
    /// The field (項目), if it is one.
    package var field: String?
    /// What is the matter.
    package var matter: Matter

    /// What can be the matter.
    package enum Matter: Hashable, Sendable {
        /// A version that no edition describes.
        case unknownVersion(String)
        /// The direction is missing or no code.
        case unknownDirection
        /// Octets in UTF-8 where Shift_JIS is meant.
        case isUTF8
        /// An empty line.
        case emptyLine
        /// A record that no edition describes.
        case unknownRecord(String)
        /// A record, or a field, that this version does not have yet.
        case notInVersion
        /// A record where it does not belong.
        case outOfPlace
        /// A record that may stand only once.
        case repeated
        /// More fields than the record has.
        case extraFields(Int)
        /// A field that must have something has nothing.
        case missing
        /// More octets than allowed.
        case tooLong(Int)
        /// A code, a number or a date that is none.
        case notAllowed
        /// Octets that are no character.
        case undecodable
        /// A group of medicines without its record 301.
        case withoutUsage
        /// A text that must have a visit has none.
        case withoutVisit
        /// A character was replaced by others that every reader has.
        case replaced(String, by: String)
        /// A text was cut to the octets allowed.
        case shortened(to: Int)
        /// A number does not fit; it stands in a note instead.
        case amountMoved
        /// How to take it is not known; that is said in words.
        case usageUnknown
    }
}

extension NotebookRemark: CustomStringConvertible {
    /// In words, without what the field holds, except characters that were replaced.
    package var description: String {
        let place = [
            line > 0 ? "\(line)行" : nil, kind.map { "\($0.rawValue) \($0.japanese)" }, field,
        ].compactMap { $0 }.joined(separator: " ")
        return place.isEmpty ? matter.words : "\(place): \(matter.words)"
    }
}

extension NotebookRemark.Matter {
    /// Whether the writer changed something that the reader of a paper would want to know.
    package var isChange: Bool {
        switch self {
        case .replaced, .shortened, .amountMoved, .usageUnknown: true
        default: false
        }
    }

    var words: String {
        switch self {
        case .unknownVersion(let text): "未知の版です (unknown version): \(text)"
        case .unknownDirection: "出力区分がありません (no direction)"
        case .isUTF8: "UTF-8で書かれています (UTF-8, not Shift_JIS)"
        case .emptyLine: "空の行です (empty line)"
        case .unknownRecord(let text): "未知のレコードです (unknown record): \(text)"
        case .notInVersion: "この版にはありません (not in this version)"
        case .outOfPlace: "位置が違います (out of place)"
        case .repeated: "重複しています (stands twice)"
        case .extraFields(let count): "項目が\(count)個多すぎます (extra fields)"
        case .missing: "必須の項目が空です (empty)"
        case .tooLong(let count): "\(count)バイトで長すぎます (too long)"
        case .notAllowed: "値が正しくありません (not allowed)"
        case .undecodable: "文字として読めません (not text)"
        case .withoutUsage: "用法レコードがありません (no usage)"
        case .withoutVisit: "調剤の記録がありません (no visit)"
        case .replaced(let old, let new): "\(old)→\(new.isEmpty ? "(削除)" : new)"
        case .shortened(let count): "\(count)バイトに短縮しました (shortened)"
        case .amountMoved: "数量を補足に記載しました (amount stands in a note)"
        case .usageUnknown: "用法の記載がありません (usage not known)"
        }
    }
}
