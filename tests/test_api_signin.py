"""Who comes in, from outside: the first administrator, a second factor, an identity provider, tokens; what revoking does."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import sqlite3
import struct
import time
import unittest
import urllib.parse

from servers import Oidc
from support import Home, ServerMissing, keep_secret, wait_until

PASSWORD = "seven brown otters"
OTHER = "nine grey herons"
MODULES = "accounts: { support: { name: Support }, sales: { name: Sales } }\n"


def totp(key, at=None):
    counter = struct.pack(">Q", int((at or time.time()) // 30))
    mac = hmac.new(base64.b32decode(key), counter, hashlib.sha1).digest()
    place = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[place:place + 4])[0] & 0x7fffffff) % 1000000:06d}"


class Browser:
    """Keeps cookies and the CSRF token, as the Studio does."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}
        self.csrf = ""
        self.headers = {}

    def call(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {**self.headers, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.csrf:
            sent["X-Hauspost-Csrf"] = self.csrf
        if body is not None:
            sent["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        answer.json = json.loads(text) if "json" in (answer.getheader("Content-Type") or "") else None
        for cookie in answer.msg.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
            if "Max-Age=0" in cookie:
                del self.cookies[name]
        if answer.json and answer.json.get("csrf"):
            self.csrf = answer.json["csrf"]
        connection.close()
        return answer

    def sign_in(self, operator, password, code=""):
        return self.call("POST", "/api/v1/session", {"operator": operator, "password": password, "code": code})

    def status(self, path="/api/v1/roles"):
        return self.call("GET", path).status


class SignIn(unittest.TestCase):
    """One server for the file; its parts come one after the other, as in life."""

    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Home())
        keep_secret(PASSWORD, OTHER)
        cls.home.apply(MODULES)
        cls.start()
        cls.link = wait_until(lambda: re.search(r"/#/setup/(\S+)\n", cls.home.log()), what="the one-time link")[1]

    @classmethod
    def start(cls):
        cls.port = int(cls.home.serve_http().rpartition(":")[2])

    def browser(self):
        return Browser(self.port)

    def test_1_first_administrator(self):
        browser = self.browser()
        self.assertTrue(browser.call("GET", "/api/v1/session").json["needs_first"])
        body = {"token": self.link, "operator": "anna", "name": "Anna Berg", "email": "anna@firm.test", "password": PASSWORD}
        answer = browser.call("POST", "/api/v1/session/setup", body)
        self.assertEqual(answer.status, 200, answer.json)
        self.assertEqual(answer.json["roles"], ["administrator"])
        cookie = answer.getheader("Set-Cookie")
        for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(word, cookie)
        self.assertEqual(browser.status(), 200)
        self.assertEqual(self.browser().call("POST", "/api/v1/session/setup", body).status, 404)
        self.assertFalse(browser.call("GET", "/api/v1/session").json["needs_first"])
        self.assertEqual(self.home.json("operator", "list")[0]["id"], "anna")

    def test_2_password_and_second_factor(self):
        browser = self.browser()
        self.assertEqual(browser.sign_in("anna", "wrong").status, 401)
        self.assertEqual(browser.sign_in("anna@firm.test", PASSWORD).status, 200)
        begun = browser.call("POST", "/api/v1/session/second-factor", {"password": PASSWORD})
        key = begun.json["key"]
        keep_secret(key)
        code = totp(key)
        confirmed = browser.call("POST", "/api/v1/session/second-factor", {"password": PASSWORD, "code": code})
        self.assertEqual(confirmed.status, 200, confirmed.json)
        keep_secret(*confirmed.json["recovery_codes"])
        asked = self.browser().sign_in("anna", PASSWORD)
        self.assertEqual((asked.status, asked.json["path"]), (401, "code"))
        self.assertEqual(self.browser().sign_in("anna", PASSWORD, code).status, 401)  # used up
        self.assertEqual(self.browser().sign_in("anna", PASSWORD, totp(key, time.time() + 30)).status, 200)
        # Sealed with another key of the vault it is good all the same.
        self.home.run("keys", "rotate")
        self.assertEqual(self.browser().sign_in("anna", PASSWORD, confirmed.json["recovery_codes"][1]).status, 200)
        self.assertEqual(browser.call("DELETE", "/api/v1/session/second-factor", {"password": PASSWORD}).json["path"], "code")
        proof = {"password": PASSWORD, "code": confirmed.json["recovery_codes"][2]}
        self.assertEqual(browser.call("DELETE", "/api/v1/session/second-factor", proof).status, 200)

    def test_3_invitation_and_tokens(self):
        browser = self.browser()
        self.assertEqual(browser.sign_in("anna", PASSWORD).status, 200)
        made = browser.call("POST", "/api/v1/operators", {"id": "bob", "roles": ["agent"], "accounts": [{"account": "support"}]})
        self.assertEqual(made.status, 201, made.json)
        link = browser.call("POST", "/api/v1/operators/bob/invitation").json["link"]
        bob = self.browser()
        self.assertEqual(bob.call("POST", "/api/v1/session/setup", {"token": link.split("/")[-1], "password": OTHER}).status, 200)
        self.assertEqual(bob.call("GET", "/api/v1/operators").status, 403)
        token = bob.call("POST", "/api/v1/tokens", {"name": "ci", "rights": ["cases.read"]}).json
        keep_secret(token["token"])
        program = self.browser()
        program.headers["Authorization"] = f"Bearer {token['token']}"
        self.assertEqual(program.call("GET", "/api/v1/session").json["accounts"][0]["id"], "support")
        self.assertEqual(program.status(), 200)
        self.assertEqual(browser.call("DELETE", f"/api/v1/tokens/{token['id']}").status, 204)
        self.assertEqual(program.status(), 401)
        # Another process takes the rest away: the next request is refused.
        self.assertEqual(bob.status(), 200)
        self.home.run("operator", "disable", "bob")
        self.assertEqual(bob.status(), 401)
        wait_until(lambda: self.browser().sign_in("bob", OTHER).status in (401, 429), what="the server has seen that bob is disabled")

    def test_4_identity_provider(self):
        try:
            oidc = self.enterContext(Oidc())
        except ServerMissing as missing:
            self.skipTest(str(missing))
        self.home.apply(f"identity_providers: {{ firm: {{ name: Firm, issuer: '{oidc.origin}', client_id: studio, client_secret: 'studio-secret&45', "
                        f"allow_private_network: true, truststore: {oidc.ca} }} }}\n")
        browser = self.browser()
        self.assertEqual(browser.call("GET", "/api/v1/session").json["providers"][0]["name"], "Firm")
        self.assertEqual(self.come_back(oidc, browser, "anna").getheader("Location"), f"http://127.0.0.1:{self.port}/#/")
        self.assertEqual(browser.call("GET", "/api/v1/session").json["operator"], "anna")
        for user in ("stranger", "unverified"):
            other = self.browser()
            self.assertIn("failed=unknown", self.come_back(oidc, other, user).getheader("Location"))
            self.assertEqual(other.status(), 401)
        # Another browser that is made to come back with somebody's code isn't signed in.
        victim = self.browser()
        arrived = oidc.consent(self.browser().call("GET", "/api/v1/session/oidc").getheader("Location"), "anna")
        self.assertIn("failed=state", victim.call("GET", arrived.split(str(self.port), 1)[1]).getheader("Location"))
        self.assertEqual(victim.status(), 401)

    def come_back(self, oidc, browser, user):
        there = browser.call("GET", "/api/v1/session/oidc?provider=firm")
        self.assertEqual(there.status, 303, there.json)
        query = urllib.parse.parse_qs(urllib.parse.urlparse(there.getheader("Location")).query)
        self.assertEqual(query["code_challenge_method"], ["S256"])
        arrived = oidc.consent(there.getheader("Location"), user)
        return browser.call("GET", arrived.split(str(self.port), 1)[1])

    def test_5_nothing_secret_is_kept(self):
        """The store knows hashes, and no session survives a sign-out everywhere."""
        browser = self.browser()
        self.assertEqual(browser.sign_in("anna", PASSWORD).status, 200)
        with open(os.path.join(self.home.folder, "store.db"), "rb") as file:
            content = file.read()
        with sqlite3.connect(os.path.join(self.home.folder, "store.db"), timeout=60) as db:
            rows = str([db.execute(f"SELECT * FROM {table}").fetchall() for table in ("session", "api_token", "operator_credential", "audit")])
        for secret in (PASSWORD, OTHER, self.link, browser.cookies["hauspost_session"], browser.csrf):
            self.assertNotIn(secret, rows)
            self.assertNotIn(secret.encode(), content)
        self.assertEqual(browser.call("DELETE", "/api/v1/session?everywhere=true").status, 204)
        self.assertEqual(browser.cookies, {})
        self.assertEqual(browser.status(), 401)


if __name__ == "__main__":
    unittest.main()
