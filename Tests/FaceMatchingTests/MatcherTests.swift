import CheckIns
import FaceMatching
import Foundation
import Terminal
import TestFolders
import Testing

@Suite("Matchers of faces")
struct MatcherTests {
    private let photo = [UInt8](repeating: 1, count: 1000)

    @Test("there is no stub outside simulation, and its name says what it is")
    func stub() throws {
        #expect(StubMatcher(isSimulation: false) == nil)
        let stub = try #require(StubMatcher(isSimulation: true))
        #expect(stub.name.contains("stub") && stub.name.contains("simulation"))
    }

    @Test("the stub tells the same, another, a bad and no picture apart")
    func stubDecides() async throws {
        let stub = try #require(StubMatcher(isSimulation: true))
        #expect(await stub.compare(photo: photo, with: photo) == .score(perMille: 1000))
        let other = [UInt8](repeating: 2, count: 1000)
        #expect(await stub.compare(photo: photo, with: other) == .score(perMille: 0))
        let bad = photo.enumerated().map { $0 % 2 == 0 ? $1 : 9 }
        #expect(await stub.compare(photo: photo, with: bad) == .undecided(.blurred))
        #expect(await stub.compare(photo: [], with: []) == .undecided(.noFace))
        #expect(await stub.compare(photo: photo, with: []) == .score(perMille: 0))
    }

    @Test("an answer is a score, or why there is none; anything else decides nothing")
    func answers() {
        let rows: [(text: String, verdict: FaceVerdict)] = [
            (#"{"scorePerMille":0}"#, .score(perMille: 0)),
            (#"{"scorePerMille": 1000}"#, .score(perMille: 1000)),
            (#"{"undecided":"noFace"}"#, .undecided(.noFace)),
            (#"{"undecided":"blurred"}"#, .undecided(.blurred)),
            (#"{"undecided":"cameraAway"}"#, .undecided(.matcherNonsense)),
            (#"{"scorePerMille":1001}"#, .undecided(.matcherNonsense)),
            (#"{"scorePerMille":-1}"#, .undecided(.matcherNonsense)),
            (#"{"scorePerMille":900,"more":1}"#, .undecided(.matcherNonsense)),
            (#"{"scorePerMille":900,"scorePerMille":900}"#, .undecided(.matcherNonsense)),
            (#"{"scorePerMille":"900"}"#, .undecided(.matcherNonsense)),
            (#"{"scorePerMille":9e2}"#, .undecided(.matcherNonsense)),
            ("{}", .undecided(.matcherNonsense)), ("[]", .undecided(.matcherNonsense)),
            ("yes", .undecided(.matcherNonsense)), ("", .undecided(.matcherNonsense)),
        ]
        for row in rows { #expect(FaceVerdict(answer: Array(row.text.utf8)) == row.verdict) }
        let long = #"{"scorePerMille":900"# + String(repeating: " ", count: 5000) + "}"
        #expect(FaceVerdict(answer: Array(long.utf8)) == .undecided(.matcherNonsense))
    }

    /// A matcher that is a shell script; the shell is what is started, since a file that was just
    /// written counts as busy while another test's child still holds it open.
    private func external(
        _ script: String, in folder: TemporaryFolder, seconds: Double = 30
    ) throws -> ExternalMatcher {
        let path = folder.path + "/matcher.sh"
        try Data("\(script)\n".utf8).write(to: URL(filePath: path))
        return ExternalMatcher(
            name: "test 1", way: .program(path: "/bin/sh", arguments: [path, "a b"]),
            matchPerMille: 800, limitSeconds: seconds)
    }

    @Test("a program gets both pictures by descriptor, nothing else, and answers on its output")
    func program() async throws {
        let folder = TemporaryFolder()
        let script = """
            PATH=/usr/bin:/bin
            photo=$(cat <&3); frame=$(cat <&4)
            for n in 5 6 7 8 9; do (: >&$n) 2>/dev/null && exit 1; done
            [ "$photo" = PHOTO ] && [ "$frame" = FRAME ] && [ "$1" = "a b" ] || exit 2
            (echo x >&3) 2>/dev/null && exit 3
            env | grep -v -e ^PATH= -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= && exit 4
            echo '{"scorePerMille":873}'
            """
        let matcher = try external(script, in: folder)
        let verdict = await matcher.compare(photo: Array("PHOTO".utf8), with: Array("FRAME".utf8))
        #expect(verdict == .score(perMille: 873))
    }

    @Test(
        "a crash, silence and nonsense decide nothing",
        arguments: [
            ("exit 1", FaceTrouble.matcherFailed), ("kill -SEGV $$", .matcherFailed),
            ("echo nonsense", .matcherNonsense),
            ("head -c 100000 /dev/zero", .matcherNonsense),
            (#"echo '{"scorePerMille":900}'; echo more"#, .matcherNonsense),
        ])
    func noDecision(script: String, trouble: FaceTrouble) async throws {
        let folder = TemporaryFolder()
        let matcher = try external("PATH=/usr/bin:/bin\n" + script, in: folder)
        #expect(await matcher.compare(photo: photo, with: photo) == .undecided(trouble))
    }

    @Test("a program that says nothing in time is ended with what it started")
    func silence() async throws {
        let folder = TemporaryFolder()
        let mark = folder.path + "/pids"
        let matcher = try external(
            "PATH=/usr/bin:/bin; sleep 600 & echo $! $$ > '\(mark)'; wait", in: folder,
            seconds: 2)
        #expect(await matcher.compare(photo: photo, with: photo) == .undecided(.matcherSilent))
        let numbers = try String(contentsOfFile: mark, encoding: .utf8).split {
            $0.isWhitespace
        }.compactMap { Int32($0) }
        #expect(numbers.count == 2)
        for number in numbers { #expect(await isGone(number), "\(number)") }
    }

    /// Whether a process ends, soon; one that nobody has waited for yet counts as ended.
    private func isGone(_ number: Int32) async -> Bool {
        for _ in 0..<500 {
            let state = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
            guard let state, !state.contains(") Z") else { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test("a program that is not there decides nothing")
    func absent() async {
        for way in [
            ExternalMatcher.Way.program(path: "/nonexistent", arguments: []),
            .socket(path: "/nonexistent"), .socket(path: String(repeating: "x", count: 200)),
        ] {
            let matcher = ExternalMatcher(
                name: "m", way: way, matchPerMille: 800, limitSeconds: 5)
            #expect(
                await matcher.compare(photo: photo, with: photo) == .undecided(.matcherFailed))
        }
    }
}
