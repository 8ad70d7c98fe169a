#include <gtest/gtest.h>

#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::string_view kCase = "gemm.bf16.own";

// What a type is does not matter here; compute_types_test.cpp walks them.
class GemmBf16Own : public GateTest {
 protected:
  GemmBf16Own() : GateTest(*find_gate(kCase)) {}

  void set_ratio(ProfileKind kind) {
    profile.kind = kind;
    profile.limits.clear();
    Ratio ratio;
    ratio.gate = ratio.case_id = kCase;
    ratio.of_case = "gemm.bf16.cublaslt";
    ratio.min_ppm = 600'000;  // healthy is 0.64
    profile.ratios = {ratio};
    measure();
  }
  void spoil_all(std::string_view gate) {
    for (Measurement& m : evidence.measurements) {
      if (m.gate == gate) m.check->wrong = 1;
    }
  }
};

TEST_F(GemmBf16Own, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(GemmBf16Own, FailsBelowItsFloor) {
  slow_down(kCase, "gpu/1", 920'000);
  expect(Verdict::fail, "gemm.bf16.own.below_floor");
  slow_down(kCase, "gpu/1", 800'000);
  expect(Verdict::fail, "gemm.bf16.own.below_gross");
}

TEST_F(GemmBf16Own, FailsWrongDataOnOneGpuHoweverFast) {
  series(kCase).check->wrong = 1;
  expect(Verdict::fail, "gemm.bf16.own.wrong_data");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
}

TEST_F(GemmBf16Own, WrongEverywhereWhileTheVendorIsRightAccusesTheSuite) {
  spoil_all(kCase);
  expect_all(Verdict::not_measured, "gemm.bf16.own.kernel_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
}

TEST_F(GemmBf16Own, WrongEverywhereWithTheVendorFailsTheGpus) {
  spoil_all(kCase);
  spoil_all("gemm.bf16.cublaslt");
  expect_all(Verdict::fail, "gemm.bf16.own.wrong_data");
}

TEST_F(GemmBf16Own, ALibraryThatIsWrongOnEveryGpuAccusesTheLibraryAlone) {
  set_ratio(ProfileKind::ci);
  spoil_all("gemm.bf16.cublaslt");
  for (Measurement& m : evidence.measurements) {
    if (m.gate == kCase && m.case_id == "gemm.bf16.cublaslt") m.check->wrong = 1;
  }
  expect_all(Verdict::not_measured, "gemm.bf16.cublaslt.library_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
}

TEST_F(GemmBf16Own, ALibraryThatIsWrongOnOneGpuFailsThatGpu) {
  set_ratio(ProfileKind::ci);
  for (Measurement& m : evidence.measurements) {
    if (m.case_id == "gemm.bf16.cublaslt" && m.unit_id == "gpu/1") m.check->wrong = 1;
  }
  expect(Verdict::fail, "gemm.bf16.own.wrong_data");
}

TEST_F(GemmBf16Own, InCiTheRatioDecides) {
  set_ratio(ProfileKind::ci);
  expect_all(Verdict::pass, "");
  slow_down(kCase, "gpu/1", 920'000);
  expect(Verdict::fail, "gemm.bf16.own.below_ratio");
  slow_down(kCase, "gpu/1", 700'000);
  expect(Verdict::fail, "gemm.bf16.own.below_gross");
}

TEST_F(GemmBf16Own, InAnAcceptanceProfileTheRatioOnlyWarns) {
  set_ratio(ProfileKind::acceptance);
  slow_down(kCase, "gpu/1", 500'000);
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(GemmBf16Own, ARatioThatOnlyWarnsAsksForNoMoreBlocksWhateverItDoes) {
  machine = [](const Request& request, std::size_t block) {
    const std::int64_t sample = healthy_sample(request, block);
    return request.case_id == kCase ? sample - sample / 100 * static_cast<std::int64_t>(block)
                                    : sample;
  };
  set_ratio(ProfileKind::acceptance);
  EXPECT_EQ(series(kCase).samples.size(), 11u);
  expect_all(Verdict::pass, "");
}

TEST_F(GemmBf16Own, PairsItsBlocksWithTheVendorsSoThatACommonDriftDoesNotMatter) {
  machine = [](const Request& request, std::size_t block) {
    const std::int64_t sample = healthy_sample(request, block);
    return request.gate == kCase ? sample - sample / 100 * static_cast<std::int64_t>(block) / 2
                                 : sample;
  };
  set_ratio(ProfileKind::ci);
  EXPECT_EQ(series(kCase).samples.size(), 11u);
  expect_all(Verdict::pass, "");
}

TEST_F(GemmBf16Own, NeverPassesWithoutTheSeriesOfItsRatio) {
  set_ratio(ProfileKind::ci);
  const Evidence good = evidence;
  series("gemm.bf16.cublaslt").samples.resize(3);
  EXPECT_EQ(on_gpu1().verdict, Verdict::not_measured);
  evidence = good;
  series("gemm.bf16.cublaslt").check.reset();
  expect(Verdict::not_measured, "data.not_checked");
}

TEST_F(GemmBf16Own, WithoutAFloorItPassesOnCompleteVerifiedData) {
  profile.limits.clear();
  expect_all(Verdict::pass, "");
}

TEST_F(GemmBf16Own, OtherLowAnswersAreBorderline) {
  slow_down(kCase, "gpu/1", 937'500);
  expect(Verdict::borderline, "gemm.bf16.own.borderline");
  profile.limits[5].status = LimitStatus::provisional;
  slow_down(kCase, "gpu/1", 980'000);
  expect(Verdict::borderline, "gemm.bf16.own.below_provisional");
  level = Level::quick;
  measure();
  expect(Verdict::borderline, "gemm.bf16.own.below_at_quick");
}

TEST_F(GemmBf16Own, NeverPassesUnsoundEvidence) { expect_unsound_never_passes(kCase); }

TEST_F(GemmBf16Own, NeverPassesWithoutAWarmUp) {
  evidence.warmup.clear();
  expect_all(Verdict::not_measured, "warmup.absent");
}

}  // namespace
}  // namespace ga
