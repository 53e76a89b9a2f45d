"""Mail since a day, and former days fetched later, without duplicates."""

import imaplib
import time
import unittest

import office
from servers import Dovecot
from support import Home, ServerMissing


class Backfill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.dovecot = cls.enterClassContext(Dovecot())
        except ServerMissing as missing:
            raise unittest.SkipTest(str(missing)) from missing

    def setUp(self):
        self.home = self.enterContext(Home())
        self.user = self._testMethodName
        # oldest first, a day each; the fourth is the second once more
        self.append(1, "2026-01-01", "one")
        self.append(2, "2026-02-01", "two")
        self.append(3, "2026-03-01", "three")
        self.append(2, "2026-03-02", "two")
        self.append(5, "2026-04-01", "five")

    def append(self, ident, day, subject):
        client = imaplib.IMAP4("localhost", self.dovecot.imap_port)
        client.login(self.user, "pw")
        date = imaplib.Time2Internaldate(time.mktime(time.strptime(day + " 12", "%Y-%m-%d %H")))
        self.assertEqual(client.append("INBOX", None, date, office.mail(ident=str(ident), subject=subject, body=subject).replace(b"\n", b"\r\n"))[0], "OK")
        client.logout()

    def apply(self, **changes):
        self.home.apply(office.setup(dovecot=self.dovecot, accounts__support__receive__user=self.user, rules__support__responses=None, **changes))

    def subjects(self):
        return sorted(case["subject"] for case in self.home.json("cases", "list"))

    def test_a_listener_begins_at_its_day(self):
        self.apply(listeners__support__since="2026-03-01")
        self.home.run("run", "support", "--once")
        self.assertEqual(self.subjects(), ["five", "three", "two"])
        self.append(6, "2026-04-02", "six")
        self.home.run("run", "support", "--once")
        self.assertEqual(self.subjects(), ["five", "six", "three", "two"])
        # what is before its begin is no gap
        self.assertEqual(self.home.json("ledger", "verify", "support")["gaps"], 0)
        dry = self.home.json("backfill", "support", "--since", "2026-01-01", "--until", "2026-02-28", "--dry-run")
        self.assertEqual((dry["in_window"], dry["missing"], dry["known"]), (2, 2, 0))
        self.assertEqual(len(self.subjects()), 4)
        done = self.home.json("backfill", "support", "--since", "2026-01-01", "--until", "2026-02-28")
        self.assertEqual((done["created"], done["duplicates"]), (1, 1))  # "two" came again later and was handled then
        self.assertEqual(self.subjects(), ["five", "one", "six", "three", "two"])
        again = self.home.json("backfill", "support", "--since", "2026-01-01")
        self.assertEqual((again["in_window"], again["known"], again["missing"], again["created"]), (6, 6, 0, 0))
        self.assertIn("no new messages", self.home.run("run", "support", "--once").out)
        self.assertEqual({flags for flags in map(str, self.dovecot.flags(self.user).values()) if "Seen" not in flags}, set())

    def test_a_day_without_mail_yet(self):
        self.apply(listeners__support__since="2030-01-01")
        self.home.run("run", "support", "--once")
        self.assertEqual(self.subjects(), [])
        self.append(6, "2026-04-02", "six")
        self.home.run("run", "support", "--once")  # it came after the beginning, whatever its day
        self.assertEqual(self.subjects(), ["six"])

    def test_over_pop3_by_the_day_in_the_header(self):
        # No Received: these mails were put in, not delivered. The last tells no day, and so counts as one of these.
        for n, day in ((11, "01 Jan 2026 12:00:00 +0000"), (12, "01 Feb 2026 00:00:00 +0000"), (13, "01 Mar 2026 00:00:00 +0000"), (14, "")):
            raw = office.mail(ident=str(n), subject=str(n), body=str(n))
            head, body = raw.split(b"\n\n", 1)
            lines = [line for line in head.split(b"\n") if not line.startswith(b"Date:")] + ([b"Date: " + day.encode()] if day else [])
            self.dovecot.deliver(self.user + "3", b"\n".join(lines) + b"\n\n" + body)
        self.home.apply(office.setup(dovecot=self.dovecot, accounts__support__receive__user=self.user + "3", accounts__support__receive__protocol="pop3",
                                     accounts__support__receive__port=self.dovecot.pop3s_port, rules__support__responses=None,
                                     listeners__support__since="2026-03-01", listeners__support__after="delete"))
        self.home.run("run", "support", "--once")
        self.assertEqual(self.subjects(), ["13", "14"])
        self.assertEqual(len(self.dovecot.flags(self.user + "3")), 2)  # what was handled is deleted
        dry = self.home.json("backfill", "support", "--since", "2026-02-01", "--until", "2026-02-28", "--dry-run")
        self.assertEqual((dry["in_window"], dry["missing"]), (1, 1))
        done = self.home.json("backfill", "support", "--since", "2026-02-01", "--until", "2026-02-28")
        self.assertEqual((done["created"], self.subjects()), (1, ["12", "13", "14"]))
        self.assertEqual(len(self.dovecot.flags(self.user + "3")), 1)
        self.assertEqual(self.home.json("backfill", "support", "--since", "2026-02-01")["in_window"], 0)
        self.assertIn("no new messages", self.home.run("run", "support", "--once").out)

    def test_what_is_wrong_is_said(self):
        self.apply()
        self.assertIn("never read", self.home.run("backfill", "support", "--since", "2026-01-01", expect=None).err)
        self.home.run("backfill", "support", "--since", "2026-02-30", expect=2)
        self.home.run("backfill", "support", expect=2)
        self.home.run("backfill", "support", "--since", "2026-02-02", "--until", "2026-02-01", expect=2)
        self.home.run("backfill", "nobody", "--since", "2026-02-02", expect=1)
        self.assertIn("since", self.home.run("apply", "-", input=office.setup(listeners__support__since="yesterday"), expect=3).err)


if __name__ == "__main__":
    unittest.main()
