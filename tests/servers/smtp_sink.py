"""An SMTP server that keeps what it gets and misbehaves on demand. It runs on threads of the test itself.

    with SmtpSink(faults=[Fault("RCPT", match="nobody@", reply="550 5.1.1 no such user")]) as sink:
        …
        sink.wait_for(2)
        assert sink.mails[0].recipients == ["anna@customer.test"]
"""

import base64
import contextlib
import dataclasses
import re
import socketserver
import ssl
import threading
import time

from servers.private import Server, make_certificates, wait_until


@dataclasses.dataclass
class Mail:
    envelope_from: str
    recipients: list
    data: bytes  # as sent, dots unstuffed
    at: float
    user: str = ""
    tls: bool = False


@dataclasses.dataclass
class Fault:
    """At `step` ("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "DOT", "QUIT") where `match` is in the line (or, at DOT, in the
    mail): answer `reply`, or "close" the connection, or keep "silence" until the client gives up, or "accept-and-close": the mail is
    kept, but the answer never leaves. `times` limits how often (0: always)."""

    step: str
    match: str = ""
    reply: str = ""
    action: str = ""
    times: int = 0
    seen: int = 0


class CloseConnection(Exception):
    pass


class Handler(socketserver.StreamRequestHandler):
    timeout = 60
    disable_nagle_algorithm = True

    def setup(self):
        self.sink = self.server.sink
        self.tls = False
        if self.server.wrapped:
            self.request = self.sink.context.wrap_socket(self.request, server_side=True)
            self.tls = True
        super().setup()
        self.user, self.sender, self.recipients, self.chunks = "", None, [], b""

    def handle(self):
        with contextlib.suppress(CloseConnection, OSError):
            self.say_or_fault("CONNECT", "", "220 sink.example.test ESMTP")
            while line := self.rfile.readline(65536):
                self.command(line.decode("utf-8", "replace").rstrip("\r\n"))

    def say(self, text):
        self.sink.transcript.append("S: " + text)
        self.wfile.write(text.replace("\n", "\r\n").encode() + b"\r\n")

    def say_or_fault(self, step, text, reply):
        """The reply, or what a fault puts in its place; true where it was the reply."""
        fault = self.sink.fault_at(step, text)
        if fault is None:
            self.say(reply)
            return True
        if fault.action == "silence":
            while self.rfile.read(1):
                pass
        if fault.action or not fault.reply:
            raise CloseConnection
        self.say(fault.reply)
        if fault.reply.startswith("421"):
            raise CloseConnection
        return False

    def command(self, line):
        self.sink.transcript.append("C: " + line)
        verb = line.split(" ")[0].upper()
        step = getattr(self, "on_" + verb.lower(), None)
        if step is None or not re.fullmatch("[A-Z]+", verb):
            self.say("500 5.5.1 what?")
        else:
            step(line)

    def on_ehlo(self, line):
        words = [word for word in self.sink.extensions if word != "STARTTLS" or not self.tls]
        self.say_or_fault("EHLO", line, "\n".join(f"250-{word}" for word in ["sink.example.test", *words]) + "\n250 HELP")

    def on_helo(self, line):
        self.say_or_fault("EHLO", line, "250 sink.example.test")

    def on_starttls(self, line):
        if self.say_or_fault("STARTTLS", line, "220 2.0.0 go ahead"):
            self.connection = self.sink.context.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), socketserver._SocketWriter(self.connection)
            self.tls, self.sender, self.recipients = True, None, []

    def ask(self, prompt):
        self.say("334 " + base64.b64encode(prompt.encode()).decode())
        return self.rfile.readline(65536).strip()

    def on_auth(self, line):
        words = line.split(" ")
        mechanism, first = words[1].upper(), words[2].encode() if len(words) > 2 else None
        if mechanism == "PLAIN":
            _, user, password = base64.b64decode(first or self.ask("")).decode().split("\0")
        else:
            user = base64.b64decode(first or self.ask("Username:")).decode()
            password = base64.b64decode(self.ask("Password:")).decode()
        good = self.sink.users.get(user) == password
        if self.say_or_fault("AUTH", user, "235 2.7.0 welcome" if good else "535 5.7.8 user or password is wrong") and good:
            self.user = user

    def on_mail(self, line):
        if self.sink.users and not self.user:
            self.say("530 5.7.0 log in first")
        elif self.say_or_fault("MAIL", line, "250 2.1.0 ok"):
            self.sender, self.recipients, self.chunks = address_of(line), [], b""

    def on_rcpt(self, line):
        if self.sender is None:
            self.say("503 5.5.1 MAIL first")
        elif self.say_or_fault("RCPT", line, "250 2.1.5 ok"):
            self.recipients.append(address_of(line))

    def on_data(self, line):
        if not self.recipients:
            self.say("554 5.5.1 no valid recipients")
            return
        if not self.say_or_fault("DATA", line, "354 go on, end with ."):
            return
        lines = []
        while (text := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(text[1:] if text.startswith(b".") else text)
        if text == b"":
            raise CloseConnection
        self.finish(b"".join(lines))

    def on_bdat(self, line):
        words = line.split(" ")
        data = self.rfile.read(int(words[1]))
        if len(data) < int(words[1]):
            raise CloseConnection
        self.chunks += data
        if not self.recipients:
            self.say("503 5.5.1 no valid recipients")
        elif words[2:] == ["LAST"]:
            data, self.chunks = self.chunks, b""
            self.finish(data)
        elif not self.say_or_fault("BDAT", "", "250 2.0.0 go on"):
            self.recipients = []

    def finish(self, data):
        mail = Mail(self.sender, self.recipients, data, time.time(), self.user, self.tls)
        fault = self.sink.fault_at("DOT", data.decode("utf-8", "replace"))
        if fault is None or fault.action == "accept-and-close":
            self.sink.keep(mail)
        if fault is None:
            self.say("250 2.0.0 kept")
        elif fault.reply and not fault.action:
            self.say(fault.reply)
        elif fault.action == "silence":
            while self.rfile.read(1):
                pass
        if fault is not None and (fault.action or fault.reply.startswith("421")):
            raise CloseConnection
        self.sender, self.recipients = None, []

    def on_rset(self, line):
        del line
        self.sender, self.recipients, self.chunks = None, [], b""
        self.say("250 2.0.0 ok")

    def on_noop(self, line):
        del line
        self.say("250 2.0.0 ok")

    def on_quit(self, line):
        self.say_or_fault("QUIT", line, "221 2.0.0 bye")
        raise CloseConnection


def address_of(line):
    match = re.search(r"<([^>]*)>", line)
    return match.group(1) if match else line.partition(":")[2].split()[0]


class Listening(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    wrapped = False

    def handle_error(self, request, client_address):
        pass  # a client that fails the handshake is the test's subject, not ours


class SmtpSink(Server):
    """smtp_port (plain, STARTTLS), smtps_port, ca; mails: list of Mail; transcript: "C: …" and "S: …" lines of all connections.
    `users`: user → password; where given, MAIL needs AUTH. `deliver_to`: a Dovecot whose mailboxes (by local part) get the mail as well."""

    name = "smtp-sink"
    EXTENSIONS = ("PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "STARTTLS", "CHUNKING")

    def __init__(self, faults=(), users=None, extensions=EXTENSIONS, deliver_to=None):
        super().__init__()
        self.faults, self.users = list(faults), users or {}
        self.extensions = [*extensions, *(["AUTH PLAIN LOGIN"] if self.users else [])]
        self.mails, self.transcript, self.deliver_to = [], [], deliver_to
        self.lock = threading.Lock()
        make_certificates(self.path("tls"))
        self.ca = self.path("tls", "ca.pem")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.path("tls", "server.pem"), self.path("tls", "server.key"))
        self.listening = []

    def start(self):
        for wrapped in (False, True):
            server = Listening(("127.0.0.1", 0), Handler)
            server.sink, server.wrapped = self, wrapped
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            self.listening.append(server)
        self.smtp_port, self.smtps_port = (server.server_address[1] for server in self.listening)
        return self

    def __enter__(self):
        return self if self.listening else self.start()

    def stop(self, grace_s=0.0):
        del grace_s
        for server in self.listening:
            server.shutdown()
            server.server_close()
        self.listening = []

    def log(self, lines=40):
        return "".join(line + "\n" for line in self.transcript[-lines:])

    def fault_at(self, step, text):
        with self.lock:
            for fault in self.faults:
                if fault.step == step and fault.match in text and (not fault.times or fault.seen < fault.times):
                    fault.seen += 1
                    return fault
        return None

    def keep(self, mail):
        self.mails.append(mail)
        for address in mail.recipients if self.deliver_to else ():
            self.deliver_to.deliver(address.partition("@")[0], b"Return-Path: <%s>\r\n" % mail.envelope_from.encode() + mail.data)

    def wait_for(self, count, timeout_s=20):
        wait_until(lambda: len(self.mails) >= count, timeout_s, f"the sink having {count} mails")
        return self.mails
