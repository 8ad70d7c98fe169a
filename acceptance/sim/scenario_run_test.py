#!/usr/bin/env python3
"""Runs every scenario that ships and compares decision, exit code and findings with [expect].

usage: scenario_run_test.py GPUACCEPT SCENARIO_DIR [--only NAME,...] [--jobs N] [--time-scale X]
                            [--levels LEVEL,...] [--suggest]

Prints one line a scenario, expected against actual, and the findings that differ. --suggest prints
what came back as [[expect.finding]] tables, for a person to read and decide about.
"""
import argparse
import base64
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "testing"))
import short_soak  # noqa: E402

TIMEOUT_S = 240
SOAK_TIME_SCALE = 0.0002


def expected_findings(scenario):
    wanted = set()
    for row in scenario["expect"].get("finding", []):
        units = [row["unit"]]
        if row["unit"] == "gpu/*":
            units = [f"gpu/{i}" for i in range(scenario["gpus"])]
        wanted.update((row["gate"], unit, row["code"]) for unit in units)
    return wanted


def actual(out, code):
    """Decision, cause, findings that are not a pass, and whether anything was loaded."""
    path = pathlib.Path(out) / "report.dsse.json"
    if not path.exists():
        return {"decision": "no report", "cause": "", "exit": code}, {}, False
    payload = json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))
    claimed = payload["predicate"]["claimed"]
    findings = {
        (f["gate"], f["unit_id"], f["code"]): f["verdict"]
        for f in claimed["findings"]
        if f["verdict"] not in ("pass", "not_applicable")
    }
    answer = {"decision": claimed["decision"], "cause": claimed.get("cause", ""), "exit": code}
    return answer, findings, bool(payload["predicate"]["measurements"])


def rehearse(options, path):
    scenario = tomllib.loads(path.read_text())
    expect = scenario["expect"]
    wanted = {
        "decision": expect["decision"],
        "cause": expect.get("cause", ""),
        "exit": expect["exit"],
    }
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        command = [
            options.gpuaccept, "run", "--scenario", path.stem,
            "--level", scenario.get("level", "quick"), "--out", str(out),
            "--time-scale", str(options.time_scale),
        ]
        if scenario.get("level") == "soak":  # an hour of it, by the gates that can see it
            profile = pathlib.Path(folder) / "short-soak.toml"
            (short_soak.write if scenario["gpus"] > 1 else short_soak.write_single)(profile)
            command[-1] = str(SOAK_TIME_SCALE)
            command += ["--profile", str(profile)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
            got, findings, loaded = actual(out, done.returncode)
            words = done.stderr[-2000:]
        except subprocess.TimeoutExpired:
            got, findings, loaded = {"decision": "timeout", "cause": "", "exit": -1}, {}, True
            words = ""
    listed = expected_findings(scenario)
    extra = set(findings) - listed
    if not expect.get("loaded", True):
        wanted["loaded"], got["loaded"] = False, loaded
        extra = {finding for finding in extra if findings[finding] != "not_measured"}
    return {
        "name": path.stem, "wanted": wanted, "got": got, "seconds": time.monotonic() - began,
        "missing": sorted(listed - set(findings)), "extra": sorted(extra),
        "findings": sorted(findings), "stderr": words,
    }


def show(answer):
    cause = f" ({answer['cause']})" if answer["cause"] else ""
    return f"{answer['decision']}{cause} {answer['exit']}"


def report(result, options):
    name = result["name"]
    good = (result["wanted"] == result["got"]
            and not result["missing"] and not result["extra"])
    print(f"{'ok  ' if good else 'FAIL'} {name:36} expected {show(result['wanted']):32} "
          f"actual {show(result['got']):32} {len(result['findings']):3} findings "
          f"{result['seconds']:5.1f} s")
    for kind in ("missing", "extra"):
        for gate, unit, code in result[kind]:
            print(f"       {kind}: {gate} {unit} {code}")
    if not good and result["got"]["decision"] == "no report":
        print("       stderr: " + result["stderr"].replace("\n", "\n       "))
    if options.suggest:
        for gate, unit, code in result["findings"]:
            print(f'[[expect.finding]]\ngate = "{gate}"\nunit = "{unit}"\ncode = "{code}"\n')
    sys.stdout.flush()
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gpuaccept")
    parser.add_argument("scenarios", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--levels", default="quick,standard,soak")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--time-scale", type=float, default=0.002)
    parser.add_argument("--suggest", action="store_true")
    options = parser.parse_args()
    # Those that wait for a deadline first: they take no processor, and the rest runs beside them.
    paths = sorted(options.scenarios.glob("*.toml"),
                   key=lambda path: (not path.stem.startswith("worker-"), path.stem))
    if options.only:
        paths = [path for path in paths if path.stem in options.only.split(",")]
    levels = options.levels.split(",")
    paths = [path for path in paths
             if tomllib.loads(path.read_text()).get("level", "quick") in levels]
    if not paths:
        print("no scenario to run", file=sys.stderr)
        return 1
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda path: rehearse(options, path), paths)
        bad = [result["name"] for result in results if not report(result, options)]
    print(f"{len(paths) - len(bad)} of {len(paths)} scenarios came out as expected")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
