"""A private Courier: IMAP and POP3, the third kind of server. Every user exists, with the same password.

Its programs have the places of their sockets built in, so it runs in a mount namespace of its own (root only), where /run/courier is a folder of
ours and the user courier exists; who may log in is answered there by a few lines of Python in place of Courier's authdaemon. No IDLE and no
locks: both wait for a daemon of the system (gamin)."""

import contextlib
import os
import socket
import subprocess
import threading

from servers.mailbox import Mailbox
from servers.private import Server, ServerMissing, can_connect, free_port, make_certificates

UNPACKED = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), ".cache", "unpacked")
NOBODY = 65534


class Courier(Mailbox, Server):
    """imap_port (plain, STARTTLS), imaps_port, the same for pop3, ca."""

    name = "courier"
    separator = "."

    def __init__(self, password="pw"):
        if not os.access(f"{UNPACKED}/usr/lib/courier/courier/courierpop3d", os.X_OK):
            raise ServerMissing("courier-imap and courier-pop are not unpacked (./dev setup)")
        if os.getuid() != 0 or subprocess.run(["unshare", "-m", "-p", "-f", "true"], capture_output=True, check=False).returncode != 0:
            raise ServerMissing("Courier needs a mount namespace of its own, and so root")
        super().__init__()
        self.password = password
        make_certificates(self.path("tls"))
        self.ca = self.path("tls", "ca.pem")
        with open(self.path("tls", "both.pem"), "wb") as both:
            for name in ("server.key", "server.pem"):
                with open(self.path("tls", name), "rb") as file:
                    both.write(file.read())
        os.chmod(self.path("tls", "both.pem"), 0o644)
        os.makedirs(self.path("run", "authdaemon"))
        os.makedirs(self.path("mail"))
        os.chown(self.path("mail"), NOBODY, NOBODY)
        self.lock = threading.Lock()
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(self.path("run", "authdaemon", "socket"))
        self.door.listen(100)
        threading.Thread(target=self.answer_all, daemon=True).start()

    # ------------------------------------------------------------ who may log in

    def answer_all(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.door.accept()
                threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        """Where the client is, then AUTH n, and n bytes: service, "login", user, password, a line each."""
        with client, contextlib.suppress(OSError, ValueError), client.makefile("rb") as file:
            for line in file:
                if line.startswith(b"AUTH "):
                    break
            words = file.read(int(line.split()[1])).decode().split("\n")
            if words[1] != "login" or words[3] != self.password:
                client.sendall(b"FAIL\n")
                return
            home = self.home(words[2])
            client.sendall(f"UID={NOBODY}\nGID={NOBODY}\nHOME={home}\nADDRESS={words[2]}\nMAILDIR={home}/Maildir\n.\n".encode())

    def home(self, user):
        home = self.path("mail", user)
        with self.lock:
            for name in ("", "Maildir", "Maildir/cur", "Maildir/new", "Maildir/tmp"):
                if not os.path.isdir(os.path.join(home, name)):
                    os.mkdir(os.path.join(home, name), 0o700)
                    os.chown(os.path.join(home, name), NOBODY, NOBODY)
        return home

    # ------------------------------------------------------------ the processes

    def configure(self):
        self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port = free_port(), free_port(), free_port(), free_port()
        libraries, programs = f"{UNPACKED}/usr/lib", f"{UNPACKED}/usr/lib/courier/courier"
        tcpd = f"{UNPACKED}/usr/sbin/couriertcpd -address=127.0.0.1 -maxprocs=60 -maxperip=60 -nodnslookup -noidentlookup"
        tls = f"{UNPACKED}/usr/bin/couriertls -server -tcpd"
        imap = f"{programs}/imaplogin {UNPACKED}/usr/bin/imapd Maildir"
        pop3 = f"{programs}/courierpop3login {programs}/courierpop3d Maildir"
        self.write("courier.sh", f"""set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/courier
mount --bind {self.path("run")} /run/courier
(cat /etc/passwd; echo courier:x:{NOBODY}:{NOBODY}::/:/bin/false) >{self.path("passwd")}
(cat /etc/group; echo courier:x:{NOBODY}:) >{self.path("group")}
mount --bind {self.path("passwd")} /etc/passwd
mount --bind {self.path("group")} /etc/group
export LD_LIBRARY_PATH={libraries}/{os.uname().machine}-linux-gnu:{libraries}
export COURIERTLS={UNPACKED}/usr/bin/couriertls TLS_CERTFILE={self.path("tls", "both.pem")} TLS_VERIFYPEER=NONE TLS_LIFETIME=0
export AUTHMODULES=authdaemon DEBUG_LOGIN=0 MAILDIRPATH=Maildir
export IMAP_CAPABILITY="IMAP4rev1 UIDPLUS CHILDREN NAMESPACE QUOTA" IMAP_CAPABILITY_TLS="IMAP4rev1 UIDPLUS CHILDREN NAMESPACE QUOTA AUTH=PLAIN"
export IMAP_USELOCKS=0 IMAP_KEYWORDS=1 IMAP_TLS_REQUIRED=0 IMAP_ENHANCEDIDLE=0 IMAP_IDLE_TIMEOUT=1 IMAP_EMPTYTRASH= IMAP_MAILBOX_SANITY_CHECK=1
export POP3AUTH="" POP3AUTH_TLS="LOGIN PLAIN" POP3_TLS_REQUIRED=0
IMAP_STARTTLS=YES PROTOCOL=IMAP {tcpd} {self.imap_port} {imap} &
IMAP_TLS=1 IMAP_STARTTLS=NO {tcpd} {self.imaps_port} {tls} {imap} &
POP3_STARTTLS=YES {tcpd} {self.pop3_port} {pop3} &
POP3_TLS=1 POP3_STARTTLS=NO {tcpd} {self.pop3s_port} {tls} {pop3} &
wait
""")

    def command(self):
        # couriertcpd leaves the process group: it ends with its PID namespace, whose first process is the script.
        return ["unshare", "-m", "-p", "-f", "--kill-child", "sh", self.path("courier.sh")]

    def is_ready(self):
        return all(can_connect(port) for port in (self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port))

    def folder_name(self, folder):
        """Everything lies below INBOX."""
        return folder if folder == "INBOX" else f"INBOX.{folder}"

    def close(self):
        self.door.close()
        super().close()
