"""The folder exchange: an accepted check-in to its finished face file, and a list of 500 persons."""

import importlib.util
import os
import pathlib
import statistics
import sys
import time
from datetime import datetime

SYSTEM = pathlib.Path(__file__).resolve().parents[1] / "System"
CHECK_INS = 10
PERSONS = 500


def milliseconds_to_face(world):
    """From the instant that the check-in was opened at to the one its file got its name at."""
    before = set(world.answers("face"))
    world.stack.insert("mado")
    ran = world.stack.check_in()
    assert ran.code == 0, ran
    end = time.monotonic() + 10
    while not (new := set(world.answers("face")) - before):
        assert time.monotonic() < end, "no face file"
        time.sleep(0.01)
    # A rename is the last that changes a file's status.
    named = os.stat(world.path("face", new.pop())).st_ctime_ns / 1e6
    newest = world.api("GET", "/v1/check-ins")[1]["checkIns"][0]
    opened = datetime.fromisoformat(newest["openedAt"].replace("Z", "+00:00")).timestamp() * 1000
    return named - opened


def seconds_of_list(world, exchange):
    details = exchange.person(world.stack, "mado")
    header = {"MedicalInstitutionCode": exchange.INSTITUTION}
    body = "".join(
        "<QualificationConfirmSearchInfo>"
        + exchange.search({**details, "number": str(100_000 + number)}, "19740101")
        + "</QualificationConfirmSearchInfo>" for number in range(PERSONS))
    start = time.monotonic()
    root = world.ask("OQSmuquc01req_bench.xml", exchange.message(header, body), 60)
    number = root.findtext("MessageBody/ReceptionNumber")
    for attempt in range(1000):
        root = world.ask(f"OQSmuquc02req_bench{attempt}.xml", exchange.message(
            header, exchange.elements({"ReceptionNumber": number})), 60)
        if root.findtext("MessageHeader/SegmentOfResult") != "2":
            break
        time.sleep(0.1)
    units = root.findall("MessageBody/BulkConfirmUnit")
    assert len(units) == PERSONS, len(units)
    return time.monotonic() - start


def measure(row):
    sys.path.insert(0, str(SYSTEM))
    # The test of this name, not this file.
    named = importlib.util.spec_from_file_location("exchange_test", SYSTEM / "exchange.py")
    exchange = importlib.util.module_from_spec(named)
    named.loader.exec_module(exchange)
    world = exchange.World()
    try:
        world.start()
        times = [milliseconds_to_face(world) for _ in range(CHECK_INS)]
        worst = max(times)
        row(f"exchange: check-in accepted to its face file, median and worst of {CHECK_INS}",
            f"{statistics.median(times):.0f} and {worst:.0f} ms", "≤ 50 ms", worst <= 50)
        seconds = seconds_of_list(world, exchange)
        row(f"exchange: a list of {PERSONS} persons, file to file", f"{seconds:.2f} s", "≤ 10 s",
            seconds <= 10)
    finally:
        world.end()


if __name__ == "__main__":
    measure(lambda *words: print(*words))
