"""A private Postfix: SMTP with STARTTLS, SMTPS, log-in through a private Dovecot, to which it delivers by LMTP. Needs root."""

import grp
import os
import pwd
import shutil
import subprocess
import time

from servers.private import Server, ServerMissing, can_connect, free_port, make_certificates

SUPPORT = "/usr/lib/postfix/sbin"


class Postfix(Server):
    """ports: smtp_port (plain, STARTTLS), smtps_port; ca: the CA's PEM file. Mail to any address at a name below .test, and at localhost, is
    delivered to the mailbox of its local part in `deliver_to` (a Dovecot); without one it is discarded. `login_required`: mail is taken
    only after AUTH (which needs deliver_to). `settings`: further main.cf lines."""

    name = "postfix"

    def __init__(self, deliver_to=None, login_required=False, settings=""):
        if not shutil.which("postfix", path="/usr/sbin"):
            raise ServerMissing("postfix is not installed")
        if os.getuid() != 0:
            raise ServerMissing("postfix needs root")
        super().__init__()
        self.dovecot, self.login_required, self.settings = deliver_to, login_required, settings
        make_certificates(self.path("tls"))
        self.ca = self.path("tls", "ca.pem")
        self.config = self.path("etc")
        postfix = pwd.getpwnam("postfix")
        os.makedirs(self.path("queue"), mode=0o755)
        os.makedirs(self.path("data"), mode=0o700)
        os.chown(self.path("data"), postfix.pw_uid, postfix.pw_gid)

    def configure(self):
        self.smtp_port, self.smtps_port = free_port(), free_port()
        transport = f"lmtp:inet:127.0.0.1:{self.dovecot.lmtp_port}" if self.dovecot else "discard:"
        login = f"smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = {self.dovecot.auth_socket}\n" \
            if self.dovecot else ""
        allowed = "permit_sasl_authenticated, reject" if self.login_required else "permit_mynetworks, reject"
        self.write("etc/main.cf", f"""
compatibility_level = 3.6
queue_directory = {self.path("queue")}
data_directory = {self.path("data")}
command_directory = /usr/sbin
daemon_directory = {SUPPORT}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {self.log_path}
maillog_file_prefixes = {os.path.dirname(self.folder)}
syslog_name = postfix
myhostname = mx.example.test
mydestination =
mynetworks = 127.0.0.0/8 [::1]/128
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
virtual_mailbox_domains = static:all
virtual_transport = {transport}
lmtp_destination_recipient_limit = 1
local_header_rewrite_clients =
alias_maps =
alias_database =
local_recipient_maps =
smtpd_relay_restrictions = {allowed}
smtpd_recipient_restrictions = {allowed}
smtpd_tls_cert_file = {self.path("tls", "server.pem")}
smtpd_tls_key_file = {self.path("tls", "server.key")}
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
message_size_limit = 10485760
mailbox_size_limit = 0
minimal_backoff_time = 1s
queue_run_delay = 1s
{login}{self.settings}
""")
        # Postfix waits two seconds where main.cf is so new that somebody may still be writing it.
        os.utime(self.path("etc", "main.cf"), (time.time() - 60, time.time() - 60))
        programs = "\n".join(f"{name} unix {private} - n {wakeup} {limit} {program}" for name, private, wakeup, limit, program in (
            ("cleanup", "n", "-", 0, "cleanup"), ("qmgr", "n", "300", 1, "qmgr"), ("rewrite", "-", "-", "-", "trivial-rewrite"),
            ("bounce", "-", "-", 0, "bounce"), ("defer", "-", "-", 0, "bounce"), ("trace", "-", "-", 0, "bounce"),
            ("verify", "-", "-", 1, "verify"), ("flush", "n", "1000?", 0, "flush"), ("proxymap", "-", "-", "-", "proxymap"),
            ("smtp", "-", "-", "-", "smtp"), ("relay", "-", "-", "-", "smtp"), ("lmtp", "-", "-", "-", "lmtp"),
            ("error", "-", "-", "-", "error"), ("retry", "-", "-", "-", "error"), ("discard", "-", "-", "-", "discard"),
            ("anvil", "-", "-", 1, "anvil"), ("scache", "-", "-", 1, "scache"), ("tlsmgr", "-", "1000?", 1, "tlsmgr"),
            ("showq", "n", "-", "-", "showq")))
        self.write("etc/master.cf", f"""
127.0.0.1:{self.smtp_port} inet n - n - - smtpd
127.0.0.1:{self.smtps_port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
postlog unix-dgram n - n - 1 postlogd
{programs}
""")
        self._make_queue()

    def _make_queue(self):
        """What `postfix check` would make, without the seconds it takes to look at the whole installation."""
        postfix, postdrop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"):
            os.makedirs(self.path("queue", name), mode=0o700, exist_ok=True)
            os.chown(self.path("queue", name), postfix, -1)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            os.makedirs(self.path("queue", name), exist_ok=True)
            os.chown(self.path("queue", name), postfix, postdrop)
            os.chmod(self.path("queue", name), mode)
        os.makedirs(self.path("queue", "pid"), mode=0o755, exist_ok=True)

    def command(self):
        return [f"{SUPPORT}/master", "-c", self.config, "-d"]

    def is_ready(self):
        return can_connect(self.smtp_port) and can_connect(self.smtps_port)

    def version(self):
        words = ["/usr/sbin/postconf", "-c", self.config, "-h", "mail_version"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    def queue_length(self):
        run = subprocess.run(["/usr/sbin/postqueue", "-c", self.config, "-j"], capture_output=True, text=True, check=False)
        return len(run.stdout.splitlines())
