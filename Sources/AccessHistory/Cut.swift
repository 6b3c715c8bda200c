internal import Cryptography
internal import Disclosures
internal import Octets

/// Octets of an unfinished write that were cut off, kept beside the segment.
///
/// They are first saved as `<segment>.<offset>.cut`; once an entry names the cut the file is
/// renamed to `….broken`. So a cut that no entry names yet is found again after a crash.
struct Cut: Sendable {
    static let suffix = ".cut"
    static let recordedSuffix = ".broken"

    let fileName: String
    let note: StoreNote

    /// Saves a tail and puts zeros in its place.
    static func make(
        _ tail: (offset: UInt64, octets: [UInt8]), in end: StoreEnd.Found, on disk: any HistoryDisk
    ) throws(HistoryError) {
        guard let segment = end.segments.last, let file = end.current?.file else { return }
        try disk.replace("\(segment.name).\(tail.offset)\(suffix)", with: tail.octets)
        try file.write([UInt8](repeating: 0, count: tail.octets.count), at: tail.offset)
        try file.sync()
    }

    /// The cuts that no entry names yet.
    static func pending(on disk: any HistoryDisk) throws(HistoryError) -> [Cut] {
        var cuts: [Cut] = []
        for name in try disk.names() where name.hasSuffix(suffix) {
            let parts = name.dropLast(suffix.count).split(separator: ".")
            guard parts.count == 3, let offset = UInt64(parts[2]),
                let octets = try disk.read(name, longest: Int(Int32.max))
            else {
                throw .foreign(file: name, reason: "it is not named like a cut of this store")
            }
            var note = StoreNote()
            note.segment = "\(parts[0]).\(parts[1])"
            (note.offset, note.octetCount) = (offset, UInt64(octets.count))
            note.digest = SHA256Digest(hashing: octets)
            cuts.append(Cut(fileName: name, note: note))
        }
        return cuts
    }

    /// Says that an entry names the cut now.
    func recorded(on disk: any HistoryDisk) throws(HistoryError) {
        let digest = note.digest?.hex.prefix(16) ?? ""
        try disk.rename(
            fileName, to: "\(fileName.dropLast(Self.suffix.count)).\(digest)\(Self.recordedSuffix)")
    }
}
