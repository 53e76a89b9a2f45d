#!/usr/bin/python3
"""What a waiting mailbox costs, and how soon new mail in it is a case.

    bench/idle.py [--mailboxes 1000] [--pushes 100] [--plain]

Sets up that many accounts and listeners, each with a connection of its own to bench/fake_imap over TLS, and runs `hauspost serve`. Printed:
how long all needed until they waited in IDLE; memory and threads (the same serve with one mailbox is taken off, so that the figure is what one
more mailbox costs, set-up records included); processor time while nothing happens; and for single new mails the time from just before
the server's EXISTS to the commit of the case (the ledger's committed_at, and when another process can read it). Same clock for both.
"""

import argparse
import contextlib
import json
import os
import random
import socket
import sqlite3
import statistics
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "tests")]

from servers.private import make_certificates, processor_seconds, start_process, stop_process, wait_until  # noqa: E402
from support import HAUSPOST, Home  # noqa: E402

FAKE_IMAP = os.environ.get("FAKE_IMAP") or os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(HAUSPOST))), "bench", "fake_imap")


class FakeImap:
    """bench/fake_imap as a context manager: port, ca, and the control port's words."""

    def __init__(self, *options, tls=True):
        self.folder = tempfile.TemporaryDirectory(prefix="hauspost-fake-imap-")
        path = self.folder.name
        words = [FAKE_IMAP, *options]
        self.ca = os.path.join(path, "ca.pem")
        if tls:
            make_certificates(path)
            words += ["--certificate", os.path.join(path, "server.pem"), "--key", os.path.join(path, "server.key")]
        log = os.path.join(path, "log")
        self.process = start_process(words, log)

        def first_line():
            if self.process.poll() is not None:
                raise RuntimeError(f"{FAKE_IMAP} ended with {self.process.returncode}")
            with open(log, encoding="ascii") as file:
                return file.readline().split()

        _, port, _, control = wait_until(lambda: len(first_line()) == 4 and first_line(), what="the ports of fake_imap")
        self.port = int(port)
        self.control = socket.create_connection(("127.0.0.1", int(control)))
        self.control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.control.makefile("r")

    def say(self, line):
        self.control.sendall(line.encode() + b"\n")
        return [int(word) for word in self.answers.readline().split()]

    def idling(self):
        return self.say("count")[1]

    def push(self, user):
        """One more mail for the user; when (nanoseconds since 1970)."""
        at, told = self.say(f"push {user}")
        if told != 1:
            raise RuntimeError(f"{told} connections of {user} were waiting")
        return at

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.answers.close()
        self.control.close()
        stop_process(self.process)
        self.folder.cleanup()


def set_up(server, count, tls=True):
    """JSON, which apply reads as well as YAML."""
    receive = {"host": "localhost", "port": server.port, "security": "tls" if tls else "none", "allow_insecure_login": True, "password": "pw",
               "tls": {"truststore": server.ca} if tls else {}}
    names = [f"box{n}" for n in range(count)]
    return json.dumps({
        "accounts": {name: {"name": name, "send": {"enabled": False}, "receive": {**receive, "user": name}} for name in names},
        "case_types": {"request": {"name": "Request", "number_mask": "I-{number:7}"}},
        "rules": {"all": {"name": "All", "branches": [{"name": "all", "activity": "create-case", "case_type": "request"}]}},
        "listeners": {name: {"name": name, "account": name, "rule": "all", "automatic": "handle"} for name in names}})


def memory_kb(pid):
    """Private and shared pages in memory: Rss of all mappings."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:"))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def settled_memory(pid):
    """Memory once it is the same twice, half a second apart."""
    seen = [0]

    def same_again():
        now, before = memory_kb(pid), seen[0]
        seen[0] = now
        time.sleep(0.5)
        return now == before

    with contextlib.suppress(TimeoutError):
        wait_until(same_again, 10, patience=1)
    return seen[0]


@contextlib.contextmanager
def serving(server, count, tls, seconds=120):
    """(home, process, seconds until all mailboxes waited)."""
    with Home() as home:
        home.apply(set_up(server, count, tls), timeout=600)
        began = time.monotonic()
        process = home.serve()
        wait_until(lambda: process.poll() is not None or server.idling() == count, seconds, f"{count} mailboxes waiting")
        if process.poll() is not None:
            raise SystemExit(f"serve ended:\n{home.log()}")
        yield home, process, time.monotonic() - began
        if home.stop() != 0:
            raise SystemExit(f"serve did not stop in order:\n{home.log()}")


class Latency:
    """Milliseconds from the push to the commit of the case."""

    def __init__(self, server, home, count):
        self.server, self.count = server, count
        self.db = sqlite3.connect(f"file:{os.path.join(home.folder, 'store.db')}?mode=ro", uri=True, isolation_level=None)
        self.recorded, self.readable = [], []

    def new_case(self, user, before):
        """The first look costs the whole way through Python and SQLite; no pause between looks is longer than a third of a millisecond."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            row = self.db.execute("SELECT committed_at FROM ledger WHERE listener = ? AND received_at >= ? AND outcome = 'created' "
                                  "ORDER BY id DESC LIMIT 1", (user, before)).fetchone()
            if row and row[0]:
                return row[0], time.time_ns()
            time.sleep(0.0003)
        raise SystemExit(f"the new mail of {user} is no case after 30 s")

    def measure(self, pushes):
        rng = random.Random(1)
        for user in (f"box{n}" for n in rng.sample(range(self.count), min(pushes, self.count))):
            at = self.server.push(user)
            committed_at, seen_at = self.new_case(user, at // 1000000)
            self.recorded.append(committed_at - at / 1e6)
            self.readable.append((seen_at - at) / 1e6)
            time.sleep(rng.uniform(0.02, 0.08))  # a single mail, not a stream; and no beat with the server's own
            wait_until(lambda: self.server.idling() == self.count, what="all waiting again")


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mailboxes", type=int, default=1000)
    parser.add_argument("--pushes", type=int, default=100)
    parser.add_argument("--plain", action="store_true", help="without TLS")
    parser.add_argument("--most-kb", type=float, default=0, help="fail above this many KB for a mailbox")
    parser.add_argument("--most-ms", type=float, default=0, help="fail above this median")
    arguments = parser.parse_args()
    tls, count = not arguments.plain, arguments.mailboxes
    if not os.access(HAUSPOST, os.X_OK) or not os.access(FAKE_IMAP, os.X_OK):
        raise SystemExit(f"{HAUSPOST} or {FAKE_IMAP} isn't there: ./dev build")
    with FakeImap(tls=tls) as server:
        with serving(server, 1, tls) as (_, process, _):
            one, one_threads = settled_memory(process.pid), threads(process.pid)
    with FakeImap(tls=tls) as server, serving(server, count, tls) as (home, process, seconds):
        all_of_them, all_threads = settled_memory(process.pid), threads(process.pid)
        each = (all_of_them - one) / max(count - 1, 1)
        print(f"{count} mailboxes over {'TLS' if tls else 'plain TCP'} wait after {seconds:.1f} s "
              f"({processor_seconds(process.pid):.1f} s of processor)")
        print(f"memory: {one} KB with one, {all_of_them} KB with all: {each:.1f} KB for each; threads: {one_threads} and {all_threads}")
        before = processor_seconds(process.pid)
        time.sleep(10)
        print(f"processor while nothing happens: {(processor_seconds(process.pid) - before) * 10:.2f} %")
        latency = Latency(server, home, count)
        latency.measure(arguments.pushes)
        median = statistics.median(latency.readable)
        for what, values in (("committed_at", latency.recorded), ("readable by others", latency.readable)):
            print(f"new mail to case, {what}: median {statistics.median(values):.1f} ms, 95 % {percentile(values, 0.95):.1f} ms, "
                  f"longest {max(values):.1f} ms of {len(values)}")
        print(f"memory afterwards: {settled_memory(process.pid)} KB")
    if (arguments.most_kb and each > arguments.most_kb) or (arguments.most_ms and median > arguments.most_ms) or all_threads != one_threads:
        raise SystemExit("above the limit")
    return 0


if __name__ == "__main__":
    sys.exit(main())
