#!/usr/bin/env python3
"""The exchange's folder on shares that misbehave, as real mounts: full, read-only, taken away and back;
device nodes in it; and every person of the simulator through it once.

    Tests/System/private-pcscd.sh python3 -B Tests/System/exchange_shares.py

Mounts and device nodes need root; elsewhere those tests are skipped and say so. BIN=.build/debug.
"""
import os
import pathlib
import json
import stat
import subprocess
import time
import unittest

import exchange
import counted
from exchange import ExchangeCase, reader, single
from rig import ROOT, wait_for


def can_mount():
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        capture_output=True).returncode == 0


class Mounted(ExchangeCase):
    """A share of 256 KiB, which is a mount of its own."""

    def setUp(self):
        if not can_mount():
            self.skipTest("mounting is not allowed here")
        self.world.stop()
        os.makedirs(self.world.folder, exist_ok=True)
        self.mount()
        self.addCleanup(self.unmount)
        self.world.start()

    def mount(self, *options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(["size=256k", *options]), "tmpfs",
                        self.world.folder], check=True)
        for name in ("req", "res", "face"):
            os.mkdir(self.world.path(name))

    def unmount(self):
        self.world.stop()
        while os.path.ismount(self.world.folder):
            subprocess.run(["umount", "-l", self.world.folder], check=True)

    def log(self):
        self.world.stack.log.flush()
        with open(self.world.stack.path("daemon.log"), errors="replace") as file:
            return file.read()

    @staticmethod
    def fill(path):
        """Writes to a file until there is no room for one octet more."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for size in (4096, 1):
            try:
                while True:
                    os.write(descriptor, b"x" * size)
            except OSError:
                pass
        os.close(descriptor)

    def test_full(self):
        """No room for an answer: nothing half is there, the log says so, and once there is room the
        answer comes; a check-in's face file too."""
        world = self.world
        details, birth = self.mado()
        filler = world.path("filler")
        self.fill(filler)
        world.stop()
        # The request itself finds its way: the claims computer's file was there before.
        os.truncate(filler, os.path.getsize(filler) - 8192)
        with open(world.path("req", "OQSsiquc01req_full.xml"), "wb") as file:
            file.write(single(details, birth))
        self.fill(filler)
        world.start()
        wait_for("the log tells of it", lambda: "space" in self.log().lower(), 20)
        self.assertEqual([name for name in os.listdir(world.path("res"))
                          if name.endswith(".xml") and os.path.getsize(world.path("res", name)) == 0],
                         [])
        self.assertIsNone(world.process.poll())
        os.unlink(filler)
        root, _ = reader.parse(world.answer("OQSsiquc01req_full.xml", 30))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
        self.assertEqual([name for name in os.listdir(world.path("res"))
                          if name.startswith(".madoguchi-")], [])

    def test_taken_away(self):
        """Unmounted under it, with another folder beneath; back again, what waits is answered."""
        world = self.world
        details, birth = self.mado()
        subprocess.run(["umount", "-l", world.folder], check=True)
        time.sleep(2.5)
        self.assertIsNone(world.process.poll())
        self.mount()
        root = world.ask("OQSsiquc01req_back.xml", single(details, birth), 30)
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")

    def test_read_only(self):
        """A share that may not be written any more: nothing is lost, and nothing is answered twice."""
        world = self.world
        details, birth = self.mado()
        world.put("OQSsiquc01req_ro0.xml", single(details, birth))
        world.answer("OQSsiquc01req_ro0.xml")
        request = world.path("req", "OQSsiquc01req_ro.xml")
        world.stop()
        with open(request, "wb") as file:
            file.write(single(details, birth))
        subprocess.run(["mount", "-o", "remount,ro", world.folder], check=True)
        world.start()
        time.sleep(2.5)
        self.assertIsNone(world.process.poll())
        self.assertNotIn("OQSsiquc01res_ro.xml", world.answers())
        subprocess.run(["mount", "-o", "remount,rw", world.folder], check=True)
        root, _ = reader.parse(world.answer("OQSsiquc01req_ro.xml", 30))
        self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
        wait_for("the request is gone", lambda: not os.path.exists(request))


class Devices(ExchangeCase):
    def test_nodes(self):
        """Device nodes that would give or take octets without end are named, never opened."""
        world = self.world
        made = []
        try:
            for name, major, minor in (("zero", 1, 5), ("null", 1, 3), ("tty", 5, 0)):
                path = world.path("req", f"OQSsiquc01req_{name}.xml")
                os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(major, minor))
                made.append(path)
        except PermissionError:
            self.skipTest("device nodes may not be made here")
        try:
            for name in ("zero", "null", "tty"):
                root, _ = reader.parse(world.answer(f"OQSsiquc01req_{name}.xml"))
                self.error(root, "MDG1007")
            details, birth = self.mado()
            root = world.ask("OQSsiquc01req_after_nodes.xml", single(details, birth))
            self.assertEqual(root.findtext("MessageHeader/SegmentOfResult"), "1")
        finally:
            for path in made:
                if os.path.exists(path):
                    os.unlink(path)


class Everybody(unittest.TestCase):
    """Every person of the simulator who can be checked in: a face file that the reader understands."""

    def test_people(self):
        names = sorted(path.stem for path in
                       pathlib.Path(ROOT, "Simulators", "People").glob("*.json"))
        exchange.PEOPLE = [name for name in names if name != "mado"]
        world = exchange.World()
        self.addCleanup(world.end)
        world.start()
        through, refused = [], {}
        for name in names:
            if not os.path.exists(world.stack.path("cards", name + ".json")):
                refused[name] = "no card"
                continue
            before = set(world.answers("face"))
            try:
                world.stack.insert(name)
            except AssertionError as error:
                refused[name] = str(error)
                continue
            ran = world.stack.check_in("--wait", "5")
            if ran.code != 0:
                # Who is refused at the terminal is no file's: each of them must say why.
                refused[name] = ran.json.get("type") or ran.json.get("state") or ran.out
                self.assertEqual(set(world.answers("face")), before, name)
                continue
            new = wait_for("a face file of " + name,
                           lambda: set(world.answers("face")) - before)
            path = pathlib.Path(world.path("face", new.pop()))
            _, one, _ = world.api("GET", "/v1/check-ins/" + ran.json["checkIn"])
            kept = path.with_suffix(".json")
            kept.write_text(json.dumps(one["qualification"]))
            reader.compare(path)
            kept.unlink()
            through.append(name)
        print(f"{len(through)} people through the exchange; refused: {refused}")
        self.assertGreater(len(through), len(names) * 2 // 3)
        self.assertIn("longest-fields", through)


if __name__ == "__main__":
    counted.main(Mounted, Devices, Everybody)
