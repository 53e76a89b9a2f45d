"""A DNS server that knows the TXT records it is given and fails on demand. It runs on threads of the test itself.

    with Dns({"s1._domainkey.example.com": ["v=DKIM1; p=…"]}) as dns:
        …HAUSPOST_DNS=dns.address…
        dns.records["_dmarc.example.com"] = ["v=DMARC1; p=reject"]
        dns.records["slow.example.com"] = "servfail"      # or "silence"
"""

import contextlib
import socket
import socketserver
import struct
import threading

TXT, SERVFAIL, NXDOMAIN, CUT = 16, 2, 3, 0x0200


class Dns:
    def __init__(self, records=None):
        self.records = dict(records or {})
        self.asked = []
        for _ in range(20):
            self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Tcp)
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
        found = self.records.get(name, [])
        if found == "silence":
            return None
        flags = 0x8180 | (SERVFAIL if found == "servfail" else 0 if found else NXDOMAIN)
        texts = [] if isinstance(found, str) else found
        body = b"".join(self._record(text.encode()) for text in texts)
        if end + len(body) > limit:
            flags, texts, body = flags | CUT, [], b""
        return question[:2] + struct.pack("!HHHHH", flags, 1, len(texts), 0, 0) + question[12:end] + body

    @staticmethod
    def _record(text):
        pieces = [text[at:at + 255] for at in range(0, len(text), 255)] or [b""]
        data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
        return struct.pack("!HHHIH", 0xC00C, TXT, 1, 300, len(data)) + data


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
