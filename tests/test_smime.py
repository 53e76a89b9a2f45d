"""S/MIME of incoming mail: signatures verified, encrypted mail opened, keystores in the set-up. Keys and mail are made by the openssl command."""

import base64
import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from office import setup
from servers.dovecot import Dovecot
from smime_post import ENTITY, Post, entity, mail
from support import HAUSPOST, SANITIZER_REPORT, Home, server_or_skip

ATTACHMENT = bytes(range(256)) * 40
PRINTER = "The printer smokes.\n"


def tampered(raw, at):
    """One bit of the structure is another, at a position or where a text begins."""
    head, _, body = raw.partition(b"\r\n\r\n")
    der = bytearray(base64.b64decode(body))
    der[der.index(at) if isinstance(at, bytes) else at] ^= 1
    return head + b"\r\n\r\n" + base64.encodebytes(bytes(der)).replace(b"\n", b"\r\n")


def mixed(*parts):
    return (b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' + b"\r\n--b\r\n".join(parts) + b"\r\n--b--\r\n")


class WithPost(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="hauspost-smime-")
        cls.addClassCleanup(shutil.rmtree, cls.top, True)
        cls.post = post = Post(os.path.join(cls.top, "post"))
        for name, options in (("anna", {}), ("eve", {"kind": "ec"}), ("support", {"address": "support@example.test"}),
                              ("desk", {"address": "support@example.test", "kind": "ec"}), ("short", {"kind": "short"}),
                              ("old", {"dates": ("20200101000000Z", "20210101000000Z")}), ("web", {"purpose": "serverAuth"}),
                              ("alone", {"alone": True})):
            post.person(name, **options)
        post.write("keys.pem", b"".join(post.read(name) for name in ("support.key", "support.pem", "desk.key", "desk.pem")))

    def inspect(self, raw, keystore="keys.pem", truststore="ca.pem", as_json=True, more=()):
        words = [*(["--keystore", self.post.path(keystore)] if keystore else []), "--truststore", self.post.path(truststore), *more]
        done = subprocess.run([HAUSPOST, "inspect", *words, self.post.write("mail.eml", raw), *(["--json"] if as_json else [])],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse([word for word in SANITIZER_REPORT if word in done.stderr], done.stderr)
        return json.loads(done.stdout) if as_json else done.stdout

    def check(self, raw, verdict, summary, text=PRINTER, files=(), **options):
        answer = self.inspect(raw, **options)
        smime = answer["smime"]
        self.assertEqual((smime["verdict"], answer["body_text"], [one["name"] for one in answer["attachments"]]),
                         (verdict, text, list(files)), smime)
        self.assertRegex(smime["summary"], summary or ".")
        return answer


class Signatures(WithPost):
    def test_what_is_signed(self):
        signed = self.post.sign
        known = "signed by {}@customer.test, vouched for by CN=Example Mail CA$"
        cases = [
            ("RSA", signed("anna"), "anna", "good", known.format("anna")),
            ("EC", signed("eve"), "eve", "good", known.format("eve")),
            ("SHA-512", signed("anna", ENTITY, "-md", "sha512"), "anna", "good", known.format("anna")),
            ("PSS", signed("anna", ENTITY, "-keyopt", "rsa_padding_mode:pss"), "anna", "good", known.format("anna")),
            ("opaque", signed("anna", ENTITY, "-nodetach"), "anna", "good", known.format("anna")),
            ("another sender", signed("eve"), "anna", "other-address", "signed by eve@customer.test, who is not the sender"),
            ("case of letters", signed("anna"), "ANNA", "good", known.format("anna")),
            ("changed", signed("anna").replace(b"smokes", b"smoked"), "anna", "changed", "not valid: the content was changed"),
            ("opaque, changed", tampered(signed("anna", ENTITY, "-nodetach"), b"printer"), "anna", "changed", "not valid: the content was changed"),
            ("SHA-1", signed("anna", ENTITY, "-md", "sha1"), "anna", "weak", "proves nothing: it is made with SHA-1, which can be forged"),
            ("short key", signed("short"), "short", "weak", "its key .*RSA 1024.* is too short"),
            ("expired", signed("old"), "old", "untrusted", "not trusted: the certificate had expired when the mail was signed"),
            ("self-signed", signed("alone"), "alone", "untrusted", "not trusted: the signer's certificate is self-signed"),
            ("not for mail", signed("web"), "web", "untrusted", "not trusted: the certificate is not meant for signing mail"),
            ("no certificate", signed("anna", ENTITY, "-nocerts"), "anna", "untrusted", "the signer's certificate is not in the mail"),
            ("no attributes", signed("anna", ENTITY, "-noattr"), "anna", "good", known.format("anna")),
            ("two signers", signed("anna", ENTITY, "-signer", self.post.path("eve.pem"), "-inkey", self.post.path("eve.key")), "anna", "good",
             known.format("(anna|eve)")),
        ]
        for name, content, sender, verdict, summary in cases:
            with self.subTest(name):
                text = {"changed": "The printer smoked.\n", "opaque, changed": "The qrinter smokes.\n"}.get(name, PRINTER)
                self.check(mail(content, sender=f"{sender}@customer.test"), verdict, summary, text)

    def test_keys_that_keep_a_processor_busy_are_left_alone(self):
        subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out",
                        self.post.path("dsa")], check=True, capture_output=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", f"dsa:{self.post.path('dsa')}", "-nodes", "-subj", "/CN=Old", "-keyout",
                        self.post.path("dsa.key"), "-out", self.post.path("dsa.pem")], check=True, capture_output=True)
        self.check(mail(self.post.sign("dsa")), "damaged", "a key of a kind or size that isn't verified", files=["smime.p7s"])

    def test_what_transport_does_to_it(self):
        blanks = self.post.sign("anna", ENTITY.replace(b"smokes.", b"smokes. \t"))
        cases = [
            ("line ends of a file", mail(self.post.sign("anna")).replace(b"\r\n", b"\n"), "good", PRINTER, ""),
            ("blanks at the end are kept", mail(blanks), "good", PRINTER.replace(".", ". \t"), ""),
            ("blanks at the end are lost", mail(blanks.replace(b" \t\r", b"\r")), "changed", PRINTER, ""),
            ("signed with LF", mail(self.post.sign("anna", ENTITY.replace(b"\r", b""), "-binary")), "good", PRINTER,
             "signed with line ends that mail doesn't have"),
            ("the line end before the boundary", mail(self.post.sign("anna").replace(b"smokes.\r\n\r\n--", b"smokes.\r\n--")), "good", PRINTER.strip(),
             "signed with the line end before the boundary"),
            ("an empty line more", mail(self.post.sign("anna").replace(b"smokes.\r\n", b"smokes.\r\n\r\n")), "changed", PRINTER + "\n", ""),
        ]
        for name, raw, verdict, text, note in cases:
            with self.subTest(name):
                answer = self.check(raw, verdict, "", text)
                self.assertEqual(answer["smime"]["layers"][0]["note"], note)

    def test_everything_is_told_of_the_signer(self):
        answer = self.inspect(mail(self.post.sign("anna")))
        (layer,) = answer["smime"]["layers"]
        (signer,) = layer["signers"]
        self.assertEqual({key: signer[key] for key in ("subject", "issuer", "addresses", "algorithm", "valid_from", "expires_at",
                                                       "expired_when_signed", "trusted_by", "revocation")}, {
            "subject": "CN=Anna Example", "issuer": "CN=Example Mail CA", "addresses": ["anna@customer.test"], "algorithm": "SHA-256 with RSA 2048",
            "valid_from": "2020-01-01T00:00:00.000Z", "expires_at": "2040-01-01T00:00:00.000Z", "expired_when_signed": False,
            "trusted_by": "CN=Example Mail CA", "revocation": "unknown"})
        self.assertRegex(signer["signed_at"], r"^20\d\d-\d\d-\d\dT")
        self.assertRegex(signer["serial"], r"^[0-9A-F]{2}(:[0-9A-F]{2})*$")
        self.assertTrue(layer["matches_from"])
        page = self.inspect(mail(self.post.sign("anna")), as_json=False)
        self.assertRegex(page, r"\nS/MIME\nResult +good\nsigned by anna@customer.test")
        self.assertIn("issued by CN=Example Mail CA", page)

    def test_the_certificate_itself_may_be_trusted(self):
        self.check(mail(self.post.sign("alone"), sender="alone@customer.test"), "good", "vouched for by CN=Alone Example", truststore="alone.pem")
        self.check(mail(self.post.sign("anna")), "untrusted", "its issuer is not among the trusted CA certificates", truststore="alone.pem")

    def test_a_part_is_not_the_whole(self):
        footer = b"Content-Type: text/plain\r\n\r\nfooter\r\n"
        answer = self.check(mail(mixed(self.post.sign("anna"), footer)), "unsigned", "^part 1: signed by anna@customer.test",
                            "The printer smokes.\nfooter\n")
        self.assertFalse(answer["smime"]["layers"][0]["whole"])

    def test_mail_without(self):
        self.assertIsNone(self.inspect(mail(ENTITY))["smime"])


class Encryption(WithPost):
    def encrypted(self, cipher="-aes256", who="support", content=None, words=()):
        return self.post.encrypt(who, content or entity("Secret", [("a.pdf", ATTACHMENT)]), *words, cipher=cipher)

    def test_every_cipher(self):
        legacy = ("-provider", "legacy", "-provider", "default")
        for cipher, name, weak, authenticated, words in [
                ("-aes128", "AES-128-CBC", False, False, ()), ("-aes256", "AES-256-CBC", False, False, ()),
                ("-aes-128-gcm", "AES-128-GCM", False, True, ()), ("-aes-256-gcm", "AES-256-GCM", False, True, ()),
                ("-des3", "3DES", True, False, ()), ("-rc2-40", "RC2", True, False, legacy), ("-des", "DES", True, False, legacy)]:
            with self.subTest(cipher):
                answer = self.check(mail(self.encrypted(cipher, words=words)), "unsigned",
                                    f"^encrypted with {name}{re.escape(' (not safe any more)') if weak else ''}, opened with key Support Example$", "Secret\n", ["a.pdf"])
                smime = answer["smime"]
                self.assertEqual((smime["encrypted"], smime["opened"]), (True, True))
                layer = smime["layers"][0]
                self.assertEqual((layer["algorithm"], layer["weak"], layer["authenticated"]), (name, weak, authenticated))
                self.assertEqual(answer["attachments"][0]["size"], len(ATTACHMENT))

    def test_every_kind_of_recipient(self):
        for name, who, words, key in [("EC", "desk", (), "Desk Example"), ("among others", "anna eve support", (), "Support Example"),
                                      ("in pieces", "support", ("-stream",), "Support Example"),
                                      ("by key identifier", "support", ("-keyid",), "Support Example"),
                                      ("OAEP", "support", ("-recip", self.post.path("support.pem"), "-keyopt", "rsa_padding_mode:oaep"),
                                       "Support Example")]:
            with self.subTest(name):
                if name == "OAEP":
                    raw = self.post.cms("-encrypt", "-aes256", *words, content=entity("Secret", [("a.pdf", ATTACHMENT)]))
                else:
                    raw = self.encrypted(who=who, words=words)
                self.check(mail(raw), "unsigned", f"opened with key {key}$", "Secret\n", ["a.pdf"])

    def test_what_cannot_be_opened_says_why(self):
        closed = {"text": "", "files": ["smime.p7m"]}
        self.check(mail(self.encrypted()), "unsigned", "not opened: there is no keystore .* encrypted for CN=Example Mail CA, serial number",
                   keystore=None, **closed)
        answer = self.check(mail(self.encrypted(who="anna eve")), "unsigned", "not opened: the keystore holds no key for it; .* and others$", **closed)
        self.assertEqual(len(answer["smime"]["layers"][0]["recipients"]), 2)
        self.assertEqual((answer["smime"]["encrypted"], answer["smime"]["opened"]), (True, False))
        for name, raw, why in [("GCM changed", tampered(self.encrypted("-aes-256-gcm"), -100), "changed or damaged on the way"),
                               ("GCM tag", tampered(self.encrypted("-aes-256-gcm"), -1), "changed or damaged on the way"),
                               ("CBC end", tampered(self.encrypted(), -1), "the content is damaged"),
                               ("cut", self.encrypted()[:-400], "damaged or cut short"),
                               ("no structure", b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nhello\r\n", "damaged or cut short"),
                               ("nothing", b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\n", "it is empty")]:
            with self.subTest(name):
                self.check(mail(raw), "unsigned", why, **closed)

    def test_one_in_the_other(self):
        anna = self.post.sign
        deep = entity("Deep", [("a.pdf", ATTACHMENT)])
        for name, raw, order in [
                ("signed, then encrypted", self.encrypted(content=anna("anna", deep)), ["encrypted", "signed"]),
                ("opaque, then encrypted", self.encrypted(content=anna("anna", deep, "-nodetach")), ["encrypted", "signed"]),
                ("encrypted, then signed", anna("anna", self.encrypted(content=deep)), ["signed", "encrypted"]),
                ("three times", anna("anna", self.encrypted(content=anna("anna", deep))), ["signed", "encrypted", "signed"])]:
            with self.subTest(name):
                answer = self.check(mail(raw), "good", "", "Deep\n", ["a.pdf"])
                self.assertEqual([layer["kind"] for layer in answer["smime"]["layers"]], order)
                self.assertTrue(answer["smime"]["opened"])
        raw = deep
        for _ in range(5):
            raw = anna("anna", raw)
        self.assertIn("nested too deep", self.inspect(mail(raw))["smime"]["summary"])
        changed = self.encrypted(content=anna("anna", deep).replace(b"Deep", b"Dead"))
        self.check(mail(changed), "changed", "", "Dead\n", ["a.pdf"])

    def test_what_stands_among_others_is_not_put_together_with_them(self):
        around = mixed(b'Content-Type: text/html\r\n\r\n<img src="http://eve.test/', self.encrypted(), b'Content-Type: text/html\r\n\r\n">')
        answer = self.check(mail(around), "unsigned", "^part 2: encrypted with AES-256-CBC, opened", files=["smime.eml"], text=self.inspect(
            mail(around))["body_text"])
        self.assertNotIn("Secret", answer["body_text"] + answer["body_html"])

    def test_a_wrapped_mail_shows_its_own_subject(self):
        inside = b"Content-Type: message/rfc822\r\n\r\n" + mail(entity("Secret"), subject="Real")
        answer = self.check(mail(self.encrypted(content=inside), subject="..."), "unsigned", "opened", "Secret\n")
        self.assertEqual(answer["subject"], "Real")

    def test_certificates_alone_and_compressed_data(self):
        chain = subprocess.run(["openssl", "crl2pkcs7", "-nocrl", "-certfile", self.post.path("anna.pem"), "-outform", "DER"], capture_output=True,
                               check=True).stdout
        head = b"Content-Type: application/pkcs7-mime; name=smime.p7c\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        self.check(mail(head + base64.encodebytes(chain)), "unsigned", "holds certificates alone", "", ["smime.p7c"])
        compressed = b"MDAGCyqGSIb3DQEJEAEJoCEwHwIBADANBgsqhkiG9w0BCRADCDALBgkqhkiG9w0BBwE=\r\n"
        self.check(mail(head + compressed), "unsigned", "compressed data", "", ["smime.p7c"])

    def test_memory_is_bounded(self):
        big = entity("Secret", [("big.pdf", os.urandom(1 << 20) * 20)])
        path = self.post.write("big.eml", mail(self.encrypted(content=big)))
        program = ("import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
                   "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)")
        with Home() as home:
            home.apply(with_keys(self.post))
            done = subprocess.run(["/usr/bin/python3", "-c", program, *home.command("ingest", "-l", "support", path)], capture_output=True, text=True,
                                  check=True)
            code, peak = map(int, done.stdout.split())
            self.assertEqual(code, 0)
            if "asan" not in HAUSPOST:
                self.assertLess(peak, 6 * os.path.getsize(path) >> 20)
            (case,) = home.json("cases")
            (message, *_) = home.json("cases", "show", case["number"])["conversation"]
            self.assertEqual((message["text"], message["smime"]["opened"]), ("Secret\n", True))


def with_keys(post, dovecot=None, keystore="keys.pem", **changes):
    """The office's set-up with a keystore and a truststore for the account."""
    changes = {"keystores__own": {"name": "Own keys", "file": post.path(keystore)}, "keystores__cas": {"file": post.path("ca.pem")},
               "accounts__support__receive__smime": {"keystore": "own", "truststore": "cas"}, **changes}
    return setup(dovecot, **changes)


class Keystores(WithPost):
    def setUp(self):
        self.home = self.enterContext(Home())

    def entries(self, keystore="own"):
        return {entry["alias"]: entry for one in self.home.json("list", "keystores") if one["id"] == keystore for entry in one["entries"]}

    def test_formats(self):
        post = self.post
        both = post.pkcs12("both.p12", "support", "ca", alias="Support Desk")
        old = post.pkcs12("old.p12", "support", "ca", legacy=True)
        weak = post.pkcs12("weak.p12", "support", legacy=True, more=("-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-RC2-40"))
        for name, file, password, aliases in [
                ("PKCS#12", both, "secret", {"Support Desk": "sign, decrypt", "Example Mail CA": "trust"}),
                ("3DES", old, "secret", {"Support Example": "sign, decrypt", "Example Mail CA": "trust"}),
                ("RC2", weak, "secret", {"Support Example": "sign, decrypt"}),
                ("PEM", post.path("keys.pem"), None, {"Support Example": "sign, decrypt", "Desk Example": "sign, decrypt"}),
                ("certificate", post.path("anna.pem"), None, {"Anna Example": "encrypt"}),
        ]:
            with self.subTest(name):
                record = {"name": name, "file": file, **({"password": password} if password else {})}
                self.home.apply(json.dumps({"keystores": {"own": record}}))
                self.assertEqual({alias: entry["use"] for alias, entry in self.entries().items()}, aliases)
        self.home.apply(json.dumps({"keystores": {"own": {"file": both, "password": "secret"}}}))
        page = self.home.run("list", "keystores").out
        self.assertRegex(page, r"Support Desk +sign, decrypt +until 2040-01-01  CN=Support Example\n    issued by CN=Example Mail CA")
        self.assertEqual(self.entries()["Support Desk"]["chain"], 1)
        for shown in (page, self.home.run("export").out, self.home.run("list", "keystores", "--json").out):
            self.assertNotIn("PRIVATE", shown)
            self.assertNotIn("secret", shown)

    def test_several_keys_and_an_encrypted_pem(self):
        post = self.post
        for name in ("support", "desk"):
            post.pkcs12(name + ".p12", name, alias="one alias")
            subprocess.run(["openssl", "pkcs12", "-in", post.path(name + ".p12"), "-passin", "pass:secret", "-passout", "pass:word", "-out",
                            post.path(name + ".both")], check=True, capture_output=True)
        post.write("two.pem", post.read("support.both") + post.read("desk.both"))
        self.home.apply(json.dumps({"keystores": {"own": {"file": post.path("two.pem"), "password": "word"}}}))
        self.assertEqual(list(self.entries()), ["one alias", "one alias-2"])
        der = post.path("anna.der")
        subprocess.run(["openssl", "x509", "-in", post.path("anna.pem"), "-outform", "DER", "-out", der], check=True)
        self.home.apply(json.dumps({"keystores": {"own": {"file": der}}}))
        self.assertEqual(list(self.entries()), ["Anna Example"])

    def test_the_path_begins_at_the_set_up_file(self):
        shutil.copy(self.post.path("keys.pem"), os.path.join(self.home.top, "keys.pem"))
        path = self.home.write("setup.yaml", "keystores: { own: { file: keys.pem } }\n")
        self.assertIn("keystores/own: created", self.home.run("apply", path).out)
        os.unlink(os.path.join(self.home.top, "keys.pem"))
        exported = self.home.run("export").out
        self.assertIn('content: "********"', exported)
        self.assertIn("nothing to change", self.home.apply(exported).out)
        self.assertEqual(len(self.entries()), 2)
        text = self.post.read("keys.pem").decode()
        self.home.apply(json.dumps({"keystores": {"own": {"content": text}}}))
        self.assertEqual(len(self.entries()), 2)

    def test_what_is_wrong_is_named(self):
        post = self.post
        post.pkcs12("one.p12", "support")
        post.write("noise", b"hello")
        post.write("jks", b"\xfe\xed\xfe\xed\0\0\0\2")
        post.write("jceks", b"\xce\xce\xce\xce\0\0\0\2")
        post.write("cut.p12", post.read("one.p12")[:-50])
        post.write("empty", b"")
        post.write("cut.pem", post.read("anna.pem")[:-100])
        post.write("large", b" " * 800000)
        for record, pattern in [
                ({}, "keystores/own/content: is missing: .* in a set-up file also file, its path"),
                ({"file": post.path("nothing")}, "keystores/own/file: can't open .*nothing: No such file"),
                ({"file": post.path("one.p12")}, "keystores/own/password: a password is needed"),
                ({"file": post.path("one.p12"), "password": "wrong"}, "keystores/own/password: the password doesn't open it"),
                ({"file": post.path("noise")}, "keystores/own/content: it is neither PEM nor PKCS#12"),
                ({"file": post.path("empty")}, "keystores/own/file: .*empty is empty"),
                ({"file": post.path("large")}, "keystores/own/file: .*large"),
                ({"file": post.path("jks")}, "keystores/own/content: the file is damaged or cut short"),
                ({"file": post.path("jceks")}, "keystores/own/content: it is a Java keystore of kind JCEKS; convert it: keytool -importkeystore"),
                ({"file": post.path("cut.p12"), "password": "secret"}, "keystores/own/content: the structure is damaged or cut short"),
                ({"file": post.path("cut.pem")}, "keystores/own/content: the PEM block at byte 0 has no end"),
                ({"content": "%%%"}, "keystores/own/content: it is neither PEM nor the base64"),
                ({"content": "aGVsbG8="}, "keystores/own/content: it is neither PEM nor PKCS#12"),
                ({"file": "a", "content": "b"}, "keystores/own/file: is beside content"),
                ({"file": 7}, "keystores/own/file: is not the path"),
        ]:
            with self.subTest(record):
                answer = self.home.apply(json.dumps({"keystores": {"own": record}}), expect=3)
                self.assertRegex(answer.err, pattern)
                self.assertEqual(answer.err.count("\n"), 1)
        for changes, pattern in [
                ({"accounts__support__receive__smime": {"keystore": "cas"}}, 'receive/smime/keystore: keystore "cas" can\'t decrypt: it holds certificates only'),
                ({"accounts__support__receive__smime": {"truststore": "none"}}, 'receive/smime/truststore: there is no keystore "none"'),
        ]:
            self.assertRegex(self.home.apply(with_keys(post, **changes), expect=3).err, pattern)

    def test_the_largest_is_kept_whole(self):
        one = self.post.read("anna.pem")
        self.post.write("many.pem", one * (700 * 1024 // len(one)))
        self.home.apply(json.dumps({"keystores": {"own": {"file": self.post.path("many.pem")}}}))
        self.assertEqual(len(self.entries()), 700 * 1024 // len(one))
        self.home.run("keys", "rotate")
        self.assertIn("nothing to change", self.home.apply(self.home.run("export", "--sealed").out).out)

    def test_what_has_expired_is_a_warning(self):
        answer = self.home.apply(json.dumps({"keystores": {"own": {"file": self.post.path("old.pem")}}}))
        self.assertIn('keystores/own: warning: "Old Example" expired on 2021-01-01\n', answer.out)
        self.assertIn("EXPIRED 2021-01-01", self.home.run("list", "keystores").out)

    def test_a_keystore_in_use_stays(self):
        self.home.apply(with_keys(self.post))
        self.assertIn("still used by accounts/support", self.home.run("delete", "keystore", "own", expect=3).err)


class Office(WithPost):
    """From the mailbox to the case."""

    def test_what_was_encrypted_is_in_the_case(self):
        post = self.post
        dovecot = server_or_skip(self, Dovecot)
        home = self.enterContext(Home())
        home.apply(with_keys(post, dovecot))
        inside = post.sign("anna", entity("Order 4711 is late.", [("order.pdf", ATTACHMENT)]))
        for raw in (mail(post.encrypt("support", inside), subject="Late", ident="late"),
                    mail(post.encrypt("eve"), subject="Closed", ident="closed"),
                    mail(post.sign("anna").replace(b"smokes", b"smoked"), subject="Changed", ident="changed"),
                    mail(ENTITY, subject="Plain", ident="plain")):
            dovecot.deliver("support", raw)
        home.run("run", "support", "--once")
        cases = {case["subject"]: home.json("cases", "show", case["number"])["conversation"][0] for case in home.json("cases")}
        self.assertEqual(sorted(cases), ["Changed", "Closed", "Late", "Plain"])
        self.assertEqual(cases["Late"]["text"], "Order 4711 is late.\n")
        self.assertEqual((cases["Late"]["smime"]["verdict"], cases["Late"]["smime"]["opened"]), ("good", True))
        self.assertIn("holds no key for it", cases["Closed"]["smime"]["summary"])
        self.assertEqual(cases["Changed"]["smime"]["verdict"], "changed")
        self.assertIsNone(cases["Plain"]["smime"])
        self.assertEqual(self.attachments(home, cases["Late"]["id"]), [("order.pdf", len(ATTACHMENT), "1.1.2")])
        self.assertEqual([name for name, _, _ in self.attachments(home, cases["Closed"]["id"])], ["smime.p7m"])
        raw = subprocess.run(home.command("message", "raw", cases["Late"]["id"]), capture_output=True, check=True).stdout
        self.assertIn(b"application/pkcs7-mime", raw)
        self.assertNotIn(b"4711", raw)
        number = next(case["number"] for case in home.json("cases") if case["subject"] == "Late")
        self.assertRegex(home.run("cases", "show", number).out, "S/MIME: good: encrypted with AES-256-CBC, opened with key Support Example; signed by")

    @staticmethod
    def attachments(home, message):
        with contextlib.closing(sqlite3.connect(os.path.join(home.folder, "store.db"))) as db:
            return db.execute("SELECT name, size, part FROM attachment WHERE message_id = ? ORDER BY position", (message,)).fetchall()

    def test_a_lost_key_costs_no_mail(self):
        home = self.enterContext(Home())
        home.apply(with_keys(self.post))
        with open(os.path.join(home.folder, "keys"), "w", encoding="ascii") as file:
            file.write(f"other {base64.b64encode(os.urandom(32)).decode()}\n")
        path = home.write("one.eml", mail(self.post.encrypt("support")))
        home.run("ingest", "-l", "support", path)
        (case,) = home.json("cases")
        (message, *_) = home.json("cases", "show", case["number"])["conversation"]
        self.assertRegex(message["smime"]["summary"], "not opened: keystores/own/content: can't be used")


if __name__ == "__main__":
    unittest.main()
