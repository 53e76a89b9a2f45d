"""Keys put to use: outgoing mail signed, encrypted and signed with DKIM, read by other programs (openssl, gpgsm, python3-dkim); certificates learned
from mail; keystores as Java writes them; what expires."""

import datetime
import email
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import dkim
from office import setup
from servers.dovecot import Dovecot
from servers.private import openssl
from servers.smtp_sink import SmtpSink
from smime_post import Post, entity, mail
from support import Home, server_or_skip

JAVA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fuzz", "corpus", "security_keystore")
TROUBLE = "Trailing blanks  \nFrom the start\n.\nTabs\t\nGrüße\n" + "long " * 300 + "\n-- \nSupport\n"


def setUpModule():
    WithKeys.top = top = tempfile.mkdtemp(prefix="hauspost-keys-")
    unittest.addModuleCleanup(shutil.rmtree, top, True)
    WithKeys.make_keys()


class WithKeys(unittest.TestCase):
    @classmethod
    def make_keys(cls):
        cls.post = post = Post(os.path.join(cls.top, "post"))
        post.person("anna")
        post.person("eve", kind="ec")
        post.person("support", address="support@example.test")
        post.person("other", address="other@example.test")
        post.person("gone", address="support@example.test", dates=("20200101000000Z", "20210101000000Z"))
        post.pkcs12("own.p12", "support", "ca", alias="Support Desk")
        post.pkcs12("other.p12", "other", alias="Other")

    def setUp(self):
        self.home = self.enterContext(Home())

    def apply(self, smime=None, expect=0, keystore="own.p12", **changes):
        changes = {"keystores__own": {"file": self.post.path(keystore), **({"password": "secret"} if keystore.endswith("p12") else {})},
                   "keystores__cas": {"file": self.post.path("ca.pem")},
                   "accounts__support__send__smime": {"keystore": "own", **(smime or {})},
                   "accounts__support__receive__smime": {"truststore": "cas"}, **changes}
        return self.home.apply(setup(**changes), expect=expect)

    def send(self, *words, to="anna@customer.test", text="Hello\n", **options):
        """The outgoing mail's bytes."""
        path = self.home.write("text", text)
        answer = self.home.run("--json", "send", "--account", "support", "--to", to, "--subject", "Printer", *words, path, **options)
        if options.get("expect"):
            return answer
        return self.raw(answer.json()["message"])

    def raw(self, ident):
        return subprocess.run(self.home.command("message", "raw", str(ident)), capture_output=True, check=True).stdout

    def take_in(self, raw):
        self.home.run("ingest", "-l", "support", self.home.write("in.eml", raw))

    def cms(self, *words, raw):
        """What `openssl cms` makes of the mail."""
        path = self.post.write("out.eml", raw)
        return subprocess.run(["openssl", "cms", *words, "-in", path], capture_output=True, check=True).stdout

    def verified(self, raw):
        return self.cms("-verify", "-CAfile", self.post.path("ca.pem"), "-purpose", "smimesign", raw=raw)

    def decrypted(self, raw, who):
        return self.cms("-decrypt", "-recip", self.post.path(who + ".pem"), "-inkey", self.post.path(who + ".key"), raw=raw)


class Signed(WithKeys):
    def test_other_programs_verify_it(self):
        self.apply()
        raw = self.send(text=TROUBLE)
        content = self.verified(raw)
        self.assertEqual(email.message_from_bytes(content).get_payload(decode=True).decode(), TROUBLE.replace("\n", "\r\n"))
        message = email.message_from_bytes(raw)
        self.assertEqual((message.get_content_type(), message.get_param("micalg"), message.get_param("protocol")),
                         ("multipart/signed", "sha-256", "application/pkcs7-signature"))
        self.assertEqual([raw.count(b"\r\n" + name) for name in (b"MIME-Version:", b"Subject:", b"Message-ID:")], [1, 1, 1])
        self.assertFalse([line for line in raw.split(b"\r\n") if len(line) > 200 or line != line.rstrip() or line.startswith((b"From ", b"."))
                          or any(byte > 127 for byte in line)])
        self.gpgsm_verifies(message, raw)
        with self.assertRaises(subprocess.CalledProcessError):
            self.verified(raw.replace(b"Trailing", b"Training"))

    def gpgsm_verifies(self, message, raw):
        """Another library (GnuPG's): the bytes between the boundaries, and the signature beside them."""
        folder = os.path.join(self.top, "gnupg")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        boundary = ("--" + message.get_boundary()).encode()
        signed = raw.split(b"\r\n" + boundary)[1].removeprefix(b"\r\n")
        with open(os.path.join(folder, "gpgsm.conf"), "w", encoding="ascii") as file:
            file.write("disable-crl-checks\ndisable-dirmngr\n")
        digest = subprocess.run(["openssl", "x509", "-in", self.post.path("ca.pem"), "-noout", "-fingerprint", "-sha1"], capture_output=True,
                                text=True, check=True).stdout
        with open(os.path.join(folder, "trustlist.txt"), "w", encoding="ascii") as file:
            file.write(digest.strip().split("=")[-1] + " S relax\n")
        words = ["gpgsm", "--homedir", folder, "--batch"]
        subprocess.run([*words, "--import", self.post.path("ca.pem")], check=True, capture_output=True)
        done = subprocess.run([*words, "--status-fd", "1", "--verify", self.post.write("s.p7s", message.get_payload()[1].get_payload(decode=True)),
                               self.post.write("s.txt", signed)], capture_output=True, text=True, check=False)
        subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], check=False, capture_output=True)
        self.assertIn("GOODSIG", done.stdout, done.stderr)
        self.assertIn("TRUST_FULLY", done.stdout, done.stderr)

    def test_it_arrives_as_it_was_signed(self):
        sink = server_or_skip(self, SmtpSink)
        key = self.post.path("relay.dkim")
        openssl("genpkey", "-algorithm", "ED25519", "-out", key)
        self.apply(accounts__support__send__port=sink.smtp_port, accounts__support__send__dkim={"selector": "2026a", "key": {"file": key}})
        self.home.run("keys", "rotate")
        self.send(text=TROUBLE)
        self.home.run("outbox", "flush")
        (arrived,) = sink.wait_for(1)
        record = self.home.json("keystores", "dkim", "support")["record"].encode()
        self.assertTrue(dkim.verify(arrived.data, dnsfunc=lambda *_, **__: record))
        content = self.verified(arrived.data)
        self.assertEqual(email.message_from_bytes(content).get_payload(decode=True).decode(), TROUBLE.replace("\n", "\r\n"))

    def test_the_test_mail_is_signed_too(self):
        sink = server_or_skip(self, SmtpSink)
        self.apply(accounts__support__send__port=sink.smtp_port)
        self.home.run("test", "support", "--sender", "--to", "anna@customer.test")
        (arrived,) = sink.wait_for(1)
        self.assertIn(b"Nobody needs to answer it", self.verified(arrived.data))

    def test_answers_are_signed_too(self):
        self.apply(templates__received={"name": "R", "text": "It is {{case.number}} \n", "html": "<p>It is {{case.number}}</p>"})
        self.take_in(mail(entity()))
        (row,) = self.home.json("outbox")
        raw = self.raw(row["message"])
        inside = email.message_from_bytes(self.verified(raw))
        self.assertEqual([part.get_content_type() for part in inside.walk()], ["multipart/alternative", "text/plain", "text/html"])
        self.assertIn(b"\r\nAuto-Submitted: auto-replied\r\n", raw.partition(b"\r\n\r\n")[0])

    def test_the_chain_goes_along_but_for_the_root(self):
        post = self.post
        middle = Post(os.path.join(self.top, "middle"))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=Middle CA", "-keyout", middle.path("ca.key"),
                "-out", middle.path("request"))
        openssl("x509", "-req", "-in", middle.path("request"), "-CA", post.path("ca.pem"), "-CAkey", post.path("ca.key"), "-days", "3000", "-out",
                middle.path("ca.pem"), "-extfile", middle.write("ext", b"basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n"))
        middle.person("support", address="support@example.test")
        middle.write("root.pem", post.read("ca.pem"))
        middle.pkcs12("chain.p12", "support", "ca", "root")
        shutil.copy(middle.path("chain.p12"), post.path("chain.p12"))
        self.apply(keystore="chain.p12")
        raw = self.send()
        self.verified(raw)
        names = self.cms("-verify", "-noverify", "-certsout", post.path("certs"), raw=raw) and post.read("certs")
        self.assertEqual(names.count(b"BEGIN CERTIFICATE"), 2)

    def test_what_cannot_be_signed_is_refused(self):
        for smime, keystore, pattern in [
                ({}, "other.p12", "accounts/support/send/smime/keystore: it holds no key that signs mail of support@example.test"),
                ({"alias": "nobody"}, "own.p12", 'accounts/support/send/smime/alias: it has no entry "nobody"; there are: Support Desk, Example Mail CA'),
                ({"alias": "Example Mail CA"}, "own.p12", 'accounts/support/send/smime/alias: "Example Mail CA" can\'t sign mail: it is a certificate'),
                ({"keystore": "cas", "encrypt": "required"}, "own.p12", "send/smime/keystore: it holds no key"),
                ({"keystore": "cas", "sign": False, "encrypt": "required"}, "own.p12", "send/smime/encrypt: keystore cas holds no valid certificate"),
                ({"keystore": "", "encrypt": "required"}, "own.p12", "send/smime/encrypt: needs receive/smime/keystore or"),
        ]:
            with self.subTest(pattern):
                self.assertRegex(self.apply(smime, expect=3, keystore=keystore).err, pattern)
        answer = self.apply({"alias": "other"}, keystore="other.p12")
        self.assertIn('warning: the certificate "Other" doesn\'t name support@example.test', answer.out)

    def test_a_key_of_a_kind_that_does_not_sign_mail_is_refused(self):
        path = self.post.path("ED25519")
        openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "300", "-subj", "/CN=x", "-addext", "subjectAltName=email:support@example.test",
                "-keyout", path + ".key", "-out", path + ".pem")
        self.post.write("ED25519.both", self.post.read("ED25519.key") + self.post.read("ED25519.pem"))
        self.assertIn("it holds no key that signs mail of support@example.test", self.apply(keystore="ED25519.both", expect=3).err)
        self.assertIn("no key", self.apply({"encrypt": "required"}, keystore="ED25519.both", expect=3).err)

    def test_an_expired_key_stops_the_mail_and_not_the_set_up(self):
        self.post.write("gone.pem.both", self.post.read("gone.key") + self.post.read("gone.pem"))
        answer = self.apply(keystore="gone.pem.both")
        self.assertIn('warning: no mail can be sent: accounts/support/send/smime/keystore: the certificate "Gone Example" expired on 2021-01-01', answer.out)
        self.assertIn("expired on 2021-01-01", self.send(expect=3).err)
        self.take_in(mail(entity()))
        self.assertEqual(self.home.json("outbox"), [])
        (row,) = self.home.json("ledger")
        self.assertEqual((row["no_answer"], row["outcome"]), ("unprotected", "created"))
        self.assertIn("expired on 2021-01-01", row["answer"])


class Encrypted(WithKeys):
    def test_only_the_recipient_and_we_read_it(self):
        for cipher, kind in (("aes-256-cbc", "enveloped-data"), ("aes-256-gcm", "authEnveloped-data")):
            for who in ("anna", "eve"):  # RSA, and an elliptic curve
                with self.subTest(cipher=cipher, who=who):
                    self.apply({"encrypt": "required", "cipher": cipher})
                    self.home.run("certificates", "add", self.post.path(who + ".pem"))
                    raw = self.send(to=f"Her <{who.upper()}@customer.test>", text=TROUBLE)
                    self.assertNotIn(b"Trailing", raw)
                    self.assertIn(f"smime-type={kind}".encode(), raw)
                    for reader in (who, "support"):
                        inside = self.verified(self.decrypted(raw, reader))
                        self.assertEqual(email.message_from_bytes(inside).get_payload(decode=True).decode(), TROUBLE.replace("\n", "\r\n"))
                    with self.assertRaises(subprocess.CalledProcessError):
                        self.decrypted(raw, "other")

    def test_without_a_certificate(self):
        self.apply({"encrypt": "required"})
        answer = self.send(expect=1)
        self.assertIn("there is no valid certificate of anna@customer.test, and account support sends encrypted mail only", answer.err)
        self.take_in(mail(entity()))
        self.assertEqual(self.home.json("outbox"), [])
        (row,) = self.home.json("ledger")
        self.assertEqual(row["no_answer"], "unprotected")
        self.apply({"encrypt": "when-possible"})
        self.assertIn(b"Hello", self.verified(self.send()))
        self.home.run("certificates", "add", self.post.path("anna.pem"))
        self.assertIn(b"Hello", self.verified(self.decrypted(self.send(), "anna")))
        both = self.send(to="anna@customer.test, bob@customer.test")
        self.assertIn(b"multipart/signed", both)
        self.home.run("certificates", "forget", "anna@customer.test")
        self.assertIn(b"multipart/signed", self.send())

    def test_encrypted_without_a_signature(self):
        self.apply({"encrypt": "required", "sign": False})
        self.home.run("certificates", "add", self.post.path("anna.pem"))
        self.assertTrue(self.decrypted(self.send(), "anna").startswith(b"Content-Type: text/plain"))


class Learned(WithKeys):
    def certificates(self):
        return [(one["address"], one["source"]) for one in self.home.json("certificates")]

    def test_an_answer_to_signed_mail_is_encrypted(self):
        self.apply({"encrypt": "required"})
        self.take_in(mail(self.post.sign("anna")))
        self.assertEqual(self.certificates(), [("anna@customer.test", "mail")])
        (row,) = self.home.json("outbox")
        self.assertIn(b"It is case", self.verified(self.decrypted(self.raw(row["message"]), "anna")))
        self.take_in(mail(self.post.sign("anna"), ident="two"))
        self.assertEqual(len(self.certificates()), 1)
        self.assertIn("learned  ", self.home.run("certificates").out)

    def test_nothing_else_teaches(self):
        self.apply()
        self.post.person("alone", alone=True)
        for ident, raw in (("changed", mail(self.post.sign("anna").replace(b"smokes", b"smoked"))),
                           ("other sender", mail(self.post.sign("anna"), sender="eve@customer.test")),
                           ("self-signed", mail(self.post.sign("alone"), sender="alone@customer.test")),
                           ("two senders", mail(self.post.sign("anna"), sender="anna@customer.test>, Eve <eve@customer.test")),
                           ("in a part", mail(b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' + self.post.sign("anna") + b"\r\n--b--\r\n"))):
            with self.subTest(ident):
                self.take_in(raw.replace(b"<one@", f"<{ident.replace(' ', '-')}@".encode()))
                self.assertEqual(self.certificates(), [])

    def test_what_is_no_certificate_is_refused(self):
        self.apply()
        self.post.write("noise", b"hello")
        for name, code, pattern in (("noise", 3, "it is no certificate"), ("ca.pem", 3, "mail can't be encrypted by it"),
                                    ("gone.pem", 3, "it has expired"), ("none", 1, "No such file")):
            self.assertRegex(self.home.run("certificates", "add", self.post.path(name), expect=code).err, pattern)
        self.home.run("certificates", "forget", "anna@customer.test", expect=1)


class Dkim(WithKeys):
    def sign(self, kind, smime=None):
        key = self.post.path(kind + ".dkim")
        openssl("genpkey", "-algorithm", kind, "-out", key, *(["-pkeyopt", "rsa_keygen_bits:2048"] if kind == "RSA" else []))
        self.apply(smime or {"keystore": ""}, accounts__support__send__dkim={"selector": "2026a", "key": {"file": key}})
        record = self.home.json("keystores", "dkim", "support")["record"].encode()
        return self.send(text=TROUBLE), lambda name, **_: record if name == b"2026a._domainkey.example.test." else None

    def test_another_program_verifies_it(self):
        for kind in ("RSA", "ED25519"):
            for smime in (None, {}):
                with self.subTest(kind=kind, smime=smime is not None):
                    raw, dns = self.sign(kind, smime)
                    self.assertTrue(dkim.verify(raw, dnsfunc=dns))
                    self.assertTrue(dkim.verify(raw.replace(b"\r\nDate: ", b"\r\nDate:\t "), dnsfunc=dns))
                    for changed in (raw.replace(b"Subject: Printer", b"Subject: Pri"), b"From: eve@customer.test\r\n" + raw,
                                    b"Reply-To: eve@customer.test\r\n" + raw, raw + b"More\r\n"):
                        self.assertFalse(dkim.verify(changed, dnsfunc=dns))

    def test_what_dns_needs_is_shown(self):
        self.sign("RSA")
        self.assertRegex(self.home.run("keystores", "dkim", "support").out, r'^2026a\._domainkey\.example\.test\. IN TXT \( "v=DKIM1; k=rsa; p=MII.*" ".*" \)\n$')

    def test_what_cannot_sign_is_refused(self):
        for record, pattern in [
                ({"selector": "a"}, "send/dkim: needs a keystore, or a key in PEM"),
                ({"keystore": "own"}, "send/dkim/selector: is missing"),
                ({"selector": "a b", "keystore": "own"}, 'send/dkim: selector: "a b" is no name'),
                ({"selector": "a", "keystore": "cas"}, "send/dkim/keystore: it holds certificates only"),
                ({"selector": "a", "key": "nonsense"}, "send/dkim/key: it is neither PEM"),
        ]:
            self.assertRegex(self.apply(expect=3, accounts__support__send__dkim=record).err, pattern)
        answer = self.apply(accounts__support__send__dkim={"selector": "a", "keystore": "own", "domain": "other.test"})
        self.assertIn("warning: other.test is not the domain of support@example.test", answer.out)


class Truststore(WithKeys):
    """A server's certificate is checked against a keystore of the set-up."""

    def test_a_keystore_record_vouches_for_servers(self):
        dovecot = server_or_skip(self, Dovecot)
        tls = {"accounts__support__receive__tls": {"truststore": "server-cas"}, "accounts__support__send__enabled": False}
        document = json.loads(setup(dovecot, **tls))
        document["keystores"] = {"server-cas": {"file": dovecot.ca}}
        self.home.apply(json.dumps(document))
        dovecot.deliver("support", mail(entity()))
        self.home.run("run", "support", "--once")
        self.assertEqual(len(self.home.json("cases")), 1)
        self.assertIn("receive/tls/truststore", self.home.run("keystores", "show", "server-cas").out)
        self.assertIn("truststore", self.home.run("delete", "keystore", "server-cas", expect=3).err)
        document["keystores"]["server-cas"]["file"] = self.post.path("ca.pem")
        self.home.apply(json.dumps(document))
        self.assertRegex(self.home.run("run", "support", "--once", expect=5).err, "certificate")
        document["keystores"] = {}
        document["accounts"]["support"]["receive"]["tls"]["truststore"] = "none"
        self.assertIn('accounts/support/receive/tls/truststore: there is no keystore "none"', self.home.apply(json.dumps(document), expect=3).err)


class Expiring(WithKeys):
    def test_the_calendar(self):
        now = datetime.datetime.now(datetime.UTC)
        soon, past = (f"{now + datetime.timedelta(days=days, hours=1):%Y%m%d%H%M%SZ}" for days in (20, -5))
        post = self.post
        post.person("soon", address="support@example.test", kind="ec", dates=("20200101000000Z", soon))
        post.person("past", address="support@example.test", kind="ec", dates=("20200101000000Z", past))
        post.write("dated.both", b"".join(post.read(name) for name in ("past.key", "past.pem", "soon.key", "soon.pem")))
        self.apply(keystore="dated.both", accounts__support__send__enabled=True)
        entries = self.home.json("expiring")
        self.assertEqual([(one["what"], one["days"], one["signs"]) for one in entries],
                         [("keystores/own/Past Example", -5, False), ("keystores/own/Soon Example", 20, True)])
        self.assertEqual(entries[1]["used_by"], "accounts/support/send/smime/keystore")
        page = self.home.run("expiring", "--days", "30").out
        self.assertRegex(page, r"EXPIRED \d{4}-\d\d-\d\d +key +keystores/own/Past Example")
        self.assertRegex(page, r"in 20 days +key +keystores/own/Soon Example +accounts/support/send/smime/keystore")
        self.assertNotIn("Soon", self.home.run("expiring", "--days", "10").out)
        checks = {one["check"]: one["text"] for one in self.home.run("--json", "doctor", expect=1).json()}
        self.assertRegex(checks["keystores/own/Soon Example"], "in 20 days")
        # Signed by the key that is still valid.
        self.verified(self.send())


class Closed(WithKeys):
    """Mail that was encrypted when there was no key for it, and what stays hidden of mail that was opened."""

    def test_a_later_key_opens_it(self):
        self.apply({"keystore": ""})
        self.take_in(mail(self.post.encrypt("support", self.post.sign("anna", entity("Secret", [("plan.pdf", b"%PDF")])))))
        (case,) = self.home.json("cases")
        (message, *_) = self.home.json("cases", "show", case["number"])["conversation"]
        self.assertEqual((message["text"], message["smime"]["opened"]), ("", False))
        self.assertIn("closed  ", self.home.run("message", "open").out)
        self.apply({"keystore": ""}, accounts__support__receive__smime={"keystore": "own", "truststore": "cas"})
        self.assertIn("Secret", self.home.run("message", "text", message["id"]).out)
        self.assertIn("plan.pdf", self.home.run("message", "show", message["id"]).out)
        self.assertRegex(self.home.run("message", "open").out, rf"^{message['id']}  opened  .*signed by")
        (message, *_) = self.home.json("cases", "show", case["number"])["conversation"]
        self.assertEqual((message["text"].strip(), message["smime"]["opened"], message["smime"]["verdict"]), ("Secret", True, "good"))
        self.assertEqual(self.home.run("message", "open").out, "no message is closed\n")
        self.assertIn("isn't encrypted", self.home.run("message", "open", self.plain(), expect=1).err)

    def plain(self):
        self.take_in(mail(entity(), ident="plain"))
        return max(row["message"] for row in self.home.json("ledger"))

    def test_an_encrypted_subject_stays_out_of_later_answers(self):
        self.apply({"keystore": "own", "sign": False}, rules__support__responses=[{"when": "default", "template": "received"}],
                   accounts__support__receive__smime={"keystore": "own", "truststore": "cas"},
                   templates__received={"name": "R", "subject": "Re: {{case.subject}}", "text": "About {{case.subject}} [{{case.number}}]"})
        inside = b"Subject: Layoffs\r\n" + entity("Secret")
        self.take_in(mail(self.post.encrypt("support", inside), subject="..."))
        (case,) = self.home.json("cases")
        self.assertEqual(case["subject"], "Layoffs")
        self.take_in(mail(entity("More"), subject=f"Re: ... [{case['number']}]", ident="two").replace(b"Date:", b"In-Reply-To: <one@customer.test>\r\nDate:"))
        rows = self.home.json("outbox")
        self.assertEqual(len(rows), 2)
        for row in rows:
            raw = self.raw(row["message"])
            self.assertNotIn(b"Layoffs", raw)
            self.assertIn(b"About ...", raw)


class Java(unittest.TestCase):
    """Files as keytool made them: `keytool -storetype JKS -storepass secret`, the second key of two.jks with -keypass others."""

    def setUp(self):
        self.home = self.enterContext(Home())

    def open(self, name, expect=0, folder=JAVA, **record):
        return self.home.apply(json.dumps({"keystores": {"java": {"file": os.path.join(folder, name), **record}}}), expect=expect)

    def entries(self):
        return {entry["alias"]: entry["use"] for entry in self.home.json("keystores", "show", "java")["entries"]}

    def test_jks(self):
        self.open("one.jks", password="secret")
        self.assertEqual(self.entries(), {"desk key": "sign, decrypt"})
        self.open("trust.jks", password="secret")
        self.assertEqual(self.entries(), {"partner": "encrypt"})
        self.open("trust.jks")
        self.assertEqual(self.entries(), {"partner": "encrypt"})
        self.open("two.jks", password="secret", key_password="others")
        self.assertEqual(self.entries(), {"first": "sign, decrypt", "second": "sign, decrypt"})

    def test_wrong_passwords_are_told_apart(self):
        for name, record, pattern in [
                ("one.jks", {"password": "wrong"}, "keystores/java/password: the password doesn't open it, or the file was changed"),
                ("one.jks", {}, "keystores/java/password: a password is needed"),
                ("two.jks", {"password": "secret"}, 'the private key "second" needs another password: it has one of its own .key_password'),
                ("two.jks", {"password": "secret", "key_password": "no"}, 'the private key "second" needs another password$'),
        ]:
            self.assertRegex(self.open(name, expect=3, **record).err.strip(), pattern)

    def test_every_changed_byte_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(JAVA, "trust.jks"), "rb") as file:
                good = file.read()
            for at in (4, 11, 20, 100, len(good) - 1):
                with open(os.path.join(folder, "changed"), "wb") as file:
                    file.write(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
                self.open("changed", expect=3, folder=folder, password="secret")

    @unittest.skipUnless(shutil.which("keytool"), "keytool isn't installed")
    def test_what_this_keytool_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            for kind, password in (("JKS", "geheim-ü"), ("PKCS12", "geheim")):
                path = os.path.join(folder, kind + ".jks")
                for alias in ("first", "Größe"):
                    subprocess.run(["keytool", "-genkeypair", "-storetype", kind, "-storepass", password, "-keystore", path, "-alias", alias, "-keyalg",
                                    "EC", "-dname", "CN=x", "-ext", "san=email:support@example.test"], check=True, capture_output=True,
                                   env={**os.environ, "LC_ALL": "C.UTF-8"})
                self.open(kind + ".jks", folder=folder, password=password)
                self.assertEqual(self.entries(), {"first": "sign, decrypt", "größe": "sign, decrypt"})


if __name__ == "__main__":
    unittest.main()
