import Charsets
import Foundation
import Notebook
import Octets
import Records
import Testing

/// The characters of Shift_JIS as this machine's libc knows them.
func shiftJIS() throws -> ShiftJIS { try #require(ShiftJIS.system) }

/// Lines of a notebook as the octets that a symbol would hold.
func octets(_ text: String) throws -> [UInt8] {
    let characters = try shiftJIS()
    return try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().flatMap {
        try #require(characters.octets(String($0))) + [0x0D, 0x0A]
    }
}

/// Reads lines.
func read(_ text: String) throws -> NotebookReader.Reading {
    try NotebookReader(shiftJIS()).read(octets(text))
}

/// Every people file of the simulator, by its name.
func people() throws -> [(id: String, person: Person)] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Simulators/People")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.filter { $0.hasSuffix(".json") }.map { name in
        let file = try PersonFile(parsing: [UInt8](Data(contentsOf: folder.appending(path: name))))
        let date = try #require(LocalDate(year: 2026, month: 11, day: 22))
        return (name, try file.person(on: date))
    }
}

/// Everything ever dispensed to a person, as one record.
func drugs(_ person: Person) -> DrugRecord {
    DrugRecord(publishedTo: nil, period: nil, dispensings: person.drugs)
}

/// The text of two visits' worth of papers: one day, one pharmacy, three groups.
let worked = """
    JAHISTC08,1
    1,薬師 太郎,1,19900704,,,,,,,ヤクシ タロウ
    5,20210929,1
    11,薬局Ａ,13,4,1234567,,,,1
    51,医療機関Ｂ,13,1,7654321,1
    201,1,マイスリー錠５ｍｇ,1,錠,1,,1,,,
    301,1,【１日１回就寝前服用】,30,日分,1,1,,1
    201,2,デパス錠０．５ｍｇ,6,錠,1,,1,,,
    201,2,ドグマチール錠５０ｍｇ,3,錠,1,,1,,,
    301,2,【１日３回毎食後服用】,30,日分,1,1,,1
    201,3,デパス錠０．５ｍｇ,1,錠,1,,1,,,
    301,3,【不安時】,20,回分,3,1,,1

    """
