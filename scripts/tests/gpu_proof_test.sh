#!/usr/bin/env bash
# gpu_proof_test.sh SCRIPT: part `loads` with a gpuprobe that makes its answers up: what is right holds,
# and each way to be short or wrong breaks the row of its case alone. Needs no GPU.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/scripts" "$work/dist/gpu-proof/bin" "$work/path"
cp "$1" "$work/scripts/gpu_proof.sh"
cat >"$work/dist/gpu-proof/bin/gpuprobe" <<'EOF'
#!/usr/bin/env python3
import json
import sys

case, blocks = sys.argv[2], int(sys.argv[sys.argv.index("--blocks") + 1])
for block in range(blocks):
    last = block == blocks - 1
    sample = {"type": "sample", "block": block, "unit": "ns", "value": 5, "clock_mhz": 1980, "power_mw": 1,
              "temp_mc": 2, "throttle": 0, "discard": ""}
    check = {"kind": "exact", "expected": "aa", "got": "aa", "wrong": 0}
    if last and case == "memory.chase":
        print(json.dumps(sample))
        continue
    if last and case == "power.mixed":
        continue
    if last and case == "exercise.special":
        sample["discard"] = "no_clock_reading"
    if last and case == "exercise.shuffle":
        check["got"] = "bb"
    if last and case == "exercise.atomic":
        check["wrong"] = 1
    if case == "exercise.integer":
        check["expected"], check["got"] = "", "cc"
    print(json.dumps(sample))
    text = json.dumps({"type": "check", "block": block, "check": check})
    if last and case == "power.pulse" and "period_ms=100" in sys.argv:
        sys.exit(print(text[:len(text) // 2], end=""))
    print(text)
if case == "exercise.copy":
    sys.exit(3)
EOF
cat >"$work/path/nvidia-smi" <<'EOF'
#!/usr/bin/env bash
case "$*" in *memory.total*) echo "$MEMORY_MIB" ;; *) echo made up ;; esac
EOF
chmod +x "$work/dist/gpu-proof/bin/gpuprobe" "$work/path/nvidia-smi"

failed=0
loads() { # MEMORY EXIT
  local status=0
  PATH=$work/path:$PATH OUT=$work/out MEMORY_MIB=$1 bash "$work/scripts/gpu_proof.sh" loads \
    >"$work/said.txt" 2>"$work/said.log" || status=$?
  [ "$status" = "$2" ] || { echo "with memory '$1': exit $status, expected $2"; failed=1; }
}
says() { # EXTENDED REGULAR EXPRESSION
  grep -Eq "$1" "$work/said.txt" || { echo "nothing said: $1"; failed=1; }
}

loads 143771 1
for held in pattern-0:2 pattern-held-0:1 pattern-held-1:1 exercise-integer:3 exercise-l2:3 pulse-500:1; do
  n=${held#*:}
  says "^${held%:*} +held \($n samples, $n checks, 0 discarded, 0 wrong\)$"
done
says '^chase +BROKE: .*got 3 samples, 2 checks, 0 discarded, 0 wrong$'
says '^mixed +BROKE: .*got 4 samples, 4 checks, 0 discarded, 0 wrong$'
says '^exercise-special +BROKE: .*got 3 samples, 3 checks, 1 discarded, 0 wrong$'
says '^exercise-shuffle +BROKE: .*got 3 samples, 3 checks, 0 discarded, 1 wrong$'
says '^exercise-atomic +BROKE: .*got 3 samples, 3 checks, 0 discarded, 1 wrong$'
says '^exercise-copy ends +BROKE: expected 0, got 3$'
says '^exercise-copy +held \(3 samples, 3 checks, 0 discarded, 0 wrong\)$'
says '^pulse-100 ends +held \(0\)$'
says '^pulse-100 +BROKE: expected 1 samples, 1 checks, 0 discarded, 0 wrong, got $'
[ "$(grep -c BROKE "$work/said.txt")" = 7 ] || { echo "more broke than was spoiled"; failed=1; }
loads '[N/A]' 1
says "^the memory's size by nvidia-smi +BROKE: expected a number of MiB, got '\[N/A\]'$"
[ "$failed" = 0 ] || cat "$work/said.txt" "$work/said.log"
exit $failed
