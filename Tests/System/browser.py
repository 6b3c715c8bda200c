"""A headless browser over its own debugging protocol; nothing to install but Chromium."""
import base64, http.client, json, os, secrets, shutil, socket, struct, subprocess, sys, tempfile
import time, zipfile

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
AXE = "axe-playwright-python==0.1.8"


def axe():
    """The script of axe-core, out of a Python package that carries it; nothing where there is no
    way to get it."""
    folder = os.path.join(ROOT, ".build", "axe")
    script = os.path.join(folder, "axe.min.js")
    if not os.path.exists(script):
        os.makedirs(folder, exist_ok=True)
        ran = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                              "--disable-pip-version-check", "--dest", folder, AXE],
                             capture_output=True, text=True)
        if ran.returncode != 0:
            return None
        wheel = next(name for name in os.listdir(folder) if name.endswith(".whl"))
        with zipfile.ZipFile(os.path.join(folder, wheel)) as package:
            text = package.read("axe_playwright_python/axe.min.js")
        with open(script, "wb") as file:
            file.write(text)
    with open(script) as file:
        return file.read()


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


class LeftPage(AssertionError):
    """The page went elsewhere while it was asked: its answer never comes."""


class Page:
    """A browser of its own with one page. Its files lie in a folder of its own with a short name:
    Chromium ends at once where its socket's path has more than 107 octets."""

    def __init__(self, width=1280, height=1600):
        self.browser, self.folder = None, tempfile.mkdtemp(prefix="page-", dir="/tmp")
        try:
            self.start(width, height)
        except BaseException:
            self.close()
            raise
        self.number, self.events = 0, []
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(domain + ".enable")

    def start(self, width, height):
        complaints = os.path.join(self.folder, "complaints")
        with open(complaints, "wb") as file:
            self.browser = subprocess.Popen(
                [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu",
                 "--remote-debugging-port=0", "--no-first-run", "--user-data-dir=" + self.folder,
                 f"--window-size={width},{height}", "--disable-dev-shm-usage", "about:blank"],
                stderr=file, stdout=file, env=dict(os.environ, TMPDIR=self.folder))
        name = os.path.join(self.folder, "DevToolsActivePort")

        def listens():
            if self.browser.poll() is not None:
                with open(complaints, errors="replace") as file:
                    raise AssertionError(f"the browser ended: {self.browser.returncode} "
                                         + file.read()[-2000:])
            return os.path.exists(name) and open(name).read().count("\n") >= 1

        self.until(listens, 60)
        port = int(open(name).readline())
        line = http.client.HTTPConnection("127.0.0.1", port)
        line.request("GET", "/json/list")
        pages = json.loads(line.getresponse().read())
        address = next(page for page in pages if page["type"] == "page")["webSocketDebuggerUrl"]
        self.socket = Socket(port, "/" + address.split("/", 3)[3])

    def until(self, holds, seconds=20):
        end = time.monotonic() + seconds
        while True:
            try:
                if holds():
                    return
            except LeftPage:
                pass
            assert time.monotonic() < end, "the page does not get there"
            time.sleep(0.1)

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self.socket.receive())
            if told.get("id") == self.number:
                complaint = told.get("error", {}).get("message", "")
                if "navigated or closed" in complaint or "context was destroyed" in complaint:
                    raise LeftPage(complaint)
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

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def violations(self, script):
        """What axe-core finds on the page as it stands."""
        if not self.run("typeof window.axe === 'object'"):
            self.run(script)
        told = self.run("axe.run().then(found => found.violations.map(one => one.id + ': ' + "
                        "one.nodes.map(node => node.target.join(' ')).join(', ')))")
        return told

    def faults(self):
        """What the browser complained about."""
        told = [event["params"]["entry"]["text"] for event in self.events
                if event["method"] == "Log.entryAdded"
                and event["params"]["entry"]["level"] == "error"]
        return told + [str(event["params"]) for event in self.events
                       if event["method"] == "Runtime.exceptionThrown"]

    def close(self):
        try:
            if self.browser:
                self.browser.terminate()
                self.browser.wait(20)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
