"""What the tests of the whole stack stand on: a stack of their own, a tap in the card's line, the
local API, and a second PC/SC program. Standard library only."""
import atexit
import ctypes
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.path.abspath(os.environ.get("BIN", os.path.join(ROOT, ".build", "debug")))
READER = "Virtual PCD 00 00"


def program(name):
    return os.path.join(BIN, name)


def wait_for(what, condition, seconds=15.0):
    """The first true value of a condition."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class Ran:
    """What a command printed and ended with."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"[{self.code}] {self.out[-600:]} {self.err[-600:]}"


class Pcscd:
    """The private pcscd; or the machine's, which is left alone."""

    @staticmethod
    def is_ours():
        return os.environ.get("MADOGUCHI_PCSCD") == "private"

    @staticmethod
    def pid():
        with open(os.environ["MADOGUCHI_PCSCD_PID_FILE"]) as file:
            return int(file.read())

    @classmethod
    def kill(cls):
        if not cls.is_ours():
            raise unittest.SkipTest("the machine's pcscd is not ours to kill")
        pid = cls.pid()
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # dead already, and its parent knows
        wait_for("pcscd is dead", lambda: not cls.runs(pid))
        return pid

    @classmethod
    def start(cls):
        if cls.is_ours() and not cls.runs(cls.pid()):
            subprocess.run([os.environ["MADOGUCHI_PCSCD_RESTART"]], check=True,
                           stdout=subprocess.DEVNULL)

    @staticmethod
    def runs(pid):
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
        except OSError:
            return False


class Tap:
    """Stands between virtual cards and vpcd: sees each command, may act before it goes on, may
    hand the line to another card unseen by the reader."""

    def __init__(self, port=35963):
        self.vpcd, self.commands, self.hook = port, [], None
        self.cards, self.active = [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.is_open = True
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                card, _ = self.listener.accept()
            except OSError:
                return
            card.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.cards.append(card)
            if len(self.cards) == 1:
                self.active = 0
                threading.Thread(target=self.join, args=(card,), daemon=True).start()

    def join(self, card):
        reader = None
        while self.is_open and reader is None:
            try:
                reader = socket.create_connection(("127.0.0.1", self.vpcd), 2)
            except OSError:
                time.sleep(0.05)
        if reader is None:
            return card.close()
        reader.settimeout(None)
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader, self.commands = reader, []
        back = threading.Thread(target=self.answer, args=(card, reader), daemon=True)
        back.start()
        try:
            while True:
                octets = self.frame(reader)
                if len(octets) > 1:
                    self.commands.append(octets[:5].hex())
                    if self.hook:
                        self.hook(len(self.commands), octets)
                self.cards[self.active].sendall(len(octets).to_bytes(2, "big") + octets)
        except (OSError, EOFError, IndexError):
            pass
        for line in [reader] + self.cards:
            self.shut(line)
        self.cards = []

    def answer(self, card, reader):
        try:
            while True:
                reader.sendall(self.raw(card))
        except (OSError, EOFError):
            self.shut(reader)

    def swap(self):
        """From now on the second card answers."""
        threading.Thread(target=self.answer, args=(self.cards[1], self.reader),
                         daemon=True).start()
        self.active = 1

    @staticmethod
    def shut(line):
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        line.close()

    @staticmethod
    def raw(line):
        octets = line.recv(65536)
        if not octets:
            raise EOFError
        return octets

    @classmethod
    def frame(cls, line):
        def exactly(count):
            octets = b""
            while len(octets) < count:
                part = line.recv(count - len(octets))
                if not part:
                    raise EOFError
                octets += part
            return octets
        return exactly(int.from_bytes(exactly(2), "big"))

    def close(self):
        self.is_open = False
        self.shut(self.listener)
        for line in list(self.cards):
            self.shut(line)


class UnixLine(http.client.HTTPConnection):
    """The daemon's local API."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


class Stack:
    """One stack in a folder of its own: clearinghouse, daemon, a card on the reader."""

    def __init__(self, folder=None):
        self.state = folder or tempfile.mkdtemp(prefix="madoguchi-stack-")
        self.house = self.daemon = self.card = self.tap = None
        self.children = []
        self.log = open(os.path.join(self.state, "daemon.log"), "ab")
        # However the tests end, no program and no folder stays behind.
        atexit.register(self.end)

    # The folder

    def make(self, people="mado,yakushi", limits=None):
        subprocess.run([program("clearinghouse"), "init", "--state", self.state, "--people",
                        os.path.join(ROOT, "Simulators", "People"), "--cards", people],
                       check=True, stdout=subprocess.DEVNULL)
        self.start_house()
        self.run("init", "--port", str(self.port))
        if limits:
            self.configure(limits=limits)
        return self

    def configure(self, **changes):
        path = self.state + "/terminal/config.json"
        with open(path) as file:
            text = re.sub(r"^\s*//.*$", "", file.read(), flags=re.M)
        value = json.loads(text)
        value.update(changes)
        with open(path, "w") as file:
            json.dump(value, file, ensure_ascii=False)
        return value

    def path(self, *parts):
        return os.path.join(self.state, *parts)

    # Programs

    def spawn(self, *command, **options):
        options.setdefault("stderr", self.log)
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
        self.children.append(child)
        return child

    def start_house(self, *more, state=None):
        port = str(getattr(self, "port", 0))
        self.house = self.spawn(program("clearinghouse"), "serve", "--state", state or self.state,
                                "--port", port, "--admin-port", "0", *more,
                                stdout=subprocess.PIPE)
        ready = json.loads(self.house.stdout.readline())
        self.port, self.admin_port = ready["port"], ready["adminPort"]
        self.witness_port = ready.get("witnessPort")

    def start_daemon(self, waits=True, reader=READER, before=()):
        """Serves one reader; with None whichever there are. `before` are the words of a command
        that runs it."""
        named = ["--reader", reader] if reader else []
        self.daemon = self.spawn(*before, program("madoguchid"), "--state", self.state, *named,
                                 stdout=self.log)
        if waits:
            wait_for("the daemon answers", lambda: self.run("status").code == 0)

    def stop(self, child, number=signal.SIGTERM):
        if child is None or child.poll() is not None:
            return child and child.returncode
        child.send_signal(number)
        return child.wait(15)

    def kill_daemon(self):
        self.stop(self.daemon, signal.SIGKILL)

    def insert(self, card="mado", *faults, tapped=False, waits=True):
        """Puts a card into the reader, another out."""
        self.pull()
        path = card if card.endswith(".json") else self.path("cards", card + ".json")
        port = 35963
        if tapped:
            self.tap = Tap()
            port = self.tap.port
        self.card = self.spawn(program("virtual-card"), "run", "--card", path, "--port", str(port),
                               "--json", *faults, stdout=subprocess.DEVNULL)
        if waits:
            wait_for("the card is seen", lambda: self.seen() is True)

    def pull(self):
        if self.tap:
            self.tap.close()
            self.tap = None
        if self.card:
            self.stop(self.card)
            self.card = None
            if self.daemon and self.daemon.poll() is None:
                wait_for("the card is gone", lambda: self.seen() is not True)

    def seen(self):
        ran = self.run("status", "--json")
        if ran.code != 0:
            return None
        return any(reader["cardPresent"] for reader in ran.json["readers"])

    def reader_state(self):
        readers = self.run("status", "--json").json["readers"]
        return readers[0]["state"] if readers else None

    def issue(self, name, *options, authority=None):
        path = self.path("cards", name + ".json")
        subprocess.run([program("virtual-card"), "issue", "--replace", "--out", path, "--authority",
                        authority or self.path("authority"), *options],
                       check=True, stdout=subprocess.DEVNULL)
        return path

    def issue_for(self, person, name, *options):
        """Another card of somebody whom the clearinghouse knows."""
        path = self.issue(name, "--person",
                          os.path.join(ROOT, "Simulators", "People", person + ".json"), *options)
        subprocess.run([program("clearinghouse"), "bind", path, person, "--state", self.state,
                        "--admin-port", str(self.admin_port)], check=True,
                       stdout=subprocess.DEVNULL)
        return path

    def tries(self, card="mado"):
        path = card if card.endswith(".json") else self.path("cards", card + ".json")
        out = subprocess.run([program("virtual-card"), "show", "--card", path, "--json"],
                             check=True, capture_output=True).stdout
        return json.loads(out)["triesLeft"]["pin"]

    def end(self):
        if self.log.closed:
            return
        self.log.close()
        if self.tap:
            self.tap.close()
        for child in reversed(self.children):
            try:
                self.stop(child)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdout:
                child.stdout.close()
        shutil.rmtree(self.state, ignore_errors=True)
        assert not os.path.exists(self.state), os.listdir(self.state)

    # Asking

    def run(self, *words, pin=None, seconds=90, state=None, before=()):
        more = ["--pin-file", "-"] if pin is not None else []
        done = subprocess.run([*before, program("madoguchi"), *words, *more, "--state",
                               state or self.state],
                              input=(pin or "").encode(), capture_output=True, timeout=seconds)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def check_in(self, *more, pin="1234", consent="drugs,checkups", state=None):
        return self.run("check-in", "--consent", consent, "--json", *more, pin=pin, state=state)

    def ask(self, method, target, body=None, role="reception", secret=None):
        """One request at the daemon's socket."""
        line = UnixLine(self.path("run", "madoguchid.sock"))
        with open(self.path("staff", role + ".token")) as file:
            headers = {"Authorization": "Bearer " + file.read().strip()}
        if target.startswith("/v1/session/") and not target.startswith("/v1/session/claim"):
            # The session that runs now, as whoever claimed it was told.
            headers["Madoguchi-Session"] = self.ask("GET", "/v1/session")[1].get("session", "")
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        if secret is not None:
            body = secret
            headers["Content-Type"] = "application/octet-stream"
        try:
            line.request(method, target, body, headers)
            response = line.getresponse()
            octets = response.read()
            return response.status, json.loads(octets) if octets else None
        finally:
            line.close()

    def choose(self):
        """As far as the PIN: claim, way, consents."""
        status, view = self.ask("POST", "/v1/session/claim", {"waitSeconds": 10})
        assert status == 200 and view["state"] == "choosing", view
        status, view = self.ask("POST", "/v1/session/choice",
                                {"way": "pin", "consents": {"drugs": True, "checkups": True}})
        assert status == 200 and view["readyForPIN"], view
        return view

    def enter(self, pin=b"1234"):
        return self.ask("POST", "/v1/session/pin", secret=pin)

    def admin(self, method, path, body):
        line = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=20)
        with open(self.path("admin.token")) as file:
            headers = {"Authorization": "Bearer " + file.read().strip(),
                       "Content-Type": "application/json"}
        line.request(method, path, json.dumps(body), headers)
        response = line.getresponse()
        octets = response.read()
        line.close()
        return response.status, json.loads(octets) if octets else None

    def order(self, *faults):
        status, answer = self.admin("POST", "/admin/faults", {"faults": list(faults)})
        assert status == 200, answer

    def entries(self):
        """The newest entries, up to the most that one question lists."""
        ran = self.run("history", "list", "--json", "--limit", "10000")
        assert ran.code == 0, ran
        return ran.json["entries"]


class Rack:
    """Many cards in one process, put into the readers while it runs."""

    def __init__(self, stack):
        self.socket = stack.path("rack.sock")
        self.process = stack.spawn(program("virtual-card"), "rack", "--socket", self.socket,
                                   "--cards", stack.path("cards"), "--json",
                                   stdout=subprocess.DEVNULL)
        wait_for("the rack answers", self.answers)

    def answers(self):
        """Its socket is bound a moment before it listens."""
        try:
            return self.ask("list")
        except OSError:
            return None

    def ask(self, verb, **fields):
        """What it answers; an error where it refuses."""
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(20)
        with line:
            line.connect(self.socket)
            line.sendall(json.dumps({"do": verb, **fields}).encode() + b"\n")
            answer = json.loads(line.makefile("rb").readline())
        if answer.pop("ok", True) is not True:
            raise AssertionError(f"{verb} {fields}: {answer}")
        return answer


class Impostor:
    """Something that answers every question in a daemon's place, at a stack's folder of its own with
    the keys and tokens of another stack."""

    def __init__(self, stack):
        self.state, self.answer = stack.path("impostor"), {}
        os.makedirs(self.state + "/run")
        for name in ["terminal", "staff"]:
            os.symlink(stack.path(name), self.state + "/" + name)
        impostor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                octets = json.dumps(impostor.answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_):
                pass

            def address_string(self):
                return "local"

        self.server = socketserver.ThreadingUnixStreamServer(
            self.state + "/run/madoguchid.sock", Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.state)


class PCSCError(OSError):
    """A result of libpcsclite that is not success."""

    def __init__(self, code):
        super().__init__(f"PC/SC {code:08X}")
        self.code = code


class OtherProgram:
    """A second PC/SC program: libpcsclite by itself."""
    AID = bytes.fromhex("00a404000ad392f000260100000001")
    LEAVE, RESET = 0, 1
    SHARING_VIOLATION = 0x8010000B
    # What is told once after somebody reset the card: the protocol is to be agreed upon anew.
    WAS_RESET = {0x80100068, 0x8010000F}

    def __init__(self, reader=READER):
        self.lib = ctypes.CDLL("libpcsclite.so.1")
        long = ctypes.c_ulong
        self.context, self.card, self.protocol = long(), long(), long()
        self.check(self.lib.SCardEstablishContext(long(2), None, None, ctypes.byref(self.context)))
        self.lib.SCardConnect.argtypes = [long, ctypes.c_char_p, long, long,
                                          ctypes.c_void_p, ctypes.c_void_p]
        wait_for("the card is free", lambda: self.connect(reader))

    def connect(self, reader):
        """Whether it was let in: nobody is while another has the card for itself."""
        code = self.lib.SCardConnect(self.context, reader.encode(), 2, 3, ctypes.byref(self.card),
                                     ctypes.byref(self.protocol)) & 0xFFFFFFFF
        if code == self.SHARING_VIOLATION:
            return False
        self.check(code)
        return True

    @staticmethod
    def check(code):
        if code & 0xFFFFFFFF:
            raise PCSCError(code & 0xFFFFFFFF)

    def reconnect(self):
        """Takes note of a reset; does none itself."""
        long = ctypes.c_ulong
        self.check(self.lib.SCardReconnect(self.card, long(2), long(3), long(self.LEAVE),
                                           ctypes.byref(self.protocol)))

    def hold(self):
        """Begins a transaction: nobody else's command reaches the card until it ends."""
        self.check(self.lib.SCardBeginTransaction(self.card))

    def let_go(self):
        self.check(self.lib.SCardEndTransaction(self.card, ctypes.c_ulong(self.LEAVE)))

    def send(self, command):
        long = ctypes.c_ulong
        buffer, count = ctypes.create_string_buffer(65538), long(65538)
        pci = (long * 2)(self.protocol.value, ctypes.sizeof(long) * 2)
        self.check(self.lib.SCardTransmit(
            self.card, ctypes.byref(pci), bytes(command), long(len(command)), None, buffer,
            ctypes.byref(count)))
        return buffer.raw[:count.value].hex()

    def noticing_resets(self, body):
        """What a body of commands gives; from its beginning again where the card was reset."""
        for _ in range(3):
            try:
                return body()
            except PCSCError as error:
                if error.code not in self.WAS_RESET:
                    raise
                self.reconnect()
        return body()

    def verify(self, pin):
        self.send(self.AID)
        self.send(bytes.fromhex("00a4020c020018"))
        return self.send(bytes.fromhex("0020008004") + pin)

    def sign_as_left(self):
        """The status word of a signature asked of the card just as it was left."""
        def body():
            self.send(bytes.fromhex("00a4020c020017"))
            block = bytes.fromhex("3031300d060960864801650304020105000420") + bytes(32)
            return self.send(bytes.fromhex("802a0080") + bytes([len(block)]) + block + b"\0")[-4:]
        return self.noticing_resets(body)

    def sign(self):
        """The status word of a signature that no PIN was verified for. Selecting the application
        forgets what was verified, so the card is asked as it was left first."""
        left = self.sign_as_left()
        if left == "9000":
            return left

        def body():
            self.send(self.AID)
            return self.sign_as_left()
        return self.noticing_resets(body)

    def leave(self, how=LEAVE):
        self.lib.SCardDisconnect(self.card, ctypes.c_ulong(how))
        self.lib.SCardReleaseContext(self.context)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.leave()
