"""Does what goes over the wire fit the description of the API?

    description = Description(json.loads(...))
    description.check_request("POST", "/api/v1/accounts", {}, {"id": "support"})
    description.check_answer("GET", "/api/v1/accounts/support", 200, "application/json", body)

Both raise Undescribed with the place of what doesn't fit. Bodies are bytes or what json.loads() makes of them.
"""

import json
import re
import urllib.parse

import jsonschema

DIALECT = jsonschema.Draft202012Validator
METHODS = ("get", "post", "put", "patch", "delete")


class Undescribed(AssertionError):
    pass


def is_json(media_type):
    return media_type == "application/json" or media_type.endswith("+json")


class Operation:
    def __init__(self, method, path, item):
        self.method, self.path, self.item = method, path, item
        pattern = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))
        self.pattern = re.compile(pattern + r"\Z")
        self.literal = [not part.startswith("{") for part in path.split("/")]

    def parameters(self, place):
        return {p["name"]: p for p in self.item.get("parameters", ()) if p["in"] == place}


class Description:
    def __init__(self, document):
        self.document = document
        self.operations = [Operation(method, path, item[method]) for path, item in document["paths"].items()
                           for method in METHODS if method in item]
        self.seen = set()  # operation ids that were asked
        self.validators = {}

    def resolve(self, item):
        while "$ref" in item:
            part = self.document
            for name in item["$ref"].removeprefix("#/").split("/"):
                part = part[name]
            item = part
        return item

    def operation(self, method, path):
        """None where there is none: a test may ask for what isn't there."""
        fits = [o for o in self.operations if o.method == method.lower() and o.pattern.match(path)]
        return max(fits, key=lambda o: o.literal, default=None)

    def validate(self, schema, value, place):
        """A schema refers to components by the document's root: validated within it."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": self.document["components"], **schema}
            self.validators[key] = DIALECT(whole, format_checker=jsonschema.FormatChecker())
        for error in self.validators[key].iter_errors(value):
            raise Undescribed(f"{place}: {'/'.join(map(str, error.absolute_path)) or 'it'}: {error.message[:400]}")

    # ------------------------------------------------------------ requests

    def check_query(self, operation, query):
        known = operation.parameters("query")
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
            if name not in known:
                raise Undescribed(f"{operation.item['operationId']}: the parameter {name} isn't described")
            schema = known[name]["schema"]
            if "enum" in schema and value not in schema["enum"]:
                raise Undescribed(f"{operation.item['operationId']}: {name}={value} isn't described")

    def check_request(self, method, target, headers, body):
        """Whether a request that is meant to succeed is one that is described."""
        path, _, query = target.partition("?")
        operation = self.operation(method, path)
        if operation is None:
            raise Undescribed(f"{method} {path} isn't described")
        self.check_query(operation, query)
        names = {name.lower() for name in headers}
        for name, parameter in operation.parameters("header").items():
            if parameter.get("required") and name.lower() not in names:
                raise Undescribed(f"{operation.item['operationId']}: the header {name} is missing")
        content = operation.item.get("requestBody", {}).get("content", {})
        if body is None and content:
            raise Undescribed(f"{operation.item['operationId']}: has no body")
        if body is not None and not content:
            raise Undescribed(f"{operation.item['operationId']}: a body isn't described")
        if body is not None and "application/json" in content and not isinstance(body, bytes):
            self.validate(content["application/json"]["schema"], body, f"body of {operation.item['operationId']}")

    # ------------------------------------------------------------ answers

    def response(self, operation, status):
        responses = operation.item["responses"]
        found = responses.get(str(status)) or responses.get(f"{status // 100}XX")
        if found is None:
            raise Undescribed(f"{operation.item['operationId']}: a status {status} isn't described")
        return self.resolve(found)

    def check_body(self, schema, media_type, body, place):
        if media_type == "application/x-ndjson":
            for line in body.splitlines():
                self.validate(schema, json.loads(line), place)
        elif is_json(media_type):
            self.validate(schema, json.loads(body), place)

    def check_answer(self, method, target, status, media_type, body):
        operation = self.operation("GET" if method == "HEAD" else method, target.partition("?")[0])
        if operation is None or status == 304:
            return
        name = operation.item["operationId"]
        self.seen.add(name)
        content = self.response(operation, status).get("content", {})
        media_type = (media_type or "").partition(";")[0].strip()
        if method == "HEAD":
            return
        if not content and body:
            raise Undescribed(f"{name}: {status} has a body, which isn't described")
        if content and media_type not in content:
            if "*/*" in content or media_type.partition("/")[0] + "/*" in content:
                return
            raise Undescribed(f"{name}: {status} is {media_type}, described are {', '.join(content)}")
        if content:
            self.check_body(content[media_type].get("schema", {}), media_type, body, f"{name}, {status}")

    # ------------------------------------------------------------ the description itself

    def faults(self):
        """What no schema of OpenAPI asks for, and we do."""
        ids = [o.item.get("operationId") for o in self.operations]
        yield from (f"{name}: the id of two operations" for name in sorted(set(ids)) if ids.count(name) > 1)
        tags = {tag["name"] for tag in self.document["tags"]}
        for o in self.operations:
            name = f"{o.method} {o.path}"
            for key in ("operationId", "summary", "x-right", "responses"):
                if not o.item.get(key):
                    yield f"{name}: {key} is missing"
            if not set(o.item.get("tags", ())) <= tags:
                yield f"{name}: a tag that isn't listed"
            if set(re.findall(r"{(\w+)}", o.path)) != set(o.parameters("path")):
                yield f"{name}: the parameters of its path"
        for name, schema in self.document["components"]["schemas"].items():
            try:
                DIALECT.check_schema(schema)
            except jsonschema.SchemaError as error:
                yield f"{name}: {error.message}"
