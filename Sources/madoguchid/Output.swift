import Commands
import Executors
import Glibc

/// The version that every program of the project prints.
let madoguchiVersion = "0.1.0"

/// Writes a line to standard error.
func complain(_ line: String) {
    let octets = Array("madoguchid: \(line)\n".utf8)
    _ = octets.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}

/// Prints a line; false, with a word on standard error, where that is not possible.
func say(_ line: String) -> Bool {
    do throws(OutputError) { try writeOut(line + "\n") } catch {
        complain("standard output cannot be written: \(error)")
        return false
    }
    return true
}

/// Ends the process.
func leave(_ code: ExitCode) -> Never { exit(code.rawValue) }
