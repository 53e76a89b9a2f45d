"""Nothing sent twice: `hauspost outbox flush` is stopped at each durable step in turn and run again; a message is in the sink once and sent, or
uncertain and there at most once."""

import collections
import os
import shutil
import sqlite3
import unittest

from crash_support import read_steps, setup_text
from servers import Fault, SmtpSink
from support import Home

STOPPED = 99
MESSAGES = 8


class Outbox(unittest.TestCase):
    def start(self, *faults):
        """(home with messages that wait, sink)"""
        sink = self.enterContext(SmtpSink(faults=faults, extensions=("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")))
        return self.fill(sink), sink

    def fill(self, sink, count=MESSAGES):
        home = self.enterContext(Home())
        home.apply(setup_text("nobody", 1, smtp_port=sink.smtp_port))
        for n in range(count):
            home.run("send", "--account", "support", "--to", f"person{n}@customer.test", "--subject", f"Number {n}", input="Hello.\n")
        return home

    def rows(self, home):
        """address → (state, recipient's state, reply)"""
        return {row["recipients"][0]["address"]: (row["state"], row["recipients"][0]["state"], row["reply"])
                for row in home.json("outbox", "list")}

    def due_now(self, home):
        with sqlite3.connect(os.path.join(home.folder, "store.db"), timeout=20) as db:
            db.execute("UPDATE outbox SET next_try_at = 1 WHERE state = 'later'")

    def delivered(self, sink):
        return collections.Counter(address for mail in sink.mails for address in mail.recipients)

    def check(self, home, sink, uncertain_at_most):
        delivered, rows = self.delivered(sink), self.rows(home)
        self.assertEqual(len(rows), MESSAGES)
        for address, (state, of_recipient, _) in rows.items():
            self.assertEqual(state, of_recipient, address)
            self.assertIn(state, ("sent", "uncertain"), address)
            self.assertEqual(delivered[address], 1, f"{address} {state}") if state == "sent" else self.assertLessEqual(delivered[address], 1)
        self.assertLessEqual(sum(state == "uncertain" for state, *_ in rows.values()), uncertain_at_most)

    def test_stopped_at_every_step(self):
        home, sink = self.start()
        log = os.path.join(home.top, "steps")
        home.run("outbox", "flush", env={"HAUSPOST_FAULT_LOG": log})
        self.check(home, sink, 0)
        steps = read_steps(log)
        self.assertGreaterEqual(len(steps), 4 * MESSAGES)
        template = self.fill(sink)
        for n in range(1, len(steps) + 1):
            sink.mails.clear()
            with self.subTest(step=n, name=steps[n - 1]), Home() as home:
                shutil.copytree(template.folder, home.folder)
                self.assertEqual(home.run("outbox", "flush", env={"HAUSPOST_FAULT_STEP": str(n)}, expect=None).code, STOPPED)
                home.run("outbox", "flush")
                # What was answered before the stop is recorded with the mark of the next: one at most is in doubt, none is sent again.
                self.check(home, sink, 1)

    def test_a_split_letter_stopped_at_every_step(self):
        """One recipient a load: who was being asked is in doubt, the others get the mail."""
        sink = self.enterContext(SmtpSink(extensions=("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")))
        people = ["person0@customer.test", "person1@customer.test"]
        template = self.enterContext(Home())
        template.apply("providers: {strict: {name: Strict, send: {host: localhost}, receive: {enabled: false}, limits: {recipients_per_message: 1}}}\n"
                       "accounts: {support: {name: Support, provider: strict, receive: {enabled: false},\n"
                       f"  send: {{address: support@example.test, host: localhost, port: {sink.smtp_port}, security: none}}}}}}\n")
        template.run("send", "--account", "support", "--to", ",".join(people), "--subject", "To all", input="Hello.\n")
        log = os.path.join(template.top, "steps")
        with Home() as home:
            shutil.copytree(template.folder, home.folder)
            home.run("outbox", "flush", env={"HAUSPOST_FAULT_LOG": log})
        steps = read_steps(log)
        self.assertEqual(steps.count("dot-before"), len(people))
        for n in range(1, len(steps) + 1):
            sink.mails.clear()
            with self.subTest(step=n, name=steps[n - 1]), Home() as home:
                shutil.copytree(template.folder, home.folder)
                self.assertEqual(home.run("outbox", "flush", env={"HAUSPOST_FAULT_STEP": str(n)}, expect=None).code, STOPPED)
                home.run("outbox", "flush")
                (row,) = home.json("outbox", "list")
                states, delivered = {r["address"]: r["state"] for r in row["recipients"]}, self.delivered(sink)
                self.assertLessEqual(list(states.values()).count("uncertain"), 1)
                for address, state in states.items():
                    self.assertIn(state, ("sent", "uncertain"))
                    self.assertEqual(delivered[address], 1) if state == "sent" else self.assertLessEqual(delivered[address], 1)

    def test_connection_lost_behind_the_dot_is_uncertain_and_not_sent_again(self):
        home, sink = self.start(Fault("DOT", match="Number 3", action="accept-and-close", times=1))
        home.run("outbox", "flush", expect=None)
        self.due_now(home)
        home.run("outbox", "flush", expect=None)
        self.assertEqual(self.rows(home)["person3@customer.test"][:2], ("uncertain", "uncertain"))
        self.assertEqual(self.delivered(sink), {f"person{n}@customer.test": 1 for n in range(MESSAGES)})

    def test_refused_for_now_is_sent_once_later(self):
        home, sink = self.start(Fault("DOT", match="Number 2", reply="451 4.3.0 not now", times=1))
        home.run("outbox", "flush", expect=None)
        self.assertEqual(self.rows(home)["person2@customer.test"][0], "later")
        home.run("outbox", "flush")
        self.assertEqual(self.delivered(sink)["person2@customer.test"], 0)
        self.due_now(home)
        home.run("outbox", "flush")
        self.check(home, sink, 0)

    def test_refused_for_good_shows_the_answer(self):
        home, sink = self.start(Fault("RCPT", match="person5@", reply="550 5.1.1 nobody of that name"))
        home.run("outbox", "flush", expect=None)
        state, of_recipient, reply = self.rows(home)["person5@customer.test"]
        self.assertEqual((state, of_recipient), ("failed", "failed"))
        self.assertIn("nobody of that name", reply)
        self.assertIn("nobody of that name", home.run("outbox", "list").out)
        self.assertEqual(sum(self.delivered(sink).values()), MESSAGES - 1)

    def test_requeued_by_a_person_is_sent_once_more(self):
        home, sink = self.start(Fault("DOT", match="Number 3", action="accept-and-close", times=1),
                                Fault("RCPT", match="person5@", reply="550 5.1.1 nobody of that name", times=1))
        home.run("outbox", "flush", expect=None)
        home.run("outbox", "flush", expect=None)
        for row in home.json("outbox", "list"):
            if row["state"] in ("uncertain", "failed"):
                home.run("outbox", "requeue", row["id"])
        home.run("outbox", "flush")
        self.assertEqual({state for state, *_ in self.rows(home).values()}, {"sent"})
        self.assertEqual(self.delivered(sink)["person3@customer.test"], 2)
        self.assertEqual(self.delivered(sink)["person5@customer.test"], 1)


if __name__ == "__main__":
    unittest.main()
