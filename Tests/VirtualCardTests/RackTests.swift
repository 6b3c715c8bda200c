import APDU
import Cryptography
import Glibc
import JSON
import MyNumberCard
import Octets
import Testing
import VirtualCard

@Suite("The rack")
struct RackTests {
    /// A folder with the files of two cards, gone after the test.
    private func withRack(_ body: (inout Rack, String) throws -> Void) throws {
        var template = Array("/tmp/madoguchi-rack.XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            for name in (try? KeyFile.names(in: path, endingIn: "")) ?? [] {
                unlink("\(path)/\(name)")
            }
            rmdir(path)
        }
        var rack = Rack()
        for (name, image) in [("one", Samples.image), ("two", Samples.withoutSignature)] {
            let file = try CardFile(path: "\(path)/\(name).json")
            try file.save(try #require(image))
            try rack.add(file)
        }
        try body(&rack, path)
    }

    private func ask(_ rack: inout Rack, _ request: String) throws(RackError) -> JSONValue {
        guard let value = try? JSONValue(parsing: Array(request.utf8)),
            let read = try? RackRequest(value)
        else { throw .request(request) }
        return try rack.perform(read)
    }

    private func say(_ rack: inout Rack, _ hex: String, reader: Int = 35_963) -> String {
        switch rack.exchange(in: reader, [UInt8](hex: hex) ?? []).outcome {
        case .answer(let octets): octets.hex
        case .gone: "gone"
        case .silent: "silent"
        }
    }

    private func spendOne(_ rack: inout Rack) {
        #expect(say(&rack, selectApplication) + say(&rack, "00a4020c020018") == "90009000")
        _ = say(&rack, "002000800430303030")
    }

    @Test("a card is put in, taken out and swapped; one reader holds one card, and the other way")
    func placing() throws {
        try withRack { rack, _ in
            _ = try ask(&rack, #"{"do":"insert","card":"one"}"#)
            #expect(throws: RackError.readerTaken(35_963)) {
                try ask(&rack, #"{"do":"insert","card":"two"}"#)
            }
            #expect(throws: RackError.inReader("one")) {
                try ask(&rack, #"{"do":"insert","card":"one","reader":35964}"#)
            }
            #expect(throws: RackError.noSuchCard("three")) {
                try ask(&rack, #"{"do":"swap","card":"three"}"#)
            }
            #expect(rack.reader(of: "one") == 35_963, "a failed swap changes nothing")
            _ = try ask(&rack, #"{"do":"swap","card":"two"}"#)
            let list = try ask(&rack, #"{"do":"list"}"#)
            #expect(
                list.canonicalText
                    == #"{"cards":[{"card":"one"},{"card":"two","reader":35963}]}"#)
            _ = try ask(&rack, #"{"do":"remove","card":"two"}"#)
            #expect(say(&rack, selectApplication) == "gone")
            #expect(throws: RackError.readerEmpty(35_963)) {
                try ask(&rack, #"{"do":"remove"}"#)
            }
        }
    }

    @Test("tries survive swaps and restarts; only the office gives them back")
    func counters() throws {
        try withRack { rack, folder in
            _ = try ask(&rack, #"{"do":"insert","card":"one"}"#)
            for _ in 0..<2 { spendOne(&rack) }
            _ = try ask(&rack, #"{"do":"swap","card":"two"}"#)
            _ = try ask(&rack, #"{"do":"swap","card":"one"}"#)
            spendOne(&rack)
            #expect(say(&rack, "00200080") == "63c0")
            var again = Rack()
            try again.add(try CardFile(path: "\(folder)/one.json"))
            let status = try ask(&again, #"{"do":"status","card":"one"}"#)
            #expect(status["triesLeft"]?["jpki/0018"]?.integerValue == 0)
            _ = try ask(&rack, #"{"do":"reset-pin","card":"one","pin":"2468"}"#)
            #expect(say(&rack, selectApplication) + say(&rack, "00200098") == "900063c3")
            #expect(say(&rack, "0020009804" + "32343638") == "9000")
            #expect(throws: RackError.self) {
                try ask(&rack, #"{"do":"reset-pin","card":"one","pin":"24680"}"#)
            }
        }
    }

    @Test("a chip that was tampered with leaves its reader and never comes back")
    func tampering() throws {
        try withRack { rack, folder in
            _ = try ask(&rack, #"{"do":"insert","card":"one"}"#)
            _ = try ask(&rack, #"{"do":"tamper","card":"one"}"#)
            #expect(say(&rack, selectApplication) == "gone")
            #expect(throws: RackError.destroyed("one")) {
                try ask(&rack, #"{"do":"insert","card":"one"}"#)
            }
            for verb in ["reset-pin", "insert"] {
                #expect(throws: RackError.destroyed("one")) {
                    try ask(&rack, #"{"do":"\#(verb)","card":"one"}"#)
                }
            }
            #expect(try CardFile(path: "\(folder)/one.json").loadMemory().isDestroyed)
        }
    }

    @Test("faults are ordered when a card is put in, and while it is in")
    func faults() throws {
        try withRack { rack, _ in
            _ = try ask(
                &rack, #"{"do":"insert","card":"one","fault":"sw:6F00@1","damage":"foreign"}"#)
            #expect(say(&rack, selectApplication) + say(&rack, selectApplication) == "6f006a82")
            _ = try ask(&rack, #"{"do":"swap","card":"two","fault":"pulled@2"}"#)
            #expect(say(&rack, selectApplication) + say(&rack, "00200098") == "9000gone")
            #expect(rack.reader(of: "two") == nil, "a pulled card is back in the rack")
            _ = try ask(&rack, #"{"do":"insert","card":"two"}"#)
            #expect(say(&rack, selectApplication) == "9000")
            _ = try ask(&rack, #"{"do":"order","fault":"mute@1","slow":"40:7"}"#)
            #expect(say(&rack, "00200098") == "silent")
            let delays = (0..<8).map { _ in
                rack.exchange(in: 35_963, [0, 0x20, 0, 0x98]).delayMilliseconds
            }
            #expect(Set(delays).count > 4)
        }
    }

    @Test("another card slips in between certificate and VERIFY, and loses no try")
    func swappedUnnoticed() throws {
        try withRack { rack, _ in
            _ = try ask(
                &rack, #"{"do":"insert","card":"one","fault":"swapped@3","swappedFor":"two"}"#)
            #expect(say(&rack, selectApplication) + say(&rack, "00a4020c02000a") == "90009000")
            #expect(say(&rack, "00b0000004") == "6986", "the other card was never spoken to")
            #expect(rack.places[35_963]?.current == "two")
            #expect(throws: RackError.inReader("two")) {
                try ask(&rack, #"{"do":"insert","card":"two","reader":35964}"#)
            }
            spendOne(&rack)
            #expect(try rack.memory(of: "two").allTriesLeft["jpki/0018"] == 2)
            #expect(try rack.memory(of: "one").allTriesLeft["jpki/0018"] == 3)
        }
    }

    @Test("a broken card is refused when it comes into the rack")
    func broken() throws {
        try withRack { rack, folder in
            let octets = try KeyFile.read("\(folder)/one.json")
            try KeyFile.write(
                [UInt8](octets.dropLast(9)), to: "\(folder)/bad.json", isPrivate: false)
            #expect(throws: RackError.self) {
                try ask(&rack, #"{"do":"add","file":"\#(folder)/bad.json"}"#)
            }
            #expect(throws: RackError.nameTaken("one")) {
                try ask(&rack, #"{"do":"add","file":"\#(folder)/one.json"}"#)
            }
        }
    }

    @Test("a scenario is read in order of time; what it does not know is refused with its place")
    func scenario() throws {
        let text = """
            {"version": 1, // a comment
             "cards": [{"file": "one.json", "damage": "cut:100"}],
             "steps": [{"afterMilliseconds": 200, "do": "remove"},
                       {"afterMilliseconds": 300, "do": "add", "file": "two.json"},
                       {"do": "insert", "card": "one", "slow": "50:3"}]}
            """
        let scenario = try RackScenario(parsing: Array(text.utf8), in: "/cards/")
        #expect(scenario.steps.map(\.afterMilliseconds) == [0, 0, 200, 300])
        #expect(scenario.steps[3].request == .add(file: "/cards/two.json", Rack.Setting()))
        guard case .add("/cards/one.json", let setting) = scenario.steps[0].request else {
            Issue.record("the card comes first")
            return
        }
        #expect(setting.damages == [.certificateCut(octets: 100)])
        for (text, place) in [
            (#"{"version":2}"#, "$.version"), (#"{"version":1,"cards":[{}]}"#, "$.cards[0].file"),
            (#"{"version":1,"steps":[{"do":"fly"}]}"#, "$.steps[0].do"),
            (#"{"version":1,"steps":[{"do":"list","x":1}]}"#, "$.steps[0].x"),
            (#"{"version":1,"cards":[{"file":"a.json","fault":"x"}]}"#, "$.cards[0].fault"),
        ] {
            let error = #expect(throws: JSONError.self) {
                try RackScenario(parsing: Array(text.utf8), in: "")
            }
            #expect(
                error?.description.hasPrefix(place) == true, "\(text): \(error?.description ?? "")")
        }
    }

    @Test("delays are the same for the same seed, and half of them longer than the median")
    func slowness() {
        var (one, two) = (
            Slowness(medianMilliseconds: 100, seed: 9), Slowness(medianMilliseconds: 100, seed: 9)
        )
        let delays = (0..<1000).map { _ in one.nextMilliseconds() }
        #expect(delays == (0..<1000).map { _ in two.nextMilliseconds() })
        let longer = delays.filter { $0 > 100 }.count
        #expect((400...600).contains(longer) && delays.allSatisfy { (0...5000).contains($0) })
    }
}
