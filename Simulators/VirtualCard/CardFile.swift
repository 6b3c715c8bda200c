internal import Cryptography
internal import JSON
internal import Octets

/// A card on disk: `NAME.json` for all to read, and beside it what is secret (mode 0600): its
/// keys (`NAME.key`, `NAME.signature.key`, `NAME.chip.key`), its PINs when it was issued
/// (`NAME.pins`) and what the chip remembers (`NAME.state`: tries left, PINs changed since, whether
/// it was destroyed), which alone changes.
package struct CardFile: Hashable, Sendable {
    static let kind = "madoguchi virtual card"
    static let version = 1

    /// Where the readable file lies.
    package let path: String
    /// The file's name without `.json`: what the card is called in a rack.
    package let name: String
    /// The path without its `.json`.
    private let stem: String

    /// A card at a path that ends in `.json`.
    package init(path: String) throws(CardFileError) {
        guard path.hasSuffix(".json"), let name = path.split(separator: "/").last,
            name.utf8.count > 5
        else {
            throw .malformed(path: path, reason: "must be the name of a card file, NAME.json")
        }
        (self.path, self.name) = (path, String(name.dropLast(5)))
        stem = String(path.dropLast(5))
    }

    var keyPath: String { stem + ".key" }
    var signatureKeyPath: String { stem + ".signature.key" }
    var chipKeyPath: String { stem + ".chip.key" }
    var pinsPath: String { stem + ".pins" }
    var statePath: String { stem + ".state" }

    /// The card, ready to be powered: its memory is as it was left, and is kept.
    package func load() throws(CardFileError) -> VirtualCard { try load(as: loadImage()) }

    /// The card with another image than the file's: one that was damaged on purpose.
    package func load(as image: CardImage) throws(CardFileError) -> VirtualCard {
        VirtualCard(image, memory: try loadMemory()) {
            [self] (memory) throws(CardFileError) in try save(memory)
        }
    }

    /// What the chip remembers; nothing was ever spent or changed where there is no such file.
    package func loadMemory() throws(CardFileError) -> CardMemory {
        let octets: [UInt8]
        do throws(KeyFile.Failure) {
            octets = try KeyFile.read(statePath, isPrivate: true)
        } catch .system(_, noSuchFile) {
            return CardMemory()
        } catch {
            throw .file(error)
        }
        return try decoded(octets, from: statePath) { (value) throws(JSONError) in
            try CardMemory(value)
        }
    }

    /// Keeps what the chip remembers.
    package func save(_ memory: CardMemory) throws(CardFileError) {
        try write(memory.value.pretty, to: statePath, isPrivate: true)
    }

    /// The tries left; all of them where none was ever spent.
    package func loadCounters() throws(CardFileError) -> PINCounters { try loadMemory().counters }

    /// Writes a card: a fresh one, with all its tries, or one whose chip remembers what it did.
    package func save(
        _ image: CardImage, keepingMemory keeps: Bool = false
    ) throws(CardFileError) {
        if let key = image.authentication?.key {
            try write(key.pem, to: keyPath, isPrivate: true)
        }
        if let key = image.signature?.key {
            try write(key.pem, to: signatureKeyPath, isPrivate: true)
        }
        if let key = image.chip?.key {
            try write(key.pem, to: chipKeyPath, isPrivate: true)
        }
        try write(image.secrets.pretty, to: pinsPath, isPrivate: true)
        if !keeps { try save(CardMemory()) }
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
