#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "acceptance/core/judge.h"
#include "acceptance/gates/gates.h"
#include "acceptance/gates/subject.h"
#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"
#include "reports/codec/report_codec.h"

namespace ga {
namespace {

constexpr std::size_t kSegments = 7;

// Two cycles, which is what one hour asks for.
class SoakDigest : public GateTest {
 protected:
  SoakDigest() : GateTest(kSoakDigest) {
    level = Level::soak;
    profile.required.emplace_back(kSoakGate);
    profile.sizes.power_n = 8192;
    profile.sizes.pattern_ppm = 950'000;
    profile.sizes.soak_hours = 1;
    soak();
  }

  std::span<const Gate> mine() const { return {&kSoakDigest, 1}; }
  int soak() {
    evidence = healthy_facts(order());
    const int rounds = play(mine(), order(), evidence, machine);
    for (Measurement& one : evidence.measurements) {
      const bool held = one.case_id == "memory.pattern";  // a block is one launch
      one.check->launches = held ? static_cast<std::int64_t>(one.samples.size()) : 50;
    }
    return rounds;
  }
  std::vector<Request> asked() const { return kSoakDigest.next(order(), evidence); }
  std::map<std::string, std::int64_t> asked_of_units() const {
    std::map<std::string, std::int64_t> blocks;
    for (const Request& request : asked()) blocks[request.unit_id] += request.blocks;
    return blocks;
  }
  void keep_blocks(Measurement& m, std::size_t n) {
    for (auto* values :
         {&m.samples, &m.clock_mhz, &m.power_mw, &m.temp_mc, &m.throttle, &m.memory_temp_mc}) {
      values->resize(std::min(values->size(), n));
    }
    for (Rows* rows : {&m.cells, &m.active_links}) {
      if (!rows->empty()) rows->resize(n);
    }
  }
};

TEST_F(SoakDigest, PassesEveryGpuAndTheSumsAndSaysWhatIsExcluded) {
  expect_all(Verdict::pass, "");
  expect_on("node", Verdict::pass, "");
  EXPECT_EQ(on_gpu1().reason,
            "2 cycles, 204 launches in 1.0 h right, so fewer than 1.5e-02 of launches are wrong "
            "(95 %)");
}

TEST_F(SoakDigest, AsksForOneCycleAtATimeInItsOrder) {
  evidence = healthy_facts(order());
  const std::vector<Request> first = asked();
  std::vector<std::string> cases;
  std::int64_t ns = 0;
  for (const Request& request : first) {
    EXPECT_EQ(request.phase, Phase::soak);
    if (request.unit_id == "gpu/0" || request.unit_id == "node") {
      cases.push_back(request.case_id);
      ns += request.blocks * request.block_ns;
    }
  }
  EXPECT_EQ(cases, (std::vector<std::string>{"power.mixed", "memory.pattern", "memory.pattern",
                                             "allreduce.own", "power.pulse", "power.pulse",
                                             "power.pulse"}));
  EXPECT_EQ(ns, 40 * 60'000'000'000);
  EXPECT_EQ(first.size(), (kSegments - 1) * 4 + 1);
  EXPECT_EQ(soak(), 2);
  EXPECT_EQ(series("power.mixed").samples.size(), 40u);
  EXPECT_EQ(series("memory.pattern").params.at("hold_s"), 140);
  std::map<std::int64_t, std::int64_t> seeds;  // by which complement
  for (const Measurement& one : evidence.measurements) {
    if (one.case_id != "memory.pattern") continue;
    EXPECT_EQ(one.samples.size(), 2u) << "one a cycle";
    seeds[one.params.at("flip")] = one.params.at("seed");
  }
  ASSERT_EQ(seeds.size(), 2u);
  EXPECT_EQ(seeds.at(0), seeds.at(1));
}

TEST_F(SoakDigest, OddGpusPulseInAntiphaseAndAllInPhase) {
  std::map<std::string, std::map<std::int64_t, std::int64_t>> phases;
  for (const Measurement& one : evidence.measurements) {
    if (one.case_id == "power.pulse") {
      phases[one.unit_id][one.params.at("period_ms")] = one.params.at("phase_percent");
    }
  }
  EXPECT_EQ(phases.at("gpu/2"),
            (std::map<std::int64_t, std::int64_t>{{200, 0}, {1000, 0}, {60'000, 0}}));
  EXPECT_EQ(phases.at("gpu/3"),
            (std::map<std::int64_t, std::int64_t>{{200, 50}, {1000, 0}, {60'000, 0}}));
}

TEST_F(SoakDigest, IsAskedAtLevelSoakAlone) {
  level = Level::standard;
  EXPECT_FALSE(order().asks("soak.digest"));
  evidence.measurements.clear();
  const std::vector<Finding> findings = judge_all(mine(), order(), evidence);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::not_applicable);
  EXPECT_NE(findings[0].reason.find("leaves this gate to level soak"), std::string::npos);
}

TEST_F(SoakDigest, AWrongAnswerFailsTheGpuAndNamesCycleAndLoad) {
  Check& check = *series("power.mixed").check;
  check.wrong = 1;
  check.first_block = 21;
  check.first = FirstMismatch{.element = 77, .expected = "3f80", .got = "3f90", .xor_bits = "10"};
  expect(Verdict::fail, "soak.digest.wrong_data");
  EXPECT_EQ(on_gpu1().reason,
            "cycle 2 of 2, mixed products: power.mixed: 1 wrong; first at element 77: expected "
            "3f80, got 3f90, xor 10");
  check.first_block.reset();
  EXPECT_NE(on_gpu1().reason.find("in a cycle that nobody noted"), std::string::npos);
  expect_on("node", Verdict::pass, "");
}

TEST_F(SoakDigest, AWrongSumIsTheNodes) {
  series("allreduce.own", "node").check->wrong = 3;
  expect_on("node", Verdict::fail, "soak.digest.wrong_sum");
  EXPECT_EQ(to_word(on("node").blame), "node");
  expect_all(Verdict::pass, "");
}

// Ours is wrong and the library right on every GPU: nothing is said of the GPU, and memory has no
// such excuse.
TEST_F(SoakDigest, AKernelThatIsWrongEverywhereAccusesNoGpu) {
  const ComputeSubject ours{Computation::gemm, gemm_type(ElementType::bf16), Kernel::own};
  profile.required = {exact_id(ours), exact_id(witness_of(ours)), "soak.digest"};
  soak();
  const std::array gates{*find_gate(profile.required[0]), *find_gate(profile.required[1])};
  play(gates, order(), evidence, machine);
  series("power.mixed").check->wrong = 1;
  expect(Verdict::fail, "soak.digest.wrong_data");
  for (Measurement& one : evidence.measurements) {
    if (one.gate == exact_id(ours)) one.check->got = "0123456789abcdef";
  }
  expect(Verdict::not_measured, "power.kernel_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
  series("memory.pattern").check->wrong = 1;
  expect(Verdict::fail, "soak.digest.wrong_data");
  EXPECT_NE(on_gpu1().reason.find("their complement"), std::string::npos);
}

// 30 s of five pulses a second.
TEST_F(SoakDigest, FewerLaunchesThanPulsesShowNoPulses) {
  Measurement& antiphase = series("power.pulse");
  ASSERT_EQ(antiphase.params.at("period_ms"), 200);
  for (Measurement& one : evidence.measurements) {
    if (one.unit_id == "gpu/1" && one.case_id == "power.pulse") set_samples(one, 200);
  }
  antiphase.samples[5] = 150;
  expect_all(Verdict::pass, "");
  antiphase.samples[5] = 149;
  expect(Verdict::not_measured, "power.no_pulses");
}

// Beside the other rhythm, which has the same load in the same time; rest has less and is no
// measure.
TEST_F(SoakDigest, ARhythmOfLessThanHalfOfTheOtherShowsNoPulses) {
  const auto of_period = [&](std::int64_t period_ms) -> Measurement& {
    for (Measurement& one : evidence.measurements) {
      const bool pulses = one.unit_id == "gpu/1" && one.case_id == "power.pulse";
      if (pulses && one.params.at("period_ms") == period_ms) return one;
    }
    ADD_FAILURE() << period_ms;
    return evidence.measurements.front();
  };
  set_samples(of_period(60'000), 20);
  set_samples(of_period(1'000), 20'000);
  set_samples(of_period(200), 19'000);
  expect_all(Verdict::pass, "");
  of_period(200).samples[5] = 10'000;
  expect_all(Verdict::pass, "");
  of_period(200).samples[5] = 9'999;
  expect(Verdict::not_measured, "power.no_pulses");
}

// 8192^3 at 600 TFLOP/s: 546 products a second, and twice as many are not possible.
TEST_F(SoakDigest, MoreLaunchesThanCanBeExcludeNothing) {
  const auto most_is = [&](std::string_view case_id, std::string_view unit, std::int64_t most) {
    soak();
    series(case_id, unit).check->launches = most;
    expect_on(unit, Verdict::pass, "");
    series(case_id, unit).check->launches = most + 1;
    expect_on(unit, Verdict::not_measured, "series.impossible");
    series(case_id, unit).check->launches = -1;
    expect_on(unit, Verdict::not_measured, "series.impossible");
  };
  double flops = 0;
  for (const std::int64_t rate : series("power.mixed").samples) {
    flops += 60 * static_cast<double>(rate);
  }
  most_is("power.mixed", "gpu/1",
          static_cast<std::int64_t>(2 * flops / (2.0 * 8192 * 8192 * 8192)));
  most_is("power.pulse", "gpu/1", 6 * 1'000 + 2 * 1'000);  // two may be discarded
  most_is("memory.pattern", "gpu/1", 2 + 2);
  soak();
  series("allreduce.own", "node").check->launches = 20 * 60 * 1'000'000LL;
  expect_on("node", Verdict::not_measured, "series.impossible");
}

TEST_F(SoakDigest, WhatIsMissingIsNotMeasured) {
  keep_blocks(series("memory.pattern"), 1);
  expect(Verdict::not_measured, "evidence.incomplete");
  soak();
  evidence.exits.push_back({"load gpu/1", "soak.digest power.mixed gpu/1", "signal", "SIGSEGV"});
  expect(Verdict::not_measured, "worker.fault");
  soak();
  std::erase_if(evidence.measurements, [](const Measurement& one) {
    return one.unit_id == "gpu/1" && one.case_id == "power.pulse";
  });
  expect(Verdict::not_measured, "series.absent");
  soak();
  std::erase_if(evidence.facts.gpus, [](const GpuFacts& gpu) { return gpu.unit_id == "gpu/1"; });
  expect_on("gpu/1", Verdict::not_measured, "unit.absent");
}

TEST_F(SoakDigest, UnsoundSeriesNeverPass) {
  series("power.mixed").check.reset();
  expect(Verdict::not_measured, "data.not_checked");
  soak();
  series("power.mixed").block_ns = 1;
  expect(Verdict::not_measured, "series.malformed");
  soak();
  series("power.mixed").samples[3] = 0;
  expect(Verdict::not_measured, "series.impossible");
  soak();
  series("power.mixed").discarded.assign(3, {0, "no_clock_reading"});
  expect(Verdict::not_measured, "series.discards");
}

TEST_F(SoakDigest, OneOfAHundredBlocksMayBeDiscarded) {
  profile.sizes.soak_hours = 8;  // 240 blocks
  soak();
  series("power.mixed").discarded.assign(2, {0, "no_clock_reading"});
  expect_all(Verdict::pass, "");
  series("power.mixed").discarded.assign(3, {0, "no_clock_reading"});
  expect(Verdict::not_measured, "series.discards");
  keep_blocks(series("power.mixed"), 0);
  EXPECT_TRUE(asked().empty()) << "a series that cannot become sound is given up";
}

// Each GPU has its own pace; the sums follow the one that is furthest.
TEST_F(SoakDigest, ALostGpuDoesNotHoldTheOthers) {
  for (Measurement& one : evidence.measurements) {
    if (one.unit_id == "gpu/1") keep_blocks(one, one.case_id == "power.mixed" ? 5 : 0);
    if (one.unit_id != "gpu/1") keep_blocks(one, one.samples.size() / 2);
  }
  const auto blocks = asked_of_units();
  EXPECT_EQ(blocks.at("gpu/0"), 20 + 2 + 2 + 3 + 3);
  EXPECT_EQ(blocks.at("gpu/1"), 15 + 2 + 2 + 3 + 3) << "what its first cycle lacks";
  EXPECT_EQ(blocks.at("node"), 10);
  for (Measurement& one : evidence.measurements) {
    if (one.unit_id != "node") keep_blocks(one, 0);
  }
  EXPECT_FALSE(asked_of_units().contains("node")) << "one cycle ahead of every GPU";
}

TEST_F(SoakDigest, ASingleGpuHasNoSums) {
  profile.ordered.gpus = 1;
  soak();
  EXPECT_EQ(kSoakDigest.judge(order(), evidence).size(), 1u);
  expect_on("gpu/0", Verdict::pass, "");
  for (const Measurement& one : evidence.measurements) EXPECT_EQ(one.unit_id, "gpu/0");
}

TEST_F(SoakDigest, WithoutASizeTheProfileIsIncomplete) {
  profile.sizes.power_n = 0;
  EXPECT_TRUE(asked().empty());
  expect_on("gpu/1", Verdict::not_measured, "profile.incomplete");
  profile.sizes.power_n = 8192;
  profile.sizes.pattern_ppm = 0;
  expect_on("gpu/1", Verdict::not_measured, "profile.incomplete");
  profile.sizes.pattern_ppm = 950'000;
  profile.sizes.allreduce_bytes = 0;
  expect_on("node", Verdict::not_measured, "profile.incomplete");
}

TEST_F(SoakDigest, SaysThatTheMachineRestarted) {
  evidence.restarts.emplace_back();
  ASSERT_EQ(on_gpu1().verdict, Verdict::pass);
  EXPECT_NE(on_gpu1().warn.at(0).find("in the run: 1;"), std::string::npos);
}

// 72 hours of eight GPUs: everybody asks until the end, a verifier too, and a report carries it.
TEST_F(SoakDigest, SeventyTwoHoursConvergeAndFitAReport) {
  profile.ordered.gpus = 8;
  profile.sizes.soak_hours = 72;
  profile.required = {"soak.digest"};
  evidence = healthy_facts(order());
  for (int rounds = 0; !asked().empty(); ++rounds) {
    ASSERT_LE(rounds, 3);  // of 50 each
    play(mine(), order(), evidence, [](const Request& request, std::size_t block) {
      return healthy_sample(request, block) + static_cast<std::int64_t>(block);
    });
  }
  EXPECT_EQ(series("power.mixed").samples.size(), 108u * 20u);
  expect_on("gpu/7", Verdict::pass, "");
  const Status replayed = check_asked(mine(), order(), evidence);
  EXPECT_TRUE(replayed) << replayed.error().what();
  Report report;
  report.evidence = evidence;
  const std::size_t bytes = dump(report_to_json(report)).size();
  RecordProperty("bytes", static_cast<int>(bytes));
  EXPECT_LT(bytes, std::size_t{3} << 20) << "the payload may have 4 MiB";
}

}  // namespace
}  // namespace ga
