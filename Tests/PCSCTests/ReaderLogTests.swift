import Testing

@testable import PCSC

@Suite("Events from the states of readers")
struct ReaderLogTests {
    private static let present: UInt = 0x20
    private static let empty: UInt = 0x10
    private static let mute: UInt = 0x200
    private static let inUse: UInt = 0x100

    private func state(_ flags: UInt, _ counter: UInt) -> ReaderState {
        ReaderState("R", known: counter << 16 | flags, atr: flags & 0x20 != 0 ? [0x3B] : [])
    }

    private func inserted(_ counter: UInt16) -> ReaderEvent {
        .cardInserted(reader: "R", atr: [0x3B], eventCounter: counter)
    }

    @Test("a card put in and pulled is told once each")
    func insertAndPull() {
        var log = ReaderLog()
        #expect(log.listed(["R"]) == [.readers(["R"])])
        #expect(log.listed(["R"]).isEmpty)
        #expect(log.saw(state(Self.empty, 0)).isEmpty)
        #expect(log.saw(state(Self.present, 1)) == [inserted(1)])
        #expect(log.saw(state(Self.present | Self.inUse, 1)).isEmpty, "in use is no event")
        #expect(log.saw(state(Self.empty, 2)) == [.cardRemoved(reader: "R")])
        #expect(log.saw(state(Self.empty, 2)).isEmpty)
    }

    @Test("a card that was there before anybody looked is told")
    func already() {
        var log = ReaderLog()
        #expect(log.saw(state(Self.present, 7)) == [inserted(7)])
    }

    @Test("a card pulled and put in between two looks is told as both")
    func fast() {
        var log = ReaderLog()
        _ = log.saw(state(Self.present, 1))
        #expect(log.saw(state(Self.present, 3)) == [.cardRemoved(reader: "R"), inserted(3)])
    }

    @Test("the counter may wrap")
    func wrap() {
        var log = ReaderLog()
        _ = log.saw(state(Self.present, 0xFFFF))
        #expect(log.saw(state(Self.present, 1)) == [.cardRemoved(reader: "R"), inserted(1)])
    }

    @Test("a mute card is told as such, and again when it answers")
    func muteCard() {
        var log = ReaderLog()
        #expect(
            log.saw(state(Self.present | Self.mute, 1))
                == [.cardMute(reader: "R", eventCounter: 1)])
        #expect(log.saw(state(Self.present, 1)) == [.cardRemoved(reader: "R"), inserted(1)])
    }

    @Test("a reader that goes takes its card with it")
    func lostReader() {
        var log = ReaderLog()
        _ = log.listed(["R", "S"])
        _ = log.saw(state(Self.present, 1))
        #expect(log.listed(["S"]) == [.cardRemoved(reader: "R"), .readers(["S"])])
        #expect(log.listed([]) == [.readers([])])
        #expect(log.listed(["R"]) == [.readers(["R"])])
        #expect(log.saw(state(Self.present, 1)) == [inserted(1)], "known anew")
    }
}
