#!/usr/bin/env python3
"""A clinic's program at the terminal: waits for check-ins, shows who came and their medicines.

    program.py SOCKET TOKEN-FILE [COUNT]

SOCKET is the terminal's socket for programs; the token has the rights qualification and records
(madoguchi program add). Ends after COUNT check-ins. Standard library only; Documentation/api.md.
"""
import http.client
import json
import socket
import sys


class Terminal(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def ask(path, token, target):
    line = Terminal(path)
    line.request("GET", target, headers={"Authorization": "Bearer " + token})
    answer = line.getresponse()
    value = json.loads(answer.read())
    line.close()
    if answer.status != 200:
        raise SystemExit(f"{value['title']} {value.get('nextStep', '')}")
    return value


def check_ins(path, token):
    """The open check-ins, each once, as the terminal tells of them."""
    line = Terminal(path)
    line.request("GET", "/v1/events", headers={"Authorization": "Bearer " + token})
    answer = line.getresponse()
    seen = set()
    # An empty line ends an event; a line that begins with a colon says only that the line holds.
    for text in answer:
        if not text.startswith(b"data: "):
            continue
        for one in json.loads(text[6:]).get("checkIns", []):
            if one["state"] == "open" and one["id"] not in seen:
                seen.add(one["id"])
                yield one


def main(path, token_file, count="1000000"):
    with open(token_file) as file:
        token = file.read().strip()
    for number, one in enumerate(check_ins(path, token), 1):
        found = ask(path, token, "/v1/check-ins/" + one["id"])
        holder = found["qualification"]["entitlements"][0]["holder"]
        print(f"{one['number']}\t{holder['name']}\t{holder['birthDate']}", flush=True)
        if any(item["item"] == "drugs" for item in one["items"]):
            record = ask(path, token, f"/v1/check-ins/{one['id']}/drugs")["record"]
            for dispensing in record["dispensings"]:
                for drug in dispensing["drugs"]:
                    print(f"\t{dispensing['date']}\t{drug['name']}", flush=True)
        if number >= int(count):
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
