#!/usr/bin/env python3
"""check_sizes.py ROOT: fail on a file over 500 lines or a line over 100 columns; name those over 300."""
import pathlib
import subprocess
import sys

CODE = {".h", ".cpp", ".cu", ".cuh", ".py", ".sh", ".cmake", ".toml"}
FAIL, ASK, COLUMNS = 500, 300, 100


def files(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                            capture_output=True, text=True, check=True).stdout.split("\n")
    return [pathlib.Path(root, name) for name in listed if name]


def main():
    bad = 0
    for file in files(sys.argv[1]):
        script = file.suffix == "" and file.parent.name == "scripts"
        if not (file.suffix in CODE or script) or not file.is_file():
            continue
        lines = file.read_text(encoding="utf-8").split("\n")
        if len(lines) - 1 > FAIL:
            print(f"{file}: {len(lines) - 1} lines, at most {FAIL}")
            bad += 1
        elif len(lines) - 1 > ASK:
            print(f"{file}: note: {len(lines) - 1} lines; is it two files?")
        if file.suffix in {".h", ".cpp", ".cu", ".cuh"}:
            for number, line in enumerate(lines, 1):
                if len(line) > COLUMNS:
                    print(f"{file}:{number}: {len(line)} columns, at most {COLUMNS}")
                    bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
