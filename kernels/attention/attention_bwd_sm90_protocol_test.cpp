// The barriers of the Hopper attention backward over all interleavings: right as they are, and
// wrong in each way. The scripts follow attention_bwd_sm90_kernel.cuh line by line; stages and
// parities are its own StageCursor.
#include <gtest/gtest.h>

#include "kernels/gemm/gemm_sm90_shape.h"
#include "kernels/testing/script_model.h"

namespace {

using ga::StageCursor;
using ga::testing::Do;
using ga::testing::Script;
using ga::testing::ScriptStep;

// What the kernel does. A test turns one off and must see the fault.
struct BackwardRules {
  int consumers = 2, stages = 2;
  int steps = 4;
  bool waits_full_own = true, waits_full = true, waits_empty = true;
  bool producer_takes_other_parity = true;
  bool releases = true, releases_when_read = true;  // else when issued
  bool waits_for_store = true;
  int fewer_steps_of_last_consumer = 0;
  int empty_arrivals_off_by = 0;
};

class BackwardWriter {
 public:
  explicit BackwardWriter(const BackwardRules& rules) : r_(rules) {}

  Script script() {
    Script script;
    script.arrivals.assign(static_cast<std::size_t>(1 + 2 * r_.stages), 1);
    // The own rows are a place for each consumer, and here a load; the kernel announces both at
    // once.
    script.arrivals[kFullOwn] = static_cast<std::int8_t>(r_.consumers);
    for (int stage = 0; stage < r_.stages; ++stage) {
      script.arrivals[static_cast<std::size_t>(empty(stage))] =
          static_cast<std::int8_t>(r_.consumers + r_.empty_arrivals_off_by);
    }
    script.places = r_.consumers + r_.stages;
    script.agents.push_back(producer());
    for (int i = 0; i < r_.consumers; ++i) script.agents.push_back(consumer(i));
    return script;
  }

 private:
  static constexpr int kFullOwn = 0;
  int full(int stage) const { return 1 + stage; }
  int empty(int stage) const { return 1 + r_.stages + stage; }
  int place(int stage) const { return r_.consumers + stage; }

  void add(Do what, int at, int value = 0, int with = 0) {
    out_.push_back({what, static_cast<std::int8_t>(at), static_cast<std::int8_t>(value),
                    static_cast<std::int8_t>(with)});
  }
  void wait(bool does, int barrier, std::uint32_t parity) {
    if (does) add(Do::wait, barrier, static_cast<int>(parity));
  }

  std::vector<ScriptStep> producer() {
    out_.clear();
    for (int i = 0; i < r_.consumers; ++i) add(Do::load, i, 0, kFullOwn);
    StageCursor at;
    for (int step = 0; step < r_.steps; ++step) {
      wait(r_.waits_empty, empty(at.stage),
           r_.producer_takes_other_parity ? at.parity ^ 1 : at.parity);
      add(Do::load, place(at.stage), step, full(at.stage));
      at.advance(r_.stages);
    }
    return out_;
  }

  std::vector<ScriptStep> consumer(int index) {
    out_.clear();
    wait(r_.waits_full_own, kFullOwn, 0);
    StageCursor at;
    const bool last = index == r_.consumers - 1;
    const int steps = r_.steps - (last ? r_.fewer_steps_of_last_consumer : 0);
    for (int step = 0; step < steps; ++step) {
      wait(r_.waits_full, full(at.stage), at.parity);
      add(Do::begin_read, index);
      add(Do::begin_read, place(at.stage), step);
      if (r_.releases && !r_.releases_when_read) add(Do::arrive, empty(at.stage));
      add(Do::end_read, index);
      add(Do::end_read, place(at.stage));
      if (r_.releases && r_.releases_when_read) add(Do::arrive, empty(at.stage));
      at.advance(r_.stages);
    }
    add(Do::write, index);
    add(Do::store, index);
    if (r_.waits_for_store) add(Do::wait_stores, 0);
    return out_;
  }

  BackwardRules r_;
  std::vector<ScriptStep> out_;
};

std::string fault_of(const BackwardRules& rules) {
  return ga::testing::explore(BackwardWriter(rules).script()).fault;
}

TEST(AttentionBackwardProtocol, EveryInterleavingEndsWell) {
  for (const int stages : {2, 3}) {
    for (const int steps : {0, 1, 2, 3, 7}) {
      const auto found =
          ga::testing::explore(BackwardWriter({.stages = stages, .steps = steps}).script());
      EXPECT_EQ(found.fault, "") << stages << " stages, " << steps << " steps";
      EXPECT_GT(found.states, static_cast<std::size_t>(10 * steps));
    }
  }
}

TEST(AttentionBackwardProtocol, FindsMissingWaits) {
  EXPECT_EQ(fault_of({.waits_full_own = false}), "reads what is not there");
  EXPECT_NE(fault_of({.steps = 0, .waits_full_own = false}), "");  // a gradient under the own rows
  EXPECT_EQ(fault_of({.waits_full = false}), "reads what is not there");
  EXPECT_NE(fault_of({.waits_empty = false}), "");
  EXPECT_EQ(fault_of({.waits_for_store = false}), "ends before its store");
}

TEST(AttentionBackwardProtocol, FindsWhatIsGivenBackTooEarlyOrNever) {
  EXPECT_EQ(fault_of({.releases = false}), "standstill");
  EXPECT_NE(fault_of({.releases_when_read = false}), "");
}

TEST(AttentionBackwardProtocol, FindsWrongCountsAndParities) {
  EXPECT_EQ(fault_of({.producer_takes_other_parity = false}), "standstill");
  EXPECT_EQ(fault_of({.empty_arrivals_off_by = 1}), "standstill");
  EXPECT_NE(fault_of({.empty_arrivals_off_by = -1}), "");
  EXPECT_EQ(fault_of({.fewer_steps_of_last_consumer = 1}), "");  // the last stage is nobody's
  EXPECT_EQ(fault_of({.fewer_steps_of_last_consumer = 2}), "");
  EXPECT_EQ(fault_of({.fewer_steps_of_last_consumer = 3}), "standstill");
}

}  // namespace
