#!/usr/bin/env python3
"""The simulated witness, asked by a log that shares no code with it, and judged from the C2SP texts
alone (tlog-witness, tlog-cosignature, signed-note, tlog-proof).

    Tests/System/witness.py PROGRAM

The log is made here: leaves, roots and proofs by RFC 6962, notes signed with Ed25519. Includes races,
another story of the log, and a kill in the middle. Needs python3-cryptography.
"""
import base64, hashlib, http.client, os, signal, subprocess, sys, tempfile, threading, time
import clearinghouse as rig
import verify_tiles as c2sp
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

ORIGIN = "madoguchi/1310000003/desk-1"


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


class Log:
    def __init__(self, key=None, origin=ORIGIN, story=b""):
        self.key, self.origin = key or ed25519.Ed25519PrivateKey.generate(), origin
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        # The stories part after ten entries.
        self.entries = [b"%d" % number + (story if number >= 10 else b"") for number in range(300)]
        self.hashes = [c2sp.leaf_hash(entry) for entry in self.entries]

    @property
    def vkey(self):
        body = base64.b64encode(b"\x01" + self.public).decode()
        return f"{self.origin}+{key_id(self.origin, 1, self.public).hex()}+{body}"

    def text(self, size):
        root = base64.b64encode(c2sp.tree_root(self.hashes[:size])).decode()
        return f"{self.origin}\n{size}\n{root}\n"

    def note(self, size):
        text = self.text(size)
        signature = key_id(self.origin, 1, self.public) + self.key.sign(text.encode())
        return f"{text}\n\u2014 {self.origin} {base64.b64encode(signature).decode()}\n"

    def consistency(self, old, size):
        """PROOF(m, D[n]) of RFC 6962 section 2.1.2."""
        def sub(m, hashes, whole):
            if m == len(hashes):
                return [] if whole else [c2sp.tree_root(hashes)]
            split = 1 << (len(hashes) - 1).bit_length() - 1
            if m <= split:
                return sub(m, hashes[:split], whole) + [c2sp.tree_root(hashes[split:])]
            return sub(m - split, hashes[split:], False) + [c2sp.tree_root(hashes[:split])]
        return sub(old, self.hashes[:size], True) if 0 < old < size else []

    def inclusion(self, index, size):
        """PATH(m, D[n]) of RFC 6962 section 2.1.1."""
        def path(m, hashes):
            if len(hashes) == 1:
                return []
            split = 1 << (len(hashes) - 1).bit_length() - 1
            if m < split:
                return path(m, hashes[:split]) + [c2sp.tree_root(hashes[split:])]
            return path(m - split, hashes[split:]) + [c2sp.tree_root(hashes[:split])]
        return path(index, self.hashes[:size])

    def body(self, old, size):
        proof = "".join(base64.b64encode(value).decode() + "\n"
                        for value in self.consistency(old, size))
        return f"old {old}\n{proof}\n{self.note(size)}".encode()


def ask(world, method, path, body=None):
    line = http.client.HTTPConnection("127.0.0.1", world.ready["witnessPort"], timeout=20)
    try:
        line.request(method, path, body)
        response = line.getresponse()
        return response.status, response.read(), response.headers
    finally:
        line.close()


def judge(world, text, line):
    """Judges a cosignature line over a note's text; the time it names."""
    vkey = open(world.state + "/terminal/witness.vkey").read().strip()
    name, identity, key = vkey.split("+", 2)
    key = c2sp.strict_base64(key, "the witness's key")
    assert key[0] == 0x04 and len(key) == 33
    assert key_id(name, 4, key[1:]).hex() == identity
    dash, theirs, encoded = line.rstrip("\n").split(" ")
    assert dash == "\u2014" and theirs == name and line.endswith("\n")
    octets = c2sp.strict_base64(encoded, "the cosignature")
    assert octets[:4].hex() == identity and len(octets) == 4 + 8 + 64
    seconds = int.from_bytes(octets[4:12], "big")
    signed = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    assert c2sp.ed25519_valid(key[1:], signed, octets[12:]), "the cosignature is wrong"
    assert abs(time.time() - seconds) < 60
    return seconds


def add(world, log, old, size):
    status, body, headers = ask(world, "POST", "/add-checkpoint", log.body(old, size))
    if status == 200:
        judge(world, log.text(size), body.decode())
    return status, body, headers


def test_unknown(world, log):
    assert add(world, log, 0, 5)[0] == 404
    watch = subprocess.run(
        [rig.PROGRAM, "watch", log.vkey, "--state", world.state, "--admin-port",
         str(world.ready["adminPort"])], capture_output=True, text=True)
    assert watch.returncode == 0, watch.stderr
    assert add(world, Log(), 0, 5)[0] == 403


def test_growth(world, log):
    for old, size in [(0, 1), (1, 2), (2, 7), (7, 8), (8, 8), (8, 33)]:
        status, body, _ = add(world, log, old, size)
        assert status == 200, (old, size, status, body)
    name = hashlib.sha256(ORIGIN.encode()).hexdigest()
    status, body, _ = ask(world, "GET", f"/{name}/checkpoint")
    assert status == 200
    origin, size, root = c2sp.parse_checkpoint(body, log.vkey)
    assert (origin, size, root) == (ORIGIN, 33, c2sp.tree_root(log.hashes[:33]))
    judge(world, log.text(33), body.decode().splitlines(True)[-1])


def test_refusals(world, log, fork):
    for other, old, size, expected in [
            (log, 0, 33, 409), (log, 8, 40, 409), (log, 34, 40, 409), (log, 40, 33, 400),
            (fork, 33, 40, 422), (fork, 33, 33, 422)]:
        status, body, headers = add(world, other, old, size)
        assert status == expected, (old, size, status)
        if expected == 409:
            assert body == b"33\n" and headers["Content-Type"] == "text/x.tlog.size"
    for body in [b"", b"old 33\n", log.body(33, 40).replace(b"old 33", b"old 033"),
                 log.body(33, 40)[:-9], b"\xff" * 1000]:
        assert ask(world, "POST", "/add-checkpoint", body)[0] == 400
    assert world.admin("GET", "/admin/witness")[1]["logs"][0]["forked"] is True


def test_races(world, log):
    for size in range(34, 44):
        answers = []
        threads = [threading.Thread(
            target=lambda: answers.append(add(world, log, size - 1, size)[0]))
            for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200] + [409] * 7, answers


def test_kill(world, log, fork):
    """Killed at any moment, it never goes back behind what it answered."""
    size = 43
    for _ in range(5):
        answered = [size]

        def work():
            try:
                while True:
                    status, _, _ = add(world, log, answered[-1], answered[-1] + 1)
                    if status == 200:
                        answered.append(answered[-1] + 1)
            except Exception:
                return

        thread = threading.Thread(target=work)
        thread.start()
        time.sleep(0.05)
        world.process.send_signal(signal.SIGKILL)
        world.process.wait()
        thread.join()
        world.start("--witness-port", "0")
        assert add(world, fork, 0, 1)[0] == 409
        size = int(ask(world, "POST", "/add-checkpoint", log.body(0, 1))[1])
        # The last one may be kept and not answered, never the other way round.
        assert answered[-1] <= size <= answered[-1] + 1, (answered[-1], size)
        assert add(world, fork, size, size)[0] == 422
        assert add(world, log, size, size)[0] == 200
    assert size > 43
    return size


def test_samples(world, log):
    """What a check told of is asked for, and shown."""
    line = world.connect()
    nonce = rig.ask(line, "POST", "/v1/challenges", {})[1]["nonce"]
    _, body = world.statement(nonce, ["drugs"], b"madoguchi check-in v1 card\n")
    body["intent"] = {"origin": ORIGIN, "index": 20}
    assert rig.ask(line, "POST", "/v1/checks/card", body)[0] == 200
    size = int(ask(world, "POST", "/add-checkpoint", log.body(0, 1))[1])
    status, answer, headers = add(world, log, size, size + 1)
    assert status == 200 and headers["Madoguchi-Samples"] == "20", headers["Madoguchi-Samples"]
    size += 1

    def proof(index, entry):
        lines = ["c2sp.org/tlog-proof@v1", "extra " + base64.b64encode(entry).decode(),
                 f"index {index}"]
        lines += [base64.b64encode(value).decode() for value in log.inclusion(index, size)]
        return ("\n".join(lines) + "\n\n" + log.note(size)).encode() + answer

    assert ask(world, "POST", "/add-proof", proof(20, b"other"))[0] == 422
    assert ask(world, "POST", "/add-proof", proof(21, log.entries[21]))[0] == 404
    assert ask(world, "POST", "/add-proof", proof(20, log.entries[20]))[0] == 204
    shown = world.admin("GET", "/admin/witness")[1]["logs"][0]
    assert (shown["intentsTold"], shown["intentsShown"]) == (1, 1), shown


def test_second(world):
    """Two witnesses on one state would be two stories waiting to happen."""
    ran = subprocess.run(
        [rig.PROGRAM, "serve", "--state", world.state, "--port", "0", "--admin-port", "0",
         "--witness-port", "0"], capture_output=True, text=True, timeout=20)
    assert ran.returncode != 0 and "another witness" in ran.stderr, ran
    os.rename(world.state + "/clearinghouse/witness/logs", world.state + "/logs")
    subprocess.run([rig.PROGRAM, "init", "--state", world.state, "--cards", "none"],
                   check=True, stdout=subprocess.DEVNULL)
    assert not os.path.exists(world.state + "/clearinghouse/witness/logs")


def main():
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        world = rig.World(folder)
        world.start("--witness-port", "0")
        log = Log()
        fork = Log(log.key, story=b"other")
        try:
            for name, test, *needs in [
                    ("a log nobody watches, and one that another key signs", test_unknown, log),
                    ("a log that grows is cosigned", test_growth, log),
                    ("each refusal has its answer", test_refusals, log, fork),
                    ("of eight at once one wins", test_races, log),
                    ("kills lose nothing that was answered", test_kill, log, fork),
                    ("intents are sampled", test_samples, log),
                    ("one witness on one state, and none on a lost one", test_second)]:
                try:
                    test(world, *needs)
                    passed += 1
                    print(f"ok: {name}")
                except Exception as error:  # the next test may still say more
                    failed += 1
                    print(f"not ok: {name}: {error!r}")
        finally:
            world.process.terminate()
            world.process.wait(20)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
