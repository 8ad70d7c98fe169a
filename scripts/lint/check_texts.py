#!/usr/bin/env python3
"""check_texts.py ROOT: every gate has its page, no mark of unfinished work stands in code, and
every relative link in the documentation leads to a file."""
import pathlib
import re
import subprocess
import sys

UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
LINK = re.compile(r"\]\(([^)#:\s]+)(#[^)]*)?\)")
GATE = re.compile(r'const Gate k\w+\{\s*"([a-z0-9_.]+)"', re.S)


def tracked(root, *patterns):
    out = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "--", *patterns],
                         capture_output=True, text=True, check=True).stdout.split("\n")
    return [pathlib.Path(root, name) for name in out if name and pathlib.Path(root, name).is_file()]


def main():
    root, bad = sys.argv[1], []
    for file in tracked(root, "*.h", "*.cpp", "*.cu", "*.cuh", "*.py", "*.sh", "scripts/*"):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
            if UNFINISHED.search(line):
                bad.append(f"{file}:{number}: unfinished work is an issue, not a comment")
    for file in tracked(root, "*.md"):
        for match in LINK.finditer(file.read_text(encoding="utf-8")):
            if not (file.parent / match.group(1)).exists():
                bad.append(f"{file}: leads nowhere: {match.group(1)}")
    gates = set()
    for file in tracked(root, "acceptance/gates/*.cpp"):
        gates.update(GATE.findall(file.read_text(encoding="utf-8")))
    pages = {p.stem for p in pathlib.Path(root, "docs/gates").glob("*.md")}
    bad += [f"docs/gates/{gate}.md: missing" for gate in sorted(gates - pages)]
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
