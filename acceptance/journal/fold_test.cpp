// The evidence is what the records say: blocks with their checks, once each, and every failure.
#include "acceptance/journal/fold.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

class FoldTest : public ::testing::Test {
 protected:
  FoldTest() {
    OpenEntry open{.started = "t", .boot_id = "b", .level = "quick"};
    open.profile.sha256 = std::string(64, '0');
    apply(open);
  }

  void apply(const Entry& entry) {
    // Through its JSON form, as a resumed session reads it.
    const auto reread = entry_from_json(type_of(entry), to_json(entry));
    ASSERT_TRUE(reread) << reread.error().what();
    EXPECT_EQ(*reread, entry);
    const Status applied = fold_.apply(*reread, ++t_);
    EXPECT_TRUE(applied) << applied.error().what();
  }

  std::int64_t ask(std::int64_t first, std::int64_t blocks, Purpose purpose = Purpose::series) {
    AskEntry entry{.ask = fold_.next_ask(), .worker = "load gpu/3", .purpose = purpose};
    entry.gate = purpose == Purpose::series ? "hbm.bandwidth" : "";
    entry.unit_id = "gpu/3";
    entry.request.id = entry.ask;
    entry.request.verb = Verb::case_;
    entry.request.case_id = "memory.copy";
    entry.request.params = {{"bytes", 4096}};
    entry.request.first_block = first;
    entry.request.blocks = blocks;
    entry.request.block_ns = 400;
    apply(entry);
    return entry.ask;
  }
  void event(std::int64_t ask, decltype(WireEvent::body) body) {
    apply(EventEntry{ask, WireEvent{ask, seq_++, 77, std::move(body)}});
  }
  void sample(std::int64_t ask, std::int64_t block, std::string discard = "") {
    event(ask, SampleEvent{.block = block,
                           .unit = "bytes_per_s",
                           .value = 100 + block,
                           .clock_mhz = 1980,
                           .temp_mc = 50'000 + block,
                           .discard = std::move(discard)});
  }
  void check(std::int64_t ask, std::int64_t block, std::int64_t wrong = 0) {
    event(ask, CheckEvent{
                   block,
                   {.kind = "pattern", .expected = "", .got = "", .wrong = wrong, .launches = 7}});
  }
  void end(std::int64_t ask, const std::string& how) {
    apply(ExitEntry{ask, {"load gpu/3", "hbm.bandwidth memory.copy gpu/3", how, "why"}});
  }
  // One block, checked.
  void measure(std::int64_t block, std::int64_t wrong = 0) {
    const auto request = ask(block, 1);
    sample(request, block);
    check(request, block, wrong);
    end(request, "done");
  }
  // The counters of one GPU and of the node, as the node's worker reads them.
  void counters(Purpose purpose, const std::string& unit, std::int64_t energy_mj) {
    AskEntry entry{.ask = fold_.next_ask(), .worker = "facts node", .purpose = purpose};
    entry.unit_id = "node";
    entry.request.id = entry.ask;
    entry.request.verb = Verb::events;
    apply(entry);
    CountersEvent event;
    event.gpus.emplace_back().unit_id = unit;
    event.gpus[0].energy_mj = energy_mj;
    event.node.emplace();
    this->event(entry.ask, std::move(event));
    apply(ExitEntry{entry.ask, {"facts node", "events node", "done", ""}});
  }
  const Measurement& series() { return fold_.evidence().measurements.at(0); }

  Fold fold_;
  std::int64_t t_ = 0, seq_ = 0;
};

using Samples = std::vector<std::int64_t>;

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

TEST_F(FoldTest, AnotherBootGoesOnFromTheCheckpoint) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  EXPECT_TRUE(fold_.has_checkpoint());
  measure(1);
  counters(Purpose::after, "gpu/3", 130);
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

TEST_F(FoldTest, AWrongWordOutlivesTheRestart) {
  counters(Purpose::before, "gpu/3", 100);
  measure(0);
  counters(Purpose::checkpoint, "gpu/3", 120);
  measure(1, 5);
  apply(ResumeEntry{"t", "c", 0});
  EXPECT_EQ(series().check->wrong, 5);
  EXPECT_EQ(series().samples.size(), 2u);
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
  CountersEvent event;
  event.log.push_back({.t_ns = 5, .source = "kmsg", .gpu = "", .code = "xid.1", .text = ""});
  event.gpus.emplace_back().unit_id = "gpu/3";
  AskEntry entry{.ask = fold_.next_ask(), .worker = "facts node", .purpose = Purpose::before};
  entry.unit_id = "node";
  entry.request.id = entry.ask;
  entry.request.verb = Verb::events;
  apply(entry);
  apply(EventEntry{entry.ask, WireEvent{entry.ask, seq_++, 77, event}});
  ASSERT_EQ(fold_.evidence().log.size(), 1u);
  EXPECT_EQ(fold_.evidence().log[0].boot, 1);
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
