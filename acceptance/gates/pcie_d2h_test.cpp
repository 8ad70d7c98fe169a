#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class PcieD2h : public GateTest {
 protected:
  PcieD2h() : GateTest(kPcieD2h) {}

  bool has_alone(std::string_view unit) const {
    for (const Measurement& m : evidence.measurements) {
      if (m.gate == "pcie.d2h" && m.unit_id == unit && m.params.count("alone") != 0) return true;
    }
    return false;
  }
  // gpu/1 reaches only so much, together or alone.
  void reach(std::int64_t together_ppm, std::int64_t alone_ppm) {
    machine = [=](const Request& request, std::size_t block) {
      const std::int64_t sample = healthy_sample(request, block);
      if (request.case_id != "pcie.d2h" || request.unit_id != "gpu/1") return sample;
      return sample / 1000 * (request.params.count("alone") != 0 ? alone_ppm : together_ppm) / 1000;
    };
    measure();
  }
};

TEST_F(PcieD2h, PassesGoodEvidenceWithoutARepeat) {
  expect_all(Verdict::pass, "");
  EXPECT_FALSE(has_alone("gpu/1"));
}

TEST_F(PcieD2h, SlowOnlyInCompanyPassesAndWarnsOfTheHost) {
  reach(500'000, 1'000'000);
  EXPECT_TRUE(has_alone("gpu/1"));
  EXPECT_FALSE(has_alone("gpu/0"));
  expect(Verdict::pass, "");
  ASSERT_EQ(on_gpu1().warn.size(), 1u);
  EXPECT_NE(on_gpu1().warn[0].find("host"), std::string::npos);
}

TEST_F(PcieD2h, FailsWhatIsSlowAloneToo) {
  reach(950'000, 950'000);
  expect(Verdict::fail, "pcie.d2h.below_floor");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
  reach(500'000, 500'000);
  expect(Verdict::fail, "pcie.d2h.below_gross");
}

TEST_F(PcieD2h, TheRepeatAloneMayNeedThirtyBlocks) {
  const std::int64_t at_floor = std::string_view("d2h") == "h2d" ? 970'397 : 970'909;
  reach(at_floor, at_floor);
  EXPECT_EQ(series("pcie.d2h").samples.size(), 30u);
  expect(Verdict::borderline, "pcie.d2h.borderline");
}

TEST_F(PcieD2h, AtQuickBelowTheFloorIsBorderline) {
  level = Level::quick;
  reach(950'000, 950'000);
  expect(Verdict::borderline, "pcie.d2h.below_at_quick");
}

TEST_F(PcieD2h, BelowAFloorThatIsNotCalibratedIsBorderline) {
  for (Limit& limit : profile.limits) limit.status = LimitStatus::published;
  reach(950'000, 950'000);
  expect(Verdict::borderline, "pcie.d2h.below_provisional");
}

TEST_F(PcieD2h, FailsWrongDataHoweverFast) {
  series("pcie.d2h").check->wrong = 1;
  expect(Verdict::fail, "pcie.d2h.wrong_data");
}

TEST_F(PcieD2h, NeverPassesUnsoundEvidence) {
  expect_unsound_never_passes("pcie.d2h");
  reach(500'000, 1'000'000);
  series("pcie.d2h").check.reset();  // of the repeat alone
  expect(Verdict::not_measured, "data.not_checked");
}

TEST_F(PcieD2h, TheLinkAtRestDoesNotMatter) {
  gpu().pcie_gen_current = 1;
  gpu().pcie_width_current = KnownInt::missing("not asked");
  expect(Verdict::pass, "");
}

TEST_F(PcieD2h, InCiTheRatioToTheRawRateOfTheLinkDecides) {
  profile.limits.clear();
  profile.kind = ProfileKind::ci;
  Ratio ratio;
  ratio.gate = ratio.case_id = "pcie.d2h";
  ratio.of_case = "pcie.link";
  ratio.min_ppm = 750'000;
  profile.ratios = {ratio};
  measure();
  expect_all(Verdict::pass, "");
  reach(800'000, 800'000);  // 0.70 of 63.0 GB/s
  expect(Verdict::fail, "pcie.d2h.below_ratio");
  gpu().pcie_gen_max = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  gpu().pcie_gen_max = 9;
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(PcieD2h, NeedsASizeInTheProfile) {
  profile.sizes.pcie_bytes = 0;
  measure();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
