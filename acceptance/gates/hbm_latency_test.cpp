#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class HbmLatency : public GateTest {
 protected:
  HbmLatency() : GateTest(kHbmLatency) {}
  // From now on every load on gpu/1 takes so long.
  void takes(std::int64_t ns) {
    machine = [ns](const Request& request, std::size_t block) {
      const bool here = request.case_id == "memory.chase" && request.unit_id == "gpu/1";
      return here ? ns : healthy_sample(request, block);
    };
    measure();
  }
};

TEST_F(HbmLatency, PassesGoodEvidenceInElevenBlocks) {
  expect_all(Verdict::pass, "");
  EXPECT_EQ(series("memory.chase").samples.size(), 11u);
  EXPECT_NE(on_gpu1().reason.find("700 ns"), std::string::npos) << on_gpu1().reason;
  EXPECT_NE(on_gpu1().reason.find("memory at most 72 C"), std::string::npos) << on_gpu1().reason;
}

TEST_F(HbmLatency, FailsAboveTheCeilingAndFarAboveIt) {
  takes(801);
  expect(Verdict::fail, "hbm.latency.above_ceiling");
  takes(2000);
  expect(Verdict::fail, "hbm.latency.above_gross");
}

TEST_F(HbmLatency, AboveAProvisionalCeilingOrAtQuickItIsHeld) {
  level = Level::quick;
  takes(801);
  expect(Verdict::borderline, "hbm.latency.above_at_quick");
  level = Level::standard;
  for (Limit& limit : profile.limits) limit.status = LimitStatus::provisional;
  takes(801);
  expect(Verdict::borderline, "hbm.latency.above_provisional");
}

TEST_F(HbmLatency, FailsAChainThatEndsElsewhereHoweverFast) {
  takes(100);
  series("memory.chase").check->wrong = 1;
  expect(Verdict::fail, "hbm.latency.wrong_data");
}

TEST_F(HbmLatency, NeverPassesUnsoundEvidence) { expect_unsound_never_passes("memory.chase"); }

TEST_F(HbmLatency, WithoutACeilingItPassesOnCompleteData) {
  profile.limits.clear();
  takes(5000);
  expect_all(Verdict::pass, "");
}

TEST_F(HbmLatency, NeedsASizeInTheProfile) {
  profile.sizes.chase_bytes = 0;
  measure();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
