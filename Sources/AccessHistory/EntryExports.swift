internal import Disclosures
package import HistoryExports
package import Octets
package import TransparencyLog

extension HistoryArchive {
    /// Exports the entries from an index on, as far as a signed checkpoint goes, piece by piece.
    /// Gives back how many entries were passed on.
    ///
    /// The whole tree is read and must give the checkpoint's root before the end is written: what is
    /// not whole is not exported as if it were.
    package func export<Failure: Error>(
        _ form: some EntryExport, from first: UInt64, under note: SignedNote,
        to write: ([UInt8]) throws(Failure) -> Void, failure: (Failure) -> HistoryError
    ) throws(HistoryError) -> UInt64 {
        func put(_ octets: [UInt8]) throws(HistoryError) {
            guard !octets.isEmpty else { return }
            do throws(Failure) { try write(octets) } catch { throw failure(error) }
        }
        var count: UInt64 = 0
        var piece = form.beginning
        try walk(from: first, under: note) { (entry) throws(HistoryError) in
            piece += form.octets(of: entry)
            count += 1
            if piece.count >= Self.pieceOctetCount {
                try put(piece)
                piece.removeAll(keepingCapacity: true)
            }
        }
        try put(piece)
        try put(form.end)
        return count
    }

    /// Hands over the entries from an index on, as far as a signed checkpoint goes. Returns only if
    /// the whole tree gives the checkpoint's root.
    package func walk(
        from first: UInt64, under note: SignedNote,
        _ body: (ExportedEntry) throws(HistoryError) -> Void
    ) throws(HistoryError) {
        let head: Checkpoint
        do throws(NoteError) { head = try Checkpoint(text: note.text) } catch {
            throw .foreign(file: CheckpointFile.fileName, reason: "it is no checkpoint")
        }
        var frontier = TreeFrontier()
        try forEach(from: 0) { (entry) throws(HistoryError) in
            guard entry.frame.index < head.size else { return false }
            frontier.append(entry.leafHash)
            if entry.frame.index >= first { try body(try exported(entry, origin: head.origin)) }
            return true
        }
        guard frontier.size == head.size, frontier.root == head.root else {
            throw .damaged(
                file: CheckpointFile.fileName, offset: 0,
                reason: "it names another root than the entries give")
        }
    }

    /// Whether there is an entry from an index on that tells of more than an export: what only says
    /// that somebody was fed is no news to be fed, or two feeds would keep each other going for ever.
    package func hasNews(from first: UInt64) throws(HistoryError) -> Bool {
        guard first < size else { return false }
        var isNews = false
        try forEach(from: first) { entry in
            let event = try? open(entry)
            isNews = !(event?.kind == .historyRead && event?.reason == "export")
            return !isNews
        }
        return isNews
    }

    /// The leaf hash of one entry.
    package func leafHash(at index: UInt64) throws(HistoryError) -> SHA256Digest {
        try sealedEntry(at: index).leaf.hash
    }

    private static let pieceOctetCount = 256 << 10

    private func exported(
        _ entry: ScannedGroup.Entry, origin: String
    ) throws(HistoryError) -> ExportedEntry {
        var opened: ExportedEntry.Opened?
        if let key = monthKey(entry.frame.leaf.keyID), !ErasedBody.isOne(entry.body) {
            let whole = try Sealing(origin: origin)
                .openWhole(entry.body, leaf: entry.frame.leaf, under: key)
            opened = ExportedEntry.Opened(
                salt: whole.salt, octets: whole.octets, event: whole.event)
        }
        return ExportedEntry(
            origin: origin, index: entry.frame.index, leaf: entry.frame.leaf.octets,
            leafHash: entry.leafHash, opened: opened)
    }
}
