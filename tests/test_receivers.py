"""Every receiver does the same (tests/receiver_conformance.c), on real servers; and whatever fault the connection has, at each step, nothing is
lost or doubled: the run fails with a reason or doesn't, and the next one goes on."""

import concurrent.futures
import contextlib
import os
import socket
import socketserver
import subprocess
import threading
import time
import unittest

from crash_support import Mailboxes, difference, home_for, mail, server_snapshot, setup_text, sqlite_ask, store_snapshot
from graph.double import Graph
from servers import Courier, Cyrus, Dovecot
from support import ServerMissing, server_or_skip

CONFORMANCE = os.path.join(os.environ["HAUSPOST_BUILD"], "tests", "receiver_conformance")
EXPECTATIONS = 8
SMALL = 200  # bytes: an answer that is no part of a message
FAULTS = ("cut", "half", "delay", "double", "garbage")


def numbered(n):
    return f"From: anna@customer.test\r\nSubject: number {n}\r\nMessage-ID: <{n}@customer.test>\r\n\r\n{'x' * 60 * n}\r\n".encode()


class Conformance(unittest.TestCase):
    def check(self, make, checks_passwords=False):
        server = server_or_skip(self, make)
        for protocol, port in (("imap", server.imap_port), ("pop3", server.pop3_port)):
            with self.subTest(protocol=protocol):
                server.deliver_many(protocol, [numbered(n) for n in range(12)])
                env = {**os.environ, **({"CHECKS_PASSWORDS": "1"} if checks_passwords else {})}
                run = subprocess.run([CONFORMANCE, protocol, "localhost", str(port), protocol, server.password,
                                      server.folder_name("Done")], capture_output=True, text=True,
                                     env=env, timeout=120, check=False)
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
                self.assertEqual(run.stdout.count("ok "), EXPECTATIONS + checks_passwords)

    def test_dovecot(self):
        self.check(Dovecot, checks_passwords=True)

    def test_cyrus(self):
        self.check(Cyrus)

    def test_graph(self):
        with Graph() as graph:
            box = graph.mailbox("anna@example.test")
            for n in range(12):
                box.deliver(numbered(n))
            run = subprocess.run([CONFORMANCE, "graph", "localhost", str(graph.port), "anna@example.test", "-", "Done"], capture_output=True,
                                 text=True, env={**os.environ, "TOKEN": "token-1", "TRUSTSTORE": graph.ca}, timeout=60, check=False)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            self.assertEqual(run.stdout.count("ok "), EXPECTATIONS)
            self.assertEqual(graph.violations, [])

    def test_courier(self):
        self.check(Courier)  # a wrong password takes it five seconds


class FaultyDoor:
    """A door before a server where the `at`-th piece that the server says is cut off, cut in half, late, said twice or garbage. What belongs to
    a message is only ever cut: no protocol could tell. As a context manager: itself; `pieces` counts, `happened` tells."""

    def __init__(self, port, fault=None, at=-1):
        door = self
        self.fault, self.at, self.pieces, self.happened = fault, at, 0, False

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with socket.create_connection(("127.0.0.1", port)) as behind:
                    threading.Thread(target=self.answers, args=(behind,), daemon=True).start()
                    with contextlib.suppress(OSError):
                        while data := self.request.recv(65536):
                            behind.sendall(data)
                        behind.shutdown(socket.SHUT_WR)

            def answers(self, behind):
                with contextlib.suppress(OSError):
                    while data := behind.recv(65536):
                        data = door.changed(data)
                        self.request.sendall(data or b"")
                        if data is None or door.happened and door.fault == "half":
                            break
                    self.request.shutdown(socket.SHUT_RDWR)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.port = self.server.server_address[1]

    def changed(self, data):
        self.pieces += 1
        if self.pieces != self.at:
            return data
        self.happened = True
        fault = self.fault if len(data) < SMALL or self.fault == "delay" else "half"
        if fault == "delay":
            time.sleep(0.2)
        self.fault = fault
        return {"cut": None, "half": data[:len(data) // 2], "delay": data, "double": data * 2, "garbage": b"\x00\xff garbage\r\n"}[fault]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.dovecot = cls.enterClassContext(Dovecot())
        except ServerMissing as missing:
            raise unittest.SkipTest(str(missing)) from missing
        cls.mails = [mail(f"plain-{n}", sender=f"person{n}") for n in range(6)] + [mail("large", body=("y" * 70 + "\n") * 1000)]
        cls.mailboxes = Mailboxes(cls.dovecot, cls.mails)

    def snapshot(self, home, user):
        server = server_snapshot(self.dovecot, user)
        server["INBOX"] = sorted(server["INBOX"])
        return {**store_snapshot(sqlite_ask(home)), **server}

    def run_through(self, protocol, after, fault, at):
        """(snapshot after the run with the fault and one without, pieces that the server said, did it happen)"""
        user = self.mailboxes.new()
        port = self.dovecot.pop3_port if protocol == "pop3" else self.dovecot.imap_port
        with home_for(user, self.dovecot, after=after, protocol=protocol) as home, FaultyDoor(port, fault, at) as door:
            home.apply(setup_text(user, door.port, after, protocol=protocol))
            code = home.run("run", "support", "--once", expect=None).code
            self.assertIn(code, range(20))
            home.apply(setup_text(user, port, after, protocol=protocol))
            home.run("run", "support", "--once")
            return self.snapshot(home, user), door.pieces, door.happened

    def check(self, protocol, after):
        expected, pieces, _ = self.run_through(protocol, after, None, -1)
        self.assertEqual(len(expected["ledger"]), len(self.mails))
        wrong, happened = [], 0
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            plans = [(FAULTS[(at + n) % len(FAULTS)], at) for at in range(1, pieces + 1) for n in (0, 2)]
            for plan, future in [(plan, pool.submit(self.run_through, protocol, after, *plan)) for plan in plans]:
                found, _, did = future.result()
                happened += did
                if lines := difference(expected, found):
                    wrong.append(f"{plan}:\n{lines}")
        self.assertFalse(wrong, f"{len(wrong)} of {len(plans)}\n" + "\n".join(wrong[:4]))
        self.assertGreaterEqual(happened, len(plans) // 2)

    def test_pop3_deleted(self):
        self.check("pop3", "delete")

    def test_pop3_left(self):
        self.check("pop3", "leave")

    def test_imap_deleted(self):
        self.check("imap", "delete")


if __name__ == "__main__":
    unittest.main()
