#!/usr/bin/python3
"""Adds up what meson's tests said.

    tools/report.py [--step NAME=passed|failed]... BUILD...
        reads BUILD/meson-logs/testlog.json of each build folder and prints a table; the last line is
        "N passed, N failed" (and ", N skipped" where something was). Counted are the cases within the test programs
        (cmocka, unittest) and the steps named; a program that ends badly without a failed case is one failure.
    tools/report.py --targets BUILD SUITE
        prints the ninja targets that the tests of SUITE need.
"""

import argparse
import json
import os
import re
import subprocess
import sys

CMOCKA = re.compile(r"^\[ *(OK|FAILED|ERROR|SKIPPED) *\] (?!.*test\(s\))(\S+)", re.M)
UNITTEST_END = re.compile(r"^Ran (\d+) tests? in", re.M)
UNITTEST_BAD = re.compile(r"\b(failures|errors|skipped|unexpected successes)=(\d+)")
SKIPPED_PROGRAM = 77


def cases_of(test):
    """(passed, failed, skipped) of one test program."""
    output = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
    result = test["result"]
    if result == "SKIP" or test.get("returncode") == SKIPPED_PROGRAM:
        return 0, 0, 1
    passed = failed = skipped = 0
    words = [match[0] for match in CMOCKA.findall(output)]
    if words:
        passed, skipped = words.count("OK"), words.count("SKIPPED")
        # The list of failed tests at the end repeats their names; a failing case is named at least once.
        failed = len({match[1] for match in CMOCKA.findall(output) if match[0] in ("FAILED", "ERROR")})
    elif (end := UNITTEST_END.search(output)) is not None:
        bad = {word: int(number) for word, number in UNITTEST_BAD.findall(output[end.end():])}
        skipped = bad.pop("skipped", 0)
        failed = sum(bad.values())
        passed = int(end.group(1)) - failed - skipped
    elif result in ("OK", "EXPECTEDFAIL"):
        passed = 1
    if result not in ("OK", "EXPECTEDFAIL") and failed == 0:
        failed = 1
    return passed, failed, skipped


def read_log(build):
    path = os.path.join(build, "meson-logs", "testlog.json")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", errors="replace") as log:
        return [json.loads(line) for line in log if line.strip()]


def report(builds, steps):
    rows, total = [], [0, 0, 0]
    for build in builds:
        tests = read_log(build)
        if not tests and build == builds[0]:
            print(f"report: no test ran in {build}", file=sys.stderr)
            rows.append((build, "(no test ran)", 0, 1, 0, 0.0))
        for test in tests:
            rows.append((build, test["name"], *cases_of(test), test.get("duration", 0.0)))
    for step in steps:
        name, _, result = step.partition("=")
        rows.append(("", name, int(result == "passed"), int(result != "passed"), 0, 0.0))

    width = max(len(row[1]) for row in rows)
    print(f"{'build':<12} {'test':<{width}} {'passed':>6} {'failed':>6} {'skipped':>7} {'seconds':>8}")
    for build, name, passed, failed, skipped, seconds in rows:
        mark = "  <-- failed" if failed else ""
        print(f"{build:<12} {name:<{width}} {passed:>6} {failed:>6} {skipped:>7} {seconds:>8.2f}{mark}")
        for column, number in enumerate((passed, failed, skipped)):
            total[column] += number
    print()
    print(f"{total[0]} passed, {total[1]} failed" + (f", {total[2]} skipped" if total[2] else ""))
    return 1 if total[1] else 0


def print_targets(build, suite):
    listing = subprocess.run(["meson", "introspect", "--tests", build], check=True, capture_output=True, text=True)
    top = os.path.abspath(build) + os.sep
    targets = set()
    for test in json.loads(listing.stdout):
        if suite in [name.rpartition(":")[2] for name in test["suite"]]:
            targets.update(word[len(top):] for word in test["cmd"] + list(test["env"].values()) if word.startswith(top))
    for target in sorted(targets):
        print(target)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", action="append", default=[], metavar="NAME=RESULT")
    parser.add_argument("--targets", action="store_true", help="print the targets of a suite instead")
    parser.add_argument("words", nargs="+", metavar="BUILD")
    arguments = parser.parse_args()
    if arguments.targets:
        return print_targets(*arguments.words)
    return report(arguments.words, arguments.step)


if __name__ == "__main__":
    sys.exit(main())
