"""Requests made from the description of the API: for each operation good ones, and such as break one rule each.

    maker = Maker(description)
    for body in maker.bodies(schema):                     # each fits the schema
    for why, body in maker.broken_bodies(schema, good):   # each breaks the schema in one place

Values come from the schema alone: its examples, else its limits. The same description gives the same requests.
"""

import copy
import random
import re

LONG = 200_000  # longer texts aren't sent: a body has a limit of its own
WRONG = {"string": 5, "integer": "many", "boolean": "maybe", "array": {"a": 1}, "object": [1], "number": "many"}
WRONG_QUERY = {"integer": ("many", "1.5"), "boolean": ("maybe",), "date-time": ("yesterday",)}


def type_of(schema):
    kind = schema.get("type")
    return kind[0] if isinstance(kind, list) else kind


def places(schema, path=()):
    """(path, schema, is it required) of all properties, those of a list's entries under 0."""
    for name, inner in schema.get("properties", {}).items():
        yield path + (name,), inner, name in schema.get("required", ())
        yield from places(inner, path + (name,))
        if "properties" in inner.get("items", {}):
            yield from places(inner["items"], path + (name, 0))


def reach(value, path):
    """The value at the path, or None."""
    for step in path:
        if isinstance(value, list):
            value = value[step] if step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


class Maker:
    def __init__(self, description, known=None, seed=1):
        """`known`: an id of a record of each kind, for what refers to one."""
        self.description, self.known, self.random = description, known or {}, random.Random(seed)
        self.count = 0
        self.named = {}  # what a property of that name has, whatever its limits

    # ------------------------------------------------------------ values that fit

    def text(self, schema):
        if schema.get("examples"):
            return schema["examples"][0]
        if "x-refers-to" in schema:
            return self.known.get(schema["x-refers-to"], "")
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "pattern" in schema:
            self.count += 1
            return f"made-{self.count}"
        if schema.get("format") == "date-time":
            return "2030-01-02T03:04:05.000Z"
        return "x" * max(1, schema.get("minLength", 0))

    def integer(self, schema):
        for choice in [schema, *schema.get("anyOf", ())]:
            if "minimum" in choice:
                return self.random.choice([choice["minimum"], choice.get("maximum", choice["minimum"])])
        return schema.get("examples", [1])[0]

    def value(self, schema):
        schema = self.description.resolve(schema)
        kind = type_of(schema)
        if kind == "string":
            return self.text(schema)
        if kind == "integer":
            return self.integer(schema)
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "array":
            return schema.get("examples", [[self.value(schema["items"])]])[0]
        if kind == "object":
            return self.least(schema) if "properties" in schema else {}
        return schema.get("examples", [{}])[0]

    def least(self, schema):
        """The schema's example, its id a new one; else what is required alone."""
        schema = self.description.resolve(schema)
        if schema.get("examples"):
            return self.renewed(schema, copy.deepcopy(schema["examples"][0]))
        return {name: self.value(schema["properties"][name]) for name in schema.get("required", ())}

    def renewed(self, schema, body):
        if "pattern" in schema.get("properties", {}).get("id", {}):
            body["id"] = self.text({"pattern": ""})
        return body

    def place_into(self, schema, body, path, value):
        """`value` at the path, with what is required on the way to it."""
        body = whole = copy.deepcopy(body)
        for i, step in enumerate(path[:-1]):
            schema = schema["items"] if step == 0 else schema["properties"][step]
            if isinstance(body, list):
                if not body:
                    body.append(self.least(schema))
                body = body[0]
            else:
                if not body.get(step):
                    body[step] = [] if path[i + 1] == 0 else self.least(schema)
                body = body[step]
        body[path[-1]] = value
        return whole

    def bodies(self, schema, good=None):
        """(path, body): a good one, then with each property in turn, all at values that fit."""
        schema = self.description.resolve(schema)
        yield (), good or self.least(schema)
        for path, inner, _ in places(schema):
            if path != ("id",):
                base = self.renewed(schema, copy.deepcopy(good)) if good else self.least(schema)
                yield path, self.place_into(schema, base, path, self.named.get(path[-1], self.value(inner)))

    # ------------------------------------------------------------ values that don't

    def broken_values(self, schema):
        """(why, value)"""
        kind = type_of(schema)
        if kind in WRONG:
            yield "type", WRONG[kind]
        if kind == "integer":
            yield "fraction", 1.5
        if "enum" in schema:
            yield "word", "no such word"
        if "pattern" in schema:
            yield "pattern", "no id!"
        if 0 < schema.get("maxLength", 0) < LONG:
            yield "long", "x" * (schema["maxLength"] + 1)
        if schema.get("minLength"):
            yield "empty", ""
        if "format" in schema:
            yield "format", "yesterday"
        yield from self.broken_numbers(schema)
        if kind == "array":
            if schema.get("minItems"):
                yield "few", []
            if schema.get("maxItems", LONG) < 5000:
                yield "many", [self.value(schema["items"])] * (schema["maxItems"] + 1)
            if type_of(schema["items"]) == "string":
                yield "entry", [5]
        if kind == "object" and schema.get("additionalProperties") is False:
            yield "unknown", {"no_such_property": 1}
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            yield "pair", {"a": 5}

    @staticmethod
    def broken_numbers(schema):
        constants = [choice["const"] for choice in schema.get("anyOf", ()) if "const" in choice]
        for choice in [schema, *schema.get("anyOf", ())]:
            if "minimum" in choice and choice["minimum"] - 1 not in constants and choice["minimum"] > -2**63:
                yield "low", choice["minimum"] - 1
            elif "minimum" in choice and choice["minimum"] > -2**63:
                yield "low", choice["minimum"] - 2
            if "maximum" in choice and choice["maximum"] < 2**63 - 1:
                yield "high", choice["maximum"] + 1

    def broken_bodies(self, schema, good):
        """(what is wrong, body)"""
        schema = self.description.resolve(schema)
        yield "unknown property", {**good, "no_such_property": 1}
        for path, inner, required in places(schema):
            name = "/".join(map(str, path))
            if required:
                base = self.place_into(schema, good, path, self.value(inner))
                above = reach(base, path[:-1])
                if isinstance(above, dict):
                    del above[path[-1]]
                    yield f"{name} is missing", base
            for why, value in self.broken_values(inner):
                yield f"{name}: {why}", self.place_into(schema, good, path, value)

    # ------------------------------------------------------------ the query

    def query_values(self, parameter):
        schema = parameter["schema"]
        if "enum" in schema:
            return schema["enum"]
        if schema.get("format") == "date-time":
            return ["2026-01-02T03:04:05Z"]
        if type_of(schema) == "integer":
            return [str(v) for v in (schema.get("minimum", 1), schema.get("maximum", 2))]
        if type_of(schema) == "boolean":
            return ["true", "false"]
        return [str(v) for v in schema.get("examples", ())] or ["x"]

    @staticmethod
    def broken_query_values(parameter):
        schema = parameter["schema"]
        if "enum" in schema:
            yield "no-such-word"
        yield from WRONG_QUERY.get(schema.get("format", type_of(schema)), ())
        if "minimum" in schema:
            yield str(schema["minimum"] - 1)
        if "maximum" in schema and schema["maximum"] < 2**63 - 1:
            yield str(schema["maximum"] + 1)
        if parameter["name"] == "cursor":
            yield from ("x", "%%%", "AAAA")


def fill(path, values):
    """"/api/v1/cases/{case}" with the values of its parameters."""
    return re.sub(r"{(\w+)}", lambda match: str(values[match.group(1)]), path)
