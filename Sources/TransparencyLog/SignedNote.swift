package import Cryptography
internal import Octets

/// A text with signatures under it (C2SP signed-note): the text ends in a newline, an empty line
/// follows, then one line a signature.
package struct SignedNote: Hashable, Sendable {
    /// The longest note that is read, in octets.
    package static let longestOctetCount = 64 * 1024
    /// The most signatures that are read; the specification asks for at least 16.
    package static let mostSignatures = 64

    /// What is signed, its last newline included.
    package let text: String
    /// The signatures, known and unknown, in their order.
    package private(set) var signatures: [NoteSignature]

    /// A text that is not signed yet.
    package init(text: String) throws(NoteError) {
        guard text.hasSuffix("\n"), text.utf8.count <= Self.longestOctetCount else {
            throw .malformed("the text must end in a newline")
        }
        guard isPlain(text) else { throw .malformed("a control character") }
        (self.text, signatures) = (text, [])
    }

    /// Reads a note.
    package init(octets: [UInt8]) throws(NoteError) {
        guard octets.count <= Self.longestOctetCount else { throw .malformed("too long") }
        guard let whole = String(validating: octets, as: UTF8.self), isPlain(whole) else {
            throw .malformed("not UTF-8, or a control character")
        }
        guard let split = lastEmptyLine(octets), octets.last == newline else {
            throw .malformed("no signatures")
        }
        try self.init(text: String(decoding: octets[...split], as: UTF8.self))
        let lines = octets[(split + 2)...].dropLast()
            .split(separator: newline, omittingEmptySubsequences: false)
        guard lines.count <= Self.mostSignatures else { throw .malformed("too many signatures") }
        for line in lines {
            signatures.append(try NoteSignature(line: String(decoding: line, as: UTF8.self)))
        }
    }

    /// The note as it is written.
    package var octets: [UInt8] {
        Array((text + "\n" + signatures.map { $0.line + "\n" }.joined()).utf8)
    }

    /// Adds a signature.
    package mutating func sign(with signer: NoteSigner) throws(NoteError) {
        signatures.append(try signer.signature(over: text))
    }

    /// Adds the signatures that somebody else made over the same text.
    package mutating func append(_ signature: NoteSignature) { signatures.append(signature) }

    /// The keys, of those that are trusted, that signed this note. A signature of a key that is
    /// not known is ignored; one of a known key that does not verify condemns the note.
    package func signers(among keys: [NoteKey]) throws(NoteError) -> [NoteKey] {
        var found: [NoteKey] = []
        for signature in signatures {
            guard
                let key = keys.first(where: {
                    octetsSame($0.name, signature.name) && $0.id == signature.keyID
                })
            else { continue }
            guard key.isValid(signature.octets, over: text) else {
                throw .badSignature(key: key.name)
            }
            if !found.contains(key) { found.append(key) }
        }
        guard !found.isEmpty else { throw .notSigned }
        return found
    }
}

/// One signature line: `— <name> <base64(key id ‖ signature)>`.
package struct NoteSignature: Hashable, Sendable {
    /// The key's name.
    package var name: String
    /// The first four octets of the key's hash.
    package var keyID: UInt32
    /// The signature itself.
    package var octets: [UInt8]

    /// A signature.
    package init(name: String, keyID: UInt32, octets: [UInt8]) {
        (self.name, self.keyID, self.octets) = (name, keyID, octets)
    }

    /// Reads a line, without its newline.
    package init(line: String) throws(NoteError) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\u{2014}", isKeyName(parts[1]),
            let octets = [UInt8](base64: parts[2]), octets.count > 4
        else { throw .malformed("a signature line") }
        name = String(parts[1])
        keyID = octets[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        self.octets = Array(octets[4...])
    }

    /// The line, without its newline.
    package var line: String {
        var octets: [UInt8] = []
        octets.append(bigEndian: keyID)
        return "\u{2014} \(name) \((octets + self.octets).base64())"
    }
}

/// Why a note is not believed.
package enum NoteError: Error, Hashable, Sendable {
    /// The octets are not a note, a key or a checkpoint.
    case malformed(String)
    /// No key that is trusted signed it.
    case notSigned
    /// A key that is trusted did not sign these octets.
    case badSignature(key: String)
    /// The key could not sign.
    case cryptography(CryptographyError)
}

private let newline = UInt8(ascii: "\n")

private func isPlain(_ text: String) -> Bool {
    !text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }
}

/// A key's name: not empty, no white space, no plus sign.
func isKeyName(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "+" }
}

/// Whether two texts are the same octets: `==` would also take canonically equal spellings.
func octetsSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

/// Where the last empty line begins: the index of the newline that ends the text.
private func lastEmptyLine(_ octets: [UInt8]) -> Int? {
    guard octets.count >= 2 else { return nil }
    return (0..<octets.count - 1).last { octets[$0] == newline && octets[$0 + 1] == newline }
}
