import Cryptography
import Octets
import Testing

@testable import TransparencyLog

/// The leaves and answers of two public logs (Certificate Transparency's eight, Tessera's 15).
enum Vectors {
    static let classicLeaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ].map { [UInt8](hex: $0) ?? [] }

    /// Beginning and end of each root, sizes 1 to 8.
    static let classicRoots = [
        ("6e340b9c", "afa01d"), ("fac54203", "e3c125"), ("aeb6bcfe", "e06e77"),
        ("d37ee418", "9614b7"), ("4e3bbb1f", "6264d4"), ("76e67dad", "2087ef"),
        ("ddb89be4", "a74c8c"),
        ("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328", "604328"),
    ]

    static let words = [
        "one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven",
        "twelf", "threeten", "fourten", "fivten",
    ].map { Array($0.utf8) }

    static let wordRoots = [
        1: "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=",
        2: "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=",
        3: "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=",
        7: "IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=",
        8: "bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=",
        15: "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=",
    ]

    static func prover(_ entries: [[UInt8]]) -> MerkleProver<Never> {
        MerkleProver(leafHashes: entries.map(MerkleHash.leaf))
    }
}
