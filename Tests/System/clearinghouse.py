#!/usr/bin/env python3
"""The clearinghouse as a program, asked by a client that shares no code with it.

    Tests/System/clearinghouse.py PROGRAM [--bench SECONDS]

Makes a world in a temporary folder, starts the program, checks `mado` in with the key of the
simulated card, reads drugs and checkups, repeats, withdraws, signs in at the portal, binds a
foreign card, and ends the program with SIGTERM. Needs python3-cryptography.
"""
import base64, datetime, hashlib, http.client, json, os, signal, ssl, subprocess, sys
import tempfile, threading, time, xml.etree.ElementTree
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def b64(octets):
    return base64.b64encode(octets).decode()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class World:
    def __init__(self, folder):
        self.state = folder
        people = os.path.join(ROOT, "Simulators", "People")
        subprocess.run([PROGRAM, "init", "--state", folder, "--people", people,
                        "--cards", "mado,yakushi"], check=True, stdout=subprocess.DEVNULL)
        with open(folder + "/cards/mado.json") as file:
            card = json.load(file)
        self.certificate = base64.b64decode(card["authentication"]["certificate"])
        self.key = self.private("cards/mado.key")
        self.audience = hashlib.sha256(self.answer_key().public_bytes(
            serialization.Encoding.DER,
            serialization.PublicFormat.SubjectPublicKeyInfo)).hexdigest()
        self.token = open(folder + "/admin.token").read().strip()
        clients = json.load(open(folder + "/clearinghouse/clients.json"))
        self.desk = next(c for c in clients if c["kind"] == "institution")

    def private(self, name):
        with open(f"{self.state}/{name}", "rb") as file:
            return serialization.load_pem_private_key(file.read(), None)

    def answer_key(self):
        with open(self.state + "/terminal/answer.pub", "rb") as file:
            return serialization.load_pem_public_key(file.read())

    def start(self, *options):
        """Starts it; what it prints goes to `printed`, in one file over every start."""
        self.printed = self.state + "/printed.log"
        printed = open(self.printed, "ab")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--state", self.state, "--port", "0", "--admin-port", "0",
             *options], stdout=printed, stderr=printed)
        begin = printed.tell()
        printed.close()
        for _ in range(6000):
            with open(self.printed, "rb") as file:
                file.seek(begin)
                line = file.readline()
            if line.startswith(b"{") and line.endswith(b"\n"):
                self.ready = json.loads(line)
                return
            assert self.process.poll() is None, "it ended at once: " + repr(line)
            time.sleep(0.005)
        raise AssertionError("it never said that it is ready")

    def connect(self, name="tls", port=None):
        context = ssl.create_default_context(cafile=self.state + "/terminal/server-ca.pem")
        context.load_cert_chain(f"{self.state}/terminal/{name}.pem",
                                f"{self.state}/terminal/{name}.key")
        port = port or self.ready["port"]
        return http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)

    def admin(self, method, path, body=None):
        line = http.client.HTTPConnection("127.0.0.1", self.ready["adminPort"])
        return ask(line, method, path, body, {"Authorization": "Bearer " + self.token})

    def statement(self, nonce, items, prefix, certificate=None, key=None):
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        until = (now + datetime.timedelta(hours=24)).strftime("%Y-%m-%dT%H:%M:%SZ")
        certificate = certificate or self.certificate
        is_portal = prefix.startswith(b"madoguchi portal")
        bytes = canonical({
            "version": 1, "audience": self.audience, "nonce": nonce,
            "institution": self.desk["institution"], "terminal": self.desk["terminal"],
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "way": {"kind": "pin"},
            "purpose": "self" if is_portal else "treatment",
            "consents": ["obtain", "provide"],
            "items": [{"item": item, "until": until} for item in items],
            "certificate": hashlib.sha256(certificate).hexdigest(),
            "algorithm": "rsa-pkcs1-sha256"})
        signature = (key or self.key).sign(prefix + bytes, padding.PKCS1v15(), hashes.SHA256())
        return bytes, {"statement": b64(bytes), "signature": b64(signature),
                       "certificate": b64(certificate)}


def ask(line, method, path, body=None, headers=None):
    headers = dict(headers or {})
    if body is not None:
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    line.request(method, path, body, headers)
    response = line.getresponse()
    octets = response.read()
    return response.status, json.loads(octets) if octets else None


def check_in(world, line, items=("checkups", "drugs"), **card):
    nonce = ask(line, "POST", "/v1/challenges", {})[1]["nonce"]
    bytes, body = world.statement(nonce, items, b"madoguchi check-in v1 card\n", **card)
    body["intent"] = {"origin": "madoguchi/test", "index": 1}
    return bytes, body, ask(line, "POST", "/v1/checks/card", body)


def test_check(world):
    line = world.connect()
    bytes, body, (status, answer) = check_in(world, line)
    assert status == 200, answer
    digest = hashlib.sha256(bytes).hexdigest()
    inner = answer["answer"]
    assert inner["statementDigest"] == inner["grant"]["statementDigest"] == digest
    assert inner["patient"] == inner["grant"]["patient"]
    receipt = base64.b64decode(answer["receipt"]["bytes"])
    world.answer_key().verify(base64.b64decode(answer["receipt"]["signature"]), receipt)
    said = json.loads(receipt)
    assert canonical(said) == receipt and said["patient"] == inner["patient"]
    assert said["answerDigest"] == hashlib.sha256(canonical(inner)).hexdigest()
    assert ask(world.connect(), "POST", "/v1/checks/card", body) == (200, answer)
    fields = {"Madoguchi-Grant": inner["grant"]["id"], "Madoguchi-Intent": "madoguchi/test 2"}
    for item, rows in [("drugs", "dispensings"), ("checkups", "checkups")]:
        status, record = ask(line, "GET", "/v1/records/" + item, None, fields)
        assert status == 200 and record["patient"] == inner["patient"]
        assert record["records"][rows] and "Yen" not in json.dumps(record)
    assert ask(line, "POST", "/v1/grants/withdraw", {}, fields)[0] == 200
    status, problem = ask(line, "GET", "/v1/records/drugs", None, fields)
    assert status == 403 and problem["type"].endswith(":grant-withdrawn")
    return inner["patient"]


def test_portal(world):
    line = world.connect("portal")
    nonce = ask(line, "POST", "/v1/portal/challenges", {})[1]["nonce"]
    _, body = world.statement(nonce, [], b"madoguchi portal v1 card\n")
    status, session = ask(line, "POST", "/v1/portal/sessions", body)
    assert status == 201, session
    bearer = {"Authorization": "Bearer " + session["session"]}
    pages = ["qualification", "drugs", "checkups", "expenses", "disclosures"]
    for page in pages:
        status, answer = ask(line, "GET", "/v1/portal/" + page, None, bearer)
        assert status == 200 and page in answer, answer
    requests = [told["request"] for told in answer["disclosures"]]
    assert requests[:4] == ["drugs", "withdrawal", "checkups", "drugs"], requests
    assert ask(line, "DELETE", "/v1/portal/sessions", None, bearer)[0] == 204
    assert ask(world.connect(), "POST", "/v1/portal/challenges", {})[0] == 403
    assert ask(line, "POST", "/v1/challenges", {})[0] == 403


def portal_session(world, line):
    nonce = ask(line, "POST", "/v1/portal/challenges", {})[1]["nonce"]
    _, body = world.statement(nonce, [], b"madoguchi portal v1 card\n")
    status, session = ask(line, "POST", "/v1/portal/sessions", body)
    assert status == 201, session
    return {"Authorization": "Bearer " + session["session"]}


def test_tax(world):
    """The expense notice, its signature judged by OpenSSL's own program."""
    line = world.connect("portal")
    year = datetime.date.today().year
    status, answer = ask(line, "POST", "/v1/portal/tax-links", {"year": year},
                         portal_session(world, line))
    assert status == 201, answer
    files = {}
    for name, path in [("notice.xml", ""), ("notice.p7s", "/signature")]:
        tax = world.connect("tax")
        tax.request("GET", "/v1/tax/expense-notice" + path,
                    headers={"Authorization": "Bearer " + answer["link"]["token"]})
        response = tax.getresponse()
        files[name] = os.path.join(world.state, name)
        with open(files[name], "wb") as file:
            file.write(response.read())
        assert response.status == 200
    verify = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any",
              "-in", files["notice.p7s"], "-content", files["notice.xml"],
              "-CAfile", world.state + "/authority/connections.pem", "-out", os.devnull]
    assert subprocess.run(verify, capture_output=True).returncode == 0
    with open(files["notice.xml"], "ab") as file:
        file.write(b" ")
    assert subprocess.run(verify, capture_output=True).returncode != 0
    root = xml.etree.ElementTree.parse(files["notice.xml"]).getroot()
    assert root.get("simulated") == "true"


def test_faults(world):
    """Faults of the line, as a client that shares no code with the server meets them."""
    def fault(kind, **more):
        order = {"kind": kind, "milliseconds": 300, **more}
        assert world.admin("POST", "/admin/faults", {"faults": [order]})[0] == 200
        line = world.connect()
        try:
            line.request("POST", "/v1/challenges", b"{}", {"Content-Type": "application/json"})
            response = line.getresponse()
            return response.status, response.read()
        except Exception as error:
            return error
        finally:
            line.close()

    for kind in ["reset", "half-close", "stall"]:
        # http.client takes half a head for a whole one; then there is no body.
        error = fault(kind)
        assert isinstance(error, (OSError, http.client.HTTPException)) or not error[1], error
    alert = fault("tls-alert")
    assert isinstance(alert, ssl.SSLError) and "ALERT" in str(alert), alert
    error = fault("wrong-length", octets=5)
    assert isinstance(error, http.client.IncompleteRead), error
    status, octets = fault("wrong-length", octets=-5)
    assert status == 201 and not octets.endswith(b"}")
    status, octets = fault("dribble")
    assert status == 201 and json.loads(octets)["nonce"]
    assert fault("status", status=418)[0] == 418
    assert b"nonce" not in fault("garbage")[1]
    assert fault("problem", problem="nonce-ended")[0] == 409


def test_portal_listener(world):
    """With a listener of its own the portal is nowhere else, and has another certificate."""
    world.process.send_signal(signal.SIGTERM)
    assert world.process.wait(10) == 0
    world.start("--portal-port", "0")
    desk, portal = world.ready["port"], world.ready["portalPort"]
    assert desk != portal
    asks = [("portal", portal, "/v1/portal/challenges", 201),
            ("tls", portal, "/v1/portal/challenges", 403),
            ("tls", portal, "/v1/challenges", 404), ("tls", desk, "/v1/challenges", 201),
            ("portal", desk, "/v1/challenges", 403),
            ("portal", desk, "/v1/portal/challenges", 404)]
    seen = set()
    for identity, port, path, expected in asks:
        line = world.connect(identity, port)
        status, answer = ask(line, "POST", path, {})
        assert status == expected, (identity, path, answer)
        seen.add((port, line.sock.getpeercert(True)))
    assert len(seen) == 2 and len({octets for _, octets in seen}) == 2


def test_clients(world):
    """Without a certificate, or with one of another authority, nobody speaks; with one that nobody
    registered, nothing is told."""
    def client(issuer, issuer_key):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "client")])
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer or name)
        builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1)).add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]), False)
        certificate = builder.sign(issuer_key or key, hashes.SHA256())
        with open(world.state + "/terminal/other.pem", "wb") as file:
            file.write(certificate.public_bytes(serialization.Encoding.PEM))
        with open(world.state + "/terminal/other.key", "wb") as file:
            file.write(key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption()))

    def refused(line):
        try:
            ask(line, "POST", "/v1/challenges", {})
            return False
        except (ssl.SSLError, ConnectionError, http.client.HTTPException):
            return True

    context = ssl.create_default_context(cafile=world.state + "/terminal/server-ca.pem")
    assert refused(http.client.HTTPSConnection(
        "127.0.0.1", world.ready["port"], context=context, timeout=30))
    client(None, None)
    assert refused(world.connect("other"))
    with open(world.state + "/authority/connections.pem", "rb") as file:
        authority = x509.load_pem_x509_certificate(file.read())
    client(authority.subject, world.private("authority/connections.key"))
    for path in ["/v1/challenges", "/v1/portal/challenges", "/nowhere"]:
        status, problem = ask(world.connect("other"), "POST", path, {})
        assert status == 403 and problem["type"].endswith(":client-unknown"), problem
    # TLS 1.2 is not spoken, whoever asks.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(world.state + "/terminal/tls.pem", world.state + "/terminal/tls.key")
    assert refused(http.client.HTTPSConnection(
        "127.0.0.1", world.ready["port"], context=context, timeout=30))


def test_bodies(world):
    """Bodies beyond every limit end the connection with an answer; the next one is served."""
    line = world.connect()
    line.request("POST", "/v1/checks/details", b'{"a":' * 200_000,
                 {"Content-Type": "application/json"})
    response = line.getresponse()
    assert response.status in (400, 413) and b"problem" in response.read()
    for fields in [{"Content-Length": str(1 << 40)}, {"Transfer-Encoding": "chunked, gzip"}]:
        line = world.connect()
        line.putrequest("POST", "/v1/challenges")
        for name, value in {"Content-Type": "application/json", **fields}.items():
            line.putheader(name, value)
        line.endheaders()
        response = line.getresponse()
        assert response.status in (400, 411, 413, 501), response.status
    assert ask(world.connect(), "POST", "/v1/challenges", {})[0] == 201


def test_nothing_logged(world):
    """What was filed and printed names nobody: no name, address, number, birth date, medicine."""
    line = world.connect()
    _, _, (status, answer) = check_in(world, line)
    fields = {"Madoguchi-Grant": answer["answer"]["grant"]["id"],
              "Madoguchi-Intent": "madoguchi/test 9"}
    record = ask(line, "GET", "/v1/records/drugs", None, fields)[1]["records"]
    holder = answer["answer"]["qualification"]["entitlements"][0]
    details = {"insurerNumber": holder["insurerNumber"], "symbol": holder["symbol"],
               "number": holder["number"], "birthDate": holder["holder"]["birthDate"]}
    intent = {"origin": "madoguchi/test", "index": 10}
    # Well-formed ones and broken ones that hold the same words.
    for body in [{"details": details, "intent": intent},
                 {"details": {**details, "insurerNumber": "06139993"}, "intent": intent},
                 {"details": {**details, "unknown": holder["holder"]["name"]}, "intent": intent}]:
        ask(line, "POST", "/v1/checks/details", body)
    portal = world.connect("portal")
    session = portal_session(world, portal)
    for page in ["drugs", "checkups", "expenses", "qualification"]:
        assert ask(portal, "GET", "/v1/portal/" + page, None, session)[0] == 200
    raw = world.connect()
    raw.request("POST", "/v1/checks/details", b'{"details": {"number": "' +
                holder["number"].encode(), {"Content-Type": "application/json"})
    assert raw.getresponse().status == 400
    secrets = [holder["holder"]["name"], holder["holder"]["birthDate"], holder["number"],
               record["dispensings"][0]["drugs"][0]["name"], fields["Madoguchi-Grant"],
               session["Authorization"].split()[1], world.token]
    filed = open(world.state + "/clearinghouse/journal.jsonl").read()
    for text in [filed, open(world.printed).read()]:
        for secret in secrets:
            assert len(secret) >= 4 and secret not in text, "something of a patient is filed"
    assert status == 200 and answer["answer"]["patient"] in filed


def test_foreign_card(world):
    """A card made by somebody else: its authority in trust/, its certificate bound."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Somebody else")])
    start = datetime.datetime(2020, 1, 1)
    builder = x509.CertificateBuilder().issuer_name(name).not_valid_before(start)
    builder = builder.not_valid_after(datetime.datetime(2040, 1, 1))
    root = builder.subject_name(name).public_key(key.public_key()).serial_number(1)
    root = root.add_extension(x509.BasicConstraints(True, None), True)
    root = root.sign(key, hashes.SHA256())
    mine = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Card")])
    leaf = builder.subject_name(subject).public_key(mine.public_key()).serial_number(2)
    leaf = leaf.sign(key, hashes.SHA256())
    pem = leaf.public_bytes(serialization.Encoding.PEM).decode()
    der = leaf.public_bytes(serialization.Encoding.DER)
    status, bound = world.admin("POST", "/admin/cards", {"certificate": pem, "person": "mado"})
    assert (status, bound["certificateStatus"]) == (201, "certificate-unknown-authority")
    line = world.connect()
    _, _, (status, problem) = check_in(world, line, certificate=der, key=mine)
    assert status == 403 and problem["type"].endswith(":certificate-unknown-authority")
    with open(world.state + "/trust/somebody.pem", "wb") as file:
        file.write(root.public_bytes(serialization.Encoding.PEM))
    _, _, (status, answer) = check_in(world, line, certificate=der, key=mine)
    assert status == 200, answer
    return answer["answer"]["patient"]


def test_restart(world, patient):
    line = world.connect()
    _, _, (_, answer) = check_in(world, line)
    fields = {"Madoguchi-Grant": answer["answer"]["grant"]["id"],
              "Madoguchi-Intent": "madoguchi/test 3"}
    last = world.admin("GET", "/admin/journal?limit=1000")[1]["last"]
    world.process.send_signal(signal.SIGTERM)
    assert world.process.wait(10) == 0
    world.start()
    status, record = ask(world.connect(), "GET", "/v1/records/drugs", None, fields)
    assert status == 200 and record["patient"] == patient, record
    assert world.admin("GET", "/admin/journal?limit=1000")[1]["last"] == last + 1


def test_other_institution(world):
    """Another institution's terminal, made by `add-terminal`: it knows the same person by another
    id, and neither a nonce nor a grant of the first is any good to it."""
    subprocess.run([PROGRAM, "add-terminal", "other-desk", "--institution", "2740000008", "--state",
                    world.state], check=True, stdout=subprocess.DEVNULL)
    world.process.send_signal(signal.SIGTERM)
    assert world.process.wait(10) == 0
    world.start()
    line, other = world.connect(), world.connect("other-desk")
    _, _, (status, answer) = check_in(world, line)
    assert status == 200, answer
    fields = {"Madoguchi-Grant": answer["answer"]["grant"]["id"],
              "Madoguchi-Intent": "madoguchi/test 4"}
    status, problem = ask(other, "GET", "/v1/records/drugs", None, fields)
    assert status == 403 and problem["type"].endswith(":grant-unknown"), problem
    first, world.desk = world.desk, {"institution": "2740000008", "terminal": "other-desk"}
    try:
        _, _, (status, theirs) = check_in(world, other)
        assert status == 200 and theirs["answer"]["patient"] != answer["answer"]["patient"]
        nonce = ask(line, "POST", "/v1/challenges", {})[1]["nonce"]
        _, body = world.statement(nonce, [], b"madoguchi check-in v1 card\n")
        body["intent"] = {"origin": "madoguchi/test", "index": 5}
        status, problem = ask(other, "POST", "/v1/checks/card", body)
        assert status == 409 and problem["type"].endswith(":nonce-unknown"), problem
    finally:
        world.desk = first


def bench(world, seconds):
    """Checks and readings a second, and the slowest; this client is slower than the program."""
    counts, slowest, end = [0, 0], [0.0], time.monotonic() + seconds

    def work():
        line = world.connect()
        while time.monotonic() < end:
            begin = time.monotonic()
            _, _, (status, answer) = check_in(world, line)
            assert status == 200
            fields = {"Madoguchi-Grant": answer["answer"]["grant"]["id"],
                      "Madoguchi-Intent": "madoguchi/bench 1"}
            assert ask(line, "GET", "/v1/records/drugs", None, fields)[0] == 200
            counts[0] += 1
            slowest[0] = max(slowest[0], time.monotonic() - begin)

    threads = [threading.Thread(target=work) for _ in range(8)]
    before = os.times()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stat = open(f"/proc/{world.process.pid}/stat").read().split()
    busy = (int(stat[13]) + int(stat[14])) / os.sysconf("SC_CLK_TCK")
    used = sum(os.times()[:2]) - sum(before[:2])
    print(f"{counts[0] / seconds:.0f} check-ins/s (challenge, check, reading); "
          f"slowest {slowest[0] * 1000:.0f} ms; program {busy:.1f} s, this client {used:.1f} s; "
          f"program alone: {counts[0] / busy:.0f} check-ins per CPU second")


def main():
    """Runs the tests in their order: each goes on where the last one left the world."""
    passed, failed = [], []
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        world.start()
        results = {}

        def run(name, test, *needs):
            try:
                results[name] = test(world, *[results[need] for need in needs])
                passed.append(name)
                print(f"ok: {name}")
            except Exception as error:  # the next test may still say more
                failed.append(name)
                print(f"not ok: {name}: {error!r}")

        def same_patient(world, first):
            assert test_foreign_card(world) == first

        def ends_in_order(world):
            world.process.send_signal(signal.SIGTERM)
            assert world.process.wait(10) == 0

        try:
            run("check", test_check)
            run("portal", test_portal)
            run("a card made elsewhere is the same patient", same_patient, "check")
            run("restart", test_restart, "check")
            run("a terminal of another institution", test_other_institution)
            run("the expense notice for tax returns", test_tax)
            run("faults of the line", test_faults)
            run("clients without, with a foreign, with an unregistered certificate", test_clients)
            run("bodies beyond every limit", test_bodies)
            run("nothing of a patient is filed", test_nothing_logged)
            run("the portal's own listener", test_portal_listener)
            if "--bench" in sys.argv:
                bench(world, float(sys.argv[sys.argv.index("--bench") + 1]))
        finally:
            run("SIGTERM ends the program with status 0", ends_in_order)
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
