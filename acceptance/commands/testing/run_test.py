#!/usr/bin/env python3
"""`gpuaccept run` from end to end on the simulated node: what it leaves, refuses and survives."""
import concurrent.futures
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

import run_lab as lab


class Complete(lab.Lab):
    def test_a_healthy_rehearsal_leaves_its_files(self):
        result = lab.run(self.out)
        self.expect(result, lab.INCONCLUSIVE)
        self.assertIn("REHEARSAL", result.stderr)
        self.assertNotIn("REHEARSAL: simulated", result.stdout)
        report = lab.predicate(self.out)
        self.assertEqual(report["claimed"]["decision"], "rehearsed", result.stdout)
        for name in ("report.dsse.json", "report.junit.xml", "journal.jsonl",
                     "telemetry.jsonl.zst", "key.pub.pem", "worker-load-gpu-0.log"):
            self.assertTrue((self.out / name).exists(), name)
        self.assertEqual(list(self.out.glob("*.part")), [])
        self.assertEqual(report["worker"]["simulated"], True)
        self.assertEqual(report["worker"]["real"], False)
        self.assertEqual(report["exits"], [])
        self.assertGreater(report["telemetry"]["bytes"], 0)
        self.assertEqual(lab.records(self.out)[-1]["type"], "close")
        self.expect_no_workers(self.out)

    def test_the_report_verifies(self):
        self.expect(lab.run(self.out), lab.INCONCLUSIVE)
        verified = subprocess.run(
            [str(lab.BIN / "gpuaccept"), "verify", str(self.out / "report.dsse.json"), "--trust",
             str(self.out / "key.pub.pem"), "--require", "rehearsed"], capture_output=True, text=True)
        self.expect(verified, lab.ACCEPTED)

    def test_a_finished_attempt_is_not_run_again(self):
        self.expect(lab.run(self.out), lab.INCONCLUSIVE)
        before = (self.out / "report.dsse.json").read_bytes()
        self.expect(lab.run(self.out), lab.USAGE)
        resumed = lab.run(self.out, "--resume")
        self.expect(resumed, lab.INCONCLUSIVE)
        self.assertIn("rehearsed", resumed.stderr)
        self.assertEqual((self.out / "report.dsse.json").read_bytes(), before)

    def test_resume_of_nothing_starts(self):
        self.expect(lab.run(self.out, "--resume"), lab.INCONCLUSIVE)

    def test_a_part_of_the_gates_never_accepts(self):
        result = lab.run(self.out, "--gates", "hbm.bandwidth,config.ecc")
        self.expect(result, lab.INCONCLUSIVE)
        report = lab.predicate(self.out)
        self.assertEqual(report["claimed"]["decision"], "inconclusive")
        self.assertEqual({one["gate"] for one in report["measurements"]}, {"hbm.bandwidth"})

    def test_all_measuring_gates_alone_do_not_accept_either(self):
        gates = ("clock.light,hbm.bandwidth,pcie.h2d,pcie.d2h,gemm.bf16.cublaslt,gemm.bf16.own,"
                 "gemm.bf16.own.exact,gemm.bf16.cublaslt.exact,gemm.fp8.cublaslt,gemm.fp8.own,"
                 "gemm.fp8.own.exact,gemm.fp8.cublaslt.exact,attention.bf16.own.exact,"
                 "events.throttle")
        self.expect(lab.run(self.out, "--gates", gates), lab.INCONCLUSIVE)
        self.assertEqual(lab.predicate(self.out)["claimed"]["decision"], "inconclusive")

    def test_a_watcher_that_falls_silent_goes_on_record_between_loads(self):
        self.expect(lab.run(self.out, "--time-scale", "0.02", scenario="watch-silent"),
                    lab.INCONCLUSIVE)
        records = lab.records(self.out)
        gaps = [n for n, r in enumerate(records) if r["type"] == "gap"]
        loads = [n for n, r in enumerate(records)
                 if r["type"] == "ask" and r["body"]["purpose"] == "series"]
        self.assertEqual({records[n]["body"]["unit_id"] for n in gaps}, {"gpu/1"})
        self.assertLess(gaps[0], loads[-1], "a SIGKILL in the load would take the silence with it")
        self.assertEqual(len(gaps), 2, "once when it is noticed, and the rest at the end")

    def test_a_terminal_gets_a_view_that_is_redrawn(self):
        words = " ".join(lab.command(self.out, "--time-scale", "0.05"))
        shown = subprocess.run(["script", "-qec", words, "/dev/null"], capture_output=True,
                               text=True, timeout=lab.LIMIT_S, stdin=subprocess.DEVNULL)
        self.expect(shown, lab.INCONCLUSIVE)
        self.assertIn("\x1b[", shown.stdout)
        self.assertIn("elapsed", shown.stdout)
        self.assertRegex(shown.stdout, r"gpu/7 +\d+ MHz +\d+ W +\d+ C")

    def test_the_plan_touches_nothing(self):
        result = lab.run(self.out, "--plan")
        self.expect(result, lab.ACCEPTED)
        self.assertIn("steady", result.stdout)
        self.assertFalse(self.out.exists())


class Refused(lab.Lab):
    def test_what_cannot_be_done_is_refused_before_anything_runs(self):
        for options in (["--challenge", "x"], ["--manifest", "x"], ["--gates", "no.such"],
                        ["--inject-unsafe", "melt"], ["--time-scale", "nan"],
                        ["--profile", "no-such"], ["--key", "/no/such.pem"], ["--worker", "/no"]):
            self.expect(lab.run(self.out, *options), lab.USAGE)
            self.assertFalse(self.out.exists(), options)
        self.expect(lab.run(self.out, scenario="no-such"), lab.USAGE)
        self.expect(lab.run(self.out, scenario=None), lab.USAGE)

    def test_two_runs_never_share_a_folder(self):
        first = lab.start(self.out, "--time-scale", "0.5")
        try:
            until = time.monotonic() + 30
            while not (self.out / "journal.jsonl").exists() and time.monotonic() < until:
                time.sleep(0.01)
            for options in ([], ["--resume"]):
                second = lab.run(self.out, *options)
                self.expect(second, lab.USAGE)
                self.assertIn(f"process {first.pid}", second.stderr)
        finally:
            lab.kill(first)
        self.expect_no_workers(self.out)

    def test_a_folder_that_cannot_be_made_is_refused(self):
        self.expect(lab.run("/proc/no/such"), lab.USAGE)

    def test_a_read_only_folder_is_refused(self):
        self.out.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", str(self.out)],
                                 capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("nothing can be mounted here")
        try:
            self.expect(lab.run(self.out), lab.USAGE)
        finally:
            subprocess.run(["umount", str(self.out)], check=True)


class Disturbed(lab.Lab):
    def test_sigterm_closes_as_interrupted(self):
        for name in (signal.SIGTERM, signal.SIGINT):
            out = self.folder / name.name
            process = lab.start(out, "--time-scale", "0.2")
            while not any(r["type"] == "ask" and r["body"]["purpose"] == "series"
                          for r in lab.records(out)):
                time.sleep(0.02)
            process.send_signal(name)
            stdout, stderr = process.communicate(timeout=lab.LIMIT_S)
            self.assertEqual(process.returncode, lab.INCONCLUSIVE, stderr)
            claimed = lab.predicate(out)["claimed"]
            self.assertEqual((claimed["decision"], claimed["cause"]),
                             ("inconclusive", "interrupted"))
            self.assertEqual(lab.records(out)[-1]["type"], "close")
            self.assertNotEqual(lab.predicate(out)["run"]["interrupted"], [])
            self.expect_no_workers(out)
            self.expect(lab.run(out, "--resume"), lab.INCONCLUSIVE)

    def test_a_second_sigint_does_not_wait(self):
        process = lab.start(self.out, "--time-scale", "0.2")
        while len(lab.records(self.out)) < 20:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=lab.LIMIT_S)
        self.assertEqual(process.returncode, lab.INCONCLUSIVE)
        self.expect_no_workers(self.out)

    def test_a_full_disk_ends_honestly_and_can_be_resumed(self):
        def full_after_100_kilobytes():
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

        result = subprocess.run(lab.command(self.out), capture_output=True, text=True,
                                timeout=lab.LIMIT_S, preexec_fn=full_after_100_kilobytes)
        self.expect(result, lab.INTERNAL)
        self.assertIn("--resume", result.stderr)
        self.assertFalse((self.out / "report.dsse.json").exists())
        self.expect(lab.verify_journal(self.out), lab.INCONCLUSIVE)
        self.expect_no_workers(self.out)
        self.expect(lab.run(self.out, "--resume"), lab.INCONCLUSIVE)
        self.assertEqual(lab.predicate(self.out)["claimed"]["decision"], "rehearsed")

    def test_a_small_file_system_that_fills_up(self):
        self.out.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(self.out)],
                                 capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("nothing can be mounted here")
        try:
            result = lab.run(self.out)
            self.expect(result, lab.INTERNAL)
            self.assertIn("No space left", result.stderr)
            self.expect(lab.verify_journal(self.out), lab.INCONCLUSIVE)
            self.expect_no_workers(self.out)
            subprocess.run(["mount", "-o", "remount,size=16m", str(self.out)], check=True)
            self.expect(lab.run(self.out, "--resume"), lab.INCONCLUSIVE)
            self.assertEqual(lab.predicate(self.out)["claimed"]["decision"], "rehearsed")
        finally:
            subprocess.run(["umount", str(self.out)], check=True)

    def test_resume_refuses_another_attempt(self):
        process = lab.start(self.out, "--time-scale", "0.2")
        while len(lab.records(self.out)) < 20:
            time.sleep(0.02)
        lab.kill(process)
        self.expect(lab.run(self.out), lab.USAGE)
        for options, named in ((["--gates", "config.ecc"], {}), ([], {"level": "standard"}),
                               ([], {"scenario": "healthy-b200"}), (["--node-name", "x"], {}),
                               (["--inject-unsafe", "slow"], {})):
            self.expect(lab.run(self.out, "--resume", *options, **named), lab.USAGE)
        journal = self.out / "journal.jsonl"
        text = journal.read_bytes()
        journal.write_bytes(text.replace(b'"type":"ask"', b'"type":"asl"', 1))
        self.expect(lab.run(self.out, "--resume"), lab.USAGE)
        self.assertEqual(lab.verify_journal(self.out).returncode, 6)


class Misbehaving(lab.Lab):
    KINDS = ("garbage", "endless", "nothing", "deaf", "gap", "signal", "exit", "closes", "mute",
             "stillborn", "leaves", "error", "half")

    def misbehave(self, kind):
        program = self.folder / f"worker-{kind}"
        fake = lab.SOURCE / "acceptance/worker/testing/fake_worker.py"
        program.write_text(f"#!/bin/sh\nexec {fake} {kind} \"$@\"\n")
        program.chmod(0o755)
        began = time.monotonic()
        result = lab.run(self.folder / kind, "--worker", str(program))
        return kind, result, time.monotonic() - began

    def test_every_kind_ends_in_time_with_an_honest_finding(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for kind, result, seconds in pool.map(self.misbehave, self.KINDS):
                with self.subTest(kind):
                    self.expect(result, lab.INCONCLUSIVE)
                    self.assertLess(seconds, 60)
                    report = lab.predicate(self.folder / kind)
                    self.assertEqual(report["claimed"]["decision"], "inconclusive")
                    self.assertNotEqual(report["exits"], [])
                    self.expect_no_workers(self.folder / kind)


if __name__ == "__main__":
    unittest.main(verbosity=2)
