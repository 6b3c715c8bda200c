internal import Charsets
internal import ClinicFiles
internal import Octets
internal import Records

/// Files that a clinic's program left in a shared folder: what is read can be written, has one form
/// from then on in both encodings, and is a request or is refused with a note.
func readClinicFile(_ input: [UInt8]) {
    let table = ShiftJIS.system
    guard let (root, _) = try? XMLReader.read(input, shiftJIS: table) else { return }
    for characters in FileCharacters.allCases {
        let written = ClinicFile(root, in: characters, shiftJIS: table).octets
        guard let again = try? XMLReader.read(written, shiftJIS: table) else {
            demand(false, "what is written can be read")
            return
        }
        let second = ClinicFile(again.root, in: characters, shiftJIS: table).octets
        demand(second == written, "a file has one form")
    }
    for kind in ClinicFileKind.allCases {
        do throws(RequestFault) {
            let request = try ClinicRequest(root, kind: kind, institution: "1312345670")
            demand(!"\(request)".contains("1312345670"), "a request prints nothing of itself")
        } catch { demand(error.note.code.hasPrefix("MDG"), "a refusal has a code") }
    }
}
