// EventCounters: what the gates of class B share. A counter that must not move, one that may move
// at a rate, and what makes either say nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "acceptance/core/gate.h"
#include "acceptance/gates/counters.h"

namespace ga {

struct EventCounter {
  std::string_view name;  // of the field
  KnownInt GpuCounters::*field;
};

// What the counter is known to have counted in the run, even where another reading says nothing.
std::int64_t events_in_run(const Evidence& evidence, const std::string& unit,
                           const EventCounter& counter);

// A counter that nobody can use: events.counter_absent, events.counter_fell. An absence that the
// table of field support expects of that part says nothing, unless the counter is `wanted`.
enum class Need { by_table, wanted };
std::optional<Finding> counter_unfit(std::string_view gate, const Evidence& evidence,
                                     const GpuFacts& gpu, const EventCounter& counter, Need need);

// The profile's limit of that counter, or null.
const EventLimit* event_limit(const Profile& profile, std::string_view gate,
                              std::string_view counter);

// So many events in that time under that limit: nothing while they are allowed. A run that is
// shorter than the limit's time may use up all of it. elapsed_ns: nothing where not known.
enum class RateAnswer { allowed, over, not_known };
RateAnswer rate_answer(const EventLimit& limit, std::int64_t events,
                       std::optional<std::int64_t> elapsed_ns);

// "50 in 300 s, at most 99 in 1 s"
std::string rate_text(const EventLimit& limit, std::int64_t events,
                      std::optional<std::int64_t> elapsed_ns);

// `code` where the counter grew faster than the profile allows, events.over_limit where that limit
// is provisional, events.no_limit where it grew and the profile says nothing of it.
std::optional<Finding> grew_too_fast(std::string_view gate, const Order& order,
                                     const Evidence& evidence, const std::string& unit,
                                     const EventCounter& counter, std::string_view code);

// What makes every counter of the GPU say nothing: another boot of the machine, a GPU that was
// reset in the run, which its energy shows, a watcher that fell silent.
std::optional<Finding> run_unfit(std::string_view gate, const Evidence& evidence,
                                 const GpuFacts& gpu);
// events.other_boot where the two readings are not known to be of one boot.
std::optional<Finding> other_boot(std::string_view gate, const Evidence& evidence,
                                  std::string_view unit);

// Keeps the first that fails, else the first.
void keep_worse(std::optional<Finding>& worst, std::optional<Finding> next);

// A line for each of the counters that moved, as a warning beside a pass.
template <class Counters>
void warn_of_events(const Evidence& evidence, const std::string& unit, const Counters& counters,
                    Finding& finding) {
  for (const EventCounter& counter : counters) {
    const std::int64_t events = events_in_run(evidence, unit, counter);
    if (events > 0) {
      finding.warn.push_back(std::string(counter.name) + ": " + std::to_string(events) +
                             " in the run");
    }
  }
}

}  // namespace ga
