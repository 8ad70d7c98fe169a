// The gates of GEMM, type by type, those of attention and of its backward: each is seen to pass,
// and to fail in each way that a type could get wrong. What does not depend on the type is tested
// with bf16 GEMM.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/gates/gates.h"
#include "acceptance/gates/subject.h"
#include "acceptance/gates/testkit.h"
#include "kernels/data/exact_gemm.h"

namespace ga {
namespace {

constexpr const char* kUnits[] = {"gpu/0", "gpu/1", "gpu/2", "gpu/3"};

// "attention" and "backward" are bf16's.
ComputeSubject subject_named(std::string_view name, Kernel kernel) {
  if (name == "attention") return {Computation::attention, kGemmTypes[0], kernel};
  if (name == "backward") return {Computation::attention_backward, kGemmTypes[0], kernel};
  const auto type = std::find_if(kGemmTypes.begin(), kGemmTypes.end(),
                                 [&](const GemmType& t) { return t.name == name; });
  return {Computation::gemm, *type, kernel};
}

template <Kernel kKernel, bool kExact>
class OfEveryType : public GateTest, public ::testing::WithParamInterface<const char*> {
 protected:
  OfEveryType() : GateTest(*find_gate(id_of(subject_named(GetParam(), kKernel)))) {}

  static std::string id_of(const ComputeSubject& subject) {
    return kExact ? exact_id(subject) : speed_id(subject);
  }
  ComputeSubject subject() const { return subject_named(GetParam(), kKernel); }
  std::string id() const { return id_of(subject()); }
  std::string witness() const { return id_of(witness_of(subject())); }

  void spoil(const std::string& gate, std::string_view unit = "") {
    for (Measurement& m : evidence.measurements) {
      if (m.gate != gate || (!unit.empty() && m.unit_id != unit)) continue;
      if (kExact) {
        m.check->got = "0123456789abcdef";
      } else {
        m.check->wrong = 1;
      }
    }
  }
  void take_away(const std::string& gate) {
    std::erase_if(evidence.measurements, [&](const Measurement& m) { return m.gate == gate; });
  }
  // Every other gate of the node, of other types above all, must not have noticed.
  void expect_others_pass() const {
    for (const Gate& gate : gates_of_a_profile()) {
      if (gate.id == gate_.id) continue;
      for (const Finding& finding : gate.judge(order(), evidence)) {
        EXPECT_EQ(to_word(finding.verdict), "pass") << gate.id << " " << finding.reason;
      }
    }
  }
};

using SpeedOfEveryType = OfEveryType<Kernel::library, false>;
using OwnSpeedOfEveryType = OfEveryType<Kernel::own, false>;
using ExactOfEveryType = OfEveryType<Kernel::library, true>;
using OwnExactOfEveryType = OfEveryType<Kernel::own, true>;

TEST_P(SpeedOfEveryType, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_P(SpeedOfEveryType, FailsBelowItsFloor) {
  slow_down(id(), "gpu/1", 900'000);
  expect(Verdict::fail, id() + ".below_floor");
  slow_down(id(), "gpu/1", 800'000);
  expect(Verdict::fail, id() + ".below_gross");
}

TEST_P(SpeedOfEveryType, FailsWrongDataOnOneGpuAndInNoOtherGate) {
  spoil(id(), "gpu/1");
  expect(Verdict::fail, id() + ".wrong_data");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
  expect_others_pass();
}

TEST_P(SpeedOfEveryType, IsNotMeasuredWhereItsSeriesIsAbsent) {
  take_away(id());
  expect_all(Verdict::not_measured, "series.absent");
}

TEST_P(SpeedOfEveryType, WrongEverywhereWhileOursIsRightAccusesTheLibraryOfThatType) {
  spoil(id());
  expect_all(Verdict::not_measured, id() + ".library_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
  expect_others_pass();
}

TEST_P(SpeedOfEveryType, WrongEverywhereWithOursFailsTheGpus) {
  spoil(id());
  spoil(witness());
  expect_all(Verdict::fail, id() + ".wrong_data");
}

// The warm-up is bf16, by the library: wrong on every GPU while our bf16 kernel is right, it says
// nothing against a GPU, in a gate of whatever type.
TEST_P(SpeedOfEveryType, AWarmUpThatWasWrongEverywhereAccusesTheLibraryOfItsOwnType) {
  profile.warmup_case = "gemm.bf16.cublaslt";
  spoil("gemm.bf16.cublaslt");
  for (const char* unit : kUnits) {
    evidence.exits.push_back({fmt::format("load {}", unit), fmt::format("warmup {}", unit), "error",
                              "data.wrong: 3 words in block 7 of the warm-up"});
  }
  expect_all(Verdict::not_measured, "gemm.bf16.cublaslt.library_wrong");
}

TEST_P(SpeedOfEveryType, AWarmUpThatWasWrongOnOneGpuFailsThatGpu) {
  profile.warmup_case = "gemm.bf16.cublaslt";
  evidence.exits.push_back(
      {"load gpu/1", "warmup gpu/1", "error", "data.wrong: 3 words in block 7 of the warm-up"});
  expect(Verdict::fail, "warmup.wrong_data");
}

TEST_P(OwnSpeedOfEveryType, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_P(OwnSpeedOfEveryType, FailsBelowItsFloor) {
  slow_down(id(), "gpu/1", 900'000);
  expect(Verdict::fail, id() + ".below_floor");
}

TEST_P(OwnSpeedOfEveryType, FailsWrongDataOnOneGpuAndInNoOtherGate) {
  spoil(id(), "gpu/1");
  expect(Verdict::fail, id() + ".wrong_data");
  expect_others_pass();
}

TEST_P(OwnSpeedOfEveryType, IsNotMeasuredWhereItsSeriesIsAbsent) {
  take_away(id());
  expect_all(Verdict::not_measured, "series.absent");
}

TEST_P(OwnSpeedOfEveryType, WrongEverywhereIsNotQualifiedWhileTheVendorsAnswerIsMissing) {
  spoil(id());
  take_away(witness());
  take_away(witness() + ".exact");
  expect_all(Verdict::not_measured, id() + ".unqualified");
}

TEST_P(OwnSpeedOfEveryType, WrongEverywhereWithTheVendorOnOneGpuFailsTheGpus) {
  spoil(id());
  spoil(witness(), "gpu/1");
  expect_all(Verdict::fail, id() + ".wrong_data");
}

TEST_P(OwnSpeedOfEveryType, WrongEverywhereWhileTheVendorIsRightAccusesTheKernelOfThatType) {
  spoil(id());
  expect_all(Verdict::not_measured, id() + ".kernel_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
  expect_others_pass();
}

TEST_P(ExactOfEveryType, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_P(ExactOfEveryType, FailsAWrongDigestOnOneGpuAndInNoOtherGate) {
  spoil(id(), "gpu/1");
  expect(Verdict::fail, id() + ".wrong_data");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
  expect_others_pass();
}

TEST_P(ExactOfEveryType, FailsTheDigestOfAnotherTypesProduct) {
  // bf16 and fp16 and so on hold the same integers, stored alike: their digest is one.
  const auto digest = [](const GemmType& type) {
    return exact_gemm_digest({8, 8, 8, 1128655123493413, type.in});
  };
  const bool is_int8 = subject().type.in == ElementType::int8;
  const GemmType& other = gemm_type(is_int8 ? ElementType::bf16 : ElementType::int8);
  series(id()).check->got = fmt::format("{:016x}", digest(other));
  expect(Verdict::fail, id() + ".wrong_data");
}

TEST_P(ExactOfEveryType, IsNotMeasuredWhereItsSeriesIsAbsent) {
  take_away(id());
  expect_all(Verdict::not_measured, "series.absent");
}

TEST_P(ExactOfEveryType, IsNotMeasuredWithFewerLaunchesThanOrdered) {
  set_samples(series(id()), 1);
  expect(Verdict::not_measured, id() + ".too_few_launches");
}

TEST_P(ExactOfEveryType, WrongEverywhereWhileOursIsRightAccusesTheLibraryOfThatType) {
  spoil(id());
  expect_all(Verdict::not_measured, id() + ".library_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
  expect_others_pass();
}

TEST_P(ExactOfEveryType, WrongEverywhereWithOursFailsTheGpus) {
  spoil(id());
  spoil(witness());
  expect_all(Verdict::fail, id() + ".wrong_data");
}

TEST_P(ExactOfEveryType, NeedsASizeWhoseSumsAreExact) {
  const bool gemm = subject().computation == Computation::gemm;
  const std::int64_t most = exact_most_k(subject().type.in);
  std::int64_t& size = gemm ? profile.sizes.exact_n : profile.sizes.attention_exact_seq;
  for (const std::int64_t unfit : {std::int64_t{0}, std::int64_t{-1}, gemm ? most + 1 : 65536}) {
    size = unfit;
    expect_all(Verdict::not_measured, "profile.incomplete");
    EXPECT_TRUE(gate_.next(order(), evidence).empty());
  }
  size = gemm ? most : 4000;
  EXPECT_FALSE(gate_.next(order(), evidence).empty());
}

TEST_P(OwnExactOfEveryType, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_P(OwnExactOfEveryType, FailsAWrongDigestOnOneGpuAndInNoOtherGate) {
  spoil(id(), "gpu/1");
  expect(Verdict::fail, id() + ".wrong_data");
  expect_others_pass();
}

TEST_P(OwnExactOfEveryType, IsNotMeasuredWhereItsSeriesIsAbsent) {
  take_away(id());
  expect_all(Verdict::not_measured, "series.absent");
}

TEST_P(OwnExactOfEveryType, WrongEverywhereWhileTheVendorIsRightAccusesTheKernelOfThatType) {
  spoil(id());
  expect_all(Verdict::not_measured, id() + ".kernel_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
  expect_others_pass();
}

TEST_P(OwnExactOfEveryType, IsNotQualifiedByAnotherTypesVendor) {
  spoil(id());
  take_away(witness());
  expect_all(Verdict::not_measured, id() + ".unqualified");
}

std::string name_of(const ::testing::TestParamInfo<const char*>& info) { return info.param; }
const auto kTypes = ::testing::Values("bf16", "fp16", "tf32", "fp8", "fp32", "fp64", "int8",
                                      "attention", "backward");

INSTANTIATE_TEST_SUITE_P(Compute, SpeedOfEveryType, kTypes, name_of);
INSTANTIATE_TEST_SUITE_P(Compute, OwnSpeedOfEveryType, kTypes, name_of);
INSTANTIATE_TEST_SUITE_P(Compute, ExactOfEveryType, kTypes, name_of);
INSTANTIATE_TEST_SUITE_P(Compute, OwnExactOfEveryType, kTypes, name_of);

TEST(GemmTypes, AreAllWalked) { EXPECT_EQ(kGemmTypes.size(), 7u); }

}  // namespace
}  // namespace ga
