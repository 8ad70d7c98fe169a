#!/usr/bin/env python3
"""docs_commands_test.py BIN ROOT: runs every command that README.md, docs/*.md and docs/ko/*.md show in a
fence of sh, in their order, one folder for each page, with a simulated node in place of a real one.

A command is changed before it runs, and only so:
- a run without --plan gets --time-scale 0.001, and --scenario healthy-h200, healthy-b200 or healthy-single
  by its profile where it names none;
- levels standard and soak become quick, which is named where no level was, of runs and of challenges;
- a challenge allows gpuaccept and gpusim, since gpuprobe is not built everywhere;
- SCENARIO becomes slow-gemm, and /var/tmp a folder of the test.
So a real node's 0 is 3 here: what simulated accepts nothing. A command of NOT_HERE does not run, and an
entry of NOT_HERE that no page shows fails the test, as does a command that ends with another code."""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NOT_HERE = {
    "scripts/accept": "sets the machine up and builds",
    "scripts/test": "sets the machine up, builds and runs this very test",
    "sudo apt-get install libbenchmark-tools python3-scipy": "installs",
    "scripts/bench-compare ../base/build/gpu/bin/gpubench build/gpu/bin/gpubench --filter '^gemm' --threshold 5":
        "needs two builds for a GPU; ci_test.py runs it on two made up ones",
    "openssl s_client -connect 10.0.0.17:443 </dev/null 2>/dev/null | openssl x509 -pubkey -noout | "
    "openssl pkey -pubin -outform der | sha256sum": "needs a BMC",
    "gpuprobe facts --record node-17 --text": "needs a driver",
    "gpuprobe --libs build/dev/tests/nvml_fake --replay node-17 facts --text":
        "needs gpuprobe and the fake driver of the preset dev; node_replay_test runs it",
    'gpuaccept run --profile hgx-h200 --level quick --out played --libs "$PWD/build/dev/tests/nvml_fake" '
    "--replay node-17": "as the line before",
}
# Of commands as the page shows them: the code that they end with here. All others end as code_of() says.
SAID = {
    "gpuaccept verify report.dsse.json --trust csp.pub.pem --profile datasheet.toml --json > ours.json": 1,
    "gpuaccept run --scenario SCENARIO --level quick --key keys/key.pem --out faulty": 1,
}
SCENARIOS = {"hgx-b200": "healthy-b200", "single-gpu": "healthy-single"}
FENCE = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


def commands_of(text):
    """The commands of a page, blocks joined: no comment, and a line that goes on is one with the next."""
    commands, open_line = [], ""
    for line in "\n".join(FENCE.findall(text)).split("\n"):
        line = re.sub(r"(^|\s+)#\s.*$", "", line).strip()
        open_line = f"{open_line} {line}".strip()
        if open_line.endswith("|"):
            continue
        if open_line.endswith("\\"):
            open_line = open_line[:-1].rstrip()
            continue
        if open_line:
            commands.append(re.sub(r" {2,}", " ", open_line))
        open_line = ""
    return commands


def rewritten(command):
    command = command.replace("/var/tmp/", "$HOME/").replace("SCENARIO", "slow-gemm")
    if command.startswith("gpuaccept run "):
        profile = re.search(r"--profile (\S+)", command)
        if "--plan" not in command:
            command += " --time-scale 0.001"
            if "--scenario" not in command:
                command += f" --scenario {SCENARIOS.get(profile.group(1), 'healthy-h200')}"
    elif command.startswith("gpuaudit challenge issue "):
        command += ' --program "$BIN/gpuaccept" --program "$BIN/gpusim"'
    else:
        return command
    if "--level" not in command:
        command += " --level standard"
    if "--plan" in command:
        return command
    return command.replace("--level standard", "--level quick").replace("--level soak", "--level quick")


def code_of(command):
    if command in SAID:
        return SAID[command]
    if command.startswith("gpuaccept run ") and "--plan" not in command:
        return 3
    if command.startswith("gpuaccept verify ") and "--require rehearsed" not in command:
        return 3
    return 0


class Prepared:
    """What the pages take for granted, made once: keys, reports, profiles, a manifest, a challenge."""

    def __init__(self, binaries, root, folder):
        self.root, self.folder = root, folder
        self.environment = {"PATH": f"{binaries}:/usr/bin:/bin", "BIN": str(binaries), "LC_ALL": "C.UTF-8"}
        for who in ("csp", "buyer"):
            self.do(f"gpuaccept keygen --out {who}")
        for name, scenario in (("first", "healthy-h200"), ("second", "slow-gemm")):
            self.do(f"gpuaccept run --scenario {scenario} --level quick --time-scale 0.001 --key csp/key.pem "
                    f"--out {name}", 3 if name == "first" else 1)
        self.do("gpuaccept render first/report.dsse.json --to json -o first.json")
        facts = json.loads((folder / "first.json").read_text(encoding="utf-8"))["predicate"]["facts"]
        self.manifest = "node,serial\n" + "".join(f"node12,{gpu['serial']}\n" for gpu in facts["gpus"])

    def do(self, command, code=0):
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env={**self.environment, "HOME": str(self.folder)},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != code:
            raise SystemExit(f"preparing: {command}: {done.returncode}, not {code}\n{done.stderr[-2000:]}")

    def into(self, page, folder):
        """A folder for one page. Each page begins with what its reader has by then."""
        shutil.copytree(self.root / "reports/golden", folder / "reports/golden")
        shutil.copytree(self.root / "acceptance/profiles", folder / "acceptance/profiles")
        shutil.copy(self.root / "acceptance/profiles/hgx-h200.toml", folder)
        for name in ("first", "second", "csp", "buyer"):
            shutil.copytree(self.folder / name, folder / name)
        for name in ("reports/node-1", *(["node12"] if page.stem == "faq" else [])):
            shutil.copytree(self.folder / "first", folder / name)
        if page.stem != "quick-start":  # its reader makes them
            shutil.copytree(self.folder / "csp", folder / "keys")
        for name, become in (("csp/key.pem", "key.pem"), ("csp/key.pub.pem", "key.pub.pem"),
                             ("csp/key.pub.pem", "csp.pub.pem"), ("buyer/key.pub.pem", "buyer.pub.pem"),
                             ("first/report.dsse.json", "report.dsse.json")):
            shutil.copy(self.folder / name, folder / become)
        (folder / "delivery.csv").write_text(self.manifest, encoding="utf-8")


def run_page(page, prepared, folder, root):
    """Problems of one page."""
    commands = [c for c in commands_of(page.read_text(encoding="utf-8")) if c not in NOT_HERE]
    prepared.into(page, folder)
    script = "".join(f"{rewritten(c)}\nprintf '%s %s\\n' {n} $? >>\"$HOME/.codes\"; printf '\\036' >&2\n"
                     for n, c in enumerate(commands))
    done = subprocess.run(["bash", "-c", script], cwd=folder, env={**prepared.environment, "HOME": str(folder)},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    noted = folder / ".codes"
    lines = noted.read_text().split("\n")[:-1] if noted.exists() else []
    codes = dict(map(int, line.split()) for line in lines)
    bad, said = [], done.stderr.split("\036")
    for number, command in enumerate(commands):
        if codes.get(number) != code_of(command):
            why = "\n  ".join(said[min(number, len(said) - 1)].strip().split("\n")[-2:])
            bad.append(f"{page.relative_to(root)}: ended with {codes.get(number, 'nothing')}, not "
                       f"{code_of(command)}: {rewritten(command)}\n  {why}")
    return bad


def main():
    binaries, root = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    pages = [root / "README.md", *sorted(root.glob("docs/*.md")), *sorted(root.glob("docs/ko/*.md"))]
    shown = {page: commands_of(page.read_text(encoding="utf-8")) for page in pages}
    everything = {command for commands in shown.values() for command in commands}
    bad = [f"no page shows: {command}" for command in [*NOT_HERE, *SAID] if command not in everything]
    with tempfile.TemporaryDirectory() as scratch:
        (pathlib.Path(scratch) / "prepared").mkdir()
        prepared = Prepared(binaries, root, pathlib.Path(scratch) / "prepared")
        busy = [page for page in pages if shown[page]]
        with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
            folders = [pathlib.Path(scratch) / str(number) for number in range(len(busy))]
            for folder in folders:
                folder.mkdir()
            for problems in pool.map(lambda each: run_page(each[0], prepared, each[1], root), zip(busy, folders)):
                bad += problems
    ran = len([c for commands in shown.values() for c in commands if c not in NOT_HERE])
    print("\n".join([*bad, f"docs_commands_test: {ran} commands of {len(busy)} pages ran, {len(bad)} problems"]))
    return 1 if bad or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
