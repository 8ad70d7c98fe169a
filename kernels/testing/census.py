#!/usr/bin/env python3
"""census.py PROBE_OBJECT OBJECT...: count instructions in the machine code that was built.

An object holds one cubin (an ELF file) per architecture; an instruction is 16 bytes, its opcode the
low 12 bits. Which opcode is which instruction is learnt from the probe object, built by the same
compiler: see probe.cu. Fails where a kernel keeps values in local memory, and where one lacks what
makes it a GEMM or an attention of its kind, or an all-reduce with ordered flags.
"""
import collections
import re
import struct
import sys

EM_CUDA = 190
# What a kernel is not without, by a part of its name; every kernel is without local memory.
OF_TYPE = r"11gemm_kernelINS_9GemmShapeI(?:Li\d+E)+EE"
SM90 = "16gemm_sm90_kernel"
ATTENTION, ATTENTION_SM90 = "16attention_kernel", "21attention_sm90_kernel"
ATTENTION_BWD = "25attention_bwd_keys_kernel|28attention_bwd_queries_kernel"
ATTENTION_BWD_SM90 = "25attention_bwd_sm90_kernel"
HOPPER = ("utmaldg", "utmastg", "syncs", "usetmaxreg")
REQUIRED = {OF_TYPE + "NS_4(?:Bf16|Fp16|Tf32)E": ("hmma", "ldsm", "ldgsts"),
            OF_TYPE + "a": ("imma", "ldsm", "ldgsts"),
            OF_TYPE + "NS_3Fp8E": ("qmma", "ldsm", "ldgsts"),
            "15gemm_fma_kernelINS_11Fp32Product": ("ffma", "lds", "ldgsts"),
            "15gemm_fma_kernelINS_11Fp64Product": ("dmma", "lds", "ldgsts"),
            SM90 + ".*EENS_3Fp8E": ("qgmma", *HOPPER),
            SM90 + ".*EEai": ("igmma", *HOPPER),
            SM90 + "(?!.*(?:EENS_3Fp8E|EEai))": ("hgmma", *HOPPER),
            ATTENTION: ("hmma", "ldsm", "ldgsts", "mufu"),
            ATTENTION_BWD: ("hmma", "ldsm", "ldgsts", "mufu"),
            ATTENTION_SM90: ("hgmma", "hgmmar", "stsm", "mufu", *HOPPER),
            ATTENTION_BWD_SM90: ("hgmma", "hgmmar", "stsm", "mufu", *HOPPER),
            "23exercise_special_kernel": ("mufu",), "20exercise_copy_kernel": ("ldgsts",),
            # A release is a fence (ERRBAR follows it), an acquire drops L1 (CCTL).
            "all_reduce_(?:virtual_)?kernelILNS_18AllReduceAlgorithmE1E": ("errbar", "cctl"),
            "all_reduce_virtual_kernelILNS_18AllReduceAlgorithmE2E": ("errbar", "cctl"),
            "all_reduce_kernelILNS_18AllReduceAlgorithmE2E": ("ldgmc", "errbar", "cctl")}
GEMM = "11gemm_kernel|15gemm_fma_kernel|" + SM90  # each must be of one kind of REQUIRED
SWIZZLED = "|".join((GEMM, ATTENTION, ATTENTION_BWD, ATTENTION_SM90, ATTENTION_BWD_SM90))
# What it has at most: a fence of the whole GPU (ERRBAR follows each) before and after a cluster's
# work, none in its loops.
AT_MOST = {SM90: {"errbar": 2}, ATTENTION_SM90: {"errbar": 2}, ATTENTION_BWD_SM90: {"errbar": 2}}
# From which architecture on an instruction exists: on older ones its kernel is a trap. And what
# stands for it on those between that ptxas makes something else of.
SINCE = {"qmma": 89, "ldgmc": 90}
STAND_INS = {"qmma": "hmma"}
COMPANIONS = ("errbar",)  # ERRBAR and CGAERRBAR come together: either counts


def sections(elf):
    offset, = struct.unpack_from("<Q", elf, 0x28)
    size, count, names = struct.unpack_from("<HHH", elf, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", elf, offset + i * size) for i in range(count)]
    table = headers[names][4]
    for header in headers:
        start = table + header[0]
        yield elf[start:elf.index(b"\0", start)].decode(), header


def cubins(path):
    """The CUDA ELF images inside a host object, each with its own bytes."""
    data = open(path, "rb").read()
    for match in re.finditer(rb"\x7fELF\x02\x01", data):
        at = match.start()
        if at > 0 and struct.unpack_from("<H", data, at + 18)[0] == EM_CUDA:
            yield data[at:]


def arch(elf):
    flags, = struct.unpack_from("<I", elf, 0x30)
    return flags >> 8 & 0xFF


def census(elf):
    """Kernel name -> counts of opcodes."""
    out = {}
    for name, header in sections(elf):
        start, size = header[4:6]
        if name.startswith(".text."):
            words = [struct.unpack_from("<H", elf, start + i)[0] & 0xFFF for i in range(0, size, 16)]
            no_op = words[-1]  # the code is padded with them up to its alignment
            out[name[len(".text."):]] = collections.Counter(w for w in words if w != no_op)
    return out


def shared_alignment(elf):
    """Kernel name -> alignment of its shared memory; the swizzle needs that of a whole period."""
    return {name[len(".nv.shared."):]: header[8] for name, header in sections(elf)
            if name.startswith(".nv.shared.")}


def learn(kernels, architecture):
    """Instruction -> opcode, from the one opcode that each pair of probes has four times more."""
    codes = {}
    for probe in sorted({m.group(1) for m in (re.search(r"probe_([a-z0-9]+)ILi1E", n) for n in kernels) if m}):
        if architecture < SINCE.get(probe, 0):
            continue
        once, more = (next(c for n, c in kernels.items() if f"probe_{probe}ILi{k}E" in n)
                      for k in (1, 5))
        found = [op for op in more if more[op] - once[op] == 4]
        if len(found) > 1:  # addresses cost more too, by arithmetic that the other probes use as well
            others = set().union(*(c for n, c in kernels.items() if f"probe_{probe}I" not in n))
            found = [op for op in found if op not in others]
        if len(found) > 1:  # or that a single address does without
            found = [op for op in found if once[op] == 1]
        if probe in COMPANIONS:
            found = found[:1]
        if not found and probe in STAND_INS:
            found = [op for op in (codes[STAND_INS[probe]],) if more[op] - once[op] >= 4]
        if len(found) != 1:
            raise SystemExit(f"census: probe {probe}: opcodes {[hex(op) for op in found]}, not one")
        codes[probe] = found[0]
    return codes


def judge(name, count, codes, alignment, architecture):
    has = {probe: count[code] for probe, code in codes.items()}
    wrong = [f"{has[p]} x {p.upper()} (local memory)" for p in ("stl", "ldl") if has[p]]
    kinds = [part for part in REQUIRED if re.search(part, name)]
    if re.search(GEMM, name) and len(kinds) != 1:
        wrong.append(f"a GEMM of {len(kinds)} kinds, not one")
    for part in kinds:
        needed = REQUIRED[part]
        if any(architecture < SINCE.get(p, 0) for p in needed):
            continue
        if alignment < 1024 and re.search(SWIZZLED, name):
            wrong.append(f"shared memory aligned to {alignment} bytes, not 1024")
        wrong += [f"no {p.upper()}" for p in needed if not has.get(p)]
        wrong += [f"{has[p]} x {p.upper()}, more than {most}"
                  for at, limits in AT_MOST.items() if at in name
                  for p, most in limits.items() if has[p] > most]
        print(f"  {name}: " + " ".join(f"{p.upper()} {n}" for p, n in has.items()))
    return wrong


def main():
    learnt = [learn(census(elf), arch(elf)) for elf in cubins(sys.argv[1])]
    if not learnt:
        raise SystemExit(f"census: {sys.argv[1]} holds no cubin")
    bad, kernels, kinds = 0, 0, 0
    for path in sys.argv[2:]:
        images = list(cubins(path))
        if len(images) != len(learnt):
            print(f"census: {path}: {len(images)} cubins, the probe has {len(learnt)}")
            bad += 1
            continue
        for elf, codes in zip(images, learnt):
            alignments = shared_alignment(elf)
            for name, count in census(elf).items():
                kernels += 1
                kinds += any(re.search(part, name) for part in REQUIRED)
                for line in judge(name, count, codes, alignments.get(name, 0), arch(elf)):
                    print(f"census: {path}: {name}: {line}")
                    bad += 1
    print(f"census: {kernels} kernels, {kinds} of them with instructions that they need, opcodes "
          + " ".join(f"{p}={c:#x}" for p, c in learnt[-1].items()))
    if kinds == 0:
        print("census: no kernel among the objects of which an instruction is asked")
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
