#include <gtest/gtest.h>

#include <limits>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class ConfigIdle : public GateTest {
 protected:
  ConfigIdle() : GateTest(kConfigIdle) {}
};

TEST_F(ConfigIdle, PassesGoodEvidence) {
  expect_all(Verdict::pass, "");
  EXPECT_EQ(on("node").verdict, Verdict::pass);
}

TEST_F(ConfigIdle, FailsAForeignProcess) {
  gpu().processes = 1;
  gpu().process_list = KnownText("4711 python3");
  expect(Verdict::fail, "config.idle.processes");
  EXPECT_NE(on_gpu1().reason.find("4711 python3"), std::string::npos);
}

TEST_F(ConfigIdle, FailsMemoryInUse) {
  gpu().memory_used_bytes = profile.ordered.idle_memory_bytes_max;
  expect(Verdict::pass, "");
  gpu().memory_used_bytes = profile.ordered.idle_memory_bytes_max + 1;
  expect(Verdict::fail, "config.idle.memory");
}

TEST_F(ConfigIdle, FailsAProfiler) {
  evidence.facts.node.profilers = KnownText("ncu");
  EXPECT_EQ(on("node").code, "config.idle.profiler");
  EXPECT_EQ(on("node").blame, Blame::config);
}

TEST_F(ConfigIdle, UtilisationAloneOnlyWarns) {
  gpu().utilization_gpu_percent = 3;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(ConfigIdle, NeverPassesWhatItCouldNotSee) {
  for (const auto field :
       {&GpuFacts::processes, &GpuFacts::memory_used_bytes, &GpuFacts::utilization_gpu_percent}) {
    measure();
    gpu().*field = KnownInt::missing("Insufficient Permissions");
    expect(Verdict::not_measured, "fact.absent");
    for (const std::int64_t bad : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
      gpu().*field = bad;
      expect(Verdict::not_measured, "fact.impossible");
    }
  }
  measure();
  evidence.facts.node.profilers = KnownText::missing("cannot read /proc");
  EXPECT_EQ(on("node").code, "fact.absent");
}

}  // namespace
}  // namespace ga
