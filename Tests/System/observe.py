#!/usr/bin/env python3
"""What whoever watches over a terminal sees: `/metrics` and `/healthz` at the local socket over a real
stack, judged by the text format's own grammar and by Prometheus's reader in Python; and that neither
they nor the log tell of any patient.

    Tests/System/private-pcscd.sh python3 -B Tests/System/observe.py
"""
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import counted
from rig import READER, ROOT, Pcscd, Stack, UnixLine, wait_for

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(rf"^({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)$")
PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families as families
print(json.dumps([[one.name, one.labels, one.value]
                  for family in families(sys.stdin.read()) for one in family.samples]))
"""
PERSON, WRONG_PIN, PIN = "mado", "8264", "1234"


def parsed(text):
    """The samples of a page of metrics by name and labels; what breaks the format is an error."""
    assert text.endswith("\n"), "the last line does not end"
    types, values, family = {}, {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split(" ", 3)[2]
            assert family not in types, f"twice: {family}"
            assert line.split(" ", 3)[3], line
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family and kind in ("counter", "gauge", "histogram"), line
            types[name] = kind
        else:
            found = SAMPLE.match(line)
            assert found, f"no sample: {line}"
            name, labels, value = found.groups()
            base = re.sub("_(bucket|sum|count)$", "", name)
            own = base if types.get(base) == "histogram" else name
            assert own == family and own in types, f"outside its family: {line}"
            assert types[own] != "counter" or own.endswith("_total"), line
            key = (name, labels or "")
            assert key not in values, f"twice: {key}"
            values[key] = float(value)
    for name, kind in types.items():
        if kind == "histogram":
            buckets = [value for (one, _), value in values.items() if one == name + "_bucket"]
            assert buckets == sorted(buckets), f"{name} is not cumulative"
            assert (name + "_bucket", 'le="+Inf"') in values
            assert buckets[-1] == values[name + "_count", ""], name
    return values


def personal(person):
    """Every name and number of a person of the simulation, in each way that it may be written."""
    with open(os.path.join(ROOT, "Simulators", "People", person + ".json")) as file:
        whole = json.load(file)
    told = set()
    fields = {"name", "kana", "address", "insuredName", "symbol", "number", "insurerNumber"}

    def walk(value, key=""):
        if isinstance(value, dict):
            for name, one in value.items():
                walk(one, name)
        elif isinstance(value, list):
            for one in value:
                walk(one, key)
        elif isinstance(value, str) and key in fields and len(value) > 3:
            told.update({value, re.sub(r"[\s　]", "", value)})
            told.update(part for part in re.split(r"[\s　]", value) if len(part) > 2)
    walk(whole.get("identity"))
    walk(whole.get("qualification"))
    walk(whole.get("drugs"))
    return told


class Observed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make(people=PERSON)
        cls.stack.start_daemon()
        cls.stack.insert(PERSON)

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def get(self, path, method="GET"):
        line = UnixLine(self.stack.path("run", "madoguchid.sock"))
        try:
            line.request(method, path)
            response = line.getresponse()
            return response.status, response.getheader("Content-Type"), response.read().decode()
        finally:
            line.close()

    def metrics(self):
        status, kind, text = self.get("/metrics")
        self.assertEqual(status, 200)
        self.assertTrue(kind.startswith("text/plain; version=0.0.4"), kind)
        return parsed(text)

    def test_1_before_anything(self):
        values = self.metrics()
        self.assertEqual(values["madoguchi_reader_present", f'reader="{READER}"'], 1)
        self.assertEqual(values["madoguchi_pcsc_service_up", ""], 1)
        self.assertEqual(values["madoguchi_check_in_seconds_count", ""], 0)
        self.assertEqual(values["madoguchi_history_refused_writes_total", ""], 0)
        self.assertGreater(
            values["madoguchi_certificate_left_seconds", 'certificate="portal"'], 30 * 86400)
        self.assertFalse(any(name == "madoguchi_check_ins_total" for name, _ in values))
        status, _, body = self.get("/healthz")
        self.assertEqual((status, json.loads(body)["healthy"]), (200, True))

    def test_2_every_check_in_is_counted(self):
        stack = self.stack
        before = self.metrics()["madoguchi_history_entries", ""]
        self.assertEqual(stack.check_in(pin=WRONG_PIN).code, 4)
        ran = stack.check_in(pin=PIN)
        self.assertEqual(ran.code, 0, ran)
        type(self).check_in = ran.json["checkIn"]
        values = self.metrics()
        self.assertEqual(values["madoguchi_proofs_total", 'way="pin",outcome="failed"'], 1)
        self.assertEqual(values["madoguchi_proofs_total", 'way="pin",outcome="succeeded"'], 1)
        self.assertEqual(values["madoguchi_check_ins_total", 'way="pin",outcome="succeeded"'], 1)
        self.assertEqual(values["madoguchi_check_in_seconds_count", ""], 1)
        self.assertGreater(values["madoguchi_check_in_seconds_sum", ""], 0)
        self.assertGreaterEqual(values["madoguchi_history_sync_seconds_count", ""], 3)
        self.assertEqual(values["madoguchi_open_check_ins", ""], 1)
        self.assertGreater(values["madoguchi_history_entries", ""], before)
        self.assertEqual(stack.run("drugs", "--json", "--check-in", self.check_in).code, 0)
        status = stack.run("status", "--json").json
        today = status["today"]
        self.assertEqual(
            (today["checkIns"], today["failedProofs"], today["lockouts"]), ({"succeeded": 1}, 1, 0))
        self.assertGreater(status["certificateDaysLeft"]["portal"], 30)
        shown = stack.run("status").out
        self.assertIn("today: check-ins succeeded 1; proofs failed 1, locked 0", shown)
        self.assertIn("days left", shown)

    def test_3_a_clearinghouse_in_trouble(self):
        stack = self.stack
        stack.stop(stack.house)
        try:
            self.assertNotEqual(stack.check_in(pin=PIN).code, 0)
            self.assertEqual(
                self.metrics()["madoguchi_check_ins_total", 'way="pin",outcome="succeeded"'], 1)
        finally:
            stack.start_house()

    @unittest.skipUnless(Pcscd.is_ours(), "the machine's pcscd is not ours to kill")
    def test_4_pcscd_is_gone(self):
        Pcscd.kill()
        try:
            wait_for("it is told", lambda: self.get("/healthz")[0] == 503)
            self.assertEqual(json.loads(self.get("/healthz")[2])["pcscService"], False)
            self.assertEqual(self.metrics()["madoguchi_pcsc_service_up", ""], 0)
        finally:
            Pcscd.start()
        wait_for("it is whole again", lambda: self.get("/healthz")[0] == 200)

    def test_5_nothing_else_is_served(self):
        self.assertEqual(self.get("/metrics", "POST")[0], 405)
        self.assertEqual(self.get("/metrics/x")[0], 404)
        self.assertEqual(self.get("/")[0], 404)

    def test_6_other_readers_agree(self):
        """Prometheus's own reader in Python finds the same samples; promtool agrees, where there is one."""
        text = self.get("/metrics")[2]
        # Debian's, whichever Python runs this.
        done = subprocess.run(["/usr/bin/python3", "-c", PARSE], input=text, capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        samples = {(name, ",".join(sorted(f'{key}="{one}"' for key, one in labels.items()))): value
                   for name, labels, value in json.loads(done.stdout)}
        ours = {(name, ",".join(sorted(re.findall(LABEL, labels)))): value
                for (name, labels), value in parsed(text).items()}
        self.assertEqual(samples, ours)
        self.assertGreater(len(samples), 30)
        broken = subprocess.run(["/usr/bin/python3", "-c", PARSE], input=text + "madoguchi_x{a=} y\n",
                                capture_output=True, text=True)
        self.assertNotEqual(broken.returncode, 0, "the judge refuses what is none")
        if shutil.which("promtool"):
            done = subprocess.run(["promtool", "check", "metrics"], input=text,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_7_nobody_is_named(self):
        """The whole run's log and metrics hold no name, number or PIN of the person checked in."""
        self.stack.log.flush()
        with open(self.stack.path("daemon.log")) as file:
            log = file.read()
        texts = {"log": log, "metrics": self.get("/metrics")[2], "health": self.get("/healthz")[2],
                 "status": self.stack.run("status", "--json").out}
        wanted = personal(PERSON)
        self.assertIn("マドグチ", wanted)
        self.assertIn("345678", wanted)
        for place, text in texts.items():
            self.assertTrue(text, place)
            for one in wanted:
                self.assertNotIn(one, text, place)
            for pin in (PIN, WRONG_PIN):
                self.assertIsNone(
                    re.search(rf"(?<![0-9A-Za-z.]){pin}(?![0-9A-Za-z])", text), f"{place}: {pin}")
        # The same search finds what is there to be found: the desk's own answer.
        shown = self.stack.run(
            "qualification", "--json", "--check-in", self.check_in).out
        self.assertTrue(any(one in shown for one in wanted), shown[:300])


if __name__ == "__main__":
    counted.main()
