import Commands
import Configuration
import Cryptography
import FrontDesk
import Glibc
import PCSC
import Records
import Terminal

/// What `doctor` reads of the machine around it. Every probe reads the real file; nothing is kept.
enum MachineProbe {
    /// The socket of pcscd, as libpcsclite has it.
    static let pcscdSocket = "/run/pcscd/pcscd.comm"
    private static let mostOctets = 64 << 10

    /// A small file's octets, of `/proc` too; nothing where it cannot be read.
    static func text(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while octets.count < mostOctets {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            octets += piece.prefix(count)
        }
        return octets
    }

    /// The permission bits of a socket; nothing where there is none.
    static func socketMode(_ path: String) -> UInt32? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return status.st_mode & 0o777
    }

    /// Whether somebody listens behind a socket: what libpcsclite says of a door that opens and
    /// shuts depends on how soon it shuts.
    static func isAnswered(_ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let line = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard line >= 0 else { return false }
        defer { close(line) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(line, $0, length) == 0
            }
        }
    }

    /// The areas of swap that lie in clear on a disk: zram never leaves memory, and what device
    /// mapper maps is taken for encrypted where its own name says so.
    static func swapInClear() -> [String] {
        let lines = String(decoding: text("/proc/swaps") ?? [], as: UTF8.self)
            .split(separator: "\n").dropFirst()
        return lines.compactMap { line in
            line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(String.init)
        }.filter { area in
            guard !area.hasPrefix("/dev/zram") else { return false }
            guard area.hasPrefix("/dev/dm-") else { return true }
            let uuid = text("/sys/block/\(area.dropFirst("/dev/".count))/dm/uuid") ?? []
            return !String(decoding: uuid, as: UTF8.self).hasPrefix("CRYPT-")
        }
    }

    /// The words that the running pcscd was started with; nothing where none is known.
    static func pcscdWords() -> [String]? {
        let file = String(decoding: text("/run/pcscd/pcscd.pid") ?? [], as: UTF8.self)
        guard let process = Int32(file.prefix { $0.isNumber }),
            text("/proc/\(process)/comm") == Array("pcscd\n".utf8),
            let line = text("/proc/\(process)/cmdline")
        else { return nil }
        return line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether these words make pcscd log what passes: `--apdu`, or `a` among short letters.
    static func logsAPDUs(_ words: [String]) -> Bool {
        // getopt takes a long name's beginning, where no other begins so.
        let long = words.contains { $0.count > 2 && "--apdu".hasPrefix($0) }
        // A letter that takes a value ends its word: what follows is no letter.
        let short = words.dropFirst().contains { word in
            word.hasPrefix("-") && !word.hasPrefix("--")
                && word.dropFirst().prefix { !"cptr".contains($0) }.contains("a")
        }
        return long || short
    }
}

extension Context {
    /// pcscd, its socket and what it sees.
    func readers() -> [Finding] {
        let path = MachineProbe.pcscdSocket
        let mode = MachineProbe.socketMode(path)
        do throws(PCSCError) {
            let names = try PCSCContext().readers()
            var findings: [Finding] = []
            if let words = MachineProbe.pcscdWords(), MachineProbe.logsAPDUs(words) {
                findings.append(
                    Finding("reader service", .pcscdLogsAPDUs, about: words.joined(separator: " ")))
            }
            guard !names.isEmpty else { return findings + [Finding("reader", .noReader)] }
            findings.append(
                Finding(name: "reader", isGood: true, detail: names.joined(separator: ", ")))
            if let mode, mode & 0o002 != 0 {
                findings.append(
                    Finding(
                        "reader socket", .pcscdSocketOpen, isGood: true,
                        about: "\(path) has mode \(String(mode, radix: 8))"))
            }
            return findings
        } catch {
            // Denied by the socket's mode, turned away at the door, or nobody behind it.
            if mode != nil, access(path, R_OK | W_OK) != 0 {
                return [Finding("reader", .pcscdSocketRefused, about: errorText(errno))]
            }
            guard MachineProbe.isAnswered(path) else { return [Finding("reader", .pcscdStopped)] }
            // pcscd hangs up on whom polkit denies; root is never denied.
            return [
                Finding("reader", getuid() == 0 ? .pcscRefused : .polkitDenied, about: "\(error)")
            ]
        }
    }

    /// Swap, and the fonts of the papers.
    func machine(_ configuration: TerminalConfiguration) -> [Finding] {
        var findings: [Finding] = []
        let swap = MachineProbe.swapInClear()
        if !swap.isEmpty {
            findings.append(
                Finding(
                    "swap", .swapOn, isGood: true, about: swap.joined(separator: ", ")))
        }
        do throws(KeyFile.Failure) {
            try PaperPress.check(fonts: configuration.paperFonts ?? PaperPress.usualFonts)
            findings.append(Finding(name: "fonts", isGood: true, detail: ""))
        } catch {
            // Where nobody named fonts and no pages print, only the command would miss them.
            let isNeeded =
                configuration.paperFonts != nil || configuration.desk != nil
                || configuration.kiosk != nil
            findings.append(
                Finding("fonts", .fontMissing, isGood: !isNeeded, about: "\(error)", .usage))
        }
        return findings
    }

    /// How long each certificate of this terminal is still good.
    func certificates(_ configuration: TerminalConfiguration) -> [Finding] {
        let house = configuration.clearinghouse
        var files = [
            house.identity.certificateFile, configuration.portal.certificateFile,
            house.authorityFile,
        ]
        if let tls = configuration.desk?.tls { files.append(tls.certificateFile) }
        let now = SystemClock().now().seconds
        var findings: [Finding] = []
        var shortest: Int64?
        for file in files {
            do throws(KeyFile.Failure) {
                let left = try KeyFile.certificate(file).notAfter.seconds - now
                let days = left / 86_400
                shortest = min(shortest ?? days, days)
                if left < 0 {
                    findings.append(
                        Finding("certificates", .certificateExpired, about: file, .clearinghouse))
                } else if days < 30 {
                    findings.append(
                        Finding(
                            "certificates", .certificateEnding, isGood: true,
                            about: "\(file): \(days) days left"))
                }
            } catch {
                findings.append(Finding("certificates", .keyFile, about: "\(error)", .usage))
            }
        }
        if findings.isEmpty, let shortest {
            findings.append(
                Finding(
                    name: "certificates", isGood: true, detail: "good for \(shortest) days"))
        }
        return findings
    }
}
