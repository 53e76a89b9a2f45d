"""The layers hold: a folder of src/ can include the headers of those it may use, and of no other.

Each try compiles one include with exactly the arguments that the build gives to a source of that folder.
"""

import concurrent.futures
import glob
import json
import os
import shlex
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("HAUSPOST_BUILD", os.path.join(ROOT, "build"))

# ARCHITECTURE.md's table. Widening it is a decision about the architecture: change that text as well.
BELOW_INTAKE = ["base", "record", "store", "security", "mime", "net", "trust", "setup", "auth", "receive", "send", "rules",
                "cases"]
MAY_USE = {
    "base": [],
    "record": ["base"],
    "store": ["base", "record"],
    "security": ["base", "record"],
    "mime": ["base"],
    "net": ["base", "record", "security"],
    "trust": ["base", "security", "mime", "net"],
    "setup": ["base", "record", "store", "security"],
    "auth": ["base", "record", "store", "security", "net", "setup"],
    "receive": ["base", "record", "store", "security", "net", "setup", "auth", "mime"],
    "send": ["base", "record", "store", "security", "net", "setup", "auth", "mime"],
    "probe": ["base", "record", "store", "security", "net", "setup", "auth", "mime", "receive", "send"],
    "rules": ["base", "record", "store", "mime", "setup"],
    "cases": ["base", "record", "store", "security", "mime", "setup", "rules"],
    "intake": BELOW_INTAKE,
    "listen": [*BELOW_INTAKE, "intake"],
    "events": [*BELOW_INTAKE, "intake"],
    "api": [*BELOW_INTAKE, "intake", "listen", "probe", "events"],
    "cli": [*BELOW_INTAKE, "intake", "listen", "probe", "events", "api"],
}


def compile_arguments(layer):
    """The compiler call for a source of the layer, without source and output; None while the layer has no sources."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), ROOT)
            if path.startswith(f"src/{layer}/") and path.endswith(".c") and not path.endswith(("_test.c", "_fuzz.c")):
                words = shlex.split(entry["command"])
                for flag in ("-o", "-MF", "-MQ", "-c"):
                    while flag in words:
                        at = words.index(flag)
                        del words[at:at + (1 if flag == "-c" else 2)]
                return [word for word in words if word not in ("-MD", entry["file"])]
    return None


def can_include(arguments, header):
    """(did it compile?, the compiler's words)"""
    snippet = f'#include "{header}"\nint layers_snippet;\nint layers_snippet = 1;\n'
    run = subprocess.run([*arguments, "-w", "-fsyntax-only", "-x", "c", "-"], cwd=BUILD, input=snippet, capture_output=True,
                         text=True, timeout=60, check=False)
    return run.returncode == 0, run.stderr


class Layers(unittest.TestCase):
    def test_base_cannot_include_mime(self):
        worked, words = can_include(compile_arguments("base"), "mime/message.h")
        self.assertFalse(worked)
        self.assertIn("mime/message.h: No such file", words.replace("'", "").replace(" file not found", ": No such file"))

    def test_base_can_include_its_own(self):
        worked, words = can_include(compile_arguments("base"), "base/str.h")
        self.assertTrue(worked, words)

    def test_every_folder_has_a_place_in_the_table(self):
        folders = {os.path.basename(os.path.dirname(path)) for path in glob.glob(os.path.join(ROOT, "src", "*", "meson.build"))}
        self.assertEqual(folders, set(MAY_USE))

    def test_includes_reach_exactly_what_the_table_allows(self):
        tries = []
        for layer, allowed in MAY_USE.items():
            arguments = compile_arguments(layer)
            if arguments is None:
                continue
            for other in MAY_USE:
                headers = sorted(glob.glob(os.path.join(ROOT, "src", other, "*.h")))
                if headers:
                    name = f"{other}/{os.path.basename(headers[0])}"
                    tries.append((layer, name, other == layer or other in allowed, arguments))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda one: can_include(one[3], one[1]), tries))
        for (layer, name, expected, _), (worked, words) in zip(tries, results, strict=True):
            with self.subTest(layer=layer, include=name):
                self.assertEqual(worked, expected, words)


if __name__ == "__main__":
    unittest.main(verbosity=2)
