#!/usr/bin/env python3
"""Clinic programs at the terminal: the API for programs, and the folder of a claims computer.

    Tests/System/private-pcscd.sh python3 -B Tests/System/exchange.py [CLASS[.test_NAME] ...]

Each kind of request goes in as a file and comes out as one, judged by a reader that was written from
the public table of elements alone; the process is killed at every step of a file's life; folders hold
what nobody should put there. BIN=.build/debug.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
from xml.etree import ElementTree

from case import LIMITS
from rig import ROOT, Stack, UnixLine, program, wait_for

sys.path.insert(0, os.path.join(ROOT, "Tests", "ClinicFiles"))
import read_clinic_files as reader  # noqa: E402

INSTITUTION = "1310000003"
# ● for what an insurer could not send, characters beyond Shift_JIS, and others whose files are unusual.
PEOPLE = ["unmappable-name", "variant-characters", "dialysis"]


class World:
    """A stack, a program's token, a shared folder and the exchange beside it."""

    def __init__(self):
        self.stack = Stack().make(limits=LIMITS, people=",".join(["mado", *PEOPLE]))
        self.stack.start_daemon()
        self.folder = self.stack.path("exchange")
        self.token = self.add("exchange", "qualification,records,batches", "exchange.token")
        self.process = None
        self.configure()

    def add(self, name, rights, file, *more):
        path = self.stack.path("staff", file)
        ran = self.stack.run("program", "add", name, "--may", rights, "--token-file", path,
                             "--json", *more)
        assert ran.code == 0, ran
        with open(path) as text:
            return text.read().strip()

    def configure(self, **more):
        with open(self.stack.path("terminal", "exchange.json"), "w") as file:
            json.dump({"version": 1, "institutionCode": INSTITUTION,
                       "socket": "../run/programs.sock", "tokenFile": "../staff/exchange.token",
                       "folder": "../exchange", "stateFolder": "exchange-journal",
                       "rescanSeconds": 1, "giveUpSeconds": 2, **more}, file)

    def start(self, *before, waits=True, **options):
        self.process = self.stack.spawn(
            *before, program("madoguchi-exchange"), "--state", self.stack.state, "--make-folders",
            stdout=subprocess.PIPE, start_new_session=True, **options)
        if waits:
            assert b"ready" in self.process.stdout.readline()

    def stop(self, number=signal.SIGTERM):
        if self.process:
            # What runs it (strace) and what it runs.
            if self.process.poll() is None:
                os.killpg(self.process.pid, number)
            self.process.wait(15)
            self.process.stdout.close()
            self.process = None

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def put(self, name, octets):
        with open(self.path("req", "." + name), "wb") as file:
            file.write(octets)
        os.rename(self.path("req", "." + name), self.path("req", name))

    def answers(self, folder="res"):
        return sorted(name for name in os.listdir(self.path(folder)) if not name.startswith("."))

    def answer(self, name, seconds=20, ending=".xml"):
        path = self.path("res", name.replace("req_", "res_")[:-4] + ending)
        wait_for(name + " is answered", lambda: os.path.exists(path), seconds)
        with open(path, "rb") as file:
            return file.read()

    def ask(self, name, octets, seconds=20):
        """A request's answer, as elements."""
        self.put(name, octets)
        root, _ = reader.parse(self.answer(name, seconds))
        wait_for("the request is gone", lambda: not os.path.exists(self.path("req", name)))
        return root

    def api(self, method, target, body=None, token=None, headers=()):
        line = UnixLine(self.stack.path("run", "programs.sock"))
        fields = dict(headers)
        if token != "":
            fields["Authorization"] = "Bearer " + (token or self.token)
        if body is not None:
            body = json.dumps(body)
            fields["Content-Type"] = "application/json"
        try:
            line.request(method, target, body, fields)
            response = line.getresponse()
            octets = response.read()
            media = response.headers["Content-Type"]
            return response.status, (json.loads(octets) if "json" in media else octets), \
                response.headers
        finally:
            line.close()

    def end(self):
        self.stop()
        self.stack.end()


def person(stack, name):
    """The insurance details of a person's card, as the terminal says them."""
    with open(os.path.join(ROOT, "Simulators", "People", name + ".json")) as file:
        return json.load(file)["qualification"]["entitlements"][0]


def message(header, body, encoding="UTF-8"):
    text = (f'<?xml version="1.0" encoding="{encoding}" standalone="no"?>\r\n<XmlMsg><MessageHeader>'
            + "".join(f"<{key}>{value}</{key}>" for key, value in header.items())
            + f"</MessageHeader><MessageBody>{body}</MessageBody></XmlMsg>")
    return text.encode("cp932" if encoding == "Shift_JIS" else encoding)


def elements(fields):
    return "".join(f"<{key}>{value}</{key}>" for key, value in fields.items() if value)


def search(details, birth, **more):
    return elements({"InsurerNumber": details["insurerNumber"].rjust(8),
                     "InsuredCardSymbol": details.get("symbol"),
                     "InsuredIdentificationNumber": details["number"],
                     "InsuredBranchNumber": details.get("branch"), "Birthdate": birth,
                     "LimitApplicationCertificateRelatedConsFlg": "0", **more})


def single(details, birth, encoding="UTF-8", **more):
    return message({"MedicalInstitutionCode": INSTITUTION, "ArbitraryFileIdentifier": "a-1"},
                   f"<QualificationConfirmSearchInfo>{search(details, birth, **more)}"
                   "</QualificationConfirmSearchInfo>", encoding)


def medical(details, category, **more):
    header = {"MedicalInstitutionCode": INSTITUTION, "InsurerNumber": details["insurerNumber"],
              "InsuranceCardSymbol": details.get("symbol", ""),
              "InsuredPersonIdentificationNumber": details["number"],
              "BranchNumber": details.get("branch", ""), "ArbitraryFileIdentifier": "m-1"}
    return message(header, elements({"FileCategory": str(category), **more}))


class ExchangeCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()

    @classmethod
    def tearDownClass(cls):
        cls.world.end()

    def setUp(self):
        if self.world.process is None or self.world.process.poll() is not None:
            self.world.stop()
            self.world.start()

    def checked_in(self):
        """A check-in of mado and its face file."""
        world = self.world
        before = set(world.answers("face"))
        world.stack.insert("mado")
        ran = world.stack.check_in()
        self.assertEqual(ran.code, 0, ran)
        new = wait_for("a face file", lambda: set(world.answers("face")) - before)
        self.assertEqual(len(new), 1)
        with open(world.path("face", new.pop()), "rb") as file:
            root, declared = reader.parse(file.read())
        return ran.json, root, declared

    def mado(self):
        """mado's details and birth date, from their own face file."""
        if not hasattr(type(self), "kept"):
            view, root, _ = self.checked_in()
            type(self).kept = (view, root.findtext(".//Birthdate"))
        view, birth = type(self).kept
        return person(self.world.stack, "mado"), birth

    def error(self, root, code):
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "9")
        self.assertEqual(root.findtext("MessageHeader/ErrorCode"), code)
        self.assertTrue(root.findtext("MessageHeader/ErrorMessage"))


class RoundTrips(ExchangeCase):
    def test_face(self):
        """A check-in drops a file in each encoding that says what the terminal says."""
        world = self.world
        for characters in ["UTF-8", "Shift_JIS"]:
            world.stop()
            world.configure(characters=characters)
            world.start()
            view, root, declared = self.checked_in()
            self.assertEqual(declared, characters)
            self.assertEqual(root.findtext("MessageHeader/MedicalInstitutionCode"), INSTITUTION)
            self.assertEqual(root.findtext("MessageHeader/ReferenceClassification"), "1")
            found = reader.qualification(root)
            self.assertEqual(found["validity"], "1")
            self.assertEqual(found["entitlements.0.insurerNumber"],
                             person(world.stack, "mado")["insurerNumber"])
            self.assertEqual(found["entitlements.0.holder.name"], "窓口 みどり")
            names = [name for name in world.answers("face")]
            self.assertTrue(all(re.fullmatch(r"OQSsiquc01res_face_\d+_\d{14}\.xml", name)
                                for name in names), names)
        world.configure()

    def test_people(self):
        """Several people's face files in both encodings: each name is the terminal's own, ● is spoken
        of, and what Shift_JIS lacks stands as a reference."""
        world = self.world
        references = 0
        for characters in ["UTF-8", "Shift_JIS"]:
            world.stop()
            world.configure(characters=characters)
            world.start()
            for name in PEOPLE:
                with self.subTest(name + " " + characters):
                    before = set(world.answers("face"))
                    world.stack.insert(name)
                    ran = world.stack.check_in()
                    self.assertEqual(ran.code, 0, ran)
                    new = wait_for("a face file", lambda: set(world.answers("face")) - before)
                    path = pathlib.Path(world.path("face", new.pop()))
                    _, one, _ = world.api("GET", "/v1/check-ins/" + ran.json["checkIn"])
                    kept = path.with_suffix(".json")
                    kept.write_text(json.dumps(one["qualification"]))
                    try:
                        references += reader.compare(path)
                    finally:
                        kept.unlink()
        world.configure()
        world.stop()
        self.assertGreater(references, 0)

    def test_single(self):
        """One person by insurance details, in both encodings; padded and unpadded."""
        world = self.world
        details, birth = self.mado()
        for encoding in ["UTF-8", "Shift_JIS"]:
            name = f"OQSsiquc01req_{encoding[:4].strip('-_')}1.xml"
            root = world.ask(name, single(details, birth, encoding))
            self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
            self.assertEqual(root.findtext("MessageHeader/ArbitraryFileIdentifier"), "a-1")
            self.assertEqual(root.findtext("MessageHeader/ReferenceClassification"), "2")
            self.assertEqual(root.findtext("MessageHeader/CharacterCodeIdentifier"),
                             "1" if encoding == "Shift_JIS" else "0")
            self.assertEqual(reader.qualification(root)["validity"], "1")
            echo = root.find("MessageBody/QualificationConfirmSearchInfo")
            self.assertEqual(echo.findtext("Birthdate"), birth)

    def test_nobody(self):
        """Nobody of that number: the public table's answer, not an error of ours."""
        details, birth = self.mado()
        root = self.world.ask("OQSsiquc01req_nobody.xml",
                              single({**details, "number": "999"}, birth))
        words = ElementTree.tostring(root, encoding="unicode")
        self.assertTrue(root.findtext("MessageBody/QualificationValidity") == "4"
                        or root.findtext("MessageHeader/SegmentOfResult") == "9", words)

    def test_chart(self):
        """A chart number stands at the patient's check-in."""
        details, birth = self.mado()
        root = self.world.ask("OQSsiimm01req_1.xml", message(
            {"MedicalInstitutionCode": INSTITUTION, "ArbitraryFileIdentifier": "c-1"},
            "<ReferenceNumberRegistrationInfo>"
            + search(details, birth, ReferenceNumber="K-77")
            + "</ReferenceNumberRegistrationInfo>"))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
        self.assertEqual(root.findtext("MessageHeader/ArbitraryFileIdentifier"), "c-1")
        self.assertEqual(root.findtext("MessageBody/ReferenceNumber"), "K-77")
        charts = [one.get("chart") for one in self.world.api("GET", "/v1/check-ins")[1]["checkIns"]]
        self.assertIn("K-77", charts)

    def test_medical(self):
        """Medicines and checkups under the patient's consent, as XML and as PDF."""
        world = self.world
        details, _ = self.mado()
        root = world.ask("YZKsiquc01req_x.xml", medical(details, 2))
        self.assertEqual(root.findtext("MessageBody/ResultCode"), "1")
        self.assertTrue(reader.drugs(root))
        root = world.ask("YZKsiquc01req_months.xml",
                         medical(details, 2, StartDate="199901", EndDate="199902"))
        self.assertEqual(root.findall(".//DrugInf"), [])
        root = world.ask("TKKsiquc01req_x.xml", medical(details, 2))
        self.assertTrue(reader.checkups(root))
        for kind in ["YZK", "TKK"]:
            name = f"{kind}siquc01req_p.xml"
            world.put(name, medical(details, 1))
            self.assertTrue(world.answer(name, ending=".pdf").startswith(b"%PDF-"))
        root = world.ask("YZKsiquc01req_no.xml", medical({**details, "number": "999"}, 2))
        self.error(root, "MDG2003")
        self.assertEqual(root.findtext("MessageBody/ResultCode"), "9")
        self.assertEqual(root.findtext("MessageBody/MessageContents"),
                         "有効な受付（同意）がありません")
        self.assertEqual(root.findtext("MessageHeader/ArbitraryFileIdentifier"), "m-1")
        self.assertEqual(root.findall(".//DrugInf"), [])

    def test_bulk(self):
        """A list, its number, and its results in the order of the list."""
        world = self.world
        details, birth = self.mado()
        people = [details, {**details, "number": "999"}, details]
        body = "".join(
            "<QualificationConfirmSearchInfo>" + search(one, birth, ArbitraryIdentifier=f"i{index}")
            + "</QualificationConfirmSearchInfo>" for index, one in enumerate(people))
        header = {"MedicalInstitutionCode": INSTITUTION}
        root = world.ask("OQSmuquc01req_1.xml", message(header, body))
        number = root.findtext("MessageBody/ReceptionNumber")
        self.assertTrue(number)
        for attempt in range(50):
            root = world.ask(f"OQSmuquc02req_{attempt}.xml",
                             message(header, elements({"ReceptionNumber": number})))
            if root.findtext("MessageHeader/SegmentOfResult") != "2":
                break
            time.sleep(0.2)
        units = root.findall("MessageBody/BulkConfirmUnit")
        self.assertEqual([unit.findtext("QualificationConfirmSearchInfo/ArbitraryIdentifier")
                          for unit in units], ["i0", "i1", "i2"])
        self.assertEqual(units[0].findtext("QualificationValidity"), "1")
        self.assertNotEqual(units[1].findtext("QualificationValidity"), "1")
        self.error(world.ask("OQSmuquc02req_no.xml",
                             message(header, elements({"ReceptionNumber": "nope"}))), "MDG2002")

    def behaving(self, number):
        """The details that make the clearinghouse behave (Simulators/Clearinghouse.md)."""
        return {"insurerNumber": self.mado()[0]["insurerNumber"], "symbol": "behaves",
                "number": number}

    def test_codes(self):
        """Each code of the public tables and each problem of the clearinghouse, asked by a file and
        over the API: the file says what the API says, by the public table of elements."""
        world = self.world
        _, birth = self.mado()
        status, answer = world.stack.admin("GET", "/admin/behaviours", None)
        self.assertEqual(status, 200)
        ends = [name.removeprefix("behaves-") for name in answer["behaviours"]]
        # What takes its time and what a batch alone does have tests of their own.
        ends = [end for end in ends if re.match("(oqscd|problem|plain)", end)
                and not end.startswith(("oqscd003", "oqscd004"))]
        for end in ends:
            world.put(f"OQSsiquc01req_{end}.xml", single(
                self.behaving(end), birth, LimitApplicationCertificateRelatedConsFlg="1"))
        told = {"record": 0, "problem": 0, "silent": 0}
        tables = set()
        for end in ends:
            with self.subTest(end):
                octets = world.answer(f"OQSsiquc01req_{end}.xml", 60)
                root, _ = reader.parse(octets)
                details = self.behaving(end)
                details["birthDate"] = f"{birth[:4]}-{birth[4:6]}-{birth[6:]}"
                status, answer, _ = world.api("POST", "/v1/insurance/check", {"details": details})
                if status == 200:
                    path = pathlib.Path(world.stack.path(f"OQSsiquc01res_{end}.xml"))
                    path.write_bytes(octets)
                    path.with_suffix(".json").write_text(json.dumps(answer["qualification"]))
                    reader.compare(path)
                    told["record"] += 1
                    tables.add(end.split("-")[0])
                elif status < 500:
                    self.error(root, answer.get("code", "MDG2002"))
                    self.assertEqual(root.findtext("MessageHeader/ErrorMessage"),
                                     answer["titleJapanese"])
                    told["problem"] += 1
                else:
                    self.error(root, "MDG2001")
                    told["silent"] += 1
        self.assertTrue({"oqscd001", "oqscd006", "oqscd007", "oqscd008", "oqscd009", "oqscd010",
                         "oqscd011", "oqscd012", "oqscd013", "oqscd014", "oqscd015", "oqscd016",
                         "oqscd017", "oqscd018"} <= tables, tables)
        self.assertTrue(all(told.values()), told)

    def test_bulk_states(self):
        """Still at work, broken off, and one person's own error."""
        world = self.world
        details, birth = self.mado()
        header = {"MedicalInstitutionCode": INSTITUTION}

        def hand_in(name, *people):
            body = "".join("<QualificationConfirmSearchInfo>" + search(one, birth)
                           + "</QualificationConfirmSearchInfo>" for one in people)
            root = world.ask(f"OQSmuquc01req_{name}.xml", message(header, body))
            return root.findtext("MessageBody/ReceptionNumber")

        def results(name, number):
            return world.ask(f"OQSmuquc02req_{name}.xml",
                             message(header, elements({"ReceptionNumber": number})))

        number = hand_in("hangs", self.behaving("oqscd003-2"), details)
        for attempt in range(3):
            root = results(f"hangs{attempt}", number)
            self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "2")
            self.assertEqual(root.findtext("MessageHeader/ReceptionNumber"), number)
            self.assertEqual(root.findall("MessageBody/BulkConfirmUnit"), [])
        root = results("broken", hand_in("breaks", details, self.behaving("oqscd003-9")))
        self.error(root, "MDG2004")
        self.assertEqual(root.findall("MessageBody/BulkConfirmUnit"), [])
        number = hand_in("one", self.behaving("oqscd004-2"), self.behaving("oqscd003-1"))
        root = results("one", number)
        head = root.find("MessageHeader")
        self.assertEqual(
            [head.findtext(name) for name in ("SegmentOfResult", "NumberOfProcessingResult",
                                              "NumberOfNormalProcessing", "NumberOfError")],
            ["1", "2", "1", "1"])
        units = root.findall("MessageBody/BulkConfirmUnit")
        self.assertEqual([unit.findtext("ProcessingResultStatus") for unit in units], ["2", "1"])
        self.assertEqual(units[0].findtext("ProcessingResultCode"), "MDG2002")
        self.assertTrue(units[0].findtext("ProcessingResultMessage"))
        self.assertIsNone(units[0].find("ResultList"))

    def test_errors(self):
        """Each error of ours, as an answer file."""
        world = self.world
        details, birth = self.mado()
        good = single(details, birth).decode()
        bomb = ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
                '<XmlMsg>&b;</XmlMsg>')
        cases = {
            "bomb": ("MDG1001", bomb.encode()),
            "bytes": ("MDG1001", good.encode().replace("まど".encode(), b"\xff\xfe")),
            "large": ("MDG1001", b" " * (1 << 20) + b"  "),
            "half": ("MDG1001", good.encode()[:200]),
            "missing": ("MDG1002", good.replace("<Birthdate>" + birth + "</Birthdate>", "").encode()),
            "repeated": ("MDG1003", good.replace("<Birthdate>", "<Birthdate>20000101</Birthdate>"
                                                 "<Birthdate>").encode()),
            "value": ("MDG1004", good.replace(birth, "20001399").encode()),
            "foreign": ("MDG1005", good.replace(INSTITUTION, "1399999999").encode()),
        }
        for name, (code, octets) in cases.items():
            with self.subTest(name):
                self.error(world.ask(f"OQSsiquc01req_{name}.xml", octets), code)
        many = "".join("<QualificationConfirmSearchInfo></QualificationConfirmSearchInfo>"
                       for _ in range(501))
        self.error(world.ask("OQSmuquc01req_many.xml", message(
            {"MedicalInstitutionCode": INSTITUTION}, many)), "MDG1006")

    def test_silent(self):
        """No terminal: the answer says so; then it is back and the next one is answered."""
        world = self.world
        details, birth = self.mado()
        world.stack.kill_daemon()
        try:
            self.error(world.ask("OQSsiquc01req_silent.xml", single(details, birth)), "MDG2001")
        finally:
            world.stack.start_daemon()
        root = world.ask("OQSsiquc01req_back.xml", single(details, birth))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")


class Hostile(ExchangeCase):
    def test_folder(self):
        """Links, pipes, folders and names that lead elsewhere; the service goes on."""
        world = self.world
        details, birth = self.mado()
        secret = world.stack.path("secret.xml")
        with open(secret, "wb") as file:
            file.write(single(details, birth))
        os.symlink(secret, world.path("req", "OQSsiquc01req_link.xml"))
        os.mkfifo(world.path("req", "OQSsiquc01req_pipe.xml"))
        os.mkdir(world.path("req", "OQSsiquc01req_folder.xml"))
        line = socket.socket(socket.AF_UNIX)
        here = os.getcwd()
        os.chdir(world.path("req"))
        line.bind("OQSsiquc01req_sock.xml")
        os.chdir(here)
        line.close()
        for name in ["link", "pipe", "folder", "sock"]:
            root, _ = reader.parse(world.answer(f"OQSsiquc01req_{name}.xml"))
            self.error(root, "MDG1007")
        self.assertTrue(os.path.exists(secret))
        os.rmdir(world.path("req", "OQSsiquc01req_folder.xml"))
        os.symlink(secret, world.path("res", "OQSsiquc01res_over.xml"))
        world.put("OQSsiquc01req_over.xml", single(details, birth))
        wait_for("the link is a file",
                 lambda: not os.path.islink(world.path("res", "OQSsiquc01res_over.xml")))
        root, _ = reader.parse(world.answer("OQSsiquc01req_over.xml"))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
        with open(secret, "rb") as file:
            self.assertEqual(file.read(), single(details, birth))
        for name in ["OQSsiquc01req_..xml", "nonsense.xml", "OQSsiquc01req_a b.xml"]:
            with open(world.path("req", name), "wb") as file:
                file.write(b"x")
        time.sleep(1.5)
        self.assertTrue(os.path.exists(world.path("req", "nonsense.xml")))
        for name in ["OQSsiquc01req_..xml", "nonsense.xml", "OQSsiquc01req_a b.xml"]:
            os.unlink(world.path("req", name))

    def test_growing(self):
        """A file that is written slowly is answered whole, once; one that vanishes, never."""
        world = self.world
        details, birth = self.mado()
        octets = single(details, birth)
        path = world.path("req", "OQSsiquc01req_slow.xml")
        with open(path, "wb") as file:
            for start in range(0, len(octets), 100):
                file.write(octets[start:start + 100])
                file.flush()
                time.sleep(0.3)
        root, _ = reader.parse(world.answer("OQSsiquc01req_slow.xml"))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
        half = world.path("req", "OQSsiquc01req_gone.xml")
        with open(half, "wb") as file:
            file.write(octets[:100])
        time.sleep(0.5)
        os.unlink(half)
        time.sleep(2.5)
        self.assertNotIn("OQSsiquc01res_gone.xml", world.answers())

    def test_repeated(self):
        """The same file once more is not answered again; another one of its name is."""
        world = self.world
        details, birth = self.mado()
        world.ask("OQSsiquc01req_again.xml", single(details, birth))
        path = world.path("res", "OQSsiquc01res_again.xml")
        os.unlink(path)
        world.put("OQSsiquc01req_again.xml", single(details, birth))
        wait_for("it is gone",
                 lambda: not os.path.exists(world.path("req", "OQSsiquc01req_again.xml")))
        self.assertFalse(os.path.exists(path))
        root = world.ask("OQSsiquc01req_again.xml",
                         single(details, birth, ArbitraryIdentifier="other"))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")

    def test_share_gone(self):
        """A share that is away and comes back, and a folder that cannot be written."""
        world = self.world
        details, birth = self.mado()
        away = world.folder + ".away"
        os.rename(world.folder, away)
        time.sleep(1.5)
        self.assertIsNone(world.process.poll())
        os.rename(away, world.folder)
        root = world.ask("OQSsiquc01req_after.xml", single(details, birth))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
        os.rename(world.path("res"), world.path("gone"))
        world.put("OQSsiquc01req_nores.xml", single(details, birth))
        time.sleep(1.5)
        self.assertTrue(os.path.exists(world.path("req", "OQSsiquc01req_nores.xml")))
        os.rename(world.path("gone"), world.path("res"))
        world.answer("OQSsiquc01req_nores.xml")

    def test_alone(self):
        """A second exchange on the same journal does not start."""
        ran = subprocess.run([program("madoguchi-exchange"), "--state", self.world.stack.state],
                             capture_output=True, timeout=20)
        self.assertEqual(ran.returncode, 2, ran)
        self.assertIn(b"another madoguchi-exchange", ran.stderr)
        self.assertIsNone(self.world.process.poll())

    def test_expiry(self):
        """Old answers go, and what others left there stays."""
        world = self.world
        details, birth = self.mado()
        world.ask("OQSsiquc01req_old.xml", single(details, birth))
        with open(world.path("res", "others.txt"), "w") as file:
            file.write("theirs")
        world.stop()
        journal = world.stack.path("terminal", "exchange-journal", "OQSsiquc01req_old.xml.json")
        with open(journal) as file:
            text = file.read()
        with open(journal, "w") as file:
            file.write(re.sub(r'"at":"[^"]*"', '"at":"2020-01-01T00:00:00Z"', text))
        world.start()
        wait_for("it is gone", lambda: "OQSsiquc01res_old.xml" not in world.answers())
        self.assertIn("others.txt", world.answers())
        wait_for("it is forgotten", lambda: not os.path.exists(journal))


# The steps of a file's life, as system calls of the process.
CALLS = ["openat", "fsync", "rename,renameat,renameat2", "unlink,unlinkat", "write", "newfstatat"]


@unittest.skipUnless(shutil.which("strace"), "strace is not here")
class Kills(ExchangeCase):
    def trial(self, call, number):
        """Killed at the nth call of a kind; started again, each request has one answer. Whether the
        kill came at all."""
        world = self.world
        details, birth = self.mado()
        world.stop()
        name = f"OQSsiquc01req_k{call.split(',')[0]}{number}.xml"
        answer = world.path("res", name.replace("req_", "res_"))
        journal = world.stack.path("terminal", "exchange-journal", name + ".json")
        with open(os.path.join(world.path("req"), name), "wb") as file:
            file.write(single(details, birth))
        log = world.stack.path("strace.log")
        world.start("strace", "-f", "-q", "-o", log, "-e", "trace=" + call, "-e",
                    f"inject={call}:signal=SIGKILL:when={number}", waits=False)
        ended = wait_for("answered or killed", lambda: world.process.poll() is not None
                         or not os.path.exists(world.path("req", name)) and "done", 30)
        was_killed = ended is not True and ended != "done" or world.process.poll() is not None
        # What a reader sees now is whole or not there.
        seen = None
        if os.path.exists(answer):
            with open(answer, "rb") as file:
                seen = file.read()
            reader.parse(seen)
            # The reader takes it away: it must not come again.
            os.unlink(answer)
        world.stop(signal.SIGKILL)
        world.start()
        wait_for("the request is gone", lambda: not os.path.exists(world.path("req", name)))
        if seen is None:
            with open(answer, "rb") as file:
                root, _ = reader.parse(file.read())
            self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
        else:
            time.sleep(0.3)
            self.assertFalse(os.path.exists(answer), f"answered twice: {call} {number}")
        self.assertFalse([one for one in os.listdir(world.path("res"))
                          if one.startswith(".madoguchi-")], (call, number))
        with open(journal) as file:
            self.assertTrue(json.load(file)["done"])
        return was_killed

    def test_kills(self):
        kills = 0
        for call in CALLS:
            step = {"openat": 3, "newfstatat": 1}.get(call, 1)
            most = int(os.environ.get("KILLS", "12")) * step
            for number in range(1, most + 1, step):
                if not self.trial(call, number):
                    break
                kills += 1
        print(f"{kills} kills, each request answered once")
        self.assertGreater(kills, 10)


class Programs(ExchangeCase):
    def refused(self, answer, status, name):
        self.assertEqual(answer[0], status, answer)
        self.assertTrue(answer[1]["type"].endswith(":" + name), answer)
        for member in ["title", "titleJapanese", "nextStep", "nextStepJapanese"]:
            self.assertTrue(answer[1].get(member), member)

    def test_tokens(self):
        """No token, an unknown one, one that lacks the right, has ended, was taken back, or is for
        another machine: each its own problem."""
        world = self.world
        self.refused(world.api("GET", "/v1/check-ins", token=""), 401, "no-program-token")
        self.refused(world.api("GET", "/v1/check-ins", token="mgp_x"), 401,
                     "unknown-program-token")
        narrow = world.add("narrow", "batches", "narrow.token")
        self.refused(world.api("GET", "/v1/check-ins", token=narrow), 403,
                     "program-right-missing")
        self.refused(world.api("GET", "/v1/check-ins/a/drugs", token=narrow), 403,
                     "program-right-missing")
        old = world.add("old", "qualification", "old.token", "--until", "2020-01-01")
        self.refused(world.api("GET", "/v1/check-ins", token=old), 401, "program-token-expired")
        away = world.add("away", "qualification", "away.token", "--from", "192.0.2.0/24")
        self.refused(world.api("GET", "/v1/check-ins", token=away), 403, "wrong-program-origin")
        gone = world.add("gone", "qualification", "gone.token")
        self.assertEqual(world.api("GET", "/v1/check-ins", token=gone)[0], 200)
        self.assertEqual(world.stack.run("program", "revoke", "gone").code, 0)
        self.refused(world.api("GET", "/v1/check-ins", token=gone), 401,
                     "program-token-revoked")
        listed = world.stack.run("program", "list", "--json")
        self.assertNotIn(world.token, listed.out)
        with open(world.stack.path("terminal", "programs.json")) as file:
            self.assertNotIn(world.token, file.read())

    def test_unreadable(self):
        """A list of programs that cannot be read lets nobody in; terminal and exchange say why, once; and it
        is well again when the list is."""
        world = self.world
        details, birth = self.mado()
        path = world.stack.path("terminal", "programs.json")
        with open(path, "rb") as file:
            kept = file.read()
        log = world.stack.path("daemon.log")
        start = os.path.getsize(log)

        def said():
            with open(log, "rb") as file:
                file.seek(start)
                return file.read().decode()

        try:
            with open(path, "wb") as file:
                file.write(kept[:20])
            for _ in range(2):
                self.refused(world.api("GET", "/v1/program"), 503, "programs-unreadable")
            wait_for("the exchange says so", lambda: "answers with status 503" in said(), 40)
            self.assertEqual(said().count("no program is let in: " + path), 1, said())
            os.chmod(path, 0o644)
            self.refused(world.api("GET", "/v1/program"), 503, "programs-unreadable")
            self.assertIn("mode 644", said())
        finally:
            os.chmod(path, 0o600)
            with open(path, "wb") as file:
                file.write(kept)
        self.assertEqual(world.api("GET", "/v1/program")[0], 200)
        root = world.ask("OQSsiquc01req_readable.xml", single(details, birth))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")

    def test_history(self):
        """Each use is an entry that names the program."""
        world = self.world
        self.mado()
        token = world.add("named", "qualification,records,batches", "named.token")
        _, answer, _ = world.api("GET", "/v1/check-ins", token=token)
        one = next(one for one in answer["checkIns"] if one["state"] == "open")
        for path in ["", "/drugs", "/checkups", "/drugs/paper"]:
            status, _, _ = world.api("GET", "/v1/check-ins/" + one["id"] + path, token=token)
            self.assertEqual(status, 200, path)
        actors = [entry for entry in world.stack.entries()
                  if json.dumps(entry).find("program named") >= 0]
        # The list, the view, three openings with intent and disclosure, the paper's view.
        self.assertGreaterEqual(len(actors), 8)

    def test_methods(self):
        status, _, headers = self.world.api("DELETE", "/v1/check-ins")
        self.assertEqual((status, headers["Allow"]), (405, "GET"))
        document = self.world.api("GET", "/v1/openapi.json", token="")[1]
        self.assertEqual(document["openapi"], "3.1.0")
        self.assertEqual(len([method for item in document["paths"].values() for method in item]),
                         14)


class Clients(ExchangeCase):
    """The sample programs of Simulators/clients."""
    samples = os.path.join(ROOT, "Simulators", "clients")

    def test_program(self):
        world = self.world
        self.mado()
        ran = subprocess.run(
            [sys.executable, os.path.join(self.samples, "program.py"),
             world.stack.path("run", "programs.sock"), world.stack.path("staff", "exchange.token"),
             "1"], capture_output=True, text=True, timeout=30)
        self.assertEqual(ran.returncode, 0, ran)
        self.assertIn("窓口 みどり", ran.stdout)
        self.assertGreater(len(ran.stdout.splitlines()), 3)

    def test_folder(self):
        details, birth = self.mado()

        def ask(number):
            return subprocess.run(
                ["sh", os.path.join(self.samples, "folder.sh"), self.world.folder, INSTITUTION,
                 details["insurerNumber"], details["symbol"], number, details["branch"], birth],
                capture_output=True, text=True, timeout=60)
        ran = ask(details["number"])
        self.assertEqual((ran.returncode, ran.stdout.splitlines()),
                         (0, ["有効", "窓口\u3000みどり"]), ran)
        self.assertNotIn("有効\n", ask("999").stdout)


def main():
    names = [name if "." in name else name for name in sys.argv[1:]]
    loader = unittest.TestLoader()
    module = sys.modules["__main__"]
    suite = loader.loadTestsFromNames(names, module) if names else unittest.TestSuite(
        loader.loadTestsFromTestCase(case) for case in [RoundTrips, Hostile, Programs, Clients, Kills])
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed, "
          f"{len(result.skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
