// The evidence is what the records say: blocks with their checks, once each, and every failure.
#include <array>

#include "acceptance/journal/fold_testkit.h"

namespace ga {
namespace {

TEST_F(FoldTest, KeepsASampleOnlyWithItsCheck) {
  const auto request = ask(0, 2);
  sample(request, 0);
  EXPECT_TRUE(fold_.evidence().measurements.empty());
  check(request, 0);
  sample(request, 1);
  EXPECT_EQ(series().samples, Samples{100});
  end(request, "signal");
  EXPECT_EQ(series().samples, Samples{100});
  ASSERT_EQ(fold_.evidence().exits.size(), 1u);
  EXPECT_EQ(fold_.failures("hbm.bandwidth memory.copy gpu/3 bytes=4096"), 1);
  EXPECT_EQ(fold_.failures_in_a_row("load gpu/3"), 1);
}

TEST_F(FoldTest, KeepsEveryAlgorithmThatRanInASeriesOnce) {
  const char* ran[] = {"id 66", "id 66", "id 6", "id 66"};
  const auto request = ask(0, 4);
  for (std::int64_t block = 0; block < 4; ++block) {
    event(request, SampleEvent{.block = block,
                               .unit = "bytes_per_s",
                               .value = 100,
                               .clock_mhz = 1980,
                               .algorithm = ran[block]});
    check(request, block);
  }
  EXPECT_EQ(series().algorithm, "id 66 | id 6");
}

TEST_F(FoldTest, KeepsLinkAndMemoryTemperatureBlockByBlock) {
  const auto request = ask(0, 2);
  for (std::int64_t block = 0; block < 2; ++block) {
    SampleEvent copy{.block = block, .unit = "bytes_per_s", .value = 100, .clock_mhz = 1980};
    copy.link_gen = 5 - block;
    copy.link_width = 16;
    copy.memory_temp_mc = 70'000 + block;
    event(request, copy);
    check(request, block);
  }
  EXPECT_EQ(series().link_gen, (Samples{5, 4}));
  EXPECT_EQ(series().link_width, (Samples{16, 16}));
  EXPECT_EQ(series().memory_temp_mc, (Samples{70'000, 70'001}));
}

TEST_F(FoldTest, KeepsTheCellsOfANodeBlockByBlock) {
  const auto request = ask(0, 2);
  for (std::int64_t block = 0; block < 2; ++block) {
    SampleEvent pairs{.block = block, .unit = "bytes_per_s", .value = 100, .clock_mhz = 1980};
    pairs.cells = {0, block, block, 0};
    pairs.active_links = {18, 17 + block};
    event(request, pairs);
    check(request, block);
  }
  EXPECT_EQ(series().cells, (Rows{{0, 0, 0, 0}, {0, 1, 1, 0}}));
  EXPECT_EQ(series().active_links, (Rows{{18, 17}, {18, 18}}));
}

TEST_F(FoldTest, ExtendsASeriesByFurtherRequests) {
  for (std::int64_t block = 0; block < 3; ++block) {
    const auto request = ask(block, 1);
    sample(request, block);
    check(request, block);
    end(request, "done");
  }
  ASSERT_EQ(fold_.evidence().measurements.size(), 1u);
  EXPECT_EQ(series().samples, (Samples{100, 101, 102}));
  EXPECT_EQ(series().check->launches, 21);
  EXPECT_EQ(series().temp_mc, (Samples{50'000, 50'001, 50'002}));
  EXPECT_EQ(series().block_ns, 400);
  EXPECT_TRUE(fold_.evidence().exits.empty());
}

TEST_F(FoldTest, TheFirstWrongBlockIsNoted) {
  const auto request = ask(0, 3);
  for (const std::int64_t block : {0, 1, 2}) {
    sample(request, block);
    check(request, block, block);
  }
  EXPECT_EQ(series().check->wrong, 3);
  EXPECT_EQ(series().check->first_block, 1);
}

TEST_F(FoldTest, ADiscardedBlockIsNamedAndNotKept) {
  const auto request = ask(0, 2);
  sample(request, 0, "no_clock_reading");
  sample(request, 1);
  check(request, 1);
  EXPECT_EQ(series().samples, Samples{101});
  ASSERT_EQ(series().discarded.size(), 1u);
  EXPECT_EQ(series().discarded[0], (Discard{0, "no_clock_reading"}));
}

TEST_F(FoldTest, WhatIsWrongIsSummedUp) {
  const auto request = ask(0, 3);
  for (std::int64_t block = 0; block < 3; ++block) {
    sample(request, block);
    check(request, block, block);
  }
  EXPECT_EQ(series().check->wrong, 3);
}

TEST_F(FoldTest, ARowOfFailuresEndsWithASuccess) {
  end(ask(0, 1), "deadline");
  end(ask(0, 1), "signal");
  EXPECT_EQ(fold_.failures_in_a_row("load gpu/3"), 2);
  const auto request = ask(0, 1);
  sample(request, 0);
  check(request, 0);
  end(request, "done");
  EXPECT_EQ(fold_.failures_in_a_row("load gpu/3"), 0);
  EXPECT_EQ(fold_.failures("hbm.bandwidth memory.copy gpu/3 bytes=4096"), 2);
}

TEST_F(FoldTest, AnInterruptionIsNamedAndIsNoFailure) {
  const auto request = ask(0, 2);
  sample(request, 0);
  apply(ResumeEntry{.at = "t", .boot_id = "b"});
  EXPECT_EQ(fold_.run().interrupted, std::vector<std::string>{"hbm.bandwidth memory.copy gpu/3"});
  EXPECT_TRUE(fold_.open().empty());
  EXPECT_EQ(fold_.failures("hbm.bandwidth memory.copy gpu/3 bytes=4096"), 0);
  // The half block is measured again, and once only.
  const auto again = ask(0, 1);
  sample(again, 0);
  check(again, 0);
  EXPECT_EQ(series().samples, Samples{100});
}

TEST_F(FoldTest, AWarmupIsItsTemperatures) {
  const auto request = ask(0, 2, Purpose::warmup);
  sample(request, 0);
  check(request, 0);
  sample(request, 1);
  check(request, 1, 5);
  event(request, DoneEvent{});
  end(request, "done");
  ASSERT_EQ(fold_.evidence().warmup.size(), 1u);
  EXPECT_EQ(fold_.evidence().warmup[0].temp_mc, (Samples{50'000, 50'001}));
  EXPECT_EQ(fold_.evidence().warmup[0].ended_ns, 77);
  EXPECT_EQ(fold_.evidence().warmup[0].launches, 14);
  EXPECT_TRUE(fold_.evidence().measurements.empty());
  ASSERT_EQ(fold_.evidence().exits.size(), 1u) << "wrong data of a warm-up is evidence";
  const auto broken = ask(0, 2, Purpose::warmup);
  sample(broken, 0);
  end(broken, "signal");
  EXPECT_EQ(fold_.evidence().warmup.size(), 1u);
}

TEST_F(FoldTest, AWarmupWithoutAnAnswerIsAFaultAndNotWrong) {
  const auto request = ask(0, 1, Purpose::warmup);
  sample(request, 0);
  event(request, CheckEvent{.block = 0, .check = {.kind = "exact", .expected = "aa", .got = ""}});
  ASSERT_EQ(fold_.evidence().exits.size(), 1u);
  EXPECT_EQ(fold_.evidence().exits[0].detail,
            "data.unanswered: no answer in block 0 of the warm-up");
}

TEST_F(FoldTest, AGapInTheTelemetryIsEvidence) {
  apply(GapEntry{{"gpu/3", 5, 9}});
  ASSERT_EQ(fold_.evidence().gaps.size(), 1u);
  EXPECT_EQ(fold_.evidence().gaps[0].unit_id, "gpu/3");
}

TEST_F(FoldTest, KeepsTheNodesCountersAndWhatTheLogSaysOnce) {
  const LogEvent line{.t_ns = 5, .source = "kmsg", .gpu = "gpu/3", .code = "xid.79", .text = "x"};
  CountersEvent counters;
  counters.gpus.resize(1);
  counters.gpus[0].unit_id = "gpu/3";
  counters.gpus[0].pcie_replays = 1;
  counters.node = NodeCounters{};
  counters.node->kernel_log = std::string("kmsg");
  counters.log = {line};
  const auto before = ask(0, 1, Purpose::before);
  event(before, counters);
  end(before, "done");
  const auto watch = ask(0, 1, Purpose::watch);
  CountersEvent followed;
  followed.log = {line};
  event(watch, followed);
  EXPECT_EQ(fold_.evidence().log.size(), 1u);
  EXPECT_EQ(*fold_.evidence().node_before.kernel_log, "kmsg");
  EXPECT_FALSE(fold_.evidence().node_after.kernel_log);
  // A watch has no counters, and a second reading after the load does not replace the first.
  EXPECT_FALSE(fold_.apply(EventEntry{watch, WireEvent{watch, seq_, 0, counters}}, 1));
  const auto after = ask(0, 1, Purpose::after);
  event(after, counters);
  counters.gpus[0].pcie_replays = 9;
  event(after, counters);
  EXPECT_EQ(*fold_.evidence().after.at(0).pcie_replays, 1);
}

TEST_F(FoldTest, RefusesWhatContradicts) {
  EXPECT_FALSE(fold_.apply(OpenEntry{}, 1));
  EXPECT_FALSE(fold_.apply(EventEntry{9, WireEvent{9, 0, 0, DoneEvent{}}}, 1));
  EXPECT_FALSE(fold_.apply(ExitEntry{9, {}}, 1));
  EXPECT_FALSE(fold_.apply(AskEntry{.ask = 5}, 1));
  const auto request = ask(0, 1);
  EXPECT_FALSE(fold_.apply(EventEntry{request, WireEvent{request, 0, 0, FactsEvent{}}}, 1));
  apply(CloseEntry{"inconclusive", "interrupted", "", 3});
  EXPECT_FALSE(fold_.apply(SealEntry{}, 1));
  EXPECT_FALSE(Fold().apply(SealEntry{}, 1));
}

TEST(MergeCheck, KeepsTheFirstWrongAnswer) {
  std::optional<Check> sum;
  merge_check(sum, {.kind = "exact", .expected = "aa", .got = "aa"});
  merge_check(sum, {.kind = "exact", .expected = "aa", .got = "bb", .wrong = 2});
  merge_check(sum, {.kind = "exact", .expected = "aa", .got = "aa"});
  EXPECT_EQ(sum->got, "bb");
  EXPECT_EQ(sum->wrong, 2);
}

// Not even a right one before or after it makes a series right; and a wrong one is wrong.
TEST(MergeCheck, ABlockWithoutAnAnswerLeavesTheSeriesWithoutOne) {
  const Check right{.kind = "exact", .expected = "aa", .got = "aa"};
  const Check none{.kind = "exact", .expected = "aa", .got = ""};
  for (const auto& blocks : {std::array{right, none}, {none, right}}) {
    std::optional<Check> sum;
    for (const Check& block : blocks) merge_check(sum, block);
    EXPECT_TRUE(is_unanswered(*sum));
    EXPECT_FALSE(is_wrong(*sum));
    merge_check(sum, {.kind = "exact", .expected = "aa", .got = "bb"});
    EXPECT_TRUE(is_wrong(*sum));
    merge_check(sum, none);
    EXPECT_TRUE(is_wrong(*sum));
  }
}

// What was expected is said without an answer too.
TEST(MergeCheck, ABlockWithoutAnAnswerHidesNoContradiction) {
  std::optional<Check> sum;
  merge_check(sum, {.kind = "exact", .expected = "aa", .got = "aa"});
  merge_check(sum, {.kind = "exact", .expected = "aa", .got = ""});
  merge_check(sum, {.kind = "exact", .expected = "bb", .got = "bb"});
  EXPECT_TRUE(is_wrong(*sum));
}

TEST(MergeCheck, TheSumIsWhatAReportCanCarry) {
  std::optional<Check> sum;
  merge_check(sum, {.kind = "pattern", .expected = "", .got = "", .wrong = kMaxJsonInteger});
  merge_check(sum, {.kind = "pattern", .expected = "", .got = "", .wrong = 2});
  EXPECT_EQ(sum->wrong, kMaxJsonInteger);
}

TEST(MergeCheck, BlocksThatDisagreeAreWrongWhateverTheWorkerSays) {
  std::optional<Check> sum;
  merge_check(sum, {.kind = "exact", .expected = "aa", .got = "aa"});
  merge_check(sum, {.kind = "exact", .expected = "bb", .got = "bb"});
  EXPECT_EQ(sum->wrong, 1);
  std::optional<Check> kinds;
  merge_check(kinds, {.kind = "pattern", .expected = "", .got = ""});
  merge_check(kinds, {.kind = "exact", .expected = "", .got = ""});
  EXPECT_EQ(kinds->wrong, 1);
}

}  // namespace
}  // namespace ga
