#!/usr/bin/env python3
"""The pages' listeners with raw requests, against the real daemon: who is refused, on which address,
with which token; sockets that were handed over; the desk over TLS.

    Tests/System/private-pcscd.sh python3 -B Tests/System/listeners.py [NAME …]
"""
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import unittest

from kiosk import free_port
from rig import Stack, program, wait_for

PASSWORD = "correct horse battery"

# Binds what it is told on both address families and becomes the program, as a service manager does.
STARTER = """
import os, socket, sys
named = [one.split('=') for one in sys.argv[1].split(',')]
held = []
for name, port in named:
    for family, host in [(socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')]:
        one = socket.socket(family)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((host, int(port)))
        one.listen(8)
        held.append((name, one))
raw = [os.dup(one.fileno()) for _, one in held]
raw = [os.dup(one) if one < 3 + len(held) else one for one in raw]
spare = [os.dup2(one, 100 + index) for index, one in enumerate(raw)]
for index in range(len(held)):
    os.dup2(100 + index, 3 + index)
    os.set_inheritable(3 + index, True)
    os.close(100 + index)
os.environ.update(LISTEN_FDS=str(len(held)), LISTEN_PID=str(os.getpid()),
                  LISTEN_FDNAMES=':'.join(name for name, _ in held))
os.execv(sys.argv[2], sys.argv[2:])
"""


class Listeners(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack().make()
        cls.kiosk, cls.desk, cls.tls = free_port(), free_port(), free_port()
        certificate, key = cls.stack.path("desk.pem"), cls.stack.path("desk.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        "/O=Madoguchi Simulation/CN=desk.clinic.test", "-addext",
                        "subjectAltName=DNS:desk.clinic.test", "-keyout", key, "-out",
                        certificate], check=True, capture_output=True)
        os.chmod(key, 0o600)
        cls.certificate = certificate
        cls.stack.configure(
            kiosk={"port": cls.kiosk, "pageFile": "../run/kiosk.html"},
            desk={"port": cls.desk,
                  "tls": {"host": "127.0.0.1", "port": cls.tls, "name": "desk.clinic.test",
                          "certificateFile": certificate, "keyFile": key}})
        path = cls.stack.path("password")
        with open(path, "w") as file:
            file.write(PASSWORD + "\n")
        ran = cls.stack.run("staff", "add", "doctor", "--role", "clinician", "--password-file", path)
        assert ran.code == 0, ran
        cls.stack.start_daemon()
        with open(cls.stack.path("run", "kiosk.html")) as file:
            cls.secret = file.read().split("#")[1].split('"')[0]

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def ask(self, which, method, path, body=None, address="127.0.0.1", token=None, line=None,
            **fields):
        """A request as the page itself would send it, but for what is named."""
        port = {"kiosk": self.kiosk, "desk": self.desk, "tls": self.tls}[which]
        name = f"{which}.localhost:{port}" if which != "tls" else f"desk.clinic.test:{port}"
        scheme = "https" if which == "tls" else "http"
        headers = {"Host": name, "Origin": f"{scheme}://{name}", "Content-Type": "application/json"}
        headers.update({name.replace("_", "-"): value for name, value in fields.items()})
        headers = {name: value for name, value in headers.items() if value is not None}
        if token:
            headers["Authorization"] = "Bearer " + token
        line = line or http.client.HTTPConnection(address, port, timeout=20)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        # An event stream goes on: its head is enough.
        if answer.headers.get("Content-Type", "").startswith("text/event-stream"):
            line.close()
            return answer.status, b"", answer.headers
        return answer.status, answer.read(), answer.headers

    def pair(self):
        status, body, _ = self.ask("kiosk", "POST", "/v1/pair", json.dumps({"secret": self.secret}))
        self.assertEqual(status, 200)
        return json.loads(body)["token"]

    def sign_in(self, which="desk", **more):
        status, body, _ = self.ask(which, "POST", "/v1/sign-in", PASSWORD, Madoguchi_Staff="doctor",
                                   Content_Type="application/octet-stream", **more)
        self.assertEqual(status, 200, body)
        return json.loads(body)["token"]

    def test_both_literal_addresses_are_ours_and_no_name_but_one(self):
        for which, port in [("kiosk", self.kiosk), ("desk", self.desk)]:
            for address in ["127.0.0.1", "::1"]:
                self.assertEqual(self.ask(which, "GET", "/", address=address)[0], 200, address)
                for host in ["localhost", "127.0.0.1", "[::1]", "rebound.example", "",
                             "kiosk.localhost" if which == "desk" else "desk.localhost"]:
                    for path, method in [("/", "GET"), ("/v1/events", "GET"),
                                         ("/v1/session/seen", "POST")]:
                        status, _, _ = self.ask(which, method, path, "{}" if method == "POST" else None,
                                                address=address, Host=f"{host}:{port}")
                        self.assertIn(status, (421, 400), (which, address, host, path))
            # Nobody else listens, or can, on the other family.
            for family, address in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]:
                with socket.socket(family) as other:
                    self.assertRaises(OSError, other.bind, (address, port))

    def test_another_page_may_not_ask(self):
        kiosk, desk = self.pair(), self.sign_in()
        for which, token, path in [("kiosk", kiosk, "/v1/session/seen"),
                                   ("desk", desk, "/v1/check-ins/1/withdraw")]:
            port = {"kiosk": self.kiosk, "desk": self.desk}[which]
            own = f"http://{which}.localhost:{port}"
            for origin in ["http://evil.example", "null", f"http://localhost:{port}",
                           f"https://{which}.localhost:{port}", own + "0", "file://", None]:
                status, _, _ = self.ask(which, "POST", path, "{}", token=token, Origin=origin)
                self.assertEqual(status, 403, (which, origin))
            for site in ["cross-site", "same-site", "none"]:
                status, _, _ = self.ask(which, "POST", path, "{}", token=token, Sec_Fetch_Site=site)
                self.assertEqual(status, 403, (which, site))
            # A form of another page: no preflight, so it arrives; and is refused.
            status, _, _ = self.ask(which, "POST", path, "a=b", token=token,
                                    Content_Type="application/x-www-form-urlencoded",
                                    Origin="http://evil.example", Sec_Fetch_Site="cross-site")
            self.assertEqual(status, 403)
            # In a frame.
            status, _, _ = self.ask(which, "GET", "/", Sec_Fetch_Site="cross-site",
                                    Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe")
            self.assertEqual(status, 403)
            _, _, headers = self.ask(which, "GET", "/")
            self.assertEqual(headers["X-Frame-Options"], "DENY")
            self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertIsNone(headers["Set-Cookie"])
            # A preflight gets no permission.
            _, _, headers = self.ask(which, "OPTIONS", path, Origin="http://evil.example")
            self.assertIsNone(headers["Access-Control-Allow-Origin"])

    def test_tokens_are_worth_nothing_elsewhere(self):
        kiosk, desk = self.pair(), self.sign_in()
        with open(self.stack.path("staff", "reception.token")) as file:
            command_line = file.read().strip()
        for token in [kiosk, command_line, "guess", ""]:
            for method, path in [("GET", "/v1/events"), ("GET", "/v1/check-ins"),
                                 ("POST", "/v1/session/confirm")]:
                status, _, _ = self.ask("desk", method, path, "{}" if method == "POST" else None,
                                        token=token)
                self.assertEqual(status, 401, (token == kiosk, method, path))
        for token in [desk, command_line, "guess", ""]:
            for method, path in [("GET", "/v1/events"), ("POST", "/v1/session/choice"),
                                 ("POST", "/v1/session/pin"), ("POST", "/v1/own"),
                                 ("GET", "/v1/own/drugs")]:
                status, _, _ = self.ask("kiosk", method, path, "{}" if method == "POST" else None,
                                        token=token)
                self.assertEqual(status, 401, (token == desk, method, path))
        # The other one's steps are not to be found, with whatever token.
        for token in [kiosk, desk]:
            self.assertIn(self.ask("kiosk", "GET", "/v1/check-ins", token=token)[0], (401, 404))
            self.assertEqual(self.ask("desk", "POST", "/v1/session/pin", "1234", token=token)[0], 404)
            self.assertEqual(self.ask("desk", "GET", "/v1/own/drugs", token=token)[0], 404)

    def test_bad_input_gets_a_sensible_answer(self):
        token = self.sign_in()
        for method, path, body, statuses in [
            ("GET", "/nothing", None, (404,)), ("PUT", "/v1/check-ins", "{}", (405,)),
            ("DELETE", "/", None, (405,)), ("POST", "/desk.js", "{}", (405,)),
            ("DELETE", "/v1/check-ins/1/drugs", None, (405,)), ("PUT", "/v1/batch", "{}", (405,)),
            ("DELETE", "/v1/check-ins/1/proofs/1", None, (405,)), ("POST", "/nothing", "{}", (404,)),
            ("GET", "/%2e%2e/%2e%2e/etc/passwd", None, (400, 404)),
            ("GET", "/" + "a" * 9000, None, (400, 404, 414, 431)),
            ("POST", "/v1/check-ins/1/identity", "{" * 100_000, (400, 404, 413)),
            ("POST", "/v1/check-ins/1/identity", "\xff\xfe", (400, 404)),
        ]:
            status, told, _ = self.ask("desk", method, path, body, token=token)
            self.assertIn(status, statuses, (method, path[:40]))
            problem = json.loads(told)
            self.assertTrue(problem["title"] and problem["titleJapanese"], problem)
            if status == 405:
                self.assertNotIn(method, problem["allow"])
        # A page's head alone, as link checkers ask for it.
        status, told, headers = self.ask("desk", "HEAD", "/")
        self.assertEqual((status, told), (200, b""))
        self.assertGreater(int(headers["Content-Length"]), 100)
        # A body that nobody would need ends the connection, with an answer or without one.
        try:
            status, _, _ = self.ask("desk", "POST", "/v1/check-ins/1/identity", "x" * (32 << 20),
                                    token=token)
            self.assertEqual(status, 413)
        except (ConnectionError, http.client.HTTPException):
            pass
        self.assertEqual(self.ask("desk", "GET", "/v1/check-ins", token=token)[0], 200)

    @unittest.skipUnless(os.geteuid() == 0, "another local user needs root")
    def test_another_local_user_gets_nothing(self):
        """Neither the page file, nor the socket; without a secret a listener gives pages alone."""
        for path in [("run", "kiosk.html"), ("run", "madoguchi.sock"), ("staff", "reception.token")]:
            there = self.stack.path(*path)
            if os.path.exists(there):
                self.assertEqual(os.stat(there).st_mode & 0o077, 0, there)
        script = ("import os, sys, urllib.request\n"
                  "os.setgid(65534); os.setuid(65534)\n"
                  "try: open(sys.argv[1]).read(); sys.exit(3)\n"
                  "except OSError: pass\n"
                  "ask = urllib.request.Request(sys.argv[2], data=b'{\"secret\": \"guess\"}',"
                  " headers={'Host': sys.argv[3], 'Origin': 'http://' + sys.argv[3],"
                  " 'Content-Type': 'application/json'})\n"
                  "try: urllib.request.urlopen(ask); sys.exit(4)\n"
                  "except urllib.error.HTTPError as told: sys.exit(0 if told.code == 401 else 5)\n")
        ran = subprocess.run([sys.executable, "-c", "import encodings.idna, urllib.error\n" + script,
                              self.stack.path("run", "kiosk.html"),
                              f"http://127.0.0.1:{self.kiosk}/v1/pair",
                              f"kiosk.localhost:{self.kiosk}"])
        self.assertEqual(ran.returncode, 0)

    def secure(self, version=ssl.TLSVersion.TLSv1_3, name="desk.clinic.test"):
        context = ssl.create_default_context(cafile=self.certificate)
        context.minimum_version = context.maximum_version = version
        line = http.client.HTTPSConnection("127.0.0.1", self.tls, timeout=20)
        line.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", self.tls), 20),
                                        server_hostname=name)
        return line

    def test_the_desk_over_tls(self):
        self.assertEqual(self.ask("tls", "GET", "/", line=self.secure())[0], 200)
        token = self.sign_in("tls", line=self.secure())
        self.assertEqual(self.ask("tls", "GET", "/v1/check-ins", token=token, line=self.secure())[0],
                         200)
        # Its own name and origin alone; the loopback's are others.
        for more in [{"Host": f"desk.localhost:{self.desk}"}, {"Host": f"127.0.0.1:{self.tls}"}]:
            self.assertEqual(self.ask("tls", "GET", "/", line=self.secure(), **more)[0], 421)
        plain = f"http://desk.clinic.test:{self.tls}"
        self.assertEqual(self.ask("tls", "POST", "/v1/check-ins/1/withdraw", "{}", token=token,
                                  line=self.secure(), Origin=plain)[0], 403)
        self.assertRaises(ssl.SSLError, self.secure, ssl.TLSVersion.TLSv1_2)
        self.assertRaises(ssl.SSLCertVerificationError, self.secure, name="other.clinic.test")
        # Without TLS nobody is heard there.
        try:
            self.assertNotEqual(self.ask("tls", "GET", "/")[0], 200)
        except (ConnectionError, http.client.HTTPException):
            pass

    def test_sockets_that_were_handed_over(self):
        """They are held before the daemon is there, serve, and stay what they are."""
        self.stack.kill_daemon()
        named = f"kiosk={self.kiosk},desk={self.desk}"
        self.stack.start_daemon(before=[sys.executable, "-c", STARTER, named])
        try:
            self.test_both_literal_addresses_are_ours_and_no_name_but_one()
            token = self.sign_in()
            self.assertEqual(self.ask("desk", "GET", "/v1/events", token=token)[0], 200)
        finally:
            self.stack.kill_daemon()
        # Sockets that do not fit are refused, with words.
        for named, word in [(f"kiosk={self.desk}", "port"), (f"other={self.kiosk}", "other")]:
            ran = subprocess.run([sys.executable, "-c", STARTER, named, program("madoguchid"),
                                  "--state", self.stack.state], capture_output=True, text=True,
                                 timeout=60)
            self.assertNotEqual(ran.returncode, 0)
            self.assertIn(word, ran.stderr)
        self.stack.start_daemon()


if __name__ == "__main__":
    words = sys.argv[1:]
    loader = unittest.defaultTestLoader
    module = sys.modules[__name__]
    suite = loader.loadTestsFromNames([f"Listeners.{word}" for word in words], module) if words \
        else loader.loadTestsFromTestCase(Listeners)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed, "
          f"{len(result.skipped)} skipped")
    sys.exit(1 if bad else 0)
