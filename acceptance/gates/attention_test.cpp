// What is attention's own about its gates and those of its backward; compute_types_test.cpp and
// exact_test.cpp have what they share with those of GEMM.
#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::string_view kOursTimed = "attention.bf16.own", kCudnnTimed = "attention.bf16.cudnn";
constexpr std::string_view kOursBackward = "attention.bf16.bwd.own";
constexpr std::string_view kCudnnBackward = "attention.bf16.bwd.cudnn";

class AttentionTest : public GateTest {
 protected:
  explicit AttentionTest(std::string_view id)
      : GateTest(*find_gate(id)),
        library_(id == kOursBackward || id == kCudnnBackward ? kCudnnBackward : kCudnnTimed) {}

  void set_ratio(ProfileKind kind) {
    profile.kind = kind;
    profile.limits.clear();
    Ratio ratio;
    ratio.gate = ratio.case_id = gate_.id;
    ratio.of_case = library_;
    ratio.min_ppm = 600'000;  // healthy is 0.78
    profile.ratios = {ratio};
    measure();
  }
  void spoil_all(std::string_view gate) {
    for (Measurement& m : evidence.measurements) {
      if (m.gate == gate) m.check->wrong = 1;
    }
  }
  void readings(std::int64_t clock_mhz, std::int64_t power_mw, std::int64_t reasons) {
    Measurement& m = series(gate_.id);
    for (std::size_t i = 0; i < m.samples.size(); ++i) {
      m.clock_mhz[i] = clock_mhz;
      m.power_mw[i] = power_mw;
      m.throttle[i] = reasons;
    }
  }
  std::string code(std::string_view what) const {
    return std::string(gate_.id) + "." + std::string(what);
  }

  std::string_view library_;
};

class AttentionSpeed : public AttentionTest,
                       public ::testing::WithParamInterface<std::string_view> {
 protected:
  AttentionSpeed() : AttentionTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(All, AttentionSpeed,
                         ::testing::Values(kOursTimed, kCudnnTimed, kOursBackward, kCudnnBackward));

TEST_P(AttentionSpeed, AsksItsQuestionAtTheLengthOfTheProfile) {
  const Params params{{"batch", 4},  {"heads", 32}, {"kv_heads", 8},
                      {"seq", 8192}, {"dim", 128},  {"causal", 1}};
  EXPECT_EQ(series(gate_.id).params, params);
  EXPECT_EQ(series(gate_.id).block_ns, 3'000'000'000);
  profile.sizes.attention_seq = 0;
  expect_all(Verdict::not_measured, "profile.incomplete");
  EXPECT_NE(on_gpu1().reason.find("sizes.attention_seq"), std::string::npos);
  EXPECT_TRUE(gate_.next(order(), evidence).empty());
}

TEST_P(AttentionSpeed, NeverPassesUnsoundEvidence) { expect_unsound_never_passes(gate_.id); }

TEST_P(AttentionSpeed, NeverBelievesAChecksumWhereAReferenceIsAsked) {
  series(gate_.id).check->kind = "checksum";
  expect(Verdict::not_measured, "data.not_checked");
}

TEST_P(AttentionSpeed, NeverPassesWithoutAWarmUp) {
  evidence.warmup.clear();
  expect_all(Verdict::not_measured, "warmup.absent");
}

TEST_P(AttentionSpeed, BlamesHeatAPowerBrakeAndTheHost) {
  slow_down(gate_.id, "gpu/1", 800'000);
  readings(1200, 600'000, 0x20);
  expect(Verdict::fail, "slow.hot");
  readings(1200, 600'000, 0x88);
  expect(Verdict::fail, "slow.power_brake");
  readings(1980, 400'000, 0);
  machine = healthy_sample;
  measure_on();  // alone, and fast
  expect(Verdict::fail, "slow.host_starved");
}

TEST_P(AttentionSpeed, ANoisySeriesAtItsFloorIsHeld) {
  machine = [id = gate_.id](const Request& request, std::size_t block) {
    const std::int64_t sample = healthy_sample(request, block);
    const bool here = request.case_id == id && request.unit_id == "gpu/1";
    return here ? sample / 100 * (block % 2 == 0 ? 83 : 104) : sample;
  };
  measure();
  EXPECT_EQ(series(gate_.id).samples.size(), 30u);
  expect(Verdict::borderline, code("borderline"));
}

// As in the profiles of acceptance, where no figure of a deterministic backward is trusted.
TEST_P(AttentionSpeed, WithoutAFloorCompleteAndVerifiedDataPassHoweverSlow) {
  std::erase_if(profile.limits, [this](const Limit& limit) { return limit.gate == gate_.id; });
  slow_down(gate_.id, "gpu/1", 500'000);
  expect(Verdict::pass, "");
  series(gate_.id).check->wrong = 1;
  expect(Verdict::fail, code("wrong_data"));
  series(gate_.id).samples.resize(3);
  series(gate_.id).check->wrong = 0;
  EXPECT_EQ(on_gpu1().verdict, Verdict::not_measured);
}

TEST_P(AttentionSpeed, NaNsInTheOutputFail) {
  Check& check = *series(gate_.id).check;
  check.wrong = 8;
  check.first = FirstMismatch{.element = 5, .expected = "3f80", .got = "7fc0", .xor_bits = "4040"};
  expect(Verdict::fail, code("wrong_data"));
  EXPECT_NE(on_gpu1().reason.find("7fc0"), std::string::npos);
}

class OwnAttentionOfAPass : public AttentionTest,
                            public ::testing::WithParamInterface<std::string_view> {
 protected:
  OwnAttentionOfAPass() : AttentionTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Both, OwnAttentionOfAPass, ::testing::Values(kOursTimed, kOursBackward));

TEST_P(OwnAttentionOfAPass, TheRatioToCudnnDecidesInCiAndWarnsElsewhere) {
  set_ratio(ProfileKind::ci);
  expect_all(Verdict::pass, "");
  slow_down(gate_.id, "gpu/1", 720'000);
  expect(Verdict::fail, code("below_ratio"));
  set_ratio(ProfileKind::acceptance);
  slow_down(gate_.id, "gpu/1", 500'000);
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

class OwnAttention : public AttentionTest {
 protected:
  OwnAttention() : AttentionTest(kOursTimed) {}
};

// A bug of our GEMM says nothing about our attention, and the other way round.
TEST_F(OwnAttention, TheVotesOfGemmAreNotCounted) {
  spoil_all(kOursTimed);
  spoil_all("gemm.bf16.cublaslt");
  expect_all(Verdict::not_measured, "attention.bf16.own.kernel_wrong");
  measure();
  spoil_all(kOursTimed);
  spoil_all(kCudnnTimed);
  expect_all(Verdict::fail, "attention.bf16.own.wrong_data");
}

TEST_F(OwnAttention, AWarmUpThatWasWrongEverywhereAccusesGemm) {
  profile.warmup_case = "gemm.bf16.cublaslt";
  spoil_all("gemm.bf16.cublaslt");
  for (const char* unit : {"gpu/0", "gpu/1", "gpu/2", "gpu/3"}) {
    evidence.exits.push_back({std::string("load ") + unit, std::string("warmup ") + unit, "error",
                              "data.wrong: 3 words in block 7 of the warm-up"});
  }
  expect_all(Verdict::not_measured, "gemm.bf16.cublaslt.library_wrong");
}

// A unit that only attention accuses: exponentials are wrong, and products are right.
TEST_F(OwnAttention, AGpuWhoseExponentialsAreWrongFailsByAttentionAndByNoProduct) {
  for (Measurement& m : evidence.measurements) {
    if (!m.gate.starts_with("attention.") || m.unit_id != "gpu/1") continue;
    m.check->wrong = 1;
    m.check->got = "0123456789abcdef";
  }
  for (const Gate& gate : gates_of_a_profile()) {
    const bool attention = gate.id.starts_with("attention.");
    for (const Finding& finding : gate.judge(order(), evidence)) {
      const bool accused = attention && finding.unit_id == "gpu/1";
      EXPECT_EQ(finding.verdict, accused ? Verdict::fail : Verdict::pass) << gate.id;
    }
  }
}

class OwnBackward : public AttentionTest {
 protected:
  OwnBackward() : AttentionTest(kOursBackward) {}
};

TEST_F(OwnBackward, TheVotesOfTheForwardAreNotCounted) {
  spoil_all(kOursBackward);
  spoil_all(kCudnnTimed);
  expect_all(Verdict::not_measured, "attention.bf16.bwd.own.kernel_wrong");
  measure();
  spoil_all(kOursBackward);
  spoil_all(kCudnnBackward);
  expect_all(Verdict::fail, "attention.bf16.bwd.own.wrong_data");
}

// A GPU that is right in every product and every forward.
TEST_F(OwnBackward, AGpuWhoseGradientsAreWrongFailsByThemAlone) {
  for (Measurement& m : evidence.measurements) {
    if (!m.gate.starts_with("attention.bf16.bwd.") || m.unit_id != "gpu/1") continue;
    m.check->wrong = 1;
    m.check->got = "0123456789abcdef";
  }
  for (const Gate& gate : gates_of_a_profile()) {
    const bool backward = gate.id.starts_with("attention.bf16.bwd.");
    for (const Finding& finding : gate.judge(order(), evidence)) {
      const bool accused = backward && finding.unit_id == "gpu/1";
      EXPECT_EQ(finding.verdict, accused ? Verdict::fail : Verdict::pass) << gate.id;
    }
  }
}

class OwnBackwardExact : public AttentionTest {
 protected:
  OwnBackwardExact() : AttentionTest("attention.bf16.bwd.own.exact") {}
};

// Both passes are asked about the same sizes and seeds: an answer of one is none of the other.
TEST_F(OwnBackwardExact, TheHashOfTheForwardIsNoAnswer) {
  const auto forward =
      std::find_if(evidence.measurements.begin(), evidence.measurements.end(),
                   [](const Measurement& m) { return m.gate == "attention.bf16.own.exact"; });
  Measurement& gradients = series(gate_.id);
  for (const char* same : {"seq", "seed", "heads"}) {
    EXPECT_EQ(gradients.params.at(same), forward->params.at(same)) << same;
  }
  gradients.check->expected = gradients.check->got = forward->check->got;
  expect(Verdict::fail, code("wrong_data"));
}

TEST_F(OwnBackwardExact, TakesABlockOfASecondInEachCorner) {
  EXPECT_EQ(series(gate_.id).block_ns, 1'000'000'000);
  EXPECT_EQ(series(gate_.id).samples.size(), 1u);
}

class VendorAttention : public AttentionTest,
                        public ::testing::WithParamInterface<std::string_view> {
 protected:
  VendorAttention() : AttentionTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Both, VendorAttention, ::testing::Values(kCudnnTimed, kCudnnBackward));

TEST_P(VendorAttention, WithoutCudnnIsNotMeasuredAndSaysWhatToInstall) {
  std::erase_if(evidence.measurements, [this](const Measurement& m) { return m.gate == gate_.id; });
  for (const char* unit : {"gpu/0", "gpu/1", "gpu/2", "gpu/3"}) {
    evidence.exits.push_back({std::string("load ") + unit,
                              std::string(gate_.id) + " " + std::string(gate_.id), "error",
                              "library.missing: libcudnn_graph.so.9"});
  }
  expect_all(Verdict::not_measured, "worker.library_missing");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
  EXPECT_NE(on_gpu1().next_step.find("--libs"), std::string::npos);
}

}  // namespace
}  // namespace ga
