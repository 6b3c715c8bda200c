import Octets
import Testing
import VirtualCard

@Test("messages of vpcd are cut from the stream however it arrives", arguments: [1, 2, 3, 7, 100])
func frames(pieceCount: Int) throws {
    let stream = try #require(
        [UInt8](hex: "000100" + "000101" + "000102" + "000104" + "0000" + "00020020" + "0001ff"))
    var reader = VPCDFrameReader()
    var messages: [VPCDMessage] = []
    for start in stride(from: 0, to: stream.count, by: pieceCount) {
        reader.append(stream[start...].prefix(pieceCount))
        while let message = reader.next() { messages.append(message) }
    }
    #expect(
        messages == [
            .powerOff, .powerOn, .reset, .getATR, .unknown([]), .command([0x00, 0x20]),
            .unknown([0xFF]),
        ])
}

@Test("an answer is one frame: length, then octets")
func frameOfAnAnswer() {
    #expect(vpcdFrame([0x90, 0x00]).hex == "00029000")
    #expect(vpcdFrame([]).hex == "0000")
    #expect(vpcdFrame([UInt8](repeating: 1, count: 70_000)).count == 2 + 65_535)
}
