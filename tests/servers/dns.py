"""A DNS server that knows the records it is given and fails on demand. It runs on threads of the test itself.

    with Dns({"s1._domainkey.example.com": ["v=DKIM1; p=…"]}) as dns:
        …HAUSPOST_DNS=dns.address…
        dns.records["_dmarc.example.com"] = ["v=DMARC1; p=reject"]
        dns.records["slow.example.com"] = "servfail"      # or "silence", or "nodata"
        dns.records["example.com", "MX"] = ["10 mx.example.com"]      # and A, AAAA, SRV: as zone files have them
"""

import contextlib
import ipaddress
import socket
import socketserver
import struct
import threading

TYPES = {1: "A", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV"}
TXT, SERVFAIL, NXDOMAIN, CUT = 16, 2, 3, 0x0200


class Dns:
    def __init__(self, records=None, port=0):
        self.records = dict(records or {})
        self.asked = []
        for _ in range(20):
            self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", port), _Tcp)
            self.port = self.tcp.server_address[1]
            with contextlib.suppress(OSError):
                self.udp = socketserver.ThreadingUDPServer(("127.0.0.1", self.port), _Udp)
                break
            self.tcp.server_close()
        self.address = f"127.0.0.1:{self.port}"
        for server in (self.tcp, self.udp):
            server.dns, server.daemon_threads = self, True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        for server in (self.tcp, self.udp):
            server.shutdown()
            server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *words):
        self.close()

    def answer(self, question, limit):
        """The answer's bytes; None: silence."""
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        name, end = ".".join(labels).lower(), at + 5
        self.asked.append(name)
        (kind,) = struct.unpack("!H", question[end - 4:end - 2])
        found = self.records.get((name, TYPES.get(kind)), self.records.get(name, []))
        if isinstance(found, list) and kind != TXT and (name, TYPES.get(kind)) not in self.records:
            found = []
        if found == "silence":
            return None
        flags = 0x8180 | (SERVFAIL if found == "servfail" else 0 if found else NXDOMAIN)
        texts = [] if isinstance(found, str) else found
        body = b"".join(self._record(kind, text) for text in texts)
        if end + len(body) > limit:
            flags, texts, body = flags | CUT, [], b""
        return question[:2] + struct.pack("!HHHHH", flags, 1, len(texts), 0, 0) + question[12:end] + body

    @classmethod
    def _record(cls, kind, text):
        data = cls._data(kind, text)
        return struct.pack("!HHHIH", 0xC00C, kind, 1, 300, len(data)) + data

    @staticmethod
    def _data(kind, text):
        if kind in (1, 28):
            return ipaddress.ip_address(text).packed
        if kind in (15, 33):
            *numbers, host = text.split()
            labels = [label.encode() for label in host.rstrip(".").split(".") if label]
            return b"".join(struct.pack("!H", int(number)) for number in numbers) + b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
        text = text.encode()
        pieces = [text[at:at + 255] for at in range(0, len(text), 255)] or [b""]
        return b"".join(bytes([len(piece)]) + piece for piece in pieces)


class _Udp(socketserver.BaseRequestHandler):
    def handle(self):
        question, sock = self.request
        answer = self.server.dns.answer(question, 512)
        if answer:
            sock.sendto(answer, self.client_address)


class _Tcp(socketserver.BaseRequestHandler):
    def handle(self):
        file = self.request.makefile("rb")
        with contextlib.suppress(struct.error, socket.error):
            (length,) = struct.unpack("!H", file.read(2))
            answer = self.server.dns.answer(file.read(length), 65535)
            if answer:
                self.request.sendall(struct.pack("!H", len(answer)) + answer)
