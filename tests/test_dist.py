"""A release's tarball: what is committed, and the Studio as it was built; without Node it is configured and takes the Studio in."""

import glob
import os
import re
import subprocess
import tarfile
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def without_node(folder):
    """A PATH with everything of /usr/bin but Node's programs."""
    os.mkdir(folder)
    for name in os.listdir("/usr/bin"):
        if name not in ("node", "nodejs", "npm", "npx"):
            os.symlink(os.path.join("/usr/bin", name), os.path.join(folder, name))
    return folder


class Dist(unittest.TestCase):
    def test_the_tarball_builds_without_node(self):
        if not os.path.exists(os.path.join(ROOT, ".git")) or not os.path.exists(os.path.join(ROOT, "web", "dist", "index.html")):
            self.skipTest("needs a git checkout in which the Studio is built")
        top = self.enterContext(tempfile.TemporaryDirectory(prefix="hauspost-dist-"))
        subprocess.run([os.path.join(ROOT, "dev"), "dist", top], check=True, capture_output=True)
        (path,) = glob.glob(os.path.join(top, "hauspost-*.tar.gz"))
        with tarfile.open(path) as tar:
            self.assertEqual({(member.uid, member.gid) for member in tar}, {(0, 0)})
            tar.extractall(top, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(top)
        tree = path.removesuffix(".tar.gz")
        self.assertFalse(os.path.exists(os.path.join(tree, "web", "node_modules")))
        environment = {**os.environ, "PATH": without_node(os.path.join(top, "bin"))}
        build = os.path.join(top, "build")
        subprocess.run(["meson", "setup", build, tree], check=True, capture_output=True, env=environment)
        subprocess.run(["ninja", "-C", build, "src/api/studio_files.c"], check=True, capture_output=True, env=environment)
        with open(os.path.join(build, "src", "api", "studio_files.c"), encoding="ascii") as file:
            names = re.findall(r'^\{"(/[^"]+)", "', file.read(), re.M)
        self.assertIn("/index.html", names)
        with open(os.path.join(tree, "web", "dist", "index.html"), encoding="utf-8") as file:
            for name in re.findall(r'(?:src|href)="\./(assets/[^"]+)"', file.read()):
                self.assertIn("/" + name, names)


if __name__ == "__main__":
    unittest.main()
