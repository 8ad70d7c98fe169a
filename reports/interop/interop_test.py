"""What others make of our files: each piece by a client that is none of ours. Writes the table of
docs/interop.md, and fails where that page says otherwise; versions may differ.

usage: interop_test.py BIN SEALED RUN VENV TABLE
  BIN has gpuaccept; SEALED is what make_sealed wrote; RUN what challenged_run.sh made; VENV is a
  Python with packages from PyPI, made once and kept; TABLE is where the table goes.
Exit 77 where a client cannot be had and all others agree with the page.
"""
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as etree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DSSE = ROOT / "reports/seal/testdata"
sys.path[:0] = [str(HERE), str(DSSE)]
import check_dsse  # noqa: E402
import openings  # noqa: E402

PYTHON = "python3, its own library"
SKIPPED = "skipped"


def output(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True,
                          check=True).stdout


def payload_of(envelope):
    return base64.b64decode(envelope["payload"])


def pae(envelope):
    """DSSE's pre-authentication encoding, by the page of the protocol."""
    kind, body = envelope["payloadType"].encode(), payload_of(envelope)
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


class Interop:
    def __init__(self, programs, sealed, run, venv):
        self.programs, self.sealed, self.run = (pathlib.Path(p) for p in (programs, sealed, run))
        self.python = check_dsse.install(venv)
        self.report = json.loads((self.run / "node/report.dsse.json").read_text())
        self.challenge = json.loads((self.run / "challenge.json").read_text())
        self.predicate = json.loads(payload_of(self.report))["predicate"]

    def folder(self, envelope, source, who):
        """The pieces of one file as the two scripts of reports/seal/testdata want them."""
        out = self.run / f"pieces-{who}"
        out.mkdir(exist_ok=True)
        (out / "report.dsse.json").write_bytes((self.run / source).read_bytes())
        (out / "key.pub.pem").write_bytes((self.run / who / "key.pub.pem").read_bytes())
        (out / "payload.json").write_bytes(payload_of(envelope))
        (out / "pae.bin").write_bytes(pae(envelope))
        (out / "signature.der").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
        return out

    def report_pieces(self):
        return self.folder(self.report, "node/report.dsse.json", "csp")

    def challenge_pieces(self):
        return self.folder(self.challenge, "challenge.json", "buyer")

    @staticmethod
    def by_openssl(pieces):
        output(DSSE / "check_openssl.sh", pieces)
        return "verifies it, refuses a changed one"

    def by_pypi(self, pieces):
        if self.python is None:
            return SKIPPED
        output(self.python, DSSE / "check_dsse.py", pieces)
        return "verifies it, refuses five changed ones"

    def pae_bytes(self):
        envelope = json.loads((self.sealed / "report.dsse.json").read_text())
        assert pae(envelope) == (self.sealed / "pae.bin").read_bytes()
        return "the same bytes"

    def digests(self):
        """The report's id and the subjects, by docs/report-format.md."""
        payload = payload_of(self.report)
        claimed = json.loads(output(
            self.programs / "gpuaccept", "render", self.run / "node/report.dsse.json",
            "--to", "ctrf"))["results"]
        assert hashlib.sha256(payload).hexdigest() in json.dumps(claimed)
        facts = self.predicate["facts"]
        records = [f"node-identity/v1\nname {facts['node']['name']}\n"] + [
            f"gpu-identity/v1\nserial {g['serial']}\nuuid {g['uuid']}\nboard {g['board_part']}\n"
            for g in facts["gpus"]]
        subjects = [s["digest"]["sha256"] for s in json.loads(payload)["subject"]]
        for record, subject in zip(records, subjects, strict=True):
            done = subprocess.run(["sha256sum"], input=record, capture_output=True, text=True,
                                  check=True)
            assert done.stdout.split()[0] == subject, record
        return "the same id and subjects"

    def seeds(self):
        """Of every exact series and the challenged work, by docs/challenge-format.md."""
        nonce = json.loads(payload_of(self.challenge))["predicate"]["nonce"]
        uuid = {g["unit_id"]: g["uuid"] for g in self.predicate["facts"]["gpus"]}
        lines, expected = [], []
        for series in self.predicate["measurements"]:
            fresh, exact = series["case"] == "fresh.gemm", series["gate"].endswith(".exact")
            if not (fresh or exact):
                continue
            words = series["gate"].split(".")
            family = words[0] + (".bwd" if "bwd" in words else "")
            gate = series["gate"] if fresh else family + ".exact"
            lines.append(["gpuaccept seed 1", nonce, gate] + [
                f"{k}={v}" for k, v in sorted(series["params"].items())
                if k not in ("seed", "hot")] + ([uuid[series["unit_id"]]] if fresh else []))
            expected.append(series["params"]["seed"])
        assert len(set(expected)) > 1, "too little to compare"
        for text, seed in zip(lines, expected):
            done = subprocess.run(["sha256sum"], input="\n".join(text) + "\n",
                                  capture_output=True, text=True, check=True)
            assert int(done.stdout[:13], 16) == seed, text
        return "the same seeds"

    def opened(self):
        nonce = json.loads(payload_of(self.challenge))["predicate"]["nonce"]
        leaves = openings.check(self.predicate, nonce)
        work = next(m for m in self.predicate["measurements"] if m["case"] == "fresh.gemm")["check"]
        assert openings.root_of(leaves, work["openings"]) == work["root"] and len(leaves) == 460
        tile = min(leaves)
        worse = {**leaves, tile: leaves[tile][::-1]}
        assert openings.root_of(worse, work["openings"]) != work["root"]
        try:
            openings.check(self.predicate, nonce[::-1])
        except AssertionError:
            return "the same root from 460 tiles"
        return "takes another challenge's nonce"

    def junit(self):
        root = etree.parse(self.run / "node/report.junit.xml").getroot()
        cases = root.findall("./testsuite/testcase")
        for what, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(root.get(what)) == sum(c.find(tag) is not None for c in cases), what
        assert int(root.get("tests")) == len(cases) > 1 and cases[-1].get("name") == "decision"
        return "reads it, its sums are right"

    def junitparser(self):
        if self.python is None:
            return SKIPPED
        code = ("import sys, junitparser as j\n"
                "x = j.JUnitXml.fromfile(sys.argv[1])\n"
                "cases = [c for s in x for c in s]\n"
                "bad = [r for c in cases for r in c.result]\n"
                "assert len(cases) == x.tests > 1\n"
                "for kind, n in ((j.Failure, x.failures), (j.Error, x.errors), "
                "(j.Skipped, x.skipped)):\n"
                "    assert sum(isinstance(r, kind) for r in bad) == n\n")
        output(self.python, "-c", code, self.run / "node/report.junit.xml")
        return "reads it, its sums are right"

    def ctrf(self):
        document = json.loads(output(self.programs / "gpuaccept", "render",
                                     self.run / "node/report.dsse.json", "--to", "ctrf"))
        results = document["results"]
        tests, summary = results["tests"], results["summary"]
        assert document["reportFormat"] == "CTRF" and results["tool"]["name"] == "gpuaccept"
        assert summary["tests"] == len(tests) > 1
        for status in ("passed", "failed", "skipped", "pending", "other"):
            assert summary[status] == sum(t["status"] == status for t in tests), status
        assert tests[-1]["rawStatus"] == self.predicate["claimed"]["decision"]
        assert summary["start"] <= summary["stop"] and all("duration" in t for t in tests)
        return "reads it, its sums are right"

    def pieces(self):
        """piece, client, how to find its version, what to try."""
        package = dict(p.split("==") for p in check_dsse.PINNED)
        openssl = output("openssl", "version").split()[1]
        coreutils = output("sha256sum", "--version").split("\n")[0].split()[-1]
        python = sys.version.split()[0]
        return [
            ("report", "openssl", openssl, lambda: self.by_openssl(self.report_pieces())),
            ("report", "securesystemslib", package["securesystemslib"],
             lambda: self.by_pypi(self.report_pieces())),
            ("report: what is signed (PAE)", PYTHON, python, self.pae_bytes),
            ("report: id, subjects", "sha256sum", coreutils, self.digests),
            ("challenge", "openssl", openssl, lambda: self.by_openssl(self.challenge_pieces())),
            ("challenge", "securesystemslib", package["securesystemslib"],
             lambda: self.by_pypi(self.challenge_pieces())),
            ("challenge: seeds", "sha256sum", coreutils, self.seeds),
            ("challenge: the work, computed again", PYTHON, python, self.opened),
            ("JUnit", PYTHON, python, self.junit),
            ("JUnit", "junitparser", package["junitparser"], self.junitparser),
            ("CTRF", PYTHON, python, self.ctrf),
        ]


def tried(name, attempt):
    try:
        return attempt()
    except subprocess.CalledProcessError as error:
        print(f"{name}: {error.stdout[-400:]}{error.stderr[-400:]}")
    except (AssertionError, KeyError, ValueError) as error:
        print(f"{name}: {error!r}")
    return "FAILED"


def main():
    programs, sealed, run, venv, table = sys.argv[1:]
    interop = Interop(programs, sealed, run, venv)
    rows = [(piece, client, version, tried(f"{piece} by {client}", attempt))
            for piece, client, version, attempt in interop.pieces()]
    text = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    pathlib.Path(table).write_text(text, encoding="utf-8")
    print(text, end="")
    page = (ROOT / "docs/interop.md").read_text(encoding="utf-8")
    held = [tuple(cell.strip() for cell in line.strip("|").split("|"))
            for line in re.findall(r"^\|.*\|$", page, re.M)][2:]
    differs = [r for r, h in zip(rows, held) if r[:2] != h[:2] or r[3] not in (h[3], SKIPPED)]
    for row in differs:
        print(f"docs/interop.md says otherwise of: {row[0]} by {row[1]}")
    if len(rows) != len(held):
        print(f"docs/interop.md has {len(held)} rows, and there are {len(rows)}")
    if differs or len(rows) != len(held):
        return 1
    return 77 if any(row[3] == SKIPPED for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
