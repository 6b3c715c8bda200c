import Cryptography
import Octets
import Testing

@testable import TransparencyLog

@Suite("Signed notes, checkpoints and proof files")
struct NoteTests {
    let signer: NoteSigner
    let head = Checkpoint(
        origin: "madoguchi/1310000000/desk-1", size: 3,
        root: Vectors.prover(Vectors.words).root(size: 3) ?? MerkleHash.emptyRoot)

    init() throws {
        signer = try NoteSigner(
            name: "madoguchi/1310000000/desk-1", privateKey: try PrivateKey.generate(.ed25519))
    }

    @Test("the example of the signed-note text verifies with its key")
    func published() throws {
        // The example log key of golang.org/x/mod/sumdb/note and its "Hello" note.
        let key = try NoteKey(
            vkey: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        let note = try SignedNote(
            octets: Array(
                """
                If you think cryptography is the answer to your problem,
                then you don't know what your problem is.

                \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

                """.utf8))
        #expect(try note.signers(among: [key]) == [key])
        #expect(key.vkey.hasPrefix("PeterNeumann+c74f20a3+"))
    }

    @Test("a checkpoint is three lines, and comes back signed")
    func checkpoint() throws {
        let note = try head.signed(by: signer)
        #expect(
            note.text == """
                madoguchi/1310000000/desk-1
                3
                Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=

                """)
        let read = try SignedNote(octets: note.octets)
        #expect(read == note)
        #expect(try Checkpoint(read, of: try NoteKey(vkey: signer.key.vkey)) == head)
    }

    @Test("another's key finds no signature, a changed text a bad one")
    func refused() throws {
        let other = try NoteSigner(name: "other", privateKey: try PrivateKey.generate(.ed25519))
        let note = try head.signed(by: signer)
        #expect(throws: NoteError.notSigned) { try note.signers(among: [other.key]) }
        let text = String(decoding: note.octets, as: UTF8.self)
        let changed = Array(text.replacing("\n3\n", with: "\n4\n").utf8)
        #expect(throws: NoteError.badSignature(key: signer.key.name)) {
            try SignedNote(octets: changed).signers(among: [other.key, signer.key])
        }
    }

    @Test("unknown signatures beside a known one are ignored, up to a limit")
    func manySignatures() throws {
        var note = try head.signed(by: signer)
        for number in 0..<63 {
            note.append(NoteSignature(name: "w\(number)", keyID: 1, octets: [1, 2, 3]))
        }
        #expect(try SignedNote(octets: note.octets).signers(among: [signer.key]) == [signer.key])
        note.append(NoteSignature(name: "w", keyID: 1, octets: [1]))
        #expect(throws: NoteError.self) { try SignedNote(octets: note.octets) }
    }

    @Test(
        "what is no note is refused",
        arguments: [
            "", "\n", "a\n", "a\n\n", "a\n\nb\n", "a\n\n\u{2014} n AAAAAAE=",
            "a\n\n\u{2014} n AAAAAA==\n", "a\n\n\u{2014} n  AAAAAAE=\n", "a\n\n- n AAAAAAE=\n",
            "a\u{1}\n\n\u{2014} n AAAAAAE=\n", "a\r\n\n\u{2014} n AAAAAAE=\n",
            "a\n\n\u{2014} n+m AAAAAAE=\n", "a\n\n\u{2014} n AAAAAAE\n",
            "a\n\n\u{2014} n AAAAAAE=\n\n\u{2014} n AAAAAAE=",
        ])
    func notNotes(text: String) {
        #expect(throws: NoteError.self) { try SignedNote(octets: Array(text.utf8)) }
    }

    @Test(
        "what is no checkpoint is refused",
        arguments: [
            "o\n3\n", "o\n03\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n",
            "o\n-1\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n", "o\n3\nWqx3\n",
            "\n3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n",
            "o\n+3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n",
            "o\n99999999999999999999\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n",
        ])
    func notCheckpoints(text: String) {
        #expect(throws: NoteError.self) { try Checkpoint(text: text) }
    }

    @Test(
        "what is no verifier key is refused",
        arguments: [
            "", "n", "n+33d7b496", "n+33d7b496+", "+33d7b496+AQ==",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ])
    func notKeys(text: String) {
        #expect(throws: NoteError.self) { try NoteKey(vkey: text) }
    }

    @Test("a proof file shows an entry to be in the log, and only that entry", arguments: 0..<3)
    func proofFile(index: Int) throws {
        let prover = Vectors.prover(Vectors.words)
        let hashes = try #require(prover.inclusion(of: UInt64(index), size: 3))
        let file = ProofFile(
            index: UInt64(index), hashes: hashes, checkpoint: try head.signed(by: signer))
        let read = try ProofFile(octets: file.octets)
        #expect(read == file)
        #expect(try read.check(entry: Vectors.words[index], log: signer.key) == head)
        #expect(throws: ProofFileRefusal.proof(.wrongRoot)) {
            try read.check(entry: Vectors.words[index + 1], log: signer.key)
        }
        for count in 0..<file.octets.count - 1 {
            #expect(throws: (any Error).self) {
                try ProofFile(octets: Array(file.octets[..<count]))
                    .check(entry: Vectors.words[index], log: signer.key)
            }
        }
    }
}
