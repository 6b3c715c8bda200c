"""Speed and memory of the release build, beside the named peers, in one run. Prints one table;
OK or ABOVE stands beside each target. Inside Tests/System/private-pcscd.sh."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import exchange
import history
import house
import papers
from stack import BIN, PERSON, ROOT, Stack, until

RUNS = int(os.environ.get("RUNS", "25"))
IDLE_SECONDS = int(os.environ.get("IDLE_SECONDS", "45"))
rows = []


def row(what, measured, target="", is_met=None):
    verdict = "" if is_met is None else "OK" if is_met else "ABOVE"
    rows.append((what, measured, target, verdict))
    print(f"  {what}: {measured} {verdict}", file=sys.stderr, flush=True)


def machine():
    cpu = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line),
        os.uname().machine)
    load = open("/proc/loadavg").read().split()[0]
    return f"{cpu}, {os.cpu_count()} cores, Linux {os.uname().release}, load {load}"


def run_time(words):
    begin = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - begin) * 1000


def cards(folder):
    card = json.loads(subprocess.check_output([str(BIN / "card-benchmark"), "rounds", "200"]))
    pieces = -(-card["certificateOctets"] // 256)
    row("APDUs of identity and proof", f"{card['apdus']} (certificate {card['certificateOctets']})",
        f"≤ 12 + {pieces}", card["apdus"] <= 12 + pieces)
    row("one APDU through vpcd, median", f"{card['apduMicroseconds'] / 1000:.3f} ms", "≤ 0.25 ms",
        card["apduMicroseconds"] <= 250)
    ratio = card["wholeToTripsPerMille"] / 1000
    row("both transactions ÷ their APDUs, median",
        f"{ratio:.2f} ({card['wholeMicroseconds']} ÷ {card['tripsMicroseconds']} µs)", "≤ 1.3",
        ratio <= 1.3)
    row("the same, with the certificate parsed between them",
        f"{card['roundMicroseconds']} µs")
    message = folder / "message"
    message.write_bytes(b"bench")
    ours = [str(BIN / "card-benchmark"), "once"]
    theirs = ["pkcs11-tool", "--login", "--token-label", "JPKI (User Authentication PIN)",
              "--pin", "1234", "--sign", "-m", "SHA256-RSA-PKCS", "-i", str(message),
              "-o", str(folder / "signature")]
    run_time(ours), run_time(theirs)
    pairs = [(run_time(ours), run_time(theirs)) for _ in range(RUNS)]
    mine, peer = (statistics.median(column) for column in zip(*pairs))
    row("identity and proof as a whole process", f"{mine:.1f} ms")
    row("pkcs11-tool --login --sign, same card", f"{peer:.1f} ms")
    row(f"pkcs11-tool ÷ ours, medians of {RUNS}", f"{peer / mine:.1f}", "≥ 8", peer / mine >= 8)


def virtual_cards(folder):
    """The virtual card by itself, without a reader between; and how large a full rack is."""
    told = [json.loads(line) for line in subprocess.check_output(
        [str(BIN / "virtual-card-benchmark")], text=True).splitlines()]
    signatures = [one for one in told if "signature" in one["what"]]
    slowest = max((one for one in told if one not in signatures),
                  key=lambda one: one["p99Microseconds"])
    row(f"a command at the virtual card, slowest p99 ({slowest['what']})",
        f"{slowest['p99Microseconds'] / 1000:.4f} ms", "≤ 0.2 ms",
        slowest["p99Microseconds"] <= 200)
    for one in signatures:
        row(f"{one['what']} at the virtual card, median",
            f"{one['p50Microseconds'] / 1000:.2f} ms", "≤ 1 ms", one["p50Microseconds"] <= 1000)
    cards = folder / "rack"
    cards.mkdir()
    first = cards / "card0.json"
    subprocess.run([str(BIN / "virtual-card"), "issue", "--person",
                    str(ROOT / "Simulators" / "People" / f"{PERSON}.json"), "--out", str(first),
                    "--authority", str(folder / "authority")], check=True,
                   stdout=subprocess.DEVNULL)
    for path in list(cards.glob("card0.*")):
        for number in range(1, 1000):
            os.link(path, cards / path.name.replace("card0", f"card{number}"))
    rack = subprocess.Popen([str(BIN / "virtual-card"), "rack", "--socket", str(folder / "socket"),
                             "--cards", str(cards), "--json"], stdout=subprocess.PIPE, text=True)
    try:
        rack.stdout.readline()
        listed = json.loads(subprocess.check_output(
            [str(BIN / "virtual-card"), "list", "--socket", str(folder / "socket"), "--json"]))
        assert len(listed["cards"]) == 1000
        status = pathlib.Path(f"/proc/{rack.pid}/status").read_text()
        used = int(status.split("VmHWM:")[1].split()[0]) / 1024
    finally:
        rack.terminate()
        rack.wait(10)
    row("a rack of 1,000 cards, most resident", f"{used:.1f} MiB", "≤ 50 MB", used <= 47.6)


def starting(stack):
    times = []
    for _ in range(10):
        begin = time.perf_counter()
        stack.start("madoguchid")
        end = begin + 10
        while not stack.is_ready() and time.perf_counter() < end:
            time.sleep(0.0005)
        times.append((time.perf_counter() - begin) * 1000)
        stack.connection = None
        stack.end("madoguchid")
    middle = statistics.median(times)
    row("daemon, exec to first answer, median of 10", f"{middle:.1f} ms", "≤ 100 ms",
        middle <= 100)


def switches(pid):
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        text = (task / "status").read_text()
        name = text.split("\n", 1)[0].split("\t")[1]
        count = sum(int(line.split()[1]) for line in text.splitlines() if "ctxt_switches" in line)
        found[task.name] = (name, count)
    return found


def idling(stack):
    # The card is taken away: a session that waits for its patient has times of its own to keep.
    stack.end("virtual-card")
    pid = stack.processes["madoguchid"].pid
    stack.connection = None
    time.sleep(15)
    before = switches(pid)
    time.sleep(IDLE_SECONDS)
    after = switches(pid)
    woken = {task: count - before.get(task, ("", 0))[1] for task, (_, count) in after.items()}
    woken = {task: count for task, count in woken.items() if count}
    # The one thread that may wake waits for the service, 20 s at a time; each time it also asks
    # for the readers, so that a few switches belong to one wait.
    waits = IDLE_SECONDS // 20 + 1
    row(f"daemon idle {IDLE_SECONDS} s: threads that woke",
        f"{len(woken)} of {len(after)} ({', '.join(sorted(after[task][0] for task in woken))})",
        "≤ 1 (PC/SC wait)", len(woken) <= 1)
    row(f"daemon idle {IDLE_SECONDS} s: context switches", f"{sum(woken.values())}",
        f"≤ {waits} waits × 8", sum(woken.values()) <= 8 * waits)
    resident = stack.resident_kib() / 1024
    row("daemon resident while idle, after check-ins", f"{resident:.1f} MiB", "≤ 30 MB",
        resident * 1.048576 <= 30)


def check_ins(stack):
    stack.check_in()
    begin = time.perf_counter()
    count = 0
    while time.perf_counter() - begin < 5:
        stack.check_in()
        count += 1
    row("check-ins end to end, one reader, PIN, 2 consents",
        f"{count / (time.perf_counter() - begin):.1f} a second")


def faces(stack):
    """By face: the chip's proof, photo, frame, the stub's decision, the clearinghouse's answer and
    both entries of the history; so the decision alone takes less."""
    stack.start("camera")
    until("camera", 10, (stack.folder / "run" / "camera.sock").exists)
    try:
        stack.face()
        middle = statistics.median(stack.face() for _ in range(9)) * 1000
    finally:
        stack.end("camera")
    row("a look into the camera to the check-in, median of 9 (stub)", f"{middle:.1f} ms", "≤ 50 ms",
        middle <= 50)


def desks():
    """Twenty desks open: how long each waits for what happens at the reader."""
    ran = subprocess.run([sys.executable, "-B", str(ROOT / "Tests" / "System" / "desks.py")],
                         env=dict(os.environ, BENCH="1", BIN=str(BIN)), capture_output=True,
                         text=True, check=True)
    found = json.loads(ran.stdout.splitlines()[0])
    for key, what in [("cardEventToDesk", "a card put in, until a desk of 20 shows it"),
                      ("answerToDesk", "a check-in answered, until a desk of 20 lists it")]:
        row(what, f"{found[key]['medianMilliseconds']:.0f} ms median, "
            f"{found[key]['longestMilliseconds']:.0f} ms longest")


def main():
    # On the disk where a stack's state lies, which /tmp may not be.
    with tempfile.TemporaryDirectory(prefix="bench.", dir=ROOT / ".build") as name:
        folder = pathlib.Path(name)
        history.measure(row, folder, BIN)
        papers.measure(row)
        house.measure(row)
        exchange.measure(row)
        virtual_cards(folder)
        stack = Stack(folder / "stack")
        try:
            stack.start_all()
            stack.end("madoguchid")
            cards(folder)
            starting(stack)
            stack.start("madoguchid")
            until("card", 20, stack.has_card)
            check_ins(stack)
            faces(stack)
            idling(stack)
        finally:
            stack.stop()
        desks()
    print(f"\n{machine()}\n")
    widths = [max(len(line[column]) for line in rows) for column in range(4)]
    for line in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


main()
