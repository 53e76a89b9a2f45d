"""Providers: those that are built in, own ones beside them, and accounts that name either."""

import base64
import http.server
import os
import shutil
import ssl
import tempfile
import threading
import time
import unittest

from servers.dns import Dns
from servers.private import make_certificates
from support import Home

ACCOUNT = """
accounts:
  shop:
    provider: {provider}
    send: {{ address: shop@example.com, password: secret }}
    receive: {{ use_sender_login: true }}
listeners:
  shop: {{ account: shop, rule: shop }}
case_types:
  request: {{ number_mask: "R-{{number}}" }}
rules:
  shop: {{ branches: [{{ name: all, case_type: request }}] }}
"""


class BuiltIn(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())

    def test_list_needs_no_store(self):
        rows = self.home.json("providers", "list")
        self.assertGreaterEqual(len(rows), 40)
        self.assertTrue(all(row["builtin"] for row in rows))
        self.assertIn("gmail", self.home.run("providers").out)

    def test_address_finds_its_provider(self):
        self.assertEqual([row["id"] for row in self.home.json("providers", "search", "anna@hotmail.co.uk")], ["outlook"])
        self.assertIn("GMX", self.home.run("providers", "search", "imap.gmx.net").out)
        self.assertIn("hauspost detect", self.home.run("providers", "search", "a@nobody.test", expect=1).out)

    def test_what_show_prints_can_be_applied(self):
        for row in self.home.json("providers")[::12]:
            self.home.apply(self.home.run("providers", "show", row["id"]).out)
            self.assertIn("of this set-up", self.home.run("providers", "show", row["id"]).out)

    def test_unknown_ones_are_named(self):
        self.assertIn('no provider "nobody"', self.home.run("providers", "show", "nobody", expect=1).err)
        self.home.run("providers", "show", expect=2)
        self.home.run("providers", "list", "x", expect=2)
        self.home.run("providers", "explode", expect=2)

    def test_account_names_a_built_in_provider(self):
        self.home.apply(ACCOUNT.format(provider="gmx"))
        self.assertNotIn("providers:", self.home.run("export").out)
        answer = self.home.apply(ACCOUNT.format(provider="nobody"), expect=3)
        self.assertIn('accounts/shop/provider: there is no provider "nobody"', answer.err)

    def test_own_record_takes_the_place_of_a_built_in_one(self):
        self.home.apply(ACCOUNT.format(provider="gmx"))
        answer = self.home.apply("providers: { gmx: { send: { host: smtp.example.com } } }", expect=3)
        self.assertIn("provider gmx has no server to receive from", answer.err)
        self.home.apply("providers: { gmx: { login: address, receive: { host: imap.example.com } } }")
        row = next(row for row in self.home.json("providers") if row["id"] == "gmx")
        self.assertEqual((row["builtin"], row["receive_host"]), (False, "imap.example.com"))

    def test_logo_is_read_and_cleaned_at_apply(self):
        svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><rect width="9" height="9" onclick="x()"/></svg>'
        self.home.write("logo.svg", svg)
        path = self.home.write("setup.yaml", "providers: { office: { logo: { file: logo.svg } } }")
        self.home.run("apply", path)
        logo = base64.b64decode(self.home.json("providers", "show", "office")["providers"]["office"]["logo"]).decode()
        self.assertEqual(logo, '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>')
        self.home.apply(self.home.run("export").out)
        answer = self.home.apply("providers: { office: { logo: %s } }" % base64.b64encode(svg.encode()).decode(), expect=3)
        self.assertIn("more than shapes", answer.err)
        for name, content, words in [("a.png", b"\x89PNG\r\n\x1a\n", "a PNG without a header"), ("a.svg", "<html/>", "not <svg>"),
                                     ("b.svg", svg + "x" * 70000, "larger than"), ("c.svg", "<!DOCTYPE svg []>" + svg, "document type")]:
            self.home.write("logo.svg", content)
            self.assertIn(words, self.home.run("apply", path, expect=3).err, name)

    def test_what_makes_no_sense_is_refused(self):
        for text, wrong in [("{ receive: { enabled: false }, send: { enabled: false } }", "one of the two must be true"),
                            ("{ oauth: { required: true } }", "needs oauth/template"),
                            ("{ pop3: { host: h, port: 110, security: tls } }", "begins in plain text"),
                            ("{ pop3: { host: h, port: 995, security: starttls } }", "speaks TLS from the start"),
                            ("{ help_url: 'javascript:alert(1)' }", "is not an address on the web"),
                            ("{ limits: { connections: -1 } }", "is not between 0 and 1000")]:
            self.assertIn(wrong, self.home.apply(f"providers: {{ x: {text} }}", expect=3).err)


CONFIG = """<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="{id}"><domain>{domain}</domain><displayName>Post</displayName>
<incomingServer type="imap"><hostname>imap.{domain}</hostname><port>{port}</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.{domain}</hostname><port>587</port><socketType>STARTTLS</socketType>
<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>"""
CORPUS = os.environ.get("HAUSPOST_CORPUS") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared", "corpus")
ISPDB = os.path.join(CORPUS, "ispdb")


class Import(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())

    def folder(self, **files):
        folder = os.path.join(self.home.top, "ispdb")
        os.makedirs(folder)
        for name, text in files.items():
            with open(os.path.join(folder, name + ".xml"), "w", encoding="utf-8") as file:
                file.write(text)
        return folder

    def test_folder_is_taken_but_for_what_is_wrong(self):
        good = CONFIG.format(id="a.test", domain="a.test", port=993)
        folder = self.folder(a=good, b=CONFIG.format(id="b.test", domain="b.test", port=143), c="<html/>", d=good.replace("a.test", "d.test", 1),
                             e='<!DOCTYPE x [<!ENTITY y "z">]>' + good)
        dry = self.home.run("import", "ispdb", folder, "--dry-run").out
        self.assertIn("2 providers of 5 files, 3 refused; 2 records would change", dry)
        self.assertFalse(os.path.exists(os.path.join(self.home.folder, "store.db")))
        answer = self.home.run("import", "ispdb", folder).out
        for words in ("b.xml: refused: receive/security: port 143 begins in plain text", "c.xml: refused: is no mail configuration",
                      "e.xml: refused: line 1: a document type"):
            self.assertIn(words, answer)
        self.assertEqual(self.home.json("list", "providers"), ["a.test", "d.test"])
        self.assertEqual([row["id"] for row in self.home.json("providers", "search", "x@a.test")], ["a.test", "d.test"])
        self.assertIn("0 records changed", self.home.run("import", "ispdb", folder).out)

    def test_files_of_one_id_are_named_as_files(self):
        text = CONFIG.format(id="a.test", domain="a.test", port=993)
        folder = self.folder(first=text, second=text)
        self.assertEqual(self.home.json("import", "ispdb", folder, "--prefix", "t-")["providers"], 2)
        self.assertEqual(self.home.json("list", "providers"), ["t-a.test", "t-second"])

    def test_one_file_that_cannot_be_used_is_an_error(self):
        path = self.home.write("x.xml", "<clientConfig/>")
        self.assertIn("refused: has no <emailProvider>", self.home.run("import", "ispdb", path, expect=3).out)
        self.assertIn("No such file", self.home.run("import", "ispdb", path + "x", expect=1).err)
        self.home.run("import", "ispdb", expect=2)
        self.home.run("import", "mork", path, expect=2)
        self.home.run("import", "ispdb", path, "--prefix", "a/b", expect=2)

    @unittest.skipUnless(os.path.isdir(ISPDB), "there is no provider database beside the checkout")
    def test_all_of_thunderbirds_database_is_taken(self):
        answer = self.home.json("import", "ispdb", ISPDB)
        self.assertEqual(answer["refused"], [])
        self.assertGreaterEqual(answer["providers"], 163)
        self.assertEqual(answer["changed"], answer["providers"])


class Web:
    """An HTTPS server of this process, with a CA of its own. `pages`: path -> (status, fields, body)."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="hauspost-web-")
        self.pages, self.asked = {}, []
        make_certificates(self.folder)
        self.ca = os.path.join(self.folder, "ca.pem")
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                web.asked.append(self.path)
                status, fields, body = web.pages.get(self.path.split("?")[0], (404, {}, ""))
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, "server.pem"), os.path.join(self.folder, "server.key"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Detect(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dns, cls.web = Dns(), Web()
        cls.addClassCleanup(cls.dns.close)
        cls.addClassCleanup(cls.web.close)

    def setUp(self):
        self.home = self.enterContext(Home())
        self.dns.records.clear()
        self.web.pages.clear()
        self.web.asked.clear()

    def detect(self, address, *words, expect=0):
        return self.home.json("detect", address, *words, env={"HAUSPOST_DNS": self.dns.address}, expect=expect)

    def serve(self, services, domain="example.test"):
        for name, records in services.items():
            self.dns.records[f"{name}._tcp.{domain}", "SRV"] = records

    def test_hosted_domain_is_found_by_its_mx(self):
        for host, provider in [("aspmx.l.google.com", "google-workspace"), ("example-test.mail.protection.outlook.com", "microsoft365"),
                               ("in1-smtp.messagingengine.com", "fastmail"), ("mx.zoho.eu", "zoho-eu"), ("mx00.ionos.de", "ionos")]:
            domain = provider + ".test"
            self.dns.records[domain, "MX"] = ["10 mx.unknown.test", "20 " + host]
            answer = self.detect(f"info@{domain}")
            self.assertEqual((answer["source"], answer["provider"], answer["known"]), ("mx", provider, True))
            self.assertIn(host, answer["steps"][1]["text"])
            self.assertNotIn("providers", answer["setup"])
        self.assertIn("authentication profile", " ".join(self.detect("a@microsoft365.test")["todo"]))

    def test_srv_records_become_a_provider(self):
        self.dns.records["example.test", "MX"] = ["10 mx.example.test"]
        self.serve({"_imaps": ["10 5 1993 second.example.test", "0 1 994 light.example.test", "0 9 993 imap.example.test"], "_pop3s": ["0 0 0 ."],
                    "_imap": ["0 0 143 plain.example.test"], "_submission": ["0 0 587 smtp.elsewhere.test"]})
        answer = self.detect("Info@Example.test")
        self.assertEqual((answer["source"], answer["known"]), ("srv", False))
        record = answer["setup"]["providers"]["example.test"]
        self.assertEqual(record["receive"], {"host": "imap.example.test", "port": 993})
        self.assertEqual(record["send"], {"host": "smtp.elsewhere.test", "port": 587})
        self.assertEqual(record["login"], "address")
        self.assertIn("smtp.elsewhere.test is outside example.test", " ".join(answer["todo"]))
        self.assertNotIn("imap.example.test is outside", " ".join(answer["todo"]))

    def test_implicit_tls_comes_first_and_starttls_serves(self):
        self.serve({"_imap": ["0 0 143 imap.example.test"], "_submissions": ["0 0 465 smtp.example.test"], "_submission": ["0 0 587 old.example.test"]})
        record = self.detect("a@example.test")["setup"]["providers"]["example.test"]
        self.assertEqual(record["receive"], {"host": "imap.example.test", "port": 143, "security": "starttls"})
        self.assertEqual(record["send"], {"host": "smtp.example.test", "port": 465, "security": "tls"})

    def test_srv_may_lead_to_a_known_provider(self):
        self.serve({"_imaps": ["0 1 993 imap.fastmail.com"], "_submissions": ["0 1 465 smtp.fastmail.com"]})
        answer = self.detect("a@example.test")
        self.assertEqual((answer["source"], answer["provider"], answer["known"]), ("srv", "fastmail", True))

    def test_declared_to_be_none_is_said(self):
        self.dns.records["example.test", "MX"] = ["0 ."]
        self.serve({"_imaps": ["0 0 0 ."], "_submission": ["0 0 0 ."]})
        answer = self.detect("a@example.test", "--autoconfig", self.web.url, "--truststore", self.web.ca, expect=1)
        self.assertIn("declare that there are no such services", answer["steps"][2]["text"])
        self.assertIn("takes no mail", " ".join(answer["todo"]))
        self.assertIsNone(answer["setup"])

    def test_own_provider_answers_first(self):
        self.home.apply("providers: { office: { domains: [example.test], mx: [mx.example.test], receive: { host: imap.example.test } } }")
        self.assertEqual(self.detect("a@EXAMPLE.test")["provider"], "office")
        self.dns.records["other.test", "MX"] = ["10 a.mx.example.test"]
        self.assertEqual(self.detect("a@other.test")["provider"], "office")

    def test_autoconfig_is_fetched_by_https(self):
        self.web.pages["/config"] = (302, {"Location": self.web.url + "/mail/config-v1.1.xml"}, "")
        self.web.pages["/mail/config-v1.1.xml"] = (200, {}, CONFIG.format(id="x", domain="example.test", port=993))
        answer = self.detect("a+b@example.test", "--autoconfig", self.web.url + "/config", "--truststore", self.web.ca)
        self.assertEqual((answer["source"], answer["setup"]["providers"]["example.test"]["receive"]["host"]), ("autoconfig", "imap.example.test"))
        self.assertEqual(self.web.asked[0], "/config?emailaddress=a%2Bb@example.test")

    def test_what_autoconfig_must_not_do_is_said(self):
        for pages, words in [({"/c": (302, {"Location": self.web.url.replace("https", "http") + "/x"}, "")}, "only https: is followed"),
                             ({"/c": (302, {"Location": self.web.url + "/c"}, "")}, "more than 3 redirects"),
                             # Only the first server was named by us: it may not lead to another one inside.
                             ({"/c": (302, {"Location": self.web.url.replace("localhost", "127.0.0.1") + "/x"}, "")}, "may not be reached"),
                             ({"/c": (500, {}, "")}, "HTTP status 500"),
                             ({"/c": (200, {}, "x" * 600_000)}, "longer than 512 KiB"),
                             ({"/c": (200, {}, '<!DOCTYPE a SYSTEM "file:///etc/passwd"><clientConfig/>')}, "document type")]:
            self.web.pages = pages
            answer = self.detect("a@example.test", "--autoconfig", self.web.url + "/c", "--truststore", self.web.ca, expect=1)
            self.assertIn(words, answer["steps"][-1]["text"])
        answer = self.detect("a@example.test", "--autoconfig", self.web.url + "/c", expect=1)
        self.assertIn("certificate", answer["steps"][-1]["text"])

    def test_public_places_may_not_lead_inside(self):
        answer = self.detect("a@localhost", expect=1)
        self.assertIn("loopback", answer["steps"][-1]["text"])

    def test_dead_name_servers_do_not_hold_it_up(self):
        for name in ["example.test"] + [f"{label}._tcp.example.test" for label in ("_imaps", "_imap", "_pop3s", "_pop3", "_submissions", "_submission")]:
            self.dns.records[name] = "silence"
        for _ in range(5):  # as quick as it should be in one of them, whatever else runs
            began = time.monotonic()
            answer = self.detect("a@example.test", "--autoconfig", self.web.url, "--truststore", self.web.ca, expect=1)
            if time.monotonic() - began < 12:
                break
        else:
            self.fail("detect waits for dead name servers")
        self.assertEqual([step["outcome"] for step in answer["steps"]], ["none", "failed", "failed", "none"])

    def test_what_it_prints_can_be_applied(self):
        self.serve({"_imaps": ["0 1 993 imap.example.test"], "_submissions": ["0 1 465 smtp.example.test"]})
        page = self.home.run("detect", "support@example.test", env={"HAUSPOST_DNS": self.dns.address}).out
        self.assertIn("# found   SRV records: receive imap.example.test:993 (tls)", page)
        self.home.apply(page, env={"MAIL_PASSWORD": "secret"})
        self.assertEqual(self.home.json("list", "accounts"), ["support"])
        self.assertEqual(self.detect("x@example.test")["source"], "domains")

    def test_command_line_is_checked(self):
        self.home.run("detect", expect=2)
        self.home.run("detect", "a@b", "--autoconfig", "http://x", expect=2)
        self.home.run("detect", "nonsense", expect=3)


if __name__ == "__main__":
    unittest.main()
