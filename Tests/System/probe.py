"""What an intruder would try, from inside a unit: one line of JSON, each try with what came of it: "done",
or the name of the error. Runs in the container with a unit's own settings; standard library only."""
import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def tried(body):
    try:
        body()
        return "done"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno or "timeout"))


def call(function, *values, fails=-1):
    ctypes.set_errno(0)
    if function(*values) == fails:
        raise OSError(ctypes.get_errno(), "")


def read(path):
    # A container's /dev/kmsg is a pipe that nobody fills.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    os.read(descriptor, 1)
    os.close(descriptor)


def write(path):
    with open(path, "wb") as file:
        file.write(b"x")
    os.unlink(path)


def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(3)
        line.connect(address)


def writable_executable():
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def home():
    if not os.listdir("/home"):
        raise OSError(errno.ENOENT, "")


def others():
    """Processes of others, by /proc."""
    if not any(os.stat(f"/proc/{pid}").st_uid != os.getuid()
               for pid in os.listdir("/proc") if pid.isdigit()):
        raise OSError(errno.ENOENT, "")


def aside(body):
    """Runs it in a process of its own, which ends at once: what it traced goes on then."""
    child = os.fork()
    if child == 0:
        try:
            body()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 255)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise OSError(code if code > 0 else errno.EINTR, "")


def seize(pid):
    """PTRACE_SEIZE: unlike PTRACE_ATTACH it stops nobody."""
    call(libc.ptrace, 0x4206, pid, 0, 0)


def trace_own():
    child = os.fork()
    if child == 0:
        signal.pause()
        os._exit(0)
    try:
        seize(child)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


foreign = sys.argv[1] if len(sys.argv) > 1 else "192.0.2.1"
tries = {
    "shadow": lambda: read("/etc/shadow"),
    "home": home,
    "processes": others,
    "ptrace": trace_own,
    "ptrace-init": lambda: aside(lambda: seize(1)),
    "writable-executable": writable_executable,
    "setuid": lambda: os.setuid(0),
    "namespace": lambda: call(libc.unshare, 0x10000000),
    "device": lambda: read("/dev/kmsg"),
    "make-device": lambda: os.mknod("/dev/shm/probe", 0o020600, os.makedev(1, 1)),
    "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "set-user-id": lambda: (open("/tmp/probe", "w").close(), os.chmod("/tmp/probe", 0o4755)),
    "write-usr": lambda: write("/usr/probe"),
    "write-etc": lambda: write("/etc/probe"),
    "write-var": lambda: write("/var/probe"),
    "raw-socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    "foreign": lambda: connect(socket.AF_INET, (foreign, 9999)),
}
print("PROBE " + json.dumps({name: tried(body) for name, body in tries.items()}), flush=True)
