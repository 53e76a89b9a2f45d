"""The REST API as a test calls it: every request that is meant to succeed, and every answer, must be as the description says.

    api = Api(home.url, token="hp_…")
    api.post("/api/v1/accounts", {"id": "support", …})                      # 2xx, or an AssertionError
    answer = api.get("/api/v1/accounts/none", expect=404)
    self.assertIn("there is no account", answer.json["detail"])

`expect`: the status that must come (None: any); with 400 and above the request itself need not be described. `answer.json` is the
body where it is JSON, `answer.lines` those of NDJSON, `answer.headers` by their names in lower case.
"""

import dataclasses
import functools
import http.client
import http.cookies
import json
import ssl
import urllib.parse

from openapi_check import Description, is_json
from support import leaked

CSRF_HEADER = "X-Hauspost-Csrf"


@dataclasses.dataclass
class ApiAnswer:
    status: int
    headers: dict
    body: bytes

    @property
    def type(self):
        return self.headers.get("content-type", "").partition(";")[0].strip()

    @property
    def json(self):
        return json.loads(self.body) if is_json(self.type) else None

    @property
    def lines(self):
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def revision(self):
        return self.headers.get("etag")


class Api:
    """One caller: nobody, a token, or a session (its cookies are kept, its CSRF token sent)."""

    def __init__(self, url, token=None, ca=None, description=None):
        self.url = urllib.parse.urlsplit(url)
        self.token, self.ca = token, ca
        self.cookies, self.csrf = {}, None
        self.known = description

    @property
    def description(self):
        if self.known is None:
            self.known = Description(json.loads(self.send("GET", "/api/v1/openapi.json").body))
        return self.known

    def connect(self, timeout):
        if self.url.scheme == "https":
            context = ssl.create_default_context(cafile=self.ca)
            return http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=timeout, context=context)
        return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=timeout)

    def headers_for(self, method, headers):
        whole = {"Accept": "*/*"}
        if self.token:
            whole["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            whole["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.csrf and method not in ("GET", "HEAD"):
            whole[CSRF_HEADER] = self.csrf
        return {**whole, **headers}

    def keep_cookies(self, values):
        for value in values:
            for name, morsel in http.cookies.SimpleCookie(value).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)

    def send(self, method, target, body=None, headers=None, timeout=60):
        """One request, unchecked."""
        connection = self.connect(timeout)
        try:
            connection.request(method, target, body, self.headers_for(method, headers or {}))
            answer = connection.getresponse()
            self.keep_cookies(answer.headers.get_all("Set-Cookie", ()))
            return ApiAnswer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def call(self, method, target, body=None, expect=None, headers=None, timeout=60):
        """`body`: bytes, or what becomes JSON. Without `expect` any success will do."""
        headers = dict(headers or {})
        described = expect is None or expect < 400
        if described:
            self.description.check_request(method, target, headers, body)
        if body is not None and not isinstance(body, bytes):
            headers.setdefault("Content-Type", "application/json")
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.send(method, target, data, headers, timeout)
        if answer.status != expect if expect is not None else answer.status >= 400:
            raise AssertionError(f"{method} {target}: {answer.status}, expected {expect or 'success'}: {answer.text[:600]}")
        lost = leaked(answer.text)
        if lost:
            raise AssertionError(f"{method} {target} shows a secret that a test used, which begins with {lost[0][:3]}")
        self.description.check_answer(method, target, answer.status, answer.headers.get("content-type"), answer.body)
        return answer

    get = functools.partialmethod(call, "GET")
    post = functools.partialmethod(call, "POST")
    put = functools.partialmethod(call, "PUT")
    patch = functools.partialmethod(call, "PATCH")
    delete = functools.partialmethod(call, "DELETE")

    def pages(self, target, **options):
        """All items of a list, page by page."""
        following = target
        while following:
            answer = self.get(following, **options).json
            yield from answer["items"]
            mark = "&" if "?" in target else "?"
            following = answer["next"] and f"{target}{mark}cursor={urllib.parse.quote(answer['next'])}"
