#!/usr/bin/env python3
"""check_kill_matrix.py ROOT: docs/kill-matrix.md names only scenarios and tests that exist, each
scenario expects the code beside it, and every faulty scenario of an events gate has a row."""
import pathlib
import re
import subprocess
import sys
import tomllib

SHOWN = re.compile(r"(scenario|test) ([A-Za-z0-9_.\-]+(?:, [A-Za-z0-9_.\-]+)*)")
TEST = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)")


def known_tests(root):
    out = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", "--",
                          "*_test.cpp"], capture_output=True, text=True, check=True).stdout
    names = set()
    for file in out.split():
        path = pathlib.Path(root, file)
        if path.is_file():
            names.update(".".join(found) for found in TEST.findall(path.read_text(encoding="utf-8")))
    return names


def main():
    root, bad, shown = sys.argv[1], [], set()
    page = pathlib.Path(root, "docs/kill-matrix.md").read_text(encoding="utf-8")
    scenarios = {path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
                 for path in pathlib.Path(root, "acceptance/sim/scenarios").glob("*.toml")}
    tests = known_tests(root)
    rows = [line for line in page.split("\n") if line.startswith("|") and "---" not in line]
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if "shown by" in cells:
            by, finding = cells.index("shown by"), "finding" in cells
            continue
        code = re.fullmatch(r"`([a-z0-9_.]+)`", cells[1]) if finding else None
        named = [(kind, name) for kind, names in SHOWN.findall(cells[by])
                 for name in names.split(", ")]
        if not named and cells[by] != "replay":
            bad.append(f"{cells[0]}: nothing shows it")
        for kind, name in named:
            if kind == "test" and name not in tests:
                bad.append(f"{cells[0]}: there is no test {name}")
            if kind == "test":
                continue
            shown.add(name)
            if name not in scenarios:
                bad.append(f"{cells[0]}: there is no scenario {name}")
            elif code and code[1] not in {f["code"] for f in
                                          scenarios[name]["expect"].get("finding", [])}:
                bad.append(f"{cells[0]}: scenario {name} does not expect {code[1]}")
    for name, scenario in sorted(scenarios.items()):
        codes = {f["code"] for f in scenario["expect"].get("finding", [])}
        if name not in shown and codes and all(code.startswith("events.") for code in codes):
            bad.append(f"scenario {name} has no row")
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
