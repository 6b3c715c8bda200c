#!/usr/bin/env python3
"""Many desks open at once while patients check in, one a second: each desk hears of each check-in,
the daemon stays as large as it was. Tells how long a desk waits for what happens at the reader.

    Tests/System/private-pcscd.sh python3 -B Tests/System/desks.py

SECONDS=600 DESKS=20 for the whole time; 30 seconds otherwise. BENCH=1 prints the times as JSON alone.
"""
import http.client
import json
import os
import socket
import sys
import threading
import time

from kiosk import free_port
from rig import Rack, Stack, wait_for

DESKS = int(os.environ.get("DESKS", "20"))
DURATION = float(os.environ.get("SECONDS", "30"))
IS_BENCH = os.environ.get("BENCH") == "1"
PASSWORD = "correct horse battery"


class DeskStream(threading.Thread):
    """A desk's event stream, read as its page reads it; keeps when it first heard of what."""

    def __init__(self, port, token):
        super().__init__(daemon=True)
        self.port, self.token = port, token
        self.heard, self.present, self.octets, self.beats = {}, [], 0, 0
        self.fault = None
        self.start()

    def run(self):
        try:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            line.request("GET", "/v1/events", None, {
                "Host": f"desk.localhost:{self.port}", "Authorization": "Bearer " + self.token,
                "Sec-Fetch-Site": "same-origin"})
            self.answer = line.getresponse()
            assert self.answer.status == 200, self.answer.status
            self.socket = line.sock
            while True:
                text = self.answer.readline()
                if not text:
                    return
                now = time.monotonic()
                self.octets += len(text)
                if text.startswith(b":"):
                    self.beats += 1
                if not text.startswith(b"data: "):
                    continue
                told = json.loads(text[6:])
                for one in told.get("checkIns", []):
                    self.heard.setdefault(one["id"], now)
                for reader in told.get("readers", []):
                    is_there = reader["session"]["cardPresent"]
                    if not self.present or self.present[-1][1] != is_there:
                        self.present.append((now, is_there))
        except Exception as error:  # Told at the end; a thread's own end is silent.
            self.fault = error

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)


def sign_in(port, name):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("POST", "/v1/sign-in", PASSWORD, {
        "Host": f"desk.localhost:{port}", "Origin": f"http://desk.localhost:{port}",
        "Content-Type": "application/octet-stream", "Madoguchi-Staff": name})
    answer = line.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 200, told
    return told["token"]


def memory(process):
    with open(f"/proc/{process.pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmRSS"].split()[0]), int(fields["Threads"])


def check_in(stack):
    """The same card again; the id of the check-in it brought."""
    status, claimed = stack.ask("POST", "/v1/session/claim", {"waitSeconds": 5})
    assert status == 200, claimed
    status, told = stack.ask("POST", "/v1/session/choice",
                             {"way": "pin", "consents": {"drugs": True, "checkups": False}})
    assert status == 200, told
    status, told = stack.enter()
    assert status == 200 and told["closing"]["kind"] == "accepted", told
    return told["checkIn"]


def spread(times):
    times = sorted(times)
    return {"count": len(times), "medianMilliseconds": round(times[len(times) // 2] * 1000, 1),
            "longestMilliseconds": round(times[-1] * 1000, 1)}


def main():
    stack = Stack().make()
    port = free_port()
    stack.configure(desk={"port": port})
    path = stack.path("password")
    with open(path, "w") as file:
        file.write(PASSWORD + "\n")
    ran = stack.run("staff", "add", "desk", "--role", "reception", "--password-file", path)
    assert ran.code == 0, ran
    stack.start_daemon()
    rack = Rack(stack)
    desks = [DeskStream(port, sign_in(port, "desk")) for _ in range(DESKS)]
    # From the card's event to every desk: the order to the rack comes back when the reader saw it.
    events = []
    for _ in range(5):
        counts = [len(desk.present) for desk in desks]
        begun = time.monotonic()
        rack.ask("insert", card="mado")
        wait_for("every desk sees the card", lambda: all(
            len(desk.present) > count for desk, count in zip(desks, counts)))
        events += [desk.present[count][0] - begun for desk, count in zip(desks, counts)]
        counts = [len(desk.present) for desk in desks]
        rack.ask("remove")
        wait_for("every desk sees it go", lambda: all(
            len(desk.present) > count for desk, count in zip(desks, counts)))
    rack.ask("insert", card="mado")
    wait_for("the card was read", lambda: stack.reader_state() == "choosing")
    opened, sizes, late = {}, [], 0
    end = time.monotonic() + (5 if IS_BENCH else DURATION)
    while time.monotonic() < end:
        begun = time.monotonic()
        opened[check_in(stack)] = time.monotonic()
        sizes.append(memory(stack.daemon))
        left = 1 - (time.monotonic() - begun)
        late += left < 0
        time.sleep(max(0, left))
    for desk in desks:
        wait_for("the last check-in is told", lambda: all(one in desk.heard for one in opened), 20)
    waits = [desk.heard[one] - at for desk in desks for one, at in opened.items()]
    told = {"desks": DESKS, "checkIns": len(opened), "slowerThanASecond": late,
            "cardEventToDesk": spread(events),
            "answerToDesk": spread([max(0, wait) for wait in waits]),
            "firstKiB": sizes[min(4, len(sizes) - 1)][0], "lastKiB": sizes[-1][0],
            "threads": sizes[-1][1]}
    print(json.dumps(told))
    faults = [f"a desk's stream ended: {desk.fault}" for desk in desks if not desk.is_alive()]
    # What is kept of a check-in until the day ends is small; what is told of it is forgotten.
    allowed = 8 * 1024 + 40 * len(opened)
    grown = told["lastKiB"] - told["firstKiB"]
    if not IS_BENCH and grown > allowed:
        faults.append(f"the daemon grew by {grown} KiB, more than {allowed}")
    for desk in desks:
        desk.close()
    wait_for("the desks' threads are gone", lambda: memory(stack.daemon)[1] < DESKS, 20)
    stack.end()
    for fault in faults:
        print(f"desks: {fault}")
    if not IS_BENCH:
        print(f"{0 if faults else 1} passed, {1 if faults else 0} failed, 0 skipped")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
