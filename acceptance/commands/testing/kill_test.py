#!/usr/bin/env python3
"""SIGKILL at random moments: the journal is valid, no worker survives, and a resumed attempt ends
with the very samples of one that was never disturbed. 20 times; 200 with GA_SOAK=1."""
import random
import time
import unittest

import run_lab as lab

TIMES = 200 if lab.SOAK else 20
SCALE = "0.02"


class Killed(lab.Lab):
    def test_nothing_recorded_is_lost(self):
        began = time.monotonic()
        whole = self.folder / "whole"
        self.expect(lab.run(whole, "--time-scale", SCALE), lab.INCONCLUSIVE)
        whole_s = time.monotonic() - began
        expected = lab.series(lab.predicate(whole))
        moments = random.Random(20261122)
        for turn in range(TIMES):
            with self.subTest(turn):
                self.kill_and_resume(turn, moments.uniform(0, whole_s), expected)

    def kill_and_resume(self, turn, moment_s, expected):
        out = self.folder / f"killed-{turn}"
        process = lab.start(out, "--time-scale", SCALE)
        time.sleep(moment_s)
        lab.kill(process)
        self.expect_no_workers(out)
        before = lab.records(out)
        finished = bool(before) and before[-1]["type"] == "close"
        if before:
            verified = lab.verify_journal(out)
            self.expect(verified, lab.INCONCLUSIVE)
            if not finished:
                self.assertIn("not closed", verified.stdout)
        resumed = lab.run(out, "--time-scale", SCALE, "--resume")
        self.expect(resumed, lab.INCONCLUSIVE)
        self.assertEqual(lab.records(out)[:len(before)], before, "a record was lost")
        report = lab.predicate(out)
        self.assertEqual(report["claimed"]["decision"], "rehearsed", resumed.stdout)
        self.assertEqual(lab.series(report), expected)
        twice = {name: n for name, n in lab.asked_blocks(out).items() if n != 1}
        self.assertEqual(twice, {}, "a block was measured twice")
        self.expect_no_workers(out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
