#!/usr/bin/env python3
"""What administrators do to a history, from the shell: other keys, keys in escrow, a review, an erasure,
a clock that is set, a new origin. After each the history is verified, without the daemon.

    Tests/System/private-pcscd.sh python3 -B Tests/System/keeping.py

What is sealed is opened here too, from Format.md alone, with the keys that an auditor decrypts.
BIN=.build/debug.
"""
import base64
import csv
import glob
import hashlib
import io
import json
import os
import re
import shutil
import struct
import subprocess
import unittest

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
import counted
from rig import Stack, program, wait_for

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


def opened_by_hand(folder, keys):
    """Every entry of a folder that these keys open: Format.md, sections Log, Segment and Escrow."""
    origin = keys["origin"].encode()
    bound = struct.pack(">H", len(origin)) + origin
    months = {key["id"]: base64.b64decode(key["key"]) for key in keys["months"]}
    events = {}
    for path in sorted(glob.glob(folder + "/*.segment")):
        with open(path, "rb") as file:
            octets = file.read()
        at = 4096
        while octets[at:at + 4] in (b"ENTR", b"CMIT"):
            if octets[at:at + 4] == b"CMIT":
                at += 96
                continue
            count, index = struct.unpack(">IQ", octets[at + 4:at + 16])
            leaf, body = octets[at + 16:at + 85], octets[at + 96:at + 96 + count]
            key, commitment = struct.unpack(">I", leaf[1:5])[0], leaf[5:37]
            at += 96 + (count + 7) // 8 * 8
            if key not in months or not any(body):
                continue
            assert hashlib.sha256(body).digest() == leaf[37:], index
            plain = AESGCM(months[key]).decrypt(
                commitment[:12], body, bound + leaf[:1] + leaf[1:5] + commitment)
            assert hashlib.sha256(
                b"madoguchi history v1\n" + bound + plain).digest() == commitment, index
            events[index] = json.loads(plain[32:])
    return events


class Keeping(unittest.TestCase):
    def setUp(self):
        self.stack = Stack()
        self.addCleanup(self.stack.end)
        self.stack.make(people="mado")

    def start(self, **options):
        self.stack.start_daemon(**options)

    def restart(self):
        self.assertEqual(self.stack.stop(self.stack.daemon), 0)
        self.start()

    def ran(self, *words, code=0, **options):
        ran = self.stack.run(*words, **options)
        self.assertEqual(ran.code, code, (words, ran))
        return ran

    def visit(self):
        self.stack.insert("mado")
        ran = self.stack.check_in()
        self.assertEqual(ran.code, 0, ran)
        check_in = self.ran("check-ins", "--json").json["checkIns"][0]["id"]
        self.ran("drugs", "--check-in", check_in)
        return check_in

    def verified(self):
        answer = self.ran("history", "verify", "--json").json
        self.assertTrue(answer["whole"])
        return answer

    def acts(self, *reasons):
        return [entry for entry in self.stack.entries() if entry["event"].get("reason") in reasons]

    def unsure(self):
        """Whether no time service keeps this machine's clock."""
        return self.stack.entries()[-1]["event"]["timeQuality"] != "synchronised"

    def patient(self):
        return next(entry["event"]["patient"]["id"] for entry in self.stack.entries()
                    if entry["event"].get("patient", {}).get("id"))

    def test_keys(self):
        """Another month key; another wrapping key in two steps; the one before opens no more."""
        stack = self.stack
        self.start()
        self.visit()
        self.assertEqual(self.ran("history", "rotate-key", "--json").json, {"key": 2})
        rotated, = self.acts("keyRotated")
        self.assertEqual(json.loads(rotated["event"]["note"])["key"], 2)
        self.assertEqual(rotated["event"]["actor"]["role"], "administrator")
        path = stack.path("credentials", "history.key")
        with open(path) as file:
            before = file.read()
        old = shutil.copytree(stack.path("terminal", "history"), stack.path("older"))
        # Nothing is on its way yet.
        self.ran("history", "wrapping-key", "--finish", code=1)
        self.ran("history", "wrapping-key")
        with open(path) as file:
            both = file.read()
        self.assertTrue(both.endswith(before) and len(both) == 2 * len(before))
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.ran("history", "wrapping-key", code=1)
        # Not before the daemon wrapped anew.
        early = self.ran("history", "wrapping-key", "--finish", code=6)
        self.assertIn("Start the daemon", early.err)
        self.restart()
        told, = self.acts("keysWrapped")
        self.assertEqual(told["event"]["kind"], "storeOpened")
        self.assertRegex(told["event"]["note"], "^by the key [0-9a-f]{16}$")
        self.ran("history", "wrapping-key", "--finish")
        with open(path) as file:
            after = file.read()
        self.assertEqual(both, after + before)
        self.verified()
        self.restart()
        self.visit()
        self.verified()
        # A thief with today's key and the older copy reads nothing of it.
        shutil.move(stack.path("terminal", "history"), stack.path("newer"))
        shutil.copytree(old, stack.path("terminal", "history"))
        self.assertNotEqual(self.stack.run("history", "verify").code, 0)

    def test_escrow(self):
        """An auditor opens a copy with keys that nobody else can decrypt: by our command and by hand."""
        stack = self.stack
        self.start()
        self.visit()
        patient = self.patient()
        for kind, words in (("rsa", ["rsa:3072"]),
                            ("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])):
            with self.subTest(kind):
                key, certificate = stack.path(kind + ".key"), stack.path(kind + ".pem")
                subprocess.run(
                    ["openssl", "req", "-x509", "-newkey", *words, "-nodes", "-keyout", key, "-out",
                     certificate, "-subj", "/O=Madoguchi Simulation/CN=Auditor", "-days", "2"],
                    check=True, capture_output=True)
                sealed, plain = stack.path(kind + ".cms"), stack.path(kind + ".json")
                answer = self.ran("history", "escrow", certificate, sealed, "--json").json
                self.assertIn("Auditor", answer["for"])
                self.assertEqual(os.stat(sealed).st_mode & 0o777, 0o600)
                shown = subprocess.run(
                    ["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", sealed],
                    check=True, capture_output=True).stdout.decode()
                self.assertIn("authEnvelopedData", shown)
                self.assertIn("aes-256-gcm", shown)
                if kind == "rsa":
                    self.assertIn("rsaesOaep", shown)
                subprocess.run(
                    ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", sealed, "-inkey", key,
                     "-out", plain], check=True, capture_output=True)
                os.chmod(plain, 0o600)
                with open(plain) as file:
                    keys = json.load(file)
                with open(sealed, "rb") as file:
                    self.assertNotIn(base64.b64decode(keys["months"][0]["key"]), file.read())
        exports = [entry["event"]["note"] for entry in self.acts("export")
                   if entry["event"]["note"].startswith("escrow")]
        der = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True,
                             capture_output=True).stdout
        self.assertEqual(len(exports), 2)
        self.assertIn(hashlib.sha256(der).hexdigest(), exports[-1])
        # What is weak, or no file, gets none.
        weak = stack.path("weak.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
             stack.path("weak.key"), "-out", weak, "-subj", "/O=Madoguchi Simulation/CN=Weak",
             "-days", "2"], check=True, capture_output=True)
        self.ran("history", "escrow", weak, stack.path("weak.cms"), code=2)
        self.ran("history", "escrow", certificate, "-", code=2)
        self.assertEqual(len([entry for entry in self.acts("export")]), len(exports))
        listed = {entry["index"]: entry["event"] for entry in stack.entries()}
        self.assertEqual(stack.stop(stack.daemon), 0)
        copy = shutil.copytree(stack.path("terminal", "history"), stack.path("copy"))
        os.unlink(copy + "/keys.json")
        shutil.rmtree(copy + "/index", ignore_errors=True)
        byhand = opened_by_hand(copy, keys)
        # The list tells less of an event than it holds.
        for index, event in listed.items():
            self.assertEqual(byhand[index]["kind"], event["kind"])
            self.assertEqual(byhand[index]["time"], event["time"])
        self.assertIn(patient, {event.get("patient", {}).get("id") for event in byhand.values()})
        ran = subprocess.run([program("madoguchi"), "history", "open-escrow", plain, copy, "-"],
                             capture_output=True, cwd="/")
        self.assertEqual(ran.returncode, 0, ran)
        rows = list(csv.DictReader(io.StringIO(ran.stdout.decode())))
        self.assertEqual({int(row["index"]): row["kind"] for row in rows},
                         {index: event["kind"] for index, event in byhand.items()})
        # Whoever has not the keys, or lets others read them, gets nothing.
        os.chmod(plain, 0o644)
        loose = subprocess.run([program("madoguchi"), "history", "open-escrow", plain, copy, "-"],
                               capture_output=True, cwd="/")
        self.assertNotEqual(loose.returncode, 0)
        self.assertIn(b"chmod 600", loose.stderr)

    def test_review(self):
        """Openings while the clinic is closed are listed, signed off once, and not listed again."""
        stack = self.stack
        stack.configure(openingHours={
            "opens": "09:00", "closes": "18:00",
            "closed": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]})
        self.start()
        self.visit()
        review = self.ran("history", "review", "--json").json
        reasons = {reason for opening in review["openings"] for reason in opening["reasons"]}
        self.assertTrue(review["openings"])
        self.assertIn("afterHours", reasons)
        self.ran("history", "review", "--remark", "x", code=2)
        word = self.ran("history", "review", "--sign-off", "--remark", "looked at", "--json").json
        self.assertGreaterEqual(word["through"], review["through"])
        again = self.ran("history", "review", "--json").json
        self.assertEqual(again["openings"], [])
        self.assertEqual(again["signedOffThrough"], word["through"])
        self.restart()
        self.assertEqual(self.ran("history", "review", "--json").json["openings"], [])
        self.verified()

    def test_erasure(self):
        """Of one patient nothing is left in the folder; everybody else and every proof stays."""
        stack = self.stack
        self.start()
        self.visit()
        patient = self.patient()
        certificate, key = stack.path("a.pem"), stack.path("a.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-keyout", key, "-out",
             certificate, "-subj", "/O=Madoguchi Simulation/CN=Auditor", "-days", "2"],
            check=True, capture_output=True)
        self.ran("history", "escrow", certificate, stack.path("a.cms"))
        refused = self.ran("history", "erase", "--patient", patient, "--why", "asked to",
                           code=6 if self.unsure() else 1)
        self.assertIn("vouches" if self.unsure() else "kept until", refused.err)
        count = self.ran("history", "erase", "--patient", patient, "--why", "order of a court",
                         "--despite-retention", "--json").json["erased"]
        self.assertGreater(count, 4)
        self.ran("history", "erase", "--patient", patient, "--why", "again",
                 "--despite-retention", code=1)
        told, = self.acts("bodiesErased")
        self.assertNotIn(patient, json.dumps(told["event"].get("note")))
        self.assertEqual(self.verified()["erased"], count)
        self.restart()
        self.assertEqual(self.verified()["erased"], count)
        mine = self.ran("history", "list", "--patient", patient, "--json").json["entries"]
        self.assertEqual([entry["event"]["kind"] for entry in mine], ["historyRead"] * len(mine))
        plain = stack.path("a.json")
        subprocess.run(["openssl", "cms", "-decrypt", "-inform", "DER", "-in", stack.path("a.cms"),
                        "-inkey", key, "-out", plain], check=True, capture_output=True)
        with open(plain) as file:
            keys = json.load(file)
        kept = opened_by_hand(stack.path("terminal", "history"), keys)
        self.assertNotIn("disclosure", {event["kind"] for event in kept.values()})
        self.visit()
        self.verified()

    def test_clock(self):
        """A clock that is set while the daemon runs, and while it does not, is told of."""
        stack = self.stack
        stamp = stack.path("faketime")

        def set_clock(words):
            with open(stamp + ".new", "w") as file:
                file.write(words)
            os.rename(stamp + ".new", stamp)

        set_clock("+0")
        before = ("env", "LD_PRELOAD=" + FAKETIME, "FAKETIME_TIMESTAMP_FILE=" + stamp,
                  "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1",
                  # The first process under libfaketime has its environment moved, which hides its
                  # arguments from Swift: so that is a shell, which becomes the daemon.
                  "sh", "-c", 'exec "$0" "$@"')
        self.start(before=before)
        self.assertEqual(self.acts("forward", "back"), [])
        set_clock("+3600s")
        wait_for("the step is written", lambda: self.acts("forward"))
        step, = self.acts("forward", "back")
        self.assertEqual(step["event"]["kind"], "clockStepped")
        self.assertRegex(step["event"]["note"], r"^(3599\.[0-9]{3}|3600\.[0-9]{3}) s$")
        set_clock("-600s")
        wait_for("the step back is written", lambda: self.acts("back"))
        self.assertEqual(stack.stop(stack.daemon), 0)
        set_clock("-7200s")
        self.start(before=before)
        steps = [entry["event"] for entry in self.acts("forward", "back")]
        self.assertEqual([event["reason"] for event in steps], ["forward", "back", "back"])
        self.assertRegex(steps[2]["note"], r"^6[56][0-9]{2}\.[0-9]{3} s$")
        self.verified()

    def test_new_origin(self):
        """A history that is put away, and another that goes on from it."""
        stack = self.stack
        self.start()
        self.visit()
        old = self.verified()
        self.ran("history", "new-origin", code=6)
        self.assertEqual(stack.stop(stack.daemon), 0)
        # Under the same name there would be two histories of one origin.
        self.assertNotEqual(stack.run("history", "new-origin").code, 0)
        stack.configure(historyName="desk-1b")
        answer = self.ran("history", "new-origin", "--json").json
        self.assertEqual(answer["predecessor"], old["origin"])
        self.assertGreaterEqual(answer["entries"], old["entries"])
        self.assertTrue(os.path.isdir(answer["folder"]))
        self.start()
        self.visit()
        self.assertEqual(self.verified()["predecessor"]["origin"], old["origin"])
        first = stack.entries()[0]["event"]
        self.assertEqual(first["reason"], "newOrigin")
        self.assertTrue(re.search(r'"size"', first["note"]))
        # The wrapping key changes: what was put away opens with the new one, too.
        self.ran("history", "wrapping-key")
        self.assertEqual(stack.stop(stack.daemon), 0)
        self.start()
        rewrapped = self.ran("history", "wrapping-key", "--finish", "--json").json["rewrapped"]
        self.assertEqual([os.path.realpath(path) for path in rewrapped],
                         [os.path.realpath(answer["folder"])])
        self.assertEqual(stack.stop(stack.daemon), 0)
        os.rename(stack.path("terminal", "history"), stack.path("terminal", "history.new"))
        os.rename(answer["folder"], stack.path("terminal", "history"))
        self.assertGreaterEqual(self.verified()["entries"], old["entries"])


if __name__ == "__main__":
    counted.main()
