import Cryptography
import Executors
package import Octets
package import Records
package import TransparencyLog

/// A witness of logs (C2SP tlog-witness): it cosigns a checkpoint only if the log grew from the
/// one it cosigned last, and keeps that before it answers. So of one log there are never two
/// stories with its name under them, over restarts too.
///
/// The order in which a submission is judged, each step with its answer: form (400), log known
/// (404), signed by it (403), old size within the new (400), old size the one cosigned last (409),
/// proof (422), kept (500). Checking and keeping happen in one turn of this actor.
package actor Witness {
    /// The name under which the simulated witness signs.
    package static let name = "witness.localhost/madoguchi-simulation"
    private let cosigner: Cosigner
    private let files: WitnessFiles
    private let executor = BlockingExecutor(label: "witness")
    private var logs: [NoteKey]
    /// By SHA-256 of the origin, as the files are.
    private var latest: [SHA256Digest: Cosigned]
    private var conflicts: Set<SHA256Digest>

    /// What was cosigned last.
    private struct Cosigned {
        var checkpoint: Checkpoint
        var note: SignedNote
    }

    /// A witness whose state lies in a folder; it is the only one that works there.
    package init(cosigner: Cosigner, folder: String) throws(SetupError) {
        self.cosigner = cosigner
        files = try WitnessFiles(folder: folder)
        logs = try files.logs()
        latest = [:]
        for note in try files.checkpoints(of: cosigner.key) {
            latest[Self.digest(note.checkpoint.origin)] = Cosigned(
                checkpoint: note.checkpoint, note: note.note)
        }
        conflicts = try files.conflicts()
    }

    /// Keeping blocks: it has a thread of its own.
    nonisolated package var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// The key whose cosignatures logs collect.
    nonisolated package var key: WitnessKey { cosigner.key }

    /// Watches a log from now on; returns when that is kept.
    package func watch(_ log: NoteKey) throws(WitnessRefusal) {
        guard !logs.contains(log) else { return }
        guard files.keep(logs + [log]) else { throw .notKept }
        logs.append(log)
    }

    /// Judges a submission; the cosignature, once it is kept.
    package func cosign(
        _ submission: CheckpointSubmission, at now: Instant
    ) throws(WitnessRefusal) -> NoteSignature {
        let checkpoint = submission.checkpoint
        let signatures = try signatures(of: submission)
        guard submission.oldSize <= checkpoint.size else {
            throw .malformed("the old size lies beyond the checkpoint")
        }
        let origin = Self.digest(checkpoint.origin)
        let last = latest[origin]
        guard submission.oldSize == last?.checkpoint.size ?? 0 else {
            throw .otherSize(last?.checkpoint.size ?? 0)
        }
        guard Self.grew(from: last?.checkpoint, submission) else {
            if last?.checkpoint.size == checkpoint.size { remember(conflict: submission) }
            throw .inconsistent
        }
        var note: SignedNote
        let cosignature: NoteSignature
        do throws(NoteError) {
            note = try SignedNote(text: submission.note.text)
            for signature in signatures { note.append(signature) }
            cosignature = try cosigner.cosignature(
                over: note.text, atSeconds: UInt64(max(0, now.milliseconds / 1000)))
        } catch { throw .malformed("\(error)") }
        note.append(cosignature)
        guard files.keep(note, of: origin) else { throw .notKept }
        latest[origin] = Cosigned(checkpoint: checkpoint, note: note)
        return cosignature
    }

    /// Whether the tree of the submission begins with the one that was cosigned last.
    private static func grew(
        from last: Checkpoint?, _ submission: CheckpointSubmission
    ) -> Bool {
        let checkpoint = submission.checkpoint
        guard checkpoint.size > 0 else {
            return submission.proof.isEmpty && checkpoint.root == MerkleHash.emptyRoot
        }
        guard let last, last.size > 0 else { return submission.proof.isEmpty }
        do throws(ProofRefusal) {
            try MerkleVerifier.checkConsistency(
                from: last.size, last.root, to: checkpoint.size, checkpoint.root,
                proof: submission.proof)
            return true
        } catch { return false }
    }

    /// The log's own signatures, if it is watched and each of them is right.
    private func signatures(
        of submission: CheckpointSubmission
    ) throws(WitnessRefusal) -> [NoteSignature] {
        let keys = try keys(of: submission.checkpoint.origin)
        do throws(NoteError) { _ = try submission.note.signers(among: keys) } catch {
            throw .notSigned
        }
        return submission.note.signatures.filter { signature in
            keys.contains { $0.id == signature.keyID && $0.name == signature.name }
        }
    }

    private func keys(of origin: String) throws(WitnessRefusal) -> [NoteKey] {
        let keys = logs.filter { $0.name.utf8.elementsEqual(origin.utf8) }
        guard !keys.isEmpty else { throw .unknownLog }
        return keys
    }

    static func digest(_ origin: String) -> SHA256Digest {
        SHA256Digest(hashing: Array(origin.utf8))
    }

    /// Two roots of one size, both signed by the log, are proof that it told two stories.
    private func remember(conflict submission: CheckpointSubmission) {
        let origin = Self.digest(submission.checkpoint.origin)
        guard !conflicts.contains(origin), files.keep(conflict: submission.note, of: origin)
        else { return }
        conflicts.insert(origin)
    }
}

extension Witness {
    /// How one log stands.
    package struct Standing: Hashable, Sendable {
        /// Whether it told two stories.
        package var isForked: Bool
        /// The keys that may sign for it.
        package var keys: [NoteKey]
        /// What was cosigned last, and when, in seconds since 1970.
        package var cosigned: (checkpoint: Checkpoint, seconds: UInt64)? {
            get { checkpoint.map { ($0, seconds) } }
        }
        /// Its name.
        package var origin: String
        fileprivate var checkpoint: Checkpoint?
        fileprivate var seconds: UInt64
    }

    /// Every log that is watched.
    package var standings: [Standing] {
        Dictionary(grouping: logs, by: \.name).sorted { $0.key < $1.key }.map { origin, keys in
            let last = latest[Self.digest(origin)]
            return Standing(
                isForked: conflicts.contains(Self.digest(origin)), keys: keys, origin: origin,
                checkpoint: last?.checkpoint,
                seconds: last.flatMap { try? key.time(in: $0.note) } ?? 0)
        }
    }

    /// The checkpoint of a log that was cosigned last, by SHA-256 of its origin.
    package func cosigned(_ origin: SHA256Digest) -> SignedNote? {
        latest[origin]?.note
    }

    /// Judges the proof that an entry stands in a tree that was cosigned here; its log and index.
    /// The entry travels with the proof.
    package func check(
        _ proof: ProofFile
    ) throws(WitnessRefusal) -> (origin: String, index: UInt64) {
        guard let entry = proof.extra else { throw .malformed("the entry is missing") }
        let origin = String(proof.checkpoint.text.prefix { $0 != "\n" })
        let keys = try keys(of: origin)
        do throws(NoteError) { _ = try key.time(in: proof.checkpoint) } catch { throw .notSigned }
        for log in keys {
            do throws(ProofFileRefusal) {
                _ = try proof.check(entry: entry, log: log)
                return (origin, proof.index)
            } catch .checkpoint(.notSigned) {
                continue
            } catch .checkpoint {
                throw .notSigned
            } catch { throw .inconsistent }
        }
        throw .notSigned
    }
}
