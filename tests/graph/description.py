"""Microsoft's own OpenAPI description of Graph, as a judge of requests.

    judge = Description.load()          # None where the files or the libraries aren't there; Description.missing() says which
    judge.fault("POST", "/v1.0/users/a%40b.test/sendMail", {"content-type": "text/plain"}, b"TUlNRQ==")      # None, or what is wrong

Paths, methods, query parameters with their lists of values and JSON bodies are checked by the description, with the jsonschema library. What
the description can't say is said here by hand:

- OData names an action or function with or without its namespace and its brackets: "sendMail" is "microsoft.graph.sendMail".
- Its schemas are lists of "allOf", of which each alone refuses the others' properties, so that nothing would ever pass: they are read as one
  object with all properties. Others are refused, as is meant.
- MIME bodies exist only in its prose ("in either JSON or MIME format"): text/plain in base64, where an operation's text says so.
- A file attachment's "contentBytes" isn't among an attachment's properties.
- $batch and upload sessions aren't in it at all."""

import base64
import binascii
import contextlib
import hashlib
import json
import os
import pickle
import re
import urllib.parse

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = yaml = None

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORPUS = os.environ.get("HAUSPOST_CORPUS") or os.path.join(os.path.dirname(ROOT), "shared", "corpus")
FILES = [os.path.join(CORPUS, "graph", f"{name}.yml") for name in ("Mail", "Users.Actions", "Users.Functions")]
NAMESPACE = "microsoft.graph."
UPLOAD_UNIT = 320 * 1024


class Wrong(Exception):
    """What is wrong with a request."""


def decode_base64(body):
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("the body isn't base64") from None


class Operation:
    def __init__(self, document, template, about, parameters):
        self.document, self.template, self.about = document, template, about
        self.parameters = {p["name"]: p for p in map(document.resolve, [*parameters, *about.get("parameters", [])])}
        self.body = document.resolve(about["requestBody"]) if "requestBody" in about else None

    def check_query(self, query):
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=True):
            described = self.parameters.get(name)
            if not described or described["in"] != "query":
                raise Wrong(f"no query parameter {name}")
            schema = self.document.resolve(described["schema"])
            if schema.get("type") == "array":
                known = schema["items"].get("enum")
                for item in re.sub(r"\([^()]*\)", "", value).split(","):  # options of what is expanded
                    if known and item not in known:
                        raise Wrong(f"{name}: {item} is none of {', '.join(known)}")
            elif schema.get("type") == "integer" and not value.isdigit():
                raise Wrong(f"{name}: {value} is no number")

    def check_body(self, content_type, body):
        kind = content_type.partition(";")[0].strip().lower()
        if self.body is None:
            if body:
                raise Wrong("a body where none is described")
            return
        if not body:
            raise Wrong("the body is missing")
        if kind == "text/plain" and "MIME format" in self.about.get("description", ""):
            decode_base64(body)
            return
        if kind != "application/json" or kind not in self.body["content"]:
            raise Wrong(f"a body of type {kind or 'none'}")
        try:
            value = json.loads(body)
        except ValueError as error:
            raise Wrong(f"the body isn't JSON: {error}") from None
        self.document.check(self.body["content"][kind]["schema"], value)


def parsed(path):
    """A file of YAML. Reading one takes seconds: what came of it is kept in .cache for the next test."""
    with open(path, "rb") as file:
        content = file.read()
    kept = os.path.join(ROOT, ".cache", "graph", hashlib.sha256(content).hexdigest()[:32])
    with contextlib.suppress(OSError, EOFError, pickle.UnpicklingError), open(kept, "rb") as file:
        return pickle.load(file)
    tree = yaml.load(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        with open(f"{kept}.{os.getpid()}", "wb") as file:
            pickle.dump(tree, file)
        os.replace(f"{kept}.{os.getpid()}", kept)
    return tree


class Document:
    """One file."""

    def __init__(self, path):
        self.tree = parsed(path)
        self.schemas = {}

    def resolve(self, thing):
        while "$ref" in thing:
            place = self.tree
            for key in thing["$ref"].removeprefix("#/").split("/"):
                place = place[key]
            thing = place
        return thing

    def flat(self, schema, seen=()):
        """As JSON Schema: references followed (to a depth), allOf joined, nullable as a type."""
        name = schema.get("$ref")
        if name in seen:
            return {}
        seen = (*seen, name) if name else seen
        schema = self.resolve(schema)
        merged = dict(schema)
        for part in merged.pop("allOf", []):
            part = self.flat(part, seen)
            merged["properties"] = {**merged.get("properties", {}), **part.get("properties", {})}
            merged["type"] = "object"
            merged["additionalProperties"] = False
        if "properties" in merged:
            merged["properties"] = {key: self.flat(value, seen) for key, value in merged["properties"].items()}
            merged["additionalProperties"] = False
        if isinstance(merged.get("items"), dict):
            merged["items"] = self.flat(merged["items"], seen)
        if merged.get("nullable") and isinstance(merged.get("type"), str):
            merged["type"] = [merged["type"], "null"]
        return {key: value for key, value in merged.items() if key not in ("$ref", "nullable", "format", "discriminator", "title")}

    def check(self, schema, value):
        if isinstance(value, dict) and value.get("@odata.type") == f"#{NAMESPACE}fileAttachment":
            decode_base64(value.get("contentBytes", "!"))
            value = {key: item for key, item in value.items() if key not in ("@odata.type", "contentBytes", "contentId")}
        key = json.dumps(schema, sort_keys=True)
        if key not in self.schemas:
            self.schemas[key] = jsonschema.Draft7Validator(self.flat(schema))
        described = self.schemas[key].schema.get("properties", {})
        if isinstance(value, dict):  # parameters of actions may begin with a small letter
            value = {name if name in described else name[:1].upper() + name[1:] if name[:1].upper() + name[1:] in described else name: item
                     for name, item in value.items()}
        for error in self.schemas[key].iter_errors(value):
            raise Wrong(f"body/{'/'.join(map(str, error.absolute_path))}: {error.message}")


class Description:
    _loaded = None

    @staticmethod
    def missing():
        """What isn't there, as text; "" where all is."""
        if yaml is None:
            return "python3-yaml and python3-jsonschema are not installed"
        return next((f"no {path} (HAUSPOST_CORPUS)" for path in FILES if not os.path.isfile(path)), "")

    @classmethod
    def load(cls):
        if cls._loaded is None and not cls.missing():
            cls._loaded = cls(FILES)
        return cls._loaded

    def __init__(self, paths):
        self.by_length = {}
        for document in map(Document, paths):
            for template, item in document.tree["paths"].items():
                segments = template.strip("/").split("/")
                operations = {method.upper(): Operation(document, template, about, item.get("parameters", []))
                              for method, about in item.items() if method in ("get", "post", "patch", "put", "delete")}
                self.by_length.setdefault(len(segments), []).append((segments, operations))

    @staticmethod
    def is_match(segments, path):
        for described, given in zip(segments, path):
            if described.startswith("{"):
                continue
            short = described.removeprefix(NAMESPACE)
            if given not in (described, short, short.removesuffix("()")):
                return False
        return True

    def find(self, method, path):
        given = [urllib.parse.unquote(segment) for segment in path.strip("/").split("/")]
        if "" in given:
            raise Wrong("an empty segment in the path")
        found = [(sum(s.startswith("{") for s in segments), operations) for segments, operations in self.by_length.get(len(given), [])
                 if self.is_match(segments, given)]
        if not found:
            raise Wrong("no such path")
        for _, operations in sorted(found, key=lambda pair: pair[0]):
            if method in operations:
                return operations[method]
            break
        raise Wrong(f"no {method} there")

    def check(self, method, target, headers, body):
        """`target`: path and query behind the version. Raises Wrong."""
        path, _, query = target.partition("?")
        operation = self.find(method, path)
        if query:
            try:
                operation.check_query(query)
            except ValueError as error:
                raise Wrong(f"the query string: {error}") from None
        operation.check_body(headers.get("content-type", ""), body)


# ---------------------------------------------------------------- what Microsoft describes in words only

def check_batch(body):
    """The requests of a $batch: at most 20, each with an id of its own, a method and a relative address."""
    try:
        batch = json.loads(body)
        requests = batch["requests"]
    except (ValueError, KeyError, TypeError):
        raise Wrong("$batch: no requests") from None
    if set(batch) != {"requests"} or not isinstance(requests, list) or not 1 <= len(requests) <= 20:
        raise Wrong("$batch: 1 to 20 requests, and nothing else")
    if len({request.get("id") for request in requests}) != len(requests):
        raise Wrong("$batch: ids must differ")
    for request in requests:
        if not {"id", "method", "url"} <= set(request) <= {"id", "method", "url", "headers", "body", "dependsOn"}:
            raise Wrong(f"$batch: a request with {', '.join(request)}")
        if not isinstance(request["id"], str) or not request["url"].startswith("/"):
            raise Wrong("$batch: an id is a text, an address begins with /")
        headers = {name.lower(): value for name, value in request.get("headers", {}).items()}
        if "body" in request and headers.get("content-type") != "application/json":
            raise Wrong("$batch: a body without its Content-Type")
    return requests


def check_upload(headers, body, expected, size):
    """A piece of an upload: without the token, in order, in multiples of 320 KiB but for the last, below 4 MB."""
    if "authorization" in headers:
        raise Wrong("upload: the address has its own permission, the token doesn't belong here")
    match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", headers.get("content-range", ""))
    if not match:
        raise Wrong("upload: no Content-Range")
    begin, end, total = map(int, match.groups())
    if total != size or begin != expected or end - begin + 1 != len(body) or end >= total:
        raise Wrong(f"upload: {match.group(0)} with {len(body)} bytes, expected from {expected} of {size}")
    if len(body) >= 4 * 1024 * 1024 or (end + 1 < total and len(body) % UPLOAD_UNIT):
        raise Wrong(f"upload: a piece of {len(body)} bytes")
    return end + 1
