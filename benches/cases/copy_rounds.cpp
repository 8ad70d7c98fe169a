#include "benches/cases/copy_rounds.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "benches/cases/pattern_slots.h"
#include "benches/harness/damage.h"
#include "benches/harness/faults.h"
#include "benches/harness/plan.h"

namespace ga {
namespace {

using Clock = std::chrono::steady_clock;

// Behind a closed gate, in all rounds: the driver's queue is about a thousand commands long.
constexpr std::int64_t kMostCopies = 256;
// What was enqueued before the stop is a second at most; beyond this it hangs.
constexpr std::chrono::nanoseconds kDrain{kDrainNs};

}  // namespace

CopyRounds::CopyRounds(NodeContext& context, std::size_t bytes, std::vector<CopyRound> rounds,
                       std::size_t cells)
    : loop_(*context.loop),
      injection_(context.injection),
      bytes_(bytes),
      rounds_(std::move(rounds)),
      cells_(cells),
      spans_(static_cast<std::size_t>(context.team.size())) {}

Status CopyRounds::open() {
  for (int rank = 0; rank < ranks(); ++rank) {
    GA_CHECK(select(rank));
    Span& span = spans_[static_cast<std::size_t>(rank)];
    GA_TRY(span.start, Event::make());
    GA_TRY(span.stop, Event::make());
  }
  GA_CHECK(select(0));
  GA_TRY(ready_, Event::make());
  return Ok{};
}

Status CopyRounds::select(int rank) const { return select_device(ordinal(rank)); }

Status CopyRounds::misbehave(const TimedCopy& copy, std::int64_t copies, bool first) {
  if (injection_.kind == InjectionKind::slow) {
    const double ns = copy_ns_ * static_cast<double>(copies) / 4;
    return spin_for(static_cast<std::int64_t>(ns), stream(copy.rank));
  }
  if (!first) return Ok{};
  if (injection_.kind == InjectionKind::hang) return spin_forever(stream(copy.rank));
  if (injection_.kind == InjectionKind::crash) return store_to_nowhere(stream(copy.rank));
  return Ok{};
}

// All copies wait for one event, which waits for the gate. What has not run before waits for none.
Status CopyRounds::start(const CopyRound& round, std::int64_t copies) {
  const bool first = &round == &rounds_.front();
  const bool tame =
      injection_.kind != InjectionKind::hang && injection_.kind != InjectionKind::crash;
  GA_CHECK(select(0));
  if (copy_ns_ > 0 && tame) GA_CHECK(gate_.close(stream(0)));
  GA_CHECK(ready_.record(stream(0)));
  for (const TimedCopy& copy : round) {
    GA_CHECK(select(copy.rank));
    const Span& span = spans_[static_cast<std::size_t>(copy.rank)];
    GA_CUDA(cudaStreamWaitEvent(stream(copy.rank), ready_.get(), 0));
    GA_CHECK(span.start.record(stream(copy.rank)));
    for (std::int64_t i = 0; i < copies; ++i) GA_CHECK(enqueue(copy));
    GA_CHECK(misbehave(copy, copies, first && &copy == &round.front()));
    GA_CHECK(span.stop.record(stream(copy.rank)));
  }
  return Ok{};
}

Status CopyRounds::damage(const CopyRound& round, bool first) {
  for (const TimedCopy& copy : round) {
    if (!strikes(injection_, serial_++, first && &copy == &round.front())) continue;
    const Written out = written(copy);
    if (out.data == nullptr) continue;
    GA_CHECK(select(out.rank));
    GA_CHECK(damage_output(plain_output(out.data, bytes_), injection_, {}, stream(out.rank)));
    GA_CUDA(cudaStreamSynchronize(stream(out.rank)));
  }
  return Ok{};
}

Status CopyRounds::wait(const CopyRound& round, const Stop& stop, bool& interrupted) {
  std::optional<Clock::time_point> give_up;  // once a stop was heard, be it in an earlier round
  for (const TimedCopy& copy : round) {
    for (;;) {
      GA_TRY(const bool reached, spans_[static_cast<std::size_t>(copy.rank)].stop.reached());
      if (reached) break;
      const Clock::time_point now = Clock::now();
      if (give_up && now >= *give_up)
        return Error(ErrorCode::timeout, "a copy did not end after the stop");
      if (!interrupted && stop) interrupted = stop();
      if (interrupted && !give_up) give_up = now + kDrain;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
  return Ok{};
}

Result<std::vector<double>> CopyRounds::run(const CopyRound& round, std::int64_t copies,
                                            const Stop& stop, NodeBlock& block) {
  for (const TimedCopy& copy : round) GA_CHECK(poison(copy));
  const Status started = start(round, copies);
  gate_.open();
  GA_CHECK(started);
  GA_CHECK(wait(round, stop, block.interrupted));
  GA_CHECK(damage(round, &round == &rounds_.front()));
  for (const TimedCopy& copy : round) GA_CHECK(check(copy, block.check));
  block.launches += copies * static_cast<std::int64_t>(round.size());
  std::vector<double> times;
  for (const TimedCopy& copy : round) {
    const Span& span = spans_[static_cast<std::size_t>(copy.rank)];
    GA_TRY(const double ns, elapsed_ns(span.start, span.stop));
    times.push_back(ns);
  }
  return times;
}

// Two passes of single copies; the first loads code, and its time means nothing.
Status CopyRounds::calibrate(const Stop& stop, NodeBlock& block) {
  double fastest = 0;
  for (const bool counts : {false, true}) {
    for (const CopyRound& round : rounds_) {
      GA_TRY(const auto times, run(round, 1, stop, block));
      if (!counts) continue;
      const double least = *std::ranges::min_element(times);
      fastest = fastest == 0 ? least : std::min(fastest, least);
    }
  }
  copy_ns_ = std::max(1.0, fastest);
  return Ok{};
}

Result<NodeBlock> CopyRounds::block(std::int64_t block_ns, const Stop& stop) {
  NodeBlock block;
  block.check = {.kind = "pattern", .expected = {}, .got = {}};
  if (copy_ns_ == 0) GA_CHECK(calibrate(stop, block));
  const double share_ns = static_cast<double>(block_ns) / static_cast<double>(rounds_.size());
  const auto copies =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(share_ns / copy_ns_), 1, kMostCopies);
  const double work = static_cast<double>(bytes_) * static_cast<double>(copies);
  block.cells.assign(cells_, 0);
  for (const CopyRound& round : rounds_) {
    GA_TRY(const auto times, run(round, copies, stop, block));
    for (std::size_t i = 0; i < round.size(); ++i) {
      const auto ns = std::max<std::int64_t>(1, static_cast<std::int64_t>(times[i]));
      const std::int64_t rate = per_second(work, ns);
      block.cells[round[i].cell] = rate;
      block.value = block.value == 0 ? rate : std::min(block.value, rate);
    }
    block.elapsed_ns += static_cast<std::int64_t>(*std::ranges::max_element(times));
    if (block.interrupted) break;
  }
  return block;
}

}  // namespace ga
