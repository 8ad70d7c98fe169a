#!/bin/sh
# Verifies a sealed report with base64, sha256sum and openssl alone, as docs/report-format.md says,
# and sees that one changed byte is refused.
# usage: check_openssl.sh FOLDER   (what make_sealed wrote)
set -eu
cd "$1"
command -v openssl > /dev/null || { echo "skipped: there is no openssl command"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

field() { sed "s/.*\"$1\":\"//; s/\".*//" report.dsse.json; }
field payload | base64 -d > "$work/payload"
field sig | base64 -d > "$work/sig"
type=$(field payloadType)
printf 'DSSEv1 %d %s %d ' "${#type}" "$type" "$(wc -c < "$work/payload")" > "$work/pae"
cat "$work/payload" >> "$work/pae"

cmp "$work/payload" payload.json
cmp "$work/pae" pae.bin
cmp "$work/sig" signature.der
id=$(openssl pkey -pubin -in key.pub.pem -outform DER | sha256sum | cut -d ' ' -f 1)
test "$id" = "$(field keyid)"
openssl dgst -sha256 -verify key.pub.pem -signature "$work/sig" "$work/pae"

# "quick" becomes "Quick": the signature must no longer fit.
sed 's/"level":"quick"/"level":"Quick"/' "$work/pae" > "$work/changed"
! cmp -s "$work/pae" "$work/changed"
if openssl dgst -sha256 -verify key.pub.pem -signature "$work/sig" "$work/changed"; then
  echo "a changed payload was accepted"
  exit 1
fi
echo "openssl verifies the envelope and refuses a changed one"
