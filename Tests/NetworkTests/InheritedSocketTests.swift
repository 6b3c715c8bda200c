import Glibc
import HTTP
import Network
import Testing

@Suite("Sockets that were handed over")
struct InheritedSocketTests {
    /// A socket that listens on a port of 127.0.0.1, or only exists.
    private func socket(listens: Bool) -> (descriptor: Int32, port: Int) {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var count = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, count)
                if listens { _ = listen(descriptor, 8) }
                _ = getsockname(descriptor, $0, &count)
            }
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func sockets(
        _ environment: [String: String], first: Int32 = 3
    ) throws -> InheritedSockets {
        try InheritedSockets(environment: environment, process: 7, first: first)
    }

    @Test("only what is meant for this process is taken, under the names it was given")
    func names() throws {
        let both = ["LISTEN_PID": "7", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "kiosk:desk:kiosk"]
        #expect(try sockets(both).names == ["desk", "kiosk"])
        for other in [["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "8"], [:]] {
            #expect(try sockets(other).names == [])
        }
        #expect(try sockets(["LISTEN_PID": "7", "LISTEN_FDS": "1"]).names == ["unknown"])
        for number in ["-1", "17", "many", "", "99999999999"] {
            #expect(throws: InheritedSockets.Fault.malformed) {
                try sockets(["LISTEN_PID": "7", "LISTEN_FDS": number])
            }
        }
    }

    @Test("a socket that listens on the port serves; another one, or none, is named")
    func serves() async throws {
        let (descriptor, port) = socket(listens: true)
        let named = ["LISTEN_PID": "7", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "desk"]
        let inherited = try sockets(named, first: descriptor)
        #expect(try inherited.addresses("kiosk", port: port) == [])
        #expect(throws: InheritedSockets.Fault.otherPort(name: "desk", port: port)) {
            try inherited.addresses("desk", port: port + 1)
        }
        let address = try #require(try inherited.addresses("desk", port: port).first)
        try await serving(address) { bound in
            #expect(bound == port)
            let client = HTTPClient(.tcp(host: "127.0.0.1", port: port))
            let answer = try await client.send(
                HTTPRequest(method: "GET", target: "/"), seconds: 20)
            #expect(answer.status == 200)
        }
        let (idle, _) = socket(listens: false)
        defer { close(idle) }
        #expect(throws: InheritedSockets.Fault.notListening(name: "desk")) {
            try sockets(named, first: idle).addresses("desk", port: port)
        }
    }
}
