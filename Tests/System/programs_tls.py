#!/usr/bin/env python3
"""Clinic programs on other machines: tokens over the desk's TLS listener, and the event stream.

    Tests/System/private-pcscd.sh python3 -B Tests/System/programs_tls.py

A second address of the loopback stands for another machine. BIN=.build/debug.
"""
import http.client
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import unittest

import counted
from listeners import free_port
from rig import Stack, wait_for

NAME = "desk.clinic.test"


class OverTLS(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack = Stack().make(people="mado")
        cls.addClassCleanup(stack.end)
        cls.tls = free_port()
        cls.certificate, key = stack.path("desk.pem"), stack.path("desk.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        f"/O=Madoguchi Simulation/CN={NAME}", "-addext",
                        f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", cls.certificate],
                       check=True, capture_output=True)
        os.chmod(key, 0o600)
        stack.configure(desk={"port": free_port(), "tls": {
            "host": "127.0.0.1", "port": cls.tls, "name": NAME,
            "certificateFile": cls.certificate, "keyFile": key}})
        stack.start_daemon()
        cls.token = cls.add("near", "qualification,records", "--from", "127.0.0.0/24")
        stack.insert("mado")
        assert stack.check_in().code == 0

    @classmethod
    def add(cls, name, rights, *more):
        path = cls.stack.path("staff", name + ".token")
        ran = cls.stack.run("program", "add", name, "--may", rights, "--token-file", path, *more)
        assert ran.code == 0, ran
        with open(path) as file:
            return file.read().strip()

    def line(self, name=NAME, source="127.0.0.1", anchors=None, version=ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cafile=anchors or self.certificate)
        context.minimum_version = context.maximum_version = version
        line = http.client.HTTPSConnection("127.0.0.1", self.tls, timeout=20)
        plain = socket.create_connection(("127.0.0.1", self.tls), 20, source_address=(source, 0))
        try:
            line.sock = context.wrap_socket(plain, server_hostname=name)
        except ssl.SSLError:
            plain.close()
            raise
        self.addCleanup(line.close)
        return line

    def ask(self, target, token, method="GET", body=None, **more):
        line = self.line(**more)
        line.request(method, target, body, {"Host": f"{NAME}:{self.tls}", **(
            {"Authorization": "Bearer " + token} if token else {})})
        answer = line.getresponse()
        octets = answer.read()
        return answer.status, json.loads(octets) if octets.startswith(b"{") else octets

    def refused(self, answer, status, name):
        self.assertEqual(answer[0], status, answer)
        self.assertTrue(answer[1]["type"].endswith(":" + name), answer)

    def test_a_program_elsewhere_gets_what_its_token_may(self):
        status, answer = self.ask("/v1/check-ins", self.token)
        self.assertEqual(status, 200)
        one = answer["checkIns"][0]["id"]
        status, record = self.ask(f"/v1/check-ins/{one}/drugs", self.token)
        self.assertEqual(status, 200)
        actors = {entry["event"]["actor"]["id"] for entry in self.stack.entries()
                  if entry["event"]["kind"] == "disclosure"}
        self.assertIn("program near", actors)

    def test_each_wrong_token_gets_its_problem(self):
        narrow = self.add("narrow", "batches", "--from", "127.0.0.0/8")
        self.refused(self.ask("/v1/check-ins", narrow), 403, "program-right-missing")
        old = self.add("old", "qualification", "--from", "127.0.0.0/8", "--until", "2020-01-01")
        self.refused(self.ask("/v1/check-ins", old), 401, "program-token-expired")
        here = self.add("here", "qualification")
        self.refused(self.ask("/v1/check-ins", here), 403, "wrong-program-origin")
        gone = self.add("gone", "qualification", "--from", "127.0.0.0/8")
        self.assertEqual(self.ask("/v1/check-ins", gone)[0], 200)
        self.assertEqual(self.stack.run("program", "revoke", "gone").code, 0)
        self.refused(self.ask("/v1/check-ins", gone), 401, "program-token-revoked")
        self.refused(self.ask("/v1/check-ins", "mgp_nobody"), 401, "unknown-program-token")
        # Another machine: the token is good, its address is not.
        self.refused(self.ask("/v1/check-ins", self.token, source="127.0.1.7"), 403,
                     "wrong-program-origin")
        self.assertEqual(self.ask("/v1/check-ins", self.token, source="127.0.0.9")[0], 200)
        # A token of the staff is none of a program's, and the other way round the pages refuse.
        with open(self.stack.path("staff", "reception.token")) as file:
            self.assertIn(self.ask("/v1/check-ins", file.read().strip())[0], (401, 403, 421))
        self.assertNotEqual(
            self.ask("/v1/check-ins/x/withdraw", self.token, "POST", "{}")[0], 200)

    def test_a_client_can_tell_whom_it_speaks_to(self):
        self.assertRaises(ssl.SSLCertVerificationError, self.line, name="other.clinic.test")
        self.assertRaises(ssl.SSLCertVerificationError, self.line,
                          anchors=self.stack.path("terminal", "authority.pem")
                          if os.path.exists(self.stack.path("terminal", "authority.pem"))
                          else "/etc/ssl/certs/ca-certificates.crt")
        self.assertRaises(ssl.SSLError, self.line, version=ssl.TLSVersion.TLSv1_2)

    def listen(self, token, **more):
        """The names and data of an event stream, on a thread, until it ends."""
        line = self.line(**more)
        line.request("GET", "/v1/events", None, {
            "Host": f"{NAME}:{self.tls}", "Authorization": "Bearer " + token})
        answer = line.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/event-stream"))
        heard = []

        def run():
            name = ""
            try:
                for raw in answer:
                    text = raw.decode().rstrip("\n")
                    if text.startswith("event: "):
                        name = text[7:]
                    elif text.startswith("data: "):
                        heard.append((name, json.loads(text[6:])))
            except (OSError, ValueError, AttributeError, http.client.HTTPException):
                # The line was taken away under the reader.
                pass
            heard.append(("end", None))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 20)
        self.addCleanup(lambda: line.sock and line.sock.shutdown(socket.SHUT_RDWR))
        return heard

    @staticmethod
    def ids(heard):
        return [{one["id"] for one in data["checkIns"]} for name, data in heard
                if name == "check-ins"]

    def test_the_stream_tells_all_at_once_and_then_each_check_in(self):
        heard = self.listen(self.token)
        wait_for("the state is told", lambda: self.ids(heard))
        before = self.ids(heard)[-1]
        self.assertTrue(before)
        self.assertEqual(self.stack.check_in().code, 0)
        wait_for("the check-in is told", lambda: len(self.ids(heard)[-1]) == len(before) + 1)
        # Whoever was away is told the whole state: there is no gap to fill.
        late = self.listen(self.token)
        wait_for("a late one has all", lambda: self.ids(late)
                 and self.ids(late)[-1] == self.ids(heard)[-1])

    def test_a_stream_ends_with_its_token(self):
        token = self.add("brief", "qualification", "--from", "127.0.0.0/8")
        heard = self.listen(token)
        wait_for("the state is told", lambda: self.ids(heard))
        count = len(self.ids(heard))
        self.assertEqual(self.stack.run("program", "revoke", "brief").code, 0)
        self.assertEqual(self.stack.check_in().code, 0)
        # The others hear of it; this one hears nothing more.
        other = self.listen(self.token)
        wait_for("others hear", lambda: self.ids(other))
        time.sleep(4)
        self.assertEqual(len(self.ids(heard)), count)

    def test_one_who_does_not_read_holds_nobody_up(self):
        line = self.line()
        line.request("GET", "/v1/events", None, {
            "Host": f"{NAME}:{self.tls}", "Authorization": "Bearer " + self.token})
        self.assertEqual(line.getresponse().status, 200)
        for _ in range(5):
            self.assertEqual(self.stack.check_in().code, 0)
        self.assertEqual(self.ask("/v1/check-ins", self.token)[0], 200)


if __name__ == "__main__":
    counted.main()
