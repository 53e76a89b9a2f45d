"""Providers: those that are built in, own ones beside them, and accounts that name either."""

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


if __name__ == "__main__":
    unittest.main()
