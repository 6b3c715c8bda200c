#!/usr/bin/env python3
"""The keys that others know: made and imported by `init`, exchanged by `key rotate`; judged by openssl and by
what the daemon says of its configuration.

    python3 -B Tests/System/keys.py
"""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import counted

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.path.abspath(os.environ.get("BIN", os.path.join(ROOT, ".build", "debug")))


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=60)


class Keys(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="madoguchi-keys.")
        self.addCleanup(shutil.rmtree, self.folder)
        self.state = self.folder + "/state"

    def path(self, name):
        return os.path.join(self.state, "terminal", name)

    def madoguchi(self, *words):
        return run(BIN + "/madoguchi", *words, "--state", self.state, "--json")

    def house(self):
        os.mkdir(self.state, 0o700)
        made = run(BIN + "/clearinghouse", "init", "--state", self.state, "--people",
                   ROOT + "/Simulators/People")
        self.assertEqual(made.returncode, 0, made.stderr)

    def daemon_takes(self):
        said = run(BIN + "/madoguchid", "--check", "--state", self.state)
        self.assertEqual(said.returncode, 0, said.stderr)

    def read(self, path):
        with open(path) as file:
            return file.read()

    def public(self, *words):
        said = run("openssl", *words)
        self.assertEqual(said.returncode, 0, said.stderr)
        return said.stdout

    def test_made(self):
        said = self.madoguchi("init")
        self.assertEqual(said.returncode, 0, said.stderr)
        made = json.loads(said.stdout)["made"]
        for name in ("tls.key", "statement.key"):
            self.assertIn("terminal/" + name, made)
            self.assertEqual(os.stat(self.path(name)).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(self.state + "/credentials/history.key").st_mode & 0o777, 0o600)
        self.public("req", "-in", self.path("tls.csr"), "-verify", "-noout")
        self.assertEqual(self.public("req", "-in", self.path("tls.csr"), "-pubkey", "-noout"),
                         self.public("pkey", "-in", self.path("tls.key"), "-pubout"))
        self.assertEqual(self.read(self.path("statement.pub")),
                         self.public("pkey", "-in", self.path("statement.key"), "-pubout"))
        before = self.read(self.path("tls.key"))
        self.assertEqual(json.loads(self.madoguchi("init").stdout)["made"], [])
        self.assertEqual(self.read(self.path("tls.key")), before, "what is there stays")

    def test_imported(self):
        for name in ("tls", "statement"):
            self.public("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out",
                        f"{self.folder}/{name}.key")
            os.chmod(f"{self.folder}/{name}.key", 0o600)
        self.public("req", "-x509", "-key", self.folder + "/tls.key", "-subj", "/CN=desk-1",
                    "-out", self.folder + "/tls.pem")
        os.chmod(self.folder + "/tls.key", 0o644)
        words = ["init", "--tls-key", self.folder + "/tls.key", "--tls-certificate",
                 self.folder + "/tls.pem", "--statement-key", self.folder + "/statement.key"]
        loose = self.madoguchi(*words)
        self.assertNotEqual(loose.returncode, 0)
        self.assertIn("mode 644", loose.stdout + loose.stderr)
        self.assertFalse(os.path.exists(self.path("tls.key")))
        os.chmod(self.folder + "/tls.key", 0o600)
        said = self.madoguchi(*words)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        for name in ("tls", "statement"):
            self.assertEqual(
                self.public("pkey", "-in", self.path(name + ".key"), "-pubout"),
                self.public("pkey", "-in", f"{self.folder}/{name}.key", "-pubout"))
        self.assertEqual(self.read(self.path("tls.pem")), self.read(self.folder + "/tls.pem"))

    def test_rotated_connection(self):
        """The key of the terminal's connections, and that of the patient's own look at the portal."""
        self.house()
        self.assertEqual(self.madoguchi("init").returncode, 0)
        for name in ("tls", "portal"):
            with self.subTest(key=name):
                self.rotate_connection(name)

    def rotate_connection(self, name):
        self.daemon_takes()
        others = {other: self.read(self.path(other + ".key"))
                  for other in ("tls", "portal", "statement") if other != name}
        old, old_certificate = self.read(self.path(name + ".key")), self.read(self.path(name + ".pem"))
        begun = self.madoguchi("key", "rotate", name)
        self.assertEqual(begun.returncode, 0, begun.stdout + begun.stderr)
        self.assertEqual(self.read(self.path(name + ".key")), old, "the old one is in use")
        request = self.path(f"{name}.key.csr")
        self.public("req", "-in", request, "-verify", "-noout")
        self.assertEqual(
            self.public("req", "-in", request, "-subject", "-noout", "-nameopt", "RFC2253"),
            self.public("x509", "-in", self.path(name + ".pem"), "-subject", "-noout", "-nameopt",
                        "RFC2253"))
        wrong = self.madoguchi("key", "rotate", name, "--finish", "--certificate",
                               self.path(name + ".pem"))
        self.assertNotEqual(wrong.returncode, 0)
        self.assertEqual(self.read(self.path(name + ".key")), old)
        authority = self.state + "/authority/connections"
        fresh = self.folder + "/fresh.pem"
        self.public("x509", "-req", "-in", request, "-CA", authority + ".pem", "-CAkey",
                    authority + ".key", "-set_serial", "77", "-days", "30", "-out", fresh)
        done = self.madoguchi("key", "rotate", name, "--finish", "--certificate", fresh)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.read(self.path(name + ".pem")), self.read(fresh))
        self.assertEqual(self.public("x509", "-in", fresh, "-pubkey", "-noout"),
                         self.public("pkey", "-in", self.path(name + ".key"), "-pubout"))
        self.assertEqual(os.stat(self.path(name + ".key")).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(self.path(f"{name}.key.before")).st_mode & 0o777, 0o600)
        self.assertEqual(self.read(self.path(f"{name}.key.before")), old)
        self.assertEqual(self.read(self.path(f"{name}.pem.before")), old_certificate)
        self.assertFalse(os.path.exists(self.path(f"{name}.key.next")))
        self.daemon_takes()
        again = self.madoguchi("key", "rotate", name)
        self.assertIn("destroy it first", again.stdout + again.stderr)
        os.remove(self.path(f"{name}.key.before"))
        self.assertEqual(self.madoguchi("key", "rotate", name).returncode, 0)
        for other, key in others.items():
            self.assertEqual(self.read(self.path(other + ".key")), key, other)

    def test_rotated_statement(self):
        self.house()
        self.assertEqual(self.madoguchi("init").returncode, 0)
        old = self.read(self.path("statement.key"))
        early = self.madoguchi("key", "rotate", "statement", "--finish")
        self.assertNotEqual(early.returncode, 0, "nothing was begun")
        begun = self.madoguchi("key", "rotate", "statement")
        self.assertEqual(begun.returncode, 0, begun.stdout + begun.stderr)
        again = self.madoguchi("key", "rotate", "statement")
        self.assertEqual(again.returncode, 0)
        told = self.read(self.path("statement.key.pub"))
        self.assertEqual(
            told, self.public("pkey", "-in", self.path("statement.key.next"), "-pubout"))
        done = self.madoguchi("key", "rotate", "statement", "--finish")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotEqual(self.read(self.path("statement.key")), old)
        self.assertEqual(
            told, self.public("pkey", "-in", self.path("statement.key"), "-pubout"))
        self.daemon_takes()
        self.assertNotEqual(self.madoguchi("key", "rotate", "history").returncode, 0)


if __name__ == "__main__":
    counted.main()
