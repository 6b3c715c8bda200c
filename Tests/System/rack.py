#!/usr/bin/env python3
"""A rack of virtual cards in the two readers of a private pcscd, judged through PC/SC by pyscard.

    rack.py VIRTUAL-CARD FOLDER     run by opensc.sh, which brings pcscd; FOLDER is ours
"""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import unittest

from smartcard.scard import (
    SCARD_LEAVE_CARD, SCARD_PCI_T1, SCARD_PROTOCOL_T1, SCARD_RESET_CARD, SCARD_S_SUCCESS, SCARD_SCOPE_USER,
    SCARD_SHARE_SHARED, SCARD_STATE_PRESENT, SCARD_STATE_UNAWARE, SCardConnect, SCardDisconnect,
    SCardEstablishContext, SCardGetStatusChange, SCardListReaders, SCardReleaseContext,
    SCardTransmit)

PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
PEOPLE = pathlib.Path(__file__).resolve().parent.parent.parent / "Simulators" / "People"
JPKI = "00a4040c0ad392f000260100000001"
SERIAL = "00a4040c0ad3921000310001010100"


def virtual_card(*words):
    done = subprocess.run([PROGRAM, *words, "--json"], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


class Rack:
    def __init__(self, folder, *words, cards=True):
        self.socket = str(folder / "socket")
        if cards:
            words += ("--cards", str(folder))
        self.process = subprocess.Popen(
            [PROGRAM, "rack", "--socket", self.socket, "--json", *words],
            stdout=subprocess.PIPE, text=True)
        assert json.loads(self.process.stdout.readline()) == {"event": "ready"}

    def ask(self, verb, *words):
        status, answer, errors = virtual_card(verb, "--socket", self.socket, *words)
        if status != 0:
            raise AssertionError(f"{verb} {words}: {errors}")
        return answer

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


def setUpModule():
    (FOLDER / "rack").mkdir()
    for name in ("mado", "yakushi", "iryohi"):
        status, _, errors = virtual_card(
            "issue", "--person", str(PEOPLE / f"{name}.json"),
            "--out", str(FOLDER / "rack" / f"{name}.json"),
            "--authority", str(FOLDER / "authority"))
        assert status == 0, errors


class RackTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cards = FOLDER / "rack"
        cls.rack = Rack(cls.cards)
        _, cls.context = SCardEstablishContext(SCARD_SCOPE_USER)

    @classmethod
    def tearDownClass(cls):
        SCardReleaseContext(cls.context)
        cls.rack.close()

    def tearDown(self):
        for card in self.rack.ask("list")["cards"]:
            if "reader" in card:
                self.rack.ask("remove", "--card", card["card"])
        for slot in (0, 1):
            self.await_card(slot, False)
        # A reset that failed marks the reader empty at once, but pcscd looks for itself only each
        # 400 ms: a card that comes before it looked goes unnoticed until it is taken out again.
        time.sleep(0.6)

    def name(self, slot):
        _, readers = SCardListReaders(self.context, [])
        return next(name for name in readers if name.endswith(f"0{slot}"))

    def await_card(self, slot, present):
        """Waits until the reader sees a card, or none."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            _, states = SCardGetStatusChange(
                self.context, 0, [(self.name(slot), SCARD_STATE_UNAWARE)])
            if bool(states[0][1] & SCARD_STATE_PRESENT) == present:
                return
            time.sleep(0.05)
        self.fail(f"slot {slot}: present is not {present}")

    def connect(self, slot):
        self.await_card(slot, True)
        until = time.monotonic() + 10
        while True:
            result, handle, _ = SCardConnect(
                self.context, self.name(slot), SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1)
            if result == SCARD_S_SUCCESS:
                return handle
            # Another card went in a moment ago: the reader has not powered it yet.
            self.assertLess(time.monotonic(), until, f"connect: {result & 0xFFFFFFFF:08x}")
            time.sleep(0.05)

    def say(self, handle, *commands):
        answers = []
        for command in commands:
            result, answer = SCardTransmit(handle, SCARD_PCI_T1, list(bytes.fromhex(command)))
            if result != SCARD_S_SUCCESS or len(answer) < 2:
                return answers + ["gone"]
            answers.append(bytes(answer).hex())
        return answers

    def talk(self, slot, *commands):
        handle = self.connect(slot)
        answers = self.say(handle, *commands)
        SCardDisconnect(handle, SCARD_RESET_CARD)
        return answers

    def test_two_readers_hold_two_cards(self):
        self.rack.ask("insert", "--card", "mado")
        self.rack.ask("insert", "--card", "yakushi", "--reader", "35964")
        one, two = (self.talk(slot, SERIAL, "00b2010c00") for slot in (0, 1))
        self.assertEqual([one[0], two[0]], ["9000", "9000"])
        self.assertNotEqual(one[1], two[1], "each has its own serial")

    def test_who_asks_wrongly_is_told_in_the_words_of_the_command_line(self):
        for words, option in [
            (["insert", "--card", "mado", "--fault", "nonsense@1"], "--fault must be"),
            (["insert", "--card", "mado", "--reader", "99999999"], "--reader must be"),
            (["insert", "--card", "mado", "--swapped-for", "m" * 256], "--swapped-for "),
            (["reset-pin", "--card", "mado", "--pin", "12345"], "--pin must be"),
            (["add"], "--file is missing"),
        ]:
            status, _, errors = virtual_card(*words, "--socket", self.rack.socket)
            self.assertEqual((status, option in errors), (2, True), errors)
        status, _, errors = virtual_card("insert", "--card", "two", "--socket", self.rack.socket)
        self.assertEqual((status, "`list`" in errors), (4, True), errors)

    def test_a_card_in_a_reader_is_not_issued_anew(self):
        self.rack.ask("insert", "--card", "yakushi", "--reader", "1")
        words = ["--replace"] if "--replace" in subprocess.check_output(
            [PROGRAM, "issue", "--help"], text=True) else []
        status, _, errors = virtual_card(
            "issue", "--out", str(self.cards / "yakushi.json"), "--authority",
            str(FOLDER / "authority"), *words)
        self.assertEqual((status, "holds this card" in errors), (4, True), errors)

    def test_what_issue_is_told_wrongly(self):
        (path, new) = (FOLDER / "new" / "cards", ["--authority", str(FOLDER / "authority")])
        status, _, errors = virtual_card("issue", "--out", str(path / "one.json"), *new)
        self.assertEqual((status, "the folder " in errors), (2, True), errors)
        status, told, errors = virtual_card(
            "issue", "--out", str(path.parent / "one.json"), "--form", "face-only", *new)
        self.assertEqual((status, told.get("triesLeft")), (0, {"pin": 0, "password": 0}), errors)
        status, _, errors = virtual_card(
            "issue", "--out", str(path.parent / "two.json"), "--not-before", "2030-01-02",
            "--not-after", "2030-01-01", *new)
        self.assertEqual((status, "--not-after" in errors), (2, True), errors)

    def test_a_card_where_nobody_listens_is_told_as_not_noticed(self):
        self.rack.ask("insert", "--card", "iryohi", "--reader", "1")
        self.assertFalse(self.rack.ask("status", "--card", "iryohi")["noticed"])
        self.rack.ask("insert", "--card", "mado")
        self.await_card(0, True)
        places = {card["card"]: card.get("noticed") for card in self.rack.ask("list")["cards"]}
        self.assertEqual((places["mado"], places["iryohi"]), (True, False))

    def test_tries_survive_swaps_and_the_office_gives_them_back(self):
        wrong = [JPKI, "00a4020c020018", "002000800430303030"]
        self.rack.ask("insert", "--card", "mado")
        self.assertEqual(self.talk(0, *wrong)[-1], "63c2")
        self.rack.ask("remove", "--card", "mado")
        self.await_card(0, False)
        time.sleep(0.6)
        self.rack.ask("insert", "--card", "yakushi")
        self.assertEqual(self.talk(0, JPKI, "00200098")[-1], "63c3")
        self.rack.ask("remove", "--card", "yakushi")
        self.await_card(0, False)
        time.sleep(0.6)
        self.rack.ask("insert", "--card", "mado")
        self.assertEqual(self.talk(0, *wrong, wrong[-1], wrong[-1])[-3:], ["63c1", "63c0", "6984"])
        self.assertEqual(self.rack.ask("status", "--card", "mado")["triesLeft"]["jpki/0018"], 0)
        status, _, errors = virtual_card("reset-pin", "--card", str(self.cards / "mado.json"))
        self.assertEqual((status, "holds this card" in errors), (4, True), errors)
        self.rack.ask("reset-pin", "--card", "mado")
        self.assertEqual(self.talk(0, JPKI, "00200098")[-1], "63c3")

    def test_a_swap_within_one_poll_brings_the_other_card(self):
        self.rack.ask("insert", "--card", "mado")
        handle = self.connect(0)
        self.assertEqual(self.say(handle, SERIAL)[0], "9000")
        before = self.say(handle, "00b2010c00")[0]
        self.rack.ask("swap", "--card", "yakushi")
        # Whether PC/SC saw a removal or not: what was selected before is lost.
        self.assertIn(self.say(handle, "00b2010c00")[0], ("gone", "6a82", "6986"))
        SCardDisconnect(handle, SCARD_LEAVE_CARD)
        self.assertEqual(self.rack.ask("status", "--card", "yakushi")["reader"], 35963)
        # pcscd may have missed the change; so people take the card out and put it in again.
        self.rack.ask("remove")
        self.await_card(0, False)
        time.sleep(0.6)
        self.rack.ask("insert", "--card", "yakushi")
        after = self.talk(0, SERIAL, "00b2010c00")[-1]
        self.assertEqual((after[-4:], after == before), ("9000", False))

    def test_a_card_is_pulled_and_back_in_the_rack(self):
        self.rack.ask("insert", "--card", "mado", "--fault", "pulled@3")
        self.assertEqual(self.talk(0, JPKI, "00a4020c02000a", "00b0000000"),
                         ["9000", "9000", "gone"])
        self.await_card(0, False)
        self.assertNotIn("reader", self.rack.ask("status", "--card", "mado"))

    def test_a_destroyed_chip_leaves_and_never_returns(self):
        self.rack.ask("insert", "--card", "iryohi")
        self.await_card(0, True)
        self.rack.ask("tamper", "--card", "iryohi")
        self.await_card(0, False)
        status, _, errors = virtual_card(
            "insert", "--socket", self.rack.socket, "--card", "iryohi")
        self.assertEqual((status, "destroyed" in errors), (4, True), errors)

    def test_a_damaged_card_and_random_status_words(self):
        self.rack.ask("insert", "--card", "mado", "--damage", "foreign")
        self.assertEqual(self.talk(0, JPKI), ["6a82"])
        self.rack.ask("order", "--fault", "sw:random@1,sw:random@2", "--seed", "5")
        first = self.talk(0, JPKI, JPKI, JPKI)
        self.assertEqual((len(set(first)), first[2]), (3, "6a82"))
        self.rack.ask("order", "--fault", "sw:random@1,sw:random@2", "--seed", "5")
        self.assertEqual(self.talk(0, JPKI, JPKI, JPKI), first)

    def test_slow_answers_come(self):
        self.rack.ask("insert", "--card", "mado", "--slow", "20:3")
        self.assertEqual(self.talk(0, JPKI, "00200098"), ["9000", "63c3"])


class IssueTests(unittest.TestCase):
    def issue(self, name, *words):
        return virtual_card("issue", "--out", str(FOLDER / "issued" / name), "--authority",
                            str(FOLDER / "authority"), *words)

    def test_no_card_is_replaced_unasked_and_no_file_taken_for_a_name(self):
        (FOLDER / "issued").mkdir()
        status, first, _ = self.issue("one.json", "--person", "somebody")
        self.assertEqual((status, first["person"]), (0, "somebody"))
        status, _, errors = self.issue("one.json")
        self.assertEqual(status, 2, errors)
        self.assertIn("--replace", errors)
        self.assertEqual(virtual_card("show", "--card", str(FOLDER / "issued" / "one.json"))[1],
                         first)
        self.assertEqual(self.issue("one.json", "--replace")[0], 0)
        for person in ["./people/nobody", "/nowhere.json"]:
            status, _, errors = self.issue("two.json", "--person", person)
            self.assertIn(status, (2, 4), errors)
            self.assertFalse((FOLDER / "issued" / "two.json").exists())


class ManyCardsTests(unittest.TestCase):
    def test_a_thousand_cards_fit_into_50_megabytes(self):
        folder = FOLDER / "many"
        folder.mkdir()
        for path in (FOLDER / "rack").glob("yakushi.*"):
            for number in range(1000):
                os.link(path, folder / f"card{number}{path.name.removeprefix('yakushi')}")
        rack = Rack(folder)
        try:
            self.assertEqual(len(rack.ask("list")["cards"]), 1000)
            status = pathlib.Path(f"/proc/{rack.process.pid}/status").read_text()
            used = int(status.split("VmHWM:")[1].split()[0])
            print(f"a rack of 1,000 cards: {used} kB at most", file=sys.stderr)
            self.assertLess(used, 50_000)
        finally:
            rack.close()


class ManualTests(unittest.TestCase):
    def test_the_manual_is_done_word_for_word(self):
        """Its blocks in their order, its scenario, and its example of a refusal."""
        text = (PEOPLE.parent / "VirtualCard.md").read_text()
        section = text.split("\n## First steps\n", 1)[1].split("\n## ", 1)[0]
        blocks = re.findall(r"```sh\n(.*?)```", section, re.S)
        self.assertEqual(len(blocks), 2)
        folder = FOLDER / "manual"
        folder.mkdir()
        (folder / "Simulators").symlink_to(PEOPLE.parent)
        (folder / "virtual-card").symlink_to(PROGRAM)
        script = ("trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + "".join(blocks)
                  + "kill $!\nwait $!\n")
        environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        with open(folder / "out", "w+") as out:  # A pipe would wait for whoever still holds it.
            ran = subprocess.run(["bash", "-euc", script], cwd=folder, timeout=60, stdout=out,
                                 env=environment, stderr=out, start_new_session=True)
            out.seek(0)
            said = out.read()
        self.assertEqual(ran.returncode, 0, said)
        self.assertIn("BEGIN CERTIFICATE", said)
        self.assertIn('"jpki/0018": 2', said)
        (folder / "scenario.json").write_text(
            re.search(r"```json\n(.*?)```", text, re.S).group(1))
        # One of its cards was destroyed: a step that cannot be done is passed over.
        rack = Rack(folder, "--scenario", str(folder / "scenario.json"), cards=False)
        try:
            self.assertEqual({card["card"] for card in rack.ask("list")["cards"]},
                             {"mado", "yakushi"})
            refusal = re.search(r'    (\{"error":.*)\n', text).group(1)
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(rack.socket)
                line.sendall(b'{"do":"insert","card":"nobody"}\n')
                self.assertEqual(line.makefile().readline(), refusal + "\n")
        finally:
            rack.close()


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
