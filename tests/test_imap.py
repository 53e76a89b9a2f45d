"""The IMAP receiver against real servers, through the small program bench/imap_read."""

import subprocess
import threading
import unittest

from reading import MAIL_READ, ReadingCase
from servers import Courier, Cyrus, Dovecot


def mail(n, size=0):
    return (f"From: anna@customer.test\r\nTo: support@example.test\r\nSubject: number {n}\r\nMessage-ID: <{n}@customer.test>\r\n\r\n"
            + "word " * 12 + "\r\n" + ("x" * 70 + "\r\n") * (size // 72)).encode()


class Reading(ReadingCase):
    """What the receiver does with every server."""

    doors = ("imaps_port", "imap_port")

    def test_all_doors_give_the_same(self):
        self.server.deliver_many("doors", [mail(n) for n in range(7)])
        lines = self.answers_of_all_doors("doors")
        self.assertEqual(len(lines), 7)
        self.assertEqual(lines[0], f"whole 1 {len(mail(0))} {len(mail(0))} dated")

    def test_empty_folder(self):
        self.server.deliver("empty", mail(1), "Other")
        self.assertEqual(self.read("empty"), [])
        self.assertEqual(self.read("empty", "-l"), [])

    def test_only_what_lies_behind_the_position(self):
        self.server.deliver_many("position", [mail(n) for n in range(4)])
        self.assertEqual([line.split()[1] for line in self.read("position", "-u", "2")], ["3", "4"])
        self.assertEqual(self.read("position", "-u", "4"), [])
        self.assertEqual(self.read("position", "-u", "4294967295"), [])

    def test_seen_is_set_only_when_asked_for(self):
        self.server.deliver_many("seen", [mail(n) for n in range(250)])
        self.read("seen", "-a", "leave")
        self.assertEqual(set().union(*self.server.flags("seen").values()), set())
        self.read("seen", "-a", "seen")
        self.assertTrue(all("Seen" in flags for flags in self.server.flags("seen").values()))
        self.assertTrue(all("seen" in line.split() for line in self.read("seen")))

    def test_delete_leaves_what_others_flagged(self):
        self.server.deliver_many("delete", [mail(n) for n in range(5)])
        self.server.deliver("delete", mail(6), flags="\\Deleted")
        self.read("delete", "-a", "delete", "-u", "2")
        self.assertEqual(sorted(self.server.flags("delete")), [1, 2])

    def test_move_makes_the_folder_with_umlauts(self):
        self.server.deliver_many("move", [mail(n) for n in range(120)])
        self.read("move", "-a", "move", "-m", self.server.folder_name("Erledigt & größer"))
        self.assertEqual(self.server.flags("move"), {})
        self.assertEqual(self.server.mails("move", "Erledigt & größer"), [mail(n) for n in range(120)])
        self.assertEqual(len(self.read("move", "-f", self.server.folder_name("Erledigt & größer"))), 120)

    def test_large_and_small_come_whole_and_in_order(self):
        sizes = [0, 3_000_000, 10, 1 << 20, 90_000, 2_500_000] + [200] * 150
        self.server.deliver_many("large", [mail(n, size) for n, size in enumerate(sizes)])
        lines = self.read("large", door="starttls")
        self.assertEqual(lines, [f"whole {n + 1} {len(mail(n, size))} {len(mail(n, size))} dated" for n, size in enumerate(sizes)])

    def test_list_names_every_uid(self):
        self.server.deliver_many("list", [mail(n) for n in range(6)])
        self.server.expunge("list", [2, 5])
        self.assertEqual(self.read("list", "-l", "-u", "6"), ["uid 1", "uid 3", "uid 4", "uid 6"])

    def test_missing_folder_is_the_folders_fault(self):
        self.server.deliver("folderless", mail(1))
        lines = self.read("folderless", "-f", self.server.folder_name("Nirgends"), expect=1)
        self.assertRegex(lines[0], "^error not-found never folder: folder .*Nirgends: ")

    def test_a_path_leads_to_the_folder_wherever_the_server_keeps_it(self):
        folder = self.server.separator.join(("Support", "Größe"))
        self.server.deliver_many("path", [mail(n) for n in range(3)], folder)
        by_path = self.read("path", "-f", "Support/Größe")
        self.assertEqual(len(by_path), 3)
        self.assertEqual(by_path, self.read("path", "-f", self.server.folder_name(folder)))
        lines = self.read("path", "-f", "Support/Nirgends", expect=1)
        self.assertRegex(lines[0], "^error not-found never folder: folder Support/Nirgends")

    def test_a_path_to_move_to_is_made_where_folders_lie(self):
        self.server.deliver_many("made", [mail(n) for n in range(5)])
        self.read("made", "-a", "move", "-m", "Fertig/2026")
        self.assertEqual(self.server.flags("made"), {})
        self.assertEqual(self.server.mails("made", self.server.separator.join(("Fertig", "2026"))), [mail(n) for n in range(5)])
        self.assertEqual(len(self.read("made", "-f", "Fertig/2026")), 5)

    def test_a_use_names_the_folder(self):
        self.server.deliver("use", mail(1))
        self.read("use", "-a", "move", "-m", "\\Trash")
        self.assertEqual(self.server.mails("use", "Trash"), [mail(1)])
        self.assertEqual(len(self.read("use", "-f", "\\trash")), 1)
        lines = self.read("use", "-f", "\\Flagged", expect=1)
        self.assertRegex(lines[0], r"^error not-found never folder: folder \\Flagged: the server marks no folder as such")

    def test_idle_hears_of_new_mail(self):
        self.server.deliver("idle", mail(1))
        run = subprocess.Popen([MAIL_READ, "-s", "tls", "-c", self.server.ca, "-v", "-i", "localhost", str(self.server.imaps_port),
                                "idle", "pw"], stdout=subprocess.PIPE, text=True)
        guard = threading.Timer(60, run.kill)
        guard.start()
        lines = []
        for line in run.stdout:
            lines.append(line.split(" dated")[0].strip())
            if line.startswith("idle"):
                self.server.deliver("idle", mail(2))
        guard.cancel()
        run.stdout.close()
        self.assertEqual(run.wait(), 0)
        size = len(mail(1))
        self.assertEqual(lines, [f"whole 1 {size} {size}", f"read 1 messages, {size} bytes", "idle 1", "news 1",
                                 f"whole 1 {size} {size}", f"whole 2 {size} {size}", f"read 2 messages, {2 * size} bytes"])


class WithDovecot(Reading, unittest.TestCase):
    make = Dovecot

    def test_wrong_password_is_final(self):
        self.server.deliver("final", mail(1))
        lines = self.read("final", password="wrong", expect=1)
        self.assertRegex(lines[0], "^error auth never account: localhost: login: the server says NO")

    def test_certificate_of_another_name_is_refused(self):
        run = subprocess.run([MAIL_READ, "-s", "tls", "localhost", str(self.server.imaps_port), "x", "pw"], capture_output=True, text=True,
                             timeout=60, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stdout, "^error tls never account: ")


class WithCyrus(Reading, unittest.TestCase):
    make = Cyrus  # takes any password


class WithCourier(Reading, unittest.TestCase):
    make = Courier

    def test_idle_hears_of_new_mail(self):
        self.skipTest("this Courier has no IDLE")


if __name__ == "__main__":
    unittest.main()
