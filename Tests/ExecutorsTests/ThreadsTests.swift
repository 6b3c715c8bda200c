import Synchronization
import Testing

@testable import Executors

/// Something that many threads write down.
final class Noted<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value { state.withLock { $0 } }
    func change(_ body: (inout Value) -> Void) {
        state.withLock { (value: inout Value) in body(&value) }
    }
}

@Suite("Threads")
struct ThreadsTests {
    @Test("a work thread does everything in its order, also what is left when it is let go")
    func order() async {
        let done = Noted<[Int]>([])
        let isOver = OneShot<Bool>()
        var thread: WorkThread? = WorkThread(name: "test")
        for number in 0..<1000 {
            thread?.perform {
                done.change { $0.append(number) }
                if number == 999 { isOver.settle(true) }
            }
        }
        thread = nil
        #expect(await isOver.value(ifCancelled: { false }))
        #expect(done.value == Array(0..<1000))
    }

    @Test("a work thread takes work after it has slept, and from many threads at once")
    func many() async {
        let thread = WorkThread(name: "test")
        let count = Noted(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        thread.perform {
                            count.change { $0 += 1 }
                            continuation.resume()
                        }
                    }
                }
            }
        }
        #expect(count.value == 200)
    }

    @Test("an actor on a thread of its own keeps its jobs apart")
    func executor() async {
        actor Counter {
            private let executor = BlockingExecutor(label: "test")
            nonisolated var unownedExecutor: UnownedSerialExecutor {
                executor.asUnownedSerialExecutor()
            }
            private(set) var count = 0
            func add() { count += 1 }
        }
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 { group.addTask { await counter.add() } }
        }
        #expect(await counter.count == 500)
    }

    @Test("a gate lets through as many as it was opened for, and nobody after its time")
    func gate() {
        let gate = Gate()
        gate.open()
        gate.open()
        #expect(gate.wait(until: .now))
        #expect(gate.wait())
        #expect(!gate.wait(until: .now))
        #expect(!gate.wait(until: .now.adding(.milliseconds(5))))
    }

    @Test("the value that is there first is taken, also by a task that was cancelled")
    func oneShot() async {
        let shot = OneShot<Int>()
        shot.settle(1)
        shot.settle(2)
        #expect(await shot.value(ifCancelled: { 3 }) == 1)
        let task = Task { await OneShot<Int>().value(ifCancelled: { 3 }) }
        task.cancel()
        #expect(await task.value == 3)
    }
}
