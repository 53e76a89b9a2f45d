"""Mail becomes a case that the API shows; what is answered there arrives in the customer's mailbox; search finds it."""

import base64
import email
import email.policy
import unittest

import office
from api_client import Api
from servers.dovecot import Dovecot
from servers.postfix import Postfix
from support import Home, server_or_skip, wait_until

PATIENCE_S = 30
PDF = bytes(range(256)) * 40
HTML = """<html><body><p>The <b>Türöffner</b> smokes.</p><script>alert(1)</script><img src="cid:photo"></body></html>"""


def with_files():
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "Ann <ann@customer.test>", "support@example.test", "Türöffner"
    mail["Message-ID"], mail["Date"] = "<opener@customer.test>", "Sat, 21 Nov 2026 08:00:00 +0000"
    mail.set_content("The Türöffner smokes.\n")
    mail.add_alternative(HTML, subtype="html")
    mail.get_payload()[1].add_related(b"\x89PNG\r\n", "image", "png", cid="<photo>")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="Größe.pdf")
    return mail.as_bytes()


class Cases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dovecot = server_or_skip(cls, Dovecot)
        cls.postfix = server_or_skip(cls, Postfix, deliver_to=cls.dovecot)
        cls.home = cls.enterClassContext(Home())
        cls.home.apply(office.setup(cls.dovecot, accounts__support__send__port=cls.postfix.smtp_port,
                                    accounts__support__receive__tls__truststore=cls.dovecot.ca,
                                    rules__support__responses=[], accounts__sales={
                                        "name": "Sales", "send": {"address": "sales@example.test", "host": "localhost", "port": 25}}))
        cls.home.run("operator", "add", "root", "--role", "administrator")
        cls.url = cls.home.serve_http()
        cls.api = Api(cls.url, token=cls.token("root"))

    @classmethod
    def token(cls, operator, *words):
        return cls.home.json("operator", "token", operator, *words)["token"]

    def wait_for(self, path, fits, what):
        found = []

        def look():
            found[:] = [item for item in self.api.get(path).json["items"] if fits(item)]
            return found

        wait_until(look, PATIENCE_S, what)
        return found[0]

    def test_a_case_from_the_first_mail_to_the_answer_in_the_customers_mailbox(self):
        self.dovecot.deliver("support", with_files())
        case = self.wait_for("/api/v1/cases", lambda case: case["subject"] == "Türöffner", "the case")
        path = f"/api/v1/cases/{case['number']}"
        message = self.api.get(f"{path}/messages").json["items"][0]
        self.assertEqual(message["text"], "The Türöffner smokes.")
        self.assertEqual(message["no_answer"], "no-response")
        self.files_survive(message)
        self.answer(case, path)
        self.search_finds_it(case)

    def files_survive(self, message):
        by_name = {file["name"]: file for file in message["attachments"]}
        answer = self.api.get(f"/api/v1/messages/{message['id']}/attachments/{by_name['Größe.pdf']['number']}")
        self.assertEqual(answer.body, PDF)
        self.assertIn("filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf", answer.headers["content-disposition"])
        self.assertIn("sandbox", answer.headers["content-security-policy"])
        html = self.api.get(f"/api/v1/messages/{message['id']}/html")
        self.assertIn("data:image/png;base64,", html.text)
        self.assertNotIn("script", html.text)
        self.assertTrue(html.headers["content-security-policy"].startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
        raw = self.api.get(f"/api/v1/messages/{message['id']}/raw").body
        self.assertEqual(email.message_from_bytes(raw)["Message-ID"], "<opener@customer.test>")

    def answer(self, case, path):
        body = {"text": "Please switch it off.", "quote": True, "idempotency_key": "first", "close_as_status": "resolved",
                "attachments": [{"name": "manual.pdf", "type": "application/pdf", "content": base64.b64encode(PDF).decode()}]}
        sent = self.api.post(f"{path}/reply", body).json
        self.assertEqual(self.api.post(f"{path}/reply", body).json, sent)
        wait_until(lambda: self.dovecot.mails("ann"), PATIENCE_S, "the answer in the customer's mailbox")
        mails = self.dovecot.mails("ann")
        self.assertEqual(len(mails), 1)
        mail = email.message_from_bytes(mails[0], policy=email.policy.default)
        self.assertEqual(mail["In-Reply-To"], "<opener@customer.test>")
        self.assertIn("<opener@customer.test>", mail["References"])
        self.assertEqual(mail["From"].addresses[0].addr_spec, "support@example.test")
        self.assertIn(case["number"], mail["Subject"])
        self.assertIn("> The Türöffner smokes.", mail.get_body(("plain",)).get_content())
        self.assertEqual([part.get_content() for part in mail.iter_attachments()], [PDF])
        self.assertEqual(self.api.get(path).json["status"], "resolved")
        ours = self.wait_for(f"{path}/messages", lambda message: message["state"] == "sent", "the state of ours")
        self.assertEqual(ours["recipients"][0]["address"], "ann@customer.test")
        # Her answer to it, whatever its subject, comes back into the case.
        self.dovecot.deliver("support", office.mail("Thank you", body="It is off now, says Frau Müller.",
                                                    extra=f"In-Reply-To: {mail['Message-ID']}\n"))
        self.wait_for(f"{path}/messages", lambda message: message["subject"] == "Thank you", "the thanks")
        self.assertEqual(self.api.get(path).json["status"], "open")

    def search_finds_it(self, case):
        hit = self.wait_for("/api/v1/search?q=mueller+%22off+now%22", lambda hit: True, "a hit")
        self.assertEqual(hit["case_number"], case["number"])
        self.assertIn("Müller", [piece["text"] for piece in hit["snippet"] if piece["hit"]])
        self.assertEqual(self.api.get("/api/v1/cases?q=turoffner").json["items"][0]["number"], case["number"])
        self.assertEqual(self.api.get("/api/v1/search?q=%22%22*+%28+OR+-").json["items"], [])
        self.assertEqual(self.home.json("search", "muller")[0]["case"], case["number"])

    def test_mail_handed_in_twice_is_one_message(self):
        raw = office.mail("Handed in", ident="handed").replace(b"\n", b"\r\n")
        first = self.ingest(raw)
        self.assertEqual(first["outcome"], "created")
        second = self.ingest(raw)
        self.assertEqual((second["outcome"], second["message"], second["case"]), ("duplicate", first["message"], first["case"]))
        self.assertEqual(len(self.api.get(f"/api/v1/cases/{first['case']}/messages").json["items"]), 1)
        large = raw.replace(b"please", b"x" * 70 + b"\r\n" + b"large " * 500_000)
        self.assertEqual(self.ingest(large.replace(b"<handed", b"<large"))["outcome"], "created")

    def ingest(self, raw):
        return self.api.post("/api/v1/ingest?listener=support", raw, headers={"Content-Type": "message/rfc822"}).json

    def test_who_may_see_another_account_sees_nothing_of_it(self):
        number = self.ingest(office.mail("Secret", ident="secret").replace(b"\n", b"\r\n"))["case_number"]
        other = Api(self.url, token=self.token("root", "-a", "sales"), description=self.api.description)
        self.assertEqual(other.get("/api/v1/cases").json["items"], [])
        self.assertEqual(other.get("/api/v1/search?q=secret").json["items"], [])
        for path in ("", "/messages"):
            other.get(f"/api/v1/cases/{number}{path}", expect=404)
        other.post(f"/api/v1/cases/{number}/reply", {"text": "x"}, expect=404)


if __name__ == "__main__":
    unittest.main()
