"""What every command does when all is well, on standard output and as JSON; and that nothing in a mail reaches a terminal as a command."""

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import sqlite3
import struct
import subprocess
import termios
import time
import unittest

from api_client import Api
from office import mail, setup
from servers.dovecot import Dovecot
from servers.private import ServerMissing, wait_until
from servers.smtp_sink import SmtpSink
from support import Home, keep_secret

NASTY = "\x1b]0;title\x07\x1b[31mred\x9b5m\x7f"
COMMANDS = ["serve", "status", "pause", "resume", "trace", "apply", "export", "list", "show", "delete", "run", "ingest", "backfill",
            "send", "cases", "search", "message", "ledger", "outbox", "suppressions", "loops", "automatic-mail", "providers", "import",
            "detect", "inspect", "profile", "operator", "test", "keys", "keystores", "certificates", "expiring", "webhooks", "events",
            "alerts", "openapi", "doctor", "version"]


class Commands(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())

    def db(self):
        return contextlib.closing(sqlite3.connect(os.path.join(self.home.folder, "store.db")))

    def ask(self, sql):
        with self.db() as db:
            return db.execute(sql).fetchall()

    def ingest(self, *words, **options):
        return self.home.run("ingest", "-l", "support", input=mail(*words, **options)).out

    def on_terminal(self, *words, columns=60, color=False):
        """What the command writes to a terminal of so many columns."""
        env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm"} | ({} if color else {"NO_COLOR": "1"})
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(self.home.command(*words), stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        pieces = []
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        os.close(ours)
        self.assertEqual(process.wait(60), 0)
        return b"".join(pieces).decode("utf-8").replace("\r\n", "\n")

    # ---- help

    def test_help_lists_every_command_and_each_has_its_own(self):
        page = self.home.run("--help").out
        self.assertEqual([line.split()[0] for line in page.splitlines() if line.startswith("  ") and line[2].isalpha()][:len(COMMANDS)], COMMANDS)
        self.assertEqual(self.home.run("help").out, page)
        self.assertEqual(self.home.run(expect=2).err, page)
        self.assertLess(max(map(len, page.splitlines())), 106)
        for name in COMMANDS:
            with self.subTest(command=name):
                own = self.home.run(name, "--help").out
                self.assertTrue(own.startswith(f"usage: hauspost {name}"), own)
                self.assertEqual(self.home.run("help", name).out, own)
                self.assertFalse(own.splitlines()[0].endswith(" "), own)
                self.assertNotRegex(own, "[\x80-\x9f\ufffd]", "letters in a wrong encoding")
        self.assertIn("there is no command 'nosuch'", self.home.run("help", "nosuch", expect=2).err)
        self.assertRegex(self.home.run("--version").out, r"^hauspost \d+\.\d+\.\d+\n$")
        self.assertEqual(set(self.home.json("version")), {"version", "schema"})

    # ---- answers that don't go out

    def take_in(self, sender, ident, subject, text):
        path = self.home.write(f"{ident}.eml", f"From: {sender}\nTo: support@example.com\nMessage-ID: <{ident}@x>\nSubject: {subject}\n\n{text}\n")
        self.home.run("ingest", "--listener", "support", path)

    def test_a_wrong_word_is_told_the_right_one(self):
        kinds = re.search("there are (.*?);", self.home.run("list", "accounst", expect=2).err).group(1).split(", ")
        for command in ("list", "show", "delete"):
            page = " ".join(self.home.run(command, "--help").out.split())
            self.assertIn(f"Kinds: {', '.join(kinds)} (", page, command)
        for words, told in ((["serv"], "did you mean serve?"), (["case"], "did you mean cases?"), (["ladger", "list"], "did you mean ledger?"),
                            (["accounts"], "'hauspost list accounts'"), (["listener"], "'hauspost help listener'"),
                            (["cases", "--home", "/x"], "--home stands before the command"),
                            (["cases", "--store=/x"], "--store stands before the command")):
            self.assertIn(told, self.home.run(*words, expect=2).err)
        self.assertNotIn("did you mean", self.home.run("nothing-of-the-kind", expect=2).err)
        self.assertIn('"two words" is not an id (1 to 64 letters', self.home.run("operator", "add", "two words", expect=2).err)

    def test_what_an_empty_list_names_shows_the_keys(self):
        self.home.apply(setup())
        for command, key in (("alerts", "to"), ("webhooks", "url")):
            named = re.search("'hauspost (help [a-z ]+)'", self.home.run(command).out).group(1)
            self.assertRegex(self.home.run(*named.split()).out, rf"(?m)^  {key} ", command)

    def test_a_reader_who_is_gone_ends_it_without_a_word(self):
        """As "| head" is: not a fault to be told of. A full disk is."""
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, "wb") as pipe:
            done = subprocess.run(self.home.command("help", "records"), stdout=pipe, stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr), (-signal.SIGPIPE, b""))
        with open("/dev/full", "wb") as full:
            done = subprocess.run(self.home.command("help", "records"), stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, b"hauspost: can't write the output\n"))

    def test_a_loop_is_shown_and_reset(self):
        self.home.apply(setup(accounts__support__send__answers_per_hour=100))
        self.assertEqual(self.home.run("loops").out, "no loops\n")
        for i in range(5):
            self.take_in("robot-like@example.org", f"l{i}", f"Number {i}", f"Your request {i} was received by our department.")
        (loop,) = self.home.json("loops", "list")
        self.assertEqual((loop["scope"], loop["name"], loop["state"]), ("address", "robot-like@example.org", "open"))
        self.assertIn("open      until ", self.home.run("loops").out)
        rows = self.home.json("ledger", "list", "--no-answer", "loop")
        self.assertEqual([row["no_answer"] for row in rows], ["loop", "loop"])
        self.assertIn("no answer (loop): a loop: ", self.home.run("ledger", "list", "--no-answer", "loop").out)
        self.assertIn("reason", self.home.run("ledger", "list", "--no-answer", "whatever", expect=2).err)
        self.home.run("loops", "reset", "Robot-Like+7@example.org")
        self.assertEqual(self.home.json("loops"), [])
        self.home.run("loops", "reset", "nobody@example.org", expect=1)
        self.take_in("robot-like@example.org", "l9", "Number 9", "Your request 9 was received by our department.")
        self.assertEqual(len(self.home.json("outbox", "list")), 4)

    def test_answers_can_have_no_envelope_sender(self):
        for word, sender in (("address", "support@example.test"), ("none", "")):
            self.home.apply(setup(accounts__support__send__answer_envelope=word))
            self.take_in("ann@example.org", f"e-{word}", "Help", "please")
            self.assertEqual(self.ask("SELECT envelope_from FROM outbox ORDER BY id DESC LIMIT 1"), [(sender,)])

    def test_a_message_tells_why_it_is_there(self):
        self.home.apply(setup())
        self.take_in("ann@example.org", "w1", "Help", "please")
        self.take_in("ann@example.org", "w2", "Re: [S-1]", "more")
        number = self.home.json("cases", "list")[0]["number"]
        self.take_in("ann@example.org", "w3", f"Re: [{number}]", "more still")
        message = self.home.json("cases", "show", number)["conversation"][-1]["id"]
        shown = self.home.json("message", "show", str(message))
        self.assertEqual(shown["case"], number)
        self.assertRegex(shown["why"][0], r"^won: case number in the subject \(weak\): ")
        self.assertRegex(self.home.run("message", "show", str(message)).out, r"\nWhy +won: case number")
        self.home.run("message", "show", "999999", expect=1)

    def test_the_switch_makes_answers_wait(self):
        self.home.apply(setup())
        self.take_in("ann@example.org", "s1", "Help", "please")
        self.assertEqual(self.home.json("automatic-mail", "off"), {"on": False, "waiting": 1})
        self.assertIn("waits: automatic mail is off", self.home.run("outbox", "list").out)
        self.assertEqual(self.home.json("outbox", "list")[0]["waits_for"], "automatic-mail")
        self.take_in("bob@example.org", "s2", "Help", "me, too")
        self.assertEqual(len(self.home.json("ledger", "list", "--no-answer", "switched-off")), 1)
        self.assertEqual(self.home.run("automatic-mail").out, "automatic mail is off; waiting in the outbox: 1, until it is on again\n")
        self.assertEqual(self.home.json("automatic-mail", "on")["on"], True)
        self.assertEqual(self.home.json("outbox", "list")[0]["waits_for"], "")

    # ---- the set-up

    def test_apply_says_what_it_does(self):
        self.assertEqual(self.home.apply(setup()).out.splitlines(), [
            "templates/received: created", "case_types/request: created", "accounts/support: created", "rules/support: created",
            "listeners/support: created"])
        self.assertTrue(self.home.apply(setup()).out.endswith("nothing to change\n"))
        changed = setup(accounts__support__receive__port=1993)
        dry = self.home.run("apply", "-", "--dry-run", input=changed).out
        self.assertIn("accounts/support: changed\n  receive/port: 1143 -> 1993\n", dry)
        self.assertTrue(dry.endswith("1 record would change; without --dry-run it is done\n"))
        self.assertEqual(self.ask("SELECT MAX(revision) FROM record"), [(1,)])
        answer = self.home.json("apply", "-", input=changed)
        self.assertEqual((answer["changed"], answer["dry_run"]), (1, False))
        self.assertEqual(self.ask("SELECT MAX(revision) FROM record"), [(2,)])

    def test_a_store_of_an_older_version_is_brought_up_to_date(self):
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        with open(os.path.join(root, "src/store/migrations.c"), encoding="utf-8") as file:
            first = re.sub(r"/\*.*?\*/", "", file.read().split("foundation[] =")[1].split(";\n\n")[0], flags=re.S)
        script = "".join(re.findall(r'"([^"]*)"', first))
        for word, sql in (("{ID}", "INTEGER"), ("{BLOB}", "BLOB"), ("{CLUSTERED}", "WITHOUT ROWID")):
            script = script.replace(word, sql)
        self.home.apply(setup())
        store = os.path.join(self.home.folder, "store.db")
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(store + end)
        with sqlite3.connect(store) as db:
            db.executescript("PRAGMA journal_mode = WAL; CREATE TABLE schema_migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
                             "applied_at BIGINT NOT NULL); CREATE TABLE id_block (next BIGINT NOT NULL); INSERT INTO id_block VALUES (1000);"
                             "INSERT INTO schema_migration VALUES (1, 'foundation', 1);" + script +
                             "INSERT INTO cases VALUES (5, 'request', 'S-000005', 'open', NULL, 'Old', NULL, 'support', NULL, '{}', 1, 1, 1);"
                             "INSERT INTO message VALUES (6, 'in', 5, 'support', 'old@x', 'Ann@Example.org', '', '', 'Old', 'none', 1, 1, 1, '', 'x');")
        db.close()
        self.assertIn("has schema 1, this program needs", self.home.run("cases", "list", expect=4).err)
        self.home.run("apply", "-", "--dry-run", input=setup(), expect=4)
        self.home.apply(setup())
        self.assertEqual(self.ask("SELECT address FROM case_participant"), [("ann@example.org",)])
        self.take_in("ann@example.org", "n1", "Re: Old", "It goes on.")
        self.home.run("cases", "list")

    def test_list_show_delete(self):
        self.home.apply(setup())
        self.assertEqual(self.home.run("list", "accounts").out.split(), ["support", "Support"])
        self.assertEqual(self.home.json("list", "account"), ["support"])
        self.assertEqual(self.home.run("list", "providers").out, "no providers\n")
        shown = self.home.run("show", "account", "support").out
        self.assertIn('password: "********"', shown)
        self.assertNotIn("pw", shown)
        self.assertEqual(self.home.json("show", "account", "support")["accounts"]["support"]["receive"]["port"], 1143)
        self.assertEqual(self.home.run("delete", "listeners", "support").out, "listener support deleted\n")
        self.assertEqual(self.home.json("delete", "rule", "support"), {"kind": "rule", "deleted": "support"})
        self.assertEqual(self.home.json("list", "listeners"), [])

    def test_an_export_applies_on_a_fresh_home_with_the_same_key(self):
        self.home.apply(setup())
        sealed = self.home.run("export", "--sealed").out
        self.assertNotIn("password: pw", sealed)
        for words in ([], ["--all-fields"]):
            self.assertTrue(self.home.apply(self.home.run("export", *words).out).out.endswith("nothing to change\n"))
        with Home() as other:
            answer = other.run("apply", "-", input=sealed, expect=3)
            self.assertIn("accounts/support/receive/password", answer.err)
            os.makedirs(other.folder, mode=0o700)
            with open(os.path.join(self.home.folder, "keys"), "rb") as key:
                path = os.path.join(other.folder, "keys")
                other.write("home/keys", key.read())
            os.chmod(path, 0o600)
            other.apply(sealed)
            self.assertEqual(other.run("export").out, self.home.run("export").out)
            self.assertTrue(self.home.apply(other.run("export", "--sealed").out).out.endswith("nothing to change\n"))

    def test_rotated_keys_open_everything_and_the_old_one_nothing(self):
        self.home.apply(setup())
        self.home.apply(setup(accounts__support__receive__password="second"))
        path = os.path.join(self.home.folder, "keys")
        with open(path, encoding="ascii") as file:
            old = file.read()
        old_id = old.split()[0]
        self.assertTrue(any(old_id in document for (document,) in self.ask("SELECT document FROM record")))
        answer = self.home.json("keys", "rotate")
        with open(path, encoding="ascii") as file:
            new = file.read()
        self.assertEqual(new.split()[0], answer["key"])
        self.assertEqual((new.count("\n"), answer["resealed"]), (1, 2))
        self.assertNotIn(old_id, new)
        self.assertFalse(any(old_id in document for (document,) in self.ask("SELECT document FROM record")))
        self.assertTrue(self.home.apply(setup(accounts__support__receive__password="second")).out.endswith("nothing to change\n"))
        self.assertIn("receive/password: (changed)", self.home.apply(setup()).out)

    # ---- mail

    def test_cases_and_their_messages(self):
        self.home.apply(setup())
        self.assertEqual(self.home.run("cases").out, "no cases\n")
        self.assertEqual(self.home.json("cases"), [])
        raw = mail("Hilfe für Müller", ident="one")
        self.assertEqual(self.home.run("ingest", "-l", "support", input=raw).out, "standard input: created SUP-00001\n")
        path = self.home.write("two.eml", mail("Re: Hilfe", ident="two", extra="In-Reply-To: <one@customer.test>\n"))
        answer = self.home.json("ingest", "-l", "support", path)
        self.assertEqual(answer, {"file": path, "outcome": "updated", "case": "SUP-00001"})
        self.assertRegex(self.home.run("cases").out, r"^SUP-00001 +open +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d+  Hilfe für Müller\n$")
        case = self.home.json("cases", "show", "SUP-00001")
        self.assertEqual([one["direction"] for one in case["conversation"]][:2], ["in", "out"])
        page = self.home.run("cases", "show", "SUP-00001").out
        self.assertIn("why here: ", page)
        ident = case["conversation"][0]["id"]
        self.assertIn(f"[message {ident}]", page)
        done = subprocess.run(self.home.command("message", "raw", ident), capture_output=True, check=True)
        self.assertEqual(done.stdout, raw)
        # numbered in the order of what happened, though no serve ever ran
        self.assertEqual([(e["number"], e["kind"], e["case"]) for e in self.home.json("events", "--kind", "case.*")][::-1],
                         [(6, "case.created", "SUP-00001"), (7, "case.updated", "SUP-00001")])
        self.assertRegex(self.home.run("events", "--after", "6", "--limit", "1").out, r"^ +7  \S+ \S+ +case.updated +support +SUP-00001  {")
        self.assertIn("is not a kind of event", self.home.run("events", "--kind", "case", expect=2).err)
        self.assertEqual(self.home.run("cases", "status", "SUP-00001", "resolved").out, "SUP-00001 is now resolved\n")
        self.assertEqual(self.home.json("cases", "status", "SUP-00001", "open"), {"number": "SUP-00001", "status": "open"})
        self.assertIn("it has open, resolved", self.home.run("cases", "status", "SUP-00001", "x", expect=3).err)

    CONVERSATION = (
        "From: Anna <anna@customer.test>\nTo: support@example.test\nSubject: Re: Hilfe\nMessage-ID: <two@customer.test>\n"
        "In-Reply-To: <one@customer.test>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        "Content-Type: text/html; charset=utf-8\n\n<p onclick=x>It still <b>smokes</b>.</p><div class=gmail_quote>On 5 Mar 2024, Support wrote:"
        "<blockquote>Hello,<br>old words</blockquote></div><img src=https://track.test/p.gif><img src=cid:pic@x>\n--b\n"
        "Content-Type: image/png; name=smoke.png\nContent-ID: <pic@x>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b\n"
        "Content-Type: text/csv; name=list.csv\nContent-Disposition: attachment\n\na,b\n--b--\n")

    def test_a_conversation_reads_from_the_top(self):
        self.home.apply(setup())
        self.ingest("Hilfe", ident="one")
        self.home.run("ingest", "-l", "support", input=self.CONVERSATION)
        page = self.home.run("cases", "show", "SUP-00001").out
        inside = ("SUP-00001  open  ", "why here: it opened the case", "answered: an automatic answer was queued", "outbox: queued", "why here: won: ",
                  "no answer (", "It still smokes.", "[… 4 quoted lines]", "file 1: smoke.png, 8 bytes, image/png, shown in the text", "file 2: list.csv, 3 bytes")
        places = [page.find(words) for words in inside]
        self.assertNotIn(-1, places, page)
        self.assertEqual(places, sorted(places))
        self.assertNotIn("old words", page)
        self.assertIn("old words", self.home.run("cases", "show", "--full", "SUP-00001").out)
        last = self.home.json("cases", "show", "SUP-00001")["conversation"][-1]
        self.assertEqual((last["reply_text"], last["outcome"], [file["name"] for file in last["attachments"]]),
                         ("It still smokes.", "updated", ["smoke.png", "list.csv"]))
        self.assertIn("old words", last["text"])

    def test_a_message_gives_out_what_is_in_it(self):
        self.home.apply(setup())
        self.home.run("ingest", "-l", "support", input=self.CONVERSATION)
        ident = self.home.json("cases", "show", "SUP-00001")["conversation"][0]["id"]
        self.assertIn("smoke.png", self.home.run("message", "show", ident).out)
        self.assertEqual(self.home.run("message", "text", ident, "--reply").out, "It still smokes.\n")
        self.assertIn("old words", self.home.run("message", "text", ident).out)
        html = self.home.run("message", "html", ident)
        self.assertIn("1 remote image blocked", html.err)
        self.assertIn('<img src="data:image/png;base64,iVBORw0KGgo=">', html.out)
        self.assertIn("Content-Security-Policy", html.out)
        self.assertFalse(any(word in html.out for word in ("onclick", "track.test", "cid:")), html.out)
        self.assertIn("https://track.test/p.gif", self.home.run("message", "html", ident, "--remote").out)
        self.assertEqual(self.home.json("message", "html", ident)["html_parts"], ["pic@x"])
        self.assertRegex(self.home.run("message", "attachment", ident).out, r"^ +1 +8 bytes +image/png +smoke.png\n +2 +3 bytes +text/csv +list.csv\n$")
        path = self.home.write("out.bin", "old")
        self.assertEqual(self.home.run("message", "attachment", ident, 1, "-o", path).out, "")
        with open(path, "rb") as file:
            self.assertEqual(file.read(), b"\x89PNG\r\n\x1a\n")
        self.assertEqual(self.home.run("message", "attachment", ident, 2).out, "a,b")
        self.assertEqual(self.home.json("message", "attachment", ident, 2)["content_base64"], "YSxi")
        self.assertIn("has 2 files", self.home.run("message", "attachment", ident, 3, expect=1).err)
        self.assertIn("counted from 1", self.home.run("message", "attachment", ident, 0, expect=2).err)
        plain = self.home.json("ingest", "-l", "support", input=mail("plain", ident="three"))
        other = self.home.json("cases", "show", plain["case"])["conversation"][0]["id"]
        self.assertIn("has no HTML", self.home.run("message", "html", other, expect=1).err)

    def test_ledger_retry_after_the_rule_is_mended(self):
        needs = {"activity": "create-case", "case_type": "request",
                 "map": [{"target": "order", "source": "regex:subject:order ([0-9]+)", "required": True}]}
        case_type = {"name": "Request", "number_mask": "SUP-{number:5}", "fields": [{"id": "order", "name": "Order"}]}
        self.home.apply(setup(rules__support__branches=[needs], case_types__request=case_type))
        self.assertIn("kept, not handled: parked (mapping)", self.ingest("no number"))
        (row,) = self.home.json("ledger", "list", "--state", "parked")
        self.assertEqual(row["category"], "mapping")
        self.assertIn("1 parked, 0 held, 0 to be tried again (hauspost ledger list parked)", self.home.run("status", expect=1).out)
        self.assertIn("mapping: ", self.home.run("ledger", "list").out)
        self.assertEqual(self.home.run("ledger", "list", "--state", "failed").out, "no rows in this state\n")
        self.assertEqual(self.home.run("ledger", "retry").out, "1 brought back; 0 handled\n")
        needs["map"][0]["required"] = False
        self.home.apply(setup(rules__support__branches=[needs], case_types__request=case_type))
        self.assertEqual(self.home.json("ledger", "retry", row["id"]), {"tried": 1, "handled": 1})
        self.assertEqual(self.home.json("ledger", "list")[0]["outcome"], "created")
        self.assertEqual(len(self.home.json("cases")), 1)

    def test_send_flush_and_requeue(self):
        with SmtpSink() as sink:
            self.home.apply(setup(sink=sink))
            words = ["send", "--account", "support", "--to", "Ann <ann@customer.test>, bob@customer.test", "--subject", "Grüße", "--key", "k1"]
            self.assertRegex(self.home.run(*words, input="Hallo\n").out, "queued as outbox row [0-9]+; serve sends it, or")
            self.assertEqual(self.home.run(*words, input="Hallo\n").out, "a message with the key k1 is in the outbox already\n")
            self.assertEqual(self.home.json(*words, input="Hallo\n"), {"key": "k1", "duplicate": True})
            self.assertRegex(self.home.run("outbox").out, "queued +to ann@customer.test and others\n")
            (row,) = self.home.json("outbox", "list")
            self.assertEqual(self.home.run("outbox", "flush").out, "1 sent, 0 later, 0 failed, 0 uncertain, 0 suppressed\n")
            self.assertEqual(self.home.json("outbox", "flush"), {"sent": 0, "later": 0, "failed": 0, "uncertain": 0, "suppressed": 0})
            (letter,) = sink.mails
            self.assertEqual(letter.recipients, ["ann@customer.test", "bob@customer.test"])
            self.assertIn(b"Hallo", letter.data)
            self.assertEqual(self.home.json("outbox", "list", "--state", "sent")[0]["id"], row["id"])
            with self.db() as db:
                db.execute("UPDATE outbox SET state = 'uncertain'")
                db.execute("UPDATE outbox_recipient SET state = 'uncertain'")
                db.commit()
            self.assertEqual(self.home.json("outbox", "requeue", row["id"]), {"id": row["id"], "state": "queued"})
            self.home.run("outbox", "flush")
            self.assertEqual(len(sink.mails), 2)

    def test_doctor_checks_what_is_set_up(self):
        with SmtpSink() as sink:
            self.home.apply(setup(sink=sink, listeners=None, accounts__support__receive=None))
            answer = self.home.json("doctor")
            self.assertEqual([(one["check"], one["ok"]) for one in answer],
                             [("clock", True), ("store, keys and set-up", True), ("support sends", True)])
        answer = self.home.run("doctor", expect=1).out
        self.assertRegex(answer, r"FAILED +support sends +Nothing listens on this port \[connection-refused\]: localhost port [0-9]+: .*refused")

    def test_run_verify_and_doctor_with_a_real_server(self):
        try:
            dovecot = self.enterContext(Dovecot())
        except ServerMissing as missing:
            self.skipTest(str(missing))
        dovecot.deliver_many("support", [mail(f"Help {n}", ident=f"n{n}") for n in range(3)])
        sink = self.enterContext(SmtpSink())
        self.home.apply(setup(dovecot, sink))
        self.assertTrue(all(one["ok"] for one in self.home.json("doctor")))
        # What nobody has read yet is news, not a gap.
        self.assertEqual(self.home.json("ledger", "verify", "support"), {"on_server": 3, "unread": 3, "gaps": 0})
        answer = self.home.json("run", "support", "--once")
        self.assertEqual((answer["messages"], answer["created"]), (3, 3))
        self.assertEqual(self.home.run("run", "support", "--once").out, "no new messages\n")
        self.assertEqual(self.home.json("ledger", "verify", "support"), {"on_server": 3, "unread": 0, "gaps": 0})
        self.home.run("keys", "rotate")
        self.assertEqual(self.home.run("run", "support", "--once").out, "no new messages\n")

    def test_serve_takes_up_rotated_keys(self):
        try:
            dovecot = self.enterContext(Dovecot())
        except ServerMissing as missing:
            self.skipTest(str(missing))
        self.home.apply(setup(dovecot, listeners__support__poll_interval_s=5))
        self.home.serve()
        wait_until(lambda: "serves" in self.home.log(), 20, "serve being ready")
        self.home.run("keys", "rotate")
        self.home.apply(setup(dovecot, listeners__support__poll_interval_s=5, accounts__support__name="Another name"))
        wait_until(lambda: "set-up changed" in self.home.log(), 20, "the change being taken up")
        dovecot.deliver("support", mail(ident="later"))
        wait_until(lambda: self.ask("SELECT COUNT(*) FROM cases") == [(1,)], 20, "the case")
        self.assertNotIn("can't be used", self.home.log())

    # ---- what is printed

    def test_long_lists_stop_and_say_so(self):
        self.home.apply(setup(rules__support__responses=[]))
        paths = [self.home.write(f"{n}.eml", mail(f"Subject {n}", ident=f"n{n}")) for n in range(1005)]
        self.home.run("ingest", "-l", "support", *paths)
        for command in ("cases", "ledger"):
            with self.subTest(command=command):
                lines = self.home.run(command, "list").out.splitlines()
                self.assertEqual((len(lines), lines[-1]), (1001, "(the newest 1000; --limit N shows more)"))
                self.assertEqual(len(self.home.run(command, "list", "--limit", "5000").out.splitlines()), 1005)
                self.assertEqual(len(self.home.json(command, "list", "--limit", "3")), 3)

    def test_a_terminal_gets_whole_letters_that_fit_and_a_pipe_everything(self):
        self.home.apply(setup())
        subject = "Müller 漢字 " * 20
        self.ingest(subject)
        self.assertIn(subject.strip(), self.home.run("cases").out)
        for columns in (50, 60, 61, 62, 63):
            line = self.on_terminal("cases", columns=columns).rstrip("\n")
            self.assertNotIn("\n", line)
            self.assertTrue(line.endswith("…"))
            width = sum(2 if letter in "漢字" else 1 for letter in line)
            self.assertIn(width, (columns - 1, columns))
        self.assertIn(subject.strip(), self.on_terminal("cases", columns=500))

    def test_nothing_in_a_mail_acts_on_the_terminal(self):
        self.home.apply(setup())
        encoded = "=?utf-8?q?" + "".join(f"={byte:02X}" for byte in ("Hi " + NASTY).encode()) + "?="
        self.home.run("ingest", "-l", "support", input=mail(encoded, body="Text " + NASTY + "\nnext line", ident="nasty",
                                                           extra=f"Reply-To: {encoded} <ann@customer.test>\n"))
        path = self.home.write("nasty.eml", mail(encoded, body=NASTY))
        with self.db() as db:
            db.execute("UPDATE ledger SET category = 'x', reason = ?", (NASTY,))
            db.execute("UPDATE outbox SET reply = ?", (NASTY,))
            db.commit()
        (case,) = self.home.json("cases")
        self.assertIn("\x9b", case["subject"])  # so the printing must see to it
        ident = self.home.json("cases", "show", "SUP-00001")["conversation"][0]["id"]
        for words in (["cases"], ["cases", "show", "SUP-00001"], ["ledger"], ["outbox"], ["inspect", path], ["message", "raw", ident],
                      ["message", "show", ident], ["message", "text", ident], ["message", "attachment", ident],
                      ["cases", "--json"], ["cases", "show", "SUP-00001", "--json"], ["ledger", "--json"], ["inspect", "--json", path]):
            with self.subTest(words=words):
                page = self.on_terminal(*words, columns=400)
                bad = {letter for letter in page if (letter < " " and letter not in "\n\t") or "\x7f" <= letter <= "\x9f"}
                self.assertEqual(bad - ({"\x7f"} if "--json" in words else set()), set())
        page = self.home.run("cases", "show", "SUP-00001").out
        self.assertIn("next line", page)
        self.assertNotIn("\x1b", page)
        # In colour, what acts is ours: a style is set and taken back, nothing else.
        for words in (["cases", "show", "SUP-00001"], ["inspect", path], ["message", "show", ident]):
            for page in (self.on_terminal(*words, columns=400, color=True), self.home.run(*words, "--color", "always").out):
                pieces = page.split("\x1b")[1:]
                self.assertGreater(len(pieces), 2)
                self.assertEqual({piece[:piece.index("m") + 1] for piece in pieces} - {"[0m", "[1m", "[2m", "[31m", "[32m", "[33m"}, set())
                self.assertTrue(all(piece.startswith("[0m") for piece in pieces[1::2]))
                self.assertFalse(any(piece.startswith("[0m") for piece in pieces[::2]))


class FirstServe(unittest.TestCase):
    def test_serve_alone_is_enough_to_begin(self):
        home = self.enterContext(Home())
        url = home.serve_http()
        wait_until(lambda: "/#/setup/" in home.log(), 20, "the one-time link")
        self.assertIn(f"made a new, empty one: sqlite:{home.folder}/store.db", home.log())
        token = re.search(re.escape(url) + r"/#/setup/(\S+)", home.log()).group(1)
        keep_secret("correct horse battery staple")
        Api(url).post("/api/v1/session/setup", {"token": token, "operator": "anna", "name": "Anna", "password": "correct horse battery staple"})
        self.assertIn("anna", home.run("operator", "list").out)
        self.assertEqual(home.stop(20), 0, home.log())
        home.serve_http()
        wait_until(lambda: home.log().count("serves") == 2, 20, "serve being ready")
        self.assertEqual(home.log().count("made a new, empty one"), 1)
        self.assertEqual(home.stop(20), 0)
        # A store that is gone isn't covered up.
        for name in os.listdir(home.folder):
            if name.startswith("store.db"):
                os.remove(os.path.join(home.folder, name))
        self.assertIn("keys is there, and the store it was for isn't", home.run("serve", expect=4).err)
        self.assertFalse(os.path.exists(os.path.join(home.folder, "store.db")))


if __name__ == "__main__":
    unittest.main()
