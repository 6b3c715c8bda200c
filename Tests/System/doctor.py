#!/usr/bin/env python3
"""`madoguchi doctor` on a machine that is made ill: each cause is produced for real in this test's own
namespaces, and must be named by its own word, with what mends it in Japanese and in English.

    Tests/System/private-pcscd.sh python3 -B Tests/System/doctor.py

What the stack itself can do wrong (cards, clocks, disks, damaged files) is in stack.py.
"""
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import unittest

import counted
from rig import Pcscd, Stack, program, wait_for

SOCKET = "/run/pcscd/pcscd.comm"
# Leads to nobody's home: what another user may read.
PLACE = "/tmp"


def mounted(source, target):
    return subprocess.run(["mount", "--bind", source, target], stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipUnless(Pcscd.is_ours(), "the machine's pcscd is not ours to make ill")
class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make()
        cls.stack.start_daemon()
        with open(cls.stack.path("terminal", "config.json")) as file:
            cls.configuration = file.read()

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def tearDown(self):
        self.doCleanups()
        with open(self.stack.path("terminal", "config.json"), "w") as file:
            file.write(self.configuration)
        Pcscd.start()
        os.chmod(SOCKET, 0o666)

    def found(self, before=()):
        ran = self.stack.run("doctor", "--json", before=before)
        return ran, {one["cause"]: one for one in ran.json["findings"] if "cause" in one}

    def finds(self, cause, good=False, code=None, words="", before=()):
        ran, causes = self.found(before)
        self.assertIn(cause, causes, ran)
        one = causes[cause]
        self.assertEqual(one["good"], good, ran)
        self.assertIn(words, one["detail"], ran)
        for field in ["detail", "next", "japanese", "nextJapanese"]:
            self.assertTrue(one[field], ran)
        self.assertTrue(any("\u3040" <= letter <= "\u9fff" for letter in one["nextJapanese"]), one)
        if code is not None:
            self.assertEqual(ran.code, code, ran)
        # The same for eyes: both languages, one below the other.
        text = self.stack.run("doctor", before=before)
        for field in ["japanese", "nextJapanese", "next"]:
            self.assertIn(one[field], text.out)
        return one

    def finds_not(self, cause):
        ran, causes = self.found()
        self.assertNotIn(cause, causes, ran)

    def as_nobody(self):
        """A command as a user who owns nothing here: the program copied to where that one may read."""
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can be somebody else")
        said = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "true"],
            stderr=subprocess.DEVNULL)
        if said.returncode != 0:
            self.skipTest("nobody cannot be had in this user namespace")
        folder = tempfile.mkdtemp(prefix="madoguchi-doctor-", dir=PLACE)
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        own = shutil.copy(program("madoguchi"), folder)
        os.chmod(own, 0o755)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", own]
        if subprocess.run([*command, "--version"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("another user cannot run a program built here")

        def findings():
            ran = subprocess.run([*command, "doctor", "--json", "--state", folder],
                                 capture_output=True, text=True, timeout=60)
            return ran.returncode, {
                one.get("cause"): one for one in json.loads(ran.stdout)["findings"]}
        return findings

    def hangs_up(self):
        """In pcscd's place: takes every connection and closes it, as pcscd does with whom polkit
        denies."""
        Pcscd.kill()
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        line = socket.socket(socket.AF_UNIX)
        line.bind(SOCKET)
        os.chmod(SOCKET, 0o666)
        line.listen()

        def serve():
            while True:
                try:
                    line.accept()[0].close()
                except OSError:
                    return
        thread = threading.Thread(target=serve)
        thread.start()

        def end():
            line.shutdown(socket.SHUT_RDWR)
            line.close()
            thread.join()
            os.unlink(SOCKET)
        self.addCleanup(end)

    def test_pcscd_stopped(self):
        Pcscd.kill()
        self.finds("pcscdStopped", code=3)

    def test_socket_open_to_all(self):
        os.chmod(SOCKET, 0o666)
        self.finds("pcscdSocketOpen", good=True, words="666")
        os.chmod(SOCKET, 0o660)
        self.finds_not("pcscdSocketOpen")

    def test_socket_refused(self):
        findings = self.as_nobody()
        os.chmod(SOCKET, 0o660)
        code, causes = findings()
        self.assertEqual(code, 3)
        self.assertFalse(causes["pcscdSocketRefused"]["good"], causes)
        self.assertIn("usermod", causes["pcscdSocketRefused"]["next"])
        os.chmod(SOCKET, 0o666)
        self.assertNotIn("pcscdSocketRefused", findings()[1])

    def test_polkit_denies(self):
        """A door that opens and shuts: for a user it is polkit, for root it is something else."""
        findings = self.as_nobody()
        self.hangs_up()
        code, causes = findings()
        self.assertEqual(code, 3)
        self.assertIn("polkitDenied", causes)
        self.assertIn("org.debian.pcsc-lite.access_pcsc", causes["polkitDenied"]["next"])
        self.finds("pcscRefused", code=3)

    def test_apdus_logged(self):
        """A pcscd that writes what passes: in each way that its command line can say it."""
        folder = os.environ["MADOGUCHI_PCSCD_FOLDER"]
        for words, logs in ((["-f", "--apdu"], True), (["-fa"], True), (["-f", "--debug"], False)):
            with self.subTest(words=words):
                Pcscd.kill()
                for name in ("pcscd.comm", "pcscd.pid"):
                    if os.path.exists("/run/pcscd/" + name):
                        os.unlink("/run/pcscd/" + name)
                child = subprocess.Popen(
                    ["pcscd", *words, "-c", folder + "/reader.conf.d"], stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    wait_for("pcscd answers", lambda: os.path.exists(SOCKET))
                    if logs:
                        self.finds("pcscdLogsAPDUs", code=3, words="pcscd " + words[0])
                    else:
                        self.finds_not("pcscdLogsAPDUs")
                finally:
                    child.send_signal(signal.SIGTERM)
                    child.wait(15)

    def test_swap(self):
        """An area on a disk is told, one in compressed memory is not."""
        head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
        with tempfile.NamedTemporaryFile("w", suffix=".swaps") as file:
            for area, is_told in (("/dev/zram0", False), ("/swapfile", True)):
                file.seek(0)
                file.truncate()
                file.write(head + f"{area}          file\t\t1048572\t0\t-2\n")
                file.flush()
                if not mounted(file.name, "/proc/swaps"):
                    self.skipTest("/proc/swaps cannot be laid over here")
                try:
                    if is_told:
                        self.finds("swapOn", good=True, words="/swapfile")
                    else:
                        self.finds_not("swapOn")
                finally:
                    subprocess.run(["umount", "/proc/swaps"], check=True)

    def test_fonts(self):
        self.stack.configure(paperFonts=["/nonexistent/font.ttf"])
        self.finds("fontMissing", code=2, words="/nonexistent/font.ttf")

    def certificate(self, days):
        """A certificate in place of the terminal's, good from now for so many days."""
        folder = tempfile.mkdtemp(prefix="madoguchi-certificate-")
        self.addCleanup(shutil.rmtree, folder)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", folder + "/key.pem", "-out", folder + "/certificate.pem",
             "-subj", "/O=Madoguchi Simulation/CN=desk-1", "-days", str(days)],
            check=True, stderr=subprocess.DEVNULL)
        os.chmod(folder + "/key.pem", 0o600)
        house = self.stack.configure()["clearinghouse"]
        house["identity"] = {"certificateFile": folder + "/certificate.pem",
                             "keyFile": folder + "/key.pem"}
        self.stack.configure(clearinghouse=house)
        return folder + "/certificate.pem"

    def test_certificate_days(self):
        path = self.certificate(12)
        self.finds("certificateEnding", good=True, words=path + ": 1")
        self.certificate(40)
        self.finds_not("certificateEnding")

    def test_certificate_expired(self):
        path = self.certificate(2)
        after = ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", "+3d"]
        if not shutil.which("faketime"):
            self.skipTest("no faketime here")
        self.finds("certificateExpired", code=5, words=path, before=after)

    def test_daemon_stopped(self):
        self.stack.stop(self.stack.daemon)
        try:
            self.finds("daemonStopped", code=1)
        finally:
            self.stack.start_daemon()

    def test_clearinghouse_away(self):
        self.stack.stop(self.stack.house)
        try:
            self.finds("clearinghouseUnreachable", code=5)
        finally:
            self.stack.start_house()

    def test_nothing_is_wrong(self):
        """A whole machine: status 0, and no finding is bad."""
        ran, _ = self.found()
        self.assertEqual(ran.code, 0, ran)
        self.assertTrue(all(one["good"] for one in ran.json["findings"]), ran)
        self.assertTrue(stat.S_ISSOCK(os.stat(SOCKET).st_mode))


if __name__ == "__main__":
    counted.main()
