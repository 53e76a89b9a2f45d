#!/usr/bin/python3
"""How many requests a second `hauspost serve` answers, and how fast, with wrk on the same machine.

    bench/http_bench.py [--seconds 5] [--connections 32]

One serve with one account; health without sign-in, the rest with a token. Asked for: 5,000 a second for health. wrk takes processor time of its
own: on a busy machine look at the processor time of serve for one request.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "tests")]

from servers.private import processor_seconds  # noqa: E402
from support import Home  # noqa: E402

SETUP = """
accounts:
  support:
    name: Support
    send: { address: support@example.test, host: smtp.example.test, password: bench-password }
    receive: { host: imap.example.test, use_sender_login: true }
"""
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


def memory_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) / 1024


def measure(url, options, headers, pid):
    before = processor_seconds(pid)
    words = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}", "--latency", *headers, url]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    spent = processor_seconds(pid) - before
    latencies = {match.group(1): float(match.group(2)) * UNITS[match.group(3)]
                 for match in re.finditer(r"(50|99)%\s+([\d.]+)(us|ms|s)\b", said)}
    count = int(re.search(r"(\d+) requests in", said).group(1))
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if wrong:
        raise SystemExit(f"{url}: {wrong.group(1)} of {count} answers were failures")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), latencies, spent / count * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing (apt-get install wrk)")
    with Home() as home:
        home.apply(SETUP)
        home.run("operator", "add", "bench", "--role", "administrator")
        token = re.search(r"hp_\S+", home.run("operator", "token", "bench", "--label", "bench").out).group(0)
        home.serve_http()
        pid = home.server.pid
        results = {}
        print(f"{options.connections} connections, {options.seconds} s each\n"
              f"{'':32}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'serve µs':>10}")
        for path in ("/healthz", "/readyz", "/", "/api/v1/accounts/support", "/api/v1/accounts", "/api/v1/cases"):
            headers = ["-H", f"Authorization: Bearer {token}"] if path.startswith("/api/") else []
            try:
                rate, latencies, cost = measure(home.url + path, options, headers, pid)
            except SystemExit as fault:
                print(f"{path:32}{fault}")
                continue
            results[path] = {"rate": rate, "p50_ms": latencies["50"], "p99_ms": latencies["99"], "serve_us": cost}
            print(f"{path:32}{rate:12,.0f}{latencies['50']:9.2f}{latencies['99']:9.2f}{cost:10.0f}")
        print(f"peak memory of serve: {memory_mib(pid):.0f} MiB")
        if options.json:
            print(json.dumps(results))


if __name__ == "__main__":
    main()
