"""What `gpuaccept render` makes of a report that a simulated run left: the page's numbers are those of the
judgement, and CTRF and JSON say what the report says."""
import html.parser
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import run_lab as lab

# "memory.copy 3981.2 GB/s to 3990.1 GB/s (11 blocks), floor ..."
BOUNDS = re.compile(r"([a-z0-9_.]+) ([0-9.]+) (?:[GT]B/s|TFLOP/s|MHz) to ([0-9.]+) [A-Za-z/]+ \((\d+) blocks\)")


class Strips(html.parser.HTMLParser):
    """The rows of the tables of blocks: (case, unit) -> (low, high) as they are shown."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.case, self.cells, self.inside, self.caption = {}, None, None, None, False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        kind = dict(attributes).get("class") or ""
        if tag == "table":
            self.inside = "strips" in kind
        if not self.inside:
            return
        self.caption = self.caption or tag == "caption"
        if tag == "caption":
            self.case = ""
        if tag == "tr":
            self.cells = []
        if tag in ("td", "th") and self.cells is not None:
            self.cells.append("")

    def handle_endtag(self, tag):
        if tag == "caption":
            self.caption = False
        if tag == "tr" and self.inside and self.cells and "–" in self.cells[3]:
            self.rows[self.case.split(" n=")[0], self.cells[0]] = tuple(self.cells[3].split(" – "))
        if tag == "table":
            self.inside = False

    def handle_data(self, data):
        if self.caption:
            self.case += data
        elif self.inside and self.cells:
            self.cells[-1] += data


def render(report, *options):
    done = subprocess.run([lab.BIN / "gpuaccept", "render", report, *options], capture_output=True, text=True,
                          timeout=lab.LIMIT_S)
    return done.returncode, done.stdout


class Render(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name, "slow")
        lab.run(cls.out, "--time-scale", "0.001", "--gates", "gemm.bf16.cublaslt,gemm.fp16.cublaslt", scenario="slow-gemm", level="standard")
        cls.report = cls.out / "report.dsse.json"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_bounds_on_the_page_are_those_of_the_judgement(self):
        code, page = render(self.report, "--to", "html")
        self.assertEqual(code, 0)
        shown = Strips(page).rows
        compared = 0
        for finding in lab.predicate(self.out)["claimed"]["findings"]:
            for case, low, high, _ in BOUNDS.findall(finding["reason"]):
                for (caption, unit), bounds in shown.items():
                    if unit != finding["unit_id"] or caption.split(" ")[0] != case or finding["gate"] != case:
                        continue
                    self.assertEqual(bounds, (low, high), f"{case} {unit}")
                    compared += 1
        self.assertGreaterEqual(compared, 16)  # two gates that fail, on eight GPUs

    def test_the_page_is_there_in_both_languages(self):
        for language in ("en", "ko"):
            code, page = render(self.report, "--to", "html", "--lang", language)
            self.assertEqual(code, 0)
            self.assertIn(f'<html lang="{language}">', page)

    def test_ctrf_has_a_test_for_each_finding_and_the_decision(self):
        code, text = render(self.report, "--to", "ctrf")
        self.assertEqual(code, 0)
        results = json.loads(text)["results"]
        findings = lab.predicate(self.out)["claimed"]["findings"]
        self.assertEqual(results["summary"]["tests"], len(findings) + 1)
        self.assertEqual(results["tests"][-1]["rawStatus"], "rejected")
        self.assertEqual([t["rawStatus"] for t in results["tests"][:-1]], [f["verdict"] for f in findings])

    def test_json_is_the_payload(self):
        code, text = render(self.report, "--to", "json")
        self.assertEqual(code, 0)
        self.assertEqual(json.loads(text)["predicate"], lab.predicate(self.out))


if __name__ == "__main__":
    unittest.main()
