import Cryptography
package import Octets
package import Records

/// What a reading under a grant gives.
package struct Opened: Sendable {
    /// The person whose records they are.
    package var person: Person
    /// The patient's id for the institution.
    package var patient: String
    /// SHA-256 of the statement the grant answers.
    package var statement: SHA256Digest
    /// The business date.
    package var date: LocalDate
}

/// A reading: which item, under which grant, with which intent.
package struct Reading: Hashable, Sendable {
    /// The item.
    package var item: RecordItem
    /// The grant's id, as it was sent.
    package var grant: String?
    /// Where the intent stands, as it was sent.
    package var intent: String?

    /// A reading.
    package init(item: RecordItem, grant: String?, intent: String?) {
        (self.item, self.grant, self.intent) = (item, grant, intent)
    }
}

/// The rule order of readings:
///
/// 1. a grant is named → `grant-missing`, an intent → `intent-missing`
/// 2. the grant was made here, for this institution → `grant-unknown`
/// 3. not withdrawn → `grant-withdrawn`
/// 4. not ended, and the card still the same person's (or the mode still on) → `grant-ended`
/// 5. the card's certificate good still → `certificate-revoked`, `certificate-suspended`
/// 6. the item is in it → `item-not-consented`
extension House {
    /// Opens an item under a grant, and journals it, refused or not.
    package func open(_ reading: Reading, asked: Asked) throws(Refusal) -> Opened {
        var entry = asked.entry(reading.item.rawValue)
        do throws(Refusal) {
            let opened = try opened(reading, asked, &entry)
            entry.item = reading.item.rawValue
            journal.append(entry)
            return opened
        } catch {
            (entry.status, entry.problem) = (error.kind.status, error.kind.rawValue)
            journal.append(entry)
            throw error
        }
    }

    private func opened(
        _ reading: Reading, _ asked: Asked, _ entry: inout JournalEntry
    ) throws(Refusal) -> Opened {
        let (id, grant) = try grant(reading.grant, asked, &entry)
        guard let intent = reading.intent.flatMap(JournalEntry.IntentPlace.init(header:)) else {
            throw Refusal(.intentMissing)
        }
        entry.intent = intent
        guard !journal.isWithdrawn(grant: id) else { throw Refusal(.grantWithdrawn) }
        guard asked.now < grant.until,
            stands(grant, asked) || asked.fault?.kind == .wrongPatient
        else { throw Refusal(.grantEnded) }
        if let refusal = Refusal.ofCard(grant.certificate, in: asked.register, isOpen: true) {
            throw refusal
        }
        entry.mode = grant.mode
        guard let consent = grant.consents.first(where: { $0.item == reading.item }) else {
            throw Refusal(.itemNotConsented)
        }
        guard asked.now < consent.until else { throw Refusal(.grantEnded) }
        let shown =
            asked.fault?.kind == .wrongPatient ? other(than: grant.person) : grant.person
        return Opened(
            person: try person(shown, at: asked.now),
            patient: pairwise.id(of: shown, for: asked.audience),
            statement: asked.fault?.kind == .wrongStatement
                ? SHA256Digest(hashing: grant.statement.octets) : grant.statement,
            date: businessDate(at: asked.now))
    }

    /// Whether what a grant rests on still holds: the card is the person's, or the mode goes on.
    private func stands(_ grant: GrantContents, _ asked: Asked) -> Bool {
        if let mode = grant.mode {
            return self.mode(mode, for: asked.identity, at: asked.now) != nil
        }
        guard let certificate = grant.certificate else { return false }
        return owner(of: certificate, asked.register, at: asked.now) == grant.person
    }

    /// The grant behind an id, if it is this institution's.
    private func grant(
        _ text: String?, _ asked: Asked, _ entry: inout JournalEntry
    ) throws(Refusal) -> (id: SHA256Digest, grant: GrantContents) {
        guard let text else { throw Refusal(.grantMissing) }
        guard let grant = seal.grant(id: text), grant.institution == asked.audience else {
            throw Refusal(.grantUnknown)
        }
        (entry.person, entry.statement) = (grant.person, grant.statement)
        entry.way = grant.way
        entry.patient = pairwise.id(of: grant.person, for: asked.audience)
        return (SHA256Digest(hashing: Array(text.utf8)), grant)
    }

    /// Withdraws a grant: from now on it opens nothing. A second time changes nothing.
    package func withdraw(
        grant text: String?, intent: String?, asked: Asked
    ) throws(Refusal) -> Withdrawn {
        var entry = asked.entry("withdrawal")
        entry.intent = intent.flatMap(JournalEntry.IntentPlace.init(header:))
        do throws(Refusal) {
            let (id, grant) = try grant(text, asked, &entry)
            entry.withdrawn = JournalEntry.Withdrawal(grant: id, until: grant.until)
            entry.consents = grant.consents.map {
                JournalEntry.ConsentDecision(item: $0.item.rawValue, .withdrawn)
            }
            journal.forget(at: asked.now)
            journal.append(entry)
            return Withdrawn(
                patient: pairwise.id(of: grant.person, for: asked.audience),
                statement: grant.statement)
        } catch {
            (entry.status, entry.problem) = (error.kind.status, error.kind.rawValue)
            journal.append(entry)
            throw error
        }
    }
}

/// A withdrawn grant's patient and statement: every answer echoes both.
package struct Withdrawn: Hashable, Sendable {
    /// The patient's id for the institution.
    package var patient: String
    /// SHA-256 of the statement the grant answered.
    package var statement: SHA256Digest
}
