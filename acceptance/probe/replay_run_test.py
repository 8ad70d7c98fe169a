#!/usr/bin/env python3
"""replay_run_test.py GPUACCEPT LIBS STATES: whole runs against replays that misbehave.

Each run must end in time, be simulated, exit as the table says and name the field.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

# state, profile, lines added to what every GPU answers, exit, what the report's text must hold
RUNS = [
    ("hgx-h200", "hgx-h200", "", 3, "a replay has no CUDA"),
    ("hgx-b200", "hgx-b200", "", 3, "a replay has no CUDA"),
    ("hgx-h200", "hgx-h200", "nvmlDeviceGetEccMode() = !3\n", 3, "ecc_current: Not Supported"),
    ("hgx-h200", "hgx-h200", "nvmlDeviceGetEccMode() = unset\n", 3, "ecc_current: neither 0 nor 1"),
    ("hgx-h200", "hgx-h200", "nvmlDeviceGetEccMode() = 0 0\n", 5, "config.ecc.wrong"),
    ("hgx-b200", "hgx-b200", "nvmlDeviceGetEnforcedPowerLimit() = 700000\n", 5, "config.power_limit"),
    ("hgx-h200", "hgx-h200", "nvmlDeviceGetRemappedRows() = 0 1 0 1\n", 1, "memory.remap.failed"),
    ("hgx-h200", "hgx-h200", "nvmlDeviceGetRemappedRows() = !999\n", 3, "remap_failed: Unknown Error"),
    ("hgx-h200", "hgx-h200", "nvmlDeviceGetSramEccErrorStatus() = crash\n", 3, "signal"),
    ("hgx-h200", "hgx-h200", "nvmlDeviceGetMigMode() = hang\n", 3, "nvmlDeviceGetMigMode did not return"),
    ("hgx-h200", "hgx-h200", "lost\n", 3, "GPU is lost"),
]
MOST_SECONDS = 300


def run(gpuaccept, libs, states, entry):
    state, profile, bend, want, text = entry
    with tempfile.TemporaryDirectory() as folder:
        replay = pathlib.Path(folder) / "replay"
        shutil.copytree(pathlib.Path(states) / state, replay)
        file = replay / "nvml.state"
        file.write_text(file.read_text().replace("[gpu]\n", bend + "[gpu]\n", 1))
        out = pathlib.Path(folder) / "out"
        began = time.monotonic()
        try:
            done = subprocess.run(
                [gpuaccept, "run", "--profile", profile, "--level", "quick", "--libs", libs,
                 "--replay", replay, "--out", out], capture_output=True, text=True,
                timeout=MOST_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return "did not end in time"
        took = time.monotonic() - began
        report = subprocess.run([gpuaccept, "render", out / "report.dsse.json", "--to", "json"],
                                capture_output=True, text=True, check=False).stdout
        print(f"{state} {bend.strip() or 'as it is'}: exit {done.returncode}, {took:.1f} s")
        if done.returncode != want:
            return f"exit {done.returncode}, not {want}: {done.stderr[-500:]}"
        if '"simulated": true' not in report or '"real": false' not in report:
            return "is not simulated"
        return "" if text in report + done.stdout else f"does not say '{text}'"


def main():
    gpuaccept, libs, states = sys.argv[1:4]
    faults = 0
    for entry in RUNS:
        fault = run(gpuaccept, libs, states, entry)
        if fault:
            print(f"{entry[0]} {entry[2].strip()}: {fault}")
            faults += 1
    print(f"{len(RUNS)} runs, {faults} wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
