internal import Octets
internal import TransparencyLog

/// What a store says of itself beside its segments, and whether that can be: keys, `head`, the
/// largest checkpoint. Opening and verification judge by it alike.
///
/// No crash takes a mark away. `head` is durable before the first segment is made, and of its two
/// places one always stays as it was last synced; from its first opening on a store has a
/// checkpoint, and `head` says so. So where one is missing beside entries, it was taken away or
/// the disk lost it, and the segment may be as old as whoever did it likes: nothing here could
/// tell. Only an administrator may say that this is well (`HistorySettings.acceptsLostMarks`),
/// and the opening's entry tells of it.
struct StoreMarks {
    /// The names of the segments, in order.
    let segments: [String]
    let ring: KeyRing?
    let head: Head?
    let signed: Checkpoint?
    /// What witnesses cosigned, as it lies there: only a verification judges it.
    let cosignedOctets: [UInt8]?
    private let contradiction: HistoryError?
    private let usesKeys: Bool
    private let isEmpty: Bool

    /// Reads the marks in the order in which a running store may change them under the reader:
    /// what is read later is never behind what was read before. `log` judges the checkpoint where
    /// there are no keys.
    init(
        _ disk: any HistoryDisk, origin: String?, wrapping: WrappingKey? = nil,
        usesKeys: Bool = true, log: NoteKey? = nil
    ) throws(HistoryError) {
        cosignedOctets = try disk.read(
            HistoryWitnesses.cosignedFileName, longest: SignedNote.longestOctetCount)
        let headOctets = try disk.read(Head.fileName, longest: Head.fileOctetCount)
        let checkpointOctets = try disk.read(
            CheckpointFile.fileName, longest: SignedNote.longestOctetCount)
        segments = try disk.names().filter { $0.hasSuffix(SegmentHeader.suffix) }
        let ring =
            usesKeys
            ? try KeyRing.load(origin: origin, wrapping: wrapping, from: disk) : nil
        (self.ring, self.usesKeys) = (ring, usesKeys)
        do throws(HistoryError) {
            try Contradiction.check(disk)
            contradiction = nil
        } catch { contradiction = error }
        isEmpty = segments.isEmpty && headOctets == nil && checkpointOctets == nil && ring == nil
        guard ring != nil || !usesKeys else {
            (head, signed) = (nil, nil)
            return
        }
        head = try headOctets.flatMap { (octets) throws(HistoryError) in
            try Head.latest(in: octets, key: ring?.macKey)
        }
        signed = try checkpointOctets.flatMap { (octets) throws(HistoryError) in
            guard let key = log ?? ring?.signer.key else { return nil }
            return try CheckpointFile.read(octets, log: key)
        }
    }

    /// Whether nothing at all is there, so that a new store may be made.
    var isNew: Bool { isEmpty }

    /// Refuses what cannot be: keys or every segment taken away. What is lost is given back, for
    /// `accept`.
    func lost() throws(HistoryError) -> [HistoryError] {
        if let contradiction { throw contradiction }
        guard ring != nil || !usesKeys else {
            throw .damaged(file: KeyRing.fileName, offset: 0, reason: "it is missing")
        }
        guard !segments.isEmpty else {
            // Stopped before the first entry: keys come first, then head, a key for the month,
            // the segment. Anything else means that segments were taken away.
            guard signed == nil, head.map({ $0.frontier.size == 0 }) ?? ring?.isUnused ?? false
            else {
                throw .damaged(
                    file: Head.fileName, offset: 0, reason: "every segment is missing")
            }
            return []
        }
        guard let head else {
            return [.markLost(file: Head.fileName, reason: "it is missing or broken")]
        }
        // Without a key to judge it by, a checkpoint is not asked for.
        guard head.signedSize > 0, usesKeys || signed != nil else { return [] }
        guard let signed else {
            return [
                .markLost(
                    file: CheckpointFile.fileName,
                    reason: "it is missing, though \(head.signedSize) entries were signed")
            ]
        }
        guard signed.size >= head.signedSize else {
            return [
                .markLost(
                    file: CheckpointFile.fileName,
                    reason: "it is of \(signed.size) entries, though \(head.signedSize) were signed"
                )
            ]
        }
        return []
    }
}

extension Optional where Wrapped: Sendable {
    /// `flatMap` that keeps the error's type.
    fileprivate func flatMap<Result, Failure: Error>(
        _ body: (Wrapped) throws(Failure) -> Result?
    ) throws(Failure) -> Result? {
        guard let self else { return nil }
        return try body(self)
    }
}
