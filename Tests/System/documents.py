"""What patients take with them, read by programs that nobody here wrote. Part of stack.py."""
import glob
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter

from case import StackCase
from rig import ROOT, program

FOLDER = os.path.join(ROOT, ".build", "codes")
ZXING = "zxing-cpp==3.1.1"


def zxing():
    """A Python with zxing-cpp, installed once; nothing where that cannot be had."""
    python = os.path.join(FOLDER, "bin", "python")
    if not os.path.exists(os.path.join(FOLDER, "ready")):
        for command in [[sys.executable, "-m", "venv", FOLDER],
                        [python, "-m", "pip", "install", "--quiet",
                         "--disable-pip-version-check", ZXING, "numpy", "pillow"]]:
            try:
                ran = subprocess.run(command, capture_output=True, timeout=300)
            except (OSError, subprocess.TimeoutExpired):
                return None
            if ran.returncode:
                return None
        open(os.path.join(FOLDER, "ready"), "w").close()
    return python


ZXING_READS = """
import sys, zxingcpp
from PIL import Image
sys.stdout.buffer.write(zxingcpp.read_barcode(Image.open(sys.argv[1]).convert("L")).bytes)
"""
ZXING_READS_ALL = """
import json, sys, zxingcpp
from PIL import Image
read = [symbol.bytes.hex() for name in sys.argv[1:]
        for symbol in zxingcpp.read_barcodes(Image.open(name).convert("L"))]
json.dump(read, sys.stdout)
"""


class Documents(StackCase):
    def checked_in(self, person, consent="drugs,checkups"):
        stack = self.stack
        if person == "yakushi":
            subprocess.run([program("clearinghouse"), "date", person, "--state", stack.state,
                            "--admin-port", str(stack.admin_port)], check=True,
                           stdout=subprocess.DEVNULL)
        stack.insert(person)
        return ["--check-in", self.accepted(consent=consent)["checkIn"]]

    def made(self, kind, ending, *words, **options):
        """What `document KIND` says, and its files' contents."""
        for old in glob.glob(self.stack.path("made*")):
            os.remove(old)
        ran = self.stack.run("document", kind, "-o", self.stack.path("made." + ending), *words,
                             "--json", **options)
        self.assertEqual(ran.code, 0, ran)
        files = []
        for file in ran.json["files"]:
            self.assertEqual(os.stat(file["file"]).st_mode & 0o777, 0o600)
            with open(file["file"], "rb") as opened:
                files.append(opened.read())
        self.assertEqual(len(glob.glob(self.stack.path("made*"))), len(files))
        return ran.json, files

    def entries(self):
        """What the history holds, but for looks at the history itself."""
        listed = self.stack.run("history", "list", "--json").json["entries"]
        return [entry["event"] for entry in listed if entry["event"]["kind"] != "historyRead"]

    def test_notebook(self):
        """The notebook's texts, from the desk and from the portal, each behind its entries."""
        one = self.checked_in("yakushi")
        before = len(self.entries())
        said, texts = self.made("notebook", "txt", *one)
        entries = [e for e in self.entries() if e.get("note") == "document: notebook"]
        self.assertEqual(sorted(e["kind"] for e in entries), ["disclosure", "intent", "viewed"])
        self.assertEqual(len(self.entries()) - before, 3)
        for text in texts:
            self.assertTrue(text.startswith(b"JAHISTC08,1\r\n"))
            lines = text.decode("cp932").split("\r\n")
            self.assertIn("シミュレーション", lines[2])
            self.assertTrue(lines[1].startswith("1,"))
        again, more = self.made("notebook", "txt", "--portal", pin="1234")
        self.assertEqual(more[:1], texts[:1])
        self.assertEqual([e["kind"] for e in self.entries()
                          if e.get("note") == "document: notebook"].count("disclosure"), 3)
        _, older = self.made("notebook", "txt", "--edition", "07", "--no-name", *one)
        self.assertTrue(older[0].startswith(b"JAHISTC07,1\r\n4,"))
        self.assertTrue(all("file" in f and "dispenser" in f for f in said["files"]))
        self.assertEqual(again["kind"], "notebook")

    def test_bundle(self):
        """The FHIR bundle of the desk and of the portal; what was not consented to is left out."""
        one = self.checked_in("yakushi")
        said, (octets,) = self.made("fhir", "json", *one)
        whole = json.loads(octets)
        kinds = Counter(entry["resource"]["resourceType"] for entry in whole["entry"])
        self.assertEqual(said["files"][0]["resources"], len(whole["entry"]))
        self.assertEqual((kinds["Patient"], kinds["Coverage"], kinds["Consent"]), (1, 1, 2))
        self.assertGreater(kinds["MedicationDispense"], 0)
        self.assertEqual(self.made("fhir", "json", *one)[1], [octets])
        status = self.stack.run("status", "--json").json
        places = [entry["resource"] for entry in whole["entry"]
                  if entry["resource"]["resourceType"] == "Organization"]
        self.assertTrue(any(place["id"] == "institution" and place["identifier"][0]["value"]
                            == status["institution"] for place in places), places)
        noted = [e["kind"] for e in self.entries() if e.get("note") == "document: fhir"]
        self.assertEqual(noted.count("viewed"), 2)
        self.assertEqual(noted.count("disclosure"), 4)
        own = json.loads(self.made("fhir", "json", "--portal", pin="1234")[1][0])
        kinds = Counter(entry["resource"]["resourceType"] for entry in own["entry"])
        self.assertEqual(kinds["Consent"] + kinds["MedicationDispense"], 0)
        self.assertGreater(kinds["MedicationStatement"], 0)
        self.assertNotIn(b"Yen", octets)
        one = self.checked_in("mado", consent="checkups")
        said, (octets,) = self.made("fhir", "json", *one)
        self.assertEqual(len(said["remarks"]), 1, said)
        self.assertIn("drugs", said["remarks"][0])
        self.assertIn(b"Observation", octets)
        self.assertNotIn(b"MedicationDispense", octets.replace(b'"code":"MedicationDispense"', b""))

    def text(self, pdf):
        """What a reader finds on a paper; the file is one that qpdf has nothing to say about."""
        path = self.stack.path("paper.pdf")
        with open(path, "wb") as file:
            file.write(pdf)
        checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked)
        self.assertNotIn("WARNING", checked.stdout + checked.stderr)
        return subprocess.run(["pdftotext", "-layout", path, "-"], check=True,
                              capture_output=True, text=True).stdout

    def test_papers(self):
        """Each paper from the desk and from the portal; amounts are on the patient's own alone."""
        one = self.checked_in("yakushi")
        said, (desk,) = self.made("drugs", "pdf", *one)
        self.assertEqual(said["files"][0]["pages"], self.text(desk).count("\f"))
        _, (own,) = self.made("drugs", "pdf", "--portal", pin="1234")
        for amount in ["1,067", "212"]:
            self.assertIn(amount, self.text(own))
            self.assertNotIn(amount, self.text(desk))
        self.assertIn("シミュレーション", self.text(desk))
        _, (large,) = self.made("drugs", "pdf", "--large", *one)
        self.assertNotEqual(large, desk)
        self.text(large)
        noted = [e["kind"] for e in self.entries() if e.get("note") == "document: drugs"]
        self.assertEqual(noted.count("viewed"), 2)
        one = self.checked_in("mado")
        self.assertIn("メタボリックシンドローム", self.text(self.made("checkup", "pdf", *one)[1][0]))
        self.text(self.made("elderly-checkup", "pdf", *one)[1][0])
        self.text(self.made("expenses", "pdf", "--portal", pin="1234")[1][0])

    def test_symbols_of_the_paper(self):
        """The patient's list ends with a page of symbols; each is read from the printed page, and is
        what the notebook's own symbol says."""
        self.checked_in("yakushi")
        parts = []
        for picture in self.made("notebook", "svg", "--portal", pin="1234")[1]:
            png = self.stack.path("made.png")
            subprocess.run(["rsvg-convert", "--dpi-x", "300", "--dpi-y", "300", "-o", png],
                           input=picture, check=True)
            parts.append(self.zbar(png))
        _, (paper,) = self.made("drugs", "pdf", "--portal", pin="1234")
        text = self.text(paper)
        python = zxing()
        self.assertIn("電子版お薬手帳への", text)
        self.assertIn("QRコードは", text)
        folder = self.stack.path("pages")
        for dots in [150, 300]:
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            subprocess.run(["pdftoppm", "-png", "-r", str(dots), self.stack.path("paper.pdf"),
                            folder + "/p"], check=True)
            read = b"".join(self.zbar(page) for page in glob.glob(folder + "/*.png"))
            for part in parts:
                self.assertIn(part, read)
            self.assertEqual(len(read), sum(map(len, parts)), dots)
            if python:
                ran = subprocess.run([python, "-c", ZXING_READS_ALL, *glob.glob(folder + "/*.png")],
                                     check=True, capture_output=True, text=True)
                self.assertEqual(sorted(json.loads(ran.stdout)), sorted(p.hex() for p in parts))
        one = self.checked_in("yakushi")
        self.assertNotIn("電子版お薬手帳への", self.text(self.made("drugs", "pdf", *one)[1][0]))
        if not python:
            self.skipTest("zxing-cpp cannot be had: judged by zbar alone")

    def zbar(self, picture):
        """What zbar reads in a picture: the octets of its symbols, one after another."""
        return subprocess.run(["zbarimg", "--raw", "-Sbinary", "-q", picture],
                              capture_output=True).stdout

    def test_slip_and_history(self):
        """The slip says what was agreed to; the history's paper who saw what, this look included."""
        one = self.checked_in("mado", consent="drugs")
        text = self.text(self.made("slip", "pdf", *one)[1][0])
        self.assertRegex(text, r"薬剤情報\s+同意する")
        self.assertRegex(text, r"特定健診等情報\s+同意しない")
        self.assertRegex(text, r"本人確認の方法\s+暗証番号")
        self.assertEqual(self.stack.run("drugs", *one).code, 0)
        text = self.text(self.made("history", "pdf", *one)[1][0])
        for words in ["薬剤情報の提供", "資格情報を閲覧", "特定健診等情報の提供に不同意", "閲覧・提供履歴を閲覧"]:
            self.assertIn(words, text)
        listed = self.stack.run("history", "list", "--json").json["entries"]
        self.assertEqual([e["event"]["kind"] for e in listed
                          if e["event"].get("note") == "document: history"],
                         ["viewed", "historyRead"])
        own = self.text(self.made("history", "pdf", "--portal", pin="1234")[1][0])
        self.assertIn("薬剤情報の提供", own)
        self.assertIn("資格の確認", own)
        self.assertEqual(self.stack.run("close", *one).code, 0)
        self.refused(self.stack.run("document", "history", "-o", self.stack.path("made.pdf"), *one,
                                    "--json"), 1, "check-in-ended")

    def test_declaration(self):
        """The form to fill in needs no daemon: it is for the day on which nothing works."""
        before = len(self.entries())
        self.stack.kill_daemon()
        try:
            said, (form,) = self.made("declaration", "pdf")
        finally:
            self.stack.start_daemon()
        self.assertEqual(said["files"][0]["pages"], 1)
        text = self.text(form)
        self.assertIn("被保険者資格申立書", text)
        self.assertIn("一部負担金の割合", text)
        kinds = {e["kind"] for e in self.entries()[before:]}
        self.assertLessEqual(kinds, {"storeOpened", "storeCut", "storeClosed", "clockStepped"})

    def test_notice(self):
        """The notice is after its schema, and its signature one that openssl believes too."""
        stack = self.stack
        subprocess.run([program("clearinghouse"), "date", "iryohi", "--state", stack.state,
                        "--admin-port", str(stack.admin_port)], check=True,
                       stdout=subprocess.DEVNULL)
        stack.insert("mado")
        for words in [[], ["--year", "x"], ["--year", "1999"]]:
            ran = stack.run("document", "notice", "-o", stack.path("made.xml"), "--portal", *words,
                            pin="1234")
            self.assertEqual(ran.code, 2, ran)
        schema = os.path.join(ROOT, "Documentation", "expense-notice.xsd")
        agency = stack.path("terminal", "payment-agency.pem")
        for year in [2023, 2024]:
            said, (xml, signature) = self.made("notice", "xml", "--portal", "--year", str(year),
                                               pin="1234")
            path, beside = (file["file"] for file in said["files"])
            self.assertEqual(beside, path + ".p7s")
            ran = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, path],
                                 capture_output=True, text=True)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertIn(b'simulated="true"', xml)
            rows = ElementTree.fromstring(xml)
            names = {"n": "urn:madoguchi:expense-notice:1"}
            for yen in ["TotalYen", "InsurerYen", "PublicYen", "PatientYen"]:
                self.assertEqual(
                    sum(int(e.text) for e in rows.findall(f"n:Row/n:{yen}", names)),
                    int(rows.find(f"n:Total/n:{yen}", names).text))
            judged = subprocess.run(
                ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", beside,
                 "-content", path, "-certfile", agency, "-nointern", "-noverify", "-out",
                 "/dev/null"], capture_output=True, text=True)
            self.assertEqual(judged.returncode, 0, judged.stderr)
            self.assertEqual(stack.run("document", "verify", path).code, 0)
        self.assertGreater(len(rows.findall("n:Row", names)), 0)
        for damage, octets, fault in [(path, xml.replace(b"<TotalYen>", b"<TotalYen>1", 1), "another"),
                                      (beside, signature[:-1], "not a detached")]:
            whole = open(damage, "rb").read()
            with open(damage, "wb") as file:
                file.write(octets)
            ran = stack.run("document", "verify", path, "--json")
            self.assertEqual((ran.code, ran.json["stands"]), (1, False))
            self.assertIn(fault, ran.json["fault"])
            with open(damage, "wb") as file:
                file.write(whole)
        other = stack.path("authority", "connections.pem")
        ran = stack.run("document", "verify", path, "--signer", other, "--json")
        self.assertIn("somebody else", ran.json["fault"])
        self.assertEqual(stack.run("document", "verify", path + ".none").code, 2)
        noted = [e["kind"] for e in self.entries() if e.get("note") == "document: notice"]
        self.assertEqual(noted.count("disclosure"), 2)

    def test_no_font(self):
        """Without a font nothing is opened: a clear word, what to install, no entry."""
        one = self.checked_in("mado")
        before = len(self.entries())
        path = self.stack.path("none.pdf")
        broken = self.stack.path("broken.ttf")
        with open(broken, "wb") as file:
            file.write(b"\0\1\0\0" + bytes(200))
        for fonts in ["/nowhere.ttf", broken, "/dev/null", ","]:
            ran = self.stack.run("document", "drugs", "-o", path, "--fonts", fonts, *one)
            self.assertEqual(ran.code, 2, ran)
            self.assertIn("font", ran.err)
        self.assertEqual(self.stack.run("document", "expenses", "-o", path, *one).code, 2)
        self.assertEqual(len(self.entries()), before)
        self.assertFalse(os.path.exists(path))

    def test_fonts_of_the_service(self):
        """Fonts that the configuration names are looked at when the service starts, and drawn with."""
        terminal = self.stack.path("terminal")
        with open(os.path.join(terminal, "config.json")) as file:
            configuration = json.load(file)
        usual = "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"
        broken = self.stack.path("terminal", "broken.ttf")
        with open(broken, "wb") as file:
            file.write(b"\0\1\0\0" + bytes(200))
        path = os.path.join(terminal, "fonts.json")
        for fonts, code in [([usual], 0), (["nowhere.ttf"], 2), (["broken.ttf"], 2),
                            ([usual, "broken.ttf"], 2), ([], 2)]:
            with open(path, "w") as file:
                json.dump(configuration | {"paperFonts": fonts}, file)
            ran = subprocess.run([program("madoguchid"), "--config", path, "--check"],
                                 capture_output=True, text=True)
            self.assertEqual(ran.returncode, code, (fonts, ran))
            if code:
                self.assertIn(fonts[-1] if fonts else "paperFonts", ran.stderr)

    def test_symbols(self):
        """Each symbol is read byte for byte by zbar and by zxing-cpp, as printed at 150 and 300 dpi."""
        one = self.checked_in("yakushi")
        _, texts = self.made("notebook", "txt", *one)
        said, pictures = self.made("notebook", "svg", *one)
        python = zxing()
        parts = {}
        for file, picture in zip(said["files"], pictures):
            read = set()
            for dots in [150, 300]:
                png = self.stack.path("made.png")
                subprocess.run(["rsvg-convert", "--dpi-x", str(dots), "--dpi-y", str(dots), "-o",
                                png], input=picture, check=True)
                read.add(subprocess.run(["zbarimg", "--raw", "-Sbinary", "-q", png],
                                        capture_output=True).stdout)
                if python:
                    read.add(subprocess.run([python, "-c", ZXING_READS, png],
                                            capture_output=True).stdout)
            self.assertEqual(len(read), 1, file)
            self.assertLessEqual(file["version"], 20)
            parts.setdefault((file["dispenser"], file.get("prescriber")), []).append(
                (file["part"], read.pop()))
        self.assertEqual(len(parts), len(texts))
        for text, several in zip(texts, parts.values()):
            first = text.split(b"\r\n")[0] + b"\r\n"
            bodies = []
            for number, part in several:
                self.assertTrue(part.startswith(first))
                lines = part[len(first):].split(b"\r\n")
                if len(several) > 1:
                    self.assertEqual(lines[-2].split(b",")[2:],
                                     [b"%d" % len(several), b"%d" % number])
                    lines = lines[:-2] + [b""]
                bodies.append(b"\r\n".join(lines))
            self.assertEqual(first + b"".join(bodies), text)
        if not python:
            self.skipTest("zxing-cpp cannot be had: judged by zbar alone")

    def test_refusals(self):
        """A wrong name, a wrong folder, a wrong choice: nothing is opened, nothing is written."""
        one = self.checked_in("mado")
        before = len(self.entries())
        path = self.stack.path("made.txt")
        for words in [["notebook", *one], ["notebook", "-o", path], ["nonsense", "-o", path],
                      ["notebook", "-o", path + ".pdf", *one], ["notebook", "-o", ".txt", *one],
                      ["notebook", "-o", "/nowhere/made.txt", *one],
                      ["notebook", "-o", path, "--portal", *one],
                      ["notebook", "-o", path, "--from", "2026-01", *one],
                      ["notebook", "-o", path, "--portal", "--from", "2026"]]:
            ran = self.stack.run("document", *words)
            self.assertEqual(ran.code, 2, (words, ran))
        self.assertEqual(len(self.entries()), before)
        self.refused(self.stack.run("document", "notebook", "-o", path, "--check-in", "nobody",
                                    "--json"), 1, "unknown-check-in")
        self.assertFalse(os.path.exists(path))
