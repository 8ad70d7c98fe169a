// Agents that share barriers and memory, each with a script of steps, explored over all
// interleavings.
//
// For protocols whose agents do a known sequence of things: a producer, consumer warpgroups. Copies
// under way land one by one, in any order, at any moment; stores read their memory until some later
// moment. Found are: a standstill, a read of what is not there, a copy or a write into what
// somebody still reads, more arrivals or bytes than a barrier expects, two agents in a section at a
// time, an end that leaves a store, a copy or a half-full barrier behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ga::testing {

enum class Do : std::int8_t {
  wait,        // for the phase of parity `value` of mbarrier `at`
  arrive,      // at mbarrier `at`
  load,        // content `value` into place `at`; announces it to mbarrier `with`, and arrives
  begin_read,  // of place `at`, where content `value` must lie; an asynchronous product
  end_read,    // it has been waited for
  sync,        // named barrier `at` of two agents: arrives and waits
  signal,      // arrives there and goes on
  enter,       // a section in which one agent may be at a time
  leave,
  write,        // place `at`
  store,        // place `at` begins to be read by a store
  wait_stores,  // of this agent
};
struct ScriptStep {
  Do what;
  std::int8_t at = 0, value = 0, with = 0;
};
struct Script {
  std::vector<std::int8_t> arrivals;  // that each mbarrier expects
  int places = 0, named = 0;
  std::vector<std::vector<ScriptStep>> agents;
};

struct ScriptOutcome {
  std::size_t states = 0;
  std::string fault;  // "" where every way ends well
};
ScriptOutcome explore(const Script& script);

}  // namespace ga::testing
