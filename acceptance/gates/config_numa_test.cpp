#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class ConfigNuma : public MachineGateTest {
 protected:
  ConfigNuma() : MachineGateTest(kConfigNuma) {}
};

TEST_F(ConfigNuma, PassesGoodEvidence) { expect_pass(); }

TEST_F(ConfigNuma, FailsAnotherNumberOfNodesThanOrdered) {
  for (const std::int64_t nodes : {4, 8}) {
    host().numa_nodes = nodes;
    expect_at("node", Verdict::fail, "config.numa.wrong");
    EXPECT_EQ(on("node").blame, Blame::config);
  }
}

TEST_F(ConfigNuma, FailsGpusThatAreNotSpreadEvenly) {
  gpu(1).numa_node = 1;
  expect_at("node", Verdict::fail, "config.numa.uneven");
  for (GpuFacts& one : evidence.facts.gpus) one.numa_node = 0;
  expect_at("node", Verdict::fail, "config.numa.uneven");
}

TEST_F(ConfigNuma, WhereTheOrderLeavesItOpenAnySpreadPasses) {
  profile.machine.host->numa_nodes = 0;
  host().numa_nodes = 8;
  gpu(1).numa_node = 7;
  expect_pass();
}

TEST_F(ConfigNuma, AnOddNumberOfGpusCannotBeSpreadEvenly) {
  profile.ordered.gpus = 3;
  evidence.facts.gpus.pop_back();
  expect_pass();
}

TEST_F(ConfigNuma, NeverPassesAnAbsentOrImpossibleFact) {
  host().numa_nodes = KnownInt::missing("no such file");
  expect_at("node", Verdict::not_measured, "fact.absent");
  host().numa_nodes = 0;
  expect_at("node", Verdict::not_measured, "fact.impossible");
  measure();
  gpu().numa_node = KnownInt::missing("the system names no NUMA node");
  EXPECT_EQ(on("node").code, "fact.absent");
  expect(Verdict::not_measured, "fact.absent");
  for (const std::int64_t bad : {-1, 2}) {
    gpu().numa_node = bad;
    EXPECT_EQ(on("node").code, "fact.impossible");
    expect(Verdict::not_measured, "fact.impossible");
  }
  evidence.facts.gpus.clear();
  EXPECT_EQ(on("node").code, "fact.absent");
}

TEST_F(ConfigNuma, WithoutAnOrderNothingPasses) {
  profile.machine.host.reset();
  expect_at("node", Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
