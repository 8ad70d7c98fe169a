#!/usr/bin/env python3
"""ci_test.py BIN ROOT: the pieces of CI that need no runner: what the action runs, on simulated GPUs; the
comparison of kernels, on a gpubench and a comparison tool made up here; and that the check of workflows
finds each thing that it is for. Google Benchmark's own tool is used instead where it is installed."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BIN, ROOT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
TOOL = pathlib.Path("/usr/share/benchmark/compare.py")

# Writes what gpubench writes: blocks of the same length, and a rate that RATE and NOISE scale.
GPUBENCH = """\
#!/usr/bin/env python3
import json, os, pathlib, sys
rate, again = float(RATE), pathlib.Path(__file__ + ".ran")
if again.exists(): rate *= float(NOISE)
again.touch()
rows = []
for n in range(int(os.environ["BENCHMARK_REPETITIONS"])):
    value = int(rate * (1 + 0.001 * ((7 * n) % 9 - 4)))
    rows.append(dict(name="CASE", run_type="iteration", repetition_index=n, iterations=5,
                     real_time=100.0, cpu_time=1.0, time_unit="ms", flops=value))
    rows.append(dict(rows[-1], name="broken", error_occurred=True, error_message="3 wrong")) if BROKEN else None
rows.append(dict(rows[0], name="CASE_median", run_type="aggregate", aggregate_name="median"))
open(sys.argv[sys.argv.index("--out") + 1], "w").write(json.dumps(dict(context={}, benchmarks=rows)))
"""
# In the form of compare.py -d of Google Benchmark 1.7.1; p is small where no two times overlap.
COMPARE = """\
import json, sys
before, after = (json.load(open(name))["benchmarks"] for name in sys.argv[-2:])
before = [b for b in before if b["name"] in {a["name"] for a in after}]
if not before: json.dump([], open(sys.argv[sys.argv.index("-d") + 1], "w")); sys.exit()
old, new = [b["real_time"] for b in before], [b["real_time"] for b in after]
apart = min(new) > max(old) or max(new) < min(old)
json.dump([dict(name=before[0]["name"], run_type="iteration", aggregate_name="",
                measurements=[dict(real_time=a, real_time_other=b) for a, b in zip(old, new)],
                utest=dict(time_pvalue=0.0004 if apart else 0.6))], open(sys.argv[sys.argv.index("-d") + 1], "w"))
"""


class Scratch(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)


class TheAction(Scratch):
    def run_action(self, *options):
        out, summary, outputs = (self.folder / name for name in ("report", "summary.md", "outputs"))
        done = subprocess.run(
            ["bash", ROOT / ".github/actions/gpuaccept/run.sh", *options], capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], "GA_PROGRAM": str(BIN / "gpuaccept"), "GA_PROFILE": "single-gpu",
                 "GA_LEVEL": "quick", "GA_LIBS": "", "GA_OUT": str(out), "GITHUB_OUTPUT": str(outputs),
                 "GITHUB_STEP_SUMMARY": str(summary)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done, summary.read_text(encoding="utf-8"), outputs.read_text(encoding="utf-8")

    def test_keeps_report_page_junit_and_ctrf_of_a_rejected_gpu(self):
        done, summary, outputs = self.run_action("--scenario", "single-zero-tile", "--time-scale", "0.001")
        self.assertIn("exit-code=1\n", outputs)
        self.assertIn("rejected: the hardware", summary)
        self.assertIn("REJECTED", summary)
        self.assertIn("::error title=gpuaccept::exit 1", done.stdout)
        for name in ("report.dsse.json", "report.junit.xml", "report.html", "report.ctrf.json"):
            self.assertGreater((self.folder / "report" / name).stat().st_size, 0, name)

    def test_a_rehearsal_is_no_pass(self):
        _, summary, outputs = self.run_action("--scenario", "healthy-single", "--time-scale", "0.001")
        self.assertIn("exit-code=3\n", outputs)
        self.assertIn("this is not a pass", summary)

    def test_says_so_where_nothing_ran(self):
        done, summary, outputs = self.run_action("--scenario", "no-such-scenario")
        self.assertEqual(outputs, "exit-code=2\n")
        self.assertIn("refused", summary)
        self.assertIn("::error", done.stdout)


class TheComparison(Scratch):
    def compare(self, head, noise=1.0, broken=False, renamed=False):
        tool = self.folder / "compare.py"
        tool.write_text(COMPARE)
        programs = []
        for name, rate in (("base", 5e14), ("head", 5e14 * head)):
            program = self.folder / name
            program.write_text(GPUBENCH.replace("RATE", str(rate)).replace("NOISE", str(noise))
                               .replace("BROKEN", str(broken and name == "head"))
                               .replace("CASE", "another" if renamed and name == "head" else "gemm.bf16.own"))
            program.chmod(0o755)
            programs.append(program)
        real = TOOL.is_file() and not subprocess.run(["/usr/bin/python3", "-c", "import scipy"], capture_output=True).returncode
        done = subprocess.run([sys.executable, ROOT / "scripts/bench-compare", *programs, "--threshold", "5",
                               "--out", self.folder / "out", *([] if real else ["--tool", tool])],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_sees_a_lower_rate_though_blocks_last_as_long(self):
        code, said = self.compare(0.9)
        self.assertEqual(code, 1, said)
        self.assertIn("| gemm.bf16.own | +11.1 % |", said)

    def test_passes_what_is_the_same_or_faster(self):
        for head, word in ((0.97, "same"), (1.2, "faster")):
            code, said = self.compare(head)
            self.assertEqual(code, 0, said)
            self.assertIn(f"| {word} |", said)
            (self.folder / "base.ran").unlink()
            (self.folder / "head.ran").unlink()

    def test_does_not_decide_where_the_base_differs_from_itself(self):
        code, said = self.compare(0.8, noise=0.9)
        self.assertEqual(code, 3, said)
        self.assertIn("| noisy |", said)

    def test_a_case_that_only_the_base_has_is_not_decided(self):
        code, said = self.compare(1.0, renamed=True)
        self.assertEqual(code, 3, said)
        self.assertIn("| gemm.bf16.own | | | | gone |", said)

    def test_a_case_that_failed_is_no_number(self):
        code, said = self.compare(1.0, broken=True)
        self.assertEqual(code, 4, said)
        self.assertIn("3 wrong", said)


class TheCheckOfWorkflows(Scratch):
    def check(self, old="", new="", file=".github/workflows/gpu.yml"):
        shutil.copytree(ROOT / ".github", self.folder / ".github", dirs_exist_ok=True)
        shutil.copytree(ROOT / "scripts", self.folder / "scripts", dirs_exist_ok=True)
        text = (self.folder / file).read_text(encoding="utf-8")
        self.assertIn(old, text)
        (self.folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        done = subprocess.run([sys.executable, ROOT / "scripts/lint/check_actions.py", self.folder],
                              capture_output=True, text=True)
        return done.returncode, done.stdout

    def test_finds_each_thing_that_it_is_for(self):
        action = ".github/actions/gpuaccept/action.yml"
        for old, new, says, file in (
                ("  contents: read", "  contents: write", "write nothing", None),
                ("permissions:\n  contents: read\n", "", "permissions:", None),
                ("  pull_request:\n", "  pull_request_target:\n", "pull_request_target", None),
                ("3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7", "not pinned", None),
                (" # v7.0.1", "", "no version in a comment", None),
                ("persist-credentials: false", "fetch-tags: true", "persist-credentials", None),
                ("    shell: bash #", "    shell: sh #", "no shell: bash", None),
                ("    timeout-minutes: 90\n", "", "no timeout-minutes", None),
                ("needs: bundle", "needs: bundel", "needs bundel", None),
                ("run: scripts/bootstrap", "run: scripts/bootstrep", "no file scripts/bootstrep", None),
                ("run: scripts/bootstrap", "run: echo ${{ github.head_ref }}", "an expression in a script", None),
                ("      - name: Build\n        run", "      - run", "no name", None),
                ("uses: ./.github/actions/gpuaccept", "uses: ./.github/actions/other", "no action", None),
                ("name: gpu\n", "name: [gpu\n", "no YAML", None),
                ("        with:\n          bundle:", "        with:\n          key: ${{ secrets.KEY }}\n          bundle:",
                 "takes a secret", None),
                ("inputs.libs", "inputs.lib", "inputs.lib is not declared", action),
                ("      id: run\n", "", "steps.run is no step", action)):
            with self.subTest(says):
                code, said = self.check(old, new, file or ".github/workflows/gpu.yml")
                self.assertEqual(code, 1)
                self.assertIn(says, said)

    def test_passes_what_is_there(self):
        self.assertEqual(self.check(), (0, "\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
