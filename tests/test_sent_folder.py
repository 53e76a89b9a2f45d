"""Copies of sent mail in the Sent folder: found by its mark, named, or made; once, wherever the program is stopped; not where the provider files them."""

import os
import sqlite3
import unittest

from crash_support import read_steps
from servers.cyrus import Cyrus
from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink
from support import Home, ServerMissing, server_or_skip, wait_until

STOPPED = 99
SETUP = """
{providers}
accounts:
  shop:
    {provider}
    send: {{ address: shop@example.test, host: localhost, port: {smtp}, security: none, sent_copy: {copy} }}
    receive: {{ host: {host}, port: {imap}, security: none, allow_insecure_login: true, user: {user}, password: pw }}
"""


class SentFolder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.dovecot = cls.enterClassContext(Dovecot())
        except ServerMissing as missing:
            raise unittest.SkipTest(str(missing)) from missing
        cls.sink, cls.users = cls.enterClassContext(SmtpSink()), 0

    def start(self, copy="auto", server=None, provider="", providers="", imap=None):
        """(home, user) with one mail in the outbox."""
        type(self).users += 1
        home, user = self.enterContext(Home()), f"shop{self.users}"
        home.apply(SETUP.format(copy=copy, smtp=self.sink.smtp_port, host="localhost", imap=imap or (server or self.dovecot).imap_port, user=user,
                                provider=provider, providers=providers))
        self.send(home)
        return home, user

    def send(self, home, subject="Hello"):
        home.run("send", "--account", "shop", "--to", "ann@customer.test", "--subject", subject, input="Dear Ann\n")

    def flush(self, home, **options):
        return home.run("outbox", "flush", **options)

    def copies(self, home):
        with sqlite3.connect(os.path.join(home.folder, "store.db"), timeout=20) as db:
            return db.execute("SELECT state, tries FROM sent_copy ORDER BY outbox_id").fetchall()

    def due_now(self, home):
        with sqlite3.connect(os.path.join(home.folder, "store.db"), timeout=20) as db:
            db.execute("UPDATE sent_copy SET next_try_at = 1 WHERE state IN ('due', 'filing')")

    def test_marked_folder_is_found_and_the_copy_is_what_went_out(self):
        home, user = self.start()
        with self.dovecot.session(user) as imap:
            imap.create('"Sent"')
        self.sink.mails.clear()
        self.flush(home)
        (copy,), (sent,) = self.dovecot.mails(user, "Sent"), self.sink.wait_for(1)
        self.assertIn(b"Subject: Hello", copy)
        self.assertTrue(sent.data.endswith(copy) or sent.data.rstrip() == copy.rstrip())
        self.assertEqual(list(self.dovecot.flags(user, "Sent").values()), [{"Seen"}])
        self.assertEqual(self.copies(home), [("done", 0)])
        self.flush(home)
        self.assertEqual(len(self.dovecot.mails(user, "Sent")), 1)

    def test_missing_folder_is_made(self):
        home, user = self.start()
        self.flush(home)
        self.assertEqual(len(self.dovecot.mails(user, "Sent")), 1)

    def test_named_folder_is_made_and_taken(self):
        home, user = self.start(copy='"Ausgang/Größe"')
        self.send(home, "Second")
        self.flush(home)
        self.assertEqual(len(self.dovecot.mails(user, "Ausgang/Größe")), 2)
        self.assertEqual(self.dovecot.mails(user, "Sent"), [])

    def test_usual_name_serves_where_none_is_marked(self):
        home, user = self.start(providers='providers: { host: { folders: { sent: "Gesendet" } } }', provider="provider: host")
        with self.dovecot.session(user) as imap:
            imap.create('"Gesendet"')
        self.flush(home)
        self.assertEqual(len(self.dovecot.mails(user, "Gesendet")), 1)

    def test_not_twice_where_the_provider_files_it(self):
        home, user = self.start(providers="providers: { host: { files_sent: true } }", provider="provider: host")
        self.flush(home)
        self.assertEqual((self.copies(home), self.dovecot.mails(user, "Sent")), ([], []))

    def test_off_is_off(self):
        home, _ = self.start(copy="off")
        self.flush(home)
        self.assertEqual(self.copies(home), [])

    def test_mailbox_that_is_away_gets_it_later(self):
        home, user = self.start(imap=1)
        self.flush(home)
        self.assertEqual(self.copies(home), [("due", 1)])
        home.apply(SETUP.format(copy="auto", smtp=self.sink.smtp_port, host="localhost", imap=self.dovecot.imap_port, user=user, provider="",
                                providers=""))
        self.flush(home)
        self.assertEqual(self.dovecot.mails(user, "Sent"), [])
        self.due_now(home)
        self.flush(home)
        self.assertEqual((self.copies(home), len(self.dovecot.mails(user, "Sent"))), ([("done", 1)], 1))

    def test_stopped_at_every_step_there_is_one_copy(self):
        home, _ = self.start()
        log = os.path.join(home.top, "steps")
        self.flush(home, env={"HAUSPOST_FAULT_LOG": log})
        steps = read_steps(log)
        self.assertIn("copy-after", steps)
        for n in range(steps.index("dot-after") + 1, len(steps) + 1):
            home, user = self.start()
            with self.subTest(step=n, name=steps[n - 1]):
                self.assertEqual(self.flush(home, env={"HAUSPOST_FAULT_STEP": str(n)}, expect=None).code, STOPPED)
                self.flush(home)
                uncertain = [row["state"] for row in home.json("outbox", "list")] == ["uncertain"]
                self.assertEqual(len(self.dovecot.mails(user, "Sent")), 0 if uncertain else 1)
                self.assertEqual(self.copies(home), [] if uncertain else [("done", 0)])

    def test_serve_files_by_itself(self):
        home, user = self.start()
        home.serve()
        self.addCleanup(home.stop)
        wait_until(lambda: self.dovecot.mails(user, "Sent"), 20, "the copy")
        self.assertEqual(home.stop(), 0)

    def test_cyrus_takes_it_too(self):
        cyrus = server_or_skip(self, Cyrus)
        home, user = self.start(server=cyrus)
        self.flush(home)
        self.assertEqual(self.copies(home)[0][0], "done")
        self.assertEqual(len(cyrus.mails(user, "Sent")), 1)


if __name__ == "__main__":
    unittest.main()
