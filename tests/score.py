#!/usr/bin/python3
"""What `hauspost inspect` understands of mail that others wrote, measured and kept from getting worse.

    tests/score.py [--accept] [-v]

The corpus (HAUSPOST_CORPUS, else ../shared/corpus beside the checkout) holds messages, what they should give, and the scorer. The
scores are compared with the accepted ones in tests/scores.json: a lower one fails. --accept writes the present ones there.
-v also lists the messages that fail. Without a corpus it says so and passes.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
HAUSPOST = os.environ.get("HAUSPOST") or os.path.join(ROOT, "build", "src", "cli", "hauspost")
CORPUS = os.environ.get("HAUSPOST_CORPUS") or os.path.join(ROOT, "..", "shared", "corpus")
ACCEPTED = os.path.join(HERE, "scores.json")
MESSAGES, BODIES = [], ["--body"]
SETS = {"stalwart": MESSAGES, "zbateson": MESSAGES, "mime4j": MESSAGES, "crisp": BODIES, "talon": BODIES, "sisimai-visible": MESSAGES}
# What Python's email package with a naive rule for replies and bounces reaches.
PLAIN_READER = {
    "stalwart": {"from": 98.1, "from_name": 98.1, "to": 99.1, "subject": 99.0, "body_text_exact": 80.5, "body_text_f1": 87.7,
                 "att_count": 72.9, "att_types": 53.2, "att_names": 65.8, "att_sizes_bin": 53.8, "html_text_exact": 96.3},
    "zbateson": {"subject": 88.2, "body_text_exact": 93.6, "att_count": 59.5},
    "mime4j": {"leaf_types": 83.8, "leaf_count": 86.2, "leaf_content": 67.5},
    "crisp": {"reply_exact": 52.8, "reply_line_f1": 87.4},
    "talon": {"reply_exact": 39.4, "reply_line_f1": 65.9},
    "sisimai-visible": {"is_bounce recall": 92.4, "b_status_real": 85.2, "b_class": 38.5, "b_hard": 52.0, "b_reason": 23.5},
}
# The scorer rounds to a tenth of a percent.
ROUNDING = 0.05


def inspected(name, out):
    """The lines of all files of a set, in `out`; False where this build can't read bodies."""
    with open(os.path.join(CORPUS, "expected", name + ".jsonl"), encoding="utf-8") as lines:
        files = [json.loads(line)["file"] for line in lines]
    for start in range(0, len(files), 200):
        run = subprocess.run([HAUSPOST, "inspect", "--json", *SETS[name], *files[start:start + 200]],
                             cwd=os.path.join(CORPUS, "mail"), capture_output=True, text=True, timeout=600, check=False)
        if run.returncode != 0 and SETS[name]:
            return False
        if run.returncode != 0:
            sys.exit(f"score: hauspost inspect ended with {run.returncode} on {name}:\n{run.stderr}")
        out.write("".join(line + "\n" for line in run.stdout.split("\n") if line))
    out.flush()
    return True


def scores_of(name, verbose):
    """Field -> percent, and what the scorer said of failing messages."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as out:
        if not inspected(name, out):
            return None
        run = subprocess.run(["/usr/bin/python3", os.path.join(CORPUS, "tools", "score.py"),
                              os.path.join(CORPUS, "expected", name + ".jsonl"), out.name, *(["-v"] if verbose else [])],
                             stdout=subprocess.PIPE, text=True, timeout=600, check=True)
    scores = {}
    for line in run.stdout.splitlines():
        percent = re.match(r"  (\w+) +([\d.]+)%", line)
        counted = re.match(r"  (\w+) +TP=.* recall=([\d.]+) specificity=([\d.]+|nan)", line)
        if percent:
            scores[percent[1]] = float(percent[2])
        elif counted:
            scores[counted[1] + " recall"] = round(100 * float(counted[2]), 1)
            if counted[3] != "nan":
                scores[counted[1] + " specificity"] = round(100 * float(counted[3]), 1)
        elif verbose and not line.startswith("#"):
            print("   ", line)
    return scores


def table(name, scores, accepted):
    """Prints a set's rows; returns the fields that fell."""
    fallen = []
    plain = PLAIN_READER.get(name, {})
    print(f"{name:<24} {'now':>7} {'accepted':>9} {'plain reader':>13}")
    for field, value in scores.items():
        before = accepted.get(field)
        mark = ""
        if before is not None and value < before - ROUNDING:
            fallen.append(f"{name} {field}: {value} instead of {before}")
            mark = "  LOWER"
        print(f"  {field:<22} {value:7.1f} {before if before is not None else '-':>9} {plain.get(field, '-'):>13}{mark}")
    for field in accepted:
        if field not in scores:
            fallen.append(f"{name} {field}: gone, {accepted[field]} was accepted")
    return fallen


def main():
    verbose = "-v" in sys.argv[1:]
    if not os.path.isdir(os.path.join(CORPUS, "expected")):
        print(f"score: no corpus at {os.path.normpath(CORPUS)} (HAUSPOST_CORPUS names another place): nothing measured")
        return 0
    with open(ACCEPTED, encoding="utf-8") as file:
        accepted = json.load(file)
    fallen, now = [], dict(accepted)
    for name in SETS:
        scores = scores_of(name, verbose)
        if scores is None:
            print(f"{name:<24} not measured: this build has no inspect {' '.join(SETS[name])}")
            fallen += [f"{name}: can't be measured any more"] if accepted.get(name) else []
            continue
        fallen += table(name, scores, accepted.get(name, {}))
        now[name] = scores
    if "--accept" in sys.argv[1:]:
        with open(ACCEPTED, "w", encoding="utf-8") as file:
            json.dump(now, file, indent=2)
            file.write("\n")
        print(f"written: {os.path.relpath(ACCEPTED, ROOT)}")
        return 0
    for line in fallen:
        print("score:", line, file=sys.stderr)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
