"""No secret leaves: not in what any command prints, not in logs, transcripts and errors, not readable in the store, not in a core dump.

Every Home looks for the secrets of its set-up in all that the program prints (tests/support.py). Here a whole life is lived with
secrets in every place, things go wrong in every way, and the files are looked through as well. The first class shows that the search can fail."""

import base64
import contextlib
import glob
import json
import os
import resource
import signal
import subprocess
import sys
import unittest
import urllib.parse

import support
from servers import Dovecot, Exim
from servers.private import wait_until
from support import HAUSPOST, Home, leaked, server_or_skip

RECEIVE, SEND, WRONG = "Zw1ebel:kuchen/7", "T0pf&lappen+3", "Fal5che\"Parole"


class Control(unittest.TestCase):
    """The search finds what is there."""

    def test_every_disguise_is_seen(self):
        support.keep_secret(RECEIVE)
        self.assertEqual(leaked("nothing here"), [])
        for text in (f"login {RECEIVE} failed", json.dumps({"a": RECEIVE}), urllib.parse.quote(RECEIVE, safe=""), RECEIVE.encode().hex(),
                     base64.b64encode(f"\0support\0{RECEIVE}".encode()).decode(), base64.b64encode(f"\0anna\0{RECEIVE}".encode()).decode(),
                     base64.b64encode(f"\0x@y\0{RECEIVE}\0\0".encode()).decode()):
            self.assertEqual(leaked(text), [RECEIVE], text)

    def test_set_ups_are_read_for_secrets(self):
        support.keep_secrets_of('accounts: {a: {send: {password: "Planted-1\\u0021", user: x}, receive: {password: Planted-2}}}\nclient_secret: \'Planted-3\'')
        for number in (2, 3):
            self.assertEqual(leaked(f"… Planted-{number} …"), [f"Planted-{number}"])

    def test_a_planted_leak_fails_the_test_that_makes_it(self):
        support.keep_secret("planted-and-printed")
        with Home() as home, self.assertRaisesRegex(AssertionError, "shows 1 secret"):
            home.run("list", "planted-and-printed", expect=None)  # the error names the kind that there isn't


class Life(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dovecot = server_or_skip(cls, Dovecot, password=RECEIVE)
        cls.exim = server_or_skip(cls, Exim, password=SEND, plain_login=True)

    def setUp(self):
        self.home = self.enterContext(Home())
        support.keep_secret(RECEIVE, SEND, WRONG)

    def set_up(self, **changes):
        receive = {"host": "localhost", "port": self.dovecot.imaps_port, "user": "support", "password": RECEIVE, "timeout_s": 5,
                   "tls": {"truststore": self.dovecot.ca}}
        send = {"address": "support@example.test", "host": "localhost", "port": self.exim.smtp_port, "security": "starttls", "user": "support",
                "password": SEND, "timeout_s": 5, "tls": {"truststore": self.exim.ca}}
        return json.dumps({
            "accounts": {"support": {"receive": {**receive, **changes.get("receive", {})}, "send": {**send, **changes.get("send", {})}}},
            "case_types": {"request": {"name": "Request", "number_mask": "SUP-{number:5}"}},
            "templates": {"received": {"name": "Received", "text": "It is {{case.number}}."}},
            "rules": {"support": {"branches": [{"activity": "create-case", "case_type": "request"}],
                                  "responses": [{"when": "created", "template": "received"}]}},
            "listeners": {"support": {"account": "support", "rule": "support"}}})

    def assert_files_are_clean(self):
        files = [path for path in glob.glob(os.path.join(self.home.top, "**"), recursive=True) if os.path.isfile(path)]
        self.assertTrue(any(path.endswith("store.db") for path in files))
        for path in files:
            with open(path, encoding="latin-1") as file:
                self.assertEqual(leaked(file.read()), [], path)

    def test_a_whole_life(self):
        self.dovecot.deliver("support", b"From: anna@example.test\nSubject: Printer\nMessage-ID: <1@example.test>\n\nIt smokes.\n")
        self.home.apply(self.set_up())
        self.home.run("-v", "run", "support", "--once")
        self.home.run("-v", "outbox", "flush")
        for words in (["test", "support", "--trace"], ["test", "support", "--trace", "--json"], ["doctor"], ["export"], ["export", "--sealed"],
                      ["export", "--all-fields"], ["show", "account", "support"], ["list", "accounts", "--json"], ["cases", "list"],
                      ["outbox", "list"], ["ledger", "list"], ["keys", "rotate"], ["-v", "doctor"]):
            self.home.run(*words, expect=None)
        self.assertIn("Subject", "".join(self.exim.queued()))
        self.home.serve()
        wait_until(self.home.log)
        self.home.stop()
        self.assert_files_are_clean()

    def test_everything_refused(self):
        self.home.apply(self.set_up(receive={"password": WRONG}, send={"password": WRONG}))
        for words in (["test", "support", "--trace"], ["doctor"], ["-v", "run", "support", "--once"]):
            self.home.run(*words, expect=None)
        self.home.run("send", "--account", "support", "--to", "b@example.test", "--subject", "x", "-", input="x")
        self.home.run("-v", "outbox", "flush", expect=None)
        self.home.run("outbox", "list", "--json")
        self.assert_files_are_clean()

    def test_wrong_documents(self):
        """An error says what is wrong with a value and never quotes it where it could be a secret."""
        document = json.loads(self.set_up())
        for broken in ([RECEIVE], {"value": RECEIVE}, {"file": "/nowhere/" + "x"}, {"env": "NOT_SET_ANYWHERE"}, {"sealed": RECEIVE}, RECEIVE + "\0x"):
            document["accounts"]["support"]["receive"]["password"] = broken
            self.home.apply(json.dumps(document), expect=None)
        for key in ("pasword", "passwort", "Password"):
            document["accounts"]["support"]["receive"] = {"host": "localhost", "user": "x", key: RECEIVE}
            answer = self.home.apply(json.dumps(document), expect=3)
            self.assertIn(key, answer.err)

    def test_secrets_from_files_and_environment(self):
        document = json.loads(self.set_up())
        with open(os.path.join(self.home.top, "secret"), "w", encoding="utf-8") as file:
            file.write(RECEIVE + "\n")
        document["accounts"]["support"]["receive"]["password"] = {"file": os.path.join(self.home.top, "secret")}
        document["accounts"]["support"]["send"]["password"] = {"env": "SEND_PASSWORD"}
        self.home.apply(json.dumps(document), env={"SEND_PASSWORD": SEND})
        self.home.run("test", "support", "--trace")
        os.remove(os.path.join(self.home.top, "secret"))
        self.assert_files_are_clean()


class Core(unittest.TestCase):
    """A crash leaves nothing behind, whatever the shell's limit says."""

    @staticmethod
    def dumped(command, folder, ready):
        """Ends a process by SIGABRT: did the kernel write its memory anywhere?"""
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)))
        wait_until(lambda: ready(process.pid))
        os.kill(process.pid, signal.SIGABRT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -signal.SIGABRT
        return os.WCOREDUMP(status)

    @staticmethod
    def core_limit(pid):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/limits", encoding="ascii") as file:
            return next(line.split()[4:6] for line in file if line.startswith("Max core file size"))
        return None

    def test_no_core_dump(self):
        with Home() as home:
            home.apply('accounts: { a: { send: { address: "a@example.test", host: localhost, security: none } } }')
            command = [HAUSPOST, "--home", home.folder, "serve"]
            self.assertFalse(self.dumped(command, home.top, lambda pid: self.core_limit(pid) == ["0", "0"]))
            self.assertEqual(glob.glob(os.path.join(home.top, "core*")), [])
            # and a process that keeps nothing to itself is dumped, where the machine dumps at all
            with contextlib.suppress(OSError), open("/proc/sys/kernel/core_pattern", encoding="ascii") as file:
                if resource.getrlimit(resource.RLIMIT_CORE)[1] != 0 and not file.read().startswith("|"):
                    control = [sys.executable, "-c", "import time; time.sleep(60)"]
                    self.assertTrue(self.dumped(control, home.top, lambda pid: self.core_limit(pid) is not None))

    def test_nobody_reads_the_memory(self):
        """The kernel gives the process's own files to root then, also where another user runs it."""
        if os.getuid() != 0:
            self.skipTest("shows itself to root alone")
        with Home() as home:
            os.chmod(home.top, 0o777)
            process = subprocess.Popen([HAUSPOST, "--home", os.path.join(home.top, "x"), "apply", "-"], user=65534, group=65534, extra_groups=[],
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_until(lambda: self.core_limit(process.pid) == ["0", "0"])
            wait_until(lambda: os.stat(f"/proc/{process.pid}/mem").st_uid == 0, 5, "root owning the memory")
            process.communicate(b"")


if __name__ == "__main__":
    unittest.main(verbosity=2)
