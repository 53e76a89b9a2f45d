"""`openssl s_server`: TLS as it should not be. Old versions, odd ciphers, bad certificates, demands. It speaks no mail protocol behind it."""

import atexit
import functools
import os
import shutil
import tempfile

from servers.private import Server, can_connect, free_port, make_certificates, openssl


@functools.cache
def common_certificates():
    """Made once for all servers of a test program."""
    folder = tempfile.mkdtemp(prefix="hauspost-tls-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make_certificates(folder)
    return folder


class TlsServer(Server):
    """port, ca. `options` are s_server's ("-tls1_1", "-cipher", …). `certificate`: "good", "expired", "future", "other-name", "self-signed",
    "unknown-ca" (good, but its CA is nobody's)."""

    name = "s_server"

    def __init__(self, *options, certificate="good"):
        super().__init__()
        self.options = list(options)
        shutil.copytree(common_certificates(), self.path("tls"))
        self.ca = self.path("tls", "ca.pem")
        self.cert, self.key = self.path("tls", "server.pem"), self.path("tls", "server.key")
        if certificate not in ("good", "unknown-ca"):
            self._make(certificate)

    def _make(self, kind):
        """A certificate of its own kind, by the same CA unless it signs itself."""
        name = "other.example" if kind == "other-name" else "localhost"
        times = {"expired": ("20240101000000Z", "20240201000000Z"), "future": ("20990101000000Z", "20991231000000Z")}.get(
            kind, ("20240101000000Z", "20991231000000Z"))
        self.cert = self.path("tls", "bad.pem")
        folder = self.path("tls", "demo")
        os.makedirs(folder)
        for file in ("index.txt", "index.txt.attr"):
            self.write(f"tls/demo/{file}", "")
        self.write("tls/demo/serial", "01\n")
        self.write("tls/demo/config", f"""
[ca]
default_ca = demo
[demo]
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:{name}
basicConstraints = CA:FALSE
""")
        openssl("req", "-new", "-key", self.key, "-subj", f"/CN={name}", "-out", self.path("tls", "bad.csr"))
        signer = ["-selfsign", "-keyfile", self.key] if kind == "self-signed" else \
            ["-cert", self.ca, "-keyfile", self.path("tls", "ca.key")]
        openssl("ca", "-batch", "-config", self.path("tls", "demo", "config"), "-in", self.path("tls", "bad.csr"), "-out", self.cert, "-notext",
                "-startdate", times[0], "-enddate", times[1], *signer)

    def configure(self):
        self.port = free_port()

    def command(self):
        return ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", self.cert, "-key", self.key, "-quiet", *self.options]

    def is_ready(self):
        return can_connect(self.port)
