#!/usr/bin/python3
"""Keeps the tables of docs/setup.md as the program has them.

    setup_reference.py HAUSPOST            rewrites the tables, which stand between <!-- fields of KIND --> and <!-- end -->
    setup_reference.py HAUSPOST --check    only says whether they are current (exit code 1: they aren't)
"""

import argparse
import json
import os
import re
import subprocess
import sys

PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs", "setup.md")
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hauspost", help="the built program")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    kinds = json.loads(subprocess.run([arguments.hauspost, "help", "records", "--json"], capture_output=True, check=True).stdout)
    with open(PAGE, encoding="utf-8") as file:
        old = file.read()
    new = current(old, kinds)
    if new == old:
        return 0
    if arguments.check:
        print(f"docs/setup.md isn't what the program says; run: tools/setup_reference.py {arguments.hauspost}")
        return 1
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
