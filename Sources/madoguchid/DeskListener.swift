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
        _ desk: DeskConfiguration, of local: LocalAPI, _ clock: SystemClock,
        _ inherited: InheritedSockets
    ) throws(ServiceError) -> [HTTPServer] {
        let files = staffFiles
        let signIn = DeskSignIn(clock: clock, read: files.read)
        var parts = DeskAPI.Parts(
            institutionCode: configuration.institutionCode,
            institutionName: configuration.institutionName,
            isSimulation: configuration.isSimulation, name: Self.deskName, port: desk.port,
            clock: clock)
        parts.staff = StaffDesk(files, scribe: local.scribe)
        let here = DeskAPI(parts, of: local, signIn: signIn)
        var servers = try listeners("desk", desk.port, inherited, here)
        if let tls = desk.tls {
            // The same staff, the same sessions, under another name.
            (parts.name, parts.port, parts.isTLS) = (tls.name, tls.port, true)
            let elsewhere = DeskAPI(parts, of: local, signIn: signIn)
            if let named = configuration.programs {
                let programs = programs(named, of: local, clock)
                servers += try serve(
                    tls, DeskOrPrograms(desk: elsewhere, programs: programs), inherited)
            } else {
                servers += try serve(tls, elsewhere, inherited)
            }
        }
        return servers
    }

    private var staffFiles: StaffDesk.Files {
        let (path, noted) = (configuration.staffFile, configuration.staffFile + ".noted")
        return StaffDesk.Files(
            read: {
                Result { () throws(StaffFileError) in
                    let text: [UInt8]
                    do throws(KeyFile.Failure) {
                        text = try KeyFile.read(path, isPrivate: true)
                    } catch { throw StaffFileError(reason: "\(error)") }
                    return try StaffRegister(parsing: text)
                }
            }, write: { Self.write($0.encoded, to: path) },
            readNoted: { try? KeyFile.read(noted, isPrivate: true) },
            writeNoted: { Self.write($0, to: noted) })
    }

    private static func write(_ text: [UInt8], to path: String) -> Bool {
        do throws(KeyFile.Failure) {
            try KeyFile.write(text, to: path, isPrivate: true)
            return true
        } catch {
            complain("\(error)")
            return false
        }
    }

    private func serve(
        _ tls: DeskTLSConfiguration, _ api: any HTTPHandler, _ inherited: InheritedSockets
    ) throws(ServiceError) -> [HTTPServer] {
        let context: TLSContext
        do throws(KeyFile.Failure) {
            let certificate = try KeyFile.certificate(tls.certificateFile)
            let key = try KeyFile.privateKey(tls.keyFile)
            do throws(CryptographyError) {
                context = try TLSContext.publicServer(certificate: certificate, key: key)
            } catch { throw .malformed(path: tls.certificateFile, error) }
        } catch { throw .file(error) }
        var addresses = try handedOver("desk-tls", tls.port, inherited)
        if addresses.isEmpty { addresses = [.tcp(host: tls.host, port: tls.port)] }
        var servers: [HTTPServer] = []
        for address in addresses {
            do throws(NetworkError) {
                servers.append(try HTTPServer(address, tls: context, handler: api))
            } catch { throw .listener("\(tls.host) port \(tls.port)", error) }
        }
        return servers
    }

    /// The sockets that whoever started the service opened for a listener.
    func handedOver(
        _ name: String, _ port: Int?, _ inherited: InheritedSockets
    ) throws(ServiceError) -> [ListenAddress] {
        do throws(InheritedSockets.Fault) {
            return try inherited.addresses(name, port: port)
        } catch { throw .inherited(error) }
    }

    /// The sockets that were handed over under a name; else both loopback addresses.
    func listeners(
        _ name: String, _ port: Int, _ inherited: InheritedSockets, _ handler: any HTTPHandler
    ) throws(ServiceError) -> [HTTPServer] {
        let addresses = try handedOver(name, port, inherited)
        guard !addresses.isEmpty else { return try loopback(port, handler) }
        var servers: [HTTPServer] = []
        for address in addresses {
            do throws(NetworkError) {
                servers.append(try HTTPServer(address, handler: handler))
            } catch { throw .listener("the socket \(name)", error) }
        }
        return servers
    }
}
