"""Every sender does the same (tests/sender_conformance.c), and tells the truth: what it calls sent arrived exactly once, what it calls
uncertain at most once, anything else not at all; whatever fault the connection has, in either direction, at each step."""

import base64
import collections
import concurrent.futures
import contextlib
import os
import re
import select
import socket
import socketserver
import subprocess
import threading
import time
import unittest

from graph.double import Graph, Refusal
from servers import Dovecot, Exim, Fault, Postfix, SmtpSink
from support import Home, server_or_skip, wait_until

BENCH = os.path.join(os.environ["HAUSPOST_BUILD"], "bench")
CONFORMANCE = os.path.join(os.environ["HAUSPOST_BUILD"], "tests", "sender_conformance")
EXPECTATIONS, FOR_DOUBLES = 12, 3  # those that a real server can't be tried for
USER = "support@example.test"
WORDS = ("cut", "half", "delay", "double", "garbage")
DELAY_S = 0.1
SMALL_FILE, DRAFT_FILE = 200_000, 2_300_000  # the second is too large for one request to Graph
LARGE_FILE = 1_200_000  # more than a chunk of BDAT
PIPELINING = ("PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
FILE = 3 * 1024 * 1024


class Door:
    """A door before a server. The `at`-th step (a piece that the server says, or the first of what the client says next) is cut off, cut in
    half, late, said twice or garbage; what the client says only the first three. `steps` tells who spoke: "c" or "s"."""

    def __init__(self, port, fault=None, at=-1):
        door = self
        self.fault, self.at, self.steps, self.happened, self.lock = fault, at, "", False, threading.Lock()
        self.sockets, self.chunks = set(), 0

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with socket.create_connection(("127.0.0.1", port)) as behind, contextlib.suppress(OSError):
                    for end in (self.request, behind):
                        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    ends = {self.request: (behind, "c"), behind: (self.request, "s")}
                    door.sockets.update(ends)
                    while all(door.carry(end, *ends[end]) for end in select.select(list(ends), [], [])[0]):
                        pass
                    for end in ends:
                        end.shutdown(socket.SHUT_RDWR)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.port = self.server.server_address[1]

    def carry(self, source, to, who):
        data = source.recv(65536)
        if not data:
            return False
        self.chunks += who == "c" and data.startswith(b"BDAT ")
        changed = self.changed(data, who)
        to.sendall(changed)
        return changed is data or len(changed) >= len(data)

    def changed(self, data, who):
        with self.lock:
            if who == "s" or not self.steps.endswith("c"):
                self.steps += who
                due = len(self.steps) == self.at
            else:
                due = False
            if not due:
                return data
            self.happened = True
        fault = self.fault if who == "s" or self.fault in WORDS[:3] else "half"
        if fault == "delay":
            time.sleep(DELAY_S)
        return {"cut": b"", "half": data[:len(data) // 2], "delay": data, "double": data * 2,
                "garbage": b"\x00\xff garbage".ljust(len(data) - 2) + b"\r\n"}[fault]

    def close_all(self):
        for end in list(self.sockets):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class ObligingGraph(Graph):
    """Refuses and cuts as the letters of sender_conformance.c ask for."""

    def answer(self, method, target, headers, body):
        raw = base64.b64decode(body) if headers.get("content-type") == "text/plain" else b""
        if b"Subject: vanish" in raw or target.endswith("/messages") and b"lost@" in raw:
            return None
        answer = super().answer(method, target, headers, body)
        return None if b"Subject: taken" in raw else answer

    def post(self, box, raw, files):
        if re.search(rb"(?m)^(To|Cc|Bcc):.*refused@", raw):
            raise Refusal(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
        super().post(box, raw, files)


def run(protocol, door, tag, mode, **env):
    """(exit code, what was printed). Connections are closed when it asks for that."""
    words = [CONFORMANCE, protocol, "localhost", str(door.port), USER, "pw", tag, mode]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **env}) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "close\n":
                door.close_all()
                process.stdin.write("\n")
                process.stdin.flush()
    return process.returncode, "".join(lines)


def ident(raw):
    return re.search(rb"(?i)^Message-ID: <([\w-]+)@", raw, re.M).group(1).decode()


def arrived_at(sink):
    return collections.Counter((ident(mail.data), to) for mail in sink.mails for to in mail.recipients)


def arrived_by(graph):
    return collections.Counter((ident(sent.raw), to) for sent in graph.sent for to in sent.recipients)


def account(address, port, more=""):
    return (f"accounts: {{support: {{name: Support, receive: {{enabled: false}}, send: {{address: {address}, host: localhost, port: {port}, "
            f"security: none, {more}}}}}}}\n")


class Senders(unittest.TestCase):
    def check_truth(self, printed, arrived):
        """Whatever arrived was said, and the other way round."""
        arrived, wrong = collections.Counter(arrived), []
        letters = re.findall(r"^letter (\S+) (\S+) (\S+)$", printed, re.M)
        for letter, to, outcome in letters:
            count = arrived.pop((letter, to), 0)
            if count not in {"sent": (1,), "uncertain": (0, 1)}.get(outcome, (0,)):
                wrong.append(f"{letter} to {to} is {outcome}, but arrived {count} times")
        wrong += [f"{letter} to {to} arrived, and nobody said so" for letter, to in arrived]
        self.assertEqual(wrong, [])
        return letters

    def check(self, code, printed, double=True):
        self.assertEqual(code, 0, printed)
        self.assertEqual(printed.count("ok "), EXPECTATIONS - (0 if double else FOR_DOUBLES), printed)

    def check_texts(self, raws):
        for raw in raws:
            self.assertIn(b"\r\n\r\n.\r\n..\r\nthe end\r\n", raw)

    def through_faults(self, protocol, port, plan, tag, **env):
        """(what was printed, the steps, did it happen)"""
        with Door(port, *plan) as door:
            code, printed = run(protocol, door, tag, "faults", **env)
            self.assertEqual(code, 0, f"{plan}: {printed}")
            return printed, door.steps, door.happened

    def check_faults(self, protocol, port, each, arrived, **env):
        """At each step `each` of the faults."""
        printed, steps, _ = self.through_faults(protocol, port, (None, -1), f"{protocol}-0", **env)
        self.assertEqual(printed.count("sent"), 4 if protocol == "smtp" else 3, printed)
        plans = [(WORDS[(at + n) % 5] if who == "s" else WORDS[(at + n) % 3], at) for at, who in enumerate(steps, 1)
                 for n in range(min(each, 5 if who == "s" else 3))]
        happened = 0
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            futures = [pool.submit(self.through_faults, protocol, port, plan, f"{protocol}-{n}-{plan[0]}-{plan[1]}", **env)
                       for n, plan in enumerate(plans, 1)]
            for future in futures:
                more, _, did = future.result()
                printed, happened = printed + more, happened + did
        wait_until(lambda: threading.active_count() < 50, 10, "the connections' end")
        letters = self.check_truth(printed, arrived())
        self.assertEqual([letter for letter in letters if letter[2] in ("pending", "later")], [])
        self.assertGreaterEqual(happened, len(plans) // 2)
        return collections.Counter(outcome for _, _, outcome in letters)


class Smtp(Senders):
    FAULTS = (("RCPT", "refused@", "550 5.1.1 no such user", ""), ("RCPT", "lost@", "", "close"),
              ("DOT", "Subject: vanish", "", "close"), ("DOT", "Subject: taken", "", "accept-and-close"))

    def sink(self, **options):
        return self.enterContext(SmtpSink(faults=[Fault(*words) for words in self.FAULTS], users={USER: "pw"}, **options))

    def conforms(self, env=None, chunks=False, **options):
        sink = self.sink(**options)
        with Door(sink.smtp_port) as door:
            code, printed = run("smtp", door, "smtp", "bidden", **(env or {}))
        self.check(code, printed)
        self.assertEqual(bool(door.chunks), chunks)
        self.check_truth(printed, arrived_at(sink))
        self.check_texts([mail.data for mail in sink.mails])
        self.assertEqual(max(len(mail.data) for mail in sink.mails) // FILE, 1)

    def test_chunks(self):
        self.conforms(chunks=True)

    def test_pipelining(self):
        self.conforms(extensions=PIPELINING)

    def test_step_by_step(self):
        self.conforms({"NO_PIPELINING": "1"})

    def test_plain_server(self):
        self.conforms(extensions=())

    def test_postfix(self):
        dovecot = server_or_skip(self, Dovecot)
        restrict = "check_recipient_access inline:{refused@customer.test=REJECT}, permit_sasl_authenticated, reject"
        settings = f"smtpd_recipient_restrictions = {restrict}\nsmtpd_error_sleep_time = 0\n"
        postfix = server_or_skip(self, Postfix, deliver_to=dovecot, login_required=True, settings=settings)
        with Door(postfix.smtp_port) as door:
            code, printed = run("smtp", door, "postfix", "plain")
        self.check(code, printed, double=False)
        self.assertGreater(door.chunks, 0)
        wait_until(lambda: postfix.queue_length() == 0, 20, "the queue being empty")
        mails = {f"{user}@customer.test": dovecot.mails(user) for user in ("anna", "bert")}
        self.check_truth(printed, collections.Counter((ident(raw), to) for to, raws in mails.items() for raw in raws))
        self.check_texts([raw for raws in mails.values() for raw in raws])

    def test_faults_step_by_step(self):
        sink = self.sink()
        self.check_faults("smtp", sink.smtp_port, 3, lambda: arrived_at(sink), LARGE=str(SMALL_FILE), NO_PIPELINING="1")

    def test_exim_takes_chunks(self):
        """A mail larger than a chunk, and one behind it on the same connection."""
        exim = server_or_skip(self, Exim, plain_login=True)
        home = self.enterContext(Home())
        with Door(exim.smtp_port) as door:
            home.apply(account("support@example.test", door.port, "user: support, password: pw, allow_insecure_login: true"))
            for n, text in enumerate(("A line of it.\n" * 100000, ".\nshort\n")):
                home.run("send", "--account", "support", "--to", f"anna@mx.exim.test, bert{n}@mx.exim.test", "--subject", f"Number {n}", input=text)
            home.run("outbox", "flush")
            self.assertEqual(door.chunks, 2)
        self.assertEqual([row["state"] for row in home.json("outbox", "list")], ["sent", "sent"])
        large, small = sorted(exim.queued(), key=len, reverse=True)
        self.assertEqual(large.count("A line of it."), 100000)
        self.assertIn("\n.\nshort\n", small)

    def test_addresses_beyond_ascii_through_postfix(self):
        """Postfix hands the mail on as it has taken it: it says SMTPUTF8 only where we did."""
        behind = self.enterContext(SmtpSink())
        postfix = server_or_skip(self, Postfix, settings=f"smtputf8_enable = yes\nvirtual_transport = smtp:[127.0.0.1]:{behind.smtp_port}\n")
        path = postfix.write("letter", "From: <küche@example.test>\r\nTo: Jürgen <jürgen@customer.test>\r\nMessage-ID: <utf8@x>\r\n\r\nGrüße\r\n")
        words = ["-t", "-f", "küche@example.test", "-r", "jürgen@müller.test", "127.0.0.1", str(postfix.smtp_port), "1", path]
        done = subprocess.run([os.path.join(BENCH, "smtp_send"), *words], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"MAIL FROM:<küche@example\.test> .*SMTPUTF8")
        mail = behind.wait_for(1)[0]
        self.assertEqual((mail.envelope_from, mail.recipients), ("küche@example.test", ["jürgen@müller.test"]))
        self.assertTrue([line for line in behind.transcript if line.startswith("C: MAIL FROM:<küche@example.test>") and "SMTPUTF8" in line])
        self.assertRegex(mail.data, rb"with UTF8SMTP")
        self.assertIn("To: Jürgen <jürgen@customer.test>", mail.data.decode())

    def test_faults_with_chunks(self):
        sink = self.sink()
        outcomes = self.check_faults("smtp", sink.smtp_port, 5, lambda: arrived_at(sink), LARGE=str(LARGE_FILE))
        self.assertGreater(outcomes["uncertain"], 0)

    def test_faults_with_pipelining(self):
        sink = self.sink(extensions=PIPELINING)
        outcomes = self.check_faults("smtp", sink.smtp_port, 5, lambda: arrived_at(sink), LARGE=str(SMALL_FILE))
        self.assertGreater(outcomes["uncertain"], 0)


class OverGraph(Senders):
    def setUp(self):
        self.graph = self.enterContext(ObligingGraph())
        self.graph.mailbox(USER)
        self.env = {"TOKEN": "token-1", "TRUSTSTORE": self.graph.ca}

    def tearDown(self):
        self.assertEqual(self.graph.violations, [])

    def test_conforms(self):
        with Door(self.graph.port) as door:
            code, printed = run("graph", door, "graph", "bidden", **self.env)
        self.check(code, printed)
        self.check_truth(printed, arrived_by(self.graph))
        self.check_texts([sent.raw for sent in self.graph.sent])
        self.assertEqual([content for sent in self.graph.sent for _, _, content in sent.files], [bytes((FILE + 47) // 48 * 48)])
        self.assertEqual(self.graph.mailbox(USER).inside("drafts"), [])

    def test_faults_of_the_connection(self):
        outcomes = self.check_faults("graph", self.graph.port, 1, lambda: arrived_by(self.graph), LARGE=str(DRAFT_FILE), **self.env)
        self.assertGreater(outcomes["uncertain"], 0)

    def test_faults_of_requests(self):
        """At each request: cut before or after it was done, refused, thrown out half done."""
        env = {**self.env, "LARGE": str(DRAFT_FILE)}
        printed, _, _ = self.through_faults("graph", self.graph.port, (None, -1), "r0", **env)
        count = len(self.graph.requests)
        for at in range(count):
            for words in ({"action": ("cut", "do-and-cut")[at % 2]}, {"status": (500, 503, 401)[at % 3]}):
                self.graph.fault("", skip=at, **words)
                more, _, _ = self.through_faults("graph", self.graph.port, (None, -1), f"r{at}-{'-'.join(map(str, words.values()))}", **env)
                self.graph.faults.clear()
                printed += more
        letters = self.check_truth(printed, arrived_by(self.graph))
        self.assertEqual([letter for letter in letters if letter[2] in ("pending", "later")], [])


if __name__ == "__main__":
    unittest.main()
