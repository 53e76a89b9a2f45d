"""What all private servers share: a temporary folder, free ports, certificates, a process that never outlives its owner."""

import atexit
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

# Ports below the range from which the kernel takes the ports of outgoing connections, so that none of those is in the way.
PORTS = range(20000, 32000)

_running = []  # started servers, in the order of their start
_held = []  # sockets of closed ports, and what shows others that a port is ours


class ServerMissing(Exception):
    """The server's package isn't installed, or it needs rights that we don't have: the test is skipped."""


class ServerFailed(Exception):
    """The server didn't start; the text ends with its log."""


def free_port():
    """A port on which nobody listens, and that no other test takes as long as this process lives: a name without a file (unix(7)) tells them. A
    program that isn't a test may be faster: start() tries again with other ports."""
    while True:
        port = random.choice(PORTS)
        ours = socket.socket(socket.AF_UNIX)
        try:
            ours.bind(f"\0hauspost-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            ours.close()
        else:
            _held.append(ours)
            return port


def closed_port():
    """A port that refuses whoever knocks, as long as this process lives: it is taken, and nobody listens."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    return holder.getsockname()[1]


def wait_until(condition, timeout_s=40, what="the condition", patience=3):
    """Polls until condition() is true and returns its value. A busy machine has `patience` times as long as was thought."""
    timeout_s *= patience
    deadline = time.monotonic() + timeout_s
    pause = 0.005
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come true within {timeout_s} s")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def can_connect(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def openssl(*words):
    run = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise ServerFailed(f"openssl {' '.join(words)}: {run.stderr}")


def make_certificates(folder, names=("localhost",), days=30):
    """A CA and a server certificate for `names` and 127.0.0.1: ca.pem, server.pem, server.key in the folder."""
    os.makedirs(folder, exist_ok=True)

    def path(name):
        return os.path.join(folder, name)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-days", str(days), "-subj", "/CN=Hauspost test CA", "-keyout", path("ca.key"), "-out",
            path("ca.pem"), "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", *key, "-subj", f"/CN={names[0]}", "-keyout", path("server.key"), "-out", path("server.csr"))
    with open(path("extensions"), "w", encoding="ascii") as file:
        file.write("subjectAltName=" + ",".join(f"DNS:{name}" for name in names) + ",IP:127.0.0.1\n"
                   "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial", "-days",
            str(days), "-extfile", path("extensions"), "-out", path("server.pem"))
    os.chmod(path("server.key"), 0o644 if os.getuid() == 0 else 0o600)  # servers that give up root read it, too


# Ends the process group and removes the folder ($2, may be empty) when its standard input ends, which is when its owner ends, however.
WATCHDOG = 'read -r _; kill -s KILL -- "-$1" 2>/dev/null; test -z "$2" || rm -rf -- "$2"'


def start_process(command, log_path, env=None, folder=""):
    """Starts `command` in a process group of its own, output to the log. The group doesn't outlive this process, even where that is killed."""
    with open(log_path, "ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, start_new_session=True)
    keep = os.environ.get("HAUSPOST_KEEP")
    process.watchdog = subprocess.Popen(["/bin/sh", "-c", WATCHDOG, "sh", str(process.pid), "" if keep else folder],
                                        stdin=subprocess.PIPE, start_new_session=True)
    return process


def stop_process(process, grace_s=0.0):
    """SIGTERM and `grace_s` seconds to end in order, then SIGKILL to all of its group."""
    if grace_s and process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # The watchdog itself goes without doing its work: the folder may be wanted for a restart.
    process.watchdog.kill()
    process.watchdog.wait()
    process.watchdog.stdin.close()


def processor_seconds(pid):
    """User and system time of a process and its descendants so far, living and reaped."""
    ticks, todo = 0, [pid]
    while todo:
        one = todo.pop()
        with contextlib.suppress(OSError):
            with open(f"/proc/{one}/stat", encoding="ascii", errors="replace") as file:
                words = file.read().rpartition(")")[2].split()
            ticks += sum(int(word) for word in (words[11:15] if one == pid else words[11:13]))
            with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as file:
                todo += [int(word) for word in file.read().split()]
    return ticks / os.sysconf("SC_CLK_TCK")


def register(server):
    """Its close() will be called when this process ends, unless it was before."""
    _running.append(server)


class Server:
    """A server in a temporary folder. A subclass gives `name`, configure() (writes the configuration, chooses ports), command() and
    is_ready()."""

    name = "server"
    start_tries = 4

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix=f"hauspost-{self.name}-")
        os.chmod(self.folder, 0o755)  # servers that give up root must get in
        self.log_path = self.path("log")
        self.process = None
        self.env = None
        register(self)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def configure(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def is_ready(self):
        raise NotImplementedError

    def log(self, lines=40):
        with contextlib.suppress(OSError), open(self.log_path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])
        return ""

    def start(self):
        for attempt in range(self.start_tries):
            self.configure()
            self.process = start_process(self.command(), self.log_path, self.env, self.folder)
            try:
                wait_until(lambda: self.process.poll() is not None or self.is_ready(), 30, f"{self.name} being ready")
            except TimeoutError:
                pass
            if self.process.poll() is None and self.is_ready():
                return self
            stop_process(self.process)
            if "in use" not in self.log() or attempt == self.start_tries - 1:
                break
        log = self.log()
        self.close()
        raise ServerFailed(f"{self.name} did not start:\n{log}")

    def restart(self):
        """Stops and starts with the same folder and ports."""
        self.stop(grace_s=1)
        self.process = start_process(self.command(), self.log_path, self.env, self.folder)
        wait_until(self.is_ready, 30, f"{self.name} being ready again")

    def stop(self, grace_s=0.0):
        if self.process:
            stop_process(self.process, grace_s)
            self.process = None

    def close(self):
        """Stops and removes the folder."""
        self.stop()
        if self in _running:
            _running.remove(self)
        if os.environ.get("HAUSPOST_KEEP"):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        if self.process is None:
            self.start()
        return self

    def __exit__(self, kind, value, traceback):
        if kind is not None and not issubclass(kind, (KeyboardInterrupt, SystemExit)):
            print(f"---- {self.name}: end of {self.log_path}\n{self.log()}----", file=sys.stderr)
        self.close()


def close_all():
    for server in reversed(_running[:]):
        server.close()


def _on_term(number, frame):
    del frame
    sys.exit(128 + number)  # runs atexit


atexit.register(close_all)
for _signal in (signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(_signal) is signal.SIG_DFL:
        with contextlib.suppress(ValueError):  # not in the main thread: then its owner looks after signals
            signal.signal(_signal, _on_term)
