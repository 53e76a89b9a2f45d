"""Nothing lost, nothing twice over Microsoft Graph: reading and sending are stopped at each durable step in turn, as by power loss, and run
again; store and mailbox must be as after the undisturbed run, and no mail may have gone out twice."""

import base64
import collections
import ctypes
import ctypes.util
import os
import shutil
import sqlite3
import unittest

from crash_support import EACH, difference, read_steps, sqlite_ask, store_snapshot
from graph.double import Graph
from graph.office import USER, home_for, letter
from support import Home

STOPPED = 99


class Crash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.graph = cls.enterClassContext(Graph(judge=False))

    def setUp(self):
        self.graph.restore({})
        self.graph.violations = []

    def tearDown(self):
        self.assertEqual(self.graph.violations, [])

    def home(self, **options):
        """With a token in its store, so that no step is about getting one."""
        home = self.enterContext(home_for(self.graph, **options))
        home.run("test", "support", expect=None)
        self.graph.requests.clear()
        return home

    def copy(self, template):
        home = Home()
        shutil.copytree(template.folder, home.folder)
        return home


class Reading(Crash):
    def fill(self):
        box = self.graph.mailbox(USER)
        for name in ("one", "two", "three"):
            box.deliver(letter(name, sender=name))
        box.deliver(letter("reply", sender="one", In_Reply_To="<one@customer.test>"))
        box.deliver(letter("two", sender="two"))  # the same once more
        box.deliver(letter("huge", "x" * 70 + ("\n" + "x" * 70) * 31000, sender="huge"))
        return self.graph.snapshot()

    def snapshot(self, home):
        box = self.graph.mailboxes[USER]
        folders = {f"server {path}": [(m.ident, m.is_read) for m in box.messages.values() if m.folder == ident]
                   for ident, (path, _) in box.folders.items()}
        return {**store_snapshot(sqlite_ask(home)), **folders}

    def run_once(self, home, step=0, log=""):
        env = {"HAUSPOST_FAULT_BATCH": "2", "HAUSPOST_FAULT_STEP": str(step), **({"HAUSPOST_FAULT_LOG": log} if log else {})}
        answer = home.run("run", "support", "--once", env=env, expect=None)
        self.assertIn(answer.code, (0, STOPPED) if step else (0,), answer.err)
        return answer.code

    def every_step(self, after, sample=1):
        mailboxes = self.fill()
        template = self.home(after=after, after_folder="Done/Größe" if after == "move" else "")
        with self.copy(template) as home:
            log = os.path.join(home.top, "steps")
            self.run_once(home, log=log)
            expected, steps = self.snapshot(home), read_steps(log)
        self.assertEqual(len(expected["cases"]), 3)
        self.assertEqual(collections.Counter(row[3] or row[2] for row in expected["ledger"]),
                         {"created": 3, "updated": 1, "duplicate": 1, "too-large": 1} if "too-large" in str(expected["ledger"]) else
                         {"created": 3, "updated": 1, "duplicate": 1, "parked": 1})
        self.assertGreaterEqual(len(steps), 12)
        for n in range(1, len(steps) + 1, sample * EACH):
            self.graph.restore(mailboxes)
            with self.subTest(step=n, name=steps[n - 1]), self.copy(template) as home:
                stopped = self.run_once(home, n)
                self.run_once(home)
                self.assertEqual(difference(expected, self.snapshot(home)), "")
                self.assertTrue(stopped == STOPPED or n > len(steps) * 2 // 3)  # what is committed together depends on time

    def test_left(self):
        self.every_step("leave", 6)

    def test_marked_seen(self):
        self.every_step("seen", 3)

    def test_moved(self):
        self.every_step("move", 2)

    def test_deleted(self):
        self.every_step("delete", 3)


def compressed(content):
    """As the store keeps raw mail (zstd)."""
    zstd = ctypes.CDLL("libzstd.so.1")
    zstd.ZSTD_compressBound.restype = zstd.ZSTD_compress.restype = ctypes.c_size_t
    room = ctypes.create_string_buffer(zstd.ZSTD_compressBound(ctypes.c_size_t(len(content))))
    size = zstd.ZSTD_compress(room, ctypes.c_size_t(len(room)), content, ctypes.c_size_t(len(content)), 1)
    return room.raw[:size]


def attach(home, subject, content):
    """Gives the waiting mail a file: the command line has no word for that yet."""
    piece = 1024 * 1024
    with sqlite3.connect(os.path.join(home.folder, "store.db"), timeout=20) as db:
        ident, message_ident = db.execute("SELECT id, message_ident FROM message WHERE subject = ?", (subject,)).fetchone()
        mime = (f"From: {USER}\r\nTo: large@customer.test\r\nSubject: {subject}\r\nMessage-ID: <{message_ident}>\r\nMIME-Version: 1.0\r\n"
                "Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\nHello.\r\n--bb\r\n"
                "Content-Type: application/octet-stream; name=\"large.bin\"\r\nContent-Disposition: attachment\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\n").encode() + base64.encodebytes(content).replace(b"\n", b"\r\n") + b"--bb--\r\n"
        pieces = [compressed(mime[at:at + piece]) for at in range(0, len(mime), piece)]
        db.execute("UPDATE raw SET pieces = ?, data = ? WHERE message_id = ?", (len(pieces), pieces[0], ident))
        db.executemany("INSERT INTO raw_piece (message_id, piece, data) VALUES (?, ?, ?)",
                       [(ident, number, data) for number, data in enumerate(pieces) if number])


class Sending(Crash):
    """The last mail is large: it goes by a draft, of which a stop may leave pieces."""

    def fill(self):
        home = self.home()
        for n in range(3):
            home.run("send", "--account", "support", "--to", f"p{n}@customer.test", "--subject", f"Number {n}", input="Hello.\n")
        home.run("send", "--account", "support", "--to", "large@customer.test", "--subject", "Large", input="Hello.\n")
        attach(home, "Large", bytes(range(256)) * 15625)
        return home

    def check(self, home, uncertain_at_most):
        delivered = collections.Counter(address for sent in self.graph.sent for address in sent.recipients)
        rows = {row["recipients"][0]["address"]: row["state"] for row in home.json("outbox", "list")}
        self.assertEqual(len(rows), 4)
        for address, state in rows.items():
            self.assertIn(state, ("sent", "uncertain"), address)
            self.assertEqual(delivered[address], 1, address) if state == "sent" else self.assertLessEqual(delivered[address], 1)
        self.assertLessEqual(list(rows.values()).count("uncertain"), uncertain_at_most)
        return list(rows.values()).count("uncertain")

    def test_stopped_at_every_step(self):
        self.graph.mailbox(USER)
        empty, template = self.graph.snapshot(), self.fill()
        with self.copy(template) as home:
            log = os.path.join(home.top, "steps")
            home.run("outbox", "flush", env={"HAUSPOST_FAULT_LOG": log})
            self.check(home, 0)
            self.assertEqual([len(content) for sent in self.graph.sent for _, _, content in sent.files], [4_000_000])
            steps = read_steps(log)
        self.assertIn("graph draft made", steps)
        for n in range(1, len(steps) + 1):
            self.graph.restore(empty)
            with self.subTest(step=n, name=steps[n - 1]), self.copy(template) as home:
                self.assertEqual(home.run("outbox", "flush", env={"HAUSPOST_FAULT_STEP": str(n)}, expect=None).code, STOPPED)
                home.run("outbox", "flush")
                uncertain = self.check(home, 1)
                drafts = self.graph.mailboxes[USER].inside("drafts")
                self.assertLessEqual(len(drafts), uncertain)


if __name__ == "__main__":
    unittest.main()
