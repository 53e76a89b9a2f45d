#!/usr/bin/python3
"""Runs every fuzz target of a build folder for a while, and keeps what it finds.

    tools/fuzz.py [--build build-fuzz] [--jobs N] [--seconds S] [TARGET...]

A target BUILD/fuzz/NAME_fuzz starts from fuzz/corpus/NAME and uses fuzz/NAME.dict where they exist. New inputs are gathered in
.cache/fuzz/NAME, findings in .cache/fuzz/findings/NAME-*. Ends with 1 where there was a finding.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

WORK = ".cache/fuzz"
FINDINGS = os.path.join(WORK, "findings")


def run_target(program, seconds):
    """(name, findings, one line for the summary)."""
    name = os.path.basename(program).removesuffix("_fuzz")
    gathered = os.path.join(WORK, name)
    os.makedirs(gathered, exist_ok=True)
    log = os.path.join(WORK, name + ".log")
    command = [program, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1",
               f"-artifact_prefix={FINDINGS}/{name}-", gathered]
    corpus, words = f"fuzz/corpus/{name}", f"fuzz/{name}.dict"
    if os.path.isdir(corpus):
        command.append(corpus)
    if os.path.exists(words):
        command.insert(1, f"-dict={words}")
    before = set(glob.glob(f"{FINDINGS}/{name}-*"))
    with open(log, "wb") as output:
        run = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    found = sorted(set(glob.glob(f"{FINDINGS}/{name}-*")) - before)
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    coverage = re.findall(r"cov: (\d+)", text)
    line = f"{name}: {executed.group(1) if executed else '?'} runs, {coverage[-1] if coverage else '?'} edges"
    if run.returncode != 0:
        found = found or [log]
        line += ", FOUND: " + " ".join(found)
        sys.stdout.write("\n".join(text.splitlines()[-40:]) + "\n")
    return name, found, line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build-fuzz")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("targets", nargs="*")
    arguments = parser.parse_args()
    os.makedirs(FINDINGS, exist_ok=True)
    programs = sorted(path for path in glob.glob(os.path.join(arguments.build, "fuzz", "*_fuzz")) if os.access(path, os.X_OK))
    if arguments.targets:
        programs = [path for path in programs if os.path.basename(path).removesuffix("_fuzz") in arguments.targets]
    if not programs:
        print("fuzz: no such target", file=sys.stderr)
        return 1
    total = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for _, found, line in pool.map(lambda program: run_target(program, arguments.seconds), programs):
            total += len(found)
            print(line, flush=True)
    print(f"fuzz: {len(programs)} targets, {arguments.seconds} s each, {total} findings")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
