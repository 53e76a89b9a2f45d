"""The private servers do what the other tests believe of them."""

import imaplib
import os
import signal
import smtplib
import ssl
import subprocess
import sys
import unittest

from servers import Cyrus, Dovecot, Fault, Postfix, SmtpSink
from support import server_or_skip, wait_until

MAIL = b"From: anna@customer.test\r\nTo: support@example.test\r\nSubject: hello\r\n\r\nworld\r\n"


def trust(server):
    return ssl.create_default_context(cafile=server.ca)


class ImapServers(unittest.TestCase):
    """What both IMAP servers must do."""

    def start_both(self):
        for make in (Dovecot, Cyrus):
            with self.subTest(server=make.name):
                yield server_or_skip(self, make)

    def test_all_three_doors_open_with_our_ca(self):
        for server in self.start_both():
            plain = imaplib.IMAP4("localhost", server.imap_port)
            plain.login("anna", "pw")
            secured = imaplib.IMAP4("localhost", server.imap_port)
            secured.starttls(trust(server))
            secured.login("anna", "pw")
            wrapped = imaplib.IMAP4_SSL("localhost", server.imaps_port, ssl_context=trust(server))
            wrapped.login("anna", "pw")
            for session in (plain, secured, wrapped):
                session.logout()

    def test_delivered_mail_comes_back_byte_for_byte(self):
        odd = b"Subject: =?utf-8?q?odd?=\r\n\r\nlone \r and 8-bit \xff\r\n.\r\n"
        for server in self.start_both():
            server.deliver_many("anna", [MAIL, odd] if server.name == "dovecot" else [MAIL])
            self.assertEqual(server.mails("anna")[0], MAIL)
            if server.name == "dovecot":
                self.assertEqual(server.mails("anna")[1], odd)

    def test_flags_and_folders(self):
        for server in self.start_both():
            server.deliver("anna", MAIL, flags="\\Seen")
            server.deliver("anna", MAIL, "Erl\u00e9digt")
            self.assertEqual(server.flags("anna"), {1: {"Seen"}})
            self.assertIn("Erl&AOk-digt", server.folders("anna"))
            self.assertEqual(server.mails("anna", "Erl\u00e9digt"), [MAIL])
            server.clear_flags("anna")
            self.assertEqual(server.flags("anna"), {1: set()})
            server.expunge("anna", [1])
            self.assertEqual(server.flags("anna"), {})
            self.assertEqual(server.mails("anna", "absent"), [])


class DovecotAlone(unittest.TestCase):
    def test_uidvalidity_changes_and_mail_stays(self):
        dovecot = server_or_skip(self, Dovecot)
        dovecot.deliver("anna", MAIL)
        dovecot.change_uidvalidity("anna")
        self.assertEqual(dovecot.mails("anna"), [MAIL])

    def test_wrong_password_is_refused(self):
        dovecot = server_or_skip(self, Dovecot)
        with imaplib.IMAP4("localhost", dovecot.imap_port) as imap, self.assertRaises(imaplib.IMAP4.error):
            imap.login("anna", "wrong")

    def test_restart_keeps_ports_and_mail(self):
        dovecot = server_or_skip(self, Dovecot)
        dovecot.deliver("anna", MAIL)
        port = dovecot.imap_port
        dovecot.restart()
        self.assertEqual(dovecot.imap_port, port)
        self.assertEqual(dovecot.mails("anna"), [MAIL])

    def test_two_run_side_by_side(self):
        one, two = server_or_skip(self, Dovecot), server_or_skip(self, Dovecot)
        one.deliver("anna", MAIL)
        self.assertEqual(two.mails("anna"), [])

    def test_nothing_is_left_when_its_owner_dies(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=number.name):
                script = "import signal, sys\nfrom servers import Dovecot\nd = Dovecot().start()\n" \
                         "print(d.process.pid, d.folder, flush=True)\nsignal.pause()\n"
                owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True,
                                         env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.abspath(__file__))})
                pid, folder = owner.stdout.readline().split()
                owner.send_signal(number)
                owner.communicate()
                wait_until(lambda pid=pid: not os.path.exists(f"/proc/{pid}"), 10, "dovecot being gone")
                wait_until(lambda folder=folder: not os.path.exists(folder), 10, "its folder being gone")


class PostfixToDovecot(unittest.TestCase):
    def test_mail_sent_through_both_doors_arrives(self):
        dovecot = server_or_skip(self, Dovecot)
        postfix = server_or_skip(self, Postfix, deliver_to=dovecot, login_required=True)
        with smtplib.SMTP("localhost", postfix.smtp_port) as smtp:
            smtp.starttls(context=trust(postfix))
            smtp.login("support", "pw")
            smtp.sendmail("support@example.test", ["anna@customer.test"], MAIL)
        with smtplib.SMTP_SSL("localhost", postfix.smtps_port, context=trust(postfix)) as smtp:
            smtp.login("support", "pw")
            smtp.sendmail("support@example.test", ["anna@customer.test"], MAIL)
        mails = wait_until(lambda: len(found := dovecot.mails("anna")) == 2 and found, 20, "two mails in anna's mailbox")
        self.assertTrue(all(b"Subject: hello" in mail for mail in mails))
        wait_until(lambda: postfix.queue_length() == 0, 10, "an empty queue")

    def test_without_login_nothing_is_taken(self):
        dovecot = server_or_skip(self, Dovecot)
        postfix = server_or_skip(self, Postfix, deliver_to=dovecot, login_required=True)
        with smtplib.SMTP("localhost", postfix.smtp_port) as smtp, self.assertRaises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("support@example.test", ["anna@customer.test"], MAIL)


class Sink(unittest.TestCase):
    def sink(self, **options):
        return self.enterContext(SmtpSink(**options))

    def test_keeps_envelope_and_data_with_dots_unstuffed(self):
        sink = self.sink(users={"support": "pw"})
        with smtplib.SMTP("localhost", sink.smtp_port) as smtp:
            smtp.starttls(context=trust(sink))
            smtp.login("support", "pw")
            smtp.sendmail("support@example.test", ["anna@customer.test", "bert@customer.test"], MAIL + b".dot\r\n")
        self.assertEqual(sink.mails[0].recipients, ["anna@customer.test", "bert@customer.test"])
        self.assertEqual(sink.mails[0].data, MAIL + b".dot\r\n")
        self.assertTrue(sink.mails[0].tls)

    def test_a_fault_answers_as_often_as_said(self):
        sink = self.sink(faults=[Fault("RCPT", match="anna@", reply="450 4.2.1 later", times=1)])
        with smtplib.SMTP("localhost", sink.smtp_port) as smtp:
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                smtp.sendmail("support@example.test", ["anna@customer.test"], MAIL)
            self.assertEqual(refused.exception.recipients["anna@customer.test"][0], 450)
            smtp.sendmail("support@example.test", ["anna@customer.test"], MAIL)
        self.assertEqual(len(sink.wait_for(1)), 1)

    def test_accept_and_close_keeps_the_mail_and_loses_the_answer(self):
        sink = self.sink(faults=[Fault("DOT", action="accept-and-close")])
        with self.assertRaises(smtplib.SMTPServerDisconnected):
            smtplib.SMTP("localhost", sink.smtp_port).sendmail("support@example.test", ["anna@customer.test"], MAIL)
        self.assertEqual(len(sink.mails), 1)

    def test_wrong_password_is_refused(self):
        sink = self.sink(users={"support": "pw"})
        with smtplib.SMTP("localhost", sink.smtp_port) as smtp, self.assertRaises(smtplib.SMTPAuthenticationError):
            smtp.login("support", "wrong")


if __name__ == "__main__":
    unittest.main(verbosity=2)
