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

@Test("a plan of faults is read as it is written")
func faultPlan() {
    #expect(
        FaultPlan("pulled@3,mute@7,sw:6F00@1,zero@2")
            == FaultPlan([
                3: .pulledBefore, 7: .mute, 1: .octets([0x6F, 0x00]), 2: .zeroOctets,
            ]))
    for text in [
        "", "pulled", "pulled@0", "pulled@x", "pulled@1,", "pulled@1,mute@1", "sw:6F@1", "nap@1",
    ] {
        #expect(FaultPlan(text) == nil)
    }
}
