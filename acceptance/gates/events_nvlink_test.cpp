#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

// 900 s: 50 a second are 45,000.
constexpr std::int64_t kFiftyASecond = 45'000;

class EventsNvlink : public GateTest {
 protected:
  EventsNvlink() : GateTest(kEventsNvlink) {}
  GpuCounters& before() { return evidence.before[1]; }
  GpuCounters& after() { return evidence.after[1]; }

  // The same node with NVLink 5, as its driver answers.
  void make_b200() {
    std::erase_if(profile.event_limits,
                  [](const EventLimit& limit) { return limit.gate == "events.nvlink"; });
    profile.event_limits.push_back({.gate = "events.nvlink",
                                    .counter = "nvlink_effective_ber_e18",
                                    .max = 1'000'000,
                                    .source = "a test",
                                    .date = "2026-11-22",
                                    .status = LimitStatus::published});
    for (GpuFacts& gpu : evidence.facts.gpus) {
      gpu.pci_device = gpu.sysfs_pci_device = KnownText("10de:2901");
    }
    for (auto* all : {&evidence.before, &evidence.after}) {
      for (GpuCounters& counters : *all) {
        counters.nvlink_crc_flit_errors = counters.nvlink_crc_data_errors =
            counters.nvlink_replays = KnownInt::missing("Not Supported");
        counters.nvlink_effective_ber_e18 = 1;
      }
    }
  }
};

TEST_F(EventsNvlink, PassesGoodEvidence) {
  expect_all(Verdict::pass, "");
  make_b200();
  expect_all(Verdict::pass, "");
}

TEST_F(EventsNvlink, PassesFiftyCrcErrorsASecondOnNvlink4) {
  after().nvlink_crc_flit_errors = kFiftyASecond;
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
}

TEST_F(EventsNvlink, FailsAHundredCrcErrorsASecond) {
  after().nvlink_crc_data_errors = 2 * kFiftyASecond;
  expect(Verdict::fail, "events.nvlink.crc_rate");
  EXPECT_EQ(on_gpu1().blame, Blame::node);
}

TEST_F(EventsNvlink, PassesCorrectedErrorsOnNvlink5) {
  make_b200();
  after().nvlink_symbol_errors = 123'456'789;
  after().nvlink_effective_ber_e18 = 1'000'000;
  expect(Verdict::pass, "");
}

TEST_F(EventsNvlink, FailsABitErrorRateAboveTheLimit) {
  make_b200();
  after().nvlink_effective_ber_e18 = 2'000'000;
  expect(Verdict::fail, "events.nvlink.ber");
}

TEST_F(EventsNvlink, ABitErrorRateFromBeforeTheRunIsNoFail) {
  make_b200();
  before().nvlink_effective_ber_e18 = after().nvlink_effective_ber_e18 = 2'000'000;
  expect(Verdict::not_measured, "events.nvlink.ber_before");
  after().nvlink_effective_errors = 1;
  expect(Verdict::fail, "events.nvlink.ber");
}

TEST_F(EventsNvlink, FailsARecoveryLostDataAndALostLink) {
  after().nvlink_recoveries = 1;
  expect(Verdict::fail, "events.nvlink.recovery");
  measure();
  after().nvlink_recoveries_failed = 1;
  expect(Verdict::fail, "events.nvlink.recovery");
  measure();
  after().nvlink_packet_errors = 1;
  expect(Verdict::fail, "events.nvlink.uncorrected");
  measure();
  after().nvlinks_active = 17;
  expect(Verdict::fail, "events.nvlink.link_lost");
}

TEST_F(EventsNvlink, AProvisionalLimitDoesNotDecideAndAFailGoesFirst) {
  after().nvlink_replays = 1;
  expect(Verdict::borderline, "events.over_limit");
  after().nvlink_crc_data_errors = 2 * kFiftyASecond;
  expect(Verdict::fail, "events.nvlink.crc_rate");
}

TEST_F(EventsNvlink, GrowthWithoutALimitIsNoPass) {
  profile.event_limits.clear();
  after().nvlink_crc_flit_errors = 1;
  expect(Verdict::not_measured, "events.no_limit");
  measure();
  after().nvlink_effective_errors = 1;
  expect(Verdict::not_measured, "events.no_limit");
}

TEST_F(EventsNvlink, WhatHappenedBeforeTheRunIsNotThisRuns) {
  before().nvlink_recoveries = after().nvlink_recoveries = 3;
  expect(Verdict::pass, "");
}

TEST_F(EventsNvlink, NeverPassesACounterThatIsAbsentFellOrCannotBe) {
  for (const auto field : {&GpuCounters::nvlink_recoveries, &GpuCounters::nvlink_crc_flit_errors,
                           &GpuCounters::nvlink_crc_data_errors, &GpuCounters::nvlink_replays}) {
    measure();
    before().*field = KnownInt::missing("Not Supported");
    expect(Verdict::not_measured, "events.counter_absent");
    measure();
    after().*field = KnownInt::missing("GPU is lost");
    expect(Verdict::not_measured, "events.counter_absent");
    after().*field = -5;
    expect(Verdict::not_measured, "events.counter_absent");
    measure();
    before().*field = 5;
    expect(Verdict::not_measured, "events.counter_fell");
  }
  measure();
  after().nvlinks_active = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "events.counter_absent");
  measure();
  evidence.before.clear();
  expect_all(Verdict::not_measured, "events.counter_absent");
}

TEST_F(EventsNvlink, NeverPassesAGpuWithoutAnActiveLink) {
  before().nvlinks_active = after().nvlinks_active = 0;
  expect(Verdict::not_measured, "events.counter_absent");
}

// What no driver of the part answers says nothing; what the profile limits must be there all the
// same.
TEST_F(EventsNvlink, AnAbsenceThatTheTableExpectsSaysNothing) {
  for (auto* counters : {&before(), &after()}) {
    counters->nvlink_symbol_errors = counters->nvlink_packet_errors =
        counters->nvlink_recoveries_failed = KnownInt::missing("Not Supported");
  }
  expect(Verdict::pass, "");
  make_b200();
  after().nvlink_effective_ber_e18 = KnownInt::missing("Not Supported");
  expect(Verdict::not_measured, "events.counter_absent");
  after().nvlink_effective_ber_e18 = -1;
  expect(Verdict::not_measured, "events.counter_absent");
}

}  // namespace
}  // namespace ga
