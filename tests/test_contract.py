"""The contract of the API from both sides: requests made from its description, good ones and such as break one rule each, are sent to
the program; prism, which reads OpenAPI in its own way, judges each request and each answer (tests/openapi/judge.mjs)."""

import copy
import dataclasses
import http.client
import json
import os
import shutil
import subprocess
import unittest
import urllib.parse

import office
from openapi_check import Description, Undescribed, is_json
from openapi_requests import Maker, fill, places
from support import Home, keep_secret, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(os.path.dirname(HERE), ".cache", "npm", "openapi", "node_modules")
NODE = shutil.which("node", path="/usr/local/bin:/usr/bin")


@dataclasses.dataclass
class Exchange:
    method: str
    path: str
    query: dict
    headers: dict
    body: object = None  # JSON; None: there is none
    raw: bytes = None  # instead, as it is
    why: str = ""  # what is wrong with it, or special
    operation: str = ""
    is_broken: bool = False
    verdict: dict = None
    status: int = 0
    type: str = ""
    answer: bytes = b""
    answer_headers: dict = dataclasses.field(default_factory=dict)

    @property
    def name(self):
        return f"{self.operation}: {self.why or 'good'}"

    @property
    def json(self):
        return json.loads(self.answer) if is_json(self.type) and self.answer else None

    def as_text(self):
        body = self.raw.decode("utf-8", "replace") if self.raw is not None else json.dumps(self.body) if self.body is not None else ""
        return f"{self.name}: {self.method} {self.path} {self.query or ''} {body[:300]} -> {self.status} {self.answer[:300].decode('utf-8', 'replace')}"

    def for_judge(self):
        lines = [json.loads(line) for line in self.answer.splitlines()] if self.type == "application/x-ndjson" else None
        whole = {"method": self.method, "path": self.path, "query": self.query, "headers": self.headers, "status": self.status,
                 "type": self.type, "answer_headers": self.answer_headers,
                 "answer_only": self.is_broken or (self.method == "GET" and self.why != "")}
        if self.raw is not None:
            whole["raw"] = self.raw.decode("latin-1")
        elif self.body is not None:
            whole["body"] = self.body
        if lines is not None:
            whole["lines"] = lines
        elif is_json(self.type) and self.answer:
            whole["answer"] = json.loads(self.answer)
        elif self.type.startswith("text/"):
            whole["answer"] = self.answer.decode()
        return json.dumps(whole)


class Caller:
    """Sends on one connection that is kept, and remembers."""

    def __init__(self, url, token):
        url = urllib.parse.urlsplit(url)
        self.host, self.port, self.token = url.hostname, url.port, token
        self.connection = None
        self.exchanges = []

    def send(self, method, path, query=None, body=None, raw=None, headers=None, why="", operation="", token=True, is_broken=False):
        token = self.token if token is True else token
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        target = urllib.parse.quote(path, safe="/%") + ("?" + urllib.parse.urlencode(query, doseq=True) if query else "")
        e = Exchange(method, path, query or {}, sent, body, raw, why, operation, is_broken)
        answer = self.ask(method, target, data, sent)
        e.status, e.answer = answer.status, answer.read()
        e.answer_headers = {k.lower(): v for k, v in answer.getheaders()}
        e.type = e.answer_headers.get("content-type", "").partition(";")[0].strip()
        self.exchanges.append(e)
        return e

    def ask(self, method, target, data, headers):
        for _ in range(2):  # a connection that is closed between two requests is none of our business
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
            try:
                self.connection.request(method, target, data, headers)
                return self.connection.getresponse()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.connection = None
        raise AssertionError(f"{method} {target}: the connection is closed without an answer")


# Where there is nothing to succeed with here; each has a test elsewhere that does.
ELSEWHERE = {
    "signInElsewhere": "an identity provider (test_api_signin)",
    "signInCallback": "an identity provider (test_api_signin)",
    "finishConsent": "a provider's consent (test_api_records)",
    "resetLoop": "a stopped loop (operation_routes_test)",
    "releaseHeld": "held mail (mail_routes_test)",
    "discardHeld": "held mail (mail_routes_test)",
    "retryOutboxRow": "a row that failed (mail_routes_test)",
    "retryLedgerRow": "mail that failed (mail_routes_test)",
    "discardLedgerRow": "mail that failed (mail_routes_test)",
}
# Properties that take more than their own value: others that go with them, or a record that is there.
TOGETHER = {
    "createProvider": "receive/security send/security",
    "createCaseType": "initial_status reopened_status cancelled_status fields/0/choices",
    "createKeystore": "content",
    "createAuthenticationProfile": "grant client_authentication service_account key_alias keystore template",
    "createAccount": "shares shares/0/send shares/0/manage send/protocol send/profile send/smime/keystore send/smime/encrypt send/dkim/selector "
                     "send/dkim/keystore send/dkim/key receive/protocol receive/profile",
    "createRule": "branches branches/0/when branches/0/activity branches/0/map branches/0/map/0/target branches/0/map/0/source branches/0/map/0/required",
    "createListener": "source backoff_s longest_backoff_s after",
    "createBlock": "kind",
    "createWebhook": "secret old_secret private_key",
    "createAlert": "other_account",
    "replyToCase": "attachments/0/message",
    "forwardFromCase": "attachments/0/message",
    "sendMail": "attachments/0/message close_as_status",
    "tryRule": "rule",
    "createMailbox": "profile",
    "changeMailbox": "shares/0/operator",
}
# In the order in which one refers to the other.
KINDS = ["providers", "case_types", "templates", "keystores", "authentication_profiles", "accounts", "rules", "listeners", "blocks", "inlets",
         "operators", "identity_providers", "webhooks", "alerts"]
MAIL = (b"From: Ann <ann@customer.test>\r\nTo: support@example.com\r\nSubject: It smokes\r\nMessage-ID: <%s@customer.test>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>The printer.</p>\r\n"
        b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n%%PDF\r\n--b--\r\n")
PASSWORD = "seven brown otters"


class Session:
    """All requests, in the order in which one needs the other; what came of them is in caller.exchanges."""

    def __init__(self, home, description):
        self.home, self.description = home, description
        home.run("operator", "add", "root", "--role", "administrator")
        token = home.json("operator", "token", "root")["token"]
        keep_secret(token)
        home.serve_http()
        self.caller = Caller(home.url, token)
        self.maker = Maker(description, {"account": "support", "case_type": "request", "template": "received", "rule": "support",
                                         "keystore": "made", "provider": "example", "authentication_profile": "office"})
        self.values = {}  # of path parameters, by the word before them
        self.goods = {}  # a good body of each operation that takes one

    def path(self, operation, **values):
        values = {**self.values, **values}
        parts = operation.path.split("/")
        return "/".join(urllib.parse.quote(str(values[parts[i - 1]]), safe="") if part.startswith("{") else part for i, part in enumerate(parts))

    def operation(self, name):
        return next(o for o in self.description.operations if o.item["operationId"] == name)

    def call(self, name, body=None, raw=None, query=None, headers=None, **values):
        operation = self.operation(name)
        content = operation.item.get("requestBody", {}).get("content", {})
        headers = dict(headers or {})
        if raw is not None:
            headers.setdefault("Content-Type", next(iter(content)).replace("*/*", "application/yaml"))
        if body is not None:
            self.goods[name] = body
        return self.caller.send(operation.method.upper(), self.path(operation, **values), query, body, raw, headers, "", name)

    def schema(self, name):
        return self.operation(name).item["requestBody"]["content"]["application/json"]["schema"]

    # ------------------------------------------------------------ good requests

    def run(self):
        self.create_records()
        self.hand_in_mail()
        self.work()
        self.sign_in()
        self.read_everything()
        self.put_everything()
        self.break_everything()
        self.delete_everything()

    def create_records(self):
        """The examples as they stand, then each property in turn."""
        key, certificate = self.home.write("key.pem", ""), self.home.write("cert.pem", "")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                        "/CN=x", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        with open(key, encoding="ascii") as file, open(certificate, encoding="ascii") as other:
            pem = file.read() + other.read()
        for plural in KINDS:
            name = next(o.item["operationId"] for o in self.description.operations if o.path == f"/api/v1/{plural}" and o.method == "post")
            schema = self.description.resolve(self.schema(name))
            good = schema["examples"][0] if plural != "keystores" else {"id": "made", "content": pem}
            self.values[plural] = good["id"]
            self.call(name, good)
            put = name.replace("create", "put", 1)
            for path, body in self.maker.bodies(schema, good):
                if path:
                    exchange = self.call(put, {**body, "id": good["id"]}, headers={"If-Match": "*"})
                    exchange.why = "with " + "/".join(map(str, path))
            if plural == "accounts":  # no server is asked for in vain
                good = {**good, "send": {**good["send"], "host": "127.0.0.1", "port": 1}, "receive": {**good["receive"], "host": "127.0.0.1", "port": 1}}
            if plural == "providers":
                good = {**good, "logo": schema["properties"]["logo"]["examples"][0]}
            self.call(put, good, headers={"If-Match": "*"})

    def hand_in_mail(self):
        for ident in (b"one", b"two"):
            handed = self.call("ingestMail", raw=MAIL % ident, query={"listener": "support"}).json
        self.values.update(cases=handed["case_number"], messages=handed["message"], attachments=1)
        self.values["ledger"] = self.call("listLedger").json["items"][0]["id"]
        self.values["held"] = self.values["ledger"]

    def bodies_of(self, name, good=None):
        """A good one, and with each property in turn."""
        schema = self.description.resolve(self.schema(name))
        for path, body in self.maker.bodies(schema, good):
            exchange = self.call(name, body)
            if path:
                exchange.why = "with " + "/".join(map(str, path))
        self.goods[name] = good or self.maker.least(schema)

    def work(self):
        self.maker.named = {"message": self.values["messages"], "stored": self.values["messages"], "number": 1}
        for name in ("previewReply", "replyToCase", "forwardFromCase", "sendMail", "previewMail", "changeCase", "tryRule", "createToken", "addSuppression",
                     "setListenerTrace", "setAccountTrace", "setInletTrace", "detectMailbox"):
            self.bodies_of(name)
        self.bodies_of("createMailbox", {"address": "anna@example.com", "password": PASSWORD})
        self.values["mailboxes"] = self.call("listMailboxes").json["items"][0]["id"]
        self.bodies_of("changeMailbox", {"password": PASSWORD})
        self.bodies_of("detectServers")
        self.call("testAccount", {"side": "receiver"})
        self.call("testUnsavedAccount", {"account": self.call("getAccount").json, "side": "receiver"})
        outbox = self.call("listOutbox").json["items"]
        self.values["outbox"] = outbox[0]["id"]
        self.call("cancelOutboxRow")
        self.values["tokens"] = next(token["id"] for token in self.call("listTokens").json["items"] if token["name"] == "Reports")
        self.values["suppressions"], self.values["loops"] = "ann@example.com", "none"
        for name in ("stopListener", "startListener", "pauseAccount", "resumeAccount", "rotateWebhookSecret", "testWebhook",
                     "testAlert"):
            self.call(name)
        wait_until(self.restarts, 30, "the listener that was started")
        self.values["deliveries"] = self.call("listWebhookDeliveries").json["items"][0]["id"]
        self.call("replayWebhookDelivery")
        self.bodies_of("replayWebhook", {"after": 0})
        self.call("applySetup", raw=b"templates: { more: { text: More } }", query={"dry_run": "true"})
        profile = self.call("createAuthenticationProfile", {"id": "consent", "template": "google", "grant": "authorization-code", "client_id": "x",
                                                            "client_secret": "y" * 12})
        profile.why = "with a grant by consent"
        self.call("beginConsent", authentication_profiles="consent")

    def restarts(self):
        """It is started by a thread that looks for such orders."""
        done = self.call("restartListener").status == 200
        if not done:
            self.caller.exchanges.pop()
        return done

    def sign_in(self):
        """By a one-time link, as a person does; the cookie is the browser's."""
        keep_secret(PASSWORD)
        link = self.call("inviteOperator").json["link"].rpartition("/")[2]
        keep_secret(link)
        browser, self.caller.token = self.caller.token, None
        self.call("checkLink", {"token": link})
        begun = self.call("useLink", {"token": link, "password": PASSWORD})
        self.person = self.person_of(begun)
        self.call("getSession", headers=self.person)
        changed = self.call("changePassword", {"password": PASSWORD, "new_password": PASSWORD + "!"}, headers=self.person)
        self.person = self.person_of(changed)
        begun = self.call("signIn", {"operator": "anna", "password": PASSWORD + "!"})
        self.call("signOut", headers=self.person_of(begun))
        self.call("setSecondFactor", {"password": PASSWORD + "!"}, headers=self.person)
        removed = self.call("removeSecondFactor", {"password": PASSWORD + "!"}, headers=self.person)
        self.person = self.person_of(removed)
        self.values["sessions"] = self.call("listSessions", headers=self.person).json["items"][0]["id"]
        self.caller.token = browser

    @staticmethod
    def person_of(exchange):
        return {"Cookie": exchange.answer_headers["set-cookie"].partition(";")[0], "X-Hauspost-Csrf": exchange.json["csrf"]}

    def read_everything(self):
        """Each GET, and with each of its parameters."""
        for operation in self.description.operations:
            name = operation.item["operationId"]
            if operation.method != "get" or name in ELSEWHERE:
                continue
            headers = self.person if operation.path.startswith("/api/v1/session") else {}
            self.call(name, headers=headers)
            for parameter in operation.parameters("query").values():
                known = {"listAudit kind": "account", "listEvents kind": "case.created", "listEvents case": self.values["cases"]}
                for value in known.get(f"{name} {parameter['name']}", "").split() or self.maker.query_values(parameter):
                    if parameter["name"] not in ("cursor", "follow"):
                        self.call(name, query={parameter["name"]: value}, headers=headers).why = f"with {parameter['name']}={value}"
            if "cursor" in operation.parameters("query"):
                following = self.call(name, query={"limit": "1"}, headers=headers).json["next"]
                if following:
                    self.call(name, query={"limit": "1", "cursor": following}, headers=headers).why = "the second page"

    def put_everything(self):
        """What was answered is taken."""
        for operation in self.description.operations:
            if operation.method == "put":
                name, get = operation.item["operationId"], operation.item["operationId"].replace("put", "get", 1)
                seen = self.call(get)
                self.call(name, seen.json, headers={"If-Match": seen.answer_headers["etag"]})
                self.call(name, seen.json, headers={"If-Match": "*"})

    def delete_everything(self):
        """Those who refer to others first, and who has mail to send when it is cancelled."""
        self.caller.token, token = None, self.caller.token
        self.values["sessions"] = self.call("listSessions", headers=self.person).json["items"][0]["id"]
        self.call("endSession", headers=self.person)
        self.caller.token = token
        self.call("signOutOperator")
        for row in self.call("listOutbox", query={"state": "waiting", "limit": "500"}).json["items"]:
            self.call("cancelOutboxRow", outbox=row["id"])
        for mailbox in self.call("listMailboxes").json["items"]:
            self.call("deleteMailbox", mailboxes=mailbox["id"])
        order = ["/".join(("", "api", "v1", plural, "{id}")) for plural in reversed(KINDS)]
        operations = [o for o in self.description.operations if o.method == "delete" and o.item["operationId"] not in (*ELSEWHERE, "deleteMailbox")]
        for operation in sorted(operations, key=lambda o: order.index(o.path) if o.path in order else -1):
            if "/session" not in operation.path:
                self.call(operation.item["operationId"])

    # ------------------------------------------------------------ broken requests

    def break_everything(self):
        self.limited = self.home.json("operator", "token", "anna", "--right", "events.read")["token"]
        for operation in self.description.operations:
            self.break_query(operation)
            self.break_caller(operation)
            self.break_path(operation)
            if "requestBody" in operation.item:
                self.break_type(operation)
            if "application/json" in operation.item.get("requestBody", {}).get("content", {}):
                self.break_body(operation)
            if "If-Match" in operation.parameters("header"):
                values = (None,) if operation.parameters("header")["If-Match"].get("required") else ()
                for value in (*values, "x", '"x"', '"-1"', '"99999999999999999999"', '"987654"'):
                    self.broken(operation, f"If-Match: {value}", headers={"If-Match": value})

    def broken(self, operation, why, **options):
        """One that has to be refused; all else about it is good."""
        name = operation.item["operationId"]
        content = operation.item.get("requestBody", {}).get("content", {})
        headers = dict(self.person) if "/session" in operation.path and operation.item["x-right"] != "none" else {}
        if "If-Match" in operation.parameters("header"):
            headers["If-Match"] = "*"
        if "application/json" in content and "body" not in options and "raw" not in options:
            options["body"] = self.good_body(operation)
        elif content and "application/json" not in content:
            headers["Content-Type"] = next(iter(content)).replace("*/*", "application/yaml")
            options.setdefault("raw", b"templates: {}")
        headers.update(options.pop("headers", {}))
        token = options.pop("token", not headers.get("Cookie"))
        path = options.pop("path", None) or self.path(operation)
        return self.caller.send(operation.method.upper(), path, headers=headers, why=why, operation=name, token=token, is_broken=True, **options)

    def good_body(self, operation):
        name = operation.item["operationId"]
        if name.startswith("put"):
            return self.goods[name]
        return self.maker.renewed(self.description.resolve(self.schema(name)), copy.deepcopy(self.goods[name]))

    def break_query(self, operation):
        for name, parameter in operation.parameters("query").items():
            for value in self.maker.broken_query_values(parameter):
                self.broken(operation, f"{name}={value}", query={name: value})
        if operation.path.startswith("/api/") and not operation.path.endswith("/callback"):
            self.broken(operation, "unknown parameter", query={"no_such_parameter": "1"})

    def break_caller(self, operation):
        if operation.item["x-right"] != "none":
            self.broken(operation, "nobody", token=None, headers={"Cookie": None, "X-Hauspost-Csrf": None})
            self.broken(operation, "unknown token", token="hp_" + "x" * 40, headers={"Cookie": None})
        if operation.item["x-right"] not in ("none", "signed", "events.read"):
            self.broken(operation, "without the right", token=self.limited)

    def break_path(self, operation):
        """What isn't there, isn't a number, isn't UTF-8."""
        words = operation.path.split("/")
        for i, word in enumerate(words):
            if word.startswith("{"):
                for value in ("nothing-of-that-name", "0", "%00", "%ff", "..%2f", "9" * 30):
                    path = self.path(operation).split("/")
                    path[i] = value
                    self.broken(operation, f"{word} is {value[:30]}", path="/".join(path))

    def break_type(self, operation):
        if "*/*" in operation.item["requestBody"]["content"]:
            return
        self.broken(operation, "media type", raw=b"x", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.broken(operation, "no media type", raw=b"x", headers={"Content-Type": None})

    def break_body(self, operation):
        for raw in (b"", b"{", b"[]", b"null", b'"x"', b"5", b'{"a": 1, "a": 2}', b'{"id": "\xff"}', b"[" * 5000, b"{} {}", b'{"id": 1e999}'):
            self.broken(operation, f"body {raw[:12]}", raw=raw, headers={"Content-Type": "application/json"})
        if operation.method == "put":  # its schema is that of POST
            self.broken(operation, "another id", body={**self.good_body(operation), "id": "another"})
            self.broken(operation, "id: type", body={**self.good_body(operation), "id": 5})
            return
        schema = self.description.resolve(self.schema(operation.item["operationId"]))
        for why, body in self.maker.broken_bodies(schema, self.good_body(operation)):
            self.broken(operation, why, body=body)


@unittest.skipUnless(NODE and os.path.isdir(MODULES), "nodejs, or prism from npm, is not installed (./dev setup)")
class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(Home())
        text = cls.home.run("openapi").out
        cls.description = Description(json.loads(text))
        cls.session = Session(cls.home, cls.description)
        cls.session.run()
        cls.exchanges = cls.session.caller.exchanges
        cls.good = [e for e in cls.exchanges if not e.is_broken]
        cls.broken = [e for e in cls.exchanges if e.is_broken]
        # Of those refused, one of each operation and of each status: a problem is a problem.
        refused = {**{e.status: e for e in cls.broken}, **{e.operation: e for e in cls.broken}}
        cls.judged = [*cls.good, *refused.values()]
        judge = subprocess.run([NODE, os.path.join(HERE, "openapi", "judge.mjs"), MODULES, cls.home.write("openapi.json", text)],
                               input="".join(e.for_judge() + "\n" for e in cls.judged), capture_output=True, text=True, timeout=120,
                               check=False)
        if judge.returncode != 0:
            raise AssertionError(judge.stderr[-3000:])
        for exchange, line in zip(cls.judged, judge.stdout.splitlines(), strict=True):
            exchange.verdict = json.loads(line)

    def none(self, faults):
        faults = list(faults)
        self.assertEqual(len(faults), 0, "\n" + "\n".join(faults[:40]))

    def test_good_requests_succeed(self):
        self.none(e.as_text() for e in self.good if e.status >= 400 and not self.is_refused_with_reason(e))

    def test_every_operation_has_succeeded(self):
        done = {e.operation for e in self.good if e.status < 400}
        missing = {o.item["operationId"] for o in self.description.operations} - done
        self.assertEqual(sorted(missing), sorted(ELSEWHERE))

    def test_broken_requests_are_refused_with_a_problem(self):
        self.none(e.as_text() for e in self.broken if not 400 <= e.status < 500 or e.type != "application/problem+json")

    def test_each_answer_is_as_described(self):
        def faults():
            for e in self.exchanges:
                try:
                    self.description.check_answer(e.method, e.path, e.status, e.type, e.answer)
                except Undescribed as fault:
                    yield f"{fault}: {e.as_text()}"

        self.none(faults())

    def test_no_page_is_longer_than_asked_for(self):
        self.none(e.as_text() for e in self.good if e.query.get("limit") == "1" and e.status == 200 and len(e.json["items"]) > 1)

    def test_another_checker_agrees_on_each_answer(self):
        self.none(f"{e.verdict['answer']}: {e.as_text()}" for e in self.judged if e.verdict["answer"])

    def test_another_checker_agrees_on_good_requests(self):
        self.none(f"{e.verdict['request']}: {e.as_text()}" for e in self.good if e.verdict["request"])

    @staticmethod
    def is_refused_with_reason(e):
        name = e.operation.replace("put", "create", 1)
        return e.status == 400 and e.json["code"] == "invalid" and e.why.removeprefix("with ") in TOGETHER.get(name, "").split()


if __name__ == "__main__":
    unittest.main()
