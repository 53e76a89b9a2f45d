"""Who mail is from: signatures made by another implementation, and what becomes of mail whose sender isn't who he says."""

import base64
import email.utils
import json
import os
import random
import re
import subprocess
import tempfile
import unittest

from crash_support import read_steps
from office import mail, setup
from servers import Dns
from support import Home

try:
    import dkim
    import nacl.signing
except ImportError:
    dkim = None

DOMAIN = "customer.test"


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


class Keys:
    """One key of each kind, with their records."""

    def __init__(self):
        self.rsa = openssl("genrsa", "-traditional", "2048")
        public = base64.b64encode(openssl("rsa", "-pubout", "-outform", "DER", data=self.rsa)).decode()
        seed = nacl.signing.SigningKey.generate()
        self.ed25519 = base64.b64encode(bytes(seed))
        self.records = {
            f"rsa._domainkey.{DOMAIN}": [f"v=DKIM1; k=rsa; p={public}"],
            f"ed._domainkey.{DOMAIN}": ["v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(seed.verify_key)).decode()],
            f"testing._domainkey.{DOMAIN}": [f"v=DKIM1; t=y; p={public}"],
            f"revoked._domainkey.{DOMAIN}": ["v=DKIM1; p="],
            f"unreachable._domainkey.{DOMAIN}": "servfail",
        }

    def sign(self, raw, selector="rsa", canon="relaxed/relaxed", **more):
        """As its sender's server sends it, and the next one takes it at once: however long ago it was written."""
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        kind = selector == "ed"
        head = dkim.sign(raw, selector.encode(), more.pop("domain", DOMAIN).encode(), self.ed25519 if kind else self.rsa,
                         canonicalize=tuple(canon.encode().split(b"/")),
                         signature_algorithm=b"ed25519-sha256" if kind else b"rsa-sha256", **more)
        return f"Received: from mx.{DOMAIN} by mx.example.test; {email.utils.formatdate()}\r\n".encode() + head + raw


def letter(rng):
    """A message with what canonicalisation is about: folds, runs of blanks, empty lines at the end, long lines."""
    blanks = [" ", "  ", "\t", " \t "]
    words = [rng.choice(["Grüße", "tea", "a=b;c", "x" * 90, "-", "From"]) for _ in range(rng.randint(0, 60))]
    lines = []
    while words:
        line, words = words[:6], words[6:]
        lines.append(rng.choice(["", " "]) + "".join(word + rng.choice(blanks) for word in line).rstrip(rng.choice([" ", "\n"])))
        lines += [""] * rng.choice([0, 0, 1, 3])
    subject = rng.choice(["Tea", "  two   spaces  ", "folded\n over\n\tlines", ""])
    body = "\n".join(lines) + "\n" * rng.choice([1, 2, 5] if lines else [0, 1, 3])
    return (f"Received: from a\n\tby b;\n  Sat\nFROM:  Ann   <ann@{DOMAIN}>\nTO: support@example.test\nSubject:{subject}\n"
            f"Message-ID: <{rng.random()}@{DOMAIN}>\nDate: Sat, 21 Nov 2026 08:00:00 +0000\nCc: a@b.test\nCC:  c@d.test\n\n{body}").encode()


def can_be_read(raw):
    """Lines end with CRLF alone, and each of the header is a field or goes on with one. The other implementation refuses
    a mail with any strange line, signed or not, counts a lone CR as white space (RFC 6376 section 2.8: it is none), and
    knows no white space between a name and its colon (section 3.4.2 removes it)."""
    head = raw.partition(b"\r\n\r\n")[0]
    return not re.search(rb"\r(?!\n)|(?<!\r)\n", raw) and all(re.match(rb"[!-9;-~]+:|[ \t]", line) for line in head.split(b"\r\n"))


def changed(rng, raw):
    """A few bytes are others, gone or new, of what the signature is about: not in the field that says when it came."""
    first = raw.index(b"DKIM-Signature")
    while True:
        other = bytearray(raw)
        for _ in range(rng.choice([1, 1, 3])):
            at = rng.randrange(first, len(other))
            how = rng.random()
            if how < 0.5:
                other[at] = rng.choice(b" \tab;=:A0\r\n")
            elif how < 0.75:
                del other[at]
            else:
                other.insert(at, rng.choice(b" \tab;=:A0"))
        if can_be_read(other):
            return bytes(other)


class Inspect(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if dkim is None:
            raise unittest.SkipTest("python3-dkim isn't installed")
        cls.keys = Keys()
        cls.dns = cls.enterClassContext(Dns(cls.keys.records))

    def setUp(self):
        self.home = self.enterContext(Home())

    def inspect(self, *mails, dns=True):
        """What is told of each."""
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for number, raw in enumerate(mails):
                names.append(os.path.join(folder, str(number)))
                with open(names[-1], "wb") as file:
                    file.write(raw)
            words = ["--dns", self.dns.address] if dns else ["--no-dns"]
            answer = self.home.run("inspect", "--json", *words, *names, timeout=300)
        return [json.loads(line)["authentication"] for line in answer.out.splitlines()]

    def test_signatures_of_another_implementation(self):
        rng = random.Random(6376)
        mails = []
        for number in range(240):
            canon = ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed")[number % 4]
            raw = self.keys.sign(letter(rng), rng.choice(["rsa", "ed"]), canon)
            mails.append(raw if number % 3 else raw.replace(b"\r\n", b"\n"))
        for raw, found in zip(mails, self.inspect(*mails), strict=True):
            self.assertEqual([one["result"] for one in found["dkim"]], ["pass"], (found, raw))
            self.assertEqual((found["result"], found["by"]), ("authenticated", f"DKIM signature of {DOMAIN}"))

    def test_changed_mail_does_not_pass(self):
        """The other implementation says of each what we must say, where both read the same header (see can_be_read())."""
        rng = random.Random(8301)
        mails = [changed(rng, self.keys.sign(letter(rng), rng.choice(["rsa", "ed"]),
                                             ("simple/simple", "relaxed/relaxed")[number % 2])) for number in range(400)]
        passed = 0
        for raw, found in zip(mails, self.inspect(*mails), strict=True):
            good, theirs = found["result"] == "authenticated", self.their_verdict(raw)
            passed += good
            if good:
                self.assertTrue(theirs, (found, raw))
            elif theirs and not any(one["result"] == "pass" for one in found["dkim"]):
                self.fail(f"they let it pass: {found}\n{raw}")
        self.assertGreater(passed, 5)    # white space that doesn't count
        self.assertLess(passed, 250)

    def their_verdict(self, raw):
        def look_up(name, timeout=5):
            del timeout
            found = self.keys.records.get(name.decode().rstrip("."), [])
            return found[0].encode() if found and not isinstance(found, str) else None

        try:
            return dkim.verify(raw, dnsfunc=look_up)
        except Exception:  # noqa: BLE001 - it raises what it likes on strange input
            return False

    def test_what_keys_and_lengths_mean(self):
        raw = mail("Tea", sender=f"ann@{DOMAIN}")
        partly = self.keys.sign(raw, length=True)
        cases = [
            (self.keys.sign(raw), "pass", "good signature", "authenticated"),
            (self.keys.sign(raw, "testing"), "pass", "good signature, the domain is testing DKIM (t=y)", "authenticated"),
            (self.keys.sign(raw, "testing").replace(b"Subject: Tea", b"Subject: Pea"), "neutral",
             "bad signature, but the domain is testing DKIM (t=y)", "unauthenticated"),
            (self.keys.sign(raw, "revoked"), "permerror", "the key has been revoked (p= is empty)", "unauthenticated"),
            (self.keys.sign(raw, "missing"), "permerror", "there is no such key", "unauthenticated"),
            (self.keys.sign(raw, "unreachable"), "temperror", "the key could not be looked up now", "unknown"),
            (partly, "pass", "good signature", "authenticated"),
            (partly + b"buy!\r\n", "pass", "good, but 6 bytes at the end of the body are not signed (l=)", "unauthenticated"),
            (self.keys.sign(raw).replace(b"please", b"pay me"), "fail", "the body was changed on the way (bh=)", "unauthenticated"),
        ]
        for (_, result, reason, state), found in zip(cases, self.inspect(*(case[0] for case in cases)), strict=True):
            self.assertEqual((found["dkim"][0]["result"], found["dkim"][0]["reason"], found["result"]), (result, reason, state))

    def test_nothing_is_looked_up_unasked(self):
        before = len(self.dns.asked)
        (found,) = self.inspect(self.keys.sign(mail("Tea", sender=f"ann@{DOMAIN}")), dns=False)
        self.assertEqual((found["result"], found["dkim"][0]["result"]), ("unknown", "unchecked"))
        self.assertEqual(len(self.dns.asked), before)

    def test_page_for_people(self):
        path = self.home.write("mail", self.keys.sign(mail("Tea", sender=f"ann@{DOMAIN}")))
        page = self.home.run("inspect", "--dns", self.dns.address, path).out
        self.assertRegex(page, r"\nSender\nResult +authenticated\n")
        self.assertRegex(page, rf"\nDKIM +pass, {DOMAIN} \(rsa\): good signature")
        self.assertIn("is not a name server's address", self.home.run("inspect", "--dns", "nowhere", path, expect=2).err)


class Held(unittest.TestCase):
    """The listener believes mx.test, and looks up policies where that says nothing."""

    GOOD, BAD = (f"Authentication-Results: mx.test; dmarc={word} header.from={{}}\n" for word in ("pass", "fail (p=REJECT)"))

    def setUp(self):
        self.dns = self.enterContext(Dns({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject"]}))
        self.home = self.enterContext(Home())
        self.home.apply(setup(listeners__support__verify_senders="on", listeners__support__trusted_authserv_ids=["mx.test"]))

    def take(self, raw):
        """(outcome, case)"""
        answer = self.home.json("ingest", "--listener", "support", input=raw, env={"HAUSPOST_DNS": self.dns.address})
        return answer["outcome"], answer["case"]

    def mail(self, subject, ident, good, sender="ann@customer.test", extra=""):
        extra = (self.GOOD if good else self.BAD).format(sender.split("@")[1]) + extra if good is not None else extra
        head, _, rest = mail(subject, sender=sender, ident=ident, extra="").partition(b"\n")
        return extra.encode() + head + b"\n" + rest

    def open_case(self):
        self.assertEqual(self.take(self.mail("Help", "a1", True)), ("created", "SUP-00001"))

    def held(self):
        return self.home.json("ledger", "list", "held")

    def conversation(self, number="SUP-00001"):
        return self.home.json("cases", "show", number)["conversation"]

    def test_forged_reply_is_held_and_released(self):
        self.open_case()
        reply = self.mail("Re: Help", "a2", False, extra="In-Reply-To: <a1@customer.test>\n")
        self.assertEqual(self.take(reply), ("held", ""))
        (row,) = self.held()
        self.assertEqual((row["state"], row["outcome"], row["category"]), ("held", "held", "sender"))
        self.assertEqual(row["reason"], "ann@customer.test wanted to join SUP-00001: mx.test says that it is not from customer.test "
                                        "(dmarc=fail)")
        self.assertEqual(len(self.conversation()), 2)  # the first mail and its answer
        self.assertEqual(self.home.run("message", "raw", row["message"]).out.encode(), reply)
        released = self.home.json("ledger", "release", row["id"])
        self.assertEqual((released["outcome"], released["case"]), ("updated", "SUP-00001"))
        self.assertEqual(self.held(), [])
        joined = [one for one in self.conversation() if one["message_id"] == "a2@customer.test"]
        self.assertEqual(joined[0]["authentication"]["result"], "unauthenticated")
        self.assertIn("is not held", self.home.run("ledger", "release", row["id"], expect=1).err)

    def test_forged_number_is_held_and_discarded(self):
        self.open_case()
        self.assertEqual(self.take(self.mail("About SUP-00001", "a2", False)), ("held", ""))
        (row,) = self.held()
        self.assertEqual(self.home.json("ledger", "discard", row["id"])["outcome"], "discarded")
        self.assertEqual((self.held(), len(self.conversation())), ([], 2))
        self.assertIn("not held", self.home.run("ledger", "discard", row["id"], expect=1).err)

    def test_policy_that_is_looked_up(self):
        self.open_case()
        self.assertEqual(self.take(self.mail("About SUP-00001", "a2", None)), ("held", ""))
        self.assertEqual(self.held()[0]["reason"], "ann@customer.test wanted to join SUP-00001: it has no DKIM signature; customer.test "
                                                   "asks for p=reject")
        self.dns.records[f"_dmarc.{DOMAIN}"] = ["v=DMARC1; p=none"]
        self.assertEqual(self.take(self.mail("About SUP-00001", "a3", None)), ("updated", "SUP-00001"))

    def test_dead_name_server_holds_up_no_participant(self):
        self.open_case()
        self.dns.records[f"_dmarc.{DOMAIN}"] = "servfail"
        self.assertEqual(self.take(self.mail("About SUP-00001", "a2", None)), ("updated", "SUP-00001"))
        self.assertEqual(self.conversation()[-1]["authentication"]["dmarc"], "temperror")

    def test_stranger_with_a_number(self):
        self.open_case()
        self.assertEqual(self.take(self.mail("About SUP-00001", "b1", None, "bob@elsewhere.test")), ("held", ""))
        self.assertEqual(self.held()[0]["category"], "stranger")
        self.assertEqual(self.take(self.mail("About SUP-00001", "b2", True, "bob@elsewhere.test")), ("created", "SUP-00002"))
        self.assertIn("the sender has no part in that case", self.conversation("SUP-00002")[0]["evidence"])
        # let pass, he joins as one who has a part in it
        self.home.run("ledger", "release", self.held()[0]["id"])
        self.assertEqual(self.conversation()[-1]["message_id"], "b1@customer.test")
        self.assertEqual(self.take(self.mail("About SUP-00001", "b4", None, "bob@elsewhere.test")), ("updated", "SUP-00001"))
        # who was given a mail of the case may answer it
        known = self.mail("Re: Help", "b3", None, "carl@elsewhere.test", "In-Reply-To: <a1@customer.test>\n")
        self.assertEqual(self.take(known), ("updated", "SUP-00001"))

    def test_forged_mail_opens_a_case_without_an_answer(self):
        self.assertEqual(self.take(self.mail("Help", "a1", False)), ("created", "SUP-00001"))
        (row,) = self.home.json("ledger", "list")
        self.assertEqual(row["answer"], "the sender's domain disowns the mail")
        self.assertEqual(self.home.json("outbox", "list"), [])

    def test_forged_automatic_mail_is_not_filed_in_a_case(self):
        self.open_case()
        away = self.mail("Away", "a2", False, extra="Auto-Submitted: auto-replied\nIn-Reply-To: <a1@customer.test>\n")
        self.assertEqual(self.take(away), ("held", ""))

    def decide(self, verb, step=0):
        """A held reply, and a decision that ends with the process at `step` and is then taken again: (steps passed, what is in the store)."""
        with Home() as self.home:
            self.home.apply(setup(listeners__support__verify_senders="results", listeners__support__trusted_authserv_ids=["mx.test"]))
            self.open_case()
            self.take(self.mail("Re: Help", "a2", False, extra="In-Reply-To: <a1@customer.test>\n"))
            (row,) = self.held()
            log = os.path.join(self.home.top, "steps")
            self.home.run("ledger", verb, row["id"], env={"HAUSPOST_FAULT_STEP": str(step), "HAUSPOST_FAULT_LOG": log}, expect=None)
            if self.held():
                self.home.run("ledger", verb, row["id"])
            (row,) = (one for one in self.home.json("ledger", "list") if one["id"] == row["id"])
            if row["state"] == "failed":
                self.home.run("ledger", "retry", row["id"])
            rows = [(one["state"], one["outcome"], one["answer"]) for one in self.home.json("ledger", "list")]
            steps = len(read_steps(log)) if os.path.exists(log) else 0
            return steps, (rows, [(one["direction"], one["subject"]) for one in self.conversation()])

    def test_decision_survives_a_crash(self):
        for verb, messages in (("release", 3), ("discard", 2)):
            steps, expected = self.decide(verb)
            if not steps:
                self.skipTest("the program is built without fault points")
            self.assertEqual(len(expected[1]), messages)
            for step in range(1, steps + 1):
                with self.subTest(verb=verb, step=step):
                    self.assertEqual(self.decide(verb, step)[1], expected)

    def test_nothing_is_asked_where_it_is_off(self):
        self.home.apply(setup(listeners__support__verify_senders="off"))
        self.open_case()
        self.assertEqual(self.take(self.mail("About SUP-00001", "b1", None, "bob@elsewhere.test")), ("created", "SUP-00002"))
        self.assertEqual(self.dns.asked, [])
        self.assertNotIn("authentication", self.conversation()[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
