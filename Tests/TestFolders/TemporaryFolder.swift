import Foundation

/// A folder of one test's own: made at once, for its owner alone, and gone with this value. A
/// suite keeps it as a property, so that it stays as long as its test.
package final class TemporaryFolder: Sendable {
    /// Where it lies.
    package let path: String

    /// A new, empty folder.
    package init() {
        let folder = FileManager.default.temporaryDirectory
        let name = "madoguchi-test-" + UUID().uuidString.prefix(13)
        path = folder.appending(path: name).path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700])
        } catch {
            preconditionFailure("no folder for tests in \(folder.path): \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The names in it, in order.
    package var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// The octets of a file in it; none where there is no such file.
    package func read(_ name: String) -> [UInt8] {
        [UInt8](FileManager.default.contents(atPath: path + "/" + name) ?? Data())
    }

    /// Writes a file in it.
    package func write(_ octets: [UInt8], to name: String) {
        _ = FileManager.default.createFile(atPath: path + "/" + name, contents: Data(octets))
    }

    /// Another folder with the same files.
    package func copy() throws -> TemporaryFolder {
        let other = TemporaryFolder()
        for name in names {
            try FileManager.default.copyItem(
                atPath: path + "/" + name, toPath: other.path + "/" + name)
        }
        return other
    }
}
