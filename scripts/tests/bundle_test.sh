#!/usr/bin/env bash
# bundle_test.sh BUILD CPACK: packs the tarball, unpacks it elsewhere, and with an empty environment
# lists, rehearses and verifies; reads the glibc floor from the symbols. Skipped under a sanitizer.
set -euo pipefail
build=$1 cpack=$2 floor=2.35
if grep -q -- '-fsanitize' "$build/CMakeCache.txt"; then
  echo "skipped: a sanitizer's build is not what is packed"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "bundle_test: $1" >&2; exit 1; }

(cd "$build" && "$cpack" -G TGZ -B "$work" >"$work/cpack.log" 2>&1) || { cat "$work/cpack.log"; fail "cpack failed"; }
mkdir "$work/elsewhere with space"
tar -xzf "$work"/gpuaccept-*.tar.gz -C "$work/elsewhere with space" --strip-components=1
bundle="$work/elsewhere with space"
[ -x "$bundle/bin/gpuaccept" ] || fail "no bin/gpuaccept in the bundle"
[ -f "$bundle/share/gpuaccept/profiles/hgx-h200.toml" ] || fail "no profiles in the bundle"

for program in "$bundle"/bin/*; do
  name=$(basename "$program")
  highest=$(objdump -T "$program" | grep -oE 'GLIBC_[0-9]+\.[0-9]+' | sort -uV | tail -1)
  [ -n "$highest" ] || fail "$name has no glibc symbols: the floor cannot be read"
  newest=$(printf '%s\nGLIBC_%s\n' "$highest" "$floor" | sort -V | tail -1)
  [ "$newest" = "GLIBC_$floor" ] || fail "$name needs $highest, the floor is GLIBC_$floor"
  if objdump -T "$program" | grep GLIBCXX_ >/dev/null; then fail "$name needs a shared libstdc++"; fi
  others=$(objdump -p "$program" | sed -n 's/ *NEEDED *//p' | grep -vE '^(libc|libm|libdl|librt|libpthread|ld-linux-x86-64|libgcc_s)\.so' || true)
  [ -z "$others" ] || fail "$name needs $others"
  echo "$name: needs $highest"
done

cd "$work"
empty() { env -i "$@"; }
[ "$(empty "$bundle/bin/gpuaccept" list gates | wc -l)" -ge 16 ] || fail "list gates"
empty "$bundle/bin/gpuaccept" list scenarios | grep '^healthy-h200' >/dev/null || fail "list scenarios"
status=0
empty "$bundle/bin/gpuaccept" run --scenario healthy-h200 --level quick --time-scale 0.001 --out "$work/out" \
  >"$work/run.txt" 2>"$work/run.log" || status=$?
[ $status = 3 ] || { tail -20 "$work/run.log" "$work/run.txt"; fail "the rehearsal ended with $status, not 3"; }
key=$(find "$work/out" -name '*.pub.pem')
empty "$bundle/bin/gpuaccept" verify "$work/out/report.dsse.json" --trust "$key" --require rehearsed || fail "verify"
echo "bundle_test: listed, rehearsed and verified with an empty environment"
