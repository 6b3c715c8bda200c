"""A face matcher that is a program of somebody else's, in another language, behind a socket of its
own: what it gets, and what the terminal makes of what it says or does not say. Part of stack.py."""
import json
import os
import socket
import subprocess
import sys
import threading
import time

from case import LIMITS, StackCase
from rig import ROOT, Stack, program, wait_for


class Matcher:
    """Listens as a unit would; each connection gets what is on order, and what it brought is kept."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(8)
        self.orders, self.seen = [], []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(line, self.orders.pop(0)),
                             daemon=True).start()

    def answer(self, line, order):
        with line:
            octet, files, flags, _ = socket.recv_fds(line, 16, 8)
            pictures = []
            for file in files:
                pictures.append(os.pread(file, 1 << 20, 0))
                try:
                    os.write(file, b"x")
                    pictures.append(b"writable")
                except OSError:
                    pass
                os.close(file)
            self.seen.append((octet, line.recv(16), pictures))
            if callable(order):
                order(line)
            elif order is not None:
                line.sendall(order)

    def close(self):
        # A plain close would not wake the thread that accepts.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


def score(number):
    return json.dumps({"scorePerMille": number}).encode()


class Faces(StackCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make(limits=LIMITS)
        path = cls.stack.path("run", "matcher.sock")
        os.makedirs(cls.stack.path("run"), mode=0o700, exist_ok=True)
        cls.matcher = Matcher(path)
        cls.face = {"cameraSocket": "../run/camera.sock", "matcherSeconds": 3,
                    "matcher": {"name": "sample matcher 1.0", "socket": "../run/matcher.sock",
                                "matchPerMille": 800}}
        cls.stack.configure(face=cls.face)
        cls.stack.start_daemon()
        cls.camera = cls.stack.spawn(
            program("camera"), "serve", "--card", cls.stack.path("cards", "mado.json"), "--socket",
            cls.stack.path("run", "camera.sock"), stdout=subprocess.PIPE)
        cls.camera.stdout.readline()

    @classmethod
    def tearDownClass(cls):
        cls.stack.stop(cls.camera)
        cls.camera.stdout.close()
        cls.matcher.close()
        cls.stack.end()

    def looked(self, order):
        """A check-in by face, the matcher saying this; and what the matcher was given."""
        self.stack.insert("mado")
        self.matcher.seen.clear()
        self.matcher.orders = [order]
        ran = self.stack.run("check-in", "--face", "--consent", "none", "--json")
        self.assertEqual(len(self.matcher.seen), 1, ran)
        return ran, self.matcher.seen[0]

    def test_same_person(self):
        """The matcher gets two pictures, which it cannot change, and nothing of whose they are."""
        ran, (octets, more, pictures) = self.looked(score(800))
        self.assertEqual((ran.code, ran.json["state"]), (0, "accepted"), ran)
        self.assertEqual((octets, more), (b"\x01", b""))
        self.assertEqual(len(pictures), 2)
        self.assertNotIn(b"writable", pictures)
        photo, frame = pictures
        # JPEG 2000, as a card has it (ISO/IEC 15444-1, box or codestream).
        self.assertTrue(photo[4:8] == b"jP  " or photo[:4] == b"\xff\x4f\xff\x51", photo[:12])
        self.assertGreater(len(frame), 100)
        listed = self.stack.run("history", "list", "--json").json["entries"]
        named = [entry for entry in listed if "sample matcher 1.0" in json.dumps(entry)]
        self.assertTrue(named, "no entry names the matcher")

    def test_other_person(self):
        """One thousandth below the limit is another face, and counts as a miss on the card."""
        before = self.faces_left()
        ran, _ = self.looked(score(799))
        self.refused(ran, 4, "face-missed")
        self.assertEqual(self.faces_left(), before - 1)
        # A match gives the misses back.
        self.assertEqual(self.looked(score(1000))[0].json["state"], "accepted")
        self.assertEqual(self.faces_left(), 10)

    def test_nothing_decided(self):
        """A crash, silence, nonsense, or an answer that comes too late: no decision, no miss."""
        def late(line):
            time.sleep(5)
            try:
                line.sendall(score(1000))
            except OSError:
                pass

        def drip(line):
            try:
                for octet in score(1000):
                    line.sendall(bytes([octet]))
                    time.sleep(0.4)
            except OSError:
                pass

        before = self.faces_left()
        for what, order in [("crash", None), ("nonsense", b"yes"), ("too much", b" " * 70000),
                            ("score too high", score(1001)), ("two answers", score(9) + score(1000)),
                            ("UTF-16", score(1000).decode().encode("utf-16")),
                            ("late", late), ("octet by octet", drip)]:
            with self.subTest(what):
                begin = time.monotonic()
                ran, _ = self.looked(order)
                self.refused(ran, 4, "face-undecided")
                self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual(self.faces_left(), before)
        # The next one is served as if nothing had been.
        ran, _ = self.looked(score(1000))
        self.assertEqual(ran.json["state"], "accepted", ran)

    def test_another_reader_does_not_wait(self):
        """While a matcher keeps one patient waiting, another is checked in at the other reader."""
        stack, looked, done = self.stack, threading.Event(), threading.Event()

        def slow(line):
            looked.set()
            done.wait(50)

        stack.kill_daemon()
        stack.configure(face={**self.face, "matcherSeconds": 60})
        stack.start_daemon(reader=None)
        stack.insert("mado")
        card = stack.spawn(program("virtual-card"), "run", "--card",
                           stack.path("cards", "yakushi.json"), "--port", "35964", "--json",
                           stdout=subprocess.DEVNULL)
        try:
            wait_for("both cards are there", lambda: sum(
                reader["cardPresent"] for reader in
                stack.run("status", "--json").json["readers"]) == 2)
            self.matcher.orders = [slow]
            ends = []
            waiting = threading.Thread(target=lambda: ends.append(stack.run(
                "check-in", "--face", "--consent", "none", "--json", "--reader",
                "Virtual PCD 00 00")))
            waiting.start()
            self.assertTrue(looked.wait(20))
            other = stack.check_in("--reader", "Virtual PCD 00 01")
            self.assertEqual(other.json["state"], "accepted", other)
            self.assertEqual(ends, [], "the first one did not wait")
            done.set()
            waiting.join(40)
            # The matcher went without a word.
            self.refused(ends[0], 4, "face-undecided")
        finally:
            done.set()
            stack.stop(card)
            stack.kill_daemon()
            stack.configure(face=self.face)
            stack.start_daemon()

    def faces_left(self):
        shown = subprocess.run([program("virtual-card"), "show", "--card",
                                self.stack.path("cards", "mado.json"), "--json"],
                               check=True, capture_output=True)
        return json.loads(shown.stdout)["triesLeft"].get("simulation/0011", 10)


class SampleMatcher(StackCase):
    """The sample that others start from, with its listening socket inherited as a unit has it."""

    def test_sample(self):
        stack = self.stack
        stack.kill_daemon()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(stack.path("run", "sample.sock"))
        listener.listen(8)
        sample = stack.spawn(
            sys.executable, "-B", os.path.join(ROOT, "Simulators", "FaceMatcher", "sample.py"),
            close_fds=False, env=dict(os.environ, LISTEN_FDS="1"),
            preexec_fn=lambda: os.dup2(listener.fileno(), 3))
        listener.close()
        stack.configure(face={
            "cameraSocket": "../run/camera.sock",
            "matcher": {"name": "sample", "socket": "../run/sample.sock", "matchPerMille": 900}})
        stack.start_daemon()
        camera = stack.spawn(program("camera"), "serve", "--card", stack.path("cards", "mado.json"),
                             "--socket", stack.path("run", "camera.sock"), stdout=subprocess.PIPE)
        camera.stdout.readline()
        words = ["check-in", "--face", "--consent", "none", "--json"]
        try:
            other = "other --of " + stack.path("cards", "yakushi.json")
            for face, code, said in [("holder", 0, "accepted"), (other, 4, "face-missed"),
                                     ("nobody", 4, "face-undecided"), ("holder", 0, "accepted")]:
                with self.subTest(face):
                    stack.insert("mado")
                    subprocess.run([program("camera"), "order", "--socket",
                                    stack.path("run", "camera.sock"), "--face", *face.split()],
                                   check=True, stdout=subprocess.DEVNULL)
                    ran = stack.run(*words)
                    self.assertEqual(ran.code, code, ran)
                    self.assertIn(said, ran.out)
        finally:
            stack.stop(camera)
            camera.stdout.close()
            stack.stop(sample)
