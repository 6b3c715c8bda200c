/// Where everything of one simulated world lies: the folder that commands call `--state`.
package struct StatePaths: Hashable, Sendable {
    /// The folder.
    package let root: String

    /// The paths below a folder.
    package init(root: String) { self.root = root }

    /// The trust anchors of cards.
    package var trust: String { "\(root)/trust" }
    /// The simulated authorities.
    package var authority: String { "\(root)/authority" }
    /// What is the clearinghouse's own.
    package var house: String { "\(root)/clearinghouse" }
    /// The people's files.
    package var people: String { "\(house)/people" }
    /// What is the terminal's own.
    package var terminal: String { "\(root)/terminal" }
    /// The cards.
    package var cards: String { "\(root)/cards" }
    /// The token of the administration port.
    package var adminToken: String { "\(root)/admin.token" }
    /// The journal.
    package var journal: String { "\(house)/journal.jsonl" }
    /// Who may connect.
    package var clients: String { "\(house)/clients.json" }
    /// Which card belongs to whom.
    package var enrolments: String { "\(house)/cards.json" }

    /// What the witness keeps.
    package var witness: String { "\(house)/witness" }

    /// The folders, each after the one it lies in; for their owner only.
    package var folders: [String] {
        [root, trust, authority, house, people, witness, terminal, cards]
    }
}
