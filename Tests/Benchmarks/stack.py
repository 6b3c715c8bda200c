"""A stack of its own for measurements: clearinghouse, virtual card, daemon. Starts, kills and
stops exactly its own processes; speaks to the daemon's API over its UNIX socket."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("BIN", ROOT / ".build" / "release"))
PERSON = os.environ.get("PERSON") or "mado"


class Unreachable(Exception):
    pass


class Refused(Exception):
    def __init__(self, status, problem):
        super().__init__(f"{status} {problem.get('type', problem)}")
        self.status = status


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, seconds, test):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return
        time.sleep(0.02)
    raise SystemExit(f"{what}: not within {seconds} s")


class Stack:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.port, self.admin_port = free_port(), free_port()
        self.processes = {}
        self.socket = str(self.folder / "run" / "madoguchid.sock")
        (self.folder / "run").mkdir(mode=0o700, exist_ok=True)
        self.run("clearinghouse", "init")
        self.run("madoguchi", "init", "--port", str(self.port))
        self.reader = self.run("madoguchi", "readers").splitlines()[0]
        self.connection = None

    def run(self, program, *words):
        words = [str(BIN / program), *words]
        if program != "madoguchi" or words[1] != "readers":
            words += ["--state", str(self.folder)]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    # Processes

    COMMANDS = {
        "clearinghouse": lambda s: [
            "serve", "--state", s.folder, "--port", s.port, "--admin-port", s.admin_port,
            "--as-of", PERSON],
        "virtual-card": lambda s: ["run", "--card", s.folder / "cards" / f"{PERSON}.json"],
        "madoguchid": lambda s: ["--state", s.folder, "--reader", s.reader],
        "camera": lambda s: ["serve", "--card", s.folder / "cards" / f"{PERSON}.json", "--socket",
                             s.folder / "run" / "camera.sock"],
    }

    def start(self, name):
        words = [str(BIN / name), *map(str, self.COMMANDS[name](self))]
        with open(self.folder / "run" / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self.processes[name]

    def end(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name, None)
        if process is None:
            return None
        process.send_signal(how)
        try:
            return process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return "killed"

    def stop(self):
        return {name: self.end(name) for name in
                ["madoguchid", "camera", "virtual-card", "clearinghouse"]}

    # The API

    def ask(self, method, target, role=None, body=None, raw=None, timeout=30, session=None):
        headers = {"Madoguchi-Session": session} if session else {}
        if role:
            token = (self.folder / "staff" / f"{role}.token").read_text().split()[0]
            headers["Authorization"] = "Bearer " + token
        if body is not None:
            raw = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        elif raw is not None:
            headers["Content-Type"] = "application/octet-stream"
        try:
            if self.connection is None:
                self.connection = UnixConnection(self.socket, timeout)
            # A kept connection was made for another question, which could wait less.
            elif self.connection.sock:
                self.connection.sock.settimeout(timeout)
            self.connection.request(method, target, raw, headers)
            answer = self.connection.getresponse()
            value = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.connection = None
            raise Unreachable(str(error)) from error
        if answer.status >= 400:
            raise Refused(answer.status, value)
        return value

    def is_ready(self):
        try:
            return self.ask("GET", "/v1/status", timeout=5) is not None
        except (Unreachable, Refused):
            return False

    def has_card(self):
        try:
            status = self.ask("GET", "/v1/status", timeout=5)
        except (Unreachable, Refused):
            return False
        return any(reader.get("cardPresent") for reader in status["readers"])

    def start_all(self):
        self.start("clearinghouse")
        log = self.folder / "run" / "clearinghouse.log"
        until("clearinghouse", 20, lambda: '"ready":true' in log.read_text())
        self.start("virtual-card")
        self.start("madoguchid")
        until("daemon", 20, self.is_ready)
        until("card", 20, self.has_card)

    def face(self):
        """One patient by face; how long it took from their look to the check-in, in seconds."""
        claimed = self.ask("POST", "/v1/session/claim", "reception", {"waitSeconds": 10})
        session = claimed["session"]
        self.ask("POST", "/v1/session/choice", "reception", {"way": "face", "consents": {}},
                 session=session)
        begin = time.perf_counter()
        view = self.ask("POST", "/v1/session/face", "reception", session=session)
        seconds = time.perf_counter() - begin
        self.ask("POST", "/v1/session/seen", "reception")
        if not view.get("checkIn"):
            raise Refused(200, view)
        return seconds

    def check_in(self):
        """One patient, by PIN, with consents; the id of the check-in that was shown."""
        claimed = self.ask("POST", "/v1/session/claim", "reception", {"waitSeconds": 10})
        session = claimed["session"]
        consents = {"drugs": True, "checkups": True}
        self.ask(
            "POST", "/v1/session/choice", "reception", {"way": "pin", "consents": consents},
            session=session)
        view = self.ask(
            "POST", "/v1/session/pin", "reception", raw=b"1234", session=session)
        self.ask("POST", "/v1/session/seen", "reception")
        if not view.get("checkIn"):
            raise Refused(200, view.get("closing", {}).get("problem", view))
        return view["checkIn"]

    def resident_kib(self):
        pid = self.processes["madoguchid"].pid
        for line in open(f"/proc/{pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0
