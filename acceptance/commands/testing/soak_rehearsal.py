#!/usr/bin/env python3
"""A soak of its whole length on eight simulated H200, by the whole profile hgx-h200: SIGKILL in hour
23, another boot of the machine, and the report verifies. Then the same length with a GPU that goes
wrong in hour 20. Prints what came of it as a page.

usage: soak_rehearsal.py GPUACCEPT [--time-scale X] [--out DIR]
"""
import argparse
import base64
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

NODE = "healthy-h200"
LATE = """format = 1
name = "soak-hour-20"
description = "one GPU flips a bit of every product from hour 20 of its load on"
part = "h200"
gpus = 8
seed = 2026
level = "soak"

[[fault]]
kind = "bit-flip"
unit = "gpu/4"
at_s = 58_000
severity = 1.0
"""
KILL_AFTER = 34  # checkpoints: 22 hours and 40 minutes
LIMIT_S = 7200


class Journal:
    """Counts what comes in, without reading anything twice."""

    def __init__(self, path):
        self.path, self.at, self.rest = path, 0, b""
        self.checkpoints = self.blocks_since = 0
        self.asks = {}

    def read_on(self):
        if not self.path.exists():
            return
        with open(self.path, "rb") as file:
            file.seek(self.at)
            new = file.read()
        self.at += len(new)
        *lines, self.rest = (self.rest + new).split(b"\n")
        for line in lines:
            record = json.loads(line)
            body = record["body"]
            if record["type"] == "ask":
                self.asks[body["ask"]] = (body["purpose"], body["unit_id"])
            what = self.asks.get(body.get("ask"))
            if record["type"] == "exit" and what == ("checkpoint", "node"):
                self.checkpoints, self.blocks_since = self.checkpoints + 1, 0
            if record["type"] == "event" and body["event"]["type"] == "check":
                self.blocks_since += 1


def restarted(command):
    """The command on a machine that was started a minute ago, where a clock of its own may be had."""
    now_s = int(time.clock_gettime(time.CLOCK_MONOTONIC))
    clock = ["unshare", "--time", "--fork", "--kill-child", "--monotonic", str(60 - now_s)]
    if subprocess.run(clock + ["true"], capture_output=True).returncode == 0:
        return clock + command + ["--simulated-boot", str(10**9)], "its own monotonic clock"
    return command + ["--simulated-boot", str(time.monotonic_ns())], "the simulator's clock alone"


def predicate(out):
    envelope = json.loads((out / "report.dsse.json").read_text())
    payload = base64.b64decode(envelope["payload"])
    return json.loads(payload)["predicate"], len(payload)


def kill_in_hour_23(command, out):
    said = open(out.parent / "cut.log", "w+")  # a pipe that nobody empties would stop it
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
    journal = Journal(out / "journal.jsonl")
    until = time.monotonic() + LIMIT_S
    while journal.checkpoints < KILL_AFTER or journal.blocks_since < 40:
        if process.poll() is not None or time.monotonic() > until:
            said.seek(0)
            sys.exit(f"it ended by itself: {said.read()[-2000:]}")
        time.sleep(0.05)
        journal.read_on()
    process.send_signal(signal.SIGKILL)
    process.wait()
    said.close()
    return journal


def run(command, expected):
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
    if done.returncode not in expected:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done, time.monotonic() - began


def soak_findings(report):
    return [f for f in report["claimed"]["findings"] if f["gate"] == "soak.digest"]


def sizes(out, payload_bytes):
    yield "report, payload", f"{payload_bytes:,} bytes of at most 4,194,304"
    for name in ("journal.jsonl", "telemetry.jsonl.zst"):
        yield name, f"{(out / name).stat().st_size:,} bytes"


def cut_and_gone_on(options, folder):
    out = folder / "cut"
    command = [options.gpuaccept, "run", "--scenario", NODE, "--level", "soak", "--out", str(out),
               "--time-scale", str(options.time_scale)]
    began = time.monotonic()
    journal = kill_in_hour_23(command, out)
    first_s = time.monotonic() - began
    resume, clock = restarted(command + ["--resume"])
    done, second_s = run(resume, {3})
    report, payload_bytes = predicate(out)
    verify, verify_s = run([options.gpuaccept, "verify", str(out / "report.dsse.json"), "--trust",
                            str(out / "key.pub.pem"), "--require", "rehearsed"], {0})
    if report["claimed"]["decision"] != "rehearsed" or len(report["events"]["restarts"]) != 1:
        sys.exit(done.stdout)
    lost = [text for text in report["run"]["interrupted"] if "since the last checkpoint" in text]
    blocks = sum(len(one["samples"]) for one in report["measurements"] if one["gate"] == "soak.digest")
    yield "SIGKILL", f"after checkpoint {journal.checkpoints} of 36 and {journal.blocks_since} blocks more, {first_s:.0f} s on the wall"
    yield "resumed on another boot, with", clock
    yield "measured again", f"{len(lost)} series"
    yield "to the end", f"{second_s:.0f} s on the wall"
    yield "blocks of soak.digest in the report", f"{blocks:,}"
    yield from sizes(out, payload_bytes)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    yield "largest process", f"{largest / 1024:.0f} MiB resident"
    yield "decision", report["claimed"]["decision"]
    yield "`gpuaccept verify --require rehearsed`", f"exit {verify.returncode}, {verify_s:.1f} s"
    yield "soak.digest on gpu/0", soak_findings(report)[0]["reason"]
    yield "and its warning", soak_findings(report)[0]["warn"][0]


def wrong_in_hour_20(options, folder):
    out, scenario = folder / "late", folder / "soak-hour-20.toml"
    scenario.write_text(LATE)
    _, seconds = run([options.gpuaccept, "run", "--scenario", str(scenario), "--profile", "hgx-h200",
                      "--level", "soak", "--out", str(out), "--time-scale",
                      str(options.time_scale)], {1})
    report, _ = predicate(out)
    bad = [f for f in soak_findings(report) if f["verdict"] != "pass"]
    if [f["unit_id"] for f in bad] != ["gpu/4"]:
        sys.exit(json.dumps(bad, indent=1))
    yield "a GPU that goes wrong late", f"{report['claimed']['decision']}, {seconds:.0f} s on the wall"
    yield "its finding", f"{bad[0]['code']}: {bad[0]['reason']}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gpuaccept")
    parser.add_argument("--time-scale", type=float, default=0.0005)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ga-soak-") as temporary:
        folder = options.out or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True)
        print(f"| 24 h of eight simulated H200, time scale {options.time_scale:g}, "
              f"{os.cpu_count()} cores | |\n|---|---|")
        for part in (cut_and_gone_on, wrong_in_hour_20):
            for name, value in part(options, folder):
                print(f"| {name} | {value} |", flush=True)


if __name__ == "__main__":
    main()
