"""A test of the whole stack: what its classes share."""
import json
import unittest

from rig import Pcscd, Stack, wait_for

LIMITS = {"exchangeSeconds": 2, "retrySeconds": 1, "interruptedSeconds": 6, "messageSeconds": 3,
          "choosingSeconds": 30, "warningSeconds": 5, "provingSeconds": 30}
READING = 9  # commands of one reading (the certificate comes in 5 pieces)
# The proof, by how each of its commands begins.
PROOF = ["00a4040c", "00a4020c", "00b0", "00a4020c", "00200080", "0020008004", "00a4020c",
         "802a0080"]
VERIFY = PROOF[5]
# A card is read when it is put in, and again when a check-in begins with it; then it proves.
PROVING = 2 * READING
WHOLE = PROVING + len(PROOF)
AWAY = "1000"  # ms that a pulled card stays away; the reader looks every 400 ms

kills_pcscd = unittest.skipUnless(Pcscd.is_ours(), "the machine's pcscd is not ours to kill")


class StackCase(unittest.TestCase):
    """Tests that share one stack; each finds it whole and a good card on the reader."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make(limits=LIMITS)
        cls.stack.start_daemon()

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def setUp(self):
        self.heal()

    def heal(self):
        Pcscd.start()
        stack = self.stack
        if stack.house.poll() is not None:
            stack.start_house()
        stack.order()
        if stack.daemon.poll() is not None:
            stack.start_daemon()

    def accepted(self, *more, **options):
        ran = self.stack.check_in(*more, **options)
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(ran.json["state"], "accepted", ran)
        return ran.json

    def refused(self, ran, code, name):
        """One clear problem: its code, its name, what to do next."""
        self.assertEqual(ran.code, code, ran)
        problem = ran.json
        self.assertTrue(problem["type"].endswith(":" + name), ran)
        for member in ["title", "titleJapanese", "nextStep", "nextStepJapanese"]:
            self.assertTrue(problem.get(member), f"{member} of {ran}")
        self.assertNotIn("1234", json.dumps(problem))
        return problem

    def chosen(self, card="mado", *faults, **options):
        """A card that was read: the commands of a check-in are counted from here."""
        self.stack.insert(card, *faults, waits=False, **options)
        wait_for("the card was read", lambda: self.stack.reader_state() == "choosing")

    def struck(self, number):
        """Whether the command that was struck is the one it should be."""
        commands = self.stack.tap.commands
        if number > PROVING:
            self.assertTrue(commands[number - 1].startswith(PROOF[number - PROVING - 1]),
                            (number, commands))

    def usable(self, card="mado", tapped=False):
        """With a good card the next check-in works."""
        self.heal()
        self.stack.insert(card, tapped=tapped)
        return self.accepted("--wait", "10")
