#!/usr/bin/env python3
"""What the clearinghouse's manual says can be done is done, word for word: the blocks of
Simulators/Clearinghouse.md between "First steps" and the next heading, in their order.

    Tests/System/manual.py PROGRAM

Only the ports are others, and the world lies in a temporary folder. Needs curl and openssl.
"""
import json, os, re, subprocess, sys, tempfile, time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PROGRAM = os.path.abspath(sys.argv[1])


def blocks():
    text = open(os.path.join(ROOT, "Simulators", "Clearinghouse.md")).read()
    section = text.split("\n## First steps\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```(sh|python)\n(.*?)```", section, re.S)


def serve(folder, ready):
    """The clearinghouse of the manual's world, on free ports."""
    with open(ready, "wb") as out:
        process = subprocess.Popen([PROGRAM, "serve", "--state", "world", "--port", "0",
                                    "--admin-port", "0"], cwd=folder, stdout=out)
    for _ in range(600):
        if open(ready).read().endswith("\n"):
            return process, json.load(open(ready))
        assert process.poll() is None, "it ended at once"
        time.sleep(0.05)
    raise AssertionError("it never said that it is ready")


def expect(index, output, people):
    """What a block shows."""
    if index == 2:
        assert json.loads(output)["qualification"]["entitlements"][0]["holder"]["name"] == \
            people["yakushi"]["identity"]["name"]
    elif index == 3:
        assert len(output.splitlines()) >= 2, output
    elif index == 4:
        answers = [json.loads(line) for line in output.splitlines()]
        assert len(answers[0]["faults"]) == 2, answers
        assert len(answers[-1]["entries"]) == 1, answers


def main():
    passed, failed, process = 0, 0, None
    people = {name: json.load(open(f"{ROOT}/Simulators/People/{name}.json"))
              for name in ["mado", "yakushi"]}
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(ROOT, "Simulators"), folder + "/Simulators")
        environment = {**os.environ, "PATH": folder + ":" + os.environ["PATH"]}
        os.symlink(PROGRAM, folder + "/clearinghouse")
        shared, ports = "", {}
        try:
            for index, (language, text) in enumerate(blocks()):
                for port, real in ports.items():
                    text = text.replace(port, str(real))
                if index == 0:
                    text = "".join(line + "\n" for line in text.splitlines()
                                   if not line.startswith("clearinghouse serve"))
                command = (["bash", "-euo", "pipefail", "-c", shared + text]
                           if language == "sh" else [sys.executable, "-c", text])
                ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True,
                                     text=True, timeout=120)
                if index == 0 and ran.returncode == 0:
                    process, ready = serve(folder, folder + "/ready.json")
                    ports = {"8710": ready["port"], "8711": ready["adminPort"]}
                if index == 1:  # what it defines is used by the blocks after it
                    shared = text.split("\nask https", 1)[0] + "\n"
                try:
                    assert ran.returncode == 0, ran.stdout + ran.stderr
                    # One answer a line.
                    expect(index, ran.stdout.replace("}{", "}\n{"), people)
                    passed += 1
                    print(f"ok: block {index + 1} ({language})")
                except (AssertionError, LookupError, ValueError) as error:
                    failed += 1
                    print(f"not ok: block {index + 1} ({language}): {error!r}")
            assert json.load(open(folder + "/interface.json"))["openapi"] == "3.1.0"
            made = subprocess.run(["clearinghouse", "add-terminal", "other", "--state", "world",
                                   "--institution", "2740000008", "--json"], cwd=folder,
                                  env=environment, capture_output=True, text=True)
            assert len(json.loads(made.stdout)["made"]) == 3, made
        finally:
            if process:
                process.terminate()
                process.wait(20)
    if passed + failed < 5:
        failed += 1
        print("not ok: the manual lost its first steps")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
