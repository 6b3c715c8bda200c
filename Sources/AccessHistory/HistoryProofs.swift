internal import Octets
package import TransparencyLog

extension HistoryArchive {
    /// The hashes of all leaves, in order.
    func leafHashes() throws(HistoryError) -> [SHA256Digest] {
        var hashes: [SHA256Digest] = []
        hashes.reserveCapacity(Int(size))
        try forEach(from: 0) { entry in
            hashes.append(entry.leafHash)
            return true
        }
        return hashes
    }

    /// What makes proofs over this archive's entries, or those of a later one.
    func prover() throws(HistoryError) -> MerkleProver<HistoryError> {
        let nodes = try byIndex { (index) throws(IndexFailure) in try index.nodes(self) }
        guard let nodes else {
            let hashes = try leafHashes()
            var nodes = TreeNodes()
            for hash in hashes { nodes.append(hash) }
            return MerkleProver(nodes: nodes) { (group) throws(HistoryError) in
                let start = Int(group) * TreeNodes.width
                return Array(hashes[start..<start + TreeNodes.width])
            }
        }
        return MerkleProver(nodes: nodes) { (group) throws(HistoryError) in
            let leaves = try byIndex { (index) throws(IndexFailure) in
                try index.leaves(of: group, in: self)
            }
            guard let leaves else {
                throw .foreign(file: HistoryIndex.folderName, reason: "ask again: it is made anew")
            }
            return leaves
        }
    }

    /// One entry's leaf and the proof that a signed checkpoint holds it.
    package func proof(
        of index: UInt64, under note: SignedNote
    ) throws(HistoryError) -> (leaf: [UInt8], file: ProofFile) {
        let head: Checkpoint
        do throws(NoteError) {
            head = try Checkpoint(text: note.text)
        } catch {
            throw .foreign(file: CheckpointFile.fileName, reason: "it is no checkpoint")
        }
        let leaf = try sealedEntry(at: index).leaf
        // What the index made up would not lead to the root: then it is made anew.
        for _ in 0..<2 {
            let hashes = try prover().inclusion(of: index, size: head.size)
            guard let hashes else { throw .noEntry(index: index) }
            do throws(ProofRefusal) {
                try MerkleVerifier.checkInclusion(
                    of: leaf.hash, at: index, size: head.size, root: head.root, proof: hashes)
                return (leaf.octets, ProofFile(index: index, hashes: hashes, checkpoint: note))
            } catch { self.index?.forget() }
        }
        throw .damaged(
            file: CheckpointFile.fileName, offset: 0,
            reason: "it names another root than the entries give")
    }

    /// Checks a receipt: its checkpoint is the log's and holds the entry that stands here now.
    package func check(_ receipt: ProofFile, of log: NoteKey) throws(HistoryError) -> Checkpoint {
        let leaf = try sealedEntry(at: receipt.index).leaf.octets
        do throws(ProofFileRefusal) { return try receipt.check(entry: leaf, log: log) } catch {
            let reason =
                switch error {
                case .checkpoint: "its checkpoint is not this log's"
                case .proof: "its checkpoint does not hold entry \(receipt.index) as it stands"
                }
            throw .foreign(file: "receipt", reason: reason)
        }
    }

    /// The log's key, where the store's keys are at hand.
    package var logKey: NoteKey? { ring?.signer.key }

    /// Writes the log as C2SP tiles below a folder: full tiles and the partial ones of this
    /// size, the checkpoint last. What an earlier export wrote stays, and must agree.
    package func exportTiles(to folder: String, under note: SignedNote) throws(HistoryError) {
        let head: Checkpoint
        do throws(NoteError) {
            head = try Checkpoint(text: note.text)
        } catch {
            throw .foreign(file: CheckpointFile.fileName, reason: "it is no checkpoint")
        }
        let target = try TileFolder(path: folder)
        var builder = TileBuilder()
        try forEach(from: 0) { (entry) throws(HistoryError) in
            guard entry.frame.index < head.size else { return false }
            for tile in builder.append(entry.frame.leaf.octets) { try target.write(tile) }
            return true
        }
        guard builder.root == head.root else {
            throw .damaged(
                file: CheckpointFile.fileName, offset: 0,
                reason: "it names another root than the entries give")
        }
        for tile in builder.partialTiles() { try target.write(tile) }
        try target.writeCheckpoint(note.octets)
    }
}
