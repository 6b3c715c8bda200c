import Executors
import Glibc
import TestFolders
import Testing

@Suite("Standard output")
struct StandardOutputTests {
    @Test("what is written arrives whole; what cannot be written is told")
    func written() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/out"
        let text = String(repeating: "窓口 ", count: 50_000)
        let file = open(path, O_RDWR | O_CREAT, 0o600)
        defer { close(file) }
        try writeOut(text, to: file)
        #expect(lseek(file, 0, SEEK_END) == text.utf8.count)
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        #expect(throws: OutputError.self) { try writeOut("x", to: full) }
        #expect(throws: OutputError.self) { try writeOut("x", to: -1) }
        try writeOut("", to: full)
    }
}
