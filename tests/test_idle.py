"""Hundreds of waiting TLS mailboxes: every piece of news becomes a case, no mailbox has a thread. bench/idle.py is the same with figures."""

import json
import os
import random
import re
import subprocess
import sys
import time
import unittest

sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bench"))

from idle import FakeImap, Latency, serving, set_up, threads  # noqa: E402
from servers.private import wait_until  # noqa: E402
from support import Home  # noqa: E402

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

    def test_renewed_by_its_time(self):
        """Each time on the same connection; with the answer to DONE a server tells what it kept to itself."""
        with FakeImap() as server, Home() as home:
            document = json.loads(set_up(server, 1))
            document["listeners"]["box0"]["idle_minutes"] = 1
            home.apply(json.dumps(document))
            home.serve(env={"HAUSPOST_FAULT_HURRY": "120"})
            wait_until(lambda: server.idling() == 1, 20, "the mailbox waiting")
            path = home.write("live.txt", "")
            with open(path, "wb") as live:
                trace = subprocess.Popen(home.command("trace", "box0"), stdout=live)
            try:
                def seen():
                    with open(path, encoding="utf-8") as file:
                        return file.read()
                wait_until(lambda: seen().count("C: DONE") >= 2, 20, "IDLE ended twice")
            finally:
                trace.terminate()
                trace.wait(20)
            said = re.findall(r"box0#(\d+) C: (?:H\d+ )?(IDLE|DONE|AUTHENTICATE)", seen())
            begin = said.index(("1", "IDLE"))
            self.assertEqual([what for _, what in said[begin:begin + 4]], ["IDLE", "DONE"] * 2)
            self.assertEqual({connection for connection, _ in said}, {"1"})
            self.assertEqual(home.stop(), 0, home.log())


if __name__ == "__main__":
    unittest.main()
