"""A private OAuth 2.0 server over TLS: oidc-provider (npm) with the clients that tests/oauth/provider.mjs names."""

import html
import http.cookiejar
import json
import os
import re
import shutil
import ssl
import urllib.error
import urllib.parse
import urllib.request

from servers.private import Server, ServerMissing, free_port, make_certificates, openssl

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCRIPT = os.path.join(HERE, "oauth", "provider.mjs")
MODULES = os.path.join(os.path.dirname(HERE), ".cache", "npm", "oauth", "node_modules")
SECRETS = ("robot-secret-41x", "basic-secret&%42", "desk-secret-43x", "dovecot-secret-44x", "studio-secret&45", "anna-secret&%46",
           "counter-secret-47x")

# Dovecot asks about each token.
INTROSPECTION = """
introspection_mode = post
introspection_url = https://dovecot:dovecot-secret-44x@localhost:{port}/token/introspection
tls_ca_cert_file = {ca}
username_attribute = email
active_attribute = active
active_value = true
"""
DOVECOT = """
auth_mechanisms = {mechanism} plain login
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {conf}
}}
"""


class StopAtLoopback(urllib.request.HTTPRedirectHandler):
    """A browser's way ends where it would leave the provider."""

    def redirect_request(self, request, file, code, message, headers, url):
        if url.startswith("http://127.0.0.1:"):
            raise Arrived(url)
        return super().redirect_request(request, file, code, message, headers, url)


class Arrived(Exception):
    def __init__(self, url):
        super().__init__(url)
        self.url = url


class Oidc(Server):
    """port, ca (PEM file), keys: PEM files of key and certificate of the client "certificate" (client.pem) and of the issuer that the client
    "desk" trusts (desk.pem)."""

    name = "oidc"

    def __init__(self):
        self.node = shutil.which("node", path="/usr/local/bin:/usr/bin")
        if not self.node or not os.path.isdir(os.path.join(MODULES, "oidc-provider")):
            raise ServerMissing("nodejs, or oidc-provider from npm, is not installed (./dev setup)")
        super().__init__()
        make_certificates(self.path("tls"))
        self.ca = self.path("tls", "ca.pem")
        for name in ("client", "desk"):
            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout",
                    self.path(f"{name}.key"), "-out", self.path(f"{name}.crt"))
            with open(self.path(f"{name}.pem"), "w", encoding="ascii") as both:
                for part in ("key", "crt"):
                    with open(self.path(f"{name}.{part}"), encoding="ascii") as file:
                        both.write(file.read())

    def configure(self):
        self.port = free_port()
        self.origin = f"https://localhost:{self.port}"
        self.write("config.json", json.dumps({
            "port": self.port, "key": self.path("tls", "server.key"), "cert": self.path("tls", "server.pem"), "modules": MODULES,
            "certificate": self.path("client.crt"), "desk": self.path("desk.crt")}))

    def command(self):
        return [self.node, SCRIPT, self.path("config.json")]

    def is_ready(self):
        return "ready" in self.log()

    def opener(self, *handlers):
        context = ssl.create_default_context(cafile=self.ca)
        return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), *handlers)

    def set(self, **what):
        """The switchboard of provider.mjs; without arguments it only looks. {"seen": secrets given out, "asked": requests for tokens}."""
        with self.opener().open(self.origin + "/test/set", json.dumps(what).encode()) as answer:
            return json.load(answer)

    def for_dovecot(self, mechanism):
        """What is appended to Dovecot's configuration, so that it takes our tokens."""
        conf = self.write("dovecot.conf", INTROSPECTION.format(port=self.port, ca=self.ca))
        return DOVECOT.format(mechanism=mechanism, conf=conf)

    def consent(self, url, user):
        """Logs in and consents as a browser would; returns the address that the browser ends at."""
        browser = self.opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), StopAtLoopback())
        form = None
        try:
            for _ in range(5):
                with browser.open(url, form) as answer:
                    page = answer.read().decode()
                url = html.unescape(re.search(r'<form[^>]*action="([^"]+)"', page)[1])
                prompt = re.search(r'name="prompt" value="(\w+)"', page)[1]
                form = urllib.parse.urlencode({"prompt": prompt, "login": user, "password": "any"}).encode()
        except Arrived as arrived:
            return arrived.url
        raise AssertionError(f"the provider asks without end: {page}")
