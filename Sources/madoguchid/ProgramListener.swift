import Configuration
import Cryptography
import FrontDesk
import Glibc
import Network
import Synchronization
import Terminal

extension Service {
    /// Listens for the clinic's programs on a socket of their own. Whoever may connect still needs a
    /// token; the folder it lies in says who may connect.
    func serve(
        _ named: ProgramsConfiguration, of local: LocalAPI, _ clock: SystemClock,
        _ inherited: InheritedSockets
    ) throws(ServiceError) -> [HTTPServer] {
        var addresses = try handedOver("programs", nil, inherited)
        if addresses.isEmpty { addresses = [.unix(path: named.socket, mode: 0o660)] }
        let handler = programs(named, of: local, clock)
        do throws(NetworkError) {
            return try addresses.map { (address) throws(NetworkError) in
                try HTTPServer(address, handler: handler)
            }
        } catch { throw .listener(named.socket, error) }
    }

    /// The API of the programs; their file is read anew for each request, so that a token that was
    /// taken back is out at once.
    func programs(
        _ named: ProgramsConfiguration, of local: LocalAPI, _ clock: SystemClock
    ) -> ProgramAPI {
        let path = named.file
        let said = LastWords()
        return ProgramAPI(
            ProgramAPI.Parts(
                read: {
                    let register = Self.programs(in: path)
                    let words: String? =
                        if case .failure(let error) = register { error.reason } else { nil }
                    // Once for each cause, and again after it was gone.
                    if said.isNews(words), let words {
                        complain("no program is let in: \(words)")
                    }
                    return try? register.get()
                }, clock: clock), of: local)
    }

    /// The programs' file; nobody where there is none yet.
    private static func programs(in path: String) -> Result<ProgramRegister, StaffFileError> {
        Result { () throws(StaffFileError) in
            let text: [UInt8]
            do throws(KeyFile.Failure) { text = try KeyFile.read(path, isPrivate: true) } catch {
                if case .system(_, ENOENT) = error { return ProgramRegister() }
                throw StaffFileError(reason: "\(error)")
            }
            do throws(StaffFileError) { return try ProgramRegister(parsing: text) } catch {
                throw StaffFileError(reason: "\(path): \(error.reason)")
            }
        }
    }
}

/// What was said last, so that it is not said at each request.
private final class LastWords: Sendable {
    private let words = Mutex<String?>(nil)

    /// Keeps new words; whether they are other ones than before.
    func isNews(_ other: String?) -> Bool {
        words.withLock { words in
            defer { words = other }
            return words != other
        }
    }
}
