internal import Octets
package import Records
package import TransparencyLog

/// A witness as a log speaks to it.
package protocol WitnessPort: Sendable {
    /// The key of its cosignatures.
    var key: WitnessKey { get }
    /// Sends a submission; nothing where it cannot be reached.
    func submit(_ submission: WitnessSubmission) async -> WitnessAnswer?
    /// The checkpoint of a log that it cosigned last; nothing where it has none to show.
    func latest(of origin: String) async -> SignedNote?
}

/// How far a log is cosigned.
package struct WitnessStanding: Hashable, Sendable {
    /// How many witnesses have to cosign, and how many there are.
    package var quorum: Int
    package var witnessCount: Int
    /// The largest size that enough of them cosigned.
    package var cosignedSize: UInt64 = 0
    /// What each witness said last that was no cosignature, by its name.
    package var troubles: [String: String] = [:]
}

/// Collects cosignatures (C2SP tlog-witness) over the checkpoints of an open store, round by round.
///
/// A witness that contradicts is not believed on its word: it must show a checkpoint that this log's
/// own key signed and that this store does not hold. Then somebody else writes under the same key,
/// or the store was put back to an older state: it is closed for good, evidence kept.
package actor HistoryWitnesses {
    /// The file of the last checkpoint that enough witnesses cosigned.
    static let cosignedFileName = "cosigned"

    private nonisolated let store: HistoryStore
    private nonisolated let witnesses: [any WitnessPort]
    private nonisolated let quorum: Int
    private var cosigned: [String: UInt64] = [:]
    private var troubles: [String: String] = [:]
    private var quorumSize: UInt64
    /// What time it was at the last round that counted, as the most careful of its witnesses said.
    package private(set) var cosignedTime: Instant?

    /// Witnesses of a store, of which `quorum` have to cosign.
    package init(
        _ store: HistoryStore, _ witnesses: [any WitnessPort], quorum: Int
    ) async throws(HistoryError) {
        (self.store, self.witnesses, self.quorum) = (store, witnesses, quorum)
        let kept = try await store.cosignedCheckpoint()
        quorumSize = kept?.checkpoint.size ?? 0
        cosignedTime = kept.flatMap { Self.time(in: $0.note, of: witnesses) }
        for witness in witnesses {
            guard let kept, (try? witness.key.time(in: kept.note)) != nil else { continue }
            cosigned[witness.key.name] = kept.checkpoint.size
        }
    }

    /// How far the log is cosigned.
    package var standing: WitnessStanding {
        WitnessStanding(
            quorum: quorum, witnessCount: witnesses.count, cosignedSize: quorumSize,
            troubles: troubles)
    }

    /// One round: a checkpoint over everything that is durable, to every witness. Throws only where
    /// the store is closed, or has to be.
    package func round() async throws(HistoryError) {
        let note = try await store.checkpoint()
        let head = try Self.checkpoint(note)
        let archive = await store.archive()
        let prover = try await store.reading { () throws(HistoryError) in
            let prover = try archive.prover()
            guard try prover.root(size: head.size) == head.root else {
                archive.index?.forget()
                return try archive.prover()
            }
            return prover
        }
        var gathered = note
        var count = 0
        for witness in witnesses {
            guard
                let signature = try await cosignature(of: witness, note, head, prover)
            else { continue }
            gathered.append(signature)
            count += 1
            cosigned[witness.key.name] = head.size
            troubles[witness.key.name] = nil
        }
        guard count >= quorum, count > 0 else { return }
        try await store.keep(cosigned: gathered)
        quorumSize = head.size
        cosignedTime = Self.time(in: gathered, of: witnesses)
    }

    private static func time(in note: SignedNote, of witnesses: [any WitnessPort]) -> Instant? {
        witnesses.compactMap { try? $0.key.time(in: note) }.min()
            .flatMap { Int64(exactly: $0) }.map(Instant.init(seconds:))
    }

    private func cosignature(
        of witness: any WitnessPort, _ note: SignedNote, _ head: Checkpoint,
        _ prover: MerkleProver<HistoryError>
    ) async throws(HistoryError) -> NoteSignature? {
        let name = witness.key.name
        var oldSize = min(cosigned[name] ?? 0, head.size)
        // Once as remembered, once as the witness says.
        for _ in 0..<2 {
            let (old, size) = (oldSize, head.size)
            let proof = try await store.reading { () throws(HistoryError) in
                try old == 0 ? [] : prover.consistency(from: old, to: size) ?? []
            }
            let submission = WitnessSubmission(oldSize: oldSize, proof: proof, note: note)
            guard let answer = await witness.submit(submission) else {
                troubles[name] = "unreachable"
                return nil
            }
            switch answer {
            case .signed(let signatures):
                let signature = signatures.first { witness.key.time($0, over: note.text) != nil }
                if signature == nil { troubles[name] = "its signature does not verify" }
                return signature
            case .otherSize(let size) where size <= head.size && size != oldSize:
                oldSize = size
            case .otherSize, .inconsistent:
                troubles[name] = "it says that it knows another history"
                try await judge(witness)
                return nil
            case .refused(let reason):
                troubles[name] = reason
                return nil
            }
        }
        troubles[name] = "it changes its mind"
        return nil
    }

    /// Whether a witness that contradicts can show what our own key signed and we do not hold.
    /// That is judged by the segments themselves.
    private func judge(_ witness: any WitnessPort) async throws(HistoryError) {
        guard let note = await witness.latest(of: store.origin),
            let shown = try? Checkpoint(note, of: store.logKey)
        else { return }
        let archive = await store.archive()
        let root = try await store.reading { () throws(HistoryError) in
            MerkleProver(leafHashes: try archive.leafHashes()).root(size: shown.size)
        }
        guard root != shown.root else { return }
        try await store.condemn(by: note, of: shown.size)
    }

    private static func checkpoint(_ note: SignedNote) throws(HistoryError) -> Checkpoint {
        do throws(NoteError) { return try Checkpoint(text: note.text) } catch {
            throw .foreign(file: CheckpointFile.fileName, reason: "it is no checkpoint")
        }
    }
}
