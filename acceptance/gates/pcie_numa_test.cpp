#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class PcieNuma : public GateTest {
 protected:
  PcieNuma() : GateTest(kPcieNuma) {}

  // From now on gpu/1 reaches so many parts per million with that NUMA node; its own is 0.
  void slow(std::size_t node, std::int64_t ppm, std::int64_t together) {
    cells = [=, before = cells](const Request& request, std::size_t block, Cells& all) {
      if (before) before(request, block, all);
      if (request.case_id != "pcie.numa" || request.params.at("together") != together) return;
      for (const std::size_t way : {0u, 1u}) {
        auto& cell = all[(way * 4 + 1) * 2 + node];
        cell = cell / 1000 * ppm / 1000;
      }
    };
    measure();
  }
};

TEST_F(PcieNuma, PassesGoodEvidence) {
  expect_all(Verdict::pass, "");
  EXPECT_EQ(gate_.judge(order(), evidence).size(), 4u);
  EXPECT_EQ(series("pcie.numa", "node").samples.size(), 11u);
}

TEST_F(PcieNuma, AFarNodeThatIsFasterIsAWrongBinding) {
  slow(0, 880'000, 0);
  expect(Verdict::fail, "pcie.numa.binding");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
  cells = {};
  measure();
  expect_all(Verdict::pass, "");
  gpu().numa_node = 1;  // 3 % are no proof
  expect_all(Verdict::pass, "");
}

TEST_F(PcieNuma, FailsBelowTheFloorAndHoldsBelowAPublishedOne) {
  slow(0, 960'000, 0);
  slow(1, 960'000, 0);
  expect(Verdict::fail, "pcie.numa.below_floor");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
  for (Limit& limit : profile.limits) limit.status = LimitStatus::published;
  measure();
  expect(Verdict::borderline, "pcie.numa.below_provisional");
  slow(0, 800'000, 0);
  slow(1, 800'000, 0);
  expect(Verdict::fail, "pcie.numa.below_gross");
}

TEST_F(PcieNuma, NearTheFloorThirtyBlocksAreAsked) {
  for (Limit& limit : profile.limits) {
    if (limit.gate == "pcie.numa") limit.value = 55'208'000'000;
  }
  measure();
  EXPECT_EQ(find_series(evidence, {.gate = "pcie.numa",
                                   .case_id = "pcie.numa",
                                   .unit_id = "node",
                                   .params = {{"bytes", 268'435'456}, {"together", 0}}})
                ->samples.size(),
            30u);
  expect_all(Verdict::borderline, "pcie.numa.borderline");
}

TEST_F(PcieNuma, OneGpuBelowTheOthersIsHeldWithoutAFloor) {
  profile.limits.clear();
  slow(0, 900'000, 0);
  slow(1, 900'000, 0);
  expect(Verdict::borderline, "pcie.numa.uneven");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
}

TEST_F(PcieNuma, ARateThatWandersAccusesNobody) {
  profile.limits.clear();
  const auto slow_in = [&](std::size_t blocks) {
    cells = [=](const Request& request, std::size_t block, Cells& all) {
      if (request.case_id != "pcie.numa" || block >= blocks) return;
      for (const std::size_t way : {0u, 1u}) {
        auto& near = all[(way * 4 + 1) * 2];
        near = near / 10 * 8;
      }
    };
    measure();
  };
  slow_in(8);  // of 11: the median is far below the other node's
  expect_all(Verdict::pass, "");
  slow_in(10);
  expect(Verdict::fail, "pcie.numa.binding");
}

TEST_F(PcieNuma, SlowOnlyInCompanyPassesAndWarnsOfTheHost) {
  slow(0, 800'000, 1);
  slow(1, 800'000, 1);
  expect(Verdict::pass, "");
  ASSERT_EQ(on_gpu1().warn.size(), 2u);
  EXPECT_NE(on_gpu1().warn[0].find("host"), std::string::npos);
}

TEST_F(PcieNuma, FailsWrongDataHoweverFast) {
  series("pcie.numa", "node").check->wrong = 1;
  expect_on("node", Verdict::fail, "pcie.numa.wrong_data");
  EXPECT_EQ(gate_.judge(order(), evidence).size(), 1u) << "no GPU passes beside it";
}

TEST_F(PcieNuma, NeverPassesUnsoundEvidence) {
  expect_unsound_never_passes("pcie.numa", "node");
  Rows& rows = series("pcie.numa", "node").cells;
  rows[0].pop_back();
  expect_on("node", Verdict::not_measured, "series.malformed");
  measure();
  series("pcie.numa", "node").cells[2][5] = 0;
  expect_on("node", Verdict::not_measured, "series.malformed");
}

TEST_F(PcieNuma, NeedsToKnowTheNumaNodes) {
  evidence.facts.host.numa_nodes = KnownInt::missing("no sysfs");
  expect_on("node", Verdict::not_measured, "fact.absent");
  evidence.facts.host.numa_nodes = 0;
  expect_on("node", Verdict::not_measured, "fact.impossible");
  evidence.facts.host.numa_nodes = 4;  // the cells are of two
  expect_on("node", Verdict::not_measured, "series.malformed");
  measure();
  gpu().numa_node = KnownInt::missing("-1");
  expect(Verdict::not_measured, "fact.absent");
  gpu().numa_node = 2;
  expect(Verdict::not_measured, "fact.absent");
  measure();
  profile.sizes.pcie_bytes = 0;
  expect_on("node", Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
