"""`hauspost serve` as an HTTP server: how it starts and stops, and what clients may do to it. (Deadlines and limits, which are long here, are
tested with short ones in src/api/server_abuse_test.c.)"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import threading
import time
import unittest
import urllib.parse

from support import Home, wait_until

MIB = 1 << 20


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) << 10


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Home())
        cls.home.apply("accounts: {}")
        cls.home.serve_http()
        cls.at = urllib.parse.urlsplit(cls.home.url)

    def ask(self, method, target, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=timeout)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def dial(self):
        plug = socket.create_connection((self.at.hostname, self.at.port), 60)
        self.addCleanup(plug.close)
        return plug

    def raw(self, data):
        """Everything that comes back until the server closes."""
        with socket.create_connection((self.at.hostname, self.at.port), 60) as plug:
            plug.sendall(data)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := plug.recv(65536):
                    answer += piece
            return answer

    def assert_alive(self):
        began = time.monotonic()
        self.assertEqual(self.ask("GET", "/healthz")[0], 200)
        self.assertLess(time.monotonic() - began, 20)

    # ---------------------------------------------------------------- health and pages

    def test_health(self):
        status, headers, body = self.ask("GET", "/healthz")
        self.assertEqual((status, json.loads(body)), (200, {"status": "ok"}))
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Cache-Control"], "no-store")
        status, headers, body = self.ask("GET", "/readyz")
        self.assertEqual((status, json.loads(body)["status"]), (200, "ready"))
        self.assertEqual({check["name"] for check in json.loads(body)["checks"]}, {"store", "schema", "committer", "listeners"})

    def test_pages(self):
        status, headers, body = self.ask("GET", "/")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"<title>Hauspost", body)
        self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
        self.assertEqual(self.ask("GET", "/api/v1/nothing")[0], 404)
        self.assertEqual(self.ask("GET", "/missing.js")[0], 404)

    # ---------------------------------------------------------------- what isn't right

    def test_paths_lead_nowhere_else(self):
        for target in ("/../../../../etc/passwd.txt", "/..%2f..%2fetc%2fpasswd.txt", "/assets/..%5c..%5cx.js", "/%00.txt", "/.git/x.txt",
                       "/api/v1/../../healthz", "//evil.example/x.js", "/api/v1/accounts/..%2f..%2fx.y"):
            status, headers, body = self.ask("GET", target)
            self.assertIn(status, (401, 404), target)
            self.assertNotIn(b"root:", body)

    def test_headers_can_not_be_injected(self):
        for target in (b"/x%0d%0aSet-Cookie:%20a=b.txt", b"/api/v1/accounts?cursor=%0d%0aSet-Cookie:%20a=b", b"/api/v1/x%0aSet-Cookie:a"):
            answer = self.raw(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a%0d%0ab\r\nConnection: close\r\n\r\n")
            self.assertNotIn(b"\nset-cookie", answer.partition(b"\r\n\r\n")[0].lower())
            self.assertRegex(answer, b"^HTTP/1.1 4")

    def test_bad_requests(self):
        for request, statuses in (
                (b"GARBAGE\r\n\r\n", (b"400",)),
                (b"GET\r\n\r\n", (b"400",)),
                (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", (b"400", b"505")),
                (b"GET / HTTP/1.1\r\n\r\n", (b"400",)),
                (b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"414", b"431")),
                (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100000 + b"\r\n\r\n", (b"431",)),
                (b"TRACE /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", (b"405",)),
                (b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", (b"421",)),
                (b"POST /api/v1/accounts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", (b"400",)),
                (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200 + b"\n\n", (b"400",)),  # a TLS greeting
        ):
            answer = self.raw(request)
            if answer:
                self.assertIn(answer.split(b" ")[1], statuses, (request[:60], answer[:200]))
        self.assert_alive()

    # ---------------------------------------------------------------- clients that want too much

    def test_a_gigabyte_is_refused_with_bounded_memory(self):
        before = memory(self.home.server.pid)
        status, headers, body = self.ask("POST", "/api/v1/accounts", None, {"Content-Length": str(1 << 30), "Content-Type": "application/json"})
        self.assertEqual(status, 401)
        for path in ("/api/v1/accounts", "/healthz", "/api/v1/session"):
            plug, sent, piece = self.dial(), 0, b"%x\r\n%s\r\n" % (MIB, b"x" * MIB)
            plug.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            try:
                while sent < 1 << 30:
                    plug.sendall(piece)
                    sent += MIB
            except (BrokenPipeError, ConnectionResetError):
                pass
            self.assertLess(sent, 64 * MIB, path)
        self.assertLess(memory(self.home.server.pid) - before, 32 * MIB)
        self.assert_alive()

    def test_many_that_drip_or_wait_hold_up_nobody(self):
        before = memory(self.home.server.pid)
        plugs = [self.dial() for _ in range(400)]
        for i, plug in enumerate(plugs):
            plug.sendall(b"GET /healthz HTTP/1.1\r\nHost: local" if i % 2 else
                         b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
        for _ in range(3):
            for plug in plugs:
                with contextlib.suppress(OSError):  # those with a body were answered: nobody is signed in
                    plug.sendall(b"h")
            self.assert_alive()
        self.assertLess(memory(self.home.server.pid) - before, 64 * MIB)

    def test_who_reads_no_answer_costs_little(self):
        before = memory(self.home.server.pid)
        plug = self.dial()
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plug.settimeout(1)
        try:
            for _ in range(20000):
                plug.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        except (TimeoutError, OSError):
            pass
        self.assert_alive()
        self.assertLess(memory(self.home.server.pid) - before, 32 * MIB)

    def test_side_by_side(self):
        faults = []

        def many():
            connection = http.client.HTTPConnection(self.at.hostname, self.at.port, timeout=60)
            for i in range(60):
                connection.request("GET", ("/healthz", "/readyz", "/api/v1/accounts", "/")[i % 4])
                answer = connection.getresponse()
                answer.read()
                if answer.status != (200, 200, 401, 200)[i % 4]:
                    faults.append((i, answer.status))
            connection.close()

        threads = [threading.Thread(target=many) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])


class Start(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(Home())
        self.home.apply("accounts: {}")

    def test_a_taken_port_is_told_before_anything_starts(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            address = f"127.0.0.1:{other.getsockname()[1]}"
            answer = self.home.run("serve", env={"HAUSPOST_HTTP": address}, expect=None)
        self.assertNotEqual(answer.code, 0)
        self.assertIn(f"{address}: another program listens on this port", answer.err)
        self.assertIn("--http off", answer.err)
        self.assertNotIn("serves", answer.out)

    def test_what_is_no_address_or_url_is_told(self):
        for words, text in ((["--http", "8025"], "is no address to listen on"),
                            (["--http", "127.0.0.1:0", "--url", "mail.example.com"], "is not http:// or https://"),
                            (["--http", "127.0.0.1:0", "--trusted-proxies", "proxy.example"], "is neither an address nor a network")):
            self.assertIn(text, self.home.run("serve", *words, expect=None).err)

    def test_it_can_be_off(self):
        self.home.serve("--http", "off")
        wait_until(lambda: "serves" in self.home.log(), 20, "serve being ready")
        self.assertNotIn("Studio and API", self.home.log())

    def test_a_stop_lets_answers_end_and_connections_go(self):
        at = urllib.parse.urlsplit(self.home.serve_http("--url", "https://mail.example.com"))
        self.assertEqual(at.geturl(), "https://mail.example.com")
        # The port is known to the kernel alone; the process's listening socket tells.
        port = self.listening_port(self.home.server.pid)
        with socket.create_connection(("127.0.0.1", port), 60) as idle, socket.create_connection(("127.0.0.1", port), 60) as busy:
            busy.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = busy.recv(65536)
            self.assertIn(b"Strict-Transport-Security", answer)
            began = time.monotonic()
            os.kill(self.home.server.pid, signal.SIGTERM)
            self.assertEqual(self.home.server.wait(60), 0)
            self.assertLess(time.monotonic() - began, 20)
            self.assertEqual(idle.recv(100), b"")

    def listening_port(self, pid):
        inodes = set()
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                found = re.match(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{name}"))
            except OSError:
                continue
            if found:
                inodes.add(found.group(1))
        with open("/proc/net/tcp", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                words = line.split()
                if words[3] == "0A" and words[9] in inodes:
                    return int(words[1].partition(":")[2], 16)
        raise AssertionError("nobody listens")


if __name__ == "__main__":
    unittest.main()
