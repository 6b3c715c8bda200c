import Configuration
import Cryptography
import FrontDesk
import Network
import Terminal

extension Service {
    /// The name of the desk's origin.
    private static let deskName = "desk.localhost"

    /// Listens for the desk on both loopback addresses. The staff file is read anew whenever it is
    /// asked, so that `madoguchi staff` needs no restart.
    func serve(
        _ desk: DeskConfiguration, of local: LocalAPI, _ clock: SystemClock
    ) throws(ServiceError) -> [HTTPServer] {
        let path = configuration.staffFile
        let signIn = DeskSignIn(clock: clock) {
            Result { () throws(StaffFileError) in
                let text: [UInt8]
                do throws(KeyFile.Failure) { text = try KeyFile.read(path, isPrivate: true) } catch
                {
                    throw StaffFileError(reason: "\(error)")
                }
                return try StaffRegister(parsing: text)
            }
        }
        let api = DeskAPI(
            DeskAPI.Parts(
                institutionCode: configuration.institutionCode,
                institutionName: configuration.institutionName,
                isSimulation: configuration.isSimulation, name: Self.deskName, port: desk.port,
                clock: clock),
            of: local, signIn: signIn)
        return try loopback(desk.port, api)
    }
}
