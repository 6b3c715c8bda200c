#!/usr/bin/env python3
"""The daemon's history before the simulated witness: cosigned round by round, and closed for good where
the witness knows another copy.

    Tests/System/private-pcscd.sh python3 -B Tests/System/witnessing.py

What is kept is judged by the C2SP texts alone (tlog-cosignature, signed-note). BIN=.build/debug.
"""
import base64
import os
import shutil
import subprocess
import unittest

from cryptography.hazmat.primitives.asymmetric import ed25519
import counted
from rig import ROOT, Stack, program, wait_for


class Witnessing(unittest.TestCase):
    def setUp(self):
        self.stack = stack = Stack()
        subprocess.run([program("clearinghouse"), "init", "--state", stack.state, "--people",
                        os.path.join(ROOT, "Simulators", "People"), "--cards", "mado"],
                       check=True, stdout=subprocess.DEVNULL)
        stack.start_house("--witness-port", "0")
        stack.run("init", "--port", str(stack.port))
        with open(stack.path("terminal", "witness.vkey")) as file:
            self.witness = file.read().strip()
        self.configure(stack)
        stack.start_daemon()
        key = stack.run("history", "key").out.strip()
        subprocess.run([program("clearinghouse"), "watch", key, "--state", stack.state,
                        "--admin-port", str(stack.admin_port)], check=True,
                       stdout=subprocess.DEVNULL)

    def tearDown(self):
        self.stack.end()

    def configure(self, stack):
        stack.configure(witnesses={
            "list": [{"host": "127.0.0.1", "port": self.stack.witness_port, "key": self.witness}],
            "quorum": 1, "cadenceSeconds": 1})

    @staticmethod
    def standing(stack):
        return stack.run("status", "--json").json["historyWitnesses"]

    def cosigned(self):
        """The note that is kept, once its cosignature was judged."""
        with open(self.stack.path("terminal", "history", "cosigned"), encoding="utf-8") as file:
            text, signatures = file.read().split("\n\n")
        name, _, raw = self.witness.split("+", 2)
        public = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(raw)[1:])
        line = next(line for line in signatures.splitlines() if line.split(" ")[1] == name)
        octets = base64.b64decode(line.split(" ")[2])[4:]
        time = int.from_bytes(octets[:8], "big")
        public.verify(octets[8:], f"cosignature/v1\ntime {time}\n{text}\n".encode())
        return int(text.split("\n")[1])

    def test_rounds(self):
        stack = self.stack
        wait_for("a round", lambda: self.standing(stack)["cosignedEntries"] > 0)
        before = self.cosigned()
        stack.insert("mado")
        self.assertEqual(stack.check_in().code, 0)
        wait_for("all is cosigned", lambda: self.standing(stack)["uncosignedEntries"] == 0)
        self.assertEqual(self.standing(stack)["troubles"], {})
        self.assertGreater(self.cosigned(), before)
        # The house goes down: what is not cosigned is stated, and desk and history go on.
        stack.stop(stack.house)
        stack.run("history", "list")
        wait_for("it is stated", lambda: list(self.standing(stack)["troubles"].values())
                 == ["unreachable"])
        self.assertGreater(self.standing(stack)["uncosignedEntries"], 0)
        self.assertIn("cosigned", stack.run("status").out)
        self.assertEqual(stack.run("history", "verify").code, 0)

    def test_a_second_copy_stops_for_good(self):
        stack = self.stack
        wait_for("a round", lambda: self.standing(stack)["cosignedEntries"] > 0)
        stack.stop(stack.daemon)
        other = Stack()
        shutil.rmtree(other.state + "/terminal", ignore_errors=True)
        for name in ["terminal", "trust", "staff", "credentials"]:
            shutil.copytree(stack.path(name), other.path(name))
        os.mkdir(other.path("run"), 0o700)
        try:
            stack.start_daemon()
            stack.run("history", "list")
            wait_for("all is cosigned", lambda: self.standing(stack)["uncosignedEntries"] == 0)
            other.start_daemon()
            wait_for("it found out", lambda: os.path.exists(
                other.path("terminal", "history", "contradiction")))
            self.assertEqual(other.run("history", "list").code, 6)
            self.assertEqual(other.run("history", "verify").code, 1)
            other.stop(other.daemon)
            other.daemon = other.spawn(program("madoguchid"), "--state", other.state,
                                       stdout=other.log)
            self.assertEqual(other.daemon.wait(30), 6)
            # The one that the witness knows goes on.
            stack.run("history", "list")
            wait_for("all is cosigned", lambda: self.standing(stack)["uncosignedEntries"] == 0)
        finally:
            other.end()


if __name__ == "__main__":
    counted.main()
