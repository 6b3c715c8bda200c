internal import CSystem

/// The size of a thread's stack, in octets: address space, of which only what is used is memory.
package enum StackSize: UInt, Sendable {
    /// For a thread that runs anything.
    case usual = 0x80_0000
    /// For one of many: a connection.
    case small = 0x8_0000
}

/// Runs a body on a thread of its own, detached; false when the system has no thread to give. The
/// name, at most 15 octets of it, is for debuggers.
@discardableResult
package func startThread(
    _ name: StaticString, stack: StackSize = .usual, _ body: @escaping @Sendable () -> Void
) -> Bool {
    final class Box: Sendable {
        let name: StaticString
        let body: @Sendable () -> Void
        init(_ name: StaticString, _ body: @escaping @Sendable () -> Void) {
            (self.name, self.body) = (name, body)
        }
        func run() {
            unsafe csystem_name_thread(name.description)
            body()
        }
    }
    let argument = unsafe Unmanaged.passRetained(Box(name, body))
    let result = unsafe csystem_start_thread(
        stack.rawValue,
        { argument in
            if let argument = unsafe argument {
                unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().run()
            }
            return nil
        }, argument.toOpaque())
    if result != 0 { unsafe argument.release() }
    return result == 0
}

/// A counting gate (`sem_t`): who waits at it sleeps in the kernel until it is opened once for
/// them. Its address is kept as a number because a pointer is not sendable.
@safe package final class Gate: Sendable {
    private let address: UInt

    /// A gate that nobody has opened.
    package init() { address = UInt(bitPattern: unsafe csystem_semaphore()) }

    deinit { unsafe csystem_semaphore_free(semaphore) }

    private var semaphore: UnsafeMutableRawPointer? {
        unsafe UnsafeMutableRawPointer(bitPattern: address)
    }

    /// Lets one through: who waits, or the next to come.
    package func open() { unsafe csystem_semaphore_post(semaphore) }

    /// Waits to be let through; false when an instant passes first.
    @discardableResult
    package func wait(until instant: MonotonicInstant? = nil) -> Bool {
        unsafe csystem_semaphore_wait(semaphore, instant?.nanoseconds ?? -1) != 0
    }
}

/// An instant of the clock that is never set (CLOCK_MONOTONIC).
package struct MonotonicInstant: Hashable, Comparable, Sendable {
    let nanoseconds: Int64

    /// Now.
    package static var now: MonotonicInstant {
        MonotonicInstant(nanoseconds: csystem_monotonic_nanoseconds())
    }

    /// An instant so much later; very long is for ever.
    package func adding(_ duration: Duration) -> MonotonicInstant {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (part, isPartTooLong) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        let (sum, isTooLate) = nanoseconds.addingReportingOverflow(part)
        if isTooLong || isPartTooLong || isTooLate {
            return MonotonicInstant(nanoseconds: duration < .zero ? 0 : .max)
        }
        return MonotonicInstant(nanoseconds: max(0, sum))
    }

    package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
