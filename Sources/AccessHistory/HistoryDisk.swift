/// What the store asks of a disk. The real one is `PosixDisk`; tests put one in its place that
/// fails or forgets.
protocol HistoryDisk: Sendable {
    /// Keeps every other process out until the lock is let go.
    func lock() throws(HistoryError) -> any HistoryLock
    /// The names of all files in the folder.
    func names() throws(HistoryError) -> [String]
    /// Opens a file that is there; for reading only where nothing will be written.
    func open(_ name: String, writable: Bool) throws(HistoryError) -> any HistoryFile
    /// The whole of a small file; nothing if it is not there.
    func read(_ name: String, longest: Int) throws(HistoryError) -> [UInt8]?
    /// Makes an empty file under a name that nothing has.
    func create(_ name: String) throws(HistoryError) -> any HistoryFile
    /// Gives a file another name; what stood under that is gone. Not durable before `syncNames`.
    func move(_ name: String, to other: String) throws(HistoryError)
    /// Removes a file, if it is there. Not durable before `syncNames`.
    func remove(_ name: String) throws(HistoryError)
    /// Makes the names durable (fsync of the folder).
    func syncNames() throws(HistoryError)
}

extension HistoryDisk {
    /// Puts a whole file in place of whatever stood under the name: durable, or not at all.
    func replace(_ name: String, with octets: [UInt8]) throws(HistoryError) {
        let draft = name + ".new"
        try remove(draft)
        let file = try create(draft)
        try file.write(octets, at: 0)
        try file.syncWhole()
        try rename(draft, to: name)
    }

    /// Gives a file another name, durably.
    func rename(_ name: String, to other: String) throws(HistoryError) {
        try move(name, to: other)
        try syncNames()
    }
}

/// A file that is read and written by offset.
protocol HistoryFile: Sendable {
    /// Its size in octets.
    func size() throws(HistoryError) -> UInt64
    /// The octets from an offset, fewer than asked for only at the end.
    func read(at offset: UInt64, count: Int) throws(HistoryError) -> [UInt8]
    /// Writes all octets at an offset. Not durable before `sync`.
    func write(_ octets: [UInt8], at offset: UInt64) throws(HistoryError)
    /// Makes what was written durable, with the size needed to read it back (fdatasync).
    func sync() throws(HistoryError)
    /// Makes the file durable with all that the system keeps of it (fsync).
    func syncWhole() throws(HistoryError)
    /// Cuts the file to a size.
    func truncate(to size: UInt64) throws(HistoryError)
    /// Drops what the system remembers of the file from an offset on, so that the next read
    /// comes from the disk.
    func forgetCache(from offset: UInt64)
}

/// Keeps others out for as long as it lives.
protocol HistoryLock: Sendable {}
