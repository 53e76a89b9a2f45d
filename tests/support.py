"""How the system tests use the program: a home folder of its own, calls with their answers, a server in the background.

    class Apply(unittest.TestCase):
        def setUp(self):
            self.home = self.enterContext(Home())

        def test_unknown_key_is_refused(self):
            answer = self.home.run("apply", "-", input="accounts: { support: { nam: x } }", expect=3)
            self.assertIn("accounts/support/nam", answer.err)
"""

import contextlib
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from servers.private import ServerMissing, register, start_process, stop_process, wait_until

__all__ = ["HAUSPOST", "Answer", "Home", "ServerMissing", "server_or_skip", "wait_until"]

HAUSPOST = os.environ.get("HAUSPOST") or os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "build", "src", "cli", "hauspost")
SANITIZER_REPORT = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error:")


@dataclasses.dataclass
class Answer:
    code: int
    out: str
    err: str
    seconds: float

    def json(self):
        return json.loads(self.out)


class Home:
    """A temporary home folder for one hauspost. As a context manager it stops what still runs and removes the folder."""

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="hauspost-home-")
        self.folder = os.path.join(self.top, "home")
        self.server = None
        self.server_log = os.path.join(self.top, "serve.log")
        register(self)

    def command(self, *words):
        return [HAUSPOST, "--home", self.folder, *(str(word) for word in words)]

    def run(self, *words, input=None, expect=0, env=None, timeout=60):
        """Runs one command. `expect`: the exit code that must come (None: any). A sanitizer's report is never as expected."""
        began = time.monotonic()
        done = subprocess.run(self.command(*words), input=input.encode() if isinstance(input, str) else input or b"",
                              capture_output=True, env={**os.environ, **(env or {})}, timeout=timeout, check=False)
        answer = Answer(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"),
                        time.monotonic() - began)
        wrong = expect is not None and answer.code != expect
        if wrong or any(word in answer.err for word in SANITIZER_REPORT):
            raise AssertionError(f"hauspost {' '.join(map(str, words))}: exit code {answer.code}, expected {expect}\n"
                                 f"--- out\n{answer.out}--- err\n{answer.err}---")
        return answer

    def json(self, *words, **options):
        return self.run(*words, "--json", **options).json()

    def apply(self, setup, **options):
        """`setup`: YAML text."""
        return self.run("apply", "-", input=setup, **options)

    def write(self, name, content):
        """A file beside the home folder; returns its path."""
        path = os.path.join(self.top, name)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def serve(self, *words, env=None):
        """Starts `hauspost serve` in the background."""
        self.server = start_process(self.command("serve", *words), self.server_log, {**os.environ, **(env or {})})
        return self.server

    def stop(self, timeout_s=20):
        """SIGTERM, as systemd does; returns the exit code."""
        if self.server is None:
            return None
        stop_process(self.server, timeout_s)
        code, self.server = self.server.returncode, None
        return code

    def log(self):
        with contextlib.suppress(OSError), open(self.server_log, encoding="utf-8", errors="replace") as file:
            return file.read()
        return ""

    def close(self):
        self.stop(5)
        if os.environ.get("HAUSPOST_KEEP"):
            print(f"kept: {self.top}", file=sys.stderr)
        else:
            shutil.rmtree(self.top, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is not None and not issubclass(kind, (KeyboardInterrupt, SystemExit)) and self.log():
            print(f"---- end of serve's log\n{self.log()[-4000:]}----", file=sys.stderr)
        self.close()


def server_or_skip(case, make, *words, **options):
    """Starts a private server for a test case (or class, in setUpClass), which closes it; skips the test where the server isn't installed."""
    try:
        server = make(*words, **options)
    except ServerMissing as missing:
        case.skipTest(str(missing))
    return case.enterContext(server)
