"""The corpus of real-world mail through the program: everything is understood somehow, and nothing is lost on the way into the store.
HAUSPOST_CORPUS: its folder (default: shared/corpus beside the source tree)."""

import base64
import contextlib
import json
import os
import sqlite3
import subprocess
import unittest

from office import setup
from support import HAUSPOST, SANITIZER_REPORT, Home

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.environ.get("HAUSPOST_CORPUS") or os.path.join(os.path.dirname(ROOT), "shared", "corpus")
MAILS = os.path.join(CORPUS, "mail")
PORTION = 100  # files of one call


def files():
    found = []
    for folder, _, names in os.walk(MAILS):
        found += [os.path.relpath(os.path.join(folder, name), MAILS) for name in names]
    return sorted(found)


def portions(items):
    return [items[at:at + PORTION] for at in range(0, len(items), PORTION)]


def content(name):
    with open(os.path.join(MAILS, name), "rb") as file:
        return file.read()


@unittest.skipUnless(os.path.isdir(MAILS), f"no corpus at {MAILS} (HAUSPOST_CORPUS)")
class Corpus(unittest.TestCase):
    def setUp(self):
        self.files = files()
        self.assertGreater(len(self.files), 0)
        self.home = self.enterContext(Home())

    def call(self, *words):
        done = subprocess.run(self.home.command(*words), cwd=MAILS, capture_output=True, timeout=240, check=False)
        report = done.stderr.decode("utf-8", "replace")
        self.assertEqual(done.returncode, 0, report)
        self.assertFalse(any(word in report for word in SANITIZER_REPORT), report)
        return done.stdout

    def test_inspect_gives_one_line_of_json_for_each(self):
        for names in portions(self.files):
            lines = self.call("inspect", "--json", *names).decode("utf-8").split("\n")
            self.assertEqual(lines.pop(), "")
            found = [json.loads(line) for line in lines]
            self.assertEqual([one["file"] for one in found], names)
            for one in found:
                self.assertEqual({key for key in ("subject", "from", "to", "body_text", "parts", "attachments") if key not in one}, set())

    def test_inspect_for_people_prints_nothing_that_acts(self):
        for names in portions(self.files):
            page = self.call("inspect", *names).decode("utf-8")
            wrong = {letter for letter in page if (letter < " " and letter not in "\n\t") or "\x7f" <= letter <= "\x9f"}
            self.assertEqual(wrong, set())

    def check_store(self, ask):
        """`ask(sql)` gives rows of the store. Rows of one file are next to each other, in the order of the files."""
        rows = ask("SELECT l.outcome, l.state, l.message_id, m.size FROM ledger l LEFT JOIN message m ON m.id = l.message_id "
                   "ORDER BY l.id")
        taken = [name for name in self.files if content(name)]
        self.assertEqual(len(rows), len(taken))
        for name, (outcome, state, ident, _) in zip(taken, rows):
            with self.subTest(file=name):
                self.assertIn(state, ("committed", "acknowledged", "parked", "failed"))
                if outcome in ("discarded", "duplicate", "seen-before"):
                    continue
                self.assertIsNotNone(ident)
        return [(name, row) for name, row in zip(taken, rows) if row[0] not in ("discarded", "duplicate", "seen-before")]

    def ingest(self, *url):
        self.home.run(*url, "apply", "-", input=setup())
        answers = []
        for names in portions([name for name in self.files if content(name)]):
            lines = self.call(*url, "ingest", "--listener", "support", "--json", *names).decode("utf-8").splitlines()
            answers += [json.loads(line) for line in lines]
        self.assertEqual([answer["file"] for answer in answers], [name for name in self.files if content(name)])

    def test_every_file_becomes_one_row_and_its_bytes_are_kept(self):
        self.ingest()
        with contextlib.closing(sqlite3.connect(os.path.join(self.home.folder, "store.db"))) as db:
            stored = self.check_store(lambda sql: db.execute(sql).fetchall())
            self.assertEqual(db.execute("SELECT COUNT(*) FROM message WHERE direction = 'in'").fetchone()[0], len(stored))
        for name, (_, _, ident, size) in stored:
            self.assertEqual(size, len(content(name)), name)
        for some in portions(stored):
            lines = self.call("message", "raw", "--json", *(str(ident) for _, (_, _, ident, _) in some)).splitlines()
            for (name, _), line in zip(some, lines, strict=True):
                self.assertEqual(base64.b64decode(json.loads(line)["raw_base64"]), content(name), name)
        name, (_, _, ident, _) = stored[0]
        self.assertEqual(self.call("message", "raw", str(ident)), content(name))

    def test_a_sample_in_postgresql(self):
        try:
            from servers.postgresql import Postgresql  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.skipTest("no private PostgreSQL here")
        with Postgresql() as server:
            url = ("--store", server.url)
            self.files = [name for name in self.files if content(name)][::7]
            self.ingest(*url)
            rows = self.home.json(*url, "ledger", "list", "--limit", "100000")
            self.assertEqual(len(rows), len(self.files))
            for name, row in zip(self.files, sorted(rows, key=lambda row: row["id"])):
                if row["message"]:
                    self.assertEqual(self.call(*url, "message", "raw", str(row["message"])), content(name), name)


if __name__ == "__main__":
    if not os.access(HAUSPOST, os.X_OK):
        raise SystemExit(f"{HAUSPOST} is not built")
    unittest.main()
