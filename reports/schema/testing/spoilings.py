"""What is done to a sound document: by hand, each of them refused, and by sweep, of every key."""
import copy

DELETE = object()
OTHER_KINDS = (None, 1.5, "?\n?", 2**53, True, -1, [], {}, {"absent": 1})


def at(document, path):
    for step in path:
        document = document[step]
    return document


def spoiled(document, path, value):
    """A copy in which `path` is `value`, or without it; it shares everything else."""
    out = copy.copy(document)
    if len(path) > 1:
        out[path[0]] = spoiled(document[path[0]], path[1:], value)
    elif value is DELETE:
        del out[path[0]]
    else:
        out[path[0]] = value
    return out


def every_path(value, path=()):
    entries = (value.items() if isinstance(value, dict) else
               enumerate(value[:2]) if isinstance(value, list) else ())
    for key, inner in entries:
        yield path + (key,)
        yield from every_path(inner, path + (key,))


def sweep(document, but=("-",)):
    """Each key taken away, each value replaced by another kind (in turns), each object with a key
    too many; `but` what lies under one path."""
    for number, path in enumerate(every_path(document)):
        if path[:len(but)] == but:
            continue
        if not isinstance(path[-1], int):
            yield path, spoiled(document, path, DELETE)
        yield path, spoiled(document, path, OTHER_KINDS[number % len(OTHER_KINDS)])
        if isinstance(at(document, path), dict):
            yield path, spoiled(document, path + ("more",), 1)


P = ("predicate",)
M = P + ("measurements", 0)
HEX = "a" * 64
# name, where, what stands there instead. The schema and the reader both refuse each.
REPORT = [
    ("another statement", ("_type",), "https://in-toto.io/Statement/v0.1"),
    ("a challenge's type", ("predicateType",), "urn:gpuaccept:challenge:1"),
    ("the next schema", P + ("schema",), 2),
    ("other rules", P + ("rules",), 0),
    ("true for one", P + ("schema",), True),
    ("a subject that is no node", ("subject", 0, "name"), "gpu/0"),
    ("a GPU's number with a zero before it", ("subject", 1, "name"), "gpu/00"),
    ("no subject", ("subject",), []),
    ("a digest in capitals", ("subject", 0, "digest", "sha256"), "A" * 64),
    ("a digest that is too short", P + ("profile", "sha256"), HEX[:-1]),
    ("a digest of an empty profile", P + ("profile", "sha256"), ""),
    ("an unknown level", P + ("level",), "deep"),
    ("a binding without its challenge", P + ("binding",), "challenged"),
    ("a challenge without its binding", P + ("challenge",), {"dsse": "AAAA", "sha256": HEX}),
    ("a time with an offset", P + ("run", "ended"), "2026-11-22T07:21:05+09:00"),
    ("attempt zero", P + ("run", "attempt"), 0),
    ("a negative time", P + ("run", "monotonic_start_ns"), -1),
    ("a sidecar of another folder", P + ("sidecars",),
     [{"name": "../key.pem", "sha256": HEX, "bytes": 1}]),
    ("a hidden sidecar", P + ("sidecars",), [{"name": ".key", "sha256": HEX, "bytes": 1}]),
    ("a name with an escape sequence", P + ("facts", "node", "name"), "\x1b[2J"),
    ("a name in another script", P + ("facts", "gpus", 0, "serial"), "１６５"),
    ("a reason that is a number", P + ("facts", "node", "name"), {"absent": 1}),
    ("a reason and more", P + ("facts", "node", "name"), {"absent": "x", "value": "y"}),
    ("a number as text", P + ("facts", "node", "gpus_nvml"), "1"),
    ("an integer over 2^53-1", P + ("facts", "node", "gpus_nvml"), 2**53),
    ("an unknown unit", M + ("unit",), "furlongs"),
    ("a negative sample", M + ("samples", 0), -1),
    ("a sample that is null", M + ("samples", 0), None),
    ("a float", M + ("samples", 0), 0.5),
    ("an empty algorithm", M + ("algorithm",), ""),
    ("a generation without its width", M + ("link_gen",), [5, 5]),
    ("a negative temperature of memory", M + ("memory_temp_mc",), [-1, -1]),
    ("a temperature of memory in a case that loads none", M + ("memory_temp_mc",), [1, 1]),
    ("a first wrong block of a right series", M + ("check",),
     {"kind": "pattern", "expected": "", "got": "", "wrong": 0, "first_block": 0, "root": "",
      "openings": []}),
    ("a row without cells", M + ("cells",), [[], []]),
    ("an unknown kind of check", M + ("check", "kind"), "guess"),
    ("a reason of one's own to discard", M + ("discarded",), [{"index": 0, "reason": "slow"}]),
    ("a param that is no integer", M + ("params", "m"), "8192"),
    ("an unknown verdict", P + ("claimed", "findings", 0, "verdict"), "waived"),
    ("an unknown blame", P + ("claimed", "findings", 0, "blame"), "weather"),
    ("an unknown decision", P + ("claimed", "decision"), "conditional"),
    ("an unknown end of a worker", P + ("exits", 0, "how"), "fine"),
]
CHALLENGE = [
    ("a report's type", ("predicateType",), "urn:gpuaccept:report:1"),
    ("the next schema", P + ("schema",), 2),
    ("no slot", P + ("slot",), ""),
    ("no subject", ("subject",), []),
    ("another subject", ("subject", 0, "name"), "node"),
    ("a nonce that is too short", P + ("nonce",), "7" * 63),
    ("a day without a time", P + ("not_before",), "2026-11-22"),
    ("an unknown level", P + ("level",), "deep"),
    ("no programs", P + ("programs",), []),
    ("a program by its name", P + ("programs",), ["gpuaccept"]),
    ("a serial number in another script", P + ("serials",), ["１６５"]),
]
REQUEST = [
    ("another version", ("v",), 2),
    ("a verb of one's own", ("verb",), "flash"),
    ("a case without blocks", ("blocks",), 0),
    ("a case without a name", ("case",), ""),
    ("another verb with a case's members", ("verb",), "facts"),
    ("a float", ("block_ns",), 0.5),
    ("a negative deadline", ("deadline_ns",), -1),
]
EVENT = [
    ("another version", ("v",), 2),
    ("a type of one's own", ("type",), "opinion"),
    ("a reason of one's own to discard", ("discard",), "slow"),
    ("an empty row", ("cells",), []),
    ("a negative sample", ("value",), -1),
    ("a member of another type", ("check",), {}),
]
# What no schema can say, or says in another way; only the reader refuses it.
READER_ONLY = [
    ("report", "series of unequal length", M + ("samples",), [1]),
    ("report", "a GPU without its subject", ("subject",),
     [{"name": "node", "digest": {"sha256": HEX}}]),
    ("report", "an integer with a point", P + ("run", "attempt"), 1.0),
    ("report", "4096 letters of three bytes", P + ("exits", 0, "detail"), "가" * 4096),
    ("challenge", "a day that does not exist", P + ("not_before",), "2023-02-29T00:00:00Z"),
    ("challenge", "a window that ends before it begins", P + ("not_after",),
     "2020-01-01T00:00:00Z"),
    ("challenge", "the subject of another slot", ("subject", 0, "digest", "sha256"), "b" * 64),
]
