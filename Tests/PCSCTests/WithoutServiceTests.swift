import APDU
import Glibc
import MyNumberCard
import PCSC
import Testing

/// Unit tests meet no pcscd, whatever runs on the machine; system tests have their own, or the
/// machine's where namespaces are not allowed.
let hasService = environment("MADOGUCHI_PCSCD") != nil
/// Whether pcscd may be killed.
let isPrivate = environment("MADOGUCHI_PCSCD") == "private"

@Suite("Without a PC/SC service", .enabled(if: !hasService))
struct WithoutServiceTests {
    init() { setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm", 1) }

    @Test("a reader says that there is no service")
    func reader() async {
        let reader = PCSCReader(name: "none")
        await #expect(throws: CardError.channel(.noService)) {
            try await reader.perform { (channel) throws(CardError) in
                try readIdentity(on: &channel)
            }
        }
    }

    @Test("a monitor tells the loss once and goes on trying until nobody listens")
    func monitor() async {
        var pace = ReaderMonitor.Pace()
        pace.firstPauseMilliseconds = 1
        pace.longestPauseMilliseconds = 2
        for await event in ReaderMonitor(pace: pace).events() {
            guard case .serviceLost(let error) = event else {
                Issue.record("unexpected \(event)")
                break
            }
            #expect(error.meansServiceLost)
            break
        }
    }

    @Test(
        "codes are compared as 32 bits and mean what they mean to a card session",
        arguments: [
            0x8010_0069: CardChannelError.removed, 0x8010_000C: .removed, 0x8010_0068: .reset,
            0x8010_0066: .mute, 0x8010_000B: .busy, 0x8010_0009: .readerLost,
            0x8010_002E: .readerLost, 0x8010_001D: .noService, 0x8010_0013: .noService,
            0x8010_006A: .accessDenied, 0x8010_0002: .timedOut,
            0x8010_0020: .other(code: 0x8010_0020),
        ])
    func codes(code: UInt32, meaning: CardChannelError) {
        #expect(CardChannelError(PCSCError(rawValue: code)) == meaning)
    }
}
