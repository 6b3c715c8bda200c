// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
    [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    + [
        "ExistentialAny", "MemberImportVisibility", "InternalImportsByDefault",
        "NonisolatedNonsendingByDefault",
    ].map { .enableUpcomingFeature($0) }
/// Targets that hold pointers of a C library say `unsafe` at each use.
let bridge = strict + [.strictMemorySafety()]

/// One Swift target of the house: where it lies, what it may import, whether it touches C.
struct Part {
    var name: String
    var folder: String
    var needs: [String]
    var settings: [SwiftSetting] = strict
    var isProgram = false
    /// Files in the folder that are no source.
    var excludes: [String] = []
}

let parts: [Part] = [
    // Ground. `Octets`, `JSON`, `HTTP`, `Records` are pure.
    Part(name: "Octets", folder: "Sources/Octets", needs: []),
    Part(name: "JSON", folder: "Sources/JSON", needs: ["Octets"]),
    Part(name: "Secrets", folder: "Sources/Secrets", needs: ["CSystem"], settings: bridge),
    Part(name: "HTTP", folder: "Sources/HTTP", needs: ["Octets", "JSON"]),
    Part(name: "Records", folder: "Sources/Records", needs: ["Octets", "JSON"]),
    Part(name: "QR", folder: "Sources/QR", needs: []),
    Part(name: "Charsets", folder: "Sources/Charsets", needs: ["Octets"], settings: bridge),
    Part(name: "Deflate", folder: "Sources/Deflate", needs: []),
    Part(name: "Executors", folder: "Sources/Executors", needs: ["CSystem"], settings: bridge),
    Part(name: "Commands", folder: "Sources/Commands", needs: []),
    // Tools.
    Part(
        name: "Cryptography", folder: "Sources/Cryptography",
        needs: ["COpenSSL", "Octets", "Secrets", "Records"], settings: bridge),
    Part(name: "APDU", folder: "Sources/APDU", needs: ["Octets"]),
    Part(
        name: "Disclosures", folder: "Sources/Disclosures", needs: ["Octets", "JSON", "Records"]),
    Part(
        name: "Configuration", folder: "Sources/Configuration",
        needs: ["Octets", "JSON", "Records"]),
    Part(name: "Notebook", folder: "Sources/Notebook", needs: ["Octets", "Records", "QR"]),
    Part(name: "FHIR", folder: "Sources/FHIR", needs: ["JSON", "Records"]),
    Part(name: "PDF", folder: "Sources/PDF", needs: ["Deflate"]),
    Part(name: "ClinicFiles", folder: "Sources/ClinicFiles", needs: ["Octets", "Records"]),
    // Machines.
    Part(
        name: "CheckIns", folder: "Sources/CheckIns",
        needs: ["Octets", "JSON", "Records", "Disclosures"]),
    Part(
        name: "HistoryExports", folder: "Sources/HistoryExports",
        needs: ["Octets", "JSON", "Records", "Disclosures"]),
    Part(
        name: "Network", folder: "Sources/Network",
        needs: [
            "COpenSSL", "CSystem", "Octets", "JSON", "HTTP", "Secrets", "Executors", "Records",
            "Cryptography",
        ],
        settings: bridge),
    Part(
        name: "PCSC", folder: "Sources/PCSC",
        needs: ["CPCSC", "Octets", "APDU", "Secrets", "Executors"], settings: bridge),
    Part(
        name: "MyNumberCard", folder: "Sources/MyNumberCard",
        needs: ["Octets", "APDU", "Secrets", "Records", "Cryptography"]),
    Part(
        name: "TransparencyLog", folder: "Sources/TransparencyLog",
        needs: ["Octets", "Cryptography"]),
    // Adapters.
    Part(
        name: "Clearinghouse", folder: "Sources/Clearinghouse",
        needs: [
            "Octets", "JSON", "HTTP", "Records", "Cryptography", "CheckIns", "Network",
            "Disclosures",
        ]),
    Part(
        name: "AccessHistory", folder: "Sources/AccessHistory",
        needs: [
            "Octets", "JSON", "Executors", "Records", "Cryptography", "Disclosures",
            "TransparencyLog", "HistoryExports", "CSystem",
        ], settings: bridge),
    Part(
        name: "Documents", folder: "Sources/Documents",
        needs: ["PDF", "Octets", "Records", "Disclosures", "QR", "Notebook"]),
    // Whole.
    Part(
        name: "Terminal", folder: "Sources/Terminal",
        needs: [
            "Octets", "JSON", "Secrets", "Records", "Cryptography", "APDU", "Disclosures",
            "Configuration", "CheckIns", "PCSC", "MyNumberCard", "Clearinghouse", "AccessHistory",
            "Executors", "HTTP", "CSystem",
        ]),
    Part(
        name: "FaceMatching", folder: "Sources/FaceMatching",
        needs: [
            "CSystem", "JSON", "HTTP", "Records", "Executors", "CheckIns", "Network",
            "MyNumberCard", "Terminal",
        ], settings: bridge),
    Part(
        name: "FrontDesk", folder: "Sources/FrontDesk",
        needs: [
            "CFrontDeskPages", "Octets", "JSON", "HTTP", "Secrets", "Records", "Cryptography",
            "Disclosures", "Executors", "PDF", "Documents", "Charsets", "Notebook",
            "Configuration", "CheckIns", "Network", "Clearinghouse", "Terminal", "AccessHistory",
            "TransparencyLog",
        ], settings: bridge),
    Part(
        name: "madoguchid", folder: "Sources/madoguchid",
        needs: [
            "Octets", "JSON", "HTTP", "Secrets", "Records", "Cryptography", "Configuration",
            "Commands", "Executors", "Disclosures", "CheckIns", "Network", "PCSC", "Clearinghouse",
            "AccessHistory",
            "TransparencyLog", "Terminal", "FaceMatching", "FrontDesk",
        ], isProgram: true),
    Part(
        name: "madoguchi", folder: "Sources/madoguchi",
        needs: [
            "Octets", "JSON", "HTTP", "Secrets", "Records", "Cryptography", "Configuration",
            "Commands", "Clearinghouse", "FrontDesk", "Terminal", "Executors", "Disclosures",
            "CheckIns", "Network",
            "PCSC", "AccessHistory", "TransparencyLog", "QR", "Charsets", "Notebook",
            "FHIR", "HistoryExports", "PDF", "Documents",
        ], isProgram: true),
    Part(
        name: "madoguchi-exchange", folder: "Sources/madoguchi-exchange",
        needs: [
            "CSystem", "Octets", "JSON", "HTTP", "Records", "Charsets", "Commands", "Executors",
            "Cryptography", "Network", "ClinicFiles",
        ], isProgram: true),
    // Measurements, not installed.
    Part(
        name: "history-benchmark", folder: "Tests/Benchmarks/History",
        needs: [
            "Octets", "JSON", "Records", "Executors", "Cryptography", "Disclosures",
            "TransparencyLog", "AccessHistory",
        ], settings: bridge, isProgram: true),
    Part(
        name: "network-benchmark", folder: "Tests/Benchmarks/Network",
        needs: ["JSON", "HTTP", "Records", "Executors", "Cryptography", "Network", "Authority"],
        isProgram: true),
    Part(
        name: "clearinghouse-benchmark", folder: "Tests/Benchmarks/Clearinghouse",
        needs: ["Octets", "JSON", "HTTP", "Records", "Executors", "Cryptography", "Network"],
        isProgram: true),
    Part(
        name: "card-benchmark", folder: "Tests/Benchmarks/Card",
        needs: [
            "Octets", "JSON", "Secrets", "Records", "Executors", "Cryptography", "APDU", "PCSC",
            "MyNumberCard",
        ], isProgram: true),
    Part(
        name: "documents-benchmark", folder: "Tests/Benchmarks/Documents",
        needs: [
            "Octets", "JSON", "Records", "QR", "Charsets", "Notebook", "FHIR", "PDF", "Documents",
        ], isProgram: true),
    // The judge of papers: reads PDF on its own and knows the rules.
    Part(name: "PaperJudge", folder: "Tests/PaperJudge", needs: []),
    // What several test targets put on: a card on a reader, a clearinghouse, a whole desk.
    Part(
        name: "TestWorlds", folder: "Tests/TestWorlds",
        needs: [
            "Octets", "JSON", "HTTP", "Secrets", "Records", "Cryptography", "APDU", "Disclosures",
            "CheckIns", "Network", "PCSC", "MyNumberCard", "Clearinghouse", "AccessHistory",
            "Terminal", "FaceMatching", "FrontDesk", "Authority", "VirtualCard",
            "ClearinghouseSimulator", "CameraSimulator", "TestFolders",
        ]),
    // Readers of hostile octets, for libFuzzer and for the tests.
    Part(
        name: "Fuzzing", folder: "Tests/Fuzzing",
        needs: [
            "Octets", "JSON", "HTTP", "Secrets", "Records", "Cryptography", "APDU", "Disclosures",
            "Configuration", "CheckIns", "MyNumberCard", "TransparencyLog", "Terminal",
            "Authority", "VirtualCard", "ClearinghouseSimulator", "Charsets", "Notebook",
            "PDF", "ClinicFiles", "AccessHistory", "HistoryExports", "TestFolders",
            "FrontDesk",
        ], settings: bridge, excludes: ["Corpus"]),
    Part(
        name: "virtual-card-benchmark", folder: "Tests/Benchmarks/VirtualCard",
        needs: ["Octets", "APDU", "Records", "Cryptography", "Authority", "VirtualCard"],
        isProgram: true),
    // Simulators.
    Part(
        name: "VirtualCard", folder: "Simulators/VirtualCard",
        needs: ["Octets", "JSON", "APDU", "Records", "Cryptography", "Authority"]),
    Part(
        name: "virtual-card", folder: "Simulators/virtual-card",
        needs: [
            "CSystem", "Octets", "JSON", "Records", "Commands", "Cryptography", "Authority",
            "VirtualCard",
        ],
        settings: bridge, isProgram: true),
    Part(
        name: "Authority", folder: "Simulators/Authority",
        needs: ["COpenSSL", "Octets", "Records", "Cryptography"], settings: bridge),
    Part(
        name: "ClearinghouseSimulator", folder: "Simulators/ClearinghouseSimulator",
        needs: [
            "CAdministrationPage", "Octets", "JSON", "HTTP", "Executors", "Records",
            "Cryptography", "Network", "TransparencyLog", "Authority", "VirtualCard",
        ]),
    Part(
        name: "CameraSimulator", folder: "Simulators/CameraSimulator",
        needs: ["Octets", "JSON", "HTTP", "Records", "Network", "VirtualCard"]),
    Part(
        name: "camera", folder: "Simulators/camera",
        needs: [
            "Octets", "JSON", "HTTP", "Commands", "Executors", "Network", "VirtualCard",
            "CameraSimulator",
        ], isProgram: true),
    Part(
        name: "clearinghouse", folder: "Simulators/clearinghouse",
        needs: [
            "Octets", "JSON", "Commands", "Executors", "Records", "Cryptography", "Network",
            "TransparencyLog",
            "ClearinghouseSimulator",
        ], isProgram: true),
]

/// What a test target reads beside the target it is named after.
let testNeeds: [String: [String]] = [
    "ClinicFiles": ["Charsets", "JSON"],
    "Notebook": ["Charsets", "JSON"],
    "AccessHistory": ["ClearinghouseSimulator"],
    "PCSC": ["MyNumberCard", "Cryptography", "VirtualCard"],
    "MyNumberCard": ["VirtualCard", "Authority"],
    "VirtualCard": ["Authority", "Executors", "MyNumberCard", "TestFolders"],
    "Cryptography": ["Authority"],
    "Network": ["Authority"],
    "Clearinghouse": ["ClearinghouseSimulator", "Authority", "TestWorlds"],
    "ClearinghouseSimulator": ["Clearinghouse", "CheckIns", "TestWorlds"],
    "Terminal": ["VirtualCard", "Authority", "TestWorlds"],
    "FaceMatching": ["CameraSimulator", "VirtualCard"],
    "Deflate": ["PaperJudge"],
    "PDF": ["PaperJudge"],
    "Documents": ["JSON", "PaperJudge", "Cryptography"],
    "FrontDesk": [
        "VirtualCard", "Authority", "ClearinghouseSimulator", "TestWorlds", "PaperJudge",
    ],
]

/// Targets with tests of their own, in `Tests/<name>Tests`.
let tested: Set<String> = [
    "APDU", "AccessHistory", "Authority", "CheckIns", "Clearinghouse", "ClearinghouseSimulator",
    "ClinicFiles", "Commands", "Configuration", "Cryptography", "Deflate", "Disclosures",
    "Documents",
    "Executors", "FHIR", "FaceMatching",
    "FrontDesk",
    "Fuzzing",
    "HTTP", "HistoryExports",
    "JSON", "MyNumberCard", "Network", "Notebook", "Octets", "PCSC", "PDF", "QR", "Records",
    "Secrets",
    "Terminal",
    "TransparencyLog",
    "VirtualCard",
]
/// Those of them that compare with files.
let golden: Set<String> = ["Cryptography", "Records"]

/// Folders that go with the test that made them.
let testFolders = "TestFolders"

let doors = ["CPCSC", "COpenSSL", "CSystem"]

/// Files of pages, held in the programs by `#embed`: a C target each, with what it embeds.
let pages = [
    (
        name: "CAdministrationPage", folder: "Simulators/CAdministrationPage",
        embedded: ["page.html", "page.css", "page.js"]
    ),
    (
        name: "CFrontDeskPages", folder: "Sources/CFrontDeskPages",
        embedded: ["desk", "kiosk", "shared"]
    ),
]

func dependencies(_ names: [String]) -> [Target.Dependency] {
    names.map { .target(name: $0) }
}

let package = Package(
    name: "madoguchi",
    products: parts.filter(\.isProgram).map { .executable(name: $0.name, targets: [$0.name]) },
    targets: doors.map { .target(name: $0, path: "Sources/\($0)") }
        + pages.map {
            .target(name: $0.name, path: $0.folder, exclude: $0.embedded)
        }
        + parts.map { part in
            part.isProgram
                ? .executableTarget(
                    name: part.name, dependencies: dependencies(part.needs), path: part.folder,
                    swiftSettings: part.settings)
                : .target(
                    name: part.name, dependencies: dependencies(part.needs), path: part.folder,
                    exclude: part.excludes, swiftSettings: part.settings)
        }
        + parts.filter { tested.contains($0.name) }.map { part in
            .testTarget(
                name: "\(part.name)Tests",
                dependencies: dependencies(
                    Set([part.name, testFolders] + part.needs + testNeeds[part.name, default: []])
                        .subtracting(doors + pages.map(\.name)).sorted()),
                path: "Tests/\(part.name)Tests",
                resources: golden.contains(part.name) ? [.copy("Golden")] : [],
                swiftSettings: strict)
        }
        + [
            .target(name: testFolders, path: "Tests/TestFolders", swiftSettings: strict),
            .testTarget(name: "StyleTests", path: "Tests/StyleTests", swiftSettings: strict),
        ],
    cLanguageStandard: .gnu2x
)
