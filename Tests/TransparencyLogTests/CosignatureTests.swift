import Cryptography
import Octets
import Testing

@testable import TransparencyLog

@Suite("Cosignatures of witnesses")
struct CosignatureTests {
    let log: NoteSigner
    let witness: Cosigner
    let head = Checkpoint(
        origin: "example.com/log", size: 3,
        root: Vectors.prover(Vectors.words).root(size: 3) ?? MerkleHash.emptyRoot)

    init() throws {
        log = try NoteSigner(
            name: "example.com/log", privateKey: try PrivateKey.generate(.ed25519))
        witness = try Cosigner(
            name: "witness.example.com/w1", privateKey: try PrivateKey.generate(.ed25519))
    }

    @Test("the example key of the tlog-cosignature form is told by its type and id")
    func keys() throws {
        let key = witness.key
        #expect(try WitnessKey(vkey: key.vkey) == key)
        // The same key as a log's has another id, and is no witness's.
        let asLog = try NoteKey(name: key.name, publicKey: key.publicKey)
        #expect(asLog.id != key.id)
        #expect(throws: NoteError.self) { try WitnessKey(vkey: asLog.vkey) }
        #expect(throws: NoteError.self) { try NoteKey(vkey: key.vkey) }
        let raw = try #require(key.publicKey.ed25519Raw)
        let hash = SHA256Digest(hashing: Array("witness.example.com/w1\n".utf8) + [4] + raw)
        #expect(key.vkey.contains("+\(Array(hash.octets[..<4]).hex)+"))
    }

    @Test("it covers header, time and the whole text, and carries its time")
    func message() throws {
        var note = try head.signed(by: log)
        let cosignature = try witness.cosignature(over: note.text, atSeconds: 1_679_315_147)
        #expect(cosignature.octets.count == 72)
        #expect(Array(cosignature.octets[..<8]).hex == "00000000641850cb")
        let signed = "cosignature/v1\ntime 1679315147\n" + note.text
        #expect(
            witness.key.publicKey.isValid(
                signature: Array(cosignature.octets[8...]), over: Array(signed.utf8)))
        #expect(throws: NoteError.notSigned) { try witness.key.time(in: note) }
        note.append(cosignature)
        let read = try SignedNote(octets: note.octets)
        #expect(try witness.key.time(in: read) == 1_679_315_147)
        // The log's own signature stays, and is not disturbed by the other.
        #expect(try Checkpoint(read, of: log.key) == head)
    }

    @Test("another time, text, name or length is no cosignature")
    func refused() throws {
        let note = try head.signed(by: log)
        let good = try witness.cosignature(over: note.text, atSeconds: 5)
        #expect(witness.key.time(good, over: note.text) == 5)
        #expect(witness.key.time(good, over: note.text + "more\n") == nil)
        for index in [0, 7, 8, 71] {
            var bad = good
            bad.octets[index] ^= 1
            #expect(witness.key.time(bad, over: note.text) == nil)
            var condemned = note
            condemned.append(bad)
            #expect(throws: NoteError.badSignature(key: witness.key.name)) {
                try witness.key.time(in: condemned)
            }
        }
        for other in [
            NoteSignature(name: "w", keyID: good.keyID, octets: good.octets),
            NoteSignature(name: good.name, keyID: 1, octets: good.octets),
            NoteSignature(name: good.name, keyID: good.keyID, octets: Array(good.octets[..<71])),
        ] { #expect(witness.key.time(other, over: note.text) == nil) }
        let late = try witness.cosignature(over: note.text, atSeconds: .max)
        #expect(witness.key.time(late, over: note.text) == nil)
    }
}
