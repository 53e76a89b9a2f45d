"""A stateful double of Microsoft Graph: mailboxes with folders and messages, delta queries with tokens that expire, immutable ids, $batch,
sendMail, drafts with attachments and upload sessions, throttling. It runs on threads of the test itself, over TLS with the test CA.

    with Graph() as graph:
        box = graph.mailbox("support@example.test")
        box.deliver(b"From: …")
        …
        box.names("inbox"), graph.sent[0].recipients, graph.violations

Every request is judged: by Microsoft's description where that is at hand (description.py), by the bearer token, and by what Graph's documents
say in words. What is wrong stands in `violations` and is answered with 400."""

import base64
import contextlib
import copy
import dataclasses
import email
import email.policy
import email.utils
import http.server
import itertools
import json
import re
import ssl
import tempfile
import shutil
import threading
import time
import urllib.parse

from graph.description import Description, Wrong, check_batch, check_upload, decode_base64
from servers.private import make_certificates, register

REQUEST_MAX = 4 * 1024 * 1024
SESSION_FROM = 3 * 1000 * 1000
WELL_KNOWN = {"inbox": "Inbox", "drafts": "Drafts", "sentitems": "Sent Items", "deleteditems": "Deleted Items", "junkemail": "Junk Email",
              "archive": "Archive", "outbox": "Outbox"}


@dataclasses.dataclass
class Message:
    id: str
    folder: str
    raw: bytes
    received: str
    is_read: bool = False
    is_draft: bool = False
    files: list = dataclasses.field(default_factory=list)  # (name, type, content)

    @property
    def ident(self):
        return str(email.message_from_bytes(self.raw, policy=email.policy.compat32).get("Message-ID", "")).strip()


@dataclasses.dataclass
class Sent:
    recipients: list
    raw: bytes
    files: list


@dataclasses.dataclass
class Fault:
    """Of requests whose "METHOD path" matches `match`, the first `times` (0: all) are answered with `status`, `code` and `headers` or
    `body`; with action "cut" the connection is closed at once, with "do-and-cut" after it was done."""

    match: str
    status: int = 0
    code: str = "ErrorTest"
    headers: dict = dataclasses.field(default_factory=dict)
    action: str = ""
    body: bytes = None
    times: int = 1
    skip: int = 0


class Refusal(Exception):
    def __init__(self, status, code, message="", headers=None):
        super().__init__(code)
        self.status, self.code, self.message, self.headers = status, code, message or code, headers or {}


class Mailbox:
    def __init__(self, user, number):
        self.user, self.count, self.changes, self.generation = user, itertools.count(1), [], 1
        self.number = number
        self.folders = {}  # id → [name, parent id]
        self.well_known = {}
        self.messages = {}
        for known, name in WELL_KNOWN.items():
            self.well_known[known] = self.make_folder(name, "")

    def new_id(self, kind):
        return f"AAkA{self.number}-{kind}_{next(self.count):06d}+/=="  # characters that a path must not hold as they are

    # what tests do and see

    def make_folder(self, name, parent=""):
        ident = self.new_id("F")
        self.folders[ident] = [name, parent]
        return ident

    def folder(self, path):
        """The id of "inbox", or of a path of names."""
        if path in self.well_known:
            return self.well_known[path]
        at = ""
        for name in path.split("/"):
            at = next(ident for ident, (other, parent) in self.folders.items() if other == name and parent == at)
        return at

    def deliver(self, raw, folder="inbox", received=None):
        number = next(self.count)
        received = received or f"2026-11-21T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"
        message = Message(self.new_id("M"), self.folder(folder), raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), received)
        self.messages[message.id] = message
        self.note(message.folder, message.id)
        return message

    def inside(self, folder="inbox"):
        ident = self.folder(folder)
        return [m for m in self.messages.values() if m.folder == ident]

    def put(self, message, folder_id):
        """As somebody else's hand would."""
        if message.folder != folder_id:
            self.note(message.folder, message.id)
            message.folder = folder_id
        self.note(folder_id, message.id)

    def remove(self, message):
        del self.messages[message.id]
        self.note(message.folder, message.id)

    def forget_deltas(self):
        self.generation += 1

    def note(self, folder, ident):
        self.changes.append((folder, ident))


class Graph:
    def __init__(self, delay_s=0.0, page_max=1000, judge=True):
        self.lock = threading.RLock()
        self.folder = tempfile.mkdtemp(prefix="hauspost-graph-")
        make_certificates(self.folder)
        self.ca = f"{self.folder}/ca.pem"
        self.delay_s, self.page_max = delay_s, page_max
        self.tokens = {"token-1"}
        self.mailboxes, self.sent, self.requests, self.violations, self.faults = {}, [], [], [], []
        self.sessions, self.links = {}, set()
        self.under_way, self.most_under_way = 0, 0
        self.judge = Description.load() if judge else None
        self.server = None
        register(self)

    def mailbox(self, user):
        return self.mailboxes.setdefault(user, Mailbox(user, len(self.mailboxes) + 1))

    def start(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.folder}/server.pem", f"{self.folder}/server.key")

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads, block_on_close, request_queue_size = True, False, 64
            graph = self

            def get_request(self):
                sock, address = super().get_request()
                return context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.base = f"https://localhost:{self.port}/v1.0"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None
        shutil.rmtree(self.folder, ignore_errors=True)

    __enter__ = start

    def __exit__(self, *_):
        self.close()

    def fault(self, match, *words, **options):
        with self.lock:
            self.faults.append(Fault(match, *words, **options))

    def count(self, pattern):
        with self.lock:
            return sum(bool(re.search(pattern, line)) for line in self.requests)

    # ---------------------------------------------------------------- a request

    def due_fault(self, line):
        for fault in self.faults:
            if fault.times >= 0 and re.search(fault.match, line):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times = -1 if fault.times == 1 else fault.times - 1 if fault.times else 0
                return fault
        return None

    def answer(self, method, target, headers, body):
        """(status, headers, body bytes); None: the connection is cut."""
        with self.lock:
            path = target.partition("?")[0]
            self.requests.append(f"{method} {target}")
            fault = self.due_fault(f"{method} {target}")
            if fault and fault.action == "cut":
                return None
            if fault and not fault.action:
                content = fault.body if fault.body is not None else error_body(fault.code, "as the test wants it")
                return fault.status, fault.headers, content
            try:
                answer = self.judged(method, target, path, headers, body)
            except Wrong as wrong:
                self.violations.append(f"{method} {target}: {wrong}")
                answer = 400, {}, error_body("BadRequest", str(wrong))
            except Refusal as refusal:
                answer = refusal.status, refusal.headers, error_body(refusal.code, refusal.message)
            return None if fault else answer

    def judged(self, method, target, path, headers, body):
        if path == "/token":
            return self.token(method, body)
        if path.startswith("/upload/"):
            return self.upload(method, path, headers, body)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Refusal(401, "InvalidAuthenticationToken", "Access token is empty or has expired.")
        if len(body) > REQUEST_MAX:
            raise Refusal(413, "RequestEntityTooLarge", "The maximum request length supported is 4MB.")
        if not path.startswith("/v1.0/"):
            raise Wrong("not a path of v1.0")
        if path == "/v1.0/$batch":
            return self.batch(method, headers, body)
        return self.one(method, target.removeprefix("/v1.0"), headers, body)

    def token(self, method, body):
        """The token endpoint of an authentication profile with client credentials; the last token is given out."""
        form = dict(urllib.parse.parse_qsl(body.decode()))
        if method != "POST" or form.get("grant_type") != "client_credentials" or form.get("client_secret") != "graph-client-secret":
            raise Refusal(400, "invalid_client")
        return as_json(200, {"access_token": max(self.tokens), "token_type": "Bearer", "expires_in": 3600})

    def one(self, method, target, headers, body):
        if 'IdType="ImmutableId"' not in headers.get("prefer", ""):
            raise Wrong("ids must be asked for as immutable ones (Prefer)")
        if f"{self.base}{target}" in self.links:  # given out by us: opaque
            target, _, query = target.partition("?")
            return self.route(method, target, dict(urllib.parse.parse_qsl(query)), headers, body)
        if self.judge:
            self.judge.check(method, target, headers, body)
        path, _, query = target.partition("?")
        return self.route(method, path, dict(urllib.parse.parse_qsl(query)), headers, body)

    def batch(self, method, headers, body):
        if method != "POST" or not headers.get("content-type", "").startswith("application/json"):
            raise Wrong("$batch: a POST of JSON")
        responses = []
        for request in check_batch(body):
            inner = {name.lower(): value for name, value in request.get("headers", {}).items()}
            content = json.dumps(request["body"]).encode() if "body" in request else b""
            line = f"{request['method']} {request['url']}"
            self.requests.append("batch " + line)
            fault = self.due_fault("batch " + line)
            try:
                if fault:
                    raise Refusal(fault.status, fault.code, headers=fault.headers)
                status, _, answer = self.one(request["method"], request["url"], inner, content)
                response = {"id": request["id"], "status": status, "headers": {}, "body": json.loads(answer) if answer else None}
            except Refusal as refusal:
                response = {"id": request["id"], "status": refusal.status, "headers": refusal.headers,
                            "body": json.loads(error_body(refusal.code, refusal.message))}
            responses.append(response)
        return as_json(200, {"responses": responses[::-1]})  # in any order

    # ---------------------------------------------------------------- what there is

    def route(self, method, path, query, headers, body):
        words = [urllib.parse.unquote(word) for word in path.strip("/").split("/")]
        if words[0] != "users" or words[1] not in self.mailboxes:
            raise Refusal(404, "ErrorInvalidUser", f"The requested user '{words[1] if len(words) > 1 else ''}' is invalid.")
        box, rest = self.mailboxes[words[1]], words[2:]
        if rest == ["sendMail"]:
            return self.send_mail(box, headers, body)
        if rest[0] == "mailFolders":
            return self.folders(box, method, rest[1:], query, headers, body)
        if rest == ["messages"]:
            return self.make_draft(box, headers, body)
        if rest[0] == "messages":
            return self.message(box, method, rest[1], rest[2:], headers, body)
        raise Wrong(f"the double doesn't know {path}")

    def folder_id(self, box, word):
        ident = box.well_known.get(word, word)
        if ident not in box.folders:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return ident

    def folders(self, box, method, words, query, headers, body):
        if words[1:] == ["messages", "delta"]:
            return self.delta(box, self.folder_id(box, words[0]), query, headers)
        if len(words) == 3 and words[1] == "messages" and method == "GET":
            return self.message(box, method, words[2], [], headers, body)
        if words[1:] == ["messages"]:
            return self.find_messages(box, self.folder_id(box, words[0]), query, headers)
        if len(words) == 1:
            ident = self.folder_id(box, words[0])
            return as_json(200, {"id": ident, "displayName": box.folders[ident][0]})
        parent = self.folder_id(box, words[0]) if words else ""
        if words[1:] not in ([], ["childFolders"]):
            raise Wrong("the double doesn't know this path of folders")
        return self.list_folders(box, parent, query) if method == "GET" else self.add_folder(box, parent, json.loads(body))

    def list_folders(self, box, parent, query):
        if "$filter" not in query:
            below = [above for _, above in box.folders.values()]
            return as_json(200, {"value": [{"id": ident, "displayName": name, "childFolderCount": below.count(ident)}
                                           for ident, (name, above) in box.folders.items() if above == parent]})
        match = re.fullmatch(r"displayName eq '((?:[^']|'')*)'", query.get("$filter", ""))
        if not match:
            raise Wrong(f"$filter: {query.get('$filter')}")
        want = match.group(1).replace("''", "'").lower()
        found = [{"id": ident, "displayName": name} for ident, (name, above) in box.folders.items()
                 if above == parent and name.lower() == want]
        return as_json(200, {"value": found})

    def add_folder(self, box, parent, what):
        name = what["displayName"]
        if any(other.lower() == name.lower() and above == parent for other, above in box.folders.values()):
            raise Refusal(409, "ErrorFolderExists")
        ident = box.make_folder(name, parent)
        return as_json(201, {"id": ident, "displayName": name})

    def find_messages(self, box, folder, query, headers):
        days = re.fullmatch(r"receivedDateTime ge (\d{4}-[-\d]+T[:.\d]+Z)(?: and receivedDateTime lt (\d{4}-[-\d]+T[:.\d]+Z))?", query.get("$filter", ""))
        if days:
            return self.messages_of_days(box, folder, days.groups(), query, headers)
        match = re.fullmatch(r"internetMessageId eq '((?:[^']|'')*)'", query.get("$filter", ""))
        if not match:
            raise Wrong(f"$filter: {query.get('$filter')}")
        want = match.group(1).replace("''", "'")
        return as_json(200, {"value": [{"id": m.id} for m in box.messages.values() if m.folder == folder and m.ident == want]})

    def messages_of_days(self, box, folder, days, query, headers):
        """Pages as a list has them: by $skip, so that an order must be asked for."""
        if query.get("$orderby") != "receivedDateTime":
            raise Wrong(f"$orderby: {query.get('$orderby')}: pages without an order miss some")
        since, before = ((day or "9999").replace(".000Z", "Z") for day in days)
        found = sorted((m.received, ident) for ident, m in box.messages.items() if m.folder == folder and since <= m.received < before)
        size = min(int(re.search(r"odata\.maxpagesize=(\d+)", headers.get("prefer", "maxpagesize=10")).group(1)), self.page_max)
        at = int(query.get("$skip", 0))
        answer = {"value": [{"id": ident} for _, ident in found[at:at + size]]}
        if at + size < len(found):
            words = urllib.parse.urlencode({**query, "$skip": at + size}, quote_via=urllib.parse.quote)
            answer["@odata.nextLink"] = (f"{self.base}/users/{urllib.parse.quote(box.user)}/mailFolders/{urllib.parse.quote(folder, safe='')}"
                                         f"/messages?{words}")
            self.links.add(answer["@odata.nextLink"])
        return as_json(200, answer)

    # ---------------------------------------------------------------- delta

    def delta(self, box, folder, query, headers):
        size = re.search(r"odata\.maxpagesize=(\d+)", headers.get("prefer", ""))
        size = min(int(size.group(1)) if size else 10, self.page_max)
        token = query.get("$deltatoken") or query.get("$skiptoken")
        if token:
            generation, since, until, at = map(int, token.split("."))
            if generation != box.generation:
                raise Refusal(410, "syncStateNotFound", "The sync state generation is not found; resync.")
        else:
            since, until, at = -1, len(box.changes), 0
        if "$deltatoken" in query:
            until = len(box.changes)
        items = self.changed(box, folder, since, until)
        page, at = items[at:at + size], at + size
        kind, after = ("nextLink", f"$skiptoken={box.generation}.{since}.{until}.{at}") if at < len(items) else (
            "deltaLink", f"$deltatoken={box.generation}.{until}.{until}.0")
        link = f"{self.base}/users/{urllib.parse.quote(box.user)}/mailFolders/{urllib.parse.quote(folder, safe='')}/messages/delta?{after}"
        self.links.add(link)
        return as_json(200, {"@odata.context": f"{self.base}/$metadata#x", "value": page, f"@odata.{kind}": link})

    @staticmethod
    def changed(box, folder, since, until):
        if since < 0:
            idents = [ident for ident, m in box.messages.items() if m.folder == folder][::-1]  # newest first
        else:
            idents = list(dict.fromkeys(ident for where, ident in box.changes[since:until] if where == folder))
        items = []
        for ident in idents:
            message = box.messages.get(ident)
            if message is None or message.folder != folder:
                items.append({"@removed": {"reason": "deleted"}, "id": ident})
            else:
                items.append({"@odata.type": "#microsoft.graph.message", "@odata.etag": "W/\"1\"", "id": ident, "isRead": message.is_read,
                              "receivedDateTime": message.received})
        return items

    # ---------------------------------------------------------------- a message

    def message(self, box, method, ident, words, headers, body):
        message = box.messages.get(ident)
        if message is None:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        if method == "GET" and words == ["$value"]:
            return 200, {"Content-Type": "text/plain"}, message.raw
        if method == "GET":
            size = {"id": "Integer 0xe08", "value": str(len(message.raw))}
            return as_json(200, {"id": ident, "singleValueExtendedProperties": [size]})
        if method == "PATCH":
            message.is_read = json.loads(body)["isRead"]
            box.note(message.folder, ident)
            return as_json(200, {"id": ident})
        if method == "DELETE":
            box.put(message, box.well_known["deleteditems"])
            return 204, {}, b""
        if words == ["move"]:
            box.put(message, self.folder_id(box, json.loads(body)["destinationId"]))
            return as_json(201, {"id": ident})
        if words == ["send"]:
            return self.send_draft(box, message)
        if words == ["attachments"]:
            return self.attach(message, json.loads(body))
        if words == ["attachments", "createUploadSession"]:
            return self.open_session(message, json.loads(body)["AttachmentItem"])
        raise Wrong(f"the double doesn't know {method} {words}")

    # ---------------------------------------------------------------- sending

    @staticmethod
    def letter(headers, body):
        if headers.get("content-type") != "text/plain":
            raise Wrong("the double takes MIME only")
        raw = decode_base64(body)
        mail = email.message_from_bytes(raw, policy=email.policy.compat32)
        if not raw or mail.defects:
            raise Refusal(400, "ErrorMimeContentInvalid")
        return raw

    def post(self, box, raw, files):
        mail = email.message_from_bytes(raw, policy=email.policy.compat32)
        values = [str(value) for name in ("To", "Cc", "Bcc") for value in mail.get_all(name, [])]
        recipients = [address for _, address in email.utils.getaddresses(values) if address]
        if not recipients:
            raise Refusal(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
        header, gap, text = raw.partition(b"\r\n\r\n")
        header = re.sub(rb"(?im)^bcc:.*\r\n(?:[ \t].*\r\n)*", b"", header + b"\r\n")
        self.sent.append(Sent(sorted(recipients), header + gap[2:] + text, files))

    def send_mail(self, box, headers, body):
        raw = self.letter(headers, body)
        self.post(box, raw, [])
        box.deliver(raw, "sentitems")
        return 202, {}, b""

    def make_draft(self, box, headers, body):
        message = box.deliver(self.letter(headers, body), "drafts")
        message.is_draft = True
        return as_json(201, {"id": message.id, "isDraft": True})

    def send_draft(self, box, message):
        if not message.is_draft:
            raise Refusal(400, "ErrorInvalidOperation")
        self.post(box, message.raw, message.files)
        message.is_draft = False
        box.put(message, box.well_known["sentitems"])
        return 202, {}, b""

    @staticmethod
    def attach(message, what):
        content = base64.b64decode(what["contentBytes"])
        if len(content) >= SESSION_FROM + 200_000:
            raise Refusal(413, "ErrorAttachmentSizeLimitExceeded")
        message.files.append((what["name"], what["contentType"], content))
        return as_json(201, {"id": "attachment"})

    def open_session(self, message, item):
        if item["size"] < SESSION_FROM:
            raise Refusal(400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize")
        name = f"/upload/{len(self.sessions) + 1}"
        self.sessions[name] = [message, item, b""]
        return as_json(200, {"uploadUrl": f"https://localhost:{self.port}{name}?authtoken=upload-secret", "nextExpectedRanges": ["0-"]})

    def upload(self, method, path, headers, body):
        if method != "PUT" or path not in self.sessions:
            raise Wrong("upload: no such session")
        session = self.sessions[path]
        message, item, so_far = session
        check_upload(headers, body, len(so_far), item["size"])
        session[2] = so_far = so_far + body
        if len(so_far) < item["size"]:
            return as_json(200, {"nextExpectedRanges": [str(len(so_far))]})
        message.files.append((item["name"], item["contentType"], so_far))
        return 201, {"Location": "somewhere"}, b""

    # ---------------------------------------------------------------- for tests that run the same thing again

    def snapshot(self):
        with self.lock:
            return copy.deepcopy(self.mailboxes)

    def restore(self, mailboxes):
        with self.lock:
            self.mailboxes = copy.deepcopy(mailboxes)
            self.sent, self.requests, self.faults, self.sessions = [], [], [], {}


def as_json(status, value):
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def error_body(code, message):
    return json.dumps({"error": {"code": code, "message": message}}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self):
        graph = self.server.graph
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the connection broke within the request: nobody asked for anything
            self.close_connection = True
            return
        headers = {}
        for name, value in self.headers.items():
            name = name.lower()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        with graph.lock:
            graph.under_way += 1
            graph.most_under_way = max(graph.most_under_way, graph.under_way)
        if graph.delay_s:
            time.sleep(graph.delay_s)
        answer = graph.answer(self.command, self.path, headers, body)
        with graph.lock:
            graph.under_way -= 1
        if answer is None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(2)
            return
        status, fields, content = answer
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer
