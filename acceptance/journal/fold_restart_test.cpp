// What stays of an attempt at another boot of the machine, and what does not.
#include "acceptance/journal/fold_testkit.h"

namespace ga {
namespace {

TEST_F(FoldTest, AnotherBootGoesOnFromTheCheckpoint) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  EXPECT_TRUE(fold_.has_checkpoint());
  measure(1);
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(series().samples, Samples{100}) << "what was counted later is lost, and its blocks too";
  EXPECT_EQ(fold_.run().interrupted,
            std::vector<std::string>{
                "hbm.bandwidth memory.copy gpu/3: 1 blocks since the last checkpoint"});
  EXPECT_TRUE(fold_.evidence().after.empty());
  ASSERT_EQ(fold_.evidence().restarts.size(), 1u);
  EXPECT_EQ(*fold_.evidence().restarts[0].until.at(0).energy_mj, 120);
  EXPECT_FALSE(fold_.has_before());
  counters(Purpose::before, "gpu/3", 1);
  EXPECT_TRUE(fold_.has_before());
  EXPECT_EQ(*fold_.evidence().before.at(0).energy_mj, 100);
  EXPECT_EQ(*fold_.evidence().restarts[0].from.at(0).energy_mj, 1);
  measure(1);
  counters(Purpose::after, "gpu/3", 9);
  EXPECT_EQ(series().samples, (Samples{100, 101}));
  EXPECT_EQ(*fold_.evidence().after.at(0).energy_mj, 9);
}

TEST_F(FoldTest, ABootThatCameToNothingLeavesNoPart) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  apply(ResumeEntry{"t", "c", 0});
  apply(ResumeEntry{"t", "d", 0});
  ASSERT_EQ(fold_.evidence().restarts.size(), 1u);
  counters(Purpose::before, "gpu/3", 2);
  measure(1);
  apply(ResumeEntry{"t", "e", 0});
  EXPECT_EQ(series().samples, Samples{100});
  ASSERT_EQ(fold_.evidence().restarts.size(), 2u) << "its own beginning is its checkpoint";
  EXPECT_EQ(*fold_.evidence().restarts[1].until.at(0).energy_mj, 2);
}

// It is no checkpoint, and the errors that it counted happened all the same.
TEST_F(FoldTest, HalfACheckpointOfTheBootThatIsOverStillCounts) {
  measure_past_a_checkpoint();
  counters(Purpose::checkpoint, "gpu/3", 130, "gpu/3");
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(series().samples, Samples{100});
  counters(Purpose::before, "gpu/3", 1);
  measure(1);
  apply(ResumeEntry{"t", "d", 0});
  ASSERT_EQ(fold_.evidence().restarts.size(), 2u);
  EXPECT_EQ(*fold_.evidence().restarts[0].until.at(0).energy_mj, 130);
  EXPECT_EQ(*fold_.evidence().restarts[1].until.at(0).energy_mj, 1);
}

TEST_F(FoldTest, WhatAFailedCheckpointCountedOutlivesItsSession) {
  measure_past_a_checkpoint();
  counters(Purpose::checkpoint, "gpu/3", 130, "gpu/3");
  counters_without_end(Purpose::checkpoint, "gpu/3", 2);  // of a GPU that nobody kept awake
  apply(ResumeEntry{"t", "b", 0});
  measure(2);
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(*fold_.evidence().restarts.at(0).until.at(0).energy_mj, 130);
}

// A reading that failed, or of a driver that was loaded anew, takes nothing back.
TEST_F(FoldTest, AnErrorOfACheckpointOutlivesAWorseReading) {
  measure_past_a_checkpoint();
  counters(Purpose::checkpoint, "gpu/3", 2, "gpu/3");
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(*fold_.evidence().restarts.at(0).until.at(0).energy_mj, 120);
}

TEST_F(FoldTest, AnAbsentReadingTakesNothingBack) {
  measure_past_a_checkpoint();
  counters(Purpose::checkpoint, "gpu/3", std::nullopt, "gpu/3");
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(*fold_.evidence().restarts.at(0).until.at(0).energy_mj, 120);
}

TEST_F(FoldTest, AWholeCheckpointOutdatesHalfOfAnEarlierOne) {
  counters(Purpose::before, "gpu/3", 100);
  counters(Purpose::checkpoint, "gpu/4", 7, "gpu/4");
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  apply(ResumeEntry{"t", "c", 0});
  ASSERT_EQ(fold_.evidence().restarts.at(0).until.size(), 1u) << "gpu/4 is lost";
}

TEST_F(FoldTest, WhatWasReadAfterTheLoadIsOutdatedByMoreOfIt) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  counters(Purpose::after, "gpu/3", 150, "gpu/3");
  apply(ResumeEntry{"t", "b", 0});
  measure(1);
  EXPECT_TRUE(fold_.evidence().after.empty());
  counters(Purpose::checkpoint, "gpu/3", 170);
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(*fold_.evidence().restarts.at(0).until.at(0).energy_mj, 170);
}

// The workers that had read it are gone with the session.
TEST_F(FoldTest, HalfACheckpointOfTheSessionThatIsOverIsNone) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120, "gpu/3");
  apply(ResumeEntry{"t", "b", 0});
  counters(Purpose::checkpoint, "gpu/3", 140);
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(*fold_.evidence().restarts.at(0).until.at(0).energy_mj, 140);
}

TEST_F(FoldTest, OnceThereWasLoadItIsTooLateForTheCountersBefore) {
  EXPECT_FALSE(fold_.has_before());
  measure(0);
  apply(ResumeEntry{"t", "b", 0});
  EXPECT_TRUE(fold_.has_before());
  counters(Purpose::checkpoint, "gpu/3", 120);
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_FALSE(fold_.has_before()) << "another boot has a beginning of its own";
  end(ask(0, 2, Purpose::warmup), "signal");
  EXPECT_TRUE(fold_.has_before());
}

TEST_F(FoldTest, WhatWasReadAfterTheLoadStaysAtAnotherBoot) {
  measure_past_a_checkpoint();
  counters(Purpose::after, "gpu/3", 150, "gpu/3");
  apply(ResumeEntry{"t", "b", 0});
  counters(Purpose::after, "gpu/3", 3);  // of a GPU that nobody kept awake
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(series().samples, (Samples{100, 101}));
  EXPECT_TRUE(fold_.run().interrupted.empty());
  ASSERT_EQ(fold_.evidence().restarts.size(), 1u);
  EXPECT_EQ(*fold_.evidence().restarts[0].until.at(0).energy_mj, 150);
  EXPECT_TRUE(fold_.evidence().after.empty());
}

TEST_F(FoldTest, HalfOfWhatIsReadAfterTheLoadIsNoCheckpointAndCounts) {
  measure_past_a_checkpoint();
  counters(Purpose::after, "gpu/3", 150, "gpu/3");
  apply(ResumeEntry{"t", "b", 0});
  counters_without_end(Purpose::after, "gpu/3", 3);  // of a GPU that nobody kept awake
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(series().samples, Samples{100});
  EXPECT_EQ(*fold_.evidence().restarts.at(0).until.at(0).energy_mj, 150);
}

// Killed between the answer and its end: the boot still gets its first checkpoint.
TEST_F(FoldTest, ABeginningWithoutItsEndIsReadAgain) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  apply(ResumeEntry{"t", "c", 0});
  counters_without_end(Purpose::before, "gpu/3", 2);
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_FALSE(fold_.has_before());
  counters(Purpose::before, "gpu/3", 3);
  EXPECT_TRUE(fold_.has_before());
  measure(1);
  apply(ResumeEntry{"t", "d", 0});
  const auto& restarts = fold_.evidence().restarts;
  ASSERT_EQ(restarts.size(), 2u);
  EXPECT_EQ(*restarts[0].from.at(0).energy_mj, 2);
  EXPECT_EQ(*restarts[1].until.at(0).energy_mj, 3);
}

TEST_F(FoldTest, ABootWithABeginningAloneEndsAtIt) {
  counters(Purpose::before, "gpu/3", 100);
  counters(Purpose::checkpoint, "gpu/3", 120);
  apply(ResumeEntry{"t", "c", 0});
  counters_without_end(Purpose::before, "gpu/3", 2);
  log(Purpose::before, {{.t_ns = 5, .source = "kmsg", .gpu = "", .code = "xid.1", .text = ""}});
  apply(ResumeEntry{"t", "d", 0});
  ASSERT_EQ(fold_.evidence().restarts.size(), 2u);
  EXPECT_EQ(*fold_.evidence().restarts[1].until.at(0).energy_mj, 2);
}

TEST_F(FoldTest, WithoutACheckpointWhatWasReadAfterTheLoadIsNone) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::after, "gpu/3", 150);
  EXPECT_FALSE(fold_.has_checkpoint());
}

TEST_F(FoldTest, ABootThatMeasuredWithoutABeginningIsAPartThatNobodyCounted) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  apply(ResumeEntry{"t", "c", 0});
  measure(1);
  apply(ResumeEntry{"t", "d", 0});
  counters(Purpose::before, "gpu/3", 2);
  const auto& restarts = fold_.evidence().restarts;
  ASSERT_EQ(restarts.size(), 2u);
  EXPECT_EQ(*restarts[0].until.at(0).energy_mj, 120);
  EXPECT_TRUE(restarts[0].from.empty());
  EXPECT_TRUE(restarts[1].until.empty());
  EXPECT_EQ(*restarts[1].from.at(0).energy_mj, 2);
}

TEST_F(FoldTest, LinesOfABootThatCameToNothingAreNotTheNextOnes) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  apply(ResumeEntry{"t", "c", 0});
  const LogEvent line{.t_ns = 5, .source = "kmsg", .gpu = "gpu/3", .code = "xid.79", .text = ""};
  log(Purpose::watch, {line});
  apply(ResumeEntry{"t", "d", 0});
  log(Purpose::watch, {line});
  ASSERT_EQ(fold_.evidence().log.size(), 2u);
  EXPECT_EQ(fold_.evidence().log[0].boot, 1);
  EXPECT_EQ(fold_.evidence().log[1].boot, 2);
  ASSERT_EQ(fold_.evidence().restarts.size(), 2u);
  EXPECT_TRUE(fold_.evidence().restarts[1].until.empty());
}

TEST_F(FoldTest, DiscardedBlocksThatARestartShedsAreNamed) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  const auto request = ask(1, 2);
  sample(request, 1, "no_clock_reading");
  sample(request, 2);
  check(request, 2);
  end(request, "done");
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(fold_.run().interrupted,
            std::vector<std::string>{"hbm.bandwidth memory.copy gpu/3: 2 blocks since the last "
                                     "checkpoint, 1 discarded"});
}

TEST_F(FoldTest, AWrongWordOutlivesTheRestart) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  measure(1, 5);
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(series().check->wrong, 5);
  EXPECT_EQ(series().samples.size(), 2u);
}

// The checkpoint between them failed, so that the wrong one is two blocks ahead.
TEST_F(FoldTest, AWrongSeriesIsKeptWholeWhileOthersGoBack) {
  counters(Purpose::before, "gpu/3", 100);
  for (const char* unit : {"gpu/3", "gpu/4"}) {
    unit_ = unit;
    measure(0);
  }
  counters(Purpose::checkpoint, "gpu/3", 120);
  for (const std::int64_t block : {1, 2}) {
    for (const char* unit : {"gpu/3", "gpu/4"}) {
      unit_ = unit;
      measure(block, unit_ == "gpu/3" ? 1 : 0);
    }
    counters(Purpose::checkpoint, "gpu/3", 130, "gpu/3");
  }
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(series().samples, (Samples{100, 101, 102}));
  EXPECT_EQ(fold_.evidence().measurements.at(1).samples, Samples{100});
}

TEST_F(FoldTest, AnAnswerThatGpusAreComparedByOutlivesTheRestart) {
  counters(Purpose::before, "gpu/3", 100);
  counters(Purpose::checkpoint, "gpu/3", 120);
  const auto request = ask(0, 1);
  sample(request, 0);
  event(request, CheckEvent{0, {.kind = "reference", .expected = "", .got = "aa"}});
  end(request, "done");
  apply(ResumeEntry{"t", "c", 0});
  ASSERT_EQ(fold_.evidence().measurements.size(), 1u);
  EXPECT_EQ(series().check->got, "aa");
  EXPECT_TRUE(fold_.run().interrupted.empty());
}

TEST_F(FoldTest, WithoutACheckpointNothingGoesOnAtAnotherBoot) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  EXPECT_TRUE(fold_.apply(ResumeEntry{"t", "b", 0}, ++t_));
  EXPECT_FALSE(fold_.apply(ResumeEntry{"t", "c", 0}, ++t_));
}

TEST_F(FoldTest, ALineOfTheLogKnowsItsBoot) {
  counters(Purpose::before, "gpu/3", 100);
  counters(Purpose::checkpoint, "gpu/3", 120);
  apply(ResumeEntry{"t", "c", 0});
  log(Purpose::before, {{.t_ns = 5, .source = "kmsg", .gpu = "", .code = "xid.1", .text = ""}});
  ASSERT_EQ(fold_.evidence().log.size(), 1u);
  EXPECT_EQ(fold_.evidence().log[0].boot, 1);
}

}  // namespace
}  // namespace ga
