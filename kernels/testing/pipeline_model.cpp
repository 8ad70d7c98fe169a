#include "kernels/testing/pipeline_model.h"

#include <cstdint>
#include <cstring>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "kernels/gemm/gemm_sm90_shape.h"

namespace ga::testing {
namespace {

using Small = std::int8_t;
constexpr int kMaxCtas = 2, kMaxStages = 3, kMaxConsumers = 2;
constexpr int kMaxParts = 1 + kMaxCtas;  // of a stage: A, and a share of B from each CTA
constexpr Small kNothing = -1;

struct Barrier {
  Small pending, bytes, phase;  // bytes in parts; phase is the parity of the open one
};

enum Step : Small { wait, act, arrive_first, arrive_second, finished, ended };

struct Agent {
  Small step, tile;
};

// All of it: compared and hashed as bytes, so every byte is set.
struct State {
  Barrier full[kMaxCtas][kMaxStages], empty[kMaxCtas][kMaxStages];
  Small content[kMaxCtas][kMaxStages][kMaxParts];    // the tile that lies there
  Small under_way[kMaxCtas][kMaxStages][kMaxParts];  // the tile that will
  Agent producer[kMaxCtas], consumer[kMaxCtas][kMaxConsumers];
};

StageCursor cursor_at(int tile, int stages) {
  StageCursor at;
  for (int i = 0; i < tile; ++i) at.advance(stages);
  return at;
}

class Explorer {
 public:
  explicit Explorer(const PipelineRules& rules) : r_(rules) {}

  Exploration run() {
    push(initial());
    while (fault_.empty() && !open_.empty()) {
      const State state = open_.back();
      open_.pop_back();
      const std::size_t before = moves_;
      each_move(state);
      if (fault_.empty() && moves_ == before && !all_ended(state)) fault_ = "standstill";
    }
    return {seen_.size(), fault_};
  }

 private:
  State initial() const {
    State s;
    std::memset(&s, 0, sizeof s);
    std::memset(s.content, kNothing, sizeof s.content);
    std::memset(s.under_way, kNothing, sizeof s.under_way);
    for (int c = 0; c < r_.ctas; ++c) {
      for (int stage = 0; stage < r_.stages; ++stage) {
        s.full[c][stage].pending = 1;
        s.empty[c][stage].pending = empty_arrivals();
      }
    }
    return s;
  }
  Small empty_arrivals() const {
    return static_cast<Small>(r_.consumers * r_.ctas + r_.empty_arrivals_off_by);
  }
  int parts() const { return 1 + r_.ctas; }

  void push(const State& state) {
    std::string bytes(sizeof state, '\0');
    std::memcpy(bytes.data(), &state, sizeof state);
    if (seen_.insert(std::move(bytes)).second) open_.push_back(state);
  }
  void moved(const State& state) {
    ++moves_;
    push(state);
  }
  void fail(std::string_view what) {
    if (fault_.empty()) fault_ = what;
  }

  bool cta_ended(const State& s, int c) const {
    bool ended = s.producer[c].step == Step::ended;
    for (int w = 0; w < r_.consumers; ++w) ended = ended && s.consumer[c][w].step == Step::ended;
    return ended;
  }
  bool all_ended(const State& s) const {
    for (int c = 0; c < r_.ctas; ++c) {
      if (!cta_ended(s, c)) return false;
    }
    return true;
  }

  static bool passed(const Barrier& barrier, std::uint32_t parity) {
    return static_cast<std::uint32_t>(barrier.phase) != parity;
  }
  void settle(Barrier& barrier, Small arrivals) {
    if (barrier.pending != 0 || barrier.bytes != 0) return;
    barrier.phase ^= 1;
    barrier.pending = arrivals;
  }

  // Whether some consumer of the CTA reads, or has still to read, what lies in the stage.
  bool needed(const State& s, int c, int tile) const {
    if (tile == kNothing) return false;
    for (int w = 0; w < r_.consumers; ++w) {
      const Agent& consumer = s.consumer[c][w];
      if (consumer.step >= Step::finished) continue;
      // The products of the tile before run until those of the next have begun, or are waited for.
      const bool runs =
          !r_.waits_for_own && consumer.tile == tile + 1 && consumer.step <= Step::act;
      const bool done = r_.waits_for_own && consumer.tile == tile && consumer.step > Step::act;
      if ((consumer.tile <= tile && !done) || runs) return true;
    }
    return false;
  }

  void land(State s, int c, int stage, int part) {
    Small& coming = s.under_way[c][stage][part];
    if (cta_ended(s, c)) return fail("a copy lands in a CTA that has ended");
    if (needed(s, c, s.content[c][stage][part])) return fail("overwrites what is read");
    s.content[c][stage][part] = coming;
    coming = kNothing;
    Barrier& full = s.full[c][stage];
    --full.bytes;
    if (full.pending == 0 && full.bytes < 0) return fail("more bytes than announced");
    settle(full, 1);
    moved(s);
  }

  void produce(State s, int c) {
    Agent& me = s.producer[c];
    const StageCursor at = cursor_at(me.tile, r_.stages);
    if (me.step == Step::wait) {
      const std::uint32_t parity = r_.producer_takes_other_parity ? at.parity ^ 1 : at.parity;
      if (r_.waits_empty && !passed(s.empty[c][at.stage], parity)) return;
      me.step = Step::act;
      return moved(s);
    }
    if (me.step == Step::act) {  // announce
      Barrier& full = s.full[c][at.stage];
      if (full.pending == 0) return fail("more arrivals than expected");
      full.bytes = static_cast<Small>(full.bytes + parts());
      full.pending = 0;
      settle(full, 1);
      me.step = Step::arrive_first;
      return moved(s);
    }
    issue(s, c, 0, at.stage, me.tile);
    for (int to = 0; to < r_.ctas; ++to) issue(s, to, 1 + c, at.stage, me.tile);
    me.step = ++me.tile == r_.tiles ? Step::finished : Step::wait;
    moved(s);
  }
  void issue(State& s, int to, int part, int stage, Small tile) {
    Small& place = s.under_way[to][stage][part];
    if (place != kNothing) fail("two copies under way to one place");
    place = tile;
  }

  // The stage that a consumer releases at this point: that of the tile before, or its own.
  int released_tile(const Agent& me) const { return me.tile - (r_.releases_after_next ? 1 : 0); }

  void consume(State s, int c, int w) {
    Agent& me = s.consumer[c][w];
    const StageCursor at = cursor_at(me.tile, r_.stages);
    const bool drains = me.tile == r_.tiles;  // no stage is left: the last products are waited for
    if (me.step == Step::wait) {
      if (!drains && r_.waits_full && !passed(s.full[c][at.stage], at.parity)) return;
      me.step = Step::act;
      return moved(s);
    }
    if (me.step == Step::act) {  // the products of this stage begin; those of the one before end
      for (int part = 0; !drains && part < parts(); ++part) {
        if (s.content[c][at.stage][part] != me.tile) return fail("multiplies the wrong stage");
      }
      const bool releases = released_tile(me) >= 0 && released_tile(me) < r_.tiles;
      me.step = releases ? Step::arrive_first : Step::arrive_second;
      if (!releases) return next_tile(s, me);
      return moved(s);
    }
    const int target = me.step == Step::arrive_first ? c : 1 - c;
    arrive(s, target, cursor_at(released_tile(me), r_.stages).stage);
    const bool more = me.step == Step::arrive_first && r_.ctas == 2 && r_.releases_to_all;
    if (!more) return next_tile(s, me);
    me.step = Step::arrive_second;
    moved(s);
  }
  void next_tile(State& s, Agent& me) {
    ++me.tile;
    me.step = me.tile > r_.tiles ? Step::finished : Step::wait;
    moved(s);
  }
  void arrive(State& s, int c, int stage) {
    if (cta_ended(s, c)) return fail("arrives at a CTA that has ended");
    Barrier& empty = s.empty[c][stage];
    if (empty.pending == 0) return fail("more arrivals than expected");
    --empty.pending;
    settle(empty, empty_arrivals());
  }

  bool may_end(const State& s) const {
    if (!r_.meets_at_end || r_.ctas == 1) return true;
    for (int c = 0; c < r_.ctas; ++c) {
      if (s.producer[c].step < Step::finished) return false;
      for (int w = 0; w < r_.consumers; ++w) {
        if (s.consumer[c][w].step < Step::finished) return false;
      }
    }
    return true;
  }

  void each_move(const State& s) {
    for (int c = 0; c < r_.ctas; ++c) {
      for (int stage = 0; stage < r_.stages; ++stage) {
        for (int part = 0; part < parts(); ++part) {
          if (s.under_way[c][stage][part] != kNothing) land(s, c, stage, part);
        }
      }
      move_agent(
          s, s.producer[c].step, [&](State& to) -> Agent& { return to.producer[c]; },
          [&] { produce(s, c); });
      for (int w = 0; w < r_.consumers; ++w) {
        move_agent(
            s, s.consumer[c][w].step, [&](State& to) -> Agent& { return to.consumer[c][w]; },
            [&] { consume(s, c, w); });
      }
    }
  }
  template <class Pick, class Go>
  void move_agent(const State& s, Small step, Pick&& pick, Go&& go) {
    if (step < Step::finished) return go();
    if (step == Step::ended || !may_end(s)) return;
    State to = s;
    pick(to).step = Step::ended;
    moved(to);
  }

  PipelineRules r_;
  std::unordered_set<std::string> seen_;
  std::vector<State> open_;
  std::size_t moves_ = 0;
  std::string fault_;
};

}  // namespace

Exploration explore(const PipelineRules& rules) { return Explorer(rules).run(); }

}  // namespace ga::testing
