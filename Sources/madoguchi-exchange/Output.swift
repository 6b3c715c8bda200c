import Commands
import Executors
import Glibc

/// The version that every program of the project prints.
let madoguchiVersion = "0.1.0"

/// Writes a line to standard error. Never a name of a file that a client chose, nor what is in it:
/// either may say who the patient is.
func complain(_ line: String) {
    let octets = Array("madoguchi-exchange: \(line)\n".utf8)
    _ = octets.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}

/// Prints a line; false where that is not possible.
func say(_ line: String) -> Bool {
    do throws(OutputError) { try writeOut(line + "\n") } catch {
        complain("standard output cannot be written: \(error)")
        return false
    }
    return true
}

/// Ends the process.
func leave(_ code: ExitCode) -> Never { exit(code.rawValue) }

/// What the system says of an error number.
func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
