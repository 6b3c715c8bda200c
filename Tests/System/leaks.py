"""Whether a PIN stays anywhere: the daemon's memory (gcore), its core after SIGABRT, its log, the
history in clear, what it answered, its state. Inside Tests/System/private-pcscd.sh.

Each run has a card with a random PIN of its own. What is searched for is the PIN in the places it
passes through (the request's end, VERIFY, a page of zeros) and in the forms it must never take
(JSON, UTF-16); what the same memory held before the PIN was entered is chance. The same search must
find a PIN that is planted."""
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

import counted
from rig import READER, Stack, program, wait_for

RUNS = int(os.environ.get("RUNS", "3"))
SEED = int(os.environ.get("SEED", str(random.SystemRandom().randrange(1 << 32))))


def contexts(pin):
    """A PIN as it may lie in memory, each with a name."""
    text = pin.encode()
    return {
        "VERIFY": bytes.fromhex("0020008004") + text,
        "the end of a request": b"\r\n\r\n" + text,
        "a page of its own": bytes(16) + text + bytes(16),
        "JSON": b'"' + text + b'"',
        "UTF-16": pin.encode("utf-16-le"),
    }


def memory(pid, folder):
    """The memory of a process, as gcore finds it."""
    path = os.path.join(folder, "memory")
    done = subprocess.run(["gcore", "-a", "-o", path, str(pid)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-600:]
    name = f"{path}.{pid}"
    with open(name, "rb") as file:
        octets = file.read()
    os.unlink(name)
    assert len(octets) > 1 << 20, "that is no memory"
    return octets


def found(octets, pin):
    """In which contexts a PIN lies there."""
    return sorted(name for name, pattern in contexts(pin).items() if pattern in octets)


def spoken(text, pin):
    """Whether a PIN stands in a text as a word of its own."""
    return re.search(rf"(?<![0-9A-Za-z.]){pin}(?![0-9A-Za-z])", text) is not None


class Leaks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.random = random.Random(SEED)
        print(f"seed {SEED}", file=sys.stderr)
        cls.stack = Stack().make(people="mado")
        cls.folder = tempfile.TemporaryDirectory(prefix="madoguchi-leaks-")

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()
        cls.folder.cleanup()

    def pins(self):
        """Two PINs: one that is entered and one that is not. Years and ports are no use."""
        return [f"{n:04}" for n in self.random.sample(range(3000, 8000), 2)]

    def card(self, pin):
        self.stack.issue_for("mado", "leak", "--pin", pin)

    def start(self):
        """A daemon that could write a core, in a folder where one would be seen."""
        def allow():
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        stack = self.stack
        self.place = tempfile.mkdtemp(dir=self.folder.name)
        stack.daemon = stack.spawn(
            program("madoguchid"), "--state", stack.state, "--reader", READER, stdout=stack.log,
            cwd=self.place, preexec_fn=allow)
        wait_for("the daemon answers", lambda: stack.run("status").code == 0)

    def test_nothing_stays(self):
        stack = self.stack
        for run in range(RUNS):
            pin, other = self.pins()
            wrong = f"{(int(pin) + 1) % 10000:04}"
            with self.subTest(run=run):
                self.card(pin)
                self.start()
                stack.insert("leak")
                before = memory(stack.daemon.pid, self.folder.name)
                ran = [stack.check_in(pin=wrong), stack.check_in(pin=pin),
                       stack.run("portal", "drugs", "--json", pin=pin), stack.run("status")]
                self.assertEqual([one.code for one in ran], [4, 0, 0, 0], ran)
                octets = memory(stack.daemon.pid, self.folder.name)
                for entered in (pin, wrong):
                    self.assertEqual(
                        set(found(octets, entered)) - set(found(before, entered)), set(),
                        f"{entered} stays in memory")
                history = json.dumps(stack.entries())
                with open(f"/proc/{stack.daemon.pid}/limits") as limits:
                    self.assertRegex(limits.read(), r"Max core file size\s+0\s+0\s")
                stack.stop(stack.daemon, signal.SIGABRT)
                self.assertEqual(os.listdir(self.place), [], "a core was written")
                texts = {"history": history, "log": self.log()}
                texts.update({f"answer {n}": one.err for n, one in enumerate(ran)})
                for name, text in texts.items():
                    self.assertFalse(spoken(text, pin) or spoken(text, wrong), name)
                self.assertEqual(self.kept(pin), self.kept(other), "the daemon's state")
                stack.pull()

    def log(self):
        self.stack.log.flush()
        with open(self.stack.path("daemon.log"), errors="replace") as file:
            return file.read()

    def kept(self, pin):
        """The files of the daemon's state that hold a PIN in some context."""
        files = []
        for folder, _, names in os.walk(self.stack.path("terminal")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    if found(file.read(), pin):
                        files.append(name)
        return files

    def test_the_search_finds_what_is_planted(self):
        pin, other = self.pins()
        code = ("import sys\nkeep = [bytes.fromhex(line) for line in sys.stdin.read().split()]\n"
                "print('ready', flush=True)\nimport time\ntime.sleep(600)\n")
        for name, pattern in contexts(pin).items():
            child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE)
            try:
                child.stdin.write(pattern.hex().encode())
                child.stdin.close()
                child.stdout.readline()
                octets = memory(child.pid, self.folder.name)
                self.assertIn(name, found(octets, pin))
                self.assertNotIn(name, found(octets, other))
            finally:
                child.kill()
                child.wait()
                child.stdout.close()
        self.assertTrue(spoken(f"PIN {pin} was wrong", pin))
        self.assertTrue(spoken(f'{{"pin":"{pin}"}}', pin))
        self.assertFalse(spoken(f"1{pin} yen", pin))


if __name__ == "__main__":
    counted.main()
