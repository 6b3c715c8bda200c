import Glibc
import Testing

@testable import Network

@Suite("What goes to the system's journal")
struct JournalTests {
    /// A datagram socket in a folder of its own, as the journal has one.
    private final class Listener {
        let folder = "/tmp/journal-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var path: String { folder + "/socket" }

        init() throws {
            try #require(mkdir(folder, 0o700) == 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(bound == 0)
        }

        deinit {
            close(descriptor)
            unlink(path)
            rmdir(folder)
        }

        func next() -> [UInt8] {
            var buffer = [UInt8](repeating: 0, count: 1 << 17)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return count < 0 ? [] : Array(buffer[..<count])
        }
    }

    @Test("an entry is one datagram of its fields")
    func entry() throws {
        let listener = try Listener()
        let journal = Journal(
            program: "p", stream: "7:9", standardError: (7, 9), path: listener.path)
        #expect(journal.isThere)
        #expect(journal.send("all is well", .information, [.init("MADOGUCHI_CODE", "outcome")]))
        #expect(
            String(decoding: listener.next(), as: UTF8.self) == """
                MESSAGE=all is well
                PRIORITY=6
                SYSLOG_IDENTIFIER=p
                MADOGUCHI_CODE=outcome

                """)
    }

    @Test("a value of several lines is told with its length, and forges no field")
    func lines() throws {
        let listener = try Listener()
        let journal = Journal(
            program: "p", stream: "7:9", standardError: (7, 9), path: listener.path)
        #expect(journal.send("one\nPRIORITY=0", .error))
        #expect(
            listener.next() == Array("MESSAGE\n".utf8) + [14, 0, 0, 0, 0, 0, 0, 0]
                + Array("one\nPRIORITY=0\nPRIORITY=3\nSYSLOG_IDENTIFIER=p\n".utf8))
    }

    @Test("an entry is bounded: long values are cut between characters, fields are counted")
    func bounds() throws {
        let listener = try Listener()
        let journal = Journal(
            program: "p", stream: "7:9", standardError: (7, 9), path: listener.path)
        let long = "a" + String(repeating: "窓", count: 100_000)
        #expect(journal.send(long, .warning, (0..<100).map { .init("F\($0)", long) }))
        let octets = listener.next()
        #expect(octets.count < 20 * (Journal.longestValueOctetCount + 64))
        let text = try #require(String(validating: octets, as: UTF8.self))
        #expect(text.split(separator: "\n").count == 3 + Journal.mostFields)
    }

    @Test(
        "names that the journal would not take are left out",
        arguments: ["", "lower", "_PID", "1ST", "WITH SPACE", "A=B", "A\nB", "窓"])
    func names(name: String) {
        #expect(Journal.entry([.init(name, "x")]).isEmpty)
    }

    @Test(
        "nothing is sent where standard error is not the journal's",
        arguments: [nil, "", "7", "7:8", "8:9", "7:9:1", "x:9", "-7:9"] as [String?])
    func elsewhere(stream: String?) throws {
        let listener = try Listener()
        let journal = Journal(
            program: "p", stream: stream, standardError: (7, 9), path: listener.path)
        #expect(!journal.isThere)
        #expect(!journal.send("x", .error))
        #expect(listener.next().isEmpty)
    }

    @Test("where nobody listens the caller is told")
    func nobody() {
        let journal = Journal(
            program: "p", stream: "7:9", standardError: (7, 9), path: "/nonexistent/journal")
        #expect(!journal.send("x", .error))
    }
}
