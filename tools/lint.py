#!/usr/bin/python3
"""The house rules that no compiler knows: banned calls, layers, sizes, left-overs.

    tools/lint.py [FILE...]      all files of the repository unless some are named

Prints "file:line: what is wrong" for each finding and ends with 1 where there was any; notes (functions that are long but
not yet too long) are printed and cost nothing.
"""

import os
import re
import subprocess
import sys

BANNED = {
    "strcpy": "copy with a struct buf or memcpy and a known size", "strcat": "use a struct buf",
    "sprintf": "use buf_printf or snprintf", "vsprintf": "use vsnprintf", "strncpy": "use memcpy and a known size",
    "strncat": "use a struct buf", "strtok": "read with a struct cursor", "strtok_r": "read with a struct cursor",
    "gets": "read with a bound", "scanf": "read with a struct cursor", "sscanf": "read with a struct cursor",
    "fscanf": "read with a struct cursor", "atoi": "use str_to_int or a cursor", "atol": "use str_to_int or a cursor",
    "atoll": "use str_to_int or a cursor", "atof": "use a cursor", "alloca": "use an arena", "system": "use posix_spawn",
    "popen": "use posix_spawn", "localtime": "time is UTC (base/clock.h)", "localtime_r": "time is UTC (base/clock.h)",
    "mktime": "time is UTC (base/clock.h)",
}
# A test, benchmark or fuzz driver may not use these either; only sleeps concern tests alone.
SLEEPS = {"sleep", "usleep", "nanosleep"}

# Headers of the libraries that only some layers may see (ARCHITECTURE.md). Everything else of the system is free.
ABOVE_RECORD = ("record", "store", "security", "setup", "auth", "receive", "send", "rules", "cases", "intake", "listen",
                "net", "api", "trust", "probe", "events", "cli")
ONLY_IN = [
    (re.compile(r"openssl/"), ("security", "net", "cli")),
    (re.compile(r"(libpq-fe|sqlite3|zstd)\.h"), ("store",)),
    (re.compile(r"pcre2\.h"), ("setup", "rules")),
    (re.compile(r"(unicase|unictype|uninorm|unistr|uniwidth|unigbrk|unitypes|uchardet/uchardet|uchardet|iconv)\.h"),
     ("mime", "rules", "auth")),
    (re.compile(r"curl/"), ("net",)),
    (re.compile(r"(gumbo|idn2)\.h"), ("mime",)),
    (re.compile(r"jansson\.h"), ABOVE_RECORD),
    (re.compile(r"yaml\.h"), ("record",)),
    (re.compile(r"expat\.h"), ("setup",)),
    (re.compile(r"microhttpd\.h"), ("api",)),
    (re.compile(r"argon2\.h"), ("security",)),
    (re.compile(r"libpsl\.h"), ("trust",)),
    (re.compile(r"gmime/"), ()),
]
# What tests may see beyond their layer: a TLS server to talk to, another parser to compare with, documents to look into.
TESTS_ALSO = re.compile(r"openssl/|jansson\.h|gmime/|sqlite3\.h|libpq-fe\.h")

MAX_FILE_LINES = 700
NOTE_FUNCTION_LINES = 60
MAX_FUNCTION_LINES = 80
TEXT = (".c", ".h", ".py", ".sh", ".md", ".txt", ".build", ".yaml", ".yml", ".service", ".html", ".css", ".ts", ".tsx", ".sql")
LEFT_OPEN = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:root|work|Users|mnt|home/[a-z]\w+)/|(?<![\w.~-])/tmp/\w+/")
COMMENT_OR_STRING = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')

findings = []
notes = []


def find(path, line, text):
    findings.append(f"{path}:{line}: {text}")


def blank(match):
    """Comments and strings become spaces, line ends stay: positions keep their lines."""
    return re.sub(r"[^\n]", " ", match.group(0))


def check_text(path, lines):
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            find(path, number, "trailing white space")
        if LEFT_OPEN.search(line):
            find(path, number, "left open: finish it, or file an issue and take the mark out")
        if MACHINE_PATH.search(line):
            find(path, number, "a path of one machine")


def check_includes(path, lines):
    parts = path.split("/")
    layer = parts[1] if parts[0] == "src" else None
    is_test = path.endswith(("_test.c", "_fuzz.c")) or layer is None or path == "src/base/test.h"
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        name = match.group(2)
        if name.startswith(("../", "./")) or "/../" in name:
            find(path, number, f'"{name}" leaves the layer: write "folder/header.h"')
        if name == "cmocka.h" and not is_test:
            find(path, number, "cmocka.h is for tests (base/test.h)")
        for pattern, layers in ONLY_IN:
            if pattern.match(name) and layer not in layers and not (is_test and TESTS_ALSO.match(name)):
                find(path, number, f"{name} is only for " + (", ".join(layers) or "tests"))


def check_sql(path, lines):
    """What a table looks like is known to one folder."""
    name = os.path.basename(path)
    if not path.startswith("src/") or path.startswith("src/store/") or name.startswith("test_") or name.endswith("_test.c"):
        return
    for number, line in enumerate(lines, 1):
        if re.search(r'"\s*(SELECT [^"%]|INSERT INTO |UPDATE |DELETE FROM )', line):
            find(path, number, "SQL is only for src/store: a function there says what is meant")


def check_calls(path, code):
    for match in re.finditer(r"\b(MIN|MAX)\(\w+\([^;]*?\berr\)", code):
        find(path, code.count("\n", 0, match.start()) + 1, f"{match[1]}() would call that twice: put the result into a variable first")
    banned = "|".join(list(BANNED) + (sorted(SLEEPS) if path.endswith("_test.c") else []))
    for match in re.finditer(rf"(?<![\w.>])({banned})\s*\(", code):
        line = code.count("\n", 0, match.start()) + 1
        name = match.group(1)
        find(path, line, f"{name}() is banned: " + BANNED.get(name, "wait for the event, not for time"))


def check_sizes(path, code, lines):
    if len(lines) > MAX_FILE_LINES:
        find(path, len(lines), f"{len(lines)} lines: above {MAX_FILE_LINES}, look for the second concern")
    start = None
    for number, line in enumerate(code.split("\n"), 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            length = number - start - 1
            if length > MAX_FUNCTION_LINES:
                find(path, start, f"a function of {length} lines: at most {MAX_FUNCTION_LINES}")
            elif length > NOTE_FUNCTION_LINES:
                notes.append(f"{path}:{start}: note: a function of {length} lines")
            start = None


def repository_files():
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], check=True, capture_output=True, text=True)
    return listing.stdout.splitlines()


def is_text(path):
    if not os.path.isfile(path) or path.startswith(("fuzz/corpus/", "tests/demo/mail/")):
        return False
    return path.endswith(TEXT) or path in ("dev", ".ci/run", "LICENSE", "meson.build", "meson_options.txt")


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    for path in sys.argv[1:] or repository_files():
        if not is_text(path):
            continue
        with open(path, encoding="utf-8", errors="replace") as file:
            content = file.read()
        lines = content.split("\n")[:-1] if content.endswith("\n") else content.split("\n")
        check_text(path, lines)
        if path.endswith((".c", ".h")):
            code = COMMENT_OR_STRING.sub(blank, content)
            check_includes(path, lines)
            check_sql(path, lines)
            check_calls(path, code)
            check_sizes(path, code, lines)
    for line in notes + findings:
        print(line)
    if findings:
        print(f"lint: {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
