#!/usr/bin/env python3
"""The whole stack, as its users and its troubles meet it. Run it by Tests/System/stack.sh.

KILLS=N sets how often the daemon is killed during check-ins (default 15); a name or two as
arguments runs only those tests."""
import base64
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import documents
import faces
import pads
import readers
import standings
from case import (AWAY, LIMITS, PROOF, PROVING, READING, VERIFY, WHOLE, StackCase,
                  kills_pcscd)
from rig import BIN, READER, ROOT, Impostor, OtherProgram, Pcscd, Stack, Tap, program, wait_for


def rfc6962_root(index, size, leaf, proof):
    """The root that an inclusion proof leads to (RFC 9162 §2.1.3.2), written from the text."""
    def node(left, right):
        return hashlib.sha256(b"\1" + left + right).digest()
    root, first, last = hashlib.sha256(b"\0" + leaf).digest(), index, size - 1
    for step in proof:
        if first & 1 or first == last:
            root = node(step, root)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            root = node(root, step)
        first, last = first >> 1, last >> 1
    assert last == 0
    return root


KILLS = int(os.environ.get("KILLS", "15"))
STARTED = {"exchange", "camera", "clearinghouse", "madoguchid", "virtual-card", "slot"}
LONGEST = {"PulledCards", "Services", "Kills"}


class CheckIns(StackCase):
    def test_commands(self):
        """Every command works for mado, with the fields that its --json promises."""
        stack = self.stack
        stack.insert("mado")
        view = self.accepted()
        closing = view["closing"]
        self.assertEqual({i["item"] for i in closing["items"]}, {"drugs", "checkups"})
        self.assertEqual(closing["qualification"]["validity"], "1")
        one = ["--check-in", view["checkIn"]]
        shapes = [
            (["status"], {"historyOrigin", "items", "openCheckIns", "pcscService", "readers",
                          "version"}),
            (["check-ins"], {"checkIns"}),
            (["qualification", *one], {"id", "items", "number", "openedAt", "qualification",
                                       "state", "until", "way"}),
            (["drugs", *one], {"checkIn", "historyIndex", "item", "record", "sex"}),
            (["checkups", *one], {"checkIn", "historyIndex", "item", "record", "sex"}),
            (["history", "list"], {"entries"}),
            (["history", "verify"], {"entries", "opened", "origin", "root", "segments", "whole"}),
            (["history", "key"], {"key"}),
            (["readers"], {"readers"}),
            (["doctor"], {"findings"}),
        ]
        for words, members in shapes:
            with self.subTest(" ".join(words[:2])):
                ran = stack.run(*words, "--json")
                self.assertEqual(ran.code, 0, ran)
                self.assertLessEqual(members, set(ran.json), ran)
                self.assertEqual(stack.run(*words).code, 0)
        for page in ["qualification", "drugs", "checkups", "expenses", "disclosures"]:
            with self.subTest("portal " + page):
                ran = stack.run("portal", page, "--json", pin="1234")
                self.assertEqual(ran.code, 0, ran)
        drugs = stack.run("drugs", *one, "--json").json
        self.assertNotIn("Yen", json.dumps(drugs), "an institution sees no amounts")
        checkups = stack.run("checkups", *one, "--json").json["record"]["checkups"]
        self.assertEqual(len(checkups), 5)
        self.assertEqual(stack.run("withdraw", *one, "--json").json["state"], "withdrawn")
        self.refused(stack.run("drugs", *one, "--json"), 1, "check-in-ended")
        self.refused(stack.run("drugs", "--check-in", "nobody", "--json"), 1, "unknown-check-in")
        for words in [["nonsense"], ["check-in"], ["check-in", "--consent", "all"],
                      ["history", "list", "--limit"], ["drugs"], ["consent", "verify"]]:
            ran = stack.run(*words)
            self.assertEqual(ran.code, 2, (words, ran))
            self.assertTrue(ran.err)

    def test_wire(self):
        """A check-in sends the card what it is known to send, and nothing else: the faults below
        count on it."""
        stack = self.stack
        self.chosen(tapped=True)
        self.accepted()
        commands = stack.tap.commands
        self.assertEqual(len(commands), WHOLE, commands)
        for number in range(1, WHOLE + 1):
            self.struck(number)
        self.assertEqual(commands[:READING], commands[READING:PROVING])

    def test_yakushi(self):
        """For yakushi the saving is 1,067 yen, and 448, 318 and 301 by day, from the rows."""
        stack = self.stack
        self.assertEqual(subprocess.run(
            [program("clearinghouse"), "date", "yakushi", "--state", stack.state, "--admin-port",
             str(stack.admin_port)], stdout=subprocess.DEVNULL).returncode, 0)
        stack.insert("yakushi")
        self.accepted()
        ran = stack.run("portal", "drugs", "--json", pin="1234")
        self.assertEqual(ran.code, 0, ran)
        days = {}
        for dispensing in ran.json["dispensings"]:
            for drug in dispensing["drugs"]:
                days[dispensing["date"]] = days.get(dispensing["date"], 0) \
                    + drug.get("savingYen", 0)
        self.assertEqual(sum(days.values()), 1067)
        self.assertEqual(sorted((v for v in days.values() if v), reverse=True), [448, 318, 301])
        text = stack.run("portal", "drugs", pin="1234").out
        for sum_ in ["1,067円", "448円", "318円", "301円"]:
            self.assertIn(sum_, text)

    def test_no_consent(self):
        """Who consents to nothing is checked in, and no record of theirs is opened."""
        self.stack.insert("mado")
        view = self.accepted(consent="none")
        self.assertEqual(view["closing"]["items"], [])
        self.refused(self.stack.run("drugs", "--check-in", view["checkIn"], "--json"), 1,
                     "not-consented")


class CommandLine(StackCase):
    def test_output(self):
        """What cannot be printed: exit 7 and one word on standard error; a pipe that nobody reads
        ends a command as it ends others."""
        stack = self.stack

        def run(*words, **options):
            return subprocess.run([program("madoguchi"), *words, "--state", stack.state],
                                  stderr=subprocess.PIPE, timeout=60, **options)
        for words in [["status"], ["status", "--json"], ["--help"], ["history", "key"]]:
            with open("/dev/full", "w") as full:
                ran = run(*words, stdout=full)
            self.assertEqual(ran.returncode, 7, (words, ran))
            self.assertIn(b"No space left", ran.stderr)
        closed = run("status", preexec_fn=lambda: os.close(1))
        self.assertEqual(closed.returncode, 7, closed)
        for ends, more in [(-signal.SIGPIPE, {}), (7, {"restore_signals": False})]:
            reading, writing = os.pipe()
            os.close(reading)
            self.assertEqual(run("status", stdout=writing, **more).returncode, ends)
            os.close(writing)

    def test_ready(self):
        """The daemon says that it is ready at once, also into a pipe, and serves whether or not
        anybody reads it."""
        stack = self.stack
        stack.stop(stack.daemon)
        daemon = stack.spawn(program("madoguchid"), "--state", stack.state, "--reader", READER,
                             stdout=subprocess.PIPE)
        self.assertIn(b"ready", daemon.stdout.readline())
        daemon.stdout.close()
        stack.stop(daemon)
        with open("/dev/full", "w") as full:
            stack.daemon = stack.spawn(program("madoguchid"), "--state", stack.state, "--reader",
                                       READER, stdout=full)
            wait_for("the daemon answers", lambda: stack.run("status").code == 0)

    def test_sockets(self):
        """No daemon, no socket, another file, a path too long: each its words, code, next step."""
        stack, there = self.stack, self.stack.path("run", "madoguchid.sock")
        stack.stop(stack.daemon)

        def told(code, *words, state=None):
            ran = stack.run("status", state=state)
            self.assertEqual(ran.code, code, ran)
            for word in words:
                self.assertIn(word, ran.err)
        told(1, "not running", "there is no", "make up", "systemctl")
        line = socket.socket(socket.AF_UNIX)
        line.bind(there)
        line.close()
        told(1, "not running", "nobody answers", "make up")
        os.remove(there)
        with open(there, "w") as file:
            file.write("somebody's")
        told(2, "no socket", "--state")
        done = subprocess.run([program("madoguchid"), "--state", stack.state],
                              capture_output=True, timeout=20)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(b"no socket", done.stderr)
        os.remove(there)
        told(2, "octets", "--state", state=stack.path("x" * 120))
        told(2, "--state", state=stack.path("admin.token"))
        self.usable()

    def test_usage(self):
        """Calls that cannot be meant: exit 2 and why, whatever runs."""
        stack = self.stack
        stack.insert("mado")
        path = stack.path("admin.token")
        for words, told in [
                ([], "history list"), (["--json"], "no command"), (["history", "list", "--limit", "0"], "--limit"),
                (["history", "list", "--limit", "many"], "--limit"),
                (["history", "list", "--from", "monday"], "--from"),
                (["history", "list", "--item", "all"], "--item"),
                (["history", "list", "--patient", "p" * 200], "patient"),
                (["history", "export", "tiles", path], "not a folder"),
                (["portal", "drugs", "--pin-file", path, "--from", "2026"], "--from"),
                (["check-in", "--visual-check", "pinLocked", "--pin-file", path], "--visual-check"),
                (["check-in", "--visual-check", "because"], "reason")]:
            with self.subTest(" ".join(words)):
                ran = stack.run(*words)
                self.assertEqual(ran.code, 2, ran)
                self.assertIn(told, ran.err, ran)
        ran = stack.run("check-in", "--reader", "nope", pin="1234")
        self.assertEqual(ran.code, 3, ran)
        self.assertIn(READER, ran.err)
        self.assertIn("nope", ran.err)
        self.usable()


class Services(StackCase):
    """pcscd and its death."""

    @kills_pcscd
    def test_killed_before(self):
        """pcscd killed before a check-in: exit 3; started again, the check-in works."""
        self.stack.insert("mado")
        Pcscd.kill()
        wait_for("the daemon notices",
                 lambda: self.stack.run("status", "--json").json["pcscService"] is False)
        self.refused(self.stack.check_in(), 3, "no-pcsc-service")
        self.assertEqual(self.stack.run("doctor").code, 3)
        Pcscd.start()
        wait_for("the card is seen again", self.stack.seen)
        self.accepted("--wait", "10")

    @kills_pcscd
    def test_killed_during(self):
        """pcscd killed at each command of a check-in: a named state, and the next one works."""
        stack = self.stack
        for number in range(1, WHOLE + 1):
            with self.subTest(command=number):
                self.heal()
                stack.pull()
                if number > READING:
                    self.chosen(tapped=True)
                else:
                    stack.insert("mado", tapped=True, waits=False)

                def strike(count, _):
                    if count == number:
                        stack.tap.hook = None
                        self.struck(number)
                        Pcscd.kill()
                        dead.set()
                dead = threading.Event()
                stack.tap.hook = strike
                ran = stack.check_in("--wait", "3")
                self.assertTrue(dead.wait(5), ran)
                self.assertIn(ran.code, (3, 4), ran)
                self.assertTrue(ran.json["nextStep"])
                # A service that died is a card that was pulled.
                cut = {"interrupted", "ended"} if number > PROVING else {"empty"}
                wait_for(cut, lambda: (stack.reader_state() or "empty") in cut)
                Pcscd.start()
                wait_for("the card is seen again", stack.seen)
                self.accepted("--wait", "10")
                self.assertEqual(stack.tries(), 3)

    @kills_pcscd
    def test_killed_while_choosing(self):
        """pcscd killed while the PIN is waited for: interrupted, and taken up again."""
        stack = self.stack
        stack.insert("mado")
        stack.choose()
        Pcscd.kill()
        wait_for("the daemon notices", lambda: stack.run("status", "--json").json["pcscService"]
                 is False)
        status, problem = stack.enter()
        self.assertGreaterEqual(status, 400, problem)
        self.assertIn(problem["type"].rsplit(":", 1)[1], {"no-pcsc-service", "no-reader"})
        Pcscd.start()
        # What was answered before is kept for this card, and the PIN is asked for again.
        wait_for("the session goes on", lambda: stack.reader_state() == "choosing")
        view = stack.ask("GET", "/v1/session")[1]
        self.assertEqual((view["way"], view["consents"]),
                         ("pin", {"drugs": True, "checkups": True}))
        self.assertEqual(stack.tries(), 3)
        self.accepted("--wait", "10")

    @kills_pcscd
    def test_killed_after(self):
        """pcscd killed after a check-in: what was checked in stays open."""
        self.stack.insert("mado")
        view = self.accepted()
        Pcscd.kill()
        ran = self.stack.run("drugs", "--check-in", view["checkIn"], "--json")
        self.assertEqual(ran.code, 0, ran)
        Pcscd.start()
        wait_for("the card is seen again", self.stack.seen)
        self.accepted("--wait", "10")


class Kills(StackCase):
    """kill -9 of the daemon."""

    def test_nothing_shown_is_lost(self):
        """The daemon killed during check-ins loses no entry whose result was shown."""
        stack = self.stack
        stack.insert("mado")
        times = []
        for _ in range(3):
            begin = time.monotonic()
            self.accepted()
            times.append(time.monotonic() - begin)
        usual = sorted(times)[1]
        shown, ids, opened, turn = [], [], [], 0
        # However slow the machine: some die before their result is shown, some after.
        while turn < KILLS or not (opened and len(shown) < turn):
            self.assertLess(turn, 3 * KILLS, (shown, opened))
            results = []

            def ask():
                results.append(stack.check_in("--wait", "5"))
                if results[0].code == 0:
                    results.append(stack.run(
                        "drugs", "--check-in", results[0].json["checkIn"], "--json"))
            asker = threading.Thread(target=ask)
            asker.start()
            # Each turn elsewhere: half of them from the claim on, half about the end and after it.
            part = (turn * 7) % KILLS / KILLS
            asker.join(usual * (0.1 + 1.6 * part if part < 0.5 else 0.3 + 1.7 * part))
            stack.kill_daemon()
            asker.join()
            if results[0].code == 0:
                view = results[0].json
                ids.append(view["checkIn"])
                shown.append(view["closing"]["items"][0]["until"])
                if results[1].code == 0:
                    opened.append(results[1].json["historyIndex"])
            stack.start_daemon()
            wait_for("the card is seen", stack.seen)
            self.take_pins_again()
            turn += 1
        verified = stack.run("history", "verify", "--json")
        self.assertEqual((verified.code, verified.json["whole"]), (0, True), verified)
        answered = {entry["event"]["intent"]["index"] for entry in stack.entries()
                    if entry["event"]["kind"] == "outcome"
                    and entry["event"]["outcome"] == "succeeded"}
        proved = {until: entry["index"] for entry in stack.entries()
                  if entry["event"].get("act") == "checkIn" and "statement" in entry["event"]
                  for until in self.ends(entry["event"]["statement"])}
        for until in shown:
            self.assertIn(until, proved)
            self.assertIn(proved[until], answered)
        disclosed = {entry["index"]: entry["event"] for entry in stack.entries()
                     if entry["event"]["kind"] == "disclosure"}
        for index in opened:
            self.assertIn(index, disclosed)
            self.assertEqual(disclosed[index]["recipient"], "clinician-1")
        open_ = {entry["id"] for entry in stack.run("check-ins", "--json").json["checkIns"]}
        self.assertLessEqual(set(ids), open_)
        print(f"  {turn} kills, {len(shown)} results and {len(opened)} records shown, none lost")
        self.accepted("--wait", "10")

    def test_no_try_is_untold(self):
        """The daemon killed while a wrong PIN is on its way: each try that the card spent is in the
        history, and counts on its reader."""
        stack = self.stack
        stack.insert("mado")
        spent = 0
        for turn in range(KILLS):
            self.accepted("--wait", "10")
            self.assertEqual(stack.tries(), 3)
            told = self.told()
            stack.choose()
            killer = threading.Timer(turn % 15 / 1000, stack.kill_daemon)

            def ask():
                try:
                    stack.ask("POST", "/v1/session/pin", secret=b"0000")
                except (OSError, http.client.HTTPException):
                    pass
            asker = threading.Thread(target=ask)
            asker.start()
            killer.start()
            asker.join()
            killer.join()
            stack.start_daemon()
            wait_for("the card is seen", stack.seen)
            tries = 3 - stack.tries()
            spent += tries
            self.assertGreaterEqual(self.told() - told, tries, turn)
            if tries:
                status, answer = stack.ask("GET", "/v1/status")
                self.assertGreaterEqual(answer["readers"][0]["failedPINs"], 1)
        print(f"  {KILLS} kills, {spent} tries spent, none untold")

    def take_pins_again(self):
        """A try whose end nobody lived to see counts as wrong, and ten of those pause the reader."""
        self.assertEqual(self.stack.run("end-pause").code, 0)

    def told(self):
        """How many tries of PINs the history tells of."""
        return sum(entry["event"]["kind"] == "proof" and entry["event"]["outcome"] != "succeeded"
                   for entry in self.stack.entries())

    @staticmethod
    def ends(statement):
        text = statement if isinstance(statement, str) else statement.get(
            "octets") or statement.get("bytes") or statement.get("statement")
        return {item["until"] for item in json.loads(base64.b64decode(text))["items"]}

    def test_pin_after_kill(self):
        """kill -9 at any command of the proof, between VERIFY and SIGN too, leaves no PIN
        verified: not for a program that comes afterwards, nor for one connected all the time."""
        stack = self.stack
        for number in range(PROVING + 1, WHOLE + 1):
            for stays in (False, True):
                with self.subTest(command=number, stays=stays):
                    self.heal()
                    self.take_pins_again()
                    self.chosen(tapped=True)
                    other = OtherProgram() if stays else None
                    dead = threading.Event()

                    def strike(count, _):
                        if count == number:
                            stack.tap.hook = None
                            self.struck(number)
                            stack.kill_daemon()
                            dead.set()
                            time.sleep(0.1)
                    stack.tap.hook = strike
                    self.assertEqual(stack.check_in().code, 1)
                    self.assertTrue(dead.wait(5))
                    with other or OtherProgram() as other:
                        self.assertEqual(other.sign(), "6982")
                    self.assertEqual(stack.tries(), 3)


class OtherPrograms(StackCase):
    def test_no_pin_stays_verified(self):
        """Another program finds no PIN verified between and after check-ins."""
        stack = self.stack
        stack.insert("mado")
        with OtherProgram() as other:
            self.assertEqual(other.sign(), "6982")
        # What it would find where a PIN was left verified.
        other = OtherProgram()
        self.assertEqual(other.verify(b"1234"), "9000")
        other.leave()
        other = OtherProgram()
        self.assertEqual(other.sign(), "9000")
        other.leave(OtherProgram.RESET)
        for _ in range(3):
            stack.choose()
            with OtherProgram() as other:
                self.assertEqual(other.sign(), "6982")
            self.assertEqual(stack.enter()[1]["state"], "accepted")
            with OtherProgram() as other:
                self.assertEqual(other.sign(), "6982")
        self.assertEqual(stack.check_in(pin="9999").code, 4)
        with OtherProgram() as other:
            self.assertEqual(other.sign(), "6982")
        stack.run("portal", "drugs", pin="1234")
        with OtherProgram() as other:
            self.assertEqual(other.sign(), "6982")
            # One that stays connected all the time.
            self.accepted()
            self.assertEqual(other.sign(), "6982")

    def test_swapped_card(self):
        """A card swapped after its certificate was read, unseen by the reader, loses no try."""
        stack = self.stack
        stack.insert("mado", tapped=True)
        second = stack.spawn(program("virtual-card"), "run", "--card",
                             stack.path("cards", "yakushi.json"), "--port", str(stack.tap.port),
                             stdout=subprocess.DEVNULL)
        try:
            wait_for("the second card waits", lambda: len(stack.tap.cards) == 2)
            stack.choose()
            stack.tap.swap()
            status, problem = stack.enter(b"9999")
            self.assertEqual((status, problem.get("type", "").rsplit(":")[-1]),
                             (409, "different-card"), problem)
            self.assertNotIn("0020008004", stack.tap.commands)
            self.assertEqual((stack.tries("mado"), stack.tries("yakushi")), (3, 3))
        finally:
            stack.stop(second)
        self.usable()

    def test_tries_spent_meanwhile(self):
        """Tries that another program spends meanwhile are seen before VERIFY."""
        stack = self.stack
        stack.insert("mado", tapped=True)
        self.assertEqual(stack.choose()["triesLeft"], 3)
        with OtherProgram() as other:
            other.verify(b"0000")
            other.verify(b"0000")
        before = stack.tap.commands.count("0020008004")
        status, problem = stack.enter()
        self.assertEqual(problem["type"].rsplit(":")[-1], "last-try", problem)
        self.assertEqual(stack.tap.commands.count("0020008004"), before)
        self.assertEqual(stack.tries(), 1)
        self.accepted("--spend-last-try")
        self.assertEqual(stack.tries(), 3)


class BadCards(StackCase):
    def test_no_reader(self):
        """A reader that is not there: exit 3."""
        stack = self.stack
        stack.pull()
        stack.stop(stack.daemon)
        stack.start_daemon(reader="Nobody's reader 00 00")
        try:
            self.refused(stack.check_in(), 3, "no-reader")
        finally:
            stack.stop(stack.daemon)
        self.usable()

    def test_no_card(self):
        """An empty reader: exit 4."""
        self.stack.pull()
        self.refused(self.stack.check_in(), 4, "no-card")
        self.refused(self.stack.run("portal", "drugs", "--json", pin="1234"), 4, "no-card")
        self.usable()

    def test_bad_cards(self):
        """Cards that are none, cut, mute, expired, foreign, for another use: exit 4 each."""
        stack = self.stack
        stack.issue("old", "--not-before", "2020-01-01", "--not-after", "2025-01-01")
        stack.issue("young", "--not-before", "2100-01-01", "--not-after", "2105-01-01")
        stack.issue("use", "--certificate-fault", "wrong-key-usage")
        stack.issue("critical", "--certificate-fault", "unknown-critical-extension")
        stack.issue("foreign", authority=stack.path("elsewhere"))
        always = ",".join(f"%s@{number}" for number in range(1, 40))
        cards = [
            ("mado", ["--fault", always.replace("%s", "sw:6A82")], "not-my-number-card"),
            ("mado", ["--fault", always.replace("%s", "sw:6D00")], "not-my-number-card"),
            ("mado", ["--fault", always.replace("%s", "zero")], "mute-card"),
            ("mado", ["--fault", always.replace("%s", "one")], "mute-card"),
            ("mado", ["--cut-certificate", "300"], "unreadable-card"),
            ("mado", ["--cut-certificate", "3"], "unreadable-card"),
            ("mado", ["--cut-certificate", "0"], "no-certificate"),
            ("old", [], "certificate-expired"), ("young", [], "certificate-not-yet-valid"),
            ("use", [], "wrong-key-usage"),
            ("critical", [], "wrong-key-usage"), ("foreign", [], "foreign-authority"),
        ]
        for card, options, name in cards:
            with self.subTest(name, options=options[:1], card=card):
                stack.insert(card, *options)
                self.refused(stack.check_in(), 4, name)
                self.assertEqual(stack.tries(card), 3)
        self.usable()

    def test_mute(self):
        """A card that stops answering: exit 4, and the next card works."""
        stack = self.stack
        stack.insert("mado", "--fault", "mute@1", waits=False)
        begin = time.monotonic()
        ran = stack.check_in("--wait", "10")
        self.refused(ran, 4, "mute-card")
        print(f"  mute card: told after {time.monotonic() - begin:.1f} s")
        self.usable()


    def test_frozen(self):
        """A card that hangs in its reading or its proof is told as what it is, each time; once it
        answers again, the reader works."""
        stack = self.stack
        for number in [2, PROVING + 4]:
            with self.subTest(command=number):
                stack.insert("mado", tapped=True, waits=False)

                def freeze(count, _):
                    if count == number:
                        os.kill(stack.card.pid, signal.SIGSTOP)
                stack.tap.hook = freeze
                if number > PROVING:
                    wait_for("read", lambda: stack.reader_state() == "choosing")
                for more in [["--wait", "3"], [], []]:
                    problem = self.refused(stack.check_in(*more), 4, "mute-card")
                    self.assertIn("wipe", problem["nextStep"])
                stack.tap.hook = None
                os.kill(stack.card.pid, signal.SIGCONT)
                time.sleep(1)
                self.accepted("--wait", "10")
                self.assertEqual(stack.tries(), 3)

    def test_waiting(self):
        """A card that is waited for: how long is told meanwhile, on standard error."""
        stack = self.stack
        stack.pull()
        ran = stack.check_in("--wait", "3")
        self.refused(ran, 4, "no-card")
        self.assertIn("waiting for a card, 2 s left", ran.err)
        self.assertEqual(stack.check_in("--wait", "601").code, 2)
        self.assertEqual(stack.check_in("--wait", "-1").code, 2)
        self.usable()


class PulledCards(StackCase):
    """A card pulled at every command."""

    def test_pulled_while_read(self):
        """A card pulled at any command of its first reading: the reader is free again, and the
        card that comes back works."""
        stack = self.stack
        for number in range(1, READING + 1):
            with self.subTest(command=number):
                out = threading.Event()
                stack.insert("mado", "--fault", f"pulled@{number}", "--returns-after", AWAY,
                             tapped=True, waits=False)
                stack.tap.hook = lambda count, _: count == number and out.set()
                self.assertTrue(out.wait(15))
                wait_for("the reader is free", lambda: stack.reader_state() == "empty")
                wait_for("the card is back", stack.seen)
                self.accepted("--wait", "10")

    def test_pulled(self):
        """A card pulled at any command of a check-in: exit 4, a named state, no try lost, and the
        card that comes back works."""
        stack = self.stack
        for number in range(READING + 1, WHOLE + 1):
            # After the command is done, too, where the card does something.
            for kind in ["pulled", "pulled-after"] if number > PROVING else ["pulled"]:
                with self.subTest(fault=kind, command=number):
                    self.chosen("mado", "--fault", f"{kind}@{number}", "--returns-after", AWAY)
                    self.refused(stack.check_in("--wait", "5"), 4, "card-pulled")
                    self.assertEqual(stack.reader_state(),
                                     "interrupted" if number > PROVING else "empty")
                    wait_for("the card is back", stack.seen)
                    self.accepted("--wait", "5")
                    self.assertEqual(stack.tries(), 3)

    def test_contact_lost(self):
        """A contact lost for less time than the reader takes to notice: a reading heals, a proof
        is told, and the next check-in works."""
        stack = self.stack
        for number in [1, 5, READING + 3]:
            with self.subTest(command=number):
                stack.insert("mado", "--fault", f"pulled@{number}", "--returns-after", "20",
                             waits=False)
                if number > READING:
                    wait_for("read", lambda: stack.reader_state() == "choosing")
                self.accepted("--wait", "10")
        for number in range(PROVING + 1, WHOLE + 1):
            with self.subTest(command=number):
                self.chosen("mado", "--fault", f"pulled-after@{number}", "--returns-after", "20")
                ran = stack.check_in()
                name = ran.json["type"].rsplit(":")[-1]
                # At VERIFY nobody can tell whether it cost a try. Now and then the reader looks
                # just then.
                told = "pin-unanswered" if PROOF[number - PROVING - 1] == VERIFY else "card-failed"
                self.refused(ran, 4, name if name == "card-pulled" else told)
                wait_for("the card is there", stack.seen)
                self.accepted("--wait", "5")
                self.assertEqual(stack.tries(), 3)

    def test_pulled_after_proof(self):
        """A card pulled once it has proved: the check-in ends without it."""
        stack = self.stack
        self.chosen(tapped=True)
        stack.order({"kind": "slow", "path": "/v1/checks", "count": 1, "milliseconds": 1500})
        results = []
        asker = threading.Thread(target=lambda: results.append(stack.check_in()))
        asker.start()
        wait_for("the question is asked", lambda: stack.reader_state() == "asking")
        stack.pull()
        asker.join()
        self.assertEqual(results[0].code, 0, results)
        self.assertEqual(results[0].json["state"], "accepted")
        self.assertFalse(results[0].json["cardPresent"])
        self.usable()


class BadPINs(StackCase):
    def test_malformed(self):
        """PINs too short, too long, with letters, empty: never sent, no try lost."""
        stack = self.stack
        stack.insert("mado", tapped=True)
        for pin in ["123", "12345", "12a4", "１２３４", "", "1234567890123456", "12 4"]:
            with self.subTest(length=len(pin)):
                self.refused(stack.check_in(pin=pin), 4, "pin-malformed")
        self.assertNotIn("0020008004", stack.tap.commands)
        self.assertEqual(stack.tries(), 3)
        self.accepted()

    def test_wrong_to_locked(self):
        """Wrong, the last try kept, the last try spent, locked: exit 4 each, tries told."""
        stack = self.stack
        stack.issue("locked")
        stack.insert("locked", tapped=True)
        self.refused(stack.check_in(pin="0000"), 4, "wrong-pin")
        self.assertEqual(stack.tries("locked"), 2)
        self.refused(stack.check_in(pin="0000"), 4, "wrong-pin")
        self.assertEqual(stack.tries("locked"), 1)
        self.refused(stack.check_in(pin="0000"), 4, "last-try")
        self.assertEqual(stack.tries("locked"), 1)
        self.refused(stack.run("portal", "drugs", "--json", pin="1234"), 4, "last-try")
        agreed = stack.run("portal", "drugs", "--spend-last-try", "--json", pin="1234")
        # The PIN was right; whose card this is, nobody knows.
        self.refused(agreed, 1, "card-not-registered")
        self.assertEqual(stack.tries("locked"), 3)
        # With more tries left the yes changes nothing.
        for name in ["wrong-pin", "wrong-pin"]:
            self.refused(stack.run("portal", "drugs", "--spend-last-try", "--json", pin="0000"), 4,
                         name)
        self.refused(stack.check_in("--spend-last-try", pin="0000"), 4, "pin-locked")
        self.assertEqual(stack.tries("locked"), 0)
        sent = stack.tap.commands.count("0020008004")
        self.refused(stack.check_in(), 4, "pin-locked")
        self.assertEqual(stack.tap.commands.count("0020008004"), sent)
        self.usable()


class BadHouses(StackCase):
    def setUp(self):
        super().setUp()
        self.stack.insert("mado")

    def test_down(self):
        """No clearinghouse: exit 5, no PIN asked."""
        self.stack.stop(self.stack.house)
        self.refused(self.stack.check_in(), 5, "clearinghouse-unreachable")
        self.assertEqual(self.stack.run("doctor").code, 5)
        self.stack.start_house()
        self.accepted()

    def test_challenges(self):
        """A clearinghouse slow, out of order or talking garbage before the PIN: exit 5."""
        for kind, name in [("slow", "clearinghouse-slow"), ("garbage", "clearinghouse-garbage"),
                           ("truncated", None), ("down", None)]:
            with self.subTest(kind):
                self.stack.order({"kind": kind, "path": "/v1/challenges", "count": 1,
                                  "milliseconds": 4000})
                ran = self.stack.check_in()
                self.assertEqual(ran.code, 5, ran)
                self.assertTrue(ran.json["nextStep"], ran)
                if name:
                    self.refused(ran, 5, name)
                self.heal()
                self.accepted()

    def test_checks(self):
        """An answer about another statement, patient or grant, forged or garbage: exit 5, nothing
        of it shown."""
        for kind in ["wrong-statement", "wrong-patient", "wrong-grant", "wrong-signature",
                     "garbage", "truncated"]:
            with self.subTest(kind):
                self.stack.order({"kind": kind, "path": "/v1/checks", "count": 1})
                ran = self.stack.check_in()
                self.refused(ran, 5, "wrong-answer")
                self.assertNotIn("みどり", ran.out)
                self.heal()
                self.accepted()

    def test_asked_again(self):
        """A line lost after the question: the same bytes again, and accepted."""
        self.stack.order({"kind": "slow", "path": "/v1/checks", "count": 1,
                          "milliseconds": 4000})
        self.accepted()

    def test_foreign_house(self):
        """Another clearinghouse at the same address: exit 5, TLS refused, wherever it is asked."""
        stack = self.stack
        view = self.accepted()
        stack.stop(stack.house)
        other = stack.path("other-house")
        subprocess.run([program("clearinghouse"), "init", "--state", other, "--cards", "none",
                        "--people", os.path.join(ROOT, "Simulators", "People")], check=True,
                       stdout=subprocess.DEVNULL)
        stack.start_house(state=other)
        self.refused(stack.check_in(), 5, "clearinghouse-tls-refused")
        self.refused(stack.run("portal", "drugs", "--json", pin="1234"), 5,
                     "clearinghouse-tls-refused")
        self.refused(stack.run("drugs", "--check-in", view["checkIn"], "--json"), 5,
                     "clearinghouse-tls-refused")
        self.assertEqual(stack.run("doctor").code, 5)
        stack.stop(stack.house)
        stack.start_house()
        self.assertEqual(stack.run("drugs", "--check-in", view["checkIn"]).code, 0)
        self.accepted()

    def test_slow(self):
        """Slow when records are opened, or at the portal: exit 5, and it works the next time."""
        stack = self.stack
        view = self.accepted()
        asks = {"/v1/records": lambda: stack.run("drugs", "--check-in", view["checkIn"], "--json"),
                "/v1/portal": lambda: stack.run("portal", "drugs", "--json", pin="1234")}
        for path, ask in asks.items():
            with self.subTest(path):
                stack.order({"kind": "slow", "path": path, "count": 1, "milliseconds": 4000})
                self.refused(ask(), 5, "clearinghouse-slow")
                stack.order()
                self.assertEqual(ask().code, 0)


class Doctors(StackCase):
    """`madoguchi doctor` names the cause, what mends it, and ends with the cause's code."""

    def finds(self, code, check, words, **options):
        ran = self.stack.run("doctor", "--json", **options)
        self.assertEqual(ran.code, code, ran)
        found = next(one for one in ran.json["findings"] if one["check"] == check)
        self.assertEqual(found["good"], code == 0, ran)
        self.assertIn(words, found["detail"] + "\n" + found.get("next", ""), ran)
        if code:
            self.assertTrue(found["next"], ran)
            # Nothing that comes before the cause is blamed.
            wrong = [one["check"] for one in ran.json["findings"] if not one["good"]]
            self.assertEqual(wrong[0], check, ran)

    def test_card(self):
        """No card is no fault; a card that cannot be used is."""
        stack = self.stack
        stack.pull()
        self.finds(0, "daemon", "No card lies on a reader")
        always = ",".join(f"sw:6A82@{number}" for number in range(1, 40))
        stack.insert("mado", "--fault", always, waits=False)
        wait_for("the card is refused", lambda: stack.reader_state() == "refused")
        self.finds(4, "card", "not a My Number card")
        self.usable()
        self.finds(0, "daemon", "accepted")

    def test_reader(self):
        """A reader that is not there."""
        stack = self.stack
        stack.stop(stack.daemon)
        stack.start_daemon(reader="Nobody's reader 00 00")
        try:
            self.finds(3, "daemon", "serves no reader")
        finally:
            stack.stop(stack.daemon)
        self.usable()

    def test_clock(self):
        """A clock that is ten minutes ahead: named by the doctor; a check-in ends before the PIN."""
        def clock(shift):
            return "env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", shift
        ahead = clock("+10m")
        stack = self.stack
        self.finds(0, "clearinghouse", str(stack.port))
        self.finds(5, "clearinghouse", "clock is off by about 6", before=ahead)
        self.finds(5, "clearinghouse", "clock is off by about -6",
                   before=clock("-10m"))
        stack.insert("mado")
        stack.stop(stack.daemon)
        stack.start_daemon(before=ahead)
        try:
            self.refused(stack.check_in("--wait", "10"), 5, "clock-off")
            self.assertEqual(stack.tries(), 3)
        finally:
            # What `faketime` runs outlives it, so that one is ended by its own id.
            outer = stack.daemon.pid
            with open(f"/proc/{outer}/task/{outer}/children") as file:
                os.kill(int(file.read()), signal.SIGTERM)
            stack.daemon.wait(15)
        self.usable()


class BadDisks(StackCase):
    def mounted(self, *options, name="history"):
        folder = self.stack.path("terminal", name)
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        # Nothing is written under another folder's key once this one is away.
        self.addCleanup(lambda: self.stack.stop(self.stack.daemon))
        return folder

    def setUp(self):
        super().setUp()
        self.stack.stop(self.stack.daemon)

    def tearDown(self):
        self.doCleanups()
        self.usable()

    def starts_not(self, check="disk"):
        """What the daemon says that ends with 6 at its start, and madoguchi doctor, too."""
        stack = self.stack
        with open(stack.path("..", "madoguchi-start." + str(os.getpid())), "w+") as said:
            os.remove(said.name)
            daemon = subprocess.run([program("madoguchid"), "--state", stack.state, "--reader",
                                     READER], stdout=said, stderr=said, timeout=20)
            said.seek(0)
            lines = said.read().splitlines()
        self.assertEqual(daemon.returncode, 6, lines)
        doctor = stack.run("doctor", "--json")
        self.assertEqual(doctor.code, 6, doctor)
        wrong = [finding for finding in doctor.json["findings"] if not finding["good"]]
        self.assertEqual(wrong[0]["check"], check, doctor)
        self.assertTrue(wrong[0]["next"])
        self.assertEqual(stack.check_in().code, 1)
        return lines[-1]

    def test_full_at_start(self):
        """A disk too small for the history: the daemon ends with 6 and says why."""
        self.mounted("size=8k")
        self.assertIn("space", self.starts_not())

    def test_read_only(self):
        """A history folder that cannot be written: the daemon ends with 6 and says why."""
        self.mounted("ro")
        self.assertIn("may not be written", self.starts_not())

    def test_read_only_state(self):
        """A stack's folder that cannot be written at all: the same."""
        state = self.stack.state
        subprocess.run(["mount", "--bind", state, state], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", state], check=False)
        subprocess.run(["mount", "-o", "remount,bind,ro", state], check=True)
        self.assertIn("may not be written", self.starts_not())

    def test_full_while_running(self):
        """A disk that fills up: exit 6, nothing shown, whole afterwards."""
        stack = self.stack
        folder = self.mounted("size=64m")
        stack.start_daemon()
        stack.insert("mado")
        view = self.accepted()
        filler = os.open(folder + "/filler", os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(filler, bytes(4096))
        except OSError:
            os.close(filler)
        one = ["--check-in", view["checkIn"]]
        for turn in range(4000):
            status, answer = stack.ask("GET", f"/v1/check-ins/{view['checkIn']}/checkups",
                                       role="clinician")
            if status != 200:
                break
        self.assertEqual((status, answer["type"].rsplit(":")[-1]), (503, "history-closed"))
        print(f"  full disk: told after {turn} openings")
        self.refused(stack.check_in(), 6, "history-closed")
        self.refused(stack.run("drugs", *one, "--json"), 6, "history-closed")
        self.assertEqual(stack.run("status").code, 0)
        os.remove(folder + "/filler")
        stack.stop(stack.daemon)
        stack.start_daemon()
        self.assertEqual(stack.run("history", "verify").code, 0)
        self.accepted("--wait", "10")


    def filled(self, folder):
        """Fills a folder's disk to the last octet."""
        filler = os.open(folder + "/filler", os.O_WRONLY | os.O_CREAT)
        for size in [4096, 1]:
            try:
                while True:
                    os.write(filler, bytes(size))
            except OSError:
                pass
        os.close(filler)

    def states(self):
        listed = self.stack.run("check-ins", "--json").json["checkIns"]
        return {one["id"]: one["state"] for one in listed}

    def test_kept_as_soon_as_there_is_room(self):
        """A check-in folder that fills up: what cannot be kept is said, and kept as soon as there is
        room; a withdrawal holds over a clean restart and over a kill."""
        stack = self.stack
        folder = self.mounted("size=400k", name="check-ins")
        stack.start_daemon()
        stack.insert("mado")
        for ends in [lambda: stack.stop(stack.daemon), stack.kill_daemon]:
            before = self.accepted("--wait", "10")["checkIn"]
            self.filled(folder)
            ran = stack.check_in("--wait", "10")
            self.assertEqual((ran.code, ran.json["kept"]), (0, False), ran)
            self.assertIn("保存されていません", ran.err)
            made = ran.json["checkIn"]
            self.refused(stack.run("withdraw", "--check-in", before, "--json"), 6, "end-not-kept")
            self.refused(stack.run("drugs", "--check-in", before, "--json"), 1, "check-in-ended")
            if ends == stack.kill_daemon:
                ends()
                os.remove(folder + "/filler")
            else:
                os.remove(folder + "/filler")
                ends()
            stack.start_daemon()
            states = self.states()
            self.assertEqual(states[before], "withdrawn")
            self.refused(stack.run("drugs", "--check-in", before, "--json"), 1, "check-in-ended")
            if ends != stack.kill_daemon:
                self.assertEqual(states[made], "open")
                self.assertEqual(stack.run("drugs", "--check-in", made).code, 0)

    def test_check_ins_full_at_start(self):
        """A check-in folder without room: the daemon ends with 6 and says why."""
        self.mounted("size=4k", name="check-ins")
        said = self.starts_not("check-ins")
        self.assertIn("No space left", said)
        self.assertIn("free space", said)

    def test_check_ins_read_only(self):
        """A check-in folder that cannot be written: the same."""
        self.mounted("ro", name="check-ins")
        said = self.starts_not("check-ins")
        self.assertIn("Read-only", said)
        self.assertIn("mount", said)

    def test_check_ins_full_while_running(self):
        """The check-in folder fills up: an end that cannot be kept is told with exit 6, as is
        doctor's finding; with room again the same end is kept."""
        stack = self.stack
        folder = self.mounted("size=64k", name="check-ins")
        stack.start_daemon()
        stack.insert("mado")
        one = ["--check-in", self.accepted()["checkIn"]]
        with open(folder + "/filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                pass
        view = self.accepted()
        self.refused(stack.run("withdraw", *one, "--json"), 6, "end-not-kept")
        doctor = stack.run("doctor", "--json")
        self.assertEqual(doctor.code, 6, doctor)
        named = {finding["check"] for finding in doctor.json["findings"] if not finding["good"]}
        self.assertEqual(named, {"check-ins"}, doctor)
        with open(stack.path("daemon.log")) as log:
            self.assertIn("cannot be kept over a restart", log.read())
        os.remove(folder + "/filler")
        self.assertEqual(stack.run("withdraw", *one, "--json").json["state"], "withdrawn")
        stack.stop(stack.daemon)
        stack.start_daemon()
        kept = {entry["id"]: entry["state"]
                for entry in stack.run("check-ins", "--json").json["checkIns"]}
        self.assertEqual(kept[one[1]], "withdrawn")
        # What was accepted while nothing could be kept was kept as soon as there was room.
        self.assertEqual(kept[view["checkIn"]], "open")


class BadBodies(StackCase):
    """One bit of an entry's body, which opening does not look at."""

    def test_flipped_body(self):
        """The daemon reads the whole history after it started, and discloses nothing more."""
        stack = self.stack
        stack.insert("mado")
        for _ in range(3):
            self.accepted("--wait", "10")
        stack.stop(stack.daemon)
        folder = stack.path("terminal", "history")
        name = next(file for file in os.listdir(folder) if file.endswith(".segment"))
        with open(os.path.join(folder, name), "r+b") as file:
            file.seek(5003)
            octet = file.read(1)[0]
            file.seek(5003)
            file.write(bytes([octet ^ 1]))
        self.assertEqual(stack.run("history", "verify").code, 1)
        stack.start_daemon()
        wait_for("it is found", lambda: "is damaged at octet" in open(stack.path("daemon.log")).read())
        self.refused(stack.check_in("--wait", "10"), 6, "history-closed")
        self.assertEqual(stack.tries(), 3)
        doctor = stack.run("doctor", "--json")
        self.assertEqual(doctor.code, 6, doctor)
        with open(os.path.join(folder, name), "r+b") as file:
            file.seek(5003)
            file.write(bytes([octet]))
        stack.stop(stack.daemon)
        stack.start_daemon()
        self.accepted("--wait", "10")


class BadFiles(StackCase):
    """Files of the terminal that are damaged, gone, or no files at all."""

    def setUp(self):
        super().setUp()
        self.stack.stop(self.stack.daemon)
        self.saved = self.stack.path("terminal.saved")
        shutil.copytree(self.stack.path("terminal"), self.saved)

    def tearDown(self):
        self.stack.stop(self.stack.daemon)
        shutil.rmtree(self.stack.path("terminal"))
        os.rename(self.saved, self.stack.path("terminal"))
        self.usable()

    def file(self, *names):
        return self.stack.path("terminal", *names)

    def ends(self, code, *more):
        """What the daemon says that ends by itself, soon, with a code."""
        done = subprocess.run([program("madoguchid"), "--state", self.stack.state, *more],
                              capture_output=True, timeout=10)
        self.assertEqual(done.returncode, code, done)
        return done.stderr.decode()

    def test_no_file(self):
        """A pipe or a folder in place of a key, the state or the staff file: an end, no wait."""
        for names, code in [(("statement.key",), 2), (("staff.json",), 2), (("config.json",), 2),
                            (("check-ins", "key"), 6), (("history", "keys.json"), 6),
                            (("history", "head"), 6)]:
            path = self.file(*names)
            if not os.path.exists(path):
                self.fail(path)
            os.rename(path, path + ".kept")
            for make, remove in [(os.mkfifo, os.remove), (os.mkdir, os.rmdir)]:
                with self.subTest(names=names, make=make.__name__):
                    make(path)
                    self.assertIn("not a plain file", self.ends(code))
                    remove(path)
            os.rename(path + ".kept", path)

    def test_doctor_names_them(self):
        """Each file that the daemon does not start with is named by the daemon and by doctor, with
        the next step."""
        for name in ["statement.key", "staff.json", "server-ca.pem", "tls.pem", "tls.key",
                     "portal.pem", "portal.key", "answer.pub"]:
            path = self.file(name)
            with open(path, "rb") as file:
                whole = file.read()
            for damaged in [None, b"", b"no key\n"]:
                with self.subTest(name=name, damaged=damaged):
                    os.remove(path)
                    if damaged is not None:
                        with open(path, "wb") as file:
                            file.write(damaged)
                        os.chmod(path, 0o600)
                    said = self.ends(2)
                    self.assertIn(name, said)
                    self.assertRegex(said, "back from a copy|Mend|Correct")
                    if damaged is None:
                        doctor = self.stack.run("doctor", "--json")
                        found = {one["check"]: one for one in doctor.json["findings"]}
                        self.assertFalse(found["files"]["good"], doctor)
                        self.assertIn(name, found["files"]["detail"])
                        self.assertTrue(found["files"]["next"])
                        open(path, "x").close()
            with open(path, "wb") as file:
                file.write(whole)
            os.chmod(path, 0o600)
        self.assertIn("configuration", [
            one["check"] for one in self.stack.run("doctor", "--json").json["findings"]])

    def test_pin_file(self):
        """--pin-file: a pipe that fills in time is read; one that stays empty, or a folder, is a
        mistake of use."""
        stack = self.stack
        stack.start_daemon()
        stack.insert("mado")
        words = ["check-in", "--consent", "none", "--json", "--state", stack.state, "--wait", "10"]
        ran = subprocess.run(
            ["bash", "-c", '"$0" "$@" --pin-file <(sleep 0.3; echo 1234)', program("madoguchi"),
             *words], capture_output=True, timeout=60)
        self.assertEqual(ran.returncode, 0, ran)
        pipe = stack.path("pipe")
        os.mkfifo(pipe)
        for path in [pipe, stack.state]:
            ran = subprocess.run([program("madoguchi"), *words, "--pin-file", path],
                                 capture_output=True, timeout=60)
            self.assertEqual(ran.returncode, 2, ran)
            self.assertTrue(json.loads(ran.stdout)["nextStep"], ran)
        os.remove(pipe)

    def test_check_ins(self):
        """A damaged check-in is named by the daemon and by doctor, and stays; the others open."""
        stack = self.stack
        stack.start_daemon()
        stack.insert("mado")
        ids = [self.accepted("--wait", "10")["checkIn"] for _ in range(2)]
        stack.stop(stack.daemon)
        broken = self.file("check-ins", ids[0] + ".sealed")
        with open(broken, "r+b") as file:
            file.truncate(40)
        stack.start_daemon()
        with open(stack.path("daemon.log")) as log:
            said = [line for line in log if ids[0] + ".sealed" in line]
        self.assertEqual(len(said), 1, said)
        open_ = {entry["id"] for entry in stack.run("check-ins", "--json").json["checkIns"]}
        self.assertNotIn(ids[0], open_)
        self.assertIn(ids[1], open_)
        doctor = stack.run("doctor", "--json")
        self.assertEqual(doctor.code, 6, doctor)
        wrong = [finding for finding in doctor.json["findings"] if not finding["good"]]
        self.assertEqual([finding["check"] for finding in wrong], ["check-ins"])
        self.assertIn(ids[0] + ".sealed", wrong[0]["detail"])
        self.assertTrue(wrong[0]["next"])
        self.assertEqual(os.path.getsize(broken), 40)
        self.usable()

    def test_failures(self):
        """Wrong PINs are counted over a restart; a damaged count pauses entry, once, and an
        administrator ends the pause."""
        stack = self.stack

        def reader():
            return stack.run("status", "--json").json["readers"][0]
        stack.start_daemon()
        stack.insert("mado")
        self.refused(stack.check_in(pin="9999"), 4, "wrong-pin")
        self.assertEqual(reader()["failedPINs"], 1)
        stack.stop(stack.daemon, signal.SIGKILL)
        stack.start_daemon()
        self.assertEqual(reader()["failedPINs"], 1)
        stack.stop(stack.daemon)
        [name] = [name for name in os.listdir(self.file("check-ins")) if name.endswith(".failures")]
        with open(self.file("check-ins", name), "r+b") as file:
            file.truncate(0)
        stack.start_daemon()
        self.assertIn("pausedUntil", reader())
        wait_for("the card is seen", stack.seen)
        tries = stack.tries()
        self.assertEqual(stack.check_in("--wait", "10").code, 4)
        self.assertEqual(stack.tries(), tries)
        self.assertEqual(stack.run("end-pause").code, 0)
        self.accepted("--wait", "10")

    def test_lost_marks(self):
        """A history without its keys, head or checkpoint: verify says 1, the daemon 6; a lost head
        is made anew on an administrator's word, and an entry says so."""
        stack = self.stack
        stack.start_daemon()
        stack.insert("mado")
        self.accepted("--wait", "10")
        stack.stop(stack.daemon)
        self.assertEqual(stack.run("history", "verify").code, 0)
        for name in ["keys.json", "checkpoint", "head"]:
            with self.subTest(name):
                path = self.file("history", name)
                os.rename(path, stack.path(name))
                verified = stack.run("history", "verify", "--json")
                self.assertEqual((verified.code, verified.json["whole"]), (1, False), verified)
                self.assertIn(name, verified.json["fault"])
                self.assertIn(name, self.ends(6))
                self.assertEqual(stack.run("doctor").code, 6)
                if name != "head":
                    os.rename(stack.path(name), path)
        self.assertIn("--accept-lost-marks", self.ends(6))
        stack.daemon = stack.spawn(program("madoguchid"), "--state", stack.state, "--reader",
                                   READER, "--accept-lost-marks", stdout=stack.log)
        wait_for("the daemon answers", lambda: stack.run("status").code == 0)
        told = [entry["event"] for entry in stack.entries()
                if entry["event"].get("reason") == "lostMarkAccepted"]
        self.assertEqual(len(told), 1)
        self.assertEqual(stack.run("history", "verify").code, 0)
        stack.stop(stack.daemon)
        stack.start_daemon()
        self.accepted("--wait", "10")

    def test_beyond_stop(self):
        """One octet beyond a clean stop: verify and the daemon agree."""
        stack = self.stack
        folder = self.file("history")
        segment = max((os.path.join(folder, name) for name in os.listdir(folder)
                       if name.endswith(".segment")))
        with open(segment, "r+b") as file:
            octets = file.read()
            end = len(octets.rstrip(b"\0"))
            file.seek(end)
            file.write(b"\1")
        verified = stack.run("history", "verify", "--json")
        self.assertEqual(verified.code, 1, verified)
        self.assertIn("clean stop", verified.json["fault"])
        self.assertIn("clean stop", self.ends(6))


class BadConfigurations(StackCase):
    def test_keys(self):
        """Unknown and ill-typed keys: exit 2 with the path of the key, checking and starting."""
        stack = self.stack
        stack.stop(stack.daemon)
        path = stack.path("terminal", "config.json")
        with open(path) as file:
            good = json.load(file)
        cases = [
            ({"colour": "red"}, "$.colour"), ({"institutionCode": 13}, "$.institutionCode"),
            ({"simulation": "yes"}, "$.simulation"), ({"items": ["face"]}, "$.items[0]"),
            ({"limits": {"provingSeconds": "30"}}, "$.limits.provingSeconds"),
            ({"limits": {"proving": 30}}, "$.limits.proving"),
            ({"clearinghouse": {**good["clearinghouse"], "port": 70000}}, "$.clearinghouse.port"),
            ({"clearinghouse": {**good["clearinghouse"], "identity": 1}},
             "$.clearinghouse.identity"),
            ({"version": 2}, "$.version"), ({"terminal": "a b"}, "$.terminal"),
        ]
        try:
            for change, key in cases:
                with self.subTest(key):
                    with open(path, "w") as file:
                        json.dump({**good, **change}, file)
                    for more in [["--check"], []]:
                        done = subprocess.run([program("madoguchid"), "--state", stack.state,
                                               *more], capture_output=True, timeout=20)
                        self.assertEqual(done.returncode, 2, done)
                        self.assertIn(key, done.stderr.decode())
                        self.assertEqual(done.stderr.count(b"\n"), 1, done)
                    self.assertEqual(stack.run("doctor").code, 2)
        finally:
            with open(path, "w") as file:
                json.dump(good, file)
        done = subprocess.run([program("madoguchid"), "--state", stack.state, "--check"])
        self.assertEqual(done.returncode, 0)
        self.usable()


class Histories(StackCase):
    def test_tiles(self):
        """The exported tiles pass a verifier that shares no code with the project."""
        stack = self.stack
        stack.insert("mado")
        self.accepted()
        for _ in range(2):  # the second export extends the first
            ran = stack.run("history", "export", "tiles", stack.path("tiles"), "--json")
            self.assertEqual(ran.code, 0, ran)
            judged = subprocess.run(
                [sys.executable, os.path.join(ROOT, "Tests", "System", "verify_tiles.py"),
                 stack.path("tiles"), ran.json["key"]], capture_output=True)
            self.assertEqual(judged.returncode, 0, judged)
            self.accepted()

    def test_receipts(self):
        """A receipt and a checkpoint, kept since: the history still holds them, and the proof is
        one that another program believes; a forged one is found."""
        stack = self.stack
        stack.insert("mado")
        self.accepted()
        kept, tiles = stack.path("kept.tlog-proof"), stack.path("kept-tiles")
        made = stack.run("history", "receipt", "--index", "3", "-o", kept, "--json")
        self.assertEqual(made.code, 0, made)
        self.assertEqual(stack.run("history", "export", "tiles", tiles).code, 0)
        checkpoint = os.path.join(tiles, "checkpoint")
        self.accepted()
        ran = stack.run("history", "verify", "--receipt", kept, "--checkpoint", checkpoint, "--json")
        self.assertEqual((ran.code, ran.json["receipt"]["index"]), (0, 3), ran)
        with open(kept) as file:
            lines = file.read().split("\n")
        self.assertEqual(lines[0], "c2sp.org/tlog-proof@v1")
        leaf = base64.b64decode(lines[1].split(" ", 1)[1])
        size = int(lines[lines.index("") + 2])
        hashes = [base64.b64decode(line) for line in lines[3:lines.index("")]]
        self.assertEqual(rfc6962_root(3, size, leaf, hashes),
                         base64.b64decode(lines[lines.index("") + 3]))
        for place in [2, 3]:
            forged = list(lines)
            forged[place] = "index 4" if place == 2 else base64.b64encode(bytes(32)).decode()
            with open(kept, "w") as file:
                file.write("\n".join(forged))
            self.assertEqual(stack.run("history", "verify", "--receipt", kept).code, 1)
        self.assertEqual(stack.run("history", "verify", "--receipt", checkpoint).code, 2)
        self.assertEqual(stack.run("history", "receipt", "--index", "99999", "-o", kept).code, 1)

    def test_consent(self):
        """A check-in's statement is judged from the history alone."""
        stack = self.stack
        stack.insert("mado")
        self.accepted()
        entry = [entry for entry in stack.entries() if entry["event"]["kind"] == "intent"][-1]
        ran = stack.run("consent", "verify", "--index", str(entry["index"]), "--json")
        self.assertEqual(ran.code, 0, ran)
        self.assertTrue(ran.json["valid"], ran)
        self.assertIn("unlocked by its PIN", ran.json["proves"])
        self.assertNotEqual(stack.run("consent", "verify", "--index", "0").code, 0)
        # A card whose certificate ended a month ago is still judged by its last day.
        end = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 30 * 86400))
        stack.issue("ended", "--not-before", "2022-01-01", "--not-after", end)
        stack.insert("ended")
        self.refused(stack.check_in(), 1, "card-not-registered")
        entry = [entry for entry in stack.entries() if entry["event"]["kind"] == "intent"][-1]
        ran = stack.run("consent", "verify", "--index", str(entry["index"]))
        self.assertEqual(ran.code, 0, ran)
        self.assertIn("it had ended on", ran.out)

    def test_visual_check(self):
        """What staff confirmed by sight is judged by the key that signed it, also after the
        terminal has another; a forged part is found, whichever it is."""
        stack = self.stack
        stack.insert("mado")
        ran = stack.run("check-in", "--visual-check", "pinForgotten", "--consent", "drugs")
        self.assertEqual(ran.code, 0, ran)
        index = str([entry["index"] for entry in stack.entries()
                     if entry["event"]["kind"] == "intent"][-1])
        verify = ["consent", "verify", "--index", index]
        self.assertEqual(stack.run(*verify).code, 0)
        key = stack.path("terminal", "statement.key")
        shutil.copy(key, key + ".saved")
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-out", key], check=True, capture_output=True)
        stack.stop(stack.daemon)
        stack.start_daemon()
        ran = stack.run(*verify, "--json")
        self.assertEqual(ran.code, 0, ran)
        self.assertIn("another key today", ran.out)
        self.assertIn("looked at card and holder", ran.json["proves"])
        status, real = stack.ask("GET", "/v1/history/intent?index=" + index,
                                 role="administrator")
        self.assertEqual(status, 200, real)
        shutil.move(key + ".saved", key)
        stack.stop(stack.daemon)
        stack.start_daemon()

        def turned(text):
            octets = bytearray(base64.b64decode(text))
            octets[len(octets) // 2] ^= 1
            return base64.b64encode(octets).decode()
        with Impostor(stack) as impostor:
            impostor.answer = real
            ran = stack.run(*verify, "--json", state=impostor.state)
            self.assertEqual(ran.code, 0, ran)
            for which, part, name in [
                    ("intent", "statement", "bytes"), ("intent", "statement", "signature"),
                    ("intent", "statement", "certificate"), ("intent", "statement", "terminalKey"),
                    ("closing", "answer", "bytes"), ("closing", "answer", "signature")]:
                with self.subTest(part=part, name=name):
                    forged = json.loads(json.dumps(real))
                    place = forged[which]["event"][part]
                    place[name] = turned(place[name])
                    impostor.answer = forged
                    ran = stack.run(*verify, "--json", state=impostor.state)
                    self.assertEqual(ran.code, 1, ran)
                    self.assertFalse(ran.json["valid"])
                    self.assertNotIn("proves", ran.json)
        self.usable()

    def test_flipped(self):
        """One octet turned in a segment: verify ends with 1 and names the file."""
        stack = self.stack
        stack.insert("mado")
        self.accepted()
        stack.stop(stack.daemon)
        folder = stack.path("terminal", "history")
        saved = stack.path("history.saved")
        shutil.copytree(folder, saved)
        segment = max((os.path.join(at, name) for at, _, names in os.walk(folder)
                       for name in names), key=os.path.getsize)
        with open(segment, "r+b") as file:
            for place in [200, 900, 1500, 3000]:
                file.seek(place)
                octet = file.read(1)
                file.seek(place)
                file.write(bytes([octet[0] ^ 1]))
                file.flush()
                ran = stack.run("history", "verify")
                self.assertEqual(ran.code, 1, (place, ran))
                self.assertIn(os.path.basename(segment), ran.out)
                file.seek(place)
                file.write(octet)
                file.flush()
        self.assertEqual(stack.run("history", "verify").code, 0)
        shutil.rmtree(saved)
        self.usable()


class Scripts(unittest.TestCase):
    """make up, make down and make demo."""

    def script(self, name, state=None, **environment):
        return subprocess.run([os.path.join(ROOT, "scripts", name)], capture_output=True,
                              timeout=90, stdin=subprocess.DEVNULL,
                              env=self.environment(state or self.state, **environment))

    def environment(self, state, **more):
        # The folder of temporary files tells what stacks share: here, stacks of this test.
        return {**os.environ, "STATE": state, "BIN": BIN, "TMPDIR": self.state, **more}

    def up(self, state=None, **environment):
        done = self.script("up.sh", state, **environment)
        self.assertEqual(done.returncode, 0, done)

    def down(self, state=None, **environment):
        done = self.script("down.sh", state, **environment)
        self.assertEqual(done.returncode, 0, done)

    def setUp(self):
        Pcscd.start()
        self.stack = Stack()
        self.state = self.stack.state
        self.other = self.state + "/other"

    def tearDown(self):
        self.script("down.sh", self.other)
        self.script("down.sh")
        self.stack.end()

    def pids(self, state=None):
        folder = (state or self.state) + "/run"
        pids = {}
        for name in os.listdir(folder):
            if name.endswith(".pid"):
                with open(folder + "/" + name) as file:
                    pids[name.removesuffix(".pid")] = int(file.read())
        return pids

    def check_in(self, state=None):
        return self.stack.check_in(state=state)

    def read(self, *names):
        with open(os.path.join(self.state, *names)) as file:
            return file.read()

    @staticmethod
    def kill_pcscd():
        """A pcscd does not start as long as the id of the last one is anybody's."""
        pid = Pcscd.kill()
        wait_for("the id is free", lambda: not os.path.exists(f"/proc/{pid}"))

    def test_up_down(self):
        """up twice is up once; the card is read; down leaves no process."""
        self.up()
        first = self.pids()
        self.assertEqual(set(first), STARTED)
        self.up()
        self.assertEqual(self.pids(), first)
        endpoints = json.loads(self.read("endpoints.json"))
        self.assertLessEqual({"version", "clearinghouse", "admin", "api", "vpcd", "reader"},
                             set(endpoints))
        self.assertEqual(os.stat(self.state + "/admin.token").st_mode & 0o77, 0)
        ran = self.check_in()
        self.assertEqual(ran.code, 0, ran)
        # What a claims computer would find in the folder that they share.
        face = endpoints["exchange"] + "/face"
        wait_for("a face file", lambda: [name for name in os.listdir(face)
                                         if name.startswith("OQSsiquc01res_face_")])
        self.up(CARD="none")
        wait_for("the reader is empty", lambda: self.check_in().code == 4)
        self.up(PERSON="yakushi")
        ran = self.check_in()
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(ran.json["closing"]["qualification"]["confirmedOn"], "2021-10-11")
        last = self.pids()
        self.down()
        for name, pid in [*first.items(), *last.items()]:
            self.assertFalse(Pcscd.runs(pid), name)
        self.assertFalse(self.pids())
        self.down()

    def test_empty_reader(self):
        """CARD=none leaves the reader empty, and no other stack puts a card into it."""
        self.up(CARD="none")
        self.assertEqual(self.check_in().code, 4)
        self.up(self.other)
        self.assertEqual(self.check_in(self.other).code, 0)
        self.assertEqual(self.check_in().code, 4)
        third = self.script("up.sh", self.state + "/third")
        self.assertEqual(third.returncode, 3, third)
        self.assertIn(b"slots", third.stderr)
        self.assertEqual(self.script("down.sh", self.state + "/third").returncode, 0)
        # Stacks of other users must see which slots are taken.
        for port in (35963, 35964):
            mode = os.stat(f"{self.state}/madoguchi-vpcd-{port}.lock").st_mode
            self.assertEqual(mode & 0o777, 0o644)

    def test_shared_pcscd(self):
        """A pcscd that one stack started is stopped by the last one that uses it."""
        self.kill_pcscd()
        self.up()
        pid = int(self.read(f"madoguchi-{os.getuid()}", "pcscd.pid"))
        self.assertTrue(Pcscd.runs(pid))
        self.up(self.other)
        self.down()
        self.assertTrue(Pcscd.runs(pid))
        self.assertEqual(self.check_in(self.other).code, 0)
        self.up()
        self.down(self.other)
        self.assertTrue(Pcscd.runs(pid))
        self.assertEqual(self.check_in().code, 0)
        # A stack whose programs are gone without a goodbye keeps nothing alive.
        self.up(self.other)
        for killed in self.pids(self.other).values():
            os.kill(killed, signal.SIGKILL)
        self.down()
        self.assertFalse(Pcscd.runs(pid))
        self.assertFalse(os.path.exists(f"{self.state}/madoguchi-{os.getuid()}"))

    def test_sudo(self):
        """sudo is asked where there is a terminal, and what it started is stopped."""
        tools = self.state + "/tools"
        os.mkdir(tools)
        for name, text in [("id", "echo 4711"),
                           ("sudo", 'ps -o sid= -p $$ >>"$0.sessions"; exec "$@"')]:
            with open(tools + "/" + name, "w") as file:
                file.write("#!/bin/sh\n" + text + "\n")
            os.chmod(tools + "/" + name, 0o755)
        path = tools + ":" + os.environ["PATH"] + ":/usr/sbin"
        self.kill_pcscd()
        self.up(PATH=path, CARD="none")
        pid = int(self.read("madoguchi-4711", "pcscd.pid"))
        self.assertEqual(os.readlink(f"/proc/{pid}/exe").rsplit("/", 1)[-1], "pcscd")
        sessions = set(self.read("tools", "sudo.sessions").split())
        self.assertEqual(sessions, {str(os.getsid(0))})
        self.assertNotEqual(os.getsid(pid), os.getsid(0))
        self.down(PATH=path)
        self.assertFalse(Pcscd.runs(pid))

    def test_moved_port(self):
        """A clearinghouse that finds its port taken moves, and the daemon follows it."""
        self.up()
        port = int(self.read("run", "clearinghouse.port"))
        os.kill(self.pids()["clearinghouse"], signal.SIGKILL)

        def listener():
            try:
                return socket.create_server(("127.0.0.1", port))
            except OSError:
                return None
        with wait_for("the port is free", listener):
            self.up()
            self.assertNotEqual(int(self.read("run", "clearinghouse.port")), port)
            ran = self.check_in()
            self.assertEqual(ran.code, 0, ran)

    def test_demo(self):
        """make demo shows a check-in; Ctrl-C ends it and leaves no process."""
        for person in ["mado", "yakushi"]:
            demo = subprocess.Popen(
                [os.path.join(ROOT, "scripts", "demo.sh")], stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                # Whoever runs these tests in the background has them deaf to Ctrl-C.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
                env=self.environment(self.state, PERSON=person))
            shown = b""
            for line in demo.stdout:
                shown += line
                if b"Ctrl-C stops" in line:
                    break
            self.assertIn("閲覧・提供履歴".encode(), shown)
            started = self.pids()
            self.assertEqual(set(started), STARTED)
            os.killpg(demo.pid, signal.SIGINT)
            self.assertEqual(demo.wait(30), 130)
            demo.stdout.close()
            for name, pid in started.items():
                self.assertFalse(Pcscd.runs(pid), name)
            self.assertEqual(members(demo.pid), [])

    def test_demo_beside(self):
        """make demo leaves running what ran before it."""
        self.up()
        before = self.pids()
        done = self.script("demo.sh", ONCE="1")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.pids(), before)
        self.assertEqual(self.check_in().code, 0)

    def test_nobody(self):
        """A person who is not there: exit 2 and who is there."""
        done = self.script("up.sh", PERSON="nobody")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(b"yakushi", done.stderr)


def members(session):
    """The processes of a session that still run."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(name)) == session and Pcscd.runs(int(name)):
                with open(f"/proc/{name}/cmdline") as file:
                    found.append(file.read())
        except OSError:
            pass
    return found


class OtherCards(StackCase):
    def test_card_made_elsewhere(self):
        """A card of another authority, put into trust/ and bound to a person, checks in."""
        stack = self.stack
        stack.issue("elsewhere", authority=stack.path("their-authority"))
        stack.insert("elsewhere")
        self.refused(stack.check_in(), 4, "foreign-authority")
        shutil.copy(stack.path("their-authority", "user-authentication.pem"),
                    stack.path("trust", "theirs.pem"))
        stack.stop(stack.daemon)
        stack.start_daemon()
        with open(stack.path("cards", "elsewhere.json")) as file:
            der = base64.b64decode(json.load(file)["authentication"]["certificate"])
        with open(stack.path("card.pem"), "w") as file:
            file.write("-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode()
                       + "-----END CERTIFICATE-----\n")
        bind = [program("clearinghouse"), "bind", stack.path("card.pem"), "mado", "--state",
                stack.state, "--admin-port", str(stack.admin_port)]
        bound = subprocess.run(bind, capture_output=True)
        self.assertEqual(bound.returncode, 0, bound)
        self.assertEqual(json.loads(bound.stdout)["person"], "mado")
        bind[3] = "nobody"
        self.assertEqual(subprocess.run(bind, capture_output=True).returncode, 2)
        view = self.accepted("--wait", "10")
        self.assertIn("みどり", json.dumps(view, ensure_ascii=False))


def main():
    modules = [sys.modules["__main__"], documents, faces, pads, readers, standings]
    classes = {name: value for module in modules for name, value in vars(module).items()
               if isinstance(value, type) and issubclass(value, unittest.TestCase)
               and value is not StackCase}
    if sys.argv[1:] == ["--list"]:
        # The longest first, so that they run beside the others.
        print("\n".join(sorted(classes, key=lambda name: name not in LONGEST)))
        return 0
    # Whoever ends the tests has them clean up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanted = [f"{classes[name.split('.')[0]].__module__}.{name}"
              for name in sys.argv[1:] or classes]
    suite = unittest.defaultTestLoader.loadTestsFromNames(wanted)
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(suite)
    failed = len({str(getattr(test, "test_case", test)) for test, _ in
                  result.failures + result.errors})
    skipped = len({str(getattr(test, "test_case", test)) for test, _ in result.skipped})
    passed = result.testsRun - failed - skipped
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
