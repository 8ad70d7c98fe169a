#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class EventsNic : public GateTest {
 protected:
  EventsNic() : GateTest(kEventsNic) {}
  NicCounters& before(std::size_t index = 1) { return (*evidence.node_before.nics.value)[index]; }
  NicCounters& after(std::size_t index = 1) { return (*evidence.node_after.nics.value)[index]; }
  void expect_node(Verdict verdict, std::string_view code) const {
    const Finding finding = on("node");
    EXPECT_EQ(to_word(finding.verdict), to_word(verdict)) << finding.code << finding.reason;
    EXPECT_EQ(finding.code, code) << finding.reason;
  }
};

TEST_F(EventsNic, PassesGoodEvidence) { expect_node(Verdict::pass, ""); }

TEST_F(EventsNic, FailsALinkThatWentDownAndNamesThePort) {
  after().link_downed = 1;
  expect_node(Verdict::fail, "events.nic.link_down");
  EXPECT_NE(on("node").reason.find("mlx5_1/1"), std::string::npos);
}

TEST_F(EventsNic, FailsALinkThatTheLogSaysWentDownIfItIsOneOfTheAdapters) {
  evidence.log.push_back({5'000'000'000, "kmsg", "0000:18:00.0", "nic.link_down", "Link down"});
  expect_node(Verdict::pass, "");  // some other device's
  evidence.facts.host.nics = std::vector<NicPort>(1);
  evidence.facts.host.nics.value->front().pci_address = KnownText("0000:18:00.0");
  expect_node(Verdict::fail, "events.nic.link_down");
  evidence.log.front().t_ns = 1;  // before the run
  expect_node(Verdict::pass, "");
}

TEST_F(EventsNic, AllowsSymbolErrorsAtTheProfilesRate) {
  after().symbol_errors = 10;
  expect_node(Verdict::pass, "");
  after().symbol_errors = 11;
  expect_node(Verdict::fail, "events.nic.rate");
}

TEST_F(EventsNic, AProvisionalLimitDoesNotDecideAndAFailGoesFirst) {
  after(0).link_error_recovery = 1;
  expect_node(Verdict::borderline, "events.over_limit");
  after(1).symbol_errors = 11;
  expect_node(Verdict::fail, "events.nic.rate");
}

TEST_F(EventsNic, OtherErrorsWarn) {
  after().transmit_discards = 3;
  expect_node(Verdict::pass, "");
  EXPECT_EQ(on("node").warn.size(), 1u);
}

TEST_F(EventsNic, WhatHappenedBeforeTheRunIsNotThisRuns) {
  before().link_downed = after().link_downed = 4;
  expect_node(Verdict::pass, "");
}

TEST_F(EventsNic, NeverPassesPortsThatAreNotThere) {
  evidence.node_after.nics = KnownList<NicCounters>::missing("no such directory");
  expect_node(Verdict::not_measured, "events.counter_absent");
  measure();
  evidence.node_before.nics = KnownList<NicCounters>::missing("no such directory");
  expect_node(Verdict::not_measured, "events.counter_absent");
  measure();
  evidence.node_before.nics.value->clear();
  evidence.node_after.nics.value->clear();
  expect_node(Verdict::not_measured, "events.nic.no_port");
  measure();
  evidence.node_after.nics.value->pop_back();
  expect_node(Verdict::not_measured, "events.nic.no_port");
  measure();
  before().port = KnownText::missing("unreadable");
  expect_node(Verdict::not_measured, "events.nic.no_port");
}

TEST_F(EventsNic, NeverPassesACounterThatIsAbsentFellOrCannotBe) {
  for (const auto field : {&NicCounters::link_downed, &NicCounters::symbol_errors,
                           &NicCounters::link_error_recovery}) {
    measure();
    before().*field = KnownInt::missing("unreadable");
    expect_node(Verdict::not_measured, "events.counter_absent");
    measure();
    after().*field = -1;
    expect_node(Verdict::not_measured, "events.counter_absent");
    measure();
    before().*field = 5;
    expect_node(Verdict::not_measured, "events.counter_fell");
  }
}

// Eight or sixteen bits that stand still at their end: "no growth" would be a silent pass.
TEST_F(EventsNic, NeverPassesACounterThatStandsAtItsEnd) {
  before().link_downed = after().link_downed = 255;
  expect_node(Verdict::not_measured, "events.nic.saturated");
  before().link_downed = after().link_downed = 254;
  expect_node(Verdict::pass, "");
  before().symbol_errors = after().symbol_errors = 65'535;
  expect_node(Verdict::not_measured, "events.nic.saturated");
}

TEST_F(EventsNic, NeverPassesAPortThatWasNotCountedBefore) {
  evidence.facts.host.nics = std::vector<NicPort>(1);
  evidence.facts.host.nics.value->front().port = KnownText("mlx5_7/1");
  expect_node(Verdict::not_measured, "events.nic.no_port");
  measure();
  evidence.node_before.nics.value->pop_back();
  expect_node(Verdict::not_measured, "events.nic.no_port");
}

TEST_F(EventsNic, GrowthWithoutALimitOrATimeIsNoPass) {
  after().symbol_errors = 11;
  for (GpuCounters& counters : evidence.after) counters.read_ns = KnownInt::missing("no clock");
  expect_node(Verdict::not_measured, "events.counter_absent");
  profile.event_limits.clear();
  expect_node(Verdict::not_measured, "events.no_limit");
}

TEST_F(EventsNic, NeverPassesTwoBootsOfTheMachine) {
  evidence.node_after.boot_id = KnownText("another");
  expect_node(Verdict::not_measured, "events.other_boot");
}

}  // namespace
}  // namespace ga
