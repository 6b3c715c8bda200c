import Disclosures
import Foundation
import Records
import Testing
import TransparencyLog

@testable import AccessHistory

/// `Format.md` says what a changed octet does, region by region; here every octet is changed.
@Suite("The table of what a changed octet does")
struct RegionTableTests {
    /// Six entries in groups of their own, of which `head` names four, with a checkpoint over two.
    let store: MemoryDisk
    let segment: String
    let end: Int
    private let frames: [Frame]

    private struct Frame {
        var start: Int
        var bodyOctetCount: Int
        var commit: Int
    }

    init() throws {
        let killed = MemoryDisk()
        var (ring, writer, _) = try killed.opened()
        for number in 0..<6 {
            _ = try writer.append("entry \(number)" + "x", ring: ring, disk: killed)
            if number == 1 { _ = try writer.signCheckpoint(ring.signer) }
        }
        store = try killed.withHead(naming: 4)
        segment = try #require(store.segments.first)
        var scan = try SegmentScan(
            try store.open(segment, writable: false), name: segment, key: nil)
        var frames: [Frame] = []
        while let group = try scan.next() {
            frames.append(
                Frame(
                    start: Int(group.entries[0].offset),
                    bodyOctetCount: group.entries[0].body.count,
                    commit: Int(group.end) - CommitFrame.octetCount))
        }
        self.frames = frames
        end = Int(scan.end)
    }

    enum Outcome: String {
        case refused, foreign, cut, verified, unseen
        case otherPlace = "other place"
        case absent = "–"
    }

    enum Column: Int, CaseIterable { case named, beyond, last }

    /// The rows of the document.
    static let rows: [(region: String, outcomes: [Outcome])] = {
        let format = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/AccessHistory/AccessHistory.docc/Format.md")
        let text = (try? String(contentsOf: format, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let outcomes = cells.dropFirst().compactMap(Outcome.init(rawValue:))
            return cells.count == 4 && outcomes.count == 3 ? (cells[0], outcomes) : nil
        }
    }()

    @Test("every octet of every region, changed, does what the table says")
    func table() throws {
        #expect(Self.rows.count == 41)
        for (region, outcomes) in Self.rows {
            for column in Column.allCases {
                let places = try places(of: region, column)
                #expect(places.isEmpty == (outcomes[column.rawValue] == .absent), "\(region)")
                // Of long runs of zeros, which are one thing, every eleventh.
                let step = places.count > 1000 ? 11 : 1
                for number in stride(from: 0, to: places.count, by: step) {
                    let place = places[number]
                    try check(place, is: outcomes[column.rawValue], "\(region), \(column)")
                }
            }
        }
    }

    @Test("no octet of the segment before its end is outside the table, or in two rows of it")
    func complete() throws {
        var seen = Set<Int>()
        for column in Column.allCases {
            for (region, _) in Self.rows {
                for place in try places(of: region, column)
                where place.file == segment && place.offset < end && !place.isStopped {
                    #expect(seen.insert(place.offset).inserted, "\(region): \(place.offset)")
                }
            }
        }
        // Of the groups that head names the second and the fourth stand for all.
        let left = frames[0].start..<frames[1].start
        let also = frames[2].start..<frames[3].start
        #expect(seen == Set(0..<end).subtracting(left).subtracting(also))
    }

    @Test("every length of the segment: refused in head, beyond it a part of a group is cut")
    func lengths() throws {
        let ends = try store.groupEnds()
        for count in [0, 1, 4095] + Array(4096..<end) {
            let disk = store.copy()
            disk.set(segment, Array(store.octets(segment)[..<count]))
            if count < ends[4] {
                #expect(throws: HistoryError.self, "\(count)") { try disk.opened() }
                #expect(disk.octets(segment).count == count)
                continue
            }
            let (_, writer, findings) = try disk.opened()
            let whole = ends.filter { $0 <= count }.count - 1
            #expect(writer.frontier.size == UInt64(whole), "\(count)")
            // What is cut is counted up to its last octet that is not zero.
            let tail = store.octets(segment)[ends[whole]..<count].lastIndex { $0 != 0 }
            let expected = tail.map { UInt64($0 + 1 - ends[whole]) }
            #expect(findings.cuts.first?.note.octetCount == expected, "\(count)")
        }
    }
}

extension RegionTableTests {
    struct Place {
        var file: String
        var offset: Int
        /// Where the frame begins that it is in.
        var frame = 0
        /// Whether the store was stopped in order.
        var isStopped = false
    }

    private func check(_ place: Place, is outcome: Outcome, _ what: String) throws {
        let disk = store.copy()
        if place.isStopped {
            var (_, writer, _) = try disk.opened()
            try writer.stop()
        }
        let old = disk.octets(place.file)[place.offset]
        disk.patch(place.file, [old ^ (place.offset % 2 == 0 ? 0x01 : 0x40)], at: place.offset)
        let what = "\(what), octet \(place.offset) of \(place.file)"
        let before = disk.contents
        do throws(HistoryError) {
            let (_, writer, findings) = try disk.opened()
            switch outcome {
            case .refused, .foreign, .absent: Issue.record("\(what): opened")
            case .cut:
                #expect(findings.cuts.count == 1, "\(what)")
                #expect(findings.cuts.first?.note.offset == UInt64(place.frame), "\(what)")
            case .verified:
                #expect(writer.frontier.size == 6 && findings.cuts.isEmpty, "\(what)")
                let fault = try HistoryArchive.verify(disk: disk).fault
                #expect(fault?.file == segment && fault?.index != nil, "\(what)")
                #expect(fault?.offset == UInt64(place.frame), "\(what)")
            case .unseen, .otherPlace:
                #expect(writer.frontier.size == 6 && findings.cuts.isEmpty, "\(what)")
                #expect(try HistoryArchive.verify(disk: disk).isWhole, "\(what)")
            }
        } catch {
            #expect(disk.contents == before, "\(what): a refusal changes nothing")
            switch (outcome, error) {
            case (.refused, .damaged(let file, let offset, _)):
                #expect(file == place.file && offset == UInt64(place.frame), "\(what): \(error)")
            case (.foreign, .foreign(let file, _)): #expect(file == place.file, "\(what)")
            default: Issue.record("\(what): \(error)")
            }
        }
    }

    private func places(of region: String, _ column: Column) throws -> [Place] {
        if region.hasPrefix("entry: ") || region.hasPrefix("commit: ") {
            let frames = [[frames[1], frames[3]], [frames[4]], [frames[5]]][column.rawValue]
            return frames.flatMap { inFrame(region, $0) }
        }
        switch (region, column) {
        case ("zeros behind the last group", .last):
            return [end, end + 7, end + 4000].map { Place(file: segment, offset: $0, frame: end) }
        case ("zeros behind a clean stop", .last):
            return [end, end + 7, end + 4000].map {
                Place(file: segment, offset: $0, frame: end, isStopped: true)
            }
        case (_, .named):
            let (file, ranges) = try inFiles(region)
            return ranges.flatMap { range in range.map { Place(file: file, offset: $0) } }
        default: return []
        }
    }

    private func inFrame(_ region: String, _ frame: Frame) -> [Place] {
        let entry = frame.start
        let commit = frame.commit
        let body = entry + EntryFrame.headOctetCount
        let (start, range): (Int, Range<Int>) =
            switch region {
            case "entry: mark": (entry, entry..<entry + 4)
            case "entry: octets of the body": (entry, entry + 4..<entry + 8)
            case "entry: index": (entry, entry + 8..<entry + 16)
            case "entry: version of the leaf": (entry, entry + 16..<entry + 17)
            case "entry: key id": (entry, entry + 17..<entry + 21)
            case "entry: commitment": (entry, entry + 21..<entry + 53)
            case "entry: digest of the body": (entry, entry + 53..<entry + 85)
            case "entry: zeros": (entry, entry + 85..<entry + 88)
            case "entry: check": (entry, entry + 88..<entry + 96)
            case "entry: sealed body": (entry, body..<body + frame.bodyOctetCount)
            case "entry: padding": (entry, body + frame.bodyOctetCount..<commit)
            case "commit: mark": (commit, commit..<commit + 4)
            case "commit: entries": (commit, commit + 4..<commit + 8)
            case "commit: size": (commit, commit + 8..<commit + 16)
            case "commit: root": (commit, commit + 16..<commit + 48)
            case "commit: oldest intent": (commit, commit + 48..<commit + 56)
            case "commit: place": (commit, commit + 56..<commit + 64)
            case "commit: code": (commit, commit + 64..<commit + 96)
            default: (0, 0..<0)
            }
        // Beyond head a whole group is judged: what is cut begins with it.
        let isLast = frame.start == frames[5].start
        return range.map { Place(file: segment, offset: $0, frame: isLast ? entry : start) }
    }

    private func inFiles(_ region: String) throws -> (String, [Range<Int>]) {
        let origin = 64 + Sample.place.logOrigin().utf8.count
        // The writing with the larger number is in the second place.
        let head = Head.placeOctetCount
        let frontier = head + 96 + 32
        let text = store.octets("checkpoint")
        let signature = try #require(Array(text).firstRange(of: Array("\n\n".utf8))).upperBound
        return switch region {
        case "header: mark": (segment, [0..<8])
        case "header: version": (segment, [8..<12])
        case "header: month": (segment, [12..<16])
        case "header: first index": (segment, [16..<24])
        case "header: lengths and zeros": (segment, [24..<32])
        case "header: root": (segment, [32..<64])
        case "header: origin": (segment, [64..<origin])
        case "header: zeros behind the origin": (segment, [origin..<4064])
        case "header: code": (segment, [4064..<4096])
        case "head: mark": ("head", [head..<head + 8])
        case "head: version": ("head", [head + 8..<head + 12])
        case "head: clean stop": ("head", [head + 12..<head + 16])
        case "head: number": ("head", [head + 16..<head + 24])
        case "head: size and root": ("head", [head + 24..<head + 64])
        case "head: segment and its end": ("head", [head + 64..<head + 80])
        case "head: signed size": ("head", [head + 80..<head + 88])
        case "head: frontier": ("head", [head + 88..<frontier])
        case "head: code": ("head", [frontier..<frontier + 32])
        case "head: behind the code": ("head", [frontier + 32..<head * 2])
        case "checkpoint: text": ("checkpoint", [0..<signature])
        case "checkpoint: key and signature": ("checkpoint", [signature..<text.count])
        default: ("", [])
        }
    }
}
