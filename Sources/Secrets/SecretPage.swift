import Glibc

/// A place for octets that must leave no trace: its own pages, locked into memory, left out of
/// core dumps and forked children, wiped before they go back to the system.
///
/// Not copyable, not printable, not encodable: a PIN in one can only be borrowed.
@safe package struct SecretPage: ~Copyable, Sendable {
    /// The start of the mapping, kept as a number because an address is not sendable.
    private let address: UInt
    /// Octets that fit.
    package let capacity: Int
    /// Octets that are in use.
    package private(set) var count = 0

    /// An empty page for at most `capacity` octets (rounded up to whole pages).
    ///
    /// Traps when the system has no memory at all; a page that cannot be locked (a limit of the
    /// account) is still used, and `isLocked` says so.
    package init(capacity: Int) {
        precondition(capacity > 0 && capacity <= 1 << 20, "a secret is small")
        let pageCount = Int(getpagesize())
        let rounded = (capacity + pageCount - 1) / pageCount * pageCount
        let mapping = unsafe mmap(
            nil, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
            preconditionFailure("no memory for a secret")
        }
        let locked = unsafe mlock(mapping, rounded) == 0
        unsafe madvise(mapping, rounded, Int32(MADV_DONTDUMP))
        unsafe madvise(mapping, rounded, Int32(MADV_WIPEONFORK))
        self.isLocked = locked
        self.capacity = rounded
        self.address = UInt(bitPattern: mapping)
    }

    /// Whether the system agreed never to write this page to swap.
    package let isLocked: Bool

    deinit {
        guard let start = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return }
        unsafe explicit_bzero(start, capacity)
        unsafe munmap(start, capacity)
    }

    /// The octets in use, borrowed.
    package func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeBufferPointer(
            start: UnsafePointer<UInt8>(bitPattern: address), count: count)
        return try unsafe body(Span(_unsafeElements: buffer))
    }

    /// Lets a C call or a `read` fill free space; `body` returns how many octets it wrote.
    package mutating func appendUnsafe<Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        let start = unsafe UnsafeMutableRawPointer(bitPattern: address + UInt(count))
        let written = try unsafe body(
            UnsafeMutableRawBufferPointer(start: start, count: capacity - count))
        precondition(written >= 0 && written <= capacity - count, "wrote past a secret's page")
        count += written
    }

    /// Appends octets that are not themselves secret (a command's header), or one by one.
    package mutating func append(_ octet: UInt8) {
        precondition(count < capacity, "a secret's page is full")
        unsafe UnsafeMutablePointer<UInt8>(bitPattern: address + UInt(count))?.pointee = octet
        count += 1
    }

    /// Appends the octets of a span.
    package mutating func append(copying octets: Span<UInt8>) {
        for index in octets.indices { append(octets[index]) }
    }

    /// Forgets what is there: wiped at once, the page stays usable.
    package mutating func wipe() {
        guard let start = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return }
        unsafe explicit_bzero(start, capacity)
        count = 0
    }
}
