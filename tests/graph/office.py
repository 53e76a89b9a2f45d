"""A mail room whose mailbox is at the Graph double: the set-up, and letters."""

import json

from support import Home

USER = "support@example.test"
PROFILE = {"grant": "client-credentials", "client_id": "client", "client_secret": "graph-client-secret", "allow_private_network": True}


def setup(graph, folder="INBOX", after="seen", after_folder="", listener=None, send=True, account=None):
    there = {"protocol": "graph", "host": "localhost", "port": graph.port, "profile": "company", "tls": {"truststore": graph.ca}}
    document = {
        "authentication_profiles": {"company": {**PROFILE, "token_endpoint": f"https://localhost:{graph.port}/token",
                                                "scopes": ["https://graph.microsoft.com/.default"], "truststore": graph.ca}},
        "accounts": {"support": {"send": {"enabled": send, "address": USER, "user": USER, **there},
                                 "receive": {"user": USER, **there}, **(account or {})}},
        "case_types": {"request": {"name": "Request", "number_mask": "SUP-{number:5}"}},
        "templates": {"received": {"text": "It is case {{case.number}}."}, "large": {"text": "It has {{message.size}}, we take {{message.limit}}."}},
        "rules": {"support": {"branches": [{"activity": "create-case", "case_type": "request"}],
                              "responses": [{"when": "created", "template": "received"}]}},
        "listeners": {"support": {"account": "support", "folder": folder, "rule": "support", "after": after, "after_folder": after_folder,
                                  "max_message_mb": 2, "poll_interval_s": 5, **(listener or {})}},
    }
    return json.dumps(document)


def home_for(graph, env=None, **options):
    home = Home()
    home.apply(setup(graph, **options), env=env)
    return home


def letter(name, body="Good day.", sender="anna", **headers):
    fields = {"From": f"{sender.title()} <{sender}@customer.test>", "To": USER, "Subject": f"About {name}",
              "Message-ID": f"<{name}@customer.test>", "Date": "Mon, 16 Nov 2026 12:00:00 +0100",
              **{key.replace("_", "-"): value for key, value in headers.items()}}
    return ("".join(f"{key}: {value}\n" for key, value in fields.items()) + f"\n{body}\n").encode()
