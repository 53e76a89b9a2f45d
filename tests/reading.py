"""What a receiver does with every server of its protocol, through the small program bench/imap_read."""

import os
import subprocess
import unittest

from support import ServerMissing

MAIL_READ = os.path.join(os.environ["HAUSPOST_BUILD"], "bench", "imap_read")


class ReadingCase:
    """`make` is the server's class, `words` what imap_read is told of the protocol, `doors` the server's ports by name (TLS, else)."""

    make = None
    words: list = []
    doors: tuple = ()

    @classmethod
    def setUpClass(cls):
        try:
            cls.server = cls.enterClassContext(cls.make())
        except ServerMissing as missing:
            raise unittest.SkipTest(str(missing)) from missing

    def read(self, user, *words, door="tls", expect=0, password="pw"):
        port = getattr(self.server, self.doors[0 if door == "tls" else 1])
        run = subprocess.run([MAIL_READ, *self.words, "-s", door, "-c", self.server.ca, "-v", *words, "localhost", str(port), user, password],
                             capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(run.returncode, expect, run.stdout + run.stderr)
        return [line for line in run.stdout.splitlines() if not line.startswith("read ")]

    def answers_of_all_doors(self, user):
        """The lines, which are the same for each door."""
        answers = [self.read(user, door=door) for door in ("none", "starttls", "tls")]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])
        return answers[0]
