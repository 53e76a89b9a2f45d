"""The POP3 receiver against real servers: the receiver alone through bench/imap_read, and whole runs of the program."""

import contextlib
import itertools
import socketserver
import threading
import unittest

from crash_support import sqlite_ask
from reading import ReadingCase
from servers import Courier, Cyrus, Dovecot
from support import Home, wait_until

SETUP = """
accounts:
  support:
    name: Support
    send: {{ enabled: false }}
    receive: {{ protocol: pop3, host: localhost, port: {port}, security: none, allow_insecure_login: true, user: {user}, password: pw }}
case_types: {{ request: {{ name: Request, number_mask: "SUP-{{number:5}}" }} }}
rules: {{ support: {{ branches: [ {{ name: all, activity: create-case, case_type: request }} ] }} }}
listeners: {{ support: {{ account: support, rule: support, after: {after}, poll_interval_s: 5{more} }} }}
"""


def mail(n, size=0):
    return (f"From: anna@customer.test\r\nTo: support@example.test\r\nSubject: number {n}\r\nMessage-ID: <{n}@customer.test>\r\n\r\n"
            + ".dot\r\n..\r\n" + "word " * 12 + "\r\n" + ("x" * 70 + "\r\n") * (size // 72)).encode()


class Reading(ReadingCase):
    """What the receiver does with every server."""

    words = ["-p", "pop3", "-a", "leave"]
    doors = ("pop3s_port", "pop3_port")

    def test_all_doors_give_the_same(self):
        self.server.deliver_many("doors", [mail(n) for n in range(7)])
        self.assertEqual(self.answers_of_all_doors("doors"), [f"whole {n + 1} {len(mail(n))} {len(mail(n))}" for n in range(7)])

    def test_empty_mailbox(self):
        self.server.deliver("empty", mail(1), "Other")
        self.assertEqual(self.read("empty"), [])

    def test_large_and_small_come_whole_and_in_order(self):
        sizes = [0, 3_000_000, 10, 1 << 20, 90_000] + [200] * 110
        self.server.deliver_many("large", [mail(n, size) for n, size in enumerate(sizes)])
        lines = [line.split() for line in self.read("large", door="starttls")]
        self.assertEqual([line[:2] for line in lines], [["whole", str(n + 1)] for n in range(len(sizes))])
        # Courier's order is that of its files' names.
        self.assertEqual(sorted(int(line[2]) for line in lines), sorted(len(mail(n, size)) for n, size in enumerate(sizes)))
        self.assertTrue(all(line[2] == line[3] for line in lines))
        too_large = [line.split() for line in self.read("large", "-x", "2000000") if line.startswith("too-large")]
        self.assertEqual([int(line[2]) for line in too_large], [len(mail(1, 3_000_000))])
        self.assertLess(int(too_large[0][3]), 1000)

    def test_what_was_deleted_is_gone(self):
        self.server.deliver_many("delete", [mail(n) for n in range(130)])
        self.assertEqual(len(self.read("delete", "-a", "delete", "-u", "110")), 20)
        self.assertEqual(len(self.read("delete", "-a", "delete")), 110)
        self.assertEqual(self.read("delete"), [])

    def run_once(self, home):
        return home.json("run", "support", "--once")

    def states(self, home):
        return sqlite_ask(home)("SELECT state, COUNT(*) FROM ledger GROUP BY state ORDER BY state")

    def test_left_mail_is_read_once(self):
        self.server.deliver_many("leave", [mail(n) for n in range(12)])
        with Home() as home:
            home.apply(SETUP.format(port=self.server.pop3_port, user="leave", after="leave", more=""))
            self.assertEqual(self.run_once(home)["created"], 12)
            self.assertEqual(self.run_once(home)["messages"], 0)
            self.server.expunge("leave", [2, 7])
            self.server.deliver("leave", mail(20))
            self.assertEqual(self.run_once(home)["created"], 1)
            self.assertEqual(self.run_once(home)["messages"], 0)
            self.assertEqual(self.states(home), [("acknowledged", 13)])
            self.assertEqual(len(self.server.mails("leave")), 11)

    def test_deleted_mail_is_handled_first(self):
        self.server.deliver_many("handled", [mail(n) for n in range(12)])
        with Home() as home:
            home.apply(SETUP.format(port=self.server.pop3_port, user="handled", after="delete", more=", messages_per_run: 5"))
            for left in (7, 2, 0):
                self.run_once(home)
                self.assertEqual(len(self.server.mails("handled")), left)
            self.assertEqual(self.states(home), [("acknowledged", 12)])


class WithDovecot(Reading, unittest.TestCase):
    make = Dovecot

    def test_wrong_password_is_final(self):
        self.server.deliver("final", mail(1))
        self.assertRegex(self.read("final", password="wrong", expect=1)[0], "^error auth never account: .*-ERR")

    def test_renamed_mail_is_recognised(self):
        """Another UIDVALIDITY gives every mail another UIDL: RE4."""
        self.server.deliver_many("renamed", [mail(n) for n in range(6)])
        with Home() as home:
            home.apply(SETUP.format(port=self.server.pop3_port, user="renamed", after="leave", more=", duplicates: handle"))
            self.assertEqual(self.run_once(home)["created"], 6)
            self.server.change_uidvalidity("renamed")
            counts = self.run_once(home)
            self.assertEqual((counts["messages"], counts["created"]), (6, 0))
            self.assertEqual(self.run_once(home)["messages"], 0)

    def test_serve_sees_new_mail(self):
        with Home() as home:
            home.apply(SETUP.format(port=self.server.pop3_port, user="serve", after="delete", more=""))
            self.server.deliver("serve", mail(1))
            home.serve()
            wait_until(lambda: self.server.mails("serve") == [], what="the first mail is deleted")
            self.server.deliver("serve", mail(2))
            wait_until(lambda: self.server.mails("serve") == [], what="the second mail is deleted")
            self.assertEqual(home.stop(), 0)
            self.assertEqual(self.states(home), [("acknowledged", 2)])


class WithCyrus(Reading, unittest.TestCase):
    make = Cyrus


class WithCourier(Reading, unittest.TestCase):
    make = Courier


class Refused(unittest.TestCase):
    def test_what_pop3_cannot_do_is_refused_when_applied(self):
        with Home() as home:
            for more, words in (("after: seen", "must be leave or delete"), ("after: move, after_folder: Done", "must be leave or delete"),
                                ("after: leave, failed_folder: Failed", "can't move mail"), ("after: leave, folder: Sent", "no folder but INBOX")):
                setup = SETUP.format(port=995, user="x", after="leave", more="").replace("after: leave, poll_interval_s: 5", more)
                answer = home.apply(setup.replace("security: none", "security: tls"), expect=None)
                self.assertNotEqual(answer.code, 0)
                self.assertIn(words, answer.err)


class WithoutEnd(unittest.TestCase):
    """Lists that never end, one line after the other, are given up with a word, and nothing is taken from them."""

    def serve(self, listing):
        """A server that answers LIST or UIDL for ever: {command: what is sent again and again, or a generator of it}."""
        class Talk(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"+OK\r\n")
                for line in self.rfile:
                    command = line.split()[0]
                    with contextlib.suppress(ConnectionError):
                        self.wfile.write(b"-ERR no\r\n" if command == b"CAPA" else b"+OK\r\n")
                        if command in listing:
                            for piece in listing[command]:
                                self.wfile.write(piece)
                        elif command == b"LIST":
                            self.wfile.write(b"1 100\r\n.\r\n")
                        if command in (b"QUIT", *listing):
                            return

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def test_lists_are_given_up(self):
        def growing():
            for begin in itertools.count(1, 50000):
                yield b"".join(b"%d 100\r\n" % number for number in range(begin, begin + 50000))

        for listing, words in (({b"LIST": itertools.repeat(b"1 100\r\n" * 10000)}, "list: the list has more than 2000000 lines"),
                               ({b"LIST": growing()}, "list: the mailbox has more than 1000000 messages"),
                               ({b"UIDL": itertools.repeat(b"1 a\r\n" * 10000)}, "uidl: the list has more than 2000000 lines")):
            with self.subTest(words), Home() as home:
                home.apply(SETUP.format(port=self.serve(listing), user="x", after="leave", more=""))
                answer = home.run("run", "support", "--once", expect=None)
                self.assertNotEqual(answer.code, 0)
                self.assertIn(words, answer.err)
                self.assertEqual(sqlite_ask(home)("SELECT COUNT(*) FROM ledger"), [(0,)])


if __name__ == "__main__":
    unittest.main()
