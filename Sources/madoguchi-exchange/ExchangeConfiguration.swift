import ClinicFiles
import Cryptography
import JSON
import Records

/// What the exchange needs to know; a file of its own, since its process reads none of the
/// terminal's.
struct ExchangeConfiguration {
    /// The institution's code, ten digits.
    var institutionCode: String
    /// The socket of the programs' API.
    var socket: String
    /// The file with its token.
    var tokenFile: String
    /// The shared folder, with `req`, `res` and `face` in it.
    var folder: String
    /// Where the journal is: its own, on a disk of this machine.
    var stateFolder: String
    /// What face files are written in; answers are written as their request was.
    var characters = FileCharacters.utf8
    /// How long answers stay.
    var keepHours = 24
    /// How often the folder is looked through where the system tells no news of it.
    var rescanSeconds = 5
    /// For how long a request waits for the terminal before its answer says that there is none.
    var giveUpSeconds = 60

    /// Why it cannot be used.
    struct Fault: Error, CustomStringConvertible { var description: String }

    /// Reads the file; paths in it are from its own folder.
    init(file path: String) throws(Fault) {
        let text: [UInt8]
        do throws(KeyFile.Failure) { text = try KeyFile.read(path) } catch {
            throw Fault(description: "\(error)")
        }
        do throws(JSONError) {
            let limits = JSONLimits(octets: 1 << 16, depth: 4, allowsComments: true)
            var fields = try JSONFields(JSONValue(parsing: text, limits: limits))
            guard try fields.integer("version") == 1 else {
                throw .unexpected(path: "$.version", reason: "must be 1")
            }
            institutionCode = try fields.string("institutionCode", maximum: 10)
            socket = try fields.string("socket", maximum: 100)
            tokenFile = try fields.string("tokenFile", maximum: 4096)
            folder = try fields.string("folder", maximum: 4096)
            stateFolder = try fields.string("stateFolder", maximum: 4096)
            let names: [String: FileCharacters] = ["UTF-8": .utf8, "Shift_JIS": .shiftJIS]
            characters =
                try fields.optional("characters", "must be UTF-8 or Shift_JIS") {
                    $0.stringValue.flatMap { names[$0] }
                } ?? .utf8
            keepHours = try fields.optionalInteger("keepHours", in: 1...8760) ?? keepHours
            rescanSeconds = try fields.optionalInteger("rescanSeconds", in: 1...3600) ?? 5
            giveUpSeconds = try fields.optionalInteger("giveUpSeconds", in: 1...3600) ?? 60
            try fields.finish()
        } catch { throw Fault(description: "\(path): \(error.description)") }
        let base = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        func whole(_ named: String) -> String { named.hasPrefix("/") ? named : base + named }
        (socket, tokenFile) = (whole(socket), whole(tokenFile))
        (folder, stateFolder) = (whole(folder), whole(stateFolder))
    }
}
