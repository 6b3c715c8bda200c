#!/usr/bin/env python3
"""The kiosk in a browser, on the real stack: cards through pcscd, a patient at the screen. Skips
where there is no Chromium.

    Tests/System/private-pcscd.sh python3 -B Tests/System/kiosk.py [--pictures FOLDER] [NAME …]
"""
import http.client
import json
import os
import socket
import sys
import unittest

from browser import BROWSER, Page
from rig import Stack, wait_for

PICTURES = None
PORTRAIT, LANDSCAPE = (1080, 1920), (1280, 800)
LIMITS = {"retrySeconds": 1, "interruptedSeconds": 3}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Kiosk(unittest.TestCase):
    """One stack for all; each test begins with an empty reader and a browser of its own."""

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make()
        cls.port = free_port()
        cls.stack.configure(limits=LIMITS, kiosk={"port": cls.port,
                                                  "pageFile": "../run/kiosk.html"})
        cls.stack.start_daemon()
        cls.browsers = 0

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
        type(self).browsers += 1
        page = Page(self.stack.path(f"browser-{self.browsers}"), width, height)
        page.call("Page.navigate", url="file://" + self.stack.path("run", "kiosk.html"))
        self.stands("rest", page)
        return page

    # What a patient sees and does

    def stands(self, name, page=None, seconds=20):
        page = page or self.page
        try:
            page.until(lambda: page.run("document.querySelector('main')?.dataset.screen") == name,
                       seconds)
        except AssertionError:
            self.fail(f"not {name}: {page.run('document.body.innerText')} {page.faults()}")
        if PICTURES:
            page.picture(os.path.join(PICTURES, f"{self._testMethodName}-{name}.png"))

    def says(self, words, page=None):
        page = page or self.page
        try:
            page.until(lambda: words in page.run("document.body.innerText"))
        except AssertionError:
            self.fail(f"not said: {words}: {page.run('document.body.innerText')}")

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
        self.press("seen")
        self.stands("rest")

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
