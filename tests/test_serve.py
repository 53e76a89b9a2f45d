"""`hauspost serve` as a whole, with a private Dovecot: news by IDLE and by polling, failures that stay where they are, changes while it runs, stopping."""

import base64
import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unittest

from servers import Dovecot
from servers.smtp_sink import SmtpSink
from support import HAUSPOST, Home, ServerMissing, wait_until

RULES = """
case_types:
  request: { name: Request, number_mask: "S-{number:6}" }
  order: { name: Order, number_mask: "O-{number:6}" }
templates:
  received: { name: Received, text: "It has the number {{case.number}}." }
rules:
  requests: { name: Requests, branches: [ { name: all, activity: create-case, case_type: request } ] }
  answered:
    name: Answered
    branches: [ { name: all, activity: create-case, case_type: request } ]
    responses: [ { when: created, template: received } ]
"""


def mail(n, sender="anna"):
    return f"From: {sender}@customer.test\nTo: support@example.test\nSubject: number {n}\nMessage-ID: <{n}.{sender}@customer.test>\n\nHello.\n".encode()


class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.dovecot = cls.enterClassContext(Dovecot())
        except ServerMissing as missing:
            raise unittest.SkipTest(str(missing)) from missing

    def setUp(self):
        self.home = self.enterContext(Home())
        self.count = 0

    # ------------------------------------------------------------ what the tests speak of

    def account(self, name, password="pw", port=None, send="{ enabled: false }", user=None):
        return f"""
  {name}:
    name: {name}
    send: {send}
    receive:
      host: localhost
      port: {port or self.dovecot.imaps_port}
      security: tls
      user: {user or name}
      password: {password}
      tls: {{ truststore: {self.dovecot.ca} }}
"""

    def listener(self, name, rule="requests", idle="true", poll=86400, **more):
        return f"  {name}: {{ name: {name}, account: {name}, rule: {rule}, idle: {idle}, poll_interval_s: {poll}" \
            + "".join(f", {key}: {value}" for key, value in more.items()) + " }\n"

    def apply(self, accounts="", listeners="", rules=RULES):
        self.home.apply(rules + ("accounts:" + accounts if accounts else "") + ("\nlisteners:\n" + listeners if listeners else ""))

    def serve(self, *words, env=None):
        process = self.home.serve(*words, env=env)
        wait_until(lambda: process.poll() is not None or "serves" in self.home.log(), what="serve being ready")
        self.assertIsNone(process.poll(), self.home.log())
        return process

    def user(self, name):
        """An own mailbox for each test."""
        return f"{self._testMethodName}.{name}"[:60]

    def query(self, sql, *values):
        db = sqlite3.connect(f"file:{os.path.join(self.home.folder, 'store.db')}?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def cases(self, prefix=""):
        return [number for (number,) in self.query("SELECT number FROM cases WHERE number LIKE ? ORDER BY id", prefix + "%")]

    def wait_for_cases(self, count, prefix="", timeout_s=20):
        wait_until(lambda: len(self.cases(prefix)) >= count, timeout_s, f"{count} cases")
        self.assertEqual(len(self.cases(prefix)), count)

    def wait_for_log(self, pattern, count=1, timeout_s=20):
        wait_until(lambda: len(re.findall(pattern, self.home.log())) >= count, timeout_s, f"{pattern!r} in the log")

    def read_once(self, listener):
        """That it has looked at the whole folder at least once."""
        account = self.query("SELECT read_at FROM folder WHERE account = ?", listener)
        return bool(account and account[0][0])

    def stop(self, within_s=25):
        began = time.monotonic()
        self.assertEqual(self.home.stop(60), 0, self.home.log())
        self.assertLess(time.monotonic() - began, within_s)

    # ------------------------------------------------------------ news

    def test_idle_tells_of_new_mail(self):
        box = self.user("box")
        self.dovecot.deliver(box, mail(1))
        self.apply(self.account("box", user=box), self.listener("box"))
        self.serve()
        self.wait_for_cases(1)
        wait_until(lambda: self.read_once("box"))
        for n in (2, 3, 4):  # the polling interval is a day: only IDLE can tell
            self.dovecot.deliver(box, mail(n))
            self.wait_for_cases(n)
        wait_until(lambda: all("Seen" in flags for flags in self.dovecot.flags(box).values()), what="all mails being seen")
        self.stop()

    def test_polling_finds_new_mail(self):
        box = self.user("box")
        self.dovecot.deliver(box, mail(1))
        self.apply(self.account("box", user=box), self.listener("box", idle="false", poll=5))
        self.serve()
        self.wait_for_cases(1)
        self.dovecot.deliver(box, mail(2))
        self.wait_for_cases(2)
        self.stop()

    def test_an_acknowledgement_leaves_by_itself(self):
        box = self.user("box")
        with SmtpSink() as sink:
            send = f"{{ address: support@example.test, host: localhost, port: {sink.smtp_port}, security: none }}"
            self.apply(self.account("box", user=box, send=send), self.listener("box", rule="answered"))
            self.serve()
            self.dovecot.deliver(box, mail(1))
            answer = sink.wait_for(1)[0]
            self.wait_for_cases(1)
            self.assertEqual(answer.recipients, ["anna@customer.test"])
            self.assertIn(self.cases()[0].encode(), answer.data)
            self.stop()
            self.assertEqual(len(sink.mails), 1)

    def test_the_switch_acts_at_once(self):
        box = self.user("box")
        with SmtpSink() as sink:
            send = f"{{ address: support@example.test, host: localhost, port: {sink.smtp_port}, security: none }}"
            self.apply(self.account("box", user=box, send=send), self.listener("box", rule="answered"))
            self.home.run("ingest", "--listener", "box", self.home.write("first.eml", mail(1)))
            self.home.run("automatic-mail", "off")
            self.serve()
            self.dovecot.deliver(box, mail(2, sender="bert"))
            self.wait_for_cases(2)
            self.home.run("send", "--account", "box", "--to", "carl@customer.test", "--subject", "by hand", input="Hello.\n")
            self.assertEqual(sink.wait_for(1)[0].recipients, ["carl@customer.test"])
            self.assertEqual(self.home.json("automatic-mail"), {"on": False, "waiting": 1})
            self.home.run("automatic-mail", "on")
            self.assertEqual(sink.wait_for(2)[1].recipients, ["anna@customer.test"])
            self.stop()
            self.assertEqual(len(sink.mails), 2)

    # ------------------------------------------------------------ failures

    def test_a_wrong_password_stops_nobody_else(self):
        good, bad = self.user("good"), self.user("bad")
        self.dovecot.deliver(good, mail(1))
        self.dovecot.deliver(bad, mail(2))
        self.apply(self.account("good", user=good) + self.account("bad", password="wrong", user=bad), self.listener("good") + self.listener("bad"))
        self.serve()
        self.wait_for_log(r"error +listen.*listener bad")
        self.wait_for_cases(1)
        for n in (3, 4, 5):
            self.dovecot.deliver(good, mail(n))
            self.wait_for_cases(n - 1)
        self.assertEqual(len(re.findall(r"listener bad", self.home.log())), 1, self.home.log())
        self.assertNotIn("wrong", self.home.log())
        self.apply(self.account("bad", user=bad), rules="")  # the right password, while it runs
        self.wait_for_cases(5)
        self.stop()

    def test_a_restarted_server_is_connected_to_again(self):
        with Dovecot() as own:
            own.deliver("box", mail(1))
            self.apply(self.account("box", port=own.imaps_port).replace(self.dovecot.ca, own.ca), self.listener("box"))
            self.serve()
            self.wait_for_cases(1)
            own.restart()
            own.deliver("box", mail(2))
            self.wait_for_cases(2, timeout_s=40)
            own.deliver("box", mail(3))
            self.wait_for_cases(3)
            self.assertLessEqual(len(re.findall("error", self.home.log())), 1, self.home.log())
            self.stop()

    # ------------------------------------------------------------ changes while it runs

    def test_changes_are_taken_up(self):
        first, second = self.user("first"), self.user("second")
        self.dovecot.deliver(first, mail(1))
        self.dovecot.deliver(second, mail(100))
        self.apply(self.account("first", user=first) + self.account("second", user=second), self.listener("first"))
        self.serve()
        self.wait_for_cases(1, "S-")
        wait_until(lambda: self.read_once("first"))

        self.apply(rules=RULES.replace("name: Requests, branches: [ { name: all, activity: create-case, case_type: request",
                                       "name: Requests, branches: [ { name: all, activity: create-case, case_type: order"))

        def an_order():
            self.count += 1
            self.dovecot.deliver(first, mail(10 + self.count))
            total = 1 + self.count
            wait_until(lambda: len(self.cases()) == total, what="one more case")
            return self.cases("O-")

        wait_until(an_order, what="the changed rule being in force")

        orders = len(self.cases("O-"))
        self.apply(listeners=self.listener("second"), rules="")
        self.wait_for_cases(orders + 1, "O-")
        self.home.run("delete", "listener", "first")
        wait_until(lambda: len(self.dovecot_connections(first)) == 0, what="the deleted listener's connection being closed")
        before = len(self.cases())
        self.dovecot.deliver(first, mail(200))
        self.dovecot.deliver(second, mail(101))
        self.wait_for_cases(before + 1)
        self.stop()

    def test_a_listener_changed_often_runs_once(self):
        box = self.user("box")
        self.apply(self.account("box", user=box), self.listener("box"))
        self.serve()
        for n in range(1, 6):
            self.apply(listeners=self.listener("box", batch=n), rules="")
            self.home.run("delete", "listener", "box")
        self.apply(listeners=self.listener("box", batch=50), rules="")
        self.dovecot.deliver(box, mail(1))
        self.wait_for_cases(1)
        try:
            wait_until(lambda: len(self.dovecot_connections(box)) == 1, timeout_s=60, what="one connection being left")
        except TimeoutError:
            print(self.dovecot.doveadm("who", "-1", box), self.home.log(), sep="\n", file=sys.stderr)
            raise
        self.dovecot.deliver(box, mail(2))
        self.wait_for_cases(2)
        self.stop()

    def dovecot_connections(self, user):
        return [line for line in self.dovecot.doveadm("who", "-1", user).splitlines()[1:] if line.split()[0] == user]

    # ------------------------------------------------------------ stopping and starting

    def test_term_while_reading_loses_nothing(self):
        box, count = self.user("box"), 1500
        self.dovecot.deliver_many(box, [mail(n) for n in range(count)])
        self.apply(self.account("box", user=box), self.listener("box"))
        self.serve(env={"HAUSPOST_FAULT_BATCH": "10"})  # slow enough to be met in the middle
        wait_until(lambda: len(self.cases()) >= 20, what="some cases")
        self.stop()
        done = len(self.cases())
        self.assertLess(done, count)
        seen = sum("Seen" in flags for flags in self.dovecot.flags(box).values())
        self.assertEqual(seen, done)
        self.serve()
        self.wait_for_cases(count, timeout_s=60)
        wait_until(lambda: all("Seen" in flags for flags in self.dovecot.flags(box).values()), what="all mails being seen")
        self.stop()
        self.assertEqual(self.query("SELECT COUNT(*), COUNT(DISTINCT uid), MIN(state), MAX(state) FROM ledger"),
                         [(count, count, "acknowledged", "acknowledged")])

    def test_a_second_signal_quits(self):
        """The first one waits for the session with a server that says nothing."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.apply(self.account("box", port=silent.getsockname()[1]), self.listener("box"))
            process = self.serve()
            silent.settimeout(60)
            connection, _ = silent.accept()
            with connection:
                began = time.monotonic()

                def ended():
                    process.send_signal(signal.SIGTERM)
                    return process.poll() is not None

                wait_until(ended, what="serve ending")
                self.assertEqual(process.returncode, 128 + signal.SIGTERM)
                self.assertLess(time.monotonic() - began, 25)

    def test_sighup_without_a_terminal_ends_nothing(self):
        """Who knows other servers sends it after a change; systemd takes an end by it for a wanted one and starts nothing anew."""
        box = self.user("box")
        self.apply(self.account("box", user=box), self.listener("box"))
        process = self.serve()
        process.send_signal(signal.SIGHUP)
        self.dovecot.deliver(box, mail(1))
        self.wait_for_cases(1)
        self.stop()

    def test_sighup_of_a_terminal_stops_in_order(self):
        """The terminal is gone, as at the end of an SSH session."""
        self.apply(self.account("box", user=self.user("box")), self.listener("box"))
        ours, theirs = os.openpty()
        with contextlib.closing(open(ours, "rb", buffering=0)), open(theirs, "rb", buffering=0) as terminal:
            # setsid makes the terminal that is its standard input its own; `hauspost` takes its place.
            process = subprocess.Popen(["setsid", "--ctty", *self.home.command("serve")], stdin=terminal,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            try:
                self.assertIn(b"Ctrl-C stops", process.stdout.readline())
                process.send_signal(signal.SIGHUP)
                process.communicate(timeout=60)
            finally:
                process.kill()
                process.wait()
        self.assertEqual(process.returncode, 0)

    # ------------------------------------------------------------ memory

    def large(self, n, megabytes):
        """With a file that can't be compressed."""
        body = base64.encodebytes(os.urandom(megabytes * 740_000))
        return mail(n).replace(b"\n\nHello.\n", b"\nMIME-Version: 1.0\nContent-Type: application/pdf; name=x.pdf\nContent-Transfer-Encoding: base64\n\n") + body

    @contextlib.contextmanager
    def watched(self, process):
        """A list that gets the most memory of its own (bytes; not that of mapped files, which the system may take back) that the process had."""
        peak, over = [0], threading.Event()

        def watch():
            while not over.wait(0.002):
                with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                    peak[0] = max(peak[0], int(re.search(r"RssAnon:\s+(\d+)", file.read()).group(1)) << 10)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield peak
        finally:
            over.set()
            thread.join()

    def test_memory_of_a_connection_is_bounded_whatever_the_size(self):
        imap, pop3 = self.user("imap"), self.user("pop3")
        account = {"imap": self.account("imap", user=imap),
                   "pop3": self.account("pop3", user=pop3, port=self.dovecot.pop3s_port).replace("receive:", "receive:\n      protocol: pop3")}
        listener = {"imap": self.listener("imap", max_message_mb=100), "pop3": self.listener("pop3", max_message_mb=100, after="leave")}
        peaks = []
        self.dovecot.deliver(imap, mail(1))
        self.apply(account["imap"], listener["imap"])
        process = self.serve()
        self.wait_for_cases(1)
        for n, megabytes in ((2, 6), (3, 60)):
            with self.watched(process) as peak:
                self.dovecot.deliver(imap, self.large(n, megabytes))
                self.wait_for_cases(n, timeout_s=60)
            peaks += peak
        self.dovecot.deliver(pop3, self.large(4, 60))
        with self.watched(process) as peak:
            self.apply(account["pop3"], listener["pop3"], rules="")
            self.wait_for_cases(4, timeout_s=60)
        peaks += peak
        if "asan" not in HAUSPOST:
            self.assertLess(max(peaks), 24 << 20, peaks)
            self.assertLess(max(peaks[1:]), peaks[0] + (12 << 20), peaks)
        self.stop()

    def test_a_second_serve_is_refused(self):
        self.apply()
        process = self.serve()
        answer = self.home.run("serve", expect=4)
        self.assertRegex(answer.err, rf"^hauspost: \S+ is in use by another hauspost \(process {process.pid}\)")
        self.assertEqual(answer.err.count("\n"), 1)
        self.stop()

    def test_without_listeners_it_waits_for_some(self):
        box = self.user("box")
        self.dovecot.deliver(box, mail(1))
        self.apply()
        self.serve()
        self.apply(self.account("box", user=box), self.listener("box"), rules="")
        self.wait_for_cases(1)
        self.stop()


if __name__ == "__main__":
    unittest.main()
