import Glibc
import Network
import Testing

@Suite("What a service tells whoever started it")
struct ServiceNoticeTests {
    @Test("each message is one datagram of the lines that sd_notify(3) names")
    func datagrams() throws {
        let folder = "/tmp/notice-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try #require(mkdir(folder, 0o700) == 0)
        let path = folder + "/notify"
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer {
            close(descriptor)
            unlink(path)
            rmdir(folder)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        let notice = ServiceNotice(environment: ["NOTIFY_SOCKET": path], process: 7)
        #expect(notice.send(.ready, .status("two\nlines")))
        #expect(text(from: descriptor) == "READY=1\nSTATUS=two lines")
        #expect(notice.send(.reloading(since: 12)))
        #expect(text(from: descriptor) == "RELOADING=1\nMONOTONIC_USEC=12")
        #expect(notice.send(.watchdog))
        #expect(text(from: descriptor) == "WATCHDOG=1")
        #expect(notice.send(.stopping))
        #expect(text(from: descriptor) == "STOPPING=1")
    }

    private func text(from descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? "" : String(decoding: buffer[..<count], as: UTF8.self)
    }

    @Test("without an address, or one where nobody listens, nothing is told and nothing breaks")
    func nobody() {
        #expect(!ServiceNotice(environment: [:], process: 7).send(.ready))
        let gone = ["NOTIFY_SOCKET": "/nonexistent/notify"]
        #expect(!ServiceNotice(environment: gone, process: 7).send(.ready))
        let long = ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 300)]
        #expect(!ServiceNotice(environment: long, process: 7).send(.ready))
    }

    @Test(
        "a watchdog counts where it is this process's and there is somebody to tell",
        arguments: [
            (["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "30000000"], 30.0 as Double?),
            (["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "500000", "WATCHDOG_PID": "7"], 0.5),
            (["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "500000", "WATCHDOG_PID": "8"], nil),
            (["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "-3"], nil),
            (["NOTIFY_SOCKET": "/n", "WATCHDOG_USEC": "soon"], nil),
            (["WATCHDOG_USEC": "30000000"], nil),
            (["NOTIFY_SOCKET": "/n"], nil),
        ])
    func watchdog(environment: [String: String], seconds: Double?) {
        let notice = ServiceNotice(environment: environment, process: 7)
        #expect(notice.watchdogSeconds == seconds)
    }
}
