#!/usr/bin/env python3
"""A soak from end to end on the simulated node, an hour long: checkpoints, SIGKILL and the same
boot, SIGKILL and another boot, and what refuses to go on. The whole length: soak_rehearsal.py."""
import pathlib
import subprocess
import sys
import time
import unittest

import run_lab as lab

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "testing"))
import short_soak  # noqa: E402

SCALE = "0.0002"


class Soak(lab.Lab):
    def setUp(self):
        super().setUp()
        self.profile = self.folder / "short-soak.toml"
        short_soak.write(self.profile)

    def options(self, *more, scale=SCALE):
        return ["--profile", str(self.profile), "--time-scale", scale, *more]

    def killed(self, name, when):
        """An attempt that was killed once `when` holds of its records."""
        out = self.folder / name
        process = lab.start(out, *self.options(scale="0.001"), level="soak")
        until = time.monotonic() + lab.LIMIT_S
        while not when(lab.records(out)) and time.monotonic() < until:
            time.sleep(0.01)
        lab.kill(process)
        self.expect_no_workers(out)
        return out

    def verify(self, out):
        return subprocess.run(
            [str(lab.BIN / "gpuaccept"), "verify", str(out / "report.dsse.json"), "--trust",
             str(out / "key.pub.pem"), "--profile", str(self.profile), "--require", "rehearsed"],
            capture_output=True, text=True, timeout=lab.LIMIT_S)

    def test_killed_after_a_checkpoint_it_goes_on_at_either_boot(self):
        self.expect(lab.run(self.out, *self.options(), level="soak"), lab.INCONCLUSIVE)
        whole = lab.predicate(self.out)
        self.assertEqual(whole["claimed"]["decision"], "rehearsed")
        self.assertNotIn("restarts", whole["events"])
        expected = lab.series(whole)
        blocks = {n["case"]: len(n["samples"]) for n in whole["measurements"]}
        self.assertEqual(blocks, {"power.mixed": 40, "memory.pattern": 2, "allreduce.own": 20,
                                  "power.pulse": 6})
        self.expect(self.verify(self.out), 0)

        out = self.killed("same", some_blocks_after_a_checkpoint)
        self.expect(lab.run(out, *self.options("--resume"), level="soak"), lab.INCONCLUSIVE)
        self.assertEqual(lab.series(lab.predicate(out)), expected)
        self.assertNotIn("restarts", lab.predicate(out)["events"])

        out = self.killed("other", some_blocks_after_a_checkpoint)
        boot = ["--simulated-boot", str(time.monotonic_ns())]
        result = lab.run(out, *self.options("--resume", *boot), level="soak")
        self.expect(result, lab.INCONCLUSIVE)
        self.assertIn("the machine was started anew", result.stderr)
        report = lab.predicate(out)
        self.assertEqual(report["claimed"]["decision"], "rehearsed", result.stdout)
        self.assertEqual(lab.series(report), expected)
        self.check_restart(report)
        self.expect(self.verify(out), 0)

    def check_restart(self, report):
        run, events = report["run"], report["events"]
        self.assertEqual(len(run["resumed"]), 1)
        self.assertNotEqual(run["resumed"][0]["boot_id"], run["boot_id"])
        self.assertEqual(len(events["restarts"]), 1)
        restart = events["restarts"][0]
        self.assertNotEqual(restart["until"]["node"]["boot_id"], restart["from"]["node"]["boot_id"])
        until, begun = restart["until"]["gpus"][3], restart["from"]["gpus"][3]
        self.assertLess(begun["energy_mj"], until["energy_mj"], "counters begin anew")
        self.assertLess(begun["read_ns"], until["read_ns"], "the clock begins anew")
        self.assertTrue(any("since the last checkpoint" in name for name in run["interrupted"]))

    def test_without_a_checkpoint_another_boot_is_refused(self):
        out = self.killed("early", lambda records: any(
            r["type"] == "ask" and r["body"]["purpose"] == "series" for r in records))
        boot = ["--simulated-boot", str(time.monotonic_ns())]
        refused = lab.run(out, *self.options("--resume", *boot), level="soak")
        self.expect(refused, lab.USAGE)
        self.assertIn("no soak checkpoint", refused.stderr)
        self.expect(lab.run(out, *self.options("--resume"), level="soak"), lab.INCONCLUSIVE)
        self.assertEqual(lab.predicate(out)["claimed"]["decision"], "rehearsed")

    def test_a_boot_is_simulated_with_a_scenario_alone(self):
        for options in (["--profile", "hgx-h200"], ["--worker", "/bin/true"]):
            refused = lab.run(self.out, *options, "--simulated-boot", "1", scenario=None)
            self.expect(refused, lab.USAGE)


def some_blocks_after_a_checkpoint(records):
    asks = {}
    seen = blocks = 0
    for record in records:
        body = record["body"]
        if record["type"] == "ask":
            asks[body["ask"]] = body["purpose"]
        purpose = asks.get(body.get("ask"))
        if record["type"] == "exit" and purpose == "checkpoint":
            seen += 1
        if record["type"] == "event" and purpose == "series" and seen >= 9:
            blocks += 1
    return blocks >= 60


if __name__ == "__main__":
    unittest.main(verbosity=2)
