#!/usr/bin/env bash
# inject_test.sh BIN EXPECTED: each --inject-unsafe kind on the simulated single GPU ends as the table
# says, names the kind in the report, and never reads as more than rehearsed.
set -euo pipefail
bin=$1 expected=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
while read -r kind exit_expected; do
  status=0
  timeout 120 "$bin/gpuaccept" run --scenario healthy-single --level quick --time-scale 0.001 \
    --inject-unsafe "$kind" --out "$work/$kind" >"$work/$kind.txt" 2>"$work/$kind.log" || status=$?
  decision=$(sed -n 's/.*DECISION: *//p' "$work/$kind.txt" | head -1)
  echo "$kind: exit $status, expected $exit_expected: $decision"
  [ "$status" = "$exit_expected" ] || failed=1
  "$bin/gpuaccept" render "$work/$kind/report.dsse.json" --to json >"$work/$kind.json" 2>/dev/null
  grep -q "\"injected\": \"$kind\"" "$work/$kind.json" || {
    echo "$kind: the report does not name the injected fault"
    failed=1
  }
  if "$bin/gpuaccept" verify "$work/$kind/report.dsse.json" --trust "$work/$kind/key.pub.pem" --require rehearsed >/dev/null 2>&1; then
    echo "$kind: verifies as rehearsed: the fault was not seen"
    failed=1
  fi
done < <(grep -v '^#' "$expected")
exit $failed
