"""What the documents say is so: every command line quoted parses, every link leads somewhere, the tables are the program's, the set-ups apply."""

import contextlib
import glob
import os
import re
import shlex
import sqlite3
import subprocess
import sys
import unittest

from office import setup
from servers import Dovecot, SmtpSink
from support import HAUSPOST, Home, server_or_skip

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGES = sorted(os.path.relpath(path, ROOT) for pattern in ("*.md", "docs/**/*.md", "docs/**/*.yaml", "tests/**/*.md")
               for path in glob.glob(os.path.join(ROOT, pattern), recursive=True))
EXIT_USAGE = 2
# Words in capitals stand for what the reader puts there.
STAND_INS = {"FILE": "missing-file", "FILE…": "missing-file", "LISTENER": "support", "L": "support", "KIND": "accounts", "ID": "support",
             "NUMBER": "SUP-2026-00001", "N": "1", "ROW": "1", "STATUS": "open", "DIR": "missing-home", "STATE": "parked"}


def read(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def blocks(text):
    """The lines that are code in a Markdown text: indented by four, or fenced."""
    fenced = False
    for line in text.split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield line.strip()


def quoted_commands(page):
    """Argument lists of the hauspost calls in a page: lines of code, `quoted` words, comments of YAML files."""
    text = read(page)
    if page.endswith(".yaml"):
        candidates = [line.lstrip("# ").split("     ")[0] for line in text.split("\n") if line.startswith("#")]
    else:
        candidates = list(blocks(text)) + re.findall(r"`([^`\n]+)`", text)
    for candidate in candidates:
        line = re.sub(r"^(\$ |sudo )", "", candidate.strip())
        if not line.startswith("hauspost "):
            continue
        words = shlex.split(re.split(r"\s[|>]\s|\s&&\s|;", line)[0], comments=True)[1:]
        if words and words[0][0].isdigit():
            continue  # "hauspost 0.1.0": output
        # One word within a sentence speaks of the command as such.
        yield candidate, words + ["--help"] if len(words) == 1 and f"`{candidate}`" in text else [STAND_INS.get(word, word) for word in words]


class Documents(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())

    def usage_error(self, words):
        """The program's complaint about the command line, or None. Nothing is there to be done: no store, no files."""
        if words[0] in ("serve",):
            words = [*words, "--help"]
        done = subprocess.run([HAUSPOST, "--home", os.path.join(self.home.top, "none"), *words], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False, cwd=self.home.top)
        return done.stderr if done.returncode == EXIT_USAGE else None

    def test_quoted_command_lines_parse(self):
        count = 0
        for page in PAGES:
            for quoted, words in quoted_commands(page):
                count += 1
                with self.subTest(page=page, command=quoted):
                    self.assertIsNone(self.usage_error(words))
        self.assertGreater(count, 15)

    def test_wrong_command_line_would_be_found(self):
        self.assertIsNotNone(self.usage_error(["ledger", "verify"]))

    def test_links_lead_to_files_and_headings(self):
        count = 0
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
                if re.match(r"[a-z]+:", target):
                    continue
                count += 1
                path, _, heading = target.partition("#")
                path = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
                with self.subTest(page=page, target=target):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, path)))
                    if heading:
                        headings = [re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
                                    for line in read(path).split("\n") if line.startswith("#")]
                        self.assertIn(heading, headings)
        self.assertGreater(count, 10)

    def test_the_tables_of_the_set_up_are_the_programs(self):
        done = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "setup_reference.py"), HAUSPOST, "--check"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_quick_start_works_as_written(self):
        """With the two hosts changed to private servers, as its reader changes them to theirs."""
        dovecot = server_or_skip(self, Dovecot)
        sink = server_or_skip(self, SmtpSink, users={"support@example.com": "pw"})
        page = read("README.md")
        text = re.search(r"```yaml\n(accounts:.*?)```", page, re.S).group(1)
        for host, port, ca in (("smtp.example.com", sink.smtp_port, sink.ca), ("imap.example.com", dovecot.imaps_port, dovecot.ca)):
            text = text.replace(f"host: {host} ", f"host: localhost\n      port: {port}\n      tls: {{truststore: {ca}}}\n      ")
        text = text.replace("use_sender_login", "timeout_s: 30\n      use_sender_login")
        self.home.write("setup.yaml", text)
        dovecot.deliver("support@example.com", b"From: You <you@home.test>\nSubject: Hello\n\nIs anybody there?\n")
        answers = {}
        for line in re.search(r"\nThen:\n\n(.*?)\n\n[^ ]", page, re.S).group(1).split("\n"):
            words = shlex.split(line, comments=True)
            if words[0] != "hauspost":
                continue
            if words[1] == "serve":
                self.home.serve()
            else:
                done = subprocess.run([HAUSPOST, *words[1:]], capture_output=True, text=True, timeout=60, check=False, cwd=self.home.top,
                                      env={**os.environ, "HAUSPOST_HOME": self.home.folder, "MAIL_PASSWORD": "pw"})
                self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}")
                answers[words[1]] = done.stdout
        self.assertEqual(list(answers), ["apply", "doctor", "run", "cases", "outbox"])
        self.assertIn("SUP-", answers["cases"])
        self.assertIn("you@home.test", answers["outbox"])
        self.assertEqual(sink.wait_for(1)[0].recipients, ["you@home.test"])

    def test_the_key_of_the_unit_is_a_key(self):
        """The lines of packaging/hauspost.service that make it and use it, with another folder."""
        lines = read("packaging/hauspost.service").split("\n")
        make, = [line.lstrip("# ") for line in lines if "openssl rand" in line]
        folder = os.path.join(self.home.top, "etc")
        os.mkdir(folder)
        subprocess.run(["bash", "-ec", make.replace("/etc/hauspost", folder)], check=True)
        use, = [line.lstrip("# ") for line in lines if "hauspost apply" in line]
        variable, value = use.split()[0].split("=")
        env = {variable: value.replace("/etc/hauspost", folder)}
        self.home.apply(setup(), env=env)
        self.assertNotIn("keys", os.listdir(self.home.folder))
        self.assertIn("key file", self.home.run("list", "accounts", expect=4).err)

    def test_a_backup_of_a_running_store_restores(self):
        statement = re.search(r'"(VACUUM INTO .*?)"', read("docs/operation.md")).group(1)
        self.home.apply(setup(listeners__support__enabled=False, rules__support__responses=None))
        self.home.serve_http()
        store = os.path.join(self.home.folder, "store.db")
        self.home.run("ingest", "-l", "support", input="From: a@b.test\nSubject: saved\nMessage-ID: <1@b.test>\n\nText.\n")
        saved = os.path.join(self.home.top, "saved.db")
        with contextlib.closing(sqlite3.connect(store)) as db:
            db.execute(statement.replace("/backup/store.db", saved))
        self.home.run("ingest", "-l", "support", input="From: a@b.test\nSubject: lost\nMessage-ID: <2@b.test>\n\nText.\n")
        self.home.stop()
        for name in ("store.db", "store.db-wal", "store.db-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(self.home.folder, name))
        os.rename(saved, store)
        page = self.home.run("cases").out
        self.assertIn("saved", page)
        self.assertNotIn("lost", page)
        self.home.run("keys", "rotate")  # opens every secret

    def test_the_example_applies(self):
        password = self.home.write("password", "secret\n")
        text = read("docs/examples/support.yaml").replace("/etc/hauspost/support.password", password)
        self.home.run("apply", "-", input=text)
        self.assertEqual(self.home.json("list", "rules"), ["support"])

    def test_exit_codes_are_listed(self):
        codes = set(re.findall(r"^\| (\d+) \|", read("docs/exit-codes.md"), re.M))
        self.assertEqual(codes, set(re.findall(r"EXIT_\w+ = (\d+)", read("src/cli/cli.h"))))

    def test_reasons_for_no_answer_are_listed(self):
        codes = re.findall(r"^\| `([a-z-]+)` \|", read("docs/answers.md"), re.M)
        self.assertEqual(codes, re.findall(r'\[NO_ANSWER_\w+\] = \{"([a-z-]+)"', read("src/intake/no_answer.c")))


if __name__ == "__main__":
    unittest.main()
