#include "benches/harness/loop.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "benches/harness/damage.h"
#include "benches/harness/faults.h"
#include "benches/harness/plan.h"
#include "benches/harness/sampler.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

using Clock = std::chrono::steady_clock;

// Enqueued behind the closed gate, and then it opens. The driver's queue is about a thousand
// commands long; enqueuing into a full one would wait for a gate that only we can open. A call of a
// bench may be two or three commands.
constexpr std::int64_t kCallsBehindGate = 300;

// Less where a stop cuts it short.
void wait_out(std::chrono::nanoseconds time, Listener& listener) {
  const Clock::time_point end = Clock::now() + time;
  for (Clock::time_point now = Clock::now(); now < end && !listener.ask(); now = Clock::now()) {
    std::this_thread::sleep_for(std::min<Clock::duration>(kStopInterval, end - now));
  }
}

}  // namespace

std::int64_t groups_per_chunk(const Bench& bench) {
  return std::max<std::int64_t>(
      1, std::min({kMaxGroupsPerChunk, kMaxSlots / bench.sets(), bench.groups_per_collect()}));
}

Result<std::unique_ptr<TimingLoop>> TimingLoop::make(const Injection& injection,
                                                     std::int64_t least_drain_ns) {
  std::unique_ptr<TimingLoop> loop(new TimingLoop());
  loop->injection_ = injection;
  loop->least_drain_ns_ = least_drain_ns;
  GA_TRY(loop->stream_, Stream::make());
  GA_TRY(loop->begin_, Event::make());
  GA_TRY(loop->end_, Event::make());
  for (std::int64_t i = 0; i < kMaxGroupsPerChunk; ++i) {
    GA_TRY(Event start, Event::make());
    GA_TRY(Event stop, Event::make());
    loop->starts_.push_back(std::move(start));
    loop->stops_.push_back(std::move(stop));
  }
  if (injection.kind == InjectionKind::slow) {
    GA_CHECK(spin_for(0, loop->stream()));  // loads its code before any gate is closed
    GA_CHECK(loop->stream_.synchronize());
  }
  return loop;
}

Turn TimingLoop::turn(const Bench& bench, std::int64_t group, std::int64_t set) const {
  const std::int64_t slot = group * bench.sets() + set;
  return {.set = set, .slot = slot, .serial = serial_ + static_cast<std::uint64_t>(slot)};
}

Status TimingLoop::misbehave(const Chunk& chunk, std::int64_t group) {
  if (chunk.slow_ns > 0) {
    GA_CHECK(spin_for(chunk.slow_ns, stream()));
  }
  if (!chunk.first || group != 0) return Ok{};
  if (injection_.kind == InjectionKind::hang) return spin_forever(stream());
  if (injection_.kind == InjectionKind::crash) return store_to_nowhere(stream());
  return Ok{};
}

Status TimingLoop::damage(Bench& bench, const Turn& turn, const Chunk& chunk) {
  if (!strikes(injection_, turn.serial, chunk.first && turn.slot == 0)) return Ok{};
  return damage_output(bench.output(turn), injection_, bench.tiles(turn), stream());
}

// Counts a call into the bench, and opens the gate when there are enough.
void TimingLoop::called() {
  if (++calls_ >= kCallsBehindGate) open_gate();
}

void TimingLoop::open_gate() {
  if (!gate_.closed()) return;
  opened_ = Clock::now();
  gate_.open();
}

Status TimingLoop::enqueue_timed(Bench& bench, const Chunk& chunk, std::int64_t group) {
  const auto at = static_cast<std::size_t>(group);
  GA_CHECK(starts_[at].record(stream()));
  for (std::int64_t set = 0; set < bench.sets(); ++set) {
    GA_CHECK(bench.launch(turn(bench, group, set), stream()));
    called();
  }
  GA_CHECK(misbehave(chunk, group));
  return stops_[at].record(stream());
}

Status TimingLoop::enqueue_group(Bench& bench, const Chunk& chunk, std::int64_t group) {
  for (std::int64_t set = 0; set < bench.sets(); ++set) {
    GA_CHECK(bench.poison(turn(bench, group, set), stream()));
    called();
  }
  GA_CHECK(enqueue_timed(bench, chunk, group));
  for (std::int64_t set = 0; set < bench.sets(); ++set) {
    const Turn now = turn(bench, group, set);
    GA_CHECK(damage(bench, now, chunk));
    if (chunk.held) continue;
    GA_CHECK(bench.check(now, stream()));
    called();
  }
  return Ok{};
}

// The checks of a chunk of one group that was held.
Status TimingLoop::check_held(Bench& bench, std::int64_t span_ns, Listener& listener) {
  const std::uint64_t first = serial_ - static_cast<std::uint64_t>(bench.sets());
  for (std::int64_t set = 0; set < bench.sets(); ++set) {
    const Turn now{.set = set, .slot = set, .serial = first + static_cast<std::uint64_t>(set)};
    GA_CHECK(bench.check(now, stream()));
  }
  GA_CHECK(end_.record(stream()));
  return wait_for_end(listener, span_ns);
}

Status TimingLoop::enqueue_chunk(Bench& bench, const Chunk& chunk) {
  GA_CHECK(begin_.record(stream()));
  for (std::int64_t group = 0; group < chunk.groups; ++group) {
    GA_CHECK(enqueue_group(bench, chunk, group));
  }
  return end_.record(stream());
}

Status TimingLoop::wait_for_end(Listener& listener, std::int64_t expected_ns) {
  const std::chrono::nanoseconds drain(drain_ns(expected_ns, least_drain_ns_));
  std::optional<Clock::time_point> give_up;  // once a stop was heard, be it before this wait
  for (;;) {
    GA_TRY(const bool reached, end_.reached());
    if (reached) return Ok{};
    const Clock::time_point now = Clock::now();
    if (give_up && now >= *give_up) {
      return Error(ErrorCode::timeout, "the GPU did not finish what was enqueued before the stop");
    }
    if (listener.poll() && !give_up) give_up = now + drain;
    std::this_thread::sleep_for(kLookInterval);
  }
}

Result<TimingLoop::ChunkTime> TimingLoop::run_chunk(Bench& bench, const Chunk& chunk,
                                                    std::int64_t span_ns, Listener& listener) {
  calls_ = 0;
  opened_ = Clock::now();
  if (chunk.gated) {
    GA_CHECK(gate_.close(stream()));
  }
  const Status enqueued = enqueue_chunk(bench, chunk);
  open_gate();
  GA_CHECK(enqueued);
  return end_chunk(bench, chunk.groups, span_ns, listener);
}

Result<TimingLoop::ChunkTime> TimingLoop::end_chunk(const Bench& bench, std::int64_t groups,
                                                    std::int64_t span_ns, Listener& listener) {
  ChunkTime time;
  GA_CHECK(wait_for_end(listener, groups * span_ns));
  time.host = Clock::now() - opened_;
  serial_ += static_cast<std::uint64_t>(groups * bench.sets());
  GA_TRY(time.span_ns, elapsed_ns(begin_, end_));
  for (std::int64_t group = 0; group < groups; ++group) {
    const auto at = static_cast<std::size_t>(group);
    GA_TRY(const double ns, elapsed_ns(starts_[at], stops_[at]));
    time.timed_ns += ns;
  }
  return time;
}

Result<bool> TimingLoop::preload(Bench& bench, const Stop& stop, Check& found) {
  Listener listener(stop);
  GA_CHECK(run_chunk(bench, {.groups = 1, .first = true}, 0, listener));
  GA_CHECK(bench.collect(bench.sets(), found));
  return listener.heard();
}

Result<GroupTime> TimingLoop::calibrate(Bench& bench, std::int64_t block_ns, const Stop& stop,
                                        Check& found) {
  GA_TRY(bool interrupted, preload(bench, stop, found));
  // A group is timed all the same: its length counts the groups of the block behind.
  const Stop heard = [&] { return interrupted || (stop && stop()); };
  GroupTime group;
  for (std::int64_t groups = 1;; groups *= 2) {
    const BlockOrder order{
        .groups = groups, .group = {.span_ns = group.span_ns}, .read = {}, .stop = heard};
    GA_TRY(const BlockTiming timing, block(bench, order, found));
    group = {.span_ns = timing.span_ns / groups, .timed_ns = timing.timed_ns / groups};
    interrupted = interrupted || timing.interrupted;
    if (interrupted || calibrated(timing.span_ns, block_ns)) return group;
  }
}

void TimingLoop::Total::add(const ChunkTime& time, std::int64_t launched) {
  timed_ns += time.timed_ns;
  span_ns += time.span_ns;
  host += time.host;
  launches += launched;
}

Result<BlockTiming> TimingLoop::sum_up(const Total& total, const DeviceReading& reading,
                                       bool interrupted) {
  const BlockTiming timing{.timed_ns = static_cast<std::int64_t>(total.timed_ns),
                           .span_ns = static_cast<std::int64_t>(total.span_ns),
                           .launches = total.launches,
                           .reading = reading,
                           .interrupted = interrupted};
  GA_CHECK(clocks_agree(timing.span_ns, total.host.count()));
  return timing;
}

TimingLoop::Chunk TimingLoop::first_chunk(const BlockOrder& order) const {
  // The kernels that hang or fault have not run before, and load their code behind no gate.
  const InjectionKind kind = injection_.kind;
  return {.slow_ns = kind == InjectionKind::slow ? order.group.timed_ns / 4 : 0,
          .gated = kind != InjectionKind::hang && kind != InjectionKind::crash,
          .held = order.hold_ns > 0,
          .first = true};
}

Result<BlockTiming> TimingLoop::block(Bench& bench, const BlockOrder& order, Check& found) {
  Chunk chunk = first_chunk(order);
  Sampler sampler(order.read, kReadingInterval);
  Listener listener(order.stop);
  std::vector<DeviceReading> readings;
  Total total;
  for (std::int64_t done = 0; done < order.groups && !listener.heard(); done += chunk.groups) {
    chunk.groups = std::min(groups_per_chunk(bench), order.groups - done);
    GA_TRY(const ChunkTime time, run_chunk(bench, chunk, order.group.span_ns, listener));
    if (chunk.held) {
      readings = sampler.stop();  // of the load, not of the idle GPU
      wait_out(std::chrono::nanoseconds(order.hold_ns), listener);
      GA_CHECK(check_held(bench, order.group.span_ns, listener));
    }
    const std::int64_t launched = chunk.groups * bench.sets();
    GA_CHECK(bench.collect(launched, found));
    total.add(time, launched);
    chunk.first = false;
    if (done + chunk.groups < order.groups) listener.ask();
  }
  if (order.hold_ns == 0) readings = sampler.stop();
  return sum_up(total, summarise(readings), listener.heard());
}

}  // namespace ga
