#!/usr/bin/python3
"""Generates mail for benchmarks: always the same for the same seed.

    bench/generate.py FOLDER [--count 1000] [--kind mix|small] [--seed 1]     a Maildir

mix is what a support mailbox gets: plain text, text with HTML, quoted replies, HTML newsletters, attachments from 20 KB to 1 MB (one mail in
ten), several charsets. small is plain text of 1 to 3 KB.
"""

import argparse
import base64
import os
import quopri
import random
import sys

WORDS = ("the order invoice printer access card contract garage door meeting room delivery customer number question please could "
         "somebody look at this since monday morning again twice still not working thank you kind regards we have tried three times "
         "another machine cable screen password account reset phone line colleague office second floor building").split()
FOREIGN = {
    "iso-8859-1": "größer Türöffner Straße schön Grüße für über Prüfung Änderung Maßnahme".split(),
    "utf-8": "smörgåsbord žluťoučký kůň łódź çok güzel ευχαριστώ спасибо ありがとう 谢谢 🎉".split(),
    "iso-2022-jp": "会議室 予約 来週 お願い 確認 資料 注文".split(),
}


def sentence(rng, words):
    return " ".join(rng.choice(words) for _ in range(rng.randint(5, 14))).capitalize() + "."


def text(rng, size, words=WORDS):
    lines = []
    while sum(map(len, lines)) < size:
        line = sentence(rng, words)
        lines.append(line if rng.random() < 0.85 else line + "\n")
    return "\n".join(lines) + "\n"


def encoded_word(value, charset):
    return f"=?{charset}?B?{base64.b64encode(value.encode(charset)).decode()}?="


def headers(rng, number, subject):
    person, day = rng.randrange(400), number % 28 + 1
    lines = [f"Return-Path: <person{person}@customer.test>",
             f"Received: from mx{rng.randrange(9)}.customer.test (mx.customer.test [192.0.2.{rng.randrange(1, 250)}])",
             f"\tby mail.example.test with ESMTPS id {rng.getrandbits(48):012x}", f"\tfor <support@example.test>; Mon, {day} Jun 2026 10:00:00 +0000",
             f"From: Person {person} <person{person}@customer.test>", "To: Support <support@example.test>", f"Subject: {subject}",
             f"Date: {day} Jun 2026 {number // 60 % 24:02}:{number % 60:02}:00 +0000", f"Message-ID: <{number}.{rng.getrandbits(64):x}@customer.test>"]
    if rng.random() < 0.3:
        lines += [f"In-Reply-To: <{rng.getrandbits(64):x}@customer.test>",
                  "References: " + "\n ".join(f"<{rng.getrandbits(64):x}@customer.test>" for _ in range(rng.randint(1, 6)))]
    if rng.random() < 0.6:
        block = base64.b64encode(rng.randbytes(180)).decode()
        lines += ["DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=customer.test; s=k1;",
                  *("\t" + block[at:at + 70] for at in range(0, len(block), 70))]
    return "\n".join([*lines, "MIME-Version: 1.0", ""])


def plain(rng, size):
    return "Content-Type: text/plain; charset=us-ascii\n\n" + text(rng, size)


def quoted_printable(rng, size, charset):
    body = text(rng, size, WORDS + FOREIGN[charset] * 8).encode(charset)
    return f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(body).decode()


def japanese(rng, size):
    return "Content-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: 7bit\n\n".encode() + \
        text(rng, size, FOREIGN["iso-2022-jp"]).encode("iso-2022-jp")


def html(rng, size):
    paragraphs = "".join(f"<p style=\"margin:0\">{sentence(rng, WORDS)} <a href=\"https://customer.test/{rng.getrandbits(32):x}\">more</a></p>\n"
                         for _ in range(size // 120 + 1))
    body = f"<html><head><style>p {{ margin: 0 }}</style></head><body>{paragraphs}</body></html>\n"
    return "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(body.encode()).decode()


def multipart(rng, kind, parts):
    boundary = f"=_{rng.getrandbits(96):x}"
    return f"Content-Type: multipart/{kind}; boundary=\"{boundary}\"\n\n" + "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--\n"


def attachment(rng, size):
    return "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n" \
        f"Content-Disposition: attachment; filename=\"document-{rng.randrange(1000)}.pdf\"\n\n" + base64.encodebytes(rng.randbytes(size)).decode()


def mixed_mail(rng, number):
    draw, size = rng.random(), int(rng.lognormvariate(7.3, 0.9))
    subject = sentence(rng, WORDS)
    if draw < 0.25:
        body = plain(rng, size)
    elif draw < 0.40:
        charset = rng.choice(("utf-8", "iso-8859-1"))
        subject, body = encoded_word(" ".join(rng.sample(FOREIGN[charset], 3)), charset), quoted_printable(rng, size, charset)
    elif draw < 0.44:
        subject, body = encoded_word("".join(rng.sample(FOREIGN["iso-2022-jp"], 3)), "iso-2022-jp"), japanese(rng, size)
    elif draw < 0.60:
        body = html(rng, size * 4)
    elif draw < 0.90:
        quote = "\n".join("> " + line for line in text(rng, size * 2).split("\n"))
        answer = quopri.encodestring((text(rng, size) + "\nOn Monday somebody wrote:\n" + quote + "\n").encode()).decode()
        body = multipart(rng, "alternative", [
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" + answer, html(rng, size * 3)])
    else:
        body = multipart(rng, "mixed", [multipart(rng, "alternative", [plain(rng, size), html(rng, size)]),
                                        attachment(rng, int(min(1e6, rng.lognormvariate(11.5, 1.0))))])
    return (headers(rng, number, subject)).encode() + (body if isinstance(body, bytes) else body.encode())


def small_mail(rng, number):
    return (headers(rng, number, sentence(rng, WORDS)) + plain(rng, rng.randint(300, 2000))).encode()


def mails(count, kind="mix", seed=1):
    rng = random.Random(seed)
    make = {"mix": mixed_mail, "small": small_mail}[kind]
    for number in range(count):
        yield make(rng, number)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--kind", choices=("mix", "small"), default="mix")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for name in ("new", "cur", "tmp"):
        os.makedirs(os.path.join(arguments.folder, name), exist_ok=True)
    for number, raw in enumerate(mails(arguments.count, arguments.kind, arguments.seed)):
        with open(os.path.join(arguments.folder, "new", f"{1780000000 + number}.{number}.bench"), "wb") as file:
            file.write(raw)
    return 0


if __name__ == "__main__":
    sys.exit(main())
