#!/usr/bin/env python3
"""The staff desk in a browser, on the real stack: cards through pcscd, staff at the screen. Skips
where there is no Chromium.

    Tests/System/private-pcscd.sh python3 -B Tests/System/desk.py [--pictures FOLDER] [NAME …]
"""
import base64
import hmac
import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest

from browser import BROWSER, Page, axe
from rig import Stack, program, wait_for

PICTURES = None
SIZES = [(1280, 800), (1024, 768)]
STYLES, LANGUAGES = ["standard", "large", "contrast"], ["ja", "en"]
PASSWORD = "correct horse battery"
LIMITS = {"retrySeconds": 1, "interruptedSeconds": 4, "messageSeconds": 4, "exchangeSeconds": 3}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Desk(unittest.TestCase):
    """One stack for all; each test has a browser of its own."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make("mado,yakushi,ratio-not-provided,unmappable-name,"
                                  "invalid-newer-insurance")
        cls.port = free_port()
        # The clinic is never open, so that each opening is one for the reviewer.
        cls.stack.configure(limits=LIMITS, desk={"port": cls.port}, openingHours={
            "opens": "09:00", "closes": "18:00",
            "closed": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]})
        cls.add("受付 花子", "--role", "reception", "--visual-check")
        cls.add("doctor", "--role", "clinician")
        cls.add("chief", "--role", "administrator")
        cls.stack.start_daemon()

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    @classmethod
    def add(cls, name, *options, password=PASSWORD):
        path = cls.stack.path("password")
        with open(path, "w") as file:
            file.write(password + "\n")
        ran = cls.stack.run("staff", "add", name, *options, "--password-file", path)
        os.unlink(path)
        assert ran.code == 0, ran

    def setUp(self):
        self.page = Page(*SIZES[0])
        self.page.resize(*SIZES[0])
        self.page.call("Page.navigate", url=f"http://desk.localhost:{self.port}/")
        self.stands("signIn")

    def tearDown(self):
        self.page.close()
        self.stack.pull()
        wait_for("the reader is free", lambda: self.stack.reader_state() in ("empty", None), 60)

    # What staff see and do

    def stands(self, name, seconds=20):
        try:
            self.page.until(lambda: self.page.run("document.querySelector('main')?.dataset.screen")
                            == name, seconds)
        except AssertionError:
            self.fail(f"not {name}: {self.page.run('document.body?.innerText')} {self.page.faults()}")
        self.picture(name)

    def picture(self, name):
        if PICTURES:
            self.page.picture(os.path.join(PICTURES, f"{self._testMethodName}-{name}.png"))

    def text(self):
        return self.page.run("document.body.innerText")

    def says(self, words, seconds=20):
        try:
            self.page.until(lambda: words in self.text(), seconds)
        except AssertionError:
            self.fail(f"not said: {words}: {self.text()} {self.page.faults()}")

    def shows(self, selector):
        try:
            self.page.until(lambda: self.page.run(
                f"document.querySelector({json.dumps(selector)}) !== null"))
        except AssertionError:
            self.fail(f"not shown: {selector}: {self.text()} {self.page.faults()}")

    def press(self, key):
        self.shows(f'[data-key="{key}"]')
        self.page.click(f'[data-key="{key}"]')

    def key(self, key):
        code = {"Enter": 13, "ArrowDown": 40, "ArrowUp": 38, "Tab": 9}[key]
        more = {"text": "\r"} if key == "Enter" else {}
        for kind in ["keyDown", "keyUp"]:
            self.page.call("Input.dispatchKeyEvent", type=kind, key=key,
                           windowsVirtualKeyCode=code, **(more if kind == "keyDown" else {}))

    def sign_in(self, name="doctor", password=PASSWORD):
        self.page.run("document.querySelector('#id').value = ''")
        self.page.type("#id", name)
        self.page.type("#password", password)
        self.press("sign-in")

    def check_in(self, card="mado", **options):
        self.stack.insert(card)
        ran = self.stack.check_in(**options)
        self.assertEqual(ran.code, 0, ran)
        newest = "[...document.querySelectorAll('.list button')][0]?.dataset.key"
        listed = json.loads(self.stack.run("check-ins", "--json").out)["checkIns"]
        latest = max(listed, key=lambda one: one["openedAt"])
        self.page.until(lambda: self.page.run(newest) == "check-in-" + latest["id"])
        return latest["id"]

    def open(self, card="mado", name="doctor", **options):
        self.sign_in(name)
        self.stands("desk")
        identity = self.check_in(card, **options)
        self.press("check-in-" + identity)
        self.shows('[data-part="sentence"]')
        return identity

    # The flows

    def test_a_check_in_from_sign_in_to_records(self):
        self.open()
        self.says("資格は有効です")
        self.says("暗証番号")
        self.picture("qualification")
        self.press("tab-drugs")
        # Nothing is opened by looking at the tab.
        self.says("開くと閲覧履歴に記録されます")
        self.press("load")
        self.shows("main table")
        self.picture("drugs")
        self.press("grid")
        self.says("薬 × 月")
        self.picture("grid")
        self.assertEqual([fault for fault in self.page.faults() if "404" not in fault], [])

    def test_checkups_and_a_chart(self):
        self.open()
        self.press("tab-checkups")
        self.press("load")
        self.shows("td.high, td.low, td.number")
        self.picture("checkups")
        self.page.run("document.querySelector('th button').click()")
        self.shows("svg.chart circle")
        pressure = '[data-key="chart-収縮期血圧"]'
        self.shows(pressure)
        self.page.click(pressure)
        # What lies beyond the threshold is shaded, and its line says what it is.
        self.shows("svg.chart .beyond")
        self.assertIn("140", self.page.run("document.querySelector('.chart .label').textContent"))
        self.picture("chart")
        # Browsers ask for an icon by themselves; there is none.
        self.assertEqual([fault for fault in self.page.faults() if "404" not in fault], [])

    def test_what_is_worth_a_glance(self):
        self.open("ratio-not-provided", name="受付 花子")
        self.says("負担割合 提供なし")
        self.picture("ratio")
        self.press("language")
        self.says("copayment rate not provided")
        self.press("language")
        self.press("check-in-" + self.check_in("unmappable-name"))
        self.says("●")
        self.says("端末で表せない文字")
        self.picture("unmappable")
        self.press("check-in-" + self.check_in("invalid-newer-insurance"))
        self.says("新しい資格があります")
        self.picture("newer")

    def test_by_keyboard_alone(self):
        self.page.type("#id", "doctor")
        self.key("Tab")
        self.page.call("Input.insertText", text=PASSWORD)
        self.key("Enter")
        self.stands("desk")
        identity = self.check_in()
        self.page.run("document.querySelector('.list button').focus()")
        self.key("ArrowDown")
        self.key("ArrowUp")
        focused = self.page.run("document.activeElement.dataset.key")
        self.assertEqual(focused, "check-in-" + identity)
        self.key("Enter")
        self.shows('[data-part="sentence"]')
        self.assertEqual(self.page.run("document.activeElement.dataset.key"), focused)

    def test_a_wrong_password_and_the_lock(self):
        self.add("guessed", "--role", "reception")
        for _ in range(4):
            self.sign_in("guessed", "not this one")
            self.says("職員名かパスワードが違います")
            self.assertEqual(self.page.run("document.querySelector('#password').value"), "")
            self.page.run("document.querySelector('[data-part=notice]').remove()")
        self.sign_in("guessed", "not this one")
        self.says("パスワードの誤りが続いたため")
        self.picture("locked")
        self.sign_in("guessed")
        self.says("パスワードの誤りが続いたため")
        self.stands("signIn")

    def test_withdrawal_blanks(self):
        self.open()
        self.press("tab-drugs")
        self.press("load")
        self.shows("main table")
        self.press("withdraw")
        self.picture("withdraw")
        self.press("yes")
        self.says("この受付は同意取消です")
        self.picture("withdrawn")
        self.assertFalse(self.page.run("document.querySelector('main table') !== null"))

    def test_a_withdrawal_elsewhere_blanks_too(self):
        identity = self.open()
        self.press("tab-drugs")
        self.press("load")
        self.shows("main table")
        self.assertEqual(self.stack.run("withdraw", "--check-in", identity).code, 0)
        self.says("この受付は同意取消です")
        self.assertFalse(self.page.run("document.querySelector('main table') !== null"))

    def test_reception_sees_no_record_and_refusal_is_told(self):
        self.open(name="受付 花子", consent="drugs")
        self.press("tab-drugs")
        self.shows('[data-part="forbidden"]')
        self.press("sign-out")
        self.stands("signIn")
        self.assertNotIn("資格は", self.text())
        self.sign_in("doctor")
        self.stands("desk")
        listed = self.stack.run("check-ins", "--json").json["checkIns"]
        self.press("check-in-" + max(listed, key=lambda one: one["openedAt"])["id"])
        self.shows('[data-part="sentence"]')

    def test_an_item_that_was_refused(self):
        self.open(consent="drugs")
        self.press("tab-checkups")
        self.shows('[data-part="not-agreed"]')
        self.picture("not-agreed")

    def test_confirmed_by_sight(self):
        self.sign_in("受付 花子")
        self.stands("desk")
        self.stack.insert("mado")
        self.assertEqual(self.stack.ask("POST", "/v1/session/claim")[0], 200)
        chosen = self.stack.ask("POST", "/v1/session/choice",
                                {"way": "visualCheck", "consents": {"drugs": True}})
        self.assertEqual(chosen[0], 200, chosen)
        self.shows('[data-part="visual"]')
        self.picture("visual")
        self.press("approve")
        self.says("確認しました")
        self.shows('[data-part="sentence"]')
        self.says("目視")

    def test_an_administrator_sees_no_patient(self):
        self.sign_in("chief")
        self.stands("desk")
        self.says("管理者は患者さんの情報を見ません")
        self.assertFalse(self.page.run("document.querySelector('.list button') !== null"))

    @staticmethod
    def code(secret, steps=0):
        """RFC 6238, written here once more."""
        key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        counter = struct.pack(">Q", int(time.time()) // 30 + steps)
        digest = hmac.new(key, counter, "sha1").digest()
        place = digest[-1] & 15
        number = struct.unpack(">I", digest[place:place + 4])[0] & 0x7FFFFFFF
        return f"{number % 10 ** 6:06d}"

    def test_a_second_factor(self):
        """A code besides the password; none that is wrong, or was used."""
        path = self.stack.path("password")
        with open(path, "w") as file:
            file.write(PASSWORD + "\n")
        ran = self.stack.run("staff", "add", "careful", "--role", "clinician", "--second-factor",
                             "--password-file", path, "--json")
        self.assertEqual(ran.code, 0, ran)
        secret = ran.json["secondFactorAddress"].split("secret=")[1].split("&")[0]
        self.assertTrue(next(one for one in self.stack.run("staff", "list", "--json").json["staff"]
                             if one["id"] == "careful")["secondFactor"])
        self.sign_in("careful")
        self.shows("#code")
        self.says("6桁のコード")
        self.picture("code")
        # The step after the daemon's start: an earlier one may have been used before it.
        code = self.code(secret, 1)
        self.page.type("#code", "000000" if code != "000000" else "111111")
        self.page.type("#password", PASSWORD)
        self.press("sign-in")
        self.says("職員名かパスワードが違います")
        self.page.type("#code", code)
        self.page.type("#password", PASSWORD)
        self.press("sign-in")
        self.stands("desk")
        self.press("sign-out")
        self.stands("signIn")
        self.page.run("document.querySelector('#id').value = ''")
        self.page.type("#id", "careful")
        if not self.page.run("document.querySelector('#code') !== null"):
            self.page.type("#password", PASSWORD)
            self.press("sign-in")
            self.shows("#code")
        self.page.run("document.querySelector('#code').value = ''")
        self.page.type("#code", code)
        self.page.type("#password", PASSWORD)
        self.press("sign-in")
        self.says("職員名かパスワードが違います")
        self.stands("signIn")

    def fill(self, key, text):
        self.page.run(f"document.querySelector('#{key}').value = ''")
        self.page.type("#" + key, text)

    def test_the_administrators_pages(self):
        """Staff, lockouts, store and review; each change is in the history."""
        self.sign_in("chief")
        self.stands("desk")
        self.picture("readers")
        self.press("admin-staff")
        self.shows('[data-part="staff-save"]')
        self.fill("staff-id", "新人")
        self.fill("staff-password", "a new password")
        self.picture("staff")
        self.press("staff-save")
        self.shows('[data-key="remove-新人"]')
        listed = self.stack.run("staff", "list", "--json").json["staff"]
        self.assertIn("新人", [one["id"] for one in listed])
        self.press("factor-新人")
        self.shows('[data-part="secret"]')
        self.picture("secret")
        self.press("secret-done")
        self.press("remove-新人")
        self.says("新人 を削除しますか")
        self.press("yes")
        self.page.until(lambda: "新人" not in [
            one["id"] for one in self.stack.run("staff", "list", "--json").json["staff"]])
        self.press("admin-store")
        self.shows('[data-part="store"]')
        self.picture("store")
        self.press("admin-review")
        self.press("review-show")
        self.says("日ごとの件数")
        self.picture("review")
        acts = [entry["event"] for entry in self.stack.entries()
                if entry["event"]["kind"] == "administratorAct"]
        mine = [(event["reason"], event["note"]) for event in acts
                if event["actor"]["id"] == "chief" and "新人" in event.get("note", "")]
        self.assertEqual(mine, [("staffAdded", "新人 reception"),
                                ("secondFactorSet", "新人 reception"),
                                ("staffRemoved", "新人 reception")])
        # What the command line changed is known too, before anybody signed in by it.
        self.assertIn(("staffAdded", "doctor clinician"),
                      [(event["reason"], event["note"]) for event in acts])
        for _ in range(5):
            line = http.client.HTTPConnection("127.0.0.1", self.port)
            line.request("POST", "/v1/sign-in", "wrong password", {
                "Host": f"desk.localhost:{self.port}", "Content-Type": "application/octet-stream",
                "Origin": f"http://desk.localhost:{self.port}", "Madoguchi-Staff": "forgetful"})
            line.getresponse().read()
        self.press("admin-lockouts")
        self.shows('[data-key="end-lockout-forgetful"]')
        self.picture("lockouts")
        self.press("end-lockout-forgetful")
        self.page.until(lambda: not self.page.run(
            "document.querySelector('[data-key=end-lockout-forgetful]') !== null"))
        self.assertEqual([fault for fault in self.page.faults() if "40" not in fault], [])

    def test_openings_are_looked_at_and_signed_off(self):
        """What was opened after hours waits for the reviewer, once; the remark is in the history."""
        identity = self.open()
        self.press("tab-drugs")
        self.press("load")
        self.shows("main table")
        self.page.call("Page.reload")
        self.stands("signIn")
        self.sign_in("chief")
        self.stands("desk")
        self.press("admin-review")
        self.press("openings-show")
        self.shows('[data-key="sign-off"]')
        told = self.page.text('[data-part="openings"]')
        self.assertIn("時間外", told)
        self.assertIn("doctor", told)
        self.assertNotIn("窓口 みどり", told)
        self.picture("openings")
        before = len(self.stack.entries())
        self.fill("remark", "当直です")
        self.page.run("(one => { one.click(); one.click(); })"
                      "(document.querySelector('[data-key=sign-off]'))")
        self.says("確認が必要な閲覧はありません。")
        self.shows('[data-part="signed-off"]')
        self.picture("signed-off")
        words = [entry["event"] for entry in self.stack.entries()[:]
                 if entry["event"].get("reason") == "reviewSignedOff"]
        self.assertEqual(len(words), 1, "two clicks are one sign-off")
        self.assertEqual((words[0]["actor"]["id"], json.loads(words[0]["note"])["remark"]),
                         ("chief", "当直です"))
        self.assertGreater(len(self.stack.entries()), before)
        self.assertEqual(self.stack.run("history", "review", "--json").json["openings"], [])
        self.assertTrue(identity)

    def test_the_patients_history_with_its_proofs(self):
        self.open(name="受付 花子")
        self.press("tab-history")
        self.says("開くと閲覧履歴に記録されます")
        self.press("load")
        self.says("閲覧・提供履歴")
        self.picture("history")
        self.page.run("document.querySelector('[data-key^=proof-]').click()")
        self.shows('[data-part="proof"]')
        self.assertIn("c2sp.org/tlog-proof", self.page.text('[data-part="proof"] pre'))
        reads = [entry["event"] for entry in self.stack.entries()
                 if entry["event"]["kind"] == "historyRead" and "checkIn" in entry["event"]]
        self.assertEqual(reads[-1]["actor"]["id"], "受付 花子")

    def test_a_chart_number_stays_with_the_patient(self):
        self.open("yakushi", name="受付 花子")
        self.fill("chart", "K-1024")
        self.press("link")
        self.says("カルテ番号 K-1024")
        self.stack.pull()
        self.stack.kill_daemon()
        self.stack.start_daemon()
        self.stands("signIn")
        self.sign_in("受付 花子")
        self.stands("desk")
        self.says("カルテ番号 K-1024")
        # Who it is stays; what they are entitled to is known to the process alone.
        self.page.run("document.querySelector('.list button').click()")
        self.shows('[data-part="forgotten"]')
        identity = self.check_in("yakushi")
        self.says("カルテ番号 K-1024")
        newest = self.page.run(f"document.querySelector('[data-key=\"check-in-{identity}\"]').innerText")
        self.assertIn("K-1024", newest)

        # A wrong link is taken away, and does not come back with the next card.
        self.press("check-in-" + identity)
        # What is pressed while the check-in is still being opened does nothing.
        self.shows('[data-part="sentence"]')
        self.shows('[data-key="unlink"]')
        self.picture("linked")
        self.press("unlink")
        key = f"'[data-key=\"check-in-{identity}\"]'"
        self.page.until(lambda: "K-1024" not in self.page.run(
            f"document.querySelector({key}).innerText"))
        self.assertFalse(self.page.run("document.querySelector('[data-key=unlink]') !== null"))
        again = self.check_in("yakushi")
        listed = self.stack.run("check-ins", "--json").json["checkIns"]
        self.assertNotIn("chart", next(one for one in listed if one["id"] == again))

    def test_a_certificate_that_ends_soon(self):
        """The reminder stands at the check-in from three months before the end, and not earlier."""
        ends = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86_400))
        self.stack.issue_for("yakushi", "soon", "--not-after", ends)
        self.open("soon", name="受付 花子")
        self.shows('[data-part="certificate"]')
        self.says("市区町村の窓口で更新できます")
        self.picture("soon")
        self.press("language")
        self.says("the municipal office renews it")
        self.press("language")
        self.press("check-in-" + self.check_in("yakushi"))
        self.shows('[data-part="sentence"]')
        self.page.until(lambda: not self.page.run(
            "document.querySelector('[data-part=certificate]') !== null"))

    def test_a_lost_second_factor(self):
        """The command takes it away: the password alone lets in again, and the history says so."""
        self.add("loser", "--role", "reception", "--second-factor")
        self.sign_in("loser")
        self.says("6桁のコード")
        self.add("loser", "--no-second-factor")
        self.sign_in("loser")
        self.stands("desk")
        acts = [entry["event"] for entry in self.stack.entries()
                if entry["event"]["kind"] == "administratorAct"
                and "loser" in entry["event"].get("note", "")]
        self.assertEqual([(event["reason"], event["note"]) for event in acts],
                         [("staffAdded", "loser reception secondFactor"),
                          ("staffChanged", "loser reception")])

    def test_the_witnesses(self):
        """The administrator sees how far the history is cosigned, and how much is not yet."""
        stack = self.stack
        stack.stop(stack.house)
        stack.start_house("--witness-port", "0")
        with open(stack.path("terminal", "witness.vkey")) as file:
            witness = file.read().strip()
        with open(stack.path("terminal", "config.json")) as file:
            before = file.read()
        try:
            stack.configure(witnesses={
                "list": [{"host": "127.0.0.1", "port": stack.witness_port, "key": witness}],
                "quorum": 1, "cadenceSeconds": 1})
            self.again()
            key = stack.run("history", "key").out.strip()
            subprocess.run([program("clearinghouse"), "watch", key, "--state", stack.state,
                            "--admin-port", str(stack.admin_port)], check=True,
                           stdout=subprocess.DEVNULL)
            wait_for("all is cosigned", lambda: stack.run(
                "status", "--json").json["historyWitnesses"]["uncosignedEntries"] == 0, 60)
            told = stack.run("status", "--json").json
            self.sign_in("chief")
            self.stands("desk")
            self.press("admin-store")
            self.shows('[data-part="store"]')
            shown = self.page.text('[data-part="store"]')
            self.assertIn("1 / 1", shown)
            self.assertNotIn("証人は設定されていません", self.text())
            rows = self.page.run("Object.fromEntries([...document.querySelectorAll("
                                 "'[data-part=store] dt')].map(one => [one.innerText, "
                                 "one.nextElementSibling.innerText]))")
            self.assertGreaterEqual(int(rows["証人が署名した項目"]), told["historyEntries"])
            self.assertGreaterEqual(int(rows["まだ署名されていない項目"]), 0)
            self.picture("witnessed")
            # The witness is gone: what is written now is not cosigned, and that is said.
            stack.stop(stack.house)
            stack.start_house()
            self.press("sign-out")
            self.stands("signIn")
            self.sign_in("chief")
            self.stands("desk")
            self.open_store_until("まだ署名されていない項目", lambda count: int(count) > 0)
            self.says("証人の不調")
            self.picture("unwitnessed")
        finally:
            stack.stop(stack.house)
            stack.start_house()
            with open(stack.path("terminal", "config.json"), "w") as file:
                file.write(before)
            self.again()

    def again(self):
        """The daemon anew; whoever was signed in is not."""
        self.stack.kill_daemon()
        self.stack.start_daemon()
        self.stands("signIn")

    def open_store_until(self, name, holds):
        """Looks at the store again until a number is as it should be; each look is an opening."""
        def is_there():
            # The review is a reading of the history: an entry that nobody cosigns any more.
            self.press("admin-review")
            self.press("openings-show")
            self.page.until(lambda: not self.page.run(
                "document.querySelector('[data-key=openings-show]') !== null"))
            self.press("admin-store")
            self.shows('[data-part="store"]')
            value = self.page.run("[...document.querySelectorAll('[data-part=store] dt')].find("
                                  f"one => one.innerText === {json.dumps(name)})"
                                  "?.nextElementSibling.innerText")
            said = self.page.run("document.body.innerText.includes('証人の不調')")
            return said and value and holds(value)
        wait_for(name, is_there, 60)

    def test_the_paper_of_a_record(self):
        self.open()
        self.press("tab-drugs")
        self.press("load")
        self.shows("main table")
        self.page.run("URL.createObjectURL = (real => blob => (window.paper = blob, real(blob)))"
                      "(URL.createObjectURL)")
        self.press("paper")
        self.page.until(lambda: self.page.run("window.paper !== undefined"), 30)
        self.assertTrue(self.page.run("window.paper.slice(0, 8).text()").startswith("%PDF-"))
        self.shows("#paper")
        self.press("withdraw")
        self.press("yes")
        self.says("この受付は同意取消です")
        self.assertTrue(self.page.run("document.querySelector('#paper') === null"))

    DETAILS = {"insurerNumber": "06139992", "symbol": "まど-12", "number": "345678",
               "branch": "01", "birthDate": "1974-07-14"}

    def type_details(self):
        for key, value in self.DETAILS.items():
            self.page.run(f"(one => {{ one.value = {json.dumps(value)}; one.dispatchEvent("
                          f"new Event('input')); }})(document.querySelector('#i-{key}'))")

    def test_a_check_without_a_card(self):
        """By insurance details: the qualification alone, and in the history."""
        self.sign_in("受付 花子")
        self.stands("desk")
        self.press("insurance")
        self.shows('[data-part="offline"]')
        self.type_details()
        self.press("i-check")
        self.shows('[data-part="found"]')
        self.says("資格は有効です")
        self.says("窓口 みどり")
        self.picture("found")
        told = [entry["event"] for entry in self.stack.entries()
                if entry["event"].get("note") == "insurance details"]
        self.assertEqual([event["kind"] for event in told[-2:]], ["intent", "disclosure"])
        self.assertIn("patient", told[-1])

    def give(self, key, value, event="input"):
        """What a field gets that is no plain typing: Japanese, dates, choices."""
        self.shows("#" + key)
        self.page.run(f"(one => {{ one.value = {json.dumps(value)}; one.dispatchEvent("
                      f"new Event('{event}')); }})(document.querySelector('#{key}'))")

    def turn(self, mode):
        """The administrator turns a mode on at another desk, or off."""
        self.sign_in("chief")
        self.stands("desk")
        self.press("admin-modes")
        if mode:
            self.give("mode", mode, "change")
            self.give("mode-reason", "豪雨")
            self.picture("modes")
            self.press("mode-on")
            self.shows('[data-key="mode-off"]')
            self.picture("mode-on")
        else:
            self.press("mode-off")
            self.shows('[data-key="mode-on"]')
        self.press("sign-out")
        self.stands("signIn")

    def look_up(self, consent=None):
        self.press("insurance")
        self.shows('[data-part="insurance"] [data-part="mode"]')
        self.give("i-name", "マドグチ ミドリ")
        self.give("i-birthDate", "1974-07-14")
        self.give("i-sex", "2", "change")
        self.give("i-address", "東京都架空区")
        self.give("i-reason", "避難所で受診")
        if consent:
            self.give("i-consent", consent, "change")
        self.picture("look-up")
        self.press("i-check")

    def test_failure_and_disaster(self):
        """Turned on by an administrator, seen at every desk; looked up by four items; in a disaster
        oral consent opens records, and the mode's end ends that."""
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        status, answer = self.stack.admin("POST", "/admin/modes", {"modes": [
            {"kind": kind, "until": until, "reason": "豪雨"}
            for kind in ["systemFailure", "disaster"]]})
        self.assertEqual(status, 200, answer)
        self.turn("systemFailure")
        self.sign_in("受付 花子")
        self.stands("desk")
        self.shows('[data-part="mode-on"]')
        self.look_up()
        self.shows('[data-part="found"]')
        self.says("窓口 みどり")
        self.picture("by-four-items")
        self.press("sign-out")
        self.stands("signIn")
        self.turn(None)
        self.turn("disaster")
        self.sign_in("doctor")
        self.stands("desk")
        self.says("災害時モード")
        self.look_up("oral")
        self.shows('[data-part="sentence"]')
        self.says("口頭の同意")
        self.picture("spoken")
        self.press("tab-drugs")
        self.press("load")
        self.shows("main table")
        self.picture("spoken-drugs")
        listed = self.stack.run("check-ins", "--json").json["checkIns"]
        identity = max(listed, key=lambda one: one["openedAt"])["id"]
        mine = [entry["event"] for entry in self.stack.entries()
                if entry["event"].get("checkIn") == identity]
        self.assertEqual(sorted(event["kind"] for event in mine if event["kind"] != "viewed"),
                         ["consentGiven", "consentGiven", "disclosure", "disclosure", "intent"])
        # Another desk ends the mode: what stands here goes by itself.
        other = Page(*SIZES[0])
        mine, self.page = self.page, other
        try:
            self.page.call("Page.navigate", url=f"http://desk.localhost:{self.port}/")
            self.stands("signIn")
            self.turn(None)
        finally:
            self.page = mine
            other.close()
        self.says("この受付は終了です")
        self.assertFalse(self.page.run("document.querySelector('main table') !== null"))
        self.picture("mode-ended")
        self.assertFalse(self.page.run("document.querySelector('[data-part=mode-on]') !== null"))

    def test_tomorrows_bookings(self):
        """Handed in, followed to the end, looked at: each patient's page says so."""
        self.sign_in("受付 花子")
        self.stands("desk")
        self.press("insurance")
        self.shows('[data-part="batch"]')
        lines = "A-1," + ",".join(self.DETAILS.values()) + "\nA-2,06139992,まど-12,999999,01,1974-07-14"
        self.page.run(f"(one => {{ one.value = {json.dumps(lines)}; one.dispatchEvent("
                      "new Event('input')); })(document.querySelector('#bookings'))")
        self.press("batch-send")
        self.shows('[data-key="batch-results"]')
        self.says("2 / 2 人を確認しました")
        self.picture("batch")
        self.press("batch-results")
        self.shows('[data-part="results"]')
        told = self.page.text('[data-part="results"]')
        self.assertIn("窓口 みどり", told)
        self.assertIn("A-2", told)
        self.picture("batch-results")
        noted = [entry["event"] for entry in self.stack.entries()
                 if entry["event"].get("note") == "results of a batch"]
        self.assertEqual([event["kind"] for event in noted[:2]], ["intent", "disclosure"])
        self.assertEqual([event["kind"] for event in noted[2:]], ["viewed"])
        # One that the clearinghouse breaks off is told as such, and can be sent again.
        lines = "B-1,06139992,behaves,oqscd003-9,,1974-07-14"
        self.page.run(f"(one => {{ one.value = {json.dumps(lines)}; one.dispatchEvent("
                      "new Event('input')); })(document.querySelector('#bookings'))")
        self.press("batch-send")
        self.shows('[data-part="broken-off"]')
        self.assertFalse(self.page.run("document.querySelector('[data-key=batch-results]') !== null"))
        self.picture("batch-broken-off")

    def test_offline_and_checked_later(self):
        """The clearinghouse is down: noted, over a restart; asked when it is back."""
        self.stack.stop(self.stack.house)
        try:
            self.sign_in("受付 花子")
            self.stands("desk")
            self.press("insurance")
            self.shows('[data-part="offline"]')
            self.type_details()
            self.press("i-check")
            self.shows('[data-part="problem"]')
            self.picture("down")
            self.press("i-wait")
            self.shows('[data-key^="recheck-"]')
            self.stack.kill_daemon()
            self.stack.start_daemon()
            self.stands("signIn")
        finally:
            self.stack.start_house()
        self.sign_in("受付 花子")
        self.stands("desk")
        self.press("insurance")
        self.shows('[data-key^="recheck-"]')
        self.picture("waiting")
        self.page.run("document.querySelector('[data-key^=recheck-]').click()")
        self.shows('[data-part="found"]')
        self.says("待っている方はいません")

    def test_a_wrong_link_stops_everything(self):
        self.open()
        self.press("tab-drugs")
        self.press("load")
        self.shows("main table")
        self.press("wrong-link")
        self.picture("wrong-link")
        self.press("yes")
        self.says("この受付は終了です")
        compared = [entry["event"] for entry in self.stack.entries()
                    if entry["event"]["kind"] == "identityCompared"]
        self.assertEqual(compared[-1]["outcome"], "failed")

    def test_removed_staff_are_out(self):
        self.add("leaver", "--role", "reception")
        self.sign_in("leaver")
        self.stands("desk")
        self.assertEqual(self.stack.run("staff", "remove", "leaver").code, 0)
        self.stands("signIn")
        self.says("サインアウトしました")
        self.sign_in("leaver")
        self.says("職員名かパスワードが違います")
        self.assertEqual(self.stack.run("staff", "remove", "leaver").code, 1)

    def test_restart_of_the_daemon(self):
        self.open()
        self.stack.stop(self.stack.daemon, signal.SIGKILL)
        self.stands("lost")
        self.assertNotIn("資格は", self.text())
        self.stack.start_daemon()
        # Who was signed in is known to the page and the daemon alone.
        self.stands("signIn")

    def test_every_screen_in_every_style(self):
        """No violation that axe-core knows of, and nothing cut off at either side."""
        self.faults = []
        self.judge("sign-in")
        self.sign_in()
        self.stands("desk")
        self.judge("nothing-open")
        identity = self.check_in()
        self.press("check-in-" + identity)
        self.shows('[data-part="sentence"]')
        self.judge("qualification")
        self.press("tab-drugs")
        self.judge("unopened")
        self.press("load")
        self.shows("main table")
        self.judge("drugs")
        self.press("grid")
        self.judge("grid")
        self.press("tab-checkups")
        self.press("load")
        self.shows("td.number, td.high")
        self.page.run("document.querySelector('th button').click()")
        self.shows("svg.chart circle")
        self.judge("checkups")
        self.press("tab-history")
        self.press("load")
        self.shows('[data-key^="proof-"]')
        self.page.run("document.querySelector('[data-key^=proof-]').click()")
        self.shows('[data-part="proof"]')
        self.judge("history")
        self.press("wrong-link")
        self.judge("wrong-link")
        self.press("no")
        self.press("insurance")
        self.shows('[data-part="offline"]')
        self.judge("insurance")
        self.press("check-in-" + identity)
        self.shows('[data-part="sentence"]')
        self.press("withdraw")
        self.judge("withdraw")
        self.press("yes")
        self.shows('[data-part="ended"]')
        self.judge("ended")
        self.press("sign-out")
        self.stands("signIn")
        self.sign_in("chief")
        self.stands("desk")
        for tab, part in [("lockouts", ".box"), ("staff", "[data-part=staff-save]"),
                          ("store", "[data-part=store]"), ("modes", "#mode"), ("review", "[data-part=review-show]")]:
            self.press("admin-" + tab)
            self.shows(part)
            if tab == "review":
                self.press("review-show")
                self.shows("main table")
            self.judge("admin-" + tab)
        self.assertEqual(self.faults, [])
        if not axe():
            self.skipTest("axe-core cannot be had: judged by what fits alone")

    def judge(self, name):
        script = axe()
        for size in SIZES:
            self.page.resize(*size)
            for language in LANGUAGES:
                if self.page.run("document.documentElement.lang") != language:
                    self.press("language")
                for style in STYLES:
                    self.press("style-" + style)
                    place = f"{name} {language} {style} {size[0]}×{size[1]}"
                    over = self.page.run("document.documentElement.scrollWidth - innerWidth")
                    if over > 1:
                        self.faults.append(f"{place}: {over} px do not fit")
                    if PICTURES:
                        self.page.picture(os.path.join(
                            PICTURES, f"{name}-{language}-{style}-{size[0]}.png"))
                    if script:
                        self.faults += [f"{place}: {fault}" for fault in self.page.violations(script)]
        self.press("language")
        self.press("style-standard")
        self.page.resize(*SIZES[0])

    def test_only_its_own_page_may_ask(self):
        def ask(method, path, host=None, body=None, address="127.0.0.1", **fields):
            line = http.client.HTTPConnection(address, self.port)
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            line.request(method, path, body, {"Host": host or f"desk.localhost:{self.port}",
                                              **headers})
            response = line.getresponse()
            response.read()
            return response.status

        origin = f"http://desk.localhost:{self.port}"
        for host in ["localhost", "127.0.0.1", "[::1]", "kiosk.localhost", "rebound.example"]:
            self.assertEqual(ask("GET", "/", f"{host}:{self.port}"), 421, host)
        self.assertEqual(ask("GET", "/"), 200)
        self.assertEqual(ask("GET", "/desk.js", Sec_Fetch_Site="cross-site"), 403)
        frame = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
        self.assertEqual(ask("GET", "/", Sec_Fetch_Dest="iframe", **frame), 403)
        octets = {"Content_Type": "application/octet-stream", "Madoguchi_Staff": "doctor"}
        for origin_given in [None, "http://evil.example", "null"]:
            more = {"Origin": origin_given} if origin_given else {}
            self.assertEqual(ask("POST", "/v1/sign-in", body=PASSWORD, **octets, **more), 403)
        self.assertEqual(ask("POST", "/v1/sign-in", body=PASSWORD, Origin=origin, **octets), 200)
        with open(self.stack.path("staff", "clinician.token")) as file:
            token = file.read().strip()
        for bearer in ["guess", token]:
            for path in ["/v1/events", "/v1/status", "/v1/check-ins"]:
                self.assertEqual(ask("GET", path, Authorization="Bearer " + bearer), 401, path)
        self.assertEqual(ask("POST", "/v1/session/pin", body=b"1234", Origin=origin), 404)


def main():
    global PICTURES
    words = sys.argv[1:]
    if words[:1] == ["--pictures"]:
        PICTURES, words = words[1], words[2:]
        os.makedirs(PICTURES, exist_ok=True)
    if BROWSER is None:
        print("desk: there is no Chromium here: skipped")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames([f"Desk.{word}" for word in words],
                                      sys.modules[__name__]) if words else \
        loader.loadTestsFromTestCase(Desk)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed, "
          f"{len(result.skipped)} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
