"""The access history beside append + fdatasync, SQLite, and the hash's own speed, in one run."""

import json
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import time

ENTRIES = int(os.environ.get("HISTORY_ENTRIES", "10000000"))
# A history of ten million entries needs some eight gigabytes while it is measured.
OCTETS_PER_ENTRY = 800
WRITERS = 32
SECONDS = 4


def sqlite_writer(path, octets, end, counts, number):
    """Inserts one event a transaction, each durable before the next, until the time is over."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    event, count = os.urandom(octets), 0
    while time.monotonic() < end:
        connection.execute("INSERT INTO event (patient, event) VALUES (?, ?)",
                           (f"patient-{count % 1000}", event))
        count += 1
    connection.close()
    counts[number] = count


def sqlite_rate(folder, octets, writers):
    path = folder / f"peer-{writers}.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, patient TEXT, event BLOB)")
    connection.execute("CREATE INDEX by_patient ON event (patient)")
    connection.close()
    counts = multiprocessing.Array("q", writers)
    end = time.monotonic() + SECONDS
    processes = [
        multiprocessing.Process(target=sqlite_writer, args=(path, octets, end, counts, number))
        for number in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(counts) / SECONDS


def measure(row, folder, binaries):
    program = str(binaries / "history-benchmark")
    found = json.loads(subprocess.check_output([program, str(folder), "8"]))
    ratio = found["oneWriterToPlainPerMille"] / 1000
    row("history: append + fdatasync, preallocated file", f"{found['plainMicroseconds']} µs")
    row("history: one writer, median", f"{found['oneWriterMicroseconds']} µs")
    row("history: rate of one writer ÷ plain", f"{ratio:.2f}", "≥ 0.9", ratio >= 0.9)
    octets = found["frameOctets"] - 192
    one, many = (sqlite_rate(folder, octets, writers) for writers in (1, WRITERS))
    row(f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL: 1 and {WRITERS} writers",
        f"{one:.0f} and {many:.0f} a second")
    ours = found["thirtyTwoWritersPerSecond"]
    times = ours / max(one, many)
    row(f"history: {WRITERS} writers", f"{ours} entries a second")
    row("history: the same ÷ the better of SQLite's", f"{times:.1f}", "≥ 10", times >= 10)
    shutil.rmtree(folder / "store")
    entries = ENTRIES
    while entries > 1_000_000 and shutil.disk_usage(folder).free < 2 * entries * OCTETS_PER_ENTRY:
        entries //= 10
    for count in sorted({min(1_000_000, entries), entries}):
        large(row, folder, program, count)


def large(row, folder, program, entries):
    found = json.loads(
        subprocess.check_output([program, str(folder), "1", str(entries)]))
    shutil.rmtree(folder / "store")
    what = f"history of {found['entries']:,}"
    opened = found["openMilliseconds"]
    row(f"{what}: opened", f"{opened} ms", "≤ 1000 ms" if entries <= 1_000_000 else "",
        opened <= 1000 if entries <= 1_000_000 else None)
    page = found["pageMicroseconds"]
    row(f"{what}: the latest 20 of a patient's {found['entriesOfAPatient']}, median", f"{page} µs",
        "≤ 1000 µs", page <= 1000)
    row(f"{what}: all of them, median", f"{found['wholePatientMicroseconds']} µs")
    proof = found["proofMicroseconds"]
    row(f"{what}: a proof, median", f"{proof} µs", "≤ 1000 µs", proof <= 1000)
    resident = found["residentKibibytes"] / 1024
    row(f"{what}: resident", f"{resident:.0f} MiB", "≤ 143 MiB", resident <= 143)
    share = found["hashMilliseconds"] / found["verifyMilliseconds"]
    row(f"{what}: verified, all processors ÷ SHA-256 of its octets, one",
        f"{found['verifyMilliseconds']} ÷ {found['hashMilliseconds']} ms: speed {share:.2f}",
        "≥ 0.5" if entries <= 1_000_000 else "", share >= 0.5 if entries <= 1_000_000 else None)
    row(f"{what}: verified with its keys, every entry opened",
        f"{found['verifyWithKeysMilliseconds']} ms")
