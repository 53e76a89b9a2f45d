#!/usr/bin/python3
"""Keeps the tables of docs/setup.md and docs/advanced-settings.md as the program has them.

    setup_reference.py HAUSPOST            rewrites the tables, which stand between <!-- fields of KIND --> (or <!-- keys -->) and
                                           <!-- end -->
    setup_reference.py HAUSPOST --check    only says whether they are current (exit code 1: they aren't)
"""

import argparse
import json
import os
import re
import subprocess
import sys

DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs")
PAGE = os.path.join(DOCS, "setup.md")
ADVANCED = os.path.join(DOCS, "advanced-settings.md")
KEYS = re.compile(r"<!-- keys -->\n.*?<!-- end -->", re.S)
PLACE = re.compile(r"<!-- fields of (\w+) -->\n.*?<!-- end -->", re.S)


def cell(text):
    return text.replace("|", "\\|")


def code(text):
    return f"`{cell(text)}`"


def row(field):
    value = " \\| ".join(code(word) for word in field["value"].split("|")) if "|" in field["value"] else field["value"]
    default = {"required": "required", "-": ""}.get(field["default"]) if field["default"] in ("required", "-") else code(field["default"])
    meaning = field["label"] + (". " + field["help"] if field["help"] else "")
    return f"| {code(field['key'])} | {value} | {default} | {cell(meaning)} |"


def table(kind):
    """The id is the record's key in the file and not a field there."""
    rows = [row(field) for field in kind["fields"] if field["key"] != "id"]
    return "\n".join(["| key | value | default | meaning |", "|---|---|---|---|", *rows])


def current(text, kinds):
    missing = set(kinds) - set(PLACE.findall(text))
    if missing:
        sys.exit(f"{PAGE} has no place for the fields of {', '.join(sorted(missing))}")
    return PLACE.sub(lambda match: f"<!-- fields of {match[1]} -->\n{table(kinds[match[1]])}\n<!-- end -->", text)


def key_table(keys):
    rows = [f"| {code(key['key']) if key['key'] else ''} | {code('mail.*.' + key['alias']) if key['alias'] else ''} | {key['sides']} | "
            f"{cell(key['value'])} | {cell(key['help'])} |" for key in keys]
    return "\n".join(["| key | JavaMail's name | of | value | meaning |", "|---|---|---|---|---|", *rows])


def ask(program, topic):
    return json.loads(subprocess.run([program, "help", topic, "--json"], capture_output=True, check=True).stdout)


def renew(page, change, check):
    """True where the page is what the program says (or was made so)."""
    with open(page, encoding="utf-8") as file:
        old = file.read()
    new = change(old)
    if new != old and not check:
        with open(page, "w", encoding="utf-8") as file:
            file.write(new)
    return check is False or new == old


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hauspost", help="the built program")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    kinds = ask(arguments.hauspost, "records")
    keys = key_table(ask(arguments.hauspost, "advanced"))
    fits = renew(PAGE, lambda text: current(text, kinds), arguments.check)
    fits &= renew(ADVANCED, lambda text: KEYS.sub(lambda _: f"<!-- keys -->\n{keys}\n<!-- end -->", text), arguments.check)
    if not fits:
        print(f"docs/setup.md or docs/advanced-settings.md isn't what the program says; run: tools/setup_reference.py {arguments.hauspost}")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
