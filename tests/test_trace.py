"""Connections traced while `hauspost serve` has them: IMAP, POP3, Graph, SMTP, LMTP and token endpoints, switched over the API and on the
command line. What was said is there, live and afterwards; no secret is in it, and no mail."""

import json
import os
import re
import signal
import smtplib
import subprocess
import unittest

from api_client import Api
from graph.double import Graph
from graph.office import USER, letter, setup
from servers import Dovecot
from servers.smtp_sink import SmtpSink
from support import Home, keep_secret, leaked, server_or_skip, wait_until

PASSWORD, SEND_PASSWORD, TOKEN, NEXT_TOKEN = "imap-Geheimwort-1", "smtp-Geheimwort-2", "graph-access-token-3", "graph-access-token-4"
BODY = "The-printer-smokes-again"


def office(dovecot, sink, graph, inlet):
    document = json.loads(setup(graph))
    tls = {"truststore": dovecot.ca}
    box = {"host": "localhost", "user": "printers", "password": PASSWORD, "tls": tls, "security": "tls"}
    document["accounts"]["printers"] = {
        "send": {"address": "printers@example.test", "host": "localhost", "port": sink.smtp_port, "security": "none", "allow_insecure_login": True,
                 "user": "mailer", "password": SEND_PASSWORD},
        "receive": {**box, "port": dovecot.imaps_port}}
    document["accounts"]["drop"] = {"send": {"enabled": False},
                                    "receive": {**box, "user": "drop", "protocol": "pop3", "port": dovecot.pop3s_port}}
    for name in ("printers", "drop"):
        document["listeners"][name] = {"account": name, "rule": "support", "poll_interval_s": 5, "after": "seen" if name == "printers" else "leave"}
    document["rules"]["quiet"] = {"branches": document["rules"]["support"]["branches"]}
    document["inlets"] = {"local": {"listen": f"unix:{inlet}"}}
    document["listeners"]["door"] = {"account": "printers", "rule": "quiet", "source": "inlet", "addresses": ["door@example.test"]}
    document["operators"] = {"root": {"roles": ["administrator"]}, "pia": {}}
    document["accounts"]["pia"] = {**document["accounts"]["drop"], "owner": "pia"}
    document["listeners"]["pia"] = {"account": "pia", "rule": "quiet", "source": "inlet", "addresses": ["pia@example.test"]}
    return json.dumps(document)


class Trace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        keep_secret(PASSWORD, SEND_PASSWORD, TOKEN, NEXT_TOKEN)
        cls.dovecot = server_or_skip(cls, lambda: Dovecot(password=PASSWORD))
        cls.sink = server_or_skip(cls, lambda: SmtpSink(users={"mailer": SEND_PASSWORD}))
        cls.graph = cls.enterClassContext(Graph())
        cls.graph.tokens = {TOKEN}
        cls.graph.mailbox(USER)
        cls.home = cls.enterClassContext(Home())
        cls.inlet = os.path.join(cls.home.top, "lmtp")
        cls.home.apply(office(cls.dovecot, cls.sink, cls.graph, cls.inlet))
        for name in ("printers", "drop"):
            cls.dovecot.deliver(name, letter(f"first for {name}", body=BODY, Message_ID=f"<first.{name}@customer.test>"))
        cls.api = Api(cls.home.serve_http(), token=cls.token("root"))
        wait_until(lambda: len(cls.home.json("cases", "list")) == 2, 20, "the first cases")

    @classmethod
    def token(cls, operator):
        token = cls.home.json("operator", "token", operator)["token"]
        keep_secret(token)
        return token

    def on(self, path, minutes=5):
        return self.api.post(f"/api/v1/{path}/trace", {"on": True, "minutes": minutes}).json

    def off(self, path):
        return self.api.post(f"/api/v1/{path}/trace", {"on": False}).json

    def transcript(self, path):
        answer = self.api.get(f"/api/v1/{path}/trace/transcript")
        self.assertEqual(answer.type, "text/plain")
        return answer.text

    def wait_for(self, path, pattern):
        try:
            wait_until(lambda: re.search(pattern, self.transcript(path)), 20, f"{pattern!r} in the transcript of {path}")
        except TimeoutError:
            self.fail(f"{pattern!r} is not in the transcript of {path}:\n{self.transcript(path)}")

    def look_now(self, listener):
        """Rather than when it is its time."""
        self.api.post(f"/api/v1/listeners/{listener}/restart")

    def assert_clean(self, text):
        self.assertEqual(leaked(text), [])
        self.assertNotIn(BODY, text)
        self.assertNotIn("About ", text)

    def test_account_with_reading_and_sending(self):
        state = self.on("accounts/printers")
        self.assertTrue(state["on"])
        self.assertIn("root", state["author"])
        self.wait_for("accounts/printers", r"printers#\d+ C: H\d+ AUTHENTICATE PLAIN <secret>")  # anew: the log-in is seen
        self.wait_for("accounts/printers", r"C: H\d+ IDLE")
        sent = len(self.sink.mails)
        self.dovecot.deliver("printers", letter("second", body=BODY))
        self.sink.wait_for(sent + 1)
        self.wait_for("accounts/printers", r"sending#\d+ C: QUIT")
        text = self.transcript("accounts/printers")
        for pattern in (r"-- a connection is made, \d{4}-\d\d-\d\d UTC", r"S: <\d+ bytes>", r"sending#\d+ C: AUTH PLAIN <secret>",
                        r"C: RCPT TO:<anna@customer.test>", r"sending#\d+ C: <\d+ bytes>", r"S: 250 2.0.0 kept"):
            self.assertRegex(text, pattern)
        self.assert_clean(text)
        state = self.api.get("/api/v1/accounts/printers/trace").json
        self.assertEqual(state["text"][:len(text)], text)
        rest = self.api.get(f"/api/v1/accounts/printers/trace?from={state['next'] - 10}").json
        self.assertEqual(rest["text"][:10], state["text"][-10:])
        self.off("accounts/printers")
        audit = self.api.get("/api/v1/audit?kind=account&id=printers").json["items"]
        self.assertEqual([entry["action"] for entry in audit if entry["action"].startswith("trace")], ["trace.off", "trace.on"])

    def test_pop3_and_followed_over_the_api(self):
        self.on("listeners/drop")
        self.wait_for("listeners/drop", r"C: UIDL")
        self.dovecot.deliver("drop", letter("third", body=BODY))
        self.look_now("drop")
        self.wait_for("listeners/drop", r"C: RETR 2\n[^\0]*S: <\d+ bytes>\n")
        self.off("listeners/drop")
        text = self.api.get("/api/v1/listeners/drop/trace/transcript?follow=true").text  # ends, since the trace has
        self.assertRegex(text, r"drop#\d+ C: (AUTH PLAIN|PASS) ?<secret>")
        self.assertRegex(text, r"S: <\d+ bytes>")
        self.assert_clean(text)
        self.assertNotIn("sending#", text)

    def test_graph(self):
        self.on("listeners/support")
        self.wait_for("listeners/support", r"S: HTTP/1.1 200")
        self.graph.mailbox(USER).deliver(letter("graph", body=BODY))
        self.look_now("support")
        self.wait_for("listeners/support", r"C: GET /v1.0/\S+/\$value")
        self.off("listeners/support")
        text = self.transcript("listeners/support")
        self.assertIn("C: Authorization: <secret>", text)
        self.assert_clean(text)

    def test_token_requests_of_the_account(self):
        self.on("accounts/support")
        self.wait_for("accounts/support", r"-- authentication profile company: a token that is good for another \d+ s")
        self.graph.tokens = {NEXT_TOKEN}  # the one at hand is refused
        self.graph.mailbox(USER).deliver(letter("token", body=BODY))
        self.look_now("support")
        self.wait_for("accounts/support", r"-- token endpoint S: 200 access_token=<secret> token_type=Bearer expires_in=3600\n")
        self.wait_for("accounts/support", r"C: GET /v1.0/\S+/\$value")
        self.off("accounts/support")
        text = self.transcript("accounts/support")
        self.assertRegex(text, rf"-- token endpoint C: POST https://localhost:{self.graph.port}/token\n\S+ \S+#\d+ -- token endpoint C: "
                               r"grant_type=client_credentials scope=\S+ client_id=client client_secret=<secret>\n")
        self.assert_clean(text)

    def test_inlet(self):
        wait_until(lambda: os.path.exists(self.inlet), 20, "the inlet")
        with smtplib.LMTP(self.inlet) as client:
            client.ehlo_or_helo_if_needed()
            for path in ("inlets/local", "listeners/door"):
                self.on(path)

            def has_begun():  # a client that came before is traced from its next command on
                client.noop()
                return "C: noop\n" in self.transcript("inlets/local")
            wait_until(has_begun, 20, "the trace of a connection that was there")
            with self.assertRaises(smtplib.SMTPRecipientsRefused):
                client.sendmail("ann@customer.test", ["nobody@example.test"], letter("refused"))
            client.sendmail("ann@customer.test", ["door@example.test"], letter("handed in", body=BODY))
            client.sendmail("secret.friend@customer.test", ["pia@example.test"], letter("for Pia alone", body=BODY))
        with smtplib.LMTP(self.inlet) as client:
            client.ehlo_or_helo_if_needed()
        self.wait_for("inlets/local", r"local#\d+ S: 220 [^\0]* C: lhlo [^\0]* C: QUIT\n[^\0]*-- the connection is closed")
        for path in ("inlets/local", "listeners/door"):
            self.off(path)
        text, of_listener = self.transcript("inlets/local"), self.transcript("listeners/door")
        for pattern in (r"C: rcpt TO:<nobody@example.test>\n\S+ \S+ S: 550 5.1.1 ", r"S: 354 .*\n\S+ \S+ C: <\d+ bytes>\n\S+ \S+ S: 250 2.0.0 \d+ created\n"):
            self.assertRegex(text, re.compile(pattern, re.I))
        self.assertIn("C: RCPT TO:<door@example.test>\n", of_listener)
        self.assertNotIn("nobody@", of_listener)
        self.assertNotRegex(text, "(?i)friend@|pia@|Pia")  # whose mail it is looks at it at the listener
        self.assertRegex(text, r"C: rcpt <a personal mailbox's: left out>\n\S+ \S+ S: 250 2.1.5 <")
        self.assert_clean(text + of_listener)
        self.assertEqual(self.home.run("trace", "--inlet", "local", "--show").out, text)
        audit = self.api.get("/api/v1/audit?kind=inlet&id=local").json["items"]
        self.assertEqual([entry["action"] for entry in audit if entry["action"].startswith("trace")], ["trace.off", "trace.on"])

    def test_command_line(self):
        path = self.home.write("live.txt", "")
        with open(path, "wb") as live:
            command = subprocess.Popen(self.home.command("trace", "printers", "--minutes", "7"), stdout=live)
        try:
            def seen():
                with open(path, encoding="utf-8") as file:
                    return file.read()
            wait_until(lambda: re.search(r"C: H\d+ IDLE", seen()), 20, "the log-in, live")
            self.assertTrue(self.api.get("/api/v1/listeners/printers/trace").json["on"])
            command.send_signal(signal.SIGINT)
            self.assertEqual(command.wait(20), 0)
        finally:
            command.kill()
            command.wait()
        self.assert_clean(seen())
        self.assertFalse(self.api.get("/api/v1/listeners/printers/trace").json["on"])
        wait_until(lambda: "the connection is closed" in self.transcript("listeners/printers"), 20, "an untraced connection")
        self.assertIn(seen(), self.home.run("trace", "printers", "--show").out)
        self.assertIn("there is no trace on", self.home.run("trace", "printers", "--off").out)
        self.home.run("trace", "--account", "drop", "--show", expect=1)
        self.home.run("trace", "nobody", expect=1)
        self.home.run("trace", "--inlet", "nobody", expect=1)
        self.home.run("trace", "printers", "--minutes", "1441", expect=2)
        self.home.run("trace", "printers", "--account", "drop", expect=2)
        self.home.run("trace", "--inlet", "local", "--account", "drop", expect=2)

    def test_who_may_and_how_long(self):
        self.api.post("/api/v1/listeners/printers/trace", {"on": True, "minutes": 1441}, expect=400)
        self.api.post("/api/v1/listeners/printers/trace", {"on": True, "minutes": 0}, expect=400)
        self.api.post("/api/v1/listeners/nobody/trace", {"on": True}, expect=404)
        self.api.post("/api/v1/inlets/nobody/trace", {"on": True}, expect=404)
        self.home.run("operator", "add", "eva", "--role", "agent")
        agent = Api(self.home.url, token=self.token("eva"))
        for path in ("/api/v1/listeners/printers/trace", "/api/v1/accounts/printers/trace", "/api/v1/accounts/printers/trace/transcript",
                     "/api/v1/inlets/local/trace"):
            agent.get(path, expect=403)
        agent.post("/api/v1/listeners/printers/trace", {"on": True}, expect=403)

    @classmethod
    def tearDownClass(cls):
        cls.home.stop(30)
        for name in os.listdir(cls.home.folder):
            path = os.path.join(cls.home.folder, name)
            if os.path.isfile(path) and name.startswith("store.db"):
                with open(path, "rb") as file:
                    lost = leaked(file.read().decode("latin-1"))
                assert not lost, f"{name} holds {len(lost)} secret(s)"


if __name__ == "__main__":
    unittest.main()
