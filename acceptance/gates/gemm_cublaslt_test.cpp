#include <gtest/gtest.h>

#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::string_view kCase = "gemm.bf16.cublaslt";

// What a type is does not matter here; compute_types_test.cpp walks them.
class GemmBf16Cublaslt : public GateTest {
 protected:
  GemmBf16Cublaslt() : GateTest(*find_gate(kCase)) {}

  void readings(std::int64_t clock_mhz, std::int64_t power_mw, std::int64_t reasons,
                std::string_view unit = "gpu/1") {
    Measurement& m = series(kCase, unit);
    for (std::size_t i = 0; i < m.samples.size(); ++i) {
      m.clock_mhz[i] = clock_mhz;
      m.power_mw[i] = power_mw;
      m.throttle[i] = reasons;
    }
  }
};

TEST_F(GemmBf16Cublaslt, PassesGoodEvidence) {
  expect_all(Verdict::pass, "");
  EXPECT_EQ(series(kCase).block_ns, 3'000'000'000);
}

TEST_F(GemmBf16Cublaslt, PassesOneSlowDieAboveTheFloor) {
  slow_down(kCase, "gpu/1", 953'000);
  expect(Verdict::pass, "");
}

TEST_F(GemmBf16Cublaslt, FailsSlowSiliconAtTheCap) {
  slow_down(kCase, "gpu/1", 920'000);
  readings(1350, 699'000, 0x4);
  expect(Verdict::fail, "gemm.bf16.cublaslt.below_floor");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
  EXPECT_NE(on_gpu1().reason.find("silicon"), std::string::npos);
}

// Half the speed at full clock and little power among all; its own machine alone.
TEST_F(GemmBf16Cublaslt, FastAloneTheHostIsToBlame) {
  slow_down(kCase, "gpu/1", 500'000);
  readings(1980, 512'000, 0);
  expect(Verdict::not_measured, "series.absent");  // undecided until it ran alone
  EXPECT_TRUE(on_gpu1().reason.starts_with("alone: gemm.bf16.cublaslt has no blocks"));
  const auto asked = gate_.next(order(), evidence);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].placement, Placement::alone);
  EXPECT_EQ(asked[0].phase, Phase::memory);
  EXPECT_EQ(asked[0].params.at("alone"), 1);
  machine = healthy_sample;
  measure_on();
  EXPECT_EQ(series(kCase).params.count("alone"), 1u);
  expect(Verdict::fail, "slow.host_starved");
  EXPECT_EQ(on_gpu1().blame, Blame::host);
  EXPECT_NE(on_gpu1().reason.find("host; alone gemm.bf16.cublaslt"), std::string::npos);
}

TEST_F(GemmBf16Cublaslt, AsSlowAloneTheGpuIsToBlameAndTheHostIsNot) {
  slow_down(kCase, "gpu/1", 500'000);
  readings(1980, 512'000, 0);
  measure_on();
  readings(1980, 512'000, 0);  // alone
  expect(Verdict::fail, "gemm.bf16.cublaslt.below_gross");
  EXPECT_TRUE(on_gpu1().reason.starts_with("alone too: "));
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
  series(kCase).check->wrong = 1;
  expect(Verdict::fail, "gemm.bf16.cublaslt.wrong_data");
}

TEST_F(GemmBf16Cublaslt, BelowAFloorThatDoesNotDecideAStarvedGpuStaysBorderline) {
  for (Limit& limit : profile.limits) limit.status = LimitStatus::provisional;
  slow_down(kCase, "gpu/1", 900'000);
  readings(1980, 600'000, 0);
  machine = healthy_sample;
  measure_on();
  expect(Verdict::borderline, "gemm.bf16.cublaslt.below_provisional");
  EXPECT_NE(on_gpu1().reason.find("host; alone"), std::string::npos);
}

// Above its floor, or with nobody else in the node, nothing is repeated.
TEST_F(GemmBf16Cublaslt, AGpuAtItsFloorIsNotRepeatedAlone) {
  readings(1980, 512'000, 0);
  EXPECT_TRUE(gate_.next(order(), evidence).empty());
  expect(Verdict::pass, "");
}

TEST_F(GemmBf16Cublaslt, BlamesHeatAPowerBrakeAndALock) {
  slow_down(kCase, "gpu/1", 900'000);
  readings(1200, 600'000, 0x20);
  expect(Verdict::fail, "slow.hot");
  readings(1200, 600'000, 0x88);
  expect(Verdict::fail, "slow.power_brake");
  readings(1200, 600'000, 0);
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "clock.light" && m.unit_id == "gpu/1") set_samples(m, 1200);
  }
  expect(Verdict::fail, "slow.locked");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
}

TEST_F(GemmBf16Cublaslt, BlamesTheSiteWhereMostGpusAreHot) {
  for (const char* unit : {"gpu/0", "gpu/1", "gpu/2"}) slow_down(kCase, unit, 900'000);
  for (const char* unit : {"gpu/0", "gpu/1", "gpu/2"}) readings(1200, 600'000, 0x40, unit);
  EXPECT_EQ(on_gpu1().code, "slow.hot_site");
  EXPECT_EQ(on_gpu1().blame, Blame::site);
}

TEST_F(GemmBf16Cublaslt, ABimodalClockAboveTheFloorPasses) {
  Measurement& m = series(kCase);
  for (std::size_t i = 0; i < m.samples.size(); ++i) m.clock_mhz[i] = i % 2 == 0 ? 1117 : 1597;
  expect(Verdict::pass, "");
}

TEST_F(GemmBf16Cublaslt, NeverPassesOnATrend) {
  // Starts 3 % above the floor and loses 0.2 % a block: cold blocks must not buy a pass.
  machine = [](const Request& request, std::size_t block) {
    if (request.case_id != kCase || request.unit_id != "gpu/1") {
      return healthy_sample(request, block);
    }
    return 721'000'000'000'000 - 1'400'000'000'000 * static_cast<std::int64_t>(block);
  };
  measure();
  EXPECT_EQ(series(kCase).samples.size(), 30u);
  expect(Verdict::fail, "gemm.bf16.cublaslt.below_floor");
  EXPECT_FALSE(on_gpu1().warn.empty());
}

TEST_F(GemmBf16Cublaslt, AnUnsettledWarmUpIsJudgedOnItsLastBlocksAndSaysSo) {
  for (std::size_t i = 0; i < 60; ++i) {
    evidence.warmup[1].temp_mc[240 + i] = 50'000 + 100 * static_cast<std::int64_t>(i);
  }
  measure_on();
  EXPECT_EQ(series(kCase).samples.size(), 30u);
  EXPECT_EQ(series(kCase, "gpu/0").samples.size(), 11u);
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 2u);
}

TEST_F(GemmBf16Cublaslt, NeverPassesWithoutAWarmUp) {
  evidence.warmup[1].temp_mc.resize(200);
  expect(Verdict::not_measured, "warmup.absent");
  evidence.warmup[1].temp_mc.assign(300, 0);
  expect(Verdict::not_measured, "warmup.absent");
  evidence.warmup.erase(evidence.warmup.begin() + 1);
  expect(Verdict::not_measured, "warmup.absent");
}

TEST_F(GemmBf16Cublaslt, NeverPassesAfterAWarmUpThatCrashed) {
  evidence.exits.push_back(
      {"load gpu/1", "warmup gemm.bf16.own gpu/1", "error", "device.fault: misaligned address"});
  expect(Verdict::not_measured, "worker.fault");
}

TEST_F(GemmBf16Cublaslt, FailsAGpuThatComputedWrongWhileItWarmedUp) {
  evidence.exits.push_back({"load gpu/1", "warmup gemm.bf16.own gpu/1", "error",
                            "data.wrong: 3 words in block 7 of the warm-up"});
  expect(Verdict::fail, "warmup.wrong_data");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
}

TEST_F(GemmBf16Cublaslt, WrongEverywhereWhileOurKernelIsRightAccusesTheLibrary) {
  for (Measurement& m : evidence.measurements) {
    if (m.gate == kCase) m.check->wrong = 1;
  }
  for (const char* unit : {"gpu/0", "gpu/1", "gpu/2", "gpu/3"}) {
    evidence.exits.push_back({std::string("load ") + unit, std::string("warmup ") + unit, "error",
                              "data.wrong: 3 words in block 7 of the warm-up"});
  }
  expect_all(Verdict::not_measured, "gemm.bf16.cublaslt.library_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
}

TEST_F(GemmBf16Cublaslt, OnASingleGpuTheLibraryIsTrusted) {
  profile.ordered.gpus = 1;
  measure();
  series(kCase, "gpu/0").check->wrong = 1;
  EXPECT_EQ(on("gpu/0").code, "gemm.bf16.cublaslt.wrong_data");
  EXPECT_EQ(on("gpu/0").verdict, Verdict::fail);
}

TEST_F(GemmBf16Cublaslt, WrongEverywhereWithOurKernelMissingFailsTheGpus) {
  for (Measurement& m : evidence.measurements) {
    if (m.gate == kCase) m.check->wrong = 1;
    if (m.gate == "gemm.bf16.own" && m.unit_id == "gpu/2") m.check.reset();
  }
  expect_all(Verdict::fail, "gemm.bf16.cublaslt.wrong_data");
}

TEST_F(GemmBf16Cublaslt, FailsWrongDataHoweverFast) {
  series(kCase).check->wrong = 3;
  series(kCase).check->first = FirstMismatch{
      .tile = 7, .sm = 131, .element = 12, .expected = "3f80", .got = "3f00", .xor_bits = "0080"};
  expect(Verdict::fail, "gemm.bf16.cublaslt.wrong_data");
  EXPECT_NE(on_gpu1().reason.find("SM 131"), std::string::npos);
}

TEST_F(GemmBf16Cublaslt, BelowTheFloorThatDoesNotDecideIsBorderlineUnlessGross) {
  slow_down(kCase, "gpu/1", 920'000);
  profile.limits[4].status = LimitStatus::provisional;
  expect(Verdict::borderline, "gemm.bf16.cublaslt.below_provisional");
  slow_down(kCase, "gpu/1", 800'000);
  expect(Verdict::fail, "gemm.bf16.cublaslt.below_gross");
}

TEST_F(GemmBf16Cublaslt, AtTheFloorStaysBorderline) {
  slow_down(kCase, "gpu/1", 933'333);
  expect(Verdict::borderline, "gemm.bf16.cublaslt.borderline");
}

TEST_F(GemmBf16Cublaslt, AtQuickBelowTheFloorIsBorderline) {
  level = Level::quick;
  slow_down(kCase, "gpu/1", 920'000);
  expect(Verdict::borderline, "gemm.bf16.cublaslt.below_at_quick");
}

TEST_F(GemmBf16Cublaslt, NeverPassesUnsoundEvidence) { expect_unsound_never_passes(kCase); }

TEST_F(GemmBf16Cublaslt, AFloorForAnotherLimitOrDriverIsNoFloor) {
  profile.limits[4].key.power_limit_mw = 600'000;
  expect_all(Verdict::not_measured, "limit.no_floor_for_stack");
  profile.limits[4].key.power_limit_mw = 0;
  profile.limits[4].key.driver = "570.";
  expect_all(Verdict::not_measured, "limit.no_floor_for_stack");
  profile.limits[4].key.driver = "580.";
  expect_all(Verdict::pass, "");
}

TEST_F(GemmBf16Cublaslt, NeedsASizeInTheProfile) {
  profile.sizes.gemm_n = 0;
  measure();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
