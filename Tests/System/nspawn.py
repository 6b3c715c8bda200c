"""A machine of its own for tests: real systemd in a container, from a Debian root that is kept between
runs. Says why where that is not possible. Standard library only."""
import os
import shutil
import subprocess
import tempfile
import time

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                     "madoguchi-tests")
INCLUDE = ("systemd,systemd-sysv,pcscd,vsmartcard-vpcd,dbus,libssl3,libpcsclite1,python3,procps,"
           "fonts-ipaexfont-gothic,fonts-vlgothic")


class Impossible(Exception):
    """Why there can be no container here."""


def kept_root():
    """The Debian root; made at first use, which takes a minute and a network."""
    if os.geteuid() != 0:
        raise Impossible("only root may boot a container")
    for program in ("systemd-nspawn", "nsenter", "dpkg-deb"):
        if not shutil.which(program):
            raise Impossible(f"there is no {program}")
    root = os.path.join(CACHE, "bookworm-3")
    if os.path.isdir(root):
        return root
    if not shutil.which("debootstrap"):
        raise Impossible("there is no debootstrap")
    os.makedirs(CACHE, exist_ok=True)
    making = tempfile.mkdtemp(prefix="making.", dir=CACHE)
    os.chmod(making, 0o755)
    made = subprocess.run(["debootstrap", "--variant=minbase", f"--include={INCLUDE}", "bookworm",
                           making], capture_output=True, text=True, timeout=400)
    if made.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise Impossible(f"debootstrap failed: {made.stdout.strip().splitlines()[-1:]}")
    os.rename(making, root)
    return root


class Container:
    """A copy of the root, first as files and then booted. Network: its own loopback."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="madoguchi-container.", dir="/var/tmp")
        self.root = os.path.join(self.folder, "root")
        self.machine = self.leader = self.log = None
        try:
            subprocess.run(["cp", "-a", kept_root(), self.root], check=True, timeout=120)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def path(self, inside):
        return self.root + inside

    def prepare(self, script):
        """Runs a shell script in the root before anything is booted."""
        done = subprocess.run(
            ["systemd-nspawn", "-q", "-D", self.root, "--register=no", "--keep-unit",
             "--private-network", "--pipe", "/bin/sh", "-euc", script],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
        if done.returncode != 0:
            raise AssertionError(f"preparing: {done.stdout[-2000:]} {done.stderr[-2000:]}")
        return done.stdout

    def boot(self, seconds=60, binds=()):
        """Boots it; `binds` are folders of this machine that it sees, without writing them."""
        self.log = open(os.path.join(self.folder, "console"), "wb")
        self.machine = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", self.root, "-b", "--register=no", "--keep-unit",
             "--private-network", "--console=pipe", *(f"--bind-ro={one}" for one in binds)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.machine.poll() is not None:
                raise Impossible("systemd-nspawn does not boot here: " + self.console())
            if self.leader is None:
                self.leader = self.child()
            if self.leader and self.run("systemctl", "is-system-running").out.strip() in (
                    "running", "degraded"):
                return
            time.sleep(0.2)
        raise Impossible("systemd did not come up in the container: " + self.console())

    def child(self):
        path = f"/proc/{self.machine.pid}/task/{self.machine.pid}/children"
        with open(path) as file:
            children = file.read().split()
        return children[0] if children else None

    def console(self):
        with open(os.path.join(self.folder, "console"), errors="replace") as file:
            return file.read()[-600:]

    def run(self, *words, user=None, stdin=None, seconds=60):
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups",
                   "env", f"HOME=/home/{user}"] if user else []
        done = subprocess.run(
            ["nsenter", "-t", self.leader, "-a", "--wd=/"] + as_user + list(words),
            input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True, text=True, timeout=seconds)
        return Said(done.returncode, done.stdout, done.stderr)

    def close(self):
        if self.machine and self.machine.poll() is None:
            self.machine.terminate()
            try:
                self.machine.wait(20)
            except subprocess.TimeoutExpired:
                self.machine.kill()
                self.machine.wait()
        if self.log:
            self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Said:
    """What a command printed and ended with."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"[{self.code}] {self.out[-1500:]} {self.err[-1500:]}"
