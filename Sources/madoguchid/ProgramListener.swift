import Configuration
import Cryptography
import FrontDesk
import Network
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
        return ProgramAPI(
            ProgramAPI.Parts(
                read: {
                    guard let text = try? KeyFile.read(path, isPrivate: true) else { return nil }
                    return try? ProgramRegister(parsing: text)
                }, clock: clock), of: local)
    }
}
