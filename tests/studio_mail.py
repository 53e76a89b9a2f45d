"""The mail that tests/studio/cases.mjs works on: a conversation, and one that tries to run something wherever its words are shown."""

import json

import office

EVIL = '<img src=x onerror="window.hit=1">'
EVIL_HTML = (f"<p>Harmless</p>{EVIL}<script>window.hit=1;parent.hit=1;top.hit=1</script><svg onload='parent.hit=1'></svg>"
             '<a href="javascript:parent.hit=1">x</a><img src="http://tracker.example/open.gif">')


# Made for a window of 640 pixels, and higher than one.
WIDE_HTML = ('<table width="640" cellpadding="20"><tr><td><h1>Autumn</h1><p>Everything must go.</p></td></tr>'
             '<tr><td style="height: 900px">Much of it.</td></tr><tr><td>The very end.</td></tr></table>')
# Takes its height from the window's, which in a frame as high as its page is its own.
TALL_HTML = ('<div style="min-height: 100vh; padding: 20px"><div style="height: 50vh">Half of the window.</div></div>'
             '<p style="margin-bottom: 5vh">The end of it.</p>')


def setup(smtp_port, closed_port):
    return json.dumps({
        "accounts": {"desk": {"name": "Support desk", "send": {"address": "desk@example.test", "host": "localhost", "port": smtp_port, "security": "none"},
                              "receive": {"host": "localhost", "user": "desk", "password": "pw"}},
                     "gone": {"name": "Gone", "send": {"address": "gone@example.test", "host": "localhost", "port": closed_port, "security": "none"}},
                     "silent": {"name": "Silent", "send": {"address": "silent@example.test", "host": "localhost", "port": closed_port, "security": "none"}}},
        "case_types": {"request": {"name": "Request", "number_mask": "DSK-{number:5}",
                                   "statuses": [{"id": "open", "name": "Open"}, {"id": "done", "name": "Done", "resolved": True}],
                                   "fields": [{"id": "order", "name": "Order"}]}},
        "templates": {"visit": {"name": "A visit", "subject": "A visit to {{contact.name}}",
                                "text": "Dear {{contact.name}},\n\n{{text}}\n\n{{account.name}}, {{account.address}}\n{{case.number}}"},
                      "steps": {"name": "First steps", "text": "Dear {{contact.name}},\n\n{{text}}\n\n{{account.name}}"}},
        "rules": {"desk": {"name": "Desk", "branches": [{"name": "everything", "activity": "create-case", "case_type": "request",
                                                        "map": [{"target": "order", "source": "regex:body:order (.+)"}]}]}},
        "listeners": {"desk": {"name": "Desk", "account": "desk", "rule": "desk", "enabled": False}},
    })


def evil():
    """From, subject, a field, the name of a file, text and HTML: each would like to run something."""
    return (f'From: "{EVIL.replace(chr(34), chr(39))}" <evil@customer.test>\nTo: desk@example.test\nSubject: {EVIL}\nMessage-ID: <evil@customer.test>\n'
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n"
            "--m\nContent-Type: multipart/alternative; boundary=a\n\n"
            f"--a\nContent-Type: text/plain\n\n<script>window.hit=1</script> order {EVIL}\n"
            f"--a\nContent-Type: text/html\n\n{EVIL_HTML}\n--a--\n"
            "--m\nContent-Type: text/html\nContent-Disposition: attachment; filename=\"evil <img src=x onerror=hit=1>.html\"\n\n"
            "<script>parent.hit=1</script>\n--m--\n").encode()


def take_in(home):
    mails = [
        office.mail("The printer smokes", "anna@customer.test", ident="smoke",
                    body="It smokes. See https://printers.example/lx3200.\norder A-1077\n\n-- \nAnna\nCustomer & Sons"),
        office.mail("Re: The printer smokes", "anna@customer.test", ident="more", extra="In-Reply-To: <smoke@customer.test>\n",
                    body="More smoke.\n\nOn Sat, 21 Nov 2026, Desk wrote:\n> Is it on?\n> And how long?"),
        office.mail("Invoice 4711", "bo@customer.test", ident="invoice", body="Please send it."),
        evil(),
        office.mail("Autumn offers", "shop@customer.test", ident="offers", extra="MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n", body=WIDE_HTML),
        office.mail("Spring offers", "shop@customer.test", ident="spring", extra="MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n", body=TALL_HTML),
    ]
    for mail in mails:
        home.run("ingest", "--listener", "desk", "-", input=mail)
