import CSystem
import Charsets
import ClinicFiles
import Executors
import Glibc
import JSON
import Octets
import Records

/// Puts a file into `face` for each check-in, as the terminal's event stream tells of it.
struct FaceDesk: Sendable {
    let configuration: ExchangeConfiguration
    let outbox: Outbox
    let line: TerminalLine
    let known: KnownPatients

    /// Until the process ends: listens, and again a second after the line was lost.
    func run() {
        var lastWords: String?
        while true {
            let words = listen()
            if words != lastWords { complain("the terminal's events: \(words)") }
            lastWords = words
            usleep(1_000_000)
        }
    }

    /// Follows the stream until it ends; why it did.
    private func listen() -> String {
        let token: String
        do throws(TerminalLine.Fault) { token = try line.token() } catch { return "\(error)" }
        let socket = csystem_stream_socket(AF_UNIX)
        guard socket >= 0 else { return errorText(errno) }
        defer { close(socket) }
        guard connect(socket) else { return errorText(errno) }
        let request = Array(
            ("GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n")
                .utf8)
        guard request.withUnsafeBytes({ write(socket, $0.baseAddress, $0.count) }) == request.count
        else { return errorText(errno) }
        var text: [UInt8] = []
        var isHeard = false
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = csystem_read_within(socket, &buffer, UInt(buffer.count), 15_000)
            guard count > 0 else { return "the line was lost" }
            text += buffer[..<Int(count)]
            guard text.count < 8 << 20 else { return "too long" }
            if !isHeard, let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                let status =
                    String(decoding: text[..<end], as: UTF8.self)
                    .split(separator: " ").dropFirst().first ?? ""
                switch status {
                case "200": isHeard = true
                case "401": return "the token is refused"
                default: return "the terminal answers with status \(status)"
                }
            }
            while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
                take(Array(text[..<end]))
                text.removeFirst(end + 1)
            }
        }
    }

    private func connect(_ socket: Int32) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(configuration.socket.utf8)
        guard path.count < 107 else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// A line of the stream: heads, lengths of pieces and comments are passed over.
    private func take(_ line: [UInt8]) {
        guard line.starts(with: "data: ".utf8),
            let value = try? JSONValue(
                parsing: Array(line.dropFirst(6).filter { $0 != 0x0D }),
                limits: JSONLimits(octets: 8 << 20)),
            let checkIns = value["checkIns"]?.arrayValue
        else { return }
        for checkIn in checkIns.reversed() where checkIn["state"]?.stringValue == "open" {
            guard let id = checkIn["id"]?.stringValue, ClinicRequest.isKey(id) else { continue }
            let key = "face-" + id
            guard outbox.journal.value(key) == nil else { continue }
            tell(id, key, checkIn)
        }
    }

    private func tell(_ id: String, _ key: String, _ checkIn: JSONValue) {
        do {
            let value = try line.get("/v1/check-ins/" + id)
            guard let given = value["qualification"] else {
                // The terminal was started anew since: it keeps no qualification.
                complain("a check-in's qualification is not known any more: no face file of it")
                return known.remember(id, nil)
            }
            let qualification = try Qualification(given, at: "$")
            known.remember(id, qualification)
            let at = checkIn["openedAt"]?.stringValue.flatMap { Instant(rfc3339: $0) } ?? .now
            var header = MessageHeader(
                at: .now, institution: configuration.institutionCode,
                characters: configuration.characters)
            header.reference = .myNumberCard
            let file = ClinicFile(
                .qualification(header, qualification, search: nil), in: configuration.characters,
                shiftJIS: .system)
            file.report()
            let serial = checkIn["number"]?.integerValue ?? 0
            let name = ClinicRequestName.face(at: at.compact, serial: Int(serial))
            try outbox.put(file.octets, as: name, in: "face", key: key, digest: id)
        } catch { complain("a face file could not be written: \(error)") }
    }
}

extension ClinicFile {
    /// Says in the log what its characters could not hold; never of whom.
    func report() {
        for element in Set(unmapped.map(\.element)).sorted() {
            let count = unmapped.count { $0.element == element }
            complain("\(count) characters that the file's code lacks, in \(element): as references")
        }
    }
}

extension ClinicRequest {
    /// Whether a text may be a part of a key of the journal.
    static func isKey(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
            }
    }
}
