// What the tests of the fold share: an attempt that is opened, and one record after the other.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "acceptance/journal/fold.h"

namespace ga {

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
    entry.unit_id = unit_;
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
  // The counters of one GPU, by its own worker or, with those of the node, by the node's.
  void counters(Purpose purpose, const std::string& unit, std::optional<std::int64_t> energy_mj,
                const std::string& worker_of = "node") {
    const auto request = counters_without_end(purpose, unit, energy_mj, worker_of);
    apply(ExitEntry{request, {"facts node", "events node", "done", ""}});
  }
  std::int64_t counters_without_end(Purpose purpose, const std::string& unit,
                                    std::optional<std::int64_t> energy_mj,
                                    const std::string& worker_of = "node") {
    AskEntry entry{.ask = fold_.next_ask(), .worker = "facts node", .purpose = purpose};
    entry.unit_id = worker_of;
    entry.request.id = entry.ask;
    entry.request.verb = Verb::events;
    apply(entry);
    CountersEvent event;
    event.gpus.emplace_back().unit_id = unit;
    event.gpus[0].energy_mj = energy_mj ? KnownInt(*energy_mj) : KnownInt::missing("GPU is lost");
    if (worker_of == "node") event.node.emplace();
    this->event(entry.ask, std::move(event));
    return entry.ask;
  }
  // Block 0, a checkpoint at 120 mJ behind it, and block 1, of which none knows.
  void measure_past_a_checkpoint() {
    counters(Purpose::before, "gpu/3", 100);
    measure(0);
    counters(Purpose::checkpoint, "gpu/3", 120);
    measure(1);
  }
  void log(Purpose purpose, std::vector<LogEvent> lines) {
    AskEntry entry{.ask = fold_.next_ask(), .worker = "watch node", .purpose = purpose};
    entry.unit_id = "node";
    entry.request.id = entry.ask;
    entry.request.verb = purpose == Purpose::watch ? Verb::log : Verb::events;
    apply(entry);
    event(entry.ask, CountersEvent{.log = std::move(lines)});
  }
  const Measurement& series() { return fold_.evidence().measurements.at(0); }

  Fold fold_;
  std::string unit_ = "gpu/3";  // that is asked to measure
  std::int64_t t_ = 0, seq_ = 0;
};

using Samples = std::vector<std::int64_t>;

}  // namespace ga
