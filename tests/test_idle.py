"""Hundreds of waiting TLS mailboxes: every piece of news becomes a case, no mailbox has a thread. bench/idle.py is the same with figures."""

import os
import random
import sys
import time
import unittest

sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bench"))

from idle import FakeImap, Latency, serving, threads  # noqa: E402
from servers.private import wait_until  # noqa: E402

MAILBOXES = 300


class Idle(unittest.TestCase):
    def test_every_push_becomes_a_case(self):
        with FakeImap() as server, serving(server, MAILBOXES, True) as (home, process, _):
            few = threads(process.pid)
            self.assertLess(few, MAILBOXES / 4)
            latency = Latency(server, home, MAILBOXES)
            latency.measure(100)  # fails where one is no case within 30 s
            self.assertEqual(len(latency.readable), 100)
            self.assertEqual(threads(process.pid), few)

    def test_news_of_many_at_once(self):
        with FakeImap() as server, serving(server, MAILBOXES, True) as (home, _, _):
            latency = Latency(server, home, MAILBOXES)
            names = [f"box{n}" for n in range(MAILBOXES)]
            random.Random(2).shuffle(names)
            before = time.time_ns() // 1000000
            for name in names:
                server.push(name)
            for name in names:
                latency.new_case(name, before)

    def test_all_connections_cut_at_once_come_back(self):
        with FakeImap() as server, serving(server, MAILBOXES, True) as (home, _, _):
            self.assertEqual(server.say("hang-up"), [MAILBOXES])
            wait_until(lambda: server.idling() == MAILBOXES and server.say("count")[0] == MAILBOXES, 60, "all mailboxes waiting again")
            self.assertEqual(home.log().count("error"), 0)  # it is no failure to be hung up on while idle


if __name__ == "__main__":
    unittest.main()
