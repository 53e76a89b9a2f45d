#!/usr/bin/python3
"""The comparison's plain peer: what a careful programmer writes in Python. Reads what is unseen in INBOX, in batches, with BODY.PEEK;
parses each mail (subject, sender, body text, names of attachments), stores it in SQLite, one commit a batch, then marks the batch as seen.

    imaplib_reader.py HOST PORT USER PASSWORD DATABASE [CA]
"""

import email
import email.policy
import imaplib
import re
import sqlite3
import ssl
import sys

BATCH = 50


def body_text(message):
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        return part.get_content()
    except (LookupError, ValueError):
        return (part.get_payload(decode=True) or b"").decode("latin-1")


def row_of(uid, raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    names = ", ".join(part.get_filename() or "" for part in message.iter_attachments()) if message.is_multipart() else ""
    return uid, str(message["Message-ID"] or ""), str(message["From"] or ""), str(message["Subject"] or ""), body_text(message), names, raw


def main():
    host, port, user, password, path = sys.argv[1:6]
    if len(sys.argv) > 6:
        imap = imaplib.IMAP4_SSL(host, int(port), ssl_context=ssl.create_default_context(cafile=sys.argv[6]))
    else:
        imap = imaplib.IMAP4(host, int(port))
    imap.login(user, password)
    imap.select("INBOX")
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE mail (uid INTEGER PRIMARY KEY, message_id, sender, subject, body, attachments, raw)")
    uids = imap.uid("SEARCH", "UNSEEN")[1][0].split()
    for at in range(0, len(uids), BATCH):
        batch = b",".join(uids[at:at + BATCH]).decode()
        answer = imap.uid("FETCH", batch, "(UID BODY.PEEK[])")[1]
        rows = [row_of(int(re.search(rb"UID (\d+)", part[0]).group(1)), part[1]) for part in answer if isinstance(part, tuple)]
        with database:
            database.executemany("INSERT INTO mail VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        imap.uid("STORE", batch, "+FLAGS.SILENT", "(\\Seen)")
    imap.logout()
    print(database.execute("SELECT COUNT(*) FROM mail").fetchone()[0])


if __name__ == "__main__":
    main()
