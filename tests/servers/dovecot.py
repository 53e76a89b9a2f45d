"""A private Dovecot: IMAP and POP3 (plain and STARTTLS), IMAPS, POP3S, LMTP, and a SASL service for Postfix. Every user exists, with the same password."""

import grp
import os
import pwd
import shutil
import subprocess

from servers.mailbox import Mailbox
from servers.private import Server, ServerMissing, can_connect, free_port, make_certificates, processor_seconds

NOBODY = 65534


class Dovecot(Mailbox, Server):
    """ports: imap_port (plain, STARTTLS), imaps_port, the same for pop3, lmtp_port; ca: the CA's PEM file; auth_socket: for smtpd_sasl_path.

    `extra` is appended to the configuration; `mail_location` "maildir:~/mail" or "mdbox:~/mdbox" (faster, for benchmarks)."""

    name = "dovecot"

    def __init__(self, password="pw", extra="", mail_location="maildir:~/mail"):
        if not shutil.which("dovecot", path="/usr/sbin") or not os.path.exists("/usr/lib/dovecot/pop3"):
            raise ServerMissing("dovecot-imapd or dovecot-pop3d is not installed")
        super().__init__()
        self.password, self.extra, self.mail_location = password, extra, mail_location
        make_certificates(self.path("tls"))
        self.ca = self.path("tls", "ca.pem")
        self.auth_socket = self.path("run", "auth-postfix")
        self.config = self.path("dovecot.conf")
        os.makedirs(self.path("mail"), mode=0o777)
        os.chmod(self.path("mail"), 0o777)

    def configure(self):
        self.imap_port, self.imaps_port, self.lmtp_port = free_port(), free_port(), free_port()
        self.pop3_port, self.pop3s_port = free_port(), free_port()
        if os.getuid() == 0:
            users, uid, gid, chroot = "", NOBODY, NOBODY, ""
        else:
            uid, gid = os.getuid(), os.getgid()
            user, group = pwd.getpwuid(uid).pw_name, grp.getgrgid(gid).gr_name
            users = f"default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n"
            chroot = "  chroot =\n"
        self.write("dovecot.conf", f"""
base_dir = {self.path("run")}
state_dir = {self.path("state")}
log_path = {self.log_path}
{users}protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{self.path("tls", "server.pem")}
ssl_key = <{self.path("tls", "server.key")}
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %Ln
mail_location = {self.mail_location}
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
mail_save_crlf = yes
mail_max_userip_connections = 2000
postmaster_address = postmaster@example.test
hostname = localhost
passdb {{
  driver = static
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={self.path("mail")}/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = no
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = no
  }}
}}
service imap-login {{
{chroot}  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
    ssl = yes
  }}
}}
service pop3-login {{
{chroot}  inet_listener pop3 {{
    port = {self.pop3_port}
  }}
  inet_listener pop3s {{
    port = {self.pop3s_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {self.lmtp_port}
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0666
  }}
}}
service anvil {{
{chroot}}}
service stats {{
{chroot}}}
{self.extra}
""")

    def command(self):
        return ["/usr/sbin/dovecot", "-F", "-c", self.config]

    def is_ready(self):
        return all(can_connect(port) for port in (self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port, self.lmtp_port))

    def doveadm(self, *words, input_bytes=None):
        """Standard output of a doveadm command, as text."""
        run = subprocess.run(["/usr/bin/doveadm", "-c", self.config, *words], input=input_bytes, capture_output=True, check=False)
        if run.returncode != 0:
            raise RuntimeError(f"doveadm {' '.join(words)}: {run.stderr.decode()}")
        return run.stdout.decode("utf-8", "replace")

    def version(self):
        return subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True, check=True).stdout.split()[0]

    def change_uidvalidity(self, user, folder="INBOX"):
        """As after a restored backup: the same mails under a new UIDVALIDITY."""
        status = self.doveadm("-f", "flow", "mailbox", "status", "-u", user, "uidvalidity", folder)
        now = int(status.rpartition("uidvalidity=")[2].split()[0])
        self.doveadm("mailbox", "update", "-u", user, "--uid-validity", str(now + 1), folder)

    def processor_seconds(self):
        return processor_seconds(self.process.pid)
