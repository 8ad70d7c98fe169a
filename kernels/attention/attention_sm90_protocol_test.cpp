// The barriers of the Hopper attention over all interleavings: right as they are, and wrong in each
// way. The scripts follow attention_sm90_kernel.cuh line by line; stages and parities are its own
// StageCursor.
#include <gtest/gtest.h>

#include "kernels/gemm/gemm_sm90_shape.h"
#include "kernels/testing/script_model.h"

namespace {

using ga::StageCursor;
using ga::testing::Do;
using ga::testing::explore;
using ga::testing::Script;
using ga::testing::ScriptStep;

using Small = std::int8_t;

// What the kernel does. A test turns one off and must see the fault.
struct Rules {
  int consumers = 2, stages = 2;
  std::vector<int> steps = {2, 1};  // of each tile of one CTA
  bool waits_full_q = true, waits_full_k = true, waits_full_v = true;
  bool waits_empty_q = true, waits_empty_k = true, waits_empty_v = true;
  bool producer_takes_other_parity = true;
  bool releases_q = true;
  bool releases_q_at_last_step = true;                            // else with the first
  bool releases_k_when_read = true, releases_v_when_read = true;  // else when issued
  bool first_turn_is_given = true, ends_turns = true, takes_turns = true, drains_turns = true;
  bool waits_before_staging = true, waits_at_end = true;
  bool producer_skips_empty_tiles = true;
  int fewer_steps_of_last_consumer = 0;
  int empty_arrivals_off_by = 0;
};

class Writer {
 public:
  explicit Writer(const Rules& rules) : r_(rules) {}

  Script script() {
    Script script;
    script.arrivals.assign(static_cast<std::size_t>(2 + 4 * r_.stages), 1);
    const auto empty = static_cast<Small>(r_.consumers + r_.empty_arrivals_off_by);
    script.arrivals[1] = empty;
    for (int stage = 0; stage < r_.stages; ++stage) {
      script.arrivals[static_cast<std::size_t>(empty_k(stage))] = empty;
      script.arrivals[static_cast<std::size_t>(empty_v(stage))] = empty;
    }
    script.places = 1 + 2 * r_.stages + r_.consumers;
    script.named = r_.consumers;
    script.agents.push_back(producer());
    for (int i = 0; i < r_.consumers; ++i) script.agents.push_back(consumer(i));
    return script;
  }

 private:
  static constexpr Small kFullQ = 0, kEmptyQ = 1, kQ = 0;
  int full_k(int stage) const { return 2 + stage; }
  int empty_k(int stage) const { return 2 + r_.stages + stage; }
  int full_v(int stage) const { return 2 + 2 * r_.stages + stage; }
  int empty_v(int stage) const { return 2 + 3 * r_.stages + stage; }
  int k(int stage) const { return 1 + stage; }
  int v(int stage) const { return 1 + r_.stages + stage; }
  int staged(int consumer) const { return 1 + 2 * r_.stages + consumer; }

  void add(Do what, int at = 0, int value = 0, int with = 0) {
    out_.push_back(
        {what, static_cast<Small>(at), static_cast<Small>(value), static_cast<Small>(with)});
  }
  void wait(bool does, int barrier, std::uint32_t parity) {
    if (does) add(Do::wait, barrier, static_cast<int>(parity));
  }
  void wait_empty(bool does, int barrier, const StageCursor& at) {
    wait(does, barrier, r_.producer_takes_other_parity ? at.parity ^ 1 : at.parity);
  }

  void load_k(StageCursor& at, int content) {
    wait_empty(r_.waits_empty_k, empty_k(at.stage), at);
    add(Do::load, k(at.stage), content, full_k(at.stage));
    at.advance(r_.stages);
  }
  void load_v(StageCursor& at, int content) {
    wait_empty(r_.waits_empty_v, empty_v(at.stage), at);
    add(Do::load, v(at.stage), content, full_v(at.stage));
    at.advance(r_.stages);
  }
  // Contents count the steps of all tiles; Q's the tiles.
  std::vector<ScriptStep> producer() {
    out_.clear();
    StageCursor at_q, at_k, at_v;
    int content_k = 0, content_v = 0;
    for (std::size_t tile = 0; tile < r_.steps.size(); ++tile) {
      const int steps = r_.steps[tile];
      if (steps == 0 && r_.producer_skips_empty_tiles) continue;
      if (steps > 0) load_k(at_k, content_k++);
      wait_empty(r_.waits_empty_q, kEmptyQ, at_q);
      add(Do::load, kQ, static_cast<int>(tile), kFullQ);
      at_q.advance(1);
      for (int step = steps - 1; step > 0; --step) {
        load_k(at_k, content_k++);
        load_v(at_v, content_v++);
      }
      if (steps > 0) load_v(at_v, content_v++);
    }
    return out_;
  }

  void begin_turn(int consumer) {
    if (r_.takes_turns) add(Do::sync, consumer);
  }
  void end_turn(int consumer) {
    if (r_.takes_turns && r_.ends_turns) add(Do::signal, (consumer + 1) % r_.consumers);
  }
  void release_q(bool now) {
    if (now && r_.releases_q) add(Do::arrive, kEmptyQ);
  }

  struct Cursors {
    StageCursor q, k, v;
    int content_k = 0, content_v = 0;
  };
  // The scores of a step, and before their wait the products with V of the step before.
  void step(Cursors& at, int tile, int consumer, bool first) {
    wait(r_.waits_full_k, full_k(at.k.stage), at.k.parity);
    if (!first) wait(r_.waits_full_v, full_v(at.v.stage), at.v.parity);
    begin_turn(consumer);
    add(Do::enter);
    add(Do::begin_read, kQ, tile);
    add(Do::begin_read, k(at.k.stage), at.content_k++);
    if (!r_.releases_k_when_read) add(Do::arrive, empty_k(at.k.stage));
    if (first) release_q(!r_.releases_q_at_last_step);
    if (!first) begin_values(at);
    add(Do::leave);
    end_turn(consumer);
    add(Do::end_read, kQ);
    add(Do::end_read, k(at.k.stage));
    if (r_.releases_k_when_read) add(Do::arrive, empty_k(at.k.stage));
    at.k.advance(r_.stages);
    if (!first) end_values(at);
  }
  void begin_values(Cursors& at) {
    add(Do::begin_read, v(at.v.stage), at.content_v++);
    if (!r_.releases_v_when_read) add(Do::arrive, empty_v(at.v.stage));
  }
  void end_values(Cursors& at) {
    add(Do::end_read, v(at.v.stage));
    if (r_.releases_v_when_read) add(Do::arrive, empty_v(at.v.stage));
    at.v.advance(r_.stages);
  }
  std::vector<ScriptStep> consumer(int index) {
    out_.clear();
    const bool last = index == r_.consumers - 1;
    Cursors at;
    if (last && r_.first_turn_is_given && r_.takes_turns) add(Do::signal, 0);
    for (std::size_t tile = 0; tile < r_.steps.size(); ++tile) {
      const int steps = r_.steps[tile] - (last ? r_.fewer_steps_of_last_consumer : 0);
      if (steps > 0) {
        wait(r_.waits_full_q, kFullQ, at.q.parity);
        for (int i = 0; i < steps; ++i) step(at, static_cast<int>(tile), index, i == 0);
        release_q(r_.releases_q_at_last_step);
        at.q.advance(1);
        wait(r_.waits_full_v, full_v(at.v.stage), at.v.parity);
        begin_values(at);
        end_values(at);
      }
      if (r_.waits_before_staging) add(Do::wait_stores);
      add(Do::write, staged(index));
      add(Do::store, staged(index));
    }
    if (index == 0 && r_.drains_turns) begin_turn(index);
    if (r_.waits_at_end) add(Do::wait_stores);
    return out_;
  }

  Rules r_;
  std::vector<ScriptStep> out_;
};

std::string fault(const Rules& rules) { return explore(Writer(rules).script()).fault; }

TEST(AttentionProtocol, EveryInterleavingOfTwoConsumersEndsWell) {
  const std::vector<int> tiles[] = {{1}, {3}, {0}, {2, 0, 1}, {0, 2, 0}, {1, 1, 2}};
  for (const std::vector<int>& steps : tiles) {
    const auto found = explore(Writer({.steps = steps}).script());
    EXPECT_EQ(found.fault, "") << steps.size() << " tiles";
    EXPECT_GT(found.states, steps.size());
  }
  EXPECT_EQ(fault({.stages = 1, .steps = {2, 1}}), "");  // slow, and right
  EXPECT_EQ(fault({.stages = 3, .steps = {4}}), "");
}

TEST(AttentionProtocol, EveryInterleavingOfThreeConsumersEndsWell) {
  EXPECT_EQ(fault({.consumers = 3, .steps = {2}}), "");
  EXPECT_EQ(fault({.consumers = 3, .stages = 3, .steps = {0, 1}}), "");
}

TEST(AttentionProtocol, FindsMissingWaitsOfTheConsumers) {
  EXPECT_EQ(fault({.waits_full_q = false}), "reads what is not there");
  EXPECT_EQ(fault({.waits_full_k = false}), "reads what is not there");
  EXPECT_EQ(fault({.waits_full_v = false}), "reads what is not there");
}

// Q of the next tile, and K and V two steps on, would land in what is read.
TEST(AttentionProtocol, FindsMissingWaitsOfTheProducer) {
  EXPECT_NE(fault({.waits_empty_q = false}), "");
  EXPECT_NE(fault({.steps = {3}, .waits_empty_k = false}), "");
  EXPECT_NE(fault({.steps = {3}, .waits_empty_v = false}), "");
  EXPECT_EQ(fault({.producer_takes_other_parity = false}), "standstill");
}

TEST(AttentionProtocol, FindsWhatIsGivenBackTooEarlyOrNever) {
  EXPECT_EQ(fault({.releases_q = false}), "standstill");
  EXPECT_NE(fault({.releases_q_at_last_step = false}), "");
  EXPECT_NE(fault({.steps = {3}, .releases_k_when_read = false}), "");
  EXPECT_NE(fault({.steps = {3}, .releases_v_when_read = false}), "");
}

TEST(AttentionProtocol, FindsWrongArrivals) {
  EXPECT_EQ(fault({.steps = {3}, .empty_arrivals_off_by = 1}), "standstill");
  EXPECT_NE(fault({.steps = {3}, .empty_arrivals_off_by = -1}), "");
}

TEST(AttentionProtocol, FindsBrokenTurns) {
  EXPECT_EQ(fault({.takes_turns = false}), "two in the section");
  EXPECT_EQ(fault({.first_turn_is_given = false}), "standstill");
  EXPECT_EQ(fault({.ends_turns = false}), "standstill");
  EXPECT_EQ(fault({.drains_turns = false}), "a named barrier is left half full");
}

// A tile of which no row sees a key: both sides must pass over it.
TEST(AttentionProtocol, FindsAProducerThatLoadsForAnEmptyTile) {
  EXPECT_NE(fault({.steps = {0, 1}, .producer_skips_empty_tiles = false}), "");
}

TEST(AttentionProtocol, FindsConsumersThatDisagreeOnTheSteps) {
  EXPECT_EQ(fault({.steps = {2}, .fewer_steps_of_last_consumer = 1}), "standstill");
}

TEST(AttentionProtocol, FindsStagedRowsOverwrittenOrLeftBehind) {
  EXPECT_EQ(fault({.waits_before_staging = false}), "overwrites what is stored");
  EXPECT_EQ(fault({.waits_at_end = false}), "ends before its store");
}

}  // namespace
