import Foundation
import Secrets
import Testing

@Suite("Pages for secrets, as the kernel sees them")
struct SecretPageTests {
    /// What the kernel says of the mapping that holds an address: nothing where there is none.
    private func flags(at address: UInt) throws -> Set<String>? {
        // A file of no known size: read to its end.
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var isIn = false
        for line in maps.split(separator: "\n") {
            let range = line.prefix { $0 != " " }.split(separator: "-")
            if range.count == 2, let start = UInt(range[0], radix: 16),
                let end = UInt(range[1], radix: 16)
            {
                isIn = (start..<end).contains(address)
            } else if isIn, line.hasPrefix("VmFlags:") {
                return Set(line.dropFirst(8).split(separator: " ").map(String.init))
            }
        }
        return nil
    }

    private func address(of page: borrowing SecretPage) -> UInt {
        page.withSpan { span in
            unsafe span.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        }
    }

    @Test("a page is locked, left out of core files, and empty in a forked child")
    func flags() throws {
        var page = SecretPage(capacity: 4)
        for digit in Array("1234".utf8) { page.append(digit) }
        let flags = try #require(try flags(at: address(of: page)))
        // lo: locked; dd: not dumped; wf: wiped on fork (proc(5)).
        #expect(flags.isSuperset(of: ["dd", "wf"]), "\(flags)")
        #expect(flags.contains("lo") == page.isLocked)
        #expect(page.count == 4)
    }

    @Test("once a page is gone nothing is mapped where it was")
    func gone() throws {
        let before: UInt
        do {
            var page = SecretPage(capacity: 4)
            page.append(0x39)
            before = address(of: page)
            #expect(try flags(at: before) != nil)
            consume(page)
        }
        let after = try flags(at: before)
        // Another thread may have mapped something there meanwhile; a secret's page it is not.
        #expect(after?.contains("wf") != true)
    }

    private func consume(_ page: consuming SecretPage) {}

    @Test("what was wiped is zero, all of the page")
    func wiped() {
        var page = SecretPage(capacity: 8)
        for _ in 0..<8 { page.append(0x41) }
        let start = address(of: page)
        page.wipe()
        #expect(page.count == 0)
        let octets = unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(bitPattern: start), count: page.capacity)
        #expect(unsafe octets.allSatisfy { $0 == 0 })
        #expect(address(of: page) == start)
    }

    @Test("a box gives its secret once")
    func box() {
        var page = SecretPage(capacity: 4)
        page.append(0x31)
        let box = SecretBox(page)
        var counts: [Int] = []
        while let taken = box.take() { counts.append(taken.count) }
        #expect(counts == [1])
    }
}
