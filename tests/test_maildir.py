"""A Maildir on this machine as a mailbox: read, watched, hostile names, and stopped at each durable step."""

import os
import sqlite3
import unittest

import office
from support import Home, wait_until

STOPPED = 99


class Maildir(unittest.TestCase):
    def setUp(self):
        self.home, self.folder = self.new_home()

    def new_home(self, **changes):
        home = self.enterContext(Home())
        folder = os.path.join(home.top, "Maildir")
        for name in ("new", "cur", "tmp"):
            os.makedirs(os.path.join(folder, name))
        changes = {"accounts__support__receive": {"protocol": "maildir", "path": folder}, "rules__support__responses": None, **changes}
        home.apply(office.setup(**changes))
        return home, folder

    def deliver(self, name, mail, folder=None):
        folder = folder or self.folder
        name = os.fsencode(name)
        path = os.path.join(os.fsencode(folder), b"tmp", b"x")
        with open(path, "wb") as file:
            file.write(mail)
        os.rename(path, os.path.join(os.fsencode(folder), b"new", name))

    def files(self, part, folder=None):
        return sorted(os.listdir(os.path.join(folder or self.folder, part)))

    def query(self, sql, home=None):
        db = sqlite3.connect(f"file:{os.path.join((home or self.home).folder, 'store.db')}?mode=ro", uri=True)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def cases(self, home=None):
        return sorted(subject for (subject,) in self.query("SELECT subject FROM cases", home))

    # ------------------------------------------------------------ reading

    def test_two_files_with_one_name_before_the_colon(self):
        self.deliver("1700000001.M1P1.host", office.mail(ident="1", subject="plain", body="1"))
        self.deliver("1700000001.M1P1.host:2,", office.mail(ident="2", subject="with flags", body="2"))
        self.home.run("run", "support", "--once")
        self.assertEqual(self.cases(), ["plain", "with flags"])
        self.assertEqual(self.files("cur"), ["1700000001.M1P1.host:2,", "1700000001.M1P1.host:2,S"])

    def test_second_of_one_name_stays_itself_when_the_first_goes(self):
        home, folder = self.new_home(listeners__support__after="leave")
        for name in ("plain", "with flags"):
            self.deliver("1700000001.M1P1.host" + (":2," if name != "plain" else ""), office.mail(ident=name[:4], subject=name, body=name), folder)
        home.run("run", "support", "--once")
        os.unlink(os.path.join(folder, "new", "1700000001.M1P1.host"))
        self.assertIn("no new messages", home.run("run", "support", "--once").out)
        self.assertEqual(self.cases(home), ["plain", "with flags"])
        self.assertEqual(len(self.query("SELECT uid FROM ledger", home)), 2)

    def test_mail_becomes_cases_and_is_seen(self):
        for n in range(3):
            self.deliver(f"17000000{n}.M1P1.host", office.mail(ident=str(n), subject=f"number {n}", body=str(n)))
        self.deliver("1700000009.M1P1.host:2,F", office.mail(ident="9", subject="number 9", body="9"))
        self.home.run("run", "support", "--once")
        self.assertEqual(self.cases(), ["number 0", "number 1", "number 2", "number 9"])
        self.assertEqual(self.files("new"), [])
        self.assertEqual(self.files("cur"), ["170000000.M1P1.host:2,S", "1700000009.M1P1.host:2,FS", "170000001.M1P1.host:2,S",
                                             "170000002.M1P1.host:2,S"])
        self.assertEqual({state for (state,) in self.query("SELECT state FROM ledger")}, {"acknowledged"})
        self.assertIn("no new messages", self.home.run("run", "support", "--once").out)

    def test_what_happens_afterwards(self):
        for after, changes in (("leave", {}), ("delete", {}), ("move", {"listeners__support__after_folder": "Done"})):
            with self.subTest(after=after):
                home, folder = self.new_home(listeners__support__after=after, **changes)
                self.deliver("1.a.b", office.mail(ident="1"), folder)
                for _ in range(2):
                    home.run("run", "support", "--once")
                self.assertEqual(self.files("new", folder), ["1.a.b"] if after == "leave" else [])
                self.assertEqual(self.files("cur", folder), [])
                if after == "move":
                    self.assertEqual(self.files(".Done/cur", folder), ["1.a.b:2,S"])
                self.assertEqual(len(self.query("SELECT id FROM ledger", home)), 1)
                # a folder that is emptied all the time was not renamed
                self.deliver("2.a.b", office.mail(ident="2", body="2"), folder)
                home.run("run", "support", "--once")
                self.assertEqual(len(self.query("SELECT id FROM ledger", home)), 2)
                self.assertEqual(len(self.query("SELECT DISTINCT uidvalidity FROM ledger", home)), 1)

    def test_hostile_names_and_things(self):
        names = [b"a b\xff\xfe", b"%41%", b"'; DROP TABLE x", b"\xe2\x80\xae.txt", b"new\nline", b"x" * 255, b":2,S", b"-rf"]
        for n, name in enumerate(names):
            self.deliver(name, office.mail(ident=str(n), subject=f"number {n}", body=str(n)))
        os.symlink("/etc/passwd", os.path.join(self.folder, "new", "link"))
        os.mkfifo(os.path.join(self.folder, "new", "fifo"))
        os.mkdir(os.path.join(self.folder, "new", "folder"))
        self.deliver(".hidden", b"Subject: no\n\nno\n")
        self.home.run("run", "support", "--once")
        self.assertEqual(len(self.cases()), len(names))
        self.assertEqual(self.files("new"), [".hidden", "fifo", "folder", "link"])
        self.assertEqual(len(self.files("cur")), len(names))

    def test_a_large_one_is_parked_and_put_aside(self):
        self.home, self.folder = self.new_home(listeners__support__max_message_mb=1, listeners__support__failed_folder="Failed",
                                               templates__large={"subject": "Too large", "text": "{{message.size}}, and not {{message.limit}}"},
                                               listeners__support__oversize_template="large")
        self.deliver("1.large", office.mail(subject="large", body=("x" * 900 + "\n") * 1500))
        self.deliver("2.good", office.mail(ident="2", subject="good", body=("y" * 900 + "\n") * 1100))
        self.home.run("run", "support", "--once")
        self.assertEqual(self.cases(), ["good"])
        self.assertEqual(self.files(".Failed/cur"), ["1.large:2,S"])
        self.assertEqual(self.query("SELECT state, answer FROM ledger ORDER BY uid")[0], ("parked", "queued"))
        self.assertEqual(self.query("SELECT body_text FROM message WHERE subject = 'Too large'"), [("1.3 MB, and not 1 MB",)])

    def test_a_folder_that_is_missing_is_named(self):
        home = self.enterContext(Home())
        home.apply(office.setup(accounts__support__receive={"protocol": "maildir", "path": "/nowhere/Maildir"}))
        self.assertIn("/nowhere/Maildir/new", home.run("run", "support", "--once", expect=5).err)

    # ------------------------------------------------------------ watching

    def test_serve_sees_new_mail_at_once(self):
        self.home.serve()
        wait_until(lambda: self.query("SELECT state FROM status WHERE kind = 'listener'") == [("idle",)], what="it being watched")
        for n in range(3):
            self.deliver(f"{n}.x", office.mail(ident=str(n), subject=f"number {n}", body=str(n)))
            wait_until(lambda n=n: len(self.cases()) == n + 1, 10, "the case")
        os.link(os.path.join(self.folder, "cur", "0.x:2,S"), os.path.join(self.folder, "new", "linked"))
        wait_until(lambda: not self.files("new"), 10, "the link being handled")
        self.assertEqual(self.home.stop(30), 0, self.home.log())
        self.assertEqual(len(self.cases()), 3)  # the same mail once more is a duplicate

    # ------------------------------------------------------------ stopped anywhere

    def crashed_at(self, step, after):
        home, folder = self.new_home(listeners__support__after=after, listeners__support__duplicates="handle")
        for n in range(2):
            self.deliver(f"{n}.x", office.mail(ident=str(n), subject=f"number {n}", body=str(n)), folder)
        code = home.run("run", "support", "--once", env={"HAUSPOST_FAULT_STEP": str(step), "HAUSPOST_FAULT_BATCH": "1"}, expect=None).code
        self.assertIn(code, (0, STOPPED))
        home.run("run", "support", "--once")
        self.assertEqual(self.cases(home), ["number 0", "number 1"], f"step {step}")
        self.assertEqual(self.query("SELECT state, COUNT(*) FROM ledger GROUP BY state", home), [("acknowledged", 2)], f"step {step}")
        self.assertEqual(self.files("new", folder), [])
        home.close()
        return code == STOPPED

    def test_nothing_is_lost_or_doubled_at_any_step(self):
        for after, stride in (("seen", 1), ("delete", 5)):
            step = 1
            while self.crashed_at(step, after):
                step += stride
            self.assertGreater(step, 10)


if __name__ == "__main__":
    unittest.main()
