#!/usr/bin/env python3
"""scripts_test.py PROGRAM GOLDEN [--update]: do scripts written for nccl-tests run with ours?

PROGRAM computes its times (fake_backend.h). A copy named all_reduce_perf is called and read in the
ways of DCGM's plug-in nccl_tests, of Azure's node health checks and of SuperBench, each written
anew from what those read; and its text is compared with GOLDEN and with the formats of C's printf.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = tempfile.TemporaryDirectory()
PROGRAM = shutil.copy(sys.argv[1], os.path.join(FOLDER.name, "all_reduce_perf"))
GOLDEN = pathlib.Path(sys.argv[2])


def run(*arguments, **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NCCL_", "OMPI_", "PMI_"))}
    return subprocess.run([PROGRAM, *arguments], env={**clean, **environment}, text=True,
                          capture_output=True, timeout=30, check=False)


def check(good, *told):
    if not good:
        print("scripts_test: failed:", *told)
        sys.exit(1)


def dcgm(**environment):
    """True where DCGM's plug-in would pass: found by folder and name, called without arguments."""
    folder = {"DCGM_NCCL_TESTS_BIN_PATH": FOLDER.name}
    binary = pathlib.Path(folder["DCGM_NCCL_TESTS_BIN_PATH"], "all_reduce_perf")
    check(binary.is_file() and not binary.is_symlink(), binary, "is no plain file")
    ran = run(**folder, **environment)
    bounds = [l for l in ran.stdout.splitlines() if "# Out of bounds values" in l]
    bandwidth = [l for l in ran.stdout.splitlines() if "# Avg bus bandwidth" in l]
    failed = any("FAILED" in line for line in bounds + bandwidth)
    return ran.returncode == 0 and bool(bounds) and bool(bandwidth) and not failed


def azure(text):
    """The average bus bandwidth, or None where a line says FAILED."""
    for line in text.splitlines():
        if "FAILED" in line:
            return None
        if "bandwidth" in line:
            return float(line.split()[5])
    return None


def superbench(text):
    """The largest out-of-place bus bandwidth: sixth column from the right of the rows."""
    lines = text.splitlines()
    titles = max(i for i, l in enumerate(lines) if "out-of-place" in l)
    end = max(i for i, l in enumerate(lines) if "Out of bounds values" in l)
    best = -1.0
    for line in lines[titles + 3:end]:
        words = line.split()
        if len(words) <= 10:
            break
        best = max(best, float(words[-6]))
    return best


def narrow(value, width):
    for decimals in (2, 1, 0):
        text = "%*.*f" % (width, decimals, value)
        if len(text) <= width:
            return text
    return "%*.*e" % (width, 1 if width >= 7 else 0, value)


def expected_row(size, ranks, wrong):
    us = 20 + size * 2 * (ranks - 1) / ranks / 480e3
    half = "  %7s  %6s  %6s" % (narrow(us, 7), narrow(size / us / 1e3, 6),
                                narrow(size / us / 1e3 * 2 * (ranks - 1) / ranks, 6))
    row = "%12d  %12d  %8s  %6s  %6s" % (size, size // 4, "float", "sum", "%6d" % -1)
    return row + "".join(half + ("    N/A" if w is None else "  %6g" % w) for w in wrong)


def test_text():
    ran = run("-b", "1", "-e", "8G", "-f", "8", "-g", "8", "-c", "1")
    check(ran.returncode == 0 and ran.stderr == "", ran)
    text = re.sub(r"Pid +\d+ on +\S+ device", "Pid PID on HOST device", ran.stdout)
    if "--update" in sys.argv:
        GOLDEN.write_text(text)
    check(text == GOLDEN.read_text(), "differs from", GOLDEN, "\n" + text)
    rows = [l for l in text.splitlines() if not l.startswith("#")]
    sizes = [8 ** k // 4 * 4 for k in range(12)]
    check(rows == [expected_row(s, 8, (0, 0)) for s in sizes], rows)
    unchecked = run("-b", "1M", "-e", "1M", "-g", "8", "-c", "0").stdout.splitlines()
    check(expected_row(1 << 20, 8, (None, None)) in unchecked, unchecked)


def test_scripts():
    check(dcgm(), "DCGM fails a good run")
    for fault in ("wrong", "dead", "slow", "none"):
        check(not dcgm(GA_FAKE=fault), "DCGM passes", fault)
    check(not dcgm(NCCL_TESTS_MIN_BW="500"), "DCGM passes too little bandwidth")
    big = run("-b", "16G", "-e", "16G", "-f", "2", "-g", "8", "-c", "1")
    check(470 < azure(big.stdout) < 480, "Azure reads", azure(big.stdout))
    check(470 < superbench(big.stdout) < 480, "SuperBench reads", superbench(big.stdout))
    plain = run("-b", "1", "-e", "8192M", "-f", "2", "-g", "8", "-c", "0")
    check(470 < superbench(plain.stdout) < 480, "SuperBench reads", superbench(plain.stdout))


def test_failures():
    wrong = run("-b", "1M", "-e", "2M", "-g", "8", GA_FAKE="wrong")
    check(wrong.returncode == 7 and azure(wrong.stdout) is None, wrong)
    check("# Out of bounds values : 1 FAILED" in wrong.stdout, wrong.stdout)
    check(expected_row(2 << 20, 8, (0, 3)) in wrong.stdout.splitlines(), wrong.stdout)
    slow = run("-b", "16G", "-e", "16G", "-g", "8", NCCL_TESTS_MIN_BW="540")
    check(slow.returncode == 7 and " FAILED\n" in slow.stdout, slow)
    fast = run("-b", "16G", "-e", "16G", "-g", "8", NCCL_TESTS_MIN_BW="520")
    check(fast.returncode == 0 and re.search(r"bandwidth +: [\d.]+ OK\n", fast.stdout), fast)
    for fault, code in (("dead", 2), ("slow", 4)):
        ran = run("-b", "1M", "-e", "2M", "-g", "8", GA_FAKE=fault)
        check(ran.returncode == code and "rank 3" in ran.stderr, ran)
        check("Out of bounds" not in ran.stdout and "bandwidth" not in ran.stdout, ran)
    none = run(GA_FAKE="none")
    check((none.returncode, none.stdout) == (2, ""), none)
    check(none.stderr == "all_reduce_perf: error: no NVIDIA driver is loaded\n", none)


def test_usage():
    for arguments, environment in ((("-R", "2"), {}), (("-q",), {}), ((), {"NCCL_TESTS_MIN_BW": "x"}),
                                   ((), {"OMPI_COMM_WORLD_SIZE": "8"})):
        ran = run(*arguments, **environment)
        check((ran.returncode, ran.stdout) == (255, ""), arguments, environment, ran)
        check(ran.stderr.startswith("all_reduce_perf: error: "), ran)
    check(run(OMPI_COMM_WORLD_SIZE="1").returncode == 0, "one process of mpirun")
    told = run("-h")
    check(told.returncode == 0 and "all_reduce_perf -b 8 -e 8G -f 2 -g 8" in told.stdout, told)
    check("device  4 [0000:1b:00]" in run(NCCL_TESTS_DEVICE="4").stdout, "NCCL_TESTS_DEVICE")


def test_json():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "out.json")
        ran = run("-b", "1M", "-e", "2M", "-g", "8", "-J", path, GA_FAKE="wrong", NCCL_ALGO="Ring")
        check(f"# Writing JSON output to {path}\n" in ran.stdout, ran)
        told = json.loads(pathlib.Path(path).read_text())
        check(told["version"] == 3 and told["nccl_version"] == 22809, told)
        check("NCCL_ALGO=Ring" in told["env"], told["env"])
        check(told["config"]["ngpus"] == 8 and len(told["config"]["devices"]) == 8, told["config"])
        check(told["config"]["devices"][7]["device_hex"] == "0000:8b:00", told["config"])
        last = told["results"][-1]
        check((last["size"], last["in_place"]["nwrong"]) == (2 << 20, 3), last)
        check(abs(last["out_of_place"]["bus_bw"] / last["out_of_place"]["alg_bw"] - 1.75) < 1e-4, last)
        check(told["out_of_bounds"] == {"count": 1, "okay": "false"}, told)
        check(told["average_bus_bandwidth"]["okay"] == "unchecked", told)
        again = run("-g", "8", "-J", path)
        check(again.returncode == 0 and os.path.exists(path + ".0"), again)
        dead = run("-b", "1M", "-e", "2M", "-g", "8", "-J", path, GA_FAKE="dead")
        told = json.loads(pathlib.Path(path + ".1").read_text())
        check(dead.returncode == 2 and told["errors"] == ["rank 3: no answer"], told)
        check("out_of_bounds" not in told and len(told["results"]) == 1, told)
        check(run("-J", "/nonexistent/x.json").returncode == 2, "a file that cannot be written")


for test in (test_text, test_scripts, test_failures, test_usage, test_json):
    test()
print("scripts_test: DCGM's, Azure's and SuperBench's ways of reading all fit")
