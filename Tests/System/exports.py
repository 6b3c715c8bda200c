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
import hashlib
import http.client
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import verify_tiles as c2sp
from cryptography.hazmat.primitives.asymmetric import ed25519
from rig import ROOT, Stack, program

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
                         "CREATE ROLE auditor LOGIN IN ROLE madoguchi_auditor;")

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

    def test_6_forgetting_a_key_leaves_the_root(self):
        self.assertEqual(self.load().returncode, 0)
        events = int(self.rows().split("|")[1])
        self.assertEqual(
            int(self.database.one(f"SELECT madoguchi.forget('{self.origin}', 1)")), events)
        self.judge()
        # Loaded again it would come back: what was forgotten must be forgotten at the terminal first.
        self.assertEqual(int(self.rows().split("|")[1]), 0)


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed, "
          f"{len(result.skipped)} skipped")
    sys.exit(1 if bad else 0)
