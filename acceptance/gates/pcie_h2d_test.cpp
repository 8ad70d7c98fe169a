#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class PcieH2d : public GateTest {
 protected:
  PcieH2d() : GateTest(kPcieH2d) {}

  bool has_alone(std::string_view unit) const {
    for (const Measurement& m : evidence.measurements) {
      if (m.gate == "pcie.h2d" && m.unit_id == unit && m.params.count("alone") != 0) return true;
    }
    return false;
  }
  // gpu/1 reaches only so much, together or alone.
  void reach(std::int64_t together_ppm, std::int64_t alone_ppm) {
    machine = [=](const Request& request, std::size_t block) {
      const std::int64_t sample = healthy_sample(request, block);
      if (request.case_id != "pcie.h2d" || request.unit_id != "gpu/1") return sample;
      return sample / 1000 * (request.params.count("alone") != 0 ? alone_ppm : together_ppm) / 1000;
    };
    measure();
  }
};

TEST_F(PcieH2d, PassesGoodEvidenceWithoutARepeat) {
  expect_all(Verdict::pass, "");
  EXPECT_FALSE(has_alone("gpu/1"));
}

TEST_F(PcieH2d, SlowOnlyInCompanyPassesAndWarnsOfTheHost) {
  reach(500'000, 1'000'000);
  EXPECT_TRUE(has_alone("gpu/1"));
  EXPECT_FALSE(has_alone("gpu/0"));
  expect(Verdict::pass, "");
  ASSERT_EQ(on_gpu1().warn.size(), 1u);
  EXPECT_NE(on_gpu1().warn[0].find("host"), std::string::npos);
}

TEST_F(PcieH2d, FailsWhatIsSlowAloneToo) {
  reach(950'000, 950'000);
  expect(Verdict::fail, "pcie.h2d.below_floor");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
  reach(500'000, 500'000);
  expect(Verdict::fail, "pcie.h2d.below_gross");
}

TEST_F(PcieH2d, TheRepeatAloneMayNeedThirtyBlocks) {
  const std::int64_t at_floor = std::string_view("h2d") == "h2d" ? 970'397 : 970'909;
  reach(at_floor, at_floor);
  EXPECT_EQ(series("pcie.h2d").samples.size(), 30u);
  expect(Verdict::borderline, "pcie.h2d.borderline");
}

TEST_F(PcieH2d, AtQuickBelowTheFloorIsBorderline) {
  level = Level::quick;
  reach(950'000, 950'000);
  expect(Verdict::borderline, "pcie.h2d.below_at_quick");
}

TEST_F(PcieH2d, BelowAFloorThatIsNotCalibratedIsBorderline) {
  for (Limit& limit : profile.limits) limit.status = LimitStatus::published;
  reach(950'000, 950'000);
  expect(Verdict::borderline, "pcie.h2d.below_provisional");
}

TEST_F(PcieH2d, FailsWrongDataHoweverFast) {
  series("pcie.h2d").check->wrong = 1;
  expect(Verdict::fail, "pcie.h2d.wrong_data");
}

TEST_F(PcieH2d, NeverPassesUnsoundEvidence) {
  expect_unsound_never_passes("pcie.h2d");
  reach(500'000, 1'000'000);
  series("pcie.h2d").check.reset();  // of the repeat alone
  expect(Verdict::not_measured, "data.not_checked");
}

TEST_F(PcieH2d, TheLinkAtRestDoesNotMatter) {
  gpu().pcie_gen_current = 1;
  gpu().pcie_width_current = KnownInt::missing("not asked");
  expect(Verdict::pass, "");
}

TEST_F(PcieH2d, InCiTheRatioToTheRawRateOfTheLinkDecides) {
  profile.limits.clear();
  profile.kind = ProfileKind::ci;
  Ratio ratio;
  ratio.gate = ratio.case_id = "pcie.h2d";
  ratio.of_case = "pcie.link";
  ratio.min_ppm = 750'000;
  profile.ratios = {ratio};
  measure();
  expect_all(Verdict::pass, "");
  reach(800'000, 800'000);  // 0.70 of 63.0 GB/s
  expect(Verdict::fail, "pcie.h2d.below_ratio");
  gpu().pcie_gen_max = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  gpu().pcie_gen_max = 9;
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(PcieH2d, NeedsASizeInTheProfile) {
  profile.sizes.pcie_bytes = 0;
  measure();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
