import APDU
import Testing

@Suite("Readers with keys of their own")
struct PINPadTests {
    @Test("an order is the structure of PC/SC part 10, its numbers little-endian")
    func order() {
        let order = PINPadOrder(
            template: [0x00, 0x20, 0x00, 0x80, 4, 0xFF, 0xFF, 0xFF, 0xFF], digitCount: 4,
            seconds: 30)
        #expect(
            order.octets == [
                30, 30, 0x82, 0x04, 0x00, 0x04, 0x04, 0x02, 0xFF, 0x09, 0x04, 0x00, 0, 0, 0, 9, 0,
                0, 0, 0x00, 0x20, 0x00, 0x80, 4, 0xFF, 0xFF, 0xFF, 0xFF,
            ])
    }

    @Test("the pad's control code is found among the features, wherever it stands")
    func features() {
        #expect(ReaderFeatures.verifyCode(in: [0x06, 4, 0x42, 0x33, 0x00, 0x06]) == 0x4233_0006)
        #expect(
            ReaderFeatures.verifyCode(in: [0x12, 4, 1, 2, 3, 4, 0x06, 4, 0, 0, 0, 9, 0x07, 0]) == 9)
        #expect(ReaderFeatures.verifyCode(in: []) == nil)
        #expect(ReaderFeatures.verifyCode(in: [0x12, 4, 1, 2, 3, 4]) == nil)
    }

    @Test("a list that is cut short or lies about its lengths has no pad, and ends")
    func hostileFeatures() {
        let whole: [UInt8] = [0x12, 4, 1, 2, 3, 4, 0x06, 4, 0x42, 0x33, 0, 6]
        for count in whole.indices {
            #expect(ReaderFeatures.verifyCode(in: Array(whole.prefix(count))) == nil)
        }
        for length in UInt8.min...UInt8.max where length != 4 {
            #expect(ReaderFeatures.verifyCode(in: [0x06, length, 0x42, 0x33, 0, 6]) == nil)
        }
        for tag in UInt8.min...UInt8.max {
            _ = ReaderFeatures.verifyCode(in: [UInt8](repeating: tag, count: 256))
        }
    }
}
