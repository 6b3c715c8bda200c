"""A reader that takes the PIN on keys of its own (PC/SC part 10): the daemon gets no digit. The keys
are simulated in front of libpcsclite; reader, card and service are the usual ones. Part of stack.py."""
import json
import os
import shutil
import subprocess
import unittest

from case import LIMITS, StackCase
from rig import ROOT, Stack

COMPILER = shutil.which("clang") or shutil.which("cc")


def with_keys(stack):
    """The words before a daemon whose readers have keys; files that say what is typed, and what
    was ordered."""
    library = stack.path("fakepad.so")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-I/usr/include/PCSC", "-o", library,
                    os.path.join(ROOT, "Tests", "System", "fakepad.c")], check=True)
    keys, log = stack.path("keys"), stack.path("orders")
    return ("env", "LD_PRELOAD=" + library, "FAKE_PAD_KEYS=" + keys, "FAKE_PAD_LOG=" + log), keys, log


@unittest.skipUnless(COMPILER, "no compiler for the simulated keys")
class PINPads(StackCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make(limits=LIMITS)
        cls.before, cls.keys, cls.log = with_keys(cls.stack)
        cls.stack.start_daemon(before=cls.before)

    def type(self, keys):
        with open(self.keys, "w") as file:
            file.write(keys + "\n")
        if os.path.exists(self.log):
            os.remove(self.log)

    def orders(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log) as file:
            return file.read().split()

    def check_in(self, keys, *more):
        self.type(keys)
        return self.stack.run("check-in", "--pin-pad", "--consent", "drugs", "--json", *more)

    def test_right(self):
        """The patient types on the reader: the order is PC/SC part 10's, and no digit is in it."""
        self.stack.insert("mado")
        ran = self.check_in("1234")
        self.assertEqual((ran.code, ran.json["state"]), (0, "accepted"), ran)
        # PIN_VERIFY_STRUCTURE, field by field; numbers little-endian.
        expected = ("1e1e" "82" "04" "00" "0404" "02" "ff" "0904" "00" "000000" "09000000"
                    "0020008004ffffffff")
        self.assertEqual(self.orders(), [expected])
        self.assertEqual(self.stack.tries(), 3)
        # Who takes their time is waited for.
        self.assertEqual(self.check_in("wait").json["state"], "accepted")
        # The patient's own look goes the same way.
        ran = self.stack.run("portal", "drugs", "--pin-pad", "--json")
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(len(self.orders()), 2)

    def test_nothing_typed(self):
        """Cancelled, nobody there, too few digits, an order the reader does not know: no try is lost,
        and the next one is asked for."""
        self.stack.insert("mado")
        for keys, name in [("cancel", "pad-cancelled"), ("nobody", "pad-timed-out"),
                           ("123", "pin-malformed"), ("12345", "pin-malformed"),
                           ("refuse", "card-failed")]:
            with self.subTest(keys):
                self.refused(self.check_in(keys), 4, name)
                self.assertEqual(len(self.orders()), 1)
                self.assertEqual(self.stack.tries(), 3)
        self.assertEqual(self.check_in("1234").json["state"], "accepted")

    def test_wrong_to_locked(self):
        """Wrong PINs count as everywhere; the last try is asked for before the reader is."""
        self.stack.insert("yakushi")
        for left in [2, 1]:
            ran = self.check_in("9999")
            self.refused(ran, 4, "wrong-pin")
            self.assertEqual(self.stack.tries("yakushi"), left)
        self.refused(self.check_in("1234"), 4, "last-try")
        self.assertEqual(self.orders(), [], "the reader was asked before anybody agreed")
        ran = self.check_in("1234", "--spend-last-try")
        self.assertEqual(ran.json["state"], "accepted", ran)
        self.assertEqual(self.stack.tries("yakushi"), 3)

    def test_typed_elsewhere(self):
        """A PIN typed here all the same is not used; a reader whose keys are not wanted takes it."""
        stack = self.stack
        stack.insert("mado")
        self.type("1234")
        self.refused(stack.check_in(), 4, "pad-wanted")
        self.assertEqual((self.orders(), stack.tries()), ([], 3))
        self.assertEqual(stack.run("check-in", "--pin-pad", pin="1234").code, 2)
        listed = stack.run("history", "list", "--json").json["entries"]
        self.assertIn("padWanted", json.dumps(listed))
        stack.kill_daemon()
        stack.configure(pinPads=False)
        stack.start_daemon(before=self.before)
        try:
            self.assertEqual(stack.check_in().json["state"], "accepted")
            self.refused(stack.run("check-in", "--pin-pad", "--json"), 4, "pin-malformed")
            self.assertEqual(self.orders(), [])
        finally:
            stack.kill_daemon()
            stack.configure(pinPads=True)
            stack.start_daemon(before=self.before)

    def heal(self):
        if self.stack.daemon.poll() is not None:
            self.stack.start_daemon(before=self.before)
        super().heal()
