#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class ConfigFabric : public MachineGateTest {
 protected:
  ConfigFabric() : MachineGateTest(kConfigFabric) {}
};

TEST_F(ConfigFabric, PassesGoodEvidence) { expect_pass(); }

// Where NVLink does not leave the node, both are zero, and NVIDIA's own checks ask for more.
TEST_F(ConfigFabric, AZeroClusterUuidAndCliqueAreNormalOnOneBoard) {
  ASSERT_EQ(*gpu().fabric_cluster_uuid, "00000000-0000-0000-0000-000000000000");
  ASSERT_EQ(*gpu().fabric_clique_id, 0);
  expect_pass();
}

TEST_F(ConfigFabric, FailsAFabricThatIsNotSetUp) {
  for (const char* state : {"in_progress", "not_started", "not_supported"}) {
    measure();
    gpu().fabric_state = KnownText(state);
    expect(Verdict::fail, "config.fabric.not_completed");
    EXPECT_EQ(on_gpu1().blame, Blame::config);
  }
}

// As NVML words it when the fabric manager ran out of something.
TEST_F(ConfigFabric, FailsACompletedFabricWhoseStatusIsNoSuccess) {
  gpu().fabric_status = KnownText("Insufficient Resources");
  expect(Verdict::fail, "config.fabric.not_completed");
}

TEST_F(ConfigFabric, FailsEveryBadHealthBit) {
  for (const auto flag :
       {&GpuFacts::fabric_degraded_bandwidth, &GpuFacts::fabric_route_recovery,
        &GpuFacts::fabric_route_unhealthy, &GpuFacts::fabric_access_timeout_recovery}) {
    measure();
    gpu().*flag = true;
    expect(Verdict::fail, "config.fabric.unhealthy");
    EXPECT_EQ(on_gpu1().blame, Blame::node);
  }
  for (const char* health : {"unhealthy", "limited_capacity"}) {
    measure();
    gpu().fabric_health = KnownText(health);
    expect(Verdict::fail, "config.fabric.unhealthy");
  }
}

TEST_F(ConfigFabric, FailsAWrongConfigurationThatTheDriverNames) {
  gpu().fabric_misconfiguration = KnownText("insufficient_nvlinks");
  expect(Verdict::fail, "config.fabric.misconfigured");
}

TEST_F(ConfigFabric, FailsGpusOfOneNodeInTwoFabrics) {
  gpu().fabric_clique_id = 1;
  expect_at("node", Verdict::fail, "config.fabric.differs");
  measure();
  gpu().fabric_cluster_uuid = KnownText("11111111-0000-0000-0000-000000000000");
  expect_at("node", Verdict::fail, "config.fabric.differs");
}

TEST_F(ConfigFabric, WhatIsKnownToBeBadFailsEvenWhereTheStateIsAbsent) {
  gpu().fabric_state = KnownText::missing("Unknown Error");
  gpu().fabric_route_unhealthy = true;
  expect(Verdict::fail, "config.fabric.unhealthy");
}

TEST_F(ConfigFabric, NeverPassesAnAbsentOrImpossibleFact) {
  for (const auto field : {&GpuFacts::fabric_state, &GpuFacts::fabric_status}) {
    measure();
    gpu().*field = KnownText::missing("Not Supported");
    expect(Verdict::not_measured, "fact.absent");
  }
  measure();
  gpu().fabric_clique_id = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  gpu().fabric_cluster_uuid = KnownText::missing("Not Supported");
  expect(Verdict::not_measured, "fact.absent");
  measure();
  gpu().fabric_health_mask = KnownInt::missing("Function Not Found");
  expect(Verdict::not_measured, "fact.absent");
  for (const std::int64_t mask : {std::int64_t{-1}, std::int64_t{1} << 40}) {
    gpu().fabric_health_mask = mask;
    expect(Verdict::not_measured, "fact.impossible");
  }
}

TEST_F(ConfigFabric, AHealthMaskThatOlderDriversLackIsNoFault) {
  evidence.facts.node.driver_version = KnownText("545.23.08");
  for (GpuFacts& one : evidence.facts.gpus) {
    one.fabric_health_mask = KnownInt::missing("Function Not Found");
    one.fabric_degraded_bandwidth = KnownFlag::missing("Function Not Found");
  }
  expect_pass();
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(ConfigFabric, AFabricManagerThatDoesNotRunIsAWarning) {
  host().fabric_manager = KnownText("not running");
  expect_pass();
  EXPECT_EQ(on("node").warn.size(), 1u);
}

TEST_F(ConfigFabric, ANodeWithoutGpusHasNoFabric) {
  evidence.facts.gpus.clear();
  EXPECT_EQ(on("node").code, "fact.absent");
  expect_all(Verdict::not_measured, "unit.absent");
}

}  // namespace
}  // namespace ga
