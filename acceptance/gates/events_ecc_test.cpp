#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class EventsEcc : public GateTest {
 protected:
  EventsEcc() : GateTest(kEventsEcc) {}
  GpuCounters& before() { return evidence.before[1]; }
  GpuCounters& after() { return evidence.after[1]; }
};

TEST_F(EventsEcc, PassesGoodEvidence) { expect_all(Verdict::pass, ""); }

TEST_F(EventsEcc, AsksForAResoakAfterTheFirstUncorrectableError) {
  after().ecc_dram_uncorrected = 1;
  after().remap_uncorrectable_rows = 1;
  expect(Verdict::not_measured, "events.ecc.first_uncorrected");
  EXPECT_NE(on_gpu1().next_step.find("72 h"), std::string::npos);
}

TEST_F(EventsEcc, FailsASecondErrorInTheRun) {
  after().ecc_dram_uncorrected = 2;
  expect(Verdict::fail, "events.ecc.uncorrected");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
}

TEST_F(EventsEcc, FailsASecondErrorThatTheAggregateCountShows) {
  gpu().ecc_dram_uncorrected_aggregate = 1;
  after().ecc_dram_uncorrected = 1;
  expect(Verdict::fail, "events.ecc.uncorrected");
}

TEST_F(EventsEcc, TakesARemapWithoutACountedErrorForAnEvent) {
  after().remap_pending = 1;
  expect(Verdict::not_measured, "events.ecc.first_uncorrected");
  after().remap_pending = 0;
  after().remap_uncorrectable_rows = 2;
  expect(Verdict::fail, "events.ecc.uncorrected");
}

TEST_F(EventsEcc, FailsARemapThatFailedInTheRun) {
  after().remap_failed = 1;
  expect(Verdict::fail, "events.ecc.remap_failed");
}

TEST_F(EventsEcc, FailsTheFirstErrorOfTheSram) {
  after().ecc_sram_uncorrected = 1;
  expect(Verdict::fail, "events.ecc.sram_uncorrected");
}

TEST_F(EventsEcc, AllowsCorrectedErrorsAtTheProfilesRate) {
  after().ecc_dram_corrected = 10;  // in 900 s; 10 in an hour are allowed
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  after().ecc_dram_corrected = 11;
  expect(Verdict::fail, "events.ecc.corrected_rate");
  // Over two hours the limit allows twice as many.
  after().read_ns = *before().read_ns + std::int64_t{7200} * 1'000'000'000;
  after().ecc_dram_corrected = 20;
  expect(Verdict::pass, "");
  after().ecc_dram_corrected = 21;
  expect(Verdict::fail, "events.ecc.corrected_rate");
}

TEST_F(EventsEcc, AProvisionalLimitDoesNotDecide) {
  after().ecc_sram_corrected = 2;
  expect(Verdict::borderline, "events.over_limit");
}

TEST_F(EventsEcc, ALimitThatDecidesGoesBeforeAProvisionalOne) {
  std::swap(profile.event_limits[0].status, profile.event_limits[1].status);
  after().ecc_dram_corrected = 11;
  after().ecc_sram_corrected = 2;
  expect(Verdict::fail, "events.ecc.corrected_rate");
}

TEST_F(EventsEcc, GrowthWithoutALimitIsNoPass) {
  profile.event_limits.clear();
  after().ecc_dram_corrected = 1;
  expect(Verdict::not_measured, "events.no_limit");
}

TEST_F(EventsEcc, WhatHappenedBeforeTheRunIsNotThisRuns) {
  before().ecc_dram_uncorrected = after().ecc_dram_uncorrected = 7;
  before().remap_pending = after().remap_pending = 1;
  expect(Verdict::pass, "");
}

TEST_F(EventsEcc, NeverPassesACounterThatIsAbsentFellOrCannotBe) {
  for (const auto field :
       {&GpuCounters::ecc_dram_corrected, &GpuCounters::ecc_dram_uncorrected,
        &GpuCounters::ecc_sram_corrected, &GpuCounters::ecc_sram_uncorrected,
        &GpuCounters::remap_correctable_rows, &GpuCounters::remap_uncorrectable_rows,
        &GpuCounters::remap_pending, &GpuCounters::remap_failed}) {
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
  evidence.after.clear();
  expect_all(Verdict::not_measured, "events.counter_absent");
}

TEST_F(EventsEcc, ManyEventsInATimeThatIsNotKnownAreNoPass) {
  after().read_ns = KnownInt::missing("no clock");
  after().ecc_dram_corrected = 11;
  expect(Verdict::not_measured, "events.counter_absent");
  after().ecc_dram_corrected = 10;  // allowed however short the time was
  expect(Verdict::pass, "");
}

TEST_F(EventsEcc, NeverPassesWithoutEcc) {
  gpu().ecc_current = false;
  expect(Verdict::not_measured, "memory.ecc.off");
  gpu().ecc_current = KnownFlag::missing("N/A");
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(EventsEcc, WhatIsKnownToBeBadFailsEvenWhereTheWatcherFellSilent) {
  evidence.gaps = {{"gpu/1", 0, 11'000'000'000}};
  after().ecc_sram_uncorrected = 1;
  EXPECT_EQ(on_gpu1().code, "events.ecc.sram_uncorrected");
}

}  // namespace
}  // namespace ga
