#!/usr/bin/env bash
# check_format.sh ROOT: clang-format 14 decides. Exit 77 (skipped) where it is not installed.
set -euo pipefail
cd "$1"
command -v clang-format-14 >/dev/null || { echo "clang-format-14 is not installed: scripts/bootstrap"; exit 77; }
git ls-files -co --exclude-standard -- '*.h' '*.cpp' '*.cu' '*.cuh' | while read -r file; do
  [ -f "$file" ] && echo "$file"
done | xargs clang-format-14 --dry-run --Werror
