import APDU
import HTTP
import TestWorlds
import Testing
import VirtualCard

@testable import FrontDesk

@Suite("A reader with keys of its own, over the whole terminal")
struct PadTests {
    @Test("nobody is let go while the reader may still send a PIN")
    func outlasts() async throws {
        let desk = try await WholeDesk.sample()
        desk.slot.type(.digits("1234"))
        desk.put()
        #expect(await desk.checkIn(pin: "").status == 200)
        let order = try #require(desk.slot.orders.first)
        // The first digit may take that long, and all the others as long again.
        let typing = Duration.seconds(2 * Int(order.order.seconds))
        #expect(try #require(order.visitLimit) > typing)
        #expect(desk.slot.orders.count == 1)
        try await desk.close()
    }

    @Test("digits that were typed elsewhere are not used, and the reader is not asked")
    func typedElsewhere() async throws {
        let desk = try await WholeDesk.sample()
        desk.slot.type(.digits("1234"))
        desk.put()
        let answer = await desk.checkIn(pin: "1234")
        #expect(answer.status == 409)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("pad-wanted"))
        #expect(desk.slot.orders.isEmpty && desk.slot.triesLeft == 3)
        try await desk.close()
    }

    @Test("wrong PINs on the reader's keys pause entry like any others")
    func paused() async throws {
        let desk = try await WholeDesk.sample()
        let card = try #require(desk.slot.card?.card)
        desk.slot.type(.digits("0000"))
        for _ in 0..<5 {
            desk.put(card)
            for _ in 0..<2 { #expect(await desk.checkIn(pin: "").status == 409) }
        }
        desk.put(card)
        desk.slot.type(.digits("1234"))
        let answer = await desk.checkIn(pin: "")
        #expect(String(decoding: answer.body, as: UTF8.self).contains("pin-paused"))
        #expect(desk.slot.orders.count == 10)
        try await desk.close()
    }
}
