"""OAuth 2.0 against oidc-provider: every grant that it has, consent by a browser, rotation, faults, and no secret anywhere."""

import json
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from office import mail, setup
from servers import Dovecot, Oidc, Postfix
from servers.oidc import SECRETS
from support import Home, ServerMissing, closed_port, wait_until

COMMON = "token_endpoint: '{origin}/token', allow_private_network: true, truststore: {ca}, scopes: [mail]"


class OAuth(unittest.TestCase):
    """One server for the whole file, started by the first test."""

    oidc = None

    def setUp(self):
        OAuth.oidc = OAuth.oidc or self.start()
        self.home = self.enterContext(Home())
        self.printed = []
        self.oidc.set(ttl=3600, fail=0)

    def start(self):
        try:
            return Oidc().start()  # ends with this process
        except ServerMissing as missing:
            self.skipTest(str(missing))

    def tearDown(self):
        """Whatever was printed: none of the secrets that were used or given out."""
        secrets = list(SECRETS) + [secret for secret in self.oidc.set()["seen"] if len(secret) > 8]
        for text in self.printed:
            for secret in secrets:
                self.assertNotIn(secret, text)

    def run_it(self, *words, **options):
        answer = self.home.run(*words, **options)
        self.printed += [answer.out, answer.err]
        return answer

    def apply(self, profile, keystores=""):
        common = COMMON.format(origin=self.oidc.origin, ca=self.oidc.ca)
        keys = f"keystores: {{ keys: {{ file: {keystores} }} }}\n" if keystores else ""
        self.run_it("apply", "-", input=f"{keys}authentication_profiles:\n  p: {{{common}, {profile}}}\n")

    def show(self):
        answer = self.run_it("profile", "show", "p", "--json")
        return answer.json()["tokens"][0]

    def asked(self):
        return len(self.oidc.set()["asked"])


class Grants(OAuth):
    def test_client_credentials_by_secret_and_basic(self):
        for client in ("client_id: robot, client_secret: robot-secret-41x",
                       "client_id: basic, client_secret: 'basic-secret&%42', client_authentication: basic"):
            self.apply(f"grant: client-credentials, {client}")
            answer = self.run_it("profile", "test", "p")
            self.assertIn("there is a token", answer.out)
            self.assertIn("scopes mail", answer.out)
        self.assertEqual(self.oidc.set()["asked"][-1], {"grant": "client_credentials", "status": 200})

    def test_client_is_proven_by_certificate(self):
        self.apply("grant: client-credentials, client_id: certificate, client_authentication: certificate, keystore: keys",
                   self.oidc.path("client.pem"))
        self.run_it("profile", "test", "p")
        self.apply("grant: client-credentials, client_id: certificate, client_authentication: certificate, keystore: keys",
                   self.oidc.path("desk.pem"))
        # The old token is good still; another audience is another token.
        self.apply("grant: client-credentials, client_id: certificate, client_authentication: certificate, keystore: keys, audience: other")
        answer = self.run_it("profile", "test", "p", expect=5)
        self.assertIn("client ID, client secret or certificate is wrong", answer.err)

    def test_jwt_bearer_impersonates_the_user(self):
        self.apply("grant: jwt-bearer, client_id: desk, client_secret: desk-secret-43x, issuer: 'https://desk.test', keystore: keys",
                   self.oidc.path("desk.pem"))
        self.run_it("profile", "test", "p", "--user", "anna")
        self.assertEqual(self.show()["user"], "anna")
        self.apply("grant: jwt-bearer, client_id: desk, client_secret: desk-secret-43x, issuer: 'https://other.test', keystore: keys")
        answer = self.run_it("profile", "test", "p", "--user", "bert", expect=5)
        self.assertIn("consent, password or key", answer.err)

    def test_password_of_a_user(self):
        client = "grant: password, client_id: counter, client_secret: counter-secret-47x"
        self.apply(f"{client}, user: anna, password: 'anna-secret&%46'")
        answer = self.run_it("profile", "test", "p")
        self.assertIn("there is a token", answer.out)
        self.assertIn("scopes mail", answer.out)
        self.assertEqual(self.oidc.set()["asked"][-1], {"grant": "password", "status": 200})
        self.apply(f"{client}, user: anna, password: anna-secret-wrong, audience: other")  # another audience is another token
        answer = self.run_it("profile", "test", "p", expect=5)
        self.assertIn("consent, password or key", answer.err)
        self.assertTrue(self.show()["person_must_act"])

    def test_wrong_secret_is_told_and_kept_to_be_looked_at(self):
        self.apply("grant: client-credentials, client_id: robot, client_secret: robot-secret-99x")
        answer = self.run_it("profile", "test", "p", expect=5)
        self.assertIn("client secret or certificate is wrong", answer.err)
        shown = self.show()
        self.assertTrue(shown["person_must_act"])
        self.assertIn("invalid_client", shown["fault"])


class Faults(OAuth):
    def test_passing_fault_isnt_bad_credentials(self):
        self.apply("grant: client-credentials, client_id: robot, client_secret: robot-secret-41x")
        for status in (500, 503, 429, 404):
            self.oidc.set(fail=status)
            answer = self.run_it("profile", "test", "p", expect=None)
            self.assertNotEqual(answer.code, 0)
            self.assertFalse(self.show()["person_must_act"], answer.err)
        self.oidc.set(fail=0)
        self.run_it("profile", "test", "p")
        self.assertEqual(self.show()["fault"], "")

    def test_token_is_asked_for_once(self):
        self.apply("grant: client-credentials, client_id: robot, client_secret: robot-secret-41x")
        before = self.asked()
        for _ in range(3):
            self.run_it("profile", "test", "p")
        self.assertEqual(self.asked() - before, 1)

    def test_private_endpoint_needs_permission(self):
        self.run_it("apply", "-", input="authentication_profiles: { p: { token_endpoint: '" + self.oidc.origin +
                    "/token', client_id: robot, client_secret: robot-secret-41x } }")
        before = self.asked()
        self.assertIn("loopback, which may not be reached", self.run_it("profile", "test", "p", expect=None).err)
        self.assertEqual(self.asked(), before)

    def test_new_keys_seal_tokens_too(self):
        self.apply("grant: client-credentials, client_id: robot, client_secret: robot-secret-41x")
        self.run_it("profile", "test", "p")
        self.run_it("keys", "rotate")
        before = self.asked()
        self.run_it("profile", "test", "p")
        self.assertEqual(self.asked(), before)


DESKTOP = ("grant: authorization-code, client_id: desktop, client_authentication: none, authorization_endpoint: '{origin}/auth', "
           "scopes: [openid, mail, offline_access]")


class Consent(OAuth):
    def apply_desktop(self):
        common = COMMON.format(origin=self.oidc.origin, ca=self.oidc.ca).replace(", scopes: [mail]", "")
        self.run_it("apply", "-", input="authentication_profiles:\n  p: {" + common + ", " + DESKTOP.format(origin=self.oidc.origin) + "}\n")

    def authorize(self, user="anna", between=None):
        """The whole way, with a browser that is played here."""
        process = subprocess.Popen(self.home.command("profile", "authorize", "p", "--trace"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            end = self.oidc.consent(lines[2].strip() + "&prompt=consent", user)
            if between:
                between(end)
            with urllib.request.urlopen(end) as page:
                self.assertIn("Thank you", page.read().decode())
            out, err = process.communicate(timeout=60)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        self.printed += [out, err]
        self.assertEqual(process.returncode, 0, err)
        return out, err

    def test_browser_comes_back_and_tokens_renew_themselves(self):
        self.apply_desktop()
        self.assertIn("hauspost profile authorize p", self.run_it("profile", "test", "p", expect=5).err)
        out, err = self.authorize(between=self.knock_with_a_wrong_state)
        self.assertIn("renews them by itself", out)
        self.assertRegex(err, r"-- token endpoint C: POST https://\S+/token\n-- token endpoint C: grant_type=authorization_code code=<secret> code_verifier=<secret> ")
        self.assertTrue(self.show()["has_refresh_token"])
        before = self.asked()
        self.run_it("profile", "test", "p")
        self.assertEqual(self.asked(), before)
        # Each renewal gives another refresh token, and the old one would end the consent.
        self.oidc.set(ttl=1)
        self.authorize()
        for _ in range(3):
            expires = self.show()["expires_at"]
            wait_until(lambda: self.run_it("profile", "test", "p") and self.show()["expires_at"] > expires, what="a new token")
        self.assertEqual({ask["status"] for ask in self.oidc.set()["asked"][-3:]}, {200})

    def knock_with_a_wrong_state(self, end):
        base = end.partition("?")[0]
        for wrong in ("?code=stolen&state=guessed", "favicon.ico", "?error=access_denied&state=x"):
            with self.assertRaises(urllib.error.HTTPError):
                urllib.request.urlopen(base + wrong)

    def test_address_can_be_pasted(self):
        self.apply_desktop()
        process = subprocess.Popen(self.home.command("profile", "authorize", "p", "--paste", "--port", "9999", "--json"),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with process:
            asked = json.loads(process.stdout.readline())
            self.assertEqual(asked["redirect"], "http://127.0.0.1:9999/")
            out, _ = process.communicate(self.oidc.consent(asked["open"] + "&prompt=consent", "anna") + "\n", timeout=60)
        self.printed.append(out)
        self.assertEqual(process.returncode, 0)
        self.run_it("profile", "test", "p")

    def test_code_of_somebody_else_is_refused(self):
        self.apply_desktop()
        answer = self.run_it("profile", "authorize", "p", "--paste", input="http://127.0.0.1:53682/?code=x&state=y\n", expect=None)
        self.assertNotEqual(answer.code, 0)
        self.assertIn("its state is another", answer.err)

    def test_stopped_after_the_rotation_nothing_is_lost(self):
        self.apply_desktop()
        self.oidc.set(ttl=1)
        self.authorize()
        self.oidc.set(ttl=3600)
        expires = self.show()["expires_at"]
        steps = self.home.write("steps", "")
        wait_until(lambda: self.now_ms() > expires, what="the token's end")
        # The new tokens are in the store; the process ends before anybody uses them.
        self.run_it("profile", "test", "p", expect=99, env={"HAUSPOST_FAULT_STEP": "2", "HAUSPOST_FAULT_LOG": steps})
        with open(steps, encoding="ascii") as file:
            self.assertEqual(file.read().split("\n")[:2], ["1 token before store", "2 token stored"])
        before = self.asked()
        self.run_it("profile", "test", "p")
        self.assertEqual(self.asked(), before)

    @staticmethod
    def now_ms():
        return time.time() * 1000


    def test_refresh_token_stays_with_its_endpoint(self):
        self.apply_desktop()
        self.oidc.set(ttl=1)
        self.authorize()
        with socket.create_server(("127.0.0.1", 0)) as other:
            profile = self.run_it("export", "authentication_profiles", "p").out
            self.run_it("apply", "-", input=profile.replace(f"{self.oidc.origin}/token", f"https://localhost:{other.getsockname()[1]}/token"))
            answer = self.run_it("profile", "test", "p", expect=5)
            self.assertIn("the profile was changed since the consent", answer.err)
            other.settimeout(0.1)
            with self.assertRaises(TimeoutError):
                other.accept()


class Mailboxes(OAuth):
    """A mailbox whose server takes tokens, and asks oidc-provider about each."""

    def open_office(self, mechanism, **changes):
        self.sends = False
        self.dovecot = self.enterContext(Dovecot(extra=self.oidc.for_dovecot(mechanism)))
        try:
            postfix = self.enterContext(Postfix(deliver_to=self.dovecot, login_required=True))
            changes.update(accounts__support__send__port=postfix.smtp_port, accounts__support__send__security="starttls",
                           accounts__support__send__user="support", accounts__support__send__profile="p",
                           accounts__support__send__tls={"truststore": postfix.ca})
            self.sends = True
        except ServerMissing:
            pass
        self.run_it("apply", "-", input=setup(
            self.dovecot, accounts__support__receive__password=None, accounts__support__receive__profile="p",
            authentication_profiles={"p": {
                "token_endpoint": f"{self.oidc.origin}/token", "grant": "client-credentials", "client_id": "robot", "scopes": ["mail"],
                "client_secret": "robot-secret-41x", "allow_private_network": True, "truststore": self.oidc.ca}}, **changes))

    def read(self, expect=0):
        return self.run_it("run", "support", "--once", "--trace", expect=expect)

    def cases(self):
        return len(self.home.json("cases"))

    def test_mail_is_read_and_sent_while_tokens_come_and_go(self):
        for mechanism in ("xoauth2", "oauthbearer"):
            with self.subTest(mechanism):
                self.home = self.enterContext(Home())
                self.open_office(mechanism)
                self.dovecot.deliver("support", mail("one"))
                said = self.read().err
                self.assertIn(f"AUTHENTICATE {mechanism.upper()}", said)
                self.assertIn(f"-- token endpoint C: POST {self.oidc.origin}/token\n-- token endpoint C: grant_type=client_credentials scope=mail "
                              "client_id=robot client_secret=<secret>\n-- token endpoint S: 200 access_token=<secret> ", said)
                self.assertIn("authentication profile p: a token that is good for another ", said)
                # Withdrawn before its time: the server refuses, another is asked for, and the same look goes on.
                before = self.asked()
                self.oidc.set(kill=1)
                self.dovecot.deliver("support", mail("two"))
                self.assertEqual(self.read().err.count("-- token endpoint C: POST "), 1)
                self.assertEqual((self.cases(), self.asked() - before), (2, 1))
                if self.sends:
                    self.assertEqual(self.run_it("outbox", "flush", "--json").json()["sent"], 2)
                # The endpoint is away: the token that there is goes on working.
                self.oidc.set(fail=503)
                self.dovecot.deliver("support", mail("three"))
                self.read()
                self.assertEqual(self.cases(), 3)
                # Both: nothing can be read, and nothing is lost.
                self.oidc.set(kill=1)
                self.dovecot.deliver("support", mail("four"))
                self.assertIn("-- token endpoint S: 503", self.read(expect=None).err)
                self.oidc.set(fail=0)
                wait_until(lambda: self.read(expect=None).code == 0, what="the endpoint being asked again")
                self.assertEqual(self.cases(), 4)

    def test_token_is_for_its_server_alone(self):
        self.open_office("xoauth2", accounts__support__receive__tls={"truststore": self.oidc.ca})
        answer = self.read(expect=5)
        self.assertIn("certificate", answer.err)
        self.assertNotIn("AUTHENTICATE", answer.err)
        self.run_it("apply", "-", input=json.dumps({"accounts": {"support": {"receive": {
            "host": "localhost", "port": self.dovecot.imap_port, "security": "none", "user": "support", "profile": "p"}}}}), expect=3)


class UnreachableEndpoint(unittest.TestCase):
    def test_it_is_blamed_and_not_the_mail_server(self):
        home = self.enterContext(Home())
        port = closed_port()
        home.apply(f"""
authentication_profiles:
  p: {{ grant: client-credentials, token_endpoint: 'https://127.0.0.1:{port}/t', client_id: me, client_secret: s, allow_private_network: true }}
providers: {{ g: {{ name: G, receive: {{ protocol: graph }}, send: {{ protocol: graph }} }} }}
accounts: {{ a: {{ provider: g, send: {{ address: a@x.test, user: a, profile: p }}, receive: {{ user: a, profile: p }} }} }}
""")
        for side in ("--sender", "--receiver"):
            lines = [json.loads(line) for line in home.run("test", "a", side, "--json", expect=None).out.splitlines()]
            fault = next(line for line in lines if "cause" in line)
            self.assertEqual((fault["step"], fault["cause"], fault["setting"]),
                             ("token", "token-endpoint-fails", "authentication_profiles/p/token_endpoint"))
            self.assertIn(f"127.0.0.1 port {port}: ", fault["error"])


if __name__ == "__main__":
    unittest.main()
