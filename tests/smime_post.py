"""Keys and S/MIME mail for tests, all made by the openssl command: a CA, people, and what they sign and encrypt."""

import base64
import os

from servers.private import openssl

CA_CONFIG = """[ca]
default_ca = own
[own]
dir = {folder}
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
emailAddress = optional
"""
KEYS = {
    "rsa": ["-newkey", "rsa:2048"],
    "short": ["-newkey", "rsa:1024"],
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
}
ENTITY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe printer smokes.\r\n"


def entity(text="The printer smokes.", files=()):
    """A MIME entity: a text, with files (name, content) beside it."""
    body = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
    if not files:
        return body
    parts = [body]
    for name, content in files:
        coded = base64.encodebytes(content).replace(b"\n", b"\r\n")
        parts.append(b'Content-Type: application/pdf; name="%s"\r\nContent-Disposition: attachment; filename="%s"\r\n'
                     b"Content-Transfer-Encoding: base64\r\n\r\n%s" % (name.encode(), name.encode(), coded))
    return (b'Content-Type: multipart/mixed; boundary="inner"\r\n\r\n--inner\r\n' + b"\r\n--inner\r\n".join(parts) +
            b"\r\n--inner--\r\n")


def mail(content, sender="anna@customer.test", subject="Printer", ident="one"):
    """`content`: an entity with its own Content-Type field (and MIME-Version or not). CRLF throughout."""
    head = (f"From: Anna <{sender}>\r\nTo: support@example.test\r\nSubject: {subject}\r\nMessage-ID: <{ident}@customer.test>\r\n"
            "Date: Sat, 21 Nov 2026 08:00:00 +0000\r\n").encode()
    return head + (b"" if content.startswith(b"MIME-Version") else b"MIME-Version: 1.0\r\n") + content


class Post:
    """A folder with a CA (ca.pem, ca.key) and what is made with it."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        for name, text in (("index", ""), ("serial", "1000\n"), ("ca.conf", CA_CONFIG.format(folder=folder))):
            self.write(name, text.encode())
        openssl("req", "-x509", *KEYS["ec"], "-nodes", "-days", "8400", "-subj", "/CN=Example Mail CA", "-keyout", self.path("ca.key"),
                "-out", self.path("ca.pem"), "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def person(self, name, address=None, kind="rsa", dates=("20200101000000Z", "20400101000000Z"), purpose="emailProtection", alone=False):
        """NAME.pem and NAME.key. `alone`: self-signed."""
        address = address or f"{name}@customer.test"
        subject = f"/CN={name.title()} Example"
        extensions = self.write("extensions", f"subjectAltName=email:{address}\nbasicConstraints=CA:FALSE\n"
                                f"keyUsage=digitalSignature,keyEncipherment,keyAgreement\nextendedKeyUsage={purpose}\n".encode())
        if alone:
            openssl("req", "-x509", *KEYS[kind], "-nodes", "-days", "300", "-subj", subject, "-keyout", self.path(name + ".key"), "-out",
                    self.path(name + ".pem"), "-addext", f"subjectAltName=email:{address}", "-addext", f"extendedKeyUsage={purpose}")
            return
        openssl("req", *KEYS[kind], "-nodes", "-subj", subject, "-keyout", self.path(name + ".key"), "-out", self.path("request"))
        openssl("ca", "-batch", "-notext", "-config", self.path("ca.conf"), "-cert", self.path("ca.pem"), "-keyfile", self.path("ca.key"), "-in",
                self.path("request"), "-out", self.path(name + ".pem"), "-startdate", dates[0], "-enddate", dates[1], "-extfile", extensions)

    def pkcs12(self, out, *names, password="secret", alias=None, legacy=False, more=()):
        """OUT with the key of the first name; `names` after it: certificates beside it."""
        certificates = b"".join(self.read(name + ".pem") for name in names[1:])
        words = ["pkcs12", "-export", "-inkey", self.path(names[0] + ".key"), "-in", self.path(names[0] + ".pem"), "-out", self.path(out),
                 "-passout", f"pass:{password}", *(["-name", alias] if alias else []), *(["-legacy"] if legacy else []), *more]
        if certificates:
            words += ["-certfile", self.write("beside", certificates)]
        openssl(*words)
        return self.path(out)

    def cms(self, *words, content):
        """`openssl cms` over the entity; returns what it writes, with CRLF."""
        source = self.write("in", content)
        openssl("cms", *words, "-in", source, "-out", self.path("out"))
        return self.read("out").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def sign(self, who, content=ENTITY, *words):
        """multipart/signed; with "-nodetach": application/pkcs7-mime."""
        return self.cms("-sign", "-signer", self.path(who + ".pem"), "-inkey", self.path(who + ".key"), *words, content=content)

    def encrypt(self, who, content=ENTITY, *words, cipher="-aes256"):
        recipients = [word for name in who.split() for word in ("-recip", self.path(name + ".pem"))]
        return self.cms("-encrypt", cipher, *words, *recipients, content=content)
