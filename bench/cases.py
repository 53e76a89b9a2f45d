#!/usr/bin/python3
"""Case lists among many cases: the API's routes by themselves, then over HTTP against `hauspost serve`, then search.

    ./dev bench cases [--cases 1000000] [--requests 2000] [--search]

Asked for: p99 below 10 ms for each list, 2,000 requests a second for one case.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tests"))

import office  # noqa: E402
from support import Home, wait_until  # noqa: E402

PROGRAM = os.path.join(os.path.dirname(HERE), "build", "bench", "case_list")
PATHS = ["/api/v1/cases", "/api/v1/cases?open=true", "/api/v1/cases?status=open&type=request",
         "/api/v1/cases?address=customer4711@example.org", "/api/v1/cases/SUP-0004711", "/healthz"]
SEARCHES = ["printer", "printer+invoice", "refund*", "%22cable+monitor%22", "from:customer4711", "account+-login"]


def run(*words):
    out = subprocess.run([PROGRAM, *map(str, words)], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        figures = json.loads(line)
        print("{what:45} p50 {p50_ms:8.3f} ms   p99 {p99_ms:8.3f} ms   max {max_ms:8.3f} ms   {per_second:8.0f}/s".format(**figures), flush=True)


def serve(home):
    home.run("operator", "add", "bench", "--role", "administrator")
    token = home.json("operator", "token", "bench")["token"]
    home.serve("--http", "127.0.0.1:0")
    wait_until(lambda: "Studio and API:" in home.log(), 60, "serve")
    return int(re.search(r"Studio and API: \S+?:(\d+)", home.log()).group(1)), token


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--search", action="store_true", help="make the full-text index as well (minutes), and search")
    options = parser.parse_args()
    with Home() as home:
        home.apply(office.setup(accounts__sales={"name": "Sales", "send": {"address": "sales@example.test", "host": "localhost"}},
                                listeners__support__enabled=False))
        url = "sqlite:" + os.path.join(home.folder, "store.db")
        began = time.monotonic()
        run("fill", url, options.cases)
        print(f"{options.cases} cases in {time.monotonic() - began:.0f} s, {os.path.getsize(url[7:]) / 1e6:.0f} MB\n\nroutes, without sockets:")
        run("routes", url, options.requests)
        if options.search:
            began = time.monotonic()
            home.run("search", "--rebuild", timeout=1200)
            print(f"\nindexed in {time.monotonic() - began:.0f} s, now {os.path.getsize(url[7:]) / 1e6:.0f} MB")
        port, token = serve(home)
        print("\nover HTTP, 4 connections:")
        for path in PATHS:
            run("http", "127.0.0.1", port, token, options.requests * 4, 4, path)
        for query in SEARCHES if options.search else []:
            run("http", "127.0.0.1", port, token, 40, 4, f"/api/v1/search?q={query}")


if __name__ == "__main__":
    main()
