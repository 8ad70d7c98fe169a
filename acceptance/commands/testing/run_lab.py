"""What the end-to-end tests of `gpuaccept run` share: starting runs, reading what they left."""
import base64
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ.get("GA_BIN", "build/host/bin"))
SOURCE = pathlib.Path(__file__).resolve().parents[3]
SOAK = os.environ.get("GA_SOAK") == "1"
LIMIT_S = 120

ACCEPTED, REJECTED, USAGE, INCONCLUSIVE, INTERNAL, CONFIG = 0, 1, 2, 3, 4, 5


def command(out, *options, scenario="healthy-h200", level="quick"):
    words = [str(BIN / "gpuaccept"), "run", "--level", level, "--out", str(out)]
    if scenario:
        words += ["--scenario", scenario]
    return words + list(options)


def run(out, *options, **named):
    return subprocess.run(command(out, *options, **named), capture_output=True, text=True,
                          timeout=LIMIT_S)


def start(out, *options, **named):
    return subprocess.Popen(command(out, *options, **named), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def predicate(out):
    envelope = json.loads((pathlib.Path(out) / "report.dsse.json").read_text())
    return json.loads(base64.b64decode(envelope["payload"]))["predicate"]


def records(out):
    """The journal's whole records; a torn last line is left out."""
    path = pathlib.Path(out) / "journal.jsonl"
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def verify_journal(out):
    return subprocess.run([str(BIN / "gpuaccept"), "verify", str(pathlib.Path(out) / "journal.jsonl")],
                          capture_output=True, text=True, timeout=LIMIT_S)


def series(report):
    """Everything that was measured, by the name of its series."""
    out = {}
    for one in report["measurements"]:
        name = (one["gate"], one["case"], one["unit_id"], json.dumps(one["params"]))
        out[name] = {key: value for key, value in one.items() if key not in ("gate", "case")}
    return out


def asked_blocks(out):
    """How often each block of each series was answered with a sample and its check."""
    asks, pending, count = {}, {}, {}
    for record in records(out):
        body = record["body"]
        if record["type"] == "ask":
            asks[body["ask"]] = body
        elif record["type"] == "event" and body["ask"] in asks:
            ask, event = asks[body["ask"]], body["event"]
            if ask["purpose"] != "series":
                continue
            name = (ask["gate"], ask["request"]["case"], ask["unit_id"],
                    json.dumps(ask["request"]["params"]))
            if event["type"] == "check":
                key = name + (event["block"],)
                count[key] = count.get(key, 0) + 1
    return count


def is_running(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] not in "ZX"


def descendants(program):
    """Running processes of that program, by number."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words and words[0].decode(errors="replace") == str(program):
            found.append(int(entry.name))
    return found


class Lab(unittest.TestCase):
    """A fresh folder for each test, and no worker left after it."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="ga-run-")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.out = self.folder / "out"

    def expect(self, result, exit_code):
        self.assertEqual(result.returncode, exit_code, result.stdout + result.stderr)

    def expect_no_workers(self, out, patience_s=10):
        pids = [r["body"]["pid"] for r in records(out) if r["type"] == "spawn"]
        until = time.monotonic() + patience_s
        left = [pid for pid in pids if is_running(pid)]
        while left and time.monotonic() < until:
            time.sleep(0.02)
            left = [pid for pid in left if is_running(pid)]
        self.assertEqual(left, [], "workers survived")


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()
