#!/usr/bin/env python3
"""The kiosk in a browser, on the real stack: cards through pcscd, a patient at the screen. Skips
where there is no Chromium.

    Tests/System/private-pcscd.sh python3 -B Tests/System/kiosk.py [--pictures FOLDER] [NAME …]
"""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import unittest

from browser import BROWSER, Page, axe
from pads import COMPILER, with_keys
from rig import Stack, program, wait_for

PICTURES = None
PORTRAIT, LANDSCAPE = (1080, 1920), (1280, 800)
STYLES, LANGUAGES = ["standard", "large", "contrast"], ["ja", "en"]
LIMITS = {"retrySeconds": 1, "interruptedSeconds": 4, "messageSeconds": 4, "nonceSeconds": 10,
          "exchangeSeconds": 3}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Kiosk(unittest.TestCase):
    """One stack for all; each test begins with an empty reader and a browser of its own."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make("mado,yakushi,sankino-taro")
        cls.port = free_port()
        cls.stack.configure(limits=LIMITS, kiosk={"port": cls.port,
                                                  "pageFile": "../run/kiosk.html"})
        cls.stack.start_daemon()

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def setUp(self):
        self.page = self.open(*PORTRAIT)

    def tearDown(self):
        self.page.close()
        self.stack.pull()
        wait_for("the reader is free", lambda: self.stack.reader_state() in ("empty", None), 60)

    def open(self, width, height):
        page = Page(width, height)
        try:
            page.call("Page.navigate", url="file://" + self.stack.path("run", "kiosk.html"))
            self.stands("rest", page)
        except BaseException:
            page.close()
            raise
        return page

    # What a patient sees and does

    def stands(self, name, page=None, seconds=20):
        page = page or self.page
        try:
            page.until(lambda: page.run("document.querySelector('main')?.dataset.screen") == name,
                       seconds)
        except AssertionError:
            there = page.run("document.body?.innerText")
            self.fail(f"not {name}: {there} {page.faults()}")
        if PICTURES:
            page.picture(os.path.join(PICTURES, f"{self._testMethodName}-{name}.png"))

    def says(self, words, page=None):
        page = page or self.page
        try:
            page.until(lambda: words in page.run("document.body.innerText"))
        except AssertionError:
            self.fail(f"not said: {words}: {page.run('document.body?.innerText')}")

    def press(self, key):
        self.page.click(f'[data-key="{key}"]')

    def key(self, key):
        code = {"Enter": 13, "Escape": 27, "Backspace": 8}.get(key, ord(key[0]))
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        self.page.call("Input.dispatchKeyEvent", type="keyDown", key=key,
                       windowsVirtualKeyCode=code, **text)
        self.page.call("Input.dispatchKeyEvent", type="keyUp", key=key,
                       windowsVirtualKeyCode=code)

    def enter(self, pin):
        for digit in pin:
            self.press(f"digit-{digit}")

    # The flows

    def test_pin(self):
        self.stack.insert("mado")
        self.stands("way")
        self.press("way-pin")
        self.stands("consent")
        self.says("お薬の情報")
        self.press("consent-true")
        self.says("健診の情報")
        self.press("consent-false")
        self.stands("pin")
        self.says("あと 3 回")
        self.enter("1234")
        self.press("pin")
        self.stands("done")
        self.says("健診の情報：見せない")
        self.stack.pull()
        # Whoever is slower than the message's time has nothing to press any more.
        self.page.run("document.querySelector('[data-key=\"seen\"]')?.click()")
        self.stands("rest")

    def test_a_certificate_that_ends_soon(self):
        """The last screen says so, and says it aloud; one in its grace shares no records."""
        for name, days, word in [("soon", 30, "までです"), ("grace", -20, "期限が切れました")]:
            ends = time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86_400))
            self.stack.issue_for("yakushi", name, "--not-before", "2020-01-01", "--not-after", ends)
            self.stack.insert(name)
            self.stands("way")
            self.press("way-pin")
            self.page.until(lambda: self.page.run(
                "['consent', 'pin'].includes(document.querySelector('main').dataset.screen)"))
            while self.page.run("document.querySelector('main').dataset.screen") == "consent":
                self.press("consent-false")
            self.stands("pin")
            self.enter("1234")
            self.press("pin")
            self.stands("done")
            self.says(word)
            self.says("更新")
            self.stack.pull()
            self.page.run("document.querySelector('[data-key=\"seen\"]')?.click()")
            self.stands("rest", seconds=60)

    def test_wrong_pin_then_right_by_ten_key(self):
        self.stack.insert("mado")
        self.stands("way")
        self.key("2")
        self.stands("consent")
        self.key("3")
        self.stands("pin")
        for digit in "9999":
            self.key(digit)
        self.key("Enter")
        self.says("あと 2 回")
        for digit in "1234":
            self.key(digit)
        self.key("Enter")
        self.stands("done")

    def choose(self, way="pin", *consents):
        self.stands("way")
        self.press("way-" + way)
        for answer in consents or ("consentAll-",):
            self.stands("consent")
            self.press(answer)

    def test_somebody_enters_for_the_patient(self):
        """A parent by ten keys, who is told so on every screen and stands in the history; the card
        that comes back still has them; another card does not."""
        self.stack.insert("mado")
        self.stands("way")
        self.key("4")
        self.stands("proxy")
        self.key("-")
        self.stands("way")
        self.key("4")
        self.stands("proxy")
        self.key("2")
        self.stands("way")
        self.says("入力：親・法定代理人")
        self.key("2")
        self.stands("consent")
        self.says("本人に代わって答えてください")
        self.key("3")
        self.stands("pin")
        self.says("本人に代わって答えてください")
        self.stack.pull()
        self.stands("interrupted")
        self.stack.insert("mado", waits=False)
        self.stands("way")
        self.says("親・法定代理人")
        self.key("2")
        self.stands("pin")
        for key in "1234":
            self.key(key)
        self.key("Enter")
        self.stands("done")
        told = self.stack.run("history", "list", "--json").json["entries"]
        last = [entry["event"] for entry in told if entry["event"]["kind"] == "intent"][-1]
        self.assertEqual(last["actor"], {"id": "parent", "role": "parent"})
        self.press("own")
        self.stands("ownPin")
        self.enter("1234")
        self.press("ownPin")
        self.stands("own")
        self.press("ownEnd")
        self.stack.pull()
        self.page.run("document.querySelector('[data-key=\"seen\"]')?.click()")
        self.stands("rest", seconds=60)
        self.stack.insert("yakushi")
        self.stands("way")
        self.says("付き添いの方が入力する")
        self.assertNotIn("代わって", self.page.text("main"))

    def test_refusal_is_checked_in(self):
        self.stack.insert("mado")
        self.choose("pin", "consent-false", "consent-false")
        self.stands("pin")
        self.says("見せるもの：なし")
        self.enter("1234")
        self.press("pin")
        self.stands("done")
        self.says("お薬の情報：見せない")
        self.says("健診の情報：見せない")

    def test_last_try_and_locked(self):
        self.stack.insert("yakushi")
        self.choose()
        for left in ["あと 2 回", None]:
            self.stands("pin")
            self.enter("9999")
            self.press("pin")
            if left:
                self.says(left)
        self.stands("lastTry")
        self.assertEqual(self.page.text("footer .primary"), "ほかの方法にする")
        self.press("back")
        # What was agreed is kept; the way is asked again.
        self.stands("way")
        self.says("あと1回")
        self.press("way-pin")
        self.stands("lastTry")
        self.assertEqual(self.stack.tries("yakushi"), 1)
        self.press("lastTry")
        self.stands("pin")
        self.enter("9999")
        self.press("pin")
        self.stands("way")
        self.says("ロックされています")
        closed = self.page.run(
            "document.querySelector('[data-key=way-pin]').getAttribute('aria-disabled')")
        self.assertEqual(closed, "true")
        self.press("way-pin")
        self.stands("way")

    def test_pulled_and_back(self):
        self.stack.insert("mado")
        self.choose()
        self.stands("pin")
        self.enter("12")
        self.stack.pull()
        self.stands("interrupted")
        self.stack.insert("mado", waits=False)
        self.stands("way")
        self.press("way-pin")
        self.stands("pin")
        self.says("お薬の情報")
        # Digits entered before are gone.
        self.assertEqual(self.page.run("document.querySelectorAll('.dots .full').length"), 0)
        self.stack.pull()
        self.stands("problem")
        self.press("seen")
        self.stands("rest")

    def test_face(self):
        camera = self.stack.spawn(program("camera"), "serve", "--card",
                                  self.stack.path("cards", "mado.json"), "--socket",
                                  self.stack.path("run", "camera.sock"), stdout=subprocess.PIPE)
        camera.stdout.readline()
        try:
            self.stack.insert("mado")
            self.choose("face")
            self.stands("face")
            self.press("face")
            self.stands("done")
        finally:
            self.stack.stop(camera)

    @unittest.skipUnless(COMPILER, "no compiler for the simulated keys")
    def test_reader_with_keys(self):
        """Where the reader has keys the screen has none, and is told no digit."""
        before, keys, orders = with_keys(self.stack)
        self.stack.kill_daemon()
        self.stack.start_daemon(before=before)
        try:
            self.stands("rest", seconds=30)
            self.stack.insert("mado")
            self.choose()
            self.stands("pad")
            self.assertEqual(self.page.run("document.querySelectorAll('.keys, .dots').length"), 0)
            for typed, screen in [("cancel", "pad"), ("wait", "done")]:
                with open(keys, "w") as file:
                    file.write(typed + "\n")
                self.press("pad")
                if typed == "wait":
                    self.stands("padEntry")
                self.stands(screen)
                if typed == "cancel":
                    self.says("取り消されました")
            with open(orders) as file:
                self.assertEqual(len(file.read().split()), 2)
        finally:
            self.stack.kill_daemon()
            self.stack.start_daemon()

    def own(self, pin="1234"):
        """わたしの情報, from the way's screen, by a PIN entry of its own."""
        self.stands("way")
        self.press("own-")
        self.stands("ownPin")
        self.enter(pin)
        self.press("ownPin")

    def tab(self, name):
        self.press("tab-" + name)
        self.shows(f'.own[data-tab="{name}"] table, .own[data-tab="{name}"] .plain, '
                   f'.own[data-tab="{name}"] dl')
        if PICTURES:
            self.page.picture(os.path.join(PICTURES, f"{self._testMethodName}-{name}.png"))

    def shows(self, selector):
        try:
            self.page.until(lambda: self.page.run(
                f"document.querySelector({json.dumps(selector)}) !== null"))
        except AssertionError:
            self.fail(f"not shown: {selector}: {self.page.run('document.body.innerText')} "
                      f"{self.page.faults()}")

    def disclosures(self):
        return [entry["event"] for entry in self.stack.entries()
                if entry["event"]["kind"] == "disclosure" and entry["event"].get("purpose") == "ownAccess"]

    def test_own_information(self):
        """Each page is in the history before it is seen; the card takes all with it."""
        self.stack.insert("mado")
        self.assertEqual(self.stack.check_in().code, 0)
        self.stack.pull()
        self.stands("rest")
        before = len(self.disclosures())
        self.stack.insert("mado")
        self.own()
        self.stands("own")
        self.says("資格は有効です")
        for count, tab in enumerate(["drugs", "checkups", "expenses", "disclosures", "notices"], 2):
            self.tab(tab)
            told = self.disclosures()[before:]
            self.assertEqual(len(told), count, tab)
        self.assertEqual([event["item"] for event in told],
                         ["qualification", "drugs", "checkups", "expenses", "history", "history"])
        self.tab("drugs")
        self.says("自己負担")
        self.assertEqual(len(self.disclosures()[before:]), 6)
        # Other months are another look.
        self.press("from-later")
        self.press("period")
        self.page.until(lambda: len(self.disclosures()[before:]) == 7)
        self.stack.pull()
        self.stands("rest")
        self.assertNotIn("自己負担", self.page.run("document.documentElement.outerHTML"))

    def test_own_checkups_side_by_side_and_as_a_chart(self):
        self.stack.insert("mado")
        self.own()
        self.stands("own")
        self.tab("checkups")
        columns = "document.querySelectorAll('.own thead th').length"
        self.assertEqual(self.page.run(columns), 5)
        dates = self.page.run("[...document.querySelectorAll('[data-key^=date-]')]"
                              ".map(one => one.dataset.key)")
        self.assertEqual(len(dates), 5)
        self.press(dates[0])
        self.page.until(lambda: self.page.run(columns) == 4)
        self.press(dates[4])
        self.page.until(lambda: self.page.run(columns) == 5)
        self.press("chart-収縮期血圧")
        self.shows("svg.chart .beyond")
        if PICTURES:
            self.page.picture(os.path.join(PICTURES, "own-chart.png"))

    def test_own_paper_is_printed(self):
        self.stack.insert("mado")
        self.own()
        self.stands("own")
        self.tab("drugs")
        self.page.run("window.print = () => { window.wasPrinted = true; }; "
                      "URL.createObjectURL = (real => blob => (window.paper = blob, real(blob)))"
                      "(URL.createObjectURL)")
        self.press("ownPrint")
        self.assertTrue(self.page.run("window.wasPrinted"))
        self.press("paper")
        self.page.until(lambda: self.page.run("window.paper !== undefined"), 30)
        head = self.page.run("window.paper.slice(0, 8).text()")
        self.assertTrue(head.startswith("%PDF-"), head)
        self.assertGreater(self.page.run("window.paper.size"), 10_000)
        self.shows("#paper")
        self.assertEqual([one["note"] for one in self.disclosures() if "note" in one][-2:],
                         ["document: drugs"] * 2)
        self.press("ownEnd")
        self.stands("way")
        self.assertTrue(self.page.run("document.querySelector('#paper') === null"))

    def test_own_information_by_ten_key_and_wrong_pins(self):
        self.stack.insert("sankino-taro")
        self.stands("way")
        self.key("5")
        self.stands("ownPin")
        for digit in "9999":
            self.key(digit)
        self.key("Enter")
        self.says("あと 2 回")
        for digit in "9999":
            self.key(digit)
        self.key("Enter")
        self.stands("lastTry")
        # Going back is what the key for it does; it never spends the last try.
        self.key("-")
        self.stands("way")
        self.assertEqual(self.stack.tries("sankino-taro"), 1)

    def test_registration_of_a_card(self):
        """A card that is no insurance card yet becomes one on the spot, by a PIN of its own."""
        self.stack.admin("DELETE", "/admin/registrations/mado", None)
        self.stack.insert("mado")
        self.choose()
        self.stands("pin")
        self.enter("1234")
        self.press("pin")
        self.stands("registration")
        self.press("register-")
        self.stands("register")
        self.enter("1234")
        self.press("ownPin")
        self.stands("registered")
        self.stack.pull()
        self.stands("rest")
        self.stack.insert("mado")
        self.choose()
        self.stands("pin")
        self.enter("1234")
        self.press("pin")
        self.stands("done")

    def test_more_time(self):
        """Who needs longer says so, three times."""
        self.stack.kill_daemon()
        self.stack.configure(limits={**LIMITS, "choosingSeconds": 12, "warningSeconds": 10})
        self.stack.start_daemon()
        try:
            self.stands("rest", seconds=30)
            self.stack.insert("mado")
            self.stands("way")
            for _ in range(3):
                self.says("まもなく時間切れです")
                self.press("moreTime")
                self.page.until(lambda: "まもなく" not in
                                self.page.run("document.body.innerText"))
            # A fourth time is not given: others wait.
            self.says("まもなく時間切れです")
            self.press("moreTime")
            self.stands("problem")
        finally:
            self.stack.kill_daemon()
            self.stack.configure(limits=LIMITS)
            self.stack.start_daemon()

    def test_what_the_voice_says(self):
        """Each screen's spoken text, by a voice that only listens; what stands there is said too."""
        self.page.run("window.said = []; window.madoguchiVoice = (text, language, volume) => "
                      "{ window.said.push([text, language, volume]); }")

        def heard(words, screen):
            self.stands(screen)
            self.page.until(lambda: self.page.run(
                f"window.said.some(one => one[0].includes({json.dumps(words)}))"))
            last = self.page.run("window.said.at(-1)")
            self.assertNotRegex(last[0], r"[{}$|]|undefined|null")
            self.assertEqual(last[0], self.page.run(
                "document.getElementById('aloud').textContent"))

        self.stack.insert("mado")
        heard("ご本人を確かめる方法を、選んでください。顔、暗証番号、職員を呼ぶ", "way")
        self.press("proxyAsk-")
        heard("どなたが入力しますか", "proxy")
        self.press("proxy-carer")
        heard("本人に聞いて答えてください", "way")
        self.press("way-pin")
        heard("本人に聞いて答えてください", "consent")
        heard("お薬の情報を見せますか", "consent")
        self.press("consent-true")
        heard("健診の情報を見せますか", "consent")
        self.press("consent-false")
        heard("4けたの暗証番号を入力して、確定を押してください。あと3回", "pin")
        # Digits are counted, never said.
        before = self.page.run("window.said.length")
        self.enter("1234")
        told = [one[0] for one in self.page.run(f"window.said.slice({before})")]
        self.assertEqual(told, [f"{count} けた入力しました" for count in range(1, 5)])
        self.press("pin")
        heard("受付できました", "done")
        self.press("own")
        heard("ご自分の情報を見るために", "ownPin")
        self.enter("1234")
        self.press("ownPin")
        heard("保険証を、表示しました", "own")
        self.press("tab-drugs")
        heard("お薬を、表示しました", "own")
        self.press("language")
        heard("Medicines is shown", "own")
        self.assertEqual(self.page.run("window.said.at(-1)[1]"), "en")
        self.press("voice")
        self.press("tab-checkups")
        heard("Checkups is shown", "own")
        self.assertEqual(self.page.run("window.said.at(-1)[2]"), 2)
        self.press("language")
        self.stack.pull()
        heard("マイナンバーカードを、カードリーダーに置いてください", "rest")

    def test_all_by_ten_keys(self):
        """A whole visit with 0–9, Enter, . - + * alone: check-in, own information, its pages."""
        self.stack.insert("mado")
        self.stands("way")
        self.key("2")
        self.stands("consent")
        self.key("-")
        self.stands("way")
        self.key("2")
        self.stands("consent")
        self.key("1")
        self.says("健診の情報")
        self.key("2")
        self.stands("pin")
        for key in "99.9*1234":
            self.key(key)
        self.key("Enter")
        self.stands("done")
        for _ in range(20):
            self.key("+")
            if self.page.run("document.activeElement?.dataset.key") == "own":
                break
        self.key("Enter")
        self.stands("ownPin")
        for key in "1234":
            self.key(key)
        self.key("Enter")
        self.stands("own")
        for number, tab in enumerate(["qualification", "drugs", "checkups", "expenses",
                                      "disclosures", "notices"], 1):
            self.key(str(number))
            self.shows(f'.own[data-tab="{tab}"]')
        self.key("2")
        self.shows('.own[data-tab="drugs"] table')
        self.page.run("document.activeElement.blur()")
        self.key("Enter")
        self.page.until(lambda: self.page.run("document.querySelector('main').scrollTop") > 100)
        self.key(".")
        self.page.until(lambda: self.page.run("document.querySelector('main').scrollTop") == 0)
        self.key("-")
        self.stands("ownEnd")
        self.assertNotIn("自己負担", self.page.run("document.documentElement.outerHTML"))

    def test_the_own_screens_in_every_style(self):
        """As the others, but for what may scroll: lists of records."""
        self.faults = []
        self.stack.insert("mado")
        self.stands("way")
        self.press("own-")
        self.stands("ownPin")
        self.judge()
        self.enter("1234")
        self.press("ownPin")
        self.stands("own")
        for tab in ["qualification", "drugs", "checkups", "expenses", "disclosures", "notices"]:
            self.press("tab-" + tab)
            self.shows(f'.own[data-tab="{tab}"] :is(table, .plain, dl, .box:not([role=status]))')
            if tab == "checkups":
                self.press("chart-収縮期血圧")
                self.shows("svg.chart")
            self.judge(scrolls=True, part="-" + tab)
        self.press("ownEnd")
        self.assertEqual(self.faults, [])
        if not axe():
            self.skipTest("axe-core cannot be had: judged by what fits alone")

    def test_twice_the_text_loses_nothing(self):
        """200 % of a browser's text size: nothing is cut off at either side, and what is below is
        reached by scrolling."""
        self.page.resize(*PORTRAIT)
        self.page.call("Emulation.setPageScaleFactor", pageScaleFactor=1)

        def fits():
            self.page.run("document.documentElement.style.zoom = '2'")
            over = self.page.run(
                "[...document.querySelectorAll('main *, footer *, header *')].filter(one => {"
                " const box = one.getBoundingClientRect();"
                " return box.width > 1 && !one.closest('.scroll, svg, #paper')"
                "   && (box.right > innerWidth + 2 || box.left < -2) })"
                ".concat([...document.querySelectorAll('button')].filter(one => "
                "one.scrollWidth > one.clientWidth + 2)).map(one => one.outerHTML.slice(0, 80))")
            name = self.page.run("document.querySelector('main').dataset.screen")
            if PICTURES:
                self.page.picture(os.path.join(PICTURES, f"twice-{name}.png"))
            self.page.run("document.documentElement.style.zoom = ''")
            self.assertEqual(over, [], name)

        fits()
        self.stack.insert("mado")
        self.stands("way")
        fits()
        self.press("proxyAsk-")
        self.stands("proxy")
        fits()
        self.press("proxy-carer")
        self.stands("way")
        self.press("way-pin")
        self.stands("consent")
        fits()
        self.press("consentAll-")
        self.stands("pin")
        fits()
        self.enter("1234")
        self.press("pin")
        self.stands("done")
        fits()
        self.press("own")
        self.stands("ownPin")
        self.enter("1234")
        self.press("ownPin")
        self.stands("own")
        fits()
        self.press("tab-checkups")
        self.shows('.own[data-tab="checkups"] table')
        fits()

    def test_staff_confirm(self):
        self.stack.insert("mado")
        self.choose("visualCheck")
        self.stands("staff")

    def test_clearinghouse_down(self):
        self.stack.stop(self.stack.house)
        try:
            self.stack.insert("mado")
            self.choose()
            self.stands("problem", seconds=40)
            self.says("窓口へお声がけください")
        finally:
            self.stack.start_house()

    def test_restart_of_the_daemon(self):
        self.stack.insert("mado")
        self.choose()
        self.stands("pin")
        self.stack.stop(self.stack.daemon, signal.SIGKILL)
        self.stands("lost")
        self.assertNotIn("お薬", self.page.run("document.body.innerText"))
        self.stack.start_daemon()
        self.stands("way")

    def test_another_browser_takes_over(self):
        other = self.open(*LANDSCAPE)
        try:
            self.stack.insert("mado")
            self.stands("way", other)
            self.press("way-pin")
            self.press("consentAll-")
            self.stands("unpaired")
        finally:
            other.close()

    def test_every_screen_in_every_style(self):
        """No violation that axe-core knows of, and nothing that has to be scrolled to."""
        self.faults = []
        self.judge()
        self.stack.insert("mado")
        self.stands("way")
        self.judge()
        self.press("proxyAsk-")
        self.stands("proxy")
        self.judge()
        self.press("proxy-parent")
        self.stands("way")
        self.judge(part="-proxy")
        self.press("way-pin")
        self.stands("consent")
        self.judge(part="-proxy")
        self.press("undo")
        self.press("proxyAsk-")
        self.press("proxy-")
        self.stands("way")
        self.press("way-pin")
        self.stands("consent")
        self.judge()
        self.press("consentAll-")
        self.stands("pin")
        self.judge()
        self.press("back")
        self.stands("way")
        self.press("way-visualCheck")
        self.stands("staff")
        self.judge()
        self.press("back")
        self.stands("way")
        self.press("way-pin")
        self.stands("pin")
        self.enter("1234")
        self.press("pin")
        self.stands("done")
        self.judge()
        self.assertEqual(self.faults, [])
        if not axe():
            self.skipTest("axe-core cannot be had: judged by what fits alone")

    def judge(self, scrolls=False, part=""):
        name = self.page.run("document.querySelector('main').dataset.screen") + part
        script = axe()
        for size in [PORTRAIT, LANDSCAPE]:
            self.page.resize(*size)
            for language in LANGUAGES:
                if self.page.run("document.documentElement.lang") != language:
                    self.press("language")
                for style in STYLES:
                    self.press("style-" + style)
                    place = f"{name} {language} {style} {size[0]}×{size[1]}"
                    over = self.page.run(
                        "[document.documentElement, document.querySelector('main')].map(one => "
                        "Math.max(one.scrollHeight - one.clientHeight, "
                        "one.scrollWidth - one.clientWidth))")
                    if scrolls:
                        over = [self.page.run("document.documentElement.scrollWidth - innerWidth")]
                    if max(over) > 1:
                        self.faults.append(f"{place}: {over} px do not fit")
                    if PICTURES:
                        self.page.picture(os.path.join(
                            PICTURES, f"{name}-{language}-{style}-{size[0]}.png"))
                    if script:
                        self.faults += [f"{place}: {fault}" for fault in self.page.violations(script)]
        self.press("language")
        self.press("style-standard")
        self.page.resize(*PORTRAIT)

    def test_only_its_own_page_may_ask(self):
        def ask(method, path, host=None, body=None, **fields):
            line = http.client.HTTPConnection("127.0.0.1", self.port)
            headers = {name.replace("_", "-"): value for name, value in fields.items()}
            line.request(method, path, body, {"Host": host or f"kiosk.localhost:{self.port}",
                                              **headers})
            response = line.getresponse()
            response.read()
            return response.status

        origin = f"http://kiosk.localhost:{self.port}"
        for host in ["localhost", "127.0.0.1", "[::1]", "desk.localhost", "rebound.example"]:
            self.assertEqual(ask("GET", "/", f"{host}:{self.port}"), 421, host)
        self.assertEqual(ask("GET", "/"), 200)
        self.assertEqual(ask("GET", "/kiosk.js", Sec_Fetch_Site="cross-site"), 403)
        frame = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
        self.assertEqual(ask("GET", "/", Sec_Fetch_Dest="iframe", **frame), 403)
        self.assertEqual(ask("GET", "/", Sec_Fetch_Dest="document", **frame), 200)
        pair = json.dumps({"secret": "guess"})
        json_type = {"Content_Type": "application/json"}
        self.assertEqual(ask("POST", "/v1/pair", body=pair, **json_type), 403)
        self.assertEqual(ask("POST", "/v1/pair", body=pair, Origin="http://evil.example",
                             **json_type), 403)
        self.assertEqual(ask("POST", "/v1/pair", body=pair, Origin=origin, **json_type), 401)
        for path in ["/v1/events", "/v1/status", "/v1/session", "/v1/check-ins"]:
            self.assertIn(ask("GET", path), (401, 404), path)
        self.assertEqual(ask("POST", "/v1/session/seen", body="{}", Origin=origin, **json_type),
                         401)


def main():
    global PICTURES
    words = sys.argv[1:]
    if words[:1] == ["--pictures"]:
        PICTURES, words = words[1], words[2:]
        os.makedirs(PICTURES, exist_ok=True)
    if BROWSER is None:
        print("kiosk: there is no Chromium here: skipped")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames([f"Kiosk.{word}" for word in words],
                                      sys.modules[__name__]) if words else \
        loader.loadTestsFromTestCase(Kiosk)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed, "
          f"{len(result.skipped)} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
