import APDU
import Authority
import Cryptography
import Glibc
import JSON
import Octets
import Records
import TestFolders
import Testing
import VirtualCard

@Suite("Card files")
struct CardFileTests {
    let root = TemporaryFolder()

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test("a card is written and read back; what is secret is for its owner only")
    func roundTrip() throws {
        let folder = root.path
        var image = try #require(Samples.image)
        image.pin = Array("9876".utf8)
        let file = try CardFile(path: "\(folder)/mado.json")
        try file.save(image)
        let back = try file.loadImage()
        #expect(back.person == "sample" && back.atr == image.atr && back.label == image.label)
        #expect(back.pin == image.pin && back.password == image.password)
        #expect(back.authentication?.certificate == image.authentication?.certificate)
        #expect(back.signature?.key.pem == image.signature?.key.pem)
        #expect(mode("\(folder)/mado.json") == 0o644)
        for secret in ["key", "signature.key", "pins", "state"] {
            #expect(mode("\(folder)/mado.\(secret)") == 0o600)
        }
    }

    @Test("tries spent survive the card's power, program and swaps; a new card has all its tries")
    func counters() throws {
        let folder = root.path
        let file = try CardFile(path: "\(folder)/mado.json")
        try file.save(try #require(Samples.withoutSignature))
        var card = try file.load()
        #expect(card.say(selectApplication) + card.say("00a4020c020018") == "90009000")
        #expect(card.say("002000800430303030") == "63c2")
        #expect(try file.loadCounters().triesLeft == [CardImage.pinName: 2])
        var again = try file.load()
        #expect(again.say(selectApplication) + again.say("00200098") == "900063c2")
        #expect(again.say("002000980431323334") == "9000")
        #expect(try file.loadCounters().triesLeft == [CardImage.pinName: 3])
        try file.save(CardMemory(counters: PINCounters(triesLeft: [CardImage.pinName: 0])))
        try file.save(try #require(Samples.withoutSignature))
        #expect(try file.loadCounters() == PINCounters())
    }

    @Test("a file that is not right is refused with the field named")
    func malformed() throws {
        let folder = root.path
        let path = "\(folder)/mado.json"
        let file = try CardFile(path: path)
        try file.save(try #require(Samples.image))
        let octets = try KeyFile.read(path)
        let fields = try #require(JSONValue(parsing: octets).objectValue)
        func reason(_ change: (inout [String: JSONValue]) -> Void) throws -> String {
            var changed = fields
            change(&changed)
            try KeyFile.write(JSONValue.object(changed).pretty, to: path, isPrivate: false)
            guard
                case .malformed(_, let reason)? = #expect(
                    throws: CardFileError.self, performing: { try file.loadImage() })
            else { return "" }
            return reason
        }
        #expect(try reason { $0["colour"] = "pink" }.hasPrefix("$.colour"))
        #expect(try reason { $0["version"] = 2 }.hasPrefix("$.version"))
        #expect(try reason { $0["kind"] = "x" }.hasPrefix("$.kind"))
        #expect(try reason { $0["atr"] = "3b" }.hasPrefix("$.atr"))
        #expect(try reason { $0["person"] = nil }.hasPrefix("$.person"))
        #expect(
            try reason { $0["authentication"] = ["certificate": "!"] }
                .hasPrefix("$.authentication.certificate"))
        #expect(
            try reason { $0["authentication"] = $0["signature"] }.contains("does not fit"))
        try KeyFile.write([UInt8](octets.dropLast(30)), to: path, isPrivate: false)
        #expect(throws: CardFileError.self) { try file.loadImage() }
        let other = try CardFile(path: "\(folder)/scenario.json")
        try KeyFile.write(Array(#"{"version":1}"#.utf8), to: other.path, isPrivate: false)
        let error = #expect(throws: CardFileError.self) { try other.loadImage() }
        #expect(error?.description.contains("scenario.json: $.") == true)
    }

    @Test("a complete card is read back; a holder that is changed by hand no longer fits")
    func holder() throws {
        let folder = root.path
        let path = "\(folder)/mado.json"
        let file = try CardFile(path: path)
        let image = try #require(Samples.complete)
        try file.save(image)
        let back = try file.loadImage()
        #expect(back.holder == image.holder && back.chip?.vouched == image.chip?.vouched)
        #expect(back.textPIN == image.textPIN && mode("\(folder)/mado.chip.key") == 0o600)
        let fields = try #require(JSONValue(parsing: KeyFile.read(path)).objectValue)
        func reason(_ change: (inout [String: JSONValue]) -> Void) throws -> String {
            var (changed, holder) = (fields, try #require(fields["holder"]?.objectValue))
            change(&holder)
            changed["holder"] = holder.isEmpty ? nil : .object(holder)
            try KeyFile.write(JSONValue.object(changed).pretty, to: path, isPrivate: false)
            let error = #expect(throws: CardFileError.self) { try file.loadImage() }
            guard case .malformed(_, let reason)? = error else { return "" }
            return reason
        }
        #expect(try reason { $0["number"] = "123456789018" }.hasPrefix("$.holder.number"))
        #expect(try reason { $0["photo"] = "AAAA" }.hasPrefix("$.holder.photo"))
        #expect(try reason { $0["blood"] = "A" }.hasPrefix("$.holder.blood"))
        #expect(try reason { $0["sex"] = "7" }.hasPrefix("$.holder.sex"))
        #expect(try reason { $0["birthDate"] = "1980-02-30" }.hasPrefix("$.holder.birthDate"))
        #expect(try reason { $0["birthDate"] = "1980-02-18" }.hasPrefix("$.vouched.text"))
        #expect(try reason { $0["number"] = "888888888888" }.hasPrefix("$.vouched.text"))
        #expect(try reason { $0.removeAll() }.hasPrefix("$.vouched"))
        try KeyFile.write(
            JSONValue.object(fields).pretty, to: path, isPrivate: false)
        let key = try PrivateKey.generate(.rsa(bits: 2048))
        try KeyFile.write(key.pem, to: "\(folder)/mado.chip.key", isPrivate: true)
        let error = #expect(throws: CardFileError.self) { try file.loadImage() }
        #expect(error?.description.contains("$.vouched.age") == true)
    }

    @Test("a card file that ends early is refused wherever it ends, and so is its memory")
    func cutShort() throws {
        let folder = root.path
        let file = try CardFile(path: "\(folder)/mado.json")
        try file.save(try #require(Samples.complete))
        for name in ["mado.json", "mado.pins", "mado.state"] {
            let path = "\(folder)/\(name)"
            let octets = try KeyFile.read(path)
            for count in stride(from: 0, to: octets.count - 2, by: octets.count / 16 + 1) {
                try KeyFile.write([UInt8](octets.prefix(count)), to: path, isPrivate: true)
                #expect(throws: CardFileError.self) { try file.load() }
            }
            try KeyFile.write(octets, to: path, isPrivate: true)
            _ = try file.load()
        }
        for memory in [
            #"{"triesLeft":{"jpki/0019":1}}"#, #"{"triesLeft":{"jpki/0018":-1}}"#,
            #"{"triesLeft":{"jpki/0018":4}}"#, #"{"triesLeft":{"surface/0012":11}}"#,
            #"{"changed":{"jpki/0018":5678}}"#, #"{"changed":{"jpki/0018":"56789"}}"#,
            #"{"changed":{"surface/0012":"1"}}"#, #"{"destroyed":1}"#,
        ] {
            try KeyFile.write(
                Array(memory.utf8), to: "\(folder)/mado.state", isPrivate: true)
            #expect(throws: CardFileError.self) { try file.load() }
        }
    }

    @Test("secrets that others may read, and bad PINs, are refused")
    func secrets() throws {
        let folder = root.path
        let file = try CardFile(path: "\(folder)/mado.json")
        try file.save(try #require(Samples.image))
        chmod("\(folder)/mado.key", 0o644)
        #expect(throws: CardFileError.self) { try file.loadImage() }
        chmod("\(folder)/mado.key", 0o600)
        for pins in [
            #"{"pin":"12345","password":"ABC123"}"#, #"{"pin":"1234","password":"abc123"}"#,
            #"{"pin":1234,"password":"ABC123"}"#, #"{"pin":"1234"}"#, "",
        ] {
            try KeyFile.write(Array(pins.utf8), to: "\(folder)/mado.pins", isPrivate: true)
            #expect(throws: CardFileError.self) { try file.loadImage() }
        }
    }

    @Test("authorities are made once and found again; their keys are for their owner only")
    func authorities() throws {
        let folder = root.path
        #expect(try CardAuthorities.load(from: folder)?.signature.certificate == nil)
        let made = try CardAuthorities.make(
            in: folder, notBefore: Samples.now, notAfter: Samples.now.adding(seconds: 86_400))
        let found = try #require(try CardAuthorities.load(from: folder))
        #expect(found.authentication.certificate == made.authentication.certificate)
        #expect(found.signature.certificate == made.signature.certificate)
        #expect(made.signature.certificate != made.authentication.certificate)
        #expect(mode("\(folder)/user-authentication.key") == 0o600)
    }

    @Test("a name that is no card file's is refused", arguments: ["", ".json", "mado", "a/.json"])
    func names(path: String) {
        #expect(throws: CardFileError.self) { try CardFile(path: path) }
    }
}
