#!/usr/bin/python3
"""A mail room to look at: private Dovecot and Postfix, the set-up an administrator would write, mail, and what becomes of it.

    demo.py            leaves `hauspost serve` running until Ctrl-C, and says what to try
    demo.py --once     checks every step and ends: 0 where all was as expected, else 1
"""

import argparse
import email
import email.policy
import glob
import os
import re
import signal
import smtplib
import ssl
import subprocess
import sys
import textwrap
import time
import unicodedata
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from servers import Dovecot, Postfix, SmtpSink  # noqa: E402
from support import HAUSPOST, Home, ServerMissing, wait_until  # noqa: E402

PASSWORD = "demo-password"
FIRST = "01-question.eml"
CUSTOMERS = {  # mailbox → words in the subject of the acknowledgement it must find
    "anna": "printer", "bo": "Invoice", "hanako": "会議室", "juergen": "Türöffner", "dora": "visit", "emil": "Order", "ingrid": "Smörgåsbord",
    "kiosk": "kiosk"}
MACHINES = {  # mailbox → what wrote from there
    "robert": "an out-of-office reply", "mailer-daemon": "a bounce", "news": "a newsletter", "greta": "a mailing list",
    "users": "a mailing list", "users-bounces": "a mailing list"}
CASES = 8  # 01 to 06, 12, 13
STRICT_AMOUNT = r"""{ target: amount, source: 'regex:body:Amount:\s*(.+)', required: true }"""
MENDED_AMOUNT = r"""{ target: amount, source: 'regex:body:Amount:\s*([0-9]+)' }"""
PATIENCE_S = 60
LETTER = r'''#!/usr/bin/python3
"""letter SUBJECT TEXT: a mail from you@home.test to support@example.test; prints what comes back within half a minute."""
import email, email.message, email.policy, email.utils, imaplib, sys, time

def mailbox(user):
    imap = imaplib.IMAP4("127.0.0.1", @imap_port@)
    imap.login(user, "@password@")
    imap.select()
    return imap

mail = email.message.EmailMessage(policy=email.policy.SMTP)
mail["From"], mail["To"], mail["Subject"] = "You <you@home.test>", "support@example.test", sys.argv[1]
mail["Date"], mail["Message-ID"] = email.utils.formatdate(), email.utils.make_msgid(domain="home.test")
mail.set_content(sys.argv[2])
mailbox("support").append("INBOX", None, None, mail.as_bytes())
for _ in range(150):
    imap = mailbox("you")
    found = imap.search(None, "HEADER", "In-Reply-To", mail["Message-ID"])[1][0].split()
    if found:
        answer = email.message_from_bytes(imap.fetch(found[-1], "(RFC822)")[1][0][1], policy=email.policy.default)
        sys.exit(print(f"Subject: {answer['Subject']}\n\n{answer.get_content()}"))
    time.sleep(0.2)
sys.exit("nothing came back (three automatic answers an hour go to one address); see: hauspost ledger list")
'''


def cells(text):
    """Columns of a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fit(text, width):
    """Cut or filled to `width` columns."""
    if cells(text) > width:
        while cells(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - cells(text))


class Screen:
    """What the demo says. Colours on a terminal, plain text elsewhere; 80 columns."""

    def __init__(self):
        self.colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self.failed = self.steps = 0

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colours else text

    def line(self, text=""):
        print(text, flush=True)

    def step(self, title, *sentences):
        self.steps += 1
        self.line("\n" + self.paint("1;36", f"{self.steps}. {title}"))
        self.say(*sentences)

    def say(self, *sentences):
        for line in textwrap.wrap(" ".join(sentences), 76):
            self.line("   " + line)

    def quiet(self, text):
        """What a program or a file said, long lines folded."""
        for line in text.rstrip("\n").split("\n"):
            indent = len(line) - len(line.lstrip())
            folded = [line] if cells(line) <= 75 else textwrap.wrap(
                line, 75, subsequent_indent=" " * (indent + 6), break_long_words=False, break_on_hyphens=False, drop_whitespace=True)
            for part in folded or [""]:
                self.line("   " + self.paint("2", "| ") + part)

    def check(self, good, text):
        self.failed += not good
        mark = self.paint("32", "ok") if good else self.paint("1;31", "WRONG")
        first, *others = textwrap.wrap(text, 70)
        self.line(f"   {mark} {first}")
        for other in others:
            self.line(f"   {' ' * (2 if good else 5)} {other}")

    def command(self, home, *words, shown=None):
        """Runs a command; shows it and its answer as the user would see them."""
        self.line("   " + self.paint("1", "$ hauspost " + " ".join(shown or words)))
        answer = home.run(*words, expect=None)
        self.quiet(answer.out + answer.err)
        return answer


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def read(name):
    with open(os.path.join(HERE, "mail", name), "rb") as file:
        return file.read()


class Demo:
    def __init__(self, screen, home, dovecot, smtp):
        self.screen, self.home, self.dovecot, self.smtp = screen, home, dovecot, smtp
        self.delivered = 0
        self.number = None  # of Anna's case
        self.brought_back = set()  # ids of ledger rows

    # ------------------------------------------------------------ what the steps use

    def setup_text(self, mended=False):
        with open(os.path.join(HERE, "setup.yaml"), encoding="utf-8") as file:
            text = file.read().partition("\n")[2]
        for name, value in (("smtp_port", self.smtp.smtp_port), ("smtp_ca", self.smtp.ca), ("imaps_port", self.dovecot.imaps_port),
                            ("imap_ca", self.dovecot.ca), ("password", PASSWORD)):
            text = text.replace(f"@{name}@", str(value))
        assert STRICT_AMOUNT in text
        return text.replace(STRICT_AMOUNT, MENDED_AMOUNT) if mended else text

    def send(self, raw):
        """Hands a mail in as the world would: by SMTP. Without a Postfix it is put into the mailbox."""
        self.delivered += 1
        if not isinstance(self.smtp, Postfix):
            self.dovecot.deliver("support", raw)
            return
        parsed = parse(raw)
        sender = email.utils.parseaddr(str(parsed.get("Return-Path", parsed["From"])))[1]
        with smtplib.SMTP("localhost", self.smtp.smtp_port) as smtp:
            smtp.starttls(context=ssl.create_default_context(cafile=self.smtp.ca))
            smtp.login("world", PASSWORD)
            smtp.sendmail(sender, ["support@example.test"], raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), ["BODY=8BITMIME"])

    def reply_to(self, mail, ident, text):
        """Anna's answer to a mail that she really got."""
        subject = str(mail["Subject"])
        self.send((f"From: Anna Berg <anna@customer.test>\nTo: support@example.test\n"
                   f"Subject: {subject if subject.lower().startswith('re:') else 'Re: ' + subject}\n"
                   f"Date: {email.utils.formatdate(localtime=False)}\nMessage-ID: <{ident}@customer.test>\n"
                   f"In-Reply-To: {mail['Message-ID']}\nReferences: {mail['References'] or ''} {mail['Message-ID']}\n"
                   f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n").encode())

    def mails_to(self, mailbox):
        return [parse(raw) for raw in self.dovecot.mails(mailbox)]

    def wait_for_mails(self, mailbox, count=1):
        return wait_until(lambda: len(mails := self.mails_to(mailbox)) >= count and mails, PATIENCE_S, f"a mail for {mailbox}")

    def ledger(self, state=None):
        return self.home.json("ledger", "list", *(["--state", state] if state else []))

    def cases(self):
        return self.home.json("cases", "list")

    def wait_until_settled(self):
        """Every delivered mail has a ledger row in a final state, and the server was told. (Of one that was brought back it is told when the
        connection is made anew.)"""
        def settled():
            rows = self.ledger()
            return len(rows) >= self.delivered and all(
                row["state"] in ("acknowledged", "parked") or (row["state"] == "committed" and row["id"] in self.brought_back) for row in rows)
        wait_until(settled, PATIENCE_S, f"all {self.delivered} mails being settled")

    # ------------------------------------------------------------ the steps

    def set_up(self):
        text = self.setup_text()
        path = self.home.write("setup.yaml", text)
        self.screen.step("One YAML file sets everything up", "Accounts, case types, a template, a rule, a listener. The heart of it is the rule:")
        self.screen.quiet(text[text.index("rules:"):text.index("listeners:")])
        self.screen.say("Applying it checks all of it, then takes all of it over, or nothing:")
        answer = self.screen.command(self.home, "apply", path, shown=("apply", "setup.yaml"))
        if answer.code != 0:
            raise AssertionError("the set-up was refused")
        self.screen.check(PASSWORD not in self.home.run("export").out, "no password can be read back: they lie sealed in the store")

    def start(self):
        self.screen.step("hauspost serve runs in the background")
        self.home.serve_http()
        wait_until(lambda: "/#/setup/" in self.home.log(), PATIENCE_S, "hauspost serve being ready")
        self.screen.quiet(self.home.log())
        with urllib.request.urlopen(self.home.url + "/", timeout=PATIENCE_S) as page:
            self.screen.check(b"Studio" in page.read(), f"the Studio is at {self.home.url}/")
        self.screen.say("It has looked into the empty mailbox and now waits with IDLE: no thread, no polling; the server tells of new mail.")

    def first_mail(self):
        raw = read(FIRST)
        self.screen.step("Anna writes", "A mail comes in by SMTP:" if isinstance(self.smtp, Postfix) else "A mail comes in:")
        self.screen.quiet(raw.decode())
        began = time.monotonic()
        self.send(raw)
        self.wait_until_settled()
        self.screen.check(True, f"{time.monotonic() - began:.1f} s later it is a case, and the server knows that the mail was seen")
        self.number = self.cases()[0]["number"]
        self.screen.command(self.home, "cases", "list")
        acknowledgement = self.wait_for_mails("anna")[0]
        self.screen.say("And in Anna's mailbox lies the acknowledgement:")
        for name in ("From", "To", "Subject", "Auto-Submitted", "In-Reply-To"):
            self.screen.quiet(f"{name}: {acknowledgement[name]}")
        self.screen.quiet("\n" + acknowledgement.get_content())
        self.screen.check(acknowledgement["Auto-Submitted"] == "auto-replied" and self.number in str(acknowledgement["Subject"])
                          and acknowledgement["In-Reply-To"] == "<printer-1@customer.test>",
                          "it says that a machine wrote it, which mail it answers, and the case's number")

    def the_others(self):
        self.screen.step("The others write, too", "People, machines, all kinds of characters, one mail that can't be handled, and Anna's first once more:")
        for path in sorted(glob.glob(os.path.join(HERE, "mail", "*.eml"))):
            if os.path.basename(path) == FIRST:
                continue
            raw = read(os.path.basename(path))
            self.send(raw)
            parsed = parse(raw)
            name = email.utils.parseaddr(str(parsed["From"]))
            self.screen.quiet(fit(name[0] or name[1], 24) + "  " + fit(str(parsed["Subject"]), 46).rstrip())
        self.wait_until_settled()
        self.screen.command(self.home, "cases", "list")
        cases = self.cases()
        self.screen.check(len(cases) == CASES, f"{len(cases)} cases: one for each person who wrote")
        order = [case for case in cases if case["number"].startswith("ORD-")]
        self.screen.check(len(order) == 1 and order[0]["fields"] == {"cost_centre": "4400", "amount": "1250"},
                          "the order has its own kind of number, and its fields were read from the mail: "
                          + ", ".join(f"{name} {value}" for name, value in order[0]["fields"].items()))

    def acknowledgements(self):
        self.screen.step("Whoever has a case has one acknowledgement", "Read from the mailboxes of the people who wrote:")
        for mailbox, words in CUSTOMERS.items():
            mails = self.wait_for_mails(mailbox)
            subject = str(mails[0]["Subject"])
            self.screen.check(len(mails) == 1 and words in subject, f"{mailbox:<8} {fit(subject, 60).rstrip()}")

    def silence(self):
        self.screen.step("Machines get no answer", "Or two machines would write to each other for ever. Their mail is filed, with the reason:")
        wanted = {f"{row['outcome']:<10} {row['answer']}": 0 for row in self.ledger("acknowledged") if row["outcome"] in ("filed", "duplicate")}
        for row in self.ledger("acknowledged"):
            key = f"{row['outcome']:<10} {row['answer']}"
            if key in wanted:
                wanted[key] += 1
        for key, count in wanted.items():
            self.screen.quiet(f"{count} {key}")
        filed = [row for row in self.ledger("acknowledged") if row["outcome"] == "filed"]
        self.screen.check(len(filed) == 4, "an out-of-office reply, a bounce, a newsletter and a mailing list were filed")
        self.screen.check(not any(self.mails_to(mailbox) for mailbox in MACHINES), "nothing was sent to any of them")
        duplicates = [row for row in self.ledger("acknowledged") if row["outcome"] == "duplicate"]
        self.screen.check(len(duplicates) == 1 and len(self.mails_to("anna")) == 1,
                          "Anna's mail came twice (some servers do that): recognised, no second case, no second answer")

    def join_by_reply(self):
        self.screen.step("Anna answers the acknowledgement, and her answer joins the case")
        before = len(self.cases())
        self.reply_to(self.mails_to("anna")[0], "printer-2", "It is the tray on the left.")
        self.wait_until_settled()
        answer = self.screen.command(self.home, "cases", "show", self.number)
        self.screen.check(len(self.cases()) == before and "the tray on the left" in answer.out,
                          "no new case: the answer stands in the conversation, with the evidence for its place")

    def reopen(self):
        self.screen.step("The case is resolved; Anna has news; it is open again")
        self.screen.command(self.home, "cases", "status", self.number, "resolved")
        self.reply_to(self.mails_to("anna")[0], "printer-3", "It happens again!")
        self.wait_until_settled()
        case = self.home.json("cases", "show", self.number)
        self.screen.check(case["status"] == "open" and len(case["conversation"]) == 4,
                          f"{self.number} is {case['status']} again, with {len(case['conversation'])} mails")

    def poison(self):
        self.screen.step("One mail could not be handled", "It says 'Amount: as much as it takes'. It was parked with the reason; nothing waited for it:")
        self.screen.command(self.home, "ledger", "list", "--state", "parked")
        parked = self.ledger("parked")
        self.screen.check(len(parked) == 1 and "amount" in parked[0]["reason"], "parked, category and reason kept, the mail itself, too")
        if not parked:
            return
        self.brought_back = {row["id"] for row in parked}
        self.screen.say("The rule is mended in setup.yaml: the amount need not be there, and is digits only. Then the mail gets another try:")
        path = self.home.write("setup.yaml", self.setup_text(mended=True))
        self.screen.command(self.home, "apply", path, shown=("apply", "setup.yaml"))
        self.screen.command(self.home, "ledger", "retry")
        self.wait_until_settled()
        orders = [case["number"] for case in self.cases() if "lamps" in case["subject"]]
        self.screen.check(len(orders) == 1 and not self.ledger("parked"), f"Frida's order is case {' '.join(orders)}")
        self.screen.check("lamps" in str(self.wait_for_mails("frida")[0]["Subject"]), "and Frida has her acknowledgement")

    def verify(self):
        self.screen.step("Nothing lost, nothing twice", "The server's list of messages against the ledger:")
        answer = self.screen.command(self.home, "ledger", "verify", "support")
        self.screen.check(answer.code == 0, "every message on the server has its row")
        late = {row["uid"] for row in self.ledger("committed")}  # brought back: marked when the connection is made anew
        unseen = {uid for uid, flags in self.dovecot.flags("support").items() if "Seen" not in flags}
        self.screen.check(unseen <= late and len(late) <= 1, "handled messages are marked as seen, after their commit and never before")
        outbox = self.home.json("outbox", "list")
        self.screen.check(len(outbox) == CASES + 1 and all(row["state"] == "sent" for row in outbox), f"{len(outbox)} answers, all sent, each once")

    def run(self):
        for step in (self.set_up, self.start, self.first_mail, self.the_others, self.acknowledgements, self.silence, self.join_by_reply, self.reopen,
                     self.poison, self.verify):
            step()

    def suggestions(self):
        """(arguments, meaning) of what to try next."""
        return (("cases", "all cases"), (f"cases show {self.number}", "one conversation"), ("ledger list", "every mail and its fate"),
                ("outbox list", "what was sent"), ("doctor", "can everything be reached?"), ("export", "the set-up as YAML"),
                ("help records", "every key of the set-up"), ("inspect " + os.path.relpath(os.path.join(HERE, "mail", "03-japanese.eml")), ""))

    def write_letter(self):
        """A program that sends one mail from you@home.test and shows the answer; returns its path."""
        path = self.home.write("letter", LETTER.replace("@imap_port@", str(self.dovecot.imap_port)).replace("@password@", PASSWORD))
        os.chmod(path, 0o700)
        return path

    def try_suggestions(self):
        self.screen.step("What to try next works, too")
        for words, _ in self.suggestions():
            answer = self.home.run(*words.split(), expect=None)
            self.screen.check(answer.code == 0 and answer.out, f"hauspost {words}")
        run = subprocess.run([self.write_letter(), "Hello", "Is anybody there?"], capture_output=True, text=True, timeout=3 * PATIENCE_S, check=False)
        self.screen.check("It has the number SUP-" in run.stdout, f"a letter of your own is answered: {run.stderr}")

    def leave_running(self):
        screen = self.screen
        screen.step("Your turn", "hauspost serve goes on until you press Ctrl-C here. The Studio, with the link of its first administrator, good once:")
        screen.line("\n   " + screen.paint("1", re.search(r"http\S+/#/setup/\S+", self.home.log()).group()))
        screen.say("In another terminal, in this folder:")
        screen.line("\n" + screen.paint("1", f"alias hauspost='{HAUSPOST} --home {self.home.folder}'"))
        for words, meaning in self.suggestions():
            screen.line(screen.paint("1", f"hauspost {words:<28}") + (f"  # {meaning}" if meaning else ""))
        screen.line("\n   Send a mail of your own, and read the answer:\n")
        screen.line(screen.paint("1", f"{self.write_letter()} 'Hello' 'Is anybody there?'"))
        screen.line(f"\n   The log: {self.home.server_log}")
        while self.home.server.poll() is None:
            signal.sigtimedwait([], 0.5)
        screen.check(False, "hauspost serve ended by itself; its last words:")
        screen.quiet("\n".join(self.home.log().splitlines()[-10:]))


def start_mail_servers(screen):
    screen.step("Private mail servers, with a certificate authority of their own", "Free ports of 127.0.0.1, temporary folders; gone when this ends.")
    dovecot = Dovecot(password=PASSWORD).start()
    screen.quiet(f"Dovecot {dovecot.version()}: IMAP with TLS on port {dovecot.imaps_port}")
    try:
        smtp = Postfix(deliver_to=dovecot, login_required=True).start()
        screen.quiet(f"Postfix {smtp.version()}: SMTP with STARTTLS on port {smtp.smtp_port}")
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
            if arguments.once:
                demo.try_suggestions()
            else:
                demo.leave_running()
    except ServerMissing as missing:
        print(f"skipped: {missing}")
        return 77
    except KeyboardInterrupt:
        print("\nThe mail room is closed; nothing is left behind.")
    except (TimeoutError, AssertionError) as error:
        screen.check(False, str(error))
    if screen.failed:
        print(f"\n{screen.failed} steps were not as expected")
    elif arguments.once:
        print("\nAll steps were as expected.")
    return 1 if screen.failed else 0


if __name__ == "__main__":
    sys.exit(main())
