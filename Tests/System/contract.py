#!/usr/bin/env python3
"""The served description of the clearinghouse, held to what the program answers by a program that
nobody here wrote: schemathesis, over mutual TLS, for every identity.

    Tests/System/contract.py PROGRAM

Installs schemathesis into .build/contract (from the package index that pip is configured for), and
skips where that is not possible. No server error, no undocumented answer.
"""
import base64, json, os, ssl, subprocess, sys, tempfile
import clearinghouse as rig

VERSION = "4.32.5"
FOLDER = os.path.join(rig.ROOT, ".build", "contract")
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,"
          "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
          "missing_required_header,unsupported_method,allow_header_conformance")


def install():
    """The program, or nothing where there is no way to get it."""
    program = os.path.join(FOLDER, "bin", "schemathesis")
    stamp = os.path.join(FOLDER, VERSION)
    if not os.path.exists(stamp):
        steps = [[sys.executable, "-m", "venv", "--clear", FOLDER],
                 [os.path.join(FOLDER, "bin", "pip"), "install", "--quiet",
                  "--disable-pip-version-check", "schemathesis==" + VERSION]]
        for step in steps:
            try:
                ran = subprocess.run(step, capture_output=True, text=True, timeout=300)
            except (OSError, subprocess.TimeoutExpired) as error:
                print(f"schemathesis cannot be installed: {error}")
                return None
            if ran.returncode != 0:
                print("schemathesis cannot be installed:", ran.stdout[-300:], ran.stderr[-300:])
                return None
        open(stamp, "w").close()
    return program


def only(document, keep):
    """The document with the operations that `keep` says yes to."""
    paths = {}
    for path, item in document["paths"].items():
        kept = {method: operation for method, operation in item.items()
                if keep(path, method, operation)}
        if kept:
            paths[path] = kept
    return {**document, "paths": paths}


class Judge:
    """Runs schemathesis over some operations and says whether it was content."""

    def __init__(self, program, world, folder):
        self.program, self.world, self.folder = program, world, folder
        self.passed, self.failed = 0, 0

    def run(self, name, document, address, identity=None, fields=(), mode="all", examples=20):
        path = os.path.join(self.folder, name.replace(" ", "-") + ".json")
        with open(path, "w") as file:
            json.dump(document, file)
        state = self.world.state + "/terminal/"
        command = [self.program, "run", path, "--url", address, "--checks", CHECKS,
                   "--phases", "coverage,fuzzing", "--max-examples", str(examples),
                   "--mode", mode, "--seed", "20261122", "--warnings", "off",
                   "--suppress-health-check", "all", "--generation-database", "none",
                   "--continue-on-failure", "--workers", "2", "--no-color"]
        if identity:
            command += ["--request-cert", f"{state}{identity}.pem",
                        "--request-cert-key", f"{state}{identity}.key",
                        "--tls-verify", state + "server-ca.pem"]
        for field in fields:
            command += ["--header", field]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300,
                             cwd=self.folder)
        cases = [line.strip() for line in ran.stdout.splitlines() if "generated" in line]
        if ran.returncode == 0:
            self.passed += 1
            print(f"ok: {name}: {len(document['paths'])} addresses; {' '.join(cases)}")
        else:
            self.failed += 1
            print(f"not ok: {name}\n{ran.stdout[-6000:]}{ran.stderr[-2000:]}")


def grant(world):
    """A grant of a good check by card, so that readings find something."""
    _, _, (status, answer) = rig.check_in(world, world.connect())
    assert status == 200, answer
    return answer["answer"]["grant"]["id"]


def session(world):
    line = world.connect("portal")
    nonce = rig.ask(line, "POST", "/v1/portal/challenges", {})[1]["nonce"]
    _, body = world.statement(nonce, [], b"madoguchi portal v1 card\n")
    status, answer = rig.ask(line, "POST", "/v1/portal/sessions", body)
    assert status == 201, answer
    return answer["session"]


def link(world, token):
    status, answer = rig.ask(world.connect("portal"), "POST", "/v1/portal/tax-links",
                             {"year": 2025}, {"Authorization": "Bearer " + token})
    assert status == 201, answer
    return answer["link"]["token"]


def test_all(judge, world):
    address = world.ready["address"]
    document = rig.ask(world.connect(), "GET", "/v1/openapi.json")[1]
    speakers = {"institution": "tls", "portal": "portal", "tax": "tax"}
    for speaker, identity in speakers.items():
        mine = only(document, lambda path, method, operation:
                    speaker in operation["x-speakers"])
        judge.run(f"{speaker} from outside", mine, address, identity)
    reads = only(document, lambda path, method, operation:
                 method == "get" and "/records/" in path)
    judge.run("records under a grant", reads, address, "tls",
              ["Madoguchi-Grant: " + grant(world), "Madoguchi-Intent: madoguchi/test 1"],
              "positive")
    token = session(world)
    pages = only(document, lambda path, method, operation:
                 "portal" in operation["x-speakers"] and "/portal/" in path
                 and method != "delete")
    judge.run("the portal of a patient", pages, address, "portal",
              ["Authorization: Bearer " + token], "positive")
    notices = only(document, lambda path, method, operation: "/tax/" in path)
    judge.run("tax software with a link", notices, address, "tax",
              ["Authorization: Bearer " + link(world, token)], "positive", 5)
    # Last, as it turns everything that can be turned.
    administration = world.admin("GET", "/admin/openapi.json")[1]
    judge.run("the administration port", administration, world.ready["admin"],
              fields=["Authorization: Bearer " + world.token])


def main():
    program = install()
    if program is None:
        print("0 passed, 0 failed, 1 skipped")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        world = rig.World(folder)
        world.start()
        judge = Judge(program, world, folder)
        try:
            test_all(judge, world)
        finally:
            world.process.terminate()
            world.process.wait(20)
    print(f"{judge.passed} passed, {judge.failed} failed")
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
