#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

// The fleets of test_profile() lie 0.6 % apart in memory.copy and gemm.bf16.cublaslt.
class NodeUniformity : public GateTest {
 protected:
  NodeUniformity() : GateTest(kNodeUniformity) {}

  std::size_t warnings(std::string_view unit = "gpu/1") { return on(unit).warn.size(); }
};

TEST_F(NodeUniformity, PassesEqualGpusAndMeasuresNothingItself) {
  expect_all(Verdict::pass, "");
  EXPECT_EQ(warnings(), 0u);
  EXPECT_TRUE(gate_.next(order(), healthy_facts(order())).empty());
}

// A die of another lot: 3.5 % slower in a measured node of sound GPUs. It passes, and is named.
TEST_F(NodeUniformity, WarnsOfADieThatIsThreePointFivePercentSlowerAndPassesIt) {
  slow_down("gemm.bf16.cublaslt", "gpu/1", 965'000);
  expect(Verdict::pass, "");
  ASSERT_EQ(warnings(), 1u);
  EXPECT_NE(on_gpu1().warn[0].find("gemm.bf16.cublaslt"), std::string::npos);
  EXPECT_NE(on_gpu1().warn[0].find("3.5 % slower"), std::string::npos);
  EXPECT_EQ(warnings("gpu/0"), 0u);
}

TEST_F(NodeUniformity, NeverFailsHoweverSlowTheGpu) {
  slow_down("memory.copy", "gpu/1", 100'000);
  expect(Verdict::pass, "");
  EXPECT_EQ(warnings(), 1u);
}

TEST_F(NodeUniformity, BelowTwoAndAHalfPercentItIsSilentHoweverCloseTheFleet) {
  for (Spread& spread : profile.spreads) spread.sigma_ppm = 10;
  slow_down("memory.copy", "gpu/1", 977'000);
  EXPECT_EQ(warnings(), 0u);
  slow_down("memory.copy", "gpu/1", 990'000);  // 3.3 % with the other
  EXPECT_EQ(warnings(), 1u);
}

TEST_F(NodeUniformity, WithinThreeDeviationsItIsSilent) {
  for (Spread& spread : profile.spreads) spread.sigma_ppm = 15'000;
  slow_down("memory.copy", "gpu/1", 960'000);
  EXPECT_EQ(warnings(), 0u);
}

TEST_F(NodeUniformity, NothingToCompareIsNotMeasured) {
  std::erase_if(evidence.measurements, [](const Measurement& m) {
    return m.unit_id == "gpu/1" &&
           (m.case_id == "memory.copy" || m.case_id == "gemm.bf16.cublaslt");
  });
  expect(Verdict::not_measured, "node.uniformity.no_series");
  for (Measurement& m : evidence.measurements) {
    if (m.unit_id != "gpu/0") m.check.reset();  // no other GPU is left to compare with
  }
  expect_all(Verdict::not_measured, "node.uniformity.no_series");
}

TEST_F(NodeUniformity, ASeriesWithWrongDataIsNotCompared) {
  slow_down("memory.copy", "gpu/1", 900'000);
  for (Measurement& m : evidence.measurements) {
    if (m.case_id == "memory.copy" && m.unit_id == "gpu/1") m.check->wrong = 1;
  }
  expect(Verdict::pass, "");  // by its products
  EXPECT_EQ(warnings(), 0u);
}

TEST_F(NodeUniformity, NeedsASpreadInTheProfileAndTheGpu) {
  std::erase_if(evidence.facts.gpus, [](const GpuFacts& g) { return g.unit_id == "gpu/1"; });
  expect(Verdict::not_measured, "unit.absent");
  profile.spreads.clear();
  expect_all(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
