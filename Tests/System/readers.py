"""The life of readers: several of them, others after a restart of pcscd, other programs that hold or
reset the card. Part of stack.py."""
import os
import time

from case import LIMITS, PROOF, PROVING, StackCase
from rig import READER, OtherProgram, Pcscd, Rack, Stack, wait_for

SLOTS = {35963: "Virtual PCD 00 00", 35964: "Virtual PCD 00 01"}


def threads(process, name):
    """How many threads of this name a program has."""
    folder = f"/proc/{process.pid}/task"
    count = 0
    for task in os.listdir(folder):
        try:
            with open(f"{folder}/{task}/comm") as file:
                count += file.read().strip() == name
        except OSError:
            pass  # It ended just now.
    return count


class HeldCards(StackCase):
    """Another program that has the card for itself, or resets it."""

    def alone(self):
        """The daemon has one thread for its reader, whatever became of it."""
        self.assertEqual(threads(self.stack.daemon, "reader"), 1)

    def test_held_while_read(self):
        """Another program's transaction while the card is read: told as such, one thread is
        parked however often somebody asks, and the reader is back when it ends."""
        stack = self.stack
        self.chosen()
        with OtherProgram() as other:
            other.hold()
            begin = time.monotonic()
            for _ in range(3):
                self.refused(stack.check_in(), 4, "card-in-use")
                self.assertEqual(stack.reader_state(), "refused")
                self.alone()
            print(f"  a held card: told 3 times within {time.monotonic() - begin:.1f} s")
            other.let_go()
        self.accepted("--wait", "5")
        self.alone()
        self.assertEqual(stack.tries(), 3)

    def test_held_while_proved(self):
        """Another program's transaction while the card shall prove: no PIN is sent, the patient is
        asked again, and proves when it has ended."""
        stack = self.stack
        self.chosen(tapped=True)
        stack.choose()
        with OtherProgram() as other:
            other.hold()
            status, problem = stack.enter()
            self.assertEqual((status, problem["type"].rsplit(":")[-1]), (409, "card-in-use"))
            self.assertEqual(stack.reader_state(), "proving")
            self.assertNotIn("0020008004", stack.tap.commands)
            self.alone()
            other.let_go()
        status, view = stack.enter()
        self.assertEqual((status, view["state"]), (200, "accepted"), view)
        self.assertEqual(stack.tries(), 3)
        self.alone()

    def test_foreign_reset(self):
        """Another program resets the card in mid-session, before the choice and before the PIN:
        nothing is lost."""
        stack = self.stack
        self.chosen()
        OtherProgram().leave(OtherProgram.RESET)
        stack.choose()
        OtherProgram().leave(OtherProgram.RESET)
        status, view = stack.enter()
        self.assertEqual((status, view.get("state")), (200, "accepted"), view)
        self.assertEqual(stack.tries(), 3)

    def asks(self):
        """The state that waits for the patient, once it is one."""
        state = self.stack.reader_state()
        return state if state in ("proving", "choosing") else None

    def test_reset_while_proving(self):
        """A card that is reset at any command of its proof: the patient is asked again and proves;
        no try is lost."""
        stack = self.stack
        asked = 0
        for number in range(PROVING + 1, PROVING + len(PROOF) + 1):
            with self.subTest(command=number - PROVING):
                self.chosen("mado", "--fault", f"resets@{number}")
                stack.choose()
                status, view = stack.enter()
                if status != 200:
                    asked += 1
                    self.assertEqual(status, 409, view)
                    self.assertTrue(view["nextStep"])
                    self.assertEqual(wait_for("asked again", lambda: self.asks()), "proving")
                    status, view = stack.enter()
                self.assertEqual((status, view.get("state")), (200, "accepted"), view)
                self.assertEqual(stack.tries(), 3)
        # A reset before the first command harms nothing; before the second it is healed.
        self.assertEqual(asked, len(PROOF) - 2)


class SeveralReaders(StackCase):
    """A daemon that serves whichever readers there are."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make(limits={**LIMITS, "readingSeconds": 4})
        cls.stack.start_daemon(reader=None)
        cls.rack = Rack(cls.stack)
        cls.configuration = os.path.join(os.environ["MADOGUCHI_PCSCD_FOLDER"], "reader.conf.d",
                                         "vpcd")
        with open(cls.configuration) as file:
            cls.usual = file.read()

    def setUp(self):
        self.restart(self.usual)
        wait_for("both readers are there", lambda: self.names() == set(SLOTS.values()))

    def tearDown(self):
        for card in self.rack.ask("list")["cards"]:
            if "reader" in card:
                self.rack.ask("remove", card=card["card"])
        wait_for("the readers are empty", lambda: all(
            reader["state"] == "empty" for reader in self.readers()))
        time.sleep(0.6)

    def restart(self, configuration):
        """pcscd with these readers, from the beginning if it has others."""
        with open(self.configuration) as file:
            if file.read() == configuration:
                return Pcscd.start()
        Pcscd.kill()
        with open(self.configuration, "w") as file:
            file.write(configuration)
        Pcscd.start()

    def readers(self):
        ran = self.stack.run("status", "--json")
        return ran.json["readers"] if ran.code == 0 else []

    def names(self):
        return {reader["name"] for reader in self.readers()}

    def state(self, slot):
        return next((reader["state"] for reader in self.readers()
                     if reader["name"] == SLOTS[slot]), None)

    def test_two_at_once(self):
        """Two patients at two readers, step by step beside each other: each is served by name."""
        stack = self.stack
        marks = {35963: ("mado", "みどり"), 35964: ("yakushi", "薬師")}
        for slot, (card, _) in marks.items():
            self.rack.ask("insert", card=card, reader=slot)
            wait_for("the card was read", lambda: self.state(slot) == "choosing")
        for slot, (card, mark) in marks.items():
            ran = stack.check_in("--reader", SLOTS[slot])
            self.assertEqual((ran.code, self.state(slot)), (0, "accepted"), ran)
            others = [other for other_slot, (_, other) in marks.items() if other_slot != slot]
            self.assertTrue(mark in ran.out and not any(other in ran.out for other in others))
        # One that is not there.
        self.refused(stack.check_in("--reader", "Virtual PCD 00 07"), 3, "no-reader")

    def test_mute_beside(self):
        """A card that stays mute takes one reader out of service, and no other; each reader has one
        thread; the reader is back when the card is gone."""
        stack = self.stack
        self.rack.ask("insert", card="yakushi", reader=35964, fault="mute@3")
        wait_for("the mute card is told", lambda: self.state(35964) == "refused")
        for _ in range(2):
            ran = stack.check_in("--reader", SLOTS[35964])
            self.assertEqual(ran.code, 4, ran)
            self.assertEqual(threads(stack.daemon, "reader"), 1)
        self.rack.ask("insert", card="mado", reader=35963)
        wait_for("the card was read", lambda: self.state(35963) == "choosing")
        self.accepted("--reader", SLOTS[35963])
        self.rack.ask("remove", reader=35964)
        wait_for("the reader is free", lambda: self.state(35964) == "empty")
        time.sleep(0.6)
        self.rack.ask("insert", card="yakushi", reader=35964)
        wait_for("the card was read", lambda: self.state(35964) == "choosing")
        self.accepted("--reader", SLOTS[35964])
        self.assertEqual(threads(stack.daemon, "reader"), 2)

    def test_other_readers(self):
        """pcscd killed and started again with other readers, with none, and with the first ones:
        each time those that are there are served."""
        stack = self.stack
        self.rack.ask("insert", card="mado", reader=35963)
        wait_for("the card was read", lambda: self.state(35963) == "choosing")
        self.restart(self.usual.replace("Virtual PCD", "Another Reader"))
        wait_for("the other readers are there", lambda: self.names() == {
            "Another Reader 00 00", "Another Reader 00 01"})
        wait_for("the card is seen", stack.seen)
        self.accepted("--wait", "5", "--reader", "Another Reader 00 00")
        self.refused(stack.check_in("--reader", READER), 3, "no-reader")
        self.restart("# none\n")
        wait_for("no reader is left", lambda: stack.run("status", "--json").json["pcscService"]
                 and not self.names())
        self.refused(stack.check_in(), 3, "no-reader")
        self.restart(self.usual)
        wait_for("the first readers are there", lambda: self.names() == set(SLOTS.values()))
        wait_for("the card is seen", stack.seen)
        self.accepted("--wait", "5", "--reader", READER)
