import Cryptography
import Octets
import Testing

@testable import TransparencyLog

@Suite("The RFC 6962 tree")
struct MerkleTests {
    @Test("a tree without leaves has the hash of nothing as its root")
    func empty() {
        #expect(TreeFrontier().root.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    }

    @Test("the eight classic leaves give the published roots", arguments: 1...8)
    func classic(size: Int) {
        var frontier = TreeFrontier()
        for leaf in Vectors.classicLeaves[..<size] { frontier.append(MerkleHash.leaf(leaf)) }
        let (start, end) = Vectors.classicRoots[size - 1]
        #expect(frontier.root.hex.hasPrefix(start) && frontier.root.hex.hasSuffix(end))
        #expect(Vectors.prover(Vectors.classicLeaves).root(size: UInt64(size)) == frontier.root)
    }

    @Test("the golden log's words give its roots", arguments: Vectors.wordRoots)
    func words(size: Int, root: String) {
        let prover = Vectors.prover(Vectors.words)
        #expect(prover.root(size: UInt64(size))?.base64 == root)
    }

    @Test("the published proofs of the classic tree come out")
    func classicProofs() throws {
        let prover = Vectors.prover(Vectors.classicLeaves)
        let inclusion = try #require(prover.inclusion(of: 5, size: 8)).map(\.hex)
        #expect(inclusion.map { $0.prefix(8) } == ["bc1a0643", "ca854ea1", "d37ee418"])
        #expect(inclusion.map { $0.suffix(5) } == ["99e6b", "a0ae0", "614b7"])
        let three = try #require(prover.consistency(from: 3, to: 7)).map(\.hex)
        #expect(three.count == 4 && three[0].hasPrefix("0298d122"))
        let four = try #require(prover.consistency(from: 4, to: 8)).map(\.hex)
        #expect(four.count == 1 && four[0].hasPrefix("6b47aaf2") && four[0].hasSuffix("9bf6e4"))
        let six = try #require(prover.consistency(from: 6, to: 8)).map(\.hex)
        #expect(six.count == 3 && six[0].hasPrefix("0ebc5d34"))
    }

    @Test("every inclusion proof of every tree up to 70 leaves verifies; each change is refused")
    func inclusion() throws {
        let leaves = (0..<70).map { MerkleHash.leaf([UInt8($0)]) }
        let prover = MerkleProver(leafHashes: leaves)
        for size in UInt64(1)...70 {
            let root = try #require(prover.root(size: size))
            for index in 0..<size {
                let proof = try #require(prover.inclusion(of: index, size: size))
                let leaf = leaves[Int(index)]
                try MerkleVerifier.checkInclusion(
                    of: leaf, at: index, size: size, root: root, proof: proof)
                for (other, changed) in changes(of: proof) {
                    #expect(throws: ProofRefusal.self, "\(size) \(index) \(other)") {
                        try MerkleVerifier.checkInclusion(
                            of: leaf, at: index, size: size, root: root, proof: changed)
                    }
                }
                if size > 1 {
                    #expect(throws: ProofRefusal.self) {
                        try MerkleVerifier.checkInclusion(
                            of: leaf, at: (index + 1) % size, size: size, root: root, proof: proof)
                    }
                }
                #expect(throws: ProofRefusal.self) {
                    try MerkleVerifier.checkInclusion(
                        of: leaf, at: index + size, size: size, root: root, proof: proof)
                }
            }
        }
    }

    @Test("every consistency proof up to 40 leaves verifies; each change is refused")
    func consistency() throws {
        let prover = MerkleProver(leafHashes: (0..<40).map { MerkleHash.leaf([UInt8($0)]) })
        for size in UInt64(1)...40 {
            let root = try #require(prover.root(size: size))
            for old in 1...size {
                let oldRoot = try #require(prover.root(size: old))
                let proof = try #require(prover.consistency(from: old, to: size))
                func check(
                    _ old: UInt64, _ oldRoot: SHA256Digest, _ size: UInt64, _ root: SHA256Digest,
                    _ proof: [SHA256Digest]
                ) throws(ProofRefusal) {
                    try MerkleVerifier.checkConsistency(
                        from: old, oldRoot, to: size, root, proof: proof)
                }
                try check(old, oldRoot, size, root, proof)
                for (_, changed) in changes(of: proof) {
                    #expect(throws: ProofRefusal.self) {
                        try check(old, oldRoot, size, root, changed)
                    }
                }
                guard old < size else { continue }
                #expect(throws: ProofRefusal.self) { try check(old, root, size, oldRoot, proof) }
                #expect(throws: ProofRefusal.self) { try check(size, root, old, oldRoot, proof) }
                #expect(throws: ProofRefusal.self) {
                    try check(0, MerkleHash.emptyRoot, size, root, proof)
                }
            }
        }
    }

    /// A proof with a bit flipped, a hash more, a hash less, two hashes swapped.
    private func changes(of proof: [SHA256Digest]) -> [(String, [SHA256Digest])] {
        let extra = MerkleHash.emptyRoot
        var changes = [("one more", proof + [extra]), ("one before", [extra] + proof)]
        guard let first = proof.first, let last = proof.last else { return changes }
        changes.append(("last dropped", Array(proof.dropLast())))
        changes.append(("first dropped", Array(proof.dropFirst())))
        changes.append(("last repeated", proof + [last]))
        var octets = first.octets
        octets[31] ^= 1
        if let flipped = SHA256Digest(octets) {
            changes.append(("a bit flipped", [flipped] + proof.dropFirst()))
        }
        if first != last {
            var swapped = proof
            swapped.swapAt(0, proof.count - 1)
            changes.append(("swapped", swapped))
        }
        return changes
    }

    @Test("a frontier that was written down goes on where it stopped")
    func frontier() throws {
        var frontier = TreeFrontier()
        for octet in 0..<UInt8(200) {
            let copy = try #require(TreeFrontier(size: frontier.size, nodes: frontier.nodes))
            #expect(copy.root == frontier.root)
            frontier.append(MerkleHash.leaf([octet]))
        }
        #expect(TreeFrontier(size: 3, nodes: []) == nil)
    }
}
