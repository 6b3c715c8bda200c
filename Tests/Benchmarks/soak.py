"""Check-ins in a loop while daemon, pcscd, virtual card and clearinghouse are killed at random moments
(seeded: SEED, printed). At the end the history is whole, every accepted check-in is in it, no
process and no socket is left, and the daemon's memory has not grown. Inside Tests/System/private-pcscd.sh."""

import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time

from stack import BIN, ROOT, Refused, Stack, Unreachable, until

MINUTES = float(os.environ.get("MINUTES") or "60")
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 32))
# Between two kills: long enough for some check-ins, short enough for many kills.
PAUSE_SECONDS = (1.0, 8.0)
# Check-ins a second at most: twenty desks that never rest.
RATE = 20.0
# How much the daemon's memory may grow from the first minute to the end, beside what it keeps of
# the day: an open check-in with its grant and qualification takes some 3 KiB.
GROWTH = 1.05
KEPT_KIB = 3
# What is judged at the end.
JUDGED = 7


class Soak:
    def __init__(self, stack):
        self.stack = stack
        self.accepted = []
        self.kills = dict.fromkeys(["madoguchid", "virtual-card", "clearinghouse"], 0)
        # Only a pcscd of our own is killed.
        self.pcscd = os.environ.get("MADOGUCHI_PCSCD_PID_FILE")
        if self.pcscd:
            self.kills["pcscd"] = 0
        self.failures = {}
        self.failing_since = None
        self.longest_outage = 0.0
        self.is_over = threading.Event()
        self.next_due = 0.0

    def killer(self):
        """Kills one program at a random moment and starts it again a little later."""
        chance = random.Random(SEED)
        while not self.is_over.wait(chance.uniform(*PAUSE_SECONDS)):
            name = chance.choice(list(self.kills))
            if name == "pcscd":
                os.kill(int(pathlib.Path(self.pcscd).read_text()), signal.SIGKILL)
                self.kills[name] += 1
                time.sleep(chance.uniform(0.0, 0.5))
                subprocess.run([os.environ["MADOGUCHI_PCSCD_RESTART"]], check=True)
                continue
            self.stack.end(name, chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
            self.kills[name] += 1
            time.sleep(chance.uniform(0.0, 0.5))
            self.stack.start(name)

    def once(self):
        now = time.monotonic()
        time.sleep(max(0.0, self.next_due - now))
        self.next_due = max(now, self.next_due) + 1 / RATE
        now = time.monotonic()
        try:
            self.accepted.append(self.stack.check_in())
            self.failing_since = None
        except (Unreachable, Refused) as error:
            self.failing_since = self.failing_since or now
            self.longest_outage = max(self.longest_outage, now - self.failing_since)
            text = str(error)[:80]
            self.failures[text] = self.failures.get(text, 0) + 1
            time.sleep(0.05)

    def run(self):
        thread = threading.Thread(target=self.killer)
        thread.start()
        end = time.monotonic() + MINUTES * 60
        while time.monotonic() < end:
            self.once()
        self.is_over.set()
        thread.join()

    def memory(self, seconds):
        """The daemon's memory after so many seconds of check-ins without a kill."""
        until("daemon", 20, self.stack.is_ready)
        until("card", 30, self.stack.has_card)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.once()
        return self.stack.resident_kib()


def recorded(stack, begin):
    """How many answered check-ins the history holds, counted a minute at a time."""
    count = 0
    for start in range(int(begin) - 1, int(time.time()) + 1, 60):
        span = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)) for at in (start, start + 60)]
        answer = stack.ask(
            "GET", f"/v1/history/entries?from={span[0]}&until={span[1]}&limit=10000",
            "administrator", timeout=120)
        entries = answer["entries"]
        assert len(entries) < 10_000, "too many entries a minute to count"
        events = [entry["event"] for entry in entries]
        count += sum(
            event["kind"] == "outcome" and event.get("act") == "checkIn"
            and event.get("outcome") == "succeeded" for event in events)
    return count


def main():
    print(f"soak: {MINUTES:g} minutes, SEED={SEED}", flush=True)
    failures = []
    with tempfile.TemporaryDirectory(prefix="soak.", dir=ROOT / ".build") as name:
        stack = Stack(pathlib.Path(name) / "stack")
        soak = Soak(stack)
        begin = time.time()
        try:
            stack.start_all()
            soak.run()
            # Memory: a fresh daemon, one minute of check-ins; then as long again.
            stack.end("madoguchid")
            stack.start("madoguchid")
            span = min(60.0, MINUTES * 30)
            first = soak.memory(span)
            kept = -len(soak.accepted)
            last = soak.memory(span)
            kept += len(soak.accepted)
            found = recorded(stack, begin)
        finally:
            pids = [process.pid for process in stack.processes.values()]
            ends = stack.stop()
        sockets = [one.name for one in (stack.folder / "run").iterdir() if one.is_socket()]
        for port in (stack.port, stack.admin_port):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    sockets.append(port)
        verified = subprocess.run(
            [str(BIN / "madoguchi"), "history", "verify", "--state", str(stack.folder)],
            capture_output=True, text=True)
        left = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
    kills = ", ".join(f"{name} {count}" for name, count in soak.kills.items())
    print(f"{len(soak.accepted)} check-ins accepted; kills: {kills}")
    print(f"longest time without a check-in {soak.longest_outage:.1f} s")
    for text, count in sorted(soak.failures.items(), key=lambda pair: -pair[1]):
        print(f"  {count} × {text}")

    def judge(what, is_met):
        print(f"{'ok' if is_met else 'NOT OK'}: {what}")
        if not is_met:
            failures.append(what)

    judge(f"history verify: {(verified.stdout + verified.stderr).strip().splitlines()[0]}",
          verified.returncode == 0)
    accepted = len(soak.accepted)
    judge(f"answered check-ins in the history: {found}, shown as accepted: {accepted} "
          f"({len(set(soak.accepted))} different)",
          found >= accepted == len(set(soak.accepted)))
    judge(f"check-ins went on to the end: {len(soak.accepted)}", bool(soak.accepted))
    judge(f"programs ended by SIGTERM: {json.dumps(ends)}",
          all(code in (0, -15) for name, code in ends.items() if name != "camera"))
    judge(f"processes left: {left}", not left)
    judge(f"sockets left: {sockets}", not sockets)
    judge(f"daemon memory {first} KiB, {kept} open check-ins later {last} KiB",
          last - KEPT_KIB * kept <= first * GROWTH)
    print(f"{JUDGED - len(failures)} passed, {len(failures)} failed")
    raise SystemExit(1 if failures else 0)


main()
