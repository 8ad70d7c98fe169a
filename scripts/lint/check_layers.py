#!/usr/bin/env python3
"""check_layers.py ROOT: fail when a file includes a part of the project that it may not see.

The table is law; changing it needs a decision record in docs/adr.
"""
import pathlib
import re
import sys

MODEL, CODEC = "reports/model", "reports/codec"
HOST_REPORTS = [MODEL, CODEC, "reports/seal", "reports/render"]
ACCEPTANCE_HOST = ["acceptance/core", "acceptance/gates", "acceptance/profiles", "acceptance/wire",
                   "acceptance/worker", "acceptance/journal", "acceptance/sim", "acceptance/commands"]
DEVICE = ["kernels/runtime", "kernels/ptx", "kernels/check", "kernels/data", "kernels/loader"]
FAMILIES = ["kernels/memory", "kernels/gemm", "kernels/allreduce", "kernels/link", "kernels/power",
            "kernels/baselines", "kernels/attention", "kernels/exercise"]

# part -> parts it may include, itself always. The longest matching path is a file's part.
MAY = {
    MODEL: [],
    CODEC: [MODEL],
    "reports/seal": [MODEL, CODEC],
    "reports/render": [MODEL, CODEC],
    "benches/stats": [MODEL],
    "kernels/data": [MODEL],
    "kernels/loader": [MODEL],
    "acceptance/core": [MODEL, CODEC, "benches/stats"],
    "acceptance/wire": [MODEL, CODEC, "benches/stats"],
    "acceptance/profiles": [MODEL, CODEC, "acceptance/core"],
    "acceptance/gates": ["acceptance/core", MODEL, "benches/stats", "kernels/data"],
    # reports/codec by docs/adr/0010: it reads what a BMC and journald write.
    "acceptance/node": [MODEL, CODEC, "kernels/loader"],
    # By docs/adr: the worker's answers without its CUDA.
    "acceptance/probe": [MODEL, CODEC, "kernels/loader", "acceptance/node", "acceptance/wire",
                         "benches/cases/case_runner.h", "benches/cases/case_table.h",
                         "benches/harness/reading.h"],
    # reports/codec and the host-only table of cases by docs/adr/0001.
    "acceptance/sim": ["acceptance/wire", MODEL, CODEC, "benches/stats", "kernels/data",
                       "benches/cases/case_table.h"],
    "acceptance/worker": HOST_REPORTS + ACCEPTANCE_HOST + ["benches/stats", "kernels/data"],
    "acceptance/journal": HOST_REPORTS + ACCEPTANCE_HOST + ["benches/stats", "kernels/data"],
    "acceptance/commands": HOST_REPORTS + ACCEPTANCE_HOST
    + ["benches/stats", "kernels/data", "benches/cases/case_table.h"],
    "kernels/runtime": [MODEL, "kernels/data", "kernels/loader"],
    "kernels/ptx": [MODEL, "kernels/data", "kernels/loader"],
    "kernels/check": [MODEL, "kernels/data", "kernels/loader", "kernels/runtime", "kernels/ptx"],
    "benches/harness": DEVICE + FAMILIES + ["benches/stats", MODEL],
    "benches/cases": DEVICE + FAMILIES + ["benches/stats", MODEL, "benches/harness"],
}
MAY["kernels/testing"] = [MODEL] + DEVICE + FAMILIES
for family in FAMILIES:
    MAY[family] = [MODEL] + DEVICE
# docs/adr/0021: attention places and swizzles its tiles as the GEMM does, and fills as it does.
MAY["kernels/attention"] = [MODEL] + DEVICE + ["kernels/gemm"]
# gpubench reads the clocks through NVML's adapter and writes its figures with the codec.
MAY["benches/gpubench"] = DEVICE + FAMILIES + [
    MODEL, CODEC, "benches/stats", "benches/harness", "benches/cases", "acceptance/node"]

# docs/adr/0015: all_reduce_perf. Its front is host-only; its engines are what MAY_USE_CUDA names.
MAY["benches/nccl_tests"] = DEVICE + FAMILIES + [MODEL, "benches/stats"]
MAY["benches/all_reduce_perf"] = ["benches/nccl_tests"]

# A main may include what its program links. Only these two join host and CUDA.
MAINS = {
    "acceptance/gpuaccept.cpp": HOST_REPORTS + ACCEPTANCE_HOST,
    "reports/gpuaudit.cpp": HOST_REPORTS + ACCEPTANCE_HOST,
    "acceptance/gpusim.cpp": ["acceptance/sim", "acceptance/wire", MODEL, CODEC],
    "acceptance/gpuprobe.cpp": ["acceptance/probe", "acceptance/node", "acceptance/wire",
                                "benches/cases", "benches/harness", MODEL, CODEC] + DEVICE,
}
CUDA_HEADER = re.compile(r"^(cuda|cublas|cudnn|nccl|nvml|cub/|thrust/|cooperative_groups)")
MAY_USE_CUDA = ("kernels/", "benches/cases/", "benches/harness/", "benches/gpubench",
                "benches/nccl_tests/engine", "acceptance/gpuprobe")
HEAVY = {"nlohmann/": (CODEC,), "toml++/": (CODEC,),
         "CLI/": tuple(MAINS) + ("benches/gpubench", "acceptance/commands/command_line")}
# Folders that are compiled for tests only may see more: a fake of NVML knows the wire, and so on.
TEST_FOLDERS = ("testing", "fuzz")
INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^>"]+)')
SUFFIXES = {".h", ".cpp", ".cu", ".cuh"}


def part(path):
    fits = [k for k in MAY if path.startswith((k + "/", k + ".", k + "_"))]
    return max(fits, key=len, default=None)


def is_test(path):
    return path.rsplit(".", 1)[0].endswith("_test") or any(
        folder in path.split("/") for folder in TEST_FOLDERS)


def allowed(path):
    if path in MAINS:
        return MAINS[path]
    mine = part(path)
    return None if mine is None else MAY[mine] + [mine]


def sees(allowed_parts, header):
    return any(header == p or header.startswith((p + "/", p + ".", p + "_")) for p in allowed_parts)


def faults(path, text):
    mine = allowed(path)
    if mine is None:
        yield 0, "belongs to no part; add it to the table"
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match.group(1)
        ours = header.split("/")[0] in ("kernels", "benches", "acceptance", "reports")
        if ours and not sees(mine, header) and not is_test(path):
            yield number, f"may not include {header}"
        if CUDA_HEADER.match(header) and not path.startswith(MAY_USE_CUDA):
            yield number, "CUDA header outside kernels and the worker"
        if path.endswith((".cu", ".cuh")) and header.startswith(("fmt/", "nlohmann/", "gtest/")):
            yield number, "host library in a file that nvcc compiles"
        for prefix, home in HEAVY.items():
            if header.startswith(prefix) and not path.startswith(home) and not is_test(path):
                yield number, f"{prefix} belongs in {', '.join(home)} alone"


def main():
    root, bad = pathlib.Path(sys.argv[1]), 0
    for top in ("kernels", "benches", "acceptance", "reports"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix in SUFFIXES:
                path = file.relative_to(root).as_posix()
                for number, fault in faults(path, file.read_text(encoding="utf-8")):
                    print(f"{path}:{number}: {fault}")
                    bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
