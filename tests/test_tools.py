"""The tools that judge the house: the report adds up rightly, the lint finds what it is there to find."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def load(name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(ROOT, "tools", name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def meson_test(result, stdout="", stderr="", returncode=0):
    return {"name": "x", "result": result, "stdout": stdout, "stderr": stderr, "returncode": returncode, "duration": 0.5}


class Report(unittest.TestCase):
    TABLE = [
        ("a program without cases counts as one", meson_test("OK"), (1, 0, 0)),
        ("cmocka's cases are counted", meson_test("OK", "[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n[       OK ] b\n"
                                                  "[  PASSED  ] 2 test(s).\n"), (2, 0, 0)),
        ("a failed case counts once", meson_test("FAIL", "[       OK ] a\n[  FAILED  ] b\n[  PASSED  ] 1 test(s).\n"
                                                 "[  FAILED  ] t: 1 test(s), listed below:\n[  FAILED  ] b\n", returncode=1), (1, 1, 0)),
        ("a crash behind good cases is a failure", meson_test("FAIL", "[       OK ] a\n", returncode=-6), (1, 1, 0)),
        ("a timeout is a failure", meson_test("TIMEOUT", returncode=-9), (0, 1, 0)),
        ("unittest's cases are counted", meson_test("OK", "", "Ran 4 tests in 1.2s\n\nOK (skipped=1)\n"), (3, 0, 1)),
        ("unittest's failures are counted", meson_test("FAIL", "", "Ran 4 tests in 1.2s\n\nFAILED (failures=1, errors=1)\n",
                                                       returncode=1), (2, 2, 0)),
        ("a skipped program is no success", meson_test("SKIP", returncode=77), (0, 0, 1)),
    ]

    def test_cases_of_one_program(self):
        report = load("report")
        for what, test, expected in self.TABLE:
            with self.subTest(what):
                self.assertEqual(report.cases_of(test), expected)

    def run_report(self, *tests, steps=()):
        with tempfile.TemporaryDirectory() as build:
            os.makedirs(os.path.join(build, "meson-logs"))
            with open(os.path.join(build, "meson-logs", "testlog.json"), "w", encoding="utf-8") as log:
                for test in tests:
                    log.write(json.dumps(test) + "\n")
            return subprocess.run([os.path.join(ROOT, "tools", "report.py"), *(f"--step={step}" for step in steps), build],
                                  capture_output=True, text=True, check=False)

    def test_last_line_and_exit_code(self):
        good = self.run_report(meson_test("OK"), meson_test("OK"), steps=["lint=passed"])
        self.assertEqual((good.stdout.splitlines()[-1], good.returncode), ("3 passed, 0 failed", 0))
        bad = self.run_report(meson_test("OK"), meson_test("FAIL", returncode=1), meson_test("SKIP", returncode=77))
        self.assertEqual((bad.stdout.splitlines()[-1], bad.returncode), ("1 passed, 1 failed, 1 skipped", 1))

    def test_no_test_at_all_is_a_failure(self):
        self.assertEqual(self.run_report().returncode, 1)

    def test_a_failed_step_is_a_failure(self):
        self.assertEqual(self.run_report(meson_test("OK"), steps=["lint=failed"]).returncode, 1)


class Lint(unittest.TestCase):
    LONG = "int f(void)\n{\n" + "\tg();\n" * 81 + "}\n"
    TABLE = [
        ("src/mime/a.c", "void f(char *a)\n{\n\tstrcpy(a, g());\n}\n", "a.c:3: strcpy() is banned"),
        ("src/mime/a.c", "/* strcpy(a, b) */\nconst char *x = \"strcpy(\";\n", None),
        ("src/mime/a.c", "void f(void)\n{\n\tmy_system(1);\n\tx->system(2);\n}\n", None),
        ("src/mime/a.c", '#include "../store/db.h"\n', "leaves the layer"),
        ("src/mime/a.c", "#include <openssl/ssl.h>\n", "openssl/ssl.h is only for"),
        ("src/net/a.c", "#include <openssl/ssl.h>\n", None),
        ("src/store/a.c", "#include <sqlite3.h>\n#include <libpq-fe.h>\n", None),
        ("src/intake/a.c", "#include <sqlite3.h>\n", "sqlite3.h is only for"),
        ("src/base/a.c", "#include <jansson.h>\n", "jansson.h is only for"),
        ("src/setup/a.c", "#include <yaml.h>\n", "yaml.h is only for"),
        ("src/cases/a.c", "#include <pcre2.h>\n", "pcre2.h is only for"),
        ("src/mime/a_test.c", "void f(void)\n{\n\tusleep(5);\n}\n", "usleep() is banned"),
        ("src/mime/a.c", "int x; \n", "trailing white space"),
        ("src/mime/a.c", "/* TO" + "DO: later */\n", "left open"),
        ("docs/a.md", "see /home/" + "somebody/hauspost\n", "a path of one machine"),
        ("docs/a.md", "see /home/folder and https://example.com/work/x\n", None),
        ("src/mime/a.c", LONG, "a function of 81 lines"),
        ("src/mime/a.c", "int x;\n" * 701, "701 lines: above 700"),
    ]

    def test_findings(self):
        for path, content, expected in self.TABLE:
            with self.subTest(path=path, content=content[:40]), tempfile.TemporaryDirectory() as tree:
                for name, text in ((path, content), ("tools/lint.py", open(f"{ROOT}/tools/lint.py", encoding="utf-8").read())):
                    os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
                    with open(os.path.join(tree, name), "w", encoding="utf-8") as file:
                        file.write(text)
                run = subprocess.run([sys.executable, os.path.join(tree, "tools", "lint.py"), path], capture_output=True, text=True,
                                     check=False)
                if expected:
                    self.assertIn(expected, run.stdout)
                    self.assertEqual(run.returncode, 1)
                else:
                    self.assertEqual((run.stdout, run.returncode), ("", 0))


if __name__ == "__main__":
    unittest.main(verbosity=2)
