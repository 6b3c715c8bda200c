#!/usr/bin/env python3
"""What an earlier version wrote, opened by this one: configuration, history, open check-ins and staff in
Previous/, each named after version and commit of the programs that wrote it (two check-ins were tried, one
with a wrong PIN; one patient's medicines were opened; then SIGTERM). Says what changed on the disk.

    python3 -B Tests/System/upgrade.py
"""
import glob
import hashlib
import json
import os
import signal
import subprocess
import tarfile
import tempfile
import time
import unittest

import counted

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.path.abspath(os.environ.get("BIN", os.path.join(ROOT, ".build", "debug")))
KEPT = sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "Previous", "*.gz")))


def digests(folder):
    found = {}
    for path in glob.glob(folder + "/**", recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


class Upgraded(unittest.TestCase):
    def test_there_is_one(self):
        self.assertTrue(KEPT)

    def test_each(self):
        for kept in KEPT:
            with self.subTest(os.path.basename(kept)), tempfile.TemporaryDirectory() as state:
                with tarfile.open(kept) as packed:
                    packed.extractall(state, filter="data")
                os.mkdir(state + "/run", 0o700)
                self.opens(kept, state)

    def run_program(self, name, *words, state):
        return subprocess.run([os.path.join(BIN, name), *words, "--state", state],
                              capture_output=True, text=True, timeout=60)

    def opens(self, kept, state):
        before = digests(state)
        checked = self.run_program("madoguchid", "--check", state=state)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        verified = self.run_program("madoguchi", "history", "verify", "--json", state=state)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertEqual(digests(state), before, "who only looks changes nothing")
        with open(state + "/log", "w") as log:
            daemon = subprocess.Popen([os.path.join(BIN, "madoguchid"), "--state", state],
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            end = time.monotonic() + 30
            while (said := self.run_program("madoguchi", "status", "--json", state=state)).returncode:
                self.assertIsNone(daemon.poll(), open(state + "/log").read())
                self.assertLess(time.monotonic(), end, said.stdout + said.stderr)
                time.sleep(0.1)
            status = json.loads(said.stdout)
            self.assertEqual(status["historyOrigin"], "madoguchi/1310000003/desk-1")
            listed = self.run_program("madoguchi", "history", "list", "--json", state=state)
            self.assertEqual(listed.returncode, 0, listed.stdout + listed.stderr)
            kinds = [one["event"]["kind"] for one in json.loads(listed.stdout)["entries"]]
            for kind in ("storeOpened", "proof", "intent", "outcome", "disclosure", "storeClosed"):
                self.assertIn(kind, kinds)
            ins = self.run_program("madoguchi", "check-ins", "--json", state=state)
            self.assertEqual(ins.returncode, 0, ins.stdout + ins.stderr)
        finally:
            daemon.send_signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(30), 0, open(state + "/log").read())
        verified = self.run_program("madoguchi", "history", "verify", "--json", state=state)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        after = digests(state)
        self.assertEqual(before["terminal/config.json"], after["terminal/config.json"])
        with tarfile.open(kept) as packed:
            for name in before:
                if name.endswith(".segment"):
                    # Room is set aside as zeros behind the entries.
                    old = packed.extractfile(name).read().rstrip(b"\0")
                    with open(os.path.join(state, name), "rb") as file:
                        self.assertEqual(file.read(len(old)), old, f"{name} is only added to")
        for name in sorted(set(before) | set(after)):
            if before.get(name) != after.get(name) and name != "log":
                what = "new" if name not in before else "gone" if name not in after else "changed"
                print(f"{os.path.basename(kept)}: {what} {name}")


if __name__ == "__main__":
    counted.main()
