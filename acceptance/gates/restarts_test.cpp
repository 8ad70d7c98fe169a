// A machine that was started anew in the run: counters are added up boot by boot.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "acceptance/gates/counters.h"
#include "acceptance/gates/event_log.h"
#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class Restarts : public GateTest {
 protected:
  explicit Restarts(const Gate& gate = kEventsEcc) : GateTest(gate) {
    evidence = healthy_facts(order());
    Restart& restart = evidence.restarts.emplace_back();
    restart.until = evidence.after;
    restart.node_until = evidence.node_after;
    restart.from = evidence.before;
    restart.node_from = evidence.node_before;
    restart.node_from.boot_id = evidence.node_after.boot_id = KnownText("second-boot");
    // The clock and every count begin anew.
    for (GpuCounters& counters : restart.from) zero(counters);
    for (GpuCounters& counters : evidence.after) zero(counters);
    restart.node_from.kernel_log_first_ns = evidence.node_after.kernel_log_first_ns = 0;
    restart.node_from.kernel_log_last_ns = 5'000;
    evidence.node_after.kernel_log_last_ns = 9'000;
  }
  static void zero(GpuCounters& counters) {
    const KnownInt links = counters.nvlinks_active;
    GpuCounters::visit_fields(counters, [](const char*, KnownInt& field) {
      if (field) field = 0;
    });
    counters.nvlinks_active = links;
  }
  GpuCounters& until(std::size_t gpu = 1) { return evidence.restarts[0].until[gpu]; }
  GpuCounters& from(std::size_t gpu = 1) { return evidence.restarts[0].from[gpu]; }
  GpuCounters& before(std::size_t gpu = 1) { return evidence.before[gpu]; }
  GpuCounters& after(std::size_t gpu = 1) { return evidence.after[gpu]; }
};

TEST_F(Restarts, ANodeThatWentOnAfterOnePasses) { expect_all(Verdict::pass, ""); }

TEST_F(Restarts, GrowthIsAddedUpBootByBoot) {
  before().ecc_dram_corrected = 7;
  until().ecc_dram_corrected = 9;
  from().ecc_dram_corrected = 0;
  after().ecc_dram_corrected = 3;
  const Delta delta = delta_of(evidence, "gpu/1", &GpuCounters::ecc_dram_corrected);
  EXPECT_EQ(delta.growth, Growth::known);
  EXPECT_EQ(delta.by, 5);
}

TEST_F(Restarts, AnErrorOfTheBootThatIsOverStillFails) {
  until().ecc_sram_uncorrected = *before().ecc_sram_uncorrected + 1;
  expect(Verdict::fail, "events.ecc.sram_uncorrected");
}

TEST_F(Restarts, ACounterThatFellWithinABootSaysNothing) {
  before().ecc_dram_corrected = 7;
  until().ecc_dram_corrected = 6;
  expect(Verdict::not_measured, "events.counter_fell");
}

TEST_F(Restarts, ACheckpointWithoutTheGpuIsNoReading) {
  evidence.restarts[0].until.erase(evidence.restarts[0].until.begin() + 1);
  expect(Verdict::not_measured, "events.counter_absent");
  EXPECT_NE(on_gpu1().reason.find("after of boot 1"), std::string::npos);
}

// What the GPU remembers is not hidden by the time that nobody saw.
TEST_F(Restarts, ARowThatWasRemappedWhileNobodyLookedIsSeen) {
  from().remap_uncorrectable_rows = after().remap_uncorrectable_rows = 2;
  before().remap_uncorrectable_rows = until().remap_uncorrectable_rows = 0;
  expect(Verdict::fail, "events.ecc.uncorrected");
}

// A count that is back at nothing on another boot was reset. What was read before that stays.
TEST_F(Restarts, WhatOutlivesABootAndFellBetweenTwoHidesNothing) {
  before().remap_uncorrectable_rows = 0;
  until().remap_uncorrectable_rows = 2;
  from().remap_uncorrectable_rows = after().remap_uncorrectable_rows = 0;
  const Delta delta = delta_of(evidence, "gpu/1", &GpuCounters::remap_uncorrectable_rows);
  EXPECT_EQ(delta.growth, Growth::fell);
  EXPECT_EQ(delta.by, -2);
  EXPECT_EQ(delta.seen, 2);
  expect(Verdict::fail, "events.ecc.uncorrected");
  until().remap_uncorrectable_rows = 0;
  until().remap_failed = 1;
  from().remap_failed = after().remap_failed = 0;
  expect(Verdict::fail, "events.ecc.remap_failed");
}

TEST_F(Restarts, WhatFellWithoutHavingCountedInTheRunSaysNothing) {
  before().remap_uncorrectable_rows = until().remap_uncorrectable_rows = 2;
  from().remap_uncorrectable_rows = after().remap_uncorrectable_rows = 0;
  expect(Verdict::not_measured, "events.counter_fell");
  after().remap_uncorrectable_rows = 2;  // the reading right after the restart was wrong
  EXPECT_EQ(delta_of(evidence, "gpu/1", &GpuCounters::remap_uncorrectable_rows).seen, 0);
  expect(Verdict::not_measured, "events.counter_fell");
}

// One row that was lost, and a reading that missed it, are one row.
TEST_F(Restarts, WhatFellAndIsReadRightAgainCountsOnce) {
  before().remap_uncorrectable_rows = from().remap_uncorrectable_rows = 0;
  until().remap_uncorrectable_rows = after().remap_uncorrectable_rows = 1;
  EXPECT_EQ(delta_of(evidence, "gpu/1", &GpuCounters::remap_uncorrectable_rows).seen, 1);
}

TEST_F(Restarts, AnErrorOfOneBootFailsWhateverIsNotReadInAnother) {
  until().ecc_sram_uncorrected = *before().ecc_sram_uncorrected + 1;
  after().ecc_sram_uncorrected = KnownInt::missing("GPU is lost");
  expect(Verdict::fail, "events.ecc.sram_uncorrected");
  evidence.after.erase(evidence.after.begin() + 1);
  expect(Verdict::fail, "events.ecc.sram_uncorrected");
}

TEST_F(Restarts, SumsOverManyBootsEndAtTheLargestNumber) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(added(kLargest - 1, 1), kLargest);
  EXPECT_EQ(added(kLargest, 1), kLargest);
  EXPECT_EQ(added(-kLargest, -2), std::numeric_limits<std::int64_t>::min());
  // Each of 1,100 boots counts all that a report can carry: more than 63 bits hold.
  before().ecc_dram_corrected = from().ecc_dram_corrected = 0;
  until().ecc_dram_corrected = (std::int64_t{1} << 53) - 1;
  evidence.restarts.resize(1'100, evidence.restarts[0]);
  EXPECT_EQ(delta_of(evidence, "gpu/1", &GpuCounters::ecc_dram_corrected).by, kLargest);
}

TEST_F(Restarts, EachPartMustBeOfOneBootAndOfItsOwn) {
  evidence.restarts[0].node_until.boot_id = KnownText("another");
  expect_all(Verdict::not_measured, "events.other_boot");
  evidence.restarts[0].node_until.boot_id = evidence.node_before.boot_id;
  evidence.restarts[0].node_from.boot_id = evidence.node_before.boot_id;
  expect_all(Verdict::not_measured, "events.other_boot");
  evidence.node_after.boot_id = evidence.node_before.boot_id;
  expect_all(Verdict::not_measured, "events.other_boot");
}

TEST_F(Restarts, ALineOfTheLogIsTimedByItsOwnBoot) {
  const std::int64_t first_ns = *evidence.node_before.kernel_log_last_ns;
  const LogEvent line{
      .t_ns = 6'000, .source = "kmsg", .gpu = "gpu/1", .code = "xid.79", .text = ""};
  LogEvent second = line;
  second.boot = 1;
  EXPECT_LT(line.t_ns, first_ns);
  EXPECT_FALSE(said_in_run(evidence, line));
  EXPECT_TRUE(said_in_run(evidence, second));
  second.t_ns = 4'000;
  EXPECT_FALSE(said_in_run(evidence, second)) << "between the restart and the run's going on";
  EXPECT_FALSE(log_unfit("events.xid", evidence, "node"));
  evidence.restarts[0].node_until.kernel_log = KnownText::missing("no rights");
  EXPECT_EQ(log_unfit("events.xid", evidence, "node")->code, "events.xid.log_unreadable");
}

class RestartsXid : public Restarts {
 protected:
  RestartsXid() : Restarts(kEventsXid) {}
};

TEST_F(RestartsXid, TheSameFaultInTwoBootsIsTwice) {
  evidence.log.push_back({*evidence.node_before.kernel_log_last_ns + 1, "kmsg", "gpu/1", "xid.94",
                          "Contained ECC error"});
  const std::string once = on_gpu1().code;
  evidence.log.push_back({6'000, "kmsg", "gpu/1", "xid.94", "Contained ECC error", 1});
  EXPECT_EQ(once, "events.xid.reset");
  EXPECT_EQ(on_gpu1().code, "events.xid.again");
}

class RestartsThrottle : public Restarts {
 protected:
  RestartsThrottle() : Restarts(kEventsThrottle) {}
};

TEST_F(RestartsThrottle, ABrakeOfOneBootFailsWhateverIsNotReadInAnother) {
  until().throttle_power_brake_ns = *before().throttle_power_brake_ns + 5'000'000;
  after().throttle_power_brake_ns = KnownInt::missing("GPU is lost");
  expect(Verdict::fail, "events.throttle.power_brake");
}

class RestartsMemoryEcc : public Restarts {
 protected:
  RestartsMemoryEcc() : Restarts(kMemoryEcc) {}
};

TEST_F(RestartsMemoryEcc, AnErrorOfOneBootFailsWhateverIsNotReadInAnother) {
  until().ecc_sram_uncorrected = *before().ecc_sram_uncorrected + 1;
  after().ecc_sram_uncorrected = KnownInt::missing("GPU is lost");
  expect(Verdict::fail, "memory.ecc.sram_uncorrected");
}

class RestartsNvlink : public Restarts {
 protected:
  RestartsNvlink() : Restarts(kEventsNvlink) {}
};

TEST_F(RestartsNvlink, ALinkThatDidNotComeBackIsLost) {
  from().nvlinks_active = after().nvlinks_active = 17;
  expect(Verdict::fail, "events.nvlink.link_lost");
}

TEST_F(RestartsNvlink, ALinkThatWasDownThroughAMiddleBootIsLost) {
  evidence.restarts.push_back(evidence.restarts[0]);
  evidence.restarts[1].node_from.boot_id = evidence.node_after.boot_id = KnownText("third-boot");
  evidence.restarts[1].node_until = evidence.restarts[0].node_from;
  evidence.restarts[1].until = evidence.restarts[0].from;
  expect_all(Verdict::pass, "");
  from().nvlinks_active = evidence.restarts[1].until[1].nvlinks_active = 17;
  expect(Verdict::fail, "events.nvlink.link_lost");
}

// Links are trained anew with the machine, and may not be yet when the run goes on.
TEST_F(RestartsNvlink, LinksThatAreNotTrainedYetAfterARestartAreNotLost) {
  from().nvlinks_active = 0;
  expect_all(Verdict::pass, "");
  from().nvlinks_active = KnownInt::missing("not up yet");
  expect_all(Verdict::pass, "");
}

TEST_F(RestartsNvlink, ALinkThatIsLostFailsWhateverIsNotReadBetween) {
  until().nvlinks_active = KnownInt::missing("GPU is busy");
  expect(Verdict::not_measured, "events.counter_absent");
  after().nvlinks_active = 17;
  expect(Verdict::fail, "events.nvlink.link_lost");
}

TEST_F(RestartsNvlink, ABitErrorRateMustBeReadInEveryBoot) {
  profile.event_limits.push_back({.gate = "events.nvlink",
                                  .counter = "nvlink_effective_ber_e18",
                                  .max = 1'000'000,
                                  .source = "a test",
                                  .date = "2026-11-22",
                                  .status = LimitStatus::published});
  expect_all(Verdict::pass, "");
  until().nvlink_effective_ber_e18 = KnownInt::missing("GPU is busy");
  expect(Verdict::not_measured, "events.counter_absent");
  EXPECT_NE(on_gpu1().reason.find("after of boot 1: GPU is busy"), std::string::npos);
}

class RestartsNic : public Restarts {
 protected:
  RestartsNic() : Restarts(kEventsNic) {
    evidence.facts.host.nics = std::vector<NicPort>(2);
    for (std::size_t i = 0; i < 2; ++i) {
      evidence.facts.host.nics.value->at(i).port = KnownText(fmt::format("mlx5_{}/1", i));
    }
  }
};

TEST_F(RestartsNic, PortsAreCountedInEveryBoot) {
  expect_on("node", Verdict::pass, "");
  evidence.restarts[0].node_until.nics.value->at(1).link_downed = 1;
  expect_on("node", Verdict::fail, "events.nic.link_down");
}

TEST_F(RestartsNic, APortThatDidNotComeBackIsNoPass) {
  evidence.restarts[0].node_from.nics.value->pop_back();
  evidence.node_after.nics.value->pop_back();
  expect_on("node", Verdict::not_measured, "events.nic.no_port");
  EXPECT_NE(on("node").reason.find("mlx5_1/1 is not listed at the start of boot 2"),
            std::string::npos);
}

TEST_F(RestartsNic, APortThatCameWithARestartIsNoPass) {
  evidence.facts.host.nics.value->pop_back();
  evidence.node_before.nics.value->pop_back();
  evidence.restarts[0].node_until.nics.value->pop_back();
  expect_on("node", Verdict::not_measured, "events.nic.no_port");
  EXPECT_NE(on("node").reason.find("mlx5_1/1 is not listed at the start of boot 1"),
            std::string::npos);
}

TEST_F(RestartsNic, APortThatTheFactsNameAndTheFirstBootDoesNotCountIsNoPass) {
  evidence.facts.host.nics.value->back().port = KnownText("mlx5_7/1");
  expect_on("node", Verdict::not_measured, "events.nic.no_port");
  EXPECT_NE(on("node").reason.find("mlx5_7/1 is not listed at the start of boot 1"),
            std::string::npos);
}

TEST_F(RestartsNic, APortThatIsGoneAtACheckpointIsNamedWithItsBoot) {
  evidence.restarts[0].node_until.nics.value->pop_back();
  expect_on("node", Verdict::not_measured, "events.nic.no_port");
  EXPECT_NE(on("node").reason.find("mlx5_1/1 is not listed at the end of boot 1"),
            std::string::npos);
}

TEST_F(RestartsNic, ErrorsOfOneBootFailWhateverIsNotReadInAnother) {
  evidence.restarts[0].node_until.nics.value->at(1).symbol_errors = 11;
  evidence.node_after.nics.value->at(1).symbol_errors = KnownInt::missing("unreadable");
  expect_on("node", Verdict::fail, "events.nic.rate");
}

TEST_F(RestartsNic, ErrorsOfManyBootsAddUpToTheLargestNumber) {
  evidence.restarts[0].node_until.nics.value->at(1).symbol_errors = (std::int64_t{1} << 53) - 1;
  evidence.restarts.resize(1'100, evidence.restarts[0]);
  expect_on("node", Verdict::fail, "events.nic.rate");
}

class RestartsMemory : public Restarts {
 protected:
  RestartsMemory() : Restarts(kHostMemory) {}
};

TEST_F(RestartsMemory, ErrorsOfTheBootThatIsOverCount) {
  expect_on("node", Verdict::pass, "");
  evidence.restarts[0].node_until.edac_uncorrected = *evidence.node_before.edac_uncorrected + 1;
  expect_on("node", Verdict::fail, "host.memory.uncorrected");
}

TEST_F(RestartsMemory, ErrorsOfOneBootFailWhateverIsNotReadInAnother) {
  evidence.restarts[0].node_until.edac_uncorrected = *evidence.node_before.edac_uncorrected + 1;
  evidence.node_after.edac_uncorrected = KnownInt::missing("no such file");
  expect_on("node", Verdict::fail, "host.memory.uncorrected");
  evidence.node_after.edac_uncorrected = 0;
  evidence.restarts[0].node_from.edac_uncorrected = 1;
  expect_on("node", Verdict::fail, "host.memory.uncorrected");
}

TEST_F(RestartsMemory, ErrorsOfManyBootsAddUpToTheLargestNumber) {
  // Each boot has an id of its own, else the counters say nothing.
  evidence.restarts[0].node_until.edac_uncorrected = (std::int64_t{1} << 53) - 1;
  evidence.restarts.resize(1'100, evidence.restarts[0]);
  for (std::size_t i = 0; i < evidence.restarts.size(); ++i) {
    evidence.restarts[i].node_from.boot_id = KnownText(fmt::format("boot-{}", i));
    if (i > 0) evidence.restarts[i].node_until.boot_id = KnownText(fmt::format("boot-{}", i - 1));
  }
  evidence.node_after.boot_id = evidence.restarts.back().node_from.boot_id;
  expect_on("node", Verdict::fail, "host.memory.uncorrected");
  EXPECT_NE(on("node").reason.find("9223372036854775807"), std::string::npos);
}

}  // namespace
}  // namespace ga
