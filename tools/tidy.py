#!/usr/bin/python3
"""Runs clang-tidy within a time budget, and not again over what it has already seen.

    tools/tidy.py [--build build-clang] [--jobs N] [--seconds S]

A clean result is remembered under .cache/tidy by the hash of the file, its headers, its compile command and .clang-tidy. Files changed
since the branch left main go first, the others in an order that each commit shuffles, so that all have their turn on a new machine, too.
Files the budget doesn't reach are counted at the end: the next run takes them.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time

CACHE = ".cache/tidy"


def compile_commands(build):
    """Source file (relative to the repository) → its entry in compile_commands.json."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    commands = {}
    for entry in entries:
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]))
        if path.startswith(("src/", "fuzz/", "bench/", "tests/")):
            commands[path] = entry
    return commands


def changed_files():
    for base in ("origin/main", "main", "HEAD~1"):
        fork = subprocess.run(["git", "merge-base", "HEAD", base], capture_output=True, text=True, check=False)
        if fork.returncode == 0:
            listing = subprocess.run(["git", "diff", "--name-only", fork.stdout.strip()], capture_output=True, text=True,
                                     check=False)
            return set(listing.stdout.split())
    return set()


def fingerprint(entry, settings):
    """Hash of everything the result depends on."""
    words = [word for word in shlex.split(entry["command"])]
    for flag in ("-o", "-MF", "-MQ"):
        while flag in words:
            at = words.index(flag)
            del words[at:at + 2]
    words = [word for word in words if word not in ("-MD", "-c")]
    listing = subprocess.run([*words, "-MM"], cwd=entry["directory"], capture_output=True, text=True, check=False)
    digest = hashlib.sha256(settings)
    digest.update(" ".join(words).encode())
    for name in sorted(set(listing.stdout.replace("\\\n", " ").split()[1:])):
        with open(os.path.join(entry["directory"], name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def look_at(path, entry, settings, build, deadline):
    """(path, None where not reached, "" where clean, else clang-tidy's words)."""
    mark = os.path.join(CACHE, fingerprint(entry, settings))
    if os.path.exists(mark):
        return path, ""
    if time.monotonic() > deadline:
        return path, None
    # cmocka's assertions return as far as the analyser can tell: in tests it would follow paths that end there.
    checks = ["--checks=-clang-analyzer-*"] if path.endswith("_test.c") else []
    run = subprocess.run(["clang-tidy-14", "--quiet", *checks, "-p", build, path], capture_output=True, text=True, check=False)
    output = run.stdout.strip()
    if run.returncode == 0 and not re.search(r": (warning|error): ", output):
        with open(mark, "w", encoding="utf-8") as file:
            file.write(path + "\n")
        return path, ""
    return path, output or run.stderr.strip() or "clang-tidy failed"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build-clang")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=150)
    arguments = parser.parse_args()
    os.makedirs(CACHE, exist_ok=True)
    with open(".clang-tidy", "rb") as file:
        settings = file.read()
    commands = compile_commands(arguments.build)
    changed = changed_files()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout
    order = sorted(commands, key=lambda path: (path not in changed, hashlib.sha256((commit + path).encode()).digest()))
    deadline = time.monotonic() + arguments.seconds
    bad, unreached = 0, []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        jobs = [pool.submit(look_at, path, commands[path], settings, arguments.build, deadline) for path in order]
        for job in jobs:
            path, output = job.result()
            if output is None:
                unreached.append(path)
            elif output:
                bad += 1
                print(output)
    looked = len(order) - len(unreached)
    print(f"clang-tidy: {looked} of {len(order)} files looked at, {bad} with findings")
    if unreached:
        print(f"clang-tidy: {len(unreached)} files not reached within {arguments.seconds:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
