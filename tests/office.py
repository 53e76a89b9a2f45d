"""The set-up that system tests of the program use: one account, one listener, one rule, as a document (JSON is YAML)."""

import copy
import json

BASIS = {
    "accounts": {
        "support": {
            "name": "Support",
            "send": {"address": "support@example.test", "host": "localhost", "port": 1025, "security": "none"},
            "receive": {"host": "localhost", "port": 1143, "security": "tls", "user": "support", "password": "pw"},
        },
    },
    "case_types": {"request": {"name": "Request", "number_mask": "SUP-{number:5}"}},
    "templates": {"received": {"name": "Received", "text": "It is case {{case.number}}."}},
    "rules": {
        "support": {
            "name": "Support",
            "branches": [{"activity": "create-case", "case_type": "request"}],
            "responses": [{"when": "created", "template": "received"}],
        },
    },
    "listeners": {"support": {"name": "Support", "account": "support", "rule": "support"}},
}


def setup(dovecot=None, sink=None, **changes):
    """The document as text. `changes`: values by path with "__" for "/", None takes a key away:
    setup(accounts__support__receive__port=70000)."""
    document = copy.deepcopy(BASIS)
    if dovecot is not None:
        document["accounts"]["support"]["receive"].update(port=dovecot.imaps_port, tls={"truststore": dovecot.ca})
    if sink is not None:
        document["accounts"]["support"]["send"].update(port=sink.smtp_port)
    for path, value in changes.items():
        *above, last = path.split("__")
        place = document
        for key in above:
            place = place.setdefault(key, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return json.dumps(document)


def mail(subject="Help", sender="ann@customer.test", body="please", ident=None, extra=""):
    """Bytes with bare LF, as Mailbox.deliver() and `ingest` take them."""
    ident = f"Message-ID: <{ident}@customer.test>\n" if ident else ""
    return (f"From: Ann <{sender}>\nTo: support@example.test\nSubject: {subject}\n{ident}{extra}"
            f"Date: Sat, 21 Nov 2026 08:00:00 +0000\n\n{body}\n").encode()
