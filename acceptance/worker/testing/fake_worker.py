#!/usr/bin/env python3
"""A worker that misbehaves as it is told: fake_worker.py KIND [options of a real worker].

Without a fault (KIND "good") it answers every request of the protocol as one GPU would.
"""
import json
import os
import signal
import subprocess
import sys
import time

KIND = sys.argv[1]
UUID = "GPU-fake"
seq = 0


def raw(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def send(request_id, kind, **members):
    global seq
    event = {"v": 1, "id": request_id, "seq": seq, "t_ns": time.monotonic_ns(), "type": kind}
    event.update(members)
    raw(json.dumps(event, separators=(",", ":")) + "\n")
    seq += 1


def sample(request, block, **changes):
    members = {"block": block, "unit": "bytes_per_s", "value": 1000 + block, "elapsed_ns": 1,
               "clock_mhz": 1980, "power_mw": 1, "temp_mc": 50000, "throttle": 0, "discard": ""}
    members.update(changes)
    send(request["id"], "sample", **members)


def check(request, block):
    send(request["id"], "check", block=block,
         check={"kind": "pattern", "expected": "", "got": "", "wrong": 0,
                "root": "", "openings": []})


def measure(request):
    for block in range(request["first_block"], request["first_block"] + request["blocks"]):
        sample(request, block)
        check(request, block)


def sleep_for_good():
    while True:
        time.sleep(1)


def misbehave(request):
    """Does what KIND says in place of the answer; returns True if the answer follows."""
    global seq
    first = request["first_block"]
    if KIND == "garbage":
        raw("\x7fELF this is no event\n")
        sleep_for_good()
    elif KIND == "endless":
        while True:
            raw("x" * 65536)
    elif KIND == "nothing":
        sleep_for_good()
    elif KIND == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sleep_for_good()
    elif KIND == "gap":
        seq += 1
    elif KIND == "wrong-id":
        send(request["id"] + 1, "done", libraries=[])
    elif KIND == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif KIND == "exit":
        sys.exit(3)
    elif KIND == "half":
        raw('{"v":1,"id":')
        sys.exit(0)
    elif KIND == "closes":
        os.close(1)
        sleep_for_good()
    elif KIND == "unchecked":
        sample(request, first)
        send(request["id"], "done", libraries=[])
    elif KIND == "early":
        send(request["id"], "done", libraries=[])
    elif KIND == "order":
        sample(request, first + 1)
    elif KIND == "flood":
        while True:
            sample(request, first)
            check(request, first)
            first += 1
    elif KIND == "error":
        send(request["id"], "error", code="library.missing", text="libcublasLt.so.13")
        return False
    elif KIND == "after-done":
        measure(request)
        send(request["id"], "done", libraries=[])
        send(request["id"], "done", libraries=[])
        return False
    elif KIND == "child":
        subprocess.Popen(["sleep", "1000"])
        sleep_for_good()
    elif KIND == "noise":
        sys.stderr.write("noise\n")
    return True


def answer(request):
    if not misbehave(request):
        return
    if request["verb"] == "case":
        measure(request)
    elif request["verb"] == "watch":
        for _ in range(3):
            send(request["id"], "telemetry", gpu=UUID, clock_mhz=1980, power_mw=1, temp_mc=50000,
                 throttle={"absent": "not supported"})
        sys.stdin.readline()
    send(request["id"], "done", libraries=[])


def main():
    if KIND == "mute":
        sleep_for_good()
    if KIND == "stillborn":
        sys.exit(4)
    send(0, "hello", program="fake", version="0", simulated=True, pid=os.getpid(), libraries=[])
    if KIND == "leaves":
        sys.exit(0)
    for line in sys.stdin:
        answer(json.loads(line))
    if KIND == "stays":
        sleep_for_good()


main()
