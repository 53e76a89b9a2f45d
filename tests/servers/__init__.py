"""Private servers for tests, the demo and benchmarks: each in its own temporary folder, on free ports of 127.0.0.1, gone with its owner.

    with Dovecot() as dovecot, Postfix(deliver_to=dovecot) as postfix:
        dovecot.deliver("support", b"Subject: hello\r\n\r\nworld\r\n")

Set HAUSPOST_KEEP=1 to keep the folders (their paths are printed).
"""

from servers.courier import Courier
from servers.cyrus import Cyrus
from servers.dns import Dns
from servers.dovecot import Dovecot
from servers.exim import Exim
from servers.imap_fake import FakeImap
from servers.oidc import Oidc
from servers.postfix import Postfix
from servers.postgresql import PostgreSQL
from servers.smtp_sink import Fault, SmtpSink
from servers.tls_server import TlsServer

__all__ = ["Courier", "Cyrus", "Dns", "Dovecot", "Exim", "FakeImap", "Fault", "Oidc", "Postfix", "PostgreSQL", "SmtpSink", "TlsServer"]
