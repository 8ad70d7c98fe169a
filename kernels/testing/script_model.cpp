#include "kernels/testing/script_model.h"

#include <cstring>
#include <string_view>
#include <unordered_set>

namespace ga::testing {
namespace {

using Small = std::int8_t;
constexpr int kMaxBarriers = 14, kMaxPlaces = 12, kMaxAgents = 4, kMaxNamed = 4;
constexpr Small kNothing = -1;

struct Barrier {
  Small pending, bytes, phase;  // bytes in loads; phase is the parity of the open one
};
struct Place {
  Small content, coming, informs;  // informs: the mbarrier of the load under way
  Small readers;                   // agents, a bit each
  Small stored_by;                 // the agent whose store reads it
};
struct Agent {
  std::int16_t next;
  Small waits_at;  // a named barrier
};

// All of it: compared and hashed as bytes, so every byte is set.
struct State {
  Barrier barriers[kMaxBarriers];
  Place places[kMaxPlaces];
  Agent agents[kMaxAgents];
  Small named[kMaxNamed];  // arrivals
  Small inside;            // the agent in the section
};

class Explorer {
 public:
  explicit Explorer(const Script& script) : script_(script) {}

  ScriptOutcome run() {
    push(initial());
    while (fault_.empty() && !open_.empty()) {
      const State state = open_.back();
      open_.pop_back();
      moved_ = false;
      for (int place = 0; place < script_.places; ++place) each_copy(state, place);
      for (std::size_t agent = 0; agent < script_.agents.size(); ++agent) move(state, agent);
      if (fault_.empty() && !moved_) end(state);
    }
    return {seen_.size(), fault_};
  }

 private:
  State initial() const {
    State s;
    std::memset(&s, 0, sizeof s);
    for (std::size_t i = 0; i < script_.arrivals.size(); ++i) {
      s.barriers[i].pending = script_.arrivals[i];
    }
    for (Place& place : s.places) place = {kNothing, kNothing, 0, 0, kNothing};
    for (Agent& agent : s.agents) agent.waits_at = kNothing;
    s.inside = kNothing;
    return s;
  }
  void push(const State& state) {
    std::string bytes(sizeof state, '\0');
    std::memcpy(bytes.data(), &state, sizeof state);
    if (seen_.insert(std::move(bytes)).second) open_.push_back(state);
    moved_ = true;
  }
  void fail(std::string_view what) {
    if (fault_.empty()) fault_ = what;
  }

  // Nothing can move any more.
  void end(const State& s) {
    for (std::size_t agent = 0; agent < script_.agents.size(); ++agent) {
      if (static_cast<std::size_t>(s.agents[agent].next) < script_.agents[agent].size() ||
          s.agents[agent].waits_at != kNothing) {
        return fail("standstill");
      }
    }
    for (const Small arrived : s.named) {
      if (arrived != 0) fail("a named barrier is left half full");
    }
  }

  void settle(State& s, int barrier) {
    Barrier& b = s.barriers[barrier];
    if (b.pending != 0 || b.bytes != 0) return;
    b.phase ^= 1;
    b.pending = script_.arrivals[static_cast<std::size_t>(barrier)];
  }

  bool all_ended(const State& s) const {
    for (std::size_t agent = 0; agent < script_.agents.size(); ++agent) {
      if (static_cast<std::size_t>(s.agents[agent].next) < script_.agents[agent].size()) {
        return false;
      }
    }
    return true;
  }

  void each_copy(const State& state, int at) {
    if (state.places[at].coming != kNothing) {
      State s = state;
      Place& place = s.places[at];
      if (all_ended(s)) return fail("a copy lands behind the end");
      if (place.readers != 0 || place.stored_by != kNothing) return fail("overwrites what is read");
      place.content = place.coming;
      place.coming = kNothing;
      --s.barriers[place.informs].bytes;
      settle(s, place.informs);
      push(s);
    }
    if (state.places[at].stored_by != kNothing) {
      State s = state;
      s.places[at].stored_by = kNothing;
      push(s);
    }
  }

  void arrive(State& s, int barrier) {
    if (s.barriers[barrier].pending == 0) return fail("more arrivals than expected");
    --s.barriers[barrier].pending;
    settle(s, barrier);
  }

  bool arrive_named(State& s, int barrier) {
    if (++s.named[barrier] < 2) return false;
    s.named[barrier] = 0;
    for (Agent& agent : s.agents) {
      if (agent.waits_at == barrier) agent.waits_at = kNothing;
    }
    return true;
  }

  bool stores_pending(const State& s, std::size_t agent) const {
    for (const Place& place : s.places) {
      if (place.stored_by == static_cast<Small>(agent)) return true;
    }
    return false;
  }

  void move(State s, std::size_t agent) {
    Agent& me = s.agents[agent];
    const auto& script = script_.agents[agent];
    const auto next = static_cast<std::size_t>(me.next);
    if (me.waits_at != kNothing || next == script.size()) return;
    const ScriptStep step = script[next];
    if (step.what == Do::wait && s.barriers[step.at].phase == step.value) return;
    if (step.what == Do::wait_stores && stores_pending(s, agent)) return;
    ++me.next;
    take(s, agent, step);
    if (next + 1 == script.size() && stores_pending(s, agent)) fail("ends before its store");
    push(s);
  }

  void take(State& s, std::size_t agent, const ScriptStep& step) {
    const auto self = static_cast<Small>(agent);
    const auto bit = static_cast<Small>(1 << agent);
    Place& place = s.places[step.at];
    switch (step.what) {
      case Do::wait:
      case Do::wait_stores:
        return;
      case Do::arrive:
        return arrive(s, step.at);
      case Do::load:
        if (place.coming != kNothing) fail("two copies under way to one place");
        place.coming = step.value;
        place.informs = step.with;
        ++s.barriers[step.with].bytes;
        return arrive(s, step.with);
      case Do::begin_read:
        if (place.content != step.value) fail("reads what is not there");
        place.readers = static_cast<Small>(place.readers | bit);
        return;
      case Do::end_read:
        place.readers = static_cast<Small>(place.readers & ~bit);
        return;
      case Do::sync:
        if (!arrive_named(s, step.at)) s.agents[agent].waits_at = step.at;
        return;
      case Do::signal:
        arrive_named(s, step.at);
        return;
      case Do::enter:
        if (s.inside != kNothing) fail("two in the section");
        s.inside = self;
        return;
      case Do::leave:
        s.inside = kNothing;
        return;
      case Do::write:
        if (place.stored_by != kNothing) fail("overwrites what is stored");
        return;
      case Do::store:
        place.stored_by = self;
        return;
    }
  }

  const Script& script_;
  std::unordered_set<std::string> seen_;
  std::vector<State> open_;
  bool moved_ = false;
  std::string fault_;
};

}  // namespace

ScriptOutcome explore(const Script& script) { return Explorer(script).run(); }

}  // namespace ga::testing
