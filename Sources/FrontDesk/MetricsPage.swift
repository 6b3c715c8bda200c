internal import AccessHistory
internal import CheckIns
internal import HTTP
internal import JSON
internal import Records
internal import Terminal

/// Lines of the Prometheus text format (version 0.0.4).
struct MetricsPage {
    private(set) var text = ""

    /// One family: what it is, and its samples by label pairs.
    mutating func family(
        _ name: String, _ type: String, _ help: String, _ samples: [([(String, String)], String)]
    ) {
        head(name, type, help)
        for (labels, value) in samples { sample(name, labels, value) }
    }

    /// A family of one histogram.
    mutating func histogram(_ name: String, _ help: String, _ histogram: Meters.Histogram) {
        head(name, "histogram", help)
        var total: UInt64 = 0
        for (count, bound) in zip(
            histogram.counts, Meters.Histogram.bounds.map { "\($0)" } + ["+Inf"])
        {
            total += count
            sample(name + "_bucket", [("le", bound)], "\(total)")
        }
        sample(name + "_sum", [], "\(histogram.sumSeconds)")
        sample(name + "_count", [], "\(total)")
    }

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs)} \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}

extension LocalAPI {
    /// `/metrics` and `/healthz`: for whoever may use the socket; nothing about any patient.
    func watching(_ request: HTTPRequest, _ page: String) async throws(Problem) -> HTTPResponse {
        switch (request.method, page) {
        case ("GET", "metrics"):
            return HTTPResponse(
                status: 200,
                headers: HTTPHeaders([
                    ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
                    ("Cache-Control", "no-store"),
                ]), body: Array(await metrics().utf8))
        case ("GET", "healthz"):
            let writes = !parts.scribe.meters.reading.isHistoryRefusing
            let service = await parts.roster.isServiceThere
            let isHealthy = writes && service
            return .json(
                [
                    "healthy": .bool(isHealthy), "historyWritable": .bool(writes),
                    "pcscService": .bool(service),
                ], status: isHealthy ? 200 : 503)
        default: throw .notFound
        }
    }

    private func metrics() async -> String {
        let reading = parts.scribe.meters.reading
        var page = MetricsPage()
        func counts(_ counts: [Meters.Labels: UInt64]) -> [([(String, String)], String)] {
            counts.sorted { $0.key < $1.key }.map { labels, count in
                let pairs = [
                    ("act", labels.act), ("way", labels.way), ("outcome", labels.outcome),
                ]
                return (pairs.filter { !$0.1.isEmpty }, "\(count)")
            }
        }
        page.family(
            "madoguchi_info", "gauge", "The program.", [([("version", parts.version)], "1")])
        page.family(
            "madoguchi_check_ins_total", "counter", "Check-ins asked, by way and outcome.",
            counts(reading.checkIns))
        page.family(
            "madoguchi_proofs_total", "counter",
            "Tries to prove the holder, by way and outcome (failed, locked).",
            counts(reading.proofs))
        page.family(
            "madoguchi_clearinghouse_errors_total", "counter",
            "Questions to the clearinghouse without a good end, by act and outcome.",
            counts(reading.clearinghouseErrors))
        page.histogram(
            "madoguchi_check_in_seconds",
            "From a check-in's durable intent to its durable outcome.",
            reading.checkInSeconds)
        page.histogram(
            "madoguchi_history_sync_seconds", "Until events handed to the history are durable.",
            reading.durableSeconds)
        page.family(
            "madoguchi_history_refused_writes_total", "counter",
            "Writes that the history refused.", [([], "\(reading.refusedWrites)")])
        await addStanding(to: &page)
        return page.text
    }

    private func addStanding(to page: inout MetricsPage) async {
        var (present, pauses, failures, states) = ([Sample](), [Sample](), [Sample](), [Sample]())
        for reader in await parts.roster.listings() {
            let label = [("reader", reader.name)]
            let count = await parts.watch.count(on: reader.name, at: parts.scribe.now)
            let pause = await parts.watch.pause(on: reader.name, at: parts.scribe.now)
            present.append((label, reader.isThere ? "1" : "0"))
            states.append((label + [("state", reader.view.state)], "1"))
            failures.append((label, "\(count.failures)"))
            pauses.append((label, pause == nil ? "0" : "1"))
        }
        page.family("madoguchi_reader_present", "gauge", "Whether a reader is there.", present)
        page.family("madoguchi_reader_state", "gauge", "The state of its card session.", states)
        page.family(
            "madoguchi_reader_failed_pins", "gauge", "Failed PINs that count now.", failures)
        page.family("madoguchi_reader_paused", "gauge", "Whether it takes no PIN now.", pauses)
        page.family(
            "madoguchi_pcsc_service_up", "gauge", "Whether pcscd answers.",
            [([], await parts.roster.isServiceThere ? "1" : "0")])
        let open = await parts.book.all().filter { $0.state == .open }.count
        page.family(
            "madoguchi_open_check_ins", "gauge", "Check-ins that are open.", [([], "\(open)")])
        let size = await parts.scribe.store.archive().size
        page.family("madoguchi_history_entries", "gauge", "Entries.", [([], "\(size)")])
        if let room = parts.scribe.store.room {
            page.family(
                "madoguchi_history_disk_free_bytes", "gauge", "Room on the history's disk.",
                [([], "\(room.freeOctets)")])
        }
        if let standing = await parts.witnesses?.standing {
            page.family(
                "madoguchi_history_uncosigned_entries", "gauge", "Not yet cosigned.",
                [([], "\(size - min(size, standing.cosignedSize))")])
        }
        let now = parts.scribe.now.seconds
        page.family(
            "madoguchi_certificate_left_seconds", "gauge",
            "Until a certificate ends; a day has 86400.",
            parts.certificateEnds.sorted { $0.key < $1.key }.map { name, end in
                ([("certificate", name)], "\(end.seconds - now)")
            })
    }

    private typealias Sample = ([(String, String)], String)
}
