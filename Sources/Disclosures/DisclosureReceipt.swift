package import Octets

/// That one disclosure stands in the access history: whose check-in, which item, who looks, and the
/// digest of what they see. Only `DisclosureLedger.disclose` makes one, after the entry is durable.
package struct DisclosureReceipt: Hashable, Sendable {
    /// The entry's index.
    package let index: UInt64
    /// The check-in; nothing for a patient's own look.
    package let checkIn: String?
    /// The item.
    package let item: DisclosedItem
    /// Who looks: the recipient's name, or the actor's where that is the recipient.
    package let viewer: String
    /// SHA-256 of the canonical JSON of what is shown.
    package let answerDigest: SHA256Digest

    /// The receipt of an event that was written; nothing of one that discloses nothing.
    fileprivate init?(_ event: HistoryEvent, at index: UInt64) {
        guard event.kind == .disclosure || event.kind == .viewed, let item = event.item,
            let digest = event.answerDigest
        else { return nil }
        (self.index, checkIn, self.item) = (index, event.checkIn, item)
        (viewer, answerDigest) = (event.recipient ?? event.actor.id, digest)
    }
}

/// Where entries become durable. The terminal's scribe alone is one; a test of the sources sees to it.
package protocol DisclosureLedger: Sendable {
    /// Writes an entry and returns its index once it would survive a loss of power; nothing where
    /// that cannot be.
    func makeDurable(_ event: HistoryEvent) async -> UInt64?
}

extension DisclosureLedger {
    /// Writes a disclosure, and gives the receipt with which what it tells of may be shown.
    package func disclose(_ event: HistoryEvent) async -> DisclosureReceipt? {
        guard let index = await makeDurable(event) else { return nil }
        return DisclosureReceipt(event, at: index)
    }
}

/// Something that was answered and that nobody may see yet.
package struct Withheld<Content: Sendable>: Sendable {
    private let content: Content
    /// SHA-256 of the canonical JSON of it, as the disclosure must say.
    package let answerDigest: SHA256Digest

    /// Withholds something.
    package init(_ content: Content, answerDigest: SHA256Digest) {
        (self.content, self.answerDigest) = (content, answerDigest)
    }

    /// The same in another form, withheld as well.
    package func map<Other: Sendable>(_ change: (Content) -> Other) -> Withheld<Other> {
        Withheld<Other>(change(content), answerDigest: answerDigest)
    }

    /// What is withheld, for the receipt of its own disclosure; nothing for another check-in's, of
    /// another item, to another viewer or of another answer.
    package func release(
        under receipt: DisclosureReceipt, checkIn: String?, item: DisclosedItem, to viewer: String
    ) -> Content? {
        guard receipt.checkIn == checkIn, receipt.item == item, receipt.viewer == viewer,
            receipt.answerDigest == answerDigest
        else { return nil }
        return content
    }
}

extension Withheld: CustomStringConvertible {
    /// Nothing of the content.
    package var description: String { "Withheld(\(Content.self))" }
}

extension Withheld: CustomReflectable {
    /// Nothing of the content.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
