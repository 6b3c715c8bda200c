internal import Glibc

/// How full the file system of a folder is.
package struct DiskRoom: Hashable, Sendable {
    /// How far it has come.
    package enum Level: Int, Hashable, Sendable, Comparable {
        /// There is room.
        case ample
        /// Four fifths are used: time to think of it.
        case filling = 80
        /// Nineteen twentieths are used: time to act.
        case nearlyFull = 95

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// Octets that may still be written.
    package var freeOctets: UInt64
    /// How much of what may be used is used.
    package var usedPercent: Int

    /// Asks the system; nothing where it does not say.
    package init?(folder: String) {
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0 else { return nil }
        let (used, free) = (status.f_blocks - min(status.f_bfree, status.f_blocks), status.f_bavail)
        self.init(
            freeOctets: UInt64(free) * UInt64(status.f_frsize),
            usedPercent: used + free == 0
                ? 100 : Int((used * 100 + used + free - 1) / (used + free)))
    }

    /// Room as told.
    package init(freeOctets: UInt64, usedPercent: Int) {
        (self.freeOctets, self.usedPercent) = (freeOctets, usedPercent)
    }

    /// How far it has come.
    package var level: Level {
        usedPercent >= Level.nearlyFull.rawValue
            ? .nearlyFull : usedPercent >= Level.filling.rawValue ? .filling : .ample
    }

    /// What is the matter, in one sentence and a next step; nothing where there is room.
    package func warning(of folder: String) -> String? {
        guard level > .ample else { return nil }
        let left =
            "\(usedPercent) % of the disk of \(folder) are used, \(freeOctets >> 20) MiB are free"
        return level == .nearlyFull
            ? "\(left): make room now. When there is none, nothing more is disclosed; what is open "
                + "can still be ended."
            : "\(left): make room, or let old months expire (madoguchi history expire)."
    }
}
