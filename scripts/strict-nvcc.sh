#!/bin/bash
# Runs a CUDA compiler and fails where ptxas reports lost performance.
#
# ptxas says "wgmma serialised" and "setmaxnreg ignored" (C75xx) as information, with exit status 0,
# so that no -Werror reaches them. The object is deleted, or the next build would take it as done.
# Use: strict-nvcc.sh nvcc ARGUMENTS...   (CMAKE_CUDA_COMPILER_LAUNCHER)
set -u

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

"$@" >"$log" 2>&1
status=$?
cat "$log" >&2

if [ "$status" -eq 0 ] && grep -qE '\(C75[0-9]{2}\)|Potential Performance Loss' "$log"; then
  echo "strict-nvcc: error: ptxas gave up performance; see the lines above" >&2
  status=1
fi
if [ "$status" -ne 0 ]; then
  output=
  while [ $# -gt 0 ]; do
    case $1 in
      -o | --output-file) output=${2-}; shift ;;
      -o=* | --output-file=*) output=${1#*=} ;;
    esac
    shift
  done
  [ -z "$output" ] || rm -f -- "$output"
fi
exit "$status"
