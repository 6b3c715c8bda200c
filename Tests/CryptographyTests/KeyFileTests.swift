import Cryptography
import Foundation
import Glibc
import TestFolders
import Testing

@Suite("Files of keys and certificates")
struct KeyFileTests {
    @Test("what is written comes back, a key for its owner only")
    func roundTrip() throws {
        let folder = TemporaryFolder()
        let key = try PrivateKey.generate(.p256)
        let path = folder.path + "/made.key"
        try KeyFile.write(key.pem, to: path, isPrivate: true)
        try KeyFile.write(key.pem, to: path, isPrivate: true)
        #expect(try mode(path) == 0o600)
        #expect(try KeyFile.privateKey(path).publicKey == key.publicKey)
        try KeyFile.write(key.publicKey.pem, to: folder.path + "/made.pub", isPrivate: false)
        #expect(try KeyFile.publicKey(folder.path + "/made.pub") == key.publicKey)
        #expect(try KeyFile.names(in: folder.path, endingIn: "") == ["made.key", "made.pub"])
    }

    @Test("a key that others may read is refused and the message says what to do")
    func looseMode() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/loose.key"
        try KeyFile.write(PrivateKey.generate(.p256).pem, to: path, isPrivate: false)
        let failure = KeyFile.Failure.looseMode(path: path, mode: 0o644)
        #expect(throws: failure) { try KeyFile.privateKey(path) }
        #expect(failure.description.hasSuffix("chmod 600 \(path)"))
    }

    /// So look systemd's credentials: root's own, with an access list.
    @Test("the group's bits count unless the file is root's own")
    func groupMode() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/credential.key"
        try KeyFile.write(PrivateKey.generate(.p256).pem, to: path, isPrivate: true)
        let manager = FileManager.default
        try manager.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
        let attributes = try manager.attributesOfItem(atPath: path)
        let owner = try #require(attributes[.ownerAccountID] as? NSNumber)
        let group = try #require(attributes[.groupOwnerAccountID] as? NSNumber)
        if owner.intValue == 0 && group.intValue == 0 {
            _ = try KeyFile.privateKey(path)
        } else {
            #expect(throws: KeyFile.Failure.looseMode(path: path, mode: 0o440)) {
                try KeyFile.privateKey(path)
            }
        }
    }

    @Test("files that are missing, too long or something else are told by name")
    func unusable() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/it.pem"
        #expect(throws: KeyFile.Failure.system(path: path, errno: 2)) {
            try KeyFile.certificate(path)
        }
        try KeyFile.write(Array("hello\n".utf8), to: path, isPrivate: false)
        #expect(
            throws: KeyFile.Failure.malformed(
                path: path, .malformed("not a certificate in PEM form"))
        ) { try KeyFile.certificate(path) }
        try KeyFile.write(
            [UInt8](repeating: 0x0A, count: KeyFile.longestOctetCount + 1), to: path,
            isPrivate: false)
        #expect(throws: KeyFile.Failure.tooLong(path: path)) { try KeyFile.certificate(path) }
    }

    @Test("a pipe, a folder or a device in a file's place is told at once, never waited for")
    func notAFile() throws {
        let folder = TemporaryFolder()
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        #expect(mkdir(folder.path + "/folder", 0o700) == 0)
        for path in [folder.path + "/pipe", folder.path + "/folder", "/dev/zero", "/dev/null"] {
            #expect(throws: KeyFile.Failure.notAFile(path: path)) { try KeyFile.read(path) }
        }
        #expect(KeyFile.Failure.notAFile(path: "x").description.contains("put the file there"))
    }

    @Test("a link is followed, as certificates lie behind them, but not for what is our own")
    func links() throws {
        let folder = TemporaryFolder()
        folder.write([1], to: "file")
        #expect(symlink("file", folder.path + "/link") == 0)
        #expect(try KeyFile.read(folder.path + "/link") == [1])
        #expect(throws: KeyFile.Failure.notAFile(path: folder.path + "/link")) {
            try KeyFile.read(folder.path + "/link", isOurs: true)
        }
        #expect(try KeyFile.read(folder.path + "/file", isOurs: true) == [1])
    }

    @Test("what stands in the way of an unfinished file, a folder too, does not stop a write")
    func strayTemporary() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/kept"
        folder.write([9], to: "kept.new")
        try KeyFile.write([1], to: path, isPrivate: true)
        #expect(folder.names == ["kept"])
        #expect(mkdir(path + ".new", 0o700) == 0)
        try KeyFile.write([2], to: path, isPrivate: true)
        #expect(try KeyFile.read(path, isPrivate: true) == [2])
        #expect(folder.names == ["kept", "kept.new"])
    }

    @Test("a trust folder's files are all read, bundles too, doubles once, and none is skipped")
    func trustFolder() throws {
        let folder = TemporaryFolder()
        #expect(try TrustAnchors(folder: folder.path).certificates == [])
        let one = try Golden.octets("root.pem")
        let two = try Golden.octets("root-later.pem")
        try KeyFile.write(one, to: folder.path + "/1.pem", isPrivate: false)
        try KeyFile.write(two + one, to: folder.path + "/2.pem", isPrivate: false)
        try KeyFile.write(Array("notes".utf8), to: folder.path + "/README", isPrivate: false)
        let anchors = try TrustAnchors(folder: folder.path)
        #expect(
            anchors.certificates
                == [try Golden.certificate("root"), try Golden.certificate("root-later")])
        let broken = folder.path + "/3.pem"
        try KeyFile.write(Array("notes".utf8), to: broken, isPrivate: false)
        #expect(
            throws: KeyFile.Failure.malformed(
                path: broken, .malformed("not a certificate in PEM form"))
        ) { try TrustAnchors(folder: folder.path) }
        #expect(throws: KeyFile.Failure.system(path: folder.path + "/no", errno: 2)) {
            try TrustAnchors(folder: folder.path + "/no")
        }
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }
}
