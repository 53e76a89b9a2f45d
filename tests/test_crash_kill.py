"""`hauspost serve` killed at random moments, while mail arrives and acknowledgements leave: every mail has one ledger row and one message, every
acknowledgement arrives at most once."""

import collections
import random
import signal
import subprocess
import unittest

from crash_support import mail, setup_text, sqlite_ask
from servers import Dovecot, SmtpSink
from support import Home, server_or_skip

ROUNDS = 15
MAILS_A_ROUND = 6


class Killed(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(20261117)
        self.dovecot = server_or_skip(self, Dovecot)
        self.sink = self.enterContext(SmtpSink(extensions=("PIPELINING", "8BITMIME")))
        self.home = self.enterContext(Home())
        self.home.apply(setup_text("support", self.dovecot.imap_port, smtp_port=self.sink.smtp_port))
        self.ask = sqlite_ask(self.home)

    def deliver(self, n):
        self.dovecot.deliver_many("support", [mail(f"m{n}-{i}", sender=f"s{n}x{i}") for i in range(n, n + MAILS_A_ROUND)])

    def round(self, n):
        """Half of the rounds find mail waiting, in the others it comes while the program runs."""
        if n % 2:
            self.deliver(n)
        server = self.home.serve()
        if not n % 2:
            self.deliver(n)
        try:
            server.wait(self.random.uniform(0.02, 0.5))  # the moment
            self.fail(f"serve ended by itself:\n{self.home.log()}")
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGKILL)
        self.home.stop()

    def test_killed_at_random_moments(self):
        for n in range(ROUNDS):
            self.round(n)
        self.home.run("run", "support", "--once")
        self.home.run("outbox", "flush")
        self.check_intake()
        self.check_answers()

    def check_intake(self):
        sent = {f"m{n}-{i}@customer.test" for n in range(ROUNDS) for i in range(n, n + MAILS_A_ROUND)}
        for table in ("ledger", "message"):
            where = "WHERE direction = 'in'" if table == "message" else ""
            found = collections.Counter(row[0] for row in self.ask(f"SELECT message_ident FROM {table} {where}"))
            self.assertEqual(found, {ident: 1 for ident in sent}, table)
        self.assertEqual({row[0] for row in self.ask("SELECT state || ' ' || outcome FROM ledger")}, {"acknowledged created"})
        self.assertEqual(self.ask("SELECT COUNT(*) FROM cases"), [(len(sent),)])
        self.assertEqual(self.ask("SELECT MAX(number) FROM cases"), [(f"SUP-{len(sent):05}",)])
        self.assertEqual(set(map(frozenset, self.dovecot.flags("support").values())), {frozenset({"Seen"})})
        self.assertEqual(self.home.json("ledger", "verify", "support"), {"on_server": len(sent), "unread": 0, "gaps": 0})

    def check_answers(self):
        arrived = collections.Counter(address for one in self.sink.mails for address in one.recipients)
        rows = self.ask("SELECT r.address, o.state FROM outbox o JOIN outbox_recipient r ON r.outbox_id = o.id")
        self.assertEqual(len(rows), ROUNDS * MAILS_A_ROUND)
        self.assertEqual(len({address for address, _ in rows}), len(rows))
        for address, state in rows:
            self.assertIn(state, ("sent", "uncertain"), address)
            self.assertIn(arrived[address], (1,) if state == "sent" else (0, 1), f"{address} is {state}")
        self.assertGreater(sum(state == "sent" for _, state in rows), len(rows) // 3)


if __name__ == "__main__":
    unittest.main()
