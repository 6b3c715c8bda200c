import Commands
import Glibc
import Terminal

/// Where a terminal's configuration and staff tokens lie: in a stack's folder, or where a package puts
/// them.
struct TerminalFiles {
    /// Where a package has the configuration.
    static let installed = "/etc/madoguchi/madoguchid.json"

    /// The configuration.
    let configuration: String
    /// The folder that relative paths in it belong to.
    let folder: String
    /// The stack's folder; nothing for an installed terminal.
    let state: String?
    private let token: String?

    /// What the options say. Without any it is the stack in .madoguchi, or the installed terminal where
    /// there is no such stack.
    init(_ invocation: Invocation) {
        token = invocation.value("staff-token")
        let state = invocation.value("state") ?? ".madoguchi"
        let own = state + "/terminal/config.json"
        let isInstalled =
            invocation.value("state") == nil && access(own, F_OK) != 0
            && access(Self.installed, F_OK) == 0
        if let path = invocation.value("config") ?? (isInstalled ? Self.installed : nil) {
            configuration = path
            folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            self.state = nil
        } else {
            (configuration, folder, self.state) = (own, state + "/terminal", state)
        }
    }

    /// How the daemon is told of the same terminal.
    var daemonWords: [String] { state.map { ["--state", $0] } ?? ["--config", configuration] }

    /// The token of a role: the named file, a credential of the service manager's, the stack's own.
    func tokenFile(_ role: StaffRole) -> String {
        if let token { return token }
        let name = "\(role.rawValue).token"
        if let folder = getenv("CREDENTIALS_DIRECTORY").map({ String(cString: $0) }),
            access("\(folder)/\(name)", F_OK) == 0
        {
            return "\(folder)/\(name)"
        }
        if let state { return "\(state)/staff/\(name)" }
        let home = getenv("HOME").map { String(cString: $0) } ?? ""
        return "\(home)/.config/madoguchi/\(name)"
    }
}
