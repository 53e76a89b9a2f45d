#!/usr/bin/python3
"""Hauspost beside other programs on the same mailbox of a private Dovecot.

    bench/run.py [--count 1000] [--kind mix] [--runs 3] [--protocols imaps,imap]

Peers: hauspost (parse, case, ledger, mark seen; SQLite, synchronous FULL), mbsync (Debian's isync; raw files only, once with its fsync and
once without), imaplib (bench/peers/imaplib_reader.py: parse, SQLite, mark seen). The peers take turns; before each run every mail is unseen
again and homes and folders are fresh. Hauspost's set-up is applied before the clock starts. Printed: medians of wall time and
processor time (user and system, of the client alone), highest peak memory, and ratios to hauspost. Only compare figures of one call.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "tests")]

import generate  # noqa: E402
from servers import Dovecot  # noqa: E402
from support import HAUSPOST, Home  # noqa: E402

SETUP = """
accounts:
  bench:
    name: Bench
    send: {{ enabled: false }}
    receive:
      host: localhost
      port: {port}
      security: {security}
      allow_insecure_login: true
      user: bench
      password: pw
      tls: {{ truststore: {ca} }}
case_types:
  request: {{ name: Request, number_mask: "B-{{number:6}}" }}
rules:
  bench:
    name: Bench
    branches: [ {{ name: all, activity: create-case, case_type: request }} ]
listeners:
  bench: {{ name: Bench, account: bench, rule: bench, after: seen, automatic: handle, batch: 200 }}
"""

MBSYNC = """
FSync {fsync}

IMAPAccount bench
Host localhost
Port {port}
User bench
Pass pw
SSLType {ssl}
{certificate}

IMAPStore far
Account bench

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX

Channel bench
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState {folder}/state-
"""


def run_measured(command):
    """(wall seconds, processor seconds, peak memory in KiB) of one command; fails loudly. Memory is taken by time(1): a process that Python
    starts inherits Python's own peak."""
    with tempfile.TemporaryFile() as output, tempfile.NamedTemporaryFile("r") as peak:
        began = time.monotonic()
        process = subprocess.Popen(["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name, *command], stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            raise SystemExit(f"{command[0]} ended with {process.returncode}:\n{output.read().decode('utf-8', 'replace')}")
        return wall, usage.ru_utime + usage.ru_stime, int(peak.read())


class Bench:
    def __init__(self, dovecot, count):
        self.dovecot, self.count = dovecot, count

    def port(self, protocol):
        return self.dovecot.imaps_port if protocol == "imaps" else self.dovecot.imap_port

    def hauspost(self, protocol, folder):
        del folder
        with Home() as home:
            home.apply(SETUP.format(port=self.port(protocol), security="tls" if protocol == "imaps" else "none", ca=self.dovecot.ca))
            result = run_measured(home.command("run", "bench", "--once"))
            self.expect("hauspost", self.handled(home))
            return result

    def handled(self, home):
        """Mails marked as seen on the server: told only after the commit."""
        del home
        return sum("Seen" in flags for flags in self.dovecot.flags("bench").values())

    def mbsync(self, protocol, folder, fsync="no"):
        config = os.path.join(folder, "mbsyncrc")
        with open(config, "w", encoding="utf-8") as file:
            file.write(MBSYNC.format(port=self.port(protocol), folder=folder, fsync=fsync, ssl="IMAPS" if protocol == "imaps" else "None",
                                     certificate=f"CertificateFile {self.dovecot.ca}" if protocol == "imaps" else ""))
        result = run_measured(["/usr/bin/mbsync", "-q", "-c", config, "bench"])
        self.expect("mbsync", sum(len(os.listdir(os.path.join(folder, "INBOX", name))) for name in ("new", "cur")))
        return result

    def mbsync_fsync(self, protocol, folder):
        return self.mbsync(protocol, folder, "yes")

    def imaplib(self, protocol, folder):
        words = ["/usr/bin/python3", os.path.join(HERE, "peers", "imaplib_reader.py"), "localhost", str(self.port(protocol)), "bench", "pw",
                 os.path.join(folder, "mail.db")]
        result = run_measured([*words, self.dovecot.ca] if protocol == "imaps" else words)
        self.expect("imaplib", self.handled(None))
        return result

    def expect(self, peer, handled):
        if handled != self.count:
            raise SystemExit(f"{peer} handled {handled} of {self.count} mails: its figures would mean nothing")


def print_table(protocol, results):
    base = {column: statistics.median(run[column] for run in next(iter(results.values()))) for column in (0, 1)}
    reference = next(iter(results))
    print(f"\n{protocol:<14} {'wall s':>8} {'cpu s':>8} {'peak MB':>8}   {f'wall / {reference}':>16} {f'cpu / {reference}':>16}")
    for name, runs in results.items():
        wall, cpu = (statistics.median(run[column] for run in runs) for column in (0, 1))
        peak = max(run[2] for run in runs) / 1024
        print(f"{name:<14} {wall:>8.3f} {cpu:>8.3f} {peak:>8.1f}   {wall / base[0]:>16.2f} {cpu / base[1]:>16.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--kind", choices=("mix", "small"), default="mix")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--protocols", default="imaps,imap")
    parser.add_argument("--peers", default="hauspost,mbsync,mbsync-fsync,imaplib")
    arguments = parser.parse_args()
    if not os.access(HAUSPOST, os.X_OK) and "hauspost" in arguments.peers.split(","):
        raise SystemExit(f"{HAUSPOST} isn't there: ./dev build")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with Dovecot(mail_location="mdbox:~/mdbox") as dovecot:
        print(f"{arguments.count} mails of kind {arguments.kind} …", flush=True)
        batch = list(generate.mails(arguments.count, arguments.kind))
        size = sum(map(len, batch))
        dovecot.deliver_many("bench", batch)
        print(f"{size / 1e6:.1f} MB in the mailbox; {arguments.runs} runs, peers taking turns; private Dovecot on this machine", flush=True)
        bench = Bench(dovecot, arguments.count)
        for protocol in arguments.protocols.split(","):
            results = {name: [] for name in arguments.peers.split(",")}
            for _ in range(arguments.runs):
                for name, runs in results.items():
                    dovecot.clear_flags("bench")
                    folder = tempfile.mkdtemp(prefix="hauspost-bench-")
                    os.sync()
                    try:
                        runs.append(getattr(bench, name.replace("-", "_"))(protocol, folder))
                    finally:
                        shutil.rmtree(folder, ignore_errors=True)
            print_table(protocol, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
