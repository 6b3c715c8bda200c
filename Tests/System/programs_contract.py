#!/usr/bin/env python3
"""The served description of the programs' API, held to what the terminal answers by schemathesis:
with every right, with none that is needed, and without a token.

    Tests/System/private-pcscd.sh python3 -B Tests/System/programs_contract.py

Skips where schemathesis cannot be had (see contract.py). BIN=.build/debug.
"""
import socket
import socketserver
import sys
import tempfile
import threading

from exchange import World
from rig import UnixLine, program

# It reads the clearinghouse's program from its arguments.
sys.argv[1:] = [program("clearinghouse")]
import contract  # noqa: E402


class Bridge(socketserver.BaseRequestHandler):
    """A TCP port in front of the socket, octet for octet."""
    socket_path = ""

    def handle(self):
        there = socket.socket(socket.AF_UNIX)
        there.connect(self.socket_path)
        back = threading.Thread(target=self.pump, args=(there, self.request), daemon=True)
        back.start()
        self.pump(self.request, there)
        back.join(30)
        there.close()

    @staticmethod
    def pump(one, other):
        try:
            while octets := one.recv(65536):
                other.sendall(octets)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True


def main():
    schemathesis = contract.install()
    if schemathesis is None:
        print("0 passed, 0 failed, 1 skipped")
        return 0
    world = World()
    try:
        world.stack.insert("mado")
        assert world.stack.check_in().code == 0
        Bridge.socket_path = world.stack.path("run", "programs.sock")
        server = Server(("127.0.0.1", 0), Bridge)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        document = world.api("GET", "/v1/openapi.json", token="")[1]
        # A stream does not end by itself; exchange.py reads it.
        document["paths"].pop("/v1/events")
        narrow = world.add("narrow", "batches", "narrow.token")
        with tempfile.TemporaryDirectory() as folder:
            judge = contract.Judge(schemathesis, world.stack, folder)
            judge.run("programs with every right", document, address,
                      fields=["Authorization: Bearer " + world.token])
            one = next(one["id"] for one in world.api("GET", "/v1/check-ins")[1]["checkIns"])
            for path, item in document["paths"].items():
                for parameter in next(iter(item.values())).get("parameters", []):
                    if parameter["name"] == "id":
                        parameter["schema"] = {"const": one}
            judge.run("programs at an open check-in", document, address,
                      fields=["Authorization: Bearer " + world.token], mode="positive", examples=10)
            judge.run("a program with one right", document, address,
                      fields=["Authorization: Bearer " + narrow], examples=5)
        server.shutdown()
    finally:
        world.end()
    print(f"{judge.passed} passed, {judge.failed} failed")
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
