internal import Cryptography
internal import JSON
internal import Octets

/// A card on disk: `NAME.json` for all to read, and beside it what is secret (mode 0600): its
/// keys (`NAME.key`, `NAME.signature.key`), its PINs (`NAME.pins`) and the tries left
/// (`NAME.state`), which alone change.
package struct CardFile: Hashable, Sendable {
    static let kind = "madoguchi virtual card"
    static let version = 1

    /// Where the readable file lies.
    package let path: String
    /// The path without its `.json`.
    private let stem: String

    /// A card at a path that ends in `.json`.
    package init(path: String) throws(CardFileError) {
        guard path.hasSuffix(".json"), let name = path.split(separator: "/").last,
            name.utf8.count > 5
        else {
            throw .malformed(path: path, reason: "must be the name of a card file, NAME.json")
        }
        self.path = path
        stem = String(path.dropLast(5))
    }

    var keyPath: String { stem + ".key" }
    var signatureKeyPath: String { stem + ".signature.key" }
    var pinsPath: String { stem + ".pins" }
    var statePath: String { stem + ".state" }

    /// The card, ready to be powered: its counters are as they were left, and are kept.
    package func load() throws(CardFileError) -> VirtualCard { try load(as: loadImage()) }

    /// The card with another image than the file's: one that was damaged on purpose.
    package func load(as image: CardImage) throws(CardFileError) -> VirtualCard {
        VirtualCard(image, counters: try loadCounters()) {
            [self] (counters) throws(CardFileError) in try save(counters)
        }
    }

    /// The tries left; all of them where none was ever spent.
    package func loadCounters() throws(CardFileError) -> PINCounters {
        let octets: [UInt8]
        do throws(KeyFile.Failure) {
            octets = try KeyFile.read(statePath, isPrivate: true)
        } catch .system(_, noSuchFile) {
            return PINCounters()
        } catch {
            throw .file(error)
        }
        return try decoded(octets, from: statePath) { (value) throws(JSONError) in
            try PINCounters(value)
        }
    }

    /// Keeps the tries left.
    package func save(_ counters: PINCounters) throws(CardFileError) {
        try write(counters.value.pretty, to: statePath, isPrivate: true)
    }

    /// Writes a card: a fresh one, with all its tries.
    package func save(_ image: CardImage) throws(CardFileError) {
        if let key = image.authentication?.key {
            try write(key.pem, to: keyPath, isPrivate: true)
        }
        if let key = image.signature?.key {
            try write(key.pem, to: signatureKeyPath, isPrivate: true)
        }
        try write(image.pins.pretty, to: pinsPath, isPrivate: true)
        try save(PINCounters())
        try write(image.value.pretty, to: path, isPrivate: false)
    }
}

/// `ENOENT`, which this target would need the C library for.
private let noSuchFile: Int32 = 2

extension CardFile {
    func read(_ path: String, isPrivate: Bool) throws(CardFileError) -> [UInt8] {
        do throws(KeyFile.Failure) {
            return try KeyFile.read(path, isPrivate: isPrivate)
        } catch {
            throw .file(error)
        }
    }

    private func write(
        _ octets: [UInt8], to path: String, isPrivate: Bool
    ) throws(CardFileError) {
        do throws(KeyFile.Failure) {
            try KeyFile.write(octets, to: path, isPrivate: isPrivate)
        } catch {
            throw .file(error)
        }
    }

    /// A JSON file as a value; what is wrong is told with the path of the field.
    func decoded<Value>(
        _ octets: [UInt8], from path: String, _ read: (JSONValue) throws(JSONError) -> Value
    ) throws(CardFileError) -> Value {
        do throws(JSONError) {
            return try read(JSONValue(parsing: octets))
        } catch {
            throw .malformed(path: path, reason: error.description)
        }
    }
}
