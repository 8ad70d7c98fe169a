#!/usr/bin/env python3
"""Plays transcripts of the command line and compares exit code, stdout and stderr.

A transcript is a text file of steps, played in one fresh directory:

    # a comment
    $ gpuaccept list profiles | head -1
    exit 0
    1| hgx-h200{*}
    2| {any lines}

"$" starts a command for bash; "1|" is a line of its stdout, "2|" of its stderr. What is not written
must not appear. In a line {*} stands for any text and {hex} for 64 hexadecimal digits; {any lines}
alone stands for any number of lines, none included. Spaces at the end of a line do not count. $DATA is the directory of the transcript.

usage: transcripts.py --bin DIR [--write] TRANSCRIPT...
--write fills in exit codes and lines of steps that have none yet; it never changes others.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

STEP_SECONDS = 120
ANY_LINES = "{any lines}"


class Step:
    def __init__(self, command, line):
        self.command, self.line = command, line
        self.exit, self.expected = None, {1: [], 2: []}


def parse(text, name):
    """The steps of a transcript; an unknown kind of line is an error that names it."""
    steps = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("$ "):
            steps.append(Step(line[2:], number))
        elif not line.strip() or line.startswith("#"):
            continue
        elif not steps:
            raise SystemExit(f"{name}:{number}: a line before the first command")
        elif re.fullmatch(r"exit \d+", line):
            steps[-1].exit = int(line[5:])
        elif re.match(r"[12]\|( |$)", line):
            steps[-1].expected[int(line[0])].append(line[3:])
        else:
            raise SystemExit(f"{name}:{number}: neither '$', 'exit', '1|', '2|' nor '#': {line}")
    if not steps:
        raise SystemExit(f"{name}: no command")
    return steps


def pattern_of(lines):
    """A regular expression for the whole output."""
    out = ""
    for line in lines:
        if line == ANY_LINES:
            out += r"(?:[^\n]*\n)*"
            continue
        escaped = re.escape(line)
        escaped = escaped.replace(re.escape("{*}"), r"[^\n]*")
        out += escaped.replace(re.escape("{hex}"), r"[0-9a-f]{64}") + "\n"
    return out


def play(step, directory, environment):
    done = subprocess.run(["bash", "-c", step.command], cwd=directory, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=STEP_SECONDS)
    return done.returncode, {n: raw.decode("utf-8", "backslashreplace")
                             for n, raw in ((1, done.stdout), (2, done.stderr))}


def mismatches(step, code, output):
    """What differs, in words."""
    found = []
    if code != step.exit:
        found.append(f"exit {code}, expected {step.exit}")
    for stream, title in ((1, "stdout"), (2, "stderr")):
        text = "".join(line.rstrip() + "\n" for line in output[stream].splitlines())
        if not re.fullmatch(pattern_of(step.expected[stream]), text):
            wanted = "".join(f"    {stream}| {line}\n" for line in step.expected[stream])
            got = "".join(f"    {stream}| {line}\n" for line in text.splitlines())
            found.append(f"{title} differs; expected\n{wanted or '    nothing' + chr(10)}  got\n{got}")
    return found


def written(path, results):
    """The transcript with what was seen at the steps that had no expectation."""
    lines, out = path.read_text(encoding="utf-8").splitlines(), []
    by_line = {step.line: (code, output) for step, code, output in results if step.exit is None}
    for number, line in enumerate(lines, 1):
        out.append(line)
        if number in by_line:
            code, output = by_line[number]
            out.append(f"exit {code}")
            out += [re.sub(r"[0-9a-f]{64}", "{hex}", f"{n}| {text}".rstrip())
                    for n in (1, 2) for text in output[n].splitlines()]
    return "\n".join(out) + "\n"


def run_file(path, binaries, write):
    steps = parse(path.read_text(encoding="utf-8"), path.name)
    results, failures = [], 0
    with tempfile.TemporaryDirectory() as directory:
        environment = {"PATH": f"{binaries}:{os.environ.get('PATH', '/usr/bin:/bin')}",
                       "HOME": directory, "LC_ALL": "C.UTF-8",
                       "DATA": str(path.resolve().parent), "BIN": str(binaries)}
        for step in steps:
            try:
                code, output = play(step, directory, environment)
            except subprocess.TimeoutExpired:
                print(f"{path.name}:{step.line}: $ {step.command}\n  ran longer than {STEP_SECONDS} s")
                return failures + 1
            results.append((step, code, output))
            if write and step.exit is None:
                continue
            for text in mismatches(step, code, output):
                print(f"{path.name}:{step.line}: $ {step.command}\n  {text}")
                failures += 1
    if write:
        path.write_text(written(path, results), encoding="utf-8")
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("transcripts", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    failures = sum(run_file(path, options.bin.resolve(), options.write) for path in options.transcripts)
    print(f"{len(options.transcripts)} transcripts, {failures} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
