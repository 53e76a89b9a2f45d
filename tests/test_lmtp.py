"""Mail handed in by LMTP: an answer for each recipient after the commit, clients side by side, Postfix as the client."""

import json
import os
import smtplib
import socket
import sqlite3
import threading
import unittest

import office
from servers import Postfix
from support import Home, server_or_skip, wait_until


class Lmtp(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())
        self.path = os.path.join(self.home.top, "lmtp")

    def apply(self, **changes):
        changes = {"inlets__local__listen": "unix:" + self.path, "listeners__support__source": "inlet", "accounts__support__receive": None,
                   "rules__support__responses": None, **changes}
        self.home.apply(office.setup(**changes))

    def serve(self, env=None):
        process = self.home.serve(env=env)
        wait_until(lambda: process.poll() is not None or os.path.exists(self.path), what="the inlet being open")
        self.assertIsNone(process.poll(), self.home.log())
        return process

    def client(self):
        return self.enterContext(smtplib.LMTP(self.path))

    def hand_in(self, mail, recipients=("support@example.test",), client=None):
        """{recipient: (code, text)} of the answers."""
        lmtp = client or self.client()
        lmtp.ehlo_or_helo_if_needed()
        lmtp.mail("ann@customer.test")
        answers = {}
        good = []
        for recipient in recipients:
            code, text = lmtp.rcpt(recipient)
            if code == 250:
                good.append(recipient)
            else:
                answers[recipient] = code, text.decode()
        if good:
            self.assertEqual(lmtp.docmd("DATA")[0], 354)
            lmtp.send(mail.replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..") + b".\r\n")
            for recipient in good:
                code, text = lmtp.getreply()
                answers[recipient] = code, text.decode()
        else:
            lmtp.rset()
        return answers

    def query(self, sql):
        db = sqlite3.connect(f"file:{os.path.join(self.home.folder, 'store.db')}?mode=ro", uri=True)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def stop(self):
        self.assertEqual(self.home.stop(60), 0, self.home.log())

    # ------------------------------------------------------------ one client

    def test_a_mail_is_a_case_when_it_is_answered(self):
        self.apply()
        self.serve()
        answer = self.hand_in(office.mail(ident="1", body="hello\n.dot"))["support@example.test"]
        self.assertEqual(answer[0], 250)
        row = self.query("SELECT id, state, outcome FROM ledger")
        self.assertEqual(row, [(int(answer[1].split()[1]), "acknowledged", "created")])
        # once more, as after a lost answer: no second case
        self.assertIn("duplicate", self.hand_in(office.mail(ident="1", body="hello\n.dot"))["support@example.test"][1])
        self.assertEqual(self.query("SELECT COUNT(*) FROM cases"), [(1,)])
        text = self.query("SELECT body_text FROM message")[0][0]
        self.assertIn("\n.dot", text.replace("\r", ""))
        self.assertTrue(self.home.json("status")["ok"])
        self.stop()
        self.assertFalse(os.path.exists(self.path))

    def test_recipients_are_answered_one_by_one(self):
        self.apply(listeners__sales={"name": "Sales", "account": "support", "rule": "support", "source": "inlet", "duplicates": "handle",
                                     "addresses": ["sales@example.test", "*@sales.example.test"], "max_message_mb": 1})
        self.serve()
        answers = self.hand_in(office.mail(ident="1"), ["support@example.test", "nobody@example.test", "SALES@example.test",
                                                        "support+x@example.test", "anybody@sales.example.test"])
        self.assertEqual({recipient: code for recipient, (code, _) in answers.items()},
                         {"support@example.test": 250, "nobody@example.test": 550, "SALES@example.test": 250, "support+x@example.test": 250,
                          "anybody@sales.example.test": 250})
        self.assertEqual(answers["support@example.test"], answers["support+x@example.test"])
        self.assertEqual(self.query("SELECT listener FROM ledger ORDER BY id"), [("support",), ("sales",)])
        large = self.hand_in(office.mail(ident="2", body=("x" * 990 + "\n") * 1500), ["support@example.test", "sales@example.test"])
        self.assertEqual([code for code, _ in large.values()], [250, 552])
        self.home.run("pause", "sales")
        wait_until(lambda: self.hand_in(office.mail(ident="3"), ["sales@example.test"])["sales@example.test"][0] == 451, what="the pause")
        self.stop()

    def test_a_store_that_fails_is_a_passing_fault(self):
        self.apply()
        self.serve()
        db = sqlite3.connect(os.path.join(self.home.folder, "store.db"), timeout=60)
        db.execute("ALTER TABLE message RENAME TO message_away")
        db.commit()
        self.assertEqual(self.hand_in(office.mail(ident="1"))["support@example.test"][0], 451)
        db.execute("ALTER TABLE message_away RENAME TO message")
        db.commit()
        db.close()
        self.assertEqual(self.hand_in(office.mail(ident="1"))["support@example.test"][0], 250)
        self.stop()

    def test_changes_are_taken_up(self):
        self.apply()
        self.serve()
        client = self.client()
        self.hand_in(office.mail(ident="1"), client=client)
        other = self.path + "2"
        self.apply(inlets__local__listen="unix:" + other)
        wait_until(lambda: os.path.exists(other) and not os.path.exists(self.path), what="the new place")
        self.path = other
        self.assertEqual(self.hand_in(office.mail(ident="2", body="2"))["support@example.test"][0], 250)
        self.stop()

    def test_only_this_machine_and_one_listener_for_an_address(self):
        refused = self.home.run("apply", "-", input=office.setup(inlets__x__listen="0.0.0.0:2424"), expect=3)
        self.assertIn("inlets/x/listen", refused.err)
        refused = self.home.run("apply", "-", expect=3, input=office.setup(
            listeners__support__addresses=["a@example.test"],
            listeners__two={"name": "Two", "account": "support", "rule": "support", "source": "inlet", "addresses": ["A@example.test"]}))
        self.assertIn("belongs to listener", refused.err)

    # ------------------------------------------------------------ many clients

    def test_clients_side_by_side_and_one_too_many(self):
        self.apply(inlets__local__connections=8)
        self.serve()
        failed = []

        def work(n):
            try:
                with smtplib.LMTP(self.path) as client:
                    for k in range(10):
                        answers = self.hand_in(office.mail(ident=f"{n}.{k}", subject=f"{n} {k}", sender=f"p{n}.{k}@customer.test"), client=client)
                        if answers["support@example.test"][0] != 250:
                            failed.append(answers)
            except (OSError, smtplib.SMTPException) as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        self.assertEqual(self.query("SELECT COUNT(*) FROM cases"), [(80,)])
        for _ in range(8):  # those that said goodbye may be counted a moment longer
            wait_until(lambda: self.greeting() == b"220", what="room for one more")
        self.assertEqual(self.greeting(), b"421")
        self.stop()

    def greeting(self):
        """Of a connection that stays."""
        plug = self.enterContext(socket.socket(socket.AF_UNIX))
        plug.connect(self.path)
        return plug.recv(100)[:3]

    # ------------------------------------------------------------ Postfix

    def test_postfix_delivers(self):
        self.apply(inlets__local__socket_mode=666, listeners__support__addresses=["support@example.test", "*@cases.test"])
        os.chmod(self.home.top, 0o755)
        self.serve()
        postfix = server_or_skip(self, Postfix, settings=f"virtual_transport = lmtp:unix:{self.path}\nlmtp_destination_recipient_limit = 50\n")
        with smtplib.SMTP("127.0.0.1", postfix.smtp_port) as client:
            for n in range(3):
                client.sendmail("ann@customer.test", ["support@example.test"], office.mail(ident=str(n), subject=f"number {n}", body=str(n)))
            client.sendmail("ann@customer.test", ["x@cases.test", "y@cases.test"], office.mail(ident="two", body="two"))
        wait_until(lambda: self.query("SELECT COUNT(*) FROM cases") == [(4,)], what="four cases")
        self.stop()


if __name__ == "__main__":
    unittest.main()
