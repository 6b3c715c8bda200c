"""The clearinghouse under load, beside nginx with a fixed JSON under the same TLS settings: record
readings over kept connections, full handshakes, card checks with a fresh signature each. The load
comes from `clearinghouse-benchmark`, on the same cores as the server."""

import http.client
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Behind this folder, whose stack.py is another one.
sys.path.append(str(ROOT / "Tests" / "System"))
BIN = pathlib.Path(os.environ.get("BIN", ROOT / ".build" / "release"))
SECONDS = int(os.environ.get("HOUSE_SECONDS", "8"))
PEOPLE = 1_000_000
sys.argv = [sys.argv[0], str(BIN / "clearinghouse")]
import clearinghouse as rig  # noqa: E402

NGINX = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 100000000;
    sendfile off;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_protocols TLSv1.3;
        ssl_certificate {state}/clearinghouse/tls.pem;
        ssl_certificate_key {state}/clearinghouse/tls.key;
        ssl_client_certificate {state}/authority/connections.pem;
        ssl_verify_client on;
        ssl_session_tickets off;
        ssl_session_cache off;
        default_type application/json;
        location / {{ root {folder}/www; }}
    }}
}}
"""


def resident(pid):
    text = open(f"/proc/{pid}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def load(world, port, connections, kind, about, *grant):
    """Rate and 99th percentile in milliseconds."""
    told = json.loads(subprocess.check_output(
        [str(BIN / "clearinghouse-benchmark"), world.state, str(port), str(SECONDS),
         str(connections), kind, about, *grant]))
    return told["perSecond"], told["p99Microseconds"] / 1000


def start_nginx(world, folder, body):
    (folder / "www").mkdir()
    (folder / "www" / "drugs").write_bytes(body)
    with __import__("socket").socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "nginx.conf").write_text(
        NGINX.format(folder=folder, state=world.state, port=port))
    process = subprocess.Popen(["/usr/sbin/nginx", "-p", str(folder), "-c",
                                str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            assert rig.ask(world.connect(port=port), "GET", "/drugs")[0] == 200
            return process, port
        except (OSError, http.client.HTTPException, ssl.SSLError):
            time.sleep(0.05)
    raise SystemExit("nginx does not answer")


def starting(world, row):
    begin = time.perf_counter()
    world.start("--population", str(PEOPLE), "--no-journal-file")
    took = time.perf_counter() - begin
    rig.ask(world.connect(), "POST", "/v1/challenges", {})
    memory = resident(world.process.pid)
    row("clearinghouse with a million derived people: start", f"{took:.2f} s", "≤ 1 s", took <= 1)
    row("the same: resident", f"{memory:.0f} MiB", "≤ 200 MB", memory * 1.048576 <= 200)


def measure(row):
    with tempfile.TemporaryDirectory(prefix="house.", dir=ROOT / ".build") as name:
        folder = pathlib.Path(name)
        world = rig.World(str(folder / "state"))
        # nginx's workers may be somebody else.
        starting(world, row)
        nginx = None
        try:
            line = world.connect()
            _, _, (status, answer) = rig.check_in(world, line)
            assert status == 200, answer
            grant = answer["answer"]["grant"]["id"]
            line.request("GET", "/v1/records/drugs", headers={
                "Madoguchi-Grant": grant, "Madoguchi-Intent": "madoguchi/benchmark 1"})
            body = line.getresponse().read()
            os.chmod(folder, 0o755)
            nginx, port = start_nginx(world, folder, body)
            reading(world, row, port, grant, len(body))
            checks(world, row)
            row("clearinghouse resident after the load",
                f"{resident(world.process.pid):.0f} MiB")
        finally:
            if nginx:
                nginx.terminate()
                nginx.wait(20)
            world.process.terminate()
            world.process.wait(20)


def reading(world, row, port, grant, size):
    house = world.ready["port"]
    load(world, house, 64, "read", "/v1/records/drugs", grant)
    mine, slow = load(world, house, 64, "read", "/v1/records/drugs", grant)
    peer, peer_slow = load(world, port, 64, "read", "/drugs")
    row(f"record readings, {size} octets, 64 kept connections",
        f"{mine}/s, p99 {slow:.1f} ms", "≥ 3000/s, < 50 ms", mine >= 3000 and slow < 50)
    row("nginx, the same octets as a file", f"{peer}/s, p99 {peer_slow:.1f} ms")
    row("nginx ÷ ours", f"{peer / mine:.2f}")
    mine, slow = load(world, house, 16, "handshakes", "/v1/records/drugs", grant)
    peer, peer_slow = load(world, port, 16, "handshakes", "/drugs")
    row("full handshakes, each with a reading", f"{mine}/s, p99 {slow:.1f} ms", "≥ 500/s",
        mine >= 500)
    row("nginx, the same", f"{peer}/s, p99 {peer_slow:.1f} ms")


def checks(world, row):
    mine, slow = load(world, world.ready["port"], 64, "checks", "mado")
    row("card checks, fresh nonce and RSA signature each, 64 connections",
        f"{mine}/s, p99 {slow:.1f} ms", "≥ 1500/s", mine >= 1500)


if __name__ == "__main__":
    def show(what, measured, target="", is_met=None):
        verdict = "" if is_met is None else "OK" if is_met else "ABOVE"
        print(f"{what:62} {measured:28} {target:18} {verdict}", flush=True)

    measure(show)
