import Cryptography
import Foundation
import Octets
import Testing

/// The octets that `Golden/make.py` made.
enum Golden {
    static func octets(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "Golden/\(name)")))
    }

    static func certificate(_ name: String) throws -> Certificate {
        try Certificate(pem: octets("\(name).pem"))
    }

    /// The lines of `vectors.txt` that begin with a name, as octets.
    static func vectors(_ name: String, parts count: Int) throws -> [[[UInt8]]] {
        let text = String(decoding: try octets("vectors.txt"), as: UTF8.self)
        let found = try text.split(separator: "\n").filter { $0.hasPrefix(name + " ") }.map {
            line in
            let parts = line.split(separator: " ").dropFirst()
            try #require(parts.count == count)
            return try parts.map { $0 == "-" ? [] : try #require([UInt8](hex: $0)) }
        }
        try #require(!found.isEmpty)
        return found
    }

    /// A signature over `a statement` and the key that made it.
    struct Signature: Sendable, CustomTestStringConvertible {
        let kind: String
        let spki: [UInt8]
        let signature: [UInt8]
        var testDescription: String { kind }
    }

    static let message = Array("a statement".utf8)

    static func signatures() throws -> [Signature] {
        let text = String(decoding: try octets("signatures.txt"), as: UTF8.self)
        return try text.split(separator: "\n").map { line in
            let parts = line.split(separator: " ")
            try #require(parts.count == 3)
            return Signature(
                kind: String(parts[0]), spki: try #require([UInt8](hex: parts[1])),
                signature: try #require([UInt8](hex: parts[2])))
        }
    }
}
