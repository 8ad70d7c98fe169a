#!/usr/bin/env python3
"""check_actions.py ROOT: what GitHub would only say when it runs, and what it would never say, of the
workflows and actions under .github: they read as YAML, actions of others are pinned by commit, no more
is permitted than reading, no expression stands in a script, a broken pipe fails its step."""
import os
import pathlib
import re
import sys

try:
    import yaml
except ImportError:  # another Python than the distribution's, which has the package python3-yaml
    if pathlib.Path(sys.executable).resolve() == pathlib.Path("/usr/bin/python3").resolve():
        sys.exit("check_actions: no python3-yaml: run scripts/bootstrap")
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
VERSION = re.compile(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
FILE = re.compile(r"(?:^|[\s/])((?:scripts|\.github)/[\w./-]+)")


def wrong_steps(steps, shell, root):
    for number, step in enumerate(steps, 1):
        at = f"step {number}"
        if not step.get("name"):
            yield f"{at}: no name"
        if ("uses" in step) == ("run" in step):
            yield f"{at}: either uses or run"
        uses, run = step.get("uses", ""), step.get("run", "")
        if uses.startswith("./"):
            if not (root / uses / "action.yml").is_file():
                yield f"{at}: no action {uses}"
        elif uses and not PINNED.fullmatch(uses):
            yield f"{at}: {uses} is not pinned by commit"
        if uses.startswith("actions/checkout@") and step.get("with", {}).get("persist-credentials") is not False:
            yield f"{at}: leaves the token on the runner's disk; say persist-credentials: false"
        if run and step.get("shell", shell) != "bash":
            yield f"{at}: no shell: bash, so a broken pipe would pass"
        if "${{" in run:
            yield f"{at}: an expression in a script; hand it over by env"
        for file in FILE.findall(run):
            if not (root / file).exists():
                yield f"{at}: no file {file}"


def wrong_workflow(document, root):
    permissions = [document.get("permissions")]
    permissions += [job["permissions"] for job in document["jobs"].values() if "permissions" in job]
    for allowed in permissions:
        if not isinstance(allowed, dict) or not set(allowed.values()) <= {"read", "none"}:
            yield "permissions: name what is read, and write nothing"
    triggers = document.get("on", document.get(True, {}))  # YAML 1.1 reads the key on as true
    if "pull_request_target" in triggers:
        yield "on: pull_request_target runs a stranger's code with this repository's rights"
    shell = document.get("defaults", {}).get("run", {}).get("shell")
    for name, job in document["jobs"].items():
        if not isinstance(job.get("timeout-minutes"), int):
            yield f"{name}: no timeout-minutes"
        for needed in [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", []):
            if needed not in document["jobs"]:
                yield f"{name}: needs {needed}, which is no job"
        for problem in wrong_steps(job["steps"], shell, root):
            yield f"{name}: {problem}"


def wrong_action(document, text, root):
    if document["runs"].get("using") != "composite":
        yield "runs: not a composite action"
    for name in re.findall(r"inputs\.([\w-]+)", text):
        if name not in document["inputs"]:
            yield f"inputs.{name} is not declared"
    for name in re.findall(r"steps\.([\w-]+)\.", text):
        if name not in {step.get("id") for step in document["runs"]["steps"]}:
            yield f"steps.{name} is no step"
    yield from wrong_steps(document["runs"]["steps"], None, root)


def wrong(file, root):
    text = file.read_text(encoding="utf-8")
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"no YAML: {error}"]
    bad = ["no name"] if not document.get("name") else []
    if "secrets." in text:
        bad.append("takes a secret")
    bad += [f"no version in a comment: {line.strip()}" for line in text.split("\n")
            if "@" in line and "uses:" in line and not VERSION.search(line)]
    action = file.name == "action.yml"
    return bad + list(wrong_action(document, text, root) if action else wrong_workflow(document, root))


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(root.glob(".github/workflows/*.y*ml")) + sorted(root.glob(".github/actions/*/action.yml"))
    bad = [f"{file.relative_to(root)}: {problem}" for file in files for problem in wrong(file, root)]
    if not files:
        bad.append(".github: neither workflows nor actions")
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
