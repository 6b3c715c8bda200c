#!/usr/bin/env python3
"""The administration page in a browser, over its own debugging protocol; nothing to install but
Chromium. Skips where there is none.

    Tests/System/admin_page.py PROGRAM [--pictures FOLDER]
"""
import base64, http.client, json, os, secrets, shutil, socket, struct, subprocess, sys, tempfile, time
import clearinghouse as rig

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


class Socket:
    """A WebSocket (RFC 6455), as far as one local browser needs it."""

    def __init__(self, port, path):
        self.line = socket.create_connection(("127.0.0.1", port), 20)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self.line.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                           f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                           "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        self.file = self.line.makefile("rb")
        assert b"101" in self.file.readline()
        while self.file.readline() not in (b"\r\n", b""):
            pass

    def send(self, text):
        octets, mask = text.encode(), secrets.token_bytes(4)
        size = len(octets)
        head = b"\x81" + (struct.pack(">B", 0x80 | size) if size < 126
                          else struct.pack(">BH", 0xFE, size) if size < 65536
                          else struct.pack(">BQ", 0xFF, size))
        self.line.sendall(head + mask + bytes(o ^ mask[i % 4] for i, o in enumerate(octets)))

    def receive(self):
        octets, isLast = b"", False
        while not isLast:
            first, second = self.file.read(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.file.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.file.read(8))[0]
            octets += self.file.read(size)
            isLast = first & 0x80 != 0
        return octets.decode()


class Page:
    def __init__(self, folder, width=1280, height=1600):
        # A browser leaves its own temporary files behind: they lie in this folder too.
        os.makedirs(folder)
        self.browser = subprocess.Popen(
            [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
             "--no-first-run", "--user-data-dir=" + folder, f"--window-size={width},{height}",
             "--disable-dev-shm-usage", "about:blank"], stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, env=dict(os.environ, TMPDIR=folder))
        name = folder + "/DevToolsActivePort"
        self.until(lambda: os.path.exists(name) and open(name).read().count("\n") >= 1, 60)
        port = int(open(name).readline())
        line = http.client.HTTPConnection("127.0.0.1", port)
        line.request("GET", "/json/list")
        pages = json.loads(line.getresponse().read())
        address = next(page for page in pages if page["type"] == "page")["webSocketDebuggerUrl"]
        self.socket = Socket(port, "/" + address.split("/", 3)[3])
        self.number, self.events = 0, []
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(domain + ".enable")

    def until(self, holds, seconds=20):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "the page does not get there"
            time.sleep(0.1)

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self.socket.receive())
            if told.get("id") == self.number:
                assert "error" not in told, told
                return told["result"]
            self.events.append(told)

    def run(self, script):
        told = self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                         returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def text(self, selector):
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def type(self, selector, text):
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def click(self, selector):
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def faults(self):
        """What the browser complained about."""
        told = [event["params"]["entry"]["text"] for event in self.events
                if event["method"] == "Log.entryAdded"
                and event["params"]["entry"]["level"] == "error"]
        return told + [str(event["params"]) for event in self.events
                       if event["method"] == "Runtime.exceptionThrown"]

    def close(self):
        self.browser.terminate()
        self.browser.wait(20)


def test_headers(world):
    for path in ["/", "/page.css", "/page.js"]:
        line = http.client.HTTPConnection("127.0.0.1", world.ready["adminPort"])
        line.request("GET", path)
        response = line.getresponse()
        octets = response.read()
        policy = response.headers["Content-Security-Policy"]
        assert response.status == 200 and "default-src 'none'" in policy, path
        assert "unsafe" not in policy and "Set-Cookie" not in response.headers
        assert world.token.encode() not in octets
        for fields in [{"Host": "example.org"}, {"Sec-Fetch-Site": "cross-site"}]:
            line = http.client.HTTPConnection("127.0.0.1", world.ready["adminPort"])
            line.request("GET", path, None, fields)
            assert line.getresponse().status == 403, (path, fields)


def test_page(world, page, pictures):
    address = world.ready["admin"] + "/"
    page.call("Page.navigate", url=address)
    page.until(lambda: page.run("document.readyState") == "complete")
    page.type("#token", "wrong")
    page.click("#unlock button")
    page.until(lambda: "token is missing or wrong" in page.text("#status"))
    assert page.run("document.getElementById('open').hidden") is True
    page.events.clear()
    page.type("#token", world.token)
    page.click("#unlock button")
    page.until(lambda: "yakushi" in page.text("#people"))
    rig.check_in(world, world.connect())
    page.until(lambda: "check" in page.text("#requests") and "mado" in page.text("#requests"))
    # A fault, as it is filled in.
    page.run("const kind = document.getElementById('fault-kind'); kind.value = 'status';"
             "kind.dispatchEvent(new Event('change'))")
    page.run("document.getElementById('fault-status').value = 418")
    page.run("document.getElementById('fault-person').value = 'yakushi'")
    page.click("#fault button")
    page.until(lambda: "yakushi" in page.text("#faults"))
    assert world.admin("GET", "/admin/faults")[1]["faults"] == [
        {"kind": "status", "count": 1, "path": "", "milliseconds": 3000, "status": 418,
         "person": "yakushi"}]
    page.run("document.getElementById('date-value').value = '2026-02-03'")
    page.click("#date button")
    page.until(lambda: "2026-02-03, set" in page.text("#date-state"))
    assert world.admin("GET", "/admin/business-date")[1]["date"] == "2026-02-03"
    if pictures:
        page.picture(pictures + "/open.png")
    page.click("#reset")
    page.until(lambda: "None" in page.text("#faults"))
    page.type("#people-find", "薬剤 sample")
    page.run("document.getElementById('people-find').dispatchEvent(new Event('input'))")
    assert not page.faults(), page.faults()
    # Nothing of the token stays: no cookie, no storage, and a reload asks again.
    kept = page.run("JSON.stringify([document.cookie, localStorage.length, sessionStorage.length])")
    assert kept == '["",0,0]', kept
    page.call("Page.reload")
    page.until(lambda: page.run("document.readyState") == "complete")
    assert page.run("document.getElementById('open').hidden") is True
    if pictures:
        page.picture(pictures + "/locked.png")


def main():
    if BROWSER is None:
        print("there is no Chromium here")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    pictures = sys.argv[sys.argv.index("--pictures") + 1] if "--pictures" in sys.argv else None
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        world = rig.World(folder + "/state")
        world.start("--witness-port", "0")
        page = Page(folder + "/browser")
        try:
            for name, test, *needs in [
                    ("the page's files hold nothing and are for nobody else", test_headers),
                    ("people, requests, faults and the date, with the token", test_page, page,
                     pictures)]:
                try:
                    test(world, *needs)
                    passed += 1
                    print(f"ok: {name}")
                except Exception as error:
                    failed += 1
                    print(f"not ok: {name}: {error!r} {page.text('#status')} {page.faults()}")
        finally:
            page.close()
            world.process.terminate()
            world.process.wait(20)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
