#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class EventsPcie : public GateTest {
 protected:
  EventsPcie() : GateTest(kEventsPcie) {}
  GpuCounters& before() { return evidence.before[1]; }
  GpuCounters& after() { return evidence.after[1]; }
  void say(std::string code, std::int64_t after_boot_ns) {
    evidence.log.push_back({after_boot_ns, "kmsg", "gpu/1", std::move(code), "a line"});
  }
};

TEST_F(EventsPcie, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(EventsPcie, FailsOneFatalError) {
  after().aer_fatal = 1;
  expect(Verdict::fail, "events.pcie.fatal");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
}

TEST_F(EventsPcie, FailsWhatTheLogReportsOfTheGpuDuringTheRun) {
  say("aer.fatal", 5'000'000'000);
  expect(Verdict::fail, "events.pcie.fatal");
  measure();
  say("pcie.link_down", 5'000'000'000);
  expect(Verdict::fail, "events.pcie.fatal");
  measure();
  say("aer.fatal", 500'000'000);  // before the run
  expect(Verdict::pass, "");
}

// The port above the GPU tells that the link went down, and names itself.
TEST_F(EventsPcie, FailsALinkThatThePortAboveTheGpuLost) {
  gpu().pci_path = std::vector<PciHop>(2);
  (*gpu().pci_path.value)[1].address = KnownText("0000:15:01.0");
  say("pcie.link_down", 5'000'000'000);
  evidence.log.back().gpu = "0000:15:01.0";
  expect(Verdict::fail, "events.pcie.fatal");
  evidence.log.back().gpu = "0000:15:02.0";
  expect(Verdict::pass, "");
}

TEST_F(EventsPcie, AllowsReplaysAndCorrectedErrorsAtTheProfilesRate) {
  after().pcie_replays = 120;  // 8 a minute for 15 minutes
  after().aer_correctable = 480;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 2u);
  after().pcie_replays = 121;
  expect(Verdict::fail, "events.pcie.rate");
  after().pcie_replays = 0;
  after().aer_correctable = 481;
  expect(Verdict::fail, "events.pcie.rate");
}

TEST_F(EventsPcie, AnErrorThatIsNotFatalIsBorderlineAndAFailGoesFirst) {
  after().aer_nonfatal = 1;
  expect(Verdict::borderline, "events.over_limit");
  after().pcie_replays = 10'000;
  expect(Verdict::fail, "events.pcie.rate");
}

TEST_F(EventsPcie, WhatHappenedBeforeTheRunIsNotThisRuns) {
  before().aer_fatal = after().aer_fatal = 2;
  before().pcie_replays = after().pcie_replays = 1'000'000;
  expect(Verdict::pass, "");
}

TEST_F(EventsPcie, NeverPassesACounterThatIsAbsentFellOrCannotBe) {
  for (const auto field : {&GpuCounters::aer_fatal, &GpuCounters::aer_nonfatal,
                           &GpuCounters::aer_correctable, &GpuCounters::pcie_replays}) {
    measure();
    before().*field = KnownInt::missing("no AER");
    expect(Verdict::not_measured, "events.counter_absent");
    measure();
    after().*field = KnownInt::missing("GPU is lost");
    expect(Verdict::not_measured, "events.counter_absent");
    after().*field = std::int64_t{1} << 60;
    expect(Verdict::not_measured, "events.counter_absent");
    measure();
    before().*field = 5;
    expect(Verdict::not_measured, "events.counter_fell");
  }
}

TEST_F(EventsPcie, GrowthWithoutALimitIsNoPass) {
  profile.event_limits.clear();
  after().pcie_replays = 1;
  expect(Verdict::not_measured, "events.no_limit");
}

}  // namespace
}  // namespace ga
