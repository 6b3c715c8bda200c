import Foundation

/// Folders that tests write into.
enum Scratch {
    static func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/madoguchi-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
