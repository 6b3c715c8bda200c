internal import CSystem
internal import Cryptography
internal import Executors
internal import Glibc
internal import Octets
package import Records

/// The machine's clock.
package struct SystemClock: TerminalClock {
    /// The clock.
    package init() {}

    package func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package func sleep(seconds: Double) async throws {
        try await Alarms.shared.sleep(for: .milliseconds(Int64(seconds * 1000)))
    }

    /// Whether the kernel's clock is disciplined by a time service (adjtimex).
    package var isSynchronised: Bool {
        csystem_clock_is_synchronised() != 0
    }
}

/// UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, the rest random.
package struct UUIDSource: IdentifierSource {
    /// A source.
    package init() {}

    package func identifier(at instant: Instant) -> String {
        var octets: [UInt8] = []
        octets.append(bigEndian: UInt64(bitPattern: instant.milliseconds) << 16)
        octets.removeLast(2)
        octets += RandomOctets.make(10)
        octets[6] = octets[6] & 0x0F | 0x70
        octets[8] = octets[8] & 0x3F | 0x80
        let hex = Array(octets.hex)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(hex[$0]) }
            .joined(separator: "-")
    }
}
