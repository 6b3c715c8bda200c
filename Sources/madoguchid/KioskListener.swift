import Configuration
import Cryptography
import FrontDesk
import Glibc
import Network
import Terminal

extension Service {
    /// The name of the kiosk's origin; browsers take every name under `localhost` for this machine.
    private static let kioskName = "kiosk.localhost"

    /// Listens for the kiosk on both loopback addresses, so that nobody else can take the other
    /// one, and writes the page file that its browser opens.
    func serve(
        _ kiosk: KioskConfiguration, of local: LocalAPI, _ clock: SystemClock,
        _ inherited: InheritedSockets
    ) throws(ServiceError) -> [HTTPServer] {
        // A file that others could read, or that is something else, is made anew.
        let pairing = KioskPairing(keeping: try? KeyFile.read(kiosk.pageFile, isPrivate: true))
        let parts = KioskAPI.Parts(
            institutionName: configuration.institutionName,
            isSimulation: configuration.isSimulation, reader: kiosk.reader,
            name: Self.kioskName, port: kiosk.port, clock: clock)
        let api = KioskAPI(parts, of: local, pairing: pairing)
        let servers = try listeners("kiosk", kiosk.port, inherited, api)
        do throws(KeyFile.Failure) {
            try KeyFile.write(
                pairing.page(address: "http://\(Self.kioskName):\(kiosk.port)"),
                to: kiosk.pageFile, isPrivate: true)
        } catch { throw .file(error) }
        return servers
    }

    /// A server on each loopback address.
    func loopback(
        _ port: Int, _ handler: any HTTPHandler
    ) throws(ServiceError) -> [HTTPServer] {
        var servers: [HTTPServer] = []
        for host in ["127.0.0.1", "::1"] {
            do throws(NetworkError) {
                servers.append(try HTTPServer(.tcp(host: host, port: port), handler: handler))
            } catch {
                // A machine without IPv6 has no second address that anybody could take.
                if host == "::1", case .system(_, let number) = error,
                    [EADDRNOTAVAIL, EAFNOSUPPORT].contains(number)
                {
                    continue
                }
                throw .listener("\(host) port \(port)", error)
            }
        }
        return servers
    }
}
