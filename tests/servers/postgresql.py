"""A private PostgreSQL cluster: a unix socket in its temporary folder, no TCP, no fsync. It refuses to run as root and becomes nobody then."""

import glob
import os
import shutil
import subprocess

from servers.private import Server, ServerMissing

NOBODY = 65534


class PostgreSQL(Server):
    name = "postgresql"

    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
        if not found:
            raise ServerMissing("postgresql is not installed")
        super().__init__()
        self.programs, self.databases = os.path.dirname(found[-1]), 0
        self.prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
        os.chmod(self.folder, 0o755)
        os.makedirs(self.path("data"), mode=0o700)
        os.makedirs(self.path("socket"), mode=0o755)
        if os.getuid() == 0:
            for name in ("data", "socket"):
                os.chown(self.path(name), NOBODY, NOBODY)

    def configure(self):
        if os.listdir(self.path("data")):
            return
        made = os.environ.get("HAUSPOST_TEST_CLUSTER")
        if made:    # `./dev test` makes one for all to copy
            subprocess.run([*self.prefix, "cp", "-R", os.path.join(made, "."), self.path("data")], check=True)
        else:
            self.call("initdb", "-D", self.path("data"), "-U", "hauspost", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def call(self, program, *words):
        run = subprocess.run([*self.prefix, os.path.join(self.programs, program), *words], capture_output=True, text=True, cwd="/", check=False)
        if run.returncode != 0:
            raise RuntimeError(f"{program}: {run.stderr}")
        return run.stdout

    def command(self):
        return [*self.prefix, os.path.join(self.programs, "postgres"), "-D", self.path("data"), "-k", self.path("socket"),
                "-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB",
                # A kill leaves shared memory behind for ever, but for what lies in the folder.
                "-c", "autovacuum=off", "-c", "dynamic_shared_memory_type=mmap"]

    def is_ready(self):
        return shutil.which("psql") is not None and self.psql("postgres", "SELECT 1", check=False) == "1\n"

    def psql(self, database, statement, check=True):
        run = subprocess.run([os.path.join(self.programs, "psql"), "-X", "-A", "-t", "-h", self.path("socket"), "-U", "hauspost", "-d", database,
                              "-c", statement], capture_output=True, text=True, check=False)
        if check and run.returncode != 0:
            raise RuntimeError(f"psql: {statement}: {run.stderr}")
        return run.stdout

    def new_database(self, template="template0"):
        """The name of a new database."""
        self.databases += 1
        name = f"t{self.databases}"
        self.psql("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def url(self, database):
        return f"postgresql://hauspost@/{database}?host={self.path('socket')}"
