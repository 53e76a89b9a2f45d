"""An IMAP server that says what it is told to: for answers that no real server gives on demand. It runs on threads of the test itself.

    with FakeImap() as imap:
        imap.answers["SELECT"] = "NO [THROTTLED] Suggested Backoff Time (1500 milliseconds)"
        imap.add(b"Subject: hello\\r\\n\\r\\nhello\\r\\n")
        …
        del imap.answers["SELECT"]

`answers`: by command (LOGIN, SELECT, FETCH, STORE, NOOP, GREETING) what comes instead of doing it. `seen` counts commands, `most` is how many connections were open at once."""

import collections
import re
import socket
import socketserver
import threading


ESTABLISHED = 1  # tcp(7), TCP_INFO


def is_established(connection):
    """Whether the client holds it still: the thread that serves it may not have looked yet."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED


class Handler(socketserver.StreamRequestHandler):
    timeout = 60

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        imap = self.server.imap
        with imap.lock:
            imap.open.add(self.connection)
            imap.most = max(imap.most, sum(is_established(connection) for connection in imap.open))
        try:
            self.converse(imap)
        finally:
            with imap.lock:
                imap.open.remove(self.connection)

    def converse(self, imap):
        with imap.lock:
            imap.seen["GREETING"] += 1
            greeting = imap.answers.get("GREETING")
        if greeting:
            self.say("* " + greeting)
            return
        self.say("* OK [CAPABILITY IMAP4rev1] fake")
        for line in self.rfile:
            if not self.command(line.decode("latin-1").rstrip("\r\n")):
                return

    def command(self, line):
        tag, words = line.split(" ", 1)
        words = re.sub("^UID ", "", words)
        name = words.split(" ")[0].upper()
        imap = self.server.imap
        with imap.lock:
            imap.seen[name] += 1
            answer, mails = imap.answers.get(name), list(imap.mails)
        if answer:
            self.say(f"{tag} {answer}")
            return True
        if name == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif name == "SELECT":
            self.say(f"* {len(mails)} EXISTS")
            self.say("* OK [UIDVALIDITY 7] ok")
        elif name == "FETCH":
            self.fetch(words, mails)
        elif name == "NOOP":
            self.say(f"* {len(mails)} EXISTS")
        self.say(f"{tag} OK done")
        return name != "LOGOUT"

    def fetch(self, words, mails):
        _, numbers, items = words.split(" ", 2)
        wanted = set()
        for part in numbers.split(","):
            low, _, high = part.partition(":")
            low, high = int(low), len(mails) if high == "*" else int(high or low)
            wanted |= set(range(low, high + 1))
        for uid in sorted(wanted & set(range(1, len(mails) + 1))):
            body = mails[uid - 1]
            if "BODY" in items:
                self.wfile.write(b"* %d FETCH (UID %d RFC822.SIZE %d BODY[] {%d}\r\n%s)\r\n" % (uid, uid, len(body), len(body), body))
            else:
                self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(body)})")


class FakeImap:
    def __init__(self):
        self.lock = threading.Lock()
        self.answers, self.mails, self.seen = {}, [], collections.Counter()
        self.open, self.most = set(), 0
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.imap = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def add(self, mail):
        with self.lock:
            self.mails.append(mail)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
