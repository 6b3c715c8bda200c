internal import Glibc
internal import TransparencyLog

/// A folder that a log is exported to. Tiles never change once written: one that is there with
/// other octets belongs to another log, and the export stops.
struct TileFolder {
    private let path: String
    private static let longestTileOctetCount = 256 * (2 + 65_535)

    init(path: String) throws(HistoryError) {
        self.path = path
        try makeFolders(path)
    }

    func write(_ tile: Tile) throws(HistoryError) {
        var parts = tile.path.split(separator: "/").map(String.init)
        let name = parts.removeLast()
        let folder = ([path] + parts).joined(separator: "/")
        try makeFolders(folder)
        let disk = try PosixDisk(path: folder, makesFolder: false, fileMode: 0o644)
        if let present = try disk.read(name, longest: Self.longestTileOctetCount) {
            guard present == tile.octets else {
                throw .foreign(file: tile.path, reason: "another log was exported to this folder")
            }
        } else {
            try disk.replace(name, with: tile.octets)
        }
    }

    func writeCheckpoint(_ octets: [UInt8]) throws(HistoryError) {
        try PosixDisk(path: path, makesFolder: false, fileMode: 0o644)
            .replace("checkpoint", with: octets)
    }

    private func makeFolders(_ path: String) throws(HistoryError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        var prefix = path.hasPrefix("/") ? "" : "."
        for part in parts {
            prefix += "/" + part
            guard unsafe mkdir(prefix, 0o755) == 0 || errno == EEXIST else {
                throw systemFailure("mkdir", prefix)
            }
        }
    }
}
