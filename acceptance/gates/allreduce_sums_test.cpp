// The timed sums over all GPUs: our kernels, both of NCCL's ways, and the small sum.
#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::int64_t kGib = std::int64_t{1} << 30;

class SumTest : public GateTest {
 protected:
  explicit SumTest(const Gate& gate) : GateTest(gate), id_(gate.id) {}

  void expect_node(Verdict verdict, std::string_view code) { expect_on("node", verdict, code); }
  Measurement& of_size(std::int64_t bytes, std::string_view case_id = "") {
    for (Measurement& m : evidence.measurements) {
      const auto size = m.params.find("bytes");
      if (m.gate == id_ && m.case_id == (case_id.empty() ? id_ : case_id) &&
          size != m.params.end() && size->second == bytes) {
        return m;
      }
    }
    ADD_FAILURE() << "no series of " << bytes << " bytes";
    return evidence.measurements.front();
  }
  void scale(std::string_view case_id, std::int64_t ppm) { slow_down(case_id, "node", ppm); }

  const std::string id_;
};

class AnySum : public SumTest, public ::testing::WithParamInterface<const Gate*> {
 protected:
  AnySum() : SumTest(*GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(All, AnySum,
                         ::testing::Values(&kAllreduceOwn, &kAllreduceNcclRing,
                                           &kAllreduceNcclNvls));

TEST_P(AnySum, PassesGoodEvidenceOfTheLargeSizeAndASweep) {
  expect_node(Verdict::pass, "");
  EXPECT_EQ(gate_.judge(order(), evidence).size(), 1u);
  EXPECT_EQ(of_size(8 * kGib).samples.size(), 11u);
  EXPECT_EQ(of_size(kGib / 1024).samples.size(), 3u);
  EXPECT_NE(on("node").reason.find("16 MiB"), std::string::npos) << on("node").reason;
  level = Level::quick;
  measure();
  expect_node(Verdict::pass, "");
  EXPECT_EQ(on("node").reason.find("16 MiB"), std::string::npos);
}

TEST_P(AnySum, FailsBelowACalibratedFloorAndHoldsBelowAPublishedOne) {
  profile.ratios.clear();
  scale(id_, 900'000);
  expect_node(Verdict::fail, id_ + ".below_floor");
  EXPECT_EQ(on("node").blame, Blame::node);
  for (Limit& limit : profile.limits) limit.status = LimitStatus::published;
  measure();
  expect_node(Verdict::borderline, id_ + ".below_provisional");
  scale(id_, 800'000);
  expect_node(Verdict::fail, id_ + ".below_gross");
}

TEST_P(AnySum, NearTheFloorThirtyBlocksAreAsked) {
  profile.ratios.clear();
  for (Limit& limit : profile.limits) {
    if (limit.gate == id_) limit.value = of_size(8 * kGib).samples[0] + 1'000'000'000;
  }
  measure();
  EXPECT_EQ(of_size(8 * kGib).samples.size(), 30u);
  expect_node(Verdict::borderline, id_ + ".borderline");
  level = Level::quick;
  measure();
  EXPECT_EQ(of_size(8 * kGib).samples.size(), 11u);
  expect_node(Verdict::borderline, id_ + ".below_at_quick");
}

TEST_P(AnySum, ASizeOfTheSweepWithAFloorIsHeldToIt) {
  Limit limit;
  for (const Limit& known : profile.limits) {
    if (known.gate == id_) limit = known;
  }
  limit.key.bytes = kGib / 64;
  profile.limits.push_back(limit);
  measure();
  expect_node(Verdict::pass, "");
  EXPECT_EQ(of_size(kGib / 64).samples.size(), 11u);
  set_samples(of_size(kGib / 64), limit.value * 9 / 10);
  expect_node(Verdict::fail, id_ + ".below_floor");
  profile.limits.back().key.part_name = "NVIDIA B200";
  expect_node(Verdict::not_measured, "limit.no_floor_for_stack");
}

TEST_P(AnySum, FailsAWrongSumHoweverFastAndInEverySize) {
  for (const std::int64_t bytes : {8 * kGib, kGib / 4}) {
    measure();
    of_size(bytes).check->wrong = 1;
    expect_node(Verdict::fail, id_ + ".wrong_data");
  }
}

TEST_P(AnySum, NeverPassesUnsoundEvidence) { expect_unsound_never_passes(id_, "node"); }

TEST_P(AnySum, NeedsASizeAndGpus) {
  profile.sizes.allreduce_bytes = 0;
  measure();
  expect_node(Verdict::not_measured, "profile.incomplete");
  profile = test_profile();
  profile.ordered.gpus = 1;
  measure();
  expect_node(Verdict::not_measured, "profile.incomplete");
}

class OwnSum : public SumTest {
 protected:
  OwnSum() : SumTest(kAllreduceOwn) {}

  // Every other GPU waits so long for gpu/2, which waits `own` for them.
  void hold_up(std::int64_t ns, std::int64_t own) {
    cells = [=](const Request& request, std::size_t, Cells& all) {
      if (request.case_id != "allreduce.own") return;
      for (const std::size_t i : {0u, 1u, 3u}) {
        all[i * 4 + 2] = ns;
        all[2 * 4 + i] = own;
      }
    };
    measure();
  }
};

TEST_F(OwnSum, AGpuThatAllOthersWaitForIsNamedInAWarning) {
  hold_up(9'000'000, 0);  // of a call of 30 ms
  expect_node(Verdict::pass, "");
  ASSERT_EQ(on("node").warn.size(), 1u);
  EXPECT_NE(on("node").warn[0].find("waits for gpu/2"), std::string::npos);
  scale("allreduce.own", 780'000);
  expect_node(Verdict::fail, "allreduce.own.below_gross");
  EXPECT_NE(on("node").reason.find("waits for gpu/2"), std::string::npos);
}

TEST_F(OwnSum, WaitingForEachOtherOrForShortIsNoStraggler) {
  hold_up(9'000'000, 8'000'000);
  EXPECT_TRUE(on("node").warn.empty());
  hold_up(4'000'000, 0);  // less than a fifth of the call
  EXPECT_TRUE(on("node").warn.empty());
}

TEST_F(OwnSum, NeedsItsWaits) {
  of_size(8 * kGib).cells.clear();
  expect_node(Verdict::not_measured, "series.malformed");
  measure();
  of_size(8 * kGib).cells[0][1] = -1;
  expect_node(Verdict::not_measured, "series.malformed");
}

TEST_F(OwnSum, ARatioToTheRingWarnsAndDecidesInCi) {
  Ratio ratio = profile.ratios[0];
  ratio.gate = ratio.case_id = "allreduce.own";
  ratio.min_ppm = 1'500'000;
  profile.ratios = {ratio};
  measure();
  expect_node(Verdict::pass, "");
  EXPECT_FALSE(on("node").warn.empty());
  EXPECT_EQ(of_size(8 * kGib, "allreduce.nccl_ring").params.at("ctas"), 0);
  profile.kind = ProfileKind::ci;
  profile.limits.clear();
  measure();
  expect_node(Verdict::fail, "allreduce.own.below_gross");
}

class RingSum : public SumTest {
 protected:
  RingSum() : SumTest(kAllreduceNcclRing) {}
};

TEST_F(RingSum, WhatRanAsAnythingElseIsNoEvidenceOfTheRing) {
  for (const char* ran : {"nccl 2.28.9 nvls simple 16ch", "", "ring", "nccl 2.28.9",
                          "nccl 2.28.9 ring simple 16ch | nccl 2.28.9 tree ll 8ch"}) {
    of_size(8 * kGib).algorithm = ran;
    expect_node(Verdict::not_measured, "allreduce.nccl_ring.other_algorithm");
  }
  of_size(8 * kGib).algorithm = "nccl 2.28.9 ring simple 16ch | nccl 2.28.9 ring ll128 16ch";
  expect_node(Verdict::pass, "");
}

class NvlsSum : public SumTest {
 protected:
  NvlsSum() : SumTest(kAllreduceNcclNvls) {}
  void exit(const std::string& how, const std::string& detail) {
    evidence.exits.push_back(
        {"load node nccl_nvls", "allreduce.nccl_nvls allreduce.nccl_nvls node", how, detail});
  }
};

TEST_F(NvlsSum, WhatRanAsAnythingElseFellBackAndIsAConfiguration) {
  for (const char* ran : {"nccl 2.28.9 ring simple 16ch", "nccl 2.28.9 nvls_tree simple 16ch",
                          "nccl 2.28.9 nvls simple 16ch | nccl 2.28.9 ring simple 16ch"}) {
    of_size(8 * kGib).algorithm = ran;
    expect_node(Verdict::fail, "allreduce.nccl_nvls.fell_back");
    EXPECT_EQ(on("node").blame, Blame::config);
  }
  // What nobody knows accuses nobody; what the system's file adds is no algorithm.
  of_size(8 * kGib).algorithm = "nccl 2.28.9 unknown";
  expect_node(Verdict::not_measured, "allreduce.nccl_nvls.other_algorithm");
  of_size(8 * kGib).algorithm = "nccl 2.28.9 nvls simple 16ch conf NCCL_IB_HCA=mlx5";
  expect_node(Verdict::pass, "");
  scale("allreduce.nccl_nvls", 700'000);
  of_size(8 * kGib).algorithm = "nccl 2.28.9 ring simple 16ch";
  expect_node(Verdict::fail, "allreduce.nccl_nvls.fell_back");  // and no rate of NVLS
}

TEST_F(NvlsSum, ARefusalFellBackAndAnAbsentLibraryIsNotMeasured) {
  std::erase_if(evidence.measurements,
                [](const Measurement& m) { return m.case_id == "allreduce.nccl_nvls"; });
  const Evidence none = evidence;
  exit("error", "nccl.refused: no multicast support");
  expect_node(Verdict::fail, "allreduce.nccl_nvls.fell_back");
  evidence = none;
  exit("error", "library.missing: libnccl.so.2");
  expect_node(Verdict::not_measured, "worker.library_missing");
  evidence = none;
  exit("signal", "SIGSEGV");
  expect_node(Verdict::not_measured, "worker.fault");
}

TEST_F(NvlsSum, AnAlgorithmThatNobodyReadIsNotMeasured) {
  of_size(8 * kGib).algorithm = "";
  expect_node(Verdict::not_measured, "allreduce.nccl_nvls.other_algorithm");
  measure();
  of_size(8 * kGib, "allreduce.nccl_ring").algorithm = "nccl 2.28.9 nvls simple 16ch";
  expect_node(Verdict::not_measured, "allreduce.nccl_nvls.other_algorithm");
}

// NCCL says NVLS, and it is no faster than the ring: no absolute number is needed to see that.
TEST_F(NvlsSum, TheSpeedOfTheRingIsHeldAndDecidesInCi) {
  profile.limits.clear();
  scale("allreduce.nccl_nvls", 780'000);  // 369 of 365
  expect_node(Verdict::borderline, "allreduce.nccl_nvls.low_ratio");
  EXPECT_EQ(of_size(8 * kGib, "allreduce.nccl_ring").samples.size(), 11u);
  scale("allreduce.nccl_nvls", 500'000);
  expect_node(Verdict::borderline, "allreduce.nccl_nvls.low_ratio");  // a ratio alone fails nobody
  profile.kind = ProfileKind::ci;
  machine = healthy_sample;
  scale("allreduce.nccl_nvls", 780'000);
  expect_node(Verdict::fail, "allreduce.nccl_nvls.below_ratio");
}

TEST_F(NvlsSum, TheSweepHasNoRatio) {
  set_samples(of_size(kGib / 1024), 40'000'000'000);
  expect_node(Verdict::pass, "");
}

TEST_F(NvlsSum, NeverPassesAnUnsoundRing) {
  Measurement& ring = of_size(8 * kGib, "allreduce.nccl_ring");
  ring.check->kind = "digest";
  expect_node(Verdict::not_measured, "data.not_checked");
  ring.samples.clear();
  expect_node(Verdict::not_measured, "series.absent");
}

class Latency : public SumTest {
 protected:
  Latency() : SumTest(kAllreduceLatency) {}
  void take(std::int64_t ns) {
    machine = [=](const Request& request, std::size_t block) {
      const std::int64_t sample = healthy_sample(request, block);
      return request.case_id == "allreduce.latency" ? sample - 9'000 + ns : sample;
    };
    measure();
  }
};

TEST_F(Latency, PassesBelowTheCeilingAndShowsTheTime) {
  expect_node(Verdict::pass, "");
  EXPECT_NE(on("node").reason.find("8.97 us to 9.03 us"), std::string::npos) << on("node").reason;
  EXPECT_NE(on("node").reason.find("ceiling 10.00 us"), std::string::npos) << on("node").reason;
}

TEST_F(Latency, FailsAboveTheCeilingAsTheFloorRuleMirrored) {
  take(10'800);
  expect_node(Verdict::fail, "allreduce.latency.above_ceiling");
  EXPECT_EQ(on("node").blame, Blame::node);
  for (Limit& limit : profile.limits) limit.status = LimitStatus::provisional;
  measure();
  expect_node(Verdict::borderline, "allreduce.latency.above_provisional");
  take(11'900);
  expect_node(Verdict::fail, "allreduce.latency.above_gross");
  level = Level::quick;
  take(10'800);
  expect_node(Verdict::borderline, "allreduce.latency.above_at_quick");
}

TEST_F(Latency, AGpuThatAllOthersWaitForIsNamed) {
  cells = [](const Request& request, std::size_t, Cells& all) {
    if (request.case_id != "allreduce.latency") return;
    for (const std::size_t i : {0u, 1u, 3u}) {
      all[i * 4 + 2] = 4'000;  // of a call of 9 us
      all[2 * 4 + i] = 100;
    }
  };
  measure();
  expect_node(Verdict::pass, "");
  ASSERT_EQ(on("node").warn.size(), 1u);
  EXPECT_NE(on("node").warn[0].find("waits for gpu/2"), std::string::npos);
  series("allreduce.latency", "node").cells.clear();
  expect_node(Verdict::not_measured, "series.malformed");
}

TEST_F(Latency, NearTheCeilingThirtyBlocksAreAsked) {
  for (Limit& limit : profile.limits) {
    if (limit.is_ceiling) limit.value = 9'000;
  }
  measure();
  EXPECT_EQ(series("allreduce.latency", "node").samples.size(), 30u);
  expect_node(Verdict::borderline, "allreduce.latency.borderline");
}

TEST_F(Latency, FailsWrongSumsAndNeverPassesUnsoundEvidence) {
  expect_unsound_never_passes("allreduce.latency", "node");
  series("allreduce.latency", "node").check->wrong = 1;
  expect_node(Verdict::fail, "allreduce.latency.wrong_data");
  profile.sizes.latency_bytes = 0;
  measure();
  expect_node(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
