import CheckIns
import JSON
import Records
import Testing

@Suite("Wrong PINs on a reader")
struct FailureCountTests {
    let policy = FailureCount.Policy()
    let start = Instant(seconds: 1_795_000_000)

    func after(_ failures: Int, cards: Int = 1) -> FailureCount {
        var count = FailureCount()
        for number in 0..<failures {
            count.fail(card: "card \(number % cards)", at: start, under: policy)
        }
        return count
    }

    @Test("three clumsy patients close nothing; whoever goes on meets a pause that doubles")
    func pauses() {
        #expect(after(9, cards: 3).pause(at: start, under: policy) == nil)
        for (failures, seconds): (Int, Int64) in [
            (10, 30), (11, 60), (12, 120), (13, 240), (14, 300), (40, 300), (100_000, 300),
        ] {
            let count = after(failures, cards: 50)
            #expect(count.pause(at: start, under: policy) == start.adding(seconds: seconds))
            #expect(count.pause(at: start.adding(seconds: seconds), under: policy) == nil)
        }
    }

    @Test("a right PIN clears the count, and so does an hour; a clock set back lengthens nothing")
    func cleared() {
        var count = after(12)
        #expect(count.pause(at: start.adding(seconds: -7200), under: policy) == nil)
        count.clear()
        #expect(count == FailureCount())
        count = after(12)
        count.fail(card: "late", at: start.adding(seconds: 3601), under: policy)
        #expect(count.failures == 1 && count.cards == ["late": 1])
    }

    @Test("a count reads back from what is kept; what is none is refused")
    func coding() throws {
        let count = after(300, cards: 300)
        #expect(count.cards.count == FailureCount.mostCards && count.failures == 300)
        #expect(try FailureCount(json: count.json) == count)
        #expect(try FailureCount(json: FailureCount().json) == FailureCount())
        for broken: JSONValue in [
            [:], ["version": 2, "failures": 0, "cards": [:]],
            ["version": 1, "failures": -1, "cards": [:]],
            ["version": 1, "failures": 1, "cards": ["a": -1]],
            ["version": 1, "failures": 1, "cards": [:], "last": "now"],
        ] {
            #expect(throws: JSONError.self) { try FailureCount(json: broken) }
        }
    }
}
