internal import Glibc

/// Sockets that listen already, handed over by whoever started the process (`sd_listen_fds(3)`):
/// descriptors from 3 on, as many as `LISTEN_FDS` says, each with a name in `LISTEN_FDNAMES`. So
/// nobody can take a port before the service has it, and nothing is refused while it starts anew.
package struct InheritedSockets: Hashable, Sendable {
    /// Why what was handed over cannot be used.
    package enum Fault: Error, Hashable, Sendable {
        /// A number that is none, or more sockets than anybody needs.
        case malformed
        /// A descriptor is no stream socket that listens.
        case notListening(name: String)
        /// A socket listens on another port than the one configured.
        case otherPort(name: String, port: Int)
    }

    /// The most that are taken.
    static let limit = 16
    private static let first: Int32 = 3
    private let descriptors: [String: [Int32]]

    /// What an environment hands over to the process with an id; nothing if it is meant for another
    /// one, or there is none.
    package init(
        environment: [String: String], process: Int32, first: Int32 = 3
    ) throws(Fault) {
        guard let count = environment["LISTEN_FDS"],
            environment["LISTEN_PID"].flatMap({ Int32($0) }) == process
        else {
            descriptors = [:]
            return
        }
        guard let number = Int32(count), (0...Int32(Self.limit)).contains(number) else {
            throw .malformed
        }
        let names = (environment["LISTEN_FDNAMES"] ?? "")
            .split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var descriptors: [String: [Int32]] = [:]
        for index in 0..<Int(number) {
            let name = index < names.count && !names[index].isEmpty ? names[index] : "unknown"
            descriptors[name, default: []].append(first + Int32(index))
        }
        self.descriptors = descriptors
    }

    /// What this process was handed; its environment forgets it, so that no child takes it for its own.
    package static func take() throws(Fault) -> InheritedSockets {
        var environment: [String: String] = [:]
        for name in ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"] {
            if let value = unsafe getenv(name) { environment[name] = unsafe String(cString: value) }
            _ = unsafe unsetenv(name)
        }
        let sockets = try InheritedSockets(environment: environment, process: getpid())
        for descriptor in sockets.descriptors.values.joined() {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        return sockets
    }

    /// The names of what was handed over.
    package var names: [String] { descriptors.keys.sorted() }

    /// The addresses under a name, each of which listens on the port; empty where there are none.
    package func addresses(_ name: String, port: Int? = nil) throws(Fault) -> [ListenAddress] {
        var addresses: [ListenAddress] = []
        for descriptor in descriptors[name] ?? [] {
            guard isListening(descriptor) else { throw .notListening(name: name) }
            if let port {
                let bound = (try? boundPort(of: descriptor)) ?? 0
                guard bound == port else { throw .otherPort(name: name, port: bound) }
            }
            addresses.append(.inherited(descriptor: descriptor))
        }
        return addresses
    }
}

private func isListening(_ descriptor: Int32) -> Bool {
    var isListening: Int32 = 0
    var count = socklen_t(MemoryLayout<Int32>.size)
    let result = unsafe getsockopt(
        descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &count)
    return result == 0 && isListening != 0
}
