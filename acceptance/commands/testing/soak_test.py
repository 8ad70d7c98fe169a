#!/usr/bin/env python3
"""A soak from end to end on the simulated node, an hour long: checkpoints, SIGKILL and the same
boot, SIGKILL and other boots, and what refuses to go on. The whole length: soak_rehearsal.py."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

import run_lab as lab

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "testing"))
import short_soak  # noqa: E402

SCALE = "0.0002"
SILENT = """format = 1
name = "soak-watch-silent"
description = "telemetry of one GPU ends after half a minute"
part = "h200"
gpus = 8
seed = 2026
level = "soak"

[[fault]]
kind = "watch-silent"
unit = "gpu/1"
at_s = 30
"""


class Soak(lab.Lab):
    def setUp(self):
        super().setUp()
        self.profile = self.folder / "short-soak.toml"
        short_soak.write(self.profile)

    def options(self, *more, scale=SCALE):
        return ["--profile", str(self.profile), "--time-scale", scale, *more]

    def killed(self, name, when, *more, **named):
        """An attempt that was killed once `when` holds of its records."""
        return self.killed_saying(name, when, *more, **named)[0]

    def killed_saying(self, name, when, *more, **named):
        out = self.folder / name
        process = lab.start(out, *self.options(*more, scale="0.001"), level="soak", **named)
        self.wait_for(when, out)
        process.send_signal(signal.SIGKILL)
        said = process.communicate()[1]
        self.expect_no_workers(out)
        return out, said

    def wait_for(self, when, out):
        until = time.monotonic() + lab.LIMIT_S
        while not when(lab.records(out)) and time.monotonic() < until:
            time.sleep(0.01)

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

    def test_each_restart_says_what_it_cut_short_itself(self):
        out = self.killed("twice", some_blocks_after_a_checkpoint)
        boot = ["--resume", "--simulated-boot"]
        _, first = self.killed_saying("twice", some_blocks_of_this_session, *boot,
                                      str(time.monotonic_ns()))
        second = lab.run(out, *self.options(*boot, str(time.monotonic_ns())), level="soak")
        self.expect(second, lab.INCONCLUSIVE)
        counts = [int(re.search(r"(\d+) requests and series were cut short", said).group(1))
                  for said in (first, second.stderr)]
        report = lab.predicate(out)
        self.assertGreater(min(counts), 0)
        self.assertEqual(sum(counts), len(report["run"]["interrupted"]))
        self.assertEqual(len(report["events"]["restarts"]), 2)

    def test_who_is_silent_is_on_record_before_the_next_checkpoint(self):
        scenario = self.folder / "silent.toml"
        scenario.write_text(SILENT)
        out = self.killed("silent", some_blocks_after_a_checkpoint, scenario=str(scenario))
        records = lab.records(out)
        gaps = [n for n, r in enumerate(records) if r["type"] == "gap"]
        self.assertEqual({records[n]["body"]["unit_id"] for n in gaps}, {"gpu/1"})
        read = [n for n, r in enumerate(records)
                if r["type"] == "ask" and r["body"]["purpose"] == "checkpoint"]
        self.assertLess(gaps[0], read[0], "a checkpoint was whole, and the silence not on record")

    def test_a_checkpoint_that_could_not_be_read_is_told(self):
        programs = self.folder / "bin"
        programs.mkdir()
        for name in ("gpuaccept", "gpusim"):
            shutil.copy(lab.BIN / name, programs / name)
        words = lab.command(self.out, *self.options(scale="0.001"), level="soak")
        process = subprocess.Popen([str(programs / "gpuaccept"), *words[1:]], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.wait_for(some_blocks_after_a_checkpoint, self.out)
        (programs / "gpusim").unlink()
        (programs / "gpusim").write_text("#!/bin/sh\nexit 4\n")
        (programs / "gpusim").chmod(0o755)
        spawned = [r["body"] for r in lab.records(self.out) if r["type"] == "spawn"]
        os.kill([s["pid"] for s in spawned if s["worker"] == "facts node"][-1], signal.SIGKILL)
        answer, said = process.communicate(timeout=lab.LIMIT_S)
        self.assertEqual(process.returncode, lab.INCONCLUSIVE, answer + said)
        self.assertIn("no checkpoint was made", said)

    def test_without_a_checkpoint_another_boot_is_refused(self):
        out = self.killed("early", lambda records: any(
            r["type"] == "ask" and r["body"]["purpose"] == "series" for r in records))
        boot = ["--simulated-boot", str(time.monotonic_ns())]
        refused = lab.run(out, *self.options("--resume", *boot), level="soak")
        self.expect(refused, lab.USAGE)
        self.assertIn("no soak checkpoint", refused.stderr)
        self.assertIn("start anew with another --out", refused.stderr)
        self.expect(lab.run(out, *self.options("--resume"), level="soak"), lab.INCONCLUSIVE)
        self.assertEqual(lab.predicate(out)["claimed"]["decision"], "rehearsed")

    def test_a_boot_is_simulated_with_a_scenario_alone(self):
        for options in (["--profile", "hgx-h200"], ["--worker", "/bin/true"]):
            refused = lab.run(self.out, *options, "--simulated-boot", "1", scenario=None)
            self.expect(refused, lab.USAGE)
            self.assertIn("with --scenario", refused.stderr)
        for moment in ("0", "-5", str(2**62)):
            refused = lab.run(self.out, "--simulated-boot", moment)
            self.expect(refused, lab.USAGE)
            self.assertIn(f"--simulated-boot {moment} is no moment of the past", refused.stderr)
            self.assertIn("time.monotonic_ns()", refused.stderr)
        self.assertFalse(self.out.exists(), "refused before anything was written")


def some_blocks_of_this_session(records):
    asks = {}
    blocks = resumed = 0
    for record in records:
        body = record["body"]
        if record["type"] == "resume":
            resumed, blocks = 1, 0
        if record["type"] == "ask":
            asks[body["ask"]] = body["purpose"]
        if record["type"] == "event" and asks.get(body.get("ask")) == "series":
            blocks += resumed
    return blocks >= 60


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
