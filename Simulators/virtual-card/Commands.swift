internal import Commands
internal import VirtualCard

let version = "0.1.0"

/// The program as its users see it.
let program = Program(
    name: "virtual-card", summary: "a simulated My Number card for a PC/SC reader (vpcd)",
    version: version,
    commands: [
        Command(
            "issue", "makes a card and writes it as files",
            options: [
                .init("out", "CARD.json", "the card file; keys and PINs lie beside it"),
                .init(
                    "authority", "FOLDER",
                    "the simulated authorities; made there if there are none"),
                .init("person", "NAME", "whose card it is (default: the file's name)"),
                .init("key", "KIND", "rsa2048 (default) or p384"),
                .init("pin", "DIGITS", "four digits (default 1234)"),
                .init("password", "TEXT", "signature password (default ABC123)"),
                .init("not-before", "DATE", "first day of the certificates (default: yesterday)"),
                .init("not-after", "DATE", "last day of the certificates (default: in 5 years)"),
                .init("without-signature", nil, "leave the signature certificate out"),
                .init(
                    "certificate-fault", "KIND",
                    "wrong-key-usage, unknown-critical-extension, no-authority-key-id, authority"),
            ],
            discussion: """
                Everything issued says O=Madoguchi Simulation in its authority's name. A simulated
                PIN is no secret, so it may stand in the argument list; a real one never does.
                """),
        Command(
            "run", "puts a card into a reader and keeps it there until SIGTERM",
            options: [
                .init("card", "CARD.json", "the card file"),
                .init("host", "HOST", "where vpcd listens (default 127.0.0.1)"),
                .init("port", "PORT", "vpcd's port (default 35963; the second slot is 35964)"),
                .init("fault", "PLAN", "faults on order, see below"),
                .init(
                    "cut-certificate", "OCTETS",
                    "the certificate ends after so many octets; with 0 there is none"),
                .init(
                    "returns-after", "MILLISECONDS",
                    "a pulled card is put in again; without it the program ends"),
            ],
            discussion: "PLAN: " + FaultPlan.grammar),
        Command(
            "show", "tells what is on a card and how many tries are left",
            options: [.init("card", "CARD.json", "the card file")]),
    ],
    common: [.init("json", nil, "write JSON to standard output")])
