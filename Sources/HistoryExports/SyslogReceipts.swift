package import Octets

/// What a syslog receiver has of a log, read from the lines that it wrote: each names origin, index and
/// leaf hash in its structured data, whatever the receiver put before it.
package struct SyslogReceipts: Sendable {
    /// The longest line that is looked at, in octets.
    package static let longestLineOctetCount = 65_536

    private let origin: String
    /// The leaf hash of each entry by its index.
    private var hashes: [UInt64: SHA256Digest] = [:]
    /// How many lines were of this log.
    package private(set) var lineCount = 0
    /// Entries that came twice with another leaf hash.
    package private(set) var contradicted: Set<UInt64> = []

    /// Receipts of one log.
    package init(origin: String) { self.origin = origin }

    /// Takes a line; others than this log's are passed over.
    package mutating func take(line: some StringProtocol) {
        guard let start = line.firstRange(of: "[\(SyslogExport.structuredDataID) origin=\"") else {
            return
        }
        let rest = line[start.upperBound...].split(
            separator: "\"", maxSplits: 5, omittingEmptySubsequences: false)
        guard rest.count == 6, rest[0].utf8.elementsEqual(origin.utf8), rest[1] == " index=",
            let index = UInt64(rest[2]), rest[3] == " leafHash=",
            let hash = SHA256Digest(hex: String(rest[4]))
        else { return }
        lineCount += 1
        if let known = hashes.updateValue(hash, forKey: index), known != hash {
            contradicted.insert(index)
        }
    }

    /// What the receiver has of an entry.
    package enum Standing: Hashable, Sendable { case same, missing, different }

    /// How an entry with a leaf hash stands there.
    package func standing(of index: UInt64, _ leafHash: SHA256Digest) -> Standing {
        guard let hash = hashes[index] else { return .missing }
        return hash == leafHash && !contradicted.contains(index) ? .same : .different
    }
}
