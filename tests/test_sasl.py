"""Every log-in mechanism against real servers: Dovecot, Cyrus and Postfix with Cyrus SASL, through bench/imap_read and bench/smtp_send.
And what an account says of it: disabled mechanisms, advanced settings."""

import os
import shutil
import subprocess
import unittest

from servers import Cyrus, Dovecot, Postfix, SmtpSink
from support import Home, ServerMissing

BENCH = os.path.join(os.environ["HAUSPOST_BUILD"], "bench")
ALL = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", "COMMAND", "OAUTHBEARER", "XOAUTH2"]
PASSWORD = "pa,ss=w\u00f6rd1"   # SCRAM's separators, a letter of two bytes
DOMAIN = "mx.example.test"


def start(case, make):
    try:
        return case.enterClassContext(make())
    except ServerMissing as missing:
        raise unittest.SkipTest(str(missing)) from missing


def make_sasldb(path, domain, *users):
    """Cyrus SASL's own user data base, with passwords as they are."""
    tool = shutil.which("saslpasswd2", path="/usr/sbin")
    if not tool:
        raise ServerMissing("sasl2-bin is not installed")
    for user in users:
        subprocess.run([tool, "-c", "-p", "-f", path, "-u", domain, user], input=PASSWORD.encode(), check=True, capture_output=True)
    os.chmod(path, 0o644)


class Login:
    """`offered`: the mechanisms that the server offers besides those of the protocol itself."""

    offered = ()
    user = "anna"

    def log_in(self, door, only=None, password=PASSWORD):
        """(exit code, standard output, dialogue); `only`: every other mechanism is disabled."""
        run = subprocess.run(self.command(door, ["-d", ",".join(set(ALL) - {only})] if only else [], password), capture_output=True, text=True,
                             timeout=60, check=False)
        self.assertNotIn(password, run.stderr + run.stdout)
        return run.returncode, run.stdout, run.stderr

    def test_each_mechanism_logs_in(self):
        for mechanism in self.offered:
            for door in ("tls", "starttls", "none"):
                if mechanism.endswith("-PLUS") and door == "none":
                    continue
                code, said, dialogue = self.log_in(door, mechanism)
                self.assertEqual(code, 0, f"{mechanism} {door}: {said}{dialogue}")
                self.assertRegex(dialogue, r"C: \S+ LOGIN" if mechanism == "COMMAND" else rf"C: .*AUTH\S* {mechanism}\b", mechanism)

    def test_a_wrong_password_is_refused_by_each(self):
        for mechanism in self.offered:
            code, said, _ = self.log_in("tls", mechanism, "wrong")
            self.assertEqual(code, 1, mechanism)
            self.assertRegex(said, r"^error auth never", mechanism)

    def test_the_strongest_is_taken_and_a_refusal_is_final(self):
        strongest = next(name for name in ALL if name in self.offered)
        code, said, dialogue = self.log_in("tls")
        self.assertEqual(code, 0, said + dialogue)
        self.assertIn(f" {strongest}", dialogue)
        code, said, dialogue = self.log_in("tls", None, "wrong")
        tried = [line for line in dialogue.splitlines() if line.startswith("C: ") and " AUTH" in f" {line}"]
        self.assertEqual((code, [line for line in tried if f" {strongest}" not in line]), (1, []), said + dialogue)


class ImapLogin(Login):
    def command(self, door, words, password):
        port = self.server.imaps_port if door == "tls" else self.server.imap_port
        return [os.path.join(BENCH, "imap_read"), "-s", door, "-c", self.server.ca, "-t", *words, "localhost", str(port), self.user, password]


class DovecotLogin(ImapLogin, unittest.TestCase):
    offered = ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", "COMMAND")

    @classmethod
    def setUpClass(cls):
        cls.server = start(cls, lambda: Dovecot(password=PASSWORD, extra="auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256\n"
                                                "auth_failure_delay = 0\nservice anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n"))


class CyrusLogin(ImapLogin, unittest.TestCase):
    offered = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", "COMMAND")

    @classmethod
    def setUpClass(cls):
        def make():
            server = Cyrus()
            make_sasldb(server.path("sasldb"), "localhost", "anna")
            server.sasl = (f"sasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_sasldb_path: {server.path('sasldb')}\n"
                           "sasl_mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256")
            server.settings = "failedloginpause: 0"
            return server
        cls.server = start(cls, make)


class PostfixLogin(Login, unittest.TestCase):
    offered = ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN")
    user = f"anna@{DOMAIN}"

    @classmethod
    def setUpClass(cls):
        def make():
            server = Postfix(login_required=True)
            make_sasldb(server.path("sasldb"), DOMAIN, "anna")
            server.write("etc/sasl/smtpd.conf", f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {server.path('sasldb')}\n"
                         "mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256\n")
            server.settings = (f"smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = cyrus\n"
                               f"smtpd_sasl_local_domain = {DOMAIN}\nsmtpd_sasl_security_options = noanonymous\nsmtpd_error_sleep_time = 0\n")
            return server
        cls.server = start(cls, make)
        cls.mail = cls.server.path("mail.eml")
        cls.server.write("mail.eml", "From: anna@mx.example.test\r\nTo: bob@there.test\r\nSubject: hi\r\n\r\nhello\r\n")

    def command(self, door, words, password):
        port = self.server.smtps_port if door == "tls" else self.server.smtp_port
        return [os.path.join(BENCH, "smtp_send"), "-s", door, "-c", self.server.ca, "-t", *words, "-u", self.user, "-p", password, "-r", "bob@there.test",
                "localhost", str(port), "1", self.mail]


SETUP = """
accounts:
  support:
    send: {{address: support@example.test, host: localhost, port: {smtp}, security: none, advanced: {{{send}}}}}
    receive:
      {{host: localhost, port: {imaps}, user: anna, password: "{password}", tls: {{truststore: {ca}}}, disabled_mechanisms: [{disabled}],
       advanced: {{{receive}}}}}
"""


class AccountSettings(unittest.TestCase):
    """What stands in an account reaches the connection."""

    @classmethod
    def setUpClass(cls):
        cls.dovecot = start(cls, lambda: Dovecot(password=PASSWORD, extra="auth_mechanisms = plain login cram-md5 scram-sha-256\n"))
        cls.sink = start(cls, SmtpSink)

    def trace(self, side, send="", receive="", disabled=""):
        home = self.enterContext(Home())
        home.apply(SETUP.format(smtp=self.sink.smtp_port, imaps=self.dovecot.imaps_port, ca=self.dovecot.ca, password=PASSWORD, send=send,
                                receive=receive, disabled=disabled))
        answer = home.run("test", "support", f"--{side}", "--trace")
        return answer.out + answer.err

    def test_mechanisms_of_the_account(self):
        self.assertIn("AUTHENTICATE SCRAM-SHA-256", self.trace("receiver"))
        self.assertIn("AUTHENTICATE CRAM-MD5", self.trace("receiver", disabled="SCRAM-SHA-256"))
        self.assertIn("AUTHENTICATE LOGIN", self.trace("receiver", receive='mail.imap.auth.mechanisms: "LOGIN XOAUTH2"'))
        self.assertIn("AUTHENTICATE PLAIN", self.trace("receiver", disabled="SCRAM-SHA-256, CRAM-MD5", receive='mail.imaps.auth.login.disable: "true"'))

    def test_versions_of_tls(self):
        self.assertRegex(self.trace("receiver", receive='mail.imap.ssl.protocols: "TLSv1.2"'), r"TLSv?.?1\.2")

    def test_name_in_ehlo(self):
        self.assertIn("EHLO desk.example.test", self.trace("sender", send="mail.smtp.localhost: desk.example.test"))

    def test_an_unknown_key_is_refused_by_name(self):
        home = self.enterContext(Home())
        text = SETUP.format(smtp=25, imaps=993, ca=self.dovecot.ca, password="x", send="mail.smtp.connectiontimout: '1'", receive="", disabled="")
        answer = home.run("apply", "-", input=text, expect=None)
        self.assertNotEqual(answer.code, 0)
        self.assertIn("accounts/support/send/advanced/mail.smtp.connectiontimout: unknown key (did you mean mail.smtp.connectiontimeout?)", answer.err)


if __name__ == "__main__":
    unittest.main()
