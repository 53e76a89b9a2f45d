"""What the crash tests share: the mails, the set-up, a mailbox that is quickly as before, and what is compared: the store and the server as
plain data without ids and times."""

import base64
import collections
import contextlib
import json
import os
import re
import shutil
import socket
import socketserver
import sqlite3
import threading

from support import Home

TOO_LARGE = 2_200_000  # bytes; max_message_mb is 2
MAPPED = 1_300_000     # read through a temporary file

SETUP = r"""
accounts:
  support:
    name: Support
    send: { address: support@example.test, host: localhost, port: @smtp_port@, security: none }
    receive: { protocol: @protocol@, host: localhost, port: @port@, security: none, allow_insecure_login: true, user: @user@, password: pw }
case_types:
  request: { name: Request, number_mask: "SUP-{number:5}" }
  order:
    name: Order
    number_mask: "ORD-{number:4}"
    fields: [ { id: amount, name: Amount, type: number } ]
templates:
  received: { name: Acknowledgement, text: "{{contact.name}}, your mail has the number {{case.number}}." }
  unclear: { name: What do you mean, text: "We could not read your order." }
  large: { name: Too large, subject: "Too large: {{message.subject}}", text: "It has {{message.size}}, we take {{message.limit}}." }
rules:
  support:
    branches:
      - name: nonsense
        when: [ { field: subject, operator: starts-with, value: "Discard:" } ]
        activity: discard
      - name: orders
        when: [ { field: subject, operator: starts-with, value: "Order:" } ]
        activity: create-case
        case_type: order
        map: [ { target: amount, source: 'regex:body:Amount:\s*(.+)', required: true } ]
      - name: everything else
        activity: create-case
        case_type: request
    responses:
      - { when: created, template: received }
      - { when: mapping-error, template: unclear }
listeners:
  support:
    account: support
    rule: support
    after: @after@
    after_folder: @after_folder@
    batch: 7
    tries: 9
    max_message_mb: 2
    oversize_template: large
    verify_senders: results
    trusted_authserv_ids: [ mx.test ]
"""


def setup_text(user, port, after="seen", smtp_port=25, protocol="imap"):
    text = SETUP
    for name, value in (("user", user), ("protocol", protocol), ("port", port), ("smtp_port", smtp_port), ("after", after),
                        ("after_folder", "Erledigt/Größe" if after == "move" else '""')):
        text = text.replace(f"@{name}@", str(value))
    return text


# ---------------------------------------------------------------- the mails

def mail(name, subject="", body="Good day.", sender="anna", **headers):
    """`headers`: In_Reply_To="<…>" and the like; a value None leaves the header out."""
    values = {"From": f"{sender.title()} <{sender}@customer.test>", "To": "support@example.test", "Subject": subject or f"About {name}",
              "Date": "Mon, 16 Nov 2026 12:00:00 +0100", "Message-ID": f"<{name}@customer.test>",
              **{key.replace("_", "-"): value for key, value in headers.items()}}
    head = "".join(f"{key}: {value}\n" for key, value in values.items() if value is not None)
    return (head + "\n" + body + "\n").encode()


def multipart(name, size=0, **headers):
    picture = base64.encodebytes(bytes(range(256)) * (1 + size * 3 // 4 // 256)).decode()
    body = ("--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain; charset=utf-8\n\nsee the picture\n"
            "--c\nContent-Type: text/html\n\n<p>see the <b>picture</b></p>\n--c--\n--b\nContent-Type: image/png; name=\"p.png\"\n"
            "Content-Disposition: attachment; filename=\"p.png\"\nContent-Transfer-Encoding: base64\n\n" + picture
            + "--b\nContent-Type: application/pdf; name=\"=?utf-8?Q?Stra=C3=9Fe=2Epdf?=\"\nContent-Disposition: attachment\n\n%PDF\n--b--")
    return mail(name, body=body, MIME_Version="1.0", Content_Type="multipart/mixed; boundary=b", **headers)


def mixed_mails():
    """At least one of everything that the intake tells apart; replies and duplicates among them, near and far from what they belong to."""
    first, picture = mail("first", "The printer smokes"), multipart("picture", sender="berta")
    order = mail("order-1", "Order: paper", "Amount: 12", sender="carla")
    many = [mail(f"plain-{n}", sender=f"person{n}") for n in range(12)]
    return [
        first, *many[:3], picture, order,
        mail("reply-1", "Re: The printer smokes", In_Reply_To="<first@customer.test>"),
        first,
        mail("umlaut", "=?iso-8859-1?Q?Gr=FC=DFe?=", "Gr\u00fc\u00dfe aus K\u00f6ln", sender="dora",
             Content_Type="text/plain; charset=utf-8"),
        mail("kanji", "=?utf-8?B?5pel5pys6Kqe?=", sender="hanako"),
        mail("no-amount", "Order: ink", "I don't know how much.", sender="emil"),
        mail("reply-2", "Re: The printer smokes", sender="berta", In_Reply_To="<reply-1@customer.test>",
             References="<first@customer.test> <reply-1@customer.test>"),
        mail("discard", "Discard: this"),
        *many[3:6],
        mail("by-number", "What about SUP-00002?", sender="person0"),
        mail("auto-1", "I am away", Auto_Submitted="auto-replied"),
        mail("auto-2", "Re: SUP-00001", Auto_Submitted="auto-replied", In_Reply_To="<first@customer.test>"),
        mail("news", "Our offers", sender="news", List_Id="<news.shop.test>", List_Unsubscribe="<mailto:off@shop.test>", Precedence="bulk"),
        multipart("large", MAPPED, sender="fritz"),
        b"\n",  # as empty as Dovecot takes it
        bytes(range(1, 256)) * 40,
        mail("too-large", body="x" * 70 + ("\n" + "x" * 70) * (TOO_LARGE // 71), sender="greta"),
        *many[6:9],
        mail("own", "Our own", From="support@example.test"),
        mail("no-id", "Without Message-ID", Message_ID=None),
        mail("no-sender", "Without sender", From=None),
        mail("bounce", "Undelivered", sender="mailer-daemon", Return_Path="<>"),
        picture,
        mail("no-amount", "Order: ink", "I don't know how much.", sender="emil"),
        mail("order-2", "Order: more paper", "Amount: 7", sender="carla"),
        mail("order-reply", "Re: Order: paper", sender="carla", In_Reply_To="<order-1@customer.test>"),
        # Of each address three mails are acknowledged in an hour.
        *(mail(f"again-{n}", f"Again {n}", sender="ingrid") for n in range(5)),
        many[0], *many[9:],
        multipart("large", MAPPED, sender="fritz"),
        mail("reply-large", "Re: About large", sender="fritz", In_Reply_To="<large@customer.test>"),
        # Held for a person: disowned by its domain, and a stranger who has but a number.
        mail("forged", "Re: The printer smokes", In_Reply_To="<first@customer.test>", Authentication_Results="mx.test; dmarc=fail (p=REJECT)"),
        mail("stranger", "What about SUP-00001?", sender="mallory"),
        mail("vouched", "Re: The printer smokes", In_Reply_To="<first@customer.test>", Authentication_Results="mx.test; dmarc=pass"),
        mail("last", "The last one", sender="zoe"),
    ]


# ---------------------------------------------------------------- the mailbox

class Mailboxes:
    """Copies of one user's maildir under other users' names, so that each run has a mailbox of its own at the price of hard links."""

    def __init__(self, dovecot, mails):
        self.dovecot, self.count = dovecot, 0
        dovecot.deliver_many("template", mails)
        self.template = dovecot.path("mail", "template")

    def _copy(self, source, target):
        if os.path.basename(os.path.dirname(source)) in ("cur", "new"):
            os.link(source, target)  # Dovecot never changes a message's file
        else:
            shutil.copy2(source, target)
            self._give(source, target)
        return target

    @staticmethod
    def _give(source, target):
        if os.getuid() == 0:
            status = os.stat(source)
            os.chown(target, status.st_uid, status.st_gid)

    def new(self):
        """The name of a user with the mails of the template, with the same UIDs."""
        self.count += 1
        user = f"user{self.count}"
        folder = self.dovecot.path("mail", user)
        shutil.copytree(self.template, folder, copy_function=self._copy)
        for top, names, _ in os.walk(self.template):
            for path in [top, *(os.path.join(top, name) for name in names)]:
                self._give(path, os.path.join(folder, os.path.relpath(path, self.template)))
        return user

    def remove(self, user):
        shutil.rmtree(self.dovecot.path("mail", user), ignore_errors=True)


def server_snapshot(dovecot, user):
    """Folder → for INBOX: UID → flags; for others: how many mails of which Message-ID and size, with their flags."""
    with dovecot.session(user) as imap:
        folders = sorted(re.search(rb'("[^"]*"|[^" ]+)$', line).group(1).decode().strip('"') for line in imap.list()[1]
                         if b"\\Noselect" not in line)
        found = {}
        for folder in folders:
            kind, answer = imap.select(f'"{folder}"', readonly=True)
            lines = imap.uid("FETCH", "1:*", "(FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1] if int(answer[0]) else []
            found[folder] = {} if folder == "INBOX" else collections.Counter()
            for line in lines:
                if not isinstance(line, tuple):
                    continue
                flags = " ".join(sorted(set(re.search(rb"FLAGS \(([^)]*)\)", line[0]).group(1).decode().split()) - {"\\Recent"}))
                if folder == "INBOX":
                    found[folder][int(re.search(rb"UID (\d+)", line[0]).group(1))] = flags
                else:
                    size = int(re.search(rb"RFC822.SIZE (\d+)", line[0]).group(1))
                    found[folder][line[1].decode("latin-1").strip(), size, flags] += 1
    return found


class Cutter:
    """A door before a server that closes every connection when the client says `word`. As a context manager: its port."""

    def __init__(self, port, word):
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with socket.create_connection(("127.0.0.1", port)) as behind:
                    threading.Thread(target=self.answers, args=(behind,), daemon=True).start()
                    while (data := self.request.recv(65536)) and word not in data:
                        behind.sendall(data)

            def answers(self, behind):
                with contextlib.suppress(OSError):
                    while data := behind.recv(65536):
                        self.request.sendall(data)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self.server.server_address[1]

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# ---------------------------------------------------------------- the store

TABLES = ("cases", "message", "raw", "raw_piece", "attachment", "outbox", "outbox_recipient", "ledger", "folder", "contact",
          "contact_address", "counter", "held", "authentication")

# Each gives one row a thing; what differs from run to run (ids, times, tokens) is not asked for.
QUERIES = {
    "cases": "SELECT c.number, c.type, c.status, c.subject, c.fields, c.message_count, n.name, p.number FROM cases c "
             "LEFT JOIN contact n ON n.id = c.contact_id LEFT JOIN cases p ON p.id = c.previous_id",
    "messages": "SELECT m.direction, CASE WHEN m.direction = 'in' THEN m.message_ident ELSE '' END, c.number, m.account, m.from_address, "
                "m.from_name, m.to_text, m.subject, m.automatic, CASE WHEN m.direction = 'in' THEN m.size ELSE 0 END, m.body_text, r.pieces, "
                "(SELECT COUNT(*) FROM attachment a WHERE a.message_id = m.id), (SELECT COUNT(*) FROM raw_piece s WHERE s.message_id = m.id) "
                "FROM message m LEFT JOIN cases c ON c.id = m.case_id LEFT JOIN raw r ON r.message_id = m.id",
    "attachments": "SELECT m.message_ident, a.position, a.part, a.name, a.type, a.size, a.disposition FROM attachment a "
                   "JOIN message m ON m.id = a.message_id",
    "outbox": "SELECT o.kind, o.answer_to, o.state, o.tries, o.envelope_from, c.number, m.subject, r.address, r.state FROM outbox o "
              "JOIN message m ON m.id = o.message_id LEFT JOIN cases c ON c.id = o.case_id JOIN outbox_recipient r ON r.outbox_id = o.id",
    "ledger": "SELECT l.uid, l.listener, l.state, l.outcome, l.answer, l.category, l.reason, l.message_ident, l.size, c.number, d.uid, "
              "m.message_ident, r.pieces FROM ledger l LEFT JOIN cases c ON c.id = l.case_id LEFT JOIN ledger d ON d.id = l.duplicate_of "
              "LEFT JOIN message m ON m.id = l.message_id LEFT JOIN raw r ON r.message_id = l.message_id",
    "held": "SELECT l.message_ident, c.number, h.decision FROM held h JOIN ledger l ON l.id = h.ledger_id "
            "LEFT JOIN cases c ON c.id = h.case_id",
    "authentication": "SELECT m.message_ident, a.result, a.document FROM authentication a JOIN message m ON m.id = a.message_id",
    "events": "SELECT kind, COUNT(*) FROM event WHERE kind NOT LIKE 'record.%' GROUP BY kind",
    "counters": "SELECT name, value FROM counter WHERE name NOT IN ('setup', 'event')",
    "folders": "SELECT account, name, uid, careful FROM folder",
    "lost raw": "SELECT 'raw without owner' FROM raw r WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = r.message_id) "
                "AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.message_id = r.message_id)",
    **{f"rows of {table}": f"SELECT COUNT(*) FROM {table}" for table in TABLES},
}


def store_snapshot(ask):
    """`ask`: a statement → its rows."""
    return {name: sorted((tuple(row) for row in ask(sql)), key=repr) for name, sql in QUERIES.items()}


def sqlite_ask(home):
    def ask(sql):
        db = sqlite3.connect(os.path.join(home.folder, "store.db"), timeout=20)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()
    return ask


def difference(expected, found):
    """What differs between two snapshots, as text; "" where nothing does."""
    lines = []
    for part in sorted({*expected, *found}):
        before, after = expected.get(part), found.get(part)
        if before == after:
            continue
        if isinstance(before, list):
            before, after = collections.Counter(before), collections.Counter(after)
            lines += [f"{part}: missing {row}" for row in (before - after).elements()]
            lines += [f"{part}: too much {row}" for row in (after - before).elements()]
        else:
            lines.append(f"{part}: expected {before}, found {after}")
    return "\n".join(line[:600] for line in lines)


EACH = int(os.environ.get("HAUSPOST_EACH", "1"))    # of the steps to be stopped at: all, or each third


def read_steps(path):
    """The names of the steps in a HAUSPOST_FAULT_LOG."""
    with open(path, encoding="ascii") as file:
        return [line.rstrip("\n").partition(" ")[2] for line in file]


def postgresql_ask(server, database):
    def ask(sql):
        rows = server.psql(database, f"SELECT row_to_json(t) FROM ({sql}) t").splitlines()
        return [json.loads(row, object_pairs_hook=lambda pairs: tuple(value for _, value in pairs)) for row in rows]
    return ask


def home_for(user, dovecot, env=None, protocol="imap", **options):
    home = Home()
    port = dovecot.pop3_port if protocol == "pop3" else dovecot.imap_port
    home.apply(setup_text(user, port, protocol=protocol, **options), env=env)
    return home


def as_json(value):
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)
