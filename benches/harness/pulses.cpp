// TimingLoop::pulses: loads that start and stop where a Rhythm says.
#include <algorithm>
#include <thread>

#include "benches/harness/loop.h"
#include "benches/harness/plan.h"
#include "benches/harness/sampler.h"

namespace ga {
namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC: one origin for all processes

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

// Or until a stop is heard.
void wait_until(std::int64_t when_ns, Listener& listener) {
  const Clock::time_point when{std::chrono::nanoseconds(when_ns)};
  while (Clock::now() < when && !listener.ask()) {
    std::this_thread::sleep_until(std::min(when, Clock::now() + kStopInterval));
  }
}

}  // namespace

// Groups until the pulse ends, the chunk is full or a stop is heard; at least one, so that there is
// something to collect. The last may still run.
Result<std::int64_t> TimingLoop::enqueue_pulse(Bench& bench, const Chunk& chunk, const Pulse& pulse,
                                               std::int64_t span_ns, Listener& listener) {
  const std::int64_t most = groups_per_chunk(bench);
  const std::int64_t ahead = std::min(most, most_under_way(span_ns));
  std::int64_t issued = 0, ended = 0;
  for (;;) {
    while (ended < issued) {
      GA_TRY(const bool reached, stops_[static_cast<std::size_t>(ended)].reached());
      if (!reached) break;
      ++ended;
    }
    const std::int64_t now = now_ns();
    const std::int64_t under_way = issued - ended;
    const bool room = has_room(pulse, now, under_way, span_ns);
    if (issued == most || (!room && under_way == 0 && issued > 0)) return issued;
    // Asked before each group too: a host that is slower than the GPU never gets below.
    if (issued > 0 && listener.poll()) return issued;
    // A load that was joined late has one group all the same: no pulse is without.
    if (under_way < ahead && (room || issued == 0)) {
      GA_CHECK(enqueue_group(bench, chunk, issued++));
      continue;
    }
    std::this_thread::sleep_for(kLookInterval);
  }
}

Status TimingLoop::run_pulse(Bench& bench, Chunk& chunk, const Pulse& pulse, std::int64_t span_ns,
                             Listener& listener, Total& total, Check& found) {
  do {
    calls_ = 0;
    opened_ = Clock::now();
    GA_CHECK(begin_.record(stream()));
    GA_TRY(const std::int64_t groups, enqueue_pulse(bench, chunk, pulse, span_ns, listener));
    GA_CHECK(end_.record(stream()));
    GA_TRY(const ChunkTime time, end_chunk(bench, groups, span_ns, listener));
    const std::int64_t launched = groups * bench.sets();
    GA_CHECK(bench.collect(launched, found));
    total.add(time, launched);
    chunk.first = false;
  } while (!listener.heard() && has_room(pulse, now_ns(), 0, span_ns));
  return Ok{};
}

Result<BlockTiming> TimingLoop::pulses(Bench& bench, const BlockOrder& order, const Rhythm& rhythm,
                                       Check& found) {
  Chunk chunk = first_chunk(order);
  Sampler sampler(order.read, kReadingInterval);
  Listener listener(order.stop);
  Total total;
  const std::int64_t began_ns = now_ns();
  const std::int64_t last_begin_ns = began_ns + order.groups * rhythm.period_ns;
  // Begins with a whole load: the rest of one may be all that a block of a long rhythm has.
  const Pulse first = pulse_at(rhythm, began_ns);
  std::int64_t after_ns = first.begin_ns < began_ns ? first.end_ns : 0;
  for (std::int64_t i = 0; i < order.groups && !listener.heard(); ++i) {
    const Pulse pulse = pulse_at(rhythm, std::max(now_ns(), after_ns));
    // Slept through some: a block ends in time, and not when it is complete.
    if (i > 0 && pulse.begin_ns > last_begin_ns) break;
    wait_until(pulse.begin_ns, listener);
    if (listener.heard()) break;
    GA_CHECK(run_pulse(bench, chunk, pulse, order.group.span_ns, listener, total, found));
    after_ns = pulse.end_ns;
  }
  if (total.launches == 0) {
    return BlockTiming{.reading = summarise(sampler.stop()), .interrupted = true};
  }
  return sum_up(total, summarise(sampler.stop()), listener.heard());
}

}  // namespace ga
