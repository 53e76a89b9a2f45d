"""No mail that was answered with 250 is lost, and none becomes two cases: serve is stopped at each durable step in turn, as by power loss, while mail
is handed in by LMTP; started again, what got no 250 is handed in once more, as a mail server does."""

import contextlib
import os
import smtplib
import socket
import sqlite3
import unittest

import office
from support import Home, wait_until

STOPPED = 99
MAILS = 3


class CrashLmtp(unittest.TestCase):
    def hand_in(self, path, n):
        """True for a 250."""
        with contextlib.suppress(OSError, smtplib.SMTPException), smtplib.LMTP(path) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("ann@customer.test")
            if client.rcpt("support@example.test")[0] == 250 and client.docmd("DATA")[0] == 354:
                client.send(office.mail(ident=str(n), subject=f"number {n}", body=str(n)).replace(b"\n", b"\r\n") + b".\r\n")
                return client.getreply()[0] == 250
        return False

    def answers(self, path):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(path)
            return probe.recv(100).startswith(b"220")
        return False

    def serve(self, home, path, env):
        process = home.serve(env=env)
        wait_until(lambda: process.poll() is not None or self.answers(path), what="the inlet being open")
        return process

    def crashed_at(self, step):
        """True where it was stopped."""
        with Home() as home:
            path = os.path.join(home.top, "lmtp")
            home.apply(office.setup(inlets__local__listen="unix:" + path, listeners__support__source="inlet", accounts__support__receive=None,
                                    rules__support__responses=None))
            process = self.serve(home, path, {"HAUSPOST_FAULT_STEP": str(step)})
            safe = [n for n in range(MAILS) if process.poll() is None and self.hand_in(path, n)]
            stopped = process.poll() is not None or len(safe) < MAILS
            if stopped:
                self.assertEqual(process.wait(60), STOPPED, home.log())
            else:
                home.stop()
            again = self.serve(home, path, {})
            self.assertIsNone(again.poll(), home.log())
            db = sqlite3.connect(f"file:{os.path.join(home.folder, 'store.db')}?mode=ro", uri=True)
            kept = {subject for (subject,) in db.execute("SELECT subject FROM cases")}
            self.assertLessEqual({f"number {n}" for n in safe}, kept, f"step {step}: answered with 250, and lost")
            for n in range(MAILS):
                if n not in safe:
                    self.assertTrue(self.hand_in(path, n))
            self.assertEqual(sorted(subject for (subject,) in db.execute("SELECT subject FROM cases")), [f"number {n}" for n in range(MAILS)],
                             f"step {step}")
            db.close()
            home.stop()
            return stopped

    def test_each_step(self):
        stopped = 0
        for step in range(1, 60):
            if not self.crashed_at(step):
                break
            stopped += 1
        self.assertGreater(stopped, MAILS * 3)


if __name__ == "__main__":
    unittest.main()
