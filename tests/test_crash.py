"""Nothing lost, nothing twice: `hauspost run` is stopped at each durable step in turn, as by power loss, and run again; store and server must be
as after the undisturbed run."""

import concurrent.futures
import os
import random
import threading
import unittest

from crash_support import (EACH, Cutter, Mailboxes, difference, home_for, mixed_mails, postgresql_ask, read_steps, server_snapshot, setup_text,
                           sqlite_ask, store_snapshot)
from servers import Dovecot, PostgreSQL
from support import ServerMissing, server_or_skip

STOPPED = 99
SIDE_BY_SIDE = 3


class Intake:
    """One store and one mailbox after another, each stopped at some steps."""

    def __init__(self, dovecot, mailboxes, after, batch, protocol="imap"):
        self.dovecot, self.mailboxes, self.after, self.batch, self.protocol = dovecot, mailboxes, after, batch, protocol

    def ask(self, home):
        return sqlite_ask(home)

    def environment(self, home):
        del home
        return {"HAUSPOST_FAULT_BATCH": str(self.batch)}

    def make_home(self, user):
        return home_for(user, self.dovecot, after=self.after, protocol=self.protocol)

    def run_once(self, home, step=0, log=None):
        """The exit code of one run, stopped at `step`."""
        env = {**self.environment(home), "HAUSPOST_FAULT_STEP": str(step)}
        if log:
            env["HAUSPOST_FAULT_LOG"] = log
        answer = home.run("run", "support", "--once", env=env, expect=None)
        if answer.code not in ((0, STOPPED) if step else (0,)):
            raise AssertionError(f"exit code {answer.code}: {answer.err}")
        return answer.code

    def snapshot(self, home, user):
        server = server_snapshot(self.dovecot, user)
        if self.protocol == "pop3":  # whether RETR marks as seen is Dovecot's business, and depends on how the session ended
            server["INBOX"] = dict.fromkeys(server["INBOX"], "")
        return {**store_snapshot(self.ask(home)), **{f"server {name}": rows for name, rows in server.items()}}

    def undisturbed(self):
        """(snapshot, names of the steps)"""
        user = self.mailboxes.new()
        with self.make_home(user) as home:
            log = os.path.join(home.top, "steps")
            self.run_once(home, log=log)
            return self.snapshot(home, user), read_steps(log)

    def crashed(self, steps):
        """The snapshot after runs stopped at these steps in turn and a last one that wasn't; and how many were stopped."""
        user = self.mailboxes.new()
        with self.make_home(user) as home:
            stopped = sum(self.run_once(home, step) == STOPPED for step in steps)
            self.run_once(home)
            found = self.snapshot(home, user)
        self.mailboxes.remove(user)
        return found, stopped


class IntakeOnPostgreSQL(Intake):
    def __init__(self, postgresql, *words):
        super().__init__(*words)
        self.postgresql, self.lock = postgresql, threading.Lock()

    def make_home(self, user):
        with self.lock:  # a template may not be in use while it is copied
            database = self.postgresql.new_database()
        home = home_for(user, self.dovecot, after=self.after, protocol=self.protocol, env={"HAUSPOST_STORE": self.postgresql.url(database)})
        home.database = database
        return home

    def environment(self, home):
        return {**super().environment(home), "HAUSPOST_STORE": self.postgresql.url(home.database)}

    def ask(self, home):
        return postgresql_ask(self.postgresql, home.database)


class Crash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.dovecot = cls.enterClassContext(Dovecot())
        except ServerMissing as missing:
            raise unittest.SkipTest(str(missing)) from missing
        cls.mailboxes = Mailboxes(cls.dovecot, mixed_mails())
        cls.random = random.Random(20261116)

    def check_all(self, intake, expected, plans):
        """`plans`: lists of steps to be stopped at, one after the other."""
        wrong, stopped = [], 0
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for plan, future in [(plan, pool.submit(intake.crashed, plan)) for plan in plans]:
                try:
                    found, times = future.result()
                    stopped += times
                    lines = difference(expected, found)
                except AssertionError as error:
                    lines = str(error)
                if lines:
                    wrong.append(f"stopped at {plan}:\n{lines}")
        self.assertFalse(wrong, f"{len(wrong)} of {len(plans)}\n" + "\n".join(wrong[:3]))
        return stopped

    def check_expected(self, expected, seen):
        """That the undisturbed run itself is what the mails ask for."""
        self.assertEqual(len(expected["ledger"]), len(mixed_mails()))
        outcomes = {row[3] or row[2] for row in expected["ledger"]}
        self.assertEqual(outcomes, {"created", "updated", "filed", "discarded", "duplicate", "parked", "too-large", "held"})
        self.assertEqual(sorted(row[0] for row in expected["cases"]),
                         [f"ORD-{n:04}" for n in range(1, 3)] + [f"SUP-{n:05}" for n in range(1, 28)])
        self.assertEqual(len(expected["outbox"]), 27)
        self.assertEqual([row for row in expected["outbox"] if "Too large" in str(row)][0][1], "greta@customer.test")
        self.assertEqual(expected["lost raw"], [])
        unseen = [uid for uid, flags in expected["server INBOX"].items() if flags == ""]
        self.assertEqual(len(unseen) if seen else 0, 5 if seen else 0)

    def every_step(self, intake, seen=False):
        expected, steps = intake.undisturbed()
        self.check_expected(expected, seen)
        # Within a transaction the steps are as good as one another: all of them in one test, a sample in the others.
        chosen = [n + 1 for n, name in enumerate(steps) if seen or name != "message-written" or n % 6 == 0]
        self.assertGreaterEqual(len(chosen), 30 if intake.protocol == "pop3" else 40)
        chosen = chosen[::EACH]
        stopped = self.check_all(intake, expected, [[n] for n in chosen])
        # What is committed together depends on time: a busy machine's runs are some steps shorter than the undisturbed one.
        self.assertGreaterEqual(stopped, len(chosen) * 2 // 3, "the runs have fewer steps than the undisturbed one")

    def test_stopped_at_every_step_and_marked_seen(self):
        self.every_step(Intake(self.dovecot, self.mailboxes, "seen", 4), seen=True)

    def test_stopped_at_every_step_and_moved(self):
        self.every_step(Intake(self.dovecot, self.mailboxes, "move", 6))

    def test_stopped_at_every_step_and_deleted(self):
        self.every_step(Intake(self.dovecot, self.mailboxes, "delete", 6))

    def test_stopped_at_every_step_and_left_by_pop3(self):
        self.every_step(Intake(self.dovecot, self.mailboxes, "leave", 6, "pop3"))

    def test_stopped_at_every_step_and_deleted_by_pop3(self):
        self.every_step(Intake(self.dovecot, self.mailboxes, "delete", 60, "pop3"))

    def test_connection_lost_at_the_end_of_pop3(self):
        """Nobody knows what became of the deletions; the next connection sees."""
        intake = Intake(self.dovecot, self.mailboxes, "delete", 60, "pop3")
        expected, _ = intake.undisturbed()
        for word in (b"QUIT", b"DELE", b"RETR 9"):
            user = self.mailboxes.new()
            with intake.make_home(user) as home:
                with Cutter(self.dovecot.pop3_port, word) as port:
                    home.apply(setup_text(user, port, "delete", protocol="pop3"))
                    self.assertNotEqual(home.run("run", "support", "--once", expect=None).code, 0)
                home.apply(setup_text(user, self.dovecot.pop3_port, "delete", protocol="pop3"))
                intake.run_once(home)
                self.assertEqual(difference(expected, intake.snapshot(home, user)), "")

    def test_stopped_on_postgresql(self):
        intake = IntakeOnPostgreSQL(server_or_skip(self, PostgreSQL), self.dovecot, self.mailboxes, "seen", 4)
        expected, steps = intake.undisturbed()
        self.check_expected(expected, True)
        plans = [[n] for n in range(2, len(steps), len(steps) // 16)] + [[n, 2 * n] for n in (3, 9, 20)]
        self.check_all(intake, expected, plans)

    def test_connection_lost_while_recovering(self):
        """The row that was written ahead of a message must be found again by the run after."""
        intake = Intake(self.dovecot, self.mailboxes, "seen", 4)
        expected, _ = intake.undisturbed()
        user = self.mailboxes.new()
        with intake.make_home(user) as home:
            for step in (4, 5):  # behind the mark that a run begins; behind the first row written ahead
                self.assertEqual(intake.run_once(home, step), STOPPED)
            self.assertEqual(intake.ask(home)("SELECT uid, state FROM ledger"), [(1, "received")])
            with Cutter(self.dovecot.imap_port, b"BODY.PEEK[]") as port:
                home.apply(setup_text(user, port))
                self.assertNotEqual(home.run("run", "support", "--once", expect=None).code, 0)
            home.apply(setup_text(user, self.dovecot.imap_port))
            intake.run_once(home)
            self.assertEqual(difference(expected, intake.snapshot(home, user)), "")

    def test_stopped_again_while_recovering(self):
        for after in ("seen", "move"):
            intake = Intake(self.dovecot, self.mailboxes, after, 4)
            expected, steps = intake.undisturbed()
            plans = [[self.random.randrange(1, len(steps)), *(self.random.randrange(1, 60) for _ in range(self.random.choice((1, 1, 4))))]
                     for _ in range(12)]
            self.check_all(intake, expected, plans)


if __name__ == "__main__":
    unittest.main()
