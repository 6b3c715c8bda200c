import APDU
import Cryptography
import Foundation
import JSON
import Octets
import Testing
import VirtualCard

/// `Tests/Conformance/card.json`: command and answer as data. The same table is asked of the card
/// through a reader, and of physical cards, by `Tests/System/conformance.py`.
struct ConformanceTable {
    struct Group: Sendable, CustomTestStringConvertible {
        var name: String
        var isPhysical: Bool
        var steps: [(send: String, expect: String)]
        var testDescription: String { name }
    }

    static let groups: [Group] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Conformance/card.json")
        guard let octets = try? KeyFile.read(file.path),
            let groups = try? JSONValue(parsing: octets)["groups"]?.arrayValue
        else { return [] }
        return groups.map { group in
            Group(
                name: group["name"]?.stringValue ?? "",
                isPhysical: group["physical"]?.boolValue ?? false,
                steps: (group["steps"]?.arrayValue ?? []).map {
                    ($0["send"]?.stringValue ?? "", $0["expect"]?.stringValue ?? "")
                })
        }
    }()

    /// The pattern of an expected answer as a regular expression.
    static func expression(_ expected: String) -> String {
        let alternatives = expected.split(separator: "|").map { pattern in
            pattern.replacing("?", with: "[0-9a-f]").replacing("*", with: "(?:[0-9a-f]{2})*")
                .replacing("<", with: "(?:[0-9a-f]{2}){").replacing(">", with: "}")
        }
        return "^(?:" + alternatives.joined(separator: "|") + ")$"
    }
}

@Suite("The conformance table")
struct ConformanceTests {
    @Test("the card answers as the table says", arguments: ConformanceTable.groups)
    func group(_ group: ConformanceTable.Group) throws {
        let image = try #require(Samples.complete)
        let holder = try #require(image.holder)
        let secrets = [
            "pin": image.pin, "password": image.password, "textPIN": image.textPIN,
            "A": Array(holder.verificationNumberA.utf8),
            "B": Array(holder.verificationNumberB.utf8),
            "birth": Array(holder.verificationNumberB.utf8.prefix(6)),
        ]
        var card = VirtualCard(image)
        for (send, expect) in group.steps {
            let command = secrets.reduce(send) { $0.replacing("{\($1.key)}", with: $1.value.hex) }
            let answer = card.say(command)
            let expression = try Regex(ConformanceTable.expression(expect))
            #expect(answer.wholeMatch(of: expression) != nil, "\(send) → \(answer), not \(expect)")
        }
        if group.isPhysical { #expect(card.memory == CardMemory()) }
    }

    @Test("nothing that a physical card is asked compares a secret, changes one, or signs")
    func physical() {
        #expect(ConformanceTable.groups.count > 10)
        for step in ConformanceTable.groups.filter(\.isPhysical).flatMap(\.steps) {
            let octets = [UInt8](hex: step.send) ?? [0x00, 0x24]
            #expect(octets.count < 2 || ![0x24, 0x2A, 0x2C, 0x32].contains(octets[1]))
            if octets.count > 1, octets[1] == 0x20 {
                #expect(CommandAPDU(octets)?.data.isEmpty == true, "\(step.send)")
            }
        }
    }
}
