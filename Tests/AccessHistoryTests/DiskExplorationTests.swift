import Synchronization
import Testing
import TransparencyLog

@testable import AccessHistory

/// Every call of `ScriptedRun` that changes the disk, with everything that may go wrong there.
@Suite("A disk that fails, reorders, forgets or lies at any call of a scripted run")
struct DiskExplorationTests {
    /// The faults of a kind, one for each call that it concerns.
    private static func faults(_ kind: MemoryDisk.Fault.Kind) -> [MemoryDisk.Fault] {
        let whole = MemoryDisk()
        let run = ScriptedRun.run(whole)
        #expect(run.isWhole && run.acknowledged == 14 && run.checkpoints.count == 3)
        return whole.callKinds.enumerated().compactMap { number, call in
            kind.concerns(call) ? MemoryDisk.Fault(kind: kind, call: number + 1) : nil
        }
    }

    @Test(
        "power lost at any call, any part of the cache on the disk: every acknowledged entry is there",
        arguments: Survival.all)
    func power(survival: Survival) throws {
        for fault in Self.faults(.power) {
            let disk = MemoryDisk(fault: fault)
            let run = ScriptedRun.run(disk)
            try run.expectRecovery(
                of: disk.afterPowerCut(survival), goesOn: fault.call % 4 == 0,
                "call \(fault.call), \(survival)")
        }
    }

    @Test(
        "an error at any call: nothing acknowledged is lost, over a restart and over a power cut",
        arguments: [MemoryDisk.Fault.Kind.error, .halfWritten, .forgottenSync])
    func errors(kind: MemoryDisk.Fault.Kind) throws {
        for fault in Self.faults(kind) {
            let disk = MemoryDisk(fault: fault)
            let run = ScriptedRun.run(disk)
            try run.expectRecovery(of: disk.restarted(), "\(fault), restarted")
            for survival in [Survival.nothing, .everything, .random(seed: 7)] {
                try run.expectRecovery(
                    of: disk.afterPowerCut(survival), goesOn: false, "\(fault), \(survival)")
                // The same after a restart went on: it may not have built upon what was forgotten.
                let restarted = disk.restarted()
                let later = ScriptedRun.run(restarted, after: run, openings: 1)
                #expect(later.isWhole, "\(fault)")
                try later.expectRecovery(
                    of: restarted.afterPowerCut(survival), goesOn: false,
                    "\(fault), gone on, \(survival)")
            }
        }
    }

    @Test(
        "power lost again at any call of a recovery",
        arguments: [Survival.nothing, .everything, .everyOther(fromSecond: true)])
    func powerDuringRecovery(survival: Survival) throws {
        for fault in Self.faults(.power) where fault.call % 3 == 0 {
            let first = MemoryDisk(fault: fault)
            let run = ScriptedRun.run(first)
            var call = 0
            var isRecovered = false
            while !isRecovered {
                call += 1
                let second = first.afterPowerCut(.everyOther(fromSecond: false))
                second.state.withLock { $0.fault = .power(at: call) }
                isRecovered = (try? second.opened()) != nil
                try run.expectRecovery(
                    of: second.afterPowerCut(survival), goesOn: call % 4 == 0,
                    "\(fault), then call \(call)")
            }
        }
    }

    @Test(
        "a disk that says it wrote and did not: found out, or lost only behind its lie; never made up",
        arguments: MemoryDisk.Fault.Kind.allCases.filter(\.isLie))
    func lies(kind: MemoryDisk.Fault.Kind) throws {
        var (refusals, holes) = (0, 0)
        for fault in Self.faults(kind) {
            // The power goes some calls after the lie, or at the end.
            for later in [1, 3, 8, nil] {
                let disk = MemoryDisk(fault: fault)
                disk.state.withLock { $0.powerCall = later.map { fault.call + $0 } }
                let run = ScriptedRun.run(disk)
                for survival in [Survival.nothing, .everything, .random(seed: 5)] {
                    let what = "\(fault), power \(later ?? 0) calls later, \(survival)"
                    let left = disk.afterPowerCut(survival)
                    let before = left.withoutDrafts
                    do throws(HistoryError) {
                        _ = try left.opened()
                    } catch {
                        refusals += 1
                        #expect(left.withoutDrafts == before, "\(what): a refusal changes nothing")
                        let report = try? HistoryArchive.verify(disk: left)
                        #expect(report?.isWhole != true, "\(what)")
                        continue
                    }
                    do throws(HistoryError) {
                        let size = try run.expectTruth(of: left, what)
                        #expect(size >= run.acknowledgedBeforeLie ?? run.acknowledged, "\(what)")
                        let signed = run.checkpoints.map(\.size).max() ?? 0
                        #expect(size >= signed, "\(what)")
                    } catch {
                        // An earlier month is believed on opening; reading it and a verification
                        // name the hole.
                        holes += 1
                        #expect(try !HistoryArchive.verify(disk: left).isWhole, "\(what)")
                    }
                }
            }
        }
        #expect(kind == .delayedSync || refusals > 0 && holes > 0)
    }
}

extension MemoryDisk {
    /// Every file but replacements that were not finished: an opening removes those.
    fileprivate var withoutDrafts: [String: [UInt8]] {
        contents.filter { !$0.key.hasSuffix(".new") }
    }
}
