import Octets
import Testing

@testable import HistoryExports

@Suite("How far a receiver has the history")
struct FeedTests {
    private let origin = "madoguchi/1310000003/desk-1"
    private let hash = Self.digest(7)

    private static func digest(_ octet: UInt8) -> SHA256Digest {
        guard let digest = SHA256Digest([UInt8](repeating: octet, count: 32)) else {
            preconditionFailure("a digest is 32 octets")
        }
        return digest
    }

    private var cursor: FeedCursor {
        FeedCursor(origin: origin, receiver: "logs.example:6514", next: 5, latest: hash)
    }

    @Test("a cursor is read as it was written, and in no other form")
    func form() throws {
        #expect(try FeedCursor(octets: cursor.octets) == cursor)
        let beginning = FeedCursor(origin: origin, receiver: "logs.example:6514")
        #expect(try FeedCursor(octets: beginning.octets) == beginning)
        let text = String(decoding: cursor.octets, as: UTF8.self)
        let edits = [
            ("\"version\":1", "\"version\":2"), ("\"next\":5", "\"next\":-1"),
            ("\"next\":5", "\"next\":0"), ("\"next\":5", "\"next\":9007199254740992"),
            ("\"latest\"", "\"later\""), ("}", ",\"more\":1}"), ("}", ""),
        ]
        for (old, new) in edits {
            #expect(throws: FeedCursor.Fault.self, "\(old) \(new)") {
                try FeedCursor(octets: Array(text.replacing(old, with: new).utf8))
            }
        }
        #expect(throws: FeedCursor.Fault.self) {
            try FeedCursor(octets: [UInt8](repeating: 0x20, count: 5000))
        }
    }

    @Test("it goes on only in the log, at the receiver and in the history that it was kept for")
    func checked() throws {
        func check(
            origin: String? = nil, receiver: String = "logs.example:6514", size: UInt64 = 9,
            _ known: SHA256Digest? = nil
        ) -> FeedCursor.Fault? {
            do throws(FeedCursor.Fault) {
                try cursor.check(
                    origin: origin ?? self.origin, receiver: receiver, size: size
                ) { $0 == 4 ? known ?? hash : nil }
                return nil
            } catch { return error }
        }
        #expect(check() == nil && check(size: 5) == nil)
        #expect(check(origin: "madoguchi/1310000003/desk-2") == .otherOrigin(origin))
        #expect(check(receiver: "logs.example:1") == .otherReceiver("logs.example:6514"))
        #expect(check(size: 4) == .beyond(next: 5, size: 4))
        #expect(check(Self.digest(8)) == .otherHistory(index: 4))
    }

    @Test(
        "lines of a receiver: this log's alone, whatever stands before; other text is passed over")
    func receipts() {
        var receipts = SyslogReceipts(origin: origin)
        func line(_ index: String, _ hash: SHA256Digest, origin: String? = nil) -> String {
            "[madoguchi@32473 origin=\"\(origin ?? self.origin)\" index=\"\(index)\" "
                + "leafHash=\"\(hash.hex)\"] {}"
        }
        let other = Self.digest(8)
        for text in [
            line("1", hash), "<109>1 2026 host madoguchi - viewed " + line("2", hash),
            line("3", hash, origin: "madoguchi/1310000003/desk-2"), line("x", hash),
            line("18446744073709551616", hash), "[madoguchi@32473 origin=\"", "",
            line("4", hash), line("4", hash), line("5", hash), line("5", other),
        ] {
            receipts.take(line: text)
        }
        #expect(receipts.lineCount == 6)
        #expect(receipts.standing(of: 1, hash) == .same && receipts.standing(of: 2, hash) == .same)
        #expect(receipts.standing(of: 1, other) == .different)
        #expect(receipts.standing(of: 3, hash) == .missing)
        #expect(receipts.standing(of: 4, hash) == .same)
        #expect(receipts.standing(of: 5, hash) == .different)
        #expect(receipts.standing(of: 5, other) == .different)
    }
}
