#!/usr/bin/env python3
"""The access history in other people's hands: a real check-in through pcscd, then every export, and a
PostgreSQL of the test's own that takes it.

    Tests/System/private-pcscd.sh python3 -B Tests/System/exports.py

The rows are judged from the RFC and C2SP texts alone: root, signature, what a loader may do, loading
twice, loads that were cut short or killed, entries that were changed or left out. BIN=.build/debug.
"""
import atexit
import base64
import csv
import fcntl
import hashlib
import http.client
import io
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import counted
import verify_tiles as c2sp
from cryptography.hazmat.primitives.asymmetric import ed25519
from rig import ROOT, Stack, program, wait_for

SCHEMA = os.path.join(ROOT, "Config", "postgres", "schema.sql")
LOAD = os.path.join(ROOT, "Config", "postgres", "load.sh")


def server_folder():
    versions = "/usr/lib/postgresql"
    if os.path.isdir(versions):
        for version in sorted(os.listdir(versions), key=float, reverse=True):
            folder = f"{versions}/{version}/bin"
            if os.path.exists(folder + "/initdb"):
                return folder
    found = shutil.which("initdb")
    return found and os.path.dirname(found)


class Postgres:
    """A server on a socket of its own; as another user where this one is root, as it wants."""

    def __init__(self, folder):
        self.bin = server_folder()
        # Beside the tests' own folder, which the user that PostgreSQL runs as may not enter.
        self.folder = tempfile.mkdtemp(prefix="madoguchi-postgres-", dir="/tmp")
        self.data = self.folder + "/data"
        atexit.register(self.end)
        self.before = []
        if os.getuid() == 0:
            self.before = ["setpriv", "--reuid=nobody", "--clear-groups"]
            shutil.chown(self.folder, "nobody")
        self.environment = {**os.environ, "PGHOST": self.folder, "PGDATABASE": "postgres",
                            "PGUSER": "owner", "LC_ALL": "C.UTF-8"}
        self.call("initdb", "-D", self.data, "-A", "trust", "-U", "owner", "-E", "UTF8",
                  "--no-sync")
        self.start()

    def call(self, name, *words):
        subprocess.run([*self.before, f"{self.bin}/{name}", *words], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, env=self.environment)

    def start(self):
        self.call("pg_ctl", "-D", self.data, "-w", "-l", self.folder + "/log", "-o",
                  f"-c listen_addresses= -c unix_socket_directories={self.folder}", "start")

    def kill(self):
        """As a machine that goes down: nobody gets to tidy up."""
        with open(self.data + "/postmaster.pid") as file:
            pid = int(file.readline())
        os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 10
        while os.path.exists(f"/proc/{pid}") and time.monotonic() < end:
            time.sleep(0.05)

    def end(self):
        subprocess.run([*self.before, f"{self.bin}/pg_ctl", "-D", self.data, "-m", "immediate",
                        "-w", "stop"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       cwd="/", env=self.environment)
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, text, user="owner", file=None):
        words = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        words += ["-f", file] if file else []
        return subprocess.run(words, input=None if file else text.encode(), capture_output=True,
                              env={**self.environment, "PGUSER": user})

    def one(self, text, user="owner"):
        done = self.psql(text, user)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack = Stack().make(people="mado")
        stack.start_daemon()
        stack.insert("mado")
        assert stack.check_in().code == 0
        check_in = stack.run("check-ins", "--json").json["checkIns"][0]["id"]
        assert stack.run("drugs", "--check-in", check_in).code == 0
        cls.key = stack.run("history", "key").out.strip()
        cls.origin = cls.key.split("+")[0]

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def export(self, form, *more):
        ran = self.stack.run("history", "export", form, "-", *more)
        self.assertEqual(ran.code, 0, ran)
        return ran.out

    def test_csv(self):
        rows = list(csv.DictReader(io.StringIO(self.export("csv"), newline="")))
        self.assertEqual([int(row["index"]) for row in rows], list(range(len(rows))))
        self.assertEqual(rows[0]["kind"], "storeOpened")
        self.assertIn("disclosure", [row["kind"] for row in rows])
        # The export is an entry before it is one.
        self.assertEqual((rows[-1]["kind"], rows[-1]["reason"]), ("historyRead", "export"))
        later = list(csv.DictReader(io.StringIO(self.export("csv", "--from-entry", "3"))))
        self.assertEqual(later[0]["index"], "3")

    def test_filters_and_numbers_by_day(self):
        listed = self.stack.run("history", "list", "--json").json["entries"]
        day = listed[-1]["event"]["time"]
        for words, count in [
            (["--to", "2001-01-01"], 0), (["--from", "2001-01-01"], len(listed)),
            (["--to", day], None), (["--from", "9999-01-01"], 0),
        ]:
            ran = self.stack.run("history", "list", "--json", *words)
            self.assertEqual(ran.code, 0, ran)
            found = len(ran.json["entries"])
            if count is None:
                self.assertGreaterEqual(found, len(listed))
            elif count == 0:
                self.assertEqual(found, 0)
            else:
                self.assertGreater(found, count)
        for words in [["--to", "x"], ["--from", "2026-13-01"],
                      ["--to", "2026-01-01", "--until", "2026-01-01"]]:
            self.assertEqual(self.stack.run("history", "list", *words).code, 2)
        days = self.stack.run("history", "statistics", "--json").json["days"]
        self.assertEqual(sum(one["checkIns"] for one in days), 1)
        self.assertEqual(sum(one["disclosures"].get("drugs", 0) for one in days), 1)
        self.assertIn("checkIns", self.stack.run("history", "statistics").out)

    def test_reconciling_with_the_journal(self):
        stack = self.stack
        line = http.client.HTTPConnection("127.0.0.1", stack.admin_port, timeout=20)
        with open(stack.path("admin.token")) as file:
            line.request("GET", "/admin/journal?limit=1000",
                         headers={"Authorization": "Bearer " + file.read().strip()})
        journal = json.loads(line.getresponse().read())
        line.close()
        told = [entry for entry in journal["entries"] if "intent" in entry]
        self.assertGreaterEqual(len(told), 2)
        path = stack.path("journal.json")

        def judged(entries, code, kinds):
            with open(path, "w") as file:
                file.writelines(json.dumps(entry) + "\n" for entry in entries)
            ran = stack.run("history", "reconcile", path, "--json")
            self.assertEqual(ran.code, code, ran)
            self.assertEqual([one["kind"] for one in ran.json["differences"]], kinds)

        with open(path, "w") as file:
            json.dump(journal, file)
        ran = stack.run("history", "reconcile", path, "--json")
        self.assertEqual((ran.code, ran.json["told"]), (0, len(told)), ran)
        judged(told, 0, [])
        judged(told[:-1], 1, ["unknownThere"])
        hidden = json.loads(json.dumps(told[0]))
        hidden["intent"]["index"] = 4000
        judged(told + [hidden], 1, ["unknownHere"])
        other = json.loads(json.dumps(told[-1]))
        other["item"] = "checkups"
        judged(told[:-1] + [other], 1, ["different"])
        self.assertEqual(stack.run("history", "reconcile", "/nowhere").code, 2)

    def test_nothing_expires_before_its_time(self):
        for words in [[], ["--before", "soon"], ["--before", "2200-01"]]:
            self.assertNotEqual(self.stack.run("history", "expire", *words).code, 0)
        self.assertEqual(self.stack.run("history", "verify", "--json").json["expired"], 0)

    def test_fhir(self):
        events = [json.loads(line) for line in self.export("fhir").splitlines()]
        self.assertEqual(len({event["id"] for event in events}), len(events))
        reads = [event for event in events if "profile" in event["meta"]]
        self.assertTrue(reads)
        for event in reads:
            self.assertEqual([agent["type"]["coding"][0]["code"] for agent in event["agent"]],
                             ["110152", "110153", "IRCP"])
            patients = [one for one in event["entity"] if one["type"]["code"] == "1"]
            self.assertEqual(len(patients), 1)

    def test_syslog(self):
        form = re.compile(r"<10[89]>1 \S+Z \S+ madoguchi - \w+ \[madoguchi@32473 origin=\"[^\"]+\""
                          r" index=\"\d+\" leafHash=\"[0-9a-f]{64}\"\] \ufeff(\{.*\})")
        lines = self.export("syslog").splitlines()
        for line in lines:
            self.assertLess(len(line.encode()), 8192)
            json.loads(form.fullmatch(line).group(1))
        self.assertNotIn("certificate", "".join(lines))

    def test_a_file_is_there_whole_or_not_at_all(self):
        path = self.stack.path("out.csv")
        ran = self.stack.run("history", "export", "csv", path, "--json")
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path) as file:
            self.assertEqual(len(list(csv.reader(file))), ran.json["entries"] + 1)
        self.assertEqual(self.stack.run("history", "export", "csv", "/nowhere/x").code, 2)
        # Who counted beyond the end knows a longer history than this one.
        end = str(self.stack.run("history", "verify", "--json").json["entries"])
        ran = self.stack.run("history", "export", "csv", "-", "--if-new", "--from-entry", end)
        self.assertEqual((ran.code, ran.out), (0, ""), ran)
        for more in [], ["--if-new"]:
            ran = self.stack.run(
                "history", "export", "csv", "-", "--from-entry", end + "0", *more)
            self.assertEqual((ran.code, ran.out), (6, ""), ran)
            self.assertIn("beyond the history's end", ran.err)
        self.assertFalse([name for name in os.listdir(self.stack.state) if name.endswith(".new")])

    def test_without_the_credential_nothing_is_exported_or_opened(self):
        key = self.stack.path("credentials", "history.key")
        os.rename(key, key + ".away")
        try:
            self.assertEqual(self.stack.run("history", "export", "csv", "-").code, 6)
            self.assertEqual(self.stack.run("history", "verify").code, 6)
            ran = self.stack.run("history", "verify", "--without-keys")
            self.assertEqual(ran.code, 0, ran)
        finally:
            os.rename(key + ".away", key)
        with open(self.stack.path("terminal", "history", "keys.json")) as file:
            keys = json.load(file)
        self.assertEqual(keys["version"], 2)
        self.assertNotIn("PRIVATE", json.dumps(keys))


class Authority:
    """Certificates of the test's own."""

    def __init__(self, folder, name):
        self.folder, self.key, self.pem = folder, f"{folder}/{name}.key", f"{folder}/{name}.pem"
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", self.key, "-out", self.pem, "-days", "2",
                 "-subj", f"/O=Madoguchi Simulation/CN={name}")

    @staticmethod
    def run(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def issue(self, name, host):
        key, request, pem = (f"{self.folder}/{name}.{end}" for end in ("key", "csr", "pem"))
        self.run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", key, "-out", request, "-subj", f"/O=Madoguchi Simulation/CN={name}")
        with open(request + ".ext", "w") as file:
            file.write(f"subjectAltName=DNS:{host}\n")
        self.run("x509", "-req", "-in", request, "-CA", self.pem, "-CAkey", self.key,
                 "-set_serial", "2", "-days", "2", "-extfile", request + ".ext", "-out", pem)
        return key, pem


class Receiver:
    """An rsyslogd with TLS on a port of its own."""

    def __init__(self, folder, authority, host, asks=False):
        self.folder, self.file = folder, folder + "/received.log"
        self.port_file = folder + "/port"
        key, pem = authority.issue("receiver", host)
        mode = "x509/certvalid" if asks else "anon"
        with open(folder + "/rsyslog.conf", "w") as file:
            file.write(f"""
global(workDirectory="{folder}" defaultNetstreamDriver="ossl"
    defaultNetstreamDriverCAFile="{authority.pem}" defaultNetstreamDriverCertFile="{pem}"
    defaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="{mode}")
template(name="raw" type="string" string="%rawmsg%\\n")
input(type="imtcp" port="0" address="127.0.0.1" listenPortFileName="{self.port_file}")
action(type="omfile" file="{self.file}" template="raw")
""")
        self.process = None
        atexit.register(self.end)

    def start(self):
        conf = self.folder + "/rsyslog.conf"
        if os.path.exists(self.port_file):
            os.unlink(self.port_file)
        self.process = subprocess.Popen(
            ["rsyslogd", "-n", "-f", conf, "-i", self.folder + "/rsyslog.pid"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("rsyslogd listens", lambda: os.path.exists(self.port_file)
                 and open(self.port_file).read().strip())
        with open(self.port_file) as file:
            self.port = int(file.read())

    def end(self, number=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(20)
        if os.path.exists(self.folder + "/rsyslog.pid"):
            os.unlink(self.folder + "/rsyslog.pid")

    def lines(self):
        if not os.path.exists(self.file):
            return []
        with open(self.file, encoding="utf-8") as file:
            return file.read().splitlines()


class Door:
    """Stands between feed and receiver; cuts each line after as many octets as is planned for it, or
    with END when the receiver has everything and the feed waits for its goodbye."""

    END = 1 << 40

    def __init__(self, receiver):
        self.receiver, self.plan, self.cut = receiver, [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            after, kills = self.plan.pop(0) if self.plan else (None, False)
            with line, socket.create_connection(("127.0.0.1", self.receiver.port)) as there:
                if self.passes(line, there, after):
                    continue
                self.cut += 1
                if kills:
                    self.receiver.end(signal.SIGKILL)

    @staticmethod
    def passes(line, there, after):
        """Whether the line came to its own end."""
        passed, open_ends = 0, {line: there, there: line}
        while open_ends:
            for source in select.select(list(open_ends), [], [], 10)[0]:
                try:
                    octets = source.recv(4096)
                except OSError:
                    octets = b""
                sink = open_ends[source]
                if source is line:
                    passed += len(octets)
                    if after is not None and passed >= after:
                        return False
                # Past the handshake nothing comes back but the goodbye, which is not to arrive.
                if octets and source is there and after == Door.END and passed > 1000:
                    continue
                try:
                    if octets:
                        sink.sendall(octets)
                    else:
                        del open_ends[source]
                        sink.shutdown(socket.SHUT_WR)
                        if source is line and after == Door.END:
                            time.sleep(0.5)
                            return False
                except OSError:
                    return True
        return True

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(20)


@unittest.skipUnless(shutil.which("rsyslogd"), "rsyslog is not installed")
class Syslog(unittest.TestCase):
    """Entries to a real rsyslogd over TLS: all of them, once each, however often it is killed."""

    def setUp(self):
        self.stack = stack = Stack()
        self.addCleanup(stack.end)
        stack.make(people="mado")
        self.folder = stack.path("syslog")
        os.mkdir(self.folder)
        self.authority = Authority(self.folder, "authority")
        self.cursor = stack.path("terminal", "syslog.cursor")

    def receive(self, asks=False, **changes):
        self.receiver = Receiver(self.folder, self.authority, "logs.example", asks)
        self.addCleanup(self.receiver.end)
        self.receiver.start()
        self.configure(**changes)
        self.stack.start_daemon()

    def configure(self, **changes):
        self.stack.configure(syslog={
            "host": "127.0.0.1", "port": self.receiver.port, "serverName": "logs.example",
            "authorityFile": self.authority.pem, "cursorFile": "syslog.cursor", **changes})

    def feed(self, code=0):
        ran = self.stack.run("history", "feed", "--json")
        self.assertEqual(ran.code, code, ran)
        return ran.json if code == 0 else ran

    def visits(self, count=2):
        self.stack.insert("mado")
        for _ in range(count):
            self.assertEqual(self.stack.check_in().code, 0)

    def indices(self):
        found = []
        for line in self.receiver.lines():
            self.assertLess(len(line.encode()), 8192)
            match = re.fullmatch(
                r"<10[89]>1 \S+ \S+ madoguchi - \w+ \[madoguchi@32473 origin=\"([^\"]+)\""
                r" index=\"(\d+)\" leafHash=\"[0-9a-f]{64}\"\] \ufeff?(\{.*\})", line)
            self.assertIsNotNone(match, line)
            json.loads(match.group(3))
            found.append(int(match.group(2)))
        return found

    def arrived(self, next_index):
        wait_for("everything is written", lambda: len(set(self.indices())) >= next_index)
        self.assertEqual(sorted(set(self.indices())), list(range(next_index)))

    def checked(self, *more, code=0):
        ran = self.stack.run("history", "feed", "--check", self.receiver.file, "--json", *more)
        self.assertEqual(ran.code, code, ran)
        return ran.json

    def test_feeding(self):
        """All once; nothing new writes nothing; what comes later follows."""
        self.receive()
        self.visits()
        first = self.feed()
        self.assertEqual(first["sent"], first["next"])
        self.arrived(first["next"])
        size = len(self.stack.entries())
        again = self.feed()
        # That the list was asked for is an entry; the feed adds the one that says who reads.
        self.assertEqual(again["sent"], 2)
        self.assertEqual(self.feed(), {**again, "sent": 0})
        self.assertEqual(self.feed()["next"], size + 1)
        self.visits(1)
        last = self.feed()
        self.arrived(last["next"])
        self.assertEqual(len(self.indices()), last["next"])
        self.assertTrue(self.checked()["whole"])
        self.assertEqual(os.stat(self.cursor).st_mode & 0o777, 0o600)
        self.receiver.end()
        self.assertNotEqual(self.stack.run("history", "verify", "--json").json["entries"], 0)

    def test_identity(self):
        """A receiver that asks for a certificate gets ours; without one it turns us away."""
        key, pem = self.authority.issue("feeder", "desk.example")
        self.receive(asks=True)
        self.visits(1)
        self.feed(code=7)
        self.assertFalse(os.path.exists(self.cursor))
        self.configure(identity={"certificateFile": pem, "keyFile": key})
        self.arrived(self.feed()["next"])

    def test_strangers(self):
        """Another name, another authority, nobody there: nothing is sent, the cursor stays."""
        self.receive(serverName="other.example")
        self.visits(1)
        self.assertIn("mismatch", self.feed(code=7).out)
        other = Authority(self.folder, "other")
        self.configure(authorityFile=other.pem)
        self.feed(code=7)
        self.configure(port=1)
        self.feed(code=7)
        self.assertEqual(self.indices(), [])
        self.assertFalse(os.path.exists(self.cursor))

    def test_killed(self):
        """The receiver killed and the line cut at many places: the cursor stays, nothing is lost, and
        what came twice has the same index."""
        self.receive()
        door = Door(self.receiver)
        self.addCleanup(door.close)
        self.configure(port=door.port)
        self.visits(3)
        reached = self.feed()["next"]
        for round, after in enumerate(
                (100, 700, 1900, 3100, Door.END, 3700, Door.END)):
            self.visits(2)
            # The feed knocks first: a receiver that is not there is no entry.
            door.plan += [(None, False), (after, round % 2 == 0)]
            with open(self.cursor) as file:
                cursor = file.read()
            self.feed(code=7)
            with open(self.cursor) as file:
                self.assertEqual(file.read(), cursor)
            if self.receiver.process.poll() is not None:
                self.receiver.start()
            if round % 3 == 2:
                reached = self.feed()["next"]
        self.assertEqual(door.plan, [])
        self.assertGreaterEqual(door.cut, 5)
        last = self.feed()
        self.assertGreater(last["next"], reached)
        self.arrived(last["next"])
        self.assertGreater(len(self.indices()), last["next"])
        self.assertTrue(self.checked()["whole"])

    def test_lost_there(self):
        """What the receiver lost is found, and sent again."""
        self.receive()
        self.visits(3)
        last = self.feed()["next"]
        self.arrived(last)
        lines = self.receiver.lines()
        self.receiver.end()
        lost = [line for line in lines if 'index="4"' not in line and 'index="6"' not in line]
        changed = re.sub('leafHash="[0-9a-f]{2}', 'leafHash="00', lost[2])
        with open(self.receiver.file, "w", encoding="utf-8") as file:
            file.write("\n".join(lost + ["x" * 200_000, "[madoguchi@32473 origin=\"", changed]) + "\n")
        found = self.checked(code=1)
        self.assertEqual((found["missing"], found["different"]), ([4, 6], [2]))
        self.assertEqual(self.checked("--again", code=1)["next"], 4)
        with open(self.receiver.file, "w", encoding="utf-8") as file:
            file.write("\n".join(lost) + "\n")
        self.receiver.start()
        self.configure()
        # Another port is another receiver as far as the cursor knows.
        with open(self.cursor) as file:
            cursor = json.load(file)
        cursor["receiver"] = f"127.0.0.1:{self.receiver.port}"
        with open(self.cursor, "w") as file:
            json.dump(cursor, file)
        last = self.feed()["next"]
        self.arrived(last)
        self.assertTrue(self.checked()["whole"])

    def test_cursors(self):
        """Damaged, foreign, from the future, of another version: named, and left as they are."""
        self.receive()
        self.visits(1)
        self.feed()
        with open(self.cursor) as file:
            good = json.load(file)
        cases = {
            "cut": json.dumps(good)[:-5], "empty": "", "long": "x" * 5000,
            "version": json.dumps({**good, "version": 2}),
            "origin": json.dumps({**good, "origin": "madoguchi/1310000000/other"}),
            "receiver": json.dumps({**good, "receiver": "127.0.0.1:1"}),
            "future": json.dumps({**good, "next": good["next"] + 10_000}),
            "history": json.dumps({**good, "latest": "00" * 32}),
            "beginning": json.dumps({**good, "next": 0}),
            "more": json.dumps({**good, "more": 1}),
        }
        for name, text in cases.items():
            with self.subTest(name):
                with open(self.cursor, "w") as file:
                    file.write(text)
                before = len(self.receiver.lines())
                ran = self.stack.run("history", "feed")
                self.assertIn(ran.code, (2, 6), ran)
                self.assertIn("cursor", ran.err)
                with open(self.cursor) as file:
                    self.assertEqual(file.read(), text)
                self.assertEqual(len(self.receiver.lines()), before)
        os.unlink(self.cursor)
        os.symlink("/etc/passwd", self.cursor)
        self.assertEqual(self.stack.run("history", "feed").code, 2)
        os.unlink(self.cursor)
        with open(self.cursor + ".lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.stack.run("history", "feed").code, 1)


def made_entry(origin, index, key, **more):
    """An entry as a terminal could have written it: its leaf, salt and event."""
    event = json.dumps({
        "actor": {"id": "a", "role": "administrator"}, "institution": "1310000000",
        "kind": "viewed", "terminal": "made", "timeQuality": "unknown", "version": 1, **more},
        sort_keys=True, separators=(",", ":"))
    return committed(origin, index, key, event)


def committed(origin, index, key, event):
    """An event's text with the leaf that commits to it."""
    salt = bytes([index]) * 32
    name = origin.encode()
    commitment = hashlib.sha256(
        b"madoguchi history v1\n" + len(name).to_bytes(2, "big") + name + salt
        + event.encode()).digest()
    return b"\x01" + key.to_bytes(4, "big") + commitment + bytes(32), salt, event


def made_script(origin, log, first, last):
    """What loads the entries of a log from first to before last."""
    root = c2sp.tree_root([c2sp.leaf_hash(leaf) for leaf, _, _ in log[:last]])
    note = f"{origin}\n{last}\n{base64.b64encode(root).decode()}\n\n"
    rows = "".join(
        "\t".join([origin, str(index), "\\\\x" + leaf.hex(), "\\\\x" + salt.hex(),
                   event.replace("\\", "\\\\")]) + "\n"
        for index, (leaf, salt, event) in list(enumerate(log))[first:last])
    return ("\\set ON_ERROR_STOP on\nBEGIN;\nCOPY madoguchi.incoming "
            f"(origin, index, leaf, salt, event) FROM STDIN;\n{rows}\\.\n"
            f"SELECT madoguchi.take('\\x{note.encode().hex()}'::bytea);\nCOMMIT;\n")


@unittest.skipUnless(server_folder() and shutil.which("psql"), "PostgreSQL is not installed")
class PostgreSQL(Exports):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = Postgres(cls.stack.state)
        for _ in range(2):  # safe to repeat
            done = cls.database.psql("", file=SCHEMA)
            assert done.returncode == 0, done.stderr.decode()
        cls.database.one("CREATE ROLE loader LOGIN IN ROLE madoguchi_loader;"
                         "CREATE ROLE auditor LOGIN IN ROLE madoguchi_auditor;"
                         "ALTER ROLE loader SET log_error_verbosity = 'terse';"
                         "ALTER ROLE loader SET log_min_error_statement = 'panic'")

    @classmethod
    def tearDownClass(cls):
        cls.database.end()
        super().tearDownClass()

    test_csv = test_fhir = test_syslog = None
    test_reconciling_with_the_journal = None
    test_nothing_expires_before_its_time = test_filters_and_numbers_by_day = None
    test_a_file_is_there_whole_or_not_at_all = None
    test_without_the_credential_nothing_is_exported_or_opened = None

    def rows(self):
        return self.database.one(
            "SELECT (SELECT count(*) FROM madoguchi.leaves), (SELECT count(*) FROM madoguchi.events),"
            "(SELECT count(*) FROM madoguchi.incoming)")

    def load(self, user="loader"):
        return subprocess.run(
            [LOAD, self.stack.state], capture_output=True,
            env={**self.database.environment, "PGUSER": user, "MADOGUCHI": program("madoguchi")})

    def judge(self):
        """The rows' root and the note's signature, from the texts alone."""
        leaves = [bytes.fromhex(line) for line in self.database.one(
            "SELECT encode(leaf, 'hex') FROM madoguchi.leaves ORDER BY index").split()]
        checked = self.database.psql(
            "SELECT size, is_right, replace(note, E'\\n', '|') FROM madoguchi.check_roots()",
            user="auditor")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        size, is_right, note = checked.stdout.decode().strip().split("|", 2)
        self.assertEqual(is_right, "t")
        text, signatures = note.replace("|", "\n").split("\n\n")
        lines = (text + "\n").split("\n")
        self.assertEqual((lines[0], int(lines[1])), (self.origin, int(size)))
        root = c2sp.tree_root([c2sp.leaf_hash(leaf) for leaf in leaves[:int(size)]])
        self.assertEqual(base64.b64decode(lines[2]), root)
        public = base64.b64decode(self.key.split("+", 2)[2])[1:]
        signature = base64.b64decode(signatures.split()[2])[4:]
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(
            signature, (text + "\n").encode())
        return int(size)

    def test_1_loading_gives_the_signed_root_and_goes_on_where_it_was(self):
        for _ in range(3):
            done = self.load()
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            leaves, events, incoming = map(int, self.rows().split("|"))
            self.assertEqual((events, incoming), (leaves, 0))
            self.assertEqual(self.judge(), leaves)
        # Where nothing is new, a load is no entry: a timer does not feed itself.
        size = self.stack.run("history", "verify", "--json").json["entries"]
        self.assertEqual(self.load().returncode, 0)
        self.assertEqual(self.stack.run("history", "verify", "--json").json["entries"], size)
        self.assertEqual(size, leaves)

    def test_2_loading_twice_gives_the_same_rows(self):
        script = self.stack.path("script.sql")
        self.assertEqual(
            self.stack.run("history", "export", "postgres", script).code, 0)
        self.assertEqual(self.database.psql("", "loader", script).returncode, 0)
        before = self.rows()
        done = self.database.psql("", "loader", script)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, b"0"), done.stderr)
        self.assertEqual(self.rows(), before)

    def test_3_cut_short_changed_or_left_out_loads_nothing(self):
        self.assertEqual(self.load().returncode, 0)
        before = self.rows()
        text = self.export("postgres")
        lines = text.splitlines(keepends=True)
        start = next(i for i, line in enumerate(lines) if line.startswith("COPY")) + 1
        end = lines.index("\\.\n")
        last, gap = lines[end - 1], lines[:start] + lines[end - 1:end] + lines[end:]
        changed_event = last.replace("historyRead", "historyread")
        other_leaf = re.sub(r"(\\\\x01.{20}).", lambda m: m.group(1) + "f", lines[start])
        if other_leaf == lines[start]:
            other_leaf = re.sub(r"(\\\\x01.{20}).", lambda m: m.group(1) + "e", lines[start])
        cases = {
            "cut": lines[:end - 2],
            "cut before the call": lines[:end + 1],
            "an event that was changed": lines[:end - 1] + [changed_event] + lines[end:],
            "a leaf that was changed": lines[:start] + [other_leaf] + lines[start + 1:],
            "another log": lines[:end - 1] + [last.replace("desk-1", "desk-2", 1)] + lines[end:],
        }
        for name, script in cases.items():
            with self.subTest(name):
                done = self.database.psql("".join(script), "loader")
                self.assertEqual(self.rows(), before, done.stderr)
                if not name.startswith("cut"):
                    self.assertNotEqual(done.returncode, 0)
        # A gap: the entries between the last load and the newest one are left out.
        self.export("csv")
        text = self.export("postgres").splitlines(keepends=True)
        end = text.index("\\.\n")
        done = self.database.psql("".join(text[:start] + text[end - 1:]), "loader")
        self.assertIn(b"missing", done.stderr)
        self.assertEqual(self.rows(), before)
        # As the manual sets the role up, the server's own log repeats no row that it refused.
        secret = "a-patient-of-ours"
        log = [committed("broken/1", 0, 1, json.dumps({"patient": secret})[:-1])]
        done = self.load_script(made_script("broken/1", log, 0, 1))
        self.assertIn(secret, done.stderr.decode())
        with open(self.database.folder + "/log") as file:
            told = file.read()
        self.assertIn("invalid input syntax for type json", told)
        for word in [secret, "historyRead", *re.findall(r'"id":"([^"]+)"', last)]:
            self.assertNotIn(word, told)

    def test_3b_no_partition_for_a_month_that_no_terminal_can_have_seen(self):
        self.database.one("CREATE ROLE dreamer LOGIN IN ROLE madoguchi_loader")
        tables = "SELECT count(*) FROM pg_class WHERE relname LIKE 'events\\_%'"
        before = self.database.one(tables)
        for year in "1999", "2100", "10000":
            log = [made_entry("dream/1", 0, 1, time=f"{year}-05-01T00:00:00Z")]
            done = self.database.psql(made_script("dream/1", log, 0, 1), "dreamer")
            self.assertIn(b"no terminal can have written", done.stderr)
        self.assertEqual(self.database.one(tables), before)

    def test_4_a_server_killed_in_mid_load_loses_nothing(self):
        self.assertEqual(self.load().returncode, 0)
        before = self.rows()
        script = self.export("postgres")
        cut = script.index("\\.\n")
        child = subprocess.Popen(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**self.database.environment, "PGUSER": "loader"})
        child.stdin.write(script[:cut].encode())
        child.stdin.flush()
        time.sleep(0.3)
        self.database.kill()
        try:
            child.stdin.write(script[cut:].encode())
            child.stdin.close()
        except OSError:
            pass
        self.assertNotEqual(child.wait(30), 0)
        self.database.start()
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.load().returncode, 0)
        self.judge()

    def test_5_who_may_do_what(self):
        self.assertEqual(self.load().returncode, 0)
        for user, texts in {
            "loader": ["SELECT * FROM madoguchi.events", "DELETE FROM madoguchi.leaves",
                       "UPDATE madoguchi.events SET actor = 'x'", "DELETE FROM madoguchi.incoming",
                       "SELECT madoguchi.forget('x', 1)", "SELECT madoguchi.make_month('2026-01-01')",
                       "INSERT INTO madoguchi.leaves VALUES ('x', 0, '')"],
            "auditor": ["DELETE FROM madoguchi.events", "INSERT INTO madoguchi.incoming "
                        "VALUES ('x', 0, '')", "SELECT madoguchi.take('')",
                        "SELECT madoguchi.forget('x', 1)"],
        }.items():
            for text in texts:
                done = self.database.psql(text, user)
                self.assertIn(b"permission denied", done.stderr, f"{user}: {text}")
        patient, institution = self.database.one(
            "SELECT patient, institution FROM madoguchi.auditor_page WHERE kind = 'disclosure'",
            "auditor").split("|")
        page = self.database.one(
            f"SELECT kind FROM madoguchi.patient_page('{institution}', '{patient}')", "auditor")
        self.assertLess({"proof", "intent", "outcome", "disclosure"}, set(page.split()))
        self.assertEqual(self.database.one(
            f"SELECT count(*) FROM madoguchi.patient_page('{institution}', 'nobody')"), "0")

    def test_5b_rows_left_behind_stop_nobody(self):
        self.assertEqual(self.load().returncode, 0)
        leaf = "\\x01" + "00" * 68
        left = self.database.psql(
            "INSERT INTO madoguchi.incoming (origin, index, leaf, salt, event) VALUES "
            f"('elsewhere', 0, '{leaf}', NULL, NULL), ('{self.origin}', 0, '{leaf}', NULL, NULL)",
            "loader")
        self.assertEqual(left.returncode, 0, left.stderr)
        forged = self.database.psql(
            "INSERT INTO madoguchi.incoming (origin, index, leaf, txid) VALUES "
            f"('{self.origin}', 0, '{leaf}', 1)", "loader")
        self.assertIn(b"permission denied", forged.stderr)
        self.stack.run("history", "list")
        done = self.load()
        self.assertEqual(done.returncode, 0, done.stderr)
        leaves, events, incoming = map(int, self.rows().split("|"))
        self.assertEqual((events, incoming), (leaves, 0))
        self.judge()

    def test_5c_one_login_does_not_speak_for_another_log(self):
        self.assertEqual(self.load().returncode, 0)
        self.database.one("CREATE ROLE intruder LOGIN IN ROLE madoguchi_loader")
        before = self.rows()
        script = self.export("postgres")
        done = self.database.psql(script, "intruder")
        self.assertIn(b"another login", done.stderr)
        # One index twice: which of them does the leaf commit to?
        lines = script.splitlines(keepends=True)
        start = next(i for i, line in enumerate(lines) if line.startswith("COPY")) + 1
        done = self.database.psql("".join(lines[:start + 1] + lines[start:]), "loader")
        self.assertIn(b"comes twice", done.stderr)
        self.assertEqual(self.rows(), before)

    def test_6_forgetting_a_key_leaves_the_root(self):
        self.assertEqual(self.load().returncode, 0)
        events = int(self.rows().split("|")[1])
        self.assertEqual(
            int(self.database.one(f"SELECT madoguchi.forget('{self.origin}', 1)")), events)
        self.judge()
        # Loaded again it would come back: what was forgotten must be forgotten at the terminal first.
        self.assertEqual(int(self.rows().split("|")[1]), 0)
        self.assertEqual(self.load_script(self.export("postgres")).returncode, 0)
        self.assertGreater(int(self.rows().split("|")[1]), 0)

    def load_script(self, text):
        return self.database.psql(text, "loader")

    def of(self, patient):
        return int(self.database.one(
            f"SELECT count(*) FROM madoguchi.events WHERE event LIKE '%{patient}%'"))

    def test_7_what_the_terminal_erases_goes_here_and_does_not_come_back(self):
        older = self.export("postgres")
        self.assertEqual(self.load().returncode, 0)
        patient = self.database.one(
            "SELECT patient FROM madoguchi.events WHERE kind = 'disclosure' LIMIT 1")
        self.assertGreater(self.of(patient), 2)
        ran = self.stack.run("history", "erase", "--patient", patient, "--why", "order of a court",
                             "--despite-retention", "--json")
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(self.load().returncode, 0)
        self.assertEqual(self.of(patient), 0)
        ranges = self.database.one(
            "SELECT sum(last - first + 1) FROM madoguchi.erasures WHERE what = 'entries'", "auditor")
        self.assertEqual(int(ranges), ran.json["erased"])
        self.judge()
        before = self.rows()
        # An export from before has the bodies still.
        self.assertIn(patient, older)
        self.assertEqual(self.load_script(older).returncode, 0)
        self.assertEqual(self.of(patient), 0)
        self.assertEqual(self.rows(), before)
        # The schema applied once more, as with an update, brings and takes nothing.
        self.assertEqual(self.database.psql("", file=SCHEMA).returncode, 0)
        self.assertEqual(self.rows(), before)
        self.judge()

    def test_8_expired_keys_take_their_events_along_in_either_order(self):
        origin = "madoguchi/1310000000/expired"

        def entry(index, key, **more):
            return made_entry(
                origin, index, key, time=f"2018-0{1 + index}-10T00:00:00Z", **more)

        manifest = json.dumps({"before": "2018-03", "keys": ["1-2", "4294967295-4294967295"]})
        log = [entry(0, 1), entry(1, 2), entry(2, 3), entry(3, 4294967295),
               entry(4, 4, kind="administratorAct", reason="keysDestroyed", note=manifest),
               entry(5, 4, kind="administratorAct", reason="bodiesErased", note="not JSON"),
               entry(6, 4, kind="administratorAct", reason="bodiesErased",
                     note='{"entries":["x-1","9-2",7,"5"],"why":"y"}')]

        def script(first, last):
            return made_script(origin, log, first, last)

        def left():
            return self.database.one(
                f"SELECT string_agg(index::text, ' ' ORDER BY index) FROM madoguchi.events "
                f"WHERE origin = '{origin}'")

        def took(text):
            done = self.load_script(text)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stderr

        took(script(0, 4))
        self.assertEqual(left(), "0 1 2 3")
        took(script(4, 5))
        self.assertEqual(left(), "2 4")
        self.assertIn(b"a manifest that cannot be read", took(script(5, 7)))
        self.assertEqual(left(), "2 4 5 6")
        took(script(0, 4))
        self.assertEqual(left(), "2 4 5 6")
        self.assertEqual(self.database.one(
            f"SELECT is_right FROM madoguchi.check_roots() WHERE origin = '{origin}'"), "t")
        # All at once, in a database that never saw the rows.
        self.database.one(f"DELETE FROM madoguchi.events WHERE origin = '{origin}';"
                          f"DELETE FROM madoguchi.leaves WHERE origin = '{origin}';"
                          f"DELETE FROM madoguchi.erasures WHERE origin = '{origin}';")
        took(script(0, 7))
        self.assertEqual(left(), "2 4 5 6")
        self.database.one(f"DELETE FROM madoguchi.events WHERE origin = '{origin}';"
                          f"DELETE FROM madoguchi.leaves WHERE origin = '{origin}';"
                          f"DELETE FROM madoguchi.erasures WHERE origin = '{origin}';"
                          f"DELETE FROM madoguchi.checkpoints WHERE origin = '{origin}';")


if __name__ == "__main__":
    counted.main()
