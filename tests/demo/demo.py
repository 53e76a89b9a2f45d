#!/usr/bin/python3
"""A mail room to look at: private Dovecot and Postfix, the set-up an administrator would write, mail, and what becomes of it.

    demo.py            leaves `hauspost serve` running until Ctrl-C, and says what to try
    demo.py --once     checks every step and ends: 0 where all was as expected, else 1
"""

import argparse
import email
import email.policy
import glob
import json
import os
import signal
import smtplib
import ssl
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from servers import Dovecot, Postfix, SmtpSink  # noqa: E402
from support import HAUSPOST, Home, ServerMissing, wait_until  # noqa: E402

PASSWORD = "demo-password"
CUSTOMERS = {  # mailbox → subject of the mail whose acknowledgement it must find
    "anna": "printer", "bo": "Invoice", "hanako": "", "juergen": "", "dora": "visit", "emil": "Order", "ingrid": "", "kiosk": "kiosk"}
NOT_ANSWERED = ("robert", "mailer-daemon", "news", "greta", "users", "users-bounces", "frida")
CASES = 8  # 01 to 06, 12, 13


class Screen:
    """Colours on a terminal, plain text elsewhere."""

    def __init__(self):
        self.colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self.failed = 0

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colours else text

    def step(self, text):
        print("\n" + self.paint("1;36", "== " + text), flush=True)

    def quiet(self, text):
        for line in text.rstrip("\n").split("\n"):
            print(self.paint("2", "   " + line), flush=True)

    def check(self, good, text):
        self.failed += not good
        print("   " + (self.paint("32", "ok    ") if good else self.paint("1;31", "WRONG ")) + text, flush=True)

    def command(self, home, *words):
        """Shows a command and its answer as the user would see them."""
        print(self.paint("1", "   $ hauspost " + " ".join(words)), flush=True)
        answer = home.run(*words, expect=None)
        self.quiet(answer.out + answer.err)
        return answer


def rows(home, *words):
    """The records that a listing command prints with --json, whether as an array or as the one array in an object."""
    answer = home.json(*words)
    if isinstance(answer, dict):
        answer = next((value for value in answer.values() if isinstance(value, list)), [])
    return answer


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


class Demo:
    def __init__(self, screen, home, dovecot, smtp):
        self.screen, self.home, self.dovecot, self.smtp = screen, home, dovecot, smtp
        self.delivered = 0

    def write_setup(self):
        with open(os.path.join(HERE, "setup.yaml"), encoding="utf-8") as file:
            text = file.read()
        for name, value in (("smtp_port", self.smtp.smtp_port), ("smtp_ca", self.smtp.ca), ("imaps_port", self.dovecot.imaps_port),
                            ("imap_ca", self.dovecot.ca), ("password", PASSWORD)):
            text = text.replace(f"@{name}@", str(value))
        return text.partition("\n")[2]

    def send(self, raw, sender=None):
        """Hands a mail in the way the world would: by SMTP, where there is a Postfix."""
        self.delivered += 1
        if not isinstance(self.smtp, Postfix):
            self.dovecot.deliver("support", raw)
            return
        parsed = parse(raw)
        if sender is None:
            sender = email.utils.parseaddr(str(parsed.get("Return-Path", parsed["From"])))[1]
        with smtplib.SMTP("localhost", self.smtp.smtp_port) as smtp:
            smtp.starttls(context=ssl.create_default_context(cafile=self.smtp.ca))
            smtp.login("world", PASSWORD)
            smtp.sendmail(sender, ["support@example.test"], raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), ["BODY=8BITMIME"])

    def mails_to(self, mailbox):
        return [parse(raw) for raw in self.dovecot.mails(mailbox)]

    def settled(self):
        """Every delivered mail has a ledger row in a final state."""
        states = [row.get("state") for row in rows(self.home, "ledger", "list")]
        return len(states) >= self.delivered and all(state in ("acknowledged", "parked") for state in states)

    # ------------------------------------------------------------ the steps

    def set_up(self):
        self.screen.step("One YAML file sets everything up")
        path = self.home.write("setup.yaml", self.write_setup())
        self.screen.quiet(self.write_setup().replace(PASSWORD, "********"))
        answer = self.screen.command(self.home, "apply", path)
        self.screen.check(answer.code == 0, "the set-up is applied")
        if answer.code != 0:
            raise SystemExit(1)

    def start(self):
        self.screen.step("hauspost serve runs in the background")
        self.home.serve()
        self.screen.quiet(f"process {self.home.server.pid}, log {self.home.server_log}")

    def deliver_all(self):
        self.screen.step("Mail comes in")
        for path in sorted(glob.glob(os.path.join(HERE, "mail", "*.eml"))):
            with open(path, "rb") as file:
                raw = file.read()
            self.send(raw)
            parsed = parse(raw)
            self.screen.quiet(f"{os.path.basename(path):<28} {parsed['From'] or ''!s:.32} | {parsed['Subject'] or ''!s:.60}")
        wait_until(self.settled, 60, f"all {self.delivered} mails being settled")
        self.screen.check(True, f"all {self.delivered} mails have their final state in the ledger")

    def show_cases(self):
        self.screen.step("Mail has become cases")
        self.screen.command(self.home, "cases", "list")
        cases = rows(self.home, "cases", "list")
        self.screen.check(len(cases) == CASES, f"{len(cases)} cases (expected {CASES}): one for each mail of a person, none for the same mail twice")
        orders = [case for case in cases if case.get("number", "").startswith("ORD-")]
        self.screen.check(len(orders) == 1, "the order has a number of its own kind")

    def show_acknowledgements(self):
        self.screen.step("The senders have their acknowledgements")
        for mailbox, words in CUSTOMERS.items():
            try:
                mails = wait_until(lambda mailbox=mailbox: self.mails_to(mailbox), 30, f"a mail for {mailbox}")
            except TimeoutError:
                mails = []
            subject = str(mails[0]["Subject"]) if mails else ""
            good = len(mails) == 1 and words in subject and mails[0]["Auto-Submitted"] == "auto-replied"
            self.screen.check(good, f"{mailbox:<8} {len(mails)} mail: {subject}")

    def join_by_reply(self):
        self.screen.step("Anna answers the acknowledgement: her answer joins the case")
        acknowledgement = self.mails_to("anna")[0]
        before = len(rows(self.home, "cases", "list"))
        reply = (f"From: Anna Berg <anna@customer.test>\nTo: support@example.test\nSubject: Re: {acknowledgement['Subject']}\n"
                 f"Date: Mon, 16 Nov 2026 12:00:00 +0100\nMessage-ID: <printer-2@customer.test>\n"
                 f"In-Reply-To: {acknowledgement['Message-ID']}\nReferences: {acknowledgement['References'] or ''} {acknowledgement['Message-ID']}\n"
                 "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nIt stopped by itself. Thank you!\n")
        self.send(reply.encode())
        wait_until(self.settled, 30, "the reply being settled")
        case = next(case for case in rows(self.home, "cases", "list") if "printer" in case.get("subject", ""))
        answer = self.screen.command(self.home, "cases", "show", str(case["number"]))
        self.screen.check(len(rows(self.home, "cases", "list")) == before, "no new case")
        self.screen.check("printer-2@customer.test" in json.dumps(self.home.json("cases", "show", case["number"]))
                          or "stopped by itself" in answer.out, f"the reply is in {case['number']}")

    def show_silence(self):
        self.screen.step("Machines get no answer")
        for mailbox in NOT_ANSWERED:
            mails = self.mails_to(mailbox)
            self.screen.check(not mails, f"nothing was sent to {mailbox}")

    def show_parked(self):
        self.screen.step("One mail couldn't be handled: it is parked with its reason, and nothing waited for it")
        self.screen.command(self.home, "ledger", "list")
        parked = [row for row in rows(self.home, "ledger", "list") if row.get("state") == "parked"]
        self.screen.check(len(parked) == 1, f"{len(parked)} mail parked")
        for row in parked:
            self.screen.check("amount" in json.dumps(row), f"the reason names the field: {row.get('reason', '')}")

    def verify(self):
        self.screen.step("The server and the ledger agree")
        answer = self.screen.command(self.home, "ledger", "verify")
        self.screen.check(answer.code == 0, "no gap")
        unseen = [uid for uid, flags in self.dovecot.flags("support").items() if "Seen" not in flags]
        self.screen.check(len(unseen) <= 1, "what was handled is marked as seen on the server")

    def run(self):
        self.set_up()
        self.start()
        self.deliver_all()
        self.show_cases()
        self.show_acknowledgements()
        self.join_by_reply()
        self.show_silence()
        self.show_parked()
        self.verify()

    def leave_running(self):
        screen = self.screen
        screen.step("Your turn. It runs until Ctrl-C")
        call = f"{os.path.relpath(HAUSPOST)} --home {self.home.folder}"
        for words in ("cases", "cases show SUP-2026-00001", "ledger list", "ledger retry", "outbox list", "doctor", "export",
                      f"inspect {os.path.relpath(HERE)}/mail/03-japanese.eml"):
            print("   " + screen.paint("1", f"{call} {words}"))
        print(f"\n   Send it a mail of your own (any .eml, user and password support/{PASSWORD}):")
        print("   " + screen.paint("1", f"curl --cacert {self.dovecot.ca} --user support:{PASSWORD} -T some.eml "
                                        f"imaps://localhost:{self.dovecot.imaps_port}/INBOX"))
        print(f"\n   Its log: {self.home.server_log}", flush=True)
        while self.home.server.poll() is None:
            signal.sigtimedwait([], 0.5)
        screen.check(False, "hauspost serve ended by itself; its last words:")
        screen.quiet("\n".join(self.home.log().splitlines()[-10:]))


def start_mail_servers(screen):
    screen.step("Private mail servers, with a CA of their own")
    dovecot = Dovecot(password=PASSWORD).start()
    screen.quiet(f"Dovecot: IMAP {dovecot.imap_port}, IMAPS {dovecot.imaps_port}, all in {dovecot.folder}")
    try:
        smtp = Postfix(deliver_to=dovecot, login_required=True).start()
        screen.quiet(f"Postfix: SMTP {smtp.smtp_port}, SMTPS {smtp.smtps_port}, all in {smtp.folder}")
    except ServerMissing as missing:
        smtp = SmtpSink(users={"support": PASSWORD}, deliver_to=dovecot).start()
        screen.quiet(f"No Postfix ({missing}): a small SMTP server of the tests takes its place, port {smtp.smtp_port}")
    return dovecot, smtp


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true", help="check every step and end")
    arguments = parser.parse_args()
    screen = Screen()
    try:
        dovecot, smtp = start_mail_servers(screen)
        with dovecot, smtp, Home() as home:
            demo = Demo(screen, home, dovecot, smtp)
            demo.run()
            if not arguments.once:
                demo.leave_running()
    except KeyboardInterrupt:
        print("\nThe mail room is closed; nothing is left behind.")
    except (TimeoutError, AssertionError) as error:
        screen.check(False, str(error))
    if screen.failed:
        print(f"\n{screen.failed} steps were not as expected")
    return 1 if screen.failed else 0


if __name__ == "__main__":
    sys.exit(main())
