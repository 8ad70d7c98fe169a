"""The schemas against our readers: both take every sound document and refuse every spoiled one.

usage: schema_test.py READ_AS GOLDEN RUN...
  READ_AS is the program that answers for our readers; GOLDEN the folder with the samples; RUN a
  folder that `gpuaccept run` left. Where Python has jsonschema, it must agree with the validator.
"""
import base64
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "testing"))
import spoilings  # noqa: E402
import validator  # noqa: E402

HERE = pathlib.Path(__file__).parent
SCHEMA = {"report": ("report-1.schema.json", {}), "challenge": ("challenge-1.schema.json", {}),
          "facts": ("facts-1.schema.json", {}),
          "request": ("wire-1.schema.json", {"$ref": "#/$defs/request"}),
          "event": ("wire-1.schema.json", {"$ref": "#/$defs/event"})}
SCHEMAS = validator.load(HERE)
OF_ONE_SHAPE = 8
# Why a reader refuses what a sweep made and a schema cannot say.
IN_NO_SCHEMA = (": form: ", " entries and samples has ", "first_block")


def by_schema(kind, document):
    name, part = SCHEMA[kind]
    return SCHEMAS.valid(document, part or SCHEMAS.files[name], name)


def compact(document):
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def by_reader(program, cases):
    """Whether our reader takes each (kind, document)."""
    lines = "".join(f"{kind} {compact(document)}\n" for kind, document in cases)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(cases), f"{len(answers)} answers to {len(cases)} lines"
    return answers


def by_jsonschema(cases):
    """The same by the library of that name; None where it is not installed."""
    try:
        import jsonschema
        import referencing
    except ImportError:
        return None
    registry = referencing.Registry().with_resources(
        (name, referencing.Resource.from_contents(schema))
        for name, schema in SCHEMAS.files.items())
    made = {}
    for kind, (name, part) in SCHEMA.items():
        reference = {"$schema": "https://json-schema.org/draft/2020-12/schema",
                     "$ref": name + part.get("$ref", "")}
        jsonschema.Draft202012Validator.check_schema(SCHEMAS.files[name])
        made[kind] = jsonschema.Draft202012Validator(reference, registry=registry)
    return [made[kind].is_valid(document) for kind, document in cases]


def payload_of(path):
    envelope = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    return json.loads(base64.b64decode(envelope["payload"]))


def documents_of_run(folder):
    """What one run left: its report, and of the wire in its journal a few lines of each kind."""
    folder = pathlib.Path(folder)
    yield "report", payload_of(folder / "report.dsse.json")
    seen = {}
    for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        for kind, entry in (("request", "ask"), ("event", "event")):
            if record["type"] != entry:
                continue
            document = record["body"][kind]
            shape = (tuple(document), document.get("verb"), document.get("type"))
            seen[shape] = seen.get(shape, 0) + 1
            if seen[shape] <= OF_ONE_SHAPE:
                yield kind, document


def sound_documents(golden, runs):
    for run in runs:
        yield from documents_of_run(run)
    released = pathlib.Path(golden) / "released"
    for file in sorted(released.glob("report-1/*")):
        yield "report", payload_of(file)
    for file in sorted(released.glob("challenge-1/*")):
        yield "challenge", payload_of(file)
    for file in sorted(released.glob("wire-1/*")):
        for line in file.read_text(encoding="utf-8").splitlines():
            document = json.loads(line)
            yield ("request" if "verb" in document else "event"), document


def restarted(report, level):
    """The report of a run that went on at another boot of the machine."""
    changed = json.loads(json.dumps(report))
    predicate = changed["predicate"]
    predicate["level"] = level
    predicate["run"]["resumed"] = [{"at": predicate["run"]["started"], "boot_id": "another"}]
    events = predicate["events"]
    restart = {"until": events["before"], "from": events["before"]}
    predicate["events"] = {"before": events.pop("before"), "restarts": [restart], **events}
    return changed


def first_of(documents, kind, wanted=lambda document: True):
    return next(d for k, d in documents if k == kind and wanted(d))


def smallest(documents, kind, wanted=lambda document: True):
    return min((d for k, d in documents if k == kind and wanted(d)), key=lambda d: len(str(d)))


def main():
    program, golden, *runs = sys.argv[1:]
    sound = list(sound_documents(golden, runs))
    kinds = {kind for kind, _ in sound}
    assert kinds == {"report", "challenge", "request", "event"}, kinds
    report = payload_of(pathlib.Path(golden) / "sealed.dsse.json")
    challenge = first_of(sound, "challenge")
    request = first_of(sound, "request", lambda d: d["verb"] == "case")
    sample = first_of(sound, "event", lambda d: d["type"] == "sample")
    sound += [("report", report), ("facts", report["predicate"]["facts"]),
              ("report", restarted(report, "soak"))]
    base = {"report": report, "challenge": challenge, "request": request, "event": sample}

    bad = [("report", "a restart at another level than soak", restarted(report, "standard"))]
    reader_only = []
    for kind, table in (("report", spoilings.REPORT), ("challenge", spoilings.CHALLENGE),
                        ("request", spoilings.REQUEST), ("event", spoilings.EVENT)):
        bad += [(kind, name, spoilings.spoiled(base[kind], where, what))
                for name, where, what in table]
    for kind, name, where, what in spoilings.READER_ONLY:
        reader_only.append((kind, name, spoilings.spoiled(base[kind], where, what)))
    swept = [("report", path, document)
             for path, document in spoilings.sweep(report, ("predicate", "facts"))]
    for kind, document in (
            ("facts", report["predicate"]["facts"]), ("challenge", challenge),
            ("request", request), *(
                ("event", smallest(sound, "event", lambda d, t=t: d["type"] == t))
                for t in sorted({d["type"] for k, d in sound if k == "event"} - {"facts"}))):
        swept += [(kind, path, changed) for path, changed in spoilings.sweep(document)]

    cases = sound + [(k, d) for k, _, d in bad + reader_only + swept]
    names = ([f"{k} that is sound" for k, _ in sound]
             + [f"{k}: {n}" for k, n, _ in bad + reader_only]
             + [f"{k}: a change of {'.'.join(map(str, path))}" for k, path, _ in swept])
    read = by_reader(program, cases)
    schema = [by_schema(kind, document) for kind, document in cases]
    wrong = []
    for i, name in enumerate(names):
        taken = read[i] == "ok"
        if i < len(sound):
            good = taken and schema[i]
        elif i < len(sound) + len(bad):
            good = not taken and not schema[i]
        elif i < len(sound) + len(bad) + len(reader_only):
            good = not taken and schema[i]
        else:
            good = taken == schema[i] or any(why in read[i] for why in IN_NO_SCHEMA)
        if not good:
            wrong.append(f"{name}: reader: {read[i]}; schema: {'ok' if schema[i] else 'refused'}")
    library = by_jsonschema(cases[:-len(swept)])  # it is slow
    if library is not None:
        wrong += [f"{name}: jsonschema says {theirs} and the validator {ours}"
                  for name, theirs, ours in zip(names, library, schema) if theirs != ours]
    for line in wrong:
        print(line)
    print(f"{len(sound)} sound documents, {len(bad)} spoiled by hand, {len(reader_only)} that only "
          f"the reader refuses, {len(swept)} swept, jsonschema "
          f"{'agrees' if library is not None else 'is not here'}; {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
