"""Mail over Microsoft Graph, from outside: a listener reads a mailbox of the double (tests/graph), a case is opened, the answer goes out over
Graph. Every request is judged by Microsoft's own description where that lies beside the checkout (HAUSPOST_CORPUS); otherwise the double's
own rules remain, and that is said."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
import email

from graph.description import Description, Wrong, check_batch, check_upload
from graph.double import Graph
from graph.office import USER, home_for, letter, setup
from smime_post import Post
from support import wait_until

if Description.missing():
    print(f"graph: requests aren't checked by Microsoft's description: {Description.missing()}", file=sys.stderr)


class Office(unittest.TestCase):
    """One double for a class; each test has mailboxes of its own."""

    @classmethod
    def setUpClass(cls):
        cls.graph = cls.enterClassContext(Graph())

    def setUp(self):
        self.graph.restore({})
        self.graph.violations, self.graph.tokens = [], {"token-1"}
        self.box = self.graph.mailbox(USER)

    def tearDown(self):
        self.assertEqual(self.graph.violations, [])

    def home(self, **options):
        return self.enterContext(home_for(self.graph, **options))

    def read(self, home, **options):
        return home.run("run", "support", "--once", **options)

    def cases(self, home):
        return len(home.json("cases", "list"))


class Reading(Office):
    def test_mail_becomes_a_case_and_the_answer_goes_out(self):
        home = self.home()
        mail = self.box.deliver(letter("printer"))
        self.read(home)
        self.assertEqual(self.cases(home), 1)
        self.assertTrue(mail.is_read)
        home.run("outbox", "flush")
        self.assertEqual([sent.recipients for sent in self.graph.sent], [["anna@customer.test"]])
        answer = email.message_from_bytes(self.graph.sent[0].raw)
        self.assertEqual(answer["In-Reply-To"], "<printer@customer.test>")
        self.assertIn("SUP-00001", answer.get_payload(decode=True).decode())
        self.assertEqual(len(self.box.inside("sentitems")), 1)
        self.assertEqual([row["state"] for row in home.json("outbox", "list")], ["sent"])

    def test_many_pages_oldest_first(self):
        self.graph.page_max = 7
        try:
            home = self.home()
            for number in range(40):
                self.box.deliver(letter(f"m{number}", sender=f"p{number}"))
            self.read(home)
            subjects = [case["subject"] for case in sorted(home.json("cases", "list"), key=lambda case: case["number"])]
            self.assertEqual(subjects, [f"About m{number}" for number in range(40)])
            self.assertGreaterEqual(self.graph.count(r"skiptoken"), 5)
            self.assertEqual(self.graph.count(r"POST /v1.0/\$batch"), 2)
        finally:
            self.graph.page_max = 1000

    def test_expired_delta_imports_nothing_again(self):
        home = self.home()
        for number in range(5):
            self.box.deliver(letter(f"m{number}"))
        self.read(home)
        self.box.deliver(letter("new"))
        self.box.forget_deltas()
        self.read(home)
        self.assertEqual(self.cases(home), 6)
        self.assertEqual(self.graph.count(r"/\$value"), 6)
        self.read(home)
        self.assertEqual(self.graph.count(r"/\$value"), 6)

    def test_what_comes_back_or_is_moved_away_by_hand(self):
        home = self.home(after="leave")
        first, second = self.box.deliver(letter("first")), self.box.deliver(letter("second"))
        self.read(home)
        self.box.put(first, self.box.folder("archive"))
        self.read(home)
        self.box.put(first, self.box.folder("inbox"))
        self.box.remove(second)
        self.read(home)
        self.assertEqual(self.cases(home), 2)

    def test_folder_by_path(self):
        office = self.box.make_folder("O'Brien & Söhne", self.box.folder("inbox"))
        self.box.make_folder("Deep/er", office)
        deep = self.box.make_folder("100% Deep", office)
        self.box.put(self.box.deliver(letter("hidden")), deep)
        home = self.home(folder="Inbox/O'Brien & Söhne/100% Deep")
        self.read(home)
        self.assertEqual(self.cases(home), 1)

    def test_junk_by_its_well_known_name_and_by_its_use(self):
        for n, folder in enumerate(("junkemail", "\\Junk")):
            self.box.deliver(letter(f"junk {n}"), "junkemail")
            home = self.home(folder=folder)
            self.read(home)
            self.assertEqual(self.cases(home), n + 1)

    def test_missing_folder_is_named(self):
        home = self.home(folder="inbox/Nowhere")
        self.assertIn('there is no folder "Nowhere"', self.read(home, expect=None).err)

    def test_large_and_too_large(self):
        home = self.home(listener={"oversize_template": "large"})
        self.box.deliver(letter("large", "x" * 70 + ("\n" + "x" * 70) * 20000))
        self.box.deliver(letter("huge", "x" * 70 + ("\n" + "x" * 70) * 60000))
        self.read(home)
        self.assertEqual(self.cases(home), 1)
        parked = home.json("ledger", "list", "--state", "parked")
        self.assertEqual([row["answer"] for row in parked], ["queued"])
        self.assertEqual(self.graph.count("0x0E08"), 1)
        home.run("outbox", "flush")
        self.assertIn("It has 4.2 MB, we take 2 MB.", [email.message_from_bytes(sent.raw).get_payload(decode=True).decode().strip() for sent in self.graph.sent])

    def test_larger_than_any_other_answer(self):
        home = self.home(listener={"max_message_mb": 20})
        self.box.deliver(letter("ten-megabytes", "x" * 70 + ("\n" + "x" * 70) * 150000))
        self.read(home)
        self.assertEqual(self.cases(home), 1)

    def test_two_hundred_are_moved_and_the_folder_is_made(self):
        home = self.home(after="move", after_folder="Done/2026")
        for number in range(45):
            self.box.deliver(letter(f"m{number}", sender=f"p{number}"))
        self.read(home)
        self.assertEqual(len(self.box.inside("Done/2026")), 45)
        self.assertEqual(self.box.inside(), [])
        self.read(home)
        self.assertEqual(self.cases(home), 45)

    def test_delete_goes_to_deleted_items(self):
        home = self.home(after="delete")
        self.box.deliver(letter("m"))
        self.read(home)
        self.assertEqual(len(self.box.inside("deleteditems")), 1)


class Days(Office):
    """`since` and backfill: by the day a message was received (UTC), without duplicates."""

    def setUp(self):
        super().setUp()
        for name, day in (("one", "2026-01-01T23:59:59Z"), ("two", "2026-02-01T00:00:00Z"), ("three", "2026-02-28T23:59:59Z"), ("four", "2026-03-01T00:00:00Z")):
            self.box.deliver(letter(name), received=day)
        self.box.deliver(letter("two"), received="2026-03-02T09:00:00Z")  # once more

    def subjects(self, home):
        return sorted(case["subject"].removeprefix("About ") for case in home.json("cases", "list"))

    def test_former_days_are_fetched_later(self):
        home = self.home(listener={"since": "2026-03-01"})
        self.read(home)
        self.assertEqual(self.subjects(home), ["four", "two"])
        self.assertEqual(home.json("ledger", "verify", "support")["gaps"], 0)
        dry = home.json("backfill", "support", "--since", "2026-02-01", "--until", "2026-02-28", "--dry-run")
        self.assertEqual((dry["in_window"], dry["missing"], dry["known"]), (2, 2, 0))
        done = home.json("backfill", "support", "--since", "2026-02-01", "--until", "2026-02-28")
        self.assertEqual((done["created"], done["duplicates"]), (1, 1))  # "two" came again later and was handled then
        self.assertEqual(self.subjects(home), ["four", "three", "two"])
        self.addCleanup(setattr, self.graph, "page_max", self.graph.page_max)
        self.graph.page_max = 2
        again = home.json("backfill", "support", "--since", "2026-01-01")
        self.assertEqual((again["in_window"], again["known"], again["missing"], again["created"]), (5, 4, 1, 1))
        self.assertEqual(self.subjects(home), ["four", "one", "three", "two"])
        self.assertEqual(home.json("backfill", "support", "--since", "2026-01-01")["missing"], 0)
        self.assertIn("no new messages", self.read(home).out)
        self.assertTrue(all(message.is_read for message in self.box.messages.values()))

    def test_nothing_since_that_day_yet(self):
        home = self.home(listener={"since": "2030-01-01"})
        self.read(home)
        self.assertEqual(self.subjects(home), [])
        self.box.deliver(letter("five"), received="2026-04-02T09:00:00Z")
        self.read(home)  # it came after the beginning, whatever its day
        self.assertEqual(self.subjects(home), ["five"])


class Faults(Office):
    def test_throttled_listener_resumes(self):
        for number in range(6):
            self.box.deliver(letter(f"m{number}"))
        home = self.home()
        self.graph.fault(r"GET .*\$value", 429, "ApplicationThrottled", {"Retry-After": "1"}, skip=3)
        home.serve()
        wait_until(lambda: self.cases(home) == 6, 30, "six cases")
        self.assertIn("429", home.log())
        home.stop()
        self.assertEqual(self.graph.count(r"GET .*\$value"), 7)

    def test_throttled_single_requests_of_a_batch(self):
        for number in range(5):
            self.box.deliver(letter(f"m{number}"))
        home = self.home()
        self.graph.fault(r"batch PATCH", 429, "ApplicationThrottled", {"Retry-After": "1"}, skip=1, times=2)
        self.graph.fault(r"batch PATCH", 404, "ErrorItemNotFound", skip=2)
        self.read(home)
        self.assertEqual(sum(mail.is_read for mail in self.box.inside()), 4)
        self.assertEqual(self.graph.count("batch PATCH"), 7)

    def test_expired_token_is_renewed(self):
        home = self.home()
        self.box.deliver(letter("m"))
        self.graph.fault(r"\$value", 401, "InvalidAuthenticationToken")
        self.read(home)
        self.assertEqual(self.cases(home), 1)
        self.assertGreaterEqual(self.graph.count("POST /token"), 2)

    def test_no_permission_says_what_to_do(self):
        home = self.home()
        self.graph.fault("mailFolders", 403, "ErrorAccessDenied", times=0)
        self.assertIn("Mail.ReadWrite", self.read(home, expect=None).err)

    def test_unknown_mailbox_says_what_to_do(self):
        home = self.home()
        self.graph.mailboxes.clear()
        self.assertIn("no such mailbox", self.read(home, expect=None).err)

    def test_connectivity_test_tells_how_it_goes(self):
        home = self.home()
        shown = home.run("test", "support").out
        self.assertEqual(shown.count("Microsoft Graph (Connect using HTTPS)"), 2, shown)
        self.graph.fault("mailFolders", 403, "ErrorAccessDenied", times=0)
        shown = home.run("test", "support", expect=None).out
        self.assertIn("Mail.ReadWrite", shown)

    def test_link_to_another_host_gets_no_token(self):
        home = self.home()
        page = {"value": [], "@odata.nextLink": "https://graph.evil.test/v1.0/steal"}
        self.graph.fault("delta", 200, body=json.dumps(page).encode(), headers={"Content-Type": "application/json"})
        self.assertIn("isn't followed", self.read(home, expect=None).err)

    def test_secrets_stay_where_they_are(self):
        home = self.home()
        self.box.deliver(letter("m"))
        shown = self.read(home, env={"HAUSPOST_LOG": "debug"})
        for secret in ("token-1", "graph-client-secret"):
            self.assertNotIn(secret, shown.out + shown.err)


class Sending(Office):
    def queue(self, home, count=1, **fields):
        for number in range(count):
            self.box.deliver(letter(f"m{number}", sender=f"p{number}", **fields))
        self.read(home)
        self.graph.requests.clear()

    def states(self, home):
        return [row["state"] for row in home.json("outbox", "list")]

    def test_lost_answer_is_uncertain_and_never_sent_twice(self):
        home = self.home()
        self.queue(home)
        self.graph.fault("sendMail", action="do-and-cut")
        home.run("outbox", "flush", expect=None)
        home.run("outbox", "flush", expect=None)
        self.assertEqual(self.states(home), ["uncertain"])
        self.assertEqual(len(self.graph.sent), 1)

    def test_throttled_sender_waits(self):
        home = self.home()
        self.queue(home, 3)
        self.graph.fault("sendMail", 429, "ApplicationThrottled", {"Retry-After": "60"}, skip=1)
        home.run("outbox", "flush", expect=None)
        self.assertEqual(sorted(self.states(home)), ["later", "queued", "sent"])
        self.assertEqual(len(self.graph.sent), 1)

    def test_refused_mail_fails_alone(self):
        home = self.home()
        self.queue(home, 3)
        self.graph.fault("sendMail", 400, "ErrorInvalidRecipients", skip=1)
        home.run("outbox", "flush", expect=None)
        self.assertEqual(sorted(self.states(home)), ["failed", "sent", "sent"])


class Signed(Office):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.post = Post(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="hauspost-graph-")))
        cls.post.person("support", address=USER)

    def setUp(self):
        super().setUp()
        self.signing = self.home()
        document = json.loads(setup(self.graph))
        document["accounts"]["support"]["send"]["smime"] = {"keystore": "own"}
        document["keystores"] = {"own": {"file": self.post.path("both.pem")}}
        self.post.write("both.pem", self.post.read("support.key") + self.post.read("support.pem"))
        self.signing.apply(json.dumps(document))

    def send(self, text, *words, **options):
        return self.signing.run("send", "--account", "support", "--to", "anna@customer.test", *words, "--subject", "Printer", input=text, **options)

    def verified(self, raw):
        done = subprocess.run(["openssl", "cms", "-verify", "-CAfile", self.post.path("ca.pem"), "-purpose", "smimesign", "-in", self.post.write("out", raw)],
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return email.message_from_bytes(done.stdout).get_payload(decode=True).decode()

    def test_signed_mail_arrives_as_it_was_signed(self):
        text = "It smokes.  \nFrom the start\n.\n" + "All of it. \n" * 60000
        self.send(text, "--to", "berta@customer.test")
        self.signing.run("outbox", "flush")
        (sent,) = self.graph.sent
        self.assertEqual(sorted(sent.recipients), ["anna@customer.test", "berta@customer.test"])
        self.assertEqual(self.verified(sent.raw), text.replace("\n", "\r\n"))
        self.assertEqual(sent.files, [])

    def test_what_graph_cannot_carry_signed_is_refused_before_it_is_queued(self):
        refused = self.send("=========== \n" * 110000, expect=None)
        self.assertNotEqual(refused.code, 0)
        self.assertRegex(refused.err, r"the mail is \d\.\d MB, files encoded, and Microsoft Graph takes 3 MB at most of signed or encrypted mail")
        self.assertEqual(self.signing.json("outbox", "list"), [])
        self.assertIn("signed or encrypted mail goes up to 3 MB", self.signing.run("test", "support").out)


@unittest.skipIf(Description.missing(), f"Microsoft's description isn't there: {Description.missing()}")
class TheJudge(unittest.TestCase):
    """A judge that passes everything would prove nothing."""

    WRONG = [
        ("GET", "/users/a/mailFolder", {}, b"", "no such path"),
        ("PUT", "/users/a/messages/x", {}, b"", "no PUT"),
        ("GET", "/users/a/mailFolders/inbox/messages/delta?$select=id,size", {}, b"", "size is none of"),
        ("GET", "/users/a/mailFolders/inbox/messages/delta?$expand=attachments", {}, b"", "no query parameter"),
        ("GET", "/users/a/mailFolders/inbox/messages?$top=many", {}, b"", "no number"),
        ("GET", "/users/a//messages/x", {}, b"", "empty segment"),
        ("PATCH", "/users/a/messages/x", {"content-type": "application/json"}, b'{"isRead":"yes"}', "isRead"),
        ("PATCH", "/users/a/messages/x", {"content-type": "application/json"}, b'{"isread":true}', "isread"),
        ("PATCH", "/users/a/messages/x", {"content-type": "application/json"}, b"", "missing"),
        ("PATCH", "/users/a/messages/x", {"content-type": "text/plain"}, b"aGk=", "type text/plain"),
        ("POST", "/users/a/sendMail", {"content-type": "text/plain"}, b"From: a", "base64"),
        ("POST", "/users/a/messages/x/move", {"content-type": "application/json"}, b'{"folder":"y"}', "folder"),
        ("POST", "/users/a/messages/x/send", {"content-type": "application/json"}, b"{}", "none is described"),
        ("POST", "/users/a/messages/x/attachments/createUploadSession", {"content-type": "application/json"},
         b'{"AttachmentItem":{"size":"big"}}', "big"),
        ("POST", "/users/a/messages/x/attachments", {"content-type": "application/json"},
         b'{"@odata.type":"#microsoft.graph.fileAttachment","name":"a","contentBytes":"%"}', "base64"),
    ]
    RIGHT = [
        ("GET", "/users/a%40b.test/mailFolders/inbox", {}, b""),
        ("GET", "/users/a/mailFolders/F%2F1/messages/delta?$select=id,receivedDateTime,isRead", {}, b""),
        ("GET", "/users/a/mailFolders/F/messages/microsoft.graph.delta()?$select=id", {}, b""),
        ("POST", "/users/a/sendMail", {"content-type": "text/plain"}, b"RnJvbTogYQ=="),
        ("POST", "/users/a/messages/x/move", {"content-type": "application/json"}, b'{"destinationId":"y"}'),
        ("PATCH", "/users/a/messages/x", {"content-type": "application/json"}, b'{"isRead":true}'),
    ]

    def test_wrong_requests_fail(self):
        for method, target, headers, body, words in self.WRONG:
            with self.subTest(f"{method} {target} {body}"), self.assertRaisesRegex(Wrong, re.escape(words)):
                Description.load().check(method, target, headers, body)

    def test_right_requests_pass(self):
        for method, target, headers, body in self.RIGHT:
            with self.subTest(target):
                Description.load().check(method, target, headers, body)

    def test_wrong_batches_fail(self):
        one = {"id": "0", "method": "DELETE", "url": "/users/a/messages/x"}
        for requests in ([], [one] * 2, [{**one, "id": str(n)} for n in range(21)], [{**one, "url": "https://x/"}], [{**one, "body": {}}]):
            with self.assertRaises(Wrong):
                check_batch(json.dumps({"requests": requests}).encode())
        self.assertEqual(check_batch(json.dumps({"requests": [one]}).encode()), [one])

    def test_wrong_uploads_fail(self):
        unit = bytes(320 * 1024)
        for headers, body, at in (({"content-range": "bytes 0-327679/900000", "authorization": "Bearer x"}, unit, 0),
                                  ({"content-range": "bytes 0-9/900000"}, bytes(10), 0), ({}, unit, 0),
                                  ({"content-range": "bytes 0-327679/900000"}, unit, 327680)):
            with self.assertRaises(Wrong):
                check_upload(headers, body, at, 900000)
        self.assertEqual(check_upload({"content-range": "bytes 0-327679/900000"}, unit, 0, 900000), 327680)

    def test_the_double_refuses_what_is_wrong(self):
        with Graph() as graph:
            graph.mailbox(USER)
            headers = {"authorization": "Bearer token-1", "prefer": 'IdType="ImmutableId"'}
            path = f"/v1.0/users/{USER}/mailFolders/inbox"
            self.assertEqual(graph.answer("GET", path, headers, b"")[0], 200)
            self.assertEqual(graph.answer("GET", path, {"prefer": headers["prefer"]}, b"")[0], 401)
            self.assertEqual(graph.violations, [])
            for wrong, fields in ((path + "?$skip=1", headers), (path, {"authorization": "Bearer token-1"})):
                self.assertEqual(graph.answer("GET", wrong, fields, b"")[0], 400)
            self.assertEqual(len(graph.violations), 2)


if __name__ == "__main__":
    unittest.main()
