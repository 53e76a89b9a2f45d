"""The mail that tests/studio/flow.mjs looks at, and what it asks for while it does: mail that arrives, a server that stops and
starts, what the API says."""

import contextlib
import json
import os
import sqlite3
import subprocess
import urllib.parse

import office
from api_client import Api
from servers.smtp_sink import Fault, SmtpSink
from support import wait_until

PATIENCE_S = 30
FAULTS = (("RCPT", "nobody@", "550 5.1.1 no such mailbox", ""), ("RCPT", "busy@", "451 4.7.1 come back later", ""),
          ("DOT", "Vanished", "", "accept-and-close"))
SETUP = {
    "case_types": {"flow-request": {"name": "Request", "number_mask": "FLOW-{number:3}"},
                   "flow-order": {"name": "Order", "number_mask": "ORD-{number:3}", "fields": [{"id": "amount", "name": "Amount", "type": "number"}]}},
    "rules": {"flow": {"name": "Flow", "branches": [
        {"when": [{"field": "subject", "operator": "starts-with", "value": "Order:"}], "activity": "create-case", "case_type": "flow-order",
         "map": [{"target": "amount", "source": r"regex:body:Amount:\s*(.+)", "required": True}]},
        {"activity": "create-case", "case_type": "flow-request"}]}},
}


class Flow:
    """Sets up one account, whose sending goes into a sink and whose mailbox nobody serves; mail is handed in over the API."""

    def __init__(self, home, base, closed_port, env):
        self.home, self.base, self.env = home, base, env
        self.sink = SmtpSink(faults=[Fault(step, match=match, reply=reply, action=action) for step, match, reply, action in FAULTS])
        self.closed_port = closed_port
        self.store, self.backup = os.path.join(home.folder, "store.db"), os.path.join(home.top, "backup.db")
        self.api = None
        self.count = 0

    def __enter__(self):
        self.sink.__enter__()
        try:
            self.begin()
        except BaseException:
            self.sink.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *words):
        self.sink.__exit__(*words)

    def begin(self):
        account = {"name": "Flow", "send": {"address": "flow@example.test", "host": "localhost", "port": self.sink.smtp_port, "security": "none"},
                   "receive": {"host": "localhost", "port": self.closed_port, "security": "none", "allow_insecure_login": True, "user": "flow",
                               "password": "only-for-flow"}}
        listener = {"name": "Flow", "account": "flow", "rule": "flow", "verify_senders": "results", "trusted_authserv_ids": ["mx.test"], "tries": 1}
        self.home.apply(json.dumps({**SETUP, "accounts": {"flow": account}, "listeners": {"flow": listener}}))
        self.api = Api(self.base, token=self.home.json("operator", "token", "fiona")["token"])
        for subject, body, sender in (("A question", "please", "ann"), ("Order: chairs", "Amount: twelve", "bo"), ("Order: tables", "Amount: few", "bo"),
                                      ("Re: Let me in [FLOW-001]", "The password?", "mallory")):
            self.ingest(subject, body, sender)
        for to, subject in (("friend", "To a friend"), ("nobody", "To nobody"), ("busy", "Come back later"), ("friend", "Vanished")):
            self.api.post("/api/v1/mail", {"account": "flow", "to": [f"{to}@customer.test"], "subject": subject, "text": "Hello"})
        for state in ("sent", "failed", "later", "uncertain"):
            wait_until(lambda wanted=state: self.rows("outbox", state=wanted), PATIENCE_S, f"a mail that is {state}")

    def rows(self, kind, **query):
        return self.api.get(f"/api/v1/{kind}?{urllib.parse.urlencode(query)}").json["items"]

    # What the script asks for.

    def ingest(self, subject, body="please", sender="ann"):
        self.count += 1
        self.api.post("/api/v1/ingest?listener=flow", office.mail(subject, f"{sender}@customer.test", body, f"flow-{self.count}"),
                      headers={"Content-Type": "message/rfc822"})

    def mend(self):
        self.sink.faults.clear()

    def received(self):
        series = self.api.get("/api/v1/statistics?step=3600").json["series"]
        return sum(sum(one["values"]) for one in series if (one["series"], one["name"]) == ("received", "flow"))

    def first_rows(self):
        return {kind: self.rows(kind)[0]["id"] for kind in ("outbox", "ledger")}

    def stop(self):
        self.home.stop()

    def start(self):
        self.home.serve("--http", urllib.parse.urlsplit(self.base).netloc, env=self.env)

    def copy_store(self, source, target):
        with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
            old.backup(new)

    def back_up(self):
        self.copy_store(self.store, self.backup)

    def put_back(self):
        self.stop()
        self.copy_store(self.backup, self.store)
        self.start()

    def talk(self, command, env):
        return talk(command, env, {"ingest": self.ingest, "mend": self.mend, "received": self.received, "rows": self.first_rows, "stop": self.stop,
                                   "start": self.start, "backUp": self.back_up, "putBack": self.put_back})


def talk(command, env, deeds):
    """Runs a script and does what it asks for; returns its exit code and what it printed."""
    said = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as process:
        for line in process.stdout:
            if not line.startswith('{"ask"'):
                said.append(line)
                continue
            asked = json.loads(line)
            process.stdin.write(json.dumps(deeds[asked["ask"]](*asked["given"])) + "\n")
            process.stdin.flush()
    return process.returncode, "".join(said)
