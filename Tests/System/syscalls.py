#!/usr/bin/env python3
"""The daemon's history by its system calls: no answer before its entry is on the disk, and what a disk
that fails at any of them leaves behind.

    Tests/System/private-pcscd.sh python3 -B Tests/System/syscalls.py

Under strace, where ptrace is allowed; else skipped. Each reading of the history is an entry of its own,
so `history list` is the shortest act that has to be durable before its answer. BIN=.build/debug.
"""
import os
import re
import subprocess
import unittest

import counted
from rig import Stack, program, wait_for

TRACE = ["strace", "-f", "-y", "-s", "16", "-qq"]
PATH = r"<([^>]*)>"


def may_trace():
    try:
        return subprocess.run(["strace", "-o", "/dev/null", "true"],
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


@unittest.skipUnless(may_trace(), "ptrace is not allowed here, or strace is missing")
class SystemCalls(unittest.TestCase):
    def setUp(self):
        self.stack = Stack().make(people="mado")

    def tearDown(self):
        self.stack.end()

    def traced(self, *words, waits=True):
        self.log = self.stack.path("strace.log")
        self.stack.start_daemon(before=[*TRACE, "-o", self.log, *words], waits=waits)

    def lines(self):
        with open(self.log, errors="replace") as file:
            return file.read().splitlines()

    def stop(self):
        """Ends the daemon itself; strace ends with it."""
        pids = subprocess.run(["pgrep", "-P", str(self.stack.daemon.pid)], capture_output=True,
                              text=True).stdout.split()
        for pid in pids:
            os.kill(int(pid), 15)
        return self.stack.daemon.wait(20)

    def test_no_answer_before_its_entry_is_durable(self):
        self.traced("-e", "trace=pwrite64,fdatasync,fsync,write,sendto,writev,sendmsg")
        for _ in range(20):
            self.assertEqual(self.stack.run("history", "list").code, 0)
        self.stop()
        dirty, writes, syncs, answers = set(), 0, 0, 0
        waiting = {}  # calls that another thread interrupted in the log, by thread
        for line in self.lines():
            thread, _, call = line.partition(" ")
            call = call.strip()
            if call.endswith("<unfinished ...>"):
                waiting[thread] = call[:-len("<unfinished ...>")]
                # It may have begun to act: an answer counts from here, a sync not before its end.
                if not re.match(r"(write|sendto|writev|sendmsg)\(", call):
                    continue
            elif call.startswith("<... "):
                begun = waiting.pop(thread, "")
                if re.match(r"(write|sendto|writev|sendmsg)\(", begun):
                    continue
                call = begun + call
            name = call.split("(")[0]
            path = (re.search(PATH, call) or [None, ""])[1]
            if path.endswith(".segment"):
                if name == "pwrite64":
                    dirty.add(path)
                    writes += 1
                elif name in ("fdatasync", "fsync") and call.endswith("= 0"):
                    dirty.discard(path)
                    syncs += 1
            elif '"HTTP/1.1 200' in call and "socket:" in path or '"HTTP/1.1 200' in call \
                    and "UNIX" in path:
                answers += 1
                self.assertEqual(dirty, set(), f"an answer before its entry: {line}")
        self.assertGreaterEqual(answers, 20)
        self.assertGreaterEqual(min(writes, syncs), 20)

    def entries(self):
        ran = self.stack.run("history", "verify", "--json")
        self.assertEqual(ran.code, 0, ran)
        return ran.json["entries"]

    def failing(self, call, error, when):
        """Lets the n-th call of a kind fail; gives back how many readings were answered."""
        before = self.entries()
        self.traced("-e", f"trace={call}", "-e", f"inject={call}:{error}:when={when}", waits=False)
        socket = self.stack.path("run", "madoguchid.sock")
        answered = 0
        try:
            wait_for("it answers or ends", lambda: self.stack.daemon.poll() is not None
                     or os.path.exists(socket) and self.stack.run("status").code == 0, 20)
            for _ in range(6):
                if self.stack.daemon.poll() is not None:
                    break
                code = self.stack.run("history", "list").code
                answered += code == 0
                # A daemon that dies in mid-answer leaves one that cannot be read.
                codes = (0, 1, 2, 6) if error.startswith("signal") else (0, 2, 6)
                self.assertIn(code, codes, f"{call} {error} {when}")
        finally:
            if self.stack.daemon.poll() is None:
                self.stop()
        after = self.entries()
        self.assertGreaterEqual(after, before + answered, f"{call} {error} {when}")
        self.stack.start_daemon()
        self.assertEqual(self.stack.run("history", "list").code, 0)
        self.stack.stop(self.stack.daemon)
        return answered

    def test_a_disk_that_fails_at_any_call(self):
        self.stack.start_daemon()
        self.stack.stop(self.stack.daemon)
        answers = []
        for call, errors in {
            "fdatasync": ["error=EIO", "signal=KILL"],
            "pwrite64": ["error=ENOSPC", "error=EIO", "signal=KILL"],
            "fsync": ["error=EIO", "signal=KILL"], "renameat": ["error=EIO", "signal=KILL"],
        }.items():
            for error in errors:
                for when in [1, 2, 3, 5, 7]:
                    with self.subTest(call=call, error=error, when=when):
                        answers.append(self.failing(call, error, when))
        self.assertGreater(max(answers), 0)


if __name__ == "__main__":
    counted.main()
