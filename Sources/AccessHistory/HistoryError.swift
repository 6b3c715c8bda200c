package import Cryptography
package import Disclosures
package import Records

/// Why the access history could not be opened, written or read.
package enum HistoryError: Error, Hashable, Sendable {
    /// There is no history at this path.
    case absent(path: String)
    /// Another process has the store open.
    case inUse(path: String)
    /// The file system has no room left.
    case diskFull(path: String)
    /// The file system, or the file's owner, forbids it.
    case notPermitted(path: String)
    /// A system call failed.
    case system(call: String, path: String, code: Int32)
    /// A file holds what no crash leaves behind: from here on it is not believed.
    case damaged(file: String, offset: UInt64, reason: String)
    /// A file that no crash takes away is missing or broken beside entries: without it nobody can
    /// tell whether those are all.
    case markLost(file: String, reason: String)
    /// A file belongs to another log or a later version.
    case foreign(file: String, reason: String)
    /// A witness showed a checkpoint that this log's key signed and this store does not hold:
    /// somebody else writes under its key, or the store was put back to an older state.
    case contradicted(size: UInt64)
    /// A write or sync failed earlier: nothing more is written until the store is opened anew.
    case poisoned
    /// The store was closed.
    case closed
    /// The event cannot be written, or an entry is not an event.
    case event(DisclosureError)
    /// The month's key is gone, so the entry can no longer be opened.
    case keyGone(id: UInt32)
    /// What the entry sealed was erased, as a manifest in the history tells.
    case erased
    /// What should expire has to be kept until this month.
    case retained(until: YearMonth)
    /// There is no such entry.
    case noEntry(index: UInt64)
    /// A cryptographic step failed.
    case cryptography(CryptographyError)

    /// Whether it says that the segments are not what they were: nobody may look past that.
    var isDamage: Bool {
        switch self {
        case .damaged, .event, .cryptography: true
        default: false
        }
    }

    /// Whether this ends all writing: disclosure must stop.
    package var stopsDisclosure: Bool {
        switch self {
        case .event, .keyGone, .erased, .noEntry, .retained: false
        case .absent, .inUse, .diskFull, .notPermitted, .system, .damaged, .markLost, .foreign,
            .contradicted, .poisoned, .closed, .cryptography:
            true
        }
    }
}

extension HistoryError: CustomStringConvertible {
    /// One sentence of what happened and one of what to do.
    package var description: String {
        switch self {
        case .absent(let path):
            "There is no access history in \(path). Name the terminal's state folder."
        case .inUse(let path):
            "Another process has the access history in \(path) open. Stop it, or ask it."
        case .diskFull(let path):
            "The disk is full: \(path). Free space; until then nothing is disclosed."
        case .notPermitted(let path):
            "The access history may not be written: \(path). Check owner, mode and mount."
        case .system(let call, let path, let code):
            "\(call) failed on \(path) (errno \(code)). Check the disk before starting again."
        case .damaged(let file, let offset, let reason):
            "\(file) is damaged at octet \(offset): \(reason). Keep the folder as it is and "
                + "compare it with the last checkpoint that was handed out."
        case .markLost(let file, let reason):
            "\(file) of the access history is lost: \(reason). Put it back from a copy. Only "
                + "where there is none: compare the folder with the last checkpoint that was "
                + "handed out, then start once with madoguchid --accept-lost-marks; an entry "
                + "will say so."
        case .foreign(let file, let reason):
            "\(file) cannot be used here: \(reason)."
        case .contradicted(let size):
            "A witness holds a checkpoint over \(size) entries that this history's own key signed and "
                + "that this history does not contain; it lies in the file contradiction. Another "
                + "copy of this folder was written, or an older one was put back. Find the copy that "
                + "the witness knows; if there is none, set historyName in the configuration to a "
                + "new name and begin a new history: madoguchi history new-origin; it keeps this folder."
        case .poisoned:
            "An earlier write of the access history failed. Check the disk, then restart."
        case .closed: "The access history is closed. Restart to open it."
        case .event(let cause): "The entry is not an event: \(cause)."
        case .keyGone(let id): "The key \(id) that sealed this entry is gone."
        case .erased: "What this entry held was erased; `history list` shows by whom and why."
        case .retained(let month):
            "This has to be kept until \(month)."
        case .noEntry(let index): "There is no entry \(index)."
        case .cryptography(let cause): "A cryptographic step failed: \(cause)."
        }
    }
}
