"""What a test does with a mailbox behind the server's back: put mail in, look at flags and folders. Over IMAP, with Python's imaplib."""

import base64
import contextlib
import imaplib
import re
import socket


def utf7(name):
    """A folder's name as IMAP4rev1 writes it (RFC 3501 §5.1.3), quoted."""
    out, run = [], []

    def flush():
        if run:
            coded = base64.b64encode("".join(run).encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
            out.append("&" + coded.decode("ascii") + "-")
            run.clear()

    for letter in name:
        if 0x20 <= ord(letter) <= 0x7E:
            flush()
            out.append("&-" if letter == "&" else letter)
        else:
            run.append(letter)
    flush()
    return '"' + "".join(out).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Mailbox:
    """Mixed into a server with imap_port and password."""

    imap_port = 0
    password = "pw"
    separator = "/"  # in folders' names

    def folder_name(self, folder):
        return folder

    @contextlib.contextmanager
    def session(self, user):
        imap = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=30)
        # A literal goes out in several writes: each would wait for the acknowledgement of the one before.
        imap.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            imap.login(user, self.password)
            yield imap
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                imap.logout()

    def deliver(self, user, raw, folder="INBOX", flags=""):
        self.deliver_many(user, [raw], folder, flags)

    def deliver_many(self, user, mails, folder="INBOX", flags=""):
        """Appends each mail (bytes; written with bare LF throughout, they become CRLF) to the folder, which is made where missing."""
        name = utf7(self.folder_name(folder))
        with self.session(user) as imap:
            if folder != "INBOX":
                imap.create(name)
            for raw in mails:
                # imaplib.append() would change lone CR and LF within; the server shall get what the test wrote.
                imap.literal = raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")
                kind, answer = imap._simple_command("APPEND", name, f"({flags})")
                if kind != "OK":
                    raise RuntimeError(f"APPEND to {folder}: {answer}")

    def _fetch(self, user, folder, what):
        with self.session(user) as imap:
            kind, answer = imap.select(utf7(self.folder_name(folder)), readonly=True)
            if kind != "OK":
                raise LookupError(f"{folder}: {answer}")
            if int(answer[0] or 0) == 0:
                return []
            return imap.uid("FETCH", "1:*", what)[1]

    def flags(self, user, folder="INBOX"):
        """UID → set of flags without the backslash, \\Recent left out."""
        found = {}
        for line in self._fetch(user, folder, "(FLAGS)"):
            if line and (match := re.search(rb"UID (\d+)", line)):
                words = re.search(rb"FLAGS \(([^)]*)\)", line).group(1).decode("ascii").split()
                found[int(match.group(1))] = {word.lstrip("\\") for word in words} - {"Recent"}
        return found

    def mails(self, user, folder="INBOX"):
        """The mails of a folder as bytes, in UID order; [] for a folder that isn't there."""
        try:
            answer = self._fetch(user, folder, "(BODY.PEEK[])")
        except LookupError:
            return []
        return [part[1] for part in answer if isinstance(part, tuple)]

    def folders(self, user):
        with self.session(user) as imap:
            return sorted(re.sub(rb'^.*? "?([^"]*)"?$', rb"\1", line).decode("ascii") for line in imap.list()[1] if line)

    def expunge(self, user, uids, folder="INBOX"):
        with self.session(user) as imap:
            imap.select(utf7(self.folder_name(folder)))
            imap.uid("STORE", ",".join(str(uid) for uid in uids), "+FLAGS.SILENT", "(\\Deleted)")
            imap.expunge()

    def clear_flags(self, user, folder="INBOX"):
        with self.session(user) as imap:
            imap.select(utf7(self.folder_name(folder)))
            imap.store("1:*", "-FLAGS.SILENT", "(\\Seen \\Deleted)")
