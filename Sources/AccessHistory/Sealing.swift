internal import Cryptography
internal import Disclosures
internal import Octets
internal import Records

/// An event made ready for the writer: committed to and sealed, outside the writer's turn.
struct SealedEntry: Sendable {
    let leaf: Leaf
    let leafHash: SHA256Digest
    let body: [UInt8]
    let month: YearMonth
    /// Whether an intent begins with it.
    let opensIntent: Bool
    /// Which intent ends with it.
    let closedIntent: UInt64?
    /// Whether it may use the room that is kept for what ends.
    let isClosing: Bool
    /// What the index keeps of it.
    let indexed: IndexedEvent
}

/// How a log commits to events and seals them; both bind the log's origin.
struct Sealing: Sendable {
    static let prefix = Array("madoguchi history v1\n".utf8)
    static let saltOctetCount = 32
    static let tagOctetCount = 16
    static let longestBodyOctetCount =
        saltOctetCount + HistoryEvent.longestOctetCount + tagOctetCount

    private let boundOrigin: [UInt8]

    init(origin: String) {
        var octets: [UInt8] = []
        octets.append(bigEndian: UInt16(origin.utf8.count))
        boundOrigin = octets + Array(origin.utf8)
    }

    /// SHA-256(prefix ‖ length of origin ‖ origin ‖ salt ‖ event).
    func commitment(salt: some Collection<UInt8>, event: some Collection<UInt8>) -> SHA256Digest {
        var octets = Self.prefix
        octets.reserveCapacity(octets.count + boundOrigin.count + salt.count + event.count)
        octets += boundOrigin
        octets += salt
        octets += event
        return SHA256Digest(hashing: octets)
    }

    /// Commits to an event and seals it under a month's key.
    func seal(_ event: HistoryEvent, under key: MonthKey) throws(HistoryError) -> SealedEntry {
        let octets: [UInt8]
        do throws(DisclosureError) {
            octets = try event.encoded()
        } catch {
            throw .event(error)
        }
        let salt = RandomOctets.make(Self.saltOctetCount)
        let commitment = commitment(salt: salt, event: octets)
        let body: [UInt8]
        do throws(CryptographyError) {
            body = try AES256GCM.seal(
                salt + octets, key: key.octets, nonce: Array(commitment.octets[..<12]),
                additional: additional(keyID: key.id, commitment: commitment.octets))
        } catch {
            throw .cryptography(error)
        }
        let leaf = Leaf(
            keyID: key.id, commitment: commitment, bodyDigest: SHA256Digest(hashing: body))
        return SealedEntry(
            leaf: leaf, leafHash: leaf.hash, body: body, month: key.month,
            opensIntent: event.opensIntent, closedIntent: event.intentIndex,
            isClosing: event.isClosing,
            indexed: IndexedEvent(event))
    }

    /// Opens a body and checks that it is what the leaf committed to.
    func open(
        _ body: [UInt8], leaf: Leaf, under key: MonthKey
    ) throws(HistoryError) -> HistoryEvent {
        try openWhole(body, leaf: leaf, under: key).event
    }

    /// The same with the salt and the event's own octets, which together give the commitment.
    func openWhole(
        _ body: [UInt8], leaf: Leaf, under key: MonthKey
    ) throws(HistoryError) -> (salt: [UInt8], octets: [UInt8], event: HistoryEvent) {
        let plain: [UInt8]
        do throws(CryptographyError) {
            plain = try AES256GCM.open(
                body, key: key.octets, nonce: Array(leaf.commitment.octets[..<12]),
                additional: additional(keyID: leaf.keyID, commitment: leaf.commitment.octets))
        } catch {
            throw .cryptography(error)
        }
        guard plain.count > Self.saltOctetCount,
            commitment(
                salt: plain[..<Self.saltOctetCount], event: plain[Self.saltOctetCount...]
            ) == leaf.commitment
        else { throw .cryptography(.authenticationFailed) }
        do throws(DisclosureError) {
            let octets = Array(plain[Self.saltOctetCount...])
            return (
                Array(plain[..<Self.saltOctetCount]), octets, try HistoryEvent(octets: octets)
            )
        } catch {
            throw .event(error)
        }
    }

    /// length of origin ‖ origin ‖ version ‖ key id ‖ commitment.
    private func additional(keyID: UInt32, commitment: [UInt8]) -> [UInt8] {
        var octets = boundOrigin
        octets.append(Leaf.version)
        octets.append(bigEndian: keyID)
        return octets + commitment
    }
}
