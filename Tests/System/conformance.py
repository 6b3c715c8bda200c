#!/usr/bin/env python3
"""Asks a card in a PC/SC reader what Tests/Conformance/card.json says, and prints what differs.

    conformance.py --card CARD.json [--reader NAME]    a virtual card: every group, PINs are locked
    conformance.py --physical [--reader NAME]          a real card: read-only groups alone

On a real card no secret is ever compared, changed or used: the groups say so, and every command is
looked at again before it is sent. Needs pyscard (Debian: python3-pyscard). Status 1 if anything differs.
"""
import argparse
import json
import pathlib
import re
import sys

from smartcard.scard import (
    SCARD_PCI_T0, SCARD_PCI_T1, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1,
    SCARD_RESET_CARD, SCARD_S_SUCCESS, SCARD_SCOPE_USER, SCARD_SHARE_SHARED, SCardConnect,
    SCardDisconnect, SCardEstablishContext, SCardGetErrorMessage, SCardListReaders, SCardReconnect,
    SCardTransmit)

TABLE = pathlib.Path(__file__).resolve().parent.parent / "Conformance" / "card.json"
# SELECT, READ BINARY, READ RECORD, GET DATA and what nobody speaks: nothing else is sent to a real card.
HARMLESS = {0xA4, 0xB0, 0xB2, 0xCA, 0xCB, 0xFE}


def check(result, what):
    if result[0] != SCARD_S_SUCCESS:
        sys.exit(f"conformance: {what}: {SCardGetErrorMessage(result[0])}")
    return result[1:]


class Card:
    def __init__(self, wanted):
        self.context, = check(SCardEstablishContext(SCARD_SCOPE_USER), "PC/SC")
        readers, = check(SCardListReaders(self.context, []), "readers")
        names = [name for name in readers if wanted in name]
        if not names:
            sys.exit(f"conformance: no reader {wanted!r} among {readers}")
        self.handle, self.protocol = check(
            SCardConnect(self.context, names[0], SCARD_SHARE_SHARED,
                         SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1), names[0])
        print(f"reader: {names[0]}")

    def reset(self):
        self.protocol, = check(
            SCardReconnect(self.handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                           SCARD_RESET_CARD), "reset")

    def send(self, octets):
        pci = SCARD_PCI_T1 if self.protocol == SCARD_PROTOCOL_T1 else SCARD_PCI_T0
        answer, = check(SCardTransmit(self.handle, pci, list(octets)), octets[:4].hex())
        return bytes(answer)

    def close(self):
        SCardDisconnect(self.handle, SCARD_RESET_CARD)


def harmless(octets):
    """Whether a command can neither spend a try nor change or use anything."""
    if len(octets) < 4:
        return True
    if octets[1] == 0x20:  # VERIFY without data asks for the tries left.
        return len(octets) == 4 or octets[4:] == b"\0"
    return octets[1] in HARMLESS


def era_digits(date):
    """YYMMDD with the year of the era, written anew here so that two programs judge each other."""
    year, month, day = map(int, date.split("-"))
    for start, first in (((2019, 5, 1), 2019), ((1989, 1, 8), 1989), ((1926, 12, 25), 1926),
                         ((1912, 7, 30), 1912), ((1868, 1, 25), 1868)):
        if (year, month, day) >= start:
            return f"{year - first + 1:02}{month:02}{day:02}"
    sys.exit(f"conformance: {date} lies in no era")


def secrets(path):
    printed = json.loads(path.read_text())
    pins = json.loads(path.with_suffix(".pins").read_text())
    holder = printed["holder"]
    birth = era_digits(holder["birthDate"])
    words = {"pin": pins["pin"], "password": pins["password"], "textPIN": pins["textPIN"],
             "A": holder["number"], "birth": birth,
             "B": birth + holder["expiresOn"][:4] + holder["securityCode"]}
    return {name: text.encode().hex() for name, text in words.items()}


def expression(expected):
    parts = [re.sub(r"<(\d+)>", r"(?:[0-9a-f]{2}){\1}",
                    part.replace("?", "[0-9a-f]").replace("*", "(?:[0-9a-f]{2})*"))
             for part in expected.split("|")]
    return re.compile("(?:" + "|".join(parts) + ")")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reader", default="", help="part of the reader's name")
    parser.add_argument("--card", type=pathlib.Path, help="the virtual card's file")
    parser.add_argument("--physical", action="store_true", help="a real card: read-only groups")
    parser.add_argument("--verbose", action="store_true", help="print every answer's status")
    options = parser.parse_args()
    if options.physical == (options.card is not None):
        parser.error("either --card CARD.json or --physical")
    known = {} if options.physical else secrets(options.card)
    card = Card(options.reader)
    passed = failed = 0
    for group in json.loads(TABLE.read_text())["groups"]:
        if options.physical and not group["physical"]:
            continue
        card.reset()
        differences = 0
        for step in group["steps"]:
            text = step["send"]
            for name, octets in known.items():
                text = text.replace("{" + name + "}", octets)
            command = bytes.fromhex(text)
            if options.physical and not harmless(command):
                sys.exit(f"conformance: {step['send']} is not for a real card; the table is wrong")
            if len(command) < 4:  # vpcd takes a single octet for a control message.
                continue
            answer = card.send(command)
            if options.verbose:
                print(f"  {step['send']} → {len(answer) - 2} octets, {answer[-2:].hex()}")
            if not expression(step["expect"]).fullmatch(answer.hex()):
                differences += 1
                # A real card's data stay with its holder: only their count and the status are told.
                told = answer.hex() if not options.physical else \
                    f"{len(answer) - 2} octets, {answer[-2:].hex()}"
                print(f"differs: {group['name']}: {step['send']} → {told[:200]}, "
                      f"expected {step['expect']}" + (f" ({step['note']})" if "note" in step else ""))
        if differences:
            failed += 1
        else:
            passed += 1
            print(f"ok: {group['name']}")
    card.close()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
