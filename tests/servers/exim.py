"""A private Exim, the SMTP server beside Postfix: other words, GnuTLS instead of OpenSSL, CRAM-MD5. Mail stays in its queue. Needs root."""

import glob
import grp
import os
import pwd

from servers.cyrus import UNPACKED
from servers.private import Server, ServerMissing, can_connect, free_port, make_certificates

USER = "Debian-exim"  # compiled into Debian's Exim; where it doesn't exist, a library tells Exim that it does


def installation():
    """(program, environment to run it)"""
    if os.access("/usr/sbin/exim4", os.X_OK):
        return "/usr/sbin/exim4", {}
    libraries = f"{UNPACKED}/usr/lib/{os.uname().machine}-linux-gnu"
    if os.access(f"{UNPACKED}/usr/sbin/exim4", os.X_OK) and os.path.exists(f"{libraries}/libnss_wrapper.so"):
        return f"{UNPACKED}/usr/sbin/exim4", {"LD_LIBRARY_PATH": libraries, "LD_PRELOAD": f"{libraries}/libnss_wrapper.so"}
    raise ServerMissing("exim4-daemon-light is neither installed nor unpacked (./dev setup)")


class Exim(Server):
    """smtp_port (plain, STARTTLS), smtps_port, ca. User "support", password as given; log-in is offered over TLS only (or always: `plain_login`) and
    needed to send; "support" may send as support@ alone. Recipients whose local part begins with "grey" are put off, "listed" refused."""

    name = "exim"

    def __init__(self, password="pw", plain_login=False, settings=""):
        self.program, self.env_extra = installation()
        if os.getuid() != 0:
            raise ServerMissing("exim needs root")
        super().__init__()
        self.password, self.plain_login, self.settings = password, plain_login, settings
        make_certificates(self.path("tls"))
        self.ca = self.path("tls", "ca.pem")
        nobody = pwd.getpwnam("nobody")
        os.makedirs(self.path("spool"))
        os.chown(self.path("spool"), nobody.pw_uid, nobody.pw_gid)
        with open("/etc/passwd", encoding="utf-8") as passwd, open("/etc/group", encoding="utf-8") as group:
            self.write("passwd", passwd.read() + f"{USER}:x:{nobody.pw_uid}:{nobody.pw_gid}::/:/usr/sbin/nologin\n")
            self.write("group", group.read() + f"{USER}:x:{nobody.pw_gid}:\n")
        self.env = {**os.environ, **self.env_extra}
        if "LD_PRELOAD" in self.env_extra:
            self.env |= {"NSS_WRAPPER_PASSWD": self.path("passwd"), "NSS_WRAPPER_GROUP": self.path("group")}
        self.group = grp.getgrgid(nobody.pw_gid).gr_name

    def configure(self):
        self.smtp_port, self.smtps_port = free_port(), free_port()
        advertised = "*" if self.plain_login else "${if eq{$tls_in_cipher}{}{}{*}}"
        self.write("exim.conf", f"""
primary_hostname = mx.exim.test
exim_path = {self.program}
keep_environment =
add_environment = PATH=/usr/bin:/bin
spool_directory = {self.path("spool")}
log_file_path = {self.path("spool")}/%slog
pid_file_path = {self.path("spool")}/pid
exim_user = nobody
exim_group = {self.group}
never_users = root
daemon_smtp_ports = {self.smtp_port} : {self.smtps_port}
tls_on_connect_ports = {self.smtps_port}
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = {self.path("tls", "server.pem")}
tls_privatekey = {self.path("tls", "server.key")}
auth_advertise_hosts = {advertised}
host_lookup =
rfc1413_hosts =
queue_only = true
domainlist local = mx.exim.test : example.test : localhost
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept_all
{self.settings}

begin acl
check_rcpt:
  deny local_parts = listed
    message = $sender_host_address is listed at zen.spamhaus.test
  defer local_parts = ^grey
    message = Greylisted, come back in five minutes
  deny authenticated = *
    condition = ${{if !eq{{$sender_address_local_part}}{{$authenticated_id}}}}
    message = $authenticated_id is not allowed to send as <$sender_address>
  accept authenticated = *
  deny message = relay not permitted
accept_all:
  accept

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{support}}}}{{eq{{$auth3}}{{{self.password}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{support}}}}{{eq{{$auth2}}{{{self.password}}}}}}}}}
  server_set_id = $auth1
""")

    def command(self):
        return [self.program, "-C", self.path("exim.conf"), "-bdf"]

    def is_ready(self):
        return can_connect(self.smtp_port) and can_connect(self.smtps_port)

    def log(self, lines=40):
        """Its own log, too."""
        text = super().log(lines)
        for path in glob.glob(self.path("spool", "*log")):
            with open(path, encoding="utf-8", errors="replace") as file:
                text += "".join(file.readlines()[-lines:])
        return text

    def queued(self):
        """The mails in the queue, header and text as Exim keeps them."""
        mails = []
        for path in sorted(glob.glob(self.path("spool", "input", "**", "*-H"), recursive=True)):
            with open(path, encoding="utf-8", errors="replace") as head, open(path[:-1] + "D", encoding="utf-8", errors="replace") as data:
                mails.append(head.read() + data.read())
        return mails
