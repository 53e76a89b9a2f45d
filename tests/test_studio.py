"""The Studio in Debian's Chromium against the real server: see tests/studio/studio.mjs for what people do there."""

import email
import email.policy
import gzip
import os
import re
import shutil
import subprocess
import unittest
import urllib.request

import studio_mail
from servers.dovecot import Dovecot
from servers.oidc import Oidc
from servers.postfix import Postfix
from servers.private import free_port
from studio_consent import Consent
from studio_flow import Flow, talk
from support import HAUSPOST, Home, ServerMissing, closed_port, keep_secret

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(os.path.dirname(HERE), ".cache", "npm", "studio")
FIRST_LOAD_MAX = 120 * 1000  # bytes, compressed
TIME_S = 600 * (4 if os.environ.get("STUDIO_SLOW") else 1)  # some 40 s where the machine has nothing else to do
STOPPED = 124  # what timeout(1) ends with
PASSWORD = "correct horse battery staple"
MAIL_PASSWORD = "only-for-the-mailbox"
# Dovecot lets whoever was refused wait, longer each time.
NO_PENALTY = "auth_failure_delay = 0\nservice anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n"


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read(), answer.headers


class Studio(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Home())
        cls.home.apply("{}")
        cls.env = cls.mail_servers()
        cls.base = cls.home.serve_http(env=cls.env) + "/"
        if b"assets/" not in get(cls.base)[0]:
            raise unittest.SkipTest("the program was built without the Studio (no Node)")

    @classmethod
    def mail_servers(cls):
        """Real ones where they are installed; returns the environment in which the program believes their certificates."""
        cls.dovecot, cls.postfix = None, None
        try:
            cls.dovecot = cls.enterClassContext(Dovecot(password=MAIL_PASSWORD, extra=NO_PENALTY))
            cls.postfix = cls.enterClassContext(Postfix(deliver_to=cls.dovecot))
        except ServerMissing:
            return {}
        with open(cls.dovecot.ca, encoding="ascii") as one, open(cls.postfix.ca, encoding="ascii") as other:
            return {"SSL_CERT_FILE": cls.home.write("ca.pem", one.read() + other.read())}

    def in_a_browser(self, script, operator, *words, home=None, base=None, role="administrator", **variables):
        """The command that runs a script of tests/studio, and its environment: with the one-time link of a new operator."""
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if not chromium or not os.path.isdir(os.path.join(MODULES, "node_modules")):
            self.skipTest("needs chromium, and playwright-core by './dev setup'")
        keep_secret(PASSWORD, MAIL_PASSWORD)
        base = base or self.base
        added = (home or self.home).run("operator", "add", operator, "--role", role, *words)
        token = re.search(r"#/setup/\S+", added.out + added.err).group(0)
        return ["timeout", str(TIME_S), "node", os.path.join(HERE, "studio", script)], {
            **os.environ, "STUDIO_BASE": base, "STUDIO_LINK": base + token, "STUDIO_PASSWORD": PASSWORD,
            "STUDIO_MAIL_PASSWORD": MAIL_PASSWORD, "STUDIO_CLOSED_PORT": str(closed_port()), "STUDIO_MODULES": MODULES, "CHROMIUM": chromium, **variables}

    def drive(self, script, operator, *words, **options):
        """Runs a script to its end, and says what it printed."""
        command, env = self.in_a_browser(script, operator, *words, **options)
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        self.assert_passed(script, done.returncode, done.stdout + done.stderr)

    def assert_passed(self, script, code, said):
        """A script's own last lines say what failed: nothing comes behind them, but that it was stopped."""
        ending = f"\n{script} was stopped after {TIME_S} s" if code == STOPPED else ""
        self.assertEqual(code, 0, f"{script}\n{said.rstrip()}{ending}")
        print(said)

    def test_first_load_is_small(self):
        page, headers = get(self.base)
        self.assertIn("script-src 'self'", headers["Content-Security-Policy"])
        self.assertNotIn(b"<style", page)
        self.assertIsNone(re.search(rb"<script(?![^>]*\bsrc=)", page), "no inline script")
        files = re.findall(rb'(?:src|href)="\./?(assets/[^"]+)"', page)
        self.assertTrue(files)
        total = len(gzip.compress(page)) + sum(len(gzip.compress(get(self.base + name.decode())[0])) for name in files)
        self.assertLess(total, FIRST_LOAD_MAX)

    def test_people_set_it_up(self):
        self.drive("studio.mjs", "anna", "--name", "Anna Berger")

    def test_those_who_answer_mail(self):
        """In a home of its own: what others set up isn't in the way."""
        if not self.postfix:
            self.skipTest("needs Dovecot and Postfix")
        with Home() as home:
            home.apply(studio_mail.setup(self.postfix.smtp_port, closed_port()))
            studio_mail.take_in(home)
            home.serve_http()
            self.drive("cases.mjs", "anna", "--name", "Anna Berger", home=home, base=home.url + "/")
            _, agent = self.in_a_browser("desk.mjs", "ada", home=home, base=home.url + "/", role="agent")
            self.drive("desk.mjs", "ben", "--name", "Ben Holm", home=home, base=home.url + "/", STUDIO_AGENT_LINK=agent["STUDIO_LINK"])
        mails = [email.message_from_bytes(mail, policy=email.policy.default) for mail in self.dovecot.mails("anna")]
        answer = next(mail for mail in mails if "[DSK-00001]" in mail["Subject"] and "switch it off" in mail.get_body(("plain",)).get_content())
        self.assertIn("Dear Ann,", answer.get_body(("plain",)).get_content())
        self.assertEqual([part.get_filename() for part in answer.iter_attachments()], ["manual.txt"])

    def test_own_mailboxes_by_the_providers_sign_in(self):
        try:
            oidc = self.enterContext(Oidc())
            dovecot = self.enterContext(Dovecot(extra=oidc.for_dovecot("oauthbearer")))
        except ServerMissing as missing:
            self.skipTest(str(missing))
        with Home() as home:
            mailbox = Consent(home, oidc, dovecot)
            home.serve_http(env={"SSL_CERT_FILE": dovecot.ca})
            command, env = self.in_a_browser("consent.mjs", "anna", home=home, base=home.url + "/", STUDIO_PROVIDER=oidc.origin)
            code, said = talk(command, env, mailbox.deeds)
            self.assert_passed("consent.mjs", code, said if code == 0 else home.log() + said)

    def test_with_mail_servers_newcomers_get_their_first_case(self):
        if not self.postfix:
            self.skipTest("needs Dovecot and Postfix")
        self.drive("people.mjs", "petra", "--name", "Petra Sommer", STUDIO_IMAPS=str(self.dovecot.imaps_port), STUDIO_SMTP=str(self.postfix.smtp_port),
                   STUDIO_CLOSED_PORT=str(free_port()))  # closed for a while: the script opens it

    def test_with_the_mail_in_flow(self):
        """The last by its name: it stops and starts the server."""
        command, env = self.in_a_browser("flow.mjs", "fiona", "--name", "Fiona Sand")
        with Flow(self.home, self.base.rstrip("/"), closed_port(), self.env) as flow:
            code, said = flow.talk(command, env)
        self.assert_passed("flow.mjs", code, said)


if __name__ == "__main__":
    print(f"program: {HAUSPOST}")
    unittest.main()
