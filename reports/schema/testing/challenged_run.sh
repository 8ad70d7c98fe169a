#!/bin/sh
# A rehearsal that answers a buyer's challenge, for tests that read what it leaves.
# usage: challenged_run.sh BIN FOLDER
#   BIN has gpuaccept, gpuaudit and gpusim; FOLDER is made anew: csp/ and buyer/ (keys),
#   challenge.json, node/ (what the run left)
set -eu
bin=$1
rm -rf "$2"
mkdir -p "$2"
cd "$2"
for who in csp buyer; do "$bin/gpuaccept" keygen --out $who; done > log 2>&1
"$bin/gpuaudit" challenge issue --key buyer/key.pem --slot 2026-A/csp-alpha/node-000123 \
  --csp csp-alpha --node node12 --profile single-gpu --level quick \
  --program "$bin/gpuaccept" --program "$bin/gpusim" -o challenge.json >> log 2>&1
code=0
"$bin/gpuaccept" run --scenario healthy-single --level quick --node-name node12 \
  --key csp/key.pem --challenge challenge.json --out node >> log 2>&1 || code=$?
test $code = 3 || { cat log; exit 1; }
