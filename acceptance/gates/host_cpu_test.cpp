#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class HostCpu : public MachineGateTest {
 protected:
  HostCpu() : MachineGateTest(kHostCpu) {}
  void expect_node(Verdict verdict, std::string_view code) const {
    expect_at("node", verdict, code);
  }
};

TEST_F(HostCpu, PassesGoodEvidence) { expect_pass(); }

TEST_F(HostCpu, FailsFewerProcessorsThanOrdered) {
  host().cpu_sockets = 1;
  expect_node(Verdict::fail, "host.cpu.count");
  EXPECT_EQ(on("node").blame, Blame::host);
  measure();
  host().cpus_present = host().cpus_online = 111;
  expect_node(Verdict::fail, "host.cpu.count");
}

TEST_F(HostCpu, OtherProcessorsThanTheProfileAssumesAreBorderline) {
  profile.machine.host->origin.status = LimitStatus::provisional;
  host().cpu_sockets = 1;
  expect_node(Verdict::borderline, "order.assumed");
}

TEST_F(HostCpu, FailsCpusThatAreOffline) {
  host().cpus_online = 223;
  expect_node(Verdict::fail, "host.cpu.offline");
  EXPECT_EQ(on("node").blame, Blame::config);
}

TEST_F(HostCpu, FailsAMachineCheckEvenWhereTheRestIsAbsent) {
  host().machine_check_seen = true;
  host().cpu_sockets = KnownInt::missing("no such file");
  expect_node(Verdict::fail, "host.cpu.machine_check");
}

TEST_F(HostCpu, FailsAMachineCheckThatOnlyTheLogOfTheRunTells) {
  const std::int64_t before = *evidence.node_before.kernel_log_last_ns;
  evidence.log.push_back({before, "kmsg", "", "mce.uncorrected", "a line"});
  expect_pass();  // said before the run: machine_check_seen is what knows of it
  ++evidence.log.back().t_ns;
  expect_node(Verdict::fail, "host.cpu.machine_check");
  evidence.log.back().code = "mce.corrected";
  expect_pass();
}

TEST_F(HostCpu, NeverPassesARunWhoseLogCouldNotBeRead) {
  evidence.node_after.kernel_log = KnownText::missing("Permission denied");
  expect_node(Verdict::not_measured, "events.xid.log_unreadable");
}

TEST_F(HostCpu, FailsAnotherGovernorOnlyWhereOneIsOrdered) {
  host().governor = KnownText("powersave");
  expect_pass();
  EXPECT_EQ(on("node").warn.size(), 1u);
  profile.machine.host->governor = "performance";
  expect_node(Verdict::fail, "host.cpu.governor");
  host().governor = KnownText::missing("no such file");
  expect_node(Verdict::not_measured, "fact.absent");
  host().governor = KnownText("performance");
  expect_pass();
}

TEST_F(HostCpu, AFrequencyThatTheFirmwareSetsIsFine) {
  host().governor = KnownText("none");
  expect_pass();
  EXPECT_TRUE(on("node").warn.empty());
}

TEST_F(HostCpu, NeverPassesAnAbsentOrImpossibleFact) {
  for (const auto field :
       {&HostFacts::cpu_sockets, &HostFacts::cpus_present, &HostFacts::cpus_online}) {
    measure();
    host().*field = KnownInt::missing("no such file");
    expect_node(Verdict::not_measured, "fact.absent");
    for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40}) {
      host().*field = bad;
      expect_node(Verdict::not_measured, "fact.impossible");
    }
  }
  measure();
  host().machine_check_seen = KnownFlag::missing("no such file");
  expect_node(Verdict::not_measured, "fact.absent");
}

TEST_F(HostCpu, WithoutAnOrderNothingPasses) {
  profile.machine.host.reset();
  expect_node(Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
