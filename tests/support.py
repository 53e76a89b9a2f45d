"""How the system tests use the program: a home folder of its own, calls with their answers, a server in the background.

    class Apply(unittest.TestCase):
        def setUp(self):
            self.home = self.enterContext(Home())

        def test_unknown_key_is_refused(self):
            answer = self.home.run("apply", "-", input="accounts: { support: { nam: x } }", expect=3)
            self.assertIn("accounts/support/nam", answer.err)
"""

import base64
import contextlib
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

from servers.private import ServerMissing, closed_port, register, start_process, stop_process, wait_until

__all__ = ["HAUSPOST", "Answer", "Home", "ServerMissing", "closed_port", "server_or_skip", "wait_until"]

HAUSPOST = os.environ.get("HAUSPOST") or os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "build", "src", "cli", "hauspost")
SANITIZER_REPORT = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error:")


# Many of them run side by side; a test of the API gives `--http 127.0.0.1:0`.
os.environ.setdefault("HAUSPOST_HTTP", "off")

# What no output, log or file of the program may ever show: every secret that a test puts into a set-up, and what it adds itself.
SECRETS = set()
SECRET_KEYS = {"password", "passphrase", "secret", "client_secret", "refresh_token", "access_token"}
MIN_SECRET = 8  # shorter ones are in other words, too


def disguises(secret):
    """The secret as text may carry it: itself, in JSON, in a URL, in hex, in base64 wherever it begins."""
    data = secret.encode()
    forms = {secret, json.dumps(secret)[1:-1], urllib.parse.quote(secret, safe=""), data.hex()}
    for before in range(3):  # whole groups of four letters that depend on nothing but the secret
        code = base64.b64encode(b"\0" * before + data).decode()
        forms.add(code[(before * 8 + 5) // 6:len(code) - 4])
    return {form for form in forms if len(form) >= MIN_SECRET}


def keep_secret(*secrets):
    SECRETS.update(secret for secret in secrets if len(secret) >= MIN_SECRET and set(secret) != {"*"})


def keep_secrets_of(text):
    """Those in a set-up, be it JSON or YAML."""
    for match in re.finditer(r"""["']?(\w+)["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s,}\]#{\[]+))""", text):
        if match.group(1) in SECRET_KEYS:
            keep_secret(next(group for group in match.groups()[1:] if group is not None))


def leaked(text):
    """The secrets that are in a text."""
    return sorted(secret for secret in SECRETS if any(form in text for form in disguises(secret)))


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
        self.server, self.url = None, None
        self.server_log = os.path.join(self.top, "serve.log")
        self.log_before = 0  # what earlier starts have written to it
        register(self)

    def command(self, *words):
        return [HAUSPOST, "--home", self.folder, *(str(word) for word in words)]

    def run(self, *words, input=None, expect=0, env=None, timeout=180):
        """Runs one command. `expect`: the exit code that must come (None: any). A sanitizer's report is never as expected."""
        began = time.monotonic()
        done = subprocess.run(self.command(*words), input=input.encode() if isinstance(input, str) else input or b"",
                              capture_output=True, env={**os.environ, **(env or {})}, timeout=timeout, check=False)
        answer = Answer(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"),
                        time.monotonic() - began)
        lost = leaked(answer.out + answer.err)
        if lost:
            raise AssertionError(f"hauspost {words[0]} shows {len(lost)} secret(s) that a test used, the first begins with {lost[0][:3]}")
        wrong = expect is not None and answer.code != expect
        if wrong or any(word in answer.err for word in SANITIZER_REPORT):
            raise AssertionError(f"hauspost {' '.join(map(str, words))}: exit code {answer.code}, expected {expect}\n"
                                 f"--- out\n{answer.out}--- err\n{answer.err}---")
        return answer

    def json(self, *words, **options):
        return self.run(*words, "--json", **options).json()

    def apply(self, setup, **options):
        """`setup`: YAML text."""
        keep_secrets_of(setup)
        return self.run("apply", "-", input=setup, **options)

    def write(self, name, content):
        """A file beside the home folder; returns its path."""
        if isinstance(content, str) and name.endswith((".json", ".yaml", ".yml")):
            keep_secrets_of(content)
        path = os.path.join(self.top, name)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def serve(self, *words, env=None):
        """Starts `hauspost serve` in the background."""
        self.log_before = len(self.log())
        self.server = start_process(self.command("serve", *words), self.server_log, {**os.environ, **(env or {})})
        return self.server

    def serve_http(self, *words, env=None):
        """serve() with Studio and API on a free port; returns when they answer. `self.url` is where ("http://127.0.0.1:4711")."""
        self.serve("--http", "127.0.0.1:0", *words, env=env)
        wait_until(lambda: self.server.poll() is not None or self.find_url(), 60, "the API")
        self.url = self.find_url()
        if not self.url:
            raise AssertionError(f"hauspost serve did not start:\n{self.log()}")
        return self.url

    def find_url(self):
        """Of the last start, once the line that tells it is whole."""
        found = re.findall(r"^Studio and API: (\S+)/\n", self.log()[self.log_before:], re.M)
        return found[-1] if found else None

    def stop(self, timeout_s=60):
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
        lost = leaked(self.log())
        if os.environ.get("HAUSPOST_KEEP"):
            print(f"kept: {self.top}", file=sys.stderr)
        else:
            shutil.rmtree(self.top, ignore_errors=True)
        if lost:
            raise AssertionError(f"the log of 'serve' shows {len(lost)} secret(s) that a test used, the first begins with {lost[0][:3]}")

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
        raise unittest.SkipTest(str(missing)) from None
    return (case.enterClassContext if isinstance(case, type) else case.enterContext)(server)
