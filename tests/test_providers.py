"""Providers: those that are built in, own ones beside them, and accounts that name either."""

import os
import unittest

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

    def test_what_makes_no_sense_is_refused(self):
        for text, wrong in [("{ receive: { enabled: false }, send: { enabled: false } }", "one of the two must be true"),
                            ("{ oauth: { required: true } }", "needs oauth/template"),
                            ("{ pop3: { host: h, port: 110 } }", "begins in plain text"),
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
        self.assertIn("No such file", self.home.run("import", "ispdb", path + "x", expect=3).err)
        self.home.run("import", "ispdb", expect=2)
        self.home.run("import", "mork", path, expect=2)
        self.home.run("import", "ispdb", path, "--prefix", "a/b", expect=2)

    @unittest.skipUnless(os.path.isdir(ISPDB), "there is no provider database beside the checkout")
    def test_all_of_thunderbirds_database_is_taken(self):
        answer = self.home.json("import", "ispdb", ISPDB)
        self.assertEqual(answer["refused"], [])
        self.assertGreaterEqual(answer["providers"], 163)
        self.assertEqual(answer["changed"], answer["providers"])


if __name__ == "__main__":
    unittest.main()
