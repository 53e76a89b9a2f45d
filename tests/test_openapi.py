"""The description of the API is valid OpenAPI 3.1, by another's checker and by what we ask besides."""

import json
import os
import shutil
import subprocess
import unittest

from openapi_check import Description, Undescribed
from support import Home

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(os.path.dirname(HERE), ".cache", "npm", "openapi", "node_modules")


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Home())
        cls.text = cls.home.run("openapi").out
        cls.description = Description(json.loads(cls.text))

    def test_every_operation_says_what_it_does(self):
        self.assertGreater(len(self.description.operations), 60)
        self.assertEqual(list(self.description.faults()), [])

    def test_another_checker_finds_nothing(self):
        node = shutil.which("node", path="/usr/local/bin:/usr/bin")
        if not node or not os.path.isdir(MODULES):
            self.skipTest("nodejs, or the validator from npm, is not installed (./dev setup)")
        path = self.home.write("openapi.json", self.text)
        done = subprocess.run([node, os.path.join(HERE, "openapi", "validate.mjs"), MODULES, path], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_checker_of_answers_can_fail(self):
        good = {"items": [], "next": None}
        self.description.check_answer("GET", "/api/v1/templates", 200, "application/json", json.dumps(good).encode())
        for status, kind, body in (
                (200, "application/json", {"items": [{"id": "a"}], "next": None}),
                (200, "application/json", {"items": []}),
                (200, "text/html", good),
                (204, "", ""),
                (404, "application/problem+json", {"title": "Not Found"})):
            with self.subTest(status=status, kind=kind), self.assertRaises(Undescribed):
                self.description.check_answer("GET", "/api/v1/templates", status, kind, json.dumps(body).encode())
        with self.assertRaises(Undescribed):
            self.description.check_request("PUT", "/api/v1/templates/a", {}, {"id": "a", "text": "hello"})
        with self.assertRaises(Undescribed):
            self.description.check_request("POST", "/api/v1/templates", {}, {"id": "a", "text": 5})


if __name__ == "__main__":
    unittest.main()
