#!/usr/bin/env bash
# bundle_test.sh BUILD CPACK: packs the tarball, unpacks it elsewhere, holds its files to their digests, and
# with an empty environment lists, rehearses and verifies; reads the glibc floor from the symbols; packs
# baselines of made-up libraries. Skipped under a sanitizer.
set -euo pipefail
build=$(cd "$1" && pwd) cpack=$2 floor=2.35
pack=$(cd "$(dirname "$0")/.." && pwd)/pack-baselines
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
for file in bin/gpuaudit share/gpuaccept/profiles/hgx-h200.toml share/gpuaccept/schema/report-1.schema.json \
    share/doc/gpuaccept/report-format.md; do
  [ -f "$bundle/$file" ] || fail "no $file in the bundle"
done
(cd "$bundle" && sha256sum --check --quiet SHA256SUMS) || fail "SHA256SUMS does not hold"
[ "$(find "$bundle" -type f ! -name SHA256SUMS | wc -l)" = "$(wc -l <"$bundle/SHA256SUMS")" ] ||
  fail "SHA256SUMS does not name every file"
echo "$(du -h "$work"/gpuaccept-*.tar.gz | cut -f1) packed, $(wc -l <"$bundle/SHA256SUMS") files"

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

# The baselines tarball, of libraries that are none: its layout, its digests, and what it says of a gap.
mkdir "$work/libs"
for name in libcublasLt.so.13 libnccl.so.2 libcudnn.so.9 libcudnn_graph.so.9 libcudnn_heuristic.so.9 \
    libcudnn_engines_runtime_compiled.so.9 libcudnn_engines_precompiled.so.9 libnvrtc.so.13; do
  echo "$name" >"$work/libs/$name"
done
if "$pack" --from "$work/libs" -o "$work/none.tar.gz" >/dev/null 2>"$work/gap"; then fail "a gap was packed"; fi
grep -q 'libnvrtc-builtins' "$work/gap" || fail "the gap was not named"
[ ! -e "$work/none.tar.gz" ] || fail "half a tarball was left"
echo builtins >"$work/libs/libnvrtc-builtins.so.13.0"
"$pack" --from "$work/libs" -o "$work/baselines.tar.gz" >/dev/null || fail "pack-baselines"
tar -xzf "$work/baselines.tar.gz" -C "$bundle" --strip-components=1
(cd "$bundle/lib/gpuaccept-baselines" && sha256sum --check --quiet SHA256SUMS) || fail "the baselines' SHA256SUMS"
echo "bundle_test: the baselines lie beside the programs"
