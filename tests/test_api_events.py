"""Events as applications see them: the stream, webhooks with receivers that misbehave, metrics."""

import base64
import contextlib
import http.client
import http.server
import json
import os
import re
import shutil
import smtplib
import subprocess
import threading
import time
import unittest
import urllib.parse

import office
from api_client import Api
from support import Home, closed_port, keep_secret, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(os.path.dirname(HERE), ".cache", "npm", "webhooks", "node_modules")
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
PRIVATE_KEY = "whsk_" + base64.b64encode(bytes(range(32, 64))).decode()


class Receiver:
    """An endpoint: keeps what comes, and answers as it is told (a status, "redirect", "hang", or nothing at all: closed)."""

    def __init__(self):
        self.requests = []
        self.answers = []  # the next ones; then 204
        self.lock = threading.Lock()
        self.let_go = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.take(self)

            def log_message(self, *words):
                pass

            def handle(self):
                with contextlib.suppress(ConnectionError):  # it waits no longer
                    super().handle()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self.lock:
            answer = self.answers.pop(0) if self.answers else 204
            self.requests.append({"headers": {k.lower(): v for k, v in handler.headers.items()}, "body": body.decode(), "answer": answer,
                                  "path": handler.path})
        if answer == "hang":
            self.let_go.wait(60)
            answer = 204
        if answer == "redirect":
            handler.send_response(302)
            handler.send_header("Location", self.url + "/elsewhere")
        else:
            handler.send_response(answer)
            if answer == 429:
                handler.send_header("Retry-After", "1")
        text = b"" if answer == 204 else b"no \x1b[1m thanks"
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def events(self):
        with self.lock:
            return [json.loads(request["body"]) for request in self.requests]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


class Stream:
    """An event stream, as a browser's EventSource."""

    def __init__(self, api, last=None, query=""):
        self.connection = http.client.HTTPConnection(api.url.hostname, api.url.port, timeout=60)
        headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {api.token}"}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.connection.request("GET", "/api/v1/events" + query, headers=headers)
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise AssertionError(f"{self.answer.status}: {self.answer.read()}")

    def next(self):
        """(id, event) of the next one; comments and retry: are passed over."""
        number = data = None
        while True:
            line = self.answer.fp.readline() if self.answer.chunked is False else self.answer.readline()
            if not line:
                raise EOFError
            line = line.decode().rstrip("\n")
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif not line and data is not None:
                return number, data

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


class Events(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Home())
        cls.lmtp_path = os.path.join(cls.home.top, "lmtp")
        changes = {"inlets__local__listen": "unix:" + cls.lmtp_path, "listeners__support__source": "inlet",
                   "listeners__support__addresses": ["support@example.test"], "accounts__support__receive": None,
                   "rules__support__responses": []}
        cls.home.apply(office.setup(**changes))
        keep_secret(SECRET, PRIVATE_KEY)
        token = re.search(r"hp_\S+", cls.home.run("operator", "add", "ci", "--role", "administrator", "--token").out).group()
        cls.api = Api(cls.home.serve_http("--private-webhooks"), token=token)
        wait_until(lambda: os.path.exists(cls.lmtp_path), what="the inlet being open")

    def deliver(self, count=1, subject="Help"):
        """Mails that open cases; returns once their events have numbers: what has its number later counts as later, and whoever is
        interested by then gets it, too."""
        newest = self.api.get("/api/v1/events?order=desc&limit=1").json["items"]
        since = newest[0]["id"] if newest else 0
        with smtplib.LMTP(self.lmtp_path) as client:
            for i in range(count):
                mail = office.mail(subject=subject, ident=f"{time.monotonic_ns()}.{i}")
                client.sendmail("ann@customer.test", ["support@example.test"], mail.replace(b"\n", b"\r\n"))
        wait_until(lambda: len(self.api.get(f"/api/v1/events?kind=case.created&after={since}&limit=500").json["items"]) >= count,
                   what="the cases' events having numbers")

    def hook(self, name, url, **fields):
        self.api.post("/api/v1/webhooks", {"id": name, "url": url, "events": ["case.created", "webhook.test"], "secret": SECRET, "timeout_s": 20,
                                           **fields})
        self.addCleanup(self.api.delete, f"/api/v1/webhooks/{name}")
        # taken up with the next look at the set-up
        self.api.post(f"/api/v1/webhooks/{name}/test", expect=204)

    def deliveries(self, name, state=None):
        return self.api.get(f"/api/v1/webhooks/{name}/deliveries" + (f"?state={state}" if state else "")).json["items"]

    # ---------------------------------------------------------------- the stream

    def test_nothing_is_lost_or_twice_when_coming_back(self):
        with Stream(self.api) as stream:
            self.deliver()
            first, event = stream.next()
        self.assertEqual((event["type"], event["specversion"], event["id"]), ("hauspost.case.created", "1.0", str(first)))
        self.assertEqual(event["data"]["account"], "support")
        self.assertEqual(event["data"]["listener"], "support")
        mailing = threading.Thread(target=self.deliver, args=(60,))
        mailing.start()
        seen, last = [], first
        while len(seen) < 60:
            with Stream(self.api, last=last, query="?kind=case.created") as stream:
                for _ in range(min(7, 60 - len(seen))):
                    last, event = stream.next()
                    seen.append(last)
        mailing.join()
        self.assertEqual(seen, sorted(set(seen)))
        listed = [int(item["id"]) for item in self.api.pages(f"/api/v1/events?after={first}&kind=case.created&limit=50")]
        self.assertEqual(seen, listed[:60])  # an earlier test's mail may still have been on its way

    def test_an_event_is_there_soon(self):
        took = []
        with Stream(self.api, query="?kind=case.created") as stream:
            for _ in range(10):
                for _ in range(5):
                    self.deliver()
                    began = time.monotonic()
                    stream.next()
                    took.append(time.monotonic() - began)
                # What would be looked for each second wouldn't be there in a tenth of one three times of five, ten times over.
                if sorted(took[-5:])[2] < 0.1:
                    return
        self.fail(f"seconds until each event was there: {took}")

    def test_many_follow_at_once(self):
        streams = []
        with contextlib.ExitStack() as stack:
            before = self.memory()
            for _ in range(200):
                streams.append(stack.enter_context(Stream(self.api, query="?kind=case.created")))
            self.deliver(2)
            numbers = {tuple(stream.next()[0] for _ in range(2)) for stream in streams}
            self.assertEqual(len(numbers), 1)
            self.assertLess(self.memory() - before, 60e6)

    def memory(self):
        text = self.api.get("/metrics").text
        return float(re.search(r"^process_resident_memory_bytes (\S+)", text, re.M).group(1))

    # ---------------------------------------------------------------- webhooks

    def verify(self, requests, secret):
        node = shutil.which("node", path="/usr/local/bin:/usr/bin")
        if not node or not os.path.isdir(MODULES):
            self.skipTest("nodejs, or the verifier from npm, is not installed (./dev setup)")
        data = [{"secret": secret, "headers": request["headers"], "body": request["body"]} for request in requests]
        done = subprocess.run([node, os.path.join(HERE, "webhooks", "verify.cjs"), MODULES], input=json.dumps(data), capture_output=True,
                              text=True, timeout=30, check=True)
        return done.stdout.splitlines()

    def test_signatures_are_those_of_standard_webhooks(self):
        with Receiver() as receiver:
            self.hook("signed", receiver.url, private_key=PRIVATE_KEY, headers=[{"name": "Authorization", "value": "Bearer of-ours-alone"}])
            wait_until(lambda: receiver.requests, what="the test event")
            request = receiver.requests[0]
            public = self.api.get("/api/v1/webhooks/signed/state").json["public_key"]
            self.assertEqual(request["headers"]["authorization"], "Bearer of-ours-alone")
            self.assertEqual(request["headers"]["content-type"], "application/cloudevents+json; charset=utf-8")
            event = json.loads(request["body"])
            self.assertEqual(request["headers"]["webhook-id"], "evt_" + event["id"])
            self.assertEqual(event["type"], "hauspost.webhook.test")
            other = "whsec_" + base64.b64encode(bytes(32)).decode()
            self.assertEqual(self.verify([request], SECRET), ["ok"])
            self.assertEqual(self.verify([request], public), ["ok"])
            self.assertNotEqual(self.verify([request], other), ["ok"])
            # a new secret: for a day both are good
            new = self.api.post("/api/v1/webhooks/signed/rotate").json["secret"]
            self.assertNotIn(new, self.api.get("/api/v1/webhooks/signed").text)
            self.deliver()
            wait_until(lambda: len(receiver.requests) > 1, what="the case's event")
            self.assertEqual(self.verify(receiver.requests[1:2], new), ["ok"])
            self.assertEqual(self.verify(receiver.requests[1:2], SECRET), ["ok"])
            self.assertEqual(len({d["event"] for d in self.deliveries("signed")}), 2)

    def test_receivers_that_misbehave_hold_nobody_up(self):
        with Receiver() as good, Receiver() as bad, Receiver() as slow:
            bad.answers = [500, "redirect", 204]
            slow.answers = ["hang"] * 20
            for name, url in (("bad", bad.url), ("slow", slow.url), ("gone", f"http://127.0.0.1:{closed_port()}/"), ("good", good.url)):
                self.hook(name, url, timeout_s=30 if name == "slow" else 5)
            wait_until(lambda: good.requests and bad.requests, what="the test event at the good one, and the bad one's first")
            began = time.monotonic()
            self.deliver(5)
            wait_until(lambda: len(good.requests) >= 6, what="five cases at the good one")
            self.assertLess(time.monotonic() - began, 25)  # the slow one holds its requests for 30 s each
            wait_until(lambda: self.deliveries("gone", "later"), what="the first try")
            # the events of the failing one are tried again, with the same id
            wait_until(lambda: len(bad.requests) >= 3, what="three tries")
            self.assertEqual([r["answer"] for r in bad.requests[:3]], [500, "redirect", 204])
            self.assertEqual({r["path"] for r in bad.requests}, {"/hook"})
            first = next(d for d in reversed(self.deliveries("bad")) if d["tries"])
            whole = self.api.get(f"/api/v1/webhooks/bad/deliveries/{first['id']}").json
            self.assertEqual(whole["attempts"][-1]["status"], 500)
            self.assertEqual(whole["attempts"][-1]["answer"], "no ?[1m thanks")
            state = self.api.get("/api/v1/webhooks/gone/state").json
            self.assertGreater(state["failures"], 0)
            self.assertIn("127.0.0.1", state["reason"])
            slow.let_go.set()

    def test_busy_receivers_leave_room_for_others(self):
        with Receiver() as good, Receiver() as slow:
            slow.answers = ["hang"] * 100
            self.addCleanup(slow.let_go.set)
            for name in ("a1", "a2"):
                self.hook(name, slow.url, timeout_s=60)
            self.deliver(8)
            wait_until(lambda: len(slow.requests) >= 6, what="as many requests under way as those two may have")
            self.hook("zz", good.url)
            wait_until(lambda: good.requests, what="the test event at the last one")
            slow.let_go.set()

    def test_a_receiver_that_hangs_does_not_hold_up_the_end(self):
        home = self.enterContext(Home())
        home.apply(office.setup())
        token = re.search(r"hp_\S+", home.run("operator", "add", "ci", "--role", "administrator", "--token").out).group()
        with Receiver() as receiver:
            receiver.answers = ["hang"]
            api = Api(home.serve_http("--private-webhooks"), token=token)
            api.post("/api/v1/webhooks", {"id": "hangs", "url": receiver.url, "events": ["webhook.test"], "secret": SECRET, "timeout_s": 60})
            api.post("/api/v1/webhooks/hangs/test", expect=204)
            wait_until(lambda: receiver.requests, what="the test event")
            self.assertEqual(home.stop(timeout_s=30), 0)  # systemd waits no longer
            # what was given up isn't a failure, and comes at once
            api = Api(home.serve_http("--private-webhooks"), token=token)
            began = time.monotonic()
            wait_until(lambda: len(receiver.requests) == 2, what="the event, again")
            self.assertLess(time.monotonic() - began, 60)  # where it counted as interrupted, after four minutes
            self.assertEqual(len({r["headers"]["webhook-id"] for r in receiver.requests}), 1)
            done = wait_until(lambda: api.get("/api/v1/webhooks/hangs/deliveries?state=delivered").json["items"], what="the delivery")
            self.assertEqual(done[0]["tries"], 1)
            receiver.let_go.set()

    def test_replay_sends_the_same_again(self):
        with Receiver() as receiver:
            self.hook("replayed", receiver.url)
            wait_until(lambda: receiver.requests, what="the test event")
            self.deliver()
            wait_until(lambda: len(self.deliveries("replayed", "delivered")) == 2, what="two deliveries")
            newest = self.deliveries("replayed")[0]
            self.api.post(f"/api/v1/webhooks/replayed/deliveries/{newest['id']}/replay")
            # While it is under way it isn't sent once more.
            wait_until(lambda: len(receiver.requests) == 3 and len(self.deliveries("replayed", "delivered")) == 2, what="the replay")
            self.assertEqual(receiver.requests[1]["body"], receiver.requests[2]["body"])
            self.assertEqual(receiver.requests[1]["headers"]["webhook-id"], receiver.requests[2]["headers"]["webhook-id"])
            answer = self.api.post("/api/v1/webhooks/replayed/replay", {"after": newest["event"] - 1, "all": True}).json
            self.assertEqual(answer["count"], 1)
            wait_until(lambda: len(receiver.requests) == 4, what="the replay of all")
            self.api.post("/api/v1/webhooks/replayed/deliveries/1/replay", expect=404)

    def test_gone_disables(self):
        with Receiver() as receiver:
            receiver.answers = [410]
            self.hook("leaving", receiver.url)
            wait_until(lambda: self.api.get("/api/v1/webhooks/leaving/state").json["disabled"], what="being disabled")
            self.deliver()
            items = wait_until(lambda: self.api.get("/api/v1/events?kind=webhook.disabled").json["items"], what="the event, once it has its number")
            self.assertEqual(items[0]["data"]["webhook"], "leaving")
            self.assertEqual(len(receiver.requests), 1)
            # a change of the record enables it
            record = self.api.get("/api/v1/webhooks/leaving")
            self.api.put("/api/v1/webhooks/leaving", {**record.json, "name": "Again"}, headers={"If-Match": record.revision})
            self.api.post("/api/v1/webhooks/leaving/test", expect=204)
            wait_until(lambda: len(receiver.requests) == 2, what="the test event")

    def test_the_document_names_every_kind(self):
        with open(os.path.join(os.path.dirname(HERE), "docs", "events.md"), encoding="utf-8") as file:
            named = set(re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \|", file.read(), re.M))
        self.assertEqual(named, set(self.home.json("webhooks", "events")))

    # ---------------------------------------------------------------- metrics

    def test_metrics_are_prometheus_own(self):
        self.deliver()
        pattern = re.compile(r'[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? [-+0-9.e]+')
        text = wait_until(lambda: self.metrics_with("hauspost_messages_received_total{"), what="the mail being counted")
        types = {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                name, kind = line.split()[2:]
                self.assertNotIn(name, types)
                types[name] = kind
            elif not line.startswith("# HELP "):
                self.assertTrue(pattern.fullmatch(line), line)
                name = re.match(r"[a-z_]+", line).group()
                family = re.sub(r"_(bucket|sum|count)$", "", name)
                self.assertTrue(types.get(name) or types.get(family) == "histogram", line)
        self.assertTrue(all(name.endswith("_total") == (kind == "counter") for name, kind in types.items()))
        dashboard = os.path.join(os.path.dirname(HERE), "packaging", "grafana-dashboard.json")
        with open(dashboard, encoding="utf-8") as file:
            panels = json.load(file)["panels"]
        named = {name for panel in panels for target in panel.get("targets", ())
                 for name in re.findall(r"\b(?:hauspost|process)_[a-z_]+", target["expr"])}
        self.assertGreater(len(named), 10)
        self.assertEqual({n for n in named if n not in types and re.sub(r"_(bucket|sum|count)$", "", n) not in types}, set())

    def test_metrics_are_read_by_another_parser(self):
        try:
            from prometheus_client.parser import text_string_to_metric_families
        except ImportError:
            self.skipTest("python3-prometheus-client is not installed")
        self.deliver()
        text = wait_until(lambda: self.metrics_with("hauspost_messages_received_total{"), what="the mail being counted")
        families = {family.name: family for family in text_string_to_metric_families(text)}
        received = families["hauspost_messages_received"]
        self.assertEqual(received.type, "counter")
        self.assertTrue(any(s.labels["listener"] == "support" and s.value >= 1 for s in received.samples), received)
        self.assertTrue(all(family.documentation for family in families.values()))
        self.assertEqual([name for name, family in families.items() if family.type == "unknown"], [])
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        self.assertEqual(sum(len(family.samples) for family in families.values()), len(lines))
        for histogram in (family for family in families.values() if family.type == "histogram"):
            self.check_histogram(histogram)

    def check_histogram(self, histogram):
        """Buckets grow up to +Inf, which is the count."""
        series = {}
        for sample in histogram.samples:
            labels = tuple(sorted((k, v) for k, v in sample.labels.items() if k != "le"))
            series.setdefault(labels, []).append(sample)
        for samples in series.values():
            buckets = [(float(s.labels["le"]), s.value) for s in samples if s.name.endswith("_bucket")]
            self.assertEqual(buckets, sorted(buckets))
            self.assertEqual([value for _, value in buckets], sorted(value for _, value in buckets))
            self.assertEqual(buckets[-1], (float("inf"), next(s.value for s in samples if s.name.endswith("_count"))))

    def metrics_with(self, text):
        answer = self.api.get("/metrics").text
        return answer if text in answer else None


if __name__ == "__main__":
    unittest.main()
