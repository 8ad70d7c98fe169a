#!/usr/bin/env bash
# Proof on real hardware: builds, runs one part, prints a short table last, leaves one archive.
#
# usage: scripts/gpu_proof.sh PART [--node-name NAME]
#   pack       on any machine with the packages of scripts/bootstrap: builds everything that the
#              other parts run into dist/gpu-proof, for a GPU machine that has no such packages
#   facts      facts and events as they are; every gpu test, where a skip is a failure; a signed,
#              real report with the profile single-gpu, verified and rendered
#   compare [memory|gemm[-TYPE]|attention[-bwd][-fp16]|tiles[-TYPE]]   hand-written against
#              baseline, interleaved, in one process; without a name memory and gemm; tiles: each tile of our
#              GEMM, the sweep behind its policy table; TYPE as in ids
#   inject     a real run with each --inject-unsafe kind against the table of expected decisions
#   loads      each test of the pattern walk over 95 % of the memory, the chase, every exerciser, the
#              mixture and the pulses of power, some blocks of each, with rate, clock and power
#   detect     how often bitflip:N is seen, for docs/silent-corruption.svg
#   sanitize   compute-sanitizer (memcheck, racecheck, synccheck) over the gpu tests, small sizes
#   overhead   what a digest of a GEMM costs while it runs
# Each part ends within 9 minutes and can be repeated. The archive is OUT/gpu-proof-PART.tar.gz,
# where OUT is $OUT or dist/gpu-proof-out; its content belongs under docs/evidence/PART/DATE/.
# example: scripts/gpu_proof.sh facts --node-name bench-1
set -uo pipefail
cd "$(dirname "$0")/.."
part=${1:-}
[ -n "$part" ] && [ "$part" != -h ] && [ "$part" != --help ] || { sed -n '2,22s/^# \{0,1\}//p' "$0"; exit 2; }
shift
family=""
case "${1:-}" in memory | gemm | gemm-* | attention | attention-* | tiles | tiles-*) family=$1; shift ;; esac
node=gpu-node
[ "${1:-}" = --node-name ] && node=${2:?--node-name needs a name}
pack=dist/gpu-proof
out=${OUT:-$PWD/dist/gpu-proof-out}
where=$out/$part
rows=()
failed=0
row() { rows+=("$(printf '%-44s %s' "$1" "$2")"); }
hold() { # NAME EXPECTED ACTUAL
  if [ "$2" = "$3" ]; then row "$1" "held ($3)"; else row "$1" "BROKE: expected $2, got $3"; failed=1; fi
}

# What this machine's GPU needs: Hopper's and Blackwell's own instructions have an "a".
own_arch() {
  case "$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -1)" in
    9.0) echo 90a-real ;;
    10.0) echo 100a-real ;;
    10.3) echo 103a-real ;;
    *) echo native ;;
  esac
}

build() { # DIR ARCHS
  cmake -S . -B "$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGA_WERROR=ON -DGA_REQUIRE_GPU=ON \
    "-DGA_CUDA_ARCHS=$2" >/dev/null && cmake --build "$1"
}

do_pack() {
  build build/proof 90a-real || exit 1
  # A second build with the asserts of every library left in, for the sanitizers.
  cmake -S . -B build/proof-debug -G Ninja -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS=-O1 -DGA_REQUIRE_GPU=ON \
    -DGA_CUDA_ARCHS=90a-real >/dev/null && cmake --build build/proof-debug || exit 1
  rm -rf "$pack" && mkdir -p "$pack"/{bin,tests,tests-debug,lib}
  cp build/proof/bin/{gpuaccept,gpuprobe,gpusim,gpubench,all_reduce_perf} "$pack/bin/"
  cp build/proof/tests/*_gpu_test "$pack/tests/"
  cp build/proof-debug/tests/*_gpu_test "$pack/tests-debug/"
  cp -L "$(ldd build/proof/bin/gpubench | sed -n 's/.*=> \(.*libbenchmark[^ ]*\).*/\1/p')" "$pack/lib/"
  git rev-parse HEAD >"$pack/commit"
  du -sh "$pack"
}

# The folder with bin and tests: what pack left, else a build of our own.
programs() {
  if [ -x "$pack/bin/gpuprobe" ]; then echo "$pack"; return; fi
  build build/proof "$(own_arch)" >"$where/build.log" 2>&1 || { tail -30 "$where/build.log" >&2; exit 1; }
  echo build/proof
}

record_machine() {
  {
    echo "date $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    echo "commit $(cat "$pack/commit" 2>/dev/null || git rev-parse HEAD)"
    nvidia-smi --query-gpu=name,driver_version,vbios_version,clocks.max.sm,clocks.max.mem,power.limit,power.draw,temperature.gpu --format=csv
  } >"$where/machine.txt" 2>&1
}

run_gpu_tests() { # DIR [WRAPPER...]
  local dir=$1 test status
  shift
  for test in "$dir"/*_gpu_test; do
    timeout 240 "$@" "$test" >"$where/$(basename "$test").log" 2>&1
    status=$?
    hold "$(basename "$test")${1:+ under $(basename "$1")}" 0 "$status"
  done
}

# Each kernel of the GEMM in a process of its own, the proven ones first: one that hangs does not hide
# the rest. With asserts, where pack left such a build, a hang is an error of the launch.
run_gemm_variants() {
  local dir=$from/tests variant name
  [ -d "$from/tests-debug" ] && dir=$from/tests-debug
  for variant in portable 128x128 128x256 256x128 128x256-pair 128x128-promoted \
      128x128-pair-promoted; do
    name=gemm-$variant
    if [ "$variant" != portable ] && [ "$(own_arch)" != 90a-real ]; then continue; fi
    GA_VARIANT=$variant GA_SMALL=1 timeout 60 "$dir/kernels_gpu_test" --gtest_filter='GemmGpu.*' \
      >"$where/$name.log" 2>&1
    hold "$name alone" 0 $?
  done
}

# The attention's the same way. A filter that fits no test is a failure too.
run_attention_variants() {
  local dir=$from/tests variant name status
  [ -d "$from/tests-debug" ] && dir=$from/tests-debug
  for variant in portable sm90; do
    name=attention-$variant
    if [ "$variant" != portable ] && [ "$(own_arch)" != 90a-real ]; then continue; fi
    GA_VARIANT=$variant GA_SMALL=1 timeout 60 "$dir/kernels_gpu_test" --gtest_filter='AttentionGpu.*' \
      >"$where/$name.log" 2>&1
    status=$?
    grep -q '^\[ \+OK' "$where/$name.log" || status="$status, and no test"
    hold "$name alone" 0 "$status"
  done
}

do_facts() {
  "$from/bin/gpuprobe" facts --text >"$where/facts.txt" 2>"$where/facts.log"
  hold "gpuprobe facts" 0 $?
  "$from/bin/gpuprobe" facts >"$where/facts.jsonl" 2>>"$where/facts.log"
  "$from/bin/gpuprobe" events >"$where/events.jsonl" 2>>"$where/facts.log"
  hold "gpuprobe events" 0 $?
  run_gemm_variants
  run_attention_variants
  run_gpu_tests "$from/tests"
  local level
  for level in quick; do
    rm -rf "$where/report-$level"
    timeout 400 "$from/bin/gpuaccept" run --profile single-gpu --level "$level" --node-name "$node" \
      --out "$where/report-$level" >"$where/report-$level.txt" 2>"$where/report-$level.log"
    hold "run single-gpu $level" 0 $?
    "$from/bin/gpuaccept" verify "$where/report-$level/report.dsse.json" --require passed \
      --trust "$(find "$where/report-$level" -name '*.pub.pem')" >"$where/verify-$level.txt" 2>&1
    hold "verify $level" 0 $?
  done
}

# For types that take longer a shape: fp8 is compared twice, fp32 and fp64 are slow.
few_shapes() {
  printf '%s\n' '2048 2048 2048' '4096 4096 4096' '8192 8192 8192' '8192 10240 8192 70b-qkv' \
    '4096 4096 14336 8b-down' >"$where/shapes.txt"
  echo "--shapes $where/shapes.txt"
}

do_compare() {
  local kind how
  for kind in ${family:-memory gemm}; do
    case $kind in
      gemm | tiles | attention | attention-bwd) how="$kind --type bf16" ;;
      attention-bwd-*) how="attention-bwd --type ${kind##*-}" ;;
      attention-*) how="attention --type ${kind#*-}" ;;
      gemm-fp16 | tiles-fp16) how="${kind%-*} --type fp16" ;;
      gemm-* | tiles-*) how="${kind%-*} --type ${kind#*-} $(few_shapes)" ;;
      *) how=$kind ;;
    esac
    # shellcheck disable=SC2086  # several words
    LD_LIBRARY_PATH=$from/lib timeout 500 "$from/bin/gpubench" --compare $how --out "$where/compare-$kind.json" \
      >"$where/compare-$kind.txt" 2>"$where/compare-$kind.log"
    hold "compare $kind" 0 $?
    tail -30 "$where/compare-$kind.txt"
  done
}

do_inject() {
  local kind expected status
  while read -r kind expected; do
    rm -rf "$where/$kind"
    timeout 200 "$from/bin/gpuaccept" run --profile single-gpu --level quick --inject-unsafe "$kind" \
      --node-name "$node" --out "$where/$kind" >"$where/$kind.txt" 2>"$where/$kind.log"
    status=$?
    hold "inject $kind" "$expected" "$status"
  done < <(grep -v '^#' scripts/tests/inject-expected.txt)
}

# Ended well, every block that was asked for kept, and every check right: nothing counted, and the
# word that was expected.
run_case() { # NAME BLOCKS CASE [OPTION...]
  local name=$1 blocks=$2 found
  shift 2
  timeout 120 "$from/bin/gpuprobe" case "$@" --blocks "$blocks" >"$where/$name.jsonl" 2>"$where/$name.log"
  hold "$name ends" 0 $?
  found=$(python3 -c 'import json, sys
events = list(map(json.loads, sys.stdin))
samples = [e for e in events if e["type"] == "sample"]
checks = [e["check"] for e in events if e["type"] == "check"]
wrong = [c for c in checks if c["wrong"] or (c["expected"] and c["expected"] != c["got"])]
with open(sys.argv[2], "a") as rates:
    for s in samples:
        print(sys.argv[1], *(f"{k}={s[k]}" for k in ("unit", "value", "clock_mhz", "power_mw", "temp_mc", "throttle")),
              file=rates)
print(len(samples), "samples,", len(checks), "checks,", sum(1 for s in samples if s["discard"]), "discarded,",
      len(wrong), "wrong")' "$name" "$where/samples.txt" <"$where/$name.jsonl")
  hold "$name" "$blocks samples, $blocks checks, 0 discarded, 0 wrong" "$found"
}

do_loads() {
  local bytes n
  rm -f "$where/samples.txt"
  bytes=$(nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits | head -1)
  if ! [[ $bytes =~ ^[1-9][0-9]*$ ]]; then
    hold "the memory's size by nvidia-smi" "a number of MiB" "'$bytes'"
    return
  fi
  bytes=$((bytes * 95 / 100 * 1048576)) # MiB
  for n in 0 1 2 3; do
    run_case "pattern-$n" 2 memory.pattern --param "bytes=$bytes" --param "test=$n" --block-ms 1000
  done
  for n in 0 1; do
    run_case "pattern-held-$n" 1 memory.pattern --param "bytes=$bytes" --param test=3 --param hold_s=20 \
      --param "flip=$n" --block-ms 21000
  done
  run_case chase 3 memory.chase --block-ms 1000
  for n in special shuffle atomic integer copy l2; do
    run_case "exercise-$n" 3 "exercise.$n" --block-ms 500
  done
  run_case mixed 5 power.mixed --block-ms 3000
  for n in 10000 2000 500 100; do
    run_case "pulse-$n" 1 power.pulse --param "period_ms=$n" --block-ms 10000
  done
  cat "$where/samples.txt"
}

do_detect() {
  local one_in line
  echo "one_in,launches,wrong" >"$where/detect.csv"
  for one_in in 10 100 1000 10000; do
    timeout 100 "$from/bin/gpuprobe" --inject-unsafe "bitflip:$one_in" case gemm.bf16.own --blocks 8 \
      --block-ms 5000 >"$where/detect-$one_in.jsonl" 2>"$where/detect-$one_in.log"
    hold "detect 1 in $one_in" 0 $?
    # A damaged launch is one wrong hash.
    line=$(python3 -c 'import json, sys
checks = [e["check"] for e in map(json.loads, sys.stdin) if e["type"] == "check"]
print(sum(c["launches"] for c in checks), sum(c["wrong"] for c in checks), sep=",")' <"$where/detect-$one_in.jsonl")
    echo "$one_in,$line" >>"$where/detect.csv"
  done
  cat "$where/detect.csv"
}

do_sanitize() {
  local tool
  command -v compute-sanitizer >/dev/null || { row "compute-sanitizer" "BROKE: not on PATH"; failed=1; return; }
  for tool in memcheck racecheck synccheck; do
    GA_SMALL=1 run_gpu_tests "$from/tests" compute-sanitizer --tool "$tool" --error-exitcode 9
  done
  [ -d "$from/tests-debug" ] && GA_SMALL=1 run_gpu_tests "$from/tests-debug" compute-sanitizer --tool memcheck --error-exitcode 9
}

do_overhead() {
  LD_LIBRARY_PATH=$from/lib timeout 300 "$from/bin/gpubench" --compare digest --out "$where/overhead.json" \
    >"$where/overhead.txt" 2>"$where/overhead.log"
  hold "overhead" 0 $?
  cat "$where/overhead.txt"
}

case "$part" in
  pack) do_pack; exit $? ;;
  facts | compare | inject | loads | detect | sanitize | overhead) ;;
  *) echo "gpu_proof: error: no part '$part'" >&2; exit 2 ;;
esac
mkdir -p "$where"
command -v nvidia-smi >/dev/null || { echo "gpu_proof: error: no GPU driver on this machine" >&2; exit 3; }
from=$(programs) || exit 1
record_machine
"do_$part"
tar -czf "$out/gpu-proof-$part.tar.gz" -C "$out" "$part"
echo
cat "$where/machine.txt"
printf '%s\n' "${rows[@]}"
exit $failed
