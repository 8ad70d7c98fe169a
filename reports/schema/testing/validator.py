"""Validates JSON against the keywords of JSON Schema 2020-12 that our schemas use, and no others.

An unknown keyword is an error here, so that no schema says what nobody checks. Schemas name each
other by file name; `load` reads a folder of them.
"""
import json
import pathlib
import re

ANNOTATIONS = {"$schema", "title", "description", "$defs"}
TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: not isinstance(v, bool)
    and (isinstance(v, int) or (isinstance(v, float) and v.is_integer())),
}


def same(a, b):
    """JSON equality: true is not 1."""
    return isinstance(a, bool) == isinstance(b, bool) and a == b


class Validator:
    """Remembers what it saw of objects and lists: they must not change, and outlive it. Documents
    that share all but a spoiled part are then quick."""

    def __init__(self, files):
        self.files = files
        self.patterns = {}
        self.seen = {}

    def follow(self, ref, name):
        """The schema that a $ref means, and the file in which it stands."""
        file, _, pointer = ref.partition("#")
        name = file or name
        schema = self.files[name]
        for step in pointer.split("/")[1:]:
            schema = schema[step]
        return schema, name

    def matches(self, pattern, text):
        if pattern not in self.patterns:  # ECMA's $ is the end, and not before a last newline
            self.patterns[pattern] = re.compile(re.sub(r"\$$", r"\\Z", pattern))
        return self.patterns[pattern].search(text)

    def valid(self, value, schema, name):
        if not isinstance(value, (dict, list)):
            return all(self.holds(key, value, schema, name) for key in schema)
        place = (id(value), id(schema))
        if place not in self.seen:
            self.seen[place] = all(self.holds(key, value, schema, name) for key in schema)
        return self.seen[place]

    def holds(self, key, value, schema, name):
        if key in ANNOTATIONS or key in ("then", "else"):
            return True
        check = getattr(self, "check_" + key.replace("$", ""), None)
        if check is None:
            raise ValueError(f"{name}: the keyword {key} is not known here")
        return check(value, schema[key], schema, name)

    def check_ref(self, value, ref, _, name):
        schema, where = self.follow(ref, name)
        return self.valid(value, schema, where)

    def check_type(self, value, kind, *_):
        return TYPES[kind](value)

    def check_const(self, value, want, *_):
        return same(value, want)

    def check_enum(self, value, wanted, *_):
        return any(same(value, want) for want in wanted)

    def check_anyOf(self, value, options, _, name):
        return any(self.valid(value, option, name) for option in options)

    def check_oneOf(self, value, options, _, name):
        return sum(self.valid(value, option, name) for option in options) == 1

    def check_allOf(self, value, parts, _, name):
        return all(self.valid(value, part, name) for part in parts)

    def check_not(self, value, part, _, name):
        return not self.valid(value, part, name)

    def check_if(self, value, condition, schema, name):
        branch = "then" if self.valid(value, condition, name) else "else"
        return branch not in schema or self.valid(value, schema[branch], name)

    def check_pattern(self, value, pattern, *_):
        return not isinstance(value, str) or bool(self.matches(pattern, value))

    def check_minLength(self, value, least, *_):
        return not isinstance(value, str) or len(value) >= least

    def check_maxLength(self, value, most, *_):
        return not isinstance(value, str) or len(value) <= most

    def check_minimum(self, value, least, *_):
        return isinstance(value, bool) or not isinstance(value, (int, float)) or value >= least

    def check_maximum(self, value, most, *_):
        return isinstance(value, bool) or not isinstance(value, (int, float)) or value <= most

    def check_minItems(self, value, least, *_):
        return not isinstance(value, list) or len(value) >= least

    def check_maxItems(self, value, most, *_):
        return not isinstance(value, list) or len(value) <= most

    def check_prefixItems(self, value, schemas, _, name):
        return not isinstance(value, list) or all(
            self.valid(v, s, name) for v, s in zip(value, schemas))

    def check_items(self, value, item, schema, name):
        first = len(schema.get("prefixItems", []))
        return not isinstance(value, list) or all(
            self.valid(v, item, name) for v in value[first:])

    def check_maxProperties(self, value, most, *_):
        return not isinstance(value, dict) or len(value) <= most

    def check_required(self, value, keys, *_):
        return not isinstance(value, dict) or all(key in value for key in keys)

    def check_dependentRequired(self, value, needs, *_):
        return not isinstance(value, dict) or all(
            other in value for key, others in needs.items() if key in value for other in others)

    def check_properties(self, value, properties, _, name):
        return not isinstance(value, dict) or all(
            self.valid(value[key], schema, name)
            for key, schema in properties.items() if key in value)

    def check_propertyNames(self, value, item, _, name):
        return not isinstance(value, dict) or all(self.valid(key, item, name) for key in value)

    def check_additionalProperties(self, value, rest, schema, name):
        if not isinstance(value, dict):
            return True
        known = schema.get("properties", {})
        more = [v for key, v in value.items() if key not in known]
        return not more if rest is False else all(self.valid(v, rest, name) for v in more)


def load(folder):
    files = {file.name: json.loads(file.read_text(encoding="utf-8"))
             for file in sorted(pathlib.Path(folder).glob("*.schema.json"))}
    return Validator(files)
