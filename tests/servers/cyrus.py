"""A private Cyrus IMAP server, the second server beside Dovecot: other words, other folder names, other habits. Any user, any password."""

import grp
import os
import pwd
import subprocess

from servers.mailbox import Mailbox
from servers.private import Server, ServerMissing, can_connect, free_port, make_certificates

# Debian's packages of Dovecot and Cyrus exclude each other: ./dev unpacks Cyrus here instead of installing it.
UNPACKED = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), ".cache", "unpacked")


def installation():
    """(folder of the programs, environment to run them)"""
    for top in ("", UNPACKED):
        programs = f"{top}/usr/lib/cyrus/bin"
        if os.access(f"{programs}/imapd", os.X_OK) and os.access(f"{programs}/pop3d", os.X_OK):
            return programs, {**os.environ, "LD_LIBRARY_PATH": f"{top}/usr/lib/{os.uname().machine}-linux-gnu"}
    raise ServerMissing("cyrus-imapd and cyrus-pop3d are neither installed nor unpacked (./dev setup)")


class Cyrus(Mailbox, Server):
    """imap_port (plain, STARTTLS), imaps_port, the same for pop3, ca. `sasl`: how it checks passwords, and by which mechanisms."""

    name = "cyrus"

    def __init__(self, settings="", sasl="sasl_pwcheck_method: alwaystrue\nsasl_mech_list: PLAIN LOGIN"):
        self.programs, env = installation()
        super().__init__()
        self.env, self.settings, self.sasl = env, settings, sasl
        make_certificates(self.path("tls"))
        self.ca = self.path("tls", "ca.pem")
        user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.user, self.group = user.pw_name, grp.getgrgid(user.pw_gid).gr_name
        for name in ("state", "spool", "run"):
            os.makedirs(self.path(name), mode=0o755)
            if os.getuid() == 0:
                os.chown(self.path(name), user.pw_uid, user.pw_gid)

    def configure(self):
        self.imap_port, self.imaps_port = free_port(), free_port()
        self.pop3_port, self.pop3s_port = free_port(), free_port()
        self.write("imapd.conf", f"""
configdirectory: {self.path("state")}
defaultpartition: default
partition-default: {self.path("spool")}
cyrus_user: {self.user}
cyrus_group: {self.group}
admins: cyrus
servername: localhost
unixhierarchysep: yes
altnamespace: yes
virtdomains: off
autocreate_quota: 0
autocreate_inbox_folders: Sent
{self.sasl}
allowplaintext: yes
tls_server_cert: {self.path("tls", "server.pem")}
tls_server_key: {self.path("tls", "server.key")}
tls_client_ca_file: {self.ca}
tls_versions: tls1_2 tls1_3
idlesocket: {self.path("run", "idle")}
lmtpsocket: {self.path("run", "lmtp")}
notifysocket: {self.path("run", "notify")}
mboxname_lockpath: {self.path("run", "lock")}
proc_path: {self.path("run", "proc")}
imapidlepoll: 1
{self.settings}
""")
        self.write("cyrus.conf", f"""
START {{
  recover cmd="{self.programs}/ctl_cyrusdb -C {self.path("imapd.conf")} -r"
  idled cmd="{self.programs}/idled -C {self.path("imapd.conf")}"
}}
SERVICES {{
  imap cmd="{self.programs}/imapd -C {self.path("imapd.conf")}" listen="127.0.0.1:{self.imap_port}" proto="tcp4" prefork=1
  imaps cmd="{self.programs}/imapd -s -C {self.path("imapd.conf")}" listen="127.0.0.1:{self.imaps_port}" proto="tcp4" prefork=0
  pop3 cmd="{self.programs}/pop3d -C {self.path("imapd.conf")}" listen="127.0.0.1:{self.pop3_port}" proto="tcp4" prefork=0
  pop3s cmd="{self.programs}/pop3d -s -C {self.path("imapd.conf")}" listen="127.0.0.1:{self.pop3s_port}" proto="tcp4" prefork=0
}}
EVENTS {{
}}
""")

    def command(self):
        return [f"{self.programs}/master", "-D", "-C", self.path("imapd.conf"), "-M", self.path("cyrus.conf"), "-p",
                self.path("run", "master.pid"), "-r", self.path("run", "ready")]

    def is_ready(self):
        return all(can_connect(port) for port in (self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port))

    def run_tool(self, name, *words):
        subprocess.run([f"{self.programs}/{name}", "-C", self.path("imapd.conf"), *words], env=self.env, check=True, capture_output=True)
