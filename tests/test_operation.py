"""Running day by day: throttling, budgets, refused log-ins, pauses, and what `hauspost status` says of them."""

import contextlib
import email.policy
import json
import os
import sqlite3
import time
import unittest

import office
from servers import FakeImap, Fault, SmtpSink
from support import Home, wait_until


class Operation(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())
        self.imap = self.enterContext(FakeImap())

    def apply(self, sink=None, **changes):
        receive = {"host": "127.0.0.1", "port": self.imap.port, "security": "none", "allow_insecure_login": True, "user": "support",
                   "password": "pw"}
        document = json.loads(office.setup(sink=sink, listeners__support__poll_interval_s=5, listeners__support__idle=False, **changes))
        document["accounts"]["support"]["receive"] = receive | {key: value for key, value in document["accounts"]["support"]["receive"].items()
                                                                if key in ("password",)}
        self.home.apply(json.dumps(document))

    def serve(self):
        process = self.home.serve()
        wait_until(lambda: process.poll() is not None or "serves" in self.home.log(), what="serve being ready")
        self.assertIsNone(process.poll(), self.home.log())

    def query(self, sql, *values):
        db = sqlite3.connect(f"file:{os.path.join(self.home.folder, 'store.db')}?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def cases(self):
        return self.query("SELECT COUNT(*) FROM cases")[0][0]

    def status(self):
        return self.home.json("status", expect=None)

    def state(self, which="listeners"):
        return self.status()[which][0]["state"]

    def wait_for_state(self, state, which="listeners", timeout_s=20):
        wait_until(lambda: self.state(which) == state, timeout_s, f"{which} being {state}")

    def stop(self):
        self.assertEqual(self.home.stop(30), 0, self.home.log())

    # ------------------------------------------------------------ throttling

    def test_a_throttled_account_waits_and_resumes_by_itself(self):
        for seconds in (4, 16, 64):
            if self.throttled_for(seconds):
                return
            self.setUp()
        self.fail("the machine is too slow to look at an account while it waits")

    def throttled_for(self, seconds):
        """False where the time was over before all was looked at."""
        with SmtpSink() as sink:
            self.imap.answers["SELECT"] = f"BAD Request is throttled. Suggested Backoff Time: {seconds * 1000} milliseconds"
            self.imap.add(office.mail(ident="1"))
            self.apply(sink, accounts__support__send__port=sink.smtp_port)
            until = time.monotonic() + seconds
            self.serve()
            wait_until(lambda: self.imap.seen["SELECT"] >= 1, what="a first try")
            self.wait_for_state("throttled")
            # sending waits with it
            self.home.run("send", "--account", "support", "--to", "ann@customer.test", "--subject", "x", input="x\n")
            status, cases, mails = self.status(), self.cases(), len(sink.mails)
            with self.imap.lock:
                del self.imap.answers["SELECT"]
                tried = self.imap.seen["SELECT"]
            if time.monotonic() > until:
                return False
            self.assertFalse(status["ok"])
            self.assertEqual(status["senders"][0]["state"], "throttled")
            self.assertIn("Suggested Backoff Time", status["listeners"][0]["error"])
            self.assertGreater(status["listeners"][0]["next_try_at"], 0)
            self.assertEqual((cases, mails), (0, 0))
            wait_until(lambda: self.cases() == 1, seconds + 40, "the case")
            self.assertLessEqual(self.imap.seen["SELECT"], tried + 2)  # the second where the next poll was quicker than we
            sink.wait_for(2)  # the letter and the answer
            wait_until(lambda: self.status()["ok"], what="mail flowing")
            self.stop()
        events = [kind for (kind,) in self.query("SELECT kind FROM event WHERE kind LIKE 'account.%' ORDER BY id")]
        self.assertEqual(events, ["account.throttled", "account.resumed"])
        return True

    def test_what_was_read_is_finished(self):
        for n in range(3):
            self.imap.add(office.mail(ident=str(n), body=str(n)))
        self.apply()
        self.home.run("run", "support", "--once")
        self.imap.add(office.mail(ident="new", body="new"))
        self.imap.answers["FETCH"] = "NO [THROTTLED] slow down, 1 second"
        refused = self.home.run("run", "support", "--once", expect=5)
        self.assertIn("slow down, 1 second", refused.err)
        # nothing was passed over; another process heeds it, too, unless the second is over
        early = self.home.run("run", "support", "--once", expect=5)
        self.assertRegex(early.err, "asked to slow down|slow down, 1 second")
        del self.imap.answers["FETCH"]
        wait_until(lambda: self.home.run("run", "support", "--once", expect=None).code == 0, what="being let in again")
        self.assertEqual(self.cases(), 4)
        self.assertEqual(self.query("SELECT COUNT(*) FROM throttle"), [(0,)])

    def test_a_daily_limit_refuses_no_mail(self):
        fault = Fault("DOT", reply="550 5.4.5 Daily user sending limit exceeded, try again in 2 seconds", times=1)
        with SmtpSink(faults=[fault]) as sink:
            self.apply(sink)
            self.home.run("send", "--account", "support", "--to", "ann@customer.test", "--subject", "x", input="x\n")
            self.home.run("send", "--account", "support", "--to", "bob@customer.test", "--subject", "y", input="y\n")
            self.home.run("outbox", "flush", expect=5)
            self.assertEqual(self.query("SELECT state FROM outbox ORDER BY id"), [("later",), ("queued",)])
            wait_until(lambda: self.home.run("outbox", "flush", expect=None).code == 0, what="being let in again")
            self.assertEqual(sink.wait_for(1)[0].recipients, ["bob@customer.test"])

    # ------------------------------------------------------------ who sends

    def test_mail_goes_out_under_the_accounts_names(self):
        with SmtpSink() as sink:
            self.apply(sink, accounts__support__send__display_name="Käte's Support", accounts__support__send__reply_to="desk@example.test")
            self.home.run("send", "--account", "support", "--to", "ann@customer.test", "--subject", "x", input="x\n")
            self.home.run("outbox", "flush")
            head = email.message_from_bytes(sink.wait_for(1)[0].data, policy=email.policy.default)
            self.assertEqual(head["From"].addresses[0].display_name, "Käte's Support")
            self.assertEqual([address.addr_spec for address in head["Reply-To"].addresses], ["desk@example.test"])

    # ------------------------------------------------------------ budgets

    def test_mail_beyond_the_providers_limit_waits(self):
        with SmtpSink() as sink:
            provider = {"name": "P", "receive": {"host": "127.0.0.1"}, "send": {"host": "localhost"}, "limits": {"messages_per_hour": 2}}
            self.apply(sink, providers__p=provider, accounts__support__provider="p")
            for n in range(3):
                self.home.run("send", "--account", "support", "--to", f"p{n}@customer.test", "--subject", "x", input="x\n")
            self.serve()
            sink.wait_for(2)
            wait_until(lambda: "messages_per_hour" in self.status()["senders"][0]["error"], what="the reason")
            sender = self.status()["senders"][0]
            self.assertEqual(sender["state"], "waiting")
            self.assertGreater(sender["next_try_at"], time.time() * 1000 + 2900000)  # slots of ten minutes: this one may be all but over
            self.assertEqual(self.query("SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND tries = 0"), [(1,)])
            provider["limits"]["messages_per_hour"] = 3
            self.apply(sink, providers__p=provider, accounts__support__provider="p")
            sink.wait_for(3)
            self.stop()

    def test_nothing_is_fetched_beyond_the_providers_limit(self):
        provider = {"name": "P", "receive": {"host": "127.0.0.1"}, "send": {"host": "localhost"}, "limits": {"receive_mb_per_day": 1}}
        for n in range(3):
            self.imap.add(office.mail(ident=str(n), subject=f"Big {n}", body="0123456789" * 7 + "\n" + ("0123456789" * 7 + "\n") * 9000))
        self.apply(providers__p=provider, accounts__support__provider="p", listeners__support__batch=1)
        self.serve()
        wait_until(lambda: "receive_mb_per_day" in self.status()["listeners"][0]["error"], what="the reason")
        listener = self.status()["listeners"][0]
        self.assertEqual(listener["state"], "waiting")
        self.assertGreater(listener["next_try_at"], time.time() * 1000 + 23 * 3600000)
        self.assertIn("receive_mb_per_day", self.home.run("status", expect=None).out)
        self.assertEqual(self.cases(), 2)
        self.assertEqual(self.query("SELECT COUNT(*) FROM event WHERE kind = 'listener.failed'"), [(0,)])
        provider["limits"]["receive_mb_per_day"] = 10
        self.apply(providers__p=provider, accounts__support__provider="p", listeners__support__batch=1)
        wait_until(lambda: self.cases() == 3, what="the last one")
        self.stop()
        self.assertGreater(self.query("SELECT SUM(received_bytes) FROM traffic")[0][0], 1900000)

    def test_listeners_take_turns_where_connections_are_few(self):
        provider = {"name": "P", "receive": {"host": "127.0.0.1"}, "send": {"host": "localhost"}, "limits": {"connections": 1}}
        others = {f"listeners__l{n}": {"name": "L", "account": "support", "rule": "support", "folder": f"F{n}", "poll_interval_s": 5} for n in range(3)}
        self.imap.add(office.mail(ident="1"))
        self.apply(providers__p=provider, accounts__support__provider="p", **others)
        self.serve()
        wait_until(lambda: self.query("SELECT COUNT(*) FROM folder WHERE read_at > 0") == [(4,)], what="all folders being read")
        self.assertEqual(self.imap.most, 1)
        self.stop()

    # ------------------------------------------------------------ a refused log-in

    def test_a_refused_password_is_not_hammered_and_tried_when_it_changed(self):
        self.imap.answers["LOGIN"] = "NO [AUTHENTICATIONFAILED] wrong"
        self.imap.add(office.mail(ident="1"))
        self.apply()
        self.serve()
        self.wait_for_state("auth-failed")
        self.assertEqual(self.imap.seen["LOGIN"], 1)
        listener = self.status()["listeners"][0]
        self.assertGreater(listener["next_try_at"] - time.time() * 1000, 30000)
        self.assertIn("'hauspost test support' says what would work", self.home.run("status", expect=1).out)
        del self.imap.answers["LOGIN"]
        self.apply(accounts__support__receive__password="new")
        wait_until(lambda: self.cases() == 1, what="the case")
        self.assertEqual(self.imap.seen["LOGIN"], 2)
        self.stop()
        events = [kind for (kind,) in self.query("SELECT kind FROM event WHERE kind LIKE 'listener.%' ORDER BY id")]
        self.assertEqual(events, ["listener.failed", "listener.works"])

    # ------------------------------------------------------------ alerts

    def alerts_in(self, sink, count):
        def there():
            mails = [mail for mail in sink.mails if mail.recipients == ["ops@example.test"]]
            return mails if len(mails) >= count else None

        return [email.message_from_bytes(mail.data, policy=email.policy.default) for mail in wait_until(there, what=f"{count} alerts")]

    def let_time_pass(self):
        """As if the last alert were sent a quarter of an hour ago."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.home.folder, "store.db"), timeout=10)) as db, db:
            db.execute("UPDATE alert_state SET mailed_at = mailed_at - 15 * 60000")

    def test_administrators_are_told_of_a_failure_and_its_end(self):
        with SmtpSink() as sink:
            self.imap.answers["LOGIN"] = "NO [AUTHENTICATIONFAILED] wrong"
            self.imap.add(office.mail(ident="1"))
            self.apply(sink, alerts__admins={"to": ["ops@example.test"], "account": "support"})
            self.home.serve_http(env={"HAUSPOST_URL": "https://mail.example.test"})
            first = self.alerts_in(sink, 1)[0]
            self.assertEqual(first["Subject"], "[Hauspost] Listener support can't read its mailbox")
            self.assertEqual((first["From"], first["To"], first["Auto-Submitted"]), ("support@example.test", "ops@example.test", "auto-generated"))
            self.assertRegex(first.get_content().replace("\r", ""), r"(?s)  Since 20\d\d-.* UTC\n  Why: .*wrong.*\n  What to do: .*https://mail.example.test/#/listeners/support\n")
            del self.imap.answers["LOGIN"]
            self.apply(sink, accounts__support__receive__password="new")
            wait_until(lambda: self.query("SELECT kind FROM alert_item") == [("listener.works",)], what="the recovery being noted")
            self.assertEqual(len(self.alerts_in(sink, 1)), 1)
            self.let_time_pass()
            second = self.alerts_in(sink, 2)[1]
            self.assertEqual(second["Subject"], "[Hauspost] Listener support reads its mailbox again")
            self.assertIn("it had failed since", second.get_content())
            self.stop()
            # without serve: the next flush sends it
            self.assertIn("a test mail", self.home.run("alerts", "test", "admins").out)
            self.assertRegex(self.home.run("alerts").out, r"^admins +on +3 mails so far, the last \S+ \S+  to ops@example.test\n$")
            self.home.run("outbox", "flush")
            self.assertEqual(self.alerts_in(sink, 3)[2]["Subject"], "[Hauspost] This is a test")

    # ------------------------------------------------------------ pauses

    def test_a_paused_listener_stands_still_until_it_is_resumed(self):
        self.apply()
        self.serve()
        self.wait_for_state("waiting")
        self.home.run("pause", "support")
        wait_until(lambda: self.query("SELECT state FROM status WHERE kind = 'listener'") == [("paused",)], what="serve heeding it")
        self.imap.add(office.mail(ident="1"))
        self.assertEqual(self.state(), "paused")
        self.assertIn("is paused already", self.home.run("pause", "support").out)
        self.home.run("resume", "support")
        wait_until(lambda: self.cases() == 1, what="the case")
        self.stop()

    def test_a_paused_account_sends_nothing(self):
        with SmtpSink() as sink:
            self.apply(sink)
            self.home.run("pause", "--account", "support")
            self.home.run("send", "--account", "support", "--to", "ann@customer.test", "--subject", "x", input="x\n")
            refused = self.home.run("outbox", "flush", expect=None)
            self.assertNotEqual(refused.code, 0)
            self.assertIn("resume --account support", refused.err)
            self.home.run("send", "--account", "support", "--to", "bob@customer.test", "--subject", "x", input="x\n")
            row = str(self.home.json("outbox", "list")[0]["id"])
            self.assertIn("cancelled", self.home.run("outbox", "cancel", row).out)
            self.assertIn("doesn't wait", self.home.run("outbox", "cancel", row, expect=None).err)
            self.assertEqual([str(r["id"]) for r in self.home.json("outbox", "list", "--state", "cancelled")], [row])
            self.assertIn("resume --account support", self.home.run("run", "support", "--once", expect=None).err)
            self.assertEqual(self.imap.seen["GREETING"], 0)
            self.serve()
            wait_until(lambda: self.status()["running"], what="serve running")
            self.assertEqual(self.state("senders"), "paused")
            self.assertEqual(len(sink.mails), 0)
            self.home.run("resume", "--account", "support")
            sink.wait_for(1)
            self.stop()

    def test_only_what_there_is_can_be_paused(self):
        self.apply()
        self.assertIn("there is no listener nobody", self.home.run("pause", "nobody", expect=None).err)
        self.home.run("pause", expect=2)
        self.home.run("pause", "support", "--account", "support", expect=2)

    # ------------------------------------------------------------ status

    def test_status_says_that_nothing_runs(self):
        self.apply()
        page = self.home.run("status", expect=1).out
        self.assertIn("isn't running", page)
        self.serve()
        wait_until(lambda: self.home.run("status", expect=None).code == 0, what="mail flowing")
        page = self.home.run("status").out
        self.assertIn("mail flows", page)
        self.assertIn("support", page)
        self.stop()
        self.assertEqual(self.state(), "stopped")


if __name__ == "__main__":
    unittest.main()
