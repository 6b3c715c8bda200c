/// A code of a public table of the qualification check (オンライン資格確認のコード表): the raw
/// value is the code itself, as it travels and as a claims computer knows it.
package protocol DomainCode: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The table's public name, `OQSCD006`.
    static var table: String { get }
    /// What the code means, in Japanese.
    var japanese: String { get }
}
