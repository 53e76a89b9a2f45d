"""Everything wrong that people, files, servers and machines put in: each gives one line that names the place and the way out, the
exit code of docs/exit-codes.md, and leaves nothing half-done."""

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import unittest

from office import mail, setup
from servers.dovecot import Dovecot
from servers.private import ServerMissing, closed_port, make_certificates, openssl, start_process, stop_process
from support import HAUSPOST, SANITIZER_REPORT, Home, wait_until

USAGE, SETUP, STORE, PROVIDER, TEMPORARY = 2, 3, 4, 5, 75
NOBODY = 65534


class Input(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())

    def fails(self, code, pattern, *words, **options):
        """The command ends with `code` and exactly one line on standard error, in which the pattern is found."""
        answer = self.home.run(*words, expect=code, **options)
        self.assertEqual(answer.err.count("\n"), 1, answer.err)
        self.assertTrue(answer.err.startswith("hauspost: "), answer.err)
        self.assertRegex(answer.err, pattern)
        return answer

    def count(self, table):
        with contextlib.closing(sqlite3.connect(os.path.join(self.home.folder, "store.db"))) as db:
            return db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


class CommandLine(Input):
    CASES = [
        ("there is no command 'bogus'; 'hauspost --help' lists them", ["bogus"]),
        ("there is no option --bogus; 'hauspost --help'", ["--bogus", "list"]),
        ("option --home needs a value", ["--home"]),
        ("--home is empty: it takes a folder", ["--home", "", "cases"]),
        ("there is no option --bogus; usage: hauspost ledger", ["ledger", "--bogus"]),
        ("there is no option -x; usage: hauspost apply", ["apply", "-x", "file"]),
        ("option --state needs a value; usage", ["outbox", "list", "--state"]),
        ("which kind[?] There are providers, .*rules", ["list"]),
        ("'foo' is not a kind of record: there are providers", ["list", "foo"]),
        ("'foo' is not a kind of record: there are providers", ["show", "foo", "x"]),
        ("'foo' is not a kind of record: there are providers", ["delete", "foo", "x"]),
        ("'foo' is not a kind of record: there are providers", ["export", "foo"]),
        ("apply takes one file", ["apply"]),
        ("apply takes one file", ["apply", "a", "b"]),
        ("show takes a kind and an id", ["show", "account"]),
        ("delete takes a kind and an id", ["delete", "account", "a", "b"]),
        ("export takes a kind and an id at most", ["export", "account", "a", "b"]),
        ("list takes one kind", ["list", "accounts", "b"]),
        ("run takes a listener and --once", ["run", "support"]),
        ("ingest needs --listener", ["ingest", "file"]),
        ("--to nonsense: an address has the form name@domain", ["test", "a", "--to", "nonsense"]),
        ("send needs --account, --to and --subject", ["send", "--to", "a@b.test"]),
        ("--to nobody: is not an address", ["send", "--account", "a", "--to", "nobody", "--subject", "s"]),
        ("cases list, cases show NUMBER", ["cases", "show"]),
        ("state 'x' is not one of received, failed, parked", ["ledger", "list", "--state", "x"]),
        ("state 'x' is not one of queued, later", ["outbox", "list", "--state", "x"]),
        ("'x' is not a number", ["ledger", "retry", "x"]),
        ("'x' is not a number", ["outbox", "requeue", "x"]),
        ("--limit takes a number from 1 to 100000, not '0'", ["cases", "list", "--limit", "0"]),
        ("--workers takes a number", ["serve", "--workers", "0"]),
        ("serve takes no arguments, not 'now'", ["serve", "now"]),
        ("doctor takes no arguments", ["doctor", "now"]),
        ("version takes no arguments", ["version", "now"]),
        ("keys rotate", ["keys"]),
        ("message raw takes the id of one message", ["message", "raw"]),
        ("message show, raw, text, html or attachment takes the id", ["message", "7"]),
        ("--color is auto, never or always", ["inspect", "--color", "green", "x"]),
        ("--color is auto, never or always", ["cases", "show", "1", "--color", "green"]),
        ("inspect takes one or more message files", ["inspect"]),
    ]

    def test_each_mistake_is_named(self):
        for pattern, words in self.CASES:
            with self.subTest(words=words):
                self.fails(USAGE, pattern, *words)
        self.assertFalse(os.path.exists(self.home.folder))

    def test_mistakes_as_json(self):
        answer = self.home.run("list", "foo", "--json", expect=USAGE)
        self.assertRegex(answer.err, r'^\{"error":"\'foo\' is not a kind.*","category":"usage"\}\n$')
        answer = self.home.run("cases", "--json", expect=STORE)
        self.assertRegex(answer.err, r'^\{"error":"store .* does not exist.*","category":"not-found"\}\n$')

    def test_without_a_store_everything_says_how_to_begin(self):
        for words in (["list", "accounts"], ["show", "account", "a"], ["cases"], ["ledger"], ["outbox"], ["run", "x", "--once"],
                      ["keys", "rotate"], ["export"], ["message", "raw", "1"], ["delete", "account", "a"]):
            with self.subTest(words=words):
                self.fails(STORE, "store .*store.db does not exist: .*hauspost apply FILE.* makes it", *words)
        self.fails(TEMPORARY, "store .*store.db does not exist", "ingest", "-l", "x", input=mail())
        self.assertFalse(os.path.exists(self.home.folder))

    def test_home_that_cannot_be_made(self):
        self.home.write("file", "x")
        self.home.folder = os.path.join(self.home.top, "file", "home")
        self.fails(STORE, "file/home", "apply", "-", input=setup())

    def test_what_is_not_there_is_a_failure(self):
        self.home.apply(setup())
        self.fails(1, 'there is no account "nobody"', "show", "account", "nobody")
        self.fails(1, 'there is no account "nobody"', "delete", "account", "nobody")
        self.fails(1, "there is no case 7; .*cases list", "cases", "show", "7")
        self.fails(1, "there is no message 7", "message", "raw", "7")
        self.fails(1, "there is no listener nobody; .*list listeners", "run", "nobody", "--once")
        self.fails(1, "there is no listener nobody; .*list listeners", "ledger", "verify", "nobody")
        self.fails(1, "ledger row 7 is not parked or failed", "ledger", "retry", "7")
        self.fails(1, "outbox row 7 is not failed", "outbox", "requeue", "7")
        self.fails(SETUP, "accounts/support is still used by listeners/support", "delete", "account", "support")


class SetupFiles(Input):
    DOCUMENTS = [
        (r"accounts/support/nam: unknown key \(did you mean name\?\)", dict(accounts__support__nam="x")),
        (r"accounts/support/receive/port: 70000 is not between 1 and 65535", dict(accounts__support__receive__port=70000)),
        (r'accounts/support/receive/port: "hi" is not a whole number', dict(accounts__support__receive__port="hi")),
        (r'listeners/support/enabled: "yes" is neither true nor false', dict(listeners__support__enabled="yes")),
        (r'rules/support/branches: .* is not a list', dict(rules__support__branches="x")),
        (r'accounts/support/receive/security: "ssl" is not one of none, starttls, tls', dict(accounts__support__receive__security="ssl")),
        (r'accounts/support/provider: there is no provider "nobody"', dict(accounts__support__provider="nobody")),
        (r'listeners/support/rule: there is no rule "nothing"', dict(listeners__support__rule="nothing")),
        (r"listeners/support/folder: INBOX of account support is read by listener other already|"
         r"listeners/other/folder: INBOX of account support is read by listener support already",
         dict(listeners__other={"name": "Other", "account": "support", "rule": "support"})),
        (r"account: unknown key \(did you mean accounts\?\)", dict(account={})),
        (r"things: unknown key \(known are providers, ", dict(things={})),
        (r"accounts/support/receive/password: can't open /nonexistent: No such file", dict(
            accounts__support__receive__password={"file": "/nonexistent"})),
        (r"accounts/support/receive/password: the variable NO_SUCH_VARIABLE is not set", dict(
            accounts__support__receive__password={"env": "NO_SUCH_VARIABLE"})),
        (r"case_types/request/number_mask", dict(case_types__request__number_mask="none")),
        (r"accounts/support/receive/allow_insecure_login: must be true to send a password without TLS",
         dict(accounts__support__receive__security="none")),
        (r"accounts/support/receive/security: port 993 speaks TLS from the start, so security must be tls",
         dict(accounts__support__receive__security="starttls", accounts__support__receive__port=993)),
    ]
    TEXTS = [
        (r"^hauspost: -:3:1: .*indent with spaces, not tabs", "accounts:\n  support:\n\tname: x\n"),
        (r"^hauspost: -:4:1: did not find expected", "accounts:\n  support: [\n name: x\n"),
        (r"the set-up is not an object", "- a\n- b\n"),
        (r"the set-up is not an object", "just words"),
        (r"-:1", "a: &x 1\n"),
        (r"-:2", "a: 1\na: 2\n"),
        (r"UTF-8", b"accounts: \xff\xfe\n"),
    ]

    def test_documents_that_are_refused_make_nothing(self):
        for pattern, changes in self.DOCUMENTS:
            with self.subTest(pattern=pattern):
                self.fails(SETUP, pattern, "apply", "-", input=setup(**changes))
                self.assertFalse(os.path.exists(self.home.folder))

    def test_documents_that_are_refused_change_nothing(self):
        self.home.apply(setup())
        before = self.home.run("export").out
        for pattern, changes in self.DOCUMENTS:
            with self.subTest(pattern=pattern):
                self.fails(SETUP, pattern, "apply", "-", input=setup(templates__new={"name": "New", "text": "x"}, **changes))
                self.assertEqual(self.home.run("export").out, before)

    def test_texts_that_are_no_yaml(self):
        for pattern, text in self.TEXTS:
            with self.subTest(text=text):
                self.fails(SETUP, pattern, "apply", "-", input=text)
        self.fails(1, "can't open /nonexistent.yaml: No such file", "apply", "/nonexistent.yaml")
        self.fails(1, "can't read /tmp: Is a directory", "apply", "/tmp")
        self.assertFalse(os.path.exists(self.home.folder))

    def test_dry_run_makes_nothing(self):
        answer = self.home.run("apply", "-", "--dry-run", input=setup())
        self.assertRegex(answer.out, "5 records would change; without --dry-run it is done")
        self.assertFalse(os.path.exists(self.home.folder))


class Mail(Input):
    """What `ingest` is given."""

    def setUp(self):
        super().setUp()
        self.home.apply(setup())

    def test_what_is_no_mail_is_refused(self):
        for pattern, path in (("can't open /nonexistent: No such file", "/nonexistent"), ("can't read /tmp: Is a directory", "/tmp"),
                              ("/dev/null is empty: that is no mail", "/dev/null"),
                              ("empty.eml is empty: that is no mail", self.home.write("empty.eml", ""))):
            with self.subTest(path=path):
                self.fails(1, pattern, "ingest", "-l", "support", path)
        self.fails(1, "standard input is empty", "ingest", "-l", "support")
        self.assertEqual((self.count("ledger"), self.count("message")), (0, 0))

    @unittest.skipIf(os.getuid() != 0, "modes bind nobody but others than root, and setpriv needs root")
    def test_unreadable_file(self):
        path = self.home.write("secret.eml", mail())
        os.chmod(path, 0o600)
        give_to(self.home, NOBODY)
        self.assertIn("Permission denied", self.one_line(as_nobody(self.home, "ingest", "-l", "support", path), 1))

    def one_line(self, done, code):
        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (code, 1), done.stderr)
        return done.stderr.decode()

    def test_good_files_beside_a_bad_one_are_taken(self):
        good = [self.home.write(f"{n}.eml", mail(f"Help {n}", ident=f"m{n}")) for n in range(2)]
        self.home.run("ingest", "-l", "support", good[0], "/nonexistent", good[1], expect=1)
        self.assertEqual(self.count("message WHERE direction = 'in'"), 2)

    def test_a_hundred_megabytes_of_zeros(self):
        path = os.path.join(self.home.top, "zeros")
        with open(path, "wb") as file:
            file.truncate(100_000_000)
        answer = self.home.run("ingest", "-l", "support", path, timeout=120)
        self.assertRegex(answer.out, "kept, not handled|created")
        self.assertEqual(self.count("ledger"), 1)

    def test_wrong_listener(self):
        self.fails(1, "there is no listener nobody", "ingest", "-l", "nobody", input=mail())


def give_to(home, user):
    for folder, _, names in os.walk(home.top):
        for path in (folder, *(os.path.join(folder, name) for name in names)):
            if os.path.dirname(path) != home.top or path == home.folder:
                os.chown(path, user, user)
    os.chmod(home.top, 0o755)


def as_nobody(home, *words, input=b""):
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *home.command(*words)]
    return subprocess.run(command, input=input, capture_output=True, timeout=60, check=False)


class Store(Input):
    def setUp(self):
        super().setUp()
        self.home.apply(setup())
        self.store = os.path.join(self.home.folder, "store.db")
        self.keys = os.path.join(self.home.folder, "keys")

    def overwrite(self, path, content):
        with open(path, "wb") as file:
            file.write(content)

    def test_not_a_database(self):
        self.overwrite(self.store, b"this is no database at all\n" * 1000)
        for words in (["cases"], ["apply", "-"], ["serve"], ["keys", "rotate"]):
            with self.subTest(words=words):
                self.fails(STORE, "store.db is not a store .no SQLite database.: give another path, or move it away", *words, input=setup())

    def test_truncated(self):
        for path in (self.store + "-wal", self.store + "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        os.truncate(self.store, 20000)
        self.fails(STORE, "store.*(malformed|damaged|corrupt|backup)", "cases")

    def test_newer_schema(self):
        with contextlib.closing(sqlite3.connect(self.store)) as db:
            names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE name LIKE '%migration%' AND type = 'table'")]
            columns = [column[1] for column in db.execute(f"PRAGMA table_info({names[0]})")]
            row = dict(zip(columns, db.execute(f"SELECT * FROM {names[0]} ORDER BY version DESC").fetchone()))
            row["version"] = 999
            db.execute(f"INSERT INTO {names[0]} ({','.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
            db.commit()
        for words in (["cases"], ["apply", "-"]):
            self.fails(STORE, "has schema 999, this program knows [0-9]+: install a newer hauspost", *words, input=setup())

    def test_keys_missing_garbage_open_or_of_another_store(self):
        with open(self.keys, "rb") as file:
            good = file.read()
        os.unlink(self.keys)
        self.fails(STORE, "key file .*keys is missing: restore the key file from your backup", "cases")
        self.fails(STORE, "key file .*keys is missing: restore", "apply", "-", input=setup())
        self.assertFalse(os.path.exists(self.keys))
        self.overwrite(self.keys, b"garbage\n")
        os.chmod(self.keys, 0o600)
        self.fails(STORE, "keys:1 is not .*restore the key file from your backup", "cases")
        self.overwrite(self.keys, b"")
        self.fails(STORE, "holds no key: restore the key file from your backup", "cases")
        self.overwrite(self.keys, good)
        os.chmod(self.keys, 0o644)
        self.fails(STORE, "has mode 0644, others may have read it: chmod 600 ", "cases")
        self.fails(TEMPORARY, "has mode 0644", "ingest", "-l", "support", input=mail())
        os.chmod(self.keys, 0o600)
        self.home.run("cases")

    def test_key_of_another_store_costs_the_accounts_alone(self):
        with Home() as other:
            other.apply(setup())
            shutil.copy(os.path.join(other.folder, "keys"), self.keys)
        self.assertEqual(self.home.run("cases").out, "no cases\n")
        self.assertRegex(self.home.run("ingest", "-l", "support", input=mail()).out, "created SUP-00001")
        self.fails(PROVIDER, "account support: receive/password can't be used: .*restore the key file from your backup",
                   "run", "support", "--once")
        # Another change goes through, and the sealed password is still there for the day when the key is found.
        self.home.apply(setup(accounts__support__receive__password="********", accounts__support__name="New name"))
        self.assertIn("********", self.home.run("show", "account", "support").out)
        # The way out that the message names.
        self.home.apply(setup())
        self.fails(PROVIDER, "localhost", "run", "support", "--once")

    def test_in_use_by_another_process(self):
        other = sqlite3.connect(self.store, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            answer = self.fails(STORE, "store.*(in use|locked)", "apply", "-", input=setup(accounts__support__name="New"))
            self.assertGreater(answer.seconds, 5)  # it waited for a while
            self.fails(TEMPORARY, "store.*(in use|locked)", "ingest", "-l", "support", input=mail())
        finally:
            other.close()
        self.assertEqual(self.count("message"), 0)
        self.assertIn("created", self.home.run("ingest", "-l", "support", input=mail()).out)

    def test_a_second_serve_and_a_run_beside_it(self):
        self.home.apply(setup(listeners__support__enabled=False))
        self.home.serve()
        wait_until(lambda: "serves" in self.home.log(), 20, "serve being ready")
        for words in (["serve"], ["run", "support", "--once"], ["outbox", "flush"]):
            with self.subTest(words=words):
                self.fails(STORE, "is in use by another hauspost \\(process [0-9]+\\); stop it first, or let it do the work", *words)
        self.assertIn("created", self.home.run("ingest", "-l", "support", input=mail()).out)

    @unittest.skipIf(os.getuid() != 0 or not shutil.which("setpriv"), "root ignores modes, and only root can become somebody else")
    def test_read_only_file_system(self):
        """As after a fault of the disk: whose permission it is has nothing to do with it."""
        if os.getuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("a mount of its own needs root")
        self.home.apply(setup())
        mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        done = subprocess.run(["unshare", "-m", "sh", "-c", mount, self.home.folder, *self.home.command("cases")], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, STORE, done.stderr)
        self.assertRegex(done.stderr, "the file system of .* is mounted read-only")

    def test_read_only_file_and_folder(self):
        give_to(self.home, NOBODY)
        for path in (self.store, self.home.folder):
            mode = os.stat(path).st_mode & 0o777
            os.chmod(path, mode & ~0o222)
            for words, code in ((["apply", "-"], STORE), (["ingest", "-l", "support"], TEMPORARY), (["run", "support", "--once"], None)):
                with self.subTest(path=path, words=words):
                    done = as_nobody(self.home, *words, input=mail() if "ingest" in words else setup(templates__received__text="n").encode())
                    self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
                    self.assertRegex(done.stderr.decode(), "hauspost: .*(read-?only|Permission denied|can't)")
                    self.assertIn(done.returncode, (code,) if code else (STORE, PROVIDER), done.stderr)
            os.chmod(path, mode)
        give_to(self.home, 0)
        self.assertEqual(self.count("message"), 0)
        self.assertNotIn('text: "n"', self.home.run("export").out)

    def test_postgresql_that_is_not_there(self):
        url = f"postgresql://somebody:geheim@127.0.0.1:{closed_port()}/nothing"
        for words in (["cases"], ["apply", "-"], ["serve"]):
            answer = self.home.run("--store", url, *words, expect=STORE, input=setup())
            self.assertEqual(answer.err.count("\n"), 1, answer.err)
            self.assertRegex(answer.err, "store postgresql://127.0.0.1.*(refused|reach)")
            self.assertNotIn("geheim", answer.err)
        self.assertNotIn("geheim", self.home.run("--store", url, "doctor", expect=1).out)
        self.fails(TEMPORARY, "postgresql://", "--store", url, "ingest", "-l", "support", input=mail())


class FullDisk(Input):
    """RLIMIT_FSIZE plays the full disk: the kernel refuses to let a file grow beyond it."""

    def limited(self, limit, *words, input=b""):
        def lower():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return subprocess.run(self.home.command(*words), input=input, capture_output=True, timeout=60, check=False, preexec_fn=lower)

    def one_line(self, done, code):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        self.assertRegex(done.stderr.decode(), "hauspost: .*(full|File too large|disk I/O|larger|room)")

    def test_first_apply(self):
        self.one_line(self.limited(30_000, "apply", "-", input=setup().encode()), STORE)
        self.home.apply(setup())
        self.assertEqual(self.home.run("list", "listeners").out.split()[0], "support")

    def test_ingest_asks_to_try_again(self):
        self.home.apply(setup())
        size = os.path.getsize(os.path.join(self.home.folder, "store.db"))
        big = mail(body=os.urandom(size).hex())
        self.one_line(self.limited(size, "ingest", "-l", "support", input=big), TEMPORARY)
        self.assertEqual((self.count("message"), self.count("cases")), (0, 0))
        self.assertIn("created", self.home.run("ingest", "-l", "support", input=big).out)

    @unittest.skipIf(os.getuid() != 0, "mounting needs root")
    def test_a_file_system_that_fills_up(self):
        os.makedirs(self.home.folder, exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", self.home.folder], capture_output=True, check=False).returncode:
            self.skipTest("mounting is not allowed here")
        try:
            self.home.apply(setup())
            taken = 0
            for n in range(200):
                answer = self.home.run("ingest", "-l", "support", input=mail(ident=f"m{n}", body=os.urandom(40_000).hex()), expect=None)
                if answer.code:
                    break
                taken += 1
            self.assertEqual(answer.code, TEMPORARY, answer.err)
            self.assertEqual(answer.err.count("\n"), 1, answer.err)
            self.assertRegex(answer.err, "no space left on its disk: free some in ")
            self.assertEqual(self.count("message WHERE direction = 'in'"), taken)
            self.assertGreater(taken, 3)
        finally:
            subprocess.run(["umount", self.home.folder], check=True)


class Servers(Input):
    @classmethod
    def setUpClass(cls):
        try:
            cls.dovecot = cls.enterClassContext(Dovecot())
        except ServerMissing as missing:
            raise unittest.SkipTest(str(missing)) from missing
        cls.dovecot.deliver("support", mail(ident="one"))

    def run_fails(self, code, pattern, **changes):
        self.home.apply(setup(self.dovecot, **changes))
        self.fails(code, pattern, "run", "support", "--once", timeout=30)
        self.assertEqual((self.count("ledger"), self.count("message")), (0, 0))
        self.assertTrue(all("Seen" not in flags for flags in self.dovecot.flags("support").values()))

    def test_wrong_password(self):
        self.run_fails(PROVIDER, "listener support: .*log-?in.*(user|password|NO|refused)", accounts__support__receive__password="wrong")

    def test_certificate_of_another_host(self):
        make_certificates(self.home.top, names=("elsewhere.test",))
        self.with_certificate("localhost.*elsewhere.test|elsewhere.test.*localhost|certificate.*localhost", self.home.top,
                              host="localhost")

    def test_expired_certificate(self):
        make_certificates(self.home.top)
        path = self.home.top
        openssl("x509", "-req", "-in", f"{path}/server.csr", "-CA", f"{path}/ca.pem", "-CAkey", f"{path}/ca.key", "-days", "-1", "-extfile",
                f"{path}/extensions", "-out", f"{path}/server.pem")
        self.with_certificate("expired", path)

    def with_certificate(self, pattern, folder, host="localhost"):
        """A server that gets no further than its certificate."""
        import ssl  # pylint: disable=import-outside-toplevel

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
        with listening(lambda peer: context.wrap_socket(peer, server_side=True).recv(1)) as port:
            self.run_fails(PROVIDER, pattern, accounts__support__receive__host=host, accounts__support__receive__port=port,
                           accounts__support__receive__tls={"truststore": f"{folder}/ca.pem"})

    def test_unknown_authority(self):
        self.run_fails(PROVIDER, "(?i)certificate.*(truststore|self-signed|issuer|authority|CA)", accounts__support__receive__tls={})

    def test_truststore_missing_and_no_pem(self):
        self.run_fails(SETUP, "truststore /nonexistent.pem: No such file|truststore: can't open /nonexistent.pem", accounts__support__receive__tls={"truststore": "/nonexistent.pem"})
        garbage = self.home.write("garbage.pem", "no certificate")
        self.run_fails(SETUP, "truststore .*garbage.pem holds no certificate; a PEM file", accounts__support__receive__tls={"truststore": garbage})

    def test_plain_port_with_tls(self):
        self.run_fails(PROVIDER, "(?i)TLS.*(starttls|plain|clear)", accounts__support__receive__port=self.dovecot.imap_port)

    def test_tls_port_without_tls(self):
        for security in ("starttls", "none"):
            with self.subTest(security=security):
                self.run_fails(PROVIDER, "(?i)(tls|no greeting|answer)", accounts__support__receive__security=security,
                               accounts__support__receive__allow_insecure_login=True, accounts__support__receive__timeout_s=2)

    def test_starttls_not_offered(self):
        def talk(peer):
            peer.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
            while line := peer.recv(1000):
                tag = line.split()[0]
                peer.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")

        with listening(talk) as port:
            self.run_fails(PROVIDER, "STARTTLS", accounts__support__receive__security="starttls", accounts__support__receive__port=port)

    def test_nobody_listens(self):
        self.run_fails(PROVIDER, "localhost.*port [0-9]+.*refused|refused.*localhost", accounts__support__receive__port=closed_port())

    def test_unknown_host(self):
        self.run_fails(PROVIDER, "nowhere.invalid: (no such name .is it spelled right|the name server doesn.t answer)", accounts__support__receive__host="nowhere.invalid")

    def test_missing_folder(self):
        self.run_fails(PROVIDER, "listener support: folder Nowhere: ", listeners__support__folder="Nowhere")

    def test_silent_server(self):
        with listening(lambda peer: peer.recv(1)) as port:
            self.run_fails(PROVIDER, "(?i)(no answer|within|time)", accounts__support__receive__port=port,
                           accounts__support__receive__security="starttls", accounts__support__receive__timeout_s=1)

    def test_disk_full_during_run(self):
        self.dovecot.deliver_many("fulldisk", [mail(ident=f"f{n}", body=os.urandom(60_000).hex()) for n in range(8)])
        self.home.apply(setup(self.dovecot, accounts__support__receive__user="fulldisk"))
        size = os.path.getsize(os.path.join(self.home.folder, "store.db"))
        done = FullDisk.limited(self, size + 100_000, "run", "support", "--once")
        self.assertEqual(done.returncode, STORE, done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        seen = sum("Seen" in flags for flags in self.dovecot.flags("fulldisk").values())
        self.assertLessEqual(seen, self.count("message WHERE direction = 'in'"))
        self.home.run("run", "support", "--once")
        self.assertEqual(self.count("message WHERE direction = 'in'"), 8)
        self.assertEqual(self.count("ledger"), 8)

    def test_serve_does_not_flood_its_log(self):
        self.home.apply(setup(self.dovecot, accounts__support__receive__password="wrong"))
        self.home.serve()
        wait_until(lambda: "log-in" in self.home.log() or "login" in self.home.log(), 20, "the refusal being logged")
        with self.assertRaises(TimeoutError):
            wait_until(lambda: self.home.log().count("\n") > 6, 2, "a flood", patience=1)
        self.assertEqual(self.home.stop(), 0)


@contextlib.contextmanager
def listening(talk):
    """A server that does talk(socket) with whoever comes; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        def one(peer):
            with peer, contextlib.suppress(OSError):
                talk(peer)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(door.accept()[0],), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]
        with contextlib.suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    unittest.main()
