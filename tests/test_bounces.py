"""Mail that comes back: a real Postfix reports that it could not deliver, the report is read by IMAP, brought to the mail that it speaks of, and
the address gets no more mail until somebody lifts that. And what must not happen: a report that anybody could have written changes nothing."""

import contextlib
import os
import re
import shutil
import sqlite3
import unittest

from crash_support import read_steps
from office import mail, setup
from servers import Dovecot, Fault, Postfix, SmtpSink
from support import Home, server_or_skip, wait_until

STOPPED = 99


def report(ident, recipient, status="5.1.1", words="550 5.1.1 no such user", action="failed", envelope_id="", subject="Undelivered Mail"):
    """A delivery report (RFC 3464) on the mail with this Message-ID."""
    envelope = f"Original-Envelope-Id: {envelope_id}\n" if envelope_id else ""
    original = f"Message-ID: <{ident}>\n" if ident else ""
    return (f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.test\nTo: support@example.test\nSubject: {subject}\nAuto-Submitted: auto-replied\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\nMIME-Version: 1.0\n\n'
            f"--b\nContent-Type: text/plain\n\nYour mail to <{recipient}> came back.\n\n"
            f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.test\n{envelope}\n"
            f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n\n"
            f"--b\nContent-Type: text/rfc822-headers\n\n{original}From: support@example.test\nTo: {recipient}\nSubject: hello\n\n--b--\n").encode()


class Office(unittest.TestCase):
    """A home with an outbox; the mail goes to `port`."""

    def start(self, dovecot, sender, **changes):
        home = self.enterContext(Home())
        home.apply(setup(dovecot, sender, **changes))
        return home

    def send(self, home, *to):
        words = [word for address in to for word in ("--to", address)]
        return home.json("send", "--account", "support", *words, "--subject", "Hello", input="Hello.\n")["outbox"]

    def row(self, home, ident):
        return next(row for row in home.json("outbox", "list") if row["id"] == ident)

    def states(self, home, ident):
        """(state of the row, {address: state})"""
        row = self.row(home, ident)
        return row["state"], {to["address"]: to["state"] for to in row["recipients"]}

    def suppressed(self, home):
        return {entry["address"]: entry["reason"] for entry in home.json("suppressions", "list")}

    def take(self, home, raw):
        return home.run("ingest", "--listener", "support", home.write("mail", raw))

    def newest(self, home):
        """(outcome, why there is no answer, evidence) of the mail taken last"""
        with sqlite3.connect(os.path.join(home.folder, "store.db"), timeout=20) as db:
            return db.execute("SELECT ledger.outcome, ledger.answer, message.evidence FROM ledger JOIN message ON message.id = ledger.message_id "
                              "ORDER BY ledger.id DESC LIMIT 1").fetchone()

    def events(self, home, kind):
        with sqlite3.connect(os.path.join(home.folder, "store.db"), timeout=20) as db:
            return db.execute("SELECT COUNT(*) FROM event WHERE kind = ?", (kind,)).fetchone()[0]


class RealBounces(Office):
    """Hauspost → Postfix → a server that refuses → Postfix's report → Dovecot → Hauspost."""

    def servers(self, *faults, settings=""):
        self.dovecot = server_or_skip(self, Dovecot)
        self.far = self.enterContext(SmtpSink(faults=faults))
        self.postfix = server_or_skip(self, Postfix, self.dovecot, settings=f"""
transport_maps = inline:{{ {{ far.test = smtp:[127.0.0.1]:{self.far.smtp_port} }} }}
smtp_tls_security_level = none
{settings}""")
        self.home = self.start(self.dovecot, self.postfix)
        return self.home

    def mails(self):
        with self.dovecot.session("support") as imap:
            return int(imap.select("INBOX", readonly=True)[1][0])

    def read(self, count):
        """Waits until the mailbox has so many, and reads them."""
        wait_until(lambda: self.mails() >= count, 30, f"{count} mails in the mailbox")
        self.home.run("run", "support", "--once")

    def test_who_writes_beyond_ascii_is_acknowledged(self):
        """Through Postfix, which takes and hands on such an address only with SMTPUTF8; where a server hasn't got that, it alone fails."""
        home = self.servers(settings="smtputf8_enable = yes\n")
        self.dovecot.deliver("support", mail("Drucker", sender="müller@far.test", ident="one"))
        self.read(1)
        self.assertEqual(home.json("outbox", "flush")["sent"], 1)
        sent = self.far.wait_for(1)[0]
        self.assertEqual(sent.recipients, ["müller@far.test"])
        self.assertIn("\nTo: Ann <müller@far.test>\r\n", sent.data.decode())
        self.assertIn(b"with UTF8SMTP", sent.data)
        self.assertEqual(home.json("cases", "show", "SUP-00001")["conversation"][1]["delivery"][0]["state"], "sent")

        plain = self.enterContext(SmtpSink(extensions=("8BITMIME", "ENHANCEDSTATUSCODES")))
        home.apply(setup(self.dovecot, plain))
        both = self.send(home, "Müller@far.test", "bob@far.test")
        home.run("outbox", "flush")
        self.assertEqual(self.states(home, both), ("sent", {"Müller@far.test": "failed", "bob@far.test": "sent"}))
        self.assertIn("the server does not offer SMTPUTF8", self.row(home, both)["recipients"][0]["reply"])
        self.assertEqual([mail.recipients for mail in plain.wait_for(1)], [["bob@far.test"]])

    def test_an_acknowledgement_comes_back(self):
        home = self.servers(Fault("RCPT", match="ghost@", reply="550 5.1.1 <ghost@far.test>: no such user here"))
        self.dovecot.deliver("support", mail("Printer", sender="ghost@far.test", ident="one"))
        self.read(1)
        self.assertEqual(home.json("outbox", "flush")["sent"], 1)
        self.read(2)

        case = home.json("cases", "show", "SUP-00001")
        self.assertEqual([case["status"], len(home.json("cases", "list"))], ["open", 1])
        self.assertEqual([one["automatic"] for one in case["conversation"]], ["none", "auto-reply", "delivery-report"])
        delivery = case["conversation"][1]["delivery"][0]
        self.assertEqual([delivery[key] for key in ("address", "state", "status", "reason")],
                         ["ghost@far.test", "bounced", "5.1.1", "userunknown"])
        self.assertIn("no such user here", delivery["diagnostic"])
        self.assertIn("mx.example.test", delivery["mta"])
        self.assertIn("won: ENVID names our mail", case["conversation"][2]["evidence"])
        page = home.run("cases", "show", "SUP-00001").out
        self.assertRegex(page, r"delivery: ghost@far\.test bounced 5\.1\.1 \(userunknown\): .*no such user here")
        self.assertEqual(home.json("outbox", "list")[0]["state"], "bounced")
        self.assertEqual(self.suppressed(home), {"ghost@far.test": "hard-bounce"})
        self.assertEqual(len(home.json("outbox", "list")), 1, "a report is never answered")

        # The next mail is held back; the others of the same mail get theirs.
        held = self.send(home, "Ghost@far.test", "bob@far.test")
        home.run("outbox", "flush")
        self.assertEqual(self.states(home, held), ("sent", {"Ghost@far.test": "suppressed", "bob@far.test": "sent"}))
        self.assertEqual([sent.recipients for sent in self.far.wait_for(1)], [["bob@far.test"]])
        self.assertIn("Ghost@far.test suppressed: hard-bounce 5.1.1 userunknown since", home.run("outbox", "list").out)

        # Lifted: it goes out.
        home.run("suppressions", "remove", "ghost@far.test")
        self.far.faults.clear()
        home.run("outbox", "requeue", held)
        home.run("outbox", "flush")
        self.assertEqual(self.states(home, held), ("sent", {"Ghost@far.test": "sent", "bob@far.test": "sent"}))
        self.assertEqual([sent.recipients for sent in self.far.wait_for(2)], [["bob@far.test"], ["Ghost@far.test"]])

    def test_the_policy_of_a_server_says_nothing_of_the_address(self):
        home = self.servers(Fault("DOT", reply="554 5.7.1 message rejected as spam"))
        row = self.send(home, "ann@far.test", "bob@far.test")
        home.run("outbox", "flush")
        self.read(1)
        self.assertEqual(self.states(home, row), ("bounced", {"ann@far.test": "bounced", "bob@far.test": "bounced"}))
        self.assertEqual(self.suppressed(home), {})

    def test_an_unknown_local_user_is_refused_at_once(self):
        home = self.servers(settings="virtual_mailbox_maps = inline:{ { support@example.test = x } }\n")
        row = self.send(home, "nobody@local.test")
        home.run("outbox", "flush", expect=None)
        self.assertEqual(self.states(home, row), ("failed", {"nobody@local.test": "failed"}))
        self.assertEqual(self.suppressed(home), {"nobody@local.test": "hard-bounce"})
        self.assertRegex(home.run("outbox", "list", "--state", "failed").out, r"nobody@local\.test failed 5\.1\.1 \(userunknown\): 550")

    def test_a_delay_is_told_and_ends(self):
        home = self.servers(Fault("RCPT", match="slow@", reply="451 4.7.1 come back later"), settings="delay_warning_time = 1s\n")
        row = self.send(home, "slow@far.test")
        home.run("outbox", "flush")
        self.read(1)
        self.assertEqual(self.states(home, row), ("sent", {"slow@far.test": "delayed"}))
        self.assertEqual((self.events(home, "mail.delayed"), self.suppressed(home)), (1, {}))
        self.far.faults[:] = [Fault("RCPT", match="slow@", reply="550 5.1.1 no such user")]
        self.read(2)
        self.assertEqual(self.states(home, row), ("bounced", {"slow@far.test": "bounced"}))


class Reports(Office):
    """Reports written by the test, on mail that a sink took."""

    def setUp(self):
        self.sink = self.enterContext(SmtpSink())
        self.home = self.start(None, self.sink)

    def sent(self, *to):
        """(outbox row, Message-ID) of a mail that went out"""
        before = len(self.sink.mails)
        row = self.send(self.home, *to)
        self.home.run("outbox", "flush")
        return row, re.search(rb"(?im)^message-id: <(.+)>", self.sink.wait_for(before + 1)[-1].data).group(1).decode()

    def test_only_our_own_id_counts(self):
        row, ident = self.sent("ann@far.test")
        forged = [report("", "ann@far.test"), report("guess@example.test", "ann@far.test"),
                  report(ident.replace(ident[0], "a" if ident[0] != "a" else "b", 1), "ann@far.test", subject="Undelivered"),
                  report("", "ann@far.test", envelope_id="1' OR 1=1 --"),
                  report("", "ann@far.test", envelope_id="%", words="552 5.2.2 mailbox full")]
        for raw in forged:
            self.take(self.home, raw)
            self.assertEqual(self.newest(self.home)[:2],
                             ("filed", f"a report gets no answer; it knows no id of ours, only an address (outbox row {row})"))
            self.assertIn("weak: no id of ours, only the address", self.newest(self.home)[2])
        self.assertEqual(self.states(self.home, row), ("sent", {"ann@far.test": "sent"}))
        self.assertEqual((self.suppressed(self.home), self.home.json("cases", "list")), ({}, []))
        self.take(self.home, report(ident, "ann@far.test"))
        self.assertEqual(self.newest(self.home)[:2], ("filed", "a report on mail of ours gets no answer"))
        self.assertEqual(self.states(self.home, row), ("bounced", {"ann@far.test": "bounced"}))
        self.assertEqual(self.suppressed(self.home), {"ann@far.test": "hard-bounce"})

    def test_a_recipient_can_speak_of_recipients_only(self):
        row, ident = self.sent("ann@far.test", "bob@far.test")
        self.take(self.home, report(ident, "eve@far.test"))
        self.assertEqual(self.states(self.home, row)[1], {"ann@far.test": "sent", "bob@far.test": "sent"})
        # Forwarded, and refused there: ours is the one that is meant, but nobody says that it is no good.
        row, ident = self.sent("carl@far.test")
        self.take(self.home, report(ident, "carl@elsewhere.test"))
        self.assertEqual(self.states(self.home, row), ("bounced", {"carl@far.test": "bounced"}))
        self.assertEqual(self.suppressed(self.home), {})

    def test_a_second_report_counts_for_nothing(self):
        row, ident = self.sent("ann@far.test")
        for n in range(6):
            self.take(self.home, report(ident, "ann@far.test", "5.2.2", "552 5.2.2 mailbox full", subject=f"Undelivered {n}"))
        self.assertEqual((self.events(self.home, "mail.bounced"), self.suppressed(self.home)), (1, {}))
        for _ in range(4):
            _, ident = self.sent("ann@far.test")
            self.take(self.home, report(ident, "ann@far.test", "5.2.2", "552 5.2.2 mailbox full"))
        self.assertEqual(self.suppressed(self.home), {"ann@far.test": "soft-bounce"})
        self.assertGreater(self.home.json("suppressions", "show", "ann@far.test")[0]["until"], 0)
        self.assertEqual(self.states(self.home, row)[0], "bounced")

    def test_an_uncertain_mail_is_resolved(self):
        self.sink.faults.append(Fault("DOT", action="accept-and-close", times=2))
        rows = [self.send(self.home, f"{name}@far.test") for name in ("ann", "bob")]
        self.home.run("outbox", "flush", expect=None)
        self.home.run("outbox", "flush", expect=None)
        self.assertEqual([self.states(self.home, row)[0] for row in rows], ["uncertain", "uncertain"])
        idents = [re.search(rb"(?im)^message-id: <(.+)>", one.data).group(1).decode() for one in self.sink.mails]
        self.take(self.home, report(idents[0], "ann@far.test"))
        self.take(self.home, report(idents[1], "bob@far.test", "2.0.0", "250 taken", action="delivered", subject="Delivered"))
        self.assertEqual(self.states(self.home, rows[0]), ("bounced", {"ann@far.test": "bounced"}))
        self.assertEqual(self.states(self.home, rows[1]), ("sent", {"bob@far.test": "delivered"}))

    def test_a_person_manages_the_list(self):
        home = self.home
        home.run("suppressions", "add", "Ann@customer.test", "--reason", "asked us not to")
        self.assertEqual(self.suppressed(home), {"ann@customer.test": "manual"})
        self.assertIn("asked us not to", home.run("suppressions", "show", "ann@customer.test").out)
        self.take(home, mail(ident="one"))
        self.assertEqual(self.newest(home)[0], "created")
        self.assertRegex(self.newest(home)[1], r"^the address is suppressed: manual since \d{4}-\d\d-\d\d$")
        self.assertEqual(home.json("outbox", "list"), [])
        row = self.send(home, "ann@customer.test")
        self.assertEqual(home.json("outbox", "flush")["suppressed"], 1)
        self.assertEqual(self.states(home, row), ("suppressed", {"ann@customer.test": "suppressed"}))
        self.assertEqual(self.sink.mails, [])
        home.run("suppressions", "remove", "ann@customer.test")
        home.run("suppressions", "remove", "ann@customer.test", expect=1)
        home.run("suppressions", "show", "ann@customer.test", expect=1)
        self.take(home, mail(ident="two"))
        self.assertEqual(self.newest(home)[1], "queued")
        for words in (["add", "ann@customer.test"], ["add", "--reason", "x"], ["remove"], ["show"], ["list", "x"], ["other"]):
            home.run("suppressions", *words, expect=2)
        home.run("suppressions", "add", "no address", "--reason", "x", expect=None)
        self.assertEqual(self.suppressed(home), {})

    def test_mail_from_the_address_lifts_it_twice(self):
        for n in range(4):
            self.take(self.home, mail(f"Number {n}", sender="ann@far.test", ident=f"n{n}"))
            if n == 3:
                self.assertRegex(self.newest(self.home)[1], "^the address is suppressed: hard-bounce")
                break
            self.assertEqual(self.newest(self.home)[1], "queued")
            self.home.run("outbox", "flush")
            ident = re.search(rb"(?im)^message-id: <(.+)>", self.sink.wait_for(n + 1)[-1].data).group(1).decode()
            self.take(self.home, report(ident, "ann@far.test"))
            self.assertEqual(self.suppressed(self.home), {"ann@far.test": "hard-bounce"})
            # so that the answers of the hour are not what keeps the next one back
            with sqlite3.connect(os.path.join(self.home.folder, "store.db"), timeout=20) as db:
                db.execute("UPDATE outbox SET created_at = created_at - 7200000")

    def test_stopped_at_every_step(self):
        row, ident = self.sent("ann@far.test")
        path = self.home.write("report", report(ident, "ann@far.test"))
        store, before = (os.path.join(folder, "store.db") for folder in (self.home.folder, self.home.top))
        with contextlib.closing(sqlite3.connect(store, timeout=20)) as db, contextlib.closing(sqlite3.connect(before)) as copy:
            db.backup(copy)
        log = os.path.join(self.home.top, "steps")
        self.home.run("ingest", "--listener", "support", path, env={"HAUSPOST_FAULT_LOG": log})
        steps = read_steps(log)
        self.assertGreaterEqual(len(steps), 2)
        for n in range(1, len(steps) + 1):
            with self.subTest(step=n, name=steps[n - 1]):
                for path_of in (store, store + "-wal", store + "-shm"):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(path_of)
                shutil.copyfile(before, store)
                code = self.home.run("ingest", "--listener", "support", path, env={"HAUSPOST_FAULT_STEP": str(n)}, expect=None).code
                self.assertEqual(code, STOPPED)
                self.home.run("ingest", "--listener", "support", path)
                self.assertEqual(self.states(self.home, row), ("bounced", {"ann@far.test": "bounced"}))
                self.assertEqual(self.events(self.home, "mail.bounced"), 1)
                self.assertEqual(self.home.json("suppressions", "show", "ann@far.test")[0]["count"], 1)


if __name__ == "__main__":
    unittest.main()
