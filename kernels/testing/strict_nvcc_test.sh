#!/bin/bash
# strict_nvcc_test.sh NVCC STRICT_NVCC PLANTED_DIR OPTIONS...
# The build must fail on a spilling kernel and on lost performance, leave no object, and pass a
# clean kernel. OPTIONS are those of kernels that may not spill.
set -u
nvcc=$1 strict=$2 planted=$3
shift 3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# expect STATUS NAME: compiles planted/NAME.cu; STATUS is pass or fail.
expect() {
  local wanted=$1 name=$2 got=pass object=$work/$2.o
  shift 2
  "$strict" "$nvcc" -std=c++20 -gencode arch=compute_90a,code=sm_90a "$@" \
    -c "$planted/$name.cu" -o "$object" >"$work/log" 2>&1 || got=fail
  if [ $got != "$wanted" ]; then
    echo "$name: expected $wanted, got $got"
    cat "$work/log"
    bad=1
  fi
  if [ "$wanted" = fail ] && [ -e "$object" ]; then
    echo "$name: the object is still there"
    bad=1
  fi
  if [ "$wanted" = pass ] && [ ! -s "$object" ]; then
    echo "$name: no object"
    bad=1
  fi
}

expect pass clean "$@"
expect fail spilling "$@"
expect fail lost_performance
# Without the launcher nvcc takes the last one: the launcher is what fails it.
"$nvcc" -gencode arch=compute_90a,code=sm_90a -c "$planted/lost_performance.cu" \
  -o "$work/plain.o" >"$work/log" 2>&1 || { echo "nvcc alone refuses lost_performance.cu"; bad=1; }
grep -q 'C75' "$work/log" || { echo "ptxas no longer says C75xx for lost_performance.cu"; bad=1; }
exit $bad
