"""The Studio in Debian's Chromium against the real server: see tests/studio/studio.mjs for what people do there."""

import gzip
import os
import re
import shutil
import socket
import subprocess
import unittest
import urllib.request

from support import HAUSPOST, Home, keep_secret, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(os.path.dirname(HERE), ".cache", "npm", "studio")
FIRST_LOAD_MAX = 120 * 1000  # bytes, compressed
TIME_S = 280  # some 40 s where the machine has nothing else to do
PASSWORD = "correct horse battery staple"
MAIL_PASSWORD = "only-for-the-mailbox"


def closed_port():
    """A port that nobody listens at (as far as can be said)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read(), answer.headers


class Studio(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Home())
        cls.home.apply("{}")
        cls.home.serve("--http", "127.0.0.1:0")
        wait_until(lambda: "Studio and API: http" in cls.home.log())
        cls.base = re.search(r"Studio and API: (http://\S+)", cls.home.log()).group(1)
        if b"assets/" not in get(cls.base)[0]:
            raise unittest.SkipTest("the program was built without the Studio (no Node)")

    def test_first_load_is_small(self):
        page, headers = get(self.base)
        self.assertIn("script-src 'self'", headers["Content-Security-Policy"])
        self.assertNotIn(b"<style", page)
        self.assertIsNone(re.search(rb"<script(?![^>]*\bsrc=)", page), "no inline script")
        files = re.findall(rb'(?:src|href)="\./?(assets/[^"]+)"', page)
        self.assertTrue(files)
        total = len(gzip.compress(page)) + sum(len(gzip.compress(get(self.base + name.decode())[0])) for name in files)
        self.assertLess(total, FIRST_LOAD_MAX)

    def test_people_set_it_up(self):
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if not chromium or not os.path.isdir(os.path.join(MODULES, "node_modules")):
            self.skipTest("needs chromium, and playwright-core by './dev setup'")
        keep_secret(PASSWORD, MAIL_PASSWORD)
        added = self.home.run("operator", "add", "anna", "--role", "administrator", "--name", "Anna Berger")
        token = re.search(r"#/setup/\S+", added.out + added.err).group(0)
        done = subprocess.run(
            ["timeout", str(TIME_S), "node", os.path.join(HERE, "studio", "studio.mjs")], capture_output=True, text=True, check=False,
            env={**os.environ, "STUDIO_BASE": self.base, "STUDIO_LINK": self.base + token, "STUDIO_PASSWORD": PASSWORD,
                 "STUDIO_MAIL_PASSWORD": MAIL_PASSWORD, "STUDIO_CLOSED_PORT": str(closed_port()), "STUDIO_MODULES": MODULES,
                 "CHROMIUM": chromium})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    print(f"program: {HAUSPOST}")
    unittest.main()
